"""Families nobody has spoken with."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from cases.models import EntryKind, TimelineEntry
from clients.models import Contact
from messaging.checking_in import quiet
from messaging.models import Thread
from outbox.models import Message, withdraw
from scheduling import booking as bookings
from scheduling.availability import free_slots
from scheduling.models import Booking
from tests.world import NOW

DENVER = ZoneInfo("America/Denver")


def names(user, days=30, at=NOW):
    return [contact.name for contact in quiet(user, days=days, at=at)]


def long_ago():
    Contact.objects.update(created_at=NOW - timedelta(days=40))


def test_who_was_quiet_for_thirty_days_is_listed_for_their_team(ana, marcus, olivia, luz, texts_in):
    long_ago()
    assert (names(ana), names(marcus)) == (["Luz Rivera"], ["Ngozi Okafor"])
    assert sorted(names(olivia)) == ["Luz Rivera", "Ngozi Okafor"]
    assert names(ana, days=60) == []

    texts_in(luz.phone, "Hello")

    assert names(ana) == []


def test_a_call_that_took_place_and_one_written_down_are_talks_too(ana, luz, mateo, service):
    made = bookings.book(
        service,
        starts_at=free_slots(service, since=NOW, until=NOW + timedelta(days=7), at=NOW)[0].starts_at,
        asker=bookings.on_file(luz.contact, mateo, zone=DENVER),
        at=NOW,
    )
    later = NOW + timedelta(days=40)
    Contact.objects.update(created_at=NOW - timedelta(days=40))
    Booking.objects.update(no_show_at=made.starts_at)
    assert "Luz Rivera" in names(ana, at=made.starts_at + timedelta(days=10))

    Booking.objects.update(no_show_at=None)
    assert "Luz Rivera" not in names(ana, at=made.starts_at + timedelta(days=10))
    assert "Luz Rivera" in names(ana, at=later)

    TimelineEntry.objects.create(
        student=mateo,
        kind=EntryKind.CALL,
        text="School",
        who="Mrs. Poe",
        happened_at=later - timedelta(days=2),
        recorded_at=later,
    )
    assert "Luz Rivera" in names(ana, at=later)
    TimelineEntry.objects.create(
        student=mateo,
        kind=EntryKind.CALL,
        text="How it went",
        who="luz rivera",
        happened_at=later - timedelta(days=1),
        recorded_at=later,
    )
    assert "Luz Rivera" not in names(ana, at=later)


def test_one_tap_sends_a_friendly_text_once_a_day(visitor, ana, luz, standins, clock):
    long_ago()
    visitor.as_(ana).get("/messages/check-ins/")

    for _ in range(2):
        visitor.post(f"/contacts/{luz.contact.pk}/check-in/")

    assert [text["body"] for text in standins.texts(luz.phone)] == [
        "Harbor Advocacy: Hola, le escribe Ana. ¿Qué tal va todo? Solo responda a este mensaje. STOP: fin de textos."
    ]
    assert Message.objects.filter(kind="check-in").count() == 1
    assert f"/contacts/{luz.contact.pk}/check-in/" not in visitor.get("/messages/check-ins/").content.decode()
    assert not Thread.objects.waiting(at=NOW).exists()


def test_without_texts_it_is_an_email(visitor, ana, luz, standins, clock):
    long_ago()
    withdraw(luz.phone, how="text", at=NOW)

    visitor.as_(ana).post(f"/contacts/{luz.contact.pk}/check-in/")

    assert standins.texts(luz.phone) == []
    assert len(standins.mail(luz.email)) == 1


def test_another_teams_family_is_not_found(visitor, marcus, luz):
    assert visitor.as_(marcus).post(f"/contacts/{luz.contact.pk}/check-in/").status_code == 404
