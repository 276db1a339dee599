"""Calls to make: who has not confirmed, and whom no text reaches although a booking stands."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.requests import FirmRequest
from clients.models import ContactPoint
from outbox.models import Consent
from scheduling.models import Booking
from tenants.places import current_firm
from web.access import Can, requires

MOST = 100


@requires(Can.SEE_BOOKINGS)
@require_GET
def call_list(request: FirmRequest) -> HttpResponse:
    """Calls of today and tomorrow that nobody has confirmed, and calls ahead whose family ended texts."""
    now = timezone.now()
    midnight = timezone.localtime(now, current_firm().zone).replace(hour=0, minute=0, second=0, microsecond=0)
    ahead = (
        Booking.objects.visible_to(request.user)
        .standing()
        .filter(starts_at__gt=now)
        .select_related("service", "advocate", "contact")
        .prefetch_related("contact__points")
        .order_by("starts_at")
    )
    last_word = Consent.objects.filter(number=OuterRef("value")).order_by("-at", "-id").values("given")[:1]
    ended = ContactPoint.objects.filter(contact=OuterRef("contact"), kind="phone").annotate(
        given=Subquery(last_word)
    )
    context = {
        "unconfirmed": ahead.filter(confirmed_at=None, starts_at__lt=midnight + timedelta(days=2))[:MOST],
        "texts_off": ahead.filter(Exists(ended.filter(given=False)))[:MOST],
    }
    return render(request, "desk/calls.html", context)
