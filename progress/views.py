"""Goals and their data as staff work with them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.requests import FirmRequest
from clients.models import Student
from documents.models import Document, Kind
from progress import measures, page, school, sheets
from progress.forms import EndForm, PhaseForm, SchoolReportForm, SheetForm
from progress.models import DataPoint, DataSheet, Phase, SchoolReport, Strategy, Win
from reviews.models import Goal
from web.access import Can, requires
from web.forms import posted
from web.paging import page_of

FORM = require_http_methods(["GET", "HEAD", "POST"])


def today_of(request: FirmRequest) -> date:
    return timezone.localdate(timezone=request.firm.zone)


def student_of(request: FirmRequest, pk: UUID) -> Student:
    return get_object_or_404(Student.objects.visible_to(request.user), pk=pk)


def sheet_of(request: FirmRequest, pk: UUID) -> DataSheet:
    rows = DataSheet.objects.visible_to(request.user).select_related("student", "goal__plan")
    return get_object_or_404(rows, pk=pk)


def status(form: Any) -> int:
    return 422 if form.is_bound else 200


@requires(Can.SEE_STUDENTS)
@require_GET
def student_progress(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The student's goals with their charts, what waits for a sheet, wins and strategies."""
    student, user, now = student_of(request, pk), request.user, timezone.now()
    audit.record("progress.read", by=user, at=now, about=student)
    context = {
        "student": student,
        "overview": page.overview(student, user, today=today_of(request)),
        "wins": Win.objects.visible_to(user).filter(student=student).select_related("by")[:3],
        "strategies": Strategy.objects.visible_to(user).filter(student=student).in_use()[:5],
    }
    return render(request, "progress/student.html", context)


@requires(Can.EDIT_STUDENTS)
@FORM
def sheet_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The sheet of a goal in force, as its words propose it; an older sheet of the same goal may be carried on."""
    rows = Goal.objects.filter(
        plan__student__in=Student.keys_visible_to(request.user), plan__superseded_at=None
    )
    goal = get_object_or_404(rows.select_related("plan__student"), pk=pk)
    student = goal.plan.student
    everything = list(DataSheet.objects.visible_to(request.user).filter(student=student))
    waiting = next(
        (one for one in sheets.waiting(sheets.goals_in_force(student), everything) if one.goal == goal), None
    )
    if waiting is None:
        messages.info(request, _("This goal has a data sheet already."))
        return redirect("progress", student.pk)
    form = SheetForm(posted(request), initial=initial_of(waiting))
    if form.is_valid():
        try:
            if request.POST.get("act") == "carry" and waiting.earlier is not None:
                made = sheets.carry_on(
                    waiting.earlier, goal, form.cleaned_data, by=request.user, at=timezone.now()
                )
            else:
                made = sheets.set_up(goal, form.cleaned_data, by=request.user, at=timezone.now())
            messages.success(request, _("The data sheet is ready. Home and school can add numbers now."))
            return redirect("sheet", made.pk)
        except sheets.NotYet as why:
            form.add_error(None, str(why))
    context = {"student": student, "goal": goal, "waiting": waiting, "form": form}
    return render(request, "progress/sheet_new.html", context, status=status(form))


def initial_of(waiting: sheets.Open) -> dict[str, Any]:
    """What the form starts with: the proposal; an earlier sheet of the goal says how it is counted, unless the words
    name another measure."""
    found, earlier = waiting.proposal, waiting.earlier
    first = {name: getattr(found, name) for name in sheets.FIELDS}
    if earlier is not None and found.measure in ("", earlier.measure):
        first |= {name: getattr(earlier, name) for name in (*sheets.SHAPE, "direction", "expect_days")}
        first["target"] = earlier.target if found.target is None else found.target
    return first


@requires(Can.SEE_STUDENTS)
@require_GET
def sheet(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One goal: its chart, its points, what the school reports, what changed when."""
    row, user = sheet_of(request, pk), request.user
    audit.record("sheet.read", by=user, at=timezone.now(), about=row)
    context = sheet_context(request, row)
    return render(request, "progress/sheet.html", context)


def sheet_context(request: FirmRequest, row: DataSheet, **more: Any) -> dict[str, Any]:
    user = request.user
    points = (
        DataPoint.objects.visible_to(user)
        .filter(sheet=row)
        .select_related("logged_by", "document", "withdrawn_by")
        .prefetch_related("revisions__by")
    )
    context = {
        "sheet": row, "student": row.student, "line": page.one(row, user, today=today_of(request)),
        "points": page_of(points.order_by("-happened_at", "-pk"), request), "unit": measures.unit(row),
        "phase_form": PhaseForm(initial={"on": today_of(request)}), "end_form": EndForm(),
        "say": measures.say(row, row.baseline), "target": measures.say(row, row.target),
    }  # fmt: skip
    return context | more


@requires(Can.EDIT_STUDENTS)
@FORM
def sheet_details(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = sheet_of(request, pk)
    form = SheetForm(posted(request), instance=DataSheet.objects.get(pk=row.pk))
    if form.is_valid():
        try:
            sheets.change(row, form.cleaned_data, by=request.user, at=timezone.now())
            messages.success(request, _("Kept."))
            return redirect("sheet", pk)
        except sheets.NotYet as why:
            form.add_error(None, str(why))
    return render(
        request,
        "progress/sheet_details.html",
        {"sheet": row, "student": row.student, "form": form},
        status=status(form),
    )


@requires(Can.EDIT_STUDENTS)
@require_POST
def sheet_end(request: FirmRequest, pk: UUID) -> HttpResponse:
    row, form = sheet_of(request, pk), EndForm(request.POST)
    if not form.is_valid():
        return render(request, "progress/sheet.html", sheet_context(request, row, end_form=form), status=422)
    sheets.end(row, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
    messages.success(request, _("The sheet has ended. Its numbers stay."))
    return redirect("sheet", pk)


@requires(Can.EDIT_STUDENTS)
@require_POST
def phase_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    """A line on the chart: from this day on, something is done differently."""
    row, form = sheet_of(request, pk), PhaseForm(request.POST)
    if not form.is_valid():
        return render(
            request, "progress/sheet.html", sheet_context(request, row, phase_form=form), status=422
        )
    sheets.mark(row, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("sheet", pk)


@requires(Can.EDIT_STUDENTS)
@require_POST
def phase_removal(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Phase.objects.visible_to(request.user).filter(kind=Phase.Kind.OTHER), pk=pk)
    sheets.unmark(row, by=request.user, at=timezone.now())
    messages.success(request, _("The line is off the chart."))
    return redirect("sheet", row.sheet_id) if row.sheet_id else redirect("progress", row.student_id)


@requires(Can.EDIT_STUDENTS)
@require_POST
def school_report_withdrawal(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(SchoolReport.objects.visible_to(request.user), pk=pk)
    school.withdraw(row, by=request.user, at=timezone.now())
    messages.success(request, _("Taken back. It no longer stands on the chart."))
    return redirect("sheet", row.sheet_id)


@requires(Can.EDIT_STUDENTS)
@FORM
def school_report_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What the school reports of this goal, typed in; `?paper=` names the paper it stands in."""
    row = sheet_of(request, pk)
    papers = (
        Document.objects.visible_to(request.user)
        .filter(student=row.student, kind=Kind.PROGRESS_REPORT)
        .order_by("-added_at")
    )
    form = SchoolReportForm(posted(request), sheet=row)
    wanted = request.POST.get("paper", "")
    document = next((paper for paper in papers if str(paper.pk) == wanted), None)
    if form.is_valid():
        try:
            school.add(row, form.cleaned_data, document=document, by=request.user, at=timezone.now())
            messages.success(request, _("Kept."))
            return redirect("sheet", pk)
        except sheets.NotYet as why:
            form.add_error("ends_on", str(why))
    context = {"sheet": row, "student": row.student, "form": form, "papers": papers, "wanted": wanted}
    return render(request, "progress/school_report_new.html", context, status=status(form))


@requires(Can.EDIT_STUDENTS)
@FORM
def school_report_read(request: FirmRequest, pk: UUID) -> HttpResponse:
    """A progress report of the school beside what we read in it, goal by goal; a person takes what is right."""
    document = get_object_or_404(
        Document.objects.visible_to(request.user).prefetch_related("versions").select_related("student"),
        pk=pk,
        kind=Kind.PROGRESS_REPORT,
        student__isnull=False,
    )
    assert document.student is not None
    current = list(DataSheet.objects.visible_to(request.user).filter(student=document.student).open())
    found = {one.sheet.pk: one for one in school.read(document, current)}
    forms = [
        (
            row,
            found.get(row.pk),
            SchoolReportForm(
                request.POST if request.method == "POST" and request.POST.get(f"take-{row.pk}") else None,
                sheet=row,
                prefix=str(row.pk),
                initial=_initial(found.get(row.pk), request),
            ),
        )
        for row in current
    ]
    if request.method == "POST":
        taken = [(row, form) for row, _found, form in forms if form.is_bound]
        if taken and all(form.is_valid() for _row, form in taken):
            kept = 0
            for row, form in taken:
                try:
                    school.add(row, form.cleaned_data, document=document, by=request.user, at=timezone.now())
                    kept += 1
                except sheets.NotYet as why:
                    messages.warning(request, f"{row}: {why}")
            if kept:
                messages.success(request, _("Kept: %(n)s.") % {"n": kept})
            return redirect("progress", document.student_id)
    bound = any(form.is_bound for _row, _found, form in forms)
    context = {
        "document": document,
        "student": document.student,
        "rows": forms,
        "read": document.shown is not None,
    }
    return render(request, "progress/school_report_read.html", context, status=422 if bound else 200)


def _initial(found: school.Found | None, request: FirmRequest) -> dict[str, Any]:
    if found is None:
        return {"ends_on": today_of(request)}
    return {
        "words": found.words,
        "value": found.value,
        "called": found.called,
        "page": found.page,
        "ends_on": today_of(request),
    }


@requires(Can.SEE_STUDENTS)
@require_GET
def quiet(request: FirmRequest) -> HttpResponse:
    """Goals without a number for longer than they expect, the longest silence first."""
    rows = DataSheet.objects.visible_to(request.user).quiet(today=today_of(request)).select_related("student")
    return render(
        request, "progress/quiet.html", {"page": page_of(rows, request), "today": today_of(request)}
    )
