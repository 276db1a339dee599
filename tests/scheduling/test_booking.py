from datetime import timedelta

import pytest

from clients.models import Contact
from outbox.models import Message
from scheduling import booking as bookings
from scheduling.availability import free_slots
from scheduling.booking import Asker, SlotTaken
from scheduling.models import Booking
from tests.world import NOW

LUZ = Asker(
    name="Luz Rivera", phone="+14065550188", email="luz@home.example", child="Mateo", texts_wording="yes"
)


def first_slot(service, at=NOW):
    return free_slots(service, since=at, until=at + timedelta(days=7), at=at)[0]


def test_a_booking_makes_an_unconfirmed_contact_and_student(service):
    booking = bookings.book(service, starts_at=first_slot(service).starts_at, asker=LUZ, at=NOW)

    assert (booking.contact.name, booking.contact.confirmed_at) == ("Luz Rivera", None)
    assert (booking.student.given_name, booking.student.confirmed_at) == ("Mateo", None)


def test_a_booking_never_attaches_itself_to_a_family_we_know(service, luz):
    known = luz.contact
    asker = Asker(name="Luz Rivera", phone=luz.phone, email=luz.email, child="Mateo")

    booking = bookings.book(service, starts_at=first_slot(service).starts_at, asker=asker, at=NOW)

    assert booking.contact != known
    assert booking.contact.family != known.family
    assert Contact.objects.filter(name="Luz Rivera").count() == 2


def test_the_slot_is_gone_and_the_second_gets_three_others(service, ana):
    start = first_slot(service).starts_at
    bookings.book(service, starts_at=start, asker=LUZ, at=NOW, advocate=ana)

    with pytest.raises(SlotTaken) as taken:
        bookings.book(service, starts_at=start, asker=LUZ, at=NOW, advocate=ana)

    assert len(taken.value.nearest) == 3
    assert Booking.objects.count() == 1


def test_the_same_key_books_once(service):
    start = first_slot(service).starts_at
    one = bookings.book(service, starts_at=start, asker=LUZ, at=NOW, idempotency_key="form:1")
    two = bookings.book(service, starts_at=start, asker=LUZ, at=NOW, idempotency_key="form:1")

    assert one == two
    assert Booking.objects.count() == 1


def test_it_goes_to_the_advocate_booked_longest_ago(service, ana, marcus):
    slots = free_slots(service, since=NOW, until=NOW + timedelta(days=7), at=NOW)
    times = sorted({slot.starts_at for slot in slots})
    one = bookings.book(service, starts_at=times[0], asker=LUZ, at=NOW)
    two = bookings.book(service, starts_at=times[1], asker=LUZ, at=NOW + timedelta(minutes=1))

    assert {one.advocate, two.advocate} == {ana, marcus}


def test_two_reminders_and_a_confirmation_are_written(service, work_due, standins):
    start = NOW + timedelta(days=3, minutes=60 * 0)
    slots = free_slots(service, since=start, until=start + timedelta(days=4), at=NOW)
    booking = bookings.book(service, starts_at=slots[0].starts_at, asker=LUZ, at=NOW)
    work_due()

    rows = Message.objects.filter(subject=booking.subject, recipient="+14065550188").values_list(
        "kind", "occurrence"
    )
    assert sorted(rows) == [("booked", "0"), ("reminder", "day-before/0"), ("reminder", "two-hours/0")]


def test_calling_off_takes_the_reminders_back_and_frees_the_time(service, ana, work_due, standins):
    start = first_slot(service, NOW + timedelta(days=2)).starts_at
    booking = bookings.book(service, starts_at=start, asker=LUZ, at=NOW, advocate=ana)
    work_due()
    bookings.call_off(booking, at=NOW)

    waiting = Message.objects.filter(subject=booking.subject, kind="reminder", state="due")
    assert not waiting.exists()
    assert bookings.book(service, starts_at=start, asker=LUZ, at=NOW, advocate=ana)


def test_moving_keeps_the_advocate_and_raises_the_sequence(service, ana):
    slots = free_slots(service, since=NOW, until=NOW + timedelta(days=7), at=NOW, advocates=[ana])
    booking = bookings.book(service, starts_at=slots[9].starts_at, asker=LUZ, at=NOW, advocate=ana)
    moved = bookings.move(booking, starts_at=slots[12].starts_at, at=NOW)

    assert (moved.pk, moved.advocate, moved.sequence) == (booking.pk, ana, 1)


def test_inside_the_window_a_family_is_told_to_phone(service, ana):
    booking = bookings.book(service, starts_at=first_slot(service).starts_at, asker=LUZ, at=NOW, advocate=ana)

    with pytest.raises(bookings.TooLate):
        bookings.call_off(booking, at=booking.starts_at - timedelta(minutes=5))


def test_a_call_that_was_called_off_says_so_where_it_would_be_changed(service, ana, visitor, clock):
    booking = bookings.book(service, starts_at=first_slot(service, NOW + timedelta(days=2)).starts_at, asker=LUZ, at=NOW, advocate=ana)  # fmt: skip
    bookings.call_off(booking, at=NOW)
    answer = visitor.get(f"/b/{booking.secret}/change/", headers={"Accept-Language": "en"})
    assert answer.status_code == 409
    assert "This call was called off. You can book another time." in answer.content.decode()
    assert "too close" not in answer.content.decode()
