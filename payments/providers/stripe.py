"""Stripe through the official client. `STRIPE_API_BASE` says where its requests go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import stripe
from django.conf import settings

TOLERANCE = 300  # seconds between a webhook's signature and now


class Unavailable(Exception):
    """Stripe did not answer, or not so that we know what it did: the same call may be made again with its key."""


class Refused(Exception):
    """Stripe said no; the message is Stripe's."""


class Forged(Exception):
    """A webhook without a good signature."""


@dataclass(frozen=True)
class Session:
    """A Checkout session as it is now. `payment_intent` is there once it is paid."""

    id: str
    status: str  # open, complete, expired
    paid: bool
    url: str
    amount: int
    currency: str
    payment_intent: str


def is_on() -> bool:
    return bool(settings.STRIPE_API_KEY)


@lru_cache(maxsize=4)
def _client(key: str, base: str | None) -> stripe.StripeClient:
    http = stripe.RequestsClient(timeout=10)
    more: dict[str, Any] = {"base_addresses": {"api": base}} if base else {}
    return stripe.StripeClient(key, http_client=http, max_network_retries=1, **more)


def client() -> stripe.StripeClient:
    return _client(settings.STRIPE_API_KEY, settings.STRIPE_API_BASE)


def _call(method: Any, *args: Any) -> Any:
    """Calls, and sorts what goes wrong into what may be tried again and what may not."""
    try:
        return method(*args)
    except (stripe.InvalidRequestError, stripe.CardError, stripe.PermissionError, stripe.AuthenticationError) as error:  # fmt: skip
        raise Refused(str(error.user_message or error)[:300]) from error
    except stripe.StripeError as error:
        raise Unavailable(type(error).__name__) from error


def _session(found: Any) -> Session:
    return Session(
        id=found.id, status=found.status, paid=found.payment_status == "paid", url=found.url or "",
        amount=found.amount_total or 0, currency=found.currency or "", payment_intent=found.payment_intent or "",
    )  # fmt: skip


def open_session(
    *, account: str, key: str, subject: str, name: str, amount: int, currency: str, expires_at: datetime,
    success_url: str, cancel_url: str, language: str, email: str,
) -> Session:  # fmt: skip
    """A page on which `amount` minor units can be paid to the account. Safe to call again with the same key."""
    wanted: dict[str, Any] = {
        "mode": "payment",
        "payment_method_types": ["card"],
        "line_items": [
            {"price_data": {"currency": currency, "unit_amount": amount, "product_data": {"name": name}}, "quantity": 1}
        ],
        "expires_at": int(expires_at.timestamp()),
        "success_url": success_url,
        "cancel_url": cancel_url,
        "client_reference_id": subject,
        "locale": language,
        **({"customer_email": email} if email else {}),
    }  # fmt: skip
    options = {"stripe_account": account, "idempotency_key": key}
    return _session(_call(client().v1.checkout.sessions.create, wanted, options))


def session(id_: str, *, account: str) -> Session:
    return _session(_call(client().v1.checkout.sessions.retrieve, id_, {}, {"stripe_account": account}))


def expire(id_: str, *, account: str) -> None:
    _call(client().v1.checkout.sessions.expire, id_, {}, {"stripe_account": account})


def refund(payment_intent: str, *, amount: int, account: str, key: str) -> str:
    """Gives `amount` minor units of a payment back; answers the refund's id. Safe to call again with the same key."""
    wanted: Any = {"payment_intent": payment_intent, "amount": amount}
    found = _call(client().v1.refunds.create, wanted, {"stripe_account": account, "idempotency_key": key})
    return str(found.id)


def new_account(*, email: str, key: str) -> str:
    """A standard account for the firm; its owner completes it at Stripe."""
    found = _call(client().v1.accounts.create, {"type": "standard", "email": email}, {"idempotency_key": key})
    return str(found.id)


def onboarding(account: str, *, back: str, again: str) -> str:
    """Where the owner completes the account; the address is good for a few minutes."""
    wanted: Any = {"account": account, "type": "account_onboarding", "return_url": back, "refresh_url": again}
    return str(_call(client().v1.account_links.create, wanted).url)


def can_charge(account: str) -> bool:
    return bool(_call(client().v1.accounts.retrieve, account).charges_enabled)


@dataclass(frozen=True)
class Told:
    """A signed event: what happened to which object of which account. Its content is not trusted: fetch the object."""

    id: str
    kind: str
    object_id: str
    account: str
    at: datetime


def told(body: bytes, signature: str, *, secret: str) -> Told:
    """Reads a webhook's raw body. Raises Forged when it is not Stripe's or is older than five minutes."""
    try:
        event: Any = stripe.Webhook.construct_event(body, signature, secret, tolerance=TOLERANCE)
        return Told(event.id, event.type, event.data.object.id, getattr(event, "account", "") or "", datetime.fromtimestamp(event.created, UTC))  # fmt: skip
    except (ValueError, stripe.SignatureVerificationError, AttributeError, KeyError) as error:
        raise Forged(str(error)) from error
