"""The page that says whether messages leave, and the figures for a monitoring system."""

from datetime import timedelta

import pytest
from django.test import Client

from outbox import sending
from outbox.models import Message, withdraw
from tenants.middleware import ServerHealthMiddleware
from tests.world import NOW


def waiting(luz, *, since):
    return Message.objects.create(
        kind="reminder", subject="booking:x", recipient=luz.email, channel="email", title="T", body="B", due_at=since
    )  # fmt: skip


@pytest.mark.parametrize(("minutes", "red"), [(1, False), (3, True)])
def test_red_when_the_oldest_due_message_is_over_two_minutes_old(visitor, olivia, luz, clock, minutes, red):
    waiting(luz, since=NOW - timedelta(minutes=minutes))

    page = visitor.as_(olivia).get("/health/").content.decode()

    assert ("Messages are waiting." in page, "Messages leave on time." in page) == (red, not red)


def test_a_test_takes_the_real_path(visitor, olivia, standins, clock):
    assert visitor.as_(olivia).post("/health/", {"channel": "email"}).status_code == 302
    visitor.post("/health/", {"channel": "sms", "number": "(406) 555-0199"})

    assert [mail["subject"] for mail in standins.mail(olivia.email)] == ["A test from Harbor Advocacy"]
    assert [text["body"] for text in standins.texts("+14065550199")] == [
        "Harbor Advocacy: This is a test. Texts work. STOP ends texts."
    ]


def test_no_test_goes_to_who_ended_texts(visitor, olivia, standins, luz, clock):
    withdraw(luz.phone, how="text", at=NOW)

    assert visitor.as_(olivia).post("/health/", {"channel": "sms", "number": luz.phone}).status_code == 422
    assert standins.texts(luz.phone) == []


def test_failures_stand_there_with_the_providers_words(visitor, olivia, harbor, standins, clock, work_due):
    sending.write(
        "note", subject="n", channel="sms", to="+15005550001", words=sending.Words("B"), due_at=NOW, at=NOW,
        zone=harbor.firm.zone, answers=True,
    )  # fmt: skip
    work_due(NOW)

    message = Message.objects.get(kind="note")
    page = visitor.as_(olivia).get("/health/").content.decode()
    assert (message.state, message.delivery_error) == ("failed", "21211")
    assert "(21211)" in page
    assert message.reason.split("'")[0] in page


def figures(**headers):
    answer = Client().get("/metrics", HTTP_HOST="anything.example", **headers)
    lines = [line.split() for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return answer.status_code, {line[0]: line[-1] for line in lines}


def test_metrics_say_how_long_the_oldest_message_waits(harbor, luz, clock):
    sending.write(
        "note", subject="n", channel="email", to="luz@harbor.example", words=sending.Words("B", "T"),
        due_at=NOW, at=NOW - timedelta(hours=1), zone=harbor.firm.zone,
    )  # fmt: skip
    clock.now = NOW + timedelta(seconds=200)

    status, found = figures()

    assert status == 200
    assert found["roundtable_oldest_due_message_seconds"] == "200"
    assert found['roundtable_overdue_work{kind="outbox.send"}'] == "1"


def test_metrics_are_for_this_machine_or_who_has_the_token(harbor, settings):
    assert figures()[0] == 200
    assert figures(REMOTE_ADDR="203.0.113.9")[0] == 403
    assert figures(HTTP_X_FORWARDED_FOR="203.0.113.9")[0] == 403
    settings.METRICS_TOKEN = "s3cret"
    assert figures()[0] == 403
    assert figures(HTTP_AUTHORIZATION="Bearer s3cret", REMOTE_ADDR="203.0.113.9")[0] == 200


def test_meeting_a_wall_is_counted(harbor, clock):
    from tenants.places import current_firm, nowhere

    try:
        with nowhere():
            current_firm()
    except Exception as problem:
        ServerHealthMiddleware(lambda request: None).process_exception(None, problem)

    assert figures()[1]["roundtable_guard_trips_day"] == "1"
