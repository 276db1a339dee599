"""Removals for discipline: written down, added up for the school year, and what follows beyond ten days."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from cases import calendars, notices, timeline
from cases.models import Case, EntryKind, Removal, Task, TaskCause, said_title
from clients.models import Student
from law import removals as law_removals
from law.removals import TEN, WARN_AT, Kind, RemovalError, Tally
from tenants.places import current_firm


def value_of(row: Removal) -> law_removals.Removal:
    return law_removals.Removal(
        first=row.first_on, last=row.last_on, kind=Kind(row.kind),
        school_days=None if row.school_days is None else Fraction(row.school_days), counts=row.counts,
        behaviour=row.behavior, key=str(row.pk),
    )  # fmt: skip


def said(problem: RemovalError) -> str:
    """Why a removal cannot be, in the active language."""
    return problem.words("es" if get_language() == "es" else "en")


def tally_of(student: Student, *, on: date | None = None) -> Tally:
    """What the student's removals of a school year add up to, with the district's calendar where there is one."""
    calendar = calendars.of_district(student.district_id)
    return law_removals.tally([value_of(row) for row in student.removals.all()], calendar=calendar, on=on)


@transaction.atomic
def add(
    student: Student, *, first: date, last: date, kind: str, by: User, at: datetime,
    school_days: Fraction | None = None, counts: bool | None = None, behavior: str = "", note: str = "",
) -> Removal:  # fmt: skip
    """Writes a removal down. Raises RemovalError for one that cannot be or that overlaps another."""
    from cases.clock import _noon

    Student.objects.select_for_update().get(pk=student.pk)
    row = Removal(
        student=student, first_on=first, last_on=last, kind=kind, school_days=None if school_days is None else float(school_days),
        counts=counts, behavior=behavior, note=note, recorded_at=at, recorded_by=by,
    )  # fmt: skip
    before = _possible(student)
    new = value_of(row)
    calendar = calendars.of_district(student.district_id)
    others = [value_of(other) for other in student.removals.all()]
    whole = school_days is None or school_days >= 1
    for other in others:
        other_whole = other.school_days is None or other.school_days >= 1
        if whole and other_whole and first <= other.last and other.first <= last and new.decided is not False and other.decided is not False:  # fmt: skip
            raise RemovalError(_("Another removal is written down for these days already."))
    law_removals.tally([*others, new], calendar=calendar, on=None)
    row.save(force_insert=True)
    timeline.add(
        student=student, kind=EntryKind.REMOVAL, text=behavior or kind,
        happened_at=_noon(first), at=at, by=by, who=by.name, evidence=("removal", row.pk),
    )  # fmt: skip
    audit.record("removal.recorded", by=by, at=at, about=row, student=str(student.pk))
    _warn(student, before=before, by=by, at=at)
    return row


def _possible(student: Student) -> Fraction:
    """School days out this year, with those that may count; 0 where they cannot be added up."""
    try:
        return tally_of(student).possible
    except RemovalError:
        return Fraction(0)


def _warn(student: Student, *, before: Fraction, by: User, at: datetime) -> None:
    """When the 9th day is reached, and when the 10th is passed, the care team is told and who leads the case gets a
    task; each once, however many days come at a time. What was to be done before the 11th day is over with it."""
    found = tally_of(student)
    reached = before < WARN_AT <= found.possible or before <= TEN < found.possible
    if not reached:
        return
    if found.card:
        Task.objects.filter(case__student=student, cause=TaskCause.REMOVALS_WARNED, done_at=None).update(
            done_at=at, done_by=by
        )
    case = case_of(student)
    if case is not None:
        cause = TaskCause.REMOVALS_PASSED if found.card else TaskCause.REMOVALS_WARNED
        with translation.override(case.advocate.language):
            title = said_title(cause, law_removals.say_days(found.possible))
        today = timezone.localdate(at, current_firm().zone)
        if not case.tasks.filter(done_at=None, title=title).exists():
            Task.objects.create(case=case, title=title, owner=case.advocate, due_on=today, cause=cause)
    notices.removals_add_up(student, found, at=at, by=by)


def case_of(student: Student) -> Case | None:
    """The open case that removals belong to: one about discipline, else the first."""
    rows = Case.objects.open().filter(student=student).select_related("advocate").order_by("opened_at", "pk")
    return rows.filter(kind="discipline").first() or rows.first()


@transaction.atomic
def decide(row: Removal, *, counts: bool | None, by: User, at: datetime) -> None:
    """Whether a removal that may count does."""
    before = _possible(row.student)
    Removal.objects.filter(pk=row.pk).update(counts=counts)
    _warn(row.student, before=before, by=by, at=at)
    audit.record("removal.decided", by=by, at=at, about=row, counts=counts)


@transaction.atomic
def strike(row: Removal, *, by: User, at: datetime) -> None:
    """It was written down by mistake."""
    timeline.TimelineEntry.objects.filter(evidence_kind="removal", evidence_id=str(row.pk)).delete()
    audit.record("removal.struck", by=by, at=at, about=row, student=str(row.student_id))
    row.delete()
