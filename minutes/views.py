"""Minutes as staff work with them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.requests import FirmRequest
from clients.models import Student
from minutes import importing, page, papers, recording, weeks
from minutes.forms import (
    HELD,
    OTHER,
    STAFF_EVIDENCE,
    WHOLE_DAY,
    CorrectionForm,
    EntryForm,
    ImportForm,
    StretchForm,
    StrikeForm,
    WorksheetForm,
)
from minutes.models import DeliveredSession, Entry, MissedSession, Worksheet
from minutes.page import today_of
from web.access import Can, requires
from web.dates import say_day
from web.forms import posted

FORM = require_http_methods(["GET", "HEAD", "POST"])
MODELS: dict[str, type[Entry]] = {"sessions": DeliveredSession, "missed": MissedSession}


def student_of(request: FirmRequest, pk: UUID) -> Student:
    return get_object_or_404(Student.objects.visible_to(request.user).select_related("district"), pk=pk)


@requires(Can.SEE_STUDENTS)
@require_GET
def minutes(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Owed, held, excused and missing by service and month of a school year."""
    student, today = student_of(request, pk), today_of(request)
    audit.record("minutes.read", by=request.user, at=timezone.now(), about=student)
    context = page.overview(student, year=page.asked_year(request, today), today=today)
    return render(request, "minutes/minutes.html", {**context, "frame": "workspace.html", "view": "minutes"})


@requires(Can.SEE_STUDENTS)
@require_GET
def minutes_days(request: FirmRequest, pk: UUID, key: UUID, year: int, month: int) -> HttpResponse:
    """The days behind the numbers of a service in a month."""
    student, today = student_of(request, pk), today_of(request)
    audit.record("minutes.read", by=request.user, at=timezone.now(), about=student)
    context = page.days(student, key=key, year=year, month=month, today=today)
    context["may_open"] = page.shown_papers(context["table"], request.user)
    return render(request, "minutes/days.html", {**context, "frame": "workspace.html", "view": "minutes"})


def keep_entry(request: FirmRequest, student: Student, form: EntryForm) -> Entry | None:
    """Writes what a valid form says; None when something is wrong or odd, which the form then says."""
    told, now = form.entry(), timezone.now()
    log: Any = recording.log_session if form.held else recording.log_missed
    if not form.held:
        told = {
            name: value for name, value in told.items() if name not in {"provider", "setting", "group_size"}
        }
    try:
        return log(student, by=request.user, at=now, today=form.today, **told)  # type: ignore[no-any-return]
    except recording.CannotLog as problem:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))
    except recording.NotSure as odd:
        form.doubts = odd.sentences  # type: ignore[attr-defined]
    return None


@requires(Can.EDIT_STUDENTS)
@FORM
def session_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One session: which service, which day, held or not."""
    student, today = student_of(request, pk), today_of(request)
    initial = {"on": request.GET.get("on") or None, "service": request.GET.get("service") or None}
    form = EntryForm(
        posted(request), initial={k: v for k, v in initial.items() if v}, services=recording.services_of(student), today=today,
        documents=page.papers_of(student, request.user),
    )  # fmt: skip
    if form.is_valid() and (made := keep_entry(request, student, form)):
        messages.success(request, _("Written down for %(day)s.") % {"day": say_day(made.on)})
        return redirect("session-new" if "again" in request.POST else "minutes", pk)
    context = {"student": student, "form": form, "today": today, "yesterday": today - timedelta(days=1)}
    return render(request, "minutes/session_new.html", {**context, "frame": "workspace.html", "view": "minutes"}, status=422 if form.is_bound else 200)  # fmt: skip


@requires(Can.EDIT_STUDENTS)
@FORM
def session_week(request: FirmRequest, pk: UUID) -> HttpResponse:
    """A week of sessions in one table."""
    student, today = student_of(request, pk), today_of(request)
    monday = weeks.monday_of(request.GET.get("of", ""), today=today)
    grid = weeks.Grid(
        student, monday=monday, today=today, told=request.POST if request.method == "POST" else None
    )
    if request.method == "POST" and grid.read():
        made = grid.write(by=request.user, at=timezone.now())
        messages.success(
            request, ngettext("%(n)s entry written down.", "%(n)s entries written down.", made) % {"n": made}
        )
        return redirect(f"{reverse('session-week', args=[pk])}?of={monday.isoformat()}")
    context = {"student": student, "grid": grid, "today": today, "evidence": STAFF_EVIDENCE}
    return render(request, "minutes/week.html", context, status=422 if request.method == "POST" else 200)


@requires(Can.EDIT_STUDENTS)
@FORM
def session_import(request: FirmRequest, pk: UUID) -> HttpResponse:
    """A school's log: shown row by row first, written when told to."""
    student, today = student_of(request, pk), today_of(request)
    form = ImportForm(
        posted(request), request.FILES or None, services=recording.services_of(student),
        documents=page.papers_of(student, request.user),
    )  # fmt: skip
    context: dict[str, Any] = {"student": student, "form": form}
    if not form.is_valid():
        return render(request, "minutes/import.html", context, status=422 if form.is_bound else 200)
    filled = form.cleaned_data
    try:
        lines = importing.read(
            filled["content"], student, today=today, default=form.services.get(filled["service"])
        )
    except importing.CannotRead as problem:
        form.add_error(None, str(problem))
        return render(request, "minutes/import.html", context, status=422)
    if request.POST.get("act") == "write":
        made = importing.write(
            lines, student, evidence=filled["evidence"], document=filled["document"], by=request.user, at=timezone.now()
        )  # fmt: skip
        messages.success(
            request, ngettext("%(n)s row written down.", "%(n)s rows written down.", made) % {"n": made}
        )
        return redirect("minutes", pk)
    context |= {
        "lines": lines, "content": filled["content"], "good": sum(line.will_be_written for line in lines),
        "bad": sum(bool(line.problem) for line in lines), "there": sum(line.there for line in lines),
    }  # fmt: skip
    return render(request, "minutes/import.html", context)


def entry_of(request: FirmRequest, kind: str, pk: UUID) -> Any:
    model: Any = MODELS.get(kind)
    if model is None:
        raise Http404
    rows = model.objects.visible_to(request.user).select_related(
        "student", "service", "document", "recorded_by", "ended_by"
    )
    return get_object_or_404(rows, pk=pk)


@requires(Can.SEE_STUDENTS)
@FORM
def session(request: FirmRequest, kind: str, pk: UUID) -> HttpResponse:
    """An entry with its history; a POST puts a corrected one in its place."""
    row = entry_of(request, kind, pk)
    student, today, held = row.student, today_of(request), kind == "sessions"
    form = None
    if row.stands and request.user.can(Can.EDIT_STUDENTS):
        services = recording.services_of(student)
        form = CorrectionForm(
            posted(request), initial=initial_of(row, services), services=services, today=today, held=held,
            documents=page.papers_of(student, request.user),
        )  # fmt: skip
    if request.method == "POST" and form is None:
        messages.error(
            request, _("This entry was corrected or struck out already. Please open the newer one.")
        )
        return redirect(row)
    if form is not None and form.is_valid():
        try:
            fresh = recording.correct(
                row,
                by=request.user,
                at=timezone.now(),
                today=today,
                why=form.cleaned_data["why"],
                values=form.values(),
            )
            messages.success(request, _("Corrected. What stood before stays in its history."))
            return redirect(fresh)
        except recording.CannotLog as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
    audit.record("session.read", by=request.user, at=timezone.now(), about=row)
    context = {
        "row": row, "student": student, "form": form, "held": held, "kind": kind, "strike": StrikeForm(),
        "history": recording.history(row), "newer": getattr(row, "corrected_by", None),
    }  # fmt: skip
    return render(
        request, "minutes/session.html", context, status=422 if form is not None and form.is_bound else 200
    )


def initial_of(row: Any, services: list[recording.Service]) -> dict[str, Any]:
    """What a correction of an entry starts with."""
    found = {name: getattr(row, name) for name in recording.CHANGEABLE if hasattr(row, name)}
    mine = next((one for one in services if any(r.service.pk == row.service_id for r in one.rows)), None)
    mine = mine or recording.service_named(row.service_name, services, row.on)
    if mine is not None:
        found["service"] = mine.key
    else:
        found |= {"service": OTHER if row.service_name else WHOLE_DAY, "other_name": row.service_name}
    found["outcome"] = getattr(row, "kind", HELD)
    return found


@requires(Can.EDIT_STUDENTS)
@require_POST
def session_strike(request: FirmRequest, kind: str, pk: UUID) -> HttpResponse:
    row = entry_of(request, kind, pk)
    form = StrikeForm(request.POST)
    if form.is_valid():
        recording.strike(row, by=request.user, at=timezone.now(), why=form.cleaned_data["why"])
        messages.success(request, _("Struck out. It no longer counts, and stays in the history."))
    else:
        messages.error(request, _("Please say why it is struck out."))
    return redirect(row)


@requires(Can.SEE_STUDENTS)
@FORM
def worksheet(request: FirmRequest, pk: UUID) -> HttpResponse:
    """A count beside what a count cannot say, for the team's talk about making up."""
    student, today = student_of(request, pk), today_of(request)
    stretch = StretchForm(
        request.GET if "since" in request.GET else None, today=today, initial=_usual_stretch(today)
    )
    told = stretch.cleaned_data if stretch.is_bound and stretch.is_valid() else _usual_stretch(today)
    since, until = told["since"], told["until"]
    if request.method == "POST" and not request.user.can(Can.EDIT_STUDENTS):
        raise Http404
    found = (
        Worksheet.objects.filter(student=student, from_on=since, until_on=until)
        .select_related("saved_by")
        .first()
    )
    form = WorksheetForm(
        posted(request), instance=found or Worksheet(), initial={"version": found.version if found else 0}
    )
    theirs = None
    if request.method == "POST" and form.is_valid():
        based_on = form.cleaned_data["version"] or 0
        try:
            papers.save_worksheet(
                student,
                since,
                until,
                form.cleaned_data,
                by=request.user,
                at=timezone.now(),
                based_on=based_on,
            )
            messages.success(request, _("Saved."))
            return redirect(request.get_full_path())
        except papers.SavedMeanwhile as why:
            theirs = Worksheet.objects.get(student=student, from_on=since, until_on=until)
            form.add_error(None, str(why))
    audit.record("worksheet.read", by=request.user, at=timezone.now(), about=student)
    context = {
        **papers.worksheet_facts(student, since=since, until=until, today=today),
        "student": student, "stretch": stretch, "form": form, "saved": found, "since": since, "until": until, "theirs": theirs,
        "languages": [("en", _("Print in English")), ("es", _("Print in Spanish"))], "others": Worksheet.objects.filter(student=student)[:20],
        "version": theirs.version if theirs else found.version if found else 0,
    }  # fmt: skip
    return render(request, "minutes/worksheet.html", context, status=422 if form.is_bound or (stretch.is_bound and stretch.errors) else 200)  # fmt: skip


def _usual_stretch(today: date) -> dict[str, date]:
    return {"since": page.year_of(today).first, "until": today}


@requires(Can.SEE_STUDENTS)
@require_GET
def minutes_pdf(request: FirmRequest, pk: UUID) -> HttpResponse:
    return pdf_answer(request, student_of(request, pk))


@requires(Can.SEE_STUDENTS)
@require_GET
def worksheet_pdf(request: FirmRequest, pk: UUID) -> HttpResponse:
    student, today = student_of(request, pk), today_of(request)
    form = StretchForm(request.GET, today=today)
    if not form.is_valid():
        raise Http404
    language, now = _language(request), timezone.now()
    audit.record("worksheet.printed", by=request.user, at=now, about=student, language=language)
    told = form.cleaned_data
    content = papers.worksheet_pdf(
        student,
        since=told["since"],
        until=told["until"],
        today=today,
        language=language,
        firm=request.firm,
        at=now,
    )
    return answer(content, f"worksheet-{language}.pdf")


def _language(request: FirmRequest) -> str:
    wanted = request.GET.get("language") or (get_language() or "en")[:2]
    return wanted if wanted in papers.LANGUAGES else "en"


def pdf_answer(request: FirmRequest, student: Student, *, notes: bool = True) -> HttpResponse:
    """The table of a school year, or of `?since=&until=`, on paper."""
    today = today_of(request)
    year = page.asked_year(request, today)
    since, until = year.first, year.last
    if "since" in request.GET:
        form = StretchForm(request.GET, today=today)
        if not form.is_valid():
            raise Http404
        since, until = form.cleaned_data["since"], form.cleaned_data["until"]
    language, now = _language(request), timezone.now()
    audit.record("minutes.printed", by=request.user, at=now, about=student, language=language)
    content = papers.minutes_pdf(
        student,
        since=since,
        until=until,
        today=today,
        language=language,
        firm=request.firm,
        at=now,
        notes=notes,
    )
    return answer(content, f"minutes-{language}.pdf")


def answer(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "no-store, private"
    return response
