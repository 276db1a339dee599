"""Minutes as families and school guests see them, and add to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import audit
from accounts.requests import FirmRequest
from clients import guests
from clients.models import Part, Student
from minutes import page, recording
from minutes.forms import CorrectionForm, EntryForm, StrikeForm
from minutes.models import DeliveredSession, Evidence, MissedSession
from minutes.page import today_of
from minutes.views import initial_of, keep_entry, pdf_answer
from web.access import Can, requires
from web.dates import say_day
from web.forms import posted

FORM = require_http_methods(["GET", "HEAD", "POST"])


def child_of(request: FirmRequest, pk: UUID) -> Student:
    return get_object_or_404(Student.objects.visible_to(request.user).select_related("district"), pk=pk)


@requires(Can.VISIT_PORTAL)
@require_GET
def portal_minutes(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What the plan promises a child, what was held, what is missing."""
    child, today = child_of(request, pk), today_of(request)
    audit.record("minutes.read", by=request.user, at=timezone.now(), about=child)
    context = page.overview(child, year=page.asked_year(request, today), today=today)
    return render(
        request, "minutes/minutes.html", {**context, "frame": "family.html", "view": "portal-minutes"}
    )


@requires(Can.VISIT_PORTAL)
@require_GET
def portal_minutes_days(request: FirmRequest, pk: UUID, key: UUID, year: int, month: int) -> HttpResponse:
    child, today = child_of(request, pk), today_of(request)
    audit.record("minutes.read", by=request.user, at=timezone.now(), about=child)
    context = page.days(child, key=key, year=year, month=month, today=today)
    context["may_open"] = page.shown_papers(context["table"], request.user)
    return render(request, "minutes/days.html", {**context, "frame": "family.html", "view": "portal-minutes"})


@requires(Can.VISIT_PORTAL)
@require_GET
def portal_minutes_pdf(request: FirmRequest, pk: UUID) -> HttpResponse:
    return pdf_answer(request, child_of(request, pk))


@requires(Can.VISIT_PORTAL)
@FORM
def portal_session_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    """A parent writes down a session, or that there was none."""
    child = child_of(request, pk)
    return _entry(
        request, child, fixed=Evidence.NOTE, frame="family.html", view="portal-minutes", back="portal-minutes"
    )


# --- school guests: one child, by what the family granted ---


def shared_child(request: FirmRequest, pk: UUID, *, add: bool = False) -> Student:
    """The child, where the person may see its minutes (or add to them) at this moment; else not found."""
    now = timezone.now()
    child = get_object_or_404(
        Student.objects.shared_with(request.user, at=now).select_related("district"), pk=pk
    )
    if not guests.may(request.user, child, Part.MINUTES, add=add, at=now):
        raise Http404
    return child


@requires(Can.VISIT_SHARED_PAGE)
@require_GET
def shared_minutes(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The table, without notes, papers or the days behind it."""
    child, today = shared_child(request, pk), today_of(request)
    guests.looked(request.user, child, Part.MINUTES, at=timezone.now())
    context = page.overview(child, year=page.asked_year(request, today), today=today)
    context["may_add"] = guests.may(request.user, child, Part.MINUTES, add=True, at=timezone.now())
    return render(
        request, "minutes/minutes.html", {**context, "frame": "family.html", "view": "shared-minutes"}
    )


@requires(Can.VISIT_SHARED_PAGE)
@FORM
def shared_session_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Whoever may add to the minutes of the shared page writes down a session, or why it was not held."""
    child = shared_child(request, pk, add=True)
    fixed = Evidence.NOTE if request.user.can(Can.VISIT_PORTAL) else Evidence.SAID
    if guests.is_guest(request.user, child, at=timezone.now()):
        fixed = Evidence.PROVIDER
    return _entry(
        request, child, fixed=fixed, frame="family.html", view="shared-minutes", back="shared-minutes"
    )


@requires(Can.VISIT_SHARED_PAGE)
@FORM
def shared_session(request: FirmRequest, pk: UUID, entry: UUID) -> HttpResponse:
    """Somebody's own entry, while it stands and while they may add to the minutes: set right, or struck out."""
    child, today, now = shared_child(request, pk, add=True), today_of(request), timezone.now()
    row = _own_entry(request, child, entry)
    held = isinstance(row, DeliveredSession)
    services = recording.services_of(child)
    form = CorrectionForm(
        posted(request) if "strike" not in request.POST else None, initial=initial_of(row, services), services=services,
        today=today, held=held, fixed=row.evidence, whole_day=row.evidence == Evidence.NOTE,
    )  # fmt: skip
    strike = StrikeForm(posted(request) if "strike" in request.POST else None)
    if "strike" in request.POST and strike.is_valid():
        recording.strike(row, by=request.user, at=now, why=strike.cleaned_data["why"])
        messages.success(request, _("Struck out. It no longer counts, and stays in the history."))
        return redirect("shared-session-new", pk)
    if form.is_valid():
        try:
            why = form.cleaned_data["why"]
            recording.correct(row, by=request.user, at=now, today=today, why=why, values=form.values())
            messages.success(request, _("Corrected. What stood before stays in its history."))
            return redirect("shared-session-new", pk)
        except recording.CannotLog as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
    context = {"student": child, "row": row, "form": form, "strike": strike, "frame": "family.html"}
    return render(request, "minutes/session_own.html", context, status=422 if form.is_bound or strike.is_bound else 200)  # fmt: skip


def _own_entry(request: FirmRequest, child: Student, pk: UUID) -> Any:
    for model in (DeliveredSession, MissedSession):
        rows: Any = model.objects.filter(student=child, recorded_by=request.user)
        row = rows.standing().filter(pk=pk).select_related("student", "service").first()
        if row is not None:
            return row
    raise Http404


def _entry(
    request: FirmRequest, child: Student, *, fixed: str, frame: str, view: str, back: str
) -> HttpResponse:
    today = today_of(request)
    initial: dict[str, Any] = {"provider": request.user.name} if fixed == Evidence.PROVIDER else {}
    form = EntryForm(
        posted(request), initial=initial, services=recording.services_of(child), today=today, fixed=fixed,
        whole_day=fixed == Evidence.NOTE,
    )  # fmt: skip
    if form.is_valid() and (made := keep_entry(request, child, form)):
        messages.success(request, _("Thank you. It is written down for %(day)s.") % {"day": say_day(made.on)})
        may_read = guests.may(request.user, child, Part.MINUTES, at=timezone.now())
        return redirect(back if may_read else f"{view.removesuffix('-minutes')}-session-new", child.pk)
    context = {
        "student": child, "form": form, "today": today, "yesterday": today - timedelta(days=1),
        "own": recording.own(child, request.user),
    }  # fmt: skip
    return render(
        request, "minutes/session_new.html", {**context, "frame": frame, "view": view}, status=422 if form.is_bound else 200
    )  # fmt: skip
