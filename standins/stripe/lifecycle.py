"""A subscription's life: begun, on trial, renewed, failing, ended."""

from __future__ import annotations

from typing import Any

from standins.stripe import invoicing
from standins.stripe.catalog import tax_rates
from standins.stripe.clockwork import clock_of, when_due
from standins.stripe.desk import Desk, Record
from standins.stripe.errors import StripeError
from standins.stripe.invoice_lines import lines_of_items, pending_items, take_items
from standins.stripe.methods import DECLINES, declined
from standins.stripe.payments import DAY
from standins.stripe.shapes import a_list, make, public
from standins.stripe.subscription_items import (
    after_interval,
    full_lines,
    items_of,
    period_end,
    period_start,
    set_period,
)

OVER = ("canceled", "incomplete_expired")


def new_subscription(desk: Desk, customer: Record, items: list[Record], id_: str, **fields: Any) -> Record:
    now = desk.now(customer)
    return make(
        "subscription",
        **{
            "id": id_,
            "object": "subscription",
            "automatic_tax": {"enabled": False, "liability": None, "disabled_reason": None},
            "billing_cycle_anchor": now,
            "billing_mode": {"type": "flexible", "flexible": {"proration_discounts": "included"}},
            "billing_schedules": [],
            "cancel_at_period_end": False,
            "cancellation_details": {"comment": None, "feedback": None, "reason": None},
            "collection_method": "charge_automatically",
            "created": now,
            "currency": items[0]["price"]["currency"],
            "customer": customer["id"],
            "default_tax_rates": [],
            "discounts": [],
            "invoice_settings": {
                "account_tax_ids": None,
                "issuer": {"type": "self"},
                "custom_fields": None,
                "description": None,
                "footer": None,
            },
            "items": a_list(f"/v1/subscription_items?subscription={id_}", items),
            "livemode": False,
            "metadata": {},
            "payment_settings": {
                "payment_method_options": None,
                "payment_method_types": None,
                "save_default_payment_method": "off",
            },
            "start_date": now,
            "status": "active",
            "test_clock": customer["test_clock"],
            "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
            **fields,
        },
    )


def _due(desk: Desk, what: str, subscription: Record, when: int | None) -> None:
    clock = clock_of(desk, subscription["customer"])
    desk.stripe.clockwork.at(desk, what, subscription["id"], when, clock=clock)


def plan_ahead(desk: Desk, subscription: Record) -> None:
    """Note when the subscription next does something by itself."""
    trialing = subscription["status"] == "trialing"
    over = subscription["status"] in (*OVER, "paused", "incomplete")
    _due(desk, "end_trial", subscription, subscription["trial_end"] if trialing else None)
    warn = subscription["trial_end"] - 3 * DAY if trialing else None
    if warn is not None and not subscription.get("_warned"):
        _due(desk, "warn_of_trial_end", subscription, max(warn, desk.now(subscription)))
    else:
        _due(desk, "warn_of_trial_end", subscription, None)
    _due(desk, "renew", subscription, None if over or trialing else period_end(subscription))
    _due(desk, "cancel", subscription, None if over else subscription["cancel_at"])
    incomplete = subscription["status"] == "incomplete"
    _due(desk, "expire_incomplete", subscription, subscription["created"] + 23 * 3600 if incomplete else None)


def start(
    desk: Desk,
    customer: Record,
    items: list[Record],
    id_: str,
    *,
    trial_end: int | None,
    behavior: str = "allow_incomplete",
    method: Record | None = None,
    off_session: bool = True,
    **fields: Any,
) -> Record:
    """A new subscription with its first invoice. `method` pays it now, and is not kept as the default."""
    desk = desk.elsewhere(at=desk.now(customer))
    now = desk.now()
    subscription = new_subscription(desk, customer, items, id_, **fields)
    if trial_end and trial_end > now:
        set_period(items, now, trial_end)
        subscription |= {
            "status": "trialing",
            "trial_start": now,
            "trial_end": trial_end,
            "billing_cycle_anchor": trial_end,
        }
        lines = full_lines(desk, subscription, items, free=True)
    else:
        set_period(items, now, after_interval(now, items[0]["price"]["recurring"], now))
        lines = full_lines(desk, subscription, items)
    charged = subscription["collection_method"] == "charge_automatically"
    unpaid = sum(one["amount"] for one in lines) > 0 and charged
    payer = method or default_payer(desk, subscription, customer)
    if unpaid and behavior != "default_incomplete":
        if payer is None:
            raise StripeError(
                "This customer has no attached payment source or default payment method. Please consider "
                "adding a default payment method.",
                code="resource_missing",
            )
        if behavior == "error_if_incomplete" and payer["_does"] in (*DECLINES, "fail_later"):
            does = payer["_does"]
            raise declined("generic_decline" if does == "fail_later" else does)
    if unpaid:
        subscription["status"] = "incomplete"
    desk.save("subscription", subscription)
    invoice = bill(desk, subscription, lines, "subscription_create", now, now, later=not charged)
    desk.emit("customer.subscription.created", subscription)
    if unpaid and invoice["status"] == "open" and behavior != "default_incomplete":
        try:
            invoicing.collect(desk, invoice, payer, off_session=off_session)
        except StripeError:
            if method is not None:
                raise
    plan_ahead(desk, subscription)
    return subscription


def default_payer(desk: Desk, subscription: Record, customer: Record) -> Record | None:
    id_ = subscription["default_payment_method"] or customer["invoice_settings"]["default_payment_method"]
    return desk.store("payment_method").get(id_ or "")


def bill(
    desk: Desk,
    subscription: Record,
    lines: list[Record],
    reason: str,
    start: int,
    end: int,
    *,
    later: bool = False,
    held: bool = False,
) -> Record:
    """An invoice of the subscription, with what waited for it."""
    customer = desk.get("customer", subscription["customer"])
    items = pending_items(desk, customer["id"], subscription["id"])
    waiting = lines_of_items(
        desk,
        items,
        tax_rates(desk, [r["id"] for r in subscription["default_tax_rates"]], "default_tax_rates"),
    )
    invoice = invoicing.draft(
        desk,
        customer,
        [*waiting, *lines],
        reason=reason,
        currency=subscription["currency"],
        subscription=subscription,
        start=start,
        end=end,
        collection_method=subscription["collection_method"],
        default_tax_rates=public(subscription["default_tax_rates"]),
        _days_until_due=subscription["days_until_due"],
    )
    take_items(desk, items, invoice)
    subscription["latest_invoice"] = invoice["id"]
    desk.save("subscription", subscription)
    invoicing.issue(desk, invoice, later=later, held=held)
    return invoice


def told(desk: Desk, subscription: Record, previous: Record) -> None:
    desk.save("subscription", subscription)
    desk.emit("customer.subscription.updated", subscription, previous)


@when_due("warn_of_trial_end")
def warn_of_trial_end(desk: Desk, id_: str) -> None:
    subscription = desk.store("subscription").get(id_)
    if subscription and subscription["status"] == "trialing":
        subscription["_warned"] = True
        desk.save("subscription", subscription)
        desk.emit("customer.subscription.trial_will_end", subscription)


@when_due("end_trial")
def end_trial(desk: Desk, id_: str) -> None:
    """From trial to paying; without a way to pay as the trial's settings say."""
    subscription = desk.store("subscription").get(id_)
    if not subscription or subscription["status"] != "trialing":
        return
    if subscription["cancel_at_period_end"]:
        end(desk, subscription)
        return
    customer = desk.get("customer", subscription["customer"])
    missing = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    lacks = subscription["collection_method"] == "charge_automatically" and not default_payer(
        desk, subscription, customer
    )
    if lacks and missing == "cancel":
        end(desk, subscription)
    elif lacks and missing == "pause":
        subscription["status"] = "paused"
        told(desk, subscription, {"status": "trialing"})
        desk.emit("customer.subscription.paused", subscription)
        plan_ahead(desk, subscription)
    else:
        next_period(desk, subscription, "subscription_cycle", {"status": "trialing"}, later=True)


@when_due("renew")
def renew(desk: Desk, id_: str) -> None:
    subscription = desk.store("subscription").get(id_)
    if not subscription or subscription["status"] in (*OVER, "paused", "trialing", "incomplete"):
        return
    if subscription["cancel_at_period_end"]:
        end(desk, subscription)
    else:
        next_period(desk, subscription, "subscription_cycle", {}, later=True)


def next_period(
    desk: Desk,
    subscription: Record,
    reason: str,
    previous: Record,
    *,
    later: bool,
    start: int | None = None,
    anchor: int | None = None,
) -> Record:
    """Begin the next period and bill it."""
    items = items_of(subscription)
    began, ended = period_start(subscription), period_end(subscription)
    start = ended if start is None else start
    anchor = subscription["billing_cycle_anchor"] if anchor is None else anchor
    previous = {**previous, "items": public(subscription["items"])}
    set_period(items, start, after_interval(start, items[0]["price"]["recurring"], anchor))
    if subscription["status"] in ("trialing", "paused"):
        subscription["status"] = "active"
    subscription["billing_cycle_anchor"] = anchor
    lines = full_lines(desk, subscription, items)
    held = subscription["status"] == "unpaid"
    invoice = bill(desk, subscription, lines, reason, began, start, later=later, held=held)
    told(desk, subscription, previous)
    plan_ahead(desk, subscription)
    return invoice


@when_due("cancel")
def cancel_when_due(desk: Desk, id_: str) -> None:
    subscription = desk.store("subscription").get(id_)
    if subscription and subscription["status"] not in OVER:
        end(desk, subscription)


@when_due("expire_incomplete")
def expire_incomplete(desk: Desk, id_: str) -> None:
    subscription = desk.store("subscription").get(id_)
    if subscription and subscription["status"] == "incomplete":
        subscription |= {"status": "incomplete_expired", "ended_at": desk.now()}
        invoice = desk.store("invoice").get(subscription["latest_invoice"])
        if invoice and invoice["status"] == "open":
            invoicing.void(desk, invoice)
        told(desk, subscription, {"status": "incomplete"})
        plan_ahead(desk, subscription)


def invoice_ended(desk: Desk, invoice: Record, *, paid: bool, last: bool) -> None:
    """An invoice was paid, or a try to collect it failed (the last one, or not)."""
    subscription = desk.store("subscription").get(invoicing.subscription_of(invoice) or "")
    if subscription is None or subscription["status"] in OVER:
        return
    was = subscription["status"]
    if paid:
        owing = any(
            other["status"] == "open" and invoicing.subscription_of(other) == subscription["id"]
            for other in desk.all("invoice")
        )
        if was == "incomplete" or (was in ("past_due", "unpaid") and not owing):
            subscription["status"] = "active"
            _keep_method(desk, subscription, invoice)
    elif was in ("active", "past_due"):
        subscription["status"] = "past_due"
        if last:
            then = desk.stripe.dunning["then"]
            if then == "canceled":
                end(desk, subscription, reason="payment_failed")
                return
            subscription["status"] = then
    if subscription["status"] != was:
        told(desk, subscription, {"status": was})
        plan_ahead(desk, subscription)


def _keep_method(desk: Desk, subscription: Record, invoice: Record) -> None:
    if (
        subscription["payment_settings"]["save_default_payment_method"] == "on_subscription"
        and invoice["_intent"]
    ):
        subscription["default_payment_method"] = desk.get("payment_intent", invoice["_intent"])[
            "payment_method"
        ]


def end(desk: Desk, subscription: Record, *, reason: str = "cancellation_requested") -> None:
    """Cancel at once; what is open is no longer collected by itself."""
    now = desk.now(subscription)
    subscription |= {"status": "canceled", "ended_at": now, "canceled_at": subscription["canceled_at"] or now}
    subscription["cancellation_details"]["reason"] = subscription["cancellation_details"]["reason"] or reason
    desk.save("subscription", subscription)
    for invoice in desk.all("invoice"):
        if invoicing.subscription_of(invoice) == subscription["id"] and invoice["status"] in (
            "open",
            "draft",
        ):
            invoice |= {"auto_advance": False, "next_payment_attempt": None}
            desk.stripe.clockwork.at(
                desk, "retry_invoice", invoice["id"], None, clock=clock_of(desk, subscription["customer"])
            )
            desk.save("invoice", invoice)
    desk.emit("customer.subscription.deleted", subscription)
    plan_ahead(desk, subscription)
