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
from cases.models import Meeting
from scheduling.models import Block, Booking, Closure
from tenants.places import current_firm
from web.access import Can, requires
from web.calendars import Event, week
from web.dates import say_time, say_when
from web.paging import page_of

DAY = timedelta(days=1)
MEETINGS = 20
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
        page = page_of(rows, request)
        ahead = Meeting.objects.visible_to(request.user).filter(**_theirs(request, person)).standing()
        met = ahead.filter(ends_at__gte=now).select_related("advocate", "case__student").order_by("starts_at")
        context |= {"page": page, "past": past, "meetings": [] if past or page.number > 1 else met[:MEETINGS]}
        return render(request, "scheduling/bookings.html", context)
    days = 7 if view == "week" else 1
    first = day - timedelta(days=day.weekday()) if view == "week" else day
    since = datetime.combine(first, datetime.min.time(), zone)
    until = datetime.combine(first + timedelta(days=days), datetime.min.time(), zone)
    events = [
        *_booked(rows.standing().between(since, until), moves=request.user.can(Can.EDIT_BOOKINGS)),
        *_held(_theirs(request, person), since, until, at=now),
        *_met(request, _theirs(request, person), since, until),
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


def _theirs(request: FirmRequest, person: User | None) -> dict[str, Any]:
    """Whose time is shown: everybody's, or one's own."""
    if person is not None:
        return {"advocate": person}
    return {} if request.user.can(Can.SEE_ALL_BOOKINGS) else {"advocate": request.user}


def _held(whose: dict[str, Any], since: datetime, until: datetime, *, at: datetime) -> list[Event]:
    """Times that are kept for somebody who is paying."""
    rows = Booking.objects.filter(**whose, held_until__gt=at, called_off_at=None).between(since, until)
    return [
        Event(
            title=_("Held until %(time)s, not paid yet") % {"time": say_time(row.held_until, current_firm().zone)},
            starts=row.starts_at, ends=row.ends_at, url=reverse("bookings"), place=row.advocate.name, kind="off",
        )
        for row in rows.select_related("advocate") if row.held_until
    ]  # fmt: skip


def _met(request: FirmRequest, whose: dict[str, Any], since: datetime, until: datetime) -> list[Event]:
    """Case meetings, and that there is one where its child is not to be seen."""
    rows = (
        Meeting.objects.filter(**whose)
        .standing()
        .between(since, until)
        .select_related("advocate", "case__student")
    )
    seen = set(Meeting.objects.visible_to(request.user).filter(pk__in=rows).values_list("pk", flat=True))
    opens = request.user.can(Can.SEE_CASES)
    return [
        Event(
            title=f"{row.get_kind_display()}, {row.case.student.short_name}" if row.pk in seen else _("Meeting"),
            starts=row.starts_at, ends=row.ends_at, url=reverse("meeting", args=[row.pk]) if opens and row.pk in seen else reverse("bookings"),
            place=", ".join(filter(None, [row.advocate.name, row.place if row.pk in seen else ""])),
        )
        for row in rows
    ]  # fmt: skip


def in_the_way(advocate: User, since: datetime, until: datetime, *, by: User) -> list[str]:
    """What is booked with an advocate in that time, in sentences; of whom, where `by` sees the booking."""
    rows = Booking.objects.standing().filter(advocate=advocate, busy__overlap=(since, until))
    seen = set(Booking.objects.visible_to(by).filter(pk__in=rows).values_list("pk", flat=True))
    told = []
    for row in rows.select_related("contact").order_by("starts_at"):
        facts = {
            "name": advocate.name,
            "who": row.contact.name,
            "when": say_when(row.starts_at, current_firm().zone, style="brief"),
        }
        told.append(
            _("%(name)s has a call with %(who)s in that time: %(when)s.") % facts
            if row.pk in seen
            else _("%(name)s has a call in that time: %(when)s.") % facts
        )
    return told


def beside_meeting(meeting: Meeting, by: User) -> list[str]:
    """What a meeting with its travel comes upon."""
    return in_the_way(meeting.advocate, meeting.leave_at, meeting.back_at, by=by)


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
