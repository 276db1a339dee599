"""An advocate runs a case: from consent to the hand-over, in a real browser."""

from datetime import date, timedelta

import pyotp
import pytest
from django.utils import timezone

from cases.models import Deadline
from clients.models import District, Student
from tenants.places import within
from tests.browser.test_walk import is_well
from tests.world import PASSWORD, TOTP, key

pytestmark = [pytest.mark.browser, pytest.mark.commits, pytest.mark.timeout(240)]


def sign_in(page, site, short):
    page.goto(site.at("/sign-in/staff/"))
    page.locator("main [name=email]").fill(f"{short}@{site.cast.firm.slug}.example")
    page.locator("main [name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.locator("[name=code]").fill(pyotp.TOTP(TOTP).now())
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/today/")


def record(page, event, on):
    page.locator("#id_kind").select_option(event)
    page.locator("#id_on").fill(on)
    page.get_by_role("button", name="Record it").click()


def test_an_advocate_runs_a_case(desktop, site):
    page, student = desktop, key("student Mateo")
    with within(site.cast.firm):
        district = District.objects.create(name="Lakeside", state="MT")
        Student.objects.filter(pk=student).update(district=district)
        today = timezone.localdate(timezone.now(), site.cast.firm.zone)
    sign_in(page, site, "ana")

    # Opens the case and records the consent; the date stands on the student's page, among all dates, and on Today.
    page.goto(site.at(f"/students/{student}/"))
    page.get_by_role("link", name="Open a case").click()
    page.locator("label.tile", has_text="Evaluation").click()
    page.get_by_role("button", name="Open the case").click()
    page.wait_for_url("**/cases/*-*/")
    case = page.url
    is_well(page)
    record(page, "evaluation_consent_received", "2025-09-03")
    page.get_by_text("Sunday, November 2, 2025").first.wait_for()
    is_well(page)
    page.goto(site.at(f"/students/{student}/"))
    assert page.get_by_text("+ 60 calendar days = Sunday, November 2, 2025.").is_visible()
    assert page.get_by_text("Mont. Admin. R. 10.16.3321(1)").is_visible()
    is_well(page)
    page.goto(site.at("/deadlines/"))
    page.get_by_role("link", name="Evaluation completed").wait_for()
    is_well(page)
    page.goto(site.at("/today/"))
    page.get_by_role("link", name="Evaluation completed", exact=True).wait_for()
    is_well(page)

    # A school-day date waits for the calendar, appears with it, and moves with the winter break.
    decided = today - timedelta(days=7)
    page.goto(case)
    record(page, "discipline_change_decision", decided.isoformat())
    page.goto(site.at(f"/calendars/{district.pk}/years/new/"))
    first = date(today.year if today.month > 6 else today.year - 1, 8, 20)
    page.get_by_label("First day of school").fill(first.isoformat())
    page.get_by_label("Last day of school").fill(date(first.year + 1, 7, 20).isoformat())
    page.get_by_label("Days without school").fill("")
    page.get_by_role("button", name="Save the school year").click()
    page.get_by_role("link", name="Edit").wait_for()
    is_well(page)
    with within(site.cast.firm):
        row = Deadline.objects.get(rule="manifestation_determination")
        before = row.due_on
    page.get_by_role("link", name="Edit").click()
    off = before - timedelta(days=1) if before.weekday() else before
    page.get_by_label("Days without school").fill(
        f"{off:%m/%d/%Y} to {off + timedelta(days=4):%m/%d/%Y} Winter break"
    )
    page.get_by_role("button", name="Save the school year").click()
    page.get_by_text("Every date of this district was counted again.").wait_for()
    with within(site.cast.firm):
        row.refresh_from_db()
        assert row.due_on > before
    page.goto(site.at(f"/deadlines/{row.pk}/"))
    assert page.locator(".timeline del").count() == 1
    assert page.get_by_text("The school calendar changed").is_visible()
    is_well(page)

    # Nine removals warn.
    page.goto(site.at(f"/students/{student}/removals/"))
    day, logged = first + timedelta(days=4), 0
    while logged < 9:
        if day.weekday() < 5:
            page.get_by_label("First day out").fill(day.isoformat())
            page.get_by_role("button", name="Write it down").click()
            page.get_by_text("Written down.").wait_for()
            logged += 1
        day += timedelta(days=1)
    assert page.get_by_text("9 of 10 school days out this year.").is_visible()
    is_well(page)

    # The palette finds the child in spite of a typing error.
    page.keyboard.press("Control+k")
    page.locator("#palette input").fill("riviera")
    page.locator("#palette-results").get_by_text("Mateo Rivera").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/students/{student}/")

    # The case goes to Marcus.
    page.goto(f"{case}hand-over/")
    page.get_by_label("Who takes it").select_option(label="Marcus Bell")
    page.get_by_label("Where it stands").fill("The school answers on Friday.")
    is_well(page)
    page.locator("main").get_by_role("button", name="Hand over").click()
    page.get_by_text("Marcus Bell leads this case now.").wait_for()
    with within(site.cast.firm):
        assert {row.owner_id for row in Deadline.objects.standing()} == {key("marcus")}
