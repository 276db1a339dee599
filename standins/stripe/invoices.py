"""Invoices, invoice items and invoice payments, as they are asked for."""

from __future__ import annotations

from standins.stripe.catalog import tax_rates
from standins.stripe.desk import Desk, Record, same
from standins.stripe.errors import StripeError
from standins.stripe.invoice_lines import add_item, lines_of_items, pending_items, take_items, total
from standins.stripe.invoicing import (
    HOUR,
    close,
    collect,
    draft,
    finalize,
    mark_paid,
    set_due,
    subscription_of,
    void,
)
from standins.stripe.params import Params
from standins.stripe.payments import withdraw
from standins.stripe.routes import route
from standins.stripe.shapes import public


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
        set_due(desk, "finalize_invoice", invoice, invoice["automatically_finalizes_at"])
    desk.emit("invoice.created", invoice)
    return invoice


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
        mark_paid(desk, invoice, out_of_band=True)
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


@route("POST", "/v1/invoices/{id}/mark_uncollectible")
def write_off_invoice(desk: Desk, p: Params, id: str) -> Record:
    p.finish()
    invoice = desk.get("invoice", id)
    _only(invoice, "mark as uncollectible", "open")
    close(desk, invoice, "uncollectible", "marked_uncollectible_at")
    desk.emit("invoice.marked_uncollectible", invoice)
    return invoice


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
