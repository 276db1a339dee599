"""Roundtable's own account at Stripe, through the official client: what firms pay. `STRIPE_API_BASE` says where requests go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar

import stripe

from payments.providers.stripe import (
    TOLERANCE,
    Forged,
    Refused,
    Unavailable,
    client,
    id_of,
    is_live,
    is_on,
)

if TYPE_CHECKING:
    from stripe.params import (
        CustomerCreateParams,
        InvoiceCreatePreviewParams,
        PriceCreateParams,
        ProductCreateParams,
        SubscriptionCancelParams,
        SubscriptionCreateParams,
        SubscriptionResumeParams,
        SubscriptionUpdateParams,
        TaxRateCreateParams,
    )
    from stripe.params.billing_portal import ConfigurationCreateParams
    from stripe.params.billing_portal import SessionCreateParams as PortalParams
    from stripe.params.checkout import SessionCreateParams, SessionCreateParamsSubscriptionData

P = ParamSpec("P")
T = TypeVar("T")

__all__ = ["Forged", "Refused", "Unavailable", "is_live", "is_on"]

# Of several subscriptions of one customer, the one that counts.
_RANK = {"active": 0, "trialing": 1, "past_due": 2, "unpaid": 3, "paused": 4, "incomplete": 5, "canceled": 6, "incomplete_expired": 7}  # fmt: skip
MARK = "roundtable"


def _call(method: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Calls, and sorts what goes wrong into what may be tried again and what may not."""
    try:
        return method(*args, **named)
    except (stripe.InvalidRequestError, stripe.CardError, stripe.PermissionError, stripe.AuthenticationError, stripe.IdempotencyError) as error:  # fmt: skip
        raise Refused(str(error.user_message or error)[:300]) from error
    except stripe.StripeError as error:
        raise Unavailable(type(error).__name__) from error


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


# what is for sale


def make_product(id_: str, *, name: str) -> str:
    """The product of this id, made when there is none."""
    wanted: ProductCreateParams = {"id": id_, "name": name, "unit_label": "seat", "metadata": {MARK: id_}}
    try:
        return str(_call(client().v1.products.retrieve, id_).id)
    except Refused:
        return str(_call(client().v1.products.create, wanted, {"idempotency_key": f"product-{id_}"}).id)


@dataclass(frozen=True)
class Price:
    id: str
    product: str
    interval: str
    amount: int
    currency: str


def _price(found: stripe.Price) -> Price:
    recurring = found.recurring
    return Price(found.id, id_of(found.product), recurring.interval if recurring else "", found.unit_amount or 0, found.currency)  # fmt: skip


def price_by_key(lookup_key: str) -> Price | None:
    found = _call(client().v1.prices.list, {"lookup_keys": [lookup_key], "active": True, "limit": 1}).data
    return _price(found[0]) if found else None


def make_price(lookup_key: str, *, product: str, interval: Literal["month", "year"], amount: int, currency: str) -> Price:  # fmt: skip
    """A price under this key, which an older price gives up. `amount` is minor units for one seat."""
    wanted: PriceCreateParams = {
        "product": product, "currency": currency, "unit_amount": amount, "recurring": {"interval": interval},
        "lookup_key": lookup_key, "transfer_lookup_key": True, "tax_behavior": "exclusive",
    }  # fmt: skip
    key = f"price-{lookup_key}-{amount}-{currency}"
    return _price(_call(client().v1.prices.create, wanted, {"idempotency_key": key}))


def make_tax_rate(*, label: str, percent: Decimal, key: str) -> str:
    """A rate that is added to prices."""
    wanted: TaxRateCreateParams = {"display_name": label, "percentage": float(percent), "inclusive": False, "metadata": {MARK: "1"}}  # fmt: skip
    return str(_call(client().v1.tax_rates.create, wanted, {"idempotency_key": key}).id)


def portal_configuration() -> str:
    """Stripe's customer portal as we want it, made when there is none: no change of plan or seats there."""
    known = _call(client().v1.billing_portal.configurations.list, {"active": True, "limit": 100}).data
    for one in known:
        if one.metadata and MARK in one.metadata:
            return str(one.id)
    wanted: ConfigurationCreateParams = {
        "features": {
            "customer_update": {"enabled": True, "allowed_updates": ["email"]},
            "invoice_history": {"enabled": True},
            "payment_method_update": {"enabled": True},
            "subscription_cancel": {"enabled": True, "mode": "at_period_end", "proration_behavior": "none"},
        },
        "metadata": {MARK: "portal"},
    }
    return str(_call(client().v1.billing_portal.configurations.create, wanted, {"idempotency_key": "portal-1"}).id)  # fmt: skip


# a firm's customer, its page to subscribe, its portal


def new_customer(*, name: str, email: str, language: str, firm: str, key: str) -> str:
    """The firm as a customer. Safe to call again with the same key."""
    wanted: CustomerCreateParams = {
        "name": name, "email": email, "preferred_locales": [language], "metadata": {MARK: firm},
    }  # fmt: skip
    return str(_call(client().v1.customers.create, wanted, {"idempotency_key": key}).id)


@dataclass(frozen=True)
class Session:
    id: str
    status: str  # open, complete, expired
    url: str


def open_session(
    *, customer: str, price: str, seats: int, tax_rate: str, trial_end: datetime | None, success_url: str,
    cancel_url: str, language: str, subject: str, key: str,
) -> Session:  # fmt: skip
    """A page on which the customer subscribes. Safe to call again with the same key."""
    about: SessionCreateParamsSubscriptionData = {"metadata": {MARK: subject}}
    if tax_rate:
        about["default_tax_rates"] = [tax_rate]
    if trial_end is not None:
        about["trial_end"] = int(trial_end.timestamp())
        about["trial_settings"] = {"end_behavior": {"missing_payment_method": "pause"}}
    wanted: SessionCreateParams = {
        "mode": "subscription",
        "customer": customer,
        "line_items": [{"price": price, "quantity": seats}],
        "payment_method_collection": "always",
        "client_reference_id": subject,
        "subscription_data": about,
        "success_url": success_url,
        "cancel_url": cancel_url,
        "locale": "es" if language == "es" else "en",
    }
    found = _call(client().v1.checkout.sessions.create, wanted, {"idempotency_key": key})
    return Session(found.id, found.status or "", found.url or "")


def session(id_: str) -> Session:
    found = _call(client().v1.checkout.sessions.retrieve, id_)
    return Session(found.id, found.status or "", found.url or "")


def expire(id_: str) -> None:
    _call(client().v1.checkout.sessions.expire, id_)


def portal(*, customer: str, configuration: str, back: str, language: str) -> str:
    """Where the customer changes the card, sees invoices and cancels; good for a few minutes."""
    wanted: PortalParams = {
        "customer": customer,
        "return_url": back,
        "locale": "es" if language == "es" else "en",
    }
    if configuration:
        wanted["configuration"] = configuration
    return str(_call(client().v1.billing_portal.sessions.create, wanted).url)


def subscribe_with_test_card(*, customer: str, price: str, seats: int, tax_rate: str, key: str) -> None:
    """Begins a subscription paid by Stripe's test card: for the demo, where nobody stands at the page."""
    attached = _call(client().v1.payment_methods.attach, "pm_card_visa", {"customer": customer}, {"idempotency_key": f"{key}-card"})  # fmt: skip
    wanted: SubscriptionCreateParams = {
        "customer": customer,
        "items": [{"price": price, "quantity": seats}],
        "default_payment_method": attached.id,
        "payment_behavior": "error_if_incomplete",
    }
    if tax_rate:
        wanted["default_tax_rates"] = [tax_rate]
    _call(client().v1.subscriptions.create, wanted, {"idempotency_key": key})


# how it stands


@dataclass(frozen=True)
class State:
    """A subscription as it is now."""

    id: str
    customer: str
    status: str
    item: str
    price: Price
    seats: int
    period_ends_at: datetime | None
    ends_at: datetime | None
    ended_at: datetime | None
    tax_rates: tuple[str, ...]
    default_method: str


def _state(found: stripe.Subscription) -> State:
    item: stripe.SubscriptionItem = found["items"].data[0]
    ends = found.cancel_at or (item.current_period_end if found.cancel_at_period_end else None)
    return State(
        id=found.id, customer=id_of(found.customer), status=found.status, item=item.id, price=_price(item.price),
        seats=item.quantity or 0, period_ends_at=_moment(item.current_period_end),
        ends_at=None if found.ended_at else _moment(ends), ended_at=_moment(found.ended_at),
        tax_rates=tuple(rate.id for rate in found.default_tax_rates or []), default_method=id_of(found.default_payment_method),
    )  # fmt: skip


def states_of(customer: str, *, known: str = "") -> list[State]:
    """All subscriptions of a customer, the one that counts first: of two alike the `known` one, then the older."""
    found = _call(client().v1.subscriptions.list, {"customer": customer, "status": "all", "limit": 100}).data
    over = {"canceled", "incomplete_expired"}
    # Of those that are over the newest counts, of those that stand the oldest.
    ordered = sorted(found, key=lambda one: (_RANK.get(one.status, 9), one.status not in over and one.id != known, one.created * (-1 if one.status in over else 1)))  # fmt: skip
    return [_state(one) for one in ordered]


def all_states() -> Iterator[State]:
    """Every subscription at Stripe that carries our mark or not, page by page."""
    page = _call(client().v1.subscriptions.list, {"status": "all", "limit": 100})
    while True:
        yield from (_state(one) for one in page.data)
        if not page.has_more:
            return
        after = page.data[-1].id
        page = _call(client().v1.subscriptions.list, {"status": "all", "limit": 100, "starting_after": after})


@dataclass(frozen=True)
class Customer:
    """`credit` is what later invoices use up, in minor units."""

    has_card: bool
    credit: int


def customer(id_: str) -> Customer:
    """Whether a card is charged where the subscription names none, and what the customer is owed."""
    found = _call(client().v1.customers.retrieve, id_)
    chosen = getattr(found, "invoice_settings", None)
    return Customer(
        bool(chosen and chosen.default_payment_method), max(0, -(getattr(found, "balance", 0) or 0))
    )


@dataclass(frozen=True)
class Invoice:
    id: str
    subscription: str
    number: str
    status: str
    total: int
    tax: int
    amount_due: int
    currency: str
    issued_at: datetime
    retry_at: datetime | None
    attempted: bool
    page_url: str
    pdf_url: str


def _tax(found: stripe.Invoice) -> int:
    return sum(one.amount for one in found.total_taxes or [])


def invoices_of(customer: str) -> list[Invoice]:
    """The newest 24, drafts left out."""
    found = _call(client().v1.invoices.list, {"customer": customer, "limit": 24}).data
    return [
        Invoice(
            id=one.id, subscription=_subscription_of(one), number=one.number or "", status=one.status or "", total=one.total, tax=_tax(one),
            amount_due=one.amount_due, currency=one.currency, issued_at=datetime.fromtimestamp(one.created, UTC),
            retry_at=_moment(one.next_payment_attempt), attempted=bool(one.attempted),
            page_url=one.hosted_invoice_url or "", pdf_url=one.invoice_pdf or "",
        )
        for one in found
        if one.status != "draft"
    ]  # fmt: skip


def _subscription_of(invoice: stripe.Invoice) -> str:
    details = invoice.parent.subscription_details if invoice.parent else None
    return id_of(details.subscription) if details else ""


# changing


@dataclass(frozen=True)
class Preview:
    """What a change costs today. `credit` is what is given back for time not used, `charge` what the rest of the
    period costs, both before tax; `total` is after tax, below zero for a credit that later invoices use up.
    """

    credit: int
    charge: int
    tax: int
    total: int
    due: int
    currency: str

    @property
    def left(self) -> int:
        """What is left over of the credit today."""
        return max(0, -self.total)


def preview(subscription: str, *, item: str, price: str, seats: int, at: datetime) -> Preview:
    """The invoice that a change at this second makes at once."""
    wanted: InvoiceCreatePreviewParams = {
        "subscription": subscription,
        "subscription_details": {
            "items": [{"id": item, "price": price, "quantity": seats}],
            "proration_behavior": "always_invoice",
            "proration_date": int(at.timestamp()),
        },
    }
    found = _call(client().v1.invoices.create_preview, wanted)
    amounts = [line.amount for line in found.lines.data]
    return Preview(
        credit=-sum(amount for amount in amounts if amount < 0), charge=sum(amount for amount in amounts if amount > 0),
        tax=_tax(found), total=found.total, due=found.amount_due, currency=found.currency,
    )  # fmt: skip


def change(subscription: str, *, item: str, price: str, seats: int, at: datetime, key: str) -> None:
    """Changes price and seats, and charges the difference now. Raises Refused, with nothing changed, when the card fails."""
    wanted: SubscriptionUpdateParams = {
        "items": [{"id": item, "price": price, "quantity": seats}],
        "proration_behavior": "always_invoice",
        "proration_date": int(at.timestamp()),
        "payment_behavior": "error_if_incomplete",
    }
    _call(client().v1.subscriptions.update, subscription, wanted, {"idempotency_key": key})


def set_tax(subscription: str, rate: str, *, key: str) -> None:
    """The rate of the invoices to come; an empty one for no tax."""
    wanted: SubscriptionUpdateParams = {
        "default_tax_rates": [rate] if rate else "",
        "proration_behavior": "none",
    }
    _call(client().v1.subscriptions.update, subscription, wanted, {"idempotency_key": key})


def resume(subscription: str, *, key: str) -> None:
    """A paused subscription goes on, with a new period from now."""
    wanted: SubscriptionResumeParams = {"billing_cycle_anchor": {"type": "now"}}
    _call(client().v1.subscriptions.resume, subscription, wanted, {"idempotency_key": key})


def cancel_second(subscription: str) -> None:
    """Ends a subscription that stands beside another; what was paid for it becomes a credit of the customer."""
    wanted: SubscriptionCancelParams = {"prorate": True, "invoice_now": True}
    _call(client().v1.subscriptions.cancel, subscription, wanted, {"idempotency_key": f"second-{subscription}"})  # fmt: skip


# what Stripe tells


@dataclass(frozen=True)
class Told:
    """A signed event: what happened to which object of which customer. Its content is not trusted: fetch the object."""

    id: str
    kind: str
    object_id: str
    customer: str
    account: str
    live: bool


def told(body: bytes, signature: str, *, secret: str) -> Told:
    """Reads a webhook's raw body. Raises Forged when it is not Stripe's or is older than five minutes."""
    try:
        event: Any = stripe.Webhook.construct_event(body, signature, secret, tolerance=TOLERANCE)
        about = event.data.object
        id_ = getattr(about, "id", None) or ""
        customer = id_ if about.object == "customer" else getattr(about, "customer", None) or ""
        return Told(
            str(event.id), str(event.type), str(id_), str(getattr(customer, "id", customer)),
            getattr(event, "account", None) or "", bool(event.livemode),
        )  # fmt: skip
    except (ValueError, stripe.SignatureVerificationError, AttributeError, KeyError) as error:
        raise Forged(str(error)) from error
