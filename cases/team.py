"""Who works for a student beside the advocate: they join and leave the care team, which decides what they see."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from cases import warnings
from cases.models import Case, Deadline, Meeting, Task
from cases.opening import CaseError
from clients.models import CareTeamMember, join_care_team
from web.access import Can


def who_may_join(case: Case) -> list[User]:
    """Staff who work with families and are not on the student's care team."""
    there = CareTeamMember.objects.filter(student=case.student_id, until=None).values("user")
    return [user for user in User.objects.staff().exclude(pk__in=there).order_by("name") if user.can(Can.SEE_STUDENTS)]  # fmt: skip


@transaction.atomic
def join(case: Case, user: User, *, by: User, at: datetime) -> CareTeamMember:
    """From now on they see the student and hear of moved dates; twice is once. Raises CaseError for who may not."""
    if not user.is_active or not user.can(Can.SEE_STUDENTS):
        raise CaseError(_("%(name)s does not work with families.") % {"name": user.name})
    member = join_care_team(case.student, user, at=at)
    audit.record("case.assigned", by=by, at=at, about=case, person=str(user.pk))
    return member


@transaction.atomic
def leave(case: Case, user: User, *, by: User, at: datetime) -> None:
    """They see the student no more. What they had open in the student's cases goes to who leads each.

    Raises CaseError for somebody who leads a case of the student: that case is handed over first.
    """
    cases = list(Case.objects.open().filter(student=case.student_id).select_for_update(of=("self",)))
    if any(row.advocate_id == user.pk for row in cases):
        raise CaseError(
            _("%(name)s leads a case of this student. Hand the case over first.") % {"name": user.name}
        )
    CareTeamMember.objects.filter(student=case.student_id, user=user, until=None).update(until=at)
    for row in cases:
        Task.objects.filter(case=row, owner=user, done_at=None).update(owner=row.advocate_id)
        Meeting.objects.standing().filter(case=row, advocate=user, starts_at__gt=at).update(
            advocate=row.advocate_id
        )
        moved = list(Deadline.objects.filter(case=row, owner=user).standing().values_list("pk", flat=True))
        Deadline.objects.filter(pk__in=moved).update(owner=row.advocate_id)
        warnings.plan(Deadline.objects.filter(pk__in=moved).select_related("owner"), at=at)
    audit.record("case.unassigned", by=by, at=at, about=case, person=str(user.pk))
