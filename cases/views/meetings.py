"""Meetings: planned, prepared, written down while they run, followed up."""

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
from accounts.models import User
from accounts.requests import FirmRequest
from cases import editing
from cases import meetings as work
from cases.forms import (
    AttendeeForm,
    ConcernForm,
    DecisionForm,
    FollowUpForm,
    MeetingForm,
    RequestForm,
)
from cases.models import Attendee, Concern, Decision, Meeting, MeetingRequest, Result
from cases.views.matters import visible_case
from web.access import Can, requires
from web.forms import Form, posted

FORM = require_http_methods(["GET", "HEAD", "POST"])
PARTS: dict[str, tuple[type[Form], Any]] = {
    "attendees": (AttendeeForm, Attendee),
    "concerns": (ConcernForm, Concern),
    "requests": (RequestForm, MeetingRequest),
    "decisions": (DecisionForm, Decision),
}


# A parent's questions stay in the parent's words.
REWORDED = ("attendees", "requests", "decisions")


def visible_meeting(request: FirmRequest, pk: UUID) -> Meeting:
    rows = Meeting.objects.visible_to(request.user).select_related("case__student__family", "advocate", "case__advocate")  # fmt: skip
    return get_object_or_404(rows, pk=pk)


@requires(Can.EDIT_CASES)
@FORM
def meeting_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    case = visible_case(request, pk)
    form = MeetingForm(
        posted(request), initial={"advocate": str(case.advocate_id), "kind": "iep", "travel_minutes": 0}
    )
    if form.is_valid():
        meeting = work.plan(case, **form.fields_to_save, by=request.user, at=timezone.now())
        _say_what_is_in_the_way(request, meeting)
        return redirect("meeting", meeting.pk)
    return render(request, "cases/meeting_form.html", {"form": form, "case": case}, status=422 if form.errors else 200)  # fmt: skip


@requires(Can.EDIT_CASES)
@FORM
def meeting_details(request: FirmRequest, pk: UUID) -> HttpResponse:
    meeting = visible_meeting(request, pk)
    zone = request.firm.zone
    starts, ends = meeting.starts_at.astimezone(zone), meeting.ends_at.astimezone(zone)
    initial = {
        "kind": meeting.kind, "advocate": str(meeting.advocate_id), "on": starts.date(), "starts": starts.time(),
        "ends": ends.time(), "place": meeting.place, "travel_minutes": meeting.travel_minutes, "agenda": meeting.agenda,
        "version": meeting.version,
    }  # fmt: skip
    form = MeetingForm(posted(request), initial=initial)
    context: dict[str, Any] = {"form": form, "case": meeting.case, "meeting": meeting}
    if not form.is_valid():
        return render(request, "cases/meeting_form.html", context, status=422 if form.errors else 200)
    try:
        editing.save(meeting, form.fields_to_save, version=form.cleaned_data["version"] or 0, by=request.user)
    except editing.ChangedMeanwhile as problem:
        editing.carry_on(form, problem.current.version)
        context |= {
            "differences": editing.differences(form, problem.current),
            "other": problem.current.changed_by,
        }
        return render(request, "cases/meeting_form.html", context, status=409)
    work.moved(meeting, at=timezone.now(), by=request.user)
    messages.success(request, _("Saved."))
    _say_what_is_in_the_way(request, meeting)
    return redirect("meeting", pk)


def _say_what_is_in_the_way(request: FirmRequest, meeting: Meeting) -> None:
    """It is planned all the same: a meeting that the school sets cannot wait for a call."""
    for sentence in work.in_the_way(meeting, by=request.user):
        messages.warning(request, sentence)


def _page(request: FirmRequest, meeting: Meeting, **more: Any) -> dict[str, Any]:
    concerns = list(meeting.concerns.select_related("by"))
    if "edited" not in more and request.GET.get("edit"):
        more |= _edited(meeting, request.GET["edit"])
    return {
        "meeting": meeting,
        "case": meeting.case,
        "student": meeting.case.student,
        "attendees": meeting.attendees.all(),
        "questions": [row for row in concerns if row.is_question],
        "worries": [row for row in concerns if not row.is_question],
        "requests": meeting.requests.all(),
        "decisions": meeting.decisions.all(),
        "results": Result.choices,
        "attendees_form": AttendeeForm(auto_id="attendee_%s"),
        "concerns_form": ConcernForm(auto_id="concern_%s"),
        "requests_form": RequestForm(auto_id="request_%s"),
        "decisions_form": DecisionForm(auto_id="decision_%s"),
        "begun": meeting.starts_at <= timezone.now(),
        **more,
    }


def _edited(meeting: Meeting, line: str) -> dict[str, Any]:
    """The line whose words are being changed, with its form; nothing when there is no such line."""
    try:
        pk = UUID(line)
    except ValueError:
        return {}
    for form_class, model in (PARTS[part] for part in REWORDED):
        row = model.objects.filter(meeting=meeting, pk=pk).first()
        if row is not None:
            initial = {name: getattr(row, name) for name in form_class.base_fields}
            return {"edited": row.pk, "edit_form": form_class(initial=initial, auto_id="edit_%s")}
    return {}


@requires(Can.SEE_CASES)
@require_GET
def meeting_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The meeting as one sheet: agenda with the parent's questions, who comes, requests, decisions."""
    meeting = visible_meeting(request, pk)
    audit.record("meeting.read", by=request.user, at=timezone.now(), about=meeting)
    return render(request, "cases/meeting.html", _page(request, meeting))


@requires(Can.EDIT_CASES)
@require_POST
def meeting_lines(request: FirmRequest, pk: UUID, part: str) -> HttpResponse:
    """Adds a line: somebody who comes, a question, a request, a decision."""
    if part not in PARTS:
        raise Http404
    meeting = visible_meeting(request, pk)
    form_class, model = PARTS[part]
    form = form_class(request.POST, auto_id=f"{part[:-1]}_%s")
    if not form.is_valid():
        return render(
            request, "cases/meeting.html", _page(request, meeting, **{f"{part}_form": form}), status=422
        )
    extra = {"by": request.user, "at": timezone.now()} if model is Concern else {}
    model.objects.create(meeting=meeting, **form.cleaned_data, **extra)
    audit.record(f"meeting.{part}_added", by=request.user, at=timezone.now(), about=meeting)
    return redirect(f"{reverse('meeting', args=[pk])}#{part}")


@requires(Can.EDIT_CASES)
@require_POST
def meeting_line(request: FirmRequest, pk: UUID, part: str, line: UUID) -> HttpResponse:
    """Changes a line's words, result, attendance or answer, or takes the line away."""
    if part not in PARTS:
        raise Http404
    meeting = visible_meeting(request, pk)
    row = get_object_or_404(PARTS[part][1].objects.filter(meeting=meeting), pk=line)
    if "delete" in request.POST:
        row.delete()
    elif "words" in request.POST and part in REWORDED:
        form = PARTS[part][0](request.POST, auto_id="edit_%s")
        if not form.is_valid():
            context = _page(request, meeting, edited=row.pk, edit_form=form)
            return render(request, "cases/meeting.html", context, status=422)
        for name, value in form.cleaned_data.items():
            setattr(row, name, value)
        row.save(update_fields=list(form.cleaned_data))
    elif part == "requests" and request.POST.get("result") in Result.values:
        row.result = request.POST["result"]
        row.note = request.POST.get("note", row.note)[:20_000]
        row.save(update_fields=["result", "note"])
    elif part == "attendees":
        form = AttendeeForm(
            {"name": row.name, "role": row.role, "attendance": request.POST.get("attendance", "")}
        )
        if form.is_valid():
            Attendee.objects.filter(pk=row.pk).update(attendance=form.cleaned_data["attendance"])
    elif part == "concerns":
        row.answer = request.POST.get("answer", "")[:20_000]
        row.save(update_fields=["answer"])
    audit.record(f"meeting.{part}_changed", by=request.user, at=timezone.now(), about=meeting)
    return redirect(f"{reverse('meeting', args=[pk])}#{part}")


@requires(Can.EDIT_CASES)
@require_POST
def meeting_prep(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Asks the parents for their questions."""
    meeting = visible_meeting(request, pk)
    sent = work.ask_for_questions(meeting, by=request.user, at=timezone.now())
    if sent:
        messages.success(request, _("We asked the family for their questions."))
    else:
        messages.error(request, _("No parent has a number or an e-mail address that is safe to use."))
    return redirect("meeting", pk)


@requires(Can.EDIT_CASES)
@require_POST
def meeting_call_off(request: FirmRequest, pk: UUID) -> HttpResponse:
    meeting = visible_meeting(request, pk)
    work.call_off(meeting, by=request.user, at=timezone.now())
    messages.success(request, _("The meeting is called off."))
    return redirect("case", meeting.case_id)


@requires(Can.EDIT_CASES)
@FORM
def meeting_follow_up(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The letter made from the decisions: edited, printed, sent."""
    meeting = visible_meeting(request, pk)
    user: User = request.user
    now = timezone.now()
    parents = work.parents_of(meeting, on=timezone.localdate(now, request.firm.zone))
    addresses = [contact.email for contact in parents if contact.email]
    language = "es" if request.GET.get("again") == "es" else "en"
    anew = "again" in request.GET or not meeting.follow_up
    text = work.follow_up_text(meeting, language=language) if anew else meeting.follow_up
    form = FollowUpForm(posted(request), initial={"text": text, "to": ", ".join(addresses)})
    if not form.is_valid():
        return render(request, "cases/follow_up.html", {"form": form, "meeting": meeting}, status=422 if form.errors else 200)  # fmt: skip
    if "send" in request.POST:
        if not form.cleaned_data["to"]:
            form.add_error("to", _("Type an address to send it to."))
        for address in work.kept_from(meeting, form.cleaned_data.get("to", ()), at=now):
            form.add_error("to", _("Nothing about this child may go to %(address)s: the person is blocked, or the address is not safe.") % {"address": address})  # fmt: skip
        if form.errors:
            return render(request, "cases/follow_up.html", {"form": form, "meeting": meeting}, status=422)
        work.send_follow_up(
            meeting, to=form.cleaned_data["to"], text=form.cleaned_data["text"], by=user, at=now
        )
        messages.success(request, _("Sent."))
        return redirect("meeting", pk)
    Meeting.objects.filter(pk=pk).update(follow_up=form.cleaned_data["text"])
    audit.record("meeting.follow_up_edited", by=user, at=now, about=meeting)
    messages.success(request, _("Saved."))
    return redirect("meeting-follow-up", pk)
