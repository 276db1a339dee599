"""An advocate runs a case: from consent to the hand-over, in a real browser."""

import re
from datetime import date, timedelta

import pyotp
import pytest
from django.utils import timezone

from cases.models import Case, Deadline
from clients.models import District, Signature, Student
from tenants.places import within
from tests.browser.test_papers import enter
from tests.browser.test_walk import is_well
from tests.world import PASSWORD, TOTP, key

pytestmark = [pytest.mark.browser, pytest.mark.commits, pytest.mark.timeout(240)]


def nobody_is_in_the_way(page):
    """On an inquiry: the check, its decision in writing, and the agreement goes out."""
    page.get_by_role("button", name="Check for conflicts").click()
    page.get_by_text("Nobody found.").wait_for()
    page.locator("main [name=decision]").first.check()
    page.get_by_role("button", name="Write the decision").click()
    page.get_by_role("button", name="Send the agreement").click()
    page.get_by_role("button", name="Send it again").wait_for()


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


def test_an_advocate_runs_a_case(desktop, phone, site):
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
    assert page.get_by_text("The school calendar changed").last.is_visible()
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
    page.locator("#palette-results").get_by_text("Mateo Rivera").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/students/{student}/")

    # The parent's question, written on her phone, stands in the meeting's agenda.
    page.goto(f"{case}meetings/new/")
    page.get_by_label("Day", exact=True).fill((today + timedelta(days=5)).isoformat())
    page.get_by_label("From", exact=True).fill("15:00")
    page.get_by_label("To", exact=True).fill("16:00")
    page.get_by_role("button", name="Save the meeting").click()
    page.wait_for_url("**/meetings/*-*/")
    meeting = page.url.rstrip("/").rsplit("/", 1)[-1]
    page.get_by_role("button", name="Ask the family for questions").click()
    enter(phone, site, "luz")
    phone.goto(site.at(f"/portal/meetings/{meeting}/"))
    is_well(phone)
    phone.locator("main [name=questions]").fill("¿Cuándo empieza la terapia del habla?")
    phone.locator("main button[type=submit]").click()
    phone.wait_for_load_state()
    page.goto(site.at(f"/meetings/{meeting}/"))
    agenda = page.locator("section", has=page.get_by_role("heading", name="Agenda"))
    agenda.get_by_text("¿Cuándo empieza la terapia del habla?").first.wait_for()
    is_well(page)

    # The case goes to Marcus.
    page.goto(f"{case}hand-over/")
    page.get_by_label("Who takes it").select_option(label="Marcus Bell")
    page.get_by_label("Where it stands").fill("The school answers on Friday.")
    is_well(page)
    page.locator("main").get_by_role("button", name="Hand over").click()
    page.get_by_text("Marcus Bell leads this case now.").wait_for()
    with within(site.cast.firm):
        assert {row.owner_id for row in Deadline.objects.standing()} == {key("marcus")}


def test_a_call_becomes_a_case_with_an_agreement_signed_on_a_phone(desktop, phone, site, standins):
    page, host = desktop, site.cast.firm.slug
    sign_in(page, site, "ana")

    # The call, while the phone is at the ear.
    page.goto(site.at("/intake/new/"))
    page.locator("main [name=name]").fill("Rosa Delgado")
    page.locator("main [name=email]").fill(f"rosa@{host}-family.example")
    page.locator("main [name=language]").select_option("es")
    page.locator("main [name=child]").fill("Iker")
    page.locator("main [name=child_family_name]").fill("Delgado")
    page.locator("main [name=district_name]").fill("Lakeside")
    page.locator("main [name=concern]").fill("The school stopped the reading help.")
    is_well(page)
    page.get_by_role("button", name="Save the call").click()
    page.get_by_role("heading", name="Rosa Delgado").wait_for()

    nobody_is_in_the_way(page)
    is_well(page)

    # Rosa reads and signs on her phone.
    mails = standins.mail(f"rosa@{host}-family.example")
    link = re.search(r"/sign/[\w-]+/", str(mails)).group()
    phone.goto(site.at(link))
    assert "Iker" not in phone.content()
    phone.locator("main button[type=submit]").click()
    phone.locator("[name=code]").wait_for()
    subjects = [mail["subject"] for mail in standins.mail(f"rosa@{host}-family.example")]
    phone.locator("[name=code]").fill(re.search(r"\b\d{6}\b", " ".join(subjects)).group())
    phone.locator("main button[type=submit]").first.click()
    phone.locator("[name=agreed]").wait_for()
    is_well(phone)
    phone.locator("main [name=name]").fill("Rosa Delgado")
    phone.locator(".signpad").scroll_into_view_if_needed()
    pad = phone.locator(".signpad").bounding_box()
    phone.mouse.move(pad["x"] + 20, pad["y"] + 40)
    phone.mouse.down()
    phone.mouse.move(pad["x"] + 90, pad["y"] + 60, steps=6)
    phone.mouse.up()
    phone.locator("[name=agreed]").check()
    phone.locator("main form button[type=submit]").last.click()
    phone.get_by_role("link", name="signed paper").or_(phone.locator("a[href$='.pdf']")).first.wait_for()

    # The case.
    page.reload()
    page.locator("main [name=kind]").first.wait_for()
    page.get_by_role("button", name="Open the case").click()
    page.get_by_role("heading", name="The case is open").wait_for()
    page.get_by_role("link", name="Go to the case").click()
    page.wait_for_url("**/cases/*-*/")
    with within(site.cast.firm):
        case = Case.objects.get(student__given_name="Iker")
        assert Signature.objects.get(agreement__contact__name="Rosa Delgado").drawn
    assert str(case.pk) in page.url
    is_well(page)
