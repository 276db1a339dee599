"""A week of sessions in one table: services down, days across, in each field minutes or a letter."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from clients.models import Student
from minutes import importing, recording
from minutes.models import DeliveredSession, Entry, Evidence, MissedKind, MissedSession
from minutes.recording import CannotLog, Service
from web.dates import say_day
from web.ids import new_id

# What may be typed instead of minutes; each language's letters mean the same.
LETTERS = {
    "a": MissedKind.STUDENT, "c": MissedKind.CLOSED, "p": MissedKind.PROVIDER, "e": MissedKind.SCHOOL, "x": MissedKind.UNKNOWN,
}  # fmt: skip


def monday_of(told: str, *, today: date) -> date:
    """The Monday of the week of a day; nonsense and weeks to come give this week's."""
    try:
        day = date.fromisoformat(told)
    except ValueError:
        day = today
    day = day if date(1990, 1, 1) <= day <= today else today
    return day - timedelta(days=day.weekday())


@dataclass
class Cell:
    """One field: its name, what was typed, what is wrong, and what is written down for that day already."""

    name: str
    day: date
    value: str = ""
    problem: str = ""
    open: bool = True  # the day has come
    school_day: bool | None = True
    there: list[Entry] = field(default_factory=list)

    @property
    def weekday(self) -> str:
        return say_day(self.day, style="brief")


@dataclass
class GridRow:
    service: Service
    provider: str
    provider_name: str
    usual: int | None
    cells: list[Cell]


class Grid:
    """The table of a week. `told` is a POST; `read` says whether it can be written, `write` writes it."""

    def __init__(self, student: Student, *, monday: date, today: date, told: Any = None) -> None:
        self.student, self.monday, self.today, self.told = student, monday, today, told
        self.sunday = monday + timedelta(days=6)
        self.calendar = recording.calendar_of(student)
        self.batch = self._batch()
        self.evidence = (told or {}).get("evidence", Evidence.LOG)
        self.doubts: list[str] = []
        weekdays = sorted(self.calendar.weekdays) if self.calendar else range(5)
        self.days = [monday + timedelta(days=n) for n in weekdays]
        services = [
            one
            for one in recording.services_of(student)
            if any(row.in_force(day) for row in one.rows for day in self.days)
        ]
        entries = self._entries()
        self._usual = self._usual_providers()
        self.rows = [self._row(n, service, entries) for n, service in enumerate(services)]

    @property
    def earlier(self) -> date:
        return self.monday - timedelta(days=7)

    @property
    def later(self) -> date | None:
        following = self.monday + timedelta(days=7)
        return following if following <= self.today else None

    def _batch(self) -> uuid.UUID:
        try:
            return uuid.UUID((self.told or {}).get("batch", ""))
        except ValueError:
            return new_id()

    def _entries(self) -> list[Any]:
        found: list[Any] = []
        for model in (DeliveredSession, MissedSession):
            found += model.objects.filter(
                student=self.student, on__range=(self.monday, self.sunday)
            ).standing()
        return found

    def _usual_providers(self) -> dict[str, str]:
        """Who gave each service last."""
        rows = DeliveredSession.objects.filter(student=self.student).standing().exclude(provider="")
        found: dict[str, str] = {}
        for name, provider in rows.order_by("-on").values_list("service_name", "provider")[:200]:
            found.setdefault(name.casefold(), provider)
        return found

    def _row(self, n: int, service: Service, entries: list[Any]) -> GridRow:
        told = self.told or {}
        mine = {row.service.pk for row in service.rows}
        name = service.name.casefold()
        cells = []
        for day in self.days:
            field_name = f"c{n}-{day.isoformat()}"
            there = [
                entry
                for entry in entries
                if entry.on == day and (entry.service_id in mine or entry.service_name.casefold() == name)
            ]
            known = self.calendar.is_school_day(day) if self.calendar else None
            cells.append(
                Cell(
                    field_name,
                    day,
                    told.get(field_name, "").strip()[:20],
                    "",
                    day <= self.today,
                    known,
                    there,
                )
            )
        provider = told.get(f"p{n}", self._usual.get(name, ""))[:120]
        return GridRow(service, provider, f"p{n}", service.minutes_on(self.monday), cells)

    def read(self) -> bool:
        """Whether everything typed can be written; what is wrong or odd is said in the cells and in `doubts`."""
        if self.evidence not in Evidence.values:
            self.evidence = Evidence.LOG
        typed = [(row, cell) for row in self.rows for cell in row.cells if cell.value]
        for row, cell in typed:
            try:
                _parsed(cell.value)
                recording.check_day(cell.day, today=self.today)
            except (ValueError, CannotLog) as problem:
                cell.problem = str(problem)
                continue
            minutes, kind = _parsed(cell.value)
            same = {"minutes": minutes} if minutes else {"kind": kind}
            model = DeliveredSession if minutes else MissedSession
            known = recording.alike(
                model, self.student, on=cell.day, service=row.service, name=row.service.name, **same
            )
            self.doubts += recording.doubts(
                self.student, on=cell.day, today=self.today, service=row.service, minutes=minutes, calendar=self.calendar,
                held=bool(minutes), alike=bool(known) and not self._is_ours(cell),
            )  # fmt: skip
        if not typed:
            self.doubts = [_("Nothing is typed yet. Write minutes, or a letter, into a field.")]
            return False
        self.doubts = list(dict.fromkeys(self.doubts))
        sure = (self.told or {}).get("sure") == "on"
        return not any(cell.problem for _row, cell in typed) and (sure or not self.doubts)

    def _key(self, cell: Cell) -> uuid.UUID:
        return uuid.uuid5(self.batch, cell.name)

    def _is_ours(self, cell: Cell) -> bool:
        """The same page sent twice is no second session."""
        return any(entry.key == self._key(cell) for entry in cell.there)

    @transaction.atomic
    def write(self, *, by: User, at: datetime) -> int:
        """Writes what was typed; the same page sent again writes nothing more."""
        made = 0
        for row in self.rows:
            for cell in row.cells:
                if not cell.value:
                    continue
                minutes, kind = _parsed(cell.value)
                shared: dict[str, Any] = {
                    "key": self._key(cell), "on": cell.day, "service": row.service, "evidence": self.evidence, "by": by, "at": at,
                    "today": self.today, "sure": True,
                }  # fmt: skip
                if minutes:
                    recording.log_session(self.student, minutes=minutes, provider=row.provider, **shared)
                else:
                    recording.log_missed(self.student, kind=kind, **shared)
                made += 1
        return made


def _parsed(value: str) -> tuple[int | None, str]:
    """Minutes, or the kind of a missed session. Raises ValueError with a sentence."""
    letter = LETTERS.get(value.strip().casefold())
    if letter:
        return None, letter
    try:
        return importing.parse_minutes(value), ""
    except ValueError:
        raise ValueError(
            _("“%(text)s” is neither minutes nor a letter of the list.") % {"text": value}
        ) from None
