"""How each payment, fee and refund stands in the ledger. Each is written once, whoever asks again."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from payments import ledger
from payments.ledger import Account, Entry, Line, Overdrawn, credit, debit
from payments.models import Payment, Refund


def purse(payment: Payment) -> Account:
    """Where the money lies: client money apart from the firm's, even while it is at Stripe."""
    if payment.account == Account.TRUST_HELD:
        return Account.TRUST_CASH
    return Account.OPERATING_CASH if payment.is_by_hand else Account.STRIPE


def payment_lines(payment: Payment) -> list[Line]:
    whose = {"party": payment.party, "matter": payment.case_id}
    return [
        debit(purse(payment), payment.amount),
        credit(Account(payment.account), payment.amount - payment.excess, **whose),
        credit(Account.FAMILY_CREDIT, payment.excess, party=payment.party),
    ]


def book_payment(payment: Payment) -> Entry:
    return ledger.post(
        "payment", payment_lines(payment), key=f"payment:{payment.pk}", about=f"payment:{payment.pk}",
        at=payment.paid_at, by=payment.recorded_by, currency=payment.currency,
    )  # fmt: skip


def book_fee(payment: Payment) -> Entry | None:
    """What Stripe keeps comes out of the firm's money, never out of a family's."""
    if not payment.fee:
        return None
    return ledger.post(
        "fee", [debit(Account.FEES, payment.fee), credit(Account.STRIPE, payment.fee)], key=f"fee:{payment.pk}",
        about=f"payment:{payment.pk}", at=payment.paid_at, by=None, currency=payment.currency,
    )  # fmt: skip


def book_void(payment: Payment, *, by: User, at: datetime) -> Entry:
    """Raises Overdrawn when the money has been used since."""
    return ledger.reverse(book_payment(payment), at=at, by=by, kind="payment.void", key=f"void:{payment.pk}")


def refund_lines(refund: Refund) -> list[Line]:
    payment = refund.payment
    return [
        debit(
            Account(payment.account),
            refund.amount - refund.from_excess,
            party=payment.party,
            matter=payment.case_id,
        ),
        debit(Account.FAMILY_CREDIT, refund.from_excess, party=payment.party),
        credit(purse(payment), refund.amount),
    ]


def book_refund(refund: Refund) -> Entry:
    """Taken out when it is asked for, so that nothing else can use it. Raises Overdrawn."""
    known = Entry.objects.filter(key=f"refund:{refund.pk}").first()
    return known or ledger.post(
        "refund", refund_lines(refund), key=f"refund:{refund.pk}", about=f"payment:{refund.payment_id}",
        at=refund.asked_at, by=refund.by, currency=refund.payment.currency,
    )  # fmt: skip


def book_done_refund(refund: Refund) -> bool:
    """Of a refund that was made at Stripe without us: whether the money was still there. If not, the family owes it."""
    try:
        book_refund(refund)
    except Overdrawn:
        ledger.post(
            "refund", [debit(Account.RECEIVABLE, refund.amount, party=refund.payment.party, matter=refund.payment.case_id), credit(Account.STRIPE, refund.amount)],
            key=f"refund:{refund.pk}", about=f"payment:{refund.payment_id}", at=refund.asked_at, by=None,
            currency=refund.payment.currency,
        )  # fmt: skip
        return False
    return True


def unbook_refund(refund: Refund, *, at: datetime) -> Entry:
    """The money did not go back: it is where it was."""
    return ledger.reverse(
        book_refund(refund), at=at, by=None, kind="refund.failed", key=f"refund.failed:{refund.pk}"
    )
