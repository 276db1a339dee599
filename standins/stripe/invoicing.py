"""An invoice's life: drafted, finalised, collected, retried, closed."""

from __future__ import annotations

from typing import Any

from standins.stripe.clockwork import clock_of, when_due
from standins.stripe.desk import Desk, Record
from standins.stripe.errors import StripeError
from standins.stripe.invoice_lines import total
from standins.stripe.payments import DAY, add_intent, attempt, withdraw
from standins.stripe.shapes import a_list, make, new_id

HOUR = 3600


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


def issue(desk: Desk, invoice: Record, *, later: bool = False, held: bool = False) -> None:
    """Save a draft; finalise it now, in an hour as Stripe does with renewals, or not by itself (`held`)."""
    desk.save("invoice", invoice)
    if held:
        invoice["auto_advance"] = False
        desk.save("invoice", invoice)
        desk.emit("invoice.created", invoice)
        return
    if later:
        invoice["automatically_finalizes_at"] = invoice["created"] + HOUR
        set_due(desk, "finalize_invoice", invoice, invoice["automatically_finalizes_at"])
        desk.save("invoice", invoice)
    desk.emit("invoice.created", invoice)
    if not later:
        finalize(desk, invoice)


def set_due(desk: Desk, what: str, invoice: Record, when: int | None) -> None:
    clock = clock_of(desk, invoice["customer"])
    desk.stripe.clockwork.at(desk, what, invoice["id"], when, clock=clock)


def finalize(desk: Desk, invoice: Record) -> None:
    """Number an invoice and open it. One with nothing due is paid at once. Collecting is another step."""
    now, customer = desk.now(invoice), desk.get("customer", invoice["customer"])
    invoice["starting_balance"] = customer["balance"]
    total(desk, invoice)
    set_due(desk, "finalize_invoice", invoice, None)
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
        mark_paid(desk, invoice)


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
        mark_paid(desk, invoice)
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
        mark_paid(desk, invoice)
    elif intent["status"] == "requires_payment_method":
        invoice["attempt_count"] -= 1 if invoice["attempt_count"] else 0
        _uncollected(desk, invoice)


def mark_paid(desk: Desk, invoice: Record, *, out_of_band: bool = False) -> None:
    from standins.stripe.lifecycle import invoice_ended

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
    set_due(desk, "retry_invoice", invoice, None)
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
    from standins.stripe.lifecycle import invoice_ended

    days = desk.stripe.dunning["retry_days"]
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    again = None
    reason = invoice["billing_reason"]
    if invoice["auto_advance"] and reason != "subscription_create" and invoice["attempt_count"] <= len(days):
        again = desk.now(invoice) + int(days[invoice["attempt_count"] - 1] * DAY)
    invoice["next_payment_attempt"] = again
    set_due(desk, "retry_invoice", invoice, again)
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


def void(desk: Desk, invoice: Record) -> None:
    """Make an open invoice as if it had never been owed."""
    close(desk, invoice, "void", "voided_at")
    if invoice["_intent"]:
        withdraw(desk, desk.get("payment_intent", invoice["_intent"]), "void_invoice")
    desk.emit("invoice.voided", invoice)


def close(desk: Desk, invoice: Record, status: str, moment: str) -> None:
    invoice |= {"status": status, "next_payment_attempt": None, "auto_advance": False}
    invoice["status_transitions"][moment] = desk.now(invoice)
    set_due(desk, "retry_invoice", invoice, None)
    desk.save("invoice", invoice)
