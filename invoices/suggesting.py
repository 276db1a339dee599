"""Time that lies about elsewhere: calls held, meetings attended, calls noted, reviews signed. Each is offered once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from cases.models import Case, EntryKind, Meeting, TimelineEntry
from clients.models import Student
from invoices.models import Activity, Skipped, TimeEntry
from reviews.models import Review
from scheduling.models import Booking
from tenants.places import current_firm

BACK = timedelta(days=60)
MOST = 100


@dataclass(frozen=True)
class Suggestion:
    """An entry that could be written. `minutes` is None where nobody noted how long it took."""

    kind: str
    source: UUID
    student: Student
    case: Case | None
    on: date
    minutes: int | None
    activity: str
    description: str

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.source}"


def _open(rows: QuerySet, person: User, kind: str) -> QuerySet:
    """Rows of which this person has neither written the time nor passed it over."""
    told = {"person": person, "source_kind": kind, "source_id": OuterRef("pk")}
    return rows.filter(~Exists(TimeEntry.objects.filter(**told)), ~Exists(Skipped.objects.filter(**told)))


def _day(moment: datetime) -> date:
    return timezone.localdate(moment, current_firm().zone)


def _case_of(student: Student, person: User) -> Case | None:
    """The student's open case, if it is one alone, or the one this person leads."""
    cases = list(student.cases.open()[:20])  # type: ignore[attr-defined]
    led = [case for case in cases if case.advocate_id == person.pk]
    return next((found[0] for found in (cases, led) if len(found) == 1), None)


def _bookings(person: User, since: datetime, at: datetime) -> Iterator[Suggestion]:
    rows = Booking.objects.standing().filter(advocate=person, ends_at__gte=since, ends_at__lte=at, no_show_at=None, student__isnull=False)  # fmt: skip
    for row in _open(rows, person, "booking").select_related("student__family", "service").order_by("starts_at")[:MOST]:  # fmt: skip
        assert row.student is not None
        minutes = int((row.ends_at - row.starts_at).total_seconds() // 60)
        yield Suggestion("booking", row.pk, row.student, _case_of(row.student, person), _day(row.starts_at), minutes, Activity.CALL, _in_family(row.student, partial(getattr, row.service, "local_name")))  # fmt: skip


def _meetings(person: User, since: datetime, at: datetime) -> Iterator[Suggestion]:
    rows = Meeting.objects.standing().filter(advocate=person, ends_at__gte=since, ends_at__lte=at)
    rows = rows.select_related("case__student__family")
    for row in _open(rows, person, "meeting").order_by("starts_at")[:MOST]:
        minutes = int((row.ends_at - row.starts_at).total_seconds() // 60)
        yield Suggestion("meeting", row.pk, row.case.student, row.case, _day(row.starts_at), minutes, Activity.MEETING, _in_family(row.case.student, row.get_kind_display))  # fmt: skip
    for row in _open(rows.filter(travel_minutes__gt=0), person, "travel").order_by("starts_at")[:MOST]:
        yield Suggestion("travel", row.pk, row.case.student, row.case, _day(row.starts_at), 2 * row.travel_minutes, Activity.TRAVEL, _in_family(row.case.student, lambda: _("Way to the meeting and back")))  # fmt: skip


def _calls(person: User, since: datetime, at: datetime) -> Iterator[Suggestion]:
    rows = TimelineEntry.objects.standing().filter(recorded_by=person, kind=EntryKind.CALL, happened_at__gte=since, happened_at__lte=at)  # fmt: skip
    for row in _open(rows, person, "call").select_related("student__family", "case").order_by("happened_at")[:MOST]:  # fmt: skip
        case = row.case or _case_of(row.student, person)
        yield Suggestion("call", row.pk, row.student, case, _day(row.happened_at), None, Activity.CALL, _in_family(row.student, lambda: _("Phone call")))  # fmt: skip


def _reviews(person: User, since: datetime, at: datetime) -> Iterator[Suggestion]:
    rows = Review.objects.filter(signed_off_by=person, signed_off_at__gte=since, signed_off_at__lte=at)
    for row in _open(rows, person, "review").select_related("student__family").order_by("signed_off_at")[:MOST]:  # fmt: skip
        assert row.signed_off_at is not None
        yield Suggestion("review", row.pk, row.student, _case_of(row.student, person), _day(row.signed_off_at), None, Activity.REVIEW, _in_family(row.student, lambda: _("Review of the IEP")))  # fmt: skip


def language_of(student: Student) -> str:
    """The language a family reads its papers in: of the first contact who may see the child."""
    today = timezone.localdate(timezone.now(), current_firm().zone)
    first = student.guardianships.seeing(on=today).select_related("contact").order_by("pk").first()  # type: ignore[attr-defined]
    return first.contact.language if first else current_firm().language


def _in_family(student: Student, words: Callable[[], Any]) -> str:
    """Words in the language of the family, which reads them on its invoice."""
    with override(language_of(student)):
        return str(words())


def suggestions(person: User, *, at: datetime) -> list[Suggestion]:
    """What this person did in the last sixty days and has not written down, the oldest first."""
    since = at - BACK
    found = chain.from_iterable(of(person, since, at) for of in (_bookings, _meetings, _calls, _reviews))
    rows = list(found)
    keys = {row.student.pk for row in rows}
    seen = set(Student.objects.visible_to(person).filter(pk__in=keys).values_list("pk", flat=True))
    return sorted((row for row in rows if row.student.pk in seen), key=lambda row: (row.on, row.kind))


def find(person: User, kind: str, source: UUID, *, at: datetime) -> Suggestion | None:
    """One suggestion, if it is still open."""
    return next((row for row in suggestions(person, at=at) if (row.kind, row.source) == (kind, source)), None)
