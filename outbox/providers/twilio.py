"""Texts through the official client. `TWILIO_API_BASE` says where its requests go."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from django.conf import settings
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from outbox import reasons
from outbox.hours import Hours
from outbox.models import Message, Registration, Sender
from outbox.providers import fetching
from outbox.providers.outcome import Answer, Outcome
from tenants.numbers import own_number

OPTED_OUT = "21610"
SECONDS = 10.0
# Twilio takes in no larger picture.
MEDIUM_BYTES = 5 * 1024 * 1024  # what Twilio itself takes; docs/decisions/texted-pictures.md
MEDIA = re.compile(
    r"https://api\.twilio\.com/2010-04-01/Accounts/AC[0-9a-f]{32}/Messages/[A-Z]{2}[0-9a-f]{32}/Media/ME[0-9a-f]{32}"
)


class RebasedClient(TwilioHttpClient):
    """Sends `https://<host>/<path>` to `<base>/<host>/<path>`: the host stays readable for the other end."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=SECONDS)
        self.base = base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        at = urlsplit(url)
        query = f"?{at.query}" if at.query else ""
        return super().request(method, f"{self.base}/{at.netloc}{at.path}{query}", *args, **kwargs)


@dataclass(frozen=True)
class Account:
    """As whom the current firm texts, and from what."""

    sid: str
    token: str
    number: str = ""
    service: str = ""
    registration: str = Registration.VERIFIED
    monthly_cap: int | None = None
    per_second: int | None = None
    is_own: bool = False
    hours: Hours = Hours()  # noqa: RUF009 (frozen)


def account() -> Account:
    """The firm's own account, else the platform's with the number the firm was given."""
    own = Sender.objects.first()
    if own is not None and own.is_own:
        return Account(own.account_sid, own.token(), own.number, own.service_sid, own.registration, own.monthly_cap, own.per_second, is_own=True, hours=own.hours)  # fmt: skip
    return Account(
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, own_number() or "", "",
        monthly_cap=own.monthly_cap if own else None, per_second=own.per_second if own else None, hours=own.hours if own else Hours(),
    )  # fmt: skip


def is_on() -> bool:
    """Whether the current firm can text at all."""
    who = account()
    return bool(who.sid and who.token)


@lru_cache(maxsize=4)
def _client(sid: str, token: str, base: str | None) -> Client:
    return Client(sid, token, http_client=RebasedClient(base) if base else TwilioHttpClient(timeout=SECONDS))


def client(who: Account | None = None) -> Client:
    who = who or account()
    return _client(who.sid, who.token, settings.TWILIO_API_BASE)


def send(message: Message, who: Account | None = None) -> Answer:
    """Hands one text to Twilio. Only a refused connection and 429 are safe to try again by themselves."""
    who = who or account()
    if not (who.service or who.number):
        return Answer(Outcome.REFUSED, reason=reasons.NO_NUMBER)
    sender = {"messaging_service_sid": who.service} if who.service else {"from_": who.number}
    try:
        sent = client(who).messages.create(
            to=message.recipient,
            **sender,
            body=message.body,
            status_callback=f"{settings.PUBLIC_URL}/hooks/twilio/status/",
        )
    except TwilioRestException as error:
        code = str(error.code or "")
        if error.status == 429:
            return Answer(Outcome.AGAIN, reason=reasons.TWILIO_BUSY, code=code)
        if error.status in {401, 403}:
            return Answer(Outcome.AGAIN, reason=f"Twilio does not take our account or its token ({error.msg})"[:180], code=code)  # fmt: skip
        if error.status >= 500:
            return Answer(Outcome.UNKNOWN, reason=f"Twilio answered {error.status}", code=code)
        return Answer(Outcome.REFUSED, reason=str(error.msg)[:180], code=code, opted_out=code == OPTED_OUT)
    except requests.ConnectTimeout:
        return Answer(Outcome.AGAIN, reason=reasons.TWILIO_SILENT)
    except requests.ConnectionError as error:
        if "Connection refused" in str(error) or "NewConnectionError" in str(error):
            return Answer(Outcome.AGAIN, reason=reasons.TWILIO_SILENT)
        return Answer(Outcome.UNKNOWN, reason=reasons.TWILIO_LOST)
    except requests.RequestException as error:
        return Answer(Outcome.UNKNOWN, reason=f"Twilio's answer was lost ({type(error).__name__})")
    return Answer(Outcome.SENT, provider_id=sent.sid or "")


def find(message: Message) -> Answer | None:
    """What Twilio's list says of a message whose answer was lost; None when the list cannot be read."""
    if message.attempted_at is None:
        return Answer(Outcome.AGAIN)
    try:
        who = account()
        # Which number a messaging service chose is not known before its answer.
        sender = {} if who.service else {"from_": who.number}
        rows = client(who).messages.list(
            to=message.recipient,
            **sender,
            date_sent_after=message.attempted_at - timedelta(days=1),
            limit=200,
        )
    except (TwilioException, requests.RequestException):
        return None
    taken = set(
        Message.objects.filter(recipient=message.recipient)
        .exclude(provider_id="")
        .values_list("provider_id", flat=True)
    )
    earliest = message.attempted_at - timedelta(minutes=2)
    for row in rows:
        made = row.date_created
        if row.sid not in taken and row.body == message.body and made and made >= earliest:
            return Answer(Outcome.SENT, provider_id=row.sid)
    return Answer(Outcome.AGAIN)


class NoMedium(Exception):
    """A picture could not be had. `final` is whether asking again is of no use."""

    def __init__(self, said: str, *, final: bool) -> None:
        super().__init__(said)
        self.final = final


def medium(url: str) -> bytes:
    """What came with a text, at the address that Twilio gave. Raises NoMedium.

    Only addresses of Twilio's own media are asked for, with the account's token; where that leads, a server of
    Twilio's choosing, is asked without it and only over https to a public address.
    """
    if not MEDIA.fullmatch(_plain(url)):
        raise NoMedium(reasons.NOT_TWILIOS, final=True)
    who, until = account(), time.monotonic() + SECONDS
    try:
        with requests.Session() as session:
            answer = session.get(_rebased(url), auth=(who.sid, who.token), timeout=SECONDS, stream=True, allow_redirects=False)  # fmt: skip
            if answer.is_redirect:
                onward = urljoin(answer.url, answer.headers["Location"])
                if not settings.TWILIO_API_BASE:
                    fetching.refuse_unless_public(onward)
                answer = session.get(onward, timeout=SECONDS, stream=True, allow_redirects=False)
            if answer.status_code != 200:
                raise NoMedium(
                    f"Twilio answered {answer.status_code}", final=answer.status_code in {401, 403, 404, 410}
                )
            return fetching.read(answer, most=MEDIUM_BYTES, until=until)
    except fetching.Refused as problem:
        raise NoMedium(str(problem), final=True) from None
    except requests.RequestException:
        raise NoMedium(reasons.TWILIO_SILENT, final=False) from None


def _plain(url: str) -> str:
    """The address as Twilio publishes it, also where its requests go elsewhere."""
    base = settings.TWILIO_API_BASE
    return f"https://{url.removeprefix(f'{base}/')}" if base and url.startswith(f"{base}/") else url


def _rebased(url: str) -> str:
    base = settings.TWILIO_API_BASE
    return f"{base}/{_plain(url).removeprefix('https://')}" if base else url


def is_genuine(url: str, fields: dict[str, str], token: str, signature: str) -> bool:
    """Whether Twilio signed this callback with that token."""
    return bool(signature and token) and RequestValidator(token).validate(url, fields, signature)


def registration(who: Account) -> str:
    """What Twilio says of the carriers' registration of an account's messaging service: a Registration value.

    Raises TwilioException and requests.RequestException when the account, the token or the service is wrong or
    Twilio does not answer.
    """
    campaigns = client(who).messaging.v1.services(who.service).us_app_to_person.list(limit=20)
    states = {str(campaign.campaign_status or "").upper() for campaign in campaigns}
    if "VERIFIED" in states:
        return Registration.VERIFIED
    return Registration.FAILED if states == {"FAILED"} else Registration.PENDING
