"""Where Stripe's webhooks about firms' accounts arrive: on the public host, signed over the raw body."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments import hearing
from payments.models import Event
from payments.providers import stripe
from payments.tasks import act_now
from tenants import due
from tenants.numbers import firm_of_account
from tenants.places import within
from tenants.tasks import run_later


@csrf_exempt
@require_POST
def connect(request: HttpRequest) -> HttpResponse:
    """Notes the event, once, and answers; the work comes after."""
    secret = settings.STRIPE_CONNECT_WEBHOOK_SECRET
    if not secret:
        return HttpResponse("Webhooks are off here.", status=404, content_type="text/plain")
    try:
        told = stripe.told(request.body, request.headers.get("Stripe-Signature", ""), secret=secret)
    except stripe.Forged:
        return HttpResponse("The signature is wrong.", status=400, content_type="text/plain")
    if told.live != stripe.is_live():
        # A firm's account sends what happens in its test mode to a live address too: nothing went wrong, and none of it
        # is money of ours.
        return HttpResponse(status=204)
    firm = firm_of_account(told.account) if told.account else None
    if firm is None:
        # An account that was never ours, or is no longer: nothing to do, and nothing to send again.
        return HttpResponse(status=204)
    at = timezone.now()
    with within(firm), transaction.atomic():
        _event, new = Event.objects.get_or_create(
            event_id=told.id[:120],
            defaults={
                "kind": told.kind[:80],
                "object_id": told.object_id[:120],
                "account_id": told.account[:80],
                "received_at": at,
            },
        )
        if new:
            due.plan(hearing.EVENT, told.id[:80], due_at=at)
            run_later(act_now, keys=[told.id[:80]])
    return HttpResponse(status=204)
