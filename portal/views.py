"""The family's front door."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.requests import FirmRequest
from clients.models import Student
from documents.models import Request
from scheduling.models import Booking
from web.access import Can, requires


@requires(Can.VISIT_PORTAL)
@require_GET
def home(request: FirmRequest) -> HttpResponse:
    user = request.user
    ahead = (
        Booking.objects.visible_to(user)
        .standing()
        .filter(ends_at__gte=timezone.now())
        .select_related("service", "advocate")
    )
    context = {
        "bookings": ahead,
        "students": Student.objects.visible_to(user),
        "asked": Request.objects.visible_to(user).open().select_related("student"),
    }
    return render(request, "portal/home.html", context)


@requires(Can.VISIT_SHARED_PAGE)
@require_GET
def guest(request: FirmRequest) -> HttpResponse:
    """What a school guest sees while no page is shared with them."""
    return render(request, "portal/guest.html")
