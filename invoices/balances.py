"""What is owed, paid, credited: always summed from the ledger, never kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from invoices.models import Invoice
from payments import ledger
from payments.models import Account, EntryLine
from payments.money import say

__all__ = ["allocate", "apply", "credit_of", "credited", "outstanding", "outstanding_of", "say", "settled", "use_credit", "written_off"]  # fmt: skip


class NotOwed(Exception):
    """There is not so much to pay; the message says how much is."""


def outstanding_of(invoices: Iterable[Invoice]) -> dict[UUID, int]:
    """What is still to pay of each invoice, in minor units, in one query."""
    subjects = {invoice.subject: invoice.pk for invoice in invoices}
    rows = (
        EntryLine.objects.filter(account=Account.RECEIVABLE, entry__about__in=subjects)
        .values_list("entry__about")
        .annotate(sum=Sum("amount"))
    )
    found = {subjects[about]: int(sum_) for about, sum_ in rows}
    return {pk: found.get(pk, 0) for pk in subjects.values()}


def outstanding(invoice: Invoice) -> int:
    """What is still to pay of an invoice, in minor units."""
    return outstanding_of([invoice])[invoice.pk]


def credited(invoice: Invoice) -> tuple[int, int]:
    """How much of an invoice was credited, and how much of that is tax."""
    sums = invoice.credit_notes.aggregate(amount=Sum("amount"), tax=Sum("tax"))  # type: ignore[attr-defined]
    return sums["amount"] or 0, sums["tax"] or 0


def written_off(invoice: Invoice) -> int:
    return invoice.write_offs.aggregate(sum=Sum("amount"))["sum"] or 0  # type: ignore[attr-defined]


def credit_of(family: UUID, *, currency: str) -> dict[UUID | None, int]:
    """What a family has paid too much, by the case it came from; only what is there."""
    rows = (
        ledger.lines(Account.FAMILY_CREDIT, party=family, currency=currency)
        .order_by("matter")
        .values_list("matter")
        .annotate(sum=Sum("amount"))
    )
    return {matter: -int(sum_) for matter, sum_ in rows if sum_ < 0}


@transaction.atomic
def use_credit(invoice: Invoice, *, by: User | None, at: datetime) -> int:
    """Pays an invoice from the family's credit, as far as it goes; what was paid so, in minor units."""
    audit.take_turn()
    owed, used = outstanding(invoice), 0
    for matter, there in credit_of(invoice.family_id, currency=invoice.currency).items():
        part = min(owed - used, there)
        if part <= 0:
            break
        ledger.post(
            "invoice.paid_from_credit",
            [
                ledger.debit(Account.FAMILY_CREDIT, part, party=invoice.family_id, matter=matter),
                ledger.credit(Account.RECEIVABLE, part, party=invoice.family_id, matter=invoice.case_id),
            ],
            key=f"{invoice.subject}:credit:{uuid4()}", about=invoice.subject, at=at, by=by, currency=invoice.currency,
        )  # fmt: skip
        used += part
    if used:
        audit.record("invoice.paid_from_credit", by=by, at=at, about=invoice, amount=used)
        settled(invoice, at=at)
    return used


def allocate(family: UUID, amount: int, *, currency: str, chosen: Iterable[Invoice] = ()) -> tuple[list[tuple[Invoice, int]], int]:  # fmt: skip
    """Divides a payment: over the chosen invoices in their order, else over the family's open ones, the oldest due first.

    Answers (invoice, part) pairs with parts above zero, and what is left over.
    """
    rows = list(chosen) or list(
        Invoice.objects.filter(family=family, currency=currency).order_by("due_on", "year", "number")
    )
    owed, parts = outstanding_of(rows), []
    for invoice in rows:
        part = min(amount, owed[invoice.pk])
        if part > 0:
            parts.append((invoice, part))
            amount -= part
    return parts, amount


def settled(invoice: Invoice, *, at: datetime) -> None:
    """After what is owed has changed: reminders that wait are called off once there is nothing left to pay."""
    from invoices import reminding

    reminding.look_again(invoice, at=at)


@transaction.atomic
def apply(
    family: UUID, amount: int, *, into: Account, currency: str, key: str, by: User | None, at: datetime,
    chosen: Iterable[Invoice] = (), matter: UUID | None = None, kind: str = "invoice.paid",
) -> tuple[list[tuple[Invoice, int]], int]:  # fmt: skip
    """Puts money that came to the invoices it pays, each its own entry; what is too much is kept as the family's credit.

    `into` is the account the money went to; `key` makes it happen once. Answers the parts and what became credit.
    """
    audit.take_turn()
    parts, rest = allocate(family, amount, currency=currency, chosen=chosen)
    for invoice, part in parts:
        ledger.post(
            kind,
            [ledger.debit(into, part), ledger.credit(Account.RECEIVABLE, part, party=family, matter=invoice.case_id)],
            key=f"{key}:{invoice.pk}", about=invoice.subject, at=at, by=by, currency=currency,
        )  # fmt: skip
    if rest:
        ledger.post(
            "family.overpaid",
            [ledger.debit(into, rest), ledger.credit(Account.FAMILY_CREDIT, rest, party=family, matter=matter)],
            key=f"{key}:credit", about=f"family:{family}", at=at, by=by, currency=currency,
        )  # fmt: skip
    for invoice, _part in parts:
        settled(invoice, at=at)
    return parts, rest


def status_words(invoice: Invoice, owed: int, *, today: object, credited_amount: int = 0) -> tuple[str, str]:
    """(kind of chip, words) for an invoice with so much still to pay."""
    if owed > 0:
        if invoice.due_on < today:  # type: ignore[operator]
            return "late", _("Overdue")
        return "info", _("Open")
    if credited_amount >= invoice.total and invoice.total:
        return "", _("Credited")
    return "ok", _("Paid")
