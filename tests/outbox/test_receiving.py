"""STOP in whatever words, and what the provider reports."""

import itertools
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from twilio.request_validator import RequestValidator

from outbox import receiving, sending
from outbox.models import Consent, Inbound, Message, may_text, withdraw
from tenants.numbers import own_number
from tests.outbox.conftest import NUMBER, state
from tests.world import NOW

_sids = itertools.count()


def post(path, fields, *, token=None, signature=None, host="localhost:8000"):
    signed = RequestValidator(token or settings.TWILIO_AUTH_TOKEN).compute_signature(f"http://localhost:8000{path}", fields)  # fmt: skip
    return Client().post(
        path,
        fields,
        HTTP_HOST=host,
        headers={"X-Twilio-Signature": signed if signature is None else signature},
    )


def text_in(body, *, opt_out="", number=NUMBER, **more):
    """A text arrives as Twilio brings it; the row it became."""
    fields = {"MessageSid": f"SM{next(_sids):032}", "From": number, "To": own_number(), "Body": body, **more}
    if opt_out:
        fields["OptOutType"] = opt_out
    answer = post("/hooks/twilio/inbound/", fields)
    assert answer.status_code == 200
    return Inbound.objects.get(provider_id=fields["MessageSid"])


def answers():
    return list(
        Message.objects.filter(subject__startswith="inbound:").values_list("kind", "language", "body")
    )


STOPS = [
    "STOP", "stop", " Stop. ", "STOP!!", "stopall", "Stop all", "UNSUBSCRIBE", "end", "Quit", "cancel", "REVOKE",
    "opt-out", "opt out", "please stop", "Stop, please", "Stop texting me!", "no more texts", "remove me",
]  # fmt: skip
PARADAS = [
    "ALTO", "¡Alto!", "parar", "PARE", "basta", "Detener", "Cancelar", "terminar", "Baja", "No más", "no mas mensajes",
    "Deje de escribirme", "dejen de escribirme", "No me escriban.", "no me manden mensajes",
]  # fmt: skip


@pytest.mark.parametrize("body", STOPS)
def test_stop_in_english_is_heard_and_answered_once(office, clock, body):
    assert text_in(body).meant == "stop"

    assert not may_text(NUMBER)
    ((kind, language, said),) = answers()
    assert (kind, language) == ("stop", "en")
    assert said.startswith("Harbor Advocacy: You will get no more texts.")


@pytest.mark.parametrize("body", PARADAS)
def test_stop_in_spanish_is_heard_and_answered_in_spanish(office, clock, body):
    text_in(body)

    assert not may_text(NUMBER)
    ((kind, language, said),) = answers()
    assert (kind, language) == ("stop", "es")
    assert "no more texts" not in said


@pytest.mark.parametrize(("word", "said"), [("STOP", "STOP"), ("HELP", "HELP"), ("START", "START")])
def test_what_twilio_has_answered_is_not_answered_again(office, clock, word, said):
    text_in(word, opt_out=said)

    assert answers() == []
    assert may_text(NUMBER) == (word != "STOP")


@pytest.mark.parametrize("body", ["Stop by at 5?", "We can't stop worrying", "Is the end date June?", "Cancel my meeting tomorrow please", "no", ""])  # fmt: skip
def test_a_sentence_with_such_a_word_in_it_is_for_a_person_to_read(office, clock, body):
    assert text_in(body).meant == ""

    assert may_text(NUMBER)
    assert answers() == []


@pytest.mark.parametrize("body", ["START", "unstop", "Comenzar", "iniciar"])
def test_start_gives_the_consent_back(office, clock, body):
    withdraw(NUMBER, how="text", at=NOW - timedelta(hours=1))
    text_in(body)

    assert may_text(NUMBER)
    word = Consent.objects.standing(NUMBER)
    assert (word.how, word.wording) == ("text", body)


@pytest.mark.parametrize(("body", "language"), [("HELP", "en"), ("info", "en"), ("AYUDA", "es")])
def test_help_says_who_we_are(office, clock, body, language):
    text_in(body)

    ((kind, spoken, said),) = answers()
    assert (kind, spoken) == ("help", language)
    assert "(406) 555-0142" in said
    assert "STOP" in said


def test_stop_takes_back_what_waits_and_leaves_bookings_alone(office, clock):
    waiting, answer = office.write(due_at=NOW + timedelta(hours=2)), office.write("reply", answers=True, due_at=NOW + timedelta(hours=2))  # fmt: skip
    text_in("STOP")

    assert state(waiting) == ("suppressed", "texts are off for this number")
    assert state(answer)[0] == "due"


def test_the_answer_to_stop_leaves_although_texts_are_off(office, clock, standins):
    text_in("parar")
    message = Message.objects.get(kind="stop")
    office.deliver(message)

    assert len(standins.texts(NUMBER)) == 1


def test_a_text_brought_twice_is_one(office, clock):
    fields = {"MessageSid": "SM" + "9" * 32, "From": NUMBER, "To": own_number(), "Body": "STOP"}
    for _ in range(3):
        post("/hooks/twilio/inbound/", fields)

    assert Inbound.objects.count() == 1
    assert Consent.objects.filter(number=NUMBER, given=False).count() == 1
    assert len(answers()) == 1


def test_consent_is_a_ledger(office, clock):
    for body in ("STOP", "START", "STOP", "START"):
        text_in(body)
        clock.now += timedelta(minutes=1)

    words = list(Consent.objects.filter(number=NUMBER).order_by("at").values_list("given", "how"))
    assert words == [(True, "form"), (False, "text"), (True, "text"), (False, "text"), (True, "text")]


def test_the_ledger_is_only_added_to(office):
    from django.db import ProgrammingError, transaction

    for change in (
        lambda: Consent.objects.update(given=True),
        lambda: Consent.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(ProgrammingError), transaction.atomic():
            change()


def test_a_stop_at_one_firm_is_no_stop_at_another(office, birch, clock):
    from outbox.models import allow
    from tenants.places import within

    with within(birch.firm):
        allow(NUMBER, how="form", at=NOW)
    text_in("STOP")
    with within(birch.firm):
        assert may_text(NUMBER)
        assert not Inbound.objects.exists()


# -- forged and odd callbacks ----------------------------------------------------------------


@pytest.mark.parametrize("path", ["/hooks/twilio/inbound/", "/hooks/twilio/status/"])
@pytest.mark.parametrize("how", [{"signature": ""}, {"signature": "AAAA"}, {"token": "1" * 32}])
def test_a_forged_callback_changes_nothing(office, path, how):
    message = office.write()
    office.deliver(message)
    message.refresh_from_db()
    fields = {"MessageSid": message.provider_id, "From": NUMBER, "To": own_number(), "Body": "STOP", "MessageStatus": "failed"}  # fmt: skip

    assert post(path, fields, **how).status_code == 403
    assert may_text(NUMBER)
    assert not Inbound.objects.exists()
    message.refresh_from_db()
    assert message.delivery == ""


def test_a_signature_of_other_fields_is_forged(office):
    fields = {"MessageSid": "SM1", "From": NUMBER, "To": own_number(), "Body": "Hello"}
    signed = RequestValidator(settings.TWILIO_AUTH_TOKEN).compute_signature("http://localhost:8000/hooks/twilio/inbound/", fields)  # fmt: skip

    assert post("/hooks/twilio/inbound/", {**fields, "Body": "STOP"}, signature=signed).status_code == 403


def test_a_callback_at_a_firms_host_is_no_route(office):
    assert (
        post("/hooks/twilio/inbound/", {"MessageSid": "SM1"}, host="harbor.localhost:8000").status_code == 404
    )


@pytest.mark.parametrize(
    "fields",
    [
        {}, {"MessageSid": "SM1"}, {"MessageSid": "SM1", "To": "+19995550000", "From": NUMBER},
        {"MessageSid": "x" * 500, "From": "y" * 500, "Body": "z" * 10_000, "NumMedia": "99999999999"},
        {"MessageSid": "SM2", "From": "\x00", "Body": "a\x00b", "OptOutType": "NONSENSE" * 9, "NumMedia": "-1"},
        {"MessageSid": "SM3", "From": NUMBER, "Body": "مرحبا 😀", "NumMedia": "２"},
    ],
)  # fmt: skip
def test_an_odd_but_genuine_callback_is_taken_in_or_left(office, fields):
    fields = {"To": own_number()} | fields
    assert post("/hooks/twilio/inbound/", fields).status_code == 200
    status = {
        "From": own_number(),
        "MessageSid": fields.get("MessageSid", ""),
        "MessageStatus": fields.get("Body", ""),
    }
    assert post("/hooks/twilio/status/", status).status_code in {204, 404}


# -- what the provider reports ---------------------------------------------------------------

ORDER = ["queued", "sending", "sent", "delivered"]


def reported(message, *statuses, error=""):
    for status in statuses:
        fields = {
            "MessageSid": message.provider_id,
            "From": own_number(),
            "To": NUMBER,
            "MessageStatus": status,
        }
        if error:
            fields["ErrorCode"] = error
        assert post("/hooks/twilio/status/", fields).status_code == 204
    message.refresh_from_db()
    return message.delivery


def test_reports_in_any_order_and_twice_end_in_delivered(office):
    for n, order in enumerate(itertools.permutations(ORDER)):
        message = office.write(occurrence=str(n))
        Message.objects.filter(pk=message.pk).update(provider_id=f"SM{n:032}")
        message.refresh_from_db()

        assert reported(message, *order, order[0]) == "delivered"


@pytest.mark.parametrize("last", ["delivered", "undelivered", "failed"])
def test_a_last_word_stays_the_last(office, last):
    message = office.write()
    office.deliver(message)
    message.refresh_from_db()
    reported(message, last)

    for other in (*ORDER, "undelivered", "failed", "nonsense", ""):
        assert reported(message, other) == last


def test_a_report_of_21610_takes_the_consent_away(office):
    message = office.write()
    office.deliver(message)
    message.refresh_from_db()
    reported(message, "undelivered", error="21610")

    assert not may_text(NUMBER)
    assert message.delivery_error == "21610"


def test_a_report_that_overtakes_our_own_note_is_brought_again(office):
    message = office.write()
    fields = {"MessageSid": "SM" + "5" * 32, "From": own_number(), "MessageStatus": "delivered"}
    assert post("/hooks/twilio/status/", fields).status_code == 404

    Message.objects.filter(pk=message.pk).update(provider_id="SM" + "5" * 32)
    assert post("/hooks/twilio/status/", fields).status_code == 204
    assert receiving.RANK["delivered"] > receiving.RANK["sent"]
    assert sending.State.SENT == "sent"
