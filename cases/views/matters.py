"""Cases: listed, opened, read, edited, moved on, handed over, closed; their tasks and contact log."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Min, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.models import User
from accounts.requests import FirmRequest
from cases import clock, editing, opening, team, timeline
from cases.forms import (
    CaseDetailsForm,
    CaseForm,
    ClosureForm,
    EntryCorrectionForm,
    EntryStrikeForm,
    EventForm,
    HandOverForm,
    LogForm,
    StageForm,
    TaskForm,
    TeamForm,
)
from cases.models import Case, Deadline, EntryKind, Status, Task, TimelineEntry
from cases.stages import STAGES, stage_of
from clients.models import Student
from documents.models import Document
from web.access import Can, requires
from web.forms import posted
from web.paging import page_of
from web.toasts import offer_undo

FORM = require_http_methods(["GET", "HEAD", "POST"])


def visible_case(request: FirmRequest, pk: UUID) -> Case:
    rows = Case.objects.visible_to(request.user).select_related(
        "student__family", "student__district", "advocate"
    )
    return get_object_or_404(rows, pk=pk)


def today_of(request: FirmRequest) -> Any:
    return timezone.localdate(timezone.now(), request.firm.zone)


@requires(Can.SEE_CASES)
@require_GET
def case_list(request: FirmRequest) -> HttpResponse:
    """Open cases by advocate, or those closed, or those without a next step."""
    which = request.GET.get("show", "open")
    rows = Case.objects.visible_to(request.user)
    rows = (
        rows.closed() if which == "closed" else rows.without_next_step() if which == "idle" else rows.open()
    )
    if request.GET.get("who") != "team":
        rows = rows.filter(advocate=request.user) if request.user.can(Can.SET_OWN_HOURS) else rows
    due = Q(deadlines__done_at=None, deadlines__set_aside_at=None, deadlines__dropped_at=None)
    rows = (
        rows.select_related("student__family", "advocate")
        .annotate(next_due=Min("deadlines__due_on", filter=due))
        .order_by("next_due", "pk")
    )
    page = page_of(rows, request)
    context = {
        "page": page,
        "show": which,
        "who": request.GET.get("who", "mine"),
        "rows": [(case, stage_of(case.kind, case.stage)) for case in page],
        "today": today_of(request),
    }
    return render(request, "cases/list.html", context)


@requires(Can.EDIT_CASES)
@FORM
def case_new(request: FirmRequest) -> HttpResponse:
    user = request.user
    initial = {"student": request.GET.get("student"), "advocate": str(user.pk), "kind": "iep"}
    form = CaseForm(posted(request), user=user, initial=initial)
    if form.is_valid():
        try:
            case = opening.open_case(**form.cleaned_data, by=user, at=timezone.now())
        except opening.CaseError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("The case is open."))
            return redirect("case", case.pk)
    return render(request, "cases/new.html", {"form": form}, status=422 if form.errors else 200)


def _page(request: FirmRequest, case: Case, **forms: Any) -> dict[str, Any]:
    """What the page of a case shows."""
    deadlines = list(case.deadlines.filter(dropped_at=None).defer("trace").select_related("owner", "event"))
    state = clock.state_of(case.student)
    stages = STAGES[case.kind]
    at = next((n for n, stage in enumerate(stages) if stage.id == case.stage), 0)
    return {
        "case": case,
        "student": case.student,
        "closure": case.closure,
        "stage": stage_of(case.kind, case.stage),
        "steps": [{"label": s.name, "done": n < at, "current": n == at} for n, s in enumerate(stages)],
        "stage_form": StageForm(initial={"stage": case.stage}, kind=case.kind),
        "dated": sorted((d for d in deadlines if d.is_standing and d.due_on), key=lambda d: (d.due_on, d.pk)),
        "undated": [d for d in deadlines if d.is_standing and not d.due_on],
        "over": [d for d in deadlines if not d.is_standing],
        "events": case.events.filter(withdrawn_at=None),
        "event_form": EventForm(state=state, case_kind=case.kind),
        "tasks": case.tasks.filter(done_at=None).select_related("owner"),
        "task_form": TaskForm(),
        "meetings": case.meetings.standing().select_related("advocate").order_by("-starts_at")[:6],
        "log_form": _log_form(request, case),
        "entries": timeline.told(TimelineEntry.objects.filter(case=case)[:8], to=request.user),
        "team": case.student.care_team.filter(until=None).select_related("user").order_by("user__name"),
        "team_form": TeamForm(people=team.who_may_join(case)),
        "state": state,
        "today": today_of(request),
        **forms,
    }


def _log_form(request: FirmRequest, case: Case, told: Any = None) -> LogForm:
    papers = Document.objects.visible_to(request.user).filter(student=case.student_id)
    return LogForm(told, papers=papers, auto_id="log_%s")


@requires(Can.SEE_CASES)
@require_GET
def case_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    audit.record("case.read", by=request.user, at=timezone.now(), about=case)
    return render(request, "cases/case.html", _page(request, case))


@requires(Can.EDIT_CASES)
@FORM
def case_details(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Editing what is written about the case; the second of two people is shown what changed."""
    case = visible_case(request, pk)
    initial = {name: getattr(case, name) for name in ("next_step", "next_step_on", "about", "version")}
    form = CaseDetailsForm(posted(request), initial=initial)
    context: dict[str, Any] = {"case": case, "form": form}
    if not form.is_valid():
        return render(request, "cases/details.html", context, status=422 if form.errors else 200)
    filled = dict(form.cleaned_data)
    try:
        editing.save(case, filled, version=filled.pop("version"), by=request.user)
    except editing.ChangedMeanwhile as problem:
        editing.carry_on(form, problem.current.version)
        context |= {
            "differences": editing.differences(form, problem.current),
            "other": problem.current.changed_by,
        }
        return render(request, "cases/details.html", context, status=409)
    audit.record("case.edited", by=request.user, at=timezone.now(), about=case)
    messages.success(request, _("Saved."))
    return redirect("case", pk)


@requires(Can.EDIT_CASES)
@require_POST
def case_stage(request: FirmRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    form = StageForm(request.POST, kind=case.kind)
    if not form.is_valid():
        return render(request, "cases/case.html", _page(request, case, stage_form=form), status=422)
    opening.move(case, form.cleaned_data["stage"], by=request.user, at=timezone.now())
    messages.success(request, _("The case is now at “%(stage)s”.") % {"stage": stage_of(case.kind, case.stage).name})  # fmt: skip
    return redirect("case", pk)


@requires(Can.EDIT_CASES)
@FORM
def case_hand_over(request: FirmRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    form = HandOverForm(posted(request), but=case.advocate)
    if form.is_valid():
        try:
            row = opening.hand_over(case, **form.cleaned_data, by=request.user, at=timezone.now())
        except opening.CaseError as problem:
            form.add_error("taker", str(problem))
        else:
            messages.success(request, _("%(name)s leads this case now.") % {"name": row.taker.name})
            seen = Case.objects.visible_to(request.user).filter(pk=pk).exists()
            return redirect("case", pk) if seen else redirect("cases")
    context = {"case": case, "form": form, "history": case.hand_overs.select_related("giver", "taker", "by")}
    return render(request, "cases/hand_over.html", context, status=422 if form.errors else 200)


@requires(Can.EDIT_CASES)
@require_POST
def case_team(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One more person works for the student."""
    case = visible_case(request, pk)
    form = TeamForm(request.POST, people=team.who_may_join(case))
    if not form.is_valid():
        return render(request, "cases/case.html", _page(request, case, team_form=form), status=422)
    person = User.objects.get(pk=form.cleaned_data["person"])
    team.join(case, person, by=request.user, at=timezone.now())
    messages.success(request, _("%(name)s is on the care team now.") % {"name": person.name})
    return redirect(f"{reverse('case', args=[pk])}#team")


@requires(Can.EDIT_CASES)
@require_POST
def case_team_departure(request: FirmRequest, pk: UUID, person: UUID) -> HttpResponse:
    """Somebody works for the student no more."""
    case = visible_case(request, pk)
    member = get_object_or_404(case.student.care_team.filter(until=None).select_related("user"), user=person)
    try:
        team.leave(case, member.user, by=request.user, at=timezone.now())
        messages.success(request, _("%(name)s is off the care team. Their open tasks and dates went to who leads the case.") % {"name": member.user.name})  # fmt: skip
    except opening.CaseError as problem:
        messages.error(request, str(problem))
    seen = Case.objects.visible_to(request.user).filter(pk=pk).exists()
    return redirect(f"{reverse('case', args=[pk])}#team") if seen else redirect("cases")


@requires(Can.EDIT_CASES)
@FORM
def case_closure(request: FirmRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    form = ClosureForm(posted(request))
    if form.is_valid():
        try:
            opening.close(case, **form.cleaned_data, by=request.user, at=timezone.now())
        except opening.CaseError as problem:
            form.add_error(None, str(problem))
        else:
            offer_undo(request, _("The case is closed."), url=reverse("case-reopening", args=[pk]))
            return redirect("case", pk)
    context = {
        "case": case,
        "form": form,
        "standing": case.deadlines.standing().count(),
        "meetings": case.meetings.standing().filter(starts_at__gt=timezone.now()).count(),
        "tasks": case.tasks.filter(done_at=None).count(),
    }
    return render(request, "cases/closure.html", context, status=422 if form.errors else 200)


@requires(Can.EDIT_CASES)
@require_POST
def case_reopening(request: FirmRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    try:
        opening.reopen(case, by=request.user, at=timezone.now())
        messages.success(request, _("The case is open again."))
    except opening.CaseError as problem:
        messages.error(request, str(problem))
    return redirect("case", pk)


@requires(Can.EDIT_CASES)
@require_POST
def case_tasks(request: FirmRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    form = TaskForm(request.POST)
    if not form.is_valid():
        return render(request, "cases/case.html", _page(request, case, task_form=form), status=422)
    task = Task.objects.create(case=case, owner=case.advocate, **form.cleaned_data)
    audit.record("task.added", by=request.user, at=timezone.now(), about=task, case=str(case.pk))
    return redirect(f"{reverse('case', args=[pk])}#tasks")


@requires(Can.EDIT_CASES)
@require_POST
def task_completion(request: FirmRequest, pk: UUID) -> HttpResponse:
    task = get_object_or_404(Task.objects.visible_to(request.user).open(), pk=pk)
    now = timezone.now()
    Task.objects.filter(pk=pk).update(done_at=now, done_by=request.user)
    audit.record("task.done", by=request.user, at=now, about=task, case=str(task.case_id))
    offer_undo(
        request, _("Done: %(task)s") % {"task": task.local_title}, url=reverse("task-reopening", args=[pk])
    )
    return redirect(back(request, reverse("case", args=[task.case_id])))


@requires(Can.EDIT_CASES)
@require_POST
def task_reopening(request: FirmRequest, pk: UUID) -> HttpResponse:
    task = get_object_or_404(Task.objects.visible_to(request.user), pk=pk)
    Task.objects.filter(pk=pk).update(done_at=None, done_by=None)
    audit.record("task.reopened", by=request.user, at=timezone.now(), about=task, case=str(task.case_id))
    messages.success(request, _("It is open again."))
    return redirect(back(request, reverse("case", args=[task.case_id])))


def back(request: FirmRequest, otherwise: str) -> str:
    """Where the person came from, if that is a page of ours."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    return wanted if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) else otherwise


@requires(Can.EDIT_CASES)
@require_POST
def case_log(request: FirmRequest, pk: UUID) -> HttpResponse:
    """A line of the contact log: how, and what was said."""
    case = visible_case(request, pk)
    form = _log_form(request, case, request.POST)
    now = timezone.now()
    if form.is_valid() and (form.cleaned_data["happened_at"] or now) > now:
        form.add_error("happened_at", _("This lies in the future."))
    if not form.is_valid():
        return render(request, "cases/case.html", _page(request, case, log_form=form), status=422)
    filled = form.cleaned_data
    entry = timeline.add(
        student=case.student, case=case, kind=EntryKind.WIN if filled["win"] else filled["kind"], text=filled["text"],
        who=filled["who"] or request.user.name, happened_at=filled["happened_at"] or now, at=now, by=request.user,
        shared=filled["shared"], evidence=("document", filled["paper"].pk) if filled["paper"] else None,
    )  # fmt: skip
    audit.record("entry.added", by=request.user, at=now, about=entry, student=str(case.student_id))
    return redirect(f"{reverse('case', args=[pk])}#timeline")


@requires(Can.EDIT_CASES)
@require_POST
def entry_sharing(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Shows an entry to the family, or hides it again."""
    # A win is shared where it is kept: its entry follows it.
    rows = TimelineEntry.objects.visible_to(request.user).standing()
    entry = get_object_or_404(rows.exclude(evidence_kind="win"), pk=pk)
    shared = request.POST.get("shared") == "1"
    TimelineEntry.objects.filter(pk=pk).update(shared=shared)
    audit.record("entry.shared" if shared else "entry.hidden", by=request.user, at=timezone.now(), about=entry, student=str(entry.student_id))  # fmt: skip
    messages.success(request, _("The family sees it now.") if shared else _("The family does not see it any more."))  # fmt: skip
    return redirect(back(request, reverse("student-timeline", args=[entry.student_id])))


def _correctable(request: FirmRequest, pk: UUID) -> TimelineEntry:
    rows = TimelineEntry.objects.correctable_by(request.user).select_related("student", "recorded_by")
    return get_object_or_404(rows, pk=pk)


def _entry_page(request: FirmRequest, entry: TimelineEntry, **forms: Any) -> HttpResponse:
    """The form that sets an entry right, the one that strikes it out, and what it said before."""
    context = {
        "entry": entry,
        "student": entry.student,
        "form": EntryCorrectionForm(entry=entry),
        "strike": EntryStrikeForm(),
        "revisions": entry.revisions.select_related("by"),  # type: ignore[attr-defined]
        "back": back(request, reverse("student-timeline", args=[entry.student_id])),
        **forms,
    }
    return render(request, "cases/entry.html", context, status=422 if forms else 200)


@requires(Can.EDIT_CASES)
@FORM
def entry_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    """An entry of the contact log is set right by who wrote it, or by who runs the firm."""
    entry = _correctable(request, pk)
    form = EntryCorrectionForm(posted(request), entry=entry)
    if form.is_valid() and form.cleaned_data["happened_at"] > timezone.now():
        form.add_error("happened_at", _("This lies in the future."))
    if form.is_valid():
        try:
            if timeline.correct(entry, **form.cleaned_data, by=request.user, at=timezone.now()):
                messages.success(request, _("Kept. What it said before stays in its history."))
            return redirect(back(request, reverse("student-timeline", args=[entry.student_id])))
        except timeline.CorrectedMeanwhile as problem:
            entry = _correctable(request, pk)
            form.add_error(None, str(problem))
            editing.carry_on(form, entry.revisions.count())  # type: ignore[attr-defined]
            return _entry_page(request, entry, form=form, meanwhile=True)
    return _entry_page(request, entry, **({"form": form} if form.is_bound else {}))


@requires(Can.EDIT_CASES)
@require_POST
def entry_strike(request: FirmRequest, pk: UUID) -> HttpResponse:
    """An entry of the contact log that was a mistake, or about another child."""
    entry, form = _correctable(request, pk), EntryStrikeForm(request.POST)
    if not form.is_valid():
        return _entry_page(request, entry, strike=form)
    timeline.strike_out(entry, reason=form.cleaned_data["strike_reason"], by=request.user, at=timezone.now())
    messages.success(request, _("Struck out. The family does not see it, and the office sees why."))
    return redirect(back(request, reverse("student-timeline", args=[entry.student_id])))


@requires(Can.SEE_CASES)
@require_GET
def student_timeline(request: FirmRequest, pk: UUID) -> HttpResponse:
    student = get_object_or_404(Student.objects.visible_to(request.user), pk=pk)
    rows = TimelineEntry.objects.visible_to(request.user).filter(student=student)
    kind = request.GET.get("kind", "")
    if kind in EntryKind.values:
        rows = rows.filter(kind=kind)
    audit.record("timeline.read", by=request.user, at=timezone.now(), about=student)
    page = page_of(rows, request)
    context = {
        "student": student,
        "page": page,
        "entries": timeline.told(page, to=request.user),
        "kinds": EntryKind.choices,
        "kind": kind,
    }
    return render(request, "cases/timeline.html", context)


def student_section(request: FirmRequest, student: Student) -> dict[str, Any]:
    """What the page of a student shows of their cases: stages, the next dates, where to count removals."""
    cases = list(student.cases.open().select_related("advocate").order_by("opened_at"))  # type: ignore[attr-defined]
    rows = Deadline.objects.filter(case__in=cases).standing().select_related("owner")
    return {
        "student": student,
        "cases": [(case, stage_of(case.kind, case.stage)) for case in cases],
        "dated": rows.dated().order_by("due_on", "pk")[:8],
        "missing": rows.filter(status=Status.NEEDS_INPUT)[:4],
        "today": today_of(request),
    }
