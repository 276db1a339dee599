"""Lines of an invoice, their taxes and their sum; amounts that wait for the next invoice."""

from __future__ import annotations

from decimal import Decimal

from standins.stripe.catalog import tax_rates
from standins.stripe.desk import Desk, Record
from standins.stripe.money import LEAST, rounded
from standins.stripe.shapes import make, new_id


def line(
    desk: Desk,
    *,
    amount: int,
    currency: str,
    description: str | None,
    start: int,
    end: int,
    quantity: int | None = None,
    price: Record | None = None,
    proration: bool = False,
    subscription: str | None = None,
    item: str | None = None,
    invoice_item: str | None = None,
    rates: list[Record] | None = None,
    metadata: dict[str, str] | None = None,
) -> Record:
    """One line of an invoice, with its taxes."""
    parent: Record = {"invoice_item_details": None, "subscription_item_details": None}
    proration_details = {"credited_items": None} if proration else None
    if subscription:
        parent["type"] = "subscription_item_details"
        parent["subscription_item_details"] = {
            "invoice_item": invoice_item,
            "proration": proration,
            "proration_details": proration_details,
            "subscription": subscription,
            "subscription_item": item,
        }
    else:
        parent["type"] = "invoice_item_details"
        parent["invoice_item_details"] = {
            "invoice_item": invoice_item,
            "proration": proration,
            "proration_details": proration_details,
            "subscription": None,
        }
    pricing: Record = {"type": "price_details", "unit_amount_decimal": None}
    if price:
        pricing |= {
            "price_details": {"price": price["id"], "product": price["product"]},
            "unit_amount_decimal": price["unit_amount_decimal"],
        }
    return make(
        "line_item",
        id=new_id("il"),
        object="line_item",
        amount=amount,
        currency=currency,
        description=description,
        discount_amounts=[],
        discountable=not proration,
        discounts=[],
        livemode=False,
        metadata=metadata or {},
        parent=parent,
        period={"start": start, "end": end},
        pricing=pricing,
        quantity=quantity,
        quantity_decimal=str(quantity) if quantity is not None else None,
        subscription=subscription,
        subtotal=amount,
        taxes=[_tax(rate, amount) for rate in rates or []],
    )


def _tax(rate: Record, amount: int) -> Record:
    share = Decimal(str(rate["percentage"])) / 100
    if rate["inclusive"]:
        tax = amount - rounded(amount / (1 + share))
    else:
        tax = rounded(amount * share)
    return {
        "amount": tax,
        "tax_behavior": "inclusive" if rate["inclusive"] else "exclusive",
        "tax_rate_details": {"tax_rate": rate["id"]},
        "taxability_reason": "standard_rated",
        "taxable_amount": amount - tax if rate["inclusive"] else amount,
        "type": "tax_rate_details",
    }


def total(desk: Desk, invoice: Record) -> None:
    """Add an invoice's lines up: subtotal, taxes, total, and what is due after the customer's balance."""
    lines = invoice["lines"]["data"]
    by_rate: dict[tuple[str, str], Record] = {}
    for tax in (tax for one in lines for tax in one["taxes"] or []):
        key = (tax["tax_rate_details"]["tax_rate"], tax["tax_behavior"])
        if key in by_rate:
            by_rate[key]["amount"] += tax["amount"]
            by_rate[key]["taxable_amount"] += tax["taxable_amount"]
        else:
            by_rate[key] = dict(tax)
    exclusive = sum(t["amount"] for t in by_rate.values() if t["tax_behavior"] == "exclusive")
    inclusive = sum(t["amount"] for t in by_rate.values() if t["tax_behavior"] == "inclusive")
    subtotal = sum(one["amount"] for one in lines)
    due = subtotal + exclusive + invoice["starting_balance"]
    carried = due < LEAST.get(invoice["currency"], 1)  # too little to charge goes to the balance
    invoice |= {
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal - inclusive,
        "total": subtotal + exclusive,
        "total_excluding_tax": subtotal - inclusive,
        "total_taxes": list(by_rate.values()),
        "amount_due": 0 if carried else due,
        "_carried": due if carried else 0,
    }
    invoice["amount_remaining"] = invoice["amount_due"] - invoice["amount_paid"]


def pending_items(desk: Desk, customer: str, subscription: str | None) -> list[Record]:
    """Invoice items that wait for the next invoice of the subscription (or of none), oldest first."""
    return [
        item
        for item in reversed(list(desk.all("invoiceitem")))
        if item["customer"] == customer
        and item["invoice"] is None
        and (item["_subscription"] == subscription or item["_subscription"] is None)
    ]


def lines_of_items(desk: Desk, items: list[Record], rates: list[Record]) -> list[Record]:
    return [
        line(
            desk,
            amount=item["amount"],
            currency=item["currency"],
            description=item["description"],
            start=item["period"]["start"],
            end=item["period"]["end"],
            quantity=item["quantity"],
            price=item["_price"],
            proration=item["proration"],
            subscription=item["_subscription"],
            item=item["_item"],
            invoice_item=item["id"],
            rates=tax_rates(desk, [r["id"] for r in item["tax_rates"]], "tax_rates") or rates,
            metadata=item["metadata"],
        )
        for item in items
    ]


def take_items(desk: Desk, items: list[Record], invoice: Record) -> None:
    for item in items:
        item["invoice"] = invoice["id"]
        desk.save("invoiceitem", item)


def add_item(
    desk: Desk,
    customer: Record,
    *,
    amount: int,
    currency: str,
    description: str | None,
    start: int,
    end: int,
    quantity: int = 1,
    price: Record | None = None,
    proration: bool = False,
    subscription: str | None = None,
    item: str | None = None,
    invoice: str | None = None,
    rates: list[Record] | None = None,
    metadata: dict[str, str] | None = None,
) -> Record:
    """An amount that waits for the customer's next invoice."""
    pricing = None
    if price:
        pricing = {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        }
    parent = None
    if subscription:
        details = {"subscription": subscription, "subscription_item": item}
        parent = {"subscription_details": details, "type": "subscription_details"}
    made = make(
        "invoiceitem",
        id=new_id("ii"),
        object="invoiceitem",
        amount=amount,
        currency=currency,
        customer=customer["id"],
        date=desk.now(customer),
        description=description,
        discountable=not proration,
        discounts=[],
        invoice=invoice,
        livemode=False,
        metadata=metadata or {},
        net_amount=amount,
        parent=parent,
        period={"start": start, "end": end},
        pricing=pricing,
        proration=proration,
        quantity=quantity,
        quantity_decimal=str(quantity),
        tax_rates=rates or [],
        test_clock=customer["test_clock"],
        _price=price,
        _subscription=subscription,
        _item=item,
    )
    desk.save("invoiceitem", made)
    desk.emit("invoiceitem.created", made)
    return made
