"""The family's front door."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import audit
from accounts.models import User
from accounts.requests import FirmRequest
from cases import meetings, timeline
from cases.forms import PrepForm
from cases.models import Case, Deadline, EntryKind, Meeting, TimelineEntry
from cases.stages import stage_of
from circle import transition
from clients.models import Agreement, Contact, Guardianship, GuestGrant, Student
from documents.models import Request
from scheduling.models import Booking
from web.access import Can, requires
from web.forms import posted
from web.paging import page_of


@requires(Can.VISIT_PORTAL)
@require_GET
def home(request: FirmRequest) -> HttpResponse:
    """The next step, the next date and the newest win; then the calls and the children."""
    user, now = request.user, timezone.now()
    own = Guardianship.objects.filter(
        student=OuterRef("pk"), contact__user=user, contact__role=Contact.Role.SELF
    )
    papers = Agreement.objects.visible_to(user).open(at=now)
    students = list(
        Student.objects.visible_to(user)
        .annotate(is_own=Exists(own), has_papers=Exists(papers))
        .order_by("given_name", "pk")
    )
    if any(student.is_own for student in students) and transition.undecided(user, at=now):
        return redirect("portal-sharing")
    keys = [student.pk for student in students]
    today = timezone.localdate(now, request.firm.zone)
    dated = passed_and_next(keys, today=today)
    ahead = (
        Booking.objects.visible_to(user)
        .standing()
        .filter(ends_at__gte=now)
        .select_related("service", "advocate")
    )
    context = {
        "bookings": ahead,
        "students": students,
        "cases": next_steps(keys),
        "meeting": meetings.next_of(keys, at=now),
        "today": today,
        "deadline": next((row for row in dated if row.due_on and row.due_on >= today), None),
        "passed": [row for row in dated if row.due_on and row.due_on < today][-DATES:],
        # Whether any waits came with the children; who sees no child may have been sent one all the same.
        "to_sign": papers.select_related("student") if not students or students[0].has_papers else [],
        "asked": Request.objects.visible_to(user).open().select_related("student"),
        "invitations": GuestGrant.objects.visible_to(user)
        .standing()
        .filter(granted_at=None)
        .select_related("student"),
        "win": shared(user).filter(kind=EntryKind.WIN).select_related("student").first(),
    }
    return render(request, "portal/home.html", context)


def shared(user: User) -> Any:
    return TimelineEntry.objects.visible_to(user)


def next_steps(students: Collection[UUID]) -> list[tuple[Case, Any]]:
    rows = (
        Case.objects.open()
        .filter(student__in=students)
        .select_related("student", "advocate")
        .order_by("opened_at")
    )
    return [(case, stage_of(case.kind, case.stage)) for case in rows]


# What passed longer ago is no news to the family any more.
PASSED = timedelta(days=120)
DATES = 5


def _dates(students: Collection[UUID]) -> QuerySet[Deadline]:
    """Dates of these children that families see: what the school owes, or what is theirs to do; estimates are said to be so."""
    rows = Deadline.objects.standing().dated().filter(case__student__in=students, owed_by__in=["school", "parent"])  # fmt: skip
    return rows.select_related("case__student").order_by("due_on", "pk")


def passed_and_next(students: Collection[UUID], *, today: date, ahead: int = 1) -> list[Deadline]:
    """What was due and is not done, and what comes next, by day: one statement."""
    rows = _dates(students)
    coming = rows.filter(due_on__gte=today).values("pk")[:ahead]
    return list(rows.filter(Q(due_on__lt=today, due_on__gte=today - PASSED) | Q(pk__in=coming)))


def _child(request: FirmRequest, pk: UUID) -> Student:
    return get_object_or_404(Student.objects.visible_to(request.user), pk=pk)


@requires(Can.VISIT_PORTAL)
@require_GET
def child_timeline(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What is shared about a child, newest first."""
    student = _child(request, pk)
    rows = shared(request.user).filter(student=student)
    audit.record("timeline.read", by=request.user, at=timezone.now(), about=student)
    page = page_of(rows, request)
    today = timezone.localdate(timezone.now(), request.firm.zone)
    context = {
        "student": student,
        "page": page,
        "entries": timeline.told(page, to=request.user),
        "today": today,
        "dated": passed_and_next([pk], today=today, ahead=DATES),
    }
    return render(request, "portal/timeline.html", context)


@requires(Can.VISIT_PORTAL)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_prep(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The parent's questions and worries before a meeting; they may come back and change them."""
    rows = Meeting.objects.visible_to(request.user).standing().select_related("case__student", "advocate")
    meeting = get_object_or_404(rows, pk=pk)
    mine = list(meeting.concerns.filter(by=request.user))
    initial = {
        "questions": "\n".join(row.text for row in mine if row.is_question),
        "concerns": "\n".join(row.text for row in mine if not row.is_question),
    }
    form = PrepForm(posted(request), initial=initial)
    over = meeting.ends_at < timezone.now()
    if form.is_valid() and not over:
        lines = form.lines()
        meetings.keep_concerns(meeting, lines, by=request.user, at=timezone.now())
        messages.success(
            request, _("Thank you. Your advocate brings this to the meeting.") if lines else _("Saved.")
        )
        return redirect("portal")
    context = {"meeting": meeting, "form": form, "over": over}
    return render(request, "portal/meeting.html", context, status=422 if form.errors or (over and form.is_bound) else 200)  # fmt: skip
