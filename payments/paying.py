"""Asking for money, noticing that it came, giving it back. Each call to Stripe has its key in the database first."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts import audit
from payments.models import Charge, Checkout, Event, Refund, StripeAccount
from payments.providers import stripe
from payments.providers.stripe import Refused, Unavailable
from payments.signals import payment_settled
from tenants import due
from tenants.tasks import run_later

EVENT, CHECK, REFUND = "payments.event", "payments.check", "payments.refund"
# Stripe's shortest is half an hour after it has the request; a minute is for the way there.
PAY_WITHIN = timedelta(minutes=31)


def account() -> StripeAccount | None:
    """The firm's account when it can be paid into."""
    return StripeAccount.objects.filter(charges_enabled=True).first() if stripe.is_on() else None


def ask(
    subject: str, *, name: str, amount: int, currency: str, success_url: str, cancel_url: str, language: str,
    email: str = "", at: datetime,
) -> Checkout:  # fmt: skip
    """A page to pay on, for half an hour; while one is open for the subject it is that one.

    Raises Unavailable, after which asking again repeats the same call, and Refused.
    """
    into = account()
    if into is None:
        raise Refused("the firm takes no cards")
    with transaction.atomic():
        known = Checkout.objects.select_for_update(of=("self",)).filter(subject=subject, ended_at=None, charge=None, expires_at__gt=at).first()  # fmt: skip
        checkout = known or Checkout.objects.create(
            subject=subject, amount=amount, currency=currency, account_id=into.account_id, opened_at=at,
            expires_at=at + PAY_WITHIN,
        )  # fmt: skip
        if known is None:
            due.plan(CHECK, str(checkout.pk), due_at=checkout.expires_at + timedelta(minutes=1))
    if checkout.session_id:
        return checkout
    try:
        opened = stripe.open_session(
            account=checkout.account_id, key=checkout.idempotency_key, subject=subject, name=name,
            amount=checkout.amount, currency=checkout.currency, expires_at=checkout.expires_at,
            success_url=success_url, cancel_url=cancel_url, language=language, email=email,
        )  # fmt: skip
    except Refused:
        Checkout.objects.filter(pk=checkout.pk).update(ended_at=at)
        raise
    Checkout.objects.filter(pk=checkout.pk).update(session_id=opened.id, url=opened.url)
    checkout.session_id, checkout.url = opened.id, opened.url
    return checkout


def settle(checkout: Checkout, *, at: datetime) -> None:
    """Looks at Stripe how it stands, and says so once it is paid or over. In whatever order events came: the same end."""
    if checkout.session_id is None:
        # Never opened, or its answer was lost: nobody was shown the page, so nobody paid.
        _end(checkout, at=at)
        return
    now = stripe.session(checkout.session_id, account=checkout.account_id)
    if now.paid:
        _paid(checkout, now, at=at)
    elif now.status != "open" or at >= checkout.expires_at + timedelta(hours=1):
        _end(checkout, at=at)


def _paid(checkout: Checkout, session: stripe.Session, *, at: datetime) -> None:
    with transaction.atomic():
        checkout = Checkout.objects.select_for_update().get(pk=checkout.pk)
        charge, new = Charge.objects.get_or_create(
            checkout=checkout,
            defaults={
                "payment_intent": session.payment_intent, "amount": session.amount, "currency": session.currency,
                "paid_at": at,
            },
        )  # fmt: skip
        if new:
            audit.record("charge.made", by=None, at=at, about=charge, amount=charge.amount)
            payment_settled.send(Checkout, checkout=checkout, paid=True, at=at)
        due.settle(CHECK, str(checkout.pk))


def _end(checkout: Checkout, *, at: datetime) -> None:
    with transaction.atomic():
        checkout = Checkout.objects.select_for_update().get(pk=checkout.pk)
        if checkout.ended_at is None and not Charge.objects.filter(checkout=checkout).exists():
            checkout.ended_at = at
            checkout.save(update_fields=["ended_at"])
            payment_settled.send(Checkout, checkout=checkout, paid=False, at=at)
        due.settle(CHECK, str(checkout.pk))


def withdraw(subject: str, *, at: datetime) -> None:
    """What was asked for the subject need not be paid any more. A payment on its way still counts, and is settled."""
    for checkout in Checkout.objects.open(at=at).filter(subject=subject):
        try:
            stripe.expire(checkout.session_id or "", account=checkout.account_id)
        except (Refused, Unavailable):
            continue  # paid or expired this moment, or no answer: the check finds out
        _end(checkout, at=at)


def charge_for(subject: str) -> Charge | None:
    return Charge.objects.filter(checkout__subject=subject).select_related("checkout").first()


def give_back(subject: str, *, reason: str, at: datetime) -> None:
    """Plans to give back all that was paid for the subject and is not on its way back yet."""
    for charge in Charge.objects.filter(checkout__subject=subject, refunds=None):
        give_back_charge(charge, reason=reason, at=at)


@transaction.atomic
def give_back_charge(charge: Charge, *, reason: str, at: datetime) -> Refund:
    """Plans to give back a whole payment, once for each reason."""
    from payments.tasks import refund_now

    refund, new = Refund.objects.get_or_create(
        charge=charge, reason=reason, defaults={"amount": charge.amount, "asked_at": at}
    )
    if new:
        audit.record("refund.asked", by=None, at=at, about=refund, amount=refund.amount)
        due.plan(REFUND, str(refund.pk), due_at=at)
        run_later(refund_now, keys=[str(refund.pk)])
    return refund


def make_refunds(keys: list[str], at: datetime) -> None:
    """Asks Stripe for each refund that is due. One without an answer stays due, and is asked for with the same key."""
    for refund in Refund.objects.filter(pk__in=keys).select_related("charge__checkout"):
        if refund.made_at is None and not refund.refused:
            try:
                refund.provider_id = stripe.refund(
                    refund.charge.payment_intent, amount=refund.amount, account=refund.charge.checkout.account_id,
                    key=refund.idempotency_key,
                )  # fmt: skip
                refund.made_at = at
            except Refused as problem:
                refund.refused = str(problem)
            except Unavailable:
                continue
            refund.save(update_fields=["provider_id", "made_at", "refused"])
        due.settle(REFUND, str(refund.pk))


def check_checkouts(keys: list[str], at: datetime) -> None:
    """Looks after checkouts whose time is over, in case no webhook came."""
    for checkout in Checkout.objects.filter(pk__in=keys):
        try:
            settle(checkout, at=at)
        except Unavailable:
            continue
        except Refused:
            _end(checkout, at=at)


def act_on_events(keys: list[str], at: datetime) -> None:
    """Acts on what Stripe told: fetches the object, whatever the event said of it."""
    for event in Event.objects.filter(pk__in=keys):
        try:
            if event.done_at is None and event.kind.startswith("checkout.session."):
                for checkout in Checkout.objects.filter(session_id=event.object_id):
                    settle(checkout, at=at)
            elif event.done_at is None and event.kind == "account.updated":
                refresh_account(event.object_id)
        except Unavailable:
            continue
        with transaction.atomic():
            Event.objects.filter(pk=event.pk, done_at=None).update(done_at=at)
            due.settle(EVENT, event.pk)


def refresh_account(account_id: str) -> None:
    """Notes whether the account can be paid into."""
    StripeAccount.objects.filter(account_id=account_id).update(charges_enabled=stripe.can_charge(account_id))
