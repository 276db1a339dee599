"""The pages about adult life: the plan, the day rights become the student's own, and the young adult's choice."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.requests import FirmRequest
from circle import forms, transition
from circle.models import Agency, Area, OwnWords, PostSchoolGoal, TransitionStep
from circle.views import frame
from clients import guests
from clients.models import RightsTransfer, Student
from web.access import Can, requires
from web.forms import posted

FORM = require_http_methods(["GET", "HEAD", "POST"])


def _student(request: FirmRequest, pk: UUID) -> Student:
    return get_object_or_404(Student.objects.visible_to(request.user).select_related("district"), pk=pk)


@requires(Can.SHARE_PAGE)
@require_GET
def transition_plan(request: FirmRequest, pk: UUID) -> HttpResponse:
    student = _student(request, pk)
    audit.record("transition_plan.read", by=request.user, at=timezone.now(), about=student)
    return _show(request, student)


def _show(request: FirmRequest, student: Student, *, status: int = 200, **filled: Any) -> HttpResponse:
    now = timezone.now()
    today = guests.local_day(now)
    of_student = {"plan__student": student}
    goals = list(PostSchoolGoal.objects.filter(**of_student, ended_at=None).select_related("by"))
    steps = list(TransitionStep.objects.filter(**of_student).select_related("done_by", "goal"))
    words = OwnWords.objects.filter(**of_student).select_related("written_by").first()
    clocks = transition.clocks(student)
    context: dict[str, Any] = {
        "student": student, "frame": frame(request), "today": today, "clocks": clocks,
        "is_open": bool(clocks and clocks.is_open(today)), "own_words": words,
        "said": _said(words),
        "areas": [(area, [goal for goal in goals if goal.area == area]) for area in Area],
        "steps": [step for step in steps if step.done_at is None], "done": [step for step in steps if step.done_at],
        "agencies": Agency.objects.filter(**of_student, ended_at=None),
        "transfer": RightsTransfer.objects.filter(student=student).first(),
        "is_own": transition.is_own(request.user, student, at=now),
        "may_record": request.user.can(Can.EDIT_STUDENTS) and transition.can_change(student, at=now),
        "words_form": forms.OwnWordsForm(instance=words), "goal_form": forms.GoalForm(), "step_form": forms.StepForm(goals=goals),
        "agency_form": forms.AgencyForm(),
        **filled,
    }  # fmt: skip
    return render(request, "circle/transition.html", context, status=status)


def _said(words: OwnWords | None) -> list[tuple[Any, str]]:
    """The boxes that hold something, with their headings."""
    fields: dict[str, Any] = {field.name: field for field in OwnWords._meta.concrete_fields}
    found = [(fields[name].verbose_name, getattr(words, name, "")) for name in OwnWords.QUESTIONS]
    return [(label, text) for label, text in found if text]


def _back(pk: UUID, place: str) -> HttpResponse:
    return redirect(f"{reverse('transition-plan', args=[pk])}#{place}")


@requires(Can.SHARE_PAGE)
@require_POST
def own_words(request: FirmRequest, pk: UUID) -> HttpResponse:
    student = _student(request, pk)
    form = forms.OwnWordsForm(request.POST)
    if not form.is_valid():
        return _show(request, student, status=422, words_form=form, open_form="words")
    transition.say(student, form.cleaned_data, by=request.user, at=timezone.now())
    messages.success(request, _("Saved, word for word."))
    return _back(pk, "words")


@requires(Can.SHARE_PAGE)
@require_POST
def post_school_goal_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    student = _student(request, pk)
    form = forms.GoalForm(request.POST)
    if not form.is_valid():
        return _show(request, student, status=422, goal_form=form, open_form="goal")
    transition.aim(student, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("The goal is on the plan."))
    return _back(pk, "goals")


@requires(Can.SHARE_PAGE)
@require_POST
def transition_step_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    student = _student(request, pk)
    goals = list(PostSchoolGoal.objects.filter(plan__student=student, ended_at=None))
    form = forms.StepForm(request.POST, goals=goals)
    if not form.is_valid():
        return _show(request, student, status=422, step_form=form, open_form="step")
    filled = form.cleaned_data
    goal = next((goal for goal in goals if str(goal.pk) == filled["goal"]), None)
    transition.step(
        student, words=filled["words"], who=filled["who"], due_on=filled["due_on"], goal=goal, by=request.user, at=timezone.now()
    )  # fmt: skip
    messages.success(request, _("The step is on the plan."))
    return _back(pk, "steps")


@requires(Can.SHARE_PAGE)
@require_POST
def transition_step_completion(request: FirmRequest, pk: UUID, step: UUID) -> HttpResponse:
    """Done, or with `done=0` open again."""
    student = _student(request, pk)
    one = get_object_or_404(
        TransitionStep.objects.filter(plan__student=student).select_related("plan__student"), pk=step
    )
    done = request.POST.get("done", "1") == "1"
    if transition.tick(one, by=request.user, done=done, at=timezone.now()) and done:
        messages.success(request, _("Done. One step further!"))
    return _back(pk, "steps")


@requires(Can.SHARE_PAGE)
@require_POST
def agency_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    student, now = _student(request, pk), timezone.now()
    form = forms.AgencyForm(request.POST)
    if not form.is_valid():
        return _show(request, student, status=422, agency_form=form, open_form="agency")
    transition.ask_agency(student, by=request.user, at=now, **form.cleaned_data)
    messages.success(request, _("The agency is on the plan."))
    return _back(pk, "agencies")


@requires(Can.SHARE_PAGE)
@require_POST
def transition_ending(request: FirmRequest, pk: UUID, thing: UUID) -> HttpResponse:
    """Takes a goal or an agency off the plan."""
    student = _student(request, pk)
    one: Any = (
        PostSchoolGoal.objects.filter(plan__student=student, pk=thing).select_related("plan__student").first()
    )
    one = one or get_object_or_404(
        Agency.objects.filter(plan__student=student).select_related("plan__student"), pk=thing
    )
    transition.end(one, by=request.user, at=timezone.now())
    messages.success(request, _("It is off the plan."))
    return _back(pk, "goals" if isinstance(one, PostSchoolGoal) else "agencies")


@requires(Can.EDIT_STUDENTS)
@FORM
def rights_transfer(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The office writes down that the rights are the student's own, and gives the young adult a sign-in."""
    student = _student(request, pk)
    clocks = transition.clocks(student)
    now, row = timezone.now(), RightsTransfer.objects.filter(student=student).first()
    usual = row.on if row else clocks.transfer.due_on if clocks else None
    form = forms.TransferForm(
        posted(request) if "withdraw" not in request.POST else None, initial={"on": usual}
    )
    problem = ""
    if "withdraw" in request.POST:
        try:
            transition.take_back(student, by=request.user, at=now)
            messages.success(request, _("Taken back. The rights stay with the parents."))
            return redirect("transition-plan", pk)
        except transition.CannotDo as refused:
            problem = str(refused)
    elif request.method == "POST" and form.is_valid():
        try:
            transition.transfer(student, by=request.user, at=now, **form.cleaned_data)
            messages.success(request, _("Written down. From that day the rights are %(name)s’s own.") % {"name": student.given_name})  # fmt: skip
            return redirect("transition-plan", pk)
        except transition.CannotDo as refused:
            form.add_error(None, str(refused))
    context = {
        "student": student, "clocks": clocks, "form": form, "frame": frame(request), "transfer": row, "problem": problem,
        "ahead": row is not None and row.on > guests.local_day(now),
    }  # fmt: skip
    return render(
        request, "circle/rights_transfer.html", context, status=422 if form.is_bound or problem else 200
    )


@requires(Can.VISIT_PORTAL)
@FORM
def sharing(request: FirmRequest) -> HttpResponse:
    """The young adult ticks who may see; asked at sign-in, and changed here at any time."""
    now = timezone.now()
    student = transition.own_student(request.user, at=now)
    if student is None:
        raise Http404
    people = transition.others(student)
    if request.method == "POST":
        wanted = set(request.POST.getlist("may_see"))
        transition.choose(
            student, {person.pk: str(person.pk) in wanted for person in people}, by=request.user, at=now
        )
        messages.success(request, _("Saved. You can change this any day."))
        return redirect("portal-sharing")
    decided = transition.standing(student)
    rows = [(person, decided.get(person.pk)) for person in people]
    fresh = transition.undecided(request.user, at=now) is not None
    return render(request, "circle/sharing.html", {"student": student, "rows": rows, "fresh": fresh})
