"""Texts out and in: their records, statuses, callbacks and webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from standins.clock import Clock
from standins.faults import WEBHOOK_KINDS, Faults
from standins.journal import Journal
from standins.loopback import Caller, NotLoopback, Unanswered, address
from standins.scheduler import Scheduler
from standins.twilio import magic, optout
from standins.twilio.errors import MESSAGES, TwilioError
from standins.twilio.segments import SMART, segments
from standins.twilio.senders import Senders, is_e164, public, rfc2822, sid

PRICE_TEN_THOUSANDTHS = 79  # USD 0.0079 a segment
_FINAL = {"delivered", "undelivered", "failed", "canceled", "received", "read"}


def signature(token: str, url: str, fields: Mapping[str, str]) -> str:
    """X-Twilio-Signature of a form post to `url` (https://www.twilio.com/docs/usage/security)."""
    text = url + "".join(key + fields[key] for key in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


class Messages:
    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        faults: Faults,
        scheduler: Scheduler,
        caller: Caller,
        senders: Senders,
    ) -> None:
        self.journal, self.clock, self.faults = journal, clock, faults
        self.scheduler, self.caller, self.senders = scheduler, caller, senders
        self.records = journal.store("twilio.messages")
        self.media = journal.store("twilio.media")
        self.stops = journal.store("twilio.stops")
        self.base = ""
        self.settle_down()

    def settle_down(self) -> None:
        """Pace and counters as at the start."""
        self.step_seconds = 0.05
        self.callbacks = "all"
        self.per_second: int | None = None
        self.peaks: Counter[str] = Counter()
        self._this_second: tuple[int, Counter[str]] = (0, Counter())

    # out

    def create(self, account: str, form: Mapping[str, str], media_urls: list[str]) -> dict[str, Any]:
        """Accept a text and send it on its way. Raises TwilioError as the API would refuse."""
        to, body = form.get("To", ""), form.get("Body", "")
        for name in ("ScheduleType", "SendAt", "ContentSid"):
            if form.get(name):
                raise TwilioError(20001, f"{name} is not served by this stand-in.")
        if not to:
            raise TwilioError(21604)
        if not body and not media_urls:
            raise TwilioError(21602)
        if not is_e164(to):
            raise TwilioError(21211, to)
        if code := magic.REFUSED.get(to):
            raise TwilioError(code, to)
        if len(body) > 1600:
            raise TwilioError(21617)
        number, service = self._sender(account, to, form)
        if number["phone_number"] == to:
            raise TwilioError(21266, to)
        callback = form.get("StatusCallback") or (service or {}).get("status_callback")
        if callback:
            try:
                address(callback)
            except NotLoopback as error:
                raise TwilioError(21609, str(error)) from error
        stopped = self._scope(number, to) in self.stops
        if stopped and service is None:
            raise TwilioError(21610)
        self._pace(number["phone_number"])
        if service and service["smart_encoding"]:
            body = body.translate(SMART)
        registered = number["_registered"] and (service is None or service["us_app_to_person_registered"])
        code = magic.FAILING_LATER.get(to) or (30034 if not registered else None)
        record = self._record(
            account=account,
            number=number["phone_number"],
            to=to,
            body=body,
            direction="outbound-api",
            status="accepted" if service else "queued",
            service=service["sid"] if service else None,
            media=len(media_urls),
        )
        record["_callback"] = callback
        record["_code"] = 21610 if stopped else code
        self._save(record)
        self._progress(record["sid"])
        return record

    def _sender(
        self, account: str, to: str, form: Mapping[str, str]
    ) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The number to send from and the service it is sent through.

        A service keeps the number a recipient knows (sticky sender), else takes one of the same area code.
        """
        service_sid, wanted = form.get("MessagingServiceSid"), form.get("From")
        if not service_sid:
            if not wanted:
                raise TwilioError(21603)
            return self.senders.by_number(account, wanted), None
        service = self.senders.services.get(service_sid)
        if service is None or service["account_sid"] != account:
            raise TwilioError(21705, service_sid)
        pool = [self.senders.numbers[number_sid] for number_sid in service["_numbers"]]
        if not pool:
            raise TwilioError(21704)
        by_number = {number["phone_number"]: number for number in pool}
        if wanted:
            return by_number.get(wanted) or self.senders.by_number(account, wanted), service
        key = f"{service_sid}|{to}"
        sticky = self.journal.store("twilio.sticky")
        if service["sticky_sender"] and sticky.get(key) in by_number:
            return by_number[sticky[key]], service
        chosen = next((n for n in pool if n["phone_number"][:5] == to[:5]), pool[0])
        self.journal.save("twilio.sticky", key, chosen["phone_number"])
        return chosen, service

    def _pace(self, number: str) -> None:
        """Count this second's sends of `number`. Raises TwilioError 20429 above the rate set by control."""
        second = int(datetime.now(UTC).timestamp())
        if self._this_second[0] != second:
            self._this_second = (second, Counter())
        counts = self._this_second[1]
        if self.per_second is not None and counts[number] >= self.per_second:
            self.faults.count("twilio", "over_rate")
            raise TwilioError(20429)
        counts[number] += 1
        self.peaks[number] = max(self.peaks[number], counts[number])

    def _record(
        self,
        *,
        account: str,
        number: str,
        to: str,
        body: str,
        direction: str,
        status: str,
        service: str | None,
        media: int,
    ) -> dict[str, Any]:
        now = self.clock.now()
        message_sid = sid("MM" if media else "SM")
        uri = f"/2010-04-01/Accounts/{account}/Messages/{message_sid}"
        return {
            "account_sid": account,
            "api_version": "2010-04-01",
            "body": body,
            "date_created": rfc2822(now),
            "date_sent": None,
            "date_updated": rfc2822(now),
            "direction": direction,
            "error_code": None,
            "error_message": None,
            "from": number,
            "messaging_service_sid": service,
            "num_media": str(media),
            "num_segments": "1" if media else str(segments(body)),
            "price": None,
            "price_unit": "USD",
            "sid": message_sid,
            "status": status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": to,
            "uri": f"{uri}.json",
            "_at": now.isoformat(),
            "_callback": None,
            "_code": None,
            "_statuses": [status],
        }

    def _save(self, record: dict[str, Any]) -> None:
        self.journal.save("twilio.messages", record["sid"], record)

    def resume(self) -> None:
        """After a restart, go on with the texts that were under way."""
        for record in list(self.records.values()):
            if record["direction"] != "inbound" and record["status"] not in _FINAL:
                self._progress(record["sid"])

    def _progress(self, message_sid: str) -> None:
        """Walk the statuses one after another; callbacks duplicated, reversed or lost where asked."""
        record = self.records[message_sid]
        code = record["_code"]
        steps = ["queued", "sending", "sent", "undelivered" if code else "delivered"]
        if code == 21610:
            steps = ["failed"]
        elif record["to"] == magic.STAYS_SENT:
            steps.pop()
        if record["status"] in steps[1:] or record["direction"] == "outbound-reply":
            steps = steps[steps.index(record["status"]) + 1 :]
        if not steps:
            return
        wish = magic.CALLBACKS.get(record["to"])
        if wish:
            self.faults.count("twilio", wish)
        elif fault := self.faults.strike("twilio", {"reorder"}, path="callbacks", to=record["to"]):
            wish = fault.kind
        if wish == "reorder":
            self.scheduler.later(self.step_seconds, lambda: self._all_reversed(message_sid, steps, code))
        else:
            self.scheduler.later(self.step_seconds, lambda: self._step(message_sid, steps, code, wish))

    def _step(self, message_sid: str, steps: list[str], code: int | None, wish: str | None) -> None:
        fields = self._change(message_sid, steps[0], code)
        if fields is not None:
            self._callback(message_sid, fields, wish)
        if steps[1:]:
            self.scheduler.later(self.step_seconds, lambda: self._step(message_sid, steps[1:], code, wish))

    def _all_reversed(self, message_sid: str, steps: list[str], code: int | None) -> None:
        changed = [self._change(message_sid, status, code) for status in steps]
        for fields in reversed(changed):
            if fields is not None:
                self._callback(message_sid, fields, None)

    def _change(self, message_sid: str, status: str, code: int | None) -> dict[str, str] | None:
        """Set a message's status; the callback's fields, or None when the message is gone."""
        now = self.clock.now()
        with self.journal.lock:
            record = self.records.get(message_sid)
            if record is None or record["status"] in _FINAL:
                return None
            record["status"] = status
            record["date_updated"] = rfc2822(now)
            record["_statuses"].append(status)
            if status == "sent":
                record["date_sent"] = rfc2822(now)
            if status in ("sent", "delivered") and record["price"] is None:
                cost = PRICE_TEN_THOUSANDTHS * int(record["num_segments"])
                record["price"] = f"-0.{cost:04d}0" if cost < 10_000 else f"-{cost / 10_000:.5f}"
            if code and status in ("failed", "undelivered"):
                record["error_code"], record["error_message"] = code, MESSAGES[code]
            self._save(record)
            fields = {
                "AccountSid": record["account_sid"],
                "ApiVersion": "2010-04-01",
                "From": record["from"],
                "To": record["to"],
                "MessageSid": message_sid,
                "SmsSid": message_sid,
                "MessageStatus": status,
                "SmsStatus": status,
            }
            if record["messaging_service_sid"]:
                fields["MessagingServiceSid"] = record["messaging_service_sid"]
            if record["error_code"]:
                fields["ErrorCode"] = str(record["error_code"])
            if status == "delivered":
                fields["RawDlrDoneDate"] = now.strftime("%y%m%d%H%M")
            return fields

    def _callback(self, message_sid: str, fields: dict[str, str], wish: str | None) -> None:
        record = self.records.get(message_sid)
        url = record["_callback"] if record else None
        status = fields["MessageStatus"]
        if not url or self.callbacks == "none" or (self.callbacks == "final" and status not in _FINAL):
            return
        if wish is None:
            fault = self.faults.strike("twilio", WEBHOOK_KINDS - {"reorder"}, path=status, to=fields["To"])
            wish = fault.kind if fault else None
        if wish == "lose":
            return
        for _ in range(2 if wish == "duplicate" else 1):
            try:
                self._post(url, fields)
            except Unanswered:
                # Twilio's default is one more try when the connection fails.
                self.scheduler.later(0.5, lambda: self._post_quietly(url, fields))

    def _post_quietly(self, url: str, fields: dict[str, str]) -> None:
        try:
            self._post(url, fields)
        except Unanswered:
            self.faults.count("twilio", "callback_given_up")

    def _post(self, url: str, fields: Mapping[str, str], *, timeout: float = 15) -> tuple[int, bytes]:
        token = self.senders.accounts[fields["AccountSid"]]["auth_token"]
        return self.caller.post(
            url,
            urlencode(fields).encode(),
            {
                "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
                "X-Twilio-Signature": signature(token, url, fields),
                "User-Agent": "TwilioProxy/1.1",
                "I-Twilio-Idempotency-Token": sid(""),
            },
            timeout=timeout,
        )

    # in

    def receive(self, *, number: str, to: str, body: str, media: list[tuple[str, bytes]]) -> dict[str, Any]:
        """A text from `number` arrives at `to`, one of the account's numbers; what came of it.

        The answer has `message` (its record), `opt_out_type` (STOP, START, HELP or null), `webhook`
        (url, status or error; null where the number has none), `media_urls` and `answers` (texts sent back).
        Raises TwilioError when `to` is nobody's or `number` is no phone number.
        """
        if not is_e164(number):
            raise TwilioError(20001, f"{number!r} is not a phone number in E.164 form.")
        owner = self.senders.owner_of(to)
        if owner is None:
            raise TwilioError(20001, f"{to!r} is not one of the numbers here.")
        account, service = owner["account_sid"], self.senders.service_of_number(owner["sid"])
        scope = self._scope(owner, number)
        with self.journal.lock:
            kind = optout.kind_of(body, stopped=scope in self.stops)
            record = self._record(
                account=account,
                number=number,
                to=to,
                body=body,
                direction="inbound",
                status="received",
                service=service["sid"] if service else None,
                media=len(media),
            )
            record["date_sent"] = record["date_created"]
            record["price"] = f"-0.{PRICE_TEN_THOUSANDTHS:04d}0"
            self._save(record)
            urls = [self._keep_media(record, kind_, content) for kind_, content in media]
            if kind == "STOP":
                self.journal.save("twilio.stops", scope, record["sid"])
            if kind == "START":
                self.journal.delete("twilio.stops", scope)
        answers = []
        if kind:
            answers.append(self.reply(owner, number, optout.ANSWERS[kind], service))
        url = owner["sms_url"]
        if service and not service["use_inbound_webhook_on_number"]:
            url = service["inbound_request_url"]
        webhook = None
        if url:
            webhook, texts = self._webhook(url, record, kind, urls, media)
            if scope not in self.stops:
                answers += [self.reply(owner, number, text, service) for text in texts]
        return {
            "message": public(record),
            "opt_out_type": kind,
            "webhook": webhook,
            "media_urls": urls,
            "answers": [public(answer) for answer in answers],
        }

    def _scope(self, number: Mapping[str, Any], other: str) -> str:
        """What a stop holds for: the number's service, else the number itself."""
        service = self.senders.service_of_number(number["sid"])
        return f"{number['account_sid']}|{service['sid'] if service else number['phone_number']}|{other}"

    def reply(
        self, number: Mapping[str, Any], to: str, body: str, service: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """Send an answer of Twilio's own, or one a webhook's TwiML asked for."""
        with self.journal.lock:
            record = self._record(
                account=number["account_sid"],
                number=number["phone_number"],
                to=to,
                body=body,
                direction="outbound-reply",
                status="queued",
                service=service["sid"] if service else None,
                media=0,
            )
            self._save(record)
        self._progress(record["sid"])
        return record

    def _keep_media(self, record: dict[str, Any], content_type: str, content: bytes) -> str:
        media_sid = sid("ME")
        path = record["uri"].removesuffix(".json") + f"/Media/{media_sid}"
        kept = {
            "account_sid": record["account_sid"],
            "content_type": content_type,
            "date_created": record["date_created"],
            "date_updated": record["date_created"],
            "parent_sid": record["sid"],
            "sid": media_sid,
            "uri": f"{path}.json",
            "_content": base64.b64encode(content).decode(),
        }
        self.journal.save("twilio.media", media_sid, kept)
        return f"{self.base}/api.twilio.com{path}"

    def _webhook(
        self,
        url: str,
        record: Mapping[str, Any],
        kind: str | None,
        media_urls: list[str],
        media: list[tuple[str, bytes]],
    ) -> tuple[dict[str, Any], list[str]]:
        """Post an inbound text; what came of it, and the texts its TwiML asks to send back."""
        fields = {
            "AccountSid": record["account_sid"],
            "ApiVersion": "2010-04-01",
            "Body": record["body"],
            "From": record["from"],
            "To": record["to"],
            "MessageSid": record["sid"],
            "SmsSid": record["sid"],
            "SmsMessageSid": record["sid"],
            "SmsStatus": "received",
            "NumMedia": record["num_media"],
            "NumSegments": record["num_segments"],
        }
        for side, number in (("From", record["from"]), ("To", record["to"])):
            fields[f"{side}Country"] = "US" if number.startswith("+1") else ""
            fields |= {f"{side}{part}": "" for part in ("State", "City", "Zip")}
        if record["messaging_service_sid"]:
            fields["MessagingServiceSid"] = record["messaging_service_sid"]
        if kind:
            fields["OptOutType"] = kind
        for index, (media_url, (content_type, _)) in enumerate(zip(media_urls, media, strict=True)):
            fields |= {f"MediaUrl{index}": media_url, f"MediaContentType{index}": content_type}
        fault = self.faults.strike("twilio", WEBHOOK_KINDS - {"reorder"}, path="received", to=record["to"])
        if fault and fault.kind == "lose":
            return {"url": url, "error": "Lost on the way, as asked."}, []
        try:
            if fault:
                self._post(url, fields)
            status, answer = self._post(url, fields)
        except (Unanswered, NotLoopback) as error:
            return {"url": url, "error": str(error)}, []
        return {"url": url, "status": status}, _texts(answer) if status < 300 else []

    # reading

    def one(self, account: str, message_sid: str, path: str) -> dict[str, Any]:
        record = self.records.get(message_sid)
        if record is None or record["account_sid"] != account:
            raise TwilioError(20404, path)
        return record

    def found(self, account: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        """The account's messages, newest first; To, From and DateSent as the list endpoint filters.

        A message that was never sent is found by the time it was created.
        """
        with self.journal.lock:
            rows = [r for r in self.records.values() if r["account_sid"] == account]
        for name, key in (("To", "to"), ("From", "from")):
            if query.get(name):
                rows = [r for r in rows if r[key] == query[name]]
        for name in ("DateSent", "DateSent<", "DateSent>"):
            if query.get(name):
                rows = [r for r in rows if _dated(datetime.fromisoformat(r["_at"]), name, query[name])]
        return sorted(rows, key=lambda r: r["_at"], reverse=True)


def _dated(at: datetime, name: str, value: str) -> bool:
    try:
        bound = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError as error:
        raise TwilioError(20001, f"{name} is not an ISO 8601 date or time: {value}") from error
    bound = bound if bound.tzinfo else bound.replace(tzinfo=UTC)
    if name == "DateSent>":
        return at.replace(microsecond=0) >= bound
    if name == "DateSent<":
        return at.replace(microsecond=0) <= bound
    whole_day = bound.replace(hour=0, minute=0, second=0, microsecond=0)
    return whole_day <= at < whole_day + timedelta(days=1)


def _texts(twiml: bytes) -> list[str]:
    """The messages a TwiML document asks to send; none when it is not one."""
    try:
        root = ElementTree.fromstring(twiml)  # noqa: S314
    except ElementTree.ParseError:
        return []
    if root.tag != "Response":
        return []
    found = []
    for message in root.iter("Message"):
        body = message.find("Body")
        text = "".join((message if body is None else body).itertext()).strip()
        if text:
            found.append(text)
    return found
