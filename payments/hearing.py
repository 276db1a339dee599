"""What Stripe told: acted on by fetching the object, whatever the event said of it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from payments import connecting, disputing, paying, refunding
from payments.models import Checkout, Event, Payment, Refund
from payments.providers import stripe
from payments.providers.stripe import Refused, Unavailable
from tenants import due

EVENT = "payments.event"


def act_on_events(keys: list[str], at: datetime) -> None:
    """Acts on each event once; one without an answer from Stripe stays due."""
    for event in Event.objects.filter(pk__in=keys):
        if event.done_at is None:
            try:
                _act(event, at=at)
            except Unavailable:
                continue
            except Refused:
                pass  # the object is gone, or we may not see it: the nightly comparison says if that matters
        with transaction.atomic():
            Event.objects.filter(pk=event.pk, done_at=None).update(done_at=at)
            due.settle(EVENT, event.pk)


def _act(event: Event, *, at: datetime) -> None:
    kind, id_ = event.kind, event.object_id
    if kind.startswith("checkout.session."):
        for checkout in Checkout.objects.filter(session_id=id_):
            paying.settle(checkout, at=at)
    elif kind.startswith("payment_intent."):
        for checkout in Checkout.objects.unsettled().filter(payment_intent=id_, account_id=event.account_id):
            paying.settle(checkout, at=at)
    elif kind == "charge.refunded":
        _look_at_refunds(stripe.intent_of_charge(id_, account=event.account_id), event, at=at)
    elif kind.startswith(("refund.", "charge.refund.")):
        known = Refund.objects.filter(provider_id=id_).select_related("payment").first()
        intent = (
            known.payment.payment_intent if known else stripe.refund_of(id_, account=event.account_id).intent
        )
        _look_at_refunds(intent or "", event, at=at)
    elif kind.startswith("charge.dispute."):
        _note_dispute(id_, event, at=at)
    elif kind in {"account.updated", "account.application.deauthorized"}:
        connecting.refresh(event.account_id, at=at)


def _ours(intent: str, event: Event) -> Payment | None:
    rows = Payment.objects.select_related("checkout")
    return rows.filter(Q(payment_intent=intent) & Q(checkout__account_id=event.account_id)).first()


def _look_at_refunds(intent: str, event: Event, *, at: datetime) -> None:
    payment = _ours(intent, event)
    if payment:
        refunding.look_at(payment, at=at)


def _note_dispute(id_: str, event: Event, *, at: datetime) -> None:
    found = stripe.dispute(id_, account=event.account_id)
    payment = _ours(found.intent, event)
    if payment:
        disputing.note(payment, found, at=at)
