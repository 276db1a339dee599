"""Hours as staff set them: by the week, on one date, the firm's closures, and time kept free."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from accounts.models import User
from accounts.requests import FirmRequest
from scheduling import holidays
from scheduling.availability import zone_of
from scheduling.calendar import in_the_way
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
        lock_hours(person)
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


def lock_hours(person: User) -> None:
    """Who writes hours of this person waits until whoever is writing them has finished, and then looks at what there is:
    two at once could each write a stretch that overlaps the other's. Inside a transaction."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)


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
    if not _save_date(form, DateHours(advocate=person), by=request.user):
        return _page(request, person, form=_weekly(person), on_date=form, status=422)
    messages.success(request, _("Saved."))
    return _back(person, request.user)


def _save_date(form: DateHoursForm, row: DateHours, *, by: User) -> bool:
    """Writes what the form says into the row; False, with the error beside its field, where it meets another line."""
    for name, value in form.cleaned_data.items():
        setattr(row, name, value)
    now = timezone.now()
    try:
        row.refuse_past(today=now.astimezone(zone_of(row.advocate)).date())
        with transaction.atomic():
            lock_hours(row.advocate)
            row.full_clean(validate_unique=False, validate_constraints=False)
            row.save()
            audit.record("hours.saved", by=by, at=now, about=row)
    except ValidationError as problem:
        for name, said in problem.message_dict.items():
            form.add_error(name, said)  # type: ignore[arg-type]
    except IntegrityError:
        form.add_error("on", _("This date has such a line already."))
    return form.is_valid()


def _mine(request: FirmRequest, model: Any, pk: UUID) -> Any:
    """One's own row, or, for those who set services, anybody's."""
    rows = model.objects.select_related("advocate")
    if not request.user.can(Can.SET_SERVICES):
        rows = rows.filter(advocate=request.user)
    return get_object_or_404(rows, pk=pk)


@requires(Can.SET_OWN_HOURS)
@FORM
def date_hours(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Changes the hours of one date."""
    row: DateHours = _mine(request, DateHours, pk)
    form = DateHoursForm(posted(request), initial={"on": row.on, "opens": row.opens, "closes": row.closes})
    context = {"form": form, "person": row.advocate, "zone": zone_of(row.advocate)}
    if request.method != "POST":
        return render(request, "scheduling/date_hours.html", context)
    if not form.is_valid() or not _save_date(form, row, by=request.user):
        return render(request, "scheduling/date_hours.html", context, status=422)
    messages.success(request, _("Saved."))
    return _back(row.advocate, request.user)


@requires(Can.SET_OWN_HOURS)
@require_POST
def date_hours_removal(request: FirmRequest, pk: UUID) -> HttpResponse:
    row: DateHours = _mine(request, DateHours, pk)
    with transaction.atomic():
        audit.record("hours.saved", by=request.user, at=timezone.now(), about=row)
        row.delete()
    messages.success(request, _("The weekly hours hold again on that date."))
    return _back(row.advocate, request.user)


@requires(Can.SET_SERVICES)
@FORM
def closures(request: FirmRequest) -> HttpResponse:
    """Days on which nobody at the firm takes bookings."""
    today = timezone.localdate(timezone.now(), timezone=request.firm.zone)
    context = {"closures": Closure.objects.filter(ends_on__gte=today), "offered": holidays.offered(today=today)}  # fmt: skip
    return _closure(request, Closure(), "closure.made", "scheduling/closures.html", context)


@requires(Can.SET_SERVICES)
@FORM
def closure(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Changes the days of one closure, or what it is for."""
    row = get_object_or_404(Closure, pk=pk)
    return _closure(request, row, "closure.changed", "scheduling/closure.html", {"closure": row})


def _closure(
    request: FirmRequest, row: Closure, action: str, template: str, context: dict[str, Any]
) -> HttpResponse:
    form = ClosureForm(posted(request), instance=row)
    context["form"] = form
    if request.method != "POST":
        return render(request, template, context)
    if not form.is_valid():
        return render(request, template, context, status=422)
    with transaction.atomic():
        saved = form.save()
        audit.record(action, by=request.user, at=timezone.now(), about=saved)
    in_the_way = _booked_in(saved, request)
    if in_the_way:
        words = ngettext("Saved. %(n)s booking stands on these days: look at the calendar.", "Saved. %(n)s bookings stand on these days: look at the calendar.", in_the_way)  # fmt: skip
        messages.warning(request, words % {"n": in_the_way})
    else:
        messages.success(request, _("Saved."))
    return redirect("closures")


@requires(Can.SET_SERVICES)
@require_POST
def holiday_closures(request: FirmRequest) -> HttpResponse:
    """Closes the firm on the federal holidays of a year, those on which it is open as yet."""
    now = timezone.now()
    today = timezone.localdate(now, timezone=request.firm.zone)
    year = next((year for year, _days in holidays.offered(today=today) if str(year) == request.POST.get("year")), None)  # fmt: skip
    if year is None:
        messages.error(request, _("Choose one of the years that are offered."))
        return redirect("closures")
    with transaction.atomic():
        made = holidays.close([year], today=today)
        audit.record("closure.made", by=request.user, at=now, year=year, days=len(made))
    booked = sum(_booked_in(one, request) for one in made)
    messages.success(request, ngettext("Closed on %(n)s day.", "Closed on %(n)s days.", len(made)) % {"n": len(made)})  # fmt: skip
    if booked:
        words = ngettext("%(n)s booking stands on these days: look at the calendar.", "%(n)s bookings stand on these days: look at the calendar.", booked)  # fmt: skip
        messages.warning(request, words % {"n": booked})
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
    saved = _save_block(form, Block(advocate=person), zone=zone, action="block.made", by=request.user)
    messages.success(request, _("Kept free."))
    _say_what_stays(request, saved)
    return _week_of(saved, zone)


def _say_what_stays(request: FirmRequest, row: Block) -> None:
    for sentence in in_the_way(row.advocate, row.starts_at, row.ends_at, by=request.user):
        messages.warning(request, sentence)


def _save_block(form: BlockForm, row: Block, *, zone: ZoneInfo, action: str, by: User) -> Block:
    filled = form.cleaned_data
    row.starts_at, row.ends_at = (datetime.combine(filled["on"], filled[end], zone) for end in ("opens", "closes"))  # fmt: skip
    if "note" in filled:
        row.note = filled["note"]
    with transaction.atomic():
        row.save()
        audit.record(action, by=by, at=timezone.now(), about=row)
    return row


def _week_of(row: Block, zone: ZoneInfo) -> HttpResponse:
    return redirect(f"/bookings/?view=week&on={row.starts_at.astimezone(zone).date().isoformat()}")


@requires(Can.SET_OWN_HOURS)
@FORM
def block(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Changes one stretch that is kept free. Its note is read and written by whose time it is."""
    row: Block = _mine(request, Block, pk)
    zone = zone_of(row.advocate)
    opens, closes = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    first = {"on": opens.date(), "opens": opens.time(), "closes": closes.time(), "note": row.note}
    form = BlockForm(posted(request), initial=first)
    if row.advocate != request.user:
        del form.fields["note"]
    context = {"form": form, "kept": row, "zone": zone}
    if request.method != "POST":
        return render(request, "scheduling/block_detail.html", context)
    if not form.is_valid():
        return render(request, "scheduling/block_detail.html", context, status=422)
    saved = _save_block(form, row, zone=zone, action="block.changed", by=request.user)
    messages.success(request, _("Kept free."))
    _say_what_stays(request, saved)
    return _week_of(saved, zone)


@requires(Can.SET_OWN_HOURS)
@require_POST
def block_removal(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Lets families book the time again."""
    row: Block = _mine(request, Block, pk)
    with transaction.atomic():
        audit.record("block.removed", by=request.user, at=timezone.now(), about=row)
        row.delete()
    messages.success(request, _("This time can be booked again."))
    return redirect("bookings")
