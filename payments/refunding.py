"""Giving money back: planned in a row, made by the worker with a key that was written down before."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from payments import bookkeeping, notices, subjects
from payments.ledger import Overdrawn
from payments.models import Finding, Payment, Refund, new_key
from payments.money import say
from payments.providers import stripe
from payments.providers.stripe import ProviderRefund, Refused, Unavailable
from tenants import due
from tenants.tasks import run_later
from web.again import LATELY

REFUND = "payments.refund"
NOT_DUE = "not due"
NEW_KEY_AFTER = 4  # tries without an answer, each of which looked first whether the refund is there


class CannotRefund(ValueError):
    """This cannot be given back; the message is a sentence."""


@transaction.atomic
def refund(
    payment: Payment, *, amount: int, reason: str, by: User | None, at: datetime, once: str | None = None,
    cause: str = "",
) -> Refund:  # fmt: skip
    """Gives part of a payment back, in minor units; what came by hand is noted as given back by hand.

    `once` names the request: the same one again answers the refund it made. Raises CannotRefund when it is more than
    is left of the payment, or when client money has been used since.
    """
    audit.take_turn()  # two that ask at once ask one after the other
    payment = Payment.objects.select_for_update(of=("self",)).select_related("checkout").get(pk=payment.pk)
    known = Refund.objects.filter(once=once).first() if once else None
    if known:
        if (known.payment_id, known.amount) != (payment.pk, amount):
            raise CannotRefund(
                _("This was already used to give back something else. Please reload the page.")
            )
        return known
    if payment.is_disputed:
        raise CannotRefund(_("The payer’s bank took this payment back. It cannot be given back here too."))
    left = payment.left
    if amount <= 0 or amount > left:
        raise CannotRefund(_("At most %(left)s can be given back.") % {"left": say(left, payment.currency)} if left else _("All of it has gone back already."))  # fmt: skip
    made = Refund(
        payment=payment, amount=amount, reason=reason[:200], by=by, asked_at=at, once=once, cause=cause,
        from_excess=_from_excess(payment, amount, cause), made_at=at if payment.is_by_hand else None,
    )  # fmt: skip
    made.save()
    try:
        bookkeeping.book_refund(made)
    except Overdrawn as short:
        raise CannotRefund(str(short)) from None
    audit.record("refund.asked", by=by, at=at, about=made, amount=amount)
    subjects.tell_returned(payment, made)
    if not payment.is_by_hand:
        from payments.tasks import refund_now

        due.plan(REFUND, str(made.pk), due_at=at)
        run_later(refund_now, keys=[str(made.pk)])
    return made


def twin(payment: Payment, *, amount: int, at: datetime, once: str | None) -> Refund | None:
    """As much of this payment that somebody gave back minutes ago, by another request than this one."""
    rows = Refund.objects.standing().filter(
        payment=payment, amount=amount, by__isnull=False, asked_at__gt=at - LATELY
    )
    return (rows.exclude(once=once) if once else rows).first()


def _from_excess(payment: Payment, amount: int, cause: str) -> int:
    """How much comes out of what was paid above what was due: all of what the system gives back for that, else the rest."""
    gone = list(payment.refunds.standing().values_list("amount", "from_excess"))
    excess = payment.excess - sum(part for _amount, part in gone)
    if cause == NOT_DUE:
        return min(amount, excess)
    main = payment.amount - payment.excess - sum(whole - part for whole, part in gone)
    return amount - min(amount, main)


def give_back(subject: str, *, reason: str, at: datetime) -> None:
    """Plans to give back all that was paid for the subject and is not on its way back yet."""
    for payment in Payment.objects.standing().filter(subject=subject, checkout__isnull=False):
        give_back_payment(payment, reason=reason, at=at)


@transaction.atomic
def give_back_payment(payment: Payment, *, reason: str, at: datetime) -> Refund | None:
    """Plans to give back what is left of a payment, once for each reason; None when nothing is."""
    audit.take_turn()
    payment = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    known = payment.refunds.filter(cause=reason).first()
    if known or not payment.left or payment.is_disputed:
        return known
    return refund(payment, amount=payment.left, reason="", by=None, at=at, cause=reason)


def make_refunds(keys: list[str], at: datetime) -> None:
    """Asks Stripe for each refund that is due. One without an answer stays due.

    Stripe keeps even a failure under its key: after one, the next try looks for the refund by the id it carries, then
    asks again with the key, and with a new one once that has failed often enough.
    """
    for row in Refund.objects.filter(pk__in=keys).select_related("payment__checkout"):
        if row.made_at is None and not row.refused:
            try:
                found = _make(row)
            except Refused as problem:
                not_made(row, why=str(problem), at=at)
            except Unavailable:
                Refund.objects.filter(pk=row.pk).update(tries=row.tries + 1)
                continue
            else:
                made(row, found, at=at)
        due.settle(REFUND, str(row.pk))


def _make(row: Refund) -> ProviderRefund:
    checkout, intent = row.payment.checkout, row.payment.payment_intent
    assert checkout
    assert intent
    if row.tries:
        for found in stripe.refunds_of(intent, account=checkout.account_id):
            if found.refund == str(row.pk):
                return found
        if row.tries >= NEW_KEY_AFTER:
            row.idempotency_key, row.tries = new_key(), 0
            row.save(update_fields=["idempotency_key", "tries"])
    return stripe.refund(
        intent, amount=row.amount, account=checkout.account_id, key=row.idempotency_key, refund=str(row.pk)
    )


@transaction.atomic
def made(row: Refund, found: ProviderRefund, *, at: datetime) -> None:
    """Stripe has the refund."""
    audit.take_turn()
    row = Refund.objects.select_for_update(of=("self",)).select_related("payment").get(pk=row.pk)
    if row.provider_id is None:
        row.provider_id, row.made_at = found.id, at
        row.save(update_fields=["provider_id", "made_at"])
        notices.refund_made(row, at=at)
    if found.status in {"failed", "canceled"}:
        failed(row, at=at)


@transaction.atomic
def not_made(row: Refund, *, why: str, at: datetime) -> None:
    """Stripe said no: the money is where it was, and the owner is told."""
    audit.take_turn()
    row = Refund.objects.select_for_update(of=("self",)).select_related("payment").get(pk=row.pk)
    if row.refused or row.provider_id:
        return
    bookkeeping.unbook_refund(row, at=at)
    row.refused = why[:300] or "refused"
    row.save(update_fields=["refused"])
    subjects.tell_paid(row.payment)
    notices.refund_failed(row, at=at)


@transaction.atomic
def failed(row: Refund, *, at: datetime) -> None:
    """It came back from the payer's bank: the money is at the account again, and the owner is told."""
    audit.take_turn()
    row = Refund.objects.select_for_update(of=("self",)).select_related("payment").get(pk=row.pk)
    if row.failed_at or row.refused:
        return
    bookkeeping.unbook_refund(row, at=at)
    row.failed_at = at
    row.save(update_fields=["failed_at"])
    audit.record("refund.failed", by=None, at=at, about=row, amount=row.amount)
    subjects.tell_paid(row.payment)
    notices.refund_failed(row, at=at)


def look_at(payment: Payment, *, at: datetime) -> None:
    """Brings our refunds of a payment in step with Stripe's, those made on its own pages included."""
    assert payment.checkout
    assert payment.payment_intent
    for found in stripe.refunds_of(payment.payment_intent, account=payment.checkout.account_id):
        note(payment, found, at=at)


def note(payment: Payment, found: ProviderRefund, *, at: datetime) -> Refund:
    """Our row of a refund that Stripe has; made where there is none."""
    row = payment.refunds.filter(provider_id=found.id).first()
    if row is None and found.refund:
        row = payment.refunds.filter(pk=found.refund, provider_id=None).first()
    if row is None:
        row = _made_elsewhere(payment, found, at=at)
    made(row, found, at=at)
    return row


@transaction.atomic
def _made_elsewhere(payment: Payment, found: ProviderRefund, *, at: datetime) -> Refund:
    audit.take_turn()
    payment = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    row, new = Refund.objects.get_or_create(
        provider_id=found.id,
        defaults={
            "payment": payment, "amount": found.amount, "asked_at": found.made_at, "made_at": found.made_at,
            "made_in_dashboard": True, "from_excess": _from_excess(payment, found.amount, ""),
        },
    )  # fmt: skip
    if new:
        if not bookkeeping.book_done_refund(row):
            report(
                Finding.Kind.TRUST_SHORT, f"payment:{payment.pk}", say(found.amount, found.currency), at=at
            )
        audit.record("refund.found", by=None, at=at, about=row, amount=row.amount)
        subjects.tell_returned(payment, row)
    return row


def report(kind: str, about: str, detail: str, *, at: datetime) -> None:
    """Notes something a person must look at, once while it stays open."""
    row, new = Finding.objects.get_or_create(
        kind=kind,
        about=about[:140],
        closed_at=None,
        defaults={"detail": detail[:300], "found_at": at, "seen_at": at},
    )
    if not new:
        Finding.objects.filter(pk=row.pk).update(seen_at=at, detail=detail[:300])
