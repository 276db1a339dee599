"""Adding a point from a phone, for whoever may: the family, the advocate, a school guest."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import FirmRequest
from documents import storage
from progress import measures, points
from progress.forms import CorrectionForm, PointForm, WithdrawalForm
from progress.models import DataPoint, DataSheet, Setting
from web.access import Can, requires
from web.forms import error_lines, posted

FORM = require_http_methods(["GET", "HEAD", "POST"])


def frame_of(request: FirmRequest) -> str:
    """The frame around the page: the workspace for staff, the family's for all others."""
    return "workspace.html" if request.user.is_staff_member else "family.html"


def home_of(request: FirmRequest, sheet: DataSheet) -> str:
    """Where a person goes back to from a goal: the page that led here, or the goal's own."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):  # fmt: skip
        return wanted
    if request.user.is_staff_member:
        return reverse("sheet", args=[sheet.pk])
    if DataSheet.objects.visible_to(request.user).filter(pk=sheet.pk).exists():
        return reverse("portal-sheet", args=[sheet.pk])
    return reverse("guest")


def _sheet(request: FirmRequest, pk: UUID) -> DataSheet:
    now = timezone.now()
    rows = DataSheet.objects.shared_with(request.user, at=now).select_related("student")
    sheet = get_object_or_404(rows, pk=pk)
    if not points.may_log(request.user, sheet, at=now):
        raise Http404
    return sheet


def usual_setting(request: FirmRequest) -> str:
    """Where this person's last point was seen; at first, where people like them are."""
    last = DataPoint.objects.filter(logged_by=request.user).order_by("-logged_at").values_list("setting", flat=True).first()  # fmt: skip
    return last or (Setting.HOME if request.user.can(Can.VISIT_PORTAL) else Setting.SCHOOL)


@requires(Can.VISIT_SHARED_PAGE)
@FORM
def point_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    """A value in three taps: the goal, the value, Save. `?typed=1` asks for the number of tries too."""
    sheet = _sheet(request, pk)
    typed = bool(request.POST.get("typed") or request.GET.get("typed"))
    form = PointForm(posted(request), request.FILES or None, sheet=sheet, typed=typed, initial={"setting": usual_setting(request)})  # fmt: skip
    if form.is_valid():
        try:
            logged = points.log(sheet, by=request.user, at=timezone.now(), **form.told())
            return _done(request, sheet, logged)
        except measures.Impossible as problem:
            form.say(problem)
        except (points.OtherPoint, storage.NoRoom) as problem:
            form.add_error(None, str(problem))
    if form.is_bound and request.headers.get("X-Sent-By") == "queue":
        return _plain(" ".join(line.text for line in error_lines(form)), 422)
    recent = (
        DataPoint.objects.standing().filter(sheet=sheet, logged_by=request.user).order_by("-happened_at")[:3]
    )
    context = {
        "frame": frame_of(request), "sheet": sheet, "student": sheet.student, "form": form, "typed": typed, "unit": measures.unit(sheet),
        "may_type": bool(measures.buttons(sheet)) and measures.shows_whole(sheet), "back": home_of(request, sheet),
        "recent": [(point, measures.say(sheet, point.value)) for point in recent],
    }  # fmt: skip
    return render(request, "progress/point_new.html", context, status=422 if form.is_bound else 200)


def _done(request: FirmRequest, sheet: DataSheet, logged: points.Logged) -> HttpResponse:
    """Back to the goal with the number in words. What waited on a phone and was sent later gets the words alone."""
    said = _("Saved: %(value)s.") % {"value": measures.say(sheet, logged.point.value)}
    if not logged.made:
        said = _("We have this number already. It counts once.")
    clock = points.clock_words(logged.point)
    sender = request.headers.get("X-Sent-By")
    if sender == "queue":
        return _plain(f"{said} {clock}".strip(), 201 if logged.made else 200)
    messages.success(request, said)
    if clock:
        messages.warning(request, clock)
    back = home_of(request, sheet)
    return HttpResponse(status=204, headers={"X-Continue": back}) if sender == "script" else redirect(back)


def _plain(words: str, status: int) -> HttpResponse:
    return HttpResponse(words, content_type="text/plain; charset=utf-8", status=status)


def _point(request: FirmRequest, pk: UUID) -> DataPoint:
    now = timezone.now()
    rows = DataPoint.objects.filter(sheet__in=DataSheet.objects.shared_with(request.user, at=now))
    point = get_object_or_404(
        rows.select_related("sheet__student", "logged_by", "withdrawn_by", "document"), pk=pk
    )
    if not points.may_correct(request.user, point, at=now):
        raise Http404
    return point


@requires(Can.VISIT_SHARED_PAGE)
@FORM
def point(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One point with its history; whoever logged it, and staff, may set it right."""
    row = _point(request, pk)
    typed = row.whole is not None
    form = CorrectionForm(posted(request), point=row, typed=typed)
    if form.is_valid():
        try:
            points.correct(row, by=request.user, at=timezone.now(), **form.told())
            messages.success(request, _("Kept. What it said before stays in its history."))
            return redirect(home_of(request, row.sheet))
        except measures.Impossible as problem:
            form.say(problem)
    return render(request, "progress/point.html", _point_context(request, row, form=form), status=422 if form.is_bound else 200)  # fmt: skip


def _point_context(request: FirmRequest, row: DataPoint, **more: Any) -> dict[str, Any]:
    revisions = [(old, measures.say(row.sheet, old.value)) for old in row.revisions.select_related("by")]
    return {
        "frame": frame_of(request), "point": row, "sheet": row.sheet, "student": row.sheet.student, "revisions": revisions,
        "said": measures.say(row.sheet, row.value), "clock": points.clock_words(row), "withdrawal": WithdrawalForm(),
        "back": home_of(request, row.sheet), **more,
    }  # fmt: skip


@requires(Can.VISIT_SHARED_PAGE)
@require_POST
def point_withdrawal(request: FirmRequest, pk: UUID) -> HttpResponse:
    row, form = _point(request, pk), WithdrawalForm(request.POST)
    if not form.is_valid():
        correction = CorrectionForm(point=row, typed=row.whole is not None)
        return render(request, "progress/point.html", _point_context(request, row, form=correction, withdrawal=form), status=422)  # fmt: skip
    points.withdraw(row, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
    messages.success(request, _("Taken back. It no longer stands on the chart."))
    return redirect(home_of(request, row.sheet))
