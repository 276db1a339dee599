"""Wins and strategies as staff keep them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from accounts.requests import FirmRequest
from documents import storage
from progress import strategies, wins
from progress.forms import EndStrategyForm, ResultForm, StrategyForm, WinForm
from progress.models import DataSheet, Strategy, Win
from progress.sheets import NotYet
from progress.views import status, student_of, today_of
from web.access import Can, requires
from web.forms import posted
from web.paging import page_of
from web.views import back

FORM = require_http_methods(["GET", "HEAD", "POST"])


def _goals(request: FirmRequest, student: Any) -> Any:
    return DataSheet.objects.visible_to(request.user).filter(student=student).open()


@requires(Can.SEE_STUDENTS)
@FORM
def win_list(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The student's wins, and the place to write one down."""
    student, now = student_of(request, pk), timezone.now()
    if request.method == "POST" and not request.user.can(Can.EDIT_STUDENTS):
        raise Http404
    form = WinForm(
        posted(request), request.FILES or None, sheets=_goals(request, student), today=today_of(request)
    )
    if form.is_valid():
        kept = form.cleaned_data
        try:
            wins.add(
                student, words=kept["words"], setting=kept["setting"], happened_on=kept["happened_on"], sheet=kept["sheet"],
                files=kept["paper"], shared=request.POST.get("shared") == "1", by=request.user, at=now,
            )  # fmt: skip
            messages.success(request, _("Kept. Well done, all of you."))
            return redirect("wins", pk)
        except storage.NoRoom as full:
            form.add_error("paper", str(full))
    if request.method == "GET":
        audit.record("wins.read", by=request.user, at=now, about=student)
    rows = Win.objects.visible_to(request.user).filter(student=student).select_related("by", "sheet")
    context = {"student": student, "page": page_of(rows, request), "form": form}
    return render(request, "progress/wins.html", context, status=status(form))


def _win(request: FirmRequest, pk: UUID) -> Win:
    return get_object_or_404(Win.objects.visible_to(request.user).select_related("document"), pk=pk)


@requires(Can.EDIT_STUDENTS)
@require_POST
def win_sharing(request: FirmRequest, pk: UUID) -> HttpResponse:
    win, shared = _win(request, pk), request.POST.get("shared") == "1"
    wins.share(win, by=request.user, at=timezone.now(), shared=shared)
    messages.success(
        request,
        _("Home and school can read it now.") if shared else _("Home and school no longer read it."),
    )
    return back(request) if request.POST.get("next") else redirect("wins", win.student_id)


@requires(Can.EDIT_STUDENTS)
@require_POST
def win_withdrawal(request: FirmRequest, pk: UUID) -> HttpResponse:
    win = _win(request, pk)
    wins.withdraw(win, by=request.user, at=timezone.now())
    messages.success(request, _("Taken back."))
    return redirect("wins", win.student_id)


@requires(Can.SEE_STUDENTS)
@FORM
def strategy_list(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The student's strategies with how they went, and the place to begin one."""
    student, now = student_of(request, pk), timezone.now()
    if request.method == "POST" and not request.user.can(Can.EDIT_STUDENTS):
        raise Http404
    form = StrategyForm(
        posted(request), sheets=_goals(request, student), initial={"started_on": today_of(request)}
    )
    if form.is_valid():
        kept = form.cleaned_data
        strategies.start(
            student, trigger=kept["trigger"], response=kept["response"], who=kept["who"], started_on=kept["started_on"],
            sheets=kept["sheets"], shared=request.POST.get("shared") == "1", by=request.user, at=now,
        )  # fmt: skip
        messages.success(request, _("The strategy begins."))
        return redirect("strategies", pk)
    if request.method == "GET":
        audit.record("strategies.read", by=request.user, at=now, about=student)
    rows = list(
        Strategy.objects.visible_to(request.user)
        .filter(student=student)
        .prefetch_related("results__by", "sheets")
    )
    context = {
        "student": student,
        "form": form,
        "rows": [
            (row, strategies.works(list(row.results.all())))
            for row in sorted(rows, key=lambda r: r.ended_on is not None)
        ],
    }
    return render(request, "progress/strategies.html", context, status=status(form))


def _strategy(request: FirmRequest, pk: UUID) -> Strategy:
    return get_object_or_404(Strategy.objects.visible_to(request.user).select_related("student", "by"), pk=pk)


@requires(Can.SEE_STUDENTS)
@FORM
def strategy(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One strategy: its words, what they were before, how it went."""
    row = _strategy(request, pk)
    if request.method == "POST" and not request.user.can(Can.EDIT_STUDENTS):
        raise Http404
    form = StrategyForm(
        posted(request),
        instance=Strategy.objects.get(pk=row.pk),
        sheets=DataSheet.objects.filter(student=row.student_id),
    )
    for name in ("started_on", "sheets"):
        del form.fields[name]
    if form.is_valid():
        strategies.change(
            row,
            by=request.user,
            at=timezone.now(),
            **{name: form.cleaned_data[name] for name in strategies.WORDS},
        )
        messages.success(request, _("Kept. What it said before stays in its history."))
        return redirect("strategy", pk)
    return render(
        request, "progress/strategy.html", _strategy_context(request, row, form=form), status=status(form)
    )


def _strategy_context(request: FirmRequest, row: Strategy, **more: Any) -> dict[str, Any]:
    results = list(row.results.select_related("by"))
    return {
        "strategy": row, "student": row.student, "results": results, "works": strategies.works(results),
        "versions": row.versions.select_related("changed_by"), "goals": list(row.sheets.all()),
        "result_form": ResultForm(today=today_of(request)), "end_form": EndStrategyForm(initial={"ended_on": today_of(request)}),
        "form": StrategyForm(instance=row, sheets=DataSheet.objects.none()), **more,
    }  # fmt: skip


@requires(Can.EDIT_STUDENTS)
@require_POST
def strategy_result(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = _strategy(request, pk)
    form = ResultForm(request.POST, today=today_of(request))
    if not form.is_valid():
        return render(
            request, "progress/strategy.html", _strategy_context(request, row, result_form=form), status=422
        )
    strategies.tell(row, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Kept."))
    return redirect("strategy", pk)


@requires(Can.EDIT_STUDENTS)
@require_POST
def strategy_sharing(request: FirmRequest, pk: UUID) -> HttpResponse:
    row, shared = _strategy(request, pk), request.POST.get("shared") == "1"
    strategies.share(row, by=request.user, at=timezone.now(), shared=shared)
    messages.success(
        request,
        _("Home and school can read it now.") if shared else _("Home and school no longer read it."),
    )
    return redirect("strategy", pk)


@requires(Can.EDIT_STUDENTS)
@require_POST
def strategy_end(request: FirmRequest, pk: UUID) -> HttpResponse:
    row, form = _strategy(request, pk), EndStrategyForm(request.POST)
    if form.is_valid():
        try:
            strategies.end(row, ended_on=form.cleaned_data["ended_on"], by=request.user, at=timezone.now())
            messages.success(request, _("It has ended. Its history stays."))
            return redirect("strategy", pk)
        except NotYet as why:
            form.add_error("ended_on", str(why))
    return render(
        request, "progress/strategy.html", _strategy_context(request, row, end_form=form), status=422
    )
