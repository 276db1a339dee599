"""What happened, what is due, the questions of a date, and settings about dates."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.requests import FirmRequest
from cases import calendars, clock, editing, feed, warnings
from cases.forms import EventCorrectionForm, EventForm, SetAsideForm, TemplateForm, WarningForm
from cases.models import (
    CaseEvent,
    Deadline,
    TaskTemplate,
    WarningSetting,
)
from cases.stages import STAGES
from cases.views.matters import _page, back, today_of, visible_case
from clients.models import Student
from law.clock import FactError
from law.dates import iso_date
from web.access import Can, requires
from web.forms import posted
from web.toasts import offer_undo

FORM = require_http_methods(["GET", "HEAD", "POST"])


@requires(Can.EDIT_CASES)
@require_POST
def case_events(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Something happened that the law counts from."""
    case = visible_case(request, pk)
    form = EventForm(request.POST, state=clock.state_of(case.student), case_kind=case.kind)
    if form.is_valid():
        try:
            event = clock.record(case, **form.cleaned_data, by=request.user, at=timezone.now())
        except clock.ImpossibleFacts as problem:
            for sentence in problem.sentences:
                form.add_error("on", sentence)
        else:
            asking = event.deadlines.standing().filter(asks=True).first()
            if asking:
                messages.info(request, _("One question before this date can be relied on."))
                return redirect("deadline", asking.pk)
            count = event.deadlines.count()
            said = ngettext(
                "Recorded. %(n)s date follows from it.", "Recorded. %(n)s dates follow from it.", count
            )
            messages.success(request, said % {"n": count})
            return redirect("case", pk)
    return render(request, "cases/case.html", _page(request, case, event_form=form), status=422)


def _visible_event(request: FirmRequest, pk: UUID) -> CaseEvent:
    seen = Student.objects.visible_to(request.user)
    rows = CaseEvent.objects.filter(case__student__in=seen, withdrawn_at=None)
    return get_object_or_404(rows.select_related("case__student", "recorded_by"), pk=pk)


@requires(Can.EDIT_CASES)
@FORM
def case_event(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Correcting the day of an event."""
    event = _visible_event(request, pk)
    initial = {"on": event.on, "note": event.note, "version": event.version}
    form = EventCorrectionForm(posted(request), initial=initial)
    status = 200
    if form.is_valid():
        try:
            clock.correct(event, **form.cleaned_data, by=request.user, at=timezone.now())
        except clock.ImpossibleFacts as problem:
            for sentence in problem.sentences:
                form.add_error("on", sentence)
        except calendars.ChangedMeanwhile:
            event.refresh_from_db()
            editing.carry_on(form, event.version)
            form.add_error(None, _("Somebody else changed this: it now says %(day)s. Save again if yours is right.") % {"day": event.on})  # fmt: skip
            status = 409
        else:
            messages.success(request, _("Corrected. The dates were counted again."))
            return redirect("case", event.case_id)
    if form.errors and status == 200:
        status = 422
    context = {"event": event, "form": form, "deadlines": event.deadlines.filter(dropped_at=None)}
    return render(request, "cases/event.html", context, status=status)


@requires(Can.EDIT_CASES)
@require_POST
def event_withdrawal(request: FirmRequest, pk: UUID) -> HttpResponse:
    event = _visible_event(request, pk)
    clock.take_back(event, by=request.user, at=timezone.now())
    messages.success(request, _("Taken back. Its dates are gone from the lists; their history stays."))
    return redirect("case", event.case_id)


def visible_deadline(request: FirmRequest, pk: UUID) -> Deadline:
    rows = Deadline.objects.visible_to(request.user).select_related(
        "case__student__district", "event", "owner"
    )
    return get_object_or_404(rows, pk=pk)


@requires(Can.SEE_CASES)
@require_GET
def deadline_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The rule, the facts, the arithmetic, the source and the history of one date."""
    return render(request, "cases/deadline.html", _deadline_page(request, visible_deadline(request, pk)))


def _deadline_page(request: FirmRequest, row: Deadline, **more: Any) -> dict[str, Any]:
    found = row.words
    asked = {item["key"] for item in found["questions"]} | {item["key"] for item in found["conditions"]}
    return {
        "deadline": row,
        "found": found,
        "case": row.case,
        "student": row.case.student,
        "history": row.changes.select_related("by"),
        "answers": [(key, value) for key, value in row.answers.items() if key not in asked],
        "act_by": iso_date(found["act_by"]) if found["act_by"] else None,
        "needs_calendar": any(item["kind"] in ("calendar", "school_year") for item in found["missing"]),
        "today": today_of(request),
        "aside_form": SetAsideForm(),
        **more,
    }


@requires(Can.EDIT_CASES)
@require_POST
def deadline_answers(request: FirmRequest, pk: UUID) -> HttpResponse:
    """An answer to a question of the date; a date that is itself an event is recorded as one."""
    row = visible_deadline(request, pk)
    key, kind = request.POST.get("key", ""), request.POST.get("kind", "")
    known = {item["key"]: item["answer"] for item in (*row.words["questions"], *row.words["conditions"])}
    if key not in known and key not in row.answers:
        raise Http404
    now = timezone.now()
    try:
        value = _read_answer(request, kind)
        if known.get(key) == "date" and isinstance(value, date):
            clock.record(row.case, kind=key, on=value, by=request.user, at=now)
        else:
            clock.answer_question(row, key=key, value=value, by=request.user, at=now)
    except (FactError, clock.ImpossibleFacts, ValueError) as problem:
        context = _deadline_page(request, row, problem=str(problem))
        return render(request, "cases/deadline.html", context, status=422)
    messages.success(request, _("Counted again with your answer."))
    return redirect("deadline", pk)


def _read_answer(request: FirmRequest, kind: str) -> bool | int | date | None:
    if kind in ("yes", "no"):
        return kind == "yes"
    if kind == "forget":
        return None
    if kind == "days":
        words = request.POST.get("days", "").strip()
        if not words.isdecimal() or len(words) > 4:
            raise ValueError(_("Type the number of days."))
        return int(words)
    try:
        return iso_date(request.POST.get("on", ""))
    except ValueError:
        raise ValueError(_("Choose the date.")) from None


@requires(Can.EDIT_CASES)
@require_POST
def deadline_completion(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = visible_deadline(request, pk)
    clock.mark_done(Deadline.objects.filter(pk=pk), by=request.user, at=timezone.now())
    offer_undo(request, _("Done: %(title)s") % {"title": row.local_title}, url=reverse("deadline-reopening", args=[pk]))  # fmt: skip
    return redirect(back(request, reverse("deadline", args=[pk])))


@requires(Can.EDIT_CASES)
@require_POST
def deadline_reopening(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = visible_deadline(request, pk)
    clock.mark_open(row, by=request.user, at=timezone.now())
    messages.success(request, _("It is open again."))
    return redirect(back(request, reverse("deadline", args=[pk])))


@requires(Can.EDIT_CASES)
@require_POST
def deadline_set_aside(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = visible_deadline(request, pk)
    form = SetAsideForm(request.POST)
    if not form.is_valid():
        return render(
            request, "cases/deadline.html", _deadline_page(request, row, aside_form=form), status=422
        )
    clock.set_aside(row, why=form.cleaned_data["why"], by=request.user, at=timezone.now())
    offer_undo(request, _("Set aside: %(title)s") % {"title": row.local_title}, url=reverse("deadline-reopening", args=[pk]))  # fmt: skip
    return redirect("deadline", pk)


@requires(Can.SEE_CASES)
@FORM
def warning_settings(request: FirmRequest) -> HttpResponse:
    """The person's own warnings, and the firm's for those who have none of their own."""
    user = request.user
    mine = warnings.setting_of(user)
    firm = WarningSetting.objects.filter(user=None).first() or WarningSetting()
    part = request.POST.get("part", "mine")
    whole = part == "firm" and user.can(Can.SET_CASES)
    form = WarningForm(posted(request) if not whole else None, initial={"leads": mine.leads, "channel": mine.channel}, prefix="mine")  # fmt: skip
    firm_form = WarningForm(posted(request) if whole else None, initial={"leads": firm.leads, "channel": firm.channel}, prefix="firm")  # fmt: skip
    shown = firm_form if whole else form
    if shown.is_valid():
        WarningSetting.objects.update_or_create(user=None if whole else user, defaults=shown.cleaned_data)
        rows = Deadline.objects.standing().dated().select_related("owner").defer("trace")
        warnings.plan(rows if whole else rows.filter(owner=user), at=timezone.now())
        audit.record("warnings.set", by=user, at=timezone.now(), whole=whole)
        messages.success(request, _("Saved."))
        return redirect("warnings")
    context = {"form": form, "firm_form": firm_form if user.can(Can.SET_CASES) else None, "has_feed": user.deadline_feeds.filter(revoked_at=None).exists()}  # fmt: skip
    return render(request, "cases/warnings.html", context, status=422 if shown.errors else 200)


@requires(Can.SEE_CASES)
@require_POST
def feed_new(request: FirmRequest) -> HttpResponse:
    """A new secret address; shown once."""
    secret = feed.make(request.user, at=timezone.now())
    address = request.firm.url(reverse("deadline-feed", args=[secret]))
    return render(request, "cases/feed_made.html", {"address": address})


@requires(Can.SEE_CASES, even_read_only=True)
@require_POST
def feed_revocation(request: FirmRequest) -> HttpResponse:
    feed.revoke(request.user, at=timezone.now())
    messages.success(request, _("The address does not work any more."))
    return redirect("warnings")


@require_GET
def deadline_feed(request: Any, secret: str) -> HttpResponse:
    user = feed.owner_of(secret)
    if user is None:
        raise Http404
    content = feed.calendar_of(user, at=timezone.now())
    return HttpResponse(
        content, content_type="text/calendar; charset=utf-8", headers={"Cache-Control": "no-store"}
    )


@requires(Can.SET_CASES)
@FORM
def task_templates(request: FirmRequest) -> HttpResponse:
    """The tasks that a case gets at each stage."""
    form = TemplateForm(posted(request))
    if form.is_valid():
        kind, _slash, stage = form.cleaned_data["kind_stage"].partition("/")
        title, days = form.cleaned_data["title"], form.cleaned_data["days"]
        TaskTemplate.objects.update_or_create(kind=kind, stage=stage, title=title, defaults={"days": days})
        audit.record("template.set", by=request.user, at=timezone.now(), kind=kind, stage=stage)
        messages.success(request, _("Saved."))
        return redirect("task-templates")
    rows: dict[tuple[str, str], list[TaskTemplate]] = {}
    for row in TaskTemplate.objects.all():
        rows.setdefault((row.kind, row.stage), []).append(row)
    groups = [
        (
            TaskTemplate(kind=kind).get_kind_display(),
            [(stage, rows.get((kind, stage.id), [])) for stage in stages],
        )
        for kind, stages in STAGES.items()
    ]
    return render(request, "cases/task_templates.html", {"form": form, "groups": groups}, status=422 if form.errors else 200)  # fmt: skip


@requires(Can.SET_CASES)
@require_POST
def task_template_deletion(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(TaskTemplate, pk=pk)
    audit.record("template.deleted", by=request.user, at=timezone.now(), about=row)
    row.delete()
    messages.success(request, _("Removed."))
    return redirect("task-templates")
