"""What a subscription is made of: items, their periods, whole and prorated amounts."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from standins.stripe.catalog import plan_of, price_of, tax_rates
from standins.stripe.desk import Desk, Record
from standins.stripe.errors import StripeError, needed
from standins.stripe.invoice_lines import line
from standins.stripe.money import rounded
from standins.stripe.params import Params
from standins.stripe.shapes import make, new_id, public


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


def new_item(desk: Desk, subscription: str, price: Record, quantity: int, **fields: Any) -> Record:
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


def read_items(desk: Desk, rows: list[Params], subscription: str) -> Callable[[], list[Record]]:
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
    return new_item(desk, subscription, price(), quantity, **fields)


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


def items_of(subscription: Record) -> list[Record]:
    found: list[Record] = subscription["items"]["data"]
    return found


def set_period(items: list[Record], start: int, end: int) -> None:
    for item in items:
        item |= {"current_period_start": start, "current_period_end": end}


def period_end(subscription: Record) -> int:
    return int(items_of(subscription)[0]["current_period_end"])


def period_start(subscription: Record) -> int:
    return int(items_of(subscription)[0]["current_period_start"])


def _label(desk: Desk, price: Record, quantity: int) -> str:
    product = desk.store("product").get(price["product"], {"name": price["product"]})
    return f"{quantity} × {product['name']}"


def _rates(desk: Desk, subscription: Record, item: Record) -> list[Record]:
    own = [rate["id"] for rate in item["tax_rates"] or []]
    return tax_rates(
        desk, own or [rate["id"] for rate in subscription["default_tax_rates"]], "default_tax_rates"
    )


def full_lines(desk: Desk, subscription: Record, items: list[Record], *, free: bool = False) -> list[Record]:
    """A whole period of each item; free while on trial."""
    made = []
    for item in items:
        price, quantity = item["price"], item["quantity"]
        each = f"(at {price['unit_amount'] / 100:.2f} {price['currency'].upper()} / {price['recurring']['interval']})"
        label = _label(desk, price, quantity)
        made.append(
            line(
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


def prorations(
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


def changed_items(desk: Desk, subscription: Record, rows: list[Params]) -> Callable[[], list[Record]]:
    """What makes the items as `items[]` wants them, as copies; the subscription is not touched."""
    changes = []
    known = {item["id"]: item for item in items_of(subscription)}
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
                new = new_item(desk, subscription["id"], price(), changed.pop("quantity", 1), **changed)
                kept[new["id"]] = new
        items = list(kept.values())
        _check_items(items)
        set_period(items, period_start(subscription), period_end(subscription))
        return items

    return make_items


def interval_of(items: list[Record]) -> tuple[str, int]:
    recurring = items[0]["price"]["recurring"]
    return recurring["interval"], recurring["interval_count"]
