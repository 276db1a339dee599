"""Timers outlive a tab, a week that is signed stays as it is, each thing done is offered once."""

from datetime import date, timedelta

import pytest

from accounts.models import AuditEntry
from cases import timeline
from cases.models import Meeting
from invoices import suggesting, timing
from invoices.models import SignOff, TimeEntry, Timer
from scheduling import booking as bookings
from scheduling.availability import free_slots
from tests.world import NOW, key

TODAY = date(2026, 11, 24)


def fields(case, **more):
    return {"work": f"case:{case.pk}", "on": "2026-11-24", "minutes": "1h20", "activity": "call", "description": "Call with school", "billing": "billable", **more}  # fmt: skip


def test_a_timer_runs_on_whatever_happens_to_the_tab(visitor, ana, desk, clock):
    visitor.as_(ana).post("/time/timer/", {"work": f"case:{desk.case.pk}", "next": "/today/"})
    clock.now = NOW + timedelta(minutes=42)
    page = visitor.as_(ana).get("/students/").content.decode()
    assert "0:42" in page
    timer = Timer.objects.get()

    visitor.post(f"/time/timer/{timer.pk}/pause/")
    clock.now = NOW + timedelta(hours=5)
    visitor.as_(ana).post(f"/time/timer/{timer.pk}/resume/")
    clock.now = NOW + timedelta(hours=5, minutes=18)
    assert 'value="1:00"' in visitor.get(f"/time/timer/{timer.pk}/").content.decode()

    answer = visitor.post(f"/time/timer/{timer.pk}/", fields(desk.case, minutes="1:00"))
    assert answer.status_code == 302
    assert (TimeEntry.objects.get().minutes, Timer.objects.count()) == (60, 0)
    assert visitor.post(f"/time/timer/{timer.pk}/", fields(desk.case)).status_code == 404


def test_one_timer_runs_at_a_time(desk, ana):
    first = timing.start(ana, at=NOW)
    second = timing.start(ana, at=NOW + timedelta(minutes=5))
    first.refresh_from_db()
    assert (first.seconds, first.is_running, second.is_running) == (300, False, True)

    timing.resume(first, at=NOW + timedelta(minutes=9))
    second.refresh_from_db()
    assert (second.seconds, second.is_running) == (240, False)
    assert Timer.objects.filter(started_at__isnull=False).get() == first


def test_nobody_reaches_anothers_timer(visitor, marcus, ana, desk):
    timer = timing.start(ana, at=NOW)

    assert visitor.as_(marcus).get(f"/time/timer/{timer.pk}/").status_code == 404
    assert visitor.post(f"/time/timer/{timer.pk}/removal/").status_code == 404
    assert Timer.objects.get() == timer


def test_quick_entry(visitor, ana, desk):
    answer = visitor.as_(ana).post("/time/", fields(desk.case))

    assert answer["Location"] == "/time/?week=2026-11-23"
    entry = TimeEntry.objects.get()
    assert (entry.person, entry.student, entry.case, entry.minutes) == (ana, desk.case.student, desk.case, 80)


def test_the_same_work_once_more_is_asked_about(visitor, ana, desk, clock):
    visitor.as_(ana).post("/time/", fields(desk.case))
    again = visitor.post("/time/", fields(desk.case))

    assert again.status_code == 422
    assert "1:20 “Call with school” is written down already, minutes ago." in again.content.decode()
    assert TimeEntry.objects.count() == 1
    assert visitor.post("/time/", fields(desk.case, again="on")).status_code == 302
    assert visitor.post("/time/", fields(desk.case, minutes="1h")).status_code == 302
    assert TimeEntry.objects.count() == 3


@pytest.mark.parametrize(("name", "value"), [("minutes", "soon"), ("work", ""), ("on", "2027-01-01"), ("on", "1999-01-01"), ("description", "")])  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(visitor, ana, desk, name, value):
    answer = visitor.as_(ana).post("/time/", fields(desk.case, **{"note": "keep me", name: value}))

    assert answer.status_code == 422
    assert "keep me" in answer.content.decode()
    assert not TimeEntry.objects.exists()


def test_time_is_written_for_ones_own_cases_alone(visitor, marcus, desk):
    assert visitor.as_(marcus).post("/time/", fields(desk.case)).status_code == 422


def test_one_sees_ones_own_time_and_billing_sees_all(visitor, ana, marcus, olivia, bea, desk):
    entry = desk.time(30)

    assert visitor.as_(marcus).get(f"/time/entries/{entry.pk}/").status_code == 404
    assert "0:30" not in visitor.get(f"/time/?person={ana.pk}").content.decode()
    for reader in (olivia, bea):
        assert "0:30" in visitor.as_(reader).get(f"/time/?person={ana.pk}").content.decode()
    # Billing reads; what it posts changes nothing.
    assert visitor.post(f"/time/entries/{entry.pk}/", fields(desk.case)).status_code == 200
    assert TimeEntry.objects.get().minutes == 30


def test_a_signed_week_stays_as_it_is_until_the_owner_opens_it(visitor, ana, olivia, adam, desk):
    entry = desk.time(30)
    visitor.as_(ana).post("/time/sign-off/", {"week": "2026-11-24"})
    signed = SignOff.objects.get()
    assert (signed.week, signed.person) == (date(2026, 11, 23), ana)

    for act in (
        lambda: timing.change(entry, {"minutes": 31}, by=ana, at=NOW),
        lambda: timing.remove(entry, by=ana, at=NOW),
        lambda: desk.time(5, on=date(2026, 11, 23)),
        lambda: timing.change(desk.time(5, on=date(2026, 11, 20)), {"on": TODAY}, by=ana, at=NOW),
    ):
        with pytest.raises(timing.Locked, match="signed off"):
            act()
    assert visitor.post(f"/time/weeks/{signed.pk}/reopening/", {"reason": "x"}).status_code == 403
    assert visitor.as_(adam).post(f"/time/weeks/{signed.pk}/reopening/", {"reason": "x"}).status_code == 403

    visitor.as_(olivia).post(f"/time/weeks/{signed.pk}/reopening/", {"reason": "A call was missing"})

    timing.change(entry, {"minutes": 31}, by=ana, at=NOW)
    assert TimeEntry.objects.get(pk=entry.pk).minutes == 31
    signed.refresh_from_db()
    assert (signed.reopened_by, signed.reason) == (olivia, "A call was missing")
    assert AuditEntry.objects.filter(action="week.reopened").count() == 1


def test_billed_time_stays_as_it_is_and_reopening_a_week_never_rounds_it_again(desk, ana, olivia):
    desk.rate()
    desk.terms(round_to=6)
    entry = desk.time(7)
    invoice = desk.invoice()
    signed = timing.sign_off(ana, TODAY, by=ana, at=NOW)
    timing.reopen(signed, by=olivia, at=NOW)

    with pytest.raises(timing.Locked, match="on an invoice"):
        timing.change(entry, {"minutes": 70}, by=ana, at=NOW)
    assert (TimeEntry.objects.get().minutes, invoice.lines.get().billed_minutes) == (7, 12)


def test_what_somebody_did_is_offered_once(visitor, ana, desk, service, clock):
    student = desk.case.student
    slot = free_slots(
        service, since=NOW + timedelta(days=1), until=NOW + timedelta(days=9), at=NOW, advocates=[ana]
    )[0]
    made = bookings.book(service, starts_at=slot.starts_at, asker=bookings.Asker(name="Luz", email="luz@harbor.example", contact=desk.payer), at=NOW, advocate=ana)  # fmt: skip
    type(made).objects.filter(pk=made.pk).update(student=student)
    Meeting.objects.create(case=desk.case, kind="iep", advocate=ana, starts_at=NOW - timedelta(hours=3), ends_at=NOW - timedelta(hours=2), travel_minutes=20)  # fmt: skip
    call = timeline.add(
        student=student, kind="call", text="Spoke", happened_at=NOW, at=NOW, by=ana, case=desk.case
    )
    at = slot.starts_at + timedelta(hours=2)
    clock.now = at

    found = {row.kind: row for row in suggesting.suggestions(ana, at=at)}
    assert {kind: row.minutes for kind, row in found.items()} == {
        "booking": 20,
        "meeting": 60,
        "travel": 40,
        "call": None,
    }
    assert found["booking"].description == "Llamada gratis"  # as the family reads it

    visitor.as_(ana).post(
        "/time/suggestions/accept/", {"kind": "meeting", "source": found["meeting"].source, "minutes": "1:10"}
    )
    visitor.post(
        "/time/suggestions/accept/", {"kind": "meeting", "source": found["meeting"].source, "minutes": "1:10"}
    )
    visitor.post("/time/suggestions/skip/", {"kind": "travel", "source": found["travel"].source})
    assert (
        visitor.post(
            "/time/suggestions/accept/", {"kind": "call", "source": call.pk, "minutes": ""}
        ).status_code
        == 422
    )

    assert [(entry.minutes, entry.activity) for entry in TimeEntry.objects.all()] == [(70, "meeting")]
    assert {row.kind for row in suggesting.suggestions(ana, at=at)} == {"booking", "call"}
    assert key("student Mateo") == student.pk


def test_a_timer_that_ran_over_night_asks_how_long_it_really_was(visitor, ana, desk, clock):
    timer = timing.start(ana, at=NOW, student=desk.case.student, case=desk.case)
    assert "very long" not in visitor.as_(ana).get(f"/time/timer/{timer.pk}/").content.decode()

    clock.now = NOW + timedelta(minutes=481)
    assert "very long" in visitor.as_(ana).get(f"/time/timer/{timer.pk}/").content.decode()


def test_decimal_hours_are_said_back_in_minutes(visitor, ana, desk):
    answer = visitor.as_(ana).post("/time/", fields(desk.case, minutes="1.5"), follow=True)
    assert "Written down: 1:30 (90 minutes)." in answer.content.decode()
    assert TimeEntry.objects.get().minutes == 90


def test_a_day_of_more_than_24_hours_is_kept_and_said(visitor, ana, desk):
    visitor.as_(ana)
    whole = visitor.post("/time/", fields(desk.case, minutes="24:00"), follow=True).content.decode()
    assert "more than a day has" not in whole
    page = visitor.post("/time/", fields(desk.case, minutes="2:36"), follow=True).content.decode()
    assert (
        "Tuesday, November 24, 2026 comes to 26:36, more than a day has. Please look whether that is right."
        in page
    )
    assert "More than 24 hours" in visitor.get("/time/").content.decode()
    entry = TimeEntry.objects.get(minutes=156)
    page = visitor.post(
        f"/time/entries/{entry.pk}/", fields(desk.case, minutes="3:00"), follow=True
    ).content.decode()
    assert "comes to 27:00" in page
    timer = timing.start(ana, at=NOW)
    page = visitor.post(
        f"/time/timer/{timer.pk}/", fields(desk.case, minutes="0:10"), follow=True
    ).content.decode()
    assert "comes to 27:10" in page


@pytest.mark.parametrize(("day", "words"), [("1990-01-01", "Choose a day from 2000 on."), ("2026-12-24", "Choose a day that has come.")])  # fmt: skip
def test_a_day_long_ago_and_one_to_come_are_told_apart(visitor, ana, desk, day, words):
    answer = visitor.as_(ana).post("/time/", fields(desk.case, on=day))
    assert answer.status_code == 422
    assert words in answer.content.decode()
