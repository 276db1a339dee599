"""Asking for money and noticing that it came. Each call to Stripe has its key in the database first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from payments import bookkeeping, notices, subjects
from payments.ledger import Account
from payments.models import Checkout, Finding, Payment, StripeAccount, new_key
from payments.providers import stripe
from payments.providers.stripe import Refused, Revoked, Unavailable
from payments.refunding import NOT_DUE, give_back, give_back_payment, look_at, refund, report
from payments.signals import payment_settled
from tenants import due, throttle

__all__ = ["AlreadyPaid", "OnItsWay", "account", "ask", "check_checkouts", "give_back", "give_back_payment", "look", "payment_for", "refund", "settle", "withdraw"]  # fmt: skip

CHECK = "payments.check"
# Stripe's shortest is half an hour after it has the request; a minute is for the way there.
PAY_WITHIN = timedelta(minutes=31)
# So long a first request may be on its way; after that a new page is asked for, which again is good for half an hour.
FIRST_REQUEST = timedelta(seconds=50)
NEW_KEY_AFTER = 2  # tries without an answer
BANK_CHECK = timedelta(hours=6)
LOOKS = 30  # in ten minutes, for one page


class AlreadyPaid(Exception):
    """It was paid on an earlier page, of which we only heard now; the message is a sentence."""


class OnItsWay(Exception):
    """A bank has the debit, and answers in some days; the message is a sentence."""


def account() -> StripeAccount | None:
    """The firm's account when it can be paid into."""
    found = StripeAccount.objects.current() if stripe.is_on() else None
    return found if found and found.charges_enabled else None


def ask(
    subject: str, *, name: str, amount: int, currency: str, success_url: str, cancel_url: str, language: str,
    email: str = "", bank: bool = False, at: datetime,
) -> Checkout:  # fmt: skip
    """A page to pay `amount` minor units on, for half an hour; while one is open for the subject it is that one.

    A page that asks for something else is closed first, so that nobody pays twice. `name` stands on the page. `bank`
    lets a bank account be debited, which takes days. Raises AlreadyPaid, OnItsWay, Unavailable (asking again repeats
    the same call), Refused, WrongCurrency and Revoked.
    """
    into = account()
    if into is None:
        raise Refused(_("This firm takes no cards."))
    wording = {
        "name": name[:200], "success_url": success_url, "cancel_url": cancel_url, "language": language, "email": email,
        "bank": bank,
    }  # fmt: skip
    checkout = _checkout(subject, amount=amount, currency=currency, account_id=into.account_id, wording=wording, at=at)  # fmt: skip
    if checkout.session_id:
        return checkout
    try:
        opened = stripe.open_session(
            account=checkout.account_id, key=checkout.idempotency_key, checkout=str(checkout.pk), subject=subject,
            amount=checkout.amount, currency=checkout.currency, expires_at=checkout.expires_at, **checkout.wording,
        )  # fmt: skip
    except Revoked:
        end_account(into, because=StripeAccount.Ended.REVOKED, at=at)
        raise
    except Refused:
        if _give_up(checkout, at=at):
            raise
        checkout.refresh_from_db()  # another tab asked with a newer key, and has its page
        return checkout
    except Unavailable:
        _try_again(checkout)
        raise
    return _opened(checkout, opened)


def _opened(checkout: Checkout, opened: stripe.Session) -> Checkout:
    """Keeps the page that came first. Another tab may have asked with a newer key, or closed the request meanwhile:
    then this page is shown to nobody."""
    unopened = Checkout.objects.unsettled().filter(pk=checkout.pk, session_id=None)
    unopened.update(session_id=opened.id, url=opened.url)
    checkout.refresh_from_db()
    if checkout.session_id != opened.id:
        _expire(opened.id, account_id=checkout.account_id)
    if checkout.settled_at or not checkout.session_id:
        raise Unavailable("closed meanwhile")
    return checkout


def _checkout(subject: str, *, amount: int, currency: str, account_id: str, wording: dict[str, Any], at: datetime) -> Checkout:  # fmt: skip
    """The one open request for a subject, as it is asked for now."""
    while True:
        known = Checkout.objects.unsettled().filter(subject=subject).first()
        if known and not _is_still_right(
            known, amount=amount, currency=currency, account_id=account_id, at=at
        ):
            _close(known, at=at)
        elif known:
            return known
        try:
            with transaction.atomic():
                made = Checkout.objects.create(
                    subject=subject, amount=amount, currency=currency, account_id=account_id, opened_at=at,
                    expires_at=at + PAY_WITHIN, wording=wording,
                )  # fmt: skip
                due.plan(CHECK, str(made.pk), due_at=made.expires_at + timedelta(minutes=1))
                _is_still_owed(subject, amount)
            return made
        except IntegrityError:
            continue  # another tab was first this moment: its page is the one


def _is_still_owed(subject: str, amount: int) -> None:
    """Asked after the row is written: while an earlier page of the subject was open, or is being settled by another
    process, the row cannot be. So what was paid on that page is seen here. Raises AlreadyPaid."""
    try:
        owed = subjects.due(subject)
    except subjects.UnknownSubject:
        return
    if owed.state == subjects.State.PAID or (owed.state == subjects.State.OPEN and owed.amount < amount):
        raise AlreadyPaid(_("This is paid. Thank you!"))


def _is_still_right(known: Checkout, *, amount: int, currency: str, account_id: str, at: datetime) -> bool:
    if known.processing_at:
        return False
    good = known.expires_at > at if known.session_id else at <= known.opened_at + FIRST_REQUEST
    return good and (known.amount, known.currency, known.account_id) == (amount, currency, account_id)


def _close(known: Checkout, *, at: datetime) -> None:
    """Closes an earlier page for good. Raises AlreadyPaid or OnItsWay when it was used, Unavailable when nobody knows."""
    if not known.session_id and _give_up(known, at=at):
        return
    known.refresh_from_db()
    if not known.processing_at:
        assert known.session_id
        _expire(known.session_id, account_id=known.account_id)
    settle(known, at=at)
    known.refresh_from_db()
    if Payment.objects.filter(checkout=known).exists():
        raise AlreadyPaid(_("This is paid. Thank you!"))
    if known.settled_at is None:
        raise OnItsWay(_("Your payment is on its way. A bank takes up to five days."))


def _expire(session_id: str, *, account_id: str) -> None:
    try:
        stripe.expire(session_id, account=account_id)
    except Revoked:
        raise
    except Refused:
        return  # paid or expired already: looking at it tells which


def _try_again(checkout: Checkout) -> None:
    """Nobody was shown the page: once the key has failed often enough, the next try is another request."""
    tries = checkout.tries + 1
    fresh = {"idempotency_key": new_key(), "tries": 0} if tries >= NEW_KEY_AFTER else {"tries": tries}
    Checkout.objects.filter(pk=checkout.pk, session_id=None).update(**fresh)


def settle(checkout: Checkout, *, at: datetime) -> None:
    """Looks at Stripe how it stands, and says so once it is paid or over. In whatever order events came: the same end."""
    if checkout.session_id is None:
        if _give_up(checkout, at=at):
            return
        checkout.refresh_from_db()
        assert checkout.session_id
    now = stripe.session(checkout.session_id, account=checkout.account_id)
    if now.paid:
        _paid(checkout, now, at=at)
        payment = Payment.objects.select_related("checkout").get(checkout=checkout)
        if now.payment and now.payment.refunded > payment.given_back:
            look_at(payment, at=at)  # told of before the payment was, or not at all
    elif now.is_processing:
        _processing(checkout, now, at=at)
    elif now.status != "open":
        _end(checkout, at=at, failure=now.payment.failure if now.payment else "")


def look(subject: str, *, at: datetime) -> None:
    """Asks Stripe about the subject's open page, for a payer who is back from it: their browser may be quicker than the
    webhook, and a webhook may be lost. Without an answer nothing changes."""
    checkout = Checkout.objects.unsettled().filter(subject=subject).exclude(session_id=None).first()
    if checkout is None or not throttle.may(
        "look", str(checkout.pk), limit=LOOKS, within=timedelta(minutes=10), at=at
    ):
        return
    try:
        settle(checkout, at=at)
    except (Refused, Unavailable):
        return


def _paid(checkout: Checkout, session: stripe.Session, *, at: datetime) -> None:
    assert session.payment
    with transaction.atomic():
        # In this order everywhere: the checkout, the subject's own locks, the turn of the firm's log and ledger.
        checkout = Checkout.objects.select_for_update().get(pk=checkout.pk)
        subjects.take_lock(checkout.subject)
        audit.take_turn()
        known = Payment.objects.filter(checkout=checkout).first()
        if known is None:
            payment = _note(checkout, session, session.payment, at=at)
            Checkout.objects.filter(pk=checkout.pk).update(
                settled_at=at, payment_intent=session.payment.intent
            )
            checkout.refresh_from_db()
            audit.record("payment.made", by=None, at=at, about=payment, amount=payment.amount)
            subjects.tell_paid(payment)
            payment_settled.send(Checkout, checkout=checkout, paid=True, at=at)
            if payment.excess:
                refund(payment, amount=payment.excess, reason="", by=None, at=at, cause=NOT_DUE)
            notices.receipt(payment, at=at)
        elif known.fee is None and session.payment.fee is not None:
            Payment.objects.filter(pk=known.pk).update(fee=session.payment.fee)
            known.fee = session.payment.fee
            bookkeeping.book_fee(known)
        due.settle(CHECK, str(checkout.pk))


def _note(checkout: Checkout, session: stripe.Session, money: stripe.Paid, *, at: datetime) -> Payment:
    """The row and the entries of money that came, credited to what it is for and to whom."""
    owed, account_, excess = None, Account.EARNED, 0
    try:
        kind, _pk = subjects.kind_of(checkout.subject)
        owed, account_ = subjects.due(checkout.subject), kind.account
        same = owed.currency == session.currency
        if account_ != Account.TRUST_HELD and kind.gives_back_excess:
            excess = max(0, session.amount - (owed.amount if same else 0))
    except subjects.UnknownSubject:
        pass  # money is money: it is noted, and staff see that nothing is known of what it was for
    contact = owed.contact if owed else None
    names = subjects.names(checkout.subject)
    what = names.get(checkout.wording.get("language") or "en", "")
    payment = Payment.objects.create(
        checkout=checkout, subject=checkout.subject, what=what, names=names, method=money.method, amount=session.amount,
        currency=session.currency, paid_at=at, recorded_at=at, payment_intent=money.intent, charge_id=money.charge,
        shown=money.shown, fee=money.fee, account=account_, excess=excess, contact=contact,
        payer=contact.name if contact else money.name, email=(contact.email if contact else "") or money.email,
        student=owed.student if owed else None, case=owed.case if owed else None, party=owed.party if owed else None,
    )  # fmt: skip
    bookkeeping.book_payment(payment)
    bookkeeping.book_fee(payment)
    return payment


def _processing(checkout: Checkout, session: stripe.Session, *, at: datetime) -> None:
    """A bank debit: known to be on its way, and looked at again until the bank has answered."""
    assert session.payment
    with transaction.atomic():
        checkout = Checkout.objects.select_for_update().get(pk=checkout.pk)
        if checkout.settled_at is None:
            checkout.processing_at = checkout.processing_at or at
            checkout.payment_intent = session.payment.intent
            checkout.save(update_fields=["processing_at", "payment_intent"])
            due.plan(CHECK, str(checkout.pk), due_at=at + BANK_CHECK)


def _give_up(checkout: Checkout, *, at: datetime) -> bool:
    """Ends a request without a page: never opened, or its answer was lost, so nobody was shown it and nobody paid.
    False when its page came this moment: somebody may be paying on it, and only Stripe can close it."""
    with transaction.atomic():
        fresh = Checkout.objects.select_for_update().get(pk=checkout.pk)
        if fresh.session_id:
            return False
        _end(fresh, at=at)
    return True


def _end(checkout: Checkout, *, at: datetime, failure: str = "") -> None:
    with transaction.atomic():
        checkout = Checkout.objects.select_for_update().get(pk=checkout.pk)
        if checkout.settled_at is None:
            checkout.settled_at, checkout.failure = at, failure
            checkout.save(update_fields=["settled_at", "failure"])
            payment_settled.send(Checkout, checkout=checkout, paid=False, at=at)
            if checkout.processing_at:
                notices.debit_failed(checkout, at=at)
        due.settle(CHECK, str(checkout.pk))


def withdraw(subject: str, *, at: datetime) -> None:
    """What was asked for the subject need not be paid any more. A payment on its way still counts, and is settled."""
    for checkout in Checkout.objects.unsettled().filter(subject=subject, processing_at=None):
        if not checkout.session_id and _give_up(checkout, at=at):
            continue
        checkout.refresh_from_db()
        assert checkout.session_id
        try:
            stripe.expire(checkout.session_id, account=checkout.account_id)
        except (Refused, Unavailable):
            continue  # paid or expired this moment, or no answer: the check finds out
        _end(checkout, at=at)


def payment_for(subject: str) -> Payment | None:
    return Payment.objects.standing().filter(subject=subject).select_related("checkout").order_by("paid_at").first()  # fmt: skip


def check_checkouts(keys: list[str], at: datetime) -> None:
    """Looks after checkouts whose time is over, in case no webhook came."""
    for checkout in Checkout.objects.filter(pk__in=keys):
        try:
            settle(checkout, at=at)
            if Checkout.objects.unsettled().filter(pk=checkout.pk, processing_at=None).exists():
                due.plan(CHECK, str(checkout.pk), due_at=at + timedelta(minutes=5))
        except Unavailable:
            continue
        except Refused as problem:
            report(Finding.Kind.OUT_OF_REACH, f"checkout:{checkout.pk}", str(problem), at=at)
            _end(checkout, at=at)


def end_account(into: StripeAccount, *, because: str, at: datetime, by: Any = None) -> None:
    """Takes no more payments into an account; what was asked there is withdrawn as far as we still may."""
    with transaction.atomic():
        if not StripeAccount.objects.filter(pk=into.pk, ended_at=None).update(
            ended_at=at, ended_because=because, charges_enabled=False
        ):
            return
        audit.record("stripe.ended", by=by, at=at, about=into, because=str(because))
        if because == StripeAccount.Ended.REVOKED:
            notices.account_revoked(into, at=at)
    for subject in (
        Checkout.objects.unsettled().filter(account_id=into.account_id).values_list("subject", flat=True)
    ):
        withdraw(subject, at=at)
