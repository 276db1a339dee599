"""The term's report as staff write, approve and send it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.requests import FirmRequest
from cases import calendars
from clients.models import Guardianship
from progress import page, paper, writing
from progress.forms import TermForm
from progress.models import TermReport
from progress.sheets import NotYet
from progress.views import status, student_of, today_of
from web.access import Can, requires
from web.forms import posted

FORM = require_http_methods(["GET", "HEAD", "POST"])
LATELY = timedelta(days=45)
MOST = 6000  # letters of one text


@requires(Can.SEE_STUDENTS)
@FORM
def term_report_list(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The student's reports, and the place to write one."""
    student, today = student_of(request, pk), today_of(request)
    if request.method == "POST" and not request.user.can(Can.EDIT_STUDENTS):
        raise Http404
    calendar = calendars.of_district(student.district_id)
    period = calendar.last_period(today) if calendar else None
    form = TermForm(posted(request), initial=_term(student, period, today))
    if form.is_valid():
        made = writing.write(student, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("The draft is written."))
        return redirect("term-report", made.pk)
    rows = TermReport.objects.visible_to(request.user).filter(student=student).select_related("written_by", "approved_by").defer("facts", "texts")  # fmt: skip
    context = {
        "student": student, "rows": rows, "form": form, "period": period,
        "untold": page.untold(student, request.user, period) if period else [],
    }  # fmt: skip
    return render(request, "progress/term_reports.html", context, status=status(form))


def _term(student: Any, period: tuple[date, date] | None, today: date) -> dict[str, Any]:
    """The marking period that ended last, else the last three months or since the last report; in the language of who
    lives with the child."""
    last = TermReport.objects.filter(student=student).order_by("-ends_on").first()
    since = last.ends_on + timedelta(days=1) if last else today - timedelta(days=90)
    if since >= today:
        since = today - timedelta(days=90)
    until = today
    if period and today - period[1] <= LATELY and not (last and last.ends_on >= period[1]):
        since, until = period
    home = Guardianship.objects.filter(student=student).seeing(on=today).order_by("-lives_with").values_list("contact__language", flat=True).first()  # fmt: skip
    return {"starts_on": since, "ends_on": until, "language": "es" if home == "es" else "en"}


def _report(request: FirmRequest, pk: UUID) -> TermReport:
    rows = TermReport.objects.visible_to(request.user).select_related("student", "approved_by", "written_by")
    return get_object_or_404(rows, pk=pk)


@requires(Can.SEE_STUDENTS)
@FORM
def term_report(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The report beside its sentences, which may be changed until it is approved."""
    report = _report(request, pk)
    if request.method == "POST":
        if not request.user.can(Can.EDIT_STUDENTS):
            raise Http404
        changes = {
            name: request.POST[name][:MOST] for name in report.facts["defaults"] if name in request.POST
        }
        try:
            writing.edit(report, changes, by=request.user, at=timezone.now())
            messages.success(request, _("Kept."))
        except NotYet as why:
            messages.error(request, str(why))
        return redirect("term-report", pk)
    audit.record("term_report.read", by=request.user, at=timezone.now(), about=report)
    found = writing.shown(report)
    fields = [
        ("opening", _("Opening"), writing.text(report, "opening"), 3),
        ("wins", _("Small wins, one on a line"), writing.text(report, "wins"), 5),
        *((f"goal:{goal.id}", goal.name, goal.sentence, 3) for goal in found.goals),
        ("strategies", _("What helps, one on a line"), writing.text(report, "strategies"), 3),
        ("next", _("What to talk about next, one on a line"), writing.text(report, "next"), 5),
    ]  # fmt: skip
    context = {"report": report, "student": report.student, "shown": found, "fields": fields}
    return render(request, "progress/term_report.html", context)


def _act(request: FirmRequest, pk: UUID, act: Any, done: str) -> HttpResponse:
    report = _report(request, pk)
    try:
        act(report, by=request.user, at=timezone.now())
        messages.success(request, done)
    except NotYet as why:
        messages.error(request, str(why))
    return redirect("term-report", pk)


@requires(Can.EDIT_STUDENTS)
@require_POST
def term_report_rewriting(request: FirmRequest, pk: UUID) -> HttpResponse:
    return _act(
        request, pk, writing.rewrite, _("Written anew from the data. What you changed by hand stays.")
    )


@requires(Can.SIGN_REVIEWS)
@require_POST
def term_report_approval(request: FirmRequest, pk: UUID) -> HttpResponse:
    return _act(request, pk, writing.approve, _("Approved. Nothing is sent yet."))


@requires(Can.SIGN_REVIEWS)
@require_POST
def term_report_sending(request: FirmRequest, pk: UUID) -> HttpResponse:
    return _act(request, pk, writing.send, _("Sent. The family gets a message now."))


@requires(Can.SEE_STUDENTS)
@require_GET
def term_report_pdf(request: FirmRequest, pk: UUID) -> HttpResponse:
    return pdf_answer(request, _report(request, pk))


def pdf_answer(request: FirmRequest, report: TermReport) -> HttpResponse:
    now = timezone.now()
    audit.record("term_report.read", by=request.user, at=now, about=report)
    response = HttpResponse(
        paper.pdf(report, firm=request.firm, at=report.approved_at or report.written_at),
        content_type="application/pdf",
    )
    response["Content-Disposition"] = 'inline; filename="progress-report.pdf"'
    response["Cache-Control"] = "no-store, private"
    return response
