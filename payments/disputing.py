"""A payer's bank takes a payment back: what leaves the account, comes back and stays lost is in the ledger as it happens.

While the bank decides, the amount lies under `disputed` and the bill stays paid, so that nobody is asked twice. Lost, it
is owed again. Client money leaves the family's purse at once: it is not there to be used.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import audit
from payments import ledger, notices, subjects
from payments.ledger import Account, Entry, Line, Overdrawn, credit, debit
from payments.models import Dispute, Payment
from payments.providers.stripe import DisputeMove, ProviderDispute

LOST = "lost"


@transaction.atomic
def note(payment: Payment, found: ProviderDispute, *, at: datetime) -> int:
    """Brings a dispute of a payment in step with Stripe's; how many entries that took. Safe to run again."""
    subjects.take_lock(payment.subject)
    audit.take_turn()
    row, new = Dispute.objects.get_or_create(
        provider_id=found.id,
        defaults={
            "payment": payment, "amount": found.amount, "reason": found.reason[:60], "status": found.status,
            "opened_at": found.opened_at, "looked_at": at,
        },
    )  # fmt: skip
    before = "" if new else row.status
    row.status, row.looked_at = found.status, at
    row.save(update_fields=["status", "looked_at"])
    booked = sum(_book_move(row, move) for move in found.moves) + _book_end(row, at=at)
    if new:
        audit.record("dispute.opened", by=None, at=at, about=row, amount=row.amount)
        notices.disputed(row, at=at)
    if before != row.status and row.is_over:
        audit.record("dispute.ended", by=None, at=at, about=row, status=row.status)
        notices.dispute_ended(row, at=at)
    return booked


def _book_move(row: Dispute, move: DisputeMove) -> int:
    """What one of Stripe's own transactions about the dispute moved, and what it kept for it; entries made."""
    key = f"dispute:{move.id}"
    if Entry.objects.filter(key=key).exists():
        return 0
    payment = row.payment
    # In the payment's currency, as the payment was booked; what Stripe paid out in another says only which way it went.
    same = move.currency == payment.currency
    amount = abs(move.amount) if same else row.amount
    about: dict[str, Any] = {
        "about": f"payment:{payment.pk}",
        "at": move.made_at,
        "by": None,
        "currency": payment.currency,
    }
    if move.amount < 0:
        _withdraw(payment, amount, key=key, **about)
    elif move.amount > 0:
        first = Entry.objects.filter(key__startswith="dispute:", kind="dispute.withdrawn", about=about["about"]).order_by("written_at").last()  # fmt: skip
        lines = [_turned(line, amount) for line in first.lines.all()] if first else [debit(Account.STRIPE, amount), credit(Account.DISPUTED, amount)]  # fmt: skip
        ledger.post("dispute.reinstated", lines, key=key, **about)
        subjects.tell_paid(payment)
    if move.fee and same:
        lines = [debit(Account.FEES, move.fee), credit(Account.STRIPE, move.fee)]
        ledger.post("fee", lines, key=f"dispute.fee:{move.id}", **about)
    return 1


def _turned(line: ledger.EntryLine, amount: int) -> Line:
    side = -amount if line.amount > 0 else amount
    return Line(Account(line.account), side, party=line.party, matter=line.matter)


def _withdraw(payment: Payment, amount: int, **more: Any) -> None:
    whose = {"party": payment.party, "matter": payment.case_id}
    held = [debit(Account.TRUST_HELD, amount, **whose), credit(Account.TRUST_CASH, amount)]
    if payment.account == Account.TRUST_HELD:
        try:
            with transaction.atomic():
                ledger.post("dispute.withdrawn", held, **more)
            subjects.tell_returned(payment, None)
            return
        except Overdrawn:
            pass  # it was used: the firm's own money went
    own = [debit(Account.DISPUTED, amount), credit(Account.STRIPE, amount)]
    ledger.post("dispute.withdrawn", own, **more)


def _book_end(row: Dispute, *, at: datetime) -> int:
    """Lost, the amount that lies under `disputed` is owed again, or no longer earned; found to be won after all, not."""
    payment, key = row.payment, f"dispute.lost:{row.pk}"
    known = Entry.objects.filter(key=key).first()
    if known and row.status != LOST and not Entry.objects.filter(reverses=known).exists():
        ledger.reverse(known, at=at, by=None, kind="dispute.not_lost")
        subjects.tell_paid(payment)
        return 1
    if known or row.status != LOST:
        return 0
    lines = ledger.EntryLine.objects.filter(account=Account.DISPUTED, entry__about=f"payment:{payment.pk}")
    gone = min(row.amount, sum(lines.values_list("amount", flat=True)))
    if gone <= 0:
        return 0
    to = Account.EARNED if payment.account == Account.EARNED else Account.RECEIVABLE
    ledger.post(
        "dispute.lost",
        [debit(to, gone, party=payment.party, matter=payment.case_id), credit(Account.DISPUTED, gone)],
        key=key, about=f"payment:{payment.pk}", at=at, by=None, currency=payment.currency,
    )  # fmt: skip
    subjects.tell_returned(payment, None)
    return 1
