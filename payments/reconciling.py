"""The nightly comparison: Stripe's own lists, our rows and the ledger must say the same.

What can be proved is mended: a payment or refund of ours that we had not heard of, a fee, an entry that is missing. The
rest is listed for a person.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction

from accounts import audit
from payments import bookkeeping, connecting, disputing, ledger, paying, refunding
from payments.models import Checkout, Dispute, Entry, Finding, Payment, Refund, StripeAccount
from payments.models.money_in import DISPUTES_OVER
from payments.money import say
from payments.providers import stripe
from payments.providers.stripe import ProviderCharge, ProviderRefund, Refused, Unavailable
from payments.refunding import report

# Bank debits and their refunds may change for so long; Stripe's own lists are read that far back.
LOOK_BACK = timedelta(days=60)
# What is younger may still be on its way to us.
YOUNG = timedelta(minutes=10)


@dataclass
class Report:
    """What one comparison looked at, mended and could not mend."""

    payments: int = 0
    refunds: int = 0
    mended: int = 0
    findings: int = 0
    unreachable: int = 0

    @property
    def is_clean(self) -> bool:
        return not (self.findings or self.unreachable)


def reconcile_due(keys: list[str], at: datetime) -> None:
    connecting.plan_comparison(at=at)  # first, so that a night on which all goes wrong is not the last
    reconcile(at=at)


def reconcile(*, at: datetime, since: datetime | None = None) -> Report:
    """Compares, mends and lists; what stays open is in `Finding`. `since` is how far back Stripe's lists are read."""
    told = Report()
    for account in StripeAccount.objects.all():
        try:
            connecting.refresh(account.account_id, at=at)
            account.refresh_from_db()
            if account.ended_because != StripeAccount.Ended.REVOKED:
                _compare(account, told, since=since or at - LOOK_BACK, at=at)
        except (Unavailable, Refused):
            told.unreachable += 1
    _check_ledger(told, at=at)
    told.findings = Finding.objects.open().count()
    audit.record("payments.reconciled", by=None, at=at, **asdict(told))
    return told


def _compare(account: StripeAccount, told: Report, *, since: datetime, at: datetime) -> None:
    seen: dict[str, ProviderCharge] = {}
    for charge in stripe.charges(account=account.account_id, since=since):
        if charge.status == "succeeded" and charge.checkout:
            seen[charge.intent] = charge
            told.payments += 1
    back: dict[str, list[ProviderRefund]] = {}
    for refund in stripe.refunds(account=account.account_id, since=since):
        if refund.intent:
            back.setdefault(refund.intent, []).append(refund)
            told.refunds += 1
    for charge in seen.values():
        _compare_charge(charge, told, at=at)
    ours = Payment.objects.filter(checkout__account_id=account.account_id).select_related("checkout")
    for payment in ours.filter(paid_at__gte=since, paid_at__lt=at - YOUNG).iterator():
        if payment.payment_intent not in seen:
            # A bank debit was charged days before it was paid: asked for by itself.
            _compare_alone(payment, told, at=at)
    for payment in ours.filter(payment_intent__in=back).prefetch_related("refunds"):
        _compare_refunds(payment, back[payment.payment_intent or ""], told, at=at)
    _compare_disputes(account, told, since=since, at=at)
    made = Refund.objects.standing().filter(
        payment__checkout__account_id=account.account_id, provider_id__isnull=False
    )
    known = {refund.id for rows in back.values() for refund in rows}
    for row in made.filter(made_at__gte=since, made_at__lt=at - YOUNG).exclude(provider_id__in=known):
        report(Finding.Kind.MISSING_REFUND, f"refund:{row.provider_id}", row.amount_words, at=at)


def _compare_charge(charge: ProviderCharge, told: Report, *, at: datetime) -> None:
    payment = Payment.objects.filter(payment_intent=charge.intent).first()
    if payment is None:
        checkout = Checkout.objects.filter(pk=charge.checkout).first() if _is_id(charge.checkout) else None
        if checkout and checkout.session_id:
            with suppress(Refused):  # a page that Stripe does not know: the payment is listed below
                paying.settle(checkout, at=at)
            payment = Payment.objects.filter(payment_intent=charge.intent).first()
        if payment is None:
            report(
                Finding.Kind.UNKNOWN_PAYMENT,
                f"charge:{charge.id}",
                say(charge.amount, charge.currency),
                at=at,
            )
            return
        told.mended += 1
    if (payment.amount, payment.currency) != (charge.amount, charge.currency):
        both = f"{say(charge.amount, charge.currency)}, {payment.amount_words}"
        report(Finding.Kind.OTHER_AMOUNT, f"payment:{payment.pk}", both, at=at)
    elif payment.fee is None and payment.checkout:
        paying.settle(payment.checkout, at=at)
        told.mended += Payment.objects.filter(pk=payment.pk, fee__isnull=False).count()


def _is_id(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4


def _compare_alone(payment: Payment, told: Report, *, at: datetime) -> None:
    assert payment.checkout
    try:
        now = stripe.session(payment.checkout.session_id or "", account=payment.checkout.account_id)
    except Refused:
        now = None
    if now is None or not now.paid:
        report(Finding.Kind.MISSING_PAYMENT, f"payment:{payment.pk}", payment.amount_words, at=at)
    elif (now.amount, now.currency) != (payment.amount, payment.currency):
        report(Finding.Kind.OTHER_AMOUNT, f"payment:{payment.pk}", payment.amount_words, at=at)


def _compare_refunds(payment: Payment, found: list[ProviderRefund], told: Report, *, at: datetime) -> None:
    known = {row.provider_id: row for row in payment.refunds.all()}
    for refund in found:
        row = known.get(refund.id)
        gone = refund.status in {"failed", "canceled"}
        if row is None or (gone and not row.failed_at):
            row = refunding.note(payment, refund, at=at)
            told.mended += 1
        if row.amount != refund.amount:
            both = f"{say(refund.amount, refund.currency)}, {say(row.amount, refund.currency)}"
            report(Finding.Kind.OTHER_AMOUNT, f"refund:{row.pk}", both, at=at)


def _compare_disputes(account: StripeAccount, told: Report, *, since: datetime, at: datetime) -> None:
    """Each of Stripe's transactions about a dispute of ours has its entry. One opened longer ago that is not decided is
    asked for by itself."""
    ours = Payment.objects.filter(checkout__account_id=account.account_id).select_related("checkout", "case")
    found = {row.id: row for row in stripe.disputes(account=account.account_id, since=since)}
    open_ = (
        Dispute.objects.filter(payment__in=ours)
        .exclude(status__in=DISPUTES_OVER)
        .exclude(provider_id__in=found)
    )
    for id_ in open_.values_list("provider_id", flat=True):
        found[id_] = stripe.dispute(id_, account=account.account_id)
    by_intent = {
        row.payment_intent: row
        for row in ours.filter(payment_intent__in={row.intent for row in found.values()})
    }
    for row in found.values():
        if payment := by_intent.get(row.intent):
            told.mended += bool(disputing.note(payment, row, at=at))


def _check_ledger(told: Report, *, at: datetime) -> None:
    """Each payment, fee and refund has its entry, with its own lines; and all of the ledger adds up to zero."""
    there = set(Entry.objects.filter(key__startswith="payment:").values_list("key", flat=True))
    there |= set(
        Entry.objects.filter(key__regex="^(fee|refund|refund.failed|void):").values_list("key", flat=True)
    )
    for payment in Payment.objects.select_related("checkout", "recorded_by").order_by("paid_at").iterator():
        if f"payment:{payment.pk}" not in there:
            _mend(
                lambda payment=payment: bookkeeping.book_payment(payment),
                f"payment:{payment.pk}",
                told,
                at=at,
            )  # type: ignore[misc]
        if payment.fee and f"fee:{payment.pk}" not in there:
            _mend(lambda payment=payment: bookkeeping.book_fee(payment), f"payment:{payment.pk}", told, at=at)  # type: ignore[misc]
    for refund in Refund.objects.select_related("payment", "by").order_by("asked_at").iterator():
        if f"refund:{refund.pk}" not in there:
            _mend(
                lambda refund=refund: bookkeeping.book_done_refund(refund), f"refund:{refund.pk}", told, at=at
            )  # type: ignore[misc]
        if (refund.failed_at or refund.refused) and f"refund.failed:{refund.pk}" not in there:
            _mend(
                lambda refund=refund: bookkeeping.unbook_refund(refund, at=at),
                f"refund:{refund.pk}",
                told,
                at=at,
            )  # type: ignore[misc]
    for currency, off in ledger.out_of_balance().items():
        report(Finding.Kind.LEDGER, f"ledger:{currency}", say(off, currency), at=at)
    for currency, off in _difference().items():
        report(Finding.Kind.LEDGER, f"purses:{currency}", say(off, currency), at=at)


def _mend(post: object, about: str, told: Report, *, at: datetime) -> None:
    assert callable(post)
    try:
        with transaction.atomic():
            post()
        told.mended += 1
    except (ledger.Conflict, ledger.Overdrawn, ledger.Unbalanced) as problem:
        report(Finding.Kind.LEDGER, about, str(problem), at=at)


def _difference() -> dict[str, int]:
    """By how much the ledger's entries about payments differ, in each currency, from what came less what went back."""
    rows: dict[str, int] = {}
    for currency, amount in Payment.objects.standing().values_list("currency", "amount").iterator():
        rows[currency] = rows.get(currency, 0) + amount
    for currency, amount in Refund.objects.standing().values_list("payment__currency", "amount").iterator():
        rows[currency] = rows.get(currency, 0) - amount
    booked: dict[str, int] = {}
    purses = [ledger.Account.STRIPE, ledger.Account.OPERATING_CASH, ledger.Account.TRUST_CASH]
    kinds = ["payment", "payment.void", "refund", "refund.failed"]
    lines = ledger.EntryLine.objects.filter(account__in=purses, entry__kind__in=kinds)
    for currency, amount in lines.values_list("entry__currency", "amount").iterator():
        booked[currency] = booked.get(currency, 0) + amount
    off = {currency: booked.get(currency, 0) - rows.get(currency, 0) for currency in rows | booked}
    return {currency: amount for currency, amount in off.items() if amount}
