"""Hours as staff set them: by the week, on one date, the firm's closures, and time kept free."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from accounts.models import User
from accounts.requests import FirmRequest
from scheduling.availability import zone_of
from scheduling.forms import BlockForm, ClosureForm, DateHoursForm, HoursForm, LimitForm
from scheduling.models import AdvocateLimit, Block, Booking, Closure, DateHours, WeeklyHours
from web.access import Can, requires
from web.forms import posted

FORM = require_http_methods(["GET", "HEAD", "POST"])


def _whose_hours(request: FirmRequest) -> User:
    """One's own hours, or, for those who set services, anybody's."""
    user = request.user
    wanted = request.GET.get("person") or request.POST.get("person")
    if wanted and user.can(Can.SET_SERVICES):
        try:
            return get_object_or_404(User.objects.advocates(), pk=UUID(wanted))
        except ValueError:
            return user
    return user


def _page(request: FirmRequest, person: User, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The page of one person's hours, with whichever form was posted in place of an empty one."""
    yesterday = timezone.now().astimezone(zone_of(person)).date() - timedelta(days=1)
    context = {
        "person": person,
        "people": User.objects.advocates().order_by("name") if request.user.can(Can.SET_SERVICES) else [],
        "zone": zone_of(person),
        "dates": DateHours.objects.filter(advocate=person, on__gt=yesterday),
        "on_date": DateHoursForm(),
        "limits": LimitForm(instance=AdvocateLimit.objects.filter(advocate=person).first()),
        **forms,
    }
    return render(request, "scheduling/hours.html", context, status=status)


@requires(Can.SET_OWN_HOURS)
@FORM
def hours(request: FirmRequest) -> HttpResponse:
    person = _whose_hours(request)
    form = HoursForm(request.POST) if request.method == "POST" else _weekly(person)
    if request.method != "POST":
        return _page(request, person, form=form)
    if not form.is_valid():
        return _page(request, person, form=form, status=422)
    with transaction.atomic():
        WeeklyHours.objects.filter(advocate=person).delete()
        WeeklyHours.objects.bulk_create(
            WeeklyHours(advocate=person, weekday=day, opens=opens, closes=closes)
            for day, opens, closes in form.stretches()
        )
        audit.record("hours.saved", by=request.user, at=timezone.now(), about=person)
    messages.success(request, _("Saved."))
    return _back(person, request.user)


def _back(person: User, user: User) -> HttpResponse:
    return redirect("hours") if person == user else redirect(f"/hours/?person={person.pk}")


def _weekly(person: User) -> HoursForm:
    first: dict[str, Any] = {}
    for row in WeeklyHours.objects.filter(advocate=person):
        n = 2 if f"d{row.weekday}_1_from" in first else 1
        first |= {f"d{row.weekday}_{n}_from": row.opens, f"d{row.weekday}_{n}_to": row.closes}
    return HoursForm(initial=first)


@requires(Can.SET_OWN_HOURS)
@require_POST
def hours_limits(request: FirmRequest) -> HttpResponse:
    """How many bookings the person takes; what is booked already stays."""
    person = _whose_hours(request)
    row = AdvocateLimit.objects.filter(advocate=person).first() or AdvocateLimit(advocate=person)
    form = LimitForm(request.POST, instance=row)
    if not form.is_valid():
        return _page(request, person, form=_weekly(person), limits=form, status=422)
    with transaction.atomic():
        form.save()
        audit.record("hours.saved", by=request.user, at=timezone.now(), about=person)
    messages.success(request, _("Saved."))
    return _back(person, request.user)


@requires(Can.SET_OWN_HOURS)
@require_POST
def date_hours_new(request: FirmRequest) -> HttpResponse:
    """Other hours on one date."""
    person = _whose_hours(request)
    form = DateHoursForm(request.POST)
    if not form.is_valid():
        return _page(request, person, form=_weekly(person), on_date=form, status=422)
    try:
        with transaction.atomic():
            made = DateHours.objects.create(advocate=person, **form.cleaned_data)
            audit.record("hours.saved", by=request.user, at=timezone.now(), about=made)
    except IntegrityError:
        form.add_error("on", _("This date has such a line already."))
        return _page(request, person, form=_weekly(person), on_date=form, status=422)
    messages.success(request, _("Saved."))
    return _back(person, request.user)


@requires(Can.SET_OWN_HOURS)
@require_POST
def date_hours_removal(request: FirmRequest, pk: UUID) -> HttpResponse:
    rows = DateHours.objects.select_related("advocate")
    if not request.user.can(Can.SET_SERVICES):
        rows = rows.filter(advocate=request.user)
    row = get_object_or_404(rows, pk=pk)
    with transaction.atomic():
        audit.record("hours.saved", by=request.user, at=timezone.now(), about=row)
        row.delete()
    messages.success(request, _("The weekly hours hold again on that date."))
    return _back(row.advocate, request.user)


@requires(Can.SET_SERVICES)
@FORM
def closures(request: FirmRequest) -> HttpResponse:
    """Days on which nobody at the firm takes bookings."""
    form = ClosureForm(posted(request))
    today = timezone.localdate(timezone.now(), timezone=request.firm.zone)
    context = {"form": form, "closures": Closure.objects.filter(ends_on__gte=today)}
    if request.method != "POST":
        return render(request, "scheduling/closures.html", context)
    if not form.is_valid():
        return render(request, "scheduling/closures.html", context, status=422)
    with transaction.atomic():
        made = form.save()
        audit.record("closure.made", by=request.user, at=timezone.now(), about=made)
    in_the_way = _booked_in(made, request)
    if in_the_way:
        messages.warning(request, _("Saved. %(n)s bookings stand on these days: look at the calendar.") % {"n": in_the_way})  # fmt: skip
    else:
        messages.success(request, _("Saved."))
    return redirect("closures")


def _booked_in(closure: Closure, request: FirmRequest) -> int:
    """How many bookings stand on the days of a closure, by the firm's clock."""
    zone = request.firm.zone
    first = datetime.combine(closure.starts_on, datetime.min.time(), zone)
    last = datetime.combine(closure.ends_on + timedelta(days=1), datetime.min.time(), zone)
    return Booking.objects.standing().between(first, last).count()


@requires(Can.SET_SERVICES)
@require_POST
def closure_removal(request: FirmRequest, pk: UUID) -> HttpResponse:
    closure = get_object_or_404(Closure, pk=pk)
    with transaction.atomic():
        audit.record("closure.removed", by=request.user, at=timezone.now(), about=closure)
        closure.delete()
    messages.success(request, _("The firm is open again on these days."))
    return redirect("closures")


@requires(Can.SET_OWN_HOURS)
@FORM
def block_new(request: FirmRequest) -> HttpResponse:
    """Keeps time free of bookings; what is booked already stays."""
    person = _whose_hours(request)
    zone = zone_of(person)
    form = BlockForm(posted(request), initial={"on": request.GET.get("on", "")})
    context = {"form": form, "person": person, "zone": zone}
    if request.method != "POST":
        return render(request, "scheduling/block.html", context)
    if not form.is_valid():
        return render(request, "scheduling/block.html", context, status=422)
    filled = form.cleaned_data
    starts_at, ends_at = (datetime.combine(filled["on"], filled[end], zone) for end in ("opens", "closes"))
    with transaction.atomic():
        made = Block.objects.create(
            advocate=person, starts_at=starts_at, ends_at=ends_at, note=filled["note"]
        )
        audit.record("block.made", by=request.user, at=timezone.now(), about=made)
    messages.success(request, _("Kept free."))
    return redirect(f"/bookings/?view=week&on={filled['on'].isoformat()}")


@requires(Can.SET_OWN_HOURS)
@FORM
def block(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One stretch that is kept free; the POST gives it back."""
    rows = Block.objects.select_related("advocate")
    if not request.user.can(Can.SET_SERVICES):
        rows = rows.filter(advocate=request.user)
    row = get_object_or_404(rows, pk=pk)
    if request.method != "POST":
        return render(request, "scheduling/block_detail.html", {"kept": row, "zone": zone_of(row.advocate)})
    with transaction.atomic():
        audit.record("block.removed", by=request.user, at=timezone.now(), about=row)
        row.delete()
    messages.success(request, _("This time can be booked again."))
    return redirect("bookings")
