"""Papers to sign, as staff see them: templates, what was sent, releases."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.requests import FirmRequest
from clients import agreements
from clients.forms import ReleaseForm, TemplateForm, today
from clients.models import Agreement, AgreementTemplate, Release, Student
from clients.signing import pdf_answer
from web.access import Can, requires
from web.forms import posted

FORM = require_http_methods(["GET", "HEAD", "POST"])


def _agreement(request: FirmRequest, pk: UUID) -> Agreement:
    rows = Agreement.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("contact", "student", "signature", "sent_by", "version"), pk=pk
    )


@requires(Can.SEE_STUDENTS)
@require_GET
def agreement_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    agreement, now = _agreement(request, pk), timezone.now()
    audit.record("agreement.read", by=request.user, at=now, about=agreement)
    signed = agreement.signed
    unchanged = signed is None or signed.digest == agreement.computed_digest()
    context = {"agreement": agreement, "open": agreement.can_be_signed(at=now), "unchanged": unchanged}
    return render(request, "clients/agreement.html", context)


@requires(Can.SEE_STUDENTS)
@require_GET
def agreement_pdf(request: FirmRequest, pk: UUID) -> HttpResponse:
    agreement = _agreement(request, pk)
    audit.record("agreement.downloaded", by=request.user, at=timezone.now(), about=agreement)
    return pdf_answer(agreement)


@requires(Can.EDIT_STUDENTS, even_read_only=True)
@require_POST
def agreement_withdrawal(request: FirmRequest, pk: UUID) -> HttpResponse:
    try:
        agreements.withdraw(_agreement(request, pk), by=request.user, at=timezone.now())
    except agreements.CannotBeSigned:
        messages.error(request, _("This paper is signed, called back or too old already."))
    return redirect("agreement", pk)


@requires(Can.EDIT_STUDENTS)
@FORM
def release_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    """A permission to share, sent to be signed."""
    student = get_object_or_404(Student.objects.visible_to(request.user), pk=pk)
    form = ReleaseForm(
        posted(request), student=student, initial={"expires_on": agreements.expires_by_default(today())}
    )
    context = {"student": student, "form": form}
    if request.method != "POST":
        return render(request, "clients/release_new.html", context)
    if not form.is_valid():
        return render(request, "clients/release_new.html", context, status=422)
    filled = form.cleaned_data
    release = {key: filled[key] for key in ("scope", "recipient", "expires_on")}
    try:
        agreements.send(
            filled["template"], contact=filled["contact"], student=student, by=request.user, at=timezone.now(),
            release=release,
        )  # fmt: skip
    except agreements.NobodyToReach as problem:
        form.add_error("contact", str(problem))
        return render(request, "clients/release_new.html", context, status=422)
    messages.success(request, _("The paper is on its way."))
    return redirect("student-papers", pk)


@requires(Can.EDIT_STUDENTS, even_read_only=True)
@require_POST
def release_end(request: FirmRequest, pk: UUID) -> HttpResponse:
    release = get_object_or_404(Release.objects.visible_to(request.user), pk=pk)
    agreements.call_back_release(release, by=request.user, at=timezone.now())
    messages.success(request, _("The permission has ended."))
    return redirect("student-papers", release.student_id)


@requires(Can.SET_PAPERS)
@require_GET
def template_list(request: FirmRequest) -> HttpResponse:
    return render(
        request, "clients/templates.html", {"rows": AgreementTemplate.objects.filter(retired_at=None)}
    )


@requires(Can.SET_PAPERS)
@FORM
def template_form(request: FirmRequest, pk: UUID | None = None) -> HttpResponse:
    """New words become a new version; papers that were sent keep theirs."""
    row = get_object_or_404(AgreementTemplate.objects.filter(retired_at=None), pk=pk) if pk else None
    first: dict[str, Any] = {}
    if row:
        newest = row.newest
        keys = ("title", "body", "title_es", "body_es")
        first = {"name": row.name, "kind": row.kind, **{key: getattr(newest, key) for key in keys}}
    form = TemplateForm(posted(request), initial=first)
    context = {"form": form, "row": row, "versions": row.versions.all() if row else []}
    if request.method != "POST":
        return render(request, "clients/template.html", context)
    if not form.is_valid():
        return render(request, "clients/template.html", context, status=422)
    filled = dict(form.cleaned_data)
    name, kind = filled.pop("name"), filled.pop("kind")
    with transaction.atomic():
        if row is None:
            row = AgreementTemplate.objects.create(name=name, kind=kind)
        AgreementTemplate.objects.filter(pk=row.pk).update(name=name, kind=kind)
        agreements.save_version(row, by=request.user, at=timezone.now(), **filled)
        audit.record("template.saved", by=request.user, at=timezone.now(), about=row)
    messages.success(request, _("Saved. Papers sent before keep their words."))
    return redirect("templates")


@requires(Can.SET_PAPERS)
@require_POST
def template_retirement(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The paper is put away; what was sent and signed stays."""
    row = get_object_or_404(AgreementTemplate, pk=pk, retired_at=None)
    agreements.retire_template(row, by=request.user, at=timezone.now())
    messages.success(request, _("Put away. Papers sent before keep their words."))
    return redirect("templates")
