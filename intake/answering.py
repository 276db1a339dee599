"""A family answers: by its link, in pieces if it likes. And staff send the link."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import FirmRequest
from clients import reaching
from clients.agreements import NobodyToReach
from documents import storage
from intake import asking
from intake.models import Inquiry, QuestionList, Response
from web.access import Can, requires
from web.forms import posted

FORM = require_http_methods(["GET", "HEAD", "POST"])


@FORM
def answers(request: FirmRequest, secret: str) -> HttpResponse:
    """Opening it changes nothing; what was saved is there again."""
    response = (
        Response.objects.select_related("list", "contact", "student").prefetch_related("answers__version")
        .filter(secret=secret).first()
    )  # fmt: skip
    if response is None or reaching.is_barred(response.contact, response.student, at=timezone.now()):
        raise Http404
    versions = [answer.version for answer in response.answers.all()]
    finishing = "later" not in request.POST
    form = asking.AnswersForm(
        posted(request), request.FILES or None, versions=versions, finishing=finishing,
        initial=asking.first_values(response),
        sent={answer.version_id for answer in response.answers.all() if answer.document_id},
    )  # fmt: skip
    context: dict[str, Any] = {"response": response, "form": form, "saved": request.GET.get("saved", "")}
    if request.method != "POST":
        return render(request, "intake/answers.html", context)
    if not form.is_valid():
        return render(request, "intake/answers.html", context, status=422)
    try:
        asking.save(response, form.cleaned_data, finished=finishing, at=timezone.now())
    except (asking.TooManyFiles, storage.NoRoom) as problem:
        form.add_error(None, str(problem))
        return render(request, "intake/answers.html", context, status=422)
    return redirect(f"{request.path}?saved={'all' if finishing else 'some'}")


@requires(Can.TAKE_INTAKE)
@require_POST
def inquiry_questions(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Sends a list of questions to the family of an inquiry."""
    inquiry = get_object_or_404(
        Inquiry.objects.visible_to(request.user).select_related("contact", "student"), pk=pk
    )
    wanted = request.POST.get("list", "")
    asked = next((row for row in QuestionList.objects.filter(retired_at=None) if str(row.pk) == wanted), None)
    if asked is None:
        messages.error(request, _("Choose which questions to send."))
        return redirect("inquiry", pk)
    try:
        response = asking.ask(asked, contact=inquiry.contact, student=inquiry.student, inquiry=inquiry)
        asking.send(response, by=request.user, at=timezone.now())
    except NobodyToReach as problem:
        response.delete()
        messages.error(request, str(problem))
        return redirect("inquiry", pk)
    messages.success(request, _("The questions are on their way."))
    return redirect("inquiry", pk)
