"""Where Stripe's webhooks about Roundtable's own account arrive: signed over the raw body."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing import keeping
from billing.models import PlanEvent, Subscription
from billing.providers import stripe
from billing.tasks import act_now
from tenants import due
from tenants.hosts import firm_by_id
from tenants.places import FirmRef, in_public, within
from tenants.tasks import run_later


def _says(words: str, status: int) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain")


@csrf_exempt
@require_POST
def platform(request: HttpRequest) -> HttpResponse:
    """Notes the event, once, and answers; the work comes after."""
    secret = settings.STRIPE_WEBHOOK_SECRET
    if not secret or not stripe.is_on():
        return _says("Webhooks are off here.", 404)
    try:
        told = stripe.told(request.body, request.headers.get("Stripe-Signature", ""), secret=secret)
    except stripe.Forged:
        return _says("The signature is wrong.", 400)
    if told.live != stripe.is_live():
        return _says("This event is of another mode than our key.", 400)
    if told.account:
        return _says("Events of connected accounts have their own address.", 200)
    with in_public(), transaction.atomic():
        _note(told)
    return _says("Noted.", 200)


def _note(told: stripe.Told) -> None:
    firm, at = _firm_of(told.customer), timezone.now()
    event, new = PlanEvent.objects.get_or_create(
        event_id=told.id[:80],
        defaults={
            "kind": told.kind[:80], "object_id": told.object_id[:120], "firm_id": firm.id if firm else None,
            "received_at": at, "done_at": None if firm else at,
        },
    )  # fmt: skip
    if new and firm is not None:
        with within(firm):
            due.plan(keeping.EVENT, event.pk, due_at=at)
            run_later(act_now, keys=[event.pk])


def _firm_of(customer: str) -> FirmRef | None:
    row = Subscription.objects.filter(customer_id=customer).first() if customer else None
    return firm_by_id(row.firm_id) if row else None
