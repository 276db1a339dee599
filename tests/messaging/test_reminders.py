"""Reminder plans, the firm's own words, the fall-back, and the lists of calls to make."""

import re
from datetime import timedelta

import pytest

from messaging import wordings
from messaging.models import ReminderPlan, Wording
from outbox.models import Message, allow, withdraw
from scheduling import booking as bookings
from scheduling.availability import free_slots
from tests.world import NOW


@pytest.fixture
def booked(harbor, luz, ana, service, clock, work_due):
    """A call of Luz with Ana, three days ahead, and what was said of it."""

    def book():
        since = NOW + timedelta(days=6)
        slot = free_slots(service, since=since, until=since + timedelta(days=3), at=NOW, advocates=[ana])[5]
        asker = bookings.Asker(name="Luz", phone=luz.phone, email=luz.email, contact=luz.contact, timezone="America/Denver")  # fmt: skip
        made = bookings.book(service, starts_at=slot.starts_at, asker=asker, at=NOW, advocate=ana)
        work_due(NOW)
        return made

    return book


def reminders(channel=""):
    rows = Message.objects.filter(kind="reminder").order_by("due_at", "channel")
    return [
        (row.channel, row.occurrence.partition("/")[0])
        for row in rows
        if not channel or row.channel == channel
    ]


def test_the_firms_plan_is_followed(visitor, olivia, booked):
    answer = visitor.as_(olivia).post(
        "/settings/texts/",
        {"minutes0": 4320, "by0": "both", "minutes1": 60, "by1": "mail", "minutes2": 0, "by2": "text"},
    )
    assert answer.status_code == 302

    booked()

    assert reminders() == [("email", "4320-minutes"), ("sms", "4320-minutes"), ("email", "60-minutes")]


def test_a_service_may_have_a_plan_of_its_own(olivia, service, booked):
    for which, minutes in ((None, 1440), (service.pk, 240)):
        ReminderPlan.objects.create(
            service=which, steps=[{"minutes": minutes, "by": "text"}], changed_by=olivia, changed_at=NOW
        )

    booked()

    assert reminders() == [("sms", "240-minutes")]


def test_no_steps_are_no_reminders(olivia, booked):
    ReminderPlan.objects.create(steps=[], changed_by=olivia, changed_at=NOW)

    booked()

    assert reminders() == []


def test_a_reminder_that_cannot_go_by_text_goes_by_email(booked, luz, work_due, standins, clock):
    booking = booked()
    first = Message.objects.filter(kind="reminder").order_by("due_at").first()
    Message.objects.filter(pk=first.pk).update(recipient="+15005550009")  # a landline

    allow("+15005550009", how="form", at=NOW)
    clock.now = first.due_at
    work_due(first.due_at)

    assert Message.objects.get(pk=first.pk).state == "failed"
    assert [one for one in reminders("email")] == [("email", "day-before")]
    mails = [mail["subject"] for mail in standins.mail(luz.email)]
    assert any(subject.startswith("Reminder: your call on") for subject in mails)
    assert booking.is_standing


def states():
    rows = Message.objects.filter(kind="reminder").order_by("due_at", "-channel")
    return [(row.channel, row.state) for row in rows]


def test_after_stop_and_start_a_standing_calls_reminders_go_by_text_again_and_once(booked, luz, standins, work_due, clock):  # fmt: skip
    booked()
    withdraw(luz.phone, how="text", at=NOW)
    assert states() == [("sms", "suppressed"), ("email", "due")] * 2
    allow(luz.phone, how="text", at=NOW + timedelta(minutes=1))
    assert states() == [("sms", "due"), ("email", "suppressed")] * 2
    withdraw(luz.phone, how="text", at=NOW + timedelta(minutes=2))
    assert states() == [("sms", "suppressed"), ("email", "due")] * 2
    allow(luz.phone, how="text", at=NOW + timedelta(minutes=3))

    texts, mails = len(standins.texts(luz.phone)), len(standins.mail(luz.email))
    for reminder in list(Message.objects.filter(kind="reminder", channel="sms").order_by("due_at")):
        clock.now = reminder.due_at
        work_due(reminder.due_at)
    assert (len(standins.texts(luz.phone)) - texts, len(standins.mail(luz.email)) - mails) == (2, 0)


def test_a_call_called_off_while_texts_were_ended_is_reminded_of_no_more(booked, luz, work_due):
    booking = booked()
    withdraw(luz.phone, how="text", at=NOW)
    bookings.call_off(booking, at=NOW)
    allow(luz.phone, how="text", at=NOW)

    assert {state for _channel, state in states()} == {"suppressed"}


def test_the_firms_words_are_used_with_the_one_sentence_added(visitor, olivia, booked, luz):
    answer = visitor.as_(olivia).post(
        "/settings/texts/booked/en/", {"body": "{firm}: See you {when}, {advocate}."}
    )
    assert answer.status_code == 302

    booked()

    text = Message.objects.get(kind="booked", channel="sms").body
    assert text.startswith("Harbor Advocacy: See you ")
    assert " Ana. STOP ends texts." in text


@pytest.mark.parametrize(
    "body",
    [
        "{firm}: About {child} {when}", "See you {when}", "{firm}: The autism meeting is {when}",
        "{firm}: Text CANCEL to call off {when}", "{firm}: Escriba ALTO {when}",
        "{firm}: Reply END or quit {when}", "{firm}: Responda baja {when}",
    ],
)  # fmt: skip
def test_words_that_may_not_be_used_are_refused_with_a_sentence(visitor, olivia, body):
    answer = visitor.as_(olivia).post("/settings/texts/reminder/en/", {"body": body})

    assert answer.status_code == 422
    assert body.replace("'", "&#x27;") in answer.content.decode()
    assert not Wording.objects.exists()


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", list(wordings.KINDS))
def test_our_own_words_pass_and_fit(harbor, kind, language):
    ours = wordings.ours(kind, language)

    assert wordings.wrong(kind, ours) == []
    assert wordings.preview(kind, language, ours).startswith("Harbor Advocacy: ")


def test_texts_off_still_booked_is_on_the_call_list(visitor, ana, marcus, booked, luz):
    booked()
    withdraw(luz.phone, how="text", at=NOW)

    page = visitor.as_(ana).get("/calls/").content.decode()
    assert "Luz Rivera" in page
    assert "Reminders go by e-mail." in page
    assert "Luz Rivera" not in visitor.as_(marcus).get("/calls/").content.decode()


def test_unconfirmed_calls_of_tomorrow_are_listed_until_confirmed(visitor, ana, booked, clock):
    booking = booked()
    clock.now = booking.starts_at - timedelta(hours=20)
    assert "Luz Rivera" in visitor.as_(ana).get("/calls/").content.decode()

    bookings.confirm(booking, at=clock.now)

    assert "Luz Rivera" not in visitor.as_(ana).get("/calls/").content.decode()


def test_who_works_with_the_family_is_told_that_its_number_takes_no_texts(booked, luz, ana, work_due, standins, clock):  # fmt: skip
    from clients.models import ContactPoint

    booked()
    ContactPoint.objects.filter(contact=luz.contact, kind="phone").update(value="+15005550009")
    allow("+15005550009", how="form", at=NOW)
    rows = Message.objects.filter(kind="reminder", channel="sms").order_by("due_at")
    rows.update(recipient="+15005550009")
    for due_at in list(rows.values_list("due_at", flat=True)):
        clock.now = due_at
        work_due(due_at)

    assert set(rows.values_list("state", flat=True)) == {"failed"}
    told = [mail for mail in standins.mail(ana.email) if mail["subject"] == "Texts to a family do not arrive"]
    assert len(told) == 1, "two lost reminders are told once"


def test_an_emoji_in_a_template_shows_what_it_costs(visitor, olivia, clock):
    words = "{firm}: See you {when}, {how}, with {advocate}. Reply C to confirm, R to change, X to call off"
    pages = [
        visitor.as_(olivia).post("/settings/texts/booked/en/", {"body": body, "check": "1"}).content.decode()
        for body in (f"{words}.", f"{words} 😀", f"{words} “soon”")
    ]

    assert ["emoji make a text cost more" in page for page in pages] == [False, True, False]
    assert [re.search(r"(\d) segments?, about", page)[1] for page in pages] == ["1", "2", "1"]
    assert "“" not in pages[2].split('lang="en">')[-1], "curly quotes leave as plain ones"


def test_a_call_booked_under_stop_and_without_mail_is_reminded_of_once_texts_are_allowed(booked, luz, standins, work_due, clock):  # fmt: skip
    from clients.models import ContactPoint

    ContactPoint.objects.filter(contact=luz.contact, kind="email").delete()
    withdraw(luz.phone, how="text", at=NOW)
    booked()
    assert reminders() == []

    clock.now = NOW + timedelta(minutes=1)
    allow(luz.phone, how="text", at=clock.now)
    work_due(clock.now)
    assert [channel for channel, _step in reminders()] == ["sms", "sms"]
    allow(luz.phone, how="text", at=clock.now)
    work_due(clock.now)
    assert states() == [("sms", "due")] * 2

    texts = len(standins.texts(luz.phone))
    for reminder in list(Message.objects.filter(kind="reminder").order_by("due_at")):
        clock.now = reminder.due_at
        work_due(reminder.due_at)
    assert len(standins.texts(luz.phone)) - texts == 2
