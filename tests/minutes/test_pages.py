"""What the pages say: the table, the days behind a number, what a family sees, and what cannot be counted."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from types import SimpleNamespace

from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from cases.models import NoSchool, SchoolCalendar
from minutes import tally
from minutes.apps import behind
from minutes.counting import Amount
from minutes.models import DeliveredSession, MissedSession
from reviews import plans
from reviews.models import PlanInForce, ServiceRow
from tests.conftest import Visitor
from tests.minutes.conftest import a_row, held
from tests.world import NOW, key
from web.ids import new_id

NOVEMBER = {"start": date(2026, 11, 1), "end": date(2026, 11, 30)}


def test_the_table_of_a_month(mateo, november):
    """Three weeks are over on the 24th: six sessions, three held, one absent, two missing. The fourth runs."""
    line = tally.table(mateo, **NOVEMBER, today=date(2026, 11, 24)).lines[0]
    total = line.total
    assert (total.owed, total.delivered, total.student_absent) == (
        Amount(6, 180),
        Amount(3, 90),
        Amount(1, 30),
    )
    assert (total.shortfall, total.school, total.not_delivered) == (
        Amount(2, 60),
        Amount(1, 30),
        Amount(3, 90),
    )
    assert [window.window.first for window in line.running] == [date(2026, 11, 23)]


def test_every_number_opens_its_days(visitor, ana, mateo, november, clock):
    page = visitor.as_(ana).get(f"/students/{mateo.pk}/minutes/").content.decode()
    links = set(re.findall(rf"/students/{mateo.pk}/minutes/[0-9a-f-]+/2026/11/", page))
    assert len(links) == 1
    days = visitor.get(links.pop()).content.decode()
    for words in (
        "Nov 9 – Nov 15, 2026",
        "5 school days owe 60 minutes.",
        "The student was absent",
        "IEP Paper of Mateo",
    ):
        assert words in days
    assert "2 missing" not in days
    assert "60 minutes missing" in days


def test_a_change_of_the_plan_leaves_the_past_alone(mateo, speech, ana, november):
    before = tally.table(mateo, **NOVEMBER, today=date(2026, 11, 24)).lines[0]
    plans.change_service(speech, from_on=date(2026, 11, 23), by=ana, at=NOW, sessions=1)
    after = tally.table(mateo, **NOVEMBER, today=date(2026, 11, 24)).lines
    assert len(after) == 1
    assert after[0].months[0].count == before.months[0].count
    assert [window.window.sessions for window in after[0].running] == [1]
    assert [row.words for row in after[0].rows] == [
        "2 × 30 minutes a week, Sep 2 – Nov 22, 2026", "1 × 30 minutes a week, Nov 23, 2026 – Jun 4, 2027",
    ]  # fmt: skip


def test_a_newer_plan_ends_the_older_the_day_before_it_starts(mateo, plan, speech, ana, november):
    from documents.models import DocumentVersion
    from reviews.models import Review

    PlanInForce.objects.filter(pk=plan.pk).update(superseded_at=NOW)
    version = DocumentVersion.objects.create(
        pk=new_id(), document_id=key("document Mateo"), number=2, uploaded_by=ana, uploaded_at=NOW
    )
    review = Review.objects.create(student=mateo, version=version, opened_at=NOW)
    newer = PlanInForce.objects.create(
        student=mateo, review=review, starts_on=date(2026, 11, 16), ends_on=date(2027, 11, 15), accepted_by=ana,
        accepted_at=NOW + timedelta(hours=1),
    )  # fmt: skip
    a_row(newer, "Speech Therapy", setting="outside_general_education", sessions=3)
    line = tally.table(mateo, **NOVEMBER, today=date(2026, 11, 24)).lines[0]
    assert [(w.window.first, w.window.sessions) for w in line.windows] == [
        (date(2026, 11, 2), 2), (date(2026, 11, 9), 2), (date(2026, 11, 16), 3),
    ]  # fmt: skip


def test_a_snow_day_put_into_the_calendar_later_counts_from_then_on(mateo, speech, november):
    year = SchoolCalendar.objects.get().years.get()
    for first, last in ((date(2026, 11, 2), date(2026, 11, 4)), (date(2026, 11, 6), date(2026, 11, 6))):
        NoSchool.objects.create(year=year, first_on=first, last_on=last, name="Snow")
    SchoolCalendar.objects.update(version=2)
    line = tally.table(mateo, **NOVEMBER, today=date(2026, 11, 24)).lines[0]
    # One school day is left in the first week: one session owed, two held, one of them beyond.
    assert (line.windows[0].count.owed, line.windows[0].count.beyond) == (Amount(1, 30), Amount(1, 30))


def test_a_service_without_frequency_says_so_and_keeps_its_sessions(visitor, ana, mateo, counseling, clock):
    held(mateo, counseling, date(2026, 11, 10), recorded_by=ana)
    line = tally.table(mateo, **NOVEMBER, today=date(2026, 11, 24)).lines[0]
    assert line.why_not == [
        "The plan says “as needed”. It cannot be counted: the plan gives no number of sessions in a time. You can ask how often it will be held."
    ]
    assert (len(line.outside), line.total.owed) == (1, Amount())
    page = visitor.as_(ana).get(f"/students/{mateo.pk}/minutes/").content.decode()
    assert "The plan says “as needed”" in page
    assert "1 session outside of what is owed" in page


def test_without_a_calendar_nothing_is_counted_and_the_page_says_why(visitor, ana, mateo, speech, clock):
    SchoolCalendar.objects.all().delete()
    page = visitor.as_(ana).get(f"/students/{mateo.pk}/minutes/").content.decode()
    assert "There is no school calendar yet" in page
    assert "minutes missing" not in page


def test_days_the_calendar_does_not_know_are_named(mateo, speech):
    ServiceRow.objects.update(starts_on=date(2026, 8, 24))
    found = tally.table(mateo, start=date(2026, 7, 1), end=date(2027, 6, 30), today=date(2026, 11, 24))
    assert found.notes == [
        "The school calendar says nothing about Aug 24 – Sep 1, 2026. Those days are not counted."
    ]


def test_a_make_up_fills_the_week_it_names(mateo, speech, ana, november):
    held(mateo, speech, date(2026, 11, 24), recorded_by=ana, makes_up_for_on=date(2026, 11, 17))
    line = tally.table(mateo, **NOVEMBER, today=date(2026, 11, 25)).lines[0]
    assert (line.total.made_up, line.total.shortfall) == (Amount(1, 30), Amount(1, 30))
    assert line.running[0].count.delivered == Amount()


def test_what_is_struck_out_does_not_count(mateo, november):
    DeliveredSession.objects.filter(on=date(2026, 11, 3)).update(ended_at=NOW, ended_by=key("ana"))
    line = tally.table(mateo, **NOVEMBER, today=date(2026, 11, 24)).lines[0]
    assert line.total.delivered == Amount(2, 60)


def test_today_names_services_behind_this_month(ana, marcus, mateo, november):
    found = tally.shortfalls(ana, today=date(2026, 11, 24))
    assert [(one.student, one.line.name, one.count.shortfall.minutes) for one in found] == [
        (mateo, "Speech therapy", 60)
    ]
    assert tally.shortfalls(marcus, today=date(2026, 11, 24)) == []


# --- families ---


def test_luz_sees_her_childs_minutes_in_spanish_and_no_other_childs(harbor, luz, mateo, november, clock):
    luz_at = Visitor(harbor).as_(luz)
    luz_at.headers["Accept-Language"] = "es"
    page = luz_at.get(f"/portal/children/{mateo.pk}/minutes/").content.decode()
    assert "60" in page
    assert "Speech therapy" in page
    assert luz_at.get(f"/portal/children/{key('student Ada')}/minutes/").status_code == 404


def test_a_blocked_parent_sees_nothing(harbor, luz, mateo, november, clock):
    from clients.models import Guardianship

    Guardianship.objects.filter(student=mateo).update(blocked_from=date(2026, 11, 1))
    for path in ("minutes/", "minutes/new/", "minutes.pdf"):
        assert Visitor(harbor).as_(luz).get(f"/portal/children/{mateo.pk}/{path}").status_code == 404


def test_a_parents_entry_is_a_parents_note(harbor, luz, mateo, speech, clock):
    from minutes import recording

    told = {
        "key": str(new_id()),
        "service": recording.services_of(mateo)[0].key,
        "on": "2026-11-24",
        "outcome": "unknown",
        "evidence": "log",
        "note": "No hubo terapia.",
    }
    assert Visitor(harbor).as_(luz).post(f"/portal/children/{mateo.pk}/minutes/new/", told).status_code == 302
    row = MissedSession.objects.get()
    assert (row.evidence, row.recorded_by, row.note) == ("note", luz, "No hubo terapia.")


def test_a_paper_not_shared_with_the_family_is_not_named_to_it(harbor, luz, ana, mateo, november, clock):
    from documents.models import Document

    Document.objects.filter(pk=key("document Mateo")).update(
        title="Private notes of Ana", shared=False, added_by=ana
    )
    line = tally.table(mateo, **NOVEMBER, today=date(2026, 11, 24)).lines[0]
    mine = (
        Visitor(harbor)
        .as_(luz)
        .get(f"/portal/children/{mateo.pk}/minutes/{line.key}/2026/11/")
        .content.decode()
    )
    theirs = (
        Visitor(harbor).as_(ana).get(f"/students/{mateo.pk}/minutes/{line.key}/2026/11/").content.decode()
    )
    assert "Private notes of Ana" in theirs
    assert "Private notes of Ana" not in mine


# --- how much it costs ---


def test_a_page_of_three_thousand_sessions_takes_few_queries(harbor, ana, mateo, plan, clock):
    rows = [
        a_row(plan, f"Service {n}", per="day", sessions=1, starts_on=date(2021, 9, 1), setting=str(n))
        for n in range(5)
    ]
    sessions = [
        DeliveredSession(
            student=mateo, service=row, service_name=row.name, on=date(2024, 3, 1) + timedelta(days=n), minutes=30, evidence="log",
            recorded_by=ana, recorded_at=NOW,
        )
        for row in rows
        for n in range(600)
    ]  # fmt: skip
    DeliveredSession.objects.bulk_create(sessions)
    assert DeliveredSession.objects.count() == 3000
    visitor = Visitor(harbor).as_(ana)
    path = f"/students/{mateo.pk}/minutes/"
    # The school year in which most of them lie: 5 × 365.
    for url in (path, f"{path}?year=2024"):
        visitor.get(url)
        with CaptureQueriesContext(
            connection,
        ) as taken:
            began = datetime.now()
            assert visitor.get(url).status_code == 200
            took = datetime.now() - began
        assert len(taken) <= 15, [q["sql"][:100] for q in taken]
        assert took < timedelta(seconds=2)


def test_the_section_of_today_links_to_the_days(harbor, ana, marcus, mateo, november, clock):
    asked = SimpleNamespace(firm=harbor.firm)
    shown = render_to_string("minutes/today_section.html", behind(asked, ana))
    line = tally.table(mateo, **NOVEMBER, today=date(2026, 11, 24)).lines[0]
    assert f"/students/{mateo.pk}/minutes/{line.key}/2026/11/" in shown
    assert "</a> <span" in shown  # a gap between the service and its number
    assert "60 minutes missing" in shown
    assert render_to_string("minutes/today_section.html", behind(asked, marcus)).strip() == ""
