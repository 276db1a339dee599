"""The firm's own account: sealed, enforced, capped, and heard with its own signature."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from twilio.request_validator import RequestValidator

from messaging import threads
from messaging.models import Thread
from outbox import sending
from outbox.hours import Hours
from outbox.models import Message, Sender
from outbox.providers import twilio
from tests.world import NOW

OWN, TOKEN, NUMBER, SERVICE = "AC" + "a" * 32, "f" * 32, "+14065550177", "MG" + "b" * 32
FILLED = {"account_sid": OWN, "token": TOKEN, "number": "(406) 555-0177", "registration": "verified"}


@pytest.fixture
def own_account(standins):
    standins._ask("/twilio", {
        "accounts": [{"sid": OWN, "auth_token": TOKEN}],
        "numbers": [{"phone_number": NUMBER, "account": OWN}],
        "callbacks": "none",
    })  # fmt: skip


def text(luz, ana):
    thread = threads.thread_of(luz.contact, at=NOW)
    return threads.send_text(thread, "Hello", by=ana, at=NOW)


def test_texts_leave_from_the_firms_own_account(
    visitor, olivia, ana, luz, own_account, standins, clock, work_due
):
    assert visitor.as_(olivia).post("/settings/sender/", FILLED).status_code == 302

    text(luz, ana)
    work_due(NOW)

    assert [(one["from"], one["account_sid"]) for one in standins.texts(luz.phone)] == [(NUMBER, OWN)]


def test_the_token_is_sealed_and_never_shown(visitor, olivia, own_account):
    visitor.as_(olivia).post("/settings/sender/", FILLED)

    row = Sender.objects.get()
    assert TOKEN.encode() not in bytes(row.sealed_token)
    assert row.token() == TOKEN
    assert TOKEN not in visitor.get("/settings/sender/").content.decode()
    visitor.post("/settings/sender/", {**FILLED, "token": ""})
    assert Sender.objects.get().token() == TOKEN


def test_nothing_is_texted_before_the_sender_is_registered(
    visitor, olivia, ana, luz, own_account, standins, clock, work_due
):
    visitor.as_(olivia).post("/settings/sender/", {**FILLED, "registration": "pending"})

    message = text(luz, ana)
    work_due(NOW)

    message.refresh_from_db()
    assert (message.state, message.reason) == (
        "suppressed",
        "the firm's sender is not registered with the carriers",
    )
    assert standins.texts(luz.phone) == []


def test_the_cap_of_the_month_holds(visitor, olivia, ana, luz, standins, clock, work_due):
    visitor.as_(olivia).post("/settings/sender/", {"monthly_cap": "1", "registration": "verified"})

    text(luz, ana)
    text(luz, ana)
    work_due(NOW)

    assert sorted(Message.objects.values_list("state", "reason")) == [
        ("sent", ""), ("suppressed", "the firm's texts for this month are used up"),
    ]  # fmt: skip


def signed(token):
    fields = {"MessageSid": "SM" + "c" * 32, "From": "+14065559999", "To": NUMBER, "Body": "Hello"}
    url = f"{settings.PUBLIC_URL}/hooks/twilio/inbound/"
    signature = RequestValidator(token).compute_signature(url, fields)
    return Client().post(
        "/hooks/twilio/inbound/", fields, HTTP_HOST=settings.PUBLIC_HOST, HTTP_X_TWILIO_SIGNATURE=signature
    )


def test_a_text_to_the_own_number_bears_the_own_signature(visitor, olivia, own_account, harbor):
    visitor.as_(olivia).post("/settings/sender/", FILLED)

    assert signed(settings.TWILIO_AUTH_TOKEN).status_code == 403
    assert not Thread.objects.exists()
    assert signed(TOKEN).status_code == 200
    assert Thread.objects.get().number == "+14065559999"


@pytest.mark.parametrize(
    "more", [{"account_sid": "AC1"}, {"token": ""}, {"number": ""}, {"service_sid": "MG1"}, {"monthly_cap": "-1"}]
)  # fmt: skip
def test_what_cannot_work_is_refused(visitor, olivia, more):
    assert visitor.as_(olivia).post("/settings/sender/", {**FILLED, **more}).status_code == 422
    assert not Sender.objects.exists()


def test_another_firms_number_cannot_be_taken(visitor, olivia, birch):
    from tenants.numbers import own_number
    from tenants.places import within

    with within(birch.firm):
        theirs = own_number()

    answer = visitor.as_(olivia).post("/settings/sender/", {**FILLED, "number": theirs})

    assert answer.status_code == 422
    assert not Sender.objects.exists()


def test_without_an_account_of_its_own_a_firm_texts_from_the_platforms(harbor):
    assert twilio.account().sid == settings.TWILIO_ACCOUNT_SID


def test_the_firm_narrows_the_sending_hours_for_every_sender(
    visitor, olivia, ana, luz, standins, clock, work_due
):
    """It is noon in Montana: what staff starts waits until one; an answer leaves at once."""
    told = {"registration": "pending", "hours_from": "13:00", "hours_to": "17:00"}
    assert visitor.as_(olivia).post("/settings/sender/", {**told, "hours_to": "21:00"}).status_code == 422
    assert visitor.post("/settings/sender/", told).status_code == 302

    thread = threads.thread_of(luz.contact, at=NOW)
    threads.send_text(thread, "The north door.", by=ana, at=NOW)
    sending.write(
        "nudge", subject="x", channel="sms", to=luz.phone, words=sending.Words("Hello"), due_at=NOW, at=NOW,
        zone=ZoneInfo("America/Denver"), hours=Hours(),
    )  # fmt: skip
    work_due()
    assert standins.texts(luz.phone) == []
    assert "1:00 pm" in visitor.as_(ana).get(f"/messages/{thread.pk}/").content.decode()

    work_due(NOW + timedelta(minutes=61))
    assert sorted(text["body"] for text in standins.texts(luz.phone)) == ["Hello", "The north door."]
