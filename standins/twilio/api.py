"""Twilio's API: who asks, which operation, what goes wrong on purpose, and the answer."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from standins.clock import Clock
from standins.faults import Fault, Faults
from standins.journal import Journal
from standins.loopback import Caller
from standins.scheduler import Scheduler
from standins.serving import Reply, Request, fault_for, json_reply, redirect, under_fault
from standins.twilio import magic
from standins.twilio.description import Description
from standins.twilio.errors import TwilioError
from standins.twilio.messages import Messages
from standins.twilio.paging import page_2010, page_v1
from standins.twilio.senders import ACCOUNT_SID, Senders, is_e164, public

MEDIA = re.compile(r"/api\.twilio\.com/2010-04-01/Accounts/\w+/Messages/\w+/Media/(ME\w+)")


@dataclass(frozen=True)
class Call:
    """One authenticated request: the account, the path's parameters, the form's fields."""

    request: Request
    account: str
    path: Mapping[str, str]
    form: Mapping[str, str]

    @property
    def resource(self) -> str:
        return "/" + self.request.path.removeprefix("/twilio/").partition("/")[2]


class Twilio:
    def __init__(
        self, journal: Journal, clock: Clock, faults: Faults, scheduler: Scheduler, caller: Caller
    ) -> None:
        self.journal, self.faults = journal, faults
        self.description = Description()
        self.senders = Senders(journal, clock)
        self.messages = Messages(journal, clock, faults, scheduler, caller, self.senders)
        self.requests: Counter[str] = Counter()
        self.off_description: list[str] = []
        self._operations: dict[str, Callable[[Call], Reply]] = {
            "FetchAccount": self._account,
            "CreateMessage": self._create_message,
            "ListMessage": self._list_messages,
            "FetchMessage": self._fetch_message,
            "UpdateMessage": self._update_message,
            "DeleteMessage": self._delete_message,
            "ListMedia": self._list_media,
            "FetchMedia": self._fetch_media,
            "ListIncomingPhoneNumber": self._list_numbers,
            "CreateIncomingPhoneNumber": self._create_number,
            "FetchIncomingPhoneNumber": self._fetch_number,
            "UpdateIncomingPhoneNumber": self._update_number,
            "DeleteIncomingPhoneNumber": self._delete_number,
            "ListService": self._list_services,
            "CreateService": self._create_service,
            "FetchService": self._fetch_service,
            "UpdateService": self._update_service,
            "DeleteService": self._delete_service,
            "ListPhoneNumber": self._list_pool,
            "CreatePhoneNumber": self._join_pool,
            "FetchPhoneNumber": self._fetch_pool,
            "DeletePhoneNumber": self._leave_pool,
            "ListUsAppToPerson": self._list_campaigns,
            "FetchUsAppToPerson": self._fetch_campaign,
        }

    def answer(self, request: Request) -> Reply:
        """The answer to a request below `/twilio`. Raises DropConnection where a fault says so."""
        path = request.path.removeprefix("/twilio")
        if path.startswith("/media/"):
            return self._media_content(path.removeprefix("/media/"))
        to = dict(request.form).get("To", "") if request.method == "POST" else ""
        fault = fault_for(self.faults, "twilio", request, to=to)
        if fault is None and path.endswith("/Messages.json") and (kind := magic.FAULTY.get(to)):
            fault = Fault("twilio", kind)
            self.faults.count("twilio", kind)
        return under_fault(
            fault,
            lambda: self._work(request, path),
            error=TwilioError(20500).reply,
            too_many=TwilioError(20429).reply,
        )

    def configure(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Set up from control: what `POST /control/twilio` documents. Raises ValueError with a sentence."""
        known = {"accounts", "numbers", "campaigns", "per_second", "step_seconds", "callbacks"}
        if unknown := set(wanted) - known:
            raise ValueError(f"Not known: {', '.join(sorted(unknown))}. Known: {', '.join(sorted(known))}.")
        with self.journal.lock:
            for account in wanted.get("accounts", []):
                self.senders.add_account(account["sid"], account["auth_token"])
            for number in wanted.get("numbers", []):
                self._configure_number(number)
            for campaign in wanted.get("campaigns", []):
                if campaign["service"] not in self.senders.services:
                    raise ValueError(f"There is no messaging service {campaign['service']}.")
                self.senders.set_campaign(campaign["service"], campaign["status"])
        if "per_second" in wanted:
            self.messages.per_second = wanted["per_second"]
        if "step_seconds" in wanted:
            self.messages.step_seconds = float(wanted["step_seconds"])
        if "callbacks" in wanted:
            if wanted["callbacks"] not in ("all", "final", "none"):
                raise ValueError("callbacks is all, final or none.")
            self.messages.callbacks = wanted["callbacks"]
        return self.state()

    def state(self) -> dict[str, Any]:
        with self.journal.lock:
            return {
                "accounts": list(self.senders.accounts),
                "numbers": [public(number) for number in self.senders.numbers.values()],
                "services": [public(service) for service in self.senders.services.values()],
                "stopped": [key.split("|")[1:] for key in self.messages.stops],
            }

    def _configure_number(self, wanted: Mapping[str, Any]) -> None:
        form = {"SmsUrl": wanted["sms_url"] or ""} if "sms_url" in wanted else {}
        number = self.senders.owner_of(wanted["phone_number"])
        if number is None:
            account = wanted.get("account", ACCOUNT_SID)
            if account not in self.senders.accounts:
                raise ValueError(f"There is no account {account}.")
            number = self.senders.add_number(account, wanted["phone_number"], form)
        else:
            self.senders.change_number(number, form)
        if "registered" in wanted:
            number["_registered"] = bool(wanted["registered"])
            self.senders.change_number(number, {})
        if "service" in wanted:
            if wanted["service"] not in self.senders.services:
                raise ValueError(f"There is no messaging service {wanted['service']}.")
            self.senders.join(wanted["service"], number["sid"])

    def stats(self) -> dict[str, Any]:
        with self.journal.lock:
            messages = list(self.messages.records.values())
        statuses = Counter(f"{m['direction']}.{m['status']}" for m in messages)
        return {
            "requests": dict(self.requests),
            "messages": len(messages),
            "statuses": dict(statuses),
            "peak_per_second": dict(self.messages.peaks),
            "off_description": self.off_description[:50],
        }

    def reset(self) -> None:
        """Back to the account, numbers and service of the start, no texts."""
        self.journal.clear("twilio.")
        self.senders.provision()
        self.requests.clear()
        self.off_description.clear()
        self.messages.settle_down()

    def _work(self, request: Request, path: str) -> Reply:
        try:
            account = self._authenticated(request)
            if (media := MEDIA.fullmatch(path)) and request.method == "GET":
                # As with Twilio, the address in a webhook leads to where the content is.
                return redirect(f"{self.messages.base}/media/{media[1]}", 307)
            found = self.description.find(request.method, path)
            if found is None:
                raise TwilioError(20404, "/" + path.lstrip("/").partition("/")[2])
            operation, parameters = found
            self.requests[operation.id] += 1
            self.off_description += self.description.problems(operation, request.query, request.form)
            if parameters.get("AccountSid", account) != account:
                raise TwilioError(20404, "/" + path.lstrip("/").partition("/")[2])
            return self._operations[operation.id](Call(request, account, parameters, dict(request.form)))
        except TwilioError as refusal:
            return refusal.reply()

    def _authenticated(self, request: Request) -> str:
        kind, _, coded = request.headers.get("Authorization", "").partition(" ")
        try:
            name, _, token = base64.b64decode(coded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise TwilioError(20003) from None
        account = self.senders.accounts.get(name)
        if kind != "Basic" or account is None:
            raise TwilioError(20003)
        if not hmac.compare_digest(account["auth_token"].encode(), token.encode()):
            raise TwilioError(20003)
        return name

    # the account and its messages

    def _account(self, call: Call) -> Reply:
        if call.path["Sid"] != call.account:
            raise TwilioError(20404, call.resource)
        return json_reply(self.senders.accounts[call.account])

    def _create_message(self, call: Call) -> Reply:
        media = [value for name, value in call.request.form if name == "MediaUrl"]
        with self.journal.lock:
            return json_reply(public(self.messages.create(call.account, call.form, media)), 201)

    def _list_messages(self, call: Call) -> Reply:
        rows = self.messages.found(call.account, dict(call.request.query))
        return page_2010("messages", [public(row) for row in rows], call.request)

    def _fetch_message(self, call: Call) -> Reply:
        return json_reply(public(self.messages.one(call.account, call.path["Sid"], call.resource)))

    def _update_message(self, call: Call) -> Reply:
        record = self.messages.one(call.account, call.path["Sid"], call.resource)
        if call.form.get("Body") != "":
            raise TwilioError(20001, "A message can only be redacted, by an empty Body.")
        record["body"] = ""
        self.journal.save("twilio.messages", record["sid"], record)
        return json_reply(public(record))

    def _delete_message(self, call: Call) -> Reply:
        record = self.messages.one(call.account, call.path["Sid"], call.resource)
        self.journal.delete("twilio.messages", record["sid"])
        return Reply(204)

    def _list_media(self, call: Call) -> Reply:
        message = self.messages.one(call.account, call.path["MessageSid"], call.resource)
        with self.journal.lock:
            rows = [public(m) for m in self.messages.media.values() if m["parent_sid"] == message["sid"]]
        return page_2010("media_list", rows, call.request)

    def _fetch_media(self, call: Call) -> Reply:
        media_sid = call.path["Sid"]
        media = self.messages.media.get(media_sid)
        if media is None or media["parent_sid"] != call.path["MessageSid"]:
            raise TwilioError(20404, call.resource)
        return json_reply(public(media))

    def _media_content(self, media_sid: str) -> Reply:
        media = self.messages.media.get(media_sid)
        if media is None:
            return TwilioError(20404, f"/media/{media_sid}").reply()
        return Reply(200, base64.b64decode(media["_content"]), media["content_type"])

    # numbers

    def _list_numbers(self, call: Call) -> Reply:
        rows = self.senders.numbers_of(call.account)
        for name, key in (("PhoneNumber", "phone_number"), ("FriendlyName", "friendly_name")):
            wanted = call.request.arg(name)
            if wanted:
                rows = [row for row in rows if wanted in row[key]]
        return page_2010("incoming_phone_numbers", [public(row) for row in rows], call.request)

    def _create_number(self, call: Call) -> Reply:
        number = call.form.get("PhoneNumber", "")
        if not is_e164(number):
            raise TwilioError(21422, number)
        with self.journal.lock:
            return json_reply(public(self.senders.add_number(call.account, number, call.form)), 201)

    def _fetch_number(self, call: Call) -> Reply:
        return json_reply(public(self.senders.number(call.account, call.path["Sid"], call.resource)))

    def _update_number(self, call: Call) -> Reply:
        record = self.senders.number(call.account, call.path["Sid"], call.resource)
        with self.journal.lock:
            return json_reply(public(self.senders.change_number(record, call.form)))

    def _delete_number(self, call: Call) -> Reply:
        record = self.senders.number(call.account, call.path["Sid"], call.resource)
        with self.journal.lock:
            if service := self.senders.service_of_number(record["sid"]):
                self.senders.leave(service["sid"], record["sid"])
            self.journal.delete("twilio.numbers", record["sid"])
        return Reply(204)

    # messaging services

    def _service(self, call: Call, name: str) -> dict[str, Any]:
        return self.senders.service(call.account, call.path[name], call.resource)

    def _list_services(self, call: Call) -> Reply:
        rows = self.senders.services_of(call.account)
        return page_v1("services", [public(row) for row in rows], call.request)

    def _create_service(self, call: Call) -> Reply:
        with self.journal.lock:
            return json_reply(public(self.senders.add_service(call.account, call.form)), 201)

    def _fetch_service(self, call: Call) -> Reply:
        return json_reply(public(self._service(call, "Sid")))

    def _update_service(self, call: Call) -> Reply:
        with self.journal.lock:
            return json_reply(public(self.senders.change_service(self._service(call, "Sid"), call.form)))

    def _delete_service(self, call: Call) -> Reply:
        self.journal.delete("twilio.services", self._service(call, "Sid")["sid"])
        return Reply(204)

    def _list_pool(self, call: Call) -> Reply:
        rows = list(self._service(call, "ServiceSid")["_numbers"].values())
        return page_v1("phone_numbers", rows, call.request)

    def _join_pool(self, call: Call) -> Reply:
        service = self._service(call, "ServiceSid")
        number = self.senders.number(call.account, call.form.get("PhoneNumberSid", ""), call.resource)
        with self.journal.lock:
            return json_reply(self.senders.join(service["sid"], number["sid"]), 201)

    def _fetch_pool(self, call: Call) -> Reply:
        member = self._service(call, "ServiceSid")["_numbers"].get(call.path["Sid"])
        if member is None:
            raise TwilioError(20404, call.resource)
        return json_reply(member)

    def _leave_pool(self, call: Call) -> Reply:
        service = self._service(call, "ServiceSid")
        if call.path["Sid"] not in service["_numbers"]:
            raise TwilioError(20404, call.resource)
        with self.journal.lock:
            self.senders.leave(service["sid"], call.path["Sid"])
        return Reply(204)

    def _list_campaigns(self, call: Call) -> Reply:
        campaign = self.senders.campaign(self._service(call, "MessagingServiceSid"))
        return page_v1("compliance", [campaign], call.request)

    def _fetch_campaign(self, call: Call) -> Reply:
        campaign = self.senders.campaign(self._service(call, "MessagingServiceSid"))
        if campaign["sid"] != call.path["Sid"]:
            raise TwilioError(20404, call.resource)
        return json_reply(campaign)
