from datetime import date, timedelta

import pytest

from cases import clock
from cases.models import CaseEvent, Deadline, DeadlineChange, Why
from tests.cases.conftest import AT

CONSENT = "evaluation_consent_received"


def only(case, rule):
    return Deadline.objects.get(case=case, rule=rule, dropped_at=None)


def test_consent_received_gives_the_date_with_arithmetic_and_citation(visitor, ana, case, clock_at_now):
    answer = visitor.as_(ana).post(f"/cases/{case.pk}/events/", {"kind": CONSENT, "on": "2025-09-03"})
    assert "#" not in answer["Location"]  # what is said stands at the top of the page

    assert answer.status_code == 302
    row = only(case, "initial_evaluation")
    assert (row.due_on, row.verified, row.owner) == (date(2025, 11, 2), True, ana)
    page = visitor.get(f"/students/{case.student_id}/").content.decode()
    assert "Wednesday, September 3, 2025 + 60 calendar days = Sunday, November 2, 2025." in page
    assert "Mont. Admin. R. 10.16.3321(1)" in page
    assert row.title in visitor.get("/deadlines/").content.decode()
    assert row.title in visitor.get("/today/").content.decode()


def test_correcting_the_day_counts_again_and_keeps_the_old_date(visitor, ana, case):
    event = clock.record(case, kind=CONSENT, on=date(2025, 9, 3), by=ana, at=AT)
    visitor.as_(ana).post(f"/events/{event.pk}/", {"on": "2025-09-10", "note": "", "version": 1})

    row = only(case, "initial_evaluation")
    change = row.changes.latest("pk")
    assert row.due_on == date(2025, 11, 9)
    assert (change.old_due_on, change.new_due_on, change.why, change.by) == (
        date(2025, 11, 2), date(2025, 11, 9), Why.FACT, ana,
    )  # fmt: skip


def test_the_second_of_two_who_correct_an_event_is_told(visitor, ana, case):
    event = clock.record(case, kind=CONSENT, on=date(2025, 9, 3), by=ana, at=AT)
    visitor.as_(ana).post(f"/events/{event.pk}/", {"on": "2025-09-10", "version": 1})
    answer = visitor.post(f"/events/{event.pk}/", {"on": "2025-09-12", "note": "mine", "version": 1})

    assert answer.status_code == 409
    assert "2025-09-12" in answer.content.decode()
    event.refresh_from_db()
    assert event.on == date(2025, 9, 10)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (("evaluation_consent_received", date(2026, 9, 3)), ("eligibility_determined", "2026-09-01"), "cannot come before"),
        (None, ("evaluation_consent_received", "2027-01-01"), "cannot be in the future"),
        (None, ("evaluation_consent_received", "1925-01-01"), "cannot be as long ago"),
        (None, ("evaluation_consent_received", "2025-02-30"), "type a date like 2026-11-24."),
        (None, ("no_such_event", "2025-09-03"), "Select a valid choice"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_in_a_sentence_and_changes_nothing(
    visitor, ana, case, clock_at_now, first, second, words
):
    if first:
        clock.record(case, kind=first[0], on=first[1], by=ana, at=AT)
    before = CaseEvent.objects.count()
    answer = visitor.as_(ana).post(f"/cases/{case.pk}/events/", {"kind": second[0], "on": second[1]})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert CaseEvent.objects.count() == before


def test_recording_the_same_event_twice_is_once(ana, case):
    for _ in range(2):
        clock.record(case, kind=CONSENT, on=date(2025, 9, 3), by=ana, at=AT)
    assert case.events.count() == 1
    assert case.deadlines.filter(rule="initial_evaluation").count() == 1


def test_an_event_taken_back_leaves_the_lists_and_keeps_its_history(visitor, ana, case):
    event = clock.record(case, kind=CONSENT, on=date(2025, 9, 3), by=ana, at=AT)
    visitor.as_(ana).post(f"/events/{event.pk}/withdrawal/")

    row = Deadline.objects.get(event=event, rule="initial_evaluation")
    assert row.dropped_at is not None
    assert not Deadline.objects.standing().filter(pk=row.pk).exists()
    assert row.changes.last().why == Why.TAKEN_BACK


def test_a_school_day_date_without_a_calendar_says_what_is_missing(visitor, ana, case, district):
    clock.record(case, kind="discipline_change_decision", on=date(2026, 11, 20), by=ana, at=AT)
    row = only(case, "manifestation_determination")

    assert (row.status, row.due_on) == ("needs_input", None)
    page = visitor.as_(ana).get(f"/deadlines/{row.pk}/").content.decode()
    assert "This count needs the district&#x27;s school calendar" in page
    assert f"/calendars/{district.pk}/" in page


def test_a_winter_break_moves_a_school_day_date_and_tells_the_team(
    visitor, ana, marcus, case, calendar, district, standins
):
    from clients.models import join_care_team
    from outbox.models import Message

    join_care_team(case.student, marcus, at=AT)
    clock.record(case, kind="discipline_change_decision", on=date(2026, 11, 23), by=ana, at=AT)
    row = only(case, "manifestation_determination")
    assert row.due_on == date(2026, 12, 9)
    year = calendar.years.get(first_on=date(2026, 8, 26))
    answer = visitor.as_(ana).post(f"/calendars/{district.pk}/years/{year.pk}/", {
        "first": "2026-08-26", "last": "2027-06-05", "weekdays": ["0", "1", "2", "3", "4"], "version": calendar.version,
        "days_off": "11/26-27 Thanksgiving\nDec 7 to Dec 8 Early winter break",
    })  # fmt: skip

    assert answer.status_code == 302
    row.refresh_from_db()
    change = row.changes.last()
    assert (row.due_on, change.old_due_on, change.why) == (
        date(2026, 12, 11),
        date(2026, 12, 9),
        Why.CALENDAR,
    )
    letter = Message.objects.get(kind="date-moved", recipient=marcus.email)
    assert "Wednesday, December 9 → Friday, December 11" in letter.body
    assert not Message.objects.filter(kind="date-moved", recipient=ana.email).exists()


def test_deleting_a_calendar_asks_first_and_then_says_what_is_missing(visitor, ana, case, calendar, district):
    clock.record(case, kind="discipline_change_decision", on=date(2026, 11, 23), by=ana, at=AT)
    visitor.as_(ana)
    assert "1 open case in Lakeside" in visitor.get(f"/calendars/{district.pk}/deletion/").content.decode()
    row = only(case, "manifestation_determination")
    assert row.due_on == date(2026, 12, 9)
    visitor.post(f"/calendars/{district.pk}/deletion/")

    row.refresh_from_db()
    assert (row.status, row.due_on, row.changes.last().why) == ("needs_input", None, Why.NO_CALENDAR)
    assert row.changes.last().old_due_on == date(2026, 12, 9)


def test_a_question_is_asked_before_a_date_is_called_verified(visitor, ana, case, calendar, district):
    district.state = "CA"
    district.save()
    answer = visitor.as_(ana).post(f"/cases/{case.pk}/events/", {"kind": CONSENT, "on": "2026-09-03"})

    row = only(case, "initial_evaluation")
    assert answer["Location"] == f"/deadlines/{row.pk}/"
    assert (row.state, row.verified, row.asks) == ("CA", False, True)
    visitor.post(f"/deadlines/{row.pk}/answers/", {"key": "extended_by_written_agreement", "kind": "no"})
    visitor.post(
        f"/deadlines/{row.pk}/answers/",
        {"key": "written_referral_received", "kind": "on", "on": "2026-08-27"},
    )
    row.refresh_from_db()
    assert (row.verified, row.asks) == (True, False)
    assert CaseEvent.objects.filter(
        case=case, kind="written_referral_received", on=date(2026, 8, 27)
    ).exists()


def test_an_answer_that_cannot_be_is_refused_with_a_sentence(visitor, ana, case, calendar, district):
    district.state = "CA"
    district.save()
    clock.record(case, kind=CONSENT, on=date(2026, 9, 3), by=ana, at=AT)
    row = only(case, "initial_evaluation")
    visitor.as_(ana)
    path = f"/deadlines/{row.pk}/answers/"
    key = "extended_by_written_agreement"
    assert visitor.post(path, {"key": key, "kind": "on", "on": "2026-09-01"}).status_code == 422
    assert visitor.post(path, {"key": key, "kind": "days", "days": "many"}).status_code == 422
    assert visitor.post(path, {"key": key, "kind": "on", "on": ""}).status_code == 422
    assert visitor.post(path, {"key": "made_up", "kind": "yes"}).status_code == 404
    row.refresh_from_db()
    assert row.answers == {}


def test_done_can_be_undone(visitor, ana, case):
    clock.record(case, kind=CONSENT, on=date(2025, 9, 3), by=ana, at=AT)
    row = only(case, "initial_evaluation")
    visitor.as_(ana).post(f"/deadlines/{row.pk}/completion/", {"next": "/today/"})
    row.refresh_from_db()
    assert row.done_by == ana
    assert f"/deadlines/{row.pk}/reopening/" in visitor.get("/today/").content.decode()
    visitor.post(f"/deadlines/{row.pk}/reopening/")
    row.refresh_from_db()
    assert row.done_at is None


def test_a_student_who_moves_to_another_state_is_counted_by_its_law(ana, case, district):
    from tenants.models import DueWork

    clock.record(case, kind=CONSENT, on=date(2026, 9, 3), by=ana, at=AT)
    district.state = "TX"
    district.save()
    case.student.refresh_from_db()
    case.student.save()
    keys = list(DueWork.objects.filter(kind=clock.RECOUNT).values_list("key", flat=True))
    assert keys == [f"state/student:{case.student_id}"]
    clock.recount_due(keys, AT + timedelta(minutes=1))

    row = only(case, "initial_evaluation")
    assert (row.state, row.status, row.changes.last().why) == ("TX", "needs_input", Why.STATE)
    assert not DueWork.objects.filter(kind=clock.RECOUNT).exists()


def test_counting_twice_moves_nothing(ana, case):
    clock.record(case, kind=CONSENT, on=date(2025, 9, 3), by=ana, at=AT)
    before = DeadlineChange.objects.count()
    assert clock.recount(case, at=AT, by=ana, why=Why.PROOF) == []
    assert DeadlineChange.objects.count() == before


def test_nobody_outside_the_care_team_finds_a_date(visitor, ana, marcus, case):
    clock.record(case, kind=CONSENT, on=date(2025, 9, 3), by=ana, at=AT)
    row = only(case, "initial_evaluation")
    visitor.as_(marcus)
    assert visitor.get(f"/deadlines/{row.pk}/").status_code == 404
    assert visitor.get(f"/cases/{case.pk}/").status_code == 404
    assert visitor.post(f"/deadlines/{row.pk}/completion/").status_code == 404
    assert row.title not in visitor.get("/deadlines/?who=team").content.decode()
    visitor.as_(ana)
    assert row.title in visitor.get("/deadlines/?who=team").content.decode()


def test_one_date_is_one_date_and_its_day_has_no_hour(visitor, ana, case, clock_at_now):
    answer = visitor.as_(ana).post(f"/cases/{case.pk}/events/", {"kind": CONSENT, "on": "2025-09-03"})
    assert "#" not in answer["Location"]  # what is said stands at the top of the page
    page = visitor.get(answer["Location"].partition("#")[0]).content.decode()

    assert "Recorded. 1 date follows from it." in page
    story = page[page.index('<ol class="timeline">') :]
    assert '<time datetime="2025-09-03">Wed Sep 3, 2025</time>' in story
    assert "Sep 3, 2025 12:00 pm" not in story


def test_a_date_on_a_weekend_says_by_when_to_act_and_why(visitor, ana, case):
    clock.record(case, kind=CONSENT, on=date(2025, 9, 3), by=ana, at=AT)
    page = visitor.as_(ana).get(f"/deadlines/{only(case, 'initial_evaluation').pk}/").content.decode()

    assert "Friday, October 31, 2025</time>. The date itself is a weekend or a holiday" in page
    assert "2025-10-31</p>" not in page
