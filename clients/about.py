"""“About my child”: the parent writes, the care team reads, every version stays."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.views.decorators.http import require_GET

from accounts import audit
from accounts.models import User
from accounts.requests import FirmRequest
from clients import papers
from clients.models import AboutPage, Student
from web.access import Can, requires


@transaction.atomic
def save(student: Student, texts: dict[str, str], *, by: User, language: str, at: datetime) -> AboutPage:
    """A new version, unless it says what the newest says."""
    Student.objects.select_for_update().get(pk=student.pk)
    newest = AboutPage.objects.newest(student)
    if newest and all(getattr(newest, name) == texts.get(name, "") for name in AboutPage.SECTIONS):
        return newest
    number = AboutPage.objects.filter(student=student).aggregate(last=Max("number"))["last"] or 0
    page = AboutPage.objects.create(
        student=student,
        number=number + 1,
        language=language,
        written_by=by,
        writer=by.name,
        written_at=at,
        **texts,
    )
    audit.record("about.written", by=by, at=at, about=student, number=page.number)
    return page


def _page(student: Student, number: str) -> AboutPage:
    rows = AboutPage.objects.filter(student=student)
    page = rows.filter(number=int(number)).first() if number.isdecimal() and len(number) < 6 else rows.first()
    if page is None:
        raise Http404
    return page


def pdf(student: Student, number: str = "") -> HttpResponse:
    page = _page(student, number)
    with translation.override(page.language):
        answer = HttpResponse(papers.about(page), content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="about.pdf"'
    answer["Cache-Control"] = "no-store, private"
    return answer


@requires(Can.SEE_STUDENTS)
@require_GET
def student_about(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The newest version, or the one asked for, with the list of all."""
    student = get_object_or_404(Student.objects.visible_to(request.user), pk=pk)
    audit.record("about.read", by=request.user, at=timezone.now(), about=student)
    versions = list(AboutPage.objects.filter(student=student).defer(*AboutPage.SECTIONS))
    page = _page(student, request.GET.get("version", "")) if versions else None
    context = {"student": student, "about": page, "sections": papers.sections(page) if page else [], "versions": versions}  # fmt: skip
    return render(request, "clients/student_about.html", context)


@requires(Can.SEE_STUDENTS)
@require_GET
def student_about_pdf(request: FirmRequest, pk: UUID) -> HttpResponse:
    student = get_object_or_404(Student.objects.visible_to(request.user), pk=pk)
    audit.record("about.downloaded", by=request.user, at=timezone.now(), about=student)
    return pdf(student, request.GET.get("version", ""))
