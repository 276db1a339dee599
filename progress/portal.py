"""Goals, their data and the term's reports as families see them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts import audit
from accounts.requests import FirmRequest
from clients.models import Student
from progress import measures, page, points, writing
from progress.models import DataPoint, DataSheet, TermReport, Win
from progress.report_views import pdf_answer
from progress.views import today_of
from web.access import Can, requires
from web.paging import page_of


@requires(Can.VISIT_PORTAL)
@require_GET
def progress(request: FirmRequest) -> HttpResponse:
    """Each child's newest wins, goals with one sentence and a picture, and the term's reports."""
    user, today, now = request.user, today_of(request), timezone.now()
    children = []
    for student in Student.objects.visible_to(user).order_by("given_name"):
        audit.record("progress.read", by=user, at=now, about=student)
        children.append({
            "student": student, "overview": page.overview(student, user, today=today),
            "wins": Win.objects.visible_to(user).filter(student=student)[:3],
            "reports": TermReport.objects.visible_to(user).filter(student=student).defer("facts", "texts")[:4],
        })  # fmt: skip
    return render(request, "progress/family.html", {"children": children, "several": len(children) > 1})


@requires(Can.VISIT_PORTAL)
@require_GET
def sheet(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One goal with its chart and numbers."""
    user, now = request.user, timezone.now()
    row = get_object_or_404(DataSheet.objects.visible_to(user).select_related("student"), pk=pk)
    audit.record("sheet.read", by=user, at=now, about=row)
    rows = DataPoint.objects.visible_to(user).standing().filter(sheet=row).select_related("logged_by")
    listed = page_of(rows.order_by("-happened_at", "-pk"), request, size=20)
    context = {
        "sheet": row, "student": row.student, "line": page.one(row, user, today=today_of(request)), "page": listed,
        "points": [(point, measures.say(row, point.value)) for point in listed],
        "may_log": points.may_log(user, row, at=now)
    }  # fmt: skip
    return render(request, "progress/family_sheet.html", context)


def _report(request: FirmRequest, pk: UUID) -> TermReport:
    rows = TermReport.objects.visible_to(request.user).select_related("student", "approved_by")
    return get_object_or_404(rows, pk=pk)


@requires(Can.VISIT_PORTAL)
@require_GET
def term_report(request: FirmRequest, pk: UUID) -> HttpResponse:
    report = _report(request, pk)
    audit.record("term_report.read", by=request.user, at=timezone.now(), about=report)
    context = {"report": report, "student": report.student, "shown": writing.shown(report)}
    return render(request, "progress/family_report.html", context)


@requires(Can.VISIT_PORTAL)
@require_GET
def term_report_pdf(request: FirmRequest, pk: UUID) -> HttpResponse:
    return pdf_answer(request, _report(request, pk))
