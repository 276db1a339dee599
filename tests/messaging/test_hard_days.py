"""Days on which something else fails: the right thing happens, and someone is told."""

import socket
from datetime import timedelta

import pytest

from messaging import health
from outbox.models import Message, allow, withdraw
from tests.messaging.test_reminders import booked  # noqa: F401 (a fixture)
from tests.world import NOW


@pytest.fixture
def reminded(booked, luz, clock):  # noqa: F811
    """A call with reminders by text, and the moment the first is due."""
    allow(luz.phone, how="form", at=NOW)
    booking = booked()
    first = Message.objects.filter(kind="reminder", channel="sms").order_by("due_at").first()
    return booking, first


def nobody_there():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{closed.getsockname()[1]}"


def test_a_provider_that_is_down_for_six_hours_loses_nothing(
    reminded, luz, standins, settings, work_due, clock
):
    _booking, first = reminded
    base, settings.TWILIO_API_BASE = settings.TWILIO_API_BASE, nobody_there()
    at = first.due_at
    for n in range(18):
        clock.now = at
        work_due(at)
        if n == 3:
            assert health.health(at=at).late
        at += timedelta(minutes=20)
    first.refresh_from_db()
    assert (first.state, first.reason) == ("due", "Twilio did not answer")
    told = [mail["subject"] for mail in standins.mail("olivia@harbor.example")]
    assert told.count("Texts do not leave right now") == 1

    before = len(standins.texts(luz.phone))
    settings.TWILIO_API_BASE = base
    # It is night by now, so the text leaves in the morning.
    clock.now = at + timedelta(minutes=31)
    work_due(clock.now)
    first.refresh_from_db()
    clock.now = first.due_at + timedelta(minutes=1)
    work_due(clock.now)
    first.refresh_from_db()
    assert (first.state, len(standins.texts(luz.phone))) == ("sent", before + 1)


def test_wrong_credentials_are_told_and_texts_wait_until_they_are_right(
    reminded, standins, settings, work_due, clock
):
    _booking, first = reminded
    right, settings.TWILIO_AUTH_TOKEN = settings.TWILIO_AUTH_TOKEN, "1" * 32
    at = first.due_at
    for _ in range(4):
        clock.now = at
        work_due(at)
        at += timedelta(minutes=5)
    first.refresh_from_db()
    assert first.state == "due"
    assert first.reason.startswith("Twilio does not take our account or its token")
    assert "Texts do not leave right now" in [
        mail["subject"] for mail in standins.mail("olivia@harbor.example")
    ]

    settings.TWILIO_AUTH_TOKEN = right
    clock.now = at + timedelta(minutes=10)
    work_due(clock.now)
    first.refresh_from_db()
    assert first.state == "sent"


def test_one_that_cannot_leave_in_time_goes_by_email(reminded, luz, standins, settings, work_due, clock):
    booking, first = reminded
    settings.TWILIO_API_BASE = nobody_there()
    at = first.due_at
    while at < booking.starts_at:
        clock.now = at
        work_due(at)
        at += timedelta(minutes=20)
    first.refresh_from_db()
    assert first.state == "failed"
    assert any(mail["subject"].startswith("Reminder: your call on") for mail in standins.mail(luz.email))


def test_stop_sends_the_reminders_by_email_while_the_booking_stands(reminded, luz, standins, work_due, clock):
    booking, first = reminded
    withdraw(luz.phone, how="text", at=NOW)

    assert set(Message.objects.filter(kind="reminder", channel="sms").values_list("state", flat=True)) == {
        "suppressed"
    }
    mailed = Message.objects.filter(kind="reminder", channel="email").order_by("due_at")
    assert mailed.first().due_at == first.due_at
    clock.now = first.due_at
    work_due(first.due_at)
    assert any(mail["subject"].startswith("Reminder: your call on") for mail in standins.mail(luz.email))
    assert booking.is_standing
