"""A call is paid; a week of time becomes an invoice against a retainer, paid on the phone and half given back; and the owner's
page adds up."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from cases import clock, opening
from clients.models import Student
from desk import firm as owners_page
from invoices import retaining, timing
from invoices.models import Invoice, Rate, TimeEntry
from payments import receiving
from payments.models import Payment
from payments.money import say
from tenants.places import within
from tests.browser.test_case_walk import sign_in
from tests.browser.test_consultation import book_and_pay, eventually, open_for_business  # noqa: F401
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


def sql(words, *values):
    with connection.cursor() as cursor:
        cursor.execute(words, values)
        return cursor.fetchall()


def one(words, *values):
    return int(sql(words, *values)[0][0] or 0)


def shown(page, section):
    """The table beneath a chart of the owner's page, as {first cell: second cell}."""
    card = page.locator(f"section[aria-labelledby={section}]")
    card.locator("details summary").click()
    rows = [row.locator("td").all_inner_texts() for row in card.locator("tbody tr").all()]
    return {
        cells[0].split("\n")[-1]: float(cells[1].split("\n")[-1].replace(",", "").replace("$", ""))
        for cells in rows
    }


def figures_are_sums(page, site):
    """Every figure on the owner's page beside a plain sum over the tables."""
    page.goto(site.at("/firm/"))
    is_well(page)
    now, zone = timezone.now(), site.cast.firm.zone
    today = timezone.localdate(now, zone)
    month, monday = today.replace(day=1), today - timedelta(days=today.weekday())
    came = "SELECT sum(l.amount) FROM payments_entryline l JOIN payments_entry e ON e.id = l.entry_id WHERE l.account IN ('operating_cash', 'stripe') AND e.kind <> 'fee' AND (e.at AT TIME ZONE %s)::date >= %s"  # fmt: skip
    four = [line.strip() for line in page.locator(".figures li b").all_inner_texts()]
    with within(site.cast.firm):
        owed = one("SELECT sum(amount) FROM payments_entryline WHERE account = 'receivable'")
        collected = one(came, zone.key, month)
        trust = one("SELECT -sum(amount) FROM payments_entryline WHERE account = 'trust_held'")
        # One rate for Ana and no rounding: minutes at $150 an hour that are on no line.
        unbilled = one("SELECT sum(minutes) * 15000 / 60 FROM invoices_timeentry t WHERE billing = 'billable' AND NOT EXISTS (SELECT 1 FROM invoices_invoiceline WHERE time_id = t.id)")  # fmt: skip
        assert four == [say(amount, "usd") for amount in (owed, collected, unbilled, trust)]
        assert min(collected, unbilled) > 0

        months = list(shown(page, "h-money").values())
        assert months[-1] == collected / 100
        assert sum(months) == one(came, zone.key, owners_page.first_of(today, back=5)) / 100
        weeks = list(shown(page, "h-book").values())
        booked = "SELECT count(*) FROM scheduling_booking WHERE called_off_at IS NULL AND held_until IS NULL AND (starts_at AT TIME ZONE %s)::date >= %s AND (starts_at AT TIME ZONE %s)::date < %s"  # fmt: skip
        assert weeks == [one(booked, zone.key, monday - timedelta(weeks=n), zone.key, monday - timedelta(weeks=n - 1)) for n in range(7, -1, -1)]  # fmt: skip
        led = sql("SELECT u.name, count(*) FROM cases_case c JOIN accounts_user u ON u.id = c.advocate_id WHERE NOT EXISTS (SELECT 1 FROM cases_closure x WHERE x.case_id = c.id AND x.reopened_at IS NULL) GROUP BY u.name")  # fmt: skip
        assert shown(page, "h-cases") == dict(led)

        text = page.locator("main").inner_text()
        past = "SELECT count(*) FROM scheduling_booking WHERE called_off_at IS NULL AND held_until IS NULL AND starts_at >= %s AND starts_at < %s"  # fmt: skip
        since = (now - timedelta(days=90), now)
        calls, missed = one(past, *since), one(past + " AND no_show_at IS NOT NULL", *since)
        assert f"{missed} of {calls} calls were missed" in text
        half = now - timedelta(days=182)
        asked = one("SELECT count(*) FROM intake_inquiry WHERE taken_at >= %s", half)
        signed = one("SELECT count(*) FROM intake_inquiry i JOIN clients_signature s ON s.agreement_id = i.agreement_id WHERE taken_at >= %s", half)  # fmt: skip
        cases = one("SELECT count(*) FROM cases_case c JOIN intake_inquiry i ON i.id = c.inquiry_id WHERE i.taken_at >= %s", half)  # fmt: skip
        percent = 100 * cases // asked if asked else 0
        assert f"{asked} families asked for help, {signed} signed, {cases} became cases: {percent}%" in text
        wins = one("SELECT count(*) FROM cases_timelineentry WHERE kind = 'win' AND happened_at >= %s AND happened_at <= %s", *since)  # fmt: skip
        assert f"{wins} small win" in text
        standing = "SELECT count(*) FROM cases_deadline WHERE done_at IS NULL AND set_aside_at IS NULL AND dropped_at IS NULL AND due_on "  # fmt: skip
        late = one(standing + "< %s", today)
        soon = one(standing + "BETWEEN %s AND %s", today, today + timedelta(days=7))
        risk = page.locator("section[aria-labelledby=h-risk]").inner_text()
        assert sum(map(int, re.findall(r"(\d+) late", risk))) == late
        assert sum(map(int, re.findall(r"(\d+) in 7 days", risk))) == soon
        assert late + soon > 0


@pytest.mark.usefixtures("open_for_business")
def test_from_a_paid_call_to_a_bill_paid_on_the_phone_and_half_given_back(desktop, phone, telefono, site, case, standins):  # fmt: skip
    book_and_pay(telefono, site, standins)
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

    # The second tap after the bill leads to the card form.
    page.get_by_role("button", name="Pay $142.50").click()
    page.wait_for_url("**/stripe/pay/**")
    page.locator("[name=email]").fill("luz@casa.example")
    page.locator("[name=name]").fill("Luz")
    page.locator("[name=number]").fill("4242 4242 4242 4242")
    page.locator("[name=expiry]").fill("12 / 34")
    page.locator("[name=cvc]").fill("123")
    page.locator("form button").first.click()
    page.wait_for_url(f"**//{site.cast.firm.slug}**")

    def card_payment():
        with within(site.cast.firm):
            return Payment.objects.filter(subject=invoice.subject).first()

    eventually(lambda: card_payment() is not None)

    # Half of it goes back, and Ana works on.
    page = desktop
    page.goto(site.at(f"/payments/{card_payment().pk}/"))
    page.locator("[name=amount]").fill("71.25")
    page.locator("[name=reason]").first.fill("Half of it, as agreed")
    page.get_by_role("button", name="Give it back").click()
    page.get_by_text("$71.25").first.wait_for()
    is_well(page)
    with within(site.cast.firm):
        assert Payment.objects.get(pk=card_payment().pk).went_back == 7_125
        ana, now = User.objects.get(pk=key("ana")), timezone.now()
        today = timezone.localdate(now, site.cast.firm.zone)
        timing.add(person=ana, student=case.student, case=case, on=today, minutes=60, activity="call", description="After the bill", at=now)  # fmt: skip
        clock.record(case, kind="evaluation_consent_received", on=today - timedelta(days=58), by=ana, at=now)

    page.context.clear_cookies()
    enter(page, site, "olivia")
    figures_are_sums(page, site)
