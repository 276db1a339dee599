"""Question lists as the firm sets them: add, order, change, look at them as a family would."""

from __future__ import annotations

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
from intake import asking
from intake.forms import ListForm, QuestionForm
from intake.models import Question, QuestionList
from web.access import Can, requires
from web.forms import posted

FORM = require_http_methods(["GET", "HEAD", "POST"])


@requires(Can.SET_PAPERS)
@require_GET
def list_list(request: FirmRequest) -> HttpResponse:
    return render(
        request, "intake/question_lists.html", {"lists": QuestionList.objects.filter(retired_at=None)}
    )


@requires(Can.SET_PAPERS)
@FORM
def list_new(request: FirmRequest) -> HttpResponse:
    form = ListForm(posted(request))
    if request.method != "POST":
        return render(request, "intake/question_list_new.html", {"form": form})
    if not form.is_valid():
        return render(request, "intake/question_list_new.html", {"form": form}, status=422)
    made = QuestionList.objects.create(**form.cleaned_data)
    audit.record("questions.made", by=request.user, at=timezone.now(), about=made)
    messages.success(request, _("Saved."))
    return redirect("question-list", made.pk)


@requires(Can.SET_PAPERS)
@FORM
def list_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    asked = get_object_or_404(QuestionList, pk=pk, retired_at=None)
    first = {"name": asked.name, "intro": asked.intro, "intro_es": asked.intro_es}
    form = ListForm(posted(request), initial=first)
    context = {"asked": asked, "form": form, "versions": asking.current(asked)}
    if request.method != "POST":
        return render(request, "intake/question_list.html", context)
    if not form.is_valid():
        return render(request, "intake/question_list.html", context, status=422)
    QuestionList.objects.filter(pk=pk).update(**form.cleaned_data)
    audit.record("questions.changed", by=request.user, at=timezone.now(), about=asked)
    messages.success(request, _("Saved."))
    return redirect("question-list", pk)


@requires(Can.SET_PAPERS)
@require_POST
def list_retirement(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The list is put away; what families answered stays."""
    asked = get_object_or_404(QuestionList, pk=pk, retired_at=None)
    try:
        asking.retire_list(asked, by=request.user, at=timezone.now())
    except asking.StillAsked as problem:
        messages.error(request, str(problem))
        return redirect("question-list", pk)
    messages.success(request, _("Put away. Answers that were given stay."))
    return redirect("question-lists")


@requires(Can.SET_PAPERS)
@require_GET
def preview(request: FirmRequest, pk: UUID) -> HttpResponse:
    """As a family sees it; nothing can be sent from here."""
    asked = get_object_or_404(QuestionList, pk=pk)
    form = asking.AnswersForm(versions=asking.current(asked))
    return render(request, "intake/preview.html", {"asked": asked, "form": form})


def _question(request: FirmRequest, asked: QuestionList, question: Question | None) -> HttpResponse:
    newest = question.versions.order_by("-number").first() if question else None
    first: dict[str, Any] = {}
    if newest:
        keys = ("kind", "label", "label_es", "hint", "hint_es", "needed")
        first = {key: getattr(newest, key) for key in keys}
        first["choices"] = "\n".join(f"{en} | {es}" if es else en for en, es in newest.choices)
    form = QuestionForm(posted(request), initial=first)
    context = {"asked": asked, "question": question, "form": form}
    if request.method != "POST":
        return render(request, "intake/question.html", context)
    if not form.is_valid():
        return render(request, "intake/question.html", context, status=422)
    made = asking.save_question(
        question, asked=asked, words=form.cleaned_data, by=request.user, at=timezone.now()
    )
    audit.record("question.saved", by=request.user, at=timezone.now(), about=made)
    return redirect("question-list", asked.pk)


@requires(Can.SET_PAPERS)
@FORM
def question_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    return _question(request, get_object_or_404(QuestionList, pk=pk), None)


@requires(Can.SET_PAPERS)
@FORM
def question_edit(request: FirmRequest, pk: UUID) -> HttpResponse:
    question = get_object_or_404(Question.objects.select_related("list"), pk=pk, retired_at=None)
    return _question(request, question.list, question)


@requires(Can.SET_PAPERS)
@require_POST
def question_move(request: FirmRequest, pk: UUID) -> HttpResponse:
    question = get_object_or_404(Question.objects.select_related("list"), pk=pk, retired_at=None)
    asking.move(question, up=request.POST.get("to") == "up")
    return redirect("question-list", question.list_id)


@requires(Can.SET_PAPERS)
@require_POST
def question_retirement(request: FirmRequest, pk: UUID) -> HttpResponse:
    """It is asked no more; answers that were given stay."""
    question = get_object_or_404(Question.objects.select_related("list"), pk=pk, retired_at=None)
    Question.objects.filter(pk=pk).update(retired_at=timezone.now())
    audit.record("question.retired", by=request.user, at=timezone.now(), about=question)
    messages.success(request, _("It is asked no more."))
    return redirect("question-list", question.list_id)
