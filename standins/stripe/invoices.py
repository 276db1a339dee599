"""Invoices: lines, totals, finalising, collecting, retrying."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from standins.stripe.catalog import tax_rates
from standins.stripe.clockwork import clock_of, when_due
from standins.stripe.desk import Desk, Record, same
from standins.stripe.errors import StripeError
from standins.stripe.money import LEAST, rounded
from standins.stripe.params import Params
from standins.stripe.payments import DAY, add_intent, attempt, withdraw
from standins.stripe.routes import route
from standins.stripe.shapes import a_list, make, new_id, public

HOUR = 3600


# lines and totals


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


def draft(
    desk: Desk,
    customer: Record,
    lines: list[Record],
    *,
    reason: str,
    currency: str,
    subscription: Record | None = None,
    start: int | None = None,
    end: int | None = None,
    id_: str | None = None,
    **fields: Any,
) -> Record:
    """An invoice in draft, not yet saved."""
    now = desk.now(customer)
    id_ = id_ or new_id("in")
    for one in lines:
        one["invoice"] = id_
    parent = None
    if subscription:
        parent = {
            "quote_details": None,
            "subscription_details": {
                "metadata": dict(subscription["metadata"]),
                "subscription": subscription["id"],
            },
            "type": "subscription_details",
        }
    invoice = make(
        "invoice",
        **{
            "id": id_,
            "object": "invoice",
            "account_country": "US",
            "account_name": "Stand-in",
            "amount_due": 0,
            "amount_overpaid": 0,
            "amount_paid": 0,
            "amount_remaining": 0,
            "amount_shipping": 0,
            "attempt_count": 0,
            "attempted": False,
            "auto_advance": True,
            "automatic_tax": {
                "enabled": False,
                "liability": None,
                "status": None,
                "disabled_reason": None,
                "provider": None,
            },
            "billing_reason": reason,
            "collection_method": "charge_automatically",
            "created": now,
            "currency": currency,
            "customer": customer["id"],
            "customer_address": customer["address"],
            "customer_email": customer["email"],
            "customer_name": customer["name"],
            "customer_phone": customer["phone"],
            "customer_tax_exempt": customer["tax_exempt"],
            "customer_tax_ids": [],
            "default_tax_rates": [],
            "discounts": [],
            "issuer": {"type": "self"},
            "lines": a_list(f"/v1/invoices/{id_}/lines", lines),
            "livemode": False,
            "metadata": {},
            "parent": parent,
            "payment_settings": {
                "default_mandate": None,
                "payment_method_options": None,
                "payment_method_types": None,
            },
            "period_end": end or now,
            "period_start": start or now,
            "post_payment_credit_notes_amount": 0,
            "pre_payment_credit_notes_amount": 0,
            "starting_balance": customer["balance"],
            "status": "draft",
            "status_transitions": dict.fromkeys(
                ("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")
            ),
            "subtotal": 0,
            "test_clock": customer["test_clock"],
            "total": 0,
            "total_discount_amounts": [],
            "total_pretax_credit_amounts": [],
            "_carried": 0,
            "_intent": None,
            "_days_until_due": None,
            **fields,
        },
    )
    total(desk, invoice)
    return invoice


def issue(desk: Desk, invoice: Record, *, later: bool = False) -> None:
    """Save a draft; finalise it now, or in an hour as Stripe does with renewals."""
    desk.save("invoice", invoice)
    if later:
        invoice["automatically_finalizes_at"] = invoice["created"] + HOUR
        _due(desk, "finalize_invoice", invoice, invoice["automatically_finalizes_at"])
        desk.save("invoice", invoice)
    desk.emit("invoice.created", invoice)
    if not later:
        finalize(desk, invoice)


def _due(desk: Desk, what: str, invoice: Record, when: int | None) -> None:
    clock = clock_of(desk, invoice["customer"])
    desk.stripe.clockwork.at(desk, what, invoice["id"], when, clock=clock)


def finalize(desk: Desk, invoice: Record) -> None:
    """Number an invoice and open it. One with nothing due is paid at once. Collecting is another step."""
    now, customer = desk.now(invoice), desk.get("customer", invoice["customer"])
    invoice["starting_balance"] = customer["balance"]
    total(desk, invoice)
    _due(desk, "finalize_invoice", invoice, None)
    invoice |= {
        "number": f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}",
        "status": "open",
        "effective_at": now,
        "automatically_finalizes_at": None,
        "ending_balance": invoice["_carried"],
        "hosted_invoice_url": f"{desk.stripe.base}/invoice/{desk.account}/{invoice['id']}/",
        "invoice_pdf": f"{desk.stripe.base}/invoice/{desk.account}/{invoice['id']}/pdf",
    }
    if invoice["collection_method"] == "send_invoice":
        invoice["due_date"] = now + (invoice["_days_until_due"] or 30) * DAY
    invoice["status_transitions"]["finalized_at"] = now
    customer["balance"] = invoice["_carried"]
    customer["next_invoice_sequence"] += 1
    desk.save("customer", customer)
    if invoice["amount_due"]:
        intent = add_intent(
            desk,
            amount=invoice["amount_due"],
            currency=invoice["currency"],
            customer=invoice["customer"],
            description=f"Invoice {invoice['number']}",
            payment_method_types=["card", "us_bank_account"],
            setup_future_usage="off_session",
            _invoice=invoice["id"],
        )
        invoice["_intent"] = intent["id"]
        desk.save(
            "invoice_payment",
            make(
                "invoice_payment",
                id=new_id("inpay"),
                object="invoice_payment",
                amount_requested=invoice["amount_due"],
                created=now,
                currency=invoice["currency"],
                invoice=invoice["id"],
                is_default=True,
                livemode=False,
                payment={"type": "payment_intent", "payment_intent": intent["id"]},
                status="open",
                status_transitions={"canceled_at": None, "paid_at": None},
            ),
        )
    desk.save("invoice", invoice)
    desk.emit("invoice.finalized", invoice)
    if not invoice["amount_due"]:
        _paid(desk, invoice)


def collect(desk: Desk, invoice: Record, method: Record | None = None, *, off_session: bool = True) -> None:
    """Charge an open invoice to `method`, or to the default. Raises StripeError (402) when that fails.

    A failure is counted, told, and retried later where the invoice advances by itself.
    """
    method = method or default_method(desk, invoice)
    if method is None:
        _uncollected(desk, invoice)
        raise StripeError(
            "There is no default_payment_method set on this Customer or Invoice. Please set one and try again.",
            code="invoice_payment_intent_requires_action",
        )
    intent = desk.get("payment_intent", invoice["_intent"])
    try:
        attempt(desk, intent, method, off_session=off_session)
    except StripeError:
        _uncollected(desk, invoice)
        raise
    if intent["status"] == "succeeded":
        invoice["attempt_count"] += 1
        invoice["attempted"] = True
        _paid(desk, invoice)
    elif intent["status"] == "requires_action":
        desk.emit("invoice.payment_action_required", invoice)
    else:
        invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
        desk.save("invoice", invoice)


def try_to_collect(desk: Desk, invoice: Record) -> bool:
    """Collect, without complaining when that fails. True when it is paid."""
    try:
        collect(desk, invoice)
    except StripeError:
        return False
    return bool(invoice["status"] == "paid")


def default_method(desk: Desk, invoice: Record) -> Record | None:
    subscription = desk.store("subscription").get(subscription_of(invoice) or "")
    customer = desk.get("customer", invoice["customer"])
    for id_ in (
        invoice["default_payment_method"],
        subscription["default_payment_method"] if subscription else None,
        customer["invoice_settings"]["default_payment_method"],
    ):
        if id_ and id_ in desk.store("payment_method"):
            return desk.get("payment_method", id_)
    return None


def subscription_of(invoice: Record) -> str | None:
    parent = invoice["parent"] or {}
    details = parent.get("subscription_details") or {}
    found: str | None = details.get("subscription")
    return found


def payment_ended(desk: Desk, intent: Record) -> None:
    """An invoice's intent was paid or refused outside `collect`: by the bank, a page or the API."""
    invoice = desk.get("invoice", intent["_invoice"])
    if invoice["status"] != "open":
        return
    if intent["status"] == "succeeded":
        _paid(desk, invoice)
    elif intent["status"] == "requires_payment_method":
        invoice["attempt_count"] -= 1 if invoice["attempt_count"] else 0
        _uncollected(desk, invoice)


def _paid(desk: Desk, invoice: Record, *, out_of_band: bool = False) -> None:
    from standins.stripe.subscriptions import invoice_ended

    now = desk.now(invoice)
    previous = {"status": invoice["status"]}
    invoice |= {
        "status": "paid",
        "amount_paid": invoice["amount_due"],
        "amount_remaining": 0,
        "attempted": True,
        "next_payment_attempt": None,
        "auto_advance": False,
    }
    invoice["status_transitions"]["paid_at"] = now
    _due(desk, "retry_invoice", invoice, None)
    desk.save("invoice", invoice)
    for payment in payments_of(desk, invoice["id"]):
        if payment["status"] == "open" and not out_of_band:
            payment |= {"status": "paid", "amount_paid": invoice["amount_due"]}
            payment["status_transitions"]["paid_at"] = now
            desk.save("invoice_payment", payment)
            desk.emit("invoice_payment.paid", payment)
    desk.emit("invoice.updated", invoice, previous)
    desk.emit("invoice.paid", invoice)
    desk.emit("invoice.payment_succeeded", invoice)
    customer = desk.store("customer").get(invoice["customer"])
    if customer and customer["delinquent"]:
        customer["delinquent"] = False
        desk.save("customer", customer)
    invoice_ended(desk, invoice, paid=True, last=False)


def _uncollected(desk: Desk, invoice: Record) -> None:
    """Count a failed try and set the next, or give up as the account's dunning says."""
    from standins.stripe.subscriptions import invoice_ended

    days = desk.stripe.dunning["retry_days"]
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    again = None
    reason = invoice["billing_reason"]
    if invoice["auto_advance"] and reason != "subscription_create" and invoice["attempt_count"] <= len(days):
        again = desk.now(invoice) + int(days[invoice["attempt_count"] - 1] * DAY)
    invoice["next_payment_attempt"] = again
    _due(desk, "retry_invoice", invoice, again)
    desk.save("invoice", invoice)
    customer = desk.get("customer", invoice["customer"])
    customer["delinquent"] = True
    desk.save("customer", customer)
    desk.emit("invoice.payment_failed", invoice)
    desk.emit("invoice.updated", invoice)
    invoice_ended(desk, invoice, paid=False, last=again is None)


@when_due("finalize_invoice")
def finalize_when_due(desk: Desk, id_: str) -> None:
    invoice = desk.store("invoice").get(id_)
    if invoice and invoice["status"] == "draft":
        finalize(desk, invoice)
        if invoice["status"] == "open" and invoice["collection_method"] == "charge_automatically":
            try_to_collect(desk, invoice)


@when_due("retry_invoice")
def retry_when_due(desk: Desk, id_: str) -> None:
    invoice = desk.store("invoice").get(id_)
    if invoice and invoice["status"] == "open":
        try_to_collect(desk, invoice)


def payments_of(desk: Desk, invoice: str) -> list[Record]:
    return [one for one in desk.all("invoice_payment") if one["invoice"] == invoice]


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


# invoices, asked for


@route("POST", "/v1/invoices")
def create_invoice(desk: Desk, p: Params) -> Record:
    customer = desk.get("customer", p.need("customer"), "customer")
    subscription = p.text("subscription")
    include = p.choice("pending_invoice_items_behavior", ("include", "exclude"), "exclude") == "include"
    currency = desk.currency(p.text("currency") or "usd")
    rates = tax_rates(desk, p.texts("default_tax_rates"), "default_tax_rates")
    fields: Record = {
        "collection_method": p.choice(
            "collection_method", ("charge_automatically", "send_invoice"), "charge_automatically"
        ),
        "_days_until_due": p.whole("days_until_due", least=0),
        "auto_advance": p.yes("auto_advance"),
        "description": p.text("description"),
        "footer": p.text("footer"),
        "metadata": p.metadata(),
        "default_payment_method": p.text("default_payment_method"),
        "default_tax_rates": public(rates),
    }
    p.off("automatic_tax")
    p.finish()
    about = desk.get("subscription", subscription, "subscription") if subscription else None
    items = pending_items(desk, customer["id"], subscription) if include or subscription else []
    if items:
        currency = items[0]["currency"]
    lines = lines_of_items(desk, items, rates)
    invoice = draft(desk, customer, lines, reason="manual", currency=currency, subscription=about, **fields)
    take_items(desk, items, invoice)
    desk.save("invoice", invoice)
    if invoice["auto_advance"]:
        invoice["automatically_finalizes_at"] = invoice["created"] + HOUR
        _due(desk, "finalize_invoice", invoice, invoice["automatically_finalizes_at"])
    desk.emit("invoice.created", invoice)
    return invoice


@route("POST", "/v1/invoices/create_preview")
def preview(desk: Desk, p: Params) -> Record:
    from standins.stripe.subscriptions import previewed

    return previewed(desk, p)


@route("GET", "/v1/invoices")
def list_invoices(desk: Desk, p: Params) -> Record:
    subscription = p.text("subscription")
    return desk.page(
        "/v1/invoices",
        p,
        desk.all("invoice"),
        same("customer", p.text("customer")),
        same("status", p.text("status")),
        same("collection_method", p.text("collection_method")),
        lambda r: subscription is None or subscription_of(r) == subscription,
    )


@route("GET", "/v1/invoices/{id}")
def get_invoice(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    return desk.get("invoice", id)


@route("GET", "/v1/invoices/{id}/lines")
def get_lines(desk: Desk, p: Params, id: str) -> Record:
    lines = desk.get("invoice", id)["lines"]["data"]
    return desk.page(f"/v1/invoices/{id}/lines", p, iter(lines))


@route("POST", "/v1/invoices/{id}")
def update_invoice(desk: Desk, p: Params, id: str) -> Record:
    invoice = desk.get("invoice", id)
    changed: Record = {"metadata": p.metadata(invoice["metadata"])}
    for name in ("description", "footer", "default_payment_method"):
        if name in p:
            changed[name] = p.text(name)
    if "auto_advance" in p:
        changed["auto_advance"] = p.yes("auto_advance")
    p.finish()
    invoice |= changed
    desk.save("invoice", invoice)
    desk.emit("invoice.updated", invoice)
    return invoice


@route("POST", "/v1/invoices/{id}/finalize")
def finalize_invoice(desk: Desk, p: Params, id: str) -> Record:
    invoice = desk.get("invoice", id)
    advance = p.yes("auto_advance", invoice["auto_advance"])
    p.finish()
    _only(invoice, "finalize", "draft")
    invoice["auto_advance"] = advance
    finalize(desk, invoice)
    return invoice


@route("POST", "/v1/invoices/{id}/pay")
def pay_invoice(desk: Desk, p: Params, id: str) -> Record:
    from standins.stripe.methods import resolve

    invoice = desk.get("invoice", id)
    method, outside = p.text("payment_method"), p.yes("paid_out_of_band")
    off_session = p.yes("off_session", True)
    p.finish()
    if invoice["status"] == "paid":
        raise StripeError("Invoice is already paid")
    if invoice["status"] == "draft":
        finalize(desk, invoice)
    _only(invoice, "pay", "open", "uncollectible", "paid")
    if outside:
        if invoice["_intent"]:
            withdraw(desk, desk.get("payment_intent", invoice["_intent"]), None)
        _paid(desk, invoice, out_of_band=True)
    elif invoice["status"] != "paid":
        found = resolve(desk, method, "payment_method") if method else None
        collect(desk, invoice, found, off_session=off_session)
    return invoice


def _only(invoice: Record, verb: str, *statuses: str) -> None:
    if invoice["status"] not in statuses:
        raise StripeError(
            f"You can only {verb} {' or '.join(statuses)} invoices. This invoice is {invoice['status']}.",
            code="invoice_not_editable",
        )


@route("POST", "/v1/invoices/{id}/void")
def void_invoice(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    invoice = desk.get("invoice", id)
    _only(invoice, "void", "open", "uncollectible")
    void(desk, invoice)
    return invoice


def void(desk: Desk, invoice: Record) -> None:
    """Make an open invoice as if it had never been owed."""
    _close(desk, invoice, "void", "voided_at")
    if invoice["_intent"]:
        withdraw(desk, desk.get("payment_intent", invoice["_intent"]), "void_invoice")
    desk.emit("invoice.voided", invoice)


@route("POST", "/v1/invoices/{id}/mark_uncollectible")
def write_off_invoice(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    invoice = desk.get("invoice", id)
    _only(invoice, "mark as uncollectible", "open")
    _close(desk, invoice, "uncollectible", "marked_uncollectible_at")
    desk.emit("invoice.marked_uncollectible", invoice)
    return invoice


def _close(desk: Desk, invoice: Record, status: str, moment: str) -> None:
    invoice |= {"status": status, "next_payment_attempt": None, "auto_advance": False}
    invoice["status_transitions"][moment] = desk.now(invoice)
    _due(desk, "retry_invoice", invoice, None)
    desk.save("invoice", invoice)


@route("POST", "/v1/invoices/{id}/send")
def send_invoice(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    invoice = desk.get("invoice", id)
    if invoice["collection_method"] != "send_invoice":
        raise StripeError("You can only send invoices whose collection_method is send_invoice.")
    if invoice["status"] == "draft":
        finalize(desk, invoice)
    desk.emit("invoice.sent", invoice)
    return invoice


@route("DELETE", "/v1/invoices/{id}")
def delete_invoice(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    invoice = desk.get("invoice", id)
    _only(invoice, "delete", "draft")
    for item in desk.all("invoiceitem"):
        if item["invoice"] == id:
            item["invoice"] = None
            desk.save("invoiceitem", item)
    desk.delete("invoice", id)
    desk.emit("invoice.deleted", invoice)
    return {"id": id, "object": "invoice", "deleted": True}


@route("GET", "/v1/invoice_payments")
def list_payments(desk: Desk, p: Params) -> Record:
    payment = p.sub("payment")
    payment.choice("type", ("payment_intent",))
    intent = payment.text("payment_intent")
    return desk.page(
        "/v1/invoice_payments",
        p,
        desk.all("invoice_payment"),
        same("invoice", p.text("invoice")),
        same("status", p.text("status")),
        lambda r: intent is None or r["payment"]["payment_intent"] == intent,
    )


@route("GET", "/v1/invoice_payments/{id}")
def get_payment(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    return desk.get("invoice_payment", id)


# invoice items, asked for


@route("POST", "/v1/invoiceitems")
def create_item(desk: Desk, p: Params) -> Record:
    customer = desk.get("customer", p.need("customer"), "customer")
    amount, quantity = p.whole("amount"), p.whole("quantity", least=0)
    pricing = p.sub("pricing").text("price")
    price = desk.get("price", pricing, "pricing[price]") if pricing else None
    currency = desk.currency(p.text("currency") or (price["currency"] if price else "usd"))
    invoice = p.text("invoice")
    fields: Record = {
        "description": p.text("description"),
        "subscription": p.text("subscription"),
        "rates": public(tax_rates(desk, p.texts("tax_rates"), "tax_rates")),
        "metadata": p.metadata(),
    }
    p.finish()
    if price:
        amount = price["unit_amount"] * (quantity or 1)
    if amount is None:
        raise StripeError("You must give an amount or a price.", code="parameter_missing", param="amount")
    if invoice:
        _only(desk.get("invoice", invoice, "invoice"), "add items to", "draft")
    now = desk.now(customer)
    item = add_item(
        desk,
        customer,
        amount=amount,
        currency=currency,
        start=now,
        end=now,
        quantity=quantity or 1,
        price=price,
        invoice=invoice,
        **fields,
    )
    if invoice:
        onto = desk.get("invoice", invoice)
        rates = tax_rates(desk, [r["id"] for r in onto["default_tax_rates"]], "default_tax_rates")
        onto["lines"]["data"] += lines_of_items(desk, [item], rates)
        for one in onto["lines"]["data"]:
            one["invoice"] = invoice
        onto["currency"] = currency
        total(desk, onto)
        desk.save("invoice", onto)
    return item


@route("GET", "/v1/invoiceitems")
def list_items(desk: Desk, p: Params) -> Record:
    pending = p.yes("pending") if "pending" in p else None
    return desk.page(
        "/v1/invoiceitems",
        p,
        desk.all("invoiceitem"),
        same("customer", p.text("customer")),
        same("invoice", p.text("invoice")),
        lambda r: pending is None or (r["invoice"] is None) == pending,
    )


@route("GET", "/v1/invoiceitems/{id}")
def get_item(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    return desk.get("invoiceitem", id)


@route("DELETE", "/v1/invoiceitems/{id}")
def delete_item(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    item = desk.get("invoiceitem", id)
    if item["invoice"]:
        raise StripeError("You can only delete an invoice item that is not on an invoice.")
    desk.delete("invoiceitem", id)
    desk.emit("invoiceitem.deleted", item)
    return {"id": id, "object": "invoiceitem", "deleted": True}
