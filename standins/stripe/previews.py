"""The invoice that would come."""

from __future__ import annotations

from standins.stripe import invoicing
from standins.stripe.catalog import tax_rates
from standins.stripe.desk import Desk, Record
from standins.stripe.errors import StripeError
from standins.stripe.invoice_lines import line, lines_of_items, pending_items
from standins.stripe.lifecycle import (
    OVER,
    new_subscription,
)
from standins.stripe.params import Params
from standins.stripe.routes import route
from standins.stripe.shapes import new_id, public
from standins.stripe.subscription_items import (
    after_interval,
    changed_items,
    full_lines,
    interval_of,
    items_of,
    period_end,
    prorations,
    read_items,
    set_period,
)
from standins.stripe.subscriptions import PRORATIONS


@route("POST", "/v1/invoices/create_preview")
def preview(desk: Desk, p: Params) -> Record:
    """The invoice that would come: of a subscription as it is or as it would be changed, or of a new one.

    Nothing is kept. Its id is null in no field but starts with `upcoming_in_`, as Stripe's does.
    """
    subscription_id, customer_id = p.text("subscription"), p.text("customer")
    details = p.sub("subscription_details")
    rows = details.rows("items")
    behavior = details.choice("proration_behavior", PRORATIONS, "create_prorations") or ""
    proration_date = details.whole("proration_date")
    anchor_now = details.choice("billing_cycle_anchor", ("now", "unchanged")) == "now"
    stop = details.yes("cancel_at_period_end")
    rates = details.texts("default_tax_rates")
    cancel_now = details.yes("cancel_now")
    p.off("automatic_tax")
    p.text("currency")
    p.choice("preview_mode", ("next",))
    real = desk.get("subscription", subscription_id, "subscription") if subscription_id else None
    if real:
        customer_id = customer_id or real["customer"]
    customer = desk.get("customer", customer_id or "", "customer")
    desk = desk.elsewhere(at=desk.now(customer))
    now = desk.now()
    trial_end = details.moment("trial_end", now)
    if real is None:
        make_items = read_items(desk, rows, "sub_preview")
        p.finish()
        items = make_items()
        subscription = new_subscription(desk, customer, items, "sub_preview")
        subscription["default_tax_rates"] = public(tax_rates(desk, rates, "default_tax_rates"))
        ends = trial_end or after_interval(now, items[0]["price"]["recurring"], now)
        set_period(items, now, ends)
        lines = full_lines(desk, subscription, items, free=trial_end is not None)
        return _preview(desk, customer, subscription, lines, now, now)
    subscription = {**real, "items": {**real["items"], "data": [dict(item) for item in items_of(real)]}}
    if rates:
        subscription["default_tax_rates"] = public(tax_rates(desk, rates, "default_tax_rates"))
    old = items_of(subscription)
    make_items = changed_items(desk, subscription, rows)
    p.finish()
    items = make_items() if rows else old
    if subscription["status"] in OVER:
        raise StripeError("No upcoming invoices for customer", status=404, code="invoice_upcoming_none")
    at = proration_date or now
    restart = anchor_now or (interval_of(old) != interval_of(items) and subscription["status"] != "trialing")
    over_now = subscription["status"] == "trialing" and trial_end is not None and trial_end <= now
    found = (
        []
        if behavior == "none"
        else prorations(
            desk, subscription, old, [] if cancel_now else items, at, credit_only=restart or cancel_now
        )
    )
    changes = [
        line(
            desk,
            amount=one["amount"],
            currency=one["currency"],
            description=one["description"],
            start=one["start"],
            end=one["end"],
            quantity=one["quantity"],
            price=one["price"],
            proration=True,
            subscription=subscription["id"],
            item=one["item"],
            rates=tax_rates(desk, [r["id"] for r in one["rates"]], "tax_rates"),
        )
        for one in found
    ]
    waiting = lines_of_items(
        desk,
        pending_items(desk, customer["id"], subscription["id"]),
        subscription["default_tax_rates"],
    )
    subscription["items"]["data"] = items
    lines = [*waiting, *changes]
    begins = now if restart or over_now else (period_end(subscription))
    only_changes = behavior == "always_invoice" and rows and not restart and not over_now
    stops = stop or cancel_now or (subscription["cancel_at_period_end"] and not restart)
    if not only_changes and not stops:
        anchor = begins if restart or over_now else subscription["billing_cycle_anchor"]
        set_period(items, begins, after_interval(begins, items[0]["price"]["recurring"], anchor))
        lines += full_lines(desk, subscription, items)
    if not lines:
        raise StripeError("No upcoming invoices for customer", status=404, code="invoice_upcoming_none")
    return _preview(desk, customer, subscription, lines, now, now if only_changes else begins)


def _preview(
    desk: Desk, customer: Record, subscription: Record, lines: list[Record], start_: int, end_: int
) -> Record:
    invoice = invoicing.draft(
        desk,
        customer,
        lines,
        reason="upcoming",
        currency=subscription["currency"],
        subscription=subscription,
        start=start_,
        end=end_,
        id_=new_id("upcoming_in"),
        default_tax_rates=public(subscription["default_tax_rates"]),
    )
    invoice["next_payment_attempt"] = end_
    return invoice
