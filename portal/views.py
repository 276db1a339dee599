"""The family's front door."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clients.models import Student
from scheduling.models import Booking
from web.access import Can, requires


@requires(Can.VISIT_PORTAL)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    ahead = (
        Booking.objects.visible_to(user)
        .standing()
        .filter(ends_at__gte=timezone.now())
        .select_related("service", "advocate")
    )
    return render(request, "portal/home.html", {"bookings": ahead, "students": Student.objects.visible_to(user)})


@requires(Can.VISIT_SHARED_PAGE)
@require_GET
def guest(request: HttpRequest) -> HttpResponse:
    """What a school guest sees while no page is shared with them."""
    return render(request, "portal/guest.html")
