"""The staff's calendar: a week, a day or a list of bookings and of time kept free."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.requests import FirmRequest
from scheduling.models import Block, Booking, Closure
from web.access import Can, requires
from web.calendars import Event, week
from web.paging import page_of

DAY = timedelta(days=1)
VIEWS = ("week", "day", "list")


def chosen_day(request: FirmRequest, today: date) -> date:
    """The day in the address, else today."""
    try:
        day = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today
    return day if 2000 < day.year < 2200 else today


def _person(request: FirmRequest) -> User | None:
    """Whose calendar it is narrowed to, for those who see all."""
    if not request.user.can(Can.SEE_ALL_BOOKINGS):
        return None
    try:
        return User.objects.advocates().filter(pk=UUID(request.GET.get("person", ""))).first()
    except ValueError:
        return None


@requires(Can.SEE_BOOKINGS)
@require_GET
def booking_list(request: FirmRequest) -> HttpResponse:
    """The calendar: `view` is week, day or list; `on` is a day; `person` narrows it."""
    now, zone = timezone.now(), request.firm.zone
    today = now.astimezone(zone).date()
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "list" if request.GET.get("past") or request.GET.get("page") else "week"
    day, person = chosen_day(request, today), _person(request)
    rows = Booking.objects.visible_to(request.user).select_related(
        "service", "advocate", "contact", "student"
    )
    if person is not None:
        rows = rows.filter(advocate=person)
    context: dict[str, Any] = {
        "view": view, "day": day, "today": today, "person": person,
        "people": User.objects.advocates().order_by("name") if request.user.can(Can.SEE_ALL_BOOKINGS) else [],
        "unconfirmed": unconfirmed(request, at=now),
    }  # fmt: skip
    if view == "list":
        past = request.GET.get("past") == "1"
        rows = rows.filter(ends_at__lt=now).order_by("-starts_at") if past else rows.filter(ends_at__gte=now)
        return render(
            request, "scheduling/bookings.html", {**context, "page": page_of(rows, request), "past": past}
        )
    days = 7 if view == "week" else 1
    first = day - timedelta(days=day.weekday()) if view == "week" else day
    since = datetime.combine(first, datetime.min.time(), zone)
    until = datetime.combine(first + timedelta(days=days), datetime.min.time(), zone)
    events = [
        *_booked(rows.standing().between(since, until), moves=request.user.can(Can.EDIT_BOOKINGS)),
        *_kept_free(request, person, since, until),
    ]
    weekend = any(event.starts.astimezone(zone).weekday() > 4 for event in events)
    context |= {
        "week": week(
            events, monday=first, zone=zone, today=today, days=days if view == "day" or weekend else 5
        ),
        "closures": Closure.objects.filter(starts_on__lt=first + timedelta(days=days), ends_on__gte=first),
        "before": first - timedelta(days=days),
        "after": first + timedelta(days=days),
    }
    return render(request, "scheduling/calendar.html", context)


def _booked(rows: Any, *, moves: bool) -> list[Event]:
    return [
        Event(
            title=f"{row.contact.name}: {row.service.local_name}", starts=row.starts_at, ends=row.ends_at,
            url=reverse("booking", args=[row.pk]), place=row.advocate.name, kind="info" if row.confirmed_at is None else "win",
            move=reverse("booking-staff-change", args=[row.pk]) if moves else "",
        )
        for row in rows
    ]  # fmt: skip


def _kept_free(request: FirmRequest, person: User | None, since: datetime, until: datetime) -> list[Event]:
    rows = Block.objects.filter(starts_at__lt=until, ends_at__gt=since).select_related("advocate")
    if person is not None:
        rows = rows.filter(advocate=person)
    elif not request.user.can(Can.SEE_ALL_BOOKINGS):
        rows = rows.filter(advocate=request.user)
    own = request.user
    opens = own.can(Can.SET_OWN_HOURS)
    return [
        Event(
            title=(row.note if row.advocate_id == own.pk else "") or _("Kept free"), starts=row.starts_at, ends=row.ends_at,
            url=reverse("block", args=[row.pk]) if opens and (row.advocate_id == own.pk or own.can(Can.SET_SERVICES)) else reverse("bookings"),
            place=row.advocate.name, kind="off",
        )
        for row in rows
    ]  # fmt: skip


def unconfirmed(request: FirmRequest, *, at: datetime) -> list[Booking]:
    """Bookings of today and tomorrow that the family has not confirmed, by the firm's clock."""
    today = at.astimezone(request.firm.zone).date()
    until = datetime.combine(today + 2 * DAY, datetime.min.time(), request.firm.zone)
    rows = Booking.objects.visible_to(request.user).standing().between(at, until).filter(confirmed_at=None)
    rows = rows.select_related("contact", "advocate", "service").prefetch_related("contact__points")
    return list(rows.order_by("starts_at")[:20])
