"""The Twilio stand-in, asked by Twilio's own client and measured by Twilio's own description."""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest
import requests
from requests.exceptions import ConnectionError, ReadTimeout
from standin_process import ROOT, SID, TOKEN, ElsewhereHttpClient, started
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

DESCRIPTION = json.loads((ROOT / "standins/data/twilio.json").read_text())
OURS, LUZ, SERVICE = "+14065550100", "+14065550142", "MG00000000000000000000000000000001"


def schema_of(schema: Any) -> Any:
    """OpenAPI 3.0's nullable as JSON Schema, references resolved."""
    if isinstance(schema, list):
        return [schema_of(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return schema_of(DESCRIPTION["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    made = {key: schema_of(value) for key, value in schema.items() if key != "nullable"}
    return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") else made


def as_described(standins, path: str, *, status: int = 200) -> Any:
    """Fetch `path` and hold the answer against the published response schema of its operation."""
    plain = path.partition("?")[0]
    template = next(
        name
        for name in DESCRIPTION["paths"]
        if len(name.split("/")) == len(plain.split("/"))
        and all(a == b or a.startswith("{") for a, b in zip(name.split("/"), plain.split("/"), strict=True))
        and name.endswith(".json") == plain.endswith(".json")
    )
    answer = requests.get(standins.twilio + path, auth=(SID, TOKEN), timeout=5)
    assert answer.status_code == status, answer.text
    content = DESCRIPTION["paths"][template]["get"]["responses"][str(status)]["content"]
    schema = schema_of(content["application/json"]["schema"])
    jsonschema.validate(answer.json(), schema)
    properties = schema.get("properties", {})
    assert set(properties) == set(answer.json()), "a field too many or too few"
    return answer.json()


def send(twilio: Client, to: str = LUZ, body: str = "Tomorrow at 10:00.", **more: Any) -> Any:
    more = more or {"from_": OURS}
    return twilio.messages.create(to=to, body=body, **more)


def refused(twilio: Client, **wanted: Any) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as caught:
        twilio.messages.create(**wanted)
    return caught.value.status, caught.value.code


def test_a_text_goes_from_queued_to_delivered_with_signed_callbacks_in_order(twilio, standins, ear):
    url = ear.url("/hooks/twilio/status/?firm=harbor")
    message = send(twilio, from_=OURS, status_callback=url)
    heard = ear.wait_for(4)
    assert message.status == "queued"
    assert [h.form["MessageStatus"] for h in heard] == ["queued", "sending", "sent", "delivered"]
    assert {h.form["MessageSid"] for h in heard} == {message.sid}
    assert {h.headers["Host"] for h in heard} == {f"harbor.localhost:{ear.port}"}
    validator = RequestValidator(TOKEN)
    assert all(validator.validate(url, h.form, h.headers["X-Twilio-Signature"]) for h in heard)
    assert not RequestValidator("another").validate(
        url, heard[0].form, heard[0].headers["X-Twilio-Signature"]
    )
    fetched = twilio.messages(message.sid).fetch()
    assert (fetched.status, fetched.price, fetched.price_unit) == ("delivered", "-0.00790", "USD")
    assert standins.get("stats")["twilio"]["off_description"] == []


def test_answers_have_the_published_shape(twilio, standins):
    message = send(twilio)
    picture = {"type": "image/png", "base64": base64.b64encode(b"png").decode()}
    came = standins.post("inbound", {"from": LUZ, "to": OURS, "body": "", "media": [picture]})
    number = twilio.incoming_phone_numbers.list()[0]
    root = f"/api.twilio.com/2010-04-01/Accounts/{SID}"
    parent = came["message"]["sid"]
    media = as_described(standins, f"{root}/Messages/{parent}/Media.json")["media_list"][0]["sid"]
    for path in (
        f"{root}.json",
        f"{root}/Messages.json?PageSize=1",
        f"{root}/Messages/{message.sid}.json",
        f"{root}/Messages/{parent}/Media/{media}.json",
        f"{root}/IncomingPhoneNumbers.json",
        f"{root}/IncomingPhoneNumbers/{number.sid}.json",
        "/messaging.twilio.com/v1/Services",
        f"/messaging.twilio.com/v1/Services/{SERVICE}",
        f"/messaging.twilio.com/v1/Services/{SERVICE}/PhoneNumbers",
        f"/messaging.twilio.com/v1/Services/{SERVICE}/PhoneNumbers/{number.sid}",
        f"/messaging.twilio.com/v1/Services/{SERVICE}/Compliance/Usa2p",
    ):
        as_described(standins, path)


def test_wrong_credentials_are_refused_as_twilio_refuses_them(standins):
    stranger = Client(SID, "wrong", http_client=ElsewhereHttpClient(standins.twilio, timeout=5))
    assert refused(stranger, to=LUZ, from_=OURS, body="x") == (401, 20003)
    assert standins.get("messages")["messages"] == []


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        ({"to": "+15005550001", "from_": OURS, "body": "x"}, (400, 21211)),
        ({"to": "5550142", "from_": OURS, "body": "x"}, (400, 21211)),
        ({"to": "+14061234", "from_": OURS, "body": "x"}, (400, 21211)),
        ({"to": "+15005550004", "from_": OURS, "body": "x"}, (400, 21610)),
        ({"to": "+15005550009", "from_": OURS, "body": "x"}, (400, 21614)),
        ({"to": LUZ, "from_": "+14065550999", "body": "x"}, (400, 21660)),
        ({"to": LUZ, "from_": OURS}, (400, 21602)),
        ({"to": LUZ, "body": "x"}, (400, 21603)),
        ({"to": OURS, "from_": OURS, "body": "x"}, (400, 21266)),
        ({"to": LUZ, "from_": OURS, "body": "x" * 1601}, (400, 21617)),
        ({"to": LUZ, "messaging_service_sid": "MG" + "f" * 32, "body": "x"}, (400, 21705)),
        ({"to": LUZ, "from_": OURS, "body": "x", "status_callback": "https://example.com/"}, (400, 21609)),
        ({"to": LUZ, "from_": OURS, "body": "x", "status_callback": "http://10.0.0.1/"}, (400, 21609)),
    ],
)
def test_what_twilio_refuses_is_refused_by_its_number(twilio, standins, wanted, answer):
    assert refused(twilio, **wanted) == answer
    assert standins.get("messages")["messages"] == []


@pytest.mark.parametrize(
    ("to", "code"), [("+15005550106", 30006), ("+15005550134", 30034), ("+15005550107", 30007)]
)
def test_what_carriers_refuse_comes_by_callback(twilio, ear, to, code):
    message = send(twilio, to=to, from_=OURS, status_callback=ear.url())
    last = ear.wait_for(4)[-1].form
    assert (last["MessageStatus"], last["ErrorCode"]) == ("undelivered", str(code))
    assert twilio.messages(message.sid).fetch().error_code == code


@pytest.mark.parametrize(
    ("body", "segments"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("é ñ ü " * 26, 1),
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("€" * 81, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 459, 3),
    ],
)
def test_segments_are_counted_as_twilio_counts_them(twilio, body, segments):
    assert send(twilio, body=body).num_segments == str(segments)


def test_a_service_chooses_a_sender_and_keeps_it(twilio, standins):
    first = send(twilio, messaging_service_sid=SERVICE)
    texan = send(twilio, to="+15125550177", messaging_service_sid=SERVICE)
    standins.settle()
    sent = [
        twilio.messages(m.sid).fetch() for m in (first, texan, send(twilio, messaging_service_sid=SERVICE))
    ]
    assert first.status == "accepted"
    assert [m.from_ for m in sent] == [OURS, "+15125550100", OURS]
    assert twilio.messaging.v1.services(SERVICE).us_app_to_person.list()[0].campaign_status == "VERIFIED"


def test_an_unregistered_campaign_fails_with_30034(twilio, standins):
    standins.post("twilio", {"campaigns": [{"service": SERVICE, "status": "FAILED"}]})
    message = send(twilio, messaging_service_sid=SERVICE)
    standins.settle()
    assert twilio.messages(message.sid).fetch().error_code == 30034
    assert twilio.messaging.v1.services(SERVICE).us_app_to_person.list()[0].campaign_status == "FAILED"


def number_with_hook(twilio: Client, ear: Any, number: str = OURS) -> None:
    record = twilio.incoming_phone_numbers.list(phone_number=number)[0]
    record.update(sms_url=ear.url("/hooks/twilio/inbound/"))


def test_an_inbound_text_with_a_picture_is_posted_signed_and_the_picture_can_be_fetched(
    twilio, standins, ear
):
    number_with_hook(twilio, ear)
    picture = {"type": "image/jpeg", "base64": base64.b64encode(b"\xff\xd8picture").decode()}
    came = standins.post("inbound", {"from": LUZ, "to": OURS, "body": "¿Está bien?", "media": [picture]})
    form = ear.heard[0].form
    assert came["webhook"] == {"url": ear.url("/hooks/twilio/inbound/"), "status": 204}
    assert (form["From"], form["To"], form["Body"], form["NumMedia"]) == (LUZ, OURS, "¿Está bien?", "1")
    assert "OptOutType" not in form
    signature = ear.heard[0].headers["X-Twilio-Signature"]
    assert RequestValidator(TOKEN).validate(ear.url("/hooks/twilio/inbound/"), form, signature)
    fetched = requests.get(form["MediaUrl0"], auth=(SID, TOKEN), timeout=5)
    assert [r.status_code for r in fetched.history] == [307]
    assert (fetched.content, fetched.headers["Content-Type"]) == (b"\xff\xd8picture", "image/jpeg")


@pytest.mark.parametrize(
    "word", ["STOP", " stop ", "Cancel", "END", "QUIT", "UNSUBSCRIBE", "REVOKE", "OptOut"]
)
def test_a_stop_is_answered_told_and_kept_until_start(twilio, standins, ear, word):
    number_with_hook(twilio, ear)
    came = standins.post("inbound", {"from": LUZ, "to": OURS, "body": word})
    assert came["opt_out_type"] == ear.heard[0].form["OptOutType"] == "STOP"
    assert came["answers"][0]["body"].startswith("You have successfully been unsubscribed.")
    assert refused(twilio, to=LUZ, from_=OURS, body="x") == (400, 21610)
    by_service = send(twilio, messaging_service_sid=SERVICE)
    standins.settle()
    fetched = twilio.messages(by_service.sid).fetch()
    assert (by_service.status, fetched.status, fetched.error_code) == ("accepted", "failed", 21610)
    assert send(twilio, to="+14065550143").status == "queued"

    standins.post("inbound", {"from": LUZ, "to": OURS, "body": "start"})
    assert send(twilio).status == "queued"


def test_words_that_only_contain_stop_or_yes_pass_as_they_are(twilio, standins):
    for body in ("Please stop by at 10", "YES", "C", "R", "X"):
        assert standins.post("inbound", {"from": LUZ, "to": OURS, "body": body})["opt_out_type"] is None
    assert standins.post("inbound", {"from": LUZ, "to": OURS, "body": "HELP"})["opt_out_type"] == "HELP"


def test_a_twiml_answer_is_sent(twilio, standins, ear):
    number_with_hook(twilio, ear)
    ear.answer = lambda heard: (200, b"<Response><Message>Thank you, Luz.</Message></Response>")
    came = standins.post("inbound", {"from": LUZ, "to": OURS, "body": "C"})
    assert [a["body"] for a in came["answers"]] == ["Thank you, Luz."]
    assert standins.get("messages", to=LUZ)["messages"][0]["direction"] == "outbound-reply"


def test_the_list_filters_by_to_from_and_time_sent_and_pages(twilio, standins):
    standins.post("clock", {"now": "2026-03-01T10:00:00+00:00"})
    early = send(twilio)
    standins.settle()
    standins.post("clock", {"now": "2026-03-02T10:00:00+00:00"})
    late = [send(twilio), send(twilio, from_="+15125550100"), send(twilio, to="+14065550143")]
    standins.settle()
    after = datetime(2026, 3, 2, 9, 59, tzinfo=UTC)
    listed = twilio.messages.list(to=LUZ, date_sent_after=after)
    assert {m.sid for m in listed} == {m.sid for m in late[:2]}
    assert [m.sid for m in twilio.messages.list(to=LUZ, from_=OURS, date_sent_before=after)] == [early.sid]
    assert [m.sid for m in twilio.messages.list(date_sent=after - timedelta(days=1))] == [early.sid]
    assert len(twilio.messages.list(page_size=2)) == 4
    assert len(twilio.messages.list(limit=3, page_size=2)) == 3


@pytest.mark.parametrize(
    ("kind", "seen", "kept"),
    [
        ("error_before", 500, 0),
        ("error_after", 500, 1),
        ("lost_answer", ConnectionError, 1),
        ("drop", ConnectionError, 0),
        ("timeout", ReadTimeout, 0),
        ("timeout_after", ReadTimeout, 1),
        ("rate_limit", 429, 0),
        ("delay", 201, 1),
    ],
)
def test_each_fault_does_what_it_says_once(standins, kind, seen, kept):
    hasty = Client(SID, TOKEN, http_client=ElsewhereHttpClient(standins.twilio, timeout=0.15))
    seconds = 0.05 if kind == "delay" else 0.4
    standins.post("faults", {"service": "twilio", "kind": kind, "method": "POST", "seconds": seconds})
    if isinstance(seen, int) and seen >= 400:
        assert refused(hasty, to=LUZ, from_=OURS, body="x")[0] == seen
    elif seen == 201:
        start = time.monotonic()
        send(hasty)
        assert time.monotonic() - start >= 0.05
    else:
        with pytest.raises(seen):
            send(hasty)
    assert len(standins.get("messages")["messages"]) == kept
    assert standins.get("stats")["faults"] == {f"twilio.{kind}": 1}
    send(hasty)
    assert len(standins.get("messages")["messages"]) == kept + 1


def test_a_rate_strikes_its_share_and_the_same_ones_each_time(twilio, standins):
    struck = []
    for _ in range(2):
        standins.post("reset")
        standins.post("faults", {"service": "twilio", "kind": "error_before", "times": None, "rate": 0.3})
        statuses = []
        for index in range(40):
            try:
                send(twilio, to=f"+1406555{2000 + index}")
                statuses.append(201)
            except TwilioRestException as error:
                statuses.append(error.status)
        struck.append(statuses)
    assert struck[0] == struck[1]
    assert 4 <= struck[0].count(500) <= 20


def test_magic_numbers_make_the_faults(twilio, standins):
    assert refused(twilio, to="+15005550180", from_=OURS, body="x") == (500, 20500)
    assert refused(twilio, to="+15005550184", from_=OURS, body="x") == (429, 20429)
    assert standins.get("messages")["messages"] == []
    assert refused(twilio, to="+15005550181", from_=OURS, body="x") == (500, 20500)
    with pytest.raises(ConnectionError):
        send(twilio, to="+15005550182")
    assert len(standins.get("messages")["messages"]) == 2


@pytest.mark.parametrize(
    ("to", "statuses"),
    [
        (
            "+15005550190",
            ["queued", "queued", "sending", "sending", "sent", "sent", "delivered", "delivered"],
        ),
        ("+15005550191", ["delivered", "sent", "sending", "queued"]),
        ("+15005550192", []),
        ("+15005550193", ["queued", "sending", "sent"]),
    ],
)
def test_callbacks_repeat_turn_round_or_stay_away(twilio, standins, ear, to, statuses):
    send(twilio, to=to, from_=OURS, status_callback=ear.url())
    standins.settle()
    assert [h.form["MessageStatus"] for h in ear.heard] == statuses


def test_after_a_restart_a_text_goes_on_to_its_end(tmp_path, ear):
    child, standins = started("--state", str(tmp_path))
    standins.post("twilio", {"step_seconds": 60})
    client = Client(SID, TOKEN, http_client=ElsewhereHttpClient(standins.twilio, timeout=5))
    message = send(client, from_=OURS, status_callback=ear.url())
    child.kill()
    child.wait(timeout=10)
    child, standins = started("--state", str(tmp_path))
    client = Client(SID, TOKEN, http_client=ElsewhereHttpClient(standins.twilio, timeout=5))
    assert ear.wait_for(4)[-1].form["MessageStatus"] == "delivered"
    assert client.messages(message.sid).fetch().status == "delivered"
    child.terminate()
    assert child.wait(timeout=10) == 0


def test_an_inbound_address_elsewhere_is_not_called(twilio, standins):
    number = twilio.incoming_phone_numbers.list(phone_number=OURS)[0]
    number.update(sms_url="https://example.com/inbound")
    came = standins.post("inbound", {"from": LUZ, "to": OURS, "body": "C"})
    assert "the stand-ins call nothing else" in came["webhook"]["error"]
    assert standins.get("stats")["calls"] == {"refused": 1}


def test_a_callback_nobody_answers_is_tried_once_more(twilio, standins, ear):
    send(twilio, to="+15005550193", from_=OURS, status_callback="http://127.0.0.1:9/")
    standins.settle()
    assert standins.get("stats")["calls"] == {"unanswered": 6}


def test_a_rate_above_the_set_limit_is_429_and_the_peak_is_counted(twilio, standins):
    standins.post("twilio", {"per_second": 1})
    codes = []
    for _ in range(6):
        try:
            send(twilio)
            codes.append(201)
        except TwilioRestException as error:
            codes.append(error.code)
    assert 20429 in codes
    assert standins.get("stats")["twilio"]["peak_per_second"] == {OURS: 1}


def test_a_request_off_the_description_is_listed(twilio, standins):
    requests.post(
        f"{standins.twilio}/api.twilio.com/2010-04-01/Accounts/{SID}/Messages.json",
        data={"To": LUZ, "From": OURS, "Body": "x", "Colour": "red", "MaxPrice": "1", "RiskCheck": "maybe"},
        auth=(SID, TOKEN),
        timeout=5,
    )
    assert standins.get("stats")["twilio"]["off_description"] == [
        "CreateMessage: Colour is not in its form.",
        "CreateMessage: RiskCheck is none of enable, disable.",
    ]


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("faults", {"service": "twilio", "kind": "gremlin"}, "twilio knows the kinds"),
        ("faults", {"service": "fax", "kind": "delay"}, "service must be one of"),
        ("faults", {"service": "twilio", "kind": "delay", "path": "("}, "not a regular expression"),
        ("faults", {"kind": "delay"}, "needs a service and a kind"),
        ("inbound", {"from": LUZ, "to": "+19995550100", "body": "x"}, "not one of the numbers"),
        ("inbound", {"from": "Luz", "to": OURS, "body": "x"}, "is not a phone number"),
        ("inbound", {"from": LUZ, "body": "x"}, "missing"),
        ("clock", {"now": "2026-03-01T10:00:00"}, "needs a zone"),
        ("clock", {}, "takes now, advance or real"),
        ("twilio", {"color": 1}, "Not known: color"),
        ("reset", {"only": ["fax"]}, "no part fax"),
    ],
)
def test_control_says_what_is_wrong_with_a_request(standins, path, body, said):
    answer = requests.post(f"{standins.control}/{path}", json=body, timeout=5)
    assert answer.status_code == 400
    assert said in answer.json()["message"]


def test_a_person_reads_the_texts_and_answers_one_on_a_page(twilio, standins, ear):
    number_with_hook(twilio, ear)
    send(twilio, body="<b>10:00</b> & bring the IEP")
    listing = requests.get(f"{standins.control}/phones/", timeout=5)
    assert 'href="%2B14065550142/"' in listing.text
    page = requests.get(f"{standins.control}/phones/%2B14065550142/", timeout=5)
    assert "&lt;b&gt;10:00&lt;/b&gt; &amp; bring the IEP" in page.text
    assert "<script" not in page.text
    answered = requests.post(
        f"{standins.control}/phones/%2B14065550142/text/", data={"to": OURS, "body": "C"}, timeout=5
    )
    assert ear.heard[0].form["Body"] == "C"
    assert "Sent; the product answered 204." in answered.text
    assert answered.url.startswith(f"{standins.control}/phones/%2B14065550142/")


def test_a_name_that_is_not_loopback_is_not_served(standins):
    answer = requests.get(f"{standins.control}/messages", headers={"Host": "evil.example"}, timeout=5)
    assert answer.status_code == 403
