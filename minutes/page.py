"""What the pages about minutes show: to staff, to a family, to a school guest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.requests import FirmRequest
from clients.models import Student
from documents.models import Document
from minutes import tally, words
from minutes.tally import Line, Table, WindowCount
from web.charts import Chart, Stack, stacked_chart
from web.dates import say_day


def today_of(request: FirmRequest) -> date:
    return timezone.localdate(timezone=request.firm.zone)


@dataclass(frozen=True)
class SchoolYear:
    """July through June, named by the year it starts in."""

    starts: int

    @property
    def first(self) -> date:
        return date(self.starts, 7, 1)

    @property
    def last(self) -> date:
        return date(self.starts + 1, 6, 30)

    @property
    def name(self) -> str:
        return f"{self.starts}–{self.starts + 1}"


def year_of(day: date) -> SchoolYear:
    return SchoolYear(day.year if day.month >= 7 else day.year - 1)


def asked_year(request: FirmRequest, today: date) -> SchoolYear:
    """The school year that `?year=2026` names, else the one we are in."""
    told = request.GET.get("year", "")
    if told.isdecimal() and 1990 <= int(told) <= today.year:
        return SchoolYear(int(told))
    return year_of(today)


def overview(student: Student, *, year: SchoolYear, today: date) -> dict[str, Any]:
    """The school year's table and a chart a service."""
    found = tally.table(student, start=year.first, end=year.last, today=today)
    return {
        "student": student, "table": found, "year": year, "today": today, "rules": words.rules(),
        "lines": [(line, chart_of(line)) for line in found.lines],
        "earlier": SchoolYear(year.starts - 1),
        "later": SchoolYear(year.starts + 1) if year.last < today else None,
        "this_month": [(line, month) for line in found.lines if (month := line.month(today.replace(day=1)))],
    }  # fmt: skip


def chart_of(line: Line) -> Chart | None:
    """Owed as an outline, held and excused inside it, month by month; None before anything was owed."""
    if not any(month.count.owed.minutes for month in line.months):
        return None
    columns = [
        Stack(
            say_day(month.first, style="month").capitalize(),
            month.count.owed.minutes,
            (
                month.count.delivered.minutes + month.count.made_up.minutes - month.count.beyond.minutes,
                month.count.excused.minutes,
            ),
        )
        for month in line.shown
    ]
    name = _("%(service)s: minutes owed and held by month") % {"service": line.name}
    return stacked_chart(
        columns, unit=_("minutes"), promised=_("Owed"), parts=[_("Given"), _("Excused")], name=name
    )


def days(student: Student, *, key: UUID, year: int, month: int, today: date) -> dict[str, Any]:
    """A service in a month: each window with its school days and entries. Raises Http404."""
    if not (1990 <= year <= today.year + 1 and 1 <= month <= 12):
        raise Http404
    first = date(year, month, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    found = tally.table(student, start=first, end=last, today=today)
    line = found.line(str(key))
    if line is None:
        raise Http404
    of_month = line.month(first)
    due = of_month.windows if of_month else []
    # A service of each school day is a list of days, not of twenty periods.
    by_day = due if due and all(len(one.window.days) == 1 for one in due) else []
    return {
        "student": student, "table": found, "line": line, "first": first, "today": today,
        "month": of_month, "windows": [] if by_day else due, "by_day": by_day, "running": line.running,
        "outside": line.outside, "rules": words.rules(),
    }  # fmt: skip


def papers_of(student: Student, user: User) -> Any:
    """Papers of the student that an entry can name."""
    return Document.objects.visible_to(user).filter(student=student).order_by("-added_at")


def shown_papers(found: Table | list[WindowCount], user: User) -> set[Any]:
    """Ids of the papers behind the entries that this person may open."""
    if isinstance(found, Table):
        entries: list[Any] = [*found.sessions, *found.missed]
    else:
        entries = [entry for window in found for entry in [*window.sessions, *window.missed]]
    named = {entry.document_id for entry in entries if entry.document_id}
    return (
        set(Document.objects.visible_to(user).filter(pk__in=named).values_list("pk", flat=True))
        if named
        else set()
    )
