"""The control API below `/control`, for tests, `bin/run` and people.

GET  /control/messages?to=&from=&limit=100   texts, newest first, in Twilio's shape
POST /control/inbound   {"from", "to", "body", "media": [{"type", "base64"}]}: a text arrives;
                        answers when the webhook has answered
GET  /control/mail?to=&limit=100             e-mails, newest first, parsed
POST /control/twilio    {"accounts": [{"sid", "auth_token"}], "numbers": [{"phone_number", "sms_url",
                        "account", "service", "registered"}], "campaigns": [{"service", "status"}],
                        "per_second": 1 or null, "step_seconds": 0.05, "callbacks": "all|final|none"}
GET  /control/twilio    accounts, numbers, services, who stopped
POST /control/stripe    {"endpoints": [{"url", "secret", "events": ["*"], "connect": false}],
                        "keys": {"sk_test_…": account or null for the platform}, "bank_seconds": 2,
                        "dunning": {"retry_days": [3, 5, 7], "then": "unpaid|canceled|past_due"},
                        "webhook_delay": 0.02, "webhook_retries": [seconds, …], "onboard": account,
                        "revoke": account, "currencies": {account: ["usd"] or null},
                        "dispute": {"charge", "account"}, "resend": {"event", "account"}}
POST /control/faults    one fault or a list, see `faults.py`; GET: what struck; DELETE: none any more
POST /control/clock     {"now": ISO 8601 with zone, "stopped": true} | {"advance": seconds} | {"real": true}
POST /control/settle    {"seconds": 10}: waits until no callback or webhook is under way
POST /control/reset     {"only": ["twilio", "mail", "stripe"]} (default all, with faults and the clock)
GET  /control/stats     counters
GET  /control/phones/   a page: texts by phone, with a form to answer
GET  /control/mailbox/  a page: the mail
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from standins import pages
from standins.faults import BadFault
from standins.serving import Reply, Request, json_reply, redirect
from standins.stripe.errors import StripeError
from standins.twilio.errors import TwilioError
from standins.twilio.senders import public

if TYPE_CHECKING:
    from standins.app import App


class BadRequest(ValueError):
    """A request to control that makes no sense; the message says why."""


class Control:
    def __init__(self, app: App) -> None:
        self.app = app

    def answer(self, request: Request) -> Reply:
        path = request.path.removeprefix("/control")
        try:
            if path.startswith("/phones/"):
                return self._phones(request, path.removeprefix("/phones/"))
            if path.startswith("/mailbox/"):
                return self._mailbox(path.removeprefix("/mailbox/"))
            handler = getattr(self, f"_{request.method.lower()}_{path.strip('/')}", None)
            if handler is None:
                return json_reply({"message": f"Nothing answers {request.method} {request.path}."}, 404)
            return json_reply(handler(request))
        except (BadRequest, BadFault, TwilioError, StripeError, ValueError) as error:
            return json_reply({"message": str(error)}, 400)
        except (KeyError, TypeError) as error:
            return json_reply({"message": f"Something is missing or of the wrong kind: {error}."}, 400)

    def _json(self, request: Request) -> Any:
        try:
            return json.loads(request.body or b"{}")
        except ValueError as error:
            raise BadRequest(f"The body is not JSON: {error}.") from error

    def _limit(self, request: Request) -> int:
        limit = request.arg("limit", "100")
        if not limit.isdigit():
            raise BadRequest("limit is a whole number.")
        return int(limit)

    def _texts(self, *, to: str = "", number: str = "", either: str = "") -> list[dict[str, Any]]:
        """Texts of all accounts, newest first."""
        with self.app.journal.lock:
            records = list(self.app.twilio.messages.records.values())
        return [
            record
            for record in reversed(records)
            if (not to or record["to"] == to)
            and (not number or record["from"] == number)
            and (not either or either in (record["to"], record["from"]))
        ]

    # JSON

    def _get_messages(self, request: Request) -> Any:
        found = self._texts(to=request.arg("to"), number=request.arg("from"))
        return {
            "messages": [
                public(record) | {"statuses": record["_statuses"], "at": record["_at"]}
                for record in found[: self._limit(request)]
            ]
        }

    def _post_inbound(self, request: Request) -> Any:
        wanted = self._json(request)
        media = []
        for item in wanted.get("media") or []:
            try:
                media.append((str(item["type"]), base64.b64decode(item["base64"], validate=True)))
            except binascii.Error as error:
                raise BadRequest(f"A medium is not base64: {error}.") from error
        return self.app.twilio.messages.receive(
            number=str(wanted["from"]), to=str(wanted["to"]), body=str(wanted.get("body", "")), media=media
        )

    def _get_mail(self, request: Request) -> Any:
        return {"mail": self.app.mailbox.found(to=request.arg("to"), limit=self._limit(request))}

    def _post_twilio(self, request: Request) -> Any:
        return self.app.twilio.configure(self._json(request))

    def _get_twilio(self, request: Request) -> Any:
        return self.app.twilio.state()

    def _post_stripe(self, request: Request) -> Any:
        return self.app.stripe.configure(self._json(request))

    def _post_faults(self, request: Request) -> Any:
        wanted = self._json(request)
        for fault in wanted if isinstance(wanted, list) else [wanted]:
            self.app.faults.add(fault)
        return self._get_faults(request)

    def _get_faults(self, request: Request) -> Any:
        return {"struck": dict(self.app.faults.struck)}

    def _delete_faults(self, request: Request) -> Any:
        self.app.faults.clear()
        return self._get_faults(request)

    def _post_clock(self, request: Request) -> Any:
        wanted = self._json(request)
        if "now" in wanted:
            at = datetime.fromisoformat(str(wanted["now"]).replace("Z", "+00:00"))
            if at.tzinfo is None:
                raise BadRequest("now needs a zone, as in 2026-09-01T15:00:00+00:00.")
            self.app.clock.set(at, stopped=bool(wanted.get("stopped", True)))
        elif "advance" in wanted:
            self.app.clock.advance(float(wanted["advance"]))
        elif wanted.get("real"):
            self.app.clock.real()
        else:
            raise BadRequest("The clock takes now, advance or real.")
        self.app.stripe.tick()
        return self._get_clock(request)

    def _get_clock(self, request: Request) -> Any:
        return {"now": self.app.clock.now().isoformat()}

    def _post_settle(self, request: Request) -> Any:
        settled = self.app.scheduler.idle(float(self._json(request).get("seconds", 10)))
        return {"settled": settled, "pending": self.app.scheduler.pending()}

    def _post_reset(self, request: Request) -> Any:
        self.app.reset(self._json(request).get("only"))
        return self._get_stats(request)

    def _get_stats(self, request: Request) -> Any:
        return self.app.stats()

    # pages

    def _phones(self, request: Request, rest: str) -> Reply:
        numbers = [number["phone_number"] for number in self.app.twilio.senders.numbers.values()]
        phone, _, verb = rest.partition("/")
        if request.method == "POST" and (verb == "text/" or rest == "text/"):
            fields = dict(request.form)
            sender = fields.get("from", "").strip() if rest == "text/" else phone
            try:
                came = self.app.twilio.messages.receive(
                    number=sender, to=fields.get("to", ""), body=fields.get("body", ""), media=[]
                )
            except TwilioError as error:
                return pages.page(
                    "Not sent",
                    f"<p>{pages.escape(error.message)}</p><p><a href='/control/phones/'>All phones</a></p>",
                    status=400,
                )
            webhook = came["webhook"] or {"error": "The number has no address for inbound texts."}
            told = webhook.get("error") or f"Sent; the product answered {webhook['status']}."
            return redirect(f"/control/phones/{quote(sender)}/?said={quote(told)}")
        if request.method != "GET" or verb:
            return pages.page("Not here", "<p>There is no such page.</p>", status=404)
        if not phone:
            return pages.phones(self._texts(), numbers)
        return pages.phone(phone, reversed(self._texts(either=phone)), numbers, request.arg("said"))

    def _mailbox(self, rest: str) -> Reply:
        key = rest.strip("/")
        messages = self.app.mailbox.found(limit=200 if not key else 1_000_000)
        if not key:
            return pages.mail_list(messages)
        message = next((m for m in messages if m["id"] == key), None)
        if message is None:
            return pages.page("Not here", "<p>There is no such mail.</p>", status=404)
        return pages.letter(message)
