"""A district's school calendar as a value: which days are school days, and which days nobody has said.

A school day is any day, or part of a day, that children attend for instruction (34 CFR 300.11(c)). Outside the school
years of the calendar a day is neither: it is unknown, and a count that reaches it has no date.
"""

from __future__ import annotations

import csv
import io
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import islice, pairwise, takewhile

from dateutil.rrule import rrulestr

from law.dates import iso_date

_DAY = timedelta(days=1)
_WEEK = frozenset(range(5))

# Longer than any summer between two school years: a year in between has not been entered.
LONGEST_SUMMER = timedelta(days=120)
LONGEST_YEAR = timedelta(days=400)
_MOST_LINES = 5_000
_MOST_BYTES = 2_000_000


class CalendarError(ValueError):
    """A school calendar that cannot be; the message names the line or the event."""


@dataclass(frozen=True, slots=True, order=True)
class SchoolYear:
    """First and last day of instruction. `period_ends` are the last days of its marking periods, in order, the last one
    with the year; empty when nobody has said them."""

    first: date
    last: date
    name: str = ""
    period_ends: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class NoSchool:
    """Days without instruction inside a school year, both ends included."""

    start: date
    end: date
    name: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """Days in a row without school inside a year: ``first`` to ``last`` are the outermost days that would have been
    school days; ``before`` and ``after`` reach over the weekends that touch them."""

    first: date
    last: date
    before: date
    after: date
    school_days: int
    name: str


@dataclass(frozen=True)
class SchoolCalendar:
    """The school years of a district and the days off in them.

    Args:
        district: its name, for the words on screen.
        years: school years that do not overlap.
        no_school: days off; those outside every year are ignored.
        weekdays: weekdays with instruction, Monday is 0 (districts with a four-day week leave one out).
        bounds_assumed: the source did not say when school starts and ends; dates counted with it are estimates.

    Raises:
        CalendarError: years that overlap, end before they start, last too long or have no school day.
    """

    district: str
    years: tuple[SchoolYear, ...]
    no_school: tuple[NoSchool, ...] = ()
    weekdays: frozenset[int] = _WEEK
    bounds_assumed: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "years", tuple(sorted(self.years)))
        object.__setattr__(self, "no_school", tuple(sorted(self.no_school)))
        object.__setattr__(self, "weekdays", frozenset(self.weekdays))
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise CalendarError("A school week needs at least one day, from Monday (0) to Sunday (6).")
        for year in self.years:
            if year.last < year.first:
                raise CalendarError(f"The school year ends on {year.last} before it starts on {year.first}.")
            if year.last - year.first > LONGEST_YEAR:
                raise CalendarError(f"The school year from {year.first} to {year.last} is too long.")
            bounds = (year.first, *year.period_ends)
            if year.period_ends and (
                year.period_ends[-1] != year.last or any(b <= a for a, b in pairwise(bounds))
            ):
                raise CalendarError(
                    f"The marking periods of {year.first} to {year.last} must follow one another."
                )
        for one, two in pairwise(self.years):
            if two.first <= one.last:
                raise CalendarError(
                    f"The school years from {one.first} and from {two.first} overlap on {two.first}."
                )
        for span in self.no_school:
            if span.end < span.start:
                raise CalendarError(f"“{span.name}” ends on {span.end} before it starts on {span.start}.")
        for index, year in enumerate(self.years):
            if not self._days_by_year[index]:
                raise CalendarError(
                    f"The school year from {year.first} to {year.last} has no school day left."
                )

    @cached_property
    def _off(self) -> dict[date, str]:
        """Every day off, with the name of its span; the first span wins where two overlap."""
        off: dict[date, str] = {}
        for span in self.no_school:
            for year in self.years:
                day, end = max(span.start, year.first), min(span.end, year.last)
                while day <= end:
                    off.setdefault(day, span.name)
                    day += _DAY
        return off

    @cached_property
    def _days_by_year(self) -> tuple[tuple[date, ...], ...]:
        years = []
        for year in self.years:
            days, day = [], year.first
            while day <= year.last:
                if day.weekday() in self.weekdays and day not in self._off:
                    days.append(day)
                day += _DAY
            years.append(tuple(days))
        return tuple(years)

    @cached_property
    def _days(self) -> tuple[date, ...]:
        return tuple(day for days in self._days_by_year for day in days)

    @cached_property
    def _known(self) -> tuple[tuple[date, date], ...]:
        """Stretches about which the calendar says something: years joined by summers short enough to be one."""
        stretches: list[tuple[date, date]] = []
        for year in self.years:
            if stretches and self._joined(stretches[-1][1], year.first):
                stretches[-1] = (stretches[-1][0], year.last)
            else:
                stretches.append((year.first, year.last))
        return tuple(stretches)

    def _joined(self, last: date, first: date) -> bool:
        """Whether the days between two school years are a summer: where the bounds are assumed, only a named one."""
        if self.bounds_assumed and not any(
            span.start <= last + _DAY and span.end >= first - _DAY for span in self.no_school
        ):
            return first == last + _DAY
        return first - last <= LONGEST_SUMMER

    @cached_property
    def instruction(self) -> tuple[SchoolYear, ...]:
        """The years cut to their first and last day of instruction that is not itself a day off."""
        return tuple(
            replace(year, first=days[0], last=days[-1])
            for year, days in zip(self.years, self._days_by_year, strict=True)
        )

    @cached_property
    def summers(self) -> tuple[tuple[date, date], ...]:
        """From the day after the last day of instruction through the day before the next first one."""
        return tuple(
            (one.last + _DAY, two.first - _DAY)
            for (one, two), (whole, after) in zip(
                pairwise(self.instruction), pairwise(self.years), strict=True
            )
            if self._joined(whole.last, after.first) and one.last + _DAY <= two.first - _DAY
        )

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Every run of days without school inside the years; weekends alone are none."""
        runs = []
        for days in self._days_by_year:
            for one, two in pairwise(days):
                gap = [one + _DAY * i for i in range(1, (two - one).days)]
                out = [day for day in gap if day.weekday() in self.weekdays]
                if out:
                    names = dict.fromkeys(self._off[day] for day in out if self._off[day])
                    runs.append(
                        Run(out[0], out[-1], gap[0], gap[-1], len(out), ", ".join(names) or "no school")
                    )
        return tuple(runs)

    @cached_property
    def spans(self) -> tuple[Run, ...]:
        """The named spans one by one, cut to the days that would have been school days."""
        spans = []
        for span in self.no_school:
            for year in self.instruction:
                inside = [
                    day
                    for day in _days(max(span.start, year.first), min(span.end, year.last))
                    if day.weekday() in self.weekdays
                ]
                if inside:
                    before, after = inside[0], inside[-1]
                    while (before - _DAY).weekday() not in self.weekdays:
                        before -= _DAY
                    while (after + _DAY).weekday() not in self.weekdays:
                        after += _DAY
                    name = span.name or "no school"
                    spans.append(Run(inside[0], inside[-1], before, after, len(inside), name))
        return tuple(spans)

    def is_school_day(self, day: date) -> bool | None:
        """True or False inside what the calendar knows; None outside its years."""
        if not self.knows(day, day):
            return None
        index = bisect_left(self._days, day)
        return index < len(self._days) and self._days[index] == day

    def knows(self, first: date, last: date) -> bool:
        """Whether every day from ``first`` through ``last`` lies in the calendar's years or a summer between them."""
        return last < first or any(start <= first and last <= end for start, end in self._known)

    def off_name(self, day: date) -> str:
        """The name of the days off a day belongs to, or an empty text."""
        return self._off.get(day, "")

    def school_day_after(self, day: date, n: int) -> date | None:
        """The n-th school day after a day (n ≥ 1), or None when the count leaves the calendar's years."""
        index = bisect_right(self._days, day) + n - 1
        if n < 1 or index >= len(self._days):
            return None
        found = self._days[index]
        return found if self.knows(day + _DAY, found) else None

    def school_day_before(self, day: date, n: int) -> date | None:
        """The n-th school day before a day (n ≥ 1), or None when the count leaves the calendar's years."""
        index = bisect_left(self._days, day) - n
        if n < 1 or index < 0:
            return None
        found = self._days[index]
        return found if self.knows(found, day - _DAY) else None

    def school_days_between(self, first: date, last: date) -> int:
        """How many school days lie from ``first`` through ``last``."""
        return max(0, bisect_right(self._days, last) - bisect_left(self._days, first))

    def year_of(self, day: date) -> SchoolYear | None:
        """The school year (by days of instruction) a day falls in."""
        return next((year for year in self.instruction if year.first <= day <= year.last), None)

    def next_year(self, day: date) -> SchoolYear | None:
        """The school year that starts next after a day, if nothing is missing in between."""
        for year in self.instruction:
            if year.first > day:
                return year if self.knows(day, year.first) else None
        return None

    def last_period(self, day: date) -> tuple[date, date] | None:
        """First and last day of the newest marking period that was over by a day, or None where nobody has said them."""
        found = None
        for year in self.years:
            begins = year.first
            for end in year.period_ends:
                if end <= day:
                    found = begins, end
                begins = end + _DAY
        return found

    def in_summer(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.summers)

    def what_is_missing(self, day: date) -> tuple[str, date | None]:
        """Why nothing is known about a day: (``none`` | ``before`` | ``after`` | ``between``, the nearest known day)."""
        if not self._known:
            return "none", None
        if day < self._known[0][0]:
            return "before", self._known[0][0]
        if day > self._known[-1][1]:
            return "after", self._known[-1][1]
        return "between", max(end for _, end in self._known if end < day)

    def with_no_school(self, *spans: NoSchool) -> SchoolCalendar:
        """The same calendar with more days off."""
        return replace(self, no_school=(*self.no_school, *spans))

    def draft_of_next_year(self) -> SchoolCalendar:
        """The last school year moved 52 weeks on, as a first draft to edit: weekdays stay, holidays with a date do not.

        Raises:
            CalendarError: the calendar has no year yet.
        """
        if not self.years:
            raise CalendarError("There is no school year to copy yet.")
        last, step = self.years[-1], timedelta(weeks=52)
        moved = [
            NoSchool(span.start + step, span.end + step, span.name)
            for span in self.no_school
            if last.first <= span.start <= last.last
        ]
        year = SchoolYear(
            last.first + step, last.last + step, "", tuple(end + step for end in last.period_ends)
        )
        return replace(self, years=(year,), no_school=tuple(moved))


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY


def _date(text: str, line: int, what: str) -> date:
    text = text.strip()
    if not text:
        raise CalendarError(f"Line {line}: the {what} date is missing.")
    try:
        day = iso_date(text)
    except ValueError:
        raise CalendarError(
            f"Line {line}: “{text[:40]}” is not a date. Write it as year-month-day, such as 2025-12-22."
        ) from None
    if not 1975 <= day.year <= 2200:
        raise CalendarError(f"Line {line}: the year {day.year} cannot be right.")
    return day


def _text(content: str | bytes) -> str:
    if len(content) > _MOST_BYTES:
        raise CalendarError("The calendar file is larger than 2 MB.")
    if isinstance(content, str):
        return content.removeprefix("\ufeff")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def from_csv(content: str | bytes, district: str = "") -> SchoolCalendar:
    """Read a calendar from CSV with the columns ``kind,start,end,name``.

    ``kind`` is ``year`` (first and last day of instruction) or ``no_school``; dates are ISO; a missing ``end`` of
    ``no_school`` means one day.

    Raises:
        CalendarError: naming the line.
    """
    text = _text(content)
    if not text.strip():
        raise CalendarError("The calendar file is empty.")
    first_line = text.lstrip().splitlines()[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if ";" in first_line else ",", strict=True)
    years: list[tuple[int, SchoolYear]] = []
    off: list[tuple[int, NoSchool]] = []
    columns: list[str] | None = None
    try:
        for fields in reader:
            line = reader.line_num
            if line > _MOST_LINES:
                raise CalendarError(f"The calendar file has more than {_MOST_LINES} lines.")
            cells = [cell.strip() for cell in fields]
            if not any(cells) or cells[0].startswith("#"):
                continue
            if columns is None:
                columns = [cell.lower() for cell in cells]
                if "kind" in columns and "start" in columns:
                    continue
                columns = ["kind", "start", "end", "name"]
            if len(cells) > len(columns):
                raise CalendarError(f"Line {line}: there are {len(cells)} columns instead of {len(columns)}.")
            row = dict(zip(columns, cells + [""] * (len(columns) - len(cells)), strict=True))
            _line(line, row, years, off)
    except csv.Error as error:
        raise CalendarError(f"Line {reader.line_num}: this is not CSV ({error}).") from None
    if not years:
        raise CalendarError(
            "There is no “year” line: add the first and last day of school, such as year,2025-08-25,2026-06-12,2025-26."
        )
    _check_lines(years, off)
    return SchoolCalendar(district, tuple(year for _, year in years), tuple(span for _, span in off))


def _line(
    line: int, row: dict[str, str], years: list[tuple[int, SchoolYear]], off: list[tuple[int, NoSchool]]
) -> None:
    kind, name = row["kind"].lower(), row.get("name", "")[:200]
    if kind not in ("year", "no_school"):
        raise CalendarError(f"Line {line}: “{row['kind'][:40]}” is not a kind; use year or no_school.")
    start = _date(row["start"], line, "start")
    given = row.get("end", "")
    end = start if kind == "no_school" and not given else _date(given, line, "end")
    if end < start:
        raise CalendarError(f"Line {line}: the end {end} is before the start {start}.")
    if kind == "year":
        if end - start > LONGEST_YEAR:
            raise CalendarError(f"Line {line}: a school year from {start} to {end} is too long.")
        years.append((line, SchoolYear(start, end, name)))
    else:
        off.append((line, NoSchool(start, end, name)))


def _check_lines(years: list[tuple[int, SchoolYear]], off: Sequence[tuple[int, NoSchool]]) -> None:
    ordered = sorted(years, key=lambda item: item[1].first)
    for (_, one), (line, two) in pairwise(ordered):
        if two.first <= one.last:
            raise CalendarError(
                f"Line {line}: this school year starts on {two.first}, before the one from {one.first} has ended."
            )
    for line, span in off:
        near = LONGEST_SUMMER  # a summer break typed in is no mistake; a wrong year is
        if not any(span.start <= year.last + near and span.end >= year.first - near for _, year in years):
            raise CalendarError(f"Line {line}: {span.start} to {span.end} lies outside every school year.")
    for line, year in years:
        week = [day for day in _days(year.first, year.last) if day.weekday() in _WEEK]
        if all(any(span.start <= day <= span.end for _, span in off) for day in week):
            raise CalendarError(f"Line {line}: this school year has no school day left.")


# What icalendar raises for a file somebody has cut or edited by hand.
_UNREADABLE = (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError)

_SCHOOL_ANYWAY = (
    "early release",
    "early dismissal",
    "half day",
    "half-day",
    "minimum day",
    "late start",
    "delayed opening",
    "salida temprana",
    "medio día",
)
_FIRST = (
    "first day of school",
    "first day of class",
    "classes begin",
    "school begins",
    "primer día de clases",
)
_LAST = ("last day of school", "last day of class", "classes end", "school ends", "último día de clases")


def _says(summary: str, phrases: Iterable[str]) -> bool:
    return any(phrase in summary.lower() for phrase in phrases)


def from_ics(content: str | bytes, district: str = "") -> SchoolCalendar:
    """Read a calendar from iCalendar: all-day events are days without school.

    Events named as the first or last day of school give the school years; those named as early release or half days
    are school days. Without both, each school year is taken to reach from September through May, wider where an event
    says so, and ``bounds_assumed`` is set. Events with a time are ignored.

    Raises:
        CalendarError: naming the event.
    """
    # here, because most calendars come as CSV and this import takes as long as all the rules
    from icalendar import Calendar
    from icalendar.error import BrokenCalendarProperty

    text = _text(content)
    if "BEGIN:VCALENDAR" not in text.upper():
        raise CalendarError("This is not an iCalendar file: it does not start with BEGIN:VCALENDAR.")
    try:
        parsed = Calendar.from_ical(text)
    except _UNREADABLE as error:
        raise CalendarError(f"The iCalendar file cannot be read: {str(error)[:200]}") from None
    firsts: list[date] = []
    lasts: list[date] = []
    off: list[NoSchool] = []
    for number, event in enumerate(parsed.walk("VEVENT"), start=1):
        summary = str(event.get("SUMMARY", "")).strip()[:200]
        where = f"Event {number} (“{summary or 'without a name'}”)"
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        try:
            occurrences = _occurrences(event, where)
        except CalendarError:
            raise
        except (BrokenCalendarProperty, *_UNREADABLE) as error:
            raise CalendarError(f"{where} cannot be read: {str(error)[:200]}") from None
        for start, end in occurrences:
            if _says(summary, _FIRST):
                firsts.append(start)
            elif _says(summary, _LAST):
                lasts.append(end)
            elif not _says(summary, _SCHOOL_ANYWAY):
                off.append(NoSchool(start, end, summary))
    years = _pair(firsts, lasts)
    if years:
        return SchoolCalendar(district, years, tuple(off))
    if not off:
        raise CalendarError("The iCalendar file has no all-day event.")
    return SchoolCalendar(district, _assumed_years(off, firsts, lasts), tuple(off), bounds_assumed=True)


def _occurrences(event: object, where: str) -> list[tuple[date, date]]:
    """First and last day of each all-day occurrence; none for an event with a time."""
    start_property = event.get("DTSTART")  # type: ignore[attr-defined]
    if start_property is None:
        raise CalendarError(f"{where} has no start.")
    start = getattr(start_property, "dt", None)
    if isinstance(start, datetime):
        return []
    if not isinstance(start, date):
        raise CalendarError(f"{where} has a start that is not a date.")
    end_property, duration = event.get("DTEND"), event.get("DURATION")  # type: ignore[attr-defined]
    length = _DAY
    if end_property is not None:
        end = end_property.dt
        end = end.date() if isinstance(end, datetime) else end
        length = max(end - start, _DAY)  # some programs write the same day as start and end
        if end < start:
            raise CalendarError(f"{where} ends on {end} before it starts on {start}.")
    elif duration is not None:
        length = max(timedelta(days=duration.dt.days), _DAY)
    if length > LONGEST_YEAR:
        raise CalendarError(f"{where} lasts more than a year.")
    starts = [start]
    if rule := event.get("RRULE"):  # type: ignore[attr-defined]
        starts = _repeats(start, rule.to_ical().decode(), where)
    skipped = event.get("EXDATE")  # type: ignore[attr-defined]
    groups = skipped if isinstance(skipped, list) else [skipped] if skipped is not None else []
    gone = {item.dt for group in groups for item in group.dts}
    days = [(day, day + length - _DAY) for day in starts if day not in gone]
    for first, last in days:
        if not 1975 <= first.year <= last.year <= 2200:
            raise CalendarError(f"{where}: the year {first.year} cannot be right.")
    return days


def _repeats(start: date, rule: str, where: str) -> list[date]:
    """The days a rule repeats on within three years; nothing in a calendar repeats more often than daily."""
    if not any(f"FREQ={often}" in rule.upper() for often in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")):
        raise CalendarError(f"{where} repeats in a way that cannot be read ({rule[:100]}).")
    try:
        moments = rrulestr(rule, dtstart=datetime.combine(start, time()), ignoretz=True)
        until = date(start.year + 3, 12, 31)
        return list(takewhile(lambda day: day <= until, (moment.date() for moment in islice(moments, 1200))))
    except (ValueError, TypeError) as error:
        raise CalendarError(f"{where} repeats in a way that cannot be read ({error}).") from None


def _pair(firsts: list[date], lasts: list[date]) -> tuple[SchoolYear, ...]:
    """School years from the first and last days found; a first day without its last day is no year."""
    years = []
    starts = sorted(set(firsts))
    for index, first in enumerate(starts):
        limit = starts[index + 1] if index + 1 < len(starts) else first + LONGEST_YEAR
        if ends := [last for last in lasts if first < last < limit and last - first <= LONGEST_YEAR]:
            years.append(SchoolYear(first, max(ends)))
    return tuple(years)


def _assumed_years(off: list[NoSchool], firsts: list[date], lasts: list[date]) -> tuple[SchoolYear, ...]:
    """September through May of each school year an event falls in, wider where an event or a summer break says so.

    Nearly every district is in session in these months; the calendar carries ``bounds_assumed``, so that a date
    counted with it is shown as an estimate.
    """
    start: dict[int, date] = {}
    end: dict[int, date] = {}

    def open_year(key: int) -> None:
        start.setdefault(key, date(key, 9, 1))
        end.setdefault(key, date(key + 1, 5, 31))

    summers = [s for s in off if s.end - s.start >= timedelta(weeks=5) and 5 <= s.start.month <= 8]
    for span in off:
        if span not in summers:
            key = _school_year(span.start)
            open_year(key)
            start[key], end[key] = min(start[key], span.start), max(end[key], span.end)
    for day in firsts:
        open_year(_school_year(day))
        start[_school_year(day)] = day
    for day in lasts:
        key = day.year - 1 if day.month < 9 else day.year
        open_year(key)
        end[key] = day
    for summer in summers:
        before, after = summer.start.year - 1, summer.start.year
        open_year(before)
        open_year(after)
        end[before], start[after] = summer.start - _DAY, summer.end + _DAY
    return tuple(SchoolYear(start[key], end[key]) for key in sorted(start))


def _school_year(day: date) -> int:
    return day.year if day.month >= 7 else day.year - 1


def from_file(content: str | bytes, district: str = "") -> SchoolCalendar:
    """Read CSV or iCalendar, whichever the content is.

    Raises:
        CalendarError: naming the line or the event.
    """
    text = _text(content)
    read = from_ics if text.lstrip().upper().startswith("BEGIN:VCALENDAR") else from_csv
    return read(text, district)


def to_csv(calendar: SchoolCalendar) -> str:
    """The calendar in the form :func:`from_csv` reads."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["kind", "start", "end", "name"])
    for year in calendar.years:
        writer.writerow(["year", year.first.isoformat(), year.last.isoformat(), year.name])
    for span in calendar.no_school:
        writer.writerow(["no_school", span.start.isoformat(), span.end.isoformat(), span.name])
    return out.getvalue()
