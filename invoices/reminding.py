"""Kind reminders of an invoice: before it is due, and twice after. They stop by themselves once nothing is owed."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from invoices import balances
from invoices.models import Invoice
from outbox import reasons, sending
from tenants import due
from tenants.places import current_firm

REMIND = "invoices.remind"
KIND = "bill-reminder"
# Days from the day it is due.
STEPS = (-3, 7, 21)
AT = time(10, 0)


def plan(invoice: Invoice, *, at: datetime) -> None:
    """Plans the reminders that still lie ahead, at ten in the morning by the firm's clock."""
    zone = current_firm().zone
    for days in STEPS:
        when = datetime.combine(invoice.due_on + timedelta(days=days), AT, zone)
        if when > at:
            due.plan(REMIND, f"{invoice.pk}/{days}", due_at=when)


def still_to_ask(invoice: Invoice) -> int:
    """What a reminder would ask for: what is owed, less the credit the family has with us."""
    owed = balances.outstanding(invoice)
    credit = sum(balances.credit_of(invoice.family_id, currency=invoice.currency).values())
    return max(0, owed - credit)


def look_again(invoice: Invoice, *, at: datetime) -> None:
    """Calls off what waits once nothing is owed; plans anew what lies ahead where something is owed again."""
    if balances.outstanding(invoice) > 0:
        plan(invoice, at=at)
        return
    due.settle(REMIND, *(f"{invoice.pk}/{days}" for days in STEPS))
    sending.call_off(subject=f"{invoice.subject}/reminder", reason=reasons.SETTLED, at=at)


def remind(keys: list[str], at: datetime) -> None:
    """Writes the reminders that are due, once each."""
    from invoices import telling

    for key in keys:
        pk, _slash, days = key.partition("/")
        invoice = Invoice.objects.select_related("case__student", "family").filter(pk=pk).first()
        if invoice is not None and still_to_ask(invoice) > 0 and not _overtaken(invoice, int(days), at=at):
            telling.remind(invoice, days=int(days), at=at)
        due.settle(REMIND, key)


def _overtaken(invoice: Invoice, days: int, *, at: datetime) -> bool:
    """Whether this reminder comes so late that another one says it now, or that its own words are no longer true."""
    today = at.astimezone(current_firm().zone).date()
    ahead = [step for step in STEPS if step > days]
    return (days < 0 and today > invoice.due_on) or any(
        today >= invoice.due_on + timedelta(days=n) for n in ahead
    )


def invoice_id(subject: str) -> UUID:
    """The invoice that a message's subject (“invoice:<id>/reminder”) names; an id of nothing when it names none."""
    try:
        return UUID(subject.removeprefix("invoice:").partition("/")[0])
    except ValueError:
        return UUID(int=0)


def held_back(message: Any, *, at: datetime) -> str:
    """Why a written reminder must not leave any more: paid or credited since it was written."""
    if message.kind != KIND or not message.subject.startswith("invoice:"):
        return ""
    invoice = Invoice.objects.filter(pk=invoice_id(message.subject)).first()
    return reasons.SETTLED if invoice is not None and not still_to_ask(invoice) else ""
