"""One session at a time: who writes what down, what is asked once more, what is refused."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from accounts.models import AuditEntry
from minutes import recording
from minutes.models import DeliveredSession, MissedSession
from tests.conftest import Visitor
from tests.world import NOW, key

TODAY = date(2026, 11, 24)


@pytest.fixture
def new(visitor, ana, mateo, speech):
    """Ana sends the form."""

    def send(**told):
        service = recording.services_of(mateo)[0]
        values = {
            "key": str(uuid.uuid4()), "service": service.key, "on": "2026-11-24", "outcome": "held", "evidence": "log", **told,
        }  # fmt: skip
        return visitor.as_(ana).post(f"/students/{mateo.pk}/minutes/new/", values)

    return send


def test_a_session_takes_the_plans_minutes_and_the_day_of_today(new, ana, mateo, speech, clock):
    assert new().status_code == 302
    row = DeliveredSession.objects.get()
    assert (row.student, row.service, row.minutes, row.on) == (mateo, speech, 30, TODAY)
    assert (row.recorded_by, row.recorded_at, row.evidence) == (ana, NOW, "log")
    assert AuditEntry.objects.filter(action="deliveredsession.added", about=str(row.pk)).count() == 1


def test_the_page_comes_ready_to_send(visitor, ana, mateo, speech, clock):
    """Open, service (the only one is chosen), save: the day and the minutes are there."""
    page = visitor.as_(ana).get(f"/students/{mateo.pk}/minutes/new/").content.decode()
    assert 'value="2026-11-24"' in page
    assert page.count("checked") == 2  # the one service, and that it was held


def test_the_same_form_sent_twice_is_one_session(new, clock):
    same = str(uuid.uuid4())
    assert [new(key=same).status_code, new(key=same).status_code] == [302, 302]
    assert DeliveredSession.objects.count() == 1


def test_a_second_session_alike_is_asked_about_and_kept_when_sure(new, clock):
    new()
    again = new()
    assert again.status_code == 422
    assert "is written down for that day already" in again.content.decode()
    assert new(sure="on").status_code == 302
    assert DeliveredSession.objects.count() == 2


@pytest.mark.parametrize(
    ("on", "words"),
    [
        ("2026-11-25", "Wednesday, November 25 is tomorrow. If the clock of your device is a day ahead, write today, Tuesday, November 24."),
        ("2027-01-04", "Monday, January 4, 2027 has not come yet."),
        ("11/31/2026", "is no day of the calendar"),
        ("yesterday", "is not a date"),
        ("1999-01-01", "more than ten years ago"),
    ],
)  # fmt: skip
def test_a_day_that_cannot_be_is_said_and_what_was_typed_stays(new, clock, on, words):
    answer = new(on=on, note="He liked it.")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "He liked it." in page
    assert DeliveredSession.objects.count() == 0


@pytest.mark.parametrize(
    ("on", "words"),
    [
        ("11/22/2026", "Sunday, November 22 was not a school day."),
        ("2026-09-07", "Monday, September 7 was not a school day (Labor Day)."),
        ("9/1/2026", "That day lies outside the plan: Speech therapy, 2 × 30 minutes a week, Sep 2, 2026 – Jun 4, 2027."),
    ],
)  # fmt: skip
def test_an_odd_day_is_asked_about_and_kept_when_sure(new, clock, on, words):
    assert words in new(on=on).content.decode()
    assert DeliveredSession.objects.count() == 0
    assert new(on=on, sure="on").status_code == 302
    assert DeliveredSession.objects.count() == 1


@pytest.mark.parametrize("minutes", ["0", "-5", "721", "many"])
def test_minutes_that_cannot_be(new, clock, minutes):
    assert new(minutes=minutes).status_code == 422
    assert DeliveredSession.objects.count() == 0


def test_a_service_without_minutes_asks_for_them(visitor, ana, mateo, counseling, clock):
    service = recording.services_of(mateo)[0]
    told = {
        "key": str(uuid.uuid4()),
        "service": service.key,
        "on": "2026-11-24",
        "outcome": "held",
        "evidence": "seen",
    }
    answer = visitor.as_(ana).post(f"/students/{mateo.pk}/minutes/new/", told)
    assert "How many minutes was it?" in answer.content.decode()
    visitor.post(f"/students/{mateo.pk}/minutes/new/", {**told, "minutes": "20"})
    assert DeliveredSession.objects.get().minutes == 20


def test_a_whole_day_away_needs_a_reason_and_no_service(new, clock):
    assert "please say why nothing was held" in new(service="day").content.decode()
    new(service="day", outcome="student")
    row = MissedSession.objects.get()
    assert (row.is_whole_day, row.kind) == (True, "student")


def test_a_page_number_belongs_to_a_paper(new, clock):
    assert "Please choose the paper this page belongs to." in new(page="3").content.decode()
    new(page="3", document=str(key("document Mateo")))
    assert DeliveredSession.objects.get().page == 3


def test_another_childs_paper_cannot_be_named(new, clock):
    assert new(document=str(key("document Ada"))).status_code == 422


def test_a_make_up_names_an_earlier_day(new, clock):
    assert "lies before the one" in new(makes_up_for_on="2026-11-24").content.decode()
    new(makes_up_for_on="11/10/2026")
    assert DeliveredSession.objects.get().counts_on == date(2026, 11, 10)


def test_marcus_does_not_reach_mateo(harbor, marcus, mateo, speech, clock):
    for path in ("", "new/", "week/", "import/", "worksheet/"):
        assert Visitor(harbor).as_(marcus).get(f"/students/{mateo.pk}/minutes/{path}").status_code == 404


def test_a_correction_keeps_what_stood_and_why(new, visitor, ana, bo, mateo, clock):
    new()
    first = DeliveredSession.objects.get()
    service = recording.services_of(mateo)[0]
    told = {
        "service": service.key,
        "on": "2026-11-24",
        "minutes": "25",
        "evidence": "log",
        "why": "The log says 25.",
    }
    answer = visitor.as_(ana).post(f"/minutes/sessions/{first.pk}/", told)
    assert answer.status_code == 302
    fresh = DeliveredSession.objects.standing().get()
    first.refresh_from_db()
    assert (fresh.minutes, fresh.corrects_id) == (25, first.pk)
    assert (first.minutes, first.ended_by, first.ended_at, first.why) == (30, ana, NOW, "The log says 25.")
    page = visitor.get(f"/minutes/sessions/{fresh.pk}/").content.decode()
    assert "The log says 25." in page
    # The old one cannot be corrected a second time.
    assert visitor.post(f"/minutes/sessions/{first.pk}/", told).status_code == 302
    assert DeliveredSession.objects.count() == 2


def test_a_correction_without_a_change_or_a_reason_is_none(new, visitor, ana, mateo, clock):
    new()
    row = DeliveredSession.objects.get()
    told = {
        "service": recording.services_of(mateo)[0].key,
        "on": "2026-11-24",
        "minutes": "30",
        "evidence": "log",
    }
    assert visitor.as_(ana).post(f"/minutes/sessions/{row.pk}/", told).status_code == 422
    answer = visitor.post(f"/minutes/sessions/{row.pk}/", {**told, "why": "Hm"})
    assert "Nothing is different." in answer.content.decode()
    assert DeliveredSession.objects.count() == 1


def test_striking_out_takes_it_from_the_count_and_keeps_it(new, visitor, ana, clock):
    new()
    row = DeliveredSession.objects.get()
    visitor.as_(ana).post(f"/minutes/sessions/{row.pk}/strike/", {"why": ""})
    assert DeliveredSession.objects.standing().count() == 1
    visitor.post(f"/minutes/sessions/{row.pk}/strike/", {"why": "Wrong child"})
    row.refresh_from_db()
    assert (row.stands, row.why, DeliveredSession.objects.count()) == (False, "Wrong child", 1)


def test_a_missed_session_is_corrected_too(new, visitor, ana, mateo, clock):
    new(outcome="provider")
    row = MissedSession.objects.get()
    told = {
        "service": recording.services_of(mateo)[0].key,
        "on": "2026-11-24",
        "outcome": "school",
        "evidence": "text",
        "why": "It was a test",
    }
    assert visitor.as_(ana).post(f"/minutes/missed/{row.pk}/", told).status_code == 302
    assert MissedSession.objects.standing().get().kind == "school"


def test_the_plan_accepted_again_leaves_sessions_with_their_service(new, mateo, speech, plan, clock):
    """Accepting the same review anew makes new rows; the name finds them back."""
    from tests.minutes.conftest import a_row

    new()
    speech.delete()
    a_row(plan, "Speech  Therapy", setting="outside_general_education")
    from minutes import tally

    found = tally.table(mateo, start=date(2026, 11, 1), end=date(2026, 11, 30), today=date(2026, 12, 1))
    assert [(line.name, line.total.delivered.minutes) for line in found.lines] == [("Speech  Therapy", 30)]
