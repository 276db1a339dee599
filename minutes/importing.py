"""A school's log as a table: read, shown with what is wrong in each row, and written when a person says so."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from clients.models import Student
from minutes import recording
from minutes.models import LONGEST, DeliveredSession, MissedKind, MissedSession
from minutes.recording import CannotLog, Service

MOST_ROWS = 3_000
MOST_BYTES = 1_000_000
_SPACE = uuid.UUID("6f0b9d0e-6a43-5d0c-9a55-0b4f4f8f2c11")
# Column names as schools write them, without accents.
COLUMNS = {
    "on": {"date", "day", "session date", "service date", "date of service", "fecha", "dia"},
    "minutes": {"minutes", "min", "mins", "duration", "length", "time", "minutos", "duracion", "tiempo"},
    "service": {"service", "service type", "type", "therapy", "servicio", "terapia"},
    "provider": {"provider", "therapist", "teacher", "by", "staff", "given by", "proveedor", "terapeuta", "maestra", "maestro"},
    "group_size": {"group", "group size", "students", "grupo"},
    "status": {"status", "outcome", "held", "attendance", "estado", "asistencia"},
    "page": {"page", "pagina"},
    "note": {"note", "notes", "comment", "comments", "nota", "notas", "comentario"},
}  # fmt: skip
HELD = {"", "held", "delivered", "present", "yes", "y", "provided", "p", "si", "dada", "presente"}
KINDS = {
    MissedKind.STUDENT: {"absent", "student absent", "a", "sa", "student out", "ausente", "estudiante ausente"},
    MissedKind.CLOSED: {"closed", "no school", "snow day", "holiday", "c", "sin clases", "cerrado", "nieve"},
    MissedKind.PROVIDER: {"provider absent", "therapist absent", "pa", "provider out", "no provider", "terapeuta ausente"},
    MissedKind.SCHOOL: {"testing", "assembly", "field trip", "school event", "no room", "event", "evento", "excursion"},
    MissedKind.UNKNOWN: {"not held", "missed", "no", "n", "not delivered", "cancelled", "canceled", "no dada", "cancelada"},
}  # fmt: skip


class CannotRead(Exception):
    """The table cannot be read at all; the message says why."""


@dataclass
class Line:
    """A row of the table: its number in the file, what it says, and what is wrong (`problem`) or odd (`odd`)."""

    number: int
    told: dict[str, str]
    on: date | None = None
    minutes: int | None = None
    service: Service | None = None
    name: str = ""
    kind: str = ""  # of a missed session; empty for one that was held
    provider: str = ""
    group_size: int | None = None
    page: int | None = None
    note: str = ""
    problem: str = ""
    odd: list[str] = field(default_factory=list)
    there: bool = False  # written down already
    key: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def shown_service(self) -> str:
        return self.name or self.told.get("service", "")

    @property
    def shown_minutes(self) -> str:
        return str(self.minutes) if self.minutes else self.told.get("minutes", "")

    @property
    def kind_words(self) -> str:
        return str(MissedKind(self.kind).label) if self.kind else ""

    @property
    def will_be_written(self) -> bool:
        return not self.problem and not self.there


def plain(text: str) -> str:
    """Lower case, no accents, single spaces."""
    bare = unicodedata.normalize("NFD", text.casefold())
    return " ".join("".join(c for c in bare if unicodedata.category(c) != "Mn").replace("_", " ").split())


def parse_day(text: str, *, today: date) -> date:
    """A day written 2026-11-03, 11/3/2026, 11/3/26 or 11/3 (the last one past). Raises ValueError with a sentence."""
    told = text.strip().split(" ")[0].split("T")[0]
    iso = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", told)
    us = re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})(?:[-/.](\d{4}|\d{2}))?", told)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if us and us[3]:
            return date(int(us[3]) + (2000 if len(us[3]) == 2 else 0), int(us[1]), int(us[2]))
        if us:
            return _last_past(int(us[1]), int(us[2]), today)
    except ValueError:
        raise ValueError(_("“%(text)s” is no day of the calendar. Dates are written month/day/year.") % {"text": text[:40]}) from None  # fmt: skip
    raise ValueError(
        _("“%(text)s” is not a date. Write it like 11/3/2026 or 2026-11-03.") % {"text": text[:40]}
    )


def _last_past(month: int, day: int, today: date) -> date:
    found = date(today.year, month, day)
    return found if found <= today + timedelta(days=1) else date(today.year - 1, month, day)


def parse_minutes(text: str) -> int:
    """Minutes written 30, 30 min, 0:30, 1 h 15 or 1.5 hours. Raises ValueError with a sentence."""
    told = plain(text)
    clock = re.fullmatch(r"(\d{1,2}):(\d{2})", told)
    hours = re.fullmatch(r"(\d{1,2}(?:\.\d+)?) ?(?:h|hr|hrs|hours?|horas?)\.? ?(?:(\d{1,2}) ?(?:m|min|mins|minutes?|minutos?)?\.?)?", told)  # fmt: skip
    alone = re.fullmatch(r"(\d{1,3}(?:\.\d+)?) ?(?:m|min|mins|minutes?|minutos?)?\.?", told)
    if clock:
        found = int(clock[1]) * 60 + int(clock[2])
    elif hours:
        found = round(float(hours[1]) * 60) + int(hours[2] or 0)
    elif alone:
        found = round(float(alone[1]))
    else:
        raise ValueError(_("“%(text)s” is not a number of minutes.") % {"text": text[:40]})
    if not 1 <= found <= LONGEST:
        raise ValueError(_("Please write between 1 and %(most)s minutes.") % {"most": LONGEST})
    return found


def read(
    content: str,
    student: Student,
    *,
    today: date,
    default: Service | None = None,
    default_minutes: bool = True,
) -> list[Line]:
    """Reads a table, pasted or from a file, and says of each row what would become of it. Writes nothing.

    Args:
        content: CSV, or columns separated by tabs or semicolons, with a line of column names.
        default: the service of rows that name none.

    Raises:
        CannotRead: no table, no date column, too much.
    """
    rows = _table(content)
    services = recording.services_of(student)
    calendar = recording.calendar_of(student)
    found = [_line(number, told, student, services, default, today, default_minutes) for number, told in rows]
    _mark_what_is_there(found, student)
    for line in found:
        if line.on and not line.problem and not line.there:
            line.odd = recording.doubts(
                student, on=line.on, today=today, service=line.service, minutes=line.minutes, calendar=calendar,
                held=not line.kind,
            )  # fmt: skip
            if line.service is None and line.name:
                line.odd.append(
                    _("“%(name)s” is not in the plan. It is kept under this name.") % {"name": line.name[:60]}
                )
    return found


def _table(content: str) -> list[tuple[int, dict[str, str]]]:
    content = content.removeprefix("\ufeff").replace("\x00", "")
    if len(content) > MOST_BYTES:
        raise CannotRead(_("This is more than 1 MB. Please send a part of it."))
    first = next((line for line in content.splitlines() if line.strip()), "")
    if not first:
        raise CannotRead(_("There is nothing here yet. Choose a file, or paste the table."))
    mark = max(("\t", ";", ","), key=first.count)
    try:
        rows = [
            row for row in csv.reader(io.StringIO(content), delimiter=mark) if any(c.strip() for c in row)
        ]
    except csv.Error:
        raise CannotRead(_("This is not a table we can read. Save it as CSV and try again.")) from None
    head = [_column(name) for name in rows[0]]
    if "on" not in head:
        raise CannotRead(
            _("The first line must name the columns, one of them “date”. We found: %(found)s.")
            % {"found": ", ".join(cell.strip()[:30] for cell in rows[0][:8])}
        )
    if len(rows) > MOST_ROWS + 1:
        raise CannotRead(
            _("This has more than %(most)s rows. Please send a part of it.") % {"most": MOST_ROWS}
        )
    return [
        (number, {name: cell.strip() for name, cell in zip(head, row, strict=False) if name})
        for number, row in enumerate(rows[1:], start=2)
    ]


def _column(name: str) -> str:
    told = plain(name)
    return next((key for key, names in COLUMNS.items() if told in names), "")


def _line(
    number: int, told: dict[str, str], student: Student, services: list[Service], default: Service | None, today: date,
    default_minutes: bool,
) -> Line:  # fmt: skip
    line = Line(number, told, provider=told.get("provider", "")[:120], note=told.get("note", "")[:2000])
    try:
        line.on = parse_day(told.get("on", ""), today=today)
        recording.check_day(line.on, today=today)
        line.kind = _kind(told.get("status", ""))
        line.name = told.get("service", "")[:300]
        line.service = recording.service_named(line.name, services, line.on) if line.name else default
        if line.service:
            line.name = line.service.name
        if told.get("minutes"):
            line.minutes = parse_minutes(told["minutes"])
        elif not line.kind and line.service and default_minutes:
            line.minutes = line.service.minutes_on(line.on)
        if not line.kind and not line.name:
            raise ValueError(_("Which service was it? Add a column “service”, or choose one above."))
        if not line.kind and line.minutes is None:
            raise ValueError(_("How many minutes was it?"))
        line.group_size, line.page = _whole(told.get("group_size", "")), _whole(told.get("page", ""))
    except (ValueError, CannotLog) as problem:
        line.problem = str(problem)
    return line


def _whole(text: str) -> int | None:
    digits = re.sub(r"^1:(?=\d+$)", "", text.strip())
    if not digits:
        return None
    if not digits.isdecimal() or not 1 <= int(digits) <= 999:
        raise ValueError(_("“%(text)s” is not a whole number.") % {"text": text[:40]})
    return int(digits)


def _kind(text: str) -> str:
    told = plain(text)
    if told in HELD:
        return ""
    for kind, names in KINDS.items():
        if told in names:
            return kind
    raise ValueError(_("We do not know the status “%(text)s”. Write held, absent, closed, provider absent or not held.") % {"text": text[:40]})  # fmt: skip


def _mark_what_is_there(lines: list[Line], student: Student) -> None:
    """The n-th row that says the same is there when its key is, or when n such entries stand already."""
    good = [line for line in lines if not line.problem and line.on]
    seen: Counter[tuple[Any, ...]] = Counter()
    for line in good:
        same = (line.on, line.name.casefold(), line.kind, None if line.kind else line.minutes)
        seen[(*same, line.provider.casefold())] += 1
        text = "\x1f".join(
            map(str, [student.pk, *same, line.provider.casefold(), seen[(*same, line.provider.casefold())]])
        )
        line.key = uuid.uuid5(_SPACE, text)
    if not good:
        return
    days = [line.on for line in good if line.on]
    keys: set[uuid.UUID] = set()
    stand: Counter[tuple[Any, ...]] = Counter()
    for session in DeliveredSession.objects.filter(student=student, on__range=(min(days), max(days))):
        keys.add(session.key)
        if session.stands:
            stand[(session.on, session.service_name.casefold(), "", session.minutes)] += 1
    for missed in MissedSession.objects.filter(student=student, on__range=(min(days), max(days))):
        keys.add(missed.key)
        if missed.stands:
            stand[(missed.on, missed.service_name.casefold(), missed.kind, None)] += 1
    nth: Counter[tuple[Any, ...]] = Counter()
    for line in good:
        same = (line.on, line.name.casefold(), line.kind, None if line.kind else line.minutes)
        nth[same] += 1
        line.there = line.key in keys or stand[same] >= nth[same]


@transaction.atomic
def write(
    lines: list[Line], student: Student, *, evidence: str, by: User, at: datetime, document: Any = None
) -> int:
    """Writes the rows that can be, in one piece; the number written. The same file again writes nothing."""
    sessions, missed = [], []
    for line in lines:
        if not line.will_be_written or line.on is None:
            continue
        shared = {
            "student": student, "key": line.key, "on": line.on, "service": recording.row_of(line.service, line.on),
            "service_name": line.name, "evidence": evidence, "document": document, "page": line.page if document else None,
            "note": line.note, "recorded_by": by, "recorded_at": at,
        }  # fmt: skip
        if line.kind:
            missed.append(MissedSession(kind=line.kind, minutes=line.minutes, **shared))
        else:
            assert line.minutes is not None
            sessions.append(
                DeliveredSession(
                    minutes=line.minutes, provider=line.provider, group_size=line.group_size, **shared
                )
            )
    made = len(DeliveredSession.objects.bulk_create(sessions, ignore_conflicts=True, batch_size=500))
    made += len(MissedSession.objects.bulk_create(missed, ignore_conflicts=True, batch_size=500))
    audit.record("session.imported", by=by, at=at, about=student, sessions=len(sessions), missed=len(missed))
    return made
