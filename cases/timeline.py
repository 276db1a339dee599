"""Writing down what happened. Apps above write here too, and name their evidence by kind and key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from cases.models import Case, EntryKind, EntryRevision, MeetingKind, TimelineEntry
from cases.stages import stage_of
from clients.models import Student
from documents.models import Document
from law.dates import iso_date
from law.removals import KINDS, Kind
from law.rules import RuleError, event_of
from web.dates import say_day


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
        kind: of `EntryKind`. An `event` has the event's id as text, a `stage` "kind/stage", a `meeting` its kind, a hand-over both names; they are
            said in the reader's language.
        happened_at: when it happened; `at`: when it is recorded.
        shared: whether the family sees it.
        evidence: (kind, key) of what proves it, such as ("document", id).
    """
    return TimelineEntry.objects.create(
        student=student, case=case, kind=kind, text=text, who=who, happened_at=happened_at, recorded_at=at,
        recorded_by=by, shared=shared, evidence_kind=evidence[0] if evidence else "",
        evidence_id=str(evidence[1]) if evidence else "",
    )  # fmt: skip


class CorrectedMeanwhile(Exception):
    """Somebody corrected or struck out this entry after it was opened to be corrected."""

    def __init__(self) -> None:
        super().__init__(_("Somebody corrected this while you were writing. Here is how it stands now; what you typed is kept."))  # fmt: skip


@transaction.atomic
def correct(
    entry: TimelineEntry, *, kind: str, text: str, who: str, happened_at: datetime, reason: str = "", version: int, by: User, at: datetime
) -> bool:  # fmt: skip
    """Sets an entry of the contact log right and keeps what it said; answers whether anything was different.

    Args:
        version: how many corrections the entry had when it was opened.
    Raises:
        CorrectedMeanwhile: it has more, or was struck out.
    """
    row = TimelineEntry.objects.select_for_update().get(pk=entry.pk)
    revisions = EntryRevision.objects.filter(entry=row)
    if row.struck_at or revisions.count() != version:
        raise CorrectedMeanwhile
    before = {"kind": row.kind, "text": row.text, "who": row.who, "happened_at": row.happened_at}
    after = {"kind": kind, "text": text, "who": who, "happened_at": happened_at}
    if before == after:
        return False
    EntryRevision.objects.create(entry=row, **before, by=by, at=at, reason=reason)
    TimelineEntry.objects.filter(pk=row.pk).update(**after)
    audit.record("entry.corrected", by=by, at=at, about=row, student=str(row.student_id))
    return True


def strike_out(entry: TimelineEntry, *, reason: str, by: User, at: datetime) -> None:
    """An entry of the contact log typed by mistake: the family sees it no more, the office sees it struck out. Twice is once."""
    rows = TimelineEntry.objects.filter(pk=entry.pk).standing()
    if rows.update(struck_at=at, struck_by=by, strike_reason=reason):
        audit.record("entry.struck_out", by=by, at=at, about=entry, student=str(entry.student_id))


@dataclass(frozen=True)
class Told:
    """An entry as a page tells it: its words, and the page of what shows that it happened, if this person may open it."""

    entry: TimelineEntry
    words: str
    evidence_url: str = ""
    may_correct: bool = False
    revisions: Sequence[EntryRevision] = ()


Address = Callable[[TimelineEntry], str]
_addresses: dict[str, tuple[Address | None, Address | None]] = {}


def evidence_opens_at(kind: str, *, staff: Address | None = None, family: Address | None = None) -> None:
    """Says where the evidence of a kind is opened, by staff and by the family; called in an app's `ready()`."""
    _addresses[kind] = (staff, family)


def told(rows: Iterable[TimelineEntry], *, to: User) -> list[Told]:
    """The entries with their words and evidence, for this person; what they said before for staff alone.

    One query more when some evidence is a paper, one for staff, and two more when something was corrected or struck out.
    """
    entries = list(rows)
    if to.is_staff_member:
        prefetch_related_objects(entries, "struck_by", "revisions__by")
    papers = {entry.evidence_id for entry in entries if entry.evidence_kind == "document"}
    seen = {str(pk) for pk in Document.objects.visible_to(to).filter(pk__in=papers).values_list("pk", flat=True)} if papers else set()  # fmt: skip
    found = []
    for entry in entries:
        staff, family = _addresses.get(entry.evidence_kind, (None, None))
        address = staff if to.is_staff_member else family
        hidden = entry.evidence_kind == "document" and entry.evidence_id not in seen
        url = address(entry) if address and not hidden else ""
        if to.is_staff_member:
            before = tuple(entry.revisions.all())  # type: ignore[attr-defined]
            found.append(Told(entry, words(entry), url, entry.may_be_corrected_by(to), before))
        else:
            found.append(Told(entry, words(entry), url))
    return found


def register_own() -> None:
    """Where what this app keeps is opened."""

    def by_key(name: str) -> Address:
        return lambda entry: reverse(name, args=[entry.evidence_id])

    def case(entry: TimelineEntry) -> str:
        return reverse("case", args=[entry.case_id]) if entry.case_id else ""

    evidence_opens_at("document", staff=by_key("document"), family=by_key("portal-paper"))
    evidence_opens_at("meeting", staff=by_key("meeting"), family=by_key("portal-meeting"))
    evidence_opens_at("event", staff=by_key("case-event"))
    evidence_opens_at("case", staff=case)
    evidence_opens_at("hand_over", staff=case)
    evidence_opens_at("removal", staff=lambda entry: reverse("student-removals", args=[entry.student_id]))


def follow_up_title(on: date) -> str:
    """What the letter after a meeting is called, in the active language."""
    return _("After our meeting on %(day)s") % {"day": say_day(on)}


def words(entry: TimelineEntry) -> str:
    """What an entry says, in the active language."""
    if entry.kind == EntryKind.EVENT:
        try:
            return event_of(entry.text).words("es" if get_language() == "es" else "en")
        except RuleError:
            return entry.text
    if entry.kind == EntryKind.MEETING:
        # Earlier rows hold the kind in the words of who planned it.
        return str(MeetingKind(entry.text).label) if entry.text in MeetingKind.values else _(entry.text)
    if entry.kind == EntryKind.REMOVAL and entry.text in KINDS:
        return KINDS[Kind(entry.text)].words("es" if get_language() == "es" else "en")
    if entry.kind == EntryKind.EMAIL and entry.evidence_kind == "meeting":
        try:
            return follow_up_title(iso_date(entry.text))
        except ValueError:
            return entry.text
    if entry.evidence_kind == "hand_over" and (names := _hand_over_names(entry.text)):
        return _("Handed over from %(giver)s to %(taker)s.") % names
    if entry.kind == EntryKind.STAGE:
        kind, _slash, stage = entry.text.partition("/")
        found = stage_of(kind, stage)
        return str(found.name)
    return entry.text


# Earlier rows hold the sentence in the words of who handed over.
_EARLIER = (
    re.compile(r"Handed over from (?P<giver>.+?) to (?P<taker>.+)\."),
    re.compile(r"(?P<giver>.+?) pasó el caso a (?P<taker>.+)\."),
)


def _hand_over_names(text: str) -> dict[str, str]:
    """Who handed a case to whom, as the text of an entry holds it; nothing when it holds something else."""
    if "\n" in text:
        giver, taker = text.split("\n", 1)
        return {"giver": giver, "taker": taker}
    found = next((match for rule in _EARLIER if (match := rule.fullmatch(text))), None)
    return found.groupdict() if found else {}
