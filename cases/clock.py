"""From what happened to what is due: every event's rules, counted by `law`, kept with their history."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from cases import calendars, timeline
from cases.models import Case, CaseEvent, Deadline, DeadlineChange, EntryKind, Status, Why
from clients.models import Student
from law import deadlines as law_deadlines
from law.calendars import SchoolCalendar
from law.clock import FactError, deadline
from law.facts import problems
from law.rules import RuleError, event_of, rule_of, rules_started_by
from law.spanish import in_language
from tenants import due
from tenants.places import current_firm

log = logging.getLogger("roundtable.cases")
RECOUNT = "cases.recount"
# So many cases are counted at once while somebody waits; more are left to the worker.
AT_ONCE = 100


class ImpossibleFacts(ValueError):
    """What was typed cannot be true; one sentence a line."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@lru_cache(maxsize=4096)
def obligations(event: str, state: str) -> tuple[str, ...]:
    """The rules an event starts in a state, without those about removals that add up."""
    return tuple(
        rule
        for rule in rules_started_by(event, state or None)
        if rule_of(rule, state or None).trigger != "removal_cumulative"
    )


def state_of(student: Student) -> str:
    """The state whose rules hold: the district's, else the firm's."""
    return student.district.state if student.district else current_firm().state


def decode(answers: Mapping[str, Any]) -> dict[str, date | bool | int]:
    """Answers as the clock takes them; dates are kept as ISO text."""
    return {
        key: date.fromisoformat(value) if isinstance(value, str) else value for key, value in answers.items()
    }


def facts_of(events: Iterable[CaseEvent], student: Student) -> dict[str, date]:
    """The newest date of each kind of event, and the child's birth."""
    found = {event.kind: event.on for event in sorted(events, key=lambda event: event.on)}
    if student.born_on:
        found.setdefault("birth", student.born_on)
    return found


@dataclass(frozen=True)
class Ground:
    """What a case's dates are counted from."""

    facts: Mapping[str, date]
    state: str
    calendar: SchoolCalendar | None

    def answer(
        self, event: CaseEvent, rule: str, answers: Mapping[str, Any]
    ) -> tuple[law_deadlines.Deadline, bool]:
        """The clock's answer, and whether the answers given could be used with the facts as they are now."""
        facts: dict[str, date | bool | int] = {**self.facts, event.kind: event.on}
        try:
            return deadline(
                rule, {**facts, **decode(answers)}, state=self.state or None, calendar=self.calendar
            ), True
        except FactError:
            return deadline(rule, facts, state=self.state or None, calendar=self.calendar), False


def ground_of(case: Case, events: Iterable[CaseEvent]) -> Ground:
    return Ground(
        facts_of(events, case.student),
        state_of(case.student),
        calendars.of_district(case.student.district_id),
    )


# recording


def _check(case: Case, events: list[CaseEvent], kind: str, on: date, *, at: datetime) -> None:
    today = timezone.localdate(at, current_firm().zone)
    before = facts_of(events, case.student)
    known = set(problems(before, today=today))
    new = [item for item in problems({**before, kind: on}, today=today) if item not in known]
    if new:
        from django.utils.translation import get_language

        language = "es" if get_language() == "es" else "en"
        raise ImpossibleFacts([item.words(language) for item in new])


def _noon(on: date) -> datetime:
    """A day without a time of day, as a moment in the firm's zone."""
    return datetime(on.year, on.month, on.day, 12, tzinfo=current_firm().zone)


@transaction.atomic
def record(
    case: Case, *, kind: str, on: date, by: User, at: datetime, note: str = "", shared: bool = False
) -> CaseEvent:
    """Writes down that something happened and starts the clocks that run from it. The same event twice is once.

    Raises ImpossibleFacts, or RuleError for an event nobody knows.
    """
    event_of(kind)
    case = Case.objects.select_for_update(of=("self",)).select_related("student__district").get(pk=case.pk)
    events = list(case.events.filter(withdrawn_at=None))
    if known := next((event for event in events if (event.kind, event.on) == (kind, on)), None):
        return known
    _check(case, events, kind, on, at=at)
    event = CaseEvent.objects.create(case=case, kind=kind, on=on, note=note, recorded_at=at, recorded_by=by)
    timeline.add(
        student=case.student, case=case, kind=EntryKind.EVENT, text=kind, happened_at=_noon(on), at=at, by=by,
        who=by.name, shared=shared, evidence=("event", event.pk),
    )  # fmt: skip
    recount(case, at=at, by=by, why=Why.FACT, detail=event_of(kind).en)
    audit.record("event.recorded", by=by, at=at, about=event, case=str(case.pk))
    return event


@transaction.atomic
def correct(event: CaseEvent, *, on: date, by: User, at: datetime, version: int, note: str = "") -> None:
    """Another day for an event. Raises ImpossibleFacts, or ChangedMeanwhile when somebody else corrected it first."""
    case = (
        Case.objects.select_for_update(of=("self",)).select_related("student__district").get(pk=event.case_id)
    )
    others = list(case.events.filter(withdrawn_at=None).exclude(pk=event.pk))
    if any((other.kind, other.on) == (event.kind, on) for other in others):
        raise ImpossibleFacts([_("This event is recorded on that day already.")])
    _check(case, others, event.kind, on, at=at)
    done = CaseEvent.objects.filter(pk=event.pk, version=version, withdrawn_at=None).update(
        on=on, note=note, version=version + 1
    )
    if not done:
        raise calendars.ChangedMeanwhile
    timeline.TimelineEntry.objects.filter(evidence_kind="event", evidence_id=str(event.pk)).update(happened_at=_noon(on))  # fmt: skip
    detail = f"{event_of(event.kind).en}: {event.on} → {on}"
    event.on, event.note, event.version = on, note, version + 1
    recount(case, at=at, by=by, why=Why.FACT, detail=detail)
    audit.record("event.corrected", by=by, at=at, about=event, case=str(case.pk))


@transaction.atomic
def take_back(event: CaseEvent, *, by: User, at: datetime) -> None:
    """The event did not happen: its dates are dropped, their history stays."""
    CaseEvent.objects.filter(pk=event.pk, withdrawn_at=None).update(withdrawn_at=at)
    timeline.TimelineEntry.objects.filter(evidence_kind="event", evidence_id=str(event.pk)).delete()
    recount(event.case, at=at, by=by, why=Why.TAKEN_BACK, detail=event_of(event.kind).en)
    audit.record("event.taken_back", by=by, at=at, about=event, case=str(event.case_id))


@transaction.atomic
def answer_question(
    item: Deadline, *, key: str, value: bool | int | date | None, by: User, at: datetime
) -> None:
    """An answer to one deadline's question; None takes it back. Raises FactError for one that cannot be."""
    kept = dict(item.answers)
    kept.pop(key, None)
    if value is not None:
        kept[key] = value.isoformat() if isinstance(value, date) else value
    case = Case.objects.select_related("student__district").get(pk=item.case_id)
    ground = ground_of(case, case.events.filter(withdrawn_at=None))
    facts: dict[str, date | bool | int] = {**ground.facts, item.event.kind: item.event.on, **decode(kept)}
    deadline(item.rule, facts, state=ground.state or None, calendar=ground.calendar)
    Deadline.objects.filter(pk=item.pk).update(answers=kept)
    recount(case, at=at, by=by, why=Why.ANSWER, detail=key)


# counting


@transaction.atomic
def recount(case: Case, *, at: datetime, by: User | None, why: str, detail: str = "") -> list[DeadlineChange]:
    """Counts every date of a case again; writes what moved, and why, and tells the team of dates that stood before.

    Safe to run twice: the second time nothing moves.
    """
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("student__district", "advocate")
        .get(pk=case.pk)
    )
    events = list(case.events.filter(withdrawn_at=None))
    ground = ground_of(case, events)
    known = {(row.event_id, row.rule): row for row in case.deadlines.all()}
    made: list[Deadline] = []
    touched: list[Deadline] = []
    changes: list[DeadlineChange] = []
    wanted: set[tuple[UUID, str]] = set()
    for event in events:
        for rule in obligations(event.kind, ground.state):
            wanted.add((event.pk, rule))
            row = known.get((event.pk, rule))
            found, usable = ground.answer(event, rule, row.answers if row else {})
            if row is None:
                row = _new(case, event, rule, found, ground, at=at)
                made.append(row)
                changes.append(
                    _change(row, "", None, at=at, by=by, why=Why.MADE, detail=event_of(event.kind).en)
                )
                continue
            old = (row.status, row.due_on)
            if not usable:
                row.answers = {}
            revived = row.dropped_at is not None
            row.dropped_at = None
            _write(row, found, ground.state, at=at)
            touched.append(row)
            if revived or old != (row.status, row.due_on):
                changes.append(_change(row, *old, at=at, by=by, why=why, detail=detail))
    for key, row in known.items():
        if key not in wanted and row.dropped_at is None:
            row.dropped_at = at
            touched.append(row)
            reason = why if why in {Why.TAKEN_BACK, Why.STATE} else Why.TAKEN_BACK
            changes.append(
                _change(row, row.status, row.due_on, at=at, by=by, why=reason, detail=detail, gone=True)
            )
    Deadline.objects.bulk_create(made)
    Deadline.objects.bulk_update(touched, _WRITTEN)
    for change in changes:
        change.deadline_id = change.deadline.pk
    DeadlineChange.objects.bulk_create(changes)
    moved = {change.deadline.pk: change.deadline for change in changes}
    from cases import notices, warnings

    warnings.plan(moved.values(), at=at)
    notices.moved(case, [c for c in changes if c.why != Why.MADE and c.deadline.done_at is None and c.deadline.set_aside_at is None], at=at, by=by)  # fmt: skip
    return changes


def first_dates(case: Case, event: CaseEvent, ground: Ground, *, at: datetime) -> list[Deadline]:
    """What an event starts, counted and not yet saved."""
    return [
        _new(case, event, rule, ground.answer(event, rule, {})[0], ground, at=at)
        for rule in obligations(event.kind, ground.state)
    ]


def _new(
    case: Case, event: CaseEvent, rule: str, found: law_deadlines.Deadline, ground: Ground, *, at: datetime
) -> Deadline:
    row = Deadline(case=case, event=event, rule=rule, owner=case.advocate, made_at=at)
    _write(row, found, ground.state, at=at)
    return row


_WRITTEN = [
    "answers", "state", "status", "due_on", "title", "title_es", "kind", "owed_by", "citation", "verified", "asks",
    "trace", "counted_at", "dropped_at",
]  # fmt: skip


def _write(row: Deadline, found: law_deadlines.Deadline, state: str, *, at: datetime) -> None:
    row.state = state
    row.status = str(found.status)
    row.due_on = found.due_on
    row.title = found.title[:300]
    row.title_es = in_language(found.title, "es")[:300]
    row.kind = found.kind
    row.owed_by = found.owed_by
    row.citation = found.citation
    row.verified = found.status == Status.DATE and found.reliable and found.settled
    row.asks = bool(found.questions)
    row.trace = {"en": found.as_dict("en"), "es": found.as_dict("es")}
    row.counted_at = at


def _change(
    row: Deadline, old_status: str, old_due_on: date | None, *, at: datetime, by: User | None, why: str,
    detail: str, gone: bool = False,
) -> DeadlineChange:  # fmt: skip
    return DeadlineChange(
        deadline=row, at=at, by=by, why=why, detail=detail[:300], old_status=old_status, old_due_on=old_due_on,
        new_status="" if gone else row.status, new_due_on=None if gone else row.due_on,
    )  # fmt: skip


def cases_of(key: str) -> QuerySet[Case]:
    """The open cases a due-work key means: of a district, a student, one case, or all of the firm."""
    kind, _colon, pk = key.partition(":")
    rows = Case.objects.open().order_by("pk")
    if kind == "district":
        return rows.filter(student__district=UUID(pk))
    if kind == "student":
        return rows.filter(student=UUID(pk))
    if kind == "case":
        return rows.filter(pk=pk)
    return rows


def count_again(key: str, *, at: datetime, by: User | None, why: str) -> None:
    """Counts what a change reaches: at once when it is little, else by the worker. The row makes sure of both."""
    due.plan(RECOUNT, f"{why}/{key}", due_at=at)
    rows = list(cases_of(key)[: AT_ONCE + 1])
    if len(rows) > AT_ONCE:
        return
    for case in rows:
        recount(case, at=at, by=by, why=why)
    due.settle(RECOUNT, f"{why}/{key}")


def recount_due(keys: list[str], at: datetime) -> None:
    """The due-work handler."""
    for key in keys:
        why, _slash, which = key.partition("/")
        for case in cases_of(which):
            recount(case, at=at, by=None, why=why)
        due.settle(RECOUNT, key)


# marking


@transaction.atomic
def mark_done(rows: QuerySet[Deadline], *, by: User, at: datetime) -> int:
    """Marks standing deadlines done; the number that was."""
    found = list(rows.standing())  # type: ignore[attr-defined]
    Deadline.objects.filter(pk__in=[row.pk for row in found]).update(done_at=at, done_by=by)
    for row in found:
        audit.record("deadline.done", by=by, at=at, about=row, case=str(row.case_id))
    from cases import warnings

    warnings.forget(found)
    return len(found)


@transaction.atomic
def mark_open(row: Deadline, *, by: User, at: datetime) -> None:
    """Takes “done” or “set aside” back."""
    Deadline.objects.filter(pk=row.pk).update(
        done_at=None, done_by=None, set_aside_at=None, set_aside_by=None, set_aside_why=""
    )
    audit.record("deadline.reopened", by=by, at=at, about=row, case=str(row.case_id))
    row.refresh_from_db()
    from cases import warnings

    warnings.plan([row], at=at)


@transaction.atomic
def set_aside(row: Deadline, *, why: str, by: User, at: datetime) -> None:
    """This date does not matter here, for a reason."""
    Deadline.objects.filter(pk=row.pk).update(set_aside_at=at, set_aside_by=by, set_aside_why=why[:300])
    audit.record("deadline.set_aside", by=by, at=at, about=row, case=str(row.case_id))
    from cases import warnings

    warnings.forget([row])


def days_until(on: date, *, today: date) -> int:
    return (on - today) // timedelta(days=1)


__all__ = ["FactError", "ImpossibleFacts", "RuleError", "correct", "record", "recount", "take_back"]
