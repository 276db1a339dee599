"""Credit notes: an invoice is taken back, whole or in part, by an amount or by its lines; what was paid too much goes where
it is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from invoices import balances, counting, retaining
from invoices.issuing import CannotIssue, next_number
from invoices.models import CreditNote, CreditNoteLine, Invoice, InvoiceLine, Retainer
from payments import ledger, refunding, subjects
from payments.models import Account, Payment
from payments.money import allocate, say
from tenants.places import current_firm


@dataclass(frozen=True)
class Left:
    """What can still be credited of a line, in minor units: `net` is after the discount and before tax, `gone` what was
    credited of it, `whole_tax` the line's share of the invoice's tax."""

    line: InvoiceLine
    net: int
    gone: int
    whole_tax: int

    def tax_of(self, part: int) -> int:
        """The tax that belongs to so much more of the line. Counted from nothing up, so that parts add up to the whole."""
        whole = self.gone + self.net
        return counting.tax_within(self.gone + part, of=whole, tax=self.whole_tax) - counting.tax_within(self.gone, of=whole, tax=self.whole_tax)  # fmt: skip

    @property
    def total(self) -> int:
        return self.net + self.tax_of(self.net)


def left_of_lines(invoice: Invoice) -> list[Left]:
    """The lines of an invoice of which something is left, in their order.

    The tax of an invoice is counted once; here it is spread over the taxed lines, so that all lines credited come to it.
    """
    lines = list(invoice.lines.all())  # type: ignore[attr-defined]
    gone = dict(CreditNoteLine.objects.filter(line__invoice=invoice).values_list("line").annotate(sum=Sum("amount")).order_by())  # fmt: skip
    found = []
    for line, whole in zip(lines, _taxes(invoice, lines), strict=True):
        net, before = line.amount - line.discount, gone.get(line.pk, 0)
        if net > before:
            found.append(Left(line, net - before, before, whole))
    return found


def _taxes(invoice: Invoice, lines: Sequence[InvoiceLine]) -> list[int]:
    nets = [line.amount - line.discount if line.taxed else 0 for line in lines]
    return allocate(invoice.tax, nets) if invoice.tax else [0] * len(lines)


@transaction.atomic
def credit(
    invoice: Invoice, *, reason: str, by: User, at: datetime, amount: int = 0, lines: Sequence[tuple[InvoiceLine, int]] = (),
    free: bool = False, give_back: bool = False, to_retainer: bool = False, idempotency_key: str = "",
) -> CreditNote:  # fmt: skip
    """Takes back a part of an invoice, or all that is left of it.

    Either an `amount` in minor units, tax included, or `lines`: pairs of a line and what is credited of it, after its
    share of the discount and before tax, which is added. With `free` the work of lines of which nothing is left then may be
    billed again, as that of an invoice taken back whole always may.
    What was paid too much then is given back the way it came with `give_back`, the latest payment first, or becomes client
    money of the case's open retainer again with `to_retainer`; all else becomes the family's credit. Raises CannotIssue.
    """
    subjects.take_lock(invoice.subject)
    audit.take_turn()
    known = CreditNote.objects.filter(idempotency_key=idempotency_key).first() if idempotency_key else None
    if known:
        if known.invoice_id != invoice.pk or (amount and known.amount != amount):
            raise CannotIssue(_("This key was used for another request."))
        return known
    if give_back and to_retainer:
        raise CannotIssue(_("It goes back to the family or into the retainer, not both."))
    retainer = Retainer.objects.open().filter(case=invoice.case_id, currency=invoice.currency).first() if to_retainer else None  # fmt: skip
    if to_retainer and retainer is None:
        raise CannotIssue(_("This case has no open retainer to put it into."))
    amount, tax = _of_lines(invoice, lines) if lines else (amount, None)
    tax = _check(invoice, amount, tax)
    note = _write(invoice, amount=amount, tax=tax, lines=lines, free=free, reason=reason, by=by, at=at, key=idempotency_key)  # fmt: skip
    _place_surplus(invoice, note, give_back=give_back, retainer=retainer, by=by, at=at)
    audit.record("invoice.credited", by=by, at=at, about=invoice, note=note.label, amount=amount)
    balances.settled(invoice, at=at)
    return note


def _of_lines(invoice: Invoice, lines: Sequence[tuple[InvoiceLine, int]]) -> tuple[int, int]:
    """(amount with tax, the tax in it) of parts of lines."""
    left = {row.line.pk: row for row in left_of_lines(invoice)}
    tax = net = 0
    for line, part in lines:
        row = left.get(line.pk)
        if row is None or not 0 < part <= row.net:
            there = say(row.net if row else 0, invoice.currency)
            raise CannotIssue(_("At most %(left)s of “%(line)s” can be credited.") % {"left": there, "line": line.description})  # fmt: skip
        net += part
        tax += row.tax_of(part)
    # A note over an amount may have taken some of the tax before.
    tax = min(tax, invoice.tax - balances.credited(invoice)[1])
    return net + tax, tax


def _check(invoice: Invoice, amount: int, tax: int | None) -> int:
    """The tax in what is credited, once it is clear that so much is left. Raises CannotIssue."""
    before, tax_before = balances.credited(invoice)
    left = invoice.total - before - balances.written_off(invoice)
    net_left = invoice.total - invoice.tax - (before - tax_before)
    tax_left = invoice.tax - tax_before
    if tax is None:
        share = counting.tax_within(before + amount, of=invoice.total, tax=invoice.tax) - tax_before
        tax = max(amount - net_left, min(share, tax_left, amount), 0)
    if not 0 < amount <= left or amount - tax > net_left or tax > tax_left:
        raise CannotIssue(_("At most %(left)s of this invoice can be credited.") % {"left": say(left, invoice.currency)})  # fmt: skip
    return tax


def _write(
    invoice: Invoice, *, amount: int, tax: int, lines: Sequence[tuple[InvoiceLine, int]], free: bool, reason: str, by: User,
    at: datetime, key: str,
) -> CreditNote:  # fmt: skip
    today = timezone.localdate(at, current_firm().zone)
    left = {row.line.pk: row.net for row in left_of_lines(invoice)} if lines else {}
    note = CreditNote.objects.create(
        year=today.year, number=next_number(CreditNote, today.year), invoice=invoice, amount=amount, tax=tax, reason=reason,
        voids=balances.credited(invoice)[0] + amount == invoice.total, issued_on=today, issued_by=by, issued_at=at,
        idempotency_key=key or None,
    )  # fmt: skip
    CreditNoteLine.objects.bulk_create(
        CreditNoteLine(note=note, line=line, amount=part, frees=free and part == left[line.pk])
        for line, part in lines
    )
    whose = {"party": invoice.family_id, "matter": invoice.case_id}
    ledger.post(
        "invoice.credited",
        [
            ledger.debit(Account.EARNED, amount - tax, **whose),
            ledger.debit(Account.TAX_OWED, tax, **whose),
            ledger.credit(Account.RECEIVABLE, amount, **whose),
        ],
        key=f"credit-note:{note.pk}", about=invoice.subject, at=at, by=by, currency=invoice.currency,
    )  # fmt: skip
    return note


def _place_surplus(invoice: Invoice, note: CreditNote, *, give_back: bool, retainer: Retainer | None, by: User, at: datetime) -> None:  # fmt: skip
    """Where what was paid too much goes."""
    whose = {"party": invoice.family_id, "matter": invoice.case_id}
    if give_back:
        _give_back(invoice, -balances.outstanding(invoice), reason=note.reason, by=by, at=at)
    too_much = -balances.outstanding(invoice)
    if too_much <= 0:
        return
    if retainer:
        # It was earned and is so no more: it leaves the firm's own account for the one with client money.
        lines = [
            ledger.debit(Account.RECEIVABLE, too_much, **whose), ledger.credit(Account.OPERATING_CASH, too_much),
            ledger.debit(Account.TRUST_CASH, too_much), ledger.credit(Account.TRUST_HELD, too_much, **whose),
        ]  # fmt: skip
        kind = "invoice.returned_to_retainer"
    else:
        lines = [ledger.debit(Account.RECEIVABLE, too_much, **whose), ledger.credit(Account.FAMILY_CREDIT, too_much, **whose)]  # fmt: skip
        kind = "invoice.kept_as_credit"
    ledger.post(
        kind, lines, key=f"credit-note:{note.pk}:credit", about=invoice.subject, at=at, by=by, currency=invoice.currency,
    )  # fmt: skip
    if retainer:
        audit.record(
            "retainer.refilled", by=by, at=at, about=retainer, invoice=invoice.label, amount=too_much
        )
        retaining.topped_up(retainer)


def _give_back(invoice: Invoice, amount: int, *, reason: str, by: User, at: datetime) -> None:
    """Refunds so much of what was paid for an invoice, the latest payment first."""
    done = 0
    for payment in Payment.objects.standing().filter(subject=invoice.subject).order_by("-paid_at", "-pk"):
        part = 0 if payment.is_disputed else min(amount - done, payment.left)
        if part > 0:
            refunding.refund(payment, amount=part, reason=reason, by=by, at=at)
            done += part
