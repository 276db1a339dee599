"""A person's bookings in the calendar of their phone: a secret address, shown once, that can be switched off."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_http_methods
from icalendar import Calendar, Event

from accounts import audit
from accounts.models import User
from accounts.requests import FirmRequest
from accounts.secrets import digest
from scheduling.models import Booking, CalendarFeed
from tenants.places import current_firm
from web.access import Can, requires

FORM = require_http_methods(["GET", "HEAD", "POST"])
BACK, AHEAD = timedelta(days=60), timedelta(days=365)


def new_address(user: User, *, at: datetime) -> str:
    """A new secret address; the one before stops working."""
    secret = secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(
        user=user, defaults={"digest": digest("feed", secret), "made_at": at}
    )
    audit.record("feed.made", by=user, at=at, about=user)
    return current_firm().url(f"/feeds/{secret}.ics")


@requires(Can.SEE_BOOKINGS, even_read_only=True)
@FORM
def feed_settings(request: FirmRequest) -> HttpResponse:
    """Makes an address, shows it this once, or switches it off."""
    context: dict[str, Any] = {"feed": CalendarFeed.objects.filter(user=request.user).first()}
    if request.method == "POST" and request.POST.get("do") == "off":
        CalendarFeed.objects.filter(user=request.user).delete()
        audit.record("feed.removed", by=request.user, at=timezone.now(), about=request.user)
        return redirect("calendar-feed")
    if request.method == "POST":
        context["address"] = new_address(request.user, at=timezone.now())
    return render(request, "scheduling/feed.html", context)


def calendar(user: User, *, at: datetime) -> bytes:
    """Their own bookings from two months back to a year ahead. The family's name, no child's."""
    found = Calendar()
    found.add("prodid", "-//Roundtable//EN")
    found.add("version", "2.0")
    found.add("x-wr-calname", current_firm().name)
    rows = Booking.objects.standing().filter(advocate=user).between(at - BACK, at + AHEAD)
    for booking in rows.select_related("service", "contact").order_by("starts_at"):
        event = Event()
        event.add("uid", f"{booking.pk}@{current_firm().host}")
        event.add("sequence", booking.sequence)
        event.add("dtstamp", at)
        event.add("dtstart", booking.starts_at)
        event.add("dtend", booking.ends_at)
        event.add("summary", f"{booking.service.local_name}, {booking.contact.name}")
        event.add("url", current_firm().url(f"/bookings/{booking.pk}/"))
        if booking.meeting_url or booking.service.place:
            event.add("location", booking.meeting_url or booking.service.place)
        found.add_component(event)
    return bytes(found.to_ical())


@require_GET
def feed(request: FirmRequest, secret: str) -> HttpResponse:
    """The calendar at its address; 404 for an address that was never one or is none any more."""
    row = CalendarFeed.objects.select_related("user").filter(digest=digest("feed", secret)).first()
    if row is None or not row.user.is_active or not row.user.can(Can.SEE_BOOKINGS):
        raise Http404
    with override(row.user.language):
        response = HttpResponse(
            calendar(row.user, at=timezone.now()), content_type="text/calendar; charset=utf-8"
        )
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = f'inline; filename="{_("Calendar").lower()}.ics"'
    return response
