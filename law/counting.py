"""Counting days: calendar days around breaks, business days, school days, months and years.

Each count starts the day after its start (the day before, counting back) and keeps what it left out, so that the
arithmetic can be shown and counted again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from law.calendars import Run, SchoolCalendar
from law.deadlines import Missing
from law.holidays import holiday_on
from law.messages import Spoken, message, text
from law.rules import NotCounted, Unit

_DAY = timedelta(days=1)


class Uncountable(Exception):
    """A count met something it does not know."""

    def __init__(self, *missing: Missing) -> None:
        super().__init__()
        self.missing = missing


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Days in a row that were not counted, and why."""

    first: date
    last: date
    days: int
    name: Spoken


@dataclass(frozen=True, slots=True)
class Count:
    """Where a count ended, and what it left out on the way."""

    end: date
    left_out: tuple[LeftOut, ...] = ()
    weekends: int = 0


def add_months(day: date, months: int) -> date:
    """The same day of the month some months on (or back); the last of the month where there is none.

    29 February plus a year is 28 February: our convention, no rule was read that says otherwise.
    """
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - _DAY).day
    return date(year, month + 1, min(day.day, last))


_NO_SCHOOL = message("no_school")


@dataclass(frozen=True, slots=True)
class Counter:
    """A way of counting.

    Args:
        sign: 1 counts forwards, -1 back.
        calendar: the district's, or None for counts that need none.
        state: two letters, for its holidays.
        holidays_count: holidays on a weekday count as business days.
    """

    sign: Literal[1, -1]
    calendar: SchoolCalendar | None = None
    state: str | None = None
    holidays_count: bool = False

    def count(
        self, start: date, n: int, unit: Unit, items: tuple[NotCounted, ...] = (), *, wide: bool = False
    ) -> Count:
        """The day on which ``n`` units from a day are complete.

        Args:
            items: what calendar days leave out. ``wide``: also weekends about which an item is silent.

        Raises:
            Uncountable: the count reaches a day outside the calendar's years.
            OverflowError, ValueError: the date is out of range.
        """
        if unit is Unit.MONTHS:
            return Count(add_months(start, self.sign * n))
        if unit is Unit.YEARS:
            return Count(add_months(start, self.sign * 12 * n))
        if unit is Unit.BUSINESS_DAYS:
            return self._business_days(start, n)
        if unit is Unit.SCHOOL_DAYS:
            return self._school_days(start, n)
        if items and n:
            return self._counted_around(start, n, _left_out(self._calendar, items, wide))
        return Count(start + self.sign * timedelta(days=n))

    @property
    def _calendar(self) -> SchoolCalendar:
        assert self.calendar is not None
        return self.calendar

    def _counted_around(self, started: date, n: int, out: Mapping[date, Spoken]) -> Count:
        """Calendar days, without the days the rule leaves out; each day must be one the calendar knows about."""
        calendar, day, left = self._calendar, started, []
        while n:
            day += self.sign * _DAY
            if not calendar.knows(day, day):
                raise Uncountable(missing_year(calendar, day))
            if day in out:
                left.append((day, out[day]))
            else:
                n -= 1
        return Count(day, _grouped(left))

    def _business_days(self, started: date, n: int) -> Count:
        day, left, weekends = started, [], 0
        while n:
            day += self.sign * _DAY
            if day.weekday() >= 5:
                weekends += 1
            elif not self.holidays_count and (holiday := holiday_on(day, self.state)):
                left.append((day, holiday))
            else:
                n -= 1
        return Count(day, _grouped(left), weekends)

    def _school_days(self, started: date, n: int) -> Count:
        calendar = self._calendar
        if n == 0:
            return Count(started)
        step = calendar.school_day_after if self.sign > 0 else calendar.school_day_before
        end = step(started, n)
        if end is None:
            raise Uncountable(missing_year(calendar, first_unknown(calendar, started, self.sign)))
        first, last = (started + _DAY, end) if self.sign > 0 else (end, started - _DAY)
        left, weekends, day = [], 0, first
        while day <= last:
            if calendar.in_summer(day):
                left.append((day, message("summer")))
            elif day.weekday() not in calendar.weekdays:
                weekends += 1
            elif not calendar.is_school_day(day):
                left.append((day, text(calendar.off_name(day)) if calendar.off_name(day) else _NO_SCHOOL))
            day += _DAY
        return Count(end, _grouped(left), weekends)


def missing_year(calendar: SchoolCalendar, day: date) -> Missing:
    """The school year to add, so that a day becomes known."""
    where, on = calendar.what_is_missing(day)
    if on is None:
        return Missing("school_year", "", message("missing_years"))
    return Missing("school_year", where, message(f"missing_year_{where}", on=on))


def first_unknown(calendar: SchoolCalendar, day: date, sign: int) -> date:
    """The first day after (or before) a day that lies outside the calendar's years."""
    day += sign * _DAY
    while calendar.knows(day, day):
        day += sign * _DAY
    return day


def _grouped(left: Sequence[tuple[date, Spoken]]) -> tuple[LeftOut, ...]:
    """Days left out, put together where one name runs on over days or the weekend between them."""
    groups: list[LeftOut] = []
    for day, name in sorted(left, key=lambda item: item[0]):
        if groups and groups[-1].name == name and (day - groups[-1].last).days <= 3:
            groups[-1] = replace(groups[-1], last=day, days=groups[-1].days + 1)
        else:
            groups.append(LeftOut(day, day, 1, name))
    return tuple(groups)


def touches_weekends(item: NotCounted) -> bool:
    """Whether an item is a break that a weekend can touch."""
    return item.kind not in ("summer_between_terms", "student_absence_at_least_school_days")


@lru_cache(maxsize=512)
def _left_out(calendar: SchoolCalendar, items: tuple[NotCounted, ...], wide: bool) -> Mapping[date, Spoken]:
    """The days some items leave out. ``wide``: weekends are left out too where the rule does not say."""
    out: dict[date, Spoken] = {}
    for item in items:
        if item.kind == "summer_between_terms":
            for first, last in calendar.summers:
                _leave_out(out, first, last, message("summer"))
            continue
        for run in _runs(calendar, item):
            first, last = run.first, run.last
            if item.weekends or (wide and item.weekends is None):
                first, last = run.before, run.after
            elif item.kind == "break_longer_than_school_days":
                # the clock restarts when school days reconvene (Cal. Educ. Code 56344(a))
                last = run.after
            _leave_out(out, first, last, text(run.name))
    return out


def _leave_out(out: dict[date, Spoken], first: date, last: date, name: Spoken) -> None:
    day = first
    while day <= last:
        out.setdefault(day, name)
        day += _DAY


def _runs(calendar: SchoolCalendar, item: NotCounted) -> list[Run]:
    n = item.n or 0
    if item.kind == "break_at_least_school_days":
        return [run for run in calendar.runs if run.school_days >= n]
    if item.kind == "break_longer_than_school_days":
        return [run for run in calendar.runs if run.school_days > n]
    if item.kind == "named_breaks":
        words = [name.lower().split()[0] for name in item.names]
        return [run for run in calendar.spans if any(word in run.name.lower() for word in words)]
    if item.kind == "school_holidays":
        return list(calendar.spans)
    return []
