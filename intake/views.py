"""Inquiries as staff see them: the pipeline, the phone form, the check, the agreement, the case."""

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
from cases.opening import CaseError
from clients import editing
from clients.agreements import NobodyToReach
from clients.filing import Caller
from clients.forms import ChildForm
from clients.joining import StudentsFull
from clients.merging import CannotMerge
from clients.models import Contact, District, School, Student
from documents.models import Document
from intake import conflicts, converting, inquiries
from intake.forms import (
    CaseForm,
    DecisionForm,
    InquiryForm,
    PhoneIntakeForm,
    RefusalForm,
    SendAgreementForm,
)
from intake.models import Answer, ConflictReport, Inquiry, QuestionList, Stage
from web.access import Can, requires
from web.forms import posted
from web.paging import page_of

FORM = require_http_methods(["GET", "HEAD", "POST"])
COLUMN = 30  # inquiries shown in a column


def _visible(request: FirmRequest) -> Any:
    return Inquiry.objects.visible_to(request.user).select_related("contact", "student", "advocate")


@requires(Can.TAKE_INTAKE)
@require_GET
def pipeline(request: FirmRequest) -> HttpResponse:
    """What stands where, the longest waiting first in each column."""
    rows = _visible(request).standing().with_stage().order_by("taken_at")
    if request.GET.get("whose") == "mine":
        rows = rows.filter(advocate=request.user)
    stages = [Stage.NEW, Stage.CHECKED, Stage.SENT, Stage.SIGNED]
    found = list(rows[: COLUMN * len(stages)])
    columns = [(stage, [row for row in found if row.stage == stage]) for stage in stages]
    context = {"columns": columns, "any": bool(found), "whose": request.GET.get("whose", "")}
    return render(request, "intake/pipeline.html", context)


@requires(Can.TAKE_INTAKE)
@require_GET
def finished(request: FirmRequest) -> HttpResponse:
    """Cases opened and families turned away."""
    rows = _visible(request).with_stage().filter(stage__in=[Stage.CASE, Stage.NOT_A_FIT])
    return render(
        request, "intake/finished.html", {"page": page_of(rows.order_by("-taken_at", "pk"), request)}
    )


@requires(Can.TAKE_INTAKE)
@FORM
def inquiry_new(request: FirmRequest) -> HttpResponse:
    user = request.user
    first = {"advocate": user.pk, "safe": True, "language": "en", "source": "phone"}
    form = PhoneIntakeForm(posted(request), initial=first)
    context = {"form": form, "districts": District.objects.all()[:300], "schools": School.objects.all()[:500]}
    if request.method != "POST":
        return render(request, "intake/inquiry_new.html", context)
    if not form.is_valid():
        return render(request, "intake/inquiry_new.html", context, status=422)
    filled = form.cleaned_data
    advocate = filled["advocate"]
    caller = Caller(
        name=filled["name"], phone=filled["phone"], email=filled["email"].lower(), child=filled["child"],
        child_family_name=filled["child_family_name"], born_on=filled["born_on"], grade=filled["grade"],
        relation=filled["relation"], language=filled["language"], interpreter=filled["interpreter"],
        timezone=request.firm.timezone, safe=filled["safe"],
        team=tuple({person.pk: person for person in (user, advocate) if person}.values()),
    )  # fmt: skip
    inquiry = inquiries.take_call(
        caller,
        told=form.told(),
        other_parent=filled["other_parent"],
        by=user,
        advocate=advocate,
        at=timezone.now(),
    )
    messages.success(request, _("The call is on file. Next: check for conflicts."))
    return redirect("inquiry", inquiry.pk)


def _found(inquiry: Inquiry, report: ConflictReport, request: FirmRequest) -> list[dict[str, Any]]:
    """The findings with their pages, and whether each may be the very person the file is about."""
    found = conflicts.as_seen_by(report, request.user)
    pages = conflicts.pages_of(found)
    return [
        {**row, "url": pages.get(row["id"], ""), "own": None if row["hidden"] else inquiries.own_record(inquiry, row["kind"], row["for"])}
        for row in found
    ]  # fmt: skip


def _page(request: FirmRequest, inquiry: Inquiry, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The inquiry with its next step open; `forms` replaces a form that was not in order."""
    user = request.user
    report = inquiry.newest_report
    stage = Inquiry.objects.with_stage().get(pk=inquiry.pk).stage  # type: ignore[attr-defined]
    people = {"kind": "iep", "advocate": inquiry.advocate_id or user.pk}
    context = {
        "inquiry": inquiry,
        "stage": stage,
        "stage_word": Stage(stage).label,
        "steps_done": {Stage.NEW: 1, Stage.CHECKED: 2, Stage.SENT: 3, Stage.SIGNED: 4}.get(stage, 5),
        "report": report,
        "found": _found(inquiry, report, request) if report else [],
        "decision_form": DecisionForm(),
        "agreement_form": SendAgreementForm(),
        "case_form": CaseForm(initial=people),
        "refusal_form": RefusalForm(),
        "may_override": user.can(Can.OVERRIDE_AGREEMENT),
        "responses": inquiry.responses.select_related("list").prefetch_related("answers__version"),
        # Papers that this person may not open are named in the answer, without a link.
        "papers": set(
            Document.objects.visible_to(user)
            .filter(pk__in=Answer.objects.filter(response__inquiry=inquiry).values("document"))
            .values_list("pk", flat=True)
        ),
        "lists": QuestionList.objects.filter(retired_at=None),
        "points": inquiry.contact.points.all(),
        "others": inquiry.contact.family.contacts.exclude(pk=inquiry.contact_id),
        **forms,
    }
    return render(request, "intake/inquiry.html", context, status=status)


@requires(Can.TAKE_INTAKE)
@require_GET
def inquiry_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    inquiry = get_object_or_404(_visible(request).select_related("agreement__signature", "not_a_fit", "opening"), pk=pk)  # fmt: skip
    audit.record("inquiry.read", by=request.user, at=timezone.now(), about=inquiry)
    return _page(request, inquiry)


@requires(Can.TAKE_INTAKE)
@FORM
def inquiry_edit(request: FirmRequest, pk: UUID) -> HttpResponse:
    inquiry = get_object_or_404(_visible(request), pk=pk)
    return editing.page(
        request,
        InquiryForm,
        inquiry,
        template="intake/inquiry_edit.html",
        done="inquiry",
        action="inquiry.changed",
    )


@requires(Can.TAKE_INTAKE)
@FORM
def inquiry_child(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Names the child of a call in which nobody did."""
    inquiry = get_object_or_404(_visible(request).filter(student=None), pk=pk)
    form = ChildForm(posted(request))
    context = {"form": form, "contact": inquiry.contact, "inquiry": inquiry}
    if request.method != "POST":
        return render(request, "clients/child_new.html", context)
    if not form.is_valid():
        return render(request, "clients/child_new.html", context, status=422)
    try:
        inquiries.name_child(inquiry, form.facts(), **form.tie(), by=request.user, at=timezone.now())
    except inquiries.Finished as problem:
        form.add_error(None, str(problem))
        return render(request, "clients/child_new.html", context, status=422)
    messages.success(request, _("The child is on file. Check for conflicts with the name."))
    return redirect("inquiry", pk)


@requires(Can.TAKE_INTAKE)
@require_POST
def inquiry_check(request: FirmRequest, pk: UUID) -> HttpResponse:
    inquiry = get_object_or_404(_visible(request), pk=pk)
    conflicts.check(inquiry, by=request.user, at=timezone.now())
    return redirect("inquiry", pk)


@requires(Can.TAKE_INTAKE)
@require_POST
def inquiry_joining(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Says that a finding of the check is the person who called, or the child."""
    inquiry, user = get_object_or_404(_visible(request), pk=pk), request.user
    report = inquiry.newest_report
    found = conflicts.as_seen_by(report, user) if report else []
    row = next((row for row in found if row["id"] == request.POST.get("known") and not row["hidden"]), None)
    own = inquiries.own_record(inquiry, row["kind"], row["for"]) if row else None
    if row is None or own is None:
        messages.error(request, _("Choose whom to join it with."))
        return redirect("inquiry", pk)
    rows: Any = Contact.objects if isinstance(own, Contact) else Student.objects
    known = get_object_or_404(rows.visible_to(user), pk=row["id"])
    try:
        inquiries.say_same(inquiry, own, known, by=user, at=timezone.now())
        messages.success(
            request, _("Joined with %(name)s. The names were looked up again.") % {"name": known}
        )
    except (CannotMerge, inquiries.Finished) as problem:
        messages.error(request, str(problem))
    return redirect("inquiry", pk)


@requires(Can.TAKE_INTAKE)
@require_POST
def conflict_decision(request: FirmRequest, pk: UUID) -> HttpResponse:
    report = get_object_or_404(
        ConflictReport.objects.filter(inquiry__in=Inquiry.objects.visible_to(request.user)), pk=pk
    )
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, report.inquiry, status=422, decision_form=form)
    try:
        conflicts.decide(report, by=request.user, at=timezone.now(), **form.cleaned_data)
    except conflicts.DecisionNeedsReason as problem:
        form.add_error("reason", str(problem))
        return _page(request, report.inquiry, status=422, decision_form=form)
    except conflicts.AlreadyDecided as problem:
        messages.error(request, str(problem))
    return redirect("inquiry", report.inquiry_id)


@requires(Can.TAKE_INTAKE)
@require_POST
def inquiry_agreement(request: FirmRequest, pk: UUID) -> HttpResponse:
    inquiry = get_object_or_404(_visible(request), pk=pk)
    form = SendAgreementForm(request.POST)
    if not form.is_valid():
        return _page(request, inquiry, status=422, agreement_form=form)
    try:
        inquiries.send_agreement(inquiry, form.cleaned_data["template"], by=request.user, at=timezone.now())
    except (inquiries.NotChecked, inquiries.Finished, NobodyToReach) as problem:
        form.add_error(None, str(problem))
        return _page(request, inquiry, status=422, agreement_form=form)
    messages.success(request, _("The agreement is on its way."))
    return redirect("inquiry", pk)


@requires(Can.TAKE_INTAKE)
@require_POST
def inquiry_case(request: FirmRequest, pk: UUID) -> HttpResponse:
    inquiry = get_object_or_404(_visible(request), pk=pk)
    form = CaseForm(request.POST)
    if not form.is_valid():
        return _page(request, inquiry, status=422, case_form=form)
    try:
        converting.open_case(inquiry, by=request.user, at=timezone.now(), **form.cleaned_data)
    except (
        converting.NotSigned,
        converting.NoStudent,
        StudentsFull,
        inquiries.NotChecked,
        inquiries.Finished,
        CaseError,
    ) as problem:
        form.add_error(None, str(problem))
        return _page(request, inquiry, status=422, case_form=form)
    messages.success(request, _("The case is open."))
    return redirect("inquiry", pk)


@requires(Can.TAKE_INTAKE)
@require_POST
def inquiry_refusal(request: FirmRequest, pk: UUID) -> HttpResponse:
    inquiry = get_object_or_404(_visible(request), pk=pk)
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return _page(request, inquiry, status=422, refusal_form=form)
    try:
        with transaction.atomic():
            inquiries.turn_away(inquiry, by=request.user, at=timezone.now(), **form.cleaned_data)
    except inquiries.Finished as problem:
        messages.error(request, str(problem))
    return redirect("inquiry", pk)
