"""Papers as staff see them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.requests import FirmRequest
from clients.models import Student
from documents import adding, asking, checking, reading, removing, sandbox, searching, serving, storage
from documents.forms import (
    DetailsForm,
    FilesForm,
    PasswordForm,
    RemovalForm,
    RequestForm,
    StaffUploadForm,
)
from documents.models import Document, DocumentVersion, Page, Part, Request
from documents.providers import clamav
from web.access import Can, requires
from web.forms import posted
from web.paging import page_of

FORM = require_http_methods(["GET", "HEAD", "POST"])


def with_versions(rows: QuerySet[Document]) -> QuerySet[Document]:
    return rows.select_related("student", "added_by").prefetch_related("versions")


def with_files(rows: QuerySet[Document]) -> QuerySet[Document]:
    """With the names of the files too, as lists show them."""
    return with_versions(rows).prefetch_related("versions__parts")


def student_of(request: FirmRequest, pk: UUID) -> Student:
    return get_object_or_404(Student.objects.visible_to(request.user), pk=pk)


def document_of(request: FirmRequest, pk: UUID) -> Document:
    return get_object_or_404(with_versions(Document.objects.visible_to(request.user)), pk=pk)


@requires(Can.SEE_STUDENTS)
@require_GET
def document_list(request: FirmRequest) -> HttpResponse:
    """All papers this person may see, newest first, or the pages that hold some words."""
    query = request.GET.get("q", "").strip()[:200]
    if query:
        context: dict[str, Any] = {"query": query, "hits": searching.find(query, user=request.user)}
        return render(request, "documents/documents.html", context)
    rows = with_files(Document.objects.visible_to(request.user)).order_by("-added_at", "-pk")
    return render(request, "documents/documents.html", {"page": page_of(rows, request)})


@requires(Can.SEE_STUDENTS)
@require_GET
def papers(request: FirmRequest, pk: UUID) -> HttpResponse:
    """A student's papers, what we asked for, and what was removed."""
    student = student_of(request, pk)
    query = request.GET.get("q", "").strip()[:200]
    rows = with_files(Document.objects.visible_to(request.user).filter(student=student)).order_by(
        "-added_at", "-pk"
    )
    context = {
        "student": student,
        "query": query,
        "hits": searching.find(query, user=request.user, student=student) if query else [],
        "page": page_of(rows, request),
        "asked": Request.objects.visible_to(request.user)
        .open()
        .filter(student=student)
        .select_related("contact"),
        "removed": Document.objects.filter(student=student, removal__isnull=False).select_related(
            "removal__removed_by"
        ),
        "today": timezone.localdate(timezone=request.firm.zone),
    }
    return render(request, "documents/papers.html", context)


@requires(Can.EDIT_STUDENTS)
@FORM
def paper_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    student = student_of(request, pk)
    form = StaffUploadForm(posted(request), request.FILES or None, student=student)
    if request.method == "POST" and form.is_valid():
        kept = form.cleaned_data
        try:
            version = adding.add(
                kept["paper"], of=student, kind=kept["kind"], title=form.named(), by=request.user,
                at=timezone.now(), language=kept["language"], shared=kept["shared"], answers=kept.get("answers"),
            )  # fmt: skip
            return arrived(request, "document", version.document_id)
        except storage.NoRoom as full:
            form.add_error("paper", str(full))
    return render(
        request, "documents/paper_new.html", {"form": form, "student": student}, status=_status(form)
    )


def _status(form: Any) -> int:
    return 422 if form.is_bound else 200


def arrived(request: FirmRequest, to: str, pk: UUID) -> HttpResponse:
    """On to the page of what was sent."""
    return onward(request, reverse(to, args=[pk]))


def onward(request: FirmRequest, address: str) -> HttpResponse:
    """On to an address after files came. The script that shows how much has arrived goes there by itself: had it to
    follow a redirect, it would fetch the page, and what the page says once, unseen."""
    if request.headers.get("X-Sent-By") == "script":
        return HttpResponse(status=204, headers={"X-Continue": address})
    return redirect(address)


@requires(Can.SEE_STUDENTS)
@require_GET
def document_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    document = document_of(request, pk)
    return render(request, "documents/document.html", context_of(request, document))


def context_of(request: FirmRequest, document: Document) -> dict[str, Any]:
    """What the reading page shows to staff and to families alike; leaves a line in the log."""
    version = reading.asked_version(document, request)
    view = reading.view_of(document, version, request) if version else None
    audit.record(
        "document.read", by=request.user, at=timezone.now(), about=document,
        version=version.number if version else 0, page=view.number if view else 0,
    )  # fmt: skip
    newest = document.newest
    return {
        "document": document,
        "version": version,
        "view": view,
        # Of a newer version that cannot be read yet, or never will be, the page tells what became of it.
        "pending": newest if newest and not newest.is_ready else None,
        "form": PasswordForm(),
        "may_play": version is not None and serving.may_play(request.user, version),
        "may_have_original": version is not None and serving.may_have_original(request.user, version),
    }


@requires(Can.SEE_STUDENTS)
@require_GET
def document_state(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What became of the newest version: a fragment that the page asks for while it waits."""
    return state_of(request, document_of(request, pk))


def state_of(request: FirmRequest, document: Document) -> HttpResponse:
    newest = document.newest
    context = {"document": document, "pending": newest, "form": PasswordForm(), "fresh": True}
    response = render(request, "documents/_state.html", context)
    if newest and not newest.is_under_way:
        response["HX-Refresh"] = "true"
    return response


@requires(Can.EDIT_STUDENTS)
@FORM
def document_details(request: FirmRequest, pk: UUID) -> HttpResponse:
    document = document_of(request, pk)
    form = DetailsForm(posted(request), instance=document)
    if request.method == "POST" and form.is_valid():
        form.save()
        now = timezone.now()
        if asked := form.cleaned_data.get("answers"):
            asking.settle(asked, document, at=now)
        audit.record("document.changed", by=request.user, at=now, about=document, fields=form.changed_data)
        messages.success(request, _("Saved."))
        return redirect("document", pk)
    return render(
        request, "documents/details.html", {"form": form, "document": document}, status=_status(form)
    )


@requires(Can.EDIT_STUDENTS)
@FORM
def version_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    """A newer version of the same paper; the earlier ones stay."""
    document = document_of(request, pk)
    form = FilesForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            adding.add_version(document, form.cleaned_data["paper"], by=request.user, at=timezone.now())
            return arrived(request, "document", pk)
        except storage.NoRoom as full:
            form.add_error("paper", str(full))
    return render(
        request, "documents/version_new.html", {"form": form, "document": document}, status=_status(form)
    )


@requires(Can.EDIT_STUDENTS)
@require_POST
def document_password(request: FirmRequest, pk: UUID) -> HttpResponse:
    document = document_of(request, pk)
    return answer_password(request, document, back="document", template="documents/document.html")


def answer_password(request: FirmRequest, document: Document, *, back: str, template: str) -> HttpResponse:
    """Tries the typed password on the version that waits for one."""
    version, now = document.newest, timezone.now()
    form = PasswordForm(request.POST)
    if version is None or not form.is_valid():
        context = {**context_of(request, document), "form": form}
        return render(request, template, context, status=422)
    if not checking.may_try(version, at=now):
        messages.error(request, str(checking.TOO_OFTEN))
        return redirect(back, document.pk)
    checking.open_with(version, form.cleaned_data["password"], at=now)
    return redirect(back, document.pk)


@requires(Can.EDIT_STUDENTS)
@FORM
def document_removal(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Asks first: what is removed cannot be brought back."""
    document = document_of(request, pk)
    form = RemovalForm(posted(request))
    if request.method == "POST" and form.is_valid():
        removing.remove(document, by=request.user, at=timezone.now(), reason=form.cleaned_data["reason"])
        messages.success(request, _("Removed. Its files are destroyed."))
        return redirect("papers", document.student_id) if document.student_id else redirect("documents")
    return render(
        request, "documents/removal.html", {"form": form, "document": document}, status=_status(form)
    )


@requires(Can.SEE_STUDENTS)
@require_GET
def document_original(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The files as they came, behind the sentence that nobody has scanned them."""
    document = document_of(request, pk)
    version = reading.asked_version(document, request)
    if version is None or not serving.may_have_original(request.user, version):
        raise Http404
    return render(request, "documents/original.html", {"document": document, "version": version})


# --- what staff and families open by the same address; who may is decided by the rows ---


@requires(Can.HAVE_ACCOUNT)
@require_GET
def document_copy(request: FirmRequest, pk: UUID) -> HttpResponse:
    """To a link of a minute for the viewing copy."""
    document = document_of(request, pk)
    version = reading.asked_version(document, request)
    if version is None or not version.is_ready or version.is_clip:
        raise Http404
    return redirect(serving.link(version, user=request.user, at=timezone.now()))


@requires(Can.HAVE_ACCOUNT)
@require_GET
def document_part(request: FirmRequest, pk: UUID) -> HttpResponse:
    """To a link of a minute for one file as it came."""
    visible = DocumentVersion.objects.filter(document__in=Document.objects.visible_to(request.user))
    part = get_object_or_404(Part.objects.filter(version__in=visible).select_related("version"), pk=pk)
    if not serving.may_have_original(request.user, part.version):
        raise Http404
    return redirect(serving.link(part, user=request.user, at=timezone.now()))


@requires(Can.HAVE_ACCOUNT)
@require_GET
def file(request: FirmRequest, token: str) -> HttpResponseBase:
    """The file a link of a minute stands for."""
    now = timezone.now()
    try:
        found = serving.file_of(token, user=request.user, at=now)
        response = serving.answer(
            found.key, size=found.size, content_type=found.content_type, name=found.name
        )
    except (serving.NotServed, storage.Missing):
        raise Http404 from None
    audit.record(
        "document.downloaded", by=request.user, at=now, about=found.document,
        version=found.version.number, original=found.is_original,
    )  # fmt: skip
    return response


@requires(Can.HAVE_ACCOUNT)
@require_GET
def clip(request: FirmRequest, pk: UUID) -> HttpResponseBase:
    """A short clip, for the player in the page."""
    part = get_object_or_404(
        Part.objects.filter(version__document__in=Document.objects.visible_to(request.user)).select_related(
            "version__document"
        ),
        version=pk,
    )
    if not serving.may_play(request.user, part.version):
        raise Http404
    try:
        response = serving.clip(part, asked=request.headers.get("Range", ""))
    except storage.Missing:
        raise Http404 from None
    if response.status_code == 200:
        audit.record("document.played", by=request.user, at=timezone.now(), about=part.version.document)
    return response


@requires(Can.HAVE_ACCOUNT)
@require_GET
def picture(request: FirmRequest, pk: UUID) -> HttpResponseBase:
    """The picture of one page."""
    versions = DocumentVersion.objects.filter(
        document__in=Document.objects.visible_to(request.user), state="ready"
    )
    page = get_object_or_404(
        Page.objects.filter(version__in=versions)
        .select_related("version__document")
        .defer("words", "text", "search"),
        pk=pk,
    )
    try:
        response = serving.answer(
            page.picture_key,
            size=page.picture_size,
            content_type="image/webp",
            name=f"page-{page.number}.webp",
        )
    except storage.Missing:
        raise Http404 from None
    audit.record(
        "document.page_seen", by=request.user, at=timezone.now(), about=page.version.document,
        version=page.version.number, page=page.number,
    )  # fmt: skip
    return response


# --- asking for papers ---


@requires(Can.EDIT_STUDENTS)
@FORM
def request_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    student = student_of(request, pk)
    form = RequestForm(posted(request), student=student)
    if request.method == "POST" and form.is_valid():
        asked = asking.ask(student=student, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Asked. %(name)s gets a message now.") % {"name": asked.contact.name})
        return redirect("papers", pk)
    return render(
        request, "documents/request_new.html", {"form": form, "student": student}, status=_status(form)
    )


@requires(Can.EDIT_STUDENTS)
@require_POST
def request_call_off(request: FirmRequest, pk: UUID) -> HttpResponse:
    asked = get_object_or_404(Request.objects.visible_to(request.user), pk=pk)
    asking.call_off(asked, by=request.user, at=timezone.now())
    messages.success(request, _("Called off. No more reminders leave."))
    return redirect("papers", asked.student_id)


# --- how files are kept ---


@requires(Can.SET_FIRM)
@require_GET
def files_health(request: FirmRequest) -> HttpResponse:
    """Room, scanning, and how far the program that opens strangers' files is from everything else."""
    try:
        apart: sandbox.Apart | None = sandbox.look_apart()
    except (sandbox.Busy, sandbox.Refused):
        apart = None
    context = {"used": storage.used(), "quota": storage.quota(), "scanning": clamav.is_on(), "apart": apart}
    return render(request, "documents/health.html", context)
