"""A child's page: the same for home, advocate and guest, each with what they may see and do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import audit
from accounts.requests import FirmRequest
from circle import clips, forms, news, page, pictures, writing
from circle.models import Action, CheckIn, Clip, Post, Side
from clients import guests
from clients.about import pdf
from clients.guests import Parts
from clients.models import AboutPage, Part, Student
from documents import refusals, sandbox, serving, storage
from documents.models import Page
from progress.forms import ResultForm
from progress.models import Setting, Strategy, TermReport, Win
from progress.report_views import pdf_answer
from web.access import Can, requires
from web.paging import page_of
from web.toasts import offer_undo


def opened(request: FirmRequest, pk: UUID) -> tuple[Student, Parts]:
    """The student of a page that this person may open now, and the parts they may see; anything else is not found."""
    rows = Student.objects.filter(pk=pk).select_related("district").annotate(pace=news.pace_of(request.user))
    found = guests.opened(request.user, rows, at=timezone.now())
    if found is None or not found[1]:
        raise Http404
    return found


def frame(request: FirmRequest) -> str:
    """Staff see the page inside their workspace."""
    return "workspace.html" if request.user.is_staff_member else "family.html"


def door_of(request: FirmRequest, parts: Parts) -> str:
    """With what the names of this person's routes to the minutes begin."""
    if request.user.is_staff_member:
        return ""
    return "shared-" if parts.is_guest else "portal-"


@requires(Can.VISIT_SHARED_PAGE)
@require_GET
def door(request: FirmRequest) -> HttpResponse:
    """Where a guest arrives: the page of the one child, or the few they were invited to."""
    students = list(
        Student.objects.shared_with(request.user, at=timezone.now()).order_by("given_name", "pk")[:2]
    )
    if request.user.is_staff_member:
        return redirect("students")
    if len(students) == 1:
        return redirect("shared-page", students[0].pk)
    every = Student.objects.shared_with(request.user, at=timezone.now()).order_by("given_name", "pk")
    return render(request, "circle/door.html", {"students": every})


@requires(Can.VISIT_SHARED_PAGE)
@require_GET
def shared_page(request: FirmRequest, pk: UUID) -> HttpResponse:
    student, parts = opened(request, pk)
    if parts.is_new:
        guests.accept(request.user, student, at=timezone.now())
    return _show(request, student, parts)


def _show(request: FirmRequest, student: Any, parts: Parts, *, status: int = 200, **filled: Any) -> HttpResponse:  # fmt: skip
    now = timezone.now()
    shown = page.of(student, parts, request=request, at=now)
    guests.looked(request.user, student, "page", at=now, seen=parts)
    here = Setting.SCHOOL if parts.is_guest else Setting.HOME
    context = {
        "page": shown, "student": student, "parts": parts, "frame": frame(request), "may_share": not parts.is_guest,
        "minutes_view": f"{door_of(request, parts)}minutes", "session_view": f"{door_of(request, parts)}session-new",
        "post_form": forms.PostForm(), "action_form": forms.ActionForm(), "check_in_form": forms.CheckInForm(),
        "win_form": forms.WinForm(initial={"happened_on": shown.today, "setting": here}), "strategy_form": forms.StrategyForm(), "pace_form": forms.PaceForm(initial={"pace": student.pace}),
        **filled,
    }  # fmt: skip
    return render(request, "circle/page.html", context, status=status)


def _done(request: FirmRequest, pk: UUID, act: Callable[[], Any], words: str, place: str) -> HttpResponse:
    """Does what was asked and goes back to that place of the page, or says in a sentence why not."""
    try:
        act()
        if words:
            messages.success(request, words)
    except (writing.CannotWrite, storage.NoRoom) as refused:
        messages.error(request, str(refused))
    return redirect(f"{reverse('shared-page', args=[pk])}#{place}")


@requires(Can.VISIT_SHARED_PAGE)
@require_POST
def shared_post_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    student, parts = opened(request, pk)
    form = forms.PostForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            writing.post(student, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("It is on the page."))
            return redirect(f"{reverse('shared-page', args=[pk])}#talk")
        except sandbox.Refused as refused:
            form.add_error("clip", refusals.sentence(refused.code))
        except sandbox.Busy:
            form.add_error("clip", _("We are busy with another film. Please send it again in a minute."))
        except (writing.CannotWrite, storage.NoRoom) as refused:
            form.add_error(None, str(refused))
    return _show(request, student, parts, status=422, post_form=form, open_form="post")


@requires(Can.VISIT_SHARED_PAGE)
@require_POST
def shared_answer_new(request: FirmRequest, pk: UUID, post: UUID) -> HttpResponse:
    student, parts = opened(request, pk)
    if not parts.may(Part.PAGE):
        raise Http404
    under = get_object_or_404(Post.objects.filter(student=student, under=None).standing(), pk=post)
    form = forms.AnswerForm(request.POST)
    if not form.is_valid():
        return _show(request, student, parts, status=422, answer_form=form, answered=under.pk)
    act = lambda: writing.answer(under, by=request.user, at=timezone.now(), **form.cleaned_data)  # noqa: E731
    return _done(request, pk, act, _("It is on the page."), f"post-{under.pk}")


@requires(Can.VISIT_SHARED_PAGE)
@require_POST
def shared_post_withdrawal(request: FirmRequest, pk: UUID, post: UUID) -> HttpResponse:
    student, parts = opened(request, pk)
    if not parts.may(Part.PAGE):
        raise Http404
    one = get_object_or_404(Post.objects.filter(student=student).standing(), pk=post)
    act = lambda: writing.withdraw(one, by=request.user, at=timezone.now())  # noqa: E731
    return _done(request, pk, act, _("It is off the page."), "talk")


@requires(Can.VISIT_SHARED_PAGE)
@require_POST
def shared_win_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    student, parts = opened(request, pk)
    form = forms.WinForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, student, parts, status=422, win_form=form, open_form="win")
    act = lambda: writing.celebrate(student, by=request.user, at=timezone.now(), **form.cleaned_data)  # noqa: E731
    return _done(request, pk, act, _("Wonderful. Everyone on this page can be glad about it."), "wins")


@requires(Can.VISIT_SHARED_PAGE)
@require_GET
def shared_wins(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Every small win, newest first."""
    student, parts = opened(request, pk)
    if not parts.may(Part.WINS):
        raise Http404
    now = timezone.now()
    guests.looked(request.user, student, Part.WINS, at=now)
    wins = page_of(Win.objects.filter(student=student).shared().select_related("by"), request)
    shown = page.SharedPage(student, parts, guests.local_day(now), wins=list(wins))
    page.see(shown)
    context = {"student": student, "parts": parts, "page": shown, "wins": wins, "frame": frame(request)}
    return render(request, "circle/wins.html", context)


@requires(Can.VISIT_SHARED_PAGE)
@require_POST
def shared_win_withdrawal(request: FirmRequest, pk: UUID, win: UUID) -> HttpResponse:
    student, parts = opened(request, pk)
    if not parts.may(Part.WINS):
        raise Http404
    one = get_object_or_404(Win.objects.filter(student=student).shared(), pk=win)
    act = lambda: writing.withdraw(one, by=request.user, at=timezone.now())  # noqa: E731
    return _done(request, pk, act, _("It is off the page."), "wins")


@requires(Can.VISIT_SHARED_PAGE)
@require_GET
def shared_strategy(request: FirmRequest, pk: UUID, strategy: UUID) -> HttpResponse:
    """One strategy with how it went and what it said before."""
    student, parts = opened(request, pk)
    return _show_strategy(request, student, parts, _strategy(student, parts, strategy))


def _strategy(student: Student, parts: Parts, key: UUID) -> Strategy:
    if not parts.may(Part.STRATEGIES):
        raise Http404
    rows = Strategy.objects.filter(student=student).shared().select_related("by")
    return get_object_or_404(rows.prefetch_related("results__by", "versions__changed_by"), pk=key)


def _show_strategy(request: FirmRequest, student: Student, parts: Parts, one: Strategy, *, status: int = 200, result_form: Any = None) -> HttpResponse:  # fmt: skip
    now = timezone.now()
    guests.looked(request.user, student, Part.STRATEGIES, at=now)
    here = Setting.SCHOOL if writing.side_of(request.user, student, at=now) == Side.SCHOOL else Setting.HOME
    today = guests.local_day(now)
    form = result_form or ResultForm(today=today, initial={"setting": here, "happened_on": today})
    context = {
        "student": student,
        "parts": parts,
        "strategy": one,
        "frame": frame(request),
        "result_form": form,
    }
    return render(request, "circle/strategy.html", context, status=status)


@requires(Can.VISIT_SHARED_PAGE)
@require_POST
def shared_strategy_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    student, parts = opened(request, pk)
    form = forms.StrategyForm(request.POST)
    if not form.is_valid():
        return _show(request, student, parts, status=422, strategy_form=form, open_form="strategy")
    act = lambda: writing.help_with(student, by=request.user, at=timezone.now(), **form.cleaned_data)  # noqa: E731
    return _done(request, pk, act, _("It is on the page. Tell later how it went."), "strategies")


@requires(Can.VISIT_SHARED_PAGE)
@require_POST
def shared_strategy_result(request: FirmRequest, pk: UUID, strategy: UUID) -> HttpResponse:
    """How it went, at home or at school."""
    student, parts = opened(request, pk)
    one = _strategy(student, parts, strategy)
    form = ResultForm(request.POST, today=guests.local_day(timezone.now()))
    if not form.is_valid():
        return _show_strategy(request, student, parts, one, status=422, result_form=form)
    try:
        writing.tell_how(one, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Thank you for telling."))
    except writing.CannotWrite as refused:
        messages.error(request, str(refused))
    return redirect("shared-strategy", pk, strategy)


@requires(Can.VISIT_SHARED_PAGE)
@require_GET
def shared_report(request: FirmRequest, pk: UUID, report: UUID) -> HttpResponse:
    """A progress report that was sent to the family."""
    student, parts = opened(request, pk)
    if not parts.may(Part.REPORTS):
        raise Http404
    rows = TermReport.objects.filter(student=student, sent_at__isnull=False).select_related(
        "student", "approved_by"
    )
    found = get_object_or_404(rows, pk=report)
    guests.looked(request.user, student, Part.REPORTS, at=timezone.now())
    return pdf_answer(request, found)


@requires(Can.VISIT_SHARED_PAGE)
@require_POST
def shared_check_in(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Plans the next check-in, or moves it."""
    student, parts = opened(request, pk)
    form = forms.CheckInForm(request.POST)
    if not form.is_valid():
        return _show(request, student, parts, status=422, check_in_form=form, open_form="check-in")
    filled = form.cleaned_data
    act = lambda: writing.plan_check_in(  # noqa: E731
        student, by=request.user, at=timezone.now(), starts_at=form.starts_at(), how=filled["how"], note=filled["note"]
    )  # fmt: skip
    return _done(request, pk, act, _("The check-in is planned."), "check-in")


def _check_in(student: Student, parts: Parts, key: UUID) -> CheckIn:
    if not parts.may(Part.CHECKINS):
        raise Http404
    return get_object_or_404(CheckIn.objects.filter(student=student).ahead(), pk=key)


@requires(Can.VISIT_SHARED_PAGE)
@require_POST
def shared_check_in_question(request: FirmRequest, pk: UUID, check_in: UUID) -> HttpResponse:
    student, parts = opened(request, pk)
    planned = _check_in(student, parts, check_in)
    form = forms.WordsForm(request.POST)
    if not form.is_valid():
        return _show(request, student, parts, status=422, question_form=form, open_form="question")
    act = lambda: writing.ask(planned, by=request.user, at=timezone.now(), **form.cleaned_data)  # noqa: E731
    return _done(request, pk, act, _("It is on the list for the check-in."), "check-in")


@requires(Can.VISIT_SHARED_PAGE)
@require_POST
def shared_check_in_end(request: FirmRequest, pk: UUID, check_in: UUID) -> HttpResponse:
    """The check-in took place, or will not."""
    student, parts = opened(request, pk)
    planned = _check_in(student, parts, check_in)
    held = request.POST.get("held") == "1"
    words = (
        _("Good that you talked. Write down below what you agreed.")
        if held
        else _("The check-in is called off.")
    )
    act = lambda: writing.end_check_in(planned, by=request.user, held=held, at=timezone.now())  # noqa: E731
    return _done(request, pk, act, words, "agreed")


@requires(Can.VISIT_SHARED_PAGE)
@require_POST
def shared_action_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    student, parts = opened(request, pk)
    form = forms.ActionForm(request.POST)
    if not form.is_valid():
        return _show(request, student, parts, status=422, action_form=form, open_form="action")
    act = lambda: writing.agree(student, by=request.user, at=timezone.now(), **form.cleaned_data)  # noqa: E731
    return _done(request, pk, act, _("Agreed."), "agreed")


def _action(student: Student, parts: Parts, key: UUID) -> Action:
    if not parts.may(Part.CHECKINS):
        raise Http404
    return get_object_or_404(Action.objects.filter(student=student).standing(), pk=key)


@requires(Can.VISIT_SHARED_PAGE)
@require_POST
def shared_action_completion(request: FirmRequest, pk: UUID, action: UUID) -> HttpResponse:
    """Ticked off: a small celebration, with a way back."""
    student, parts = opened(request, pk)
    one = _action(student, parts, action)

    def act() -> None:
        if writing.tick(one, by=request.user, done=True, at=timezone.now()):
            offer_undo(
                request,
                _("Done. Well done, everyone!"),
                url=reverse("shared-action-reopening", args=[pk, action]),
            )

    return _done(request, pk, act, "", "wins")


@requires(Can.VISIT_SHARED_PAGE)
@require_POST
def shared_action_reopening(request: FirmRequest, pk: UUID, action: UUID) -> HttpResponse:
    student, parts = opened(request, pk)
    one = _action(student, parts, action)
    act = lambda: writing.tick(one, by=request.user, done=False, at=timezone.now())  # noqa: E731
    return _done(request, pk, act, _("It is open again."), "agreed")


@requires(Can.VISIT_SHARED_PAGE)
@require_POST
def shared_action_withdrawal(request: FirmRequest, pk: UUID, action: UUID) -> HttpResponse:
    student, parts = opened(request, pk)
    one = _action(student, parts, action)
    act = lambda: writing.withdraw(one, by=request.user, at=timezone.now())  # noqa: E731
    return _done(request, pk, act, _("It is off the list."), "agreed")


@requires(Can.VISIT_SHARED_PAGE)
@require_POST
def shared_pace(request: FirmRequest, pk: UUID) -> HttpResponse:
    """How often this person hears that something is new."""
    student, parts = opened(request, pk)
    form = forms.PaceForm(request.POST)
    if not form.is_valid():
        return _show(request, student, parts, status=422, pace_form=form)
    act = lambda: news.set_pace(request.user, student, form.cleaned_data["pace"], at=timezone.now())  # noqa: E731
    return _done(request, pk, act, _("Saved."), "pace")


@requires(Can.VISIT_SHARED_PAGE)
@require_GET
def shared_picture(request: FirmRequest, pk: UUID, picture: UUID) -> HttpResponseBase:
    """One photo that stands on a part this person sees."""
    student, parts = opened(request, pk)
    rows = Page.objects.filter(version__document__in=pictures.on_page(student, parts), version__state="ready")
    found = get_object_or_404(
        rows.select_related("version__document").defer("words", "text", "search"), pk=picture
    )
    try:
        response = serving.answer(
            found.picture_key,
            size=found.picture_size,
            content_type="image/webp",
            name=f"photo-{found.number}.webp",
        )
    except storage.Missing:
        raise Http404 from None
    audit.record("document.page_seen", by=request.user, at=timezone.now(), about=found.version.document, page=found.number)  # fmt: skip
    return response


@requires(Can.VISIT_SHARED_PAGE)
@require_GET
def shared_clip(request: FirmRequest, pk: UUID, clip: UUID) -> HttpResponse:
    student, parts = opened(request, pk)
    if not parts.may(Part.PAGE):
        raise Http404
    posts = Post.objects.filter(student=student).standing()
    film = get_object_or_404(Clip.objects.filter(pk__in=posts.values("clip")), pk=clip)
    try:
        response = clips.answer(film, request.headers.get("Range", ""))
    except storage.Missing:
        raise Http404 from None
    if response.status_code == 200 or response.get("Content-Range", "").startswith("bytes 0-"):
        audit.record("clip.seen", by=request.user, at=timezone.now(), about=student, clip=str(film.pk))
    return response


@requires(Can.VISIT_SHARED_PAGE)
@require_GET
def shared_about_pdf(request: FirmRequest, pk: UUID) -> HttpResponse:
    """“About my child” on one page, to print."""
    student, parts = opened(request, pk)
    if not parts.may(Part.ABOUT) or AboutPage.objects.newest(student) is None:
        raise Http404
    guests.looked(request.user, student, Part.ABOUT, at=timezone.now())
    return pdf(student)
