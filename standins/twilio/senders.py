"""Accounts, their numbers and messaging services."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from standins.clock import Clock
from standins.journal import Journal
from standins.twilio.errors import TwilioError

ACCOUNT_SID = "AC00000000000000000000000000000001"
AUTH_TOKEN = "standin-auth-token"  # noqa: S105
NUMBERS = ("+14065550100", "+15125550100")
SERVICE_SID = "MG00000000000000000000000000000001"

_NUMBER_FIELDS = {
    "FriendlyName": "friendly_name",
    "SmsUrl": "sms_url",
    "SmsMethod": "sms_method",
    "SmsFallbackUrl": "sms_fallback_url",
    "SmsFallbackMethod": "sms_fallback_method",
    "StatusCallback": "status_callback",
    "StatusCallbackMethod": "status_callback_method",
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
}
_SERVICE_FIELDS = {
    "FriendlyName": "friendly_name",
    "InboundRequestUrl": "inbound_request_url",
    "InboundMethod": "inbound_method",
    "FallbackUrl": "fallback_url",
    "FallbackMethod": "fallback_method",
    "StatusCallback": "status_callback",
    "StickySender": "sticky_sender",
    "MmsConverter": "mms_converter",
    "SmartEncoding": "smart_encoding",
    "FallbackToLongCode": "fallback_to_long_code",
    "AreaCodeGeomatch": "area_code_geomatch",
    "ValidityPeriod": "validity_period",
    "SynchronousValidation": "synchronous_validation",
    "Usecase": "usecase",
    "UseInboundWebhookOnNumber": "use_inbound_webhook_on_number",
    "ScanMessageContent": "scan_message_content",
}


def sid(prefix: str) -> str:
    return prefix + secrets.token_hex(16)


def rfc2822(at: datetime) -> str:
    return format_datetime(at.replace(microsecond=0))


def iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def is_e164(number: str) -> bool:
    """E.164, and for +1 the shape of the North American plan."""
    if number.startswith("+1"):
        return bool(re.fullmatch(r"\+1[2-9]\d\d[2-9]\d{6}", number))
    return bool(re.fullmatch(r"\+[2-9]\d{6,14}", number))


def public(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record as the API shows it: without what only the stand-in knows."""
    return {key: value for key, value in record.items() if not key.startswith("_")}


def _changes(form: Mapping[str, str], fields: Mapping[str, str], record: Mapping[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for name, key in fields.items():
        if name in form:
            value: Any = form[name]
            if isinstance(record[key], bool):
                value = value.lower() == "true"
            elif isinstance(record[key], int):
                value = int(value) if value.isdigit() else record[key]
            elif value == "":
                value = None
            changed[key] = value
    return changed


class Senders:
    def __init__(self, journal: Journal, clock: Clock) -> None:
        self.journal = journal
        self.clock = clock
        self.accounts = journal.store("twilio.accounts")
        self.numbers = journal.store("twilio.numbers")
        self.services = journal.store("twilio.services")
        self.provision()

    def provision(self) -> None:
        """The account, numbers and service that are there from the start, where they are missing."""
        with self.journal.lock:
            if ACCOUNT_SID not in self.accounts:
                self.add_account(ACCOUNT_SID, AUTH_TOKEN)
            if not self.numbers:
                for number in NUMBERS:
                    self.add_number(ACCOUNT_SID, number)
            if not self.services:
                self.add_service(ACCOUNT_SID, {"FriendlyName": "Roundtable"}, service_sid=SERVICE_SID)
                for number in NUMBERS:
                    self.join(SERVICE_SID, self.by_number(ACCOUNT_SID, number)["sid"])

    # accounts

    def add_account(self, account_sid: str, token: str) -> dict[str, Any]:
        now = rfc2822(self.clock.now())
        uri = f"/2010-04-01/Accounts/{account_sid}"
        account = {
            "sid": account_sid,
            "auth_token": token,
            "friendly_name": "Stand-in",
            "owner_account_sid": account_sid,
            "status": "active",
            "type": "Full",
            "date_created": now,
            "date_updated": now,
            "uri": f"{uri}.json",
            "subresource_uris": {"messages": f"{uri}/Messages.json"},
        }
        self.journal.save("twilio.accounts", account_sid, account)
        return account

    # numbers

    def add_number(
        self, account: str, number: str, form: Mapping[str, str] | None = None, *, registered: bool = True
    ) -> dict[str, Any]:
        """A number of `account`. Raises TwilioError 21422 when it is no number or already taken."""
        taken = any(record["phone_number"] == number for record in self.numbers.values())
        if not is_e164(number) or taken:
            raise TwilioError(21422, number)
        now, number_sid = rfc2822(self.clock.now()), sid("PN")
        record: dict[str, Any] = dict.fromkeys(
            [
                "address_sid",
                "identity_sid",
                "sms_application_sid",
                "sms_url",
                "sms_fallback_url",
                "status_callback",
                "trunk_sid",
                "voice_application_sid",
                "voice_url",
                "voice_fallback_url",
                "emergency_address_sid",
                "bundle_sid",
            ]
        )
        record |= {
            "account_sid": account,
            "address_requirements": "none",
            "api_version": "2010-04-01",
            "beta": False,
            "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False},
            "date_created": now,
            "date_updated": now,
            "friendly_name": number,
            "phone_number": number,
            "origin": "twilio",
            "sid": number_sid,
            "sms_fallback_method": "POST",
            "sms_method": "POST",
            "status_callback_method": "POST",
            "uri": f"/2010-04-01/Accounts/{account}/IncomingPhoneNumbers/{number_sid}.json",
            "voice_receive_mode": "voice",
            "voice_caller_id_lookup": False,
            "voice_fallback_method": "POST",
            "voice_method": "POST",
            "emergency_status": "Inactive",
            "emergency_address_status": "unregistered",
            "status": "in-use",
            "type": "local",
            "_registered": registered,
        }
        record |= _changes(form or {}, _NUMBER_FIELDS, record)
        self.journal.save("twilio.numbers", number_sid, record)
        return record

    def change_number(self, record: dict[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
        record |= _changes(form, _NUMBER_FIELDS, record)
        record["date_updated"] = rfc2822(self.clock.now())
        self.journal.save("twilio.numbers", record["sid"], record)
        return record

    def number(self, account: str, number_sid: str, path: str) -> dict[str, Any]:
        record = self.numbers.get(number_sid)
        if record is None or record["account_sid"] != account:
            raise TwilioError(20404, path)
        return record

    def by_number(self, account: str, number: str) -> dict[str, Any]:
        """The account's record of `number`. Raises TwilioError 21660 when it is not its own."""
        for record in self.numbers.values():
            if record["phone_number"] == number and record["account_sid"] == account:
                return record
        raise TwilioError(21660, f"{number} and the account {account}")

    def owner_of(self, number: str) -> dict[str, Any] | None:
        return next((r for r in self.numbers.values() if r["phone_number"] == number), None)

    def numbers_of(self, account: str) -> list[dict[str, Any]]:
        return [record for record in self.numbers.values() if record["account_sid"] == account]

    # messaging services

    def add_service(
        self, account: str, form: Mapping[str, str], *, service_sid: str | None = None
    ) -> dict[str, Any]:
        service_sid = service_sid or sid("MG")
        now = iso(self.clock.now())
        url = f"https://messaging.twilio.com/v1/Services/{service_sid}"
        links = {
            "phone_numbers": "PhoneNumbers",
            "short_codes": "ShortCodes",
            "alpha_senders": "AlphaSenders",
            "messages": "Messages",
            "us_app_to_person": "Compliance/Usa2p",
            "us_app_to_person_usecases": "Compliance/Usa2p/Usecases",
            "channel_senders": "ChannelSenders",
            "destination_alpha_senders": "DestinationAlphaSenders",
        }
        record: dict[str, Any] = {
            "sid": service_sid,
            "account_sid": account,
            "friendly_name": "",
            "date_created": now,
            "date_updated": now,
            "inbound_request_url": None,
            "inbound_method": "POST",
            "fallback_url": None,
            "fallback_method": "POST",
            "status_callback": None,
            "sticky_sender": True,
            "mms_converter": True,
            "smart_encoding": True,
            "scan_message_content": "inherit",
            "fallback_to_long_code": True,
            "area_code_geomatch": True,
            "synchronous_validation": False,
            "validity_period": 36000,
            "url": url,
            "links": {name: f"{url}/{path}" for name, path in links.items()},
            "usecase": "undeclared",
            "us_app_to_person_registered": True,
            "use_inbound_webhook_on_number": True,
            "_numbers": {},
            "_campaign_status": "VERIFIED",
            "_campaign_sid": "QE" + service_sid[2:],
        }
        record |= _changes(form, _SERVICE_FIELDS, record)
        self.journal.save("twilio.services", service_sid, record)
        return record

    def change_service(self, record: dict[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
        record |= _changes(form, _SERVICE_FIELDS, record)
        record["date_updated"] = iso(self.clock.now())
        self.journal.save("twilio.services", record["sid"], record)
        return record

    def set_campaign(self, service_sid: str, status: str) -> None:
        """Set the 10DLC campaign's status: VERIFIED, or anything else, which makes sends fail with 30034."""
        record = self.services[service_sid]
        record["_campaign_status"] = status
        record["us_app_to_person_registered"] = status == "VERIFIED"
        self.journal.save("twilio.services", service_sid, record)

    def service(self, account: str, service_sid: str, path: str) -> dict[str, Any]:
        record = self.services.get(service_sid)
        if record is None or record["account_sid"] != account:
            raise TwilioError(20404, path)
        return record

    def services_of(self, account: str) -> list[dict[str, Any]]:
        return [record for record in self.services.values() if record["account_sid"] == account]

    def service_of_number(self, number_sid: str) -> dict[str, Any] | None:
        return next((r for r in self.services.values() if number_sid in r["_numbers"]), None)

    def join(self, service_sid: str, number_sid: str) -> dict[str, Any]:
        """Put a number into a service's pool."""
        number, now = self.numbers[number_sid], iso(self.clock.now())
        member = {
            "sid": number_sid,
            "account_sid": number["account_sid"],
            "service_sid": service_sid,
            "date_created": now,
            "date_updated": now,
            "phone_number": number["phone_number"],
            "country_code": "US" if number["phone_number"].startswith("+1") else "ZZ",
            "capabilities": ["MMS", "SMS", "Voice"],
            "url": f"https://messaging.twilio.com/v1/Services/{service_sid}/PhoneNumbers/{number_sid}",
        }
        service = self.services[service_sid]
        service["_numbers"][number_sid] = member
        self.journal.save("twilio.services", service_sid, service)
        return member

    def leave(self, service_sid: str, number_sid: str) -> None:
        service = self.services[service_sid]
        del service["_numbers"][number_sid]
        self.journal.save("twilio.services", service_sid, service)

    def campaign(self, service: Mapping[str, Any]) -> dict[str, Any]:
        """The 10DLC campaign of a service, as Usa2p shows it."""
        number, sid_ = service["_campaign_sid"][-7:].upper(), service["_campaign_sid"]
        verified = service["_campaign_status"] == "VERIFIED"
        return {
            "account_sid": service["account_sid"],
            "age_gated": False,
            "brand_registration_sid": "BN" + service["sid"][2:],
            "campaign_id": f"C{number}" if verified else None,
            "campaign_status": service["_campaign_status"],
            "date_created": service["date_created"],
            "date_updated": service["date_updated"],
            "description": "Appointment reminders and replies to families who asked for them.",
            "direct_lending": False,
            "errors": [] if verified else [{"error_code": 30896, "fields": ["MESSAGE_FLOW"]}],
            "has_embedded_links": True,
            "has_embedded_phone": False,
            "help_keywords": ["HELP", "INFO"],
            "help_message": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
            "is_externally_registered": False,
            "message_flow": "Families tick a box when they book.",
            "message_samples": ["Your appointment is tomorrow at 10:00.", "Reply C to confirm."],
            "messaging_service_sid": service["sid"],
            "mock": False,
            "opt_in_keywords": ["START", "UNSTOP"],
            "opt_in_message": "You have successfully been re-subscribed.",
            "opt_out_keywords": ["STOP"],
            "opt_out_message": "You have successfully been unsubscribed.",
            "rate_limits": {"att": {"mps": 4, "msg_class": "T"}, "tmobile": {"brand_tier": "LOW"}},
            "sid": sid_,
            "subscriber_opt_in": True,
            "url": f"{service['url']}/Compliance/Usa2p/{sid_}",
            "us_app_to_person_usecase": "CUSTOMER_CARE",
        }
