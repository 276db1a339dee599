"""Papers as families see them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import FirmRequest
from clients.models import Student
from documents import adding, storage
from documents.forms import FamilyUploadForm, FilesForm
from documents.models import Document, Request
from documents.views import answer_password, arrived, context_of, document_of, state_of, with_versions
from web.access import Can, requires
from web.forms import posted
from web.paging import page_of

FORM = require_http_methods(["GET", "HEAD", "POST"])


@requires(Can.VISIT_PORTAL)
@require_GET
def papers(request: FirmRequest) -> HttpResponse:
    """What the firm asks for, and the papers this person may see."""
    user = request.user
    rows = with_versions(Document.objects.visible_to(user)).order_by("-added_at", "-pk")
    context = {
        "page": page_of(rows, request),
        "asked": Request.objects.visible_to(user).open().select_related("student"),
        "several": Student.objects.visible_to(user).count() > 1,
    }
    return render(request, "documents/family_papers.html", context)


@requires(Can.VISIT_PORTAL)
@FORM
def paper_new(request: FirmRequest) -> HttpResponse:
    students = list(Student.objects.visible_to(request.user).order_by("given_name"))
    form = FamilyUploadForm(posted(request), request.FILES or None, students=students)
    if not students:
        return render(request, "documents/family_paper_new.html", {"students": students})
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data.get("student", str(students[0].pk))
        student = next(student for student in students if str(student.pk) == wanted)
        try:
            version = adding.add(
                form.cleaned_data["paper"], of=student, kind=form.cleaned_data["kind"], title=form.named(),
                by=request.user, at=timezone.now(), language=get_language() or "en",
            )  # fmt: skip
            messages.success(request, _("Thank you. We have it."))
            return arrived(request, "portal-paper", version.document_id)
        except storage.NoRoom as full:
            form.add_error("paper", str(full))
    context = {"form": form, "students": students}
    return render(request, "documents/family_paper_new.html", context, status=422 if form.is_bound else 200)


@requires(Can.VISIT_PORTAL)
@FORM
def request_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One paper that the firm asks for, and the place to send it."""
    asked = get_object_or_404(Request.objects.visible_to(request.user).select_related("student"), pk=pk)
    form = FilesForm(posted(request), request.FILES or None)
    if request.method == "POST" and asked.is_open and form.is_valid():
        try:
            version = adding.add(
                form.cleaned_data["paper"], of=asked.student, kind=asked.kind, title=asked.name, by=request.user,
                at=timezone.now(), language=get_language() or "en", answers=asked,
            )  # fmt: skip
            messages.success(request, _("Thank you. We have it."))
            return arrived(request, "portal-paper", version.document_id)
        except storage.NoRoom as full:
            form.add_error("paper", str(full))
    context = {"asked": asked, "form": form}
    return render(request, "documents/family_request.html", context, status=422 if form.is_bound else 200)


@requires(Can.VISIT_PORTAL)
@require_GET
def paper(request: FirmRequest, pk: UUID) -> HttpResponse:
    return render(request, "documents/family_paper.html", context_of(request, document_of(request, pk)))


@requires(Can.VISIT_PORTAL)
@require_GET
def paper_state(request: FirmRequest, pk: UUID) -> HttpResponse:
    return state_of(request, document_of(request, pk))


@requires(Can.VISIT_PORTAL)
@require_POST
def paper_password(request: FirmRequest, pk: UUID) -> HttpResponse:
    document = document_of(request, pk)
    return answer_password(request, document, back="portal-paper", template="documents/family_paper.html")
