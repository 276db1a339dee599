"""Bookings, services and hours as staff see them."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.requests import FirmRequest
from cases.search import grown_ups
from scheduling import booking as bookings
from scheduling import series
from scheduling.booking import Asker, SlotTaken
from scheduling.forms import NOBODY_GIVES_IT, AboutForm, ServiceForm, StaffBookingForm, WhichCaseForm
from scheduling.models import Booking, Service
from scheduling.public import parse_moment, times
from web.access import Can, requires
from web.dates import say_when
from web.forms import posted

FAMILIES_SHOWN = 8
FORM = require_http_methods(["GET", "HEAD", "POST"])


@requires(Can.SEE_BOOKINGS)
@require_GET
def booking_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    rows = Booking.objects.visible_to(request.user).select_related(
        "service", "advocate", "contact", "student"
    )
    booking = get_object_or_404(rows, pk=pk)
    if booking.seen_at is None and booking.advocate_id == request.user.pk:
        Booking.objects.filter(pk=pk).update(seen_at=timezone.now())
    audit.record("booking.read", by=request.user, at=timezone.now(), about=booking)
    context = {"booking": booking, "begun": booking.starts_at <= timezone.now()}
    if booking.student is None:
        context["about"] = AboutForm(booking=booking, user=request.user)
    else:
        context["which_case"] = WhichCaseForm(booking=booking, user=request.user)
    return render(request, "scheduling/booking.html", context)


@requires(Can.EDIT_BOOKINGS)
@require_POST
def booking_student(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Says which child a booking is about that came without one; its time and its price then go to that child's case."""
    rows = Booking.objects.visible_to(request.user).filter(student=None).select_related("contact")
    booking = get_object_or_404(rows, pk=pk)
    form = AboutForm(request.POST, booking=booking, user=request.user)
    if form.is_valid():
        bookings.say_child(booking, form.cleaned_data["student"], at=timezone.now(), by=request.user)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Choose a child of this family."))
    return redirect("booking", pk)


@requires(Can.EDIT_BOOKINGS)
@require_POST
def booking_case(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Says which case of its child a booking belongs to; its price then goes on that case's invoice."""
    rows = Booking.objects.visible_to(request.user).filter(student__isnull=False)
    booking = get_object_or_404(rows, pk=pk)
    form = WhichCaseForm(request.POST, booking=booking, user=request.user)
    if form.is_valid():
        bookings.say_case(booking, form.cleaned_data["case"], at=timezone.now(), by=request.user)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Choose an open case of this child."))
    return redirect("booking", pk)


@requires(Can.EDIT_BOOKINGS, even_read_only=True)
@require_POST
def booking_call_off(request: FirmRequest, pk: UUID) -> HttpResponse:
    booking = get_object_or_404(Booking.objects.visible_to(request.user), pk=pk)
    if request.POST.get("which") == "later" and booking.series_id:
        series.call_off_from(booking, at=timezone.now(), by=request.user)
    else:
        bookings.call_off(booking, at=timezone.now(), by=request.user)
    messages.success(request, _("Called off. The family is told."))
    return redirect("booking", pk)


@requires(Can.EDIT_BOOKINGS, even_read_only=True)
@FORM
def booking_change(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Moves it, for staff: no window binds, and of a series this one alone or all after it too."""
    rows = Booking.objects.visible_to(request.user).standing()
    booking = get_object_or_404(rows.select_related("service", "advocate", "contact", "series"), pk=pk)
    context = {**times(request, booking.service, leave_out=booking, any_notice=True), "booking": booking}
    if request.method != "POST":
        context["chosen"] = _nearest(request.GET.get("at", ""), context)
        return render(request, "scheduling/move.html", context)
    starts_at = parse_moment(request.POST.get("time", ""))
    if starts_at is None:
        context["problem"] = _("Choose a new time.")
        return render(request, "scheduling/move.html", context, status=422)
    later = request.POST.get("which") == "later" and booking.series_id
    move = series.move_from if later else bookings.move
    more: dict[str, Any] = {} if later else {"any_notice": True}
    try:
        move(booking, starts_at=starts_at, at=timezone.now(), by=request.user, **more)  # type: ignore[operator]
    except SlotTaken as taken:
        if taken.at is not None:
            words = say_when(taken.at, request.firm.zone)
            context["problem"] = _("Nothing was moved: %(when)s is not free.") % {"when": words}
        context["nearest"] = [slot.starts_at for slot in taken.nearest]
        return render(request, "scheduling/move.html", context, status=409)
    messages.success(request, _("Moved. The family is told."))
    return redirect("booking", pk)


@requires(Can.EDIT_BOOKINGS)
@require_POST
def booking_no_show(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Notes that nobody came."""
    booking = get_object_or_404(Booking.objects.visible_to(request.user), pk=pk)
    try:
        bookings.note_no_show(booking, at=timezone.now(), by=request.user)
        messages.success(request, _("Noted."))
    except ValueError as problem:
        messages.error(request, str(problem))
    return redirect("booking", pk)


def _nearest(text: str, context: dict[str, Any]) -> datetime | None:
    """Of the day's free times the one nearest to where it was dropped, by the clock of the page."""
    try:
        wanted = datetime.combine(context["day"], time.fromisoformat(text), context["zone"])
    except (ValueError, TypeError):
        return None
    return min(context["times"], key=lambda start: abs(start - wanted), default=None)


@requires(Can.EDIT_BOOKINGS)
@FORM
def booking_new(request: FirmRequest) -> HttpResponse:
    """Books on behalf of a family that phones: one on file, found by name or number, or a new one."""
    services = Service.objects.filter(advocates__isnull=False).distinct()
    chosen = request.GET.get("service") or request.POST.get("service") or ""
    service = next((s for s in services if str(s.pk) == chosen), services[0] if services else None)
    first = {"contact": request.GET.get("contact", ""), "student": request.GET.get("student", "")}
    form = StaffBookingForm(posted(request), firm_name=request.firm.name, user=request.user, at=timezone.now(), initial=first)  # fmt: skip
    context: dict[str, Any] = {"services": services, "form": form, "service": service}
    if service is None:
        return render(request, "scheduling/booking_new.html", context)
    context |= times(request, service, any_notice=True)
    # What was chosen stays as days and people are looked at.
    context["kept"] = {"service": str(service.pk), **{name: value for name, value in first.items() if value}}
    context["keep"] = f"&{urlencode(context['kept'])}"
    context["more"] += context["keep"]
    one = context["advocate"]
    there = {"service": service.pk, "zone": context["zone"], "day": context["day"], "with": one.pk if one else None}  # fmt: skip
    context["there"] = {name: str(value) for name, value in there.items() if value}
    context["here"] = urlencode(context["there"])
    context["once"] = request.POST.get("once", "")[:36] or str(uuid4())
    words = " ".join(request.GET.get("q", "").split())[:80]
    context |= {"q": words, "found": grown_ups(words, request.user, FAMILIES_SHOWN) if words else []}
    if request.method != "POST":
        part = request.headers.get("HX-Request") == "true"
        return render(
            request, "scheduling/_families.html" if part else "scheduling/booking_new.html", context
        )
    starts_at = parse_moment(request.POST.get("time", ""))
    context["chosen"] = starts_at
    valid = form.is_valid()
    if starts_at is None:
        form.add_error(None, _("Choose a time."))
    if not valid or starts_at is None:
        return render(request, "scheduling/booking_new.html", context, status=422)
    asker = _asker(form, zone=context["zone"])
    try:
        made = bookings.book(service, starts_at=starts_at, asker=asker, at=timezone.now(), by=request.user, advocate=context["advocate"], any_notice=True, idempotency_key=f"staff:{request.user.pk}:{context['once']}")  # fmt: skip
    except SlotTaken as taken:
        context["nearest"] = [slot.starts_at for slot in taken.nearest]
        return render(request, "scheduling/booking_new.html", context, status=409)
    messages.success(request, _("Booked. The family is told."))
    return redirect("booking", made.pk)


def _asker(form: StaffBookingForm, *, zone: ZoneInfo) -> Asker:
    """For whom staff books: the contact on file as the file says, or who calls, as typed."""
    filled = form.cleaned_data
    wording, contact = form.wording if filled["texts"] else "", filled["contact"]
    if contact is not None:
        return bookings.on_file(contact, filled.get("student"), zone=zone, texts_wording=wording)
    return Asker(
        name=filled["name"], phone=filled["phone"], email=filled["email"].lower(), child=filled["child"],
        language=filled["language"], timezone=str(zone), texts_wording=wording,
    )  # fmt: skip


@requires(Can.SET_SERVICES)
@require_GET
def service_list(request: FirmRequest) -> HttpResponse:
    context = {
        "services": Service.objects.prefetch_related("advocates"),
        "embed_src": request.firm.url("/static/js/embed.js"),
    }
    return render(request, "scheduling/service_list.html", context)


@requires(Can.SET_SERVICES)
@FORM
def service_form(request: FirmRequest, pk: UUID | None = None) -> HttpResponse:
    service = get_object_or_404(Service, pk=pk) if pk else None
    form = ServiceForm(posted(request), instance=service or Service())
    if request.method != "POST":
        return render(request, "scheduling/service.html", {"form": form, "service": service})
    if not form.is_valid():
        return render(request, "scheduling/service.html", {"form": form, "service": service}, status=422)
    with transaction.atomic():
        saved = form.save()
        audit.record("service.saved", by=request.user, at=timezone.now(), about=saved)
    if saved.published:
        messages.success(request, _("Saved."))
        return redirect("services")
    messages.success(request, _("Saved, and hidden still."))
    return redirect("service", saved.pk)


@requires(Can.SET_SERVICES)
@require_POST
def service_publication(request: FirmRequest, pk: UUID) -> HttpResponse:
    """From now on families can book it."""
    service = get_object_or_404(Service, pk=pk)
    if not service.advocates.exists():
        messages.error(request, NOBODY_GIVES_IT)
        return redirect("service", pk)
    with transaction.atomic():
        Service.objects.filter(pk=pk).update(published=True)
        audit.record("service.published", by=request.user, at=timezone.now(), about=service)
    messages.success(request, _("Published. Families can book it now."))
    return redirect("services")
