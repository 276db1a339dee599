"""A week of time becomes an invoice, a retainer pays a part of it, and the family sees what its money was used for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from cases import opening
from clients.models import Student
from invoices import retaining, timing
from invoices.models import Invoice, Rate, TimeEntry
from payments import receiving
from tenants.places import within
from tests.browser.test_case_walk import sign_in
from tests.browser.test_papers import enter
from tests.browser.test_walk import is_well
from tests.world import key

pytestmark = [pytest.mark.browser, pytest.mark.commits, pytest.mark.timeout(300)]


@pytest.fixture
def case(site):
    """Ana's case at $150 an hour, $100 of client money in it, and two entries of yesterday."""
    with within(site.cast.firm):
        now = timezone.now()
        ana, bea = User.objects.get(pk=key("ana")), User.objects.get(pk=key("bea"))
        student = Student.objects.get(pk=key("student Mateo"))
        case = opening.open_case(student=student, kind="iep", advocate=ana, by=ana, at=now)
        today = timezone.localdate(now, site.cast.firm.zone)
        Rate.objects.create(
            person=ana, amount=15_000, from_on=today - timedelta(days=30), set_by=bea, set_at=now
        )
        retainer = retaining.open_retainer(case, asked=10_000, threshold=0, by=bea, at=now)
        receiving.record(method="check", amount=10_000, currency="usd", received_on=today, by=bea, at=now, subject=retainer.subject)  # fmt: skip
        for minutes in (30, 60):
            timing.add(person=ana, student=student, case=case, on=today - timedelta(days=1), minutes=minutes, activity="call", description=f"Call of {minutes}", at=now)  # fmt: skip
        return case


def test_a_week_of_time_becomes_an_invoice_against_a_retainer(desktop, phone, site, case):
    page = desktop
    sign_in(page, site, "ana")
    # The timer runs on from page to page, without a click in between.
    page.goto(site.at(f"/cases/{case.pk}/"))
    page.locator("#budget").get_by_role("button", name="Start timer").click()
    page.goto(site.at("/students/"))
    page.locator(".clockbar").get_by_text("0:00").wait_for()
    is_well(page)
    page.locator(".clockbar").get_by_role("link", name="Save").click()
    page.get_by_label("How long").fill("0:07")
    page.get_by_label("What the family reads").fill("Message to the school")
    is_well(page)
    page.get_by_role("button", name="Write it down").click()
    page.get_by_text("Message to the school").wait_for()
    is_well(page)

    # Bea clicks four times from the list to a sent invoice, once more for the retainer.
    page.context.clear_cookies()
    sign_in(page, site, "bea")
    page.goto(site.at("/invoices/unbilled/"))
    is_well(page)
    page.get_by_role("button", name="Make an invoice").first.click()
    page.get_by_role("heading", name="Draft of an invoice").wait_for()
    is_well(page)
    page.get_by_role("button", name="Issue the invoice").click()
    page.get_by_role("button", name="Send the invoice").click()
    page.get_by_role("button", name="Send it again").wait_for()
    is_well(page)
    page.get_by_role("button", name="Pay $100.00 from the retainer").click()
    page.get_by_text("$100.00 came from the retainer.").wait_for()
    assert page.locator(".h-xl").inner_text() == "$142.50"
    for path in (
        "/invoices/",
        "/invoices/ageing/",
        "/invoices/retainers/",
        "/invoices/takings/",
        "/settings/billing/",
        f"/cases/{case.pk}/money/",
    ):
        page.goto(site.at(path))
        is_well(page)

    with within(site.cast.firm):
        invoice = Invoice.objects.get()
        assert (invoice.total, TimeEntry.objects.unbilled().count()) == (24_250, 0)

    # The family, on its phone.
    page = phone
    enter(page, site, "luz")
    page.goto(site.at("/portal/payments/"))
    page.get_by_text("$142.50").first.wait_for()
    page.get_by_text("What it was used for").click()
    page.get_by_text(f"Invoice {invoice.label}").first.wait_for()
    is_well(page)
    page.get_by_role("link", name=f"{invoice.label}, $242.50").click()
    page.get_by_text("Message to the school").wait_for()
    is_well(page)
