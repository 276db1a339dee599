"""Stripe through the official client. `STRIPE_API_BASE` says where its requests go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import stripe
from django.conf import settings
from stripe import BalanceTransaction

if TYPE_CHECKING:
    from stripe import Charge, ListObject, Refund, RequestOptions
    from stripe.checkout import Session as StripeSession
    from stripe.params import (
        AccountCreateParams,
        AccountLinkCreateParams,
        ChargeListParams,
        DisputeListParams,
        RefundCreateParams,
        RefundListParams,
    )
    from stripe.params.checkout import SessionCreateParams, SessionRetrieveParams

P = ParamSpec("P")
T = TypeVar("T")
Thing = TypeVar("Thing", bound=stripe.StripeObject)

TOLERANCE = 300  # seconds between a webhook's signature and now
# Stripe counts these in another unit than ISO 4217, and takes them under special rules.
UNLIKE_ISO = frozenset({"isk", "mga", "ugx"})


class Unavailable(Exception):
    """Stripe did not answer, or not so that we know what it did: the same call may be made again with its key."""


class Refused(Exception):
    """Stripe said no; the message is Stripe's."""


class Revoked(Refused):
    """We may no longer act for this account: its owner took our access away."""


class WrongCurrency(Refused):
    """The account cannot take this currency."""


class Forged(Exception):
    """A webhook without a good signature."""


@dataclass(frozen=True)
class Paid:
    """What is known of the money behind a session: amounts in minor units of the session's currency."""

    intent: str
    status: str  # succeeded, processing, requires_payment_method, canceled …
    charge: str
    method: str  # card, us_bank_account
    shown: str  # “Visa 4242”
    fee: int | None  # what Stripe keeps; None where it is not known yet, or is in another currency
    refunded: int  # what went back of it, as Stripe has it
    failure: str  # Stripe's words for why it failed
    name: str
    email: str


@dataclass(frozen=True)
class Session:
    """A Checkout session as it is now."""

    id: str
    status: str  # open, complete, expired
    paid: bool
    url: str
    amount: int
    currency: str
    payment: Paid | None

    @property
    def is_processing(self) -> bool:
        """A bank has the debit and answers in some days."""
        return bool(self.status == "complete" and not self.paid and self.payment and self.payment.status == "processing")  # fmt: skip


@dataclass(frozen=True)
class ProviderCharge:
    """A charge as an account's own list has it. `checkout` is our id of what asked for it, if we did."""

    id: str
    intent: str
    checkout: str
    amount: int
    refunded: int
    currency: str
    status: str
    made_at: datetime


@dataclass(frozen=True)
class ProviderRefund:
    """A refund as Stripe has it. `refund` is our id of it, if we asked for it."""

    id: str
    intent: str
    refund: str
    amount: int
    currency: str
    status: str  # pending, succeeded, failed, canceled, requires_action
    failure: str
    made_at: datetime


@dataclass(frozen=True)
class DisputeMove:
    """One of Stripe's transactions about a dispute: below zero what left the account, above what came back."""

    id: str
    amount: int
    fee: int  # what Stripe kept for it; below zero where it gave that back
    currency: str
    made_at: datetime


@dataclass(frozen=True)
class ProviderDispute:
    id: str
    intent: str
    amount: int
    currency: str
    reason: str
    status: str
    opened_at: datetime
    moves: tuple[DisputeMove, ...]


@dataclass(frozen=True)
class Standing:
    """How an account stands: whether it can be paid into, and what Stripe still asks of its owner."""

    can_charge: bool
    submitted: bool
    wanted: tuple[str, ...]
    disabled: str
    country: str
    currency: str


def is_on() -> bool:
    return bool(settings.STRIPE_API_KEY)


def is_live() -> bool:
    """Whether our key is one for real money."""
    return settings.STRIPE_API_KEY.split("_")[1:2] == ["live"]


@lru_cache(maxsize=4)
def _client(key: str, base: str | None) -> stripe.StripeClient:
    http = stripe.RequestsClient(timeout=10)
    more: dict[str, Any] = {"base_addresses": {"api": base}} if base else {}
    return stripe.StripeClient(key, http_client=http, max_network_retries=1, **more)


def client() -> stripe.StripeClient:
    return _client(settings.STRIPE_API_KEY, settings.STRIPE_API_BASE)


def _call(method: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Calls, and sorts what goes wrong into what may be tried again and what may not."""
    try:
        return method(*args, **named)
    except stripe.PermissionError as error:
        raise Revoked(_words(error)) from error
    except stripe.InvalidRequestError as error:
        if error.code == "account_invalid" and error.http_status == 403:
            raise Revoked(_words(error)) from error
        if error.param == "currency" or (error.param or "").endswith("[currency]"):
            raise WrongCurrency(_words(error)) from error
        raise Refused(_words(error)) from error
    except stripe.CardError as error:
        raise Refused(_words(error)) from error
    except stripe.StripeError as error:
        # A wrong key of ours is here too: once it is put right, the same call can be made.
        raise Unavailable(type(error).__name__) from error


def _words(error: stripe.StripeError) -> str:
    return str(error.user_message or error)[:300]


def id_of(found: Any) -> str:
    """The id of something that Stripe gives as an id or, expanded, as the thing itself; empty where there is none."""
    return str(getattr(found, "id", found) or "")


def _metadata(found: Charge | Refund, name: str) -> str:
    return str(getattr(found.metadata, name, None) or "")


def _method(charge: Charge | None) -> tuple[str, str]:
    """The kind of method a charge was paid with, and how to name it: “Visa 4242”."""
    details: Any = getattr(charge, "payment_method_details", None)
    kind = str(getattr(details, "type", "") or "card")
    part: Any = getattr(details, kind, None)
    name = getattr(part, "brand", None) or getattr(part, "bank_name", None) or ""
    return kind, f"{str(name).title()} {getattr(part, 'last4', None) or ''}".strip()[:40]


def _paid(session: StripeSession) -> Paid | None:
    intent = session.payment_intent
    if intent is None or isinstance(intent, str):
        return None
    charge = None if isinstance(intent.latest_charge, str) else intent.latest_charge
    balance = charge.balance_transaction if charge else None
    known = balance is not None and not isinstance(balance, str) and balance.currency == session.currency
    kind, shown = _method(charge)
    error: Any = intent.last_payment_error
    details = session.customer_details
    return Paid(
        intent=intent.id, status=intent.status, charge=charge.id if charge else "", method=kind, shown=shown,
        fee=balance.fee if known and isinstance(balance, BalanceTransaction) else None,
        refunded=charge.amount_refunded if charge else 0, failure=str(getattr(error, "message", "") or "")[:300],
        name=((details.name if details else "") or "")[:120], email=((details.email if details else "") or "")[:254],
    )  # fmt: skip


def _session(found: StripeSession) -> Session:
    return Session(
        id=found.id, status=found.status or "", paid=found.payment_status == "paid", url=found.url or "",
        amount=found.amount_total or 0, currency=found.currency or "", payment=_paid(found),
    )  # fmt: skip


def open_session(
    *, account: str, key: str, checkout: str, subject: str, name: str, amount: int, currency: str, expires_at: datetime,
    success_url: str, cancel_url: str, language: str, email: str, bank: bool,
) -> Session:  # fmt: skip
    """A page on which `amount` minor units can be paid to the account. Safe to call again with the same key.

    `checkout` is our id of it, which the payment carries; with `bank` a bank account can be debited too.
    Raises Unavailable, Refused, WrongCurrency, Revoked.
    """
    if currency in UNLIKE_ISO:
        raise WrongCurrency(f"Invalid currency: {currency}.")
    wanted: SessionCreateParams = {
        "mode": "payment",
        "allowed_payment_method_types": ["card", "us_bank_account"] if bank and currency == "usd" else ["card"],
        "line_items": [
            {"price_data": {"currency": currency, "unit_amount": amount, "product_data": {"name": name}}, "quantity": 1}
        ],
        "expires_at": int(expires_at.timestamp()),
        "success_url": success_url,
        "cancel_url": cancel_url,
        "client_reference_id": subject,
        "metadata": {"checkout": checkout},
        "payment_intent_data": {"metadata": {"checkout": checkout}},
        "locale": "es" if language == "es" else "en",
    }  # fmt: skip
    if email:
        wanted["customer_email"] = email
    options: RequestOptions = {"stripe_account": account, "idempotency_key": key}
    return _session(_call(client().v1.checkout.sessions.create, wanted, options))


def session(id_: str, *, account: str) -> Session:
    wanted: SessionRetrieveParams = {"expand": ["payment_intent.latest_charge.balance_transaction"]}
    return _session(_call(client().v1.checkout.sessions.retrieve, id_, wanted, {"stripe_account": account}))


def expire(id_: str, *, account: str) -> None:
    _call(client().v1.checkout.sessions.expire, id_, {}, {"stripe_account": account})


def refund(intent: str, *, amount: int, account: str, key: str, refund: str) -> ProviderRefund:
    """Gives `amount` minor units of a payment back. Safe to call again with the same key; it carries our id `refund`."""
    wanted: RefundCreateParams = {"payment_intent": intent, "amount": amount, "metadata": {"refund": refund}}
    options: RequestOptions = {"stripe_account": account, "idempotency_key": key}
    return _refund(_call(client().v1.refunds.create, wanted, options))


def _refund(found: Refund) -> ProviderRefund:
    return ProviderRefund(
        id=found.id, intent=id_of(found.payment_intent), refund=_metadata(found, "refund"), amount=found.amount,
        currency=found.currency, status=found.status or "", failure=str(getattr(found, "failure_reason", "") or ""),
        made_at=datetime.fromtimestamp(found.created, UTC),
    )  # fmt: skip


def refunds_of(intent: str, *, account: str) -> list[ProviderRefund]:
    """Every refund of one payment."""
    wanted: RefundListParams = {"payment_intent": intent, "limit": 100}
    page = _call(client().v1.refunds.list, wanted, {"stripe_account": account})
    return [_refund(found) for found in _every(page)]


def refund_of(id_: str, *, account: str) -> ProviderRefund:
    return _refund(_call(client().v1.refunds.retrieve, id_, {}, {"stripe_account": account}))


def refunds(*, account: str, since: datetime) -> Iterator[ProviderRefund]:
    """Every refund of the account made since then, newest first."""
    wanted: RefundListParams = {"created": {"gte": int(since.timestamp())}, "limit": 100}
    for found in _every(_call(client().v1.refunds.list, wanted, {"stripe_account": account})):
        yield _refund(found)


def charges(*, account: str, since: datetime) -> Iterator[ProviderCharge]:
    """Every charge of the account made since then, newest first: ours and any other."""
    wanted: ChargeListParams = {"created": {"gte": int(since.timestamp())}, "limit": 100}
    for found in _every(_call(client().v1.charges.list, wanted, {"stripe_account": account})):
        yield ProviderCharge(
            id=found.id, intent=id_of(found.payment_intent), checkout=_metadata(found, "checkout"), amount=found.amount,
            refunded=found.amount_refunded, currency=found.currency, status=found.status,
            made_at=datetime.fromtimestamp(found.created, UTC),
        )  # fmt: skip


def _every(page: ListObject[Thing]) -> Iterator[Thing]:
    """All of a list, from its first page on."""
    while True:
        yield from page.data
        if not page.has_more or not page.data:
            return
        page = _call(page.next_page)


def intent_of_charge(id_: str, *, account: str) -> str:
    """The payment intent a charge belongs to; empty where it has none."""
    return id_of(_call(client().v1.charges.retrieve, id_, {}, {"stripe_account": account}).payment_intent)


def dispute(id_: str, *, account: str) -> ProviderDispute:
    return _dispute(_call(client().v1.disputes.retrieve, id_, {}, {"stripe_account": account}))


def _dispute(found: stripe.Dispute) -> ProviderDispute:
    return ProviderDispute(
        id=found.id, intent=id_of(found.payment_intent), amount=found.amount, currency=found.currency, reason=found.reason or "",
        status=found.status or "", opened_at=datetime.fromtimestamp(found.created, UTC),
        moves=tuple(
            DisputeMove(one.id, one.amount, one.fee, one.currency, datetime.fromtimestamp(one.created, UTC))
            for one in found.balance_transactions
        ),
    )  # fmt: skip


def disputes(*, account: str, since: datetime) -> Iterator[ProviderDispute]:
    """Every dispute of the account opened since then, newest first."""
    wanted: DisputeListParams = {"created": {"gte": int(since.timestamp())}, "limit": 100}
    for found in _every(_call(client().v1.disputes.list, wanted, {"stripe_account": account})):
        yield _dispute(found)


def new_account(*, email: str, key: str) -> str:
    """A standard account for the firm; its owner completes it at Stripe."""
    wanted: AccountCreateParams = {"type": "standard"}
    if email:
        wanted["email"] = email
    found = _call(client().v1.accounts.create, wanted, {"idempotency_key": key})
    return str(found.id)


def onboarding(account: str, *, back: str, again: str) -> str:
    """Where the owner completes the account; the address is good for a few minutes."""
    wanted: AccountLinkCreateParams = {
        "account": account, "type": "account_onboarding", "return_url": back, "refresh_url": again,
    }  # fmt: skip
    return str(_call(client().v1.account_links.create, wanted).url)


def standing(account: str) -> Standing:
    """How the account stands now. Raises Revoked when it is no longer ours to ask about."""
    found = _call(client().v1.accounts.retrieve, account)
    wants: Any = found.requirements
    due = [*(getattr(wants, "past_due", None) or []), *(getattr(wants, "currently_due", None) or [])]
    return Standing(
        can_charge=bool(found.charges_enabled), submitted=bool(found.details_submitted),
        wanted=tuple(dict.fromkeys(due)), disabled=str(getattr(wants, "disabled_reason", None) or ""),
        country=str(found.country or ""), currency=str(found.default_currency or ""),
    )  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A signed event: what happened to which object of which account. Its content is not trusted: fetch the object."""

    id: str
    kind: str
    object_id: str
    account: str
    at: datetime
    live: bool


def told(body: bytes, signature: str, *, secret: str) -> Told:
    """Reads a webhook's raw body. Raises Forged when it is not Stripe's or is older than five minutes."""
    try:
        event: Any = stripe.Webhook.construct_event(body, signature, secret, tolerance=TOLERANCE)
        return Told(event.id, event.type, event.data.object.id, getattr(event, "account", "") or "", datetime.fromtimestamp(event.created, UTC), bool(event.livemode))  # fmt: skip
    except (ValueError, stripe.SignatureVerificationError, AttributeError, KeyError) as error:
        raise Forged(str(error)) from error
