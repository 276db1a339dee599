"""What a plan promises, laid out over school days: numbers and days in, windows out. No database.

A window is one period of a service (a week, a month, a six-day cycle …) as far as the service's dates reach, with the
school days in it and what it owes. The rules, which `docs/decisions/minutes-owed.md` explains and the page repeats:

1. A period owes its sessions as long as it has at least that many school days; else what the days allow.
2. The first and the last week (or day, or cycle) of a service follow rule 1 with the days that are left. Of a longer
   period that is cut by the service's dates or the school year's, the share of its school days is owed, rounded to
   whole sessions.
3. Where a service changes inside a period, each row owes its share; half a session falls to the newer row.
4. An amount of minutes without sessions is divisible: a week owes it by its share of the usual school week, a longer
   period whole, and by its share when cut.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor

from law.calendars import SchoolCalendar

_DAY = timedelta(days=1)
Days = tuple[date, ...]
# One session longer than this is read as an amount of minutes for the period, to be spread over it.
LONGEST_SESSION = 180
# Where the calendar does not say when marking periods end, the year's school days are divided into parts of one size.
PARTS = {"six_weeks": 6, "nine_weeks": 4, "quarter": 4, "trimester": 3, "semester": 2, "year": 1}
_CYCLE = re.compile(r"cycle(\d{1,2})")


class WhyNot(StrEnum):
    """Why a service cannot be counted."""

    NO_FREQUENCY = "no_frequency"
    NO_PERIOD = "no_period"
    NO_MINUTES = "no_minutes"
    NO_SESSIONS = "no_sessions"
    ODD_PART = "odd_part"
    NO_START = "no_start"
    ENDS_FIRST = "ends_first"


class CannotCount(Exception):
    """The service has no number to count with."""

    def __init__(self, why: WhyNot) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Promise:
    """A service as a plan writes it.

    Args:
        per: day, week, month, cycle5 (any number of days), six_weeks, nine_weeks, quarter, trimester, semester, year.
        minutes: of one session. sessions: in a period; 0.5 a week is one every two weeks.
        minutes_per_week: taken where no sessions are given.
        first, last: both included; without a last day the service goes on.
    """

    per: str
    minutes: float | None
    sessions: float | None
    first: date | None
    last: date | None = None
    minutes_per_week: float | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """One period of a service. `first` and `last` bound it, `days` are its school days.

    `sessions` is None for an amount of minutes. `holds` is how many sessions one day can hold. `cut` says that the
    service's dates, or a change, took days away.
    """

    first: date
    last: date
    days: tuple[date, ...]
    sessions: int | None
    minutes: float
    session_minutes: float | None
    holds: int = 1
    cut: bool = False

    @property
    def due_on(self) -> date:
        """The last school day: what is not held by then is missing."""
        return self.days[-1]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Days about which the calendar says nothing."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class _Amount:
    """What a whole period owes: whole sessions in `every` periods, or minutes alone."""

    per: str
    every: int
    sessions: int | None
    minutes: float


@dataclass(frozen=True, slots=True)
class _Period:
    """A whole period: its bounds, its school days, the days a usual one has, and days lost to the year's bounds."""

    first: date
    last: date
    days: tuple[date, ...]
    usual: int
    beyond_year: int = 0


def amount_of(promise: Promise) -> tuple[str, int, int | None, float]:
    """(period, every how many of them, sessions or None, minutes of one session or of the whole amount).

    Raises CannotCount.
    """
    found = _amount(promise)
    return found.per, found.every, found.sessions, found.minutes


def _amount(promise: Promise) -> _Amount:
    per, minutes, sessions = promise.per.strip().lower(), promise.minutes, promise.sessions
    if minutes is not None and minutes <= 0:
        raise CannotCount(WhyNot.NO_MINUTES)
    if sessions is None or not per or (minutes is None and promise.minutes_per_week):
        if promise.minutes_per_week and promise.minutes_per_week > 0:
            return _Amount("week", 1, None, promise.minutes_per_week)
        if per and minutes and sessions is None and _known(per):
            return _Amount(per, 1, None, minutes)
        raise CannotCount(WhyNot.NO_FREQUENCY)
    if not _known(per):
        raise CannotCount(WhyNot.NO_PERIOD)
    if sessions <= 0:
        raise CannotCount(WhyNot.NO_SESSIONS)
    if minutes is None:
        raise CannotCount(WhyNot.NO_MINUTES)
    if sessions == 1 and minutes > LONGEST_SESSION:
        return _Amount(per, 1, None, minutes)
    part = Fraction(sessions).limit_denominator(12)
    many, every = part.numerator, part.denominator
    if many == 0:
        raise CannotCount(WhyNot.NO_SESSIONS)
    if every > 1 and per == "day":
        per, every = f"cycle{every}", 1
    elif every > 1 and per in PARTS:
        in_year = part * PARTS[per]
        if in_year.denominator > 1:
            raise CannotCount(WhyNot.ODD_PART)
        per, many, every = "year", in_year.numerator, 1
    return _Amount(per, every, many, minutes)


def _known(per: str) -> bool:
    cycle = _CYCLE.fullmatch(per)
    return per in {"day", "week", "month", *PARTS} or bool(cycle and int(cycle[1]) > 0)


def expand(
    promise: Promise,
    calendar: SchoolCalendar,
    *,
    start: date,
    end: date,
    others: Sequence[tuple[date, date]] = (),
) -> tuple[list[Window], list[Unknown]]:
    """The windows of a service that are due from `start` through `end`, in order, and the days nobody knows of.

    Args:
        others: first and last days of the other rows of the same service, which a change may have put before or after.

    Raises:
        CannotCount: the plan has no number, or no first day.
    """
    amount = _amount(promise)
    if promise.first is None:
        raise CannotCount(WhyNot.NO_START)
    if promise.last is not None and promise.last < promise.first:
        raise CannotCount(WhyNot.ENDS_FIRST)
    first, last = promise.first, promise.last or date.max
    found = []
    days = school_days(calendar)
    for period in _periods(amount, calendar, days, first, start, min(end, last)):
        window = _window(period, amount, first, last, others)
        if window is not None and start <= window.due_on <= end:
            found.append(window)
    return found, _unknown(calendar, max(first, start), min(last, end))


def _window(
    period: _Period,
    amount: _Amount,
    first: date,
    last: date,
    others: Sequence[tuple[date, date]],
) -> Window | None:
    days = tuple(day for day in period.days if first <= day <= last)
    if not days:
        return None
    before = any(on < first for on in period.days)
    after = any(on > last for on in period.days)
    changed_before = before and _another(period.days, others, until=first - _DAY)
    changed_after = after and _another(period.days, others, since=last + _DAY)
    whole = len(period.days) + period.beyond_year
    cut = len(days) < whole
    bounds = max(period.first, first), min(period.last, last)
    long = amount.per == "month" or amount.per in PARTS
    if amount.sessions is None:
        if long or changed_before or changed_after:
            share = Fraction(len(days), whole) if cut else Fraction(1)
        else:
            share = min(Fraction(1), Fraction(len(days), period.usual))
        return Window(*bounds, days, None, float(_half_up(Fraction(amount.minutes) * share)), None, 1, cut)
    sessions, holds = amount.sessions, ceil(Fraction(amount.sessions, period.usual))
    if changed_before or changed_after or (cut and long):
        share = Fraction(amount.sessions * len(days), whole)
        sessions = _half_down(share) if changed_after and not changed_before else _half_up(share)
    sessions = min(sessions, len(days) * holds)
    return Window(*bounds, days, sessions, sessions * amount.minutes, amount.minutes, holds, cut)


def _another(
    days: Sequence[date],
    others: Sequence[tuple[date, date]],
    *,
    since: date = date.min,
    until: date = date.max,
) -> bool:
    """Whether another row was in force on one of these days: one that had ended by `until`, or began from `since`."""
    return any(
        first >= since and last <= until and any(first <= day <= last for day in days)
        for first, last in others
    )


def _half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def _half_down(value: Fraction) -> int:
    return ceil(value - Fraction(1, 2))


# --- periods, each whole ---


def _periods(
    amount: _Amount, calendar: SchoolCalendar, days: Days, first: date, since: date, until: date
) -> Iterator[_Period]:
    """Whole periods from the one in which a service starts; those before `since` and after `until` are left out."""
    per, every = amount.per, amount.every
    if per == "day":
        return (_Period(day, day, (day,), 1) for day in _between(days, max(first, since), until))
    if per == "week":
        return _weeks(calendar, days, every, first, since, until)
    if per == "month":
        return _months(calendar, days, every, first, since, until)
    if cycle := _CYCLE.fullmatch(per):
        return _parts(calendar, days, max(first, since), until, size=int(cycle[1]) * every)
    return _parts(calendar, days, max(first, since), until, parts=PARTS[per])


def _weeks(
    calendar: SchoolCalendar, days: Days, every: int, first: date, since: date, until: date
) -> Iterator[_Period]:
    monday = first - timedelta(days=first.weekday())
    while monday <= until:
        sunday = monday + timedelta(days=7 * every - 1)
        if sunday >= since and (inside := _between(days, monday, sunday)):
            yield _Period(monday, sunday, inside, len(calendar.weekdays) * every)
        monday = sunday + _DAY


def _months(
    calendar: SchoolCalendar, days: Days, every: int, first: date, since: date, until: date
) -> Iterator[_Period]:
    begins = first.replace(day=1)
    while begins <= until:
        following = begins
        for _ in range(every):
            following = (following + timedelta(days=31)).replace(day=1)
        last = following - _DAY
        if last >= since and (inside := _between(days, begins, last)):
            usual = beyond = 0
            day = begins
            while day <= last:
                if day.weekday() in calendar.weekdays:
                    usual += 1
                    beyond += not any(year.first <= day <= year.last for year in calendar.years)
                day += _DAY
            yield _Period(begins, last, inside, usual, beyond)
        begins = following


def _parts(
    calendar: SchoolCalendar, days: Days, since: date, until: date, *, size: int = 0, parts: int = 0
) -> Iterator[_Period]:
    """The school days of each year in chunks of one size, or in so many parts; both begin with the year.

    Parts are the calendar's own marking periods where it has them: as many, or a multiple, as four quarters are two
    semesters.
    """
    for year in calendar.instruction:
        if year.last < since or year.first > until:
            continue
        inside = _between(days, year.first, year.last)
        ends = year.period_ends
        if parts > 1 and ends and len(ends) % parts == 0:
            begins = year.first
            for end in ends[len(ends) // parts - 1 :: len(ends) // parts]:
                if chunk := _between(inside, begins, end):
                    yield _Period(chunk[0], end, chunk, len(chunk))
                begins = end + _DAY
            continue
        count = parts or ceil(len(inside) / size)
        bounds = [at * len(inside) // count if parts else at * size for at in range(count)] + [len(inside)]
        for at in range(count):
            chunk = inside[bounds[at] : bounds[at + 1]]
            if chunk:
                last = inside[bounds[at + 1]] - _DAY if bounds[at + 1] < len(inside) else year.last
                yield _Period(chunk[0], last, chunk, size or len(chunk))


@lru_cache(maxsize=256)
def school_days(calendar: SchoolCalendar) -> tuple[date, ...]:
    """Every school day of a calendar, in order."""
    found = []
    for year in calendar.instruction:
        day = year.first
        while day <= year.last:
            if calendar.is_school_day(day):
                found.append(day)
            day += _DAY
    return tuple(found)


def _between(days: Days, first: date, last: date) -> Days:
    return days[bisect_left(days, first) : bisect_right(days, last)]


def _unknown(calendar: SchoolCalendar, first: date, last: date) -> list[Unknown]:
    """The stretches from `first` through `last` that lie outside the calendar's years and summers."""
    found: list[Unknown] = []
    day = first
    while day <= last:
        if not calendar.knows(day, day):
            begins = day
            while day <= last and not calendar.knows(day, day):
                day += _DAY
            found.append(Unknown(begins, day - _DAY))
        day += _DAY
    return found
