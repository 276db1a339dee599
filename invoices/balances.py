"""What is owed, paid, credited: always summed from the ledger, never kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import OuterRef, Subquery, Sum, UUIDField
from django.db.models.functions import Cast, Substr
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from invoices.models import Invoice
from payments import ledger, paying
from payments.models import Account, Entry, EntryLine, Payment


def _by_invoice(lines: Any) -> Iterator[tuple[str, int]]:
    """(subject of an invoice, sum) of lines, whether they are about the invoice or about a payment of it."""
    own = lines.filter(entry__about__startswith="invoice:").order_by()
    yield from own.values_list("entry__about").annotate(sum=Sum("amount"))
    paid = lines.filter(entry__about__startswith="payment:").order_by()
    key = Cast(Substr(OuterRef("entry__about"), len("payment:") + 1), UUIDField())
    subject = Subquery(Payment.objects.filter(pk=key).values("subject")[:1])
    yield from paid.annotate(subject=subject).values_list("subject").annotate(sum=Sum("amount"))


def all_outstanding(*, currency: str) -> dict[UUID, int]:
    """What is still to pay of every invoice that has something to pay, in two queries."""
    sums: dict[str, int] = {}
    for subject, sum_ in _by_invoice(
        EntryLine.objects.filter(account=Account.RECEIVABLE, entry__currency=currency)
    ):
        sums[subject] = sums.get(subject, 0) + int(sum_)
    return {UUID(subject.removeprefix("invoice:")): sum_ for subject, sum_ in sums.items() if sum_ > 0 and subject.startswith("invoice:")}  # fmt: skip


def about(invoices: Iterable[Invoice]) -> dict[str, UUID]:
    """What the ledger's entries of these invoices are about: the invoice itself, and each payment of it."""
    subjects = {invoice.subject: invoice.pk for invoice in invoices}
    payments = Payment.objects.filter(subject__in=subjects).values_list("pk", "subject")
    return subjects | {f"payment:{pk}": subjects[subject] for pk, subject in payments}


def outstanding_of(invoices: Iterable[Invoice]) -> dict[UUID, int]:
    """What is still to pay of each invoice, in minor units, in two queries."""
    rows = list(invoices)
    whose = about(rows)
    sums = (
        EntryLine.objects.filter(account=Account.RECEIVABLE, entry__about__in=whose)
        .values_list("entry__about")
        .annotate(sum=Sum("amount"))
    )
    found = {invoice.pk: 0 for invoice in rows}
    for name, sum_ in sums:
        found[whose[name]] += int(sum_)
    return found


def entries_of(invoice: Invoice) -> list[Entry]:
    """The ledger's entries of an invoice and its payments, in their order, with their lines."""
    rows = Entry.objects.filter(about__in=about([invoice])).select_related("by").prefetch_related("lines")
    return list(rows.order_by("at", "written_at"))


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


def open_of(family: UUID, *, currency: str) -> list[Invoice]:
    """A family's invoices with something to pay, the oldest due first."""
    rows = list(Invoice.objects.filter(family=family, currency=currency).order_by("due_on", "year", "number"))
    owed = outstanding_of(rows)
    return [row for row in rows if owed[row.pk] > 0]


@transaction.atomic
def spread_credit(family: UUID, *, currency: str, by: User | None, at: datetime, chosen: Iterable[Invoice] = ()) -> list[tuple[Invoice, int]]:  # fmt: skip
    """Pays invoices from a family's credit: the chosen ones in their order, else the open ones, the oldest due first.

    Answers (invoice, amount) pairs. What is left stays the family's credit.
    """
    audit.take_turn()
    rows = list(chosen) or open_of(family, currency=currency)
    return [(row, used) for row in rows if (used := use_credit(row, by=by, at=at))]


def settled(invoice: Invoice, *, at: datetime) -> None:
    """After what is owed has changed without a payment: a payment page that is open asks for too much and is closed,
    and reminders that wait are called off once there is nothing left to pay."""
    from invoices import reminding

    transaction.on_commit(lambda: paying.withdraw(invoice.subject, at=at))
    reminding.look_again(invoice, at=at)


def status_words(invoice: Invoice, owed: int, *, today: date, credited_amount: int = 0) -> tuple[str, str]:
    """(kind of chip, words) for an invoice with so much still to pay."""
    if owed > 0:
        if invoice.due_on < today:
            return "late", _("Overdue")
        return "info", _("To pay")
    if credited_amount >= invoice.total and invoice.total:
        return "", _("Credited")
    return "ok", _("Paid")
