"""The life of a case: opened, moved on, handed over, closed, opened again."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from cases import clock, notices, proof, timeline, warnings
from cases.models import (
    Case,
    Closure,
    Deadline,
    EntryKind,
    HandOver,
    StageChange,
    Task,
    TaskTemplate,
    Why,
)
from cases.signals import case_handed_over
from cases.stages import FIRST_TASKS, STAGES, first_stage
from clients.models import CareTeamMember, Student, join_care_team
from tenants.places import current_firm


class CaseError(ValueError):
    """What was asked for cannot be done with this case; the message says why."""


def first_templates() -> None:
    """The task templates a new firm begins with."""
    TaskTemplate.objects.bulk_create(
        [
            TaskTemplate(kind=kind, stage=stage, title=title, days=days)
            for (kind, stage), tasks in FIRST_TASKS.items()
            for title, days in tasks
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def open_case(
    *,
    student: Student,
    kind: str,
    advocate: User,
    by: User,
    at: datetime,
    inquiry_id: UUID | None = None,
    about: str = "",
) -> Case:
    """A new case for a student, led by an advocate, who joins the student's care team.

    Asking twice for the same inquiry gives the same case. Raises CaseError for a kind nobody knows or somebody who
    cannot lead a case.
    """
    if kind not in STAGES:
        raise CaseError(_("There is no such kind of case."))
    if not advocate.is_active or advocate not in User.objects.advocates():
        raise CaseError(_("%(name)s cannot lead a case.") % {"name": advocate.name})
    if inquiry_id and (known := Case.objects.filter(inquiry_id=inquiry_id).first()):
        return known
    join_care_team(student, advocate, at=at)
    case = Case.objects.create(
        student=student, kind=kind, stage=first_stage(kind).id, advocate=advocate, opened_at=at, opened_by=by,
        inquiry_id=inquiry_id, about=about,
    )  # fmt: skip
    _arrive(case, "", by=by, at=at)
    proof.plan_next(at=at)
    audit.record("case.opened", by=by, at=at, about=case, student=str(student.pk))
    return case


@transaction.atomic
def move(case: Case, stage: str, *, by: User, at: datetime) -> None:
    """The case comes to another stage and gets that stage's tasks, unless it has them open already."""
    if stage not in {item.id for item in STAGES[case.kind]}:
        raise CaseError(_("There is no such stage."))
    if stage == case.stage:
        return
    old = case.stage
    Case.objects.filter(pk=case.pk).update(stage=stage)
    case.stage = stage
    _arrive(case, old, by=by, at=at)
    audit.record("case.moved", by=by, at=at, about=case, old=old, new=stage)


def _arrive(case: Case, old: str, *, by: User, at: datetime) -> None:
    StageChange.objects.create(case=case, old=old, new=case.stage, at=at, by=by)
    timeline.add(
        student=case.student, case=case, kind=EntryKind.STAGE, text=f"{case.kind}/{case.stage}", happened_at=at,
        at=at, by=by, who=by.name, shared=True, evidence=("case", case.pk),
    )  # fmt: skip
    today = timezone.localdate(at, current_firm().zone)
    waiting = set(case.tasks.filter(done_at=None).values_list("title", flat=True))
    Task.objects.bulk_create(
        Task(
            case=case, title=template.title, owner=case.advocate,
            due_on=None if template.days is None else today + timedelta(days=template.days),
        )
        for template in TaskTemplate.objects.filter(kind=case.kind, stage=case.stage)
        if template.title not in waiting
    )  # fmt: skip


@transaction.atomic
def hand_over(
    case: Case, *, taker: User, by: User, at: datetime, note: str = "", stays: bool = True
) -> HandOver:
    """Another advocate leads from now on and gets the open tasks, deadlines and meetings of the one before.

    `stays`: whether the one before stays on the care team. Raises CaseError for somebody who cannot lead a case.
    """
    case = Case.objects.select_for_update(of=("self",)).select_related("advocate", "student").get(pk=case.pk)
    giver = case.advocate
    if taker == giver:
        raise CaseError(_("%(name)s leads this case already.") % {"name": taker.name})
    if taker not in User.objects.advocates():
        raise CaseError(_("%(name)s cannot lead a case.") % {"name": taker.name})
    join_care_team(case.student, taker, at=at)
    Case.objects.filter(pk=case.pk).update(advocate=taker)
    Task.objects.filter(case=case, owner=giver, done_at=None).update(owner=taker)
    case.meetings.filter(advocate=giver, starts_at__gt=at, called_off_at=None).update(advocate=taker)
    moved = Deadline.objects.filter(case=case, owner=giver, done_at=None)
    moved.update(owner=taker)
    mine = Deadline.objects.filter(case=case, owner=taker).standing().select_related("owner")
    warnings.plan(mine, at=at)
    leads_other = Case.objects.open().filter(student=case.student, advocate=giver).exists()
    if not stays and not leads_other:
        CareTeamMember.objects.filter(student=case.student, user=giver, until=None).update(until=at)
    row = HandOver.objects.create(case=case, giver=giver, taker=taker, stays=stays or leads_other, note=note, at=at, by=by)  # fmt: skip
    timeline.add(
        student=case.student, case=case, kind=EntryKind.NOTE, happened_at=at, at=at, by=by, who=by.name,
        text=f"{giver.name}\n{taker.name}",
        evidence=("hand_over", row.pk),
    )  # fmt: skip
    audit.record("case.handed_over", by=by, at=at, about=case, giver=str(giver.pk), taker=str(taker.pk))
    notices.handed_over(case, giver=giver, taker=taker, note=note, at=at)
    case_handed_over.send(sender=Case, case=case, giver=giver, taker=taker, at=at)
    return row


@transaction.atomic
def close(case: Case, *, outcome: str, reason: str, by: User, at: datetime) -> Closure:
    """Ends the case. Raises CaseError when it is closed already."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if case.closure:
        raise CaseError(_("This case is closed already."))
    row = Closure.objects.create(case=case, outcome=outcome, reason=reason, closed_at=at, closed_by=by)
    audit.record("case.closed", by=by, at=at, about=case, outcome=outcome)
    return row


@transaction.atomic
def reopen(case: Case, *, by: User, at: datetime) -> None:
    """The case goes on; its dates are counted anew. Raises CaseError when it is open."""
    done = Closure.objects.filter(case=case, reopened_at=None).update(reopened_at=at, reopened_by=by)
    if not done:
        raise CaseError(_("This case is open."))
    clock.recount(case, at=at, by=by, why=Why.PROOF)
    # Warnings that came due while it was closed were forgotten; those still ahead are planned anew.
    warnings.plan(case.deadlines.standing().select_related("owner"), at=at)
    audit.record("case.reopened", by=by, at=at, about=case)
