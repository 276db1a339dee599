"""Subscriptions and their items, as they are asked for and changed."""

from __future__ import annotations

from standins.stripe import invoicing
from standins.stripe.catalog import tax_rates
from standins.stripe.desk import Desk, Record, same
from standins.stripe.errors import StripeError, needed
from standins.stripe.invoice_lines import add_item, pending_items
from standins.stripe.lifecycle import (
    OVER,
    bill,
    default_payer,
    end,
    next_period,
    plan_ahead,
    start,
    told,
)
from standins.stripe.methods import DECLINES, declined, of_customer
from standins.stripe.params import Params
from standins.stripe.payments import DAY
from standins.stripe.routes import route
from standins.stripe.shapes import new_id, public
from standins.stripe.subscription_items import (
    changed_items,
    interval_of,
    items_of,
    period_end,
    period_start,
    prorations,
    read_items,
    set_period,
)

PRORATIONS = ("create_prorations", "always_invoice", "none")
BEHAVIORS = ("allow_incomplete", "default_incomplete", "error_if_incomplete")
_PASSED_ON = ("proration_behavior", "proration_date", "payment_behavior", "off_session")


def _trial(p: Params, now: int) -> int | None:
    """When the trial ends, from trial_end or trial_period_days; None without a trial."""
    at, days = p.moment("trial_end", now), p.whole("trial_period_days", least=1, most=730)
    if at is not None:
        return at if at > now else None
    return now + days * DAY if days else None


def read_trial_settings(p: Params) -> Record | None:
    found = p.sub("end_behavior").choice("missing_payment_method", ("cancel", "create_invoice", "pause"))
    return {"end_behavior": {"missing_payment_method": found}} if found else None


def _payment_settings(p: Params) -> Record:
    save = p.choice("save_default_payment_method", ("off", "on_subscription"), "off")
    types = p.texts("payment_method_types") or None
    return {
        "payment_method_options": None,
        "payment_method_types": types,
        "save_default_payment_method": save,
    }


@route("POST", "/v1/subscriptions")
def create_subscription(desk: Desk, p: Params) -> Record:
    customer = desk.get("customer", p.need("customer"), "customer")
    now = desk.now(customer)
    id_ = new_id("sub")
    rows = p.rows("items")
    trial_end = _trial(p, now)
    behavior = p.choice("payment_behavior", BEHAVIORS, "allow_incomplete") or ""
    off_session = p.yes("off_session")
    method = p.text("default_payment_method")
    rates = tax_rates(desk, p.texts("default_tax_rates"), "default_tax_rates")
    fields: Record = {
        "default_payment_method": method,
        "default_tax_rates": public(rates),
        "collection_method": p.choice(
            "collection_method", ("charge_automatically", "send_invoice"), "charge_automatically"
        ),
        "days_until_due": p.whole("days_until_due", least=0),
        "description": p.text("description"),
        "metadata": p.metadata(),
        "cancel_at_period_end": p.yes("cancel_at_period_end"),
        "cancel_at": p.whole("cancel_at"),
        "payment_settings": _payment_settings(p.sub("payment_settings")),
    }
    if settings := read_trial_settings(p.sub("trial_settings")):
        fields["trial_settings"] = settings
    p.off("automatic_tax")
    p.choice("proration_behavior", PRORATIONS)
    p.text("currency")
    make_items = read_items(desk, rows, id_)
    p.finish()
    if method:
        of_customer(desk, method, customer["id"], "default_payment_method")
    if fields["collection_method"] == "send_invoice" and fields["days_until_due"] is None:
        raise needed("days_until_due")
    return start(
        desk,
        customer,
        make_items(),
        id_,
        trial_end=trial_end,
        behavior=behavior,
        off_session=off_session,
        **fields,
    )


@route("GET", "/v1/subscriptions")
def list_subscriptions(desk: Desk, p: Params) -> Record:
    status, price = p.text("status"), p.text("price")
    return desk.page(
        "/v1/subscriptions",
        p,
        desk.all("subscription"),
        same("customer", p.text("customer")),
        same("test_clock", p.text("test_clock")),
        lambda r: price is None or any(item["price"]["id"] == price for item in items_of(r)),
        lambda r: (
            status == "all"
            or r["status"] == status
            or (status == "ended" and r["status"] in OVER)
            or (status is None and r["status"] not in OVER)
        ),
    )


@route("GET", "/v1/subscriptions/{id}")
def get_subscription(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    return desk.get("subscription", id)


@route("POST", "/v1/subscriptions/{id}")
def update_subscription(desk: Desk, p: Params, id: str) -> Record:
    subscription = desk.get("subscription", id)
    desk = desk.elsewhere(at=desk.now(subscription))
    now = desk.now()
    rows = p.rows("items")
    behavior = p.choice("proration_behavior", PRORATIONS, "create_prorations") or ""
    payment = p.choice("payment_behavior", BEHAVIORS, "allow_incomplete")
    proration_date = p.whole("proration_date")
    trial_end = p.moment("trial_end", now)
    anchor_now = p.choice("billing_cycle_anchor", ("now", "unchanged")) == "now"
    changed: Record = {"metadata": p.metadata(subscription["metadata"])}
    if "cancel_at_period_end" in p:
        stop = p.yes("cancel_at_period_end")
        changed |= {
            "cancel_at_period_end": stop,
            "canceled_at": now if stop else None,
            "cancel_at": period_end(subscription) if stop else None,
        }
    elif "cancel_at" in p:
        changed |= {"cancel_at": p.whole("cancel_at"), "canceled_at": now}
    for name in ("default_payment_method", "description"):
        if name in p:
            changed[name] = p.text(name)
    if "default_tax_rates" in p:
        changed["default_tax_rates"] = public(
            tax_rates(desk, p.texts("default_tax_rates"), "default_tax_rates")
        )
    if settings := read_trial_settings(p.sub("trial_settings")):
        changed["trial_settings"] = settings
    if "payment_settings" in p:
        changed["payment_settings"] = _payment_settings(p.sub("payment_settings"))
    if "collection_method" in p:
        changed["collection_method"] = p.choice("collection_method", ("charge_automatically", "send_invoice"))
    if "days_until_due" in p:
        changed["days_until_due"] = p.whole("days_until_due", least=0)
    details = p.sub("cancellation_details")
    if details:
        changed["cancellation_details"] = subscription["cancellation_details"] | {
            name: details.text(name) for name in ("comment", "feedback") if name in details
        }
    p.off("automatic_tax")
    p.yes("off_session")
    make_items = changed_items(desk, subscription, rows) if rows else None
    p.finish()
    if subscription["status"] in OVER:
        raise StripeError(
            "A canceled subscription can only update its cancellation_details.", code="resource_missing"
        )
    items = make_items() if make_items else None
    if changed.get("default_payment_method"):
        of_customer(
            desk, changed["default_payment_method"], subscription["customer"], "default_payment_method"
        )
    customer = desk.get("customer", subscription["customer"])
    payer = default_payer(desk, subscription | changed, customer)
    if (
        payment == "error_if_incomplete"
        and items
        and (payer is None or payer["_does"] in (*DECLINES, "fail_later"))
    ):
        raise declined(
            "generic_decline" if payer is None or payer["_does"] == "fail_later" else payer["_does"]
        )
    previous = {name: subscription[name] for name in changed if subscription[name] != changed[name]}
    subscription |= changed
    if items is None and trial_end is None and not anchor_now:
        if previous:
            told(desk, subscription, previous)
        plan_ahead(desk, subscription)
        return subscription
    _apply(
        desk,
        subscription,
        items or items_of(subscription),
        previous,
        behavior=behavior,
        at=proration_date or now,
        trial_end=trial_end,
        anchor_now=anchor_now,
    )
    return subscription


def _apply(
    desk: Desk,
    subscription: Record,
    items: list[Record],
    previous: Record,
    *,
    behavior: str,
    at: int,
    trial_end: int | None,
    anchor_now: bool,
) -> None:
    """Change items, trial or cycle, and bill as the proration behaviour says."""
    now, old = desk.now(), [dict(item) for item in items_of(subscription)]
    previous["items"] = public(subscription["items"])
    was_trial = subscription["status"] == "trialing"
    over_now = was_trial and trial_end is not None and trial_end <= now
    restart = over_now or anchor_now or (interval_of(old) != interval_of(items) and not was_trial)
    found = []
    if behavior != "none":
        found = prorations(desk, subscription, old, items, at, credit_only=restart)
    subscription["items"]["data"] = items
    if trial_end is not None and not over_now and trial_end > now:
        previous |= {"trial_end": subscription["trial_end"], "status": subscription["status"]}
        subscription |= {
            "trial_end": trial_end,
            "trial_start": subscription["trial_start"] or now,
            "status": "trialing",
            "billing_cycle_anchor": trial_end,
            "_warned": False,
        }
        set_period(items, period_start(subscription), trial_end)
    desk.save("subscription", subscription)
    customer = desk.get("customer", subscription["customer"])
    for one in found:
        add_item(desk, customer, proration=True, subscription=subscription["id"], **one)
    if restart:
        if over_now:
            previous |= {"status": "trialing", "trial_end": subscription["trial_end"]}
            subscription["trial_end"] = now
        invoice = next_period(
            desk, subscription, "subscription_update", previous, later=False, start=now, anchor=now
        )
        _collect_now(desk, subscription, invoice)
    else:
        told(desk, subscription, previous)
        if behavior == "always_invoice" and found:
            invoice = bill(desk, subscription, [], "subscription_update", now, now)
            _collect_now(desk, subscription, invoice)
        plan_ahead(desk, subscription)


def _collect_now(desk: Desk, subscription: Record, invoice: Record) -> None:
    if invoice["status"] == "open" and subscription["collection_method"] == "charge_automatically":
        invoicing.try_to_collect(desk, invoice)


@route("DELETE", "/v1/subscriptions/{id}")
def cancel_subscription(desk: Desk, p: Params, id: str) -> Record:
    subscription = desk.get("subscription", id)
    desk = desk.elsewhere(at=desk.now(subscription))
    invoice_now, prorate = p.yes("invoice_now"), p.yes("prorate")
    details = p.sub("cancellation_details")
    given = {name: details.text(name) for name in ("comment", "feedback") if name in details}
    p.finish()
    if subscription["status"] in OVER:
        raise StripeError(f"No such subscription: {id}", status=404, code="resource_missing", param="id")
    subscription["cancellation_details"] |= given
    if prorate:
        customer = desk.get("customer", subscription["customer"])
        for one in prorations(desk, subscription, items_of(subscription), [], desk.now(), credit_only=True):
            add_item(desk, customer, proration=True, subscription=subscription["id"], **one)
    end(desk, subscription)
    if invoice_now and pending_items(desk, subscription["customer"], subscription["id"]):
        invoice = bill(desk, subscription, [], "subscription_update", desk.now(), desk.now())
        _collect_now(desk, subscription, invoice)
    return subscription


@route("POST", "/v1/subscriptions/{id}/resume")
def resume_subscription(desk: Desk, p: Params, id: str) -> Record:
    subscription = desk.get("subscription", id)
    desk = desk.elsewhere(at=desk.now(subscription))
    p.sub("billing_cycle_anchor").choice("type", ("now", "unchanged"))
    p.choice("proration_behavior", PRORATIONS)
    p.finish()
    if subscription["status"] != "paused":
        raise StripeError("Only a paused subscription can be resumed.")
    now = desk.now()
    invoice = next_period(
        desk,
        subscription,
        "subscription_update",
        {"status": "paused"},
        later=False,
        start=now,
        anchor=now,
    )
    _collect_now(desk, subscription, invoice)
    desk.emit("customer.subscription.resumed", subscription)
    return subscription


def _holding(desk: Desk, item: str) -> Record:
    for subscription in desk.all("subscription"):
        if any(one["id"] == item for one in items_of(subscription)):
            return subscription
    raise StripeError(
        f"No such subscription_item: '{item}'", status=404, code="resource_missing", param="item"
    )


@route("GET", "/v1/subscription_items")
def list_items(desk: Desk, p: Params) -> Record:
    subscription = desk.get("subscription", p.need("subscription"), "subscription")
    return desk.page("/v1/subscription_items", p, iter(items_of(subscription)))


@route("GET", "/v1/subscription_items/{id}")
def get_item(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    return next(item for item in items_of(_holding(desk, id)) if item["id"] == id)


def _as_update(p: Params, row: Record) -> Params:
    """An item's own parameters as the update of its subscription."""
    tree = dict(p._tree)
    passed = {name: tree.pop(name) for name in _PASSED_ON if name in tree}
    return Params({**passed, "items": {"0": {**tree, **row}}})


@route("POST", "/v1/subscription_items")
def create_item(desk: Desk, p: Params) -> Record:
    id_ = p.need("subscription")
    known = {item["id"] for item in items_of(desk.get("subscription", id_, "subscription"))}
    rest = Params({key: value for key, value in p._tree.items() if key != "subscription"})
    subscription = update_subscription(desk, _as_update(rest, {}), id_)
    return next(item for item in items_of(subscription) if item["id"] not in known)


@route("POST", "/v1/subscription_items/{id}")
def update_item(desk: Desk, p: Params, id: str) -> Record:
    subscription = update_subscription(desk, _as_update(p, {"id": id}), _holding(desk, id)["id"])
    return next(item for item in items_of(subscription) if item["id"] == id)


@route("DELETE", "/v1/subscription_items/{id}")
def delete_item(desk: Desk, p: Params, id: str) -> Record:
    update_subscription(desk, _as_update(p, {"id": id, "deleted": "true"}), _holding(desk, id)["id"])
    return {"id": id, "object": "subscription_item", "deleted": True}
