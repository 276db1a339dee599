"""Never lost, never knowingly repeated."""

import socket
from datetime import timedelta

import pytest

from outbox import allowed, sending
from outbox.models import Consent, Message, allow, may_text, withdraw
from outbox.providers import mail, twilio
from tenants.models import DueWork, Firm
from tenants.places import in_public, within
from tests.outbox.conftest import NUMBER, state
from tests.world import NOW

TWO_MINUTES = timedelta(minutes=2)


def due_rows(message):
    return sorted(DueWork.objects.filter(key=str(message.pk)).values_list("kind", flat=True))


def test_a_text_leaves_once_however_often_it_is_asked_for(office, standins):
    message = office.write()
    assert office.write() == message
    assert [office.deliver(message) for _ in range(3)] == [1, 0, 0]

    assert [text["body"] for text in standins.texts(NUMBER)] == ["Harbor: your call is at 2."]
    assert state(message) == ("sent", "")
    assert due_rows(message) == []


def test_what_is_not_due_waits(office, standins):
    message = office.write(due_at=NOW + timedelta(hours=1))
    office.deliver(message)

    assert (state(message)[0], standins.texts(NUMBER)) == ("due", [])
    assert due_rows(message) == ["outbox.send"]


@pytest.mark.parametrize("kind", ["lost_answer", "error_after"])
def test_an_answer_that_was_lost_is_looked_up_and_the_text_is_not_sent_again(office, standins, kind):
    standins.fault(service="twilio", kind=kind)
    message = office.write()
    assert office.deliver(message) == 0
    assert state(message)[0] == "unknown"
    assert due_rows(message) == ["outbox.reconcile"]

    office.deliver(message, after=timedelta(hours=1))  # nobody sends it in the meantime
    office.reconcile(message)
    assert state(message) == ("sent", "")
    assert message.provider_id == standins.texts(NUMBER)[0]["sid"]
    assert len(standins.texts(NUMBER)) == 1
    assert due_rows(message) == []


@pytest.mark.parametrize("kind", ["error_before", "drop"])
def test_a_text_that_the_providers_list_does_not_know_is_sent_again(office, standins, kind):
    standins.fault(service="twilio", kind=kind)
    message = office.write()
    office.deliver(message)
    assert state(message)[0] == "unknown"

    office.reconcile(message)
    assert state(message)[0] == "due"
    office.deliver(message)
    assert (state(message)[0], len(standins.texts(NUMBER))) == ("sent", 1)


def test_while_the_list_cannot_be_read_nothing_is_decided(office, standins):
    standins.fault(service="twilio", kind="lost_answer", method="POST")
    message = office.write()
    office.deliver(message)
    standins.fault(service="twilio", kind="error_before", method="GET", times=2)

    for _ in range(2):
        office.reconcile(message)
        assert (state(message)[0], due_rows(message)) == ("unknown", ["outbox.reconcile"])
    office.reconcile(message)
    assert state(message)[0] == "sent"


def test_another_text_with_the_same_words_is_not_taken_for_it(office, standins):
    """Yesterday's reminder, and one whose answer came, are not the lost one."""
    known = office.write(occurrence="1")
    office.deliver(known)
    standins.fault(service="twilio", kind="error_before")
    lost = office.write(occurrence="2")
    office.deliver(lost)

    office.reconcile(lost)
    assert state(lost)[0] == "due"
    office.deliver(lost)
    assert len(standins.texts(NUMBER)) == 2


def test_being_asked_to_wait_is_obeyed(office, standins):
    standins.fault(service="twilio", kind="rate_limit")
    message = office.write()
    office.deliver(message)
    assert state(message) == ("due", "Twilio asked us to wait")
    assert (message.due_at, office.deliver(message)) == (NOW, 0)
    assert office.deliver(message, after=timedelta(minutes=1)) == 1
    assert len(standins.texts(NUMBER)) == 1


def test_a_refused_connection_is_tried_again_by_itself(office, standins, settings):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.TWILIO_API_BASE, base = (
            f"http://127.0.0.1:{closed.getsockname()[1]}",
            settings.TWILIO_API_BASE,
        )
        message = office.write()
        office.deliver(message)
    assert state(message) == ("due", "Twilio did not answer")

    settings.TWILIO_API_BASE = base
    assert office.deliver(message, after=timedelta(minutes=1)) == 1


def test_it_is_tried_for_a_day_of_sending_hours_and_then_given_up(office, standins):
    standins.fault(service="twilio", kind="rate_limit", times=None)
    message = office.write(event_at=None)
    for _ in range(40):
        office.deliver(message, after=timedelta(minutes=31))
    assert state(message) == ("due", "Twilio asked us to wait")
    for _ in range(100):
        office.deliver(message, after=timedelta(minutes=31))

    assert state(message) == ("failed", "Twilio asked us to wait")
    assert message.attempts == sending.TRIES
    assert due_rows(message) == []


@pytest.mark.parametrize(("number", "code"), [("+15005550009", "21614"), ("+15005550001", "21211")])
def test_a_landline_fails_once_and_for_all(office, standins, number, code):
    sending_allowed(number)
    message = office.write(to=number)
    office.deliver(message)

    assert state(message)[0] == "failed"
    assert message.delivery_error == code
    assert may_text(number)


def sending_allowed(number):
    allow(number, how="form", at=NOW - timedelta(days=1))


def test_21610_takes_the_consent_away(office, standins):
    sending_allowed("+15005550004")
    message, other = office.write(to="+15005550004"), office.write(to="+15005550004", occurrence="2")
    office.deliver(message)

    assert state(message)[0] == "failed"
    assert not may_text("+15005550004")
    assert state(other) == ("suppressed", "texts are off for this number")
    assert Consent.objects.standing("+15005550004").how == "provider"


def test_a_worker_that_dies_between_the_commit_and_the_call_leaves_an_unknown(office, standins, monkeypatch):
    message = office.write()
    monkeypatch.setattr(twilio, "send", lambda message, who: exec("raise SystemExit"))
    with pytest.raises(SystemExit):
        office.deliver(message)
    assert state(message)[0] == "sending"
    monkeypatch.undo()

    assert office.deliver(message) == 0  # somebody else may still be at it
    assert office.deliver(message, after=sending.LEASE) == 0
    assert state(message)[0] == "unknown"
    office.reconcile(message)
    office.deliver(message)
    assert (state(message)[0], len(standins.texts(NUMBER))) == ("sent", 1)


def test_a_worker_that_dies_after_the_call_repeats_nothing(office, standins, monkeypatch):
    message = office.write()
    monkeypatch.setattr(sending, "settle_answer", lambda *args, **more: exec("raise SystemExit"))
    with pytest.raises(SystemExit):
        office.deliver(message)
    monkeypatch.undo()

    office.deliver(message, after=sending.LEASE)
    office.reconcile(message)
    assert (state(message)[0], len(standins.texts(NUMBER))) == ("sent", 1)


def test_a_worker_that_dies_with_a_lease_lets_the_next_one_have_it(office, standins):
    message = office.write()
    assert sending.lease([str(message.pk)], at=NOW) == [message]
    assert office.deliver(message) == 0

    assert office.deliver(message, after=sending.LEASE) == 1


def test_a_stop_that_comes_while_a_worker_holds_the_row_wins(office, standins):
    message = office.write()
    (leased,) = sending.lease([str(message.pk)], at=NOW)
    batch = allowed.Batch.of([leased], at=NOW)
    withdraw(NUMBER, how="text", at=NOW)

    assert not sending._send(leased, batch, began=0)
    assert state(message) == ("suppressed", "texts are off for this number")
    assert standins.texts(NUMBER) == []


def test_a_call_off_that_comes_while_a_worker_holds_the_row_wins(office, standins):
    message = office.write()
    (leased,) = sending.lease([str(message.pk)], at=NOW)
    batch = allowed.Batch.of([leased], at=NOW)
    sending.call_off(subject="booking:1", reason="the booking was called off", at=NOW)

    assert not sending._send(leased, batch, began=0)
    assert standins.texts(NUMBER) == []


def test_nobody_is_texted_who_did_not_agree(office, standins):
    message = office.write(to="+14065550178")
    office.deliver(message)

    assert state(message) == ("suppressed", "nobody has agreed to texts at this number")


def test_until_the_owner_has_shown_an_address_the_firm_sends_mail_alone(office, harbor, standins):
    from tenants.hosts import firm_by_id

    with in_public():
        Firm.objects.filter(pk=harbor.firm.id).update(owner_confirmed_at=None)
    with within(firm_by_id(harbor.firm.id)):
        text, letter, answer = (
            office.write(),
            office.write(to="luz@home.example"),
            office.write("reply", answers=True),
        )
        office.deliver(text, letter, answer)

    told = "the owner's address is not confirmed yet, so the firm sends e-mail only"
    assert (state(text), state(answer)) == (("suppressed", told), ("suppressed", told))
    assert state(letter)[0] == "sent"
    assert standins.texts() == []


def test_a_number_has_its_texts_for_a_day(office, standins):
    messages = [office.write(occurrence=str(n)) for n in range(allowed.TEXTS_A_DAY_A_NUMBER + 1)]
    assert office.deliver(*messages) == allowed.TEXTS_A_DAY_A_NUMBER

    held = [state(message) for message in messages if state(message)[0] != "sent"]
    assert held == [("suppressed", "this number has had its texts for today")]
    tomorrow = office.write(occurrence="tomorrow", due_at=NOW + timedelta(days=1))
    assert office.deliver(tomorrow, after=timedelta(days=1, minutes=1)) == 1


def test_a_firm_has_its_texts_for_a_day(office, standins, monkeypatch):
    monkeypatch.setattr(allowed, "TEXTS_A_DAY_A_FIRM", 3)
    messages = [office.write(occurrence=str(n)) for n in range(4)]
    assert office.deliver(*messages) == 3

    held = [state(message) for message in messages if state(message)[0] != "sent"]
    assert held == [("suppressed", "the firm has sent its texts for today")]


# -- the hours, asked again when it leaves ---------------------------------------------------


def night(office):
    """9 p.m. in Denver, when the worker is back."""
    office.at = NOW + timedelta(hours=9)
    return office


def test_a_text_that_is_late_waits_for_the_morning(office, standins):
    message = office.write()
    night(office).deliver(message)
    assert state(message)[0] == "due"
    assert message.due_at.astimezone(office.zone).strftime("%d %H:%M") == "25 09:00"

    office.at = message.due_at
    assert office.deliver(message) == 1


def test_one_that_the_morning_would_make_too_late_stays_here(office, standins):
    message = office.write(event_at=NOW + timedelta(hours=21, minutes=30))  # 9:30 the next day
    night(office).deliver(message)

    assert state(message) == ("suppressed", "no allowed minute is left")


def test_a_try_again_does_not_carry_a_text_into_the_night(office, standins):
    standins.fault(service="twilio", kind="rate_limit")
    office.at = NOW + timedelta(hours=7, minutes=59, seconds=50)  # 19:59:50
    message = office.write()
    office.deliver(message)
    office.deliver(message, after=timedelta(minutes=1))

    assert (state(message)[0], standins.texts(NUMBER)) == ("due", [])
    assert message.due_at.astimezone(office.zone).strftime("%H:%M") == "09:00"


def test_an_answer_leaves_at_once_and_is_one_for_ten_minutes(office, standins):
    night(office)
    at_once = office.write("reply", answers=True, at=office.at)
    assert office.deliver(at_once) == 1

    late = office.write("reply", answers=True, at=office.at, subject="inbound:2")
    assert office.deliver(late, after=timedelta(minutes=11)) == 0
    assert state(late)[0] == "due"


def test_a_reminder_of_what_has_begun_is_held_back(office, standins):
    message = office.write(event_at=NOW + timedelta(hours=2))
    letter = office.write(to="luz@home.example", event_at=NOW + timedelta(hours=2))
    office.deliver(message, letter, after=timedelta(hours=2))

    assert state(message) == state(letter) == ("suppressed", "what it reminds of has begun")


def test_a_code_that_has_lapsed_is_not_sent(office, standins):
    code = office.write("code", answers=True, at=NOW)
    office.deliver(code, after=timedelta(minutes=10))

    assert state(code) == ("suppressed", "the code has lapsed")


# -- mail ------------------------------------------------------------------------------------


def test_a_mail_server_that_says_later_is_asked_later(office, standins):
    standins.fault(service="mail", kind="temporary")
    letter = office.write(to="luz@home.example")
    office.deliver(letter)
    assert state(letter)[0] == "due"

    assert office.deliver(letter, after=timedelta(minutes=1)) == 1
    assert len(standins.mail("luz@home.example")) == 1


def test_a_mail_server_that_says_never_is_believed(office, standins):
    standins.fault(service="mail", kind="reject")
    letter = office.write(to="luz@home.example")
    office.deliver(letter)

    assert state(letter)[0] == "failed"
    assert letter.delivery_error == "550"


def test_a_mail_whose_answer_was_lost_is_not_repeated(office, standins):
    standins.fault(service="mail", kind="lost_answer")
    letter = office.write(to="luz@home.example")
    office.deliver(letter)
    assert state(letter)[0] == "unknown"

    office.deliver(letter, after=timedelta(hours=1))
    assert len(standins.mail("luz@home.example")) == 1


def test_a_mail_server_that_is_down_is_tried_again(office, standins, settings):
    settings.EMAIL_PORT, port = 1, settings.EMAIL_PORT
    letter = office.write(to="luz@home.example")
    office.deliver(letter)
    assert state(letter)[0] == "due"

    settings.EMAIL_PORT = port
    assert office.deliver(letter, after=timedelta(minutes=1)) == 1


def test_nothing_typed_becomes_a_header(office, standins):
    letter = office.write(
        to="luz@home.example", words=sending.Words("x", title="Your call\r\nBcc: evil@x.example\r\n\r\nhello")
    )
    office.deliver(letter)

    (found,) = standins.mail("luz@home.example")
    assert found["envelope_to"] == ["luz@home.example"]
    assert standins.mail("evil@x.example") == []
    assert found["headers"]["Message-ID"] == [f"<{letter.pk}@roundtable.example>"]
    assert mail.compose(letter).extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_message_is_one_row_for_one_occurrence(office):
    for occurrence in ("1", "1", "2"):
        office.write(occurrence=occurrence)

    assert Message.objects.filter(recipient=NUMBER).count() == 2


def test_what_a_stop_held_back_is_planned_again_by_a_start_where_its_time_lies_ahead(office, standins):
    ahead = office.write(subject="booking:2", due_at=NOW + timedelta(hours=2))
    past = office.write(subject="booking:3", due_at=NOW + timedelta(minutes=5))
    gone = office.write(subject="booking:4", due_at=NOW + timedelta(hours=3))
    withdraw(NUMBER, how="text", at=NOW)
    sending.deliver([str(ahead.pk)], NOW)  # the sweep has been by
    assert due_rows(ahead) == []
    sending.call_off(subject="booking:4", reason="the booking was called off", at=NOW)
    for _twice in range(2):
        allow(NUMBER, how="text", at=NOW + timedelta(hours=1))

    assert [state(message) for message in (ahead, past, gone)] == [
        ("due", ""), ("suppressed", "texts are off for this number"), ("suppressed", "the booking was called off"),
    ]  # fmt: skip
    assert due_rows(ahead) == ["outbox.send"]
    office.deliver(ahead, past, gone, after=timedelta(hours=2))
    allow(NUMBER, how="text", at=NOW + timedelta(hours=2))
    office.deliver(ahead, past, gone)
    assert len(standins.texts(NUMBER)) == 1


def test_a_text_that_a_start_planned_again_is_stopped_by_the_next_stop(office, standins):
    message = office.write(due_at=NOW + timedelta(hours=2))
    withdraw(NUMBER, how="text", at=NOW)
    allow(NUMBER, how="text", at=NOW + timedelta(minutes=1))
    withdraw(NUMBER, how="text", at=NOW + timedelta(minutes=2))
    office.deliver(message, after=timedelta(hours=2))

    assert state(message) == ("suppressed", "texts are off for this number")
    assert standins.texts(NUMBER) == []
