"""What a booking says: the calendar file, the reminders, and the answers C, R and X."""

import itertools
from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import translation
from icalendar import Calendar

from messaging.models import ReminderPlan
from outbox import receiving
from outbox.models import Message, withdraw
from scheduling import booking as bookings
from scheduling import ics, notices
from scheduling.availability import free_slots
from scheduling.booking import Asker
from scheduling.models import Booking, WeeklyHours
from tenants.models import DueWork
from tests.world import NOW

NUMBER = "+14065550188"
_sids = iter(range(10_000))


def booked(service, ana, *, at=NOW, starts_at=None, **more):
    starts_at = starts_at or free_slots(service, since=NOW + timedelta(days=3), until=NOW + timedelta(days=9), at=NOW, advocates=[ana])[0].starts_at  # fmt: skip
    facts = {"name": "Luz", "phone": NUMBER, "email": "luz@home.example", "child": "Mateo", "timezone": "America/Denver", "texts_wording": "yes"}  # fmt: skip
    return bookings.book(service, starts_at=starts_at, asker=Asker(**facts | more), at=at, advocate=ana)


# -- the calendar file -----------------------------------------------------------------------


def event_of(booking):
    found = Calendar.from_ical(ics.calendar(Booking.objects.get(pk=booking.pk), at=NOW))
    return found, found.walk("VEVENT")[0]


def test_a_calendar_keeps_one_entry_through_changes_and_takes_it_off_at_the_end(service, ana):
    booking = booked(service, ana)
    later = booking.starts_at + timedelta(hours=1)
    seen = []
    for step in (lambda: booking, lambda: bookings.move(booking, starts_at=later, at=NOW), lambda: bookings.call_off(booking, at=NOW)):  # fmt: skip
        calendar, event = event_of(step())
        seen.append((str(event["uid"]), event["sequence"], str(event["status"]), str(calendar["method"])))

    uid = f"{booking.pk}@harbor.localhost"
    assert seen == [
        (uid, 0, "CONFIRMED", "REQUEST"), (uid, 1, "CONFIRMED", "REQUEST"), (uid, 2, "CANCELLED", "CANCEL"),
    ]  # fmt: skip
    assert event["dtstart"].dt == later


def test_its_zone_is_described_so_that_every_calendar_shows_the_hour(service, ana):
    for zone in ("America/Denver", "Pacific/Guam", "America/Phoenix"):
        booking = booked(service, ana, timezone=zone)
        calendar, event = event_of(booking)
        (described,) = calendar.walk("VTIMEZONE")

        assert str(described["tzid"]) == event["dtstart"].params["tzid"] == zone
        assert event["dtstart"].dt == booking.starts_at
        bookings.call_off(booking, at=NOW)


def test_no_child_is_in_a_calendar_that_others_look_into(service, ana):
    assert b"Mateo" not in ics.calendar(booked(service, ana), at=NOW)


# -- reminders -------------------------------------------------------------------------------


def said(at=NOW):
    """Has the bookings say what they have to say, as their tasks do."""
    notices.say(list(DueWork.objects.filter(kind=notices.SAY).values_list("key", flat=True)), at)


def reminders(booking, *, at=NOW):
    said(at)
    rows = Message.objects.filter(subject=booking.subject, kind="reminder").exclude(state="suppressed")
    return {(row.occurrence.partition("/")[0], row.channel): row.due_at for row in rows}


def night_hours(ana):
    WeeklyHours.objects.filter(advocate=ana).delete()
    WeeklyHours.objects.bulk_create(
        WeeklyHours(advocate=ana, weekday=day, opens=time(0), closes=time(23, 59)) for day in range(7)
    )


@pytest.mark.parametrize("hour", range(24))
def test_two_reminders_never_leave_within_six_hours(service, ana, hour):
    night_hours(ana)
    starts_at = datetime(2026, 11, 28, hour, 0, tzinfo=UTC)
    due = sorted(reminders(booked(service, ana, starts_at=starts_at)).values())

    assert 1 <= len(due) <= 2
    assert all(two - one >= timedelta(hours=6) for one, two in itertools.pairwise(due))


def test_one_that_the_hours_move_next_to_another_is_left_out(service, ana):
    ReminderPlan.objects.create(
        steps=[{"minutes": 16 * 60, "by": "text"}, {"minutes": 10 * 60, "by": "text"}],
        changed_at=NOW,
        changed_by=ana,
    )
    night_hours(ana)
    booking = booked(
        service, ana, starts_at=datetime(2026, 11, 28, 21, 0, tzinfo=UTC)
    )  # 14:00; due 22:00 and 4:00

    assert len(reminders(booking)) == 1


def test_where_no_hour_is_left_for_a_text_an_e_mail_goes(service, ana):
    """Booked at nine in the evening for half past nine in the morning: a text would come at night or too late."""
    night_hours(ana)
    evening = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
    booking = booked(service, ana, at=evening, starts_at=evening + timedelta(hours=12, minutes=30))

    assert set(reminders(booking, at=evening)) == {("two-hours", "email")}
    held = Message.objects.get(subject=booking.subject, kind="reminder", channel="sms")
    assert (held.state, held.reason) == ("suppressed", "no allowed minute was left before it was due")


def test_a_firm_that_may_not_text_yet_reminds_by_e_mail(harbor, service, ana):
    from tenants.hosts import firm_by_id
    from tenants.models import Firm
    from tenants.places import in_public, within

    with in_public():
        Firm.objects.filter(pk=harbor.firm.id).update(owner_confirmed_at=None)
    with within(firm_by_id(harbor.firm.id)):
        planned = set(reminders(booked(service, ana)))

    assert planned == {("day-before", "email"), ("two-hours", "email")}


def test_moving_writes_the_reminders_anew(service, ana):
    booking = booked(service, ana)
    before = reminders(booking)
    moved = bookings.move(booking, starts_at=booking.starts_at + timedelta(hours=2), at=NOW)

    assert {key: due - timedelta(hours=2) for key, due in reminders(moved).items()} == before


# -- C, R, X ---------------------------------------------------------------------------------


def answer(body, *, at=NOW, number=NUMBER):
    return receiving.receive(provider_id=f"SM{next(_sids)}", number=number, to="+14065550150", body=body, media=[], opt_out="", at=at)  # fmt: skip


def replies():
    return list(Message.objects.filter(kind="reply").values_list("body", flat=True))


@pytest.mark.parametrize("body", ["C", "c", " c. ", "C!"])
def test_c_confirms(service, ana, body):
    booking = booked(service, ana)
    assert answer(body).meant == "confirm"

    booking.refresh_from_db()
    assert booking.confirmed_at == NOW
    assert replies()[0].startswith("Harbor Advocacy: Thank you.")


def test_r_sends_the_link_and_changes_nothing(service, ana):
    booking = booked(service, ana)
    before = Booking.objects.values().get()
    assert answer("R").meant == "change"

    assert Booking.objects.values().get() == before
    assert f"/b/{booking.secret}/" in replies()[0]


def test_x_calls_off_once(service, ana):
    booking = booked(service, ana)
    assert [answer("X").meant, answer("x").meant] == ["call_off", ""]

    said()
    booking.refresh_from_db()
    assert (booking.called_off_by, booking.sequence) == ("family", 1)
    assert Message.objects.filter(subject=booking.subject, kind="called-off", channel="sms").count() == 1


@pytest.mark.parametrize("letter", ["X", "R"])
def test_what_comes_too_close_to_the_call_asks_them_to_phone(service, ana, letter):
    booking = booked(service, ana)
    assert answer(letter, at=booking.starts_at - timedelta(minutes=30)).meant == "too_late"

    booking.refresh_from_db()
    assert booking.is_standing
    assert "(406) 555-0142" in replies()[0]


def test_a_reminder_offers_only_what_still_works_when_it_leaves(service, ana):
    """Changing ends two hours before here, when the second reminder leaves."""
    booked(service, ana)
    said()
    early, late = Message.objects.filter(kind="reminder", channel="sms").order_by("due_at")
    assert "R to change, X to call off" in early.body
    assert "Reply C to confirm. To change it, please call us." in late.body
    assert "R to change" not in late.body


@pytest.mark.parametrize("body", ["C u there", "yes", "X-ray results?", "", "CC"])
def test_anything_else_is_for_a_person_to_read(service, ana, body):
    booked(service, ana)

    assert answer(body).meant == ""
    assert replies() == []


def test_a_letter_from_a_number_without_a_call_does_nothing(service, ana):
    booked(service, ana)

    assert answer("X", number="+14065550199").meant == ""
    assert Booking.objects.standing().count() == 1


def test_answers_are_in_the_language_of_the_booking(service, ana):
    booked(service, ana, language="es")
    answer("C")

    with translation.override("es"):
        assert replies()[0].startswith("Harbor Advocacy: Gracias")


def test_who_said_stop_is_texted_no_reminder_and_keeps_the_call(service, ana):
    booking = booked(service, ana)
    said()
    withdraw(NUMBER, how="text", at=NOW)

    assert {channel for _, channel in reminders(booking)} == {"email"}
    booking.refresh_from_db()
    assert booking.is_standing
