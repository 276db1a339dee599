"""Texts through the official client. `TWILIO_API_BASE` says where its requests go."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from outbox.models import Message
from outbox.providers.outcome import Answer, Outcome
from tenants.numbers import own_number

OPTED_OUT = "21610"
SECONDS = 10.0


class RebasedClient(TwilioHttpClient):
    """Sends `https://<host>/<path>` to `<base>/<host>/<path>`: the host stays readable for the other end."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=SECONDS)
        self.base = base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        at = urlsplit(url)
        query = f"?{at.query}" if at.query else ""
        return super().request(method, f"{self.base}/{at.netloc}{at.path}{query}", *args, **kwargs)


def is_on() -> bool:
    return bool(settings.TWILIO_ACCOUNT_SID and settings.TWILIO_AUTH_TOKEN)


@lru_cache(maxsize=4)
def _client(sid: str, token: str, base: str | None) -> Client:
    return Client(sid, token, http_client=RebasedClient(base) if base else TwilioHttpClient(timeout=SECONDS))


def client() -> Client:
    return _client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_API_BASE)


def send(message: Message) -> Answer:
    """Hands one text to Twilio. Only a refused connection and 429 are safe to try again by themselves."""
    sender = own_number()
    if not sender:
        return Answer(Outcome.REFUSED, reason="the firm has no number to text from")
    try:
        sent = client().messages.create(
            to=message.recipient,
            from_=sender,
            body=message.body,
            status_callback=f"{settings.PUBLIC_URL}/hooks/twilio/status/",
        )
    except TwilioRestException as error:
        code = str(error.code or "")
        if error.status == 429:
            return Answer(Outcome.AGAIN, reason="Twilio asked us to wait", code=code)
        if error.status >= 500:
            return Answer(Outcome.UNKNOWN, reason=f"Twilio answered {error.status}", code=code)
        return Answer(Outcome.REFUSED, reason=str(error.msg)[:180], code=code, opted_out=code == OPTED_OUT)
    except requests.ConnectTimeout:
        return Answer(Outcome.AGAIN, reason="Twilio did not answer")
    except requests.ConnectionError as error:
        if "Connection refused" in str(error) or "NewConnectionError" in str(error):
            return Answer(Outcome.AGAIN, reason="Twilio did not answer")
        return Answer(Outcome.UNKNOWN, reason="Twilio's answer was lost")
    except requests.RequestException as error:
        return Answer(Outcome.UNKNOWN, reason=f"Twilio's answer was lost ({type(error).__name__})")
    return Answer(Outcome.SENT, provider_id=sent.sid or "")


def find(message: Message) -> Answer | None:
    """What Twilio's list says of a message whose answer was lost; None when the list cannot be read."""
    if message.attempted_at is None:
        return Answer(Outcome.AGAIN)
    try:
        rows = client().messages.list(
            to=message.recipient,
            from_=own_number() or "",
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


def is_genuine(url: str, fields: dict[str, str], signature: str) -> bool:
    """Whether Twilio signed this callback with our token."""
    return bool(signature) and RequestValidator(settings.TWILIO_AUTH_TOKEN).validate(url, fields, signature)
