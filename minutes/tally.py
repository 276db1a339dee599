"""Owed and delivered minutes of a student, service by service and month by month."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from cases import calendars
from cases.models import SchoolCalendar as CalendarRow
from clients.models import CareTeamMember, Student
from law.calendars import SchoolCalendar
from minutes import words
from minutes.counting import Amount, Count, Held, NotHeld, count
from minutes.expanding import CannotCount, Promise, Unknown, Window, expand
from minutes.models import NOBODY, STUDENT_SIDE, DeliveredSession, MissedSession
from reviews.models import PlanInForce, ServiceRow
from tenants.places import current_firm

__all__ = ["Amount", "Behind", "Count", "Line", "Month", "Row", "Table", "WindowCount", "rows_of", "shortfalls", "table"]  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A service row with the days on which it is in force, which another plan may have shortened."""

    service: ServiceRow
    key: str
    first: date | None
    last: date | None

    @property
    def promise(self) -> Promise:
        s = self.service
        return Promise(s.per, s.minutes, s.sessions, self.first, self.last, s.minutes_per_week)

    @property
    def words(self) -> str:
        """ "2 × 30 minutes a week, Sep 22, 2025 to Jun 5, 2026"."""
        return words.row(self.promise)

    def in_force(self, on: date) -> bool:
        return self.first is not None and self.first <= on and (self.last is None or on <= self.last)


@dataclass(frozen=True)
class WindowCount:
    """One period of a service, its count, and the entries behind it."""

    row: Row
    window: Window
    count: Count
    sessions: list[DeliveredSession]
    missed: list[MissedSession]

    @property
    def name(self) -> str:
        return words.span(self.window.first, self.window.last)

    @property
    def entries(self) -> list[DeliveredSession | MissedSession]:
        return [*self.sessions, *self.missed]


@dataclass(frozen=True)
class Month:
    """The windows of a service that were over in a month."""

    first: date
    count: Count
    windows: list[WindowCount]


@dataclass(frozen=True)
class Line:
    """A service over its rows.

    `why_not` holds a sentence for each row that cannot be counted; `running` the windows that are not over;
    `outside` the sessions that fall into no window (a break, beyond the plan's dates, a service without a number).
    """

    key: str
    name: str
    rows: list[Row]
    months: list[Month]
    running: list[WindowCount]
    outside: list[DeliveredSession]
    why_not: list[str] = field(default_factory=list)

    @property
    def total(self) -> Count:
        return sum((month.count for month in self.months), Count())

    @property
    def shown(self) -> list[Month]:
        """Months in which something was owed or held."""
        return [month for month in self.months if month.count != Count()]

    @property
    def counted(self) -> bool:
        return bool(self.months or self.running)

    def month(self, first: date) -> Month | None:
        return next((month for month in self.months if month.first == first), None)

    @property
    def windows(self) -> list[WindowCount]:
        return [window for month in self.months for window in month.windows]


@dataclass(frozen=True)
class Table:
    """Services with their months. `notes` are sentences that belong beside every number; `months` their first days."""

    student: Student
    start: date
    end: date
    today: date
    lines: list[Line]
    notes: list[str]
    estimate: bool = False

    @property
    def months(self) -> list[date]:
        return sorted({month.first for line in self.lines for month in line.months})

    def line(self, key: str) -> Line | None:
        return next((line for line in self.lines if line.key == key), None)

    @property
    def sessions(self) -> list[DeliveredSession]:
        """Every session behind the numbers, by day."""
        found = {s.pk: s for line in self.lines for w in [*line.windows, *line.running] for s in w.sessions}
        found |= {s.pk: s for line in self.lines for s in line.outside}
        return sorted(found.values(), key=lambda s: (s.on, str(s.pk)))

    @property
    def missed(self) -> list[MissedSession]:
        found = {m.pk: m for line in self.lines for w in [*line.windows, *line.running] for m in w.missed}
        return sorted(found.values(), key=lambda m: (m.on, str(m.pk)))


@dataclass(frozen=True)
class Behind:
    """A service of which something is missing in a month."""

    student: Student
    line: Line
    month: Month

    @property
    def count(self) -> Count:
        return self.month.count


def table(student: Student, *, start: date, end: date, today: date) -> Table:
    """What was owed and delivered in the windows that were due from `start` through `end`.

    A window (a week, a month, a cycle …) counts in the month of its last school day, once that day is over; until then
    it is `running`. `today` is the day in the firm's zone. Costs seven queries, however many sessions there are.
    """
    return _tables([student], start=start, end=end, today=today)[student.pk]


def shortfalls(user: User, *, today: date) -> list[Behind]:
    """Services of which minutes are missing this month, of the students on whose care team the person is."""
    mine = CareTeamMember.objects.filter(user=user.pk, until=None)
    students = list(
        Student.objects.visible_to(user).filter(
            Exists(mine.filter(student=OuterRef("pk"))),
            Exists(PlanInForce.objects.filter(student=OuterRef("pk"))),
        )
    )
    if not students:
        return []
    first = today.replace(day=1)
    found = [
        Behind(one.student, line, month)
        for one in _tables(students, start=first, end=today, today=today).values()
        for line in one.lines
        for month in line.months
        if month.count.shortfall.minutes > 0
    ]
    return sorted(
        found, key=lambda one: (-one.count.shortfall.minutes, one.student.given_name, one.line.name)
    )


def rows_of(student: Student) -> list[Row]:
    """The service rows of a student's plans, each with the days on which it is in force."""
    return _rows([student])[student.pk]


def _rows(students: Sequence[Student]) -> dict[UUID, list[Row]]:
    plans: dict[UUID, list[PlanInForce]] = defaultdict(list)
    for plan in (
        PlanInForce.objects.filter(student__in=students).prefetch_related("services").order_by("accepted_at")
    ):
        plans[plan.student_id].append(plan)
    return {student.pk: _in_force(plans[student.pk]) for student in students}


def _in_force(plans: list[PlanInForce]) -> list[Row]:
    """A plan ends the day before the next one starts; one that starts no earlier than the next never was in force."""
    zone = current_firm().zone
    begins = [
        plan.starts_on or plan.meeting_on or timezone.localdate(plan.accepted_at, zone) for plan in plans
    ]
    found: list[Row] = []
    for at, plan in enumerate(plans):
        later = min(begins[at + 1 :], default=None)
        until = later - timedelta(days=1) if later else None
        if until is not None and until < begins[at]:
            continue
        found += [
            Row(service, key, first, last)
            for service, key in _keyed(list(plan.services.all()))
            if (first := service.starts_on or begins[at])
            and ((last := _earliest(service.ends_on, until)) is None or last >= first or service.ends_on == last)
        ]  # fmt: skip
    return sorted(found, key=lambda row: (row.first or date.min, str(row.service.pk)))


def _earliest(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)


def _keyed(services: list[ServiceRow]) -> list[tuple[ServiceRow, str]]:
    """Each row with the key of its service: the first row's name and setting, and which of several alike it is."""
    keys: dict[UUID, str] = {}
    seen: dict[tuple[str, str], int] = defaultdict(int)
    for row in sorted(services, key=lambda row: (row.replaces_id is not None, str(row.pk))):
        if row.replaces_id in keys:
            keys[row.pk] = keys[row.replaces_id]
            continue
        alike = (" ".join(row.name.casefold().split()), row.setting)
        seen[alike] += 1
        text = "\x1f".join([*alike, str(seen[alike])])
        keys[row.pk] = hashlib.sha256(text.encode()).hexdigest()[:10]
    return [(row, keys[row.pk]) for row in services]


# --- putting together ---


@dataclass
class _Draft:
    key: str
    name: str
    rows: list[Row] = field(default_factory=list)
    windows: list[tuple[Row, Window]] = field(default_factory=list)
    why_not: list[str] = field(default_factory=list)
    sessions: list[DeliveredSession] = field(default_factory=list)
    missed: list[MissedSession] = field(default_factory=list)


def _tables(students: Sequence[Student], *, start: date, end: date, today: date) -> dict[UUID, Table]:
    rows = _rows(students)
    calendar_of = _calendars(students)
    drafts: dict[UUID, list[_Draft]] = {}
    notes: dict[UUID, list[str]] = {}
    earliest = start
    for student in students:
        calendar = calendar_of.get(student.district_id) if student.district_id else None
        drafts[student.pk], unknown = _expanded(rows[student.pk], calendar, start, end)
        notes[student.pk] = words.notes(calendar, unknown, has_rows=bool(rows[student.pk]))
        earliest = min([earliest, *(w.first for d in drafts[student.pk] for _row, w in d.windows)])
    sessions = _by_student(_sessions(students, earliest, end))
    missed = _by_student(_missed(students, earliest, end))
    return {
        student.pk: Table(
            student, start, end, today,
            _lines(drafts[student.pk], sessions[student.pk], missed[student.pk], start, end, today),
            notes[student.pk],
            bool(student.district_id and (c := calendar_of.get(student.district_id)) and c.bounds_assumed),
        )
        for student in students
    }  # fmt: skip


def _calendars(students: Sequence[Student]) -> dict[UUID, SchoolCalendar]:
    districts = {student.district_id for student in students if student.district_id}
    rows = CalendarRow.objects.filter(district__in=districts).select_related("district")
    return {row.district_id: calendars.value_of(row) for row in rows}


def _expanded(
    rows: list[Row], calendar: SchoolCalendar | None, start: date, end: date
) -> tuple[list[_Draft], list[Unknown]]:
    drafts: dict[str, _Draft] = {}
    unknown: dict[Unknown, None] = {}
    for row in rows:
        if (row.first and row.first > end) or (row.last and row.last < start):
            continue
        draft = drafts.setdefault(row.key, _Draft(row.key, row.service.name))
        draft.name = row.service.name
        draft.rows.append(row)
        # The same service under another setting is still the same service when a week is shared.
        name = row.service.name.casefold()
        others = [
            (other.first, other.last or date.max)
            for other in rows
            if other is not row
            and other.first
            and (other.key == row.key or other.service.name.casefold() == name)
        ]
        try:
            if calendar is None:
                expand(row.promise, _NO_DAYS, start=start, end=start)
                continue
            windows, gaps = expand(row.promise, calendar, start=start, end=end, others=others)
        except CannotCount as no:
            draft.why_not.append(words.cannot(no.why, row.service))
            continue
        draft.windows += [(row, window) for window in windows]
        unknown |= dict.fromkeys(gaps)
    return list(drafts.values()), list(unknown)


# Asks whether a service could be counted at all, where no calendar says when there is school.
_NO_DAYS = SchoolCalendar("", ())


def _sessions(students: Sequence[Student], first: date, last: date) -> Iterable[DeliveredSession]:
    inside = Q(on__range=(first, last)) | Q(makes_up_for_on__range=(first, last))
    rows = DeliveredSession.objects.filter(inside, student__in=students).standing()
    return rows.select_related("document", "recorded_by").order_by("on", "pk")


def _missed(students: Sequence[Student], first: date, last: date) -> Iterable[MissedSession]:
    rows = MissedSession.objects.filter(student__in=students, on__range=(first, last)).standing()
    return rows.select_related("document", "recorded_by").order_by("on", "pk")


def _by_student(entries: Iterable[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for entry in entries:
        found[entry.student_id].append(entry)
    return found


def _lines(
    drafts: list[_Draft], sessions: list[DeliveredSession], missed: list[MissedSession],
    start: date, end: date, today: date,
) -> list[Line]:  # fmt: skip
    other: dict[str, _Draft] = {}
    for session in sessions:
        draft = _draft_of(session, drafts, session.counts_on)
        if draft is None:
            name = session.service_name
            draft = other.setdefault(name.casefold(), _Draft(f"other-{_short(name)}", name))
        draft.sessions.append(session)
    for entry in missed:
        if entry.is_whole_day:
            for draft in drafts:
                draft.missed.append(entry)
        elif (draft := _draft_of(entry, drafts, entry.on)) is not None:
            draft.missed.append(entry)
    found = [_line(draft, start, end, today) for draft in [*drafts, *other.values()]]
    return sorted(
        (line for line in found if line.counted or line.why_not or line.outside or line.rows),
        key=lambda line: (not line.rows, line.name.casefold()),
    )


def _short(name: str) -> str:
    return hashlib.sha256(name.casefold().encode()).hexdigest()[:10]


def _draft_of(entry: DeliveredSession | MissedSession, drafts: list[_Draft], on: date) -> _Draft | None:
    """By its row; else by its name, where one service of that name was in force that day, or only one has it."""
    for draft in drafts:
        if any(row.service.pk == entry.service_id for row in draft.rows):
            return draft
    name = " ".join(entry.service_name.casefold().split())
    named = [d for d in drafts if any(" ".join(r.service.name.casefold().split()) == name for r in d.rows)]
    then = [draft for draft in named if any(row.in_force(on) for row in draft.rows)]
    if len(then) == 1:
        return then[0]
    return named[0] if len(named) == 1 else None


def _line(draft: _Draft, start: date, end: date, today: date) -> Line:
    windows = sorted(draft.windows, key=lambda pair: (pair[1].first, pair[1].last))
    firsts = [window.first for _row, window in windows]
    held: dict[int, list[DeliveredSession]] = defaultdict(list)
    lost: dict[int, list[MissedSession]] = defaultdict(list)
    outside = []
    for session in draft.sessions:
        at = _at(session.counts_on, firsts, windows)
        if at is not None:
            held[at].append(session)
        elif start <= session.on <= end:
            outside.append(session)
    for entry in draft.missed:
        if (at := _at(entry.on, firsts, windows)) is not None:
            lost[at].append(entry)
    months: dict[date, list[WindowCount]] = defaultdict(list)
    running = []
    for at, (row, window) in enumerate(windows):
        counted = WindowCount(row, window, _counted(window, held[at], lost[at]), held[at], lost[at])
        if window.due_on < today:
            months[window.due_on.replace(day=1)].append(counted)
        elif window.days[0] <= today:
            running.append(counted)
    return Line(
        draft.key, draft.name, draft.rows,
        [Month(first, sum((w.count for w in found), Count()), found) for first, found in sorted(months.items())],
        running, outside, list(dict.fromkeys(draft.why_not)),
    )  # fmt: skip


def _at(on: date, firsts: list[date], windows: list[tuple[Row, Window]]) -> int | None:
    at = bisect_right(firsts, on) - 1
    return at if at >= 0 and on <= windows[at][1].last else None


def _counted(window: Window, held: list[DeliveredSession], missed: list[MissedSession]) -> Count:
    return count(
        window,
        [Held(s.counts_on, s.minutes, s.makes_up_for_on is not None) for s in held],
        [NotHeld(m.on, side_of(m.kind), m.minutes, m.is_whole_day) for m in missed],
    )


def side_of(kind: str) -> str:
    """With whom the reason lies: student, closed (nobody) or school."""
    return "student" if kind in STUDENT_SIDE else "closed" if kind in NOBODY else "school"
