"""Writing down what happened. Apps above write here too, and name their evidence by kind and key."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language

from accounts.models import User
from cases.models import Case, EntryKind, TimelineEntry
from cases.stages import stage_of
from clients.models import Student
from law.rules import RuleError, event_of


def add(
    *,
    student: Student,
    kind: str,
    text: str,
    happened_at: datetime,
    at: datetime,
    by: User | None,
    case: Case | None = None,
    who: str = "",
    shared: bool = False,
    evidence: tuple[str, UUID | str] | None = None,
) -> TimelineEntry:
    """One entry on a student's timeline.

    Args:
        kind: of `EntryKind`. An `event` has the event's id as text, a `stage` "kind/stage"; both are said in the reader's language.
        happened_at: when it happened; `at`: when it is recorded.
        shared: whether the family sees it.
        evidence: (kind, key) of what proves it, such as ("document", id).
    """
    return TimelineEntry.objects.create(
        student=student, case=case, kind=kind, text=text, who=who, happened_at=happened_at, recorded_at=at,
        recorded_by=by, shared=shared, evidence_kind=evidence[0] if evidence else "",
        evidence_id=str(evidence[1]) if evidence else "",
    )  # fmt: skip


def words(entry: TimelineEntry) -> str:
    """What an entry says, in the active language."""
    if entry.kind == EntryKind.EVENT:
        try:
            return event_of(entry.text).words("es" if get_language() == "es" else "en")
        except RuleError:
            return entry.text
    if entry.kind == EntryKind.STAGE:
        kind, _slash, stage = entry.text.partition("/")
        found = stage_of(kind, stage)
        return str(found.name)
    return entry.text
