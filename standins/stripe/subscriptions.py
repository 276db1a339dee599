"""Subscriptions: trials, periods, seats and their proration, renewal, dunning, ending."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from standins.stripe import invoices
from standins.stripe.catalog import plan_of, price_of, tax_rates
from standins.stripe.clockwork import clock_of, when_due
from standins.stripe.desk import Desk, Record, same
from standins.stripe.errors import StripeError, needed
from standins.stripe.methods import DECLINES, declined, of_customer
from standins.stripe.money import rounded
from standins.stripe.params import Params
from standins.stripe.payments import DAY
from standins.stripe.routes import route
from standins.stripe.shapes import a_list, make, new_id, public

OVER = ("canceled", "incomplete_expired")
PRORATIONS = ("create_prorations", "always_invoice", "none")
BEHAVIORS = ("allow_incomplete", "default_incomplete", "error_if_incomplete")


# periods


def after_interval(at: int, recurring: Record, anchor: int, times: int = 1) -> int:
    """The end of `times` intervals from `at`; months keep the anchor's day where the month has it."""
    count = recurring["interval_count"] * times
    start, kept = datetime.fromtimestamp(at, UTC), datetime.fromtimestamp(anchor, UTC)
    if recurring["interval"] in ("day", "week"):
        days = count * (7 if recurring["interval"] == "week" else 1)
        return int((start + timedelta(days=days)).timestamp())
    months = count * (12 if recurring["interval"] == "year" else 1)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(kept.day, calendar.monthrange(year, month + 1)[1])
    return int(start.replace(year=year, month=month + 1, day=day).timestamp())


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%-d %b %Y")


# items


def _item(desk: Desk, subscription: str, price: Record, quantity: int, **fields: Any) -> Record:
    if price["recurring"] is None:
        raise StripeError("The price specified is set to `type=one_time`.", param="items[0][price]")
    return make(
        "subscription_item",
        **{
            "id": new_id("si"),
            "object": "subscription_item",
            "created": desk.now(),
            "current_period_start": 0,
            "current_period_end": 0,
            "discounts": [],
            "metadata": {},
            "plan": plan_of(price),
            "price": public(price),
            "quantity": quantity,
            "subscription": subscription,
            "tax_rates": [],
            **fields,
        },
    )


def _read_items(desk: Desk, rows: list[Params], subscription: str) -> Callable[[], list[Record]]:
    """What makes new items from `items[]`; it raises StripeError when there are none or intervals differ."""
    makers: list[Callable[[], Record]] = []
    for row in rows:
        price = price_of(desk, row)
        fields: Record = {
            "metadata": row.metadata(),
            "tax_rates": public(tax_rates(desk, row.texts("tax_rates"), row.name("tax_rates"))),
        }
        quantity = row.whole("quantity", least=0)
        if price is None:
            raise needed(row.name("price"))
        makers.append(
            partial(_made_item, desk, subscription, price, 1 if quantity is None else quantity, fields)
        )

    def make_items() -> list[Record]:
        items = [make_one() for make_one in makers]
        _check_items(items)
        return items

    return make_items


def _made_item(
    desk: Desk, subscription: str, price: Callable[[], Record], quantity: int, fields: Record
) -> Record:
    return _item(desk, subscription, price(), quantity, **fields)


def _check_items(items: list[Record]) -> None:
    if not items:
        raise needed("items")
    first = items[0]["price"]
    for item in items[1:]:
        if item["price"]["currency"] != first["currency"]:
            raise StripeError("All prices on a subscription must use the same currency.", param="items")
        for part in ("interval", "interval_count"):
            if item["price"]["recurring"][part] != first["recurring"][part]:
                raise StripeError("All prices on a subscription must have the same interval.", param="items")


def _of(subscription: Record) -> list[Record]:
    found: list[Record] = subscription["items"]["data"]
    return found


def _set_period(items: list[Record], start: int, end: int) -> None:
    for item in items:
        item |= {"current_period_start": start, "current_period_end": end}


def period_end(subscription: Record) -> int:
    return int(_of(subscription)[0]["current_period_end"])


def period_start(subscription: Record) -> int:
    return int(_of(subscription)[0]["current_period_start"])


def _label(desk: Desk, price: Record, quantity: int) -> str:
    product = desk.store("product").get(price["product"], {"name": price["product"]})
    return f"{quantity} × {product['name']}"


def _rates(desk: Desk, subscription: Record, item: Record) -> list[Record]:
    own = [rate["id"] for rate in item["tax_rates"] or []]
    return tax_rates(
        desk, own or [rate["id"] for rate in subscription["default_tax_rates"]], "default_tax_rates"
    )


def _full_lines(desk: Desk, subscription: Record, items: list[Record], *, free: bool = False) -> list[Record]:
    """A whole period of each item; free while on trial."""
    made = []
    for item in items:
        price, quantity = item["price"], item["quantity"]
        each = f"(at {price['unit_amount'] / 100:.2f} {price['currency'].upper()} / {price['recurring']['interval']})"
        label = _label(desk, price, quantity)
        made.append(
            invoices.line(
                desk,
                amount=0 if free else price["unit_amount"] * quantity,
                currency=price["currency"],
                description=f"Trial period for {label}" if free else f"{label} {each}",
                start=item["current_period_start"],
                end=item["current_period_end"],
                quantity=quantity,
                price=price,
                subscription=subscription["id"],
                item=item["id"],
                rates=_rates(desk, subscription, item),
            )
        )
    return made


def _prorations(
    desk: Desk,
    subscription: Record,
    old: list[Record],
    new: list[Record],
    at: int,
    *,
    credit_only: bool = False,
) -> list[Record]:
    """Credits for what was paid and is not used, charges for what is left of the period, as amounts.

    Each is unit × quantity × seconds left ÷ seconds of the period, rounded to the minor unit.
    """
    start, end = period_start(subscription), period_end(subscription)
    if subscription["status"] == "trialing" or not start <= at < end:
        return []
    left = Decimal(end - at) / Decimal(end - start)
    before = {item["id"]: item for item in old}
    after = {item["id"]: item for item in new}
    found = []
    for id_ in [*before, *(id_ for id_ in after if id_ not in before)]:
        one, other = before.get(id_), after.get(id_)
        if one and other and not credit_only:
            same_price = one["price"]["id"] == other["price"]["id"]
            if same_price and one["quantity"] == other["quantity"]:
                continue
        for item, sign, words in ((one, -1, "Unused"), (None if credit_only else other, 1, "Remaining")):
            if item is None or not item["quantity"]:
                continue
            price = item["price"]
            found.append(
                {
                    "amount": sign * rounded(price["unit_amount"] * item["quantity"] * left),
                    "currency": price["currency"],
                    "description": f"{words} time on {_label(desk, price, item['quantity'])} after {_day(at)}",
                    "start": at,
                    "end": end,
                    "quantity": item["quantity"],
                    "price": price,
                    "item": item["id"],
                    "rates": public(_rates(desk, subscription, item)),
                }
            )
    return found


# making one


def _new(desk: Desk, customer: Record, items: list[Record], id_: str, **fields: Any) -> Record:
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


def _plan_ahead(desk: Desk, subscription: Record) -> None:
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
    subscription = _new(desk, customer, items, id_, **fields)
    if trial_end and trial_end > now:
        _set_period(items, now, trial_end)
        subscription |= {
            "status": "trialing",
            "trial_start": now,
            "trial_end": trial_end,
            "billing_cycle_anchor": trial_end,
        }
        lines = _full_lines(desk, subscription, items, free=True)
    else:
        _set_period(items, now, after_interval(now, items[0]["price"]["recurring"], now))
        lines = _full_lines(desk, subscription, items)
    charged = subscription["collection_method"] == "charge_automatically"
    unpaid = sum(one["amount"] for one in lines) > 0 and charged
    payer = method or _default(desk, subscription, customer)
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
    invoice = _bill(desk, subscription, lines, "subscription_create", now, now, later=not charged)
    desk.emit("customer.subscription.created", subscription)
    if unpaid and invoice["status"] == "open" and behavior != "default_incomplete":
        try:
            invoices.collect(desk, invoice, payer, off_session=off_session)
        except StripeError:
            if method is not None:
                raise
    _plan_ahead(desk, subscription)
    return subscription


def _default(desk: Desk, subscription: Record, customer: Record) -> Record | None:
    id_ = subscription["default_payment_method"] or customer["invoice_settings"]["default_payment_method"]
    return desk.store("payment_method").get(id_ or "")


def _bill(
    desk: Desk,
    subscription: Record,
    lines: list[Record],
    reason: str,
    start: int,
    end: int,
    *,
    later: bool = False,
    with_pending: bool = True,
) -> Record:
    """An invoice of the subscription, with what waited for it."""
    customer = desk.get("customer", subscription["customer"])
    items = invoices.pending_items(desk, customer["id"], subscription["id"]) if with_pending else []
    waiting = invoices.lines_of_items(
        desk,
        items,
        tax_rates(desk, [r["id"] for r in subscription["default_tax_rates"]], "default_tax_rates"),
    )
    invoice = invoices.draft(
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
    invoices.take_items(desk, items, invoice)
    subscription["latest_invoice"] = invoice["id"]
    desk.save("subscription", subscription)
    invoices.issue(desk, invoice, later=later)
    return invoice


def _told(desk: Desk, subscription: Record, previous: Record) -> None:
    desk.save("subscription", subscription)
    desk.emit("customer.subscription.updated", subscription, previous)


# what happens by itself


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
    lacks = subscription["collection_method"] == "charge_automatically" and not _default(
        desk, subscription, customer
    )
    if lacks and missing == "cancel":
        end(desk, subscription)
    elif lacks and missing == "pause":
        subscription["status"] = "paused"
        _told(desk, subscription, {"status": "trialing"})
        desk.emit("customer.subscription.paused", subscription)
        _plan_ahead(desk, subscription)
    else:
        _next_period(desk, subscription, "subscription_cycle", {"status": "trialing"}, later=True)


@when_due("renew")
def renew(desk: Desk, id_: str) -> None:
    subscription = desk.store("subscription").get(id_)
    if not subscription or subscription["status"] in (*OVER, "paused", "trialing", "incomplete"):
        return
    if subscription["cancel_at_period_end"]:
        end(desk, subscription)
    else:
        _next_period(desk, subscription, "subscription_cycle", {}, later=True)


def _next_period(
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
    items = _of(subscription)
    began, ended = period_start(subscription), period_end(subscription)
    start = ended if start is None else start
    anchor = subscription["billing_cycle_anchor"] if anchor is None else anchor
    previous = {**previous, "items": public(subscription["items"])}
    _set_period(items, start, after_interval(start, items[0]["price"]["recurring"], anchor))
    if subscription["status"] in ("trialing", "paused"):
        subscription["status"] = "active"
    subscription["billing_cycle_anchor"] = anchor
    lines = _full_lines(desk, subscription, items)
    stopped = subscription["status"] == "unpaid"
    invoice = _bill(desk, subscription, lines, reason, began, start, later=later and not stopped)
    _told(desk, subscription, previous)
    _plan_ahead(desk, subscription)
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
            invoices.void(desk, invoice)
        _told(desk, subscription, {"status": "incomplete"})
        _plan_ahead(desk, subscription)


def invoice_ended(desk: Desk, invoice: Record, *, paid: bool, last: bool) -> None:
    """An invoice was paid, or a try to collect it failed (the last one, or not)."""
    subscription = desk.store("subscription").get(invoices.subscription_of(invoice) or "")
    if subscription is None or subscription["status"] in OVER:
        return
    was = subscription["status"]
    if paid:
        owing = any(
            other["status"] == "open" and invoices.subscription_of(other) == subscription["id"]
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
        _told(desk, subscription, {"status": was})
        _plan_ahead(desk, subscription)


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
        if invoices.subscription_of(invoice) == subscription["id"] and invoice["status"] in ("open", "draft"):
            invoice |= {"auto_advance": False, "next_payment_attempt": None}
            desk.stripe.clockwork.at(
                desk, "retry_invoice", invoice["id"], None, clock=clock_of(desk, subscription["customer"])
            )
            desk.save("invoice", invoice)
    desk.emit("customer.subscription.deleted", subscription)
    _plan_ahead(desk, subscription)


# asked for


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
    make_items = _read_items(desk, rows, id_)
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
        lambda r: price is None or any(item["price"]["id"] == price for item in _of(r)),
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


def _changed_items(desk: Desk, subscription: Record, rows: list[Params]) -> Callable[[], list[Record]]:
    """What makes the items as `items[]` wants them, as copies; the subscription is not touched."""
    changes = []
    known = {item["id"]: item for item in _of(subscription)}
    for row in rows:
        id_, price, quantity = row.text("id"), price_of(desk, row), row.whole("quantity", least=0)
        if id_ is not None and id_ not in known:
            raise StripeError(
                f"No such subscription item: {id_}", code="resource_missing", param=row.name("id")
            )
        if id_ is None and price is None:
            raise needed(row.name("price"))
        changed: Record = {"metadata": row.metadata(known[id_]["metadata"] if id_ else None)}
        if quantity is not None:
            changed["quantity"] = quantity
        if "tax_rates" in row:
            changed["tax_rates"] = public(tax_rates(desk, row.texts("tax_rates"), row.name("tax_rates")))
        row.yes("clear_usage")
        changes.append((id_, price, row.yes("deleted"), changed))

    def make_items() -> list[Record]:
        kept = {id_: dict(item) for id_, item in known.items()}
        for id_, price, deleted, changed in changes:
            if id_ and deleted:
                kept.pop(id_, None)
            elif id_:
                kept[id_] |= changed
                if price:
                    found = price()
                    kept[id_] |= {"price": public(found), "plan": plan_of(found)}
            elif price:
                new = _item(desk, subscription["id"], price(), changed.pop("quantity", 1), **changed)
                kept[new["id"]] = new
        items = list(kept.values())
        _check_items(items)
        _set_period(items, period_start(subscription), period_end(subscription))
        return items

    return make_items


def _interval(items: list[Record]) -> tuple[str, int]:
    recurring = items[0]["price"]["recurring"]
    return recurring["interval"], recurring["interval_count"]


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
    make_items = _changed_items(desk, subscription, rows) if rows else None
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
    payer = _default(desk, subscription | changed, customer)
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
            _told(desk, subscription, previous)
        _plan_ahead(desk, subscription)
        return subscription
    _apply(
        desk,
        subscription,
        items or _of(subscription),
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
    now, old = desk.now(), [dict(item) for item in _of(subscription)]
    previous["items"] = public(subscription["items"])
    was_trial = subscription["status"] == "trialing"
    over_now = was_trial and trial_end is not None and trial_end <= now
    restart = over_now or anchor_now or (_interval(old) != _interval(items) and not was_trial)
    found = []
    if behavior != "none":
        found = _prorations(desk, subscription, old, items, at, credit_only=restart)
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
        _set_period(items, period_start(subscription), trial_end)
    desk.save("subscription", subscription)
    customer = desk.get("customer", subscription["customer"])
    for one in found:
        invoices.add_item(desk, customer, proration=True, subscription=subscription["id"], **one)
    if restart:
        if over_now:
            previous |= {"status": "trialing", "trial_end": subscription["trial_end"]}
            subscription["trial_end"] = now
        invoice = _next_period(
            desk, subscription, "subscription_update", previous, later=False, start=now, anchor=now
        )
        _collect_now(desk, subscription, invoice)
    else:
        _told(desk, subscription, previous)
        if behavior == "always_invoice" and found:
            invoice = _bill(desk, subscription, [], "subscription_update", now, now)
            _collect_now(desk, subscription, invoice)
        _plan_ahead(desk, subscription)


def _collect_now(desk: Desk, subscription: Record, invoice: Record) -> None:
    if invoice["status"] == "open" and subscription["collection_method"] == "charge_automatically":
        invoices.try_to_collect(desk, invoice)


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
        for one in _prorations(desk, subscription, _of(subscription), [], desk.now(), credit_only=True):
            invoices.add_item(desk, customer, proration=True, subscription=subscription["id"], **one)
    end(desk, subscription)
    if invoice_now and invoices.pending_items(desk, subscription["customer"], subscription["id"]):
        invoice = _bill(desk, subscription, [], "subscription_update", desk.now(), desk.now())
        _collect_now(desk, subscription, invoice)
    return subscription


@route("POST", "/v1/subscriptions/{id}/resume")
def resume_subscription(desk: Desk, p: Params, id: str) -> Record:
    subscription = desk.get("subscription", id)
    desk = desk.elsewhere(at=desk.now(subscription))
    p.choice("billing_cycle_anchor", ("now", "unchanged"))
    p.choice("proration_behavior", PRORATIONS)
    p.finish()
    if subscription["status"] != "paused":
        raise StripeError("Only a paused subscription can be resumed.")
    now = desk.now()
    invoice = _next_period(
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


# items, asked for one by one


def _holding(desk: Desk, item: str) -> Record:
    for subscription in desk.all("subscription"):
        if any(one["id"] == item for one in _of(subscription)):
            return subscription
    raise StripeError(
        f"No such subscription_item: '{item}'", status=404, code="resource_missing", param="item"
    )


@route("GET", "/v1/subscription_items")
def list_items(desk: Desk, p: Params) -> Record:
    subscription = desk.get("subscription", p.need("subscription"), "subscription")
    return desk.page("/v1/subscription_items", p, iter(_of(subscription)))


@route("GET", "/v1/subscription_items/{id}")
def get_item(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    return next(item for item in _of(_holding(desk, id)) if item["id"] == id)


_PASSED_ON = ("proration_behavior", "proration_date", "payment_behavior", "off_session")


def _as_update(p: Params, row: Record) -> Params:
    """An item's own parameters as the update of its subscription."""
    tree = dict(p._tree)
    passed = {name: tree.pop(name) for name in _PASSED_ON if name in tree}
    return Params({**passed, "items": {"0": {**tree, **row}}})


@route("POST", "/v1/subscription_items")
def create_item(desk: Desk, p: Params) -> Record:
    id_ = p.need("subscription")
    known = {item["id"] for item in _of(desk.get("subscription", id_, "subscription"))}
    rest = Params({key: value for key, value in p._tree.items() if key != "subscription"})
    subscription = update_subscription(desk, _as_update(rest, {}), id_)
    return next(item for item in _of(subscription) if item["id"] not in known)


@route("POST", "/v1/subscription_items/{id}")
def update_item(desk: Desk, p: Params, id: str) -> Record:
    subscription = update_subscription(desk, _as_update(p, {"id": id}), _holding(desk, id)["id"])
    return next(item for item in _of(subscription) if item["id"] == id)


@route("DELETE", "/v1/subscription_items/{id}")
def delete_item(desk: Desk, p: Params, id: str) -> Record:
    update_subscription(desk, _as_update(p, {"id": id, "deleted": "true"}), _holding(desk, id)["id"])
    return {"id": id, "object": "subscription_item", "deleted": True}


# a look ahead


def previewed(desk: Desk, p: Params) -> Record:
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
        make_items = _read_items(desk, rows, "sub_preview")
        p.finish()
        items = make_items()
        subscription = _new(desk, customer, items, "sub_preview")
        subscription["default_tax_rates"] = public(tax_rates(desk, rates, "default_tax_rates"))
        ends = trial_end or after_interval(now, items[0]["price"]["recurring"], now)
        _set_period(items, now, ends)
        lines = _full_lines(desk, subscription, items, free=trial_end is not None)
        return _preview(desk, customer, subscription, lines, now, now)
    subscription = {**real, "items": {**real["items"], "data": [dict(item) for item in _of(real)]}}
    if rates:
        subscription["default_tax_rates"] = public(tax_rates(desk, rates, "default_tax_rates"))
    old = _of(subscription)
    make_items = _changed_items(desk, subscription, rows)
    p.finish()
    items = make_items() if rows else old
    if subscription["status"] in OVER:
        raise StripeError("No upcoming invoices for customer", status=404, code="invoice_upcoming_none")
    at = proration_date or now
    restart = anchor_now or (_interval(old) != _interval(items) and subscription["status"] != "trialing")
    over_now = subscription["status"] == "trialing" and trial_end is not None and trial_end <= now
    found = (
        []
        if behavior == "none"
        else _prorations(
            desk, subscription, old, [] if cancel_now else items, at, credit_only=restart or cancel_now
        )
    )
    changes = [
        invoices.line(
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
    waiting = invoices.lines_of_items(
        desk,
        invoices.pending_items(desk, customer["id"], subscription["id"]),
        subscription["default_tax_rates"],
    )
    subscription["items"]["data"] = items
    lines = [*waiting, *changes]
    begins = now if restart or over_now else (period_end(subscription))
    only_changes = behavior == "always_invoice" and rows and not restart and not over_now
    stops = stop or cancel_now or (subscription["cancel_at_period_end"] and not restart)
    if not only_changes and not stops:
        anchor = begins if restart or over_now else subscription["billing_cycle_anchor"]
        _set_period(items, begins, after_interval(begins, items[0]["price"]["recurring"], anchor))
        lines += _full_lines(desk, subscription, items)
    if not lines:
        raise StripeError("No upcoming invoices for customer", status=404, code="invoice_upcoming_none")
    return _preview(desk, customer, subscription, lines, now, now if only_changes else begins)


def _preview(
    desk: Desk, customer: Record, subscription: Record, lines: list[Record], start_: int, end_: int
) -> Record:
    invoice = invoices.draft(
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
