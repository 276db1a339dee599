"""School calendars: as the law's arithmetic reads them, typed in, copied, read from a file, deleted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts import audit
from accounts.models import User
from cases.models import NoSchool, SchoolCalendar, SchoolYear, Why
from cases.signals import calendar_changed
from clients.models import District
from law import calendars as law_calendars
from law.calendars import CalendarError

_WEEKDAYS = (
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
    "lun",
    "mar",
    "mié",
    "mie",
    "jue",
    "vie",
    "sáb",
    "dom",
)
_MONTHS = {
    name: at % 12 + 1
    for at, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"]
    )
}  # fmt: skip
_DAY = (
    r"(?P<iso{n}>\d{{4}}-\d{{1,2}}-\d{{1,2}})"
    r"|(?P<m{n}>\d{{1,2}})/(?P<d{n}>\d{{1,2}})(?:/(?P<y{n}>\d{{2,4}}))?"
    r"|(?P<name{n}>[A-Za-z]{{3,12}})\.? (?P<dn{n}>\d{{1,2}})(?:,? (?P<yn{n}>\d{{4}}))?"
    r"|(?P<ed{n}>\d{{1,2}}) de (?P<ename{n}>[A-Za-z]{{3,12}})(?: (?:de |del )?(?P<ey{n}>\d{{4}}))?"
)
_LINE = re.compile(
    rf"^(?:{_DAY.format(n=1)})(?:\s*(?:-|–|—|to|through|a|al|hasta)\s*(?:{_DAY.format(n=2)}|(?P<short2>\d{{1,2}})))?"
    r"(?:\s*[:,;]?\s+(?P<what>.*))?$",
    re.IGNORECASE,
)


class ChangedMeanwhile(Exception):
    """Somebody else saved this in the meantime."""


@dataclass(frozen=True)
class DayOff:
    first: date
    last: date
    name: str


def of_district(district_id: UUID | None) -> law_calendars.SchoolCalendar | None:
    """The district's calendar as the arithmetic reads it, or None without one."""
    if district_id is None:
        return None
    calendar = SchoolCalendar.objects.filter(district=district_id).select_related("district").first()
    return value_of(calendar) if calendar else None


def value_of(calendar: SchoolCalendar) -> law_calendars.SchoolCalendar:
    """Two queries; the arithmetic's own tables are kept while the calendar stays as it is."""
    years = tuple(
        (first, last, tuple(ends))
        for first, last, ends in calendar.years.values_list("first_on", "last_on", "period_ends")
    )
    off = tuple(NoSchool.objects.filter(year__calendar=calendar).values_list("first_on", "last_on", "name"))
    return _value(calendar.district.name, years, off, tuple(calendar.weekdays), calendar.bounds_assumed)


@lru_cache(maxsize=256)
def _value(
    district: str,
    years: tuple[tuple[date, date, tuple[date, ...]], ...],
    off: tuple[tuple[date, date, str], ...],
    weekdays: tuple[int, ...],
    assumed: bool,
) -> law_calendars.SchoolCalendar:
    return law_calendars.SchoolCalendar(
        district,
        tuple(law_calendars.SchoolYear(first, last, "", ends) for first, last, ends in years),
        tuple(law_calendars.NoSchool(first, last, name) for first, last, name in off),
        frozenset(weekdays),
        bounds_assumed=assumed,
    )


def parse_days_off(text: str, *, first: date, last: date) -> list[DayOff]:
    """Days off as people type them, one line each: “11/26-27 Thanksgiving”, “Dec 21 to Jan 1 Winter break”.

    The year of a date is the one in which it falls into the school year. Raises CalendarError naming the line.
    """
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = " ".join(line.split())
        if words:
            found.append(_day_off(number, words, first, last))
    if len(found) > 200:
        raise CalendarError(_("There are more than 200 lines."))
    return found


def _day_off(number: int, words: str, first: date, last: date) -> DayOff:
    match = _LINE.match(_without_weekdays(words))
    if match is None:
        raise CalendarError(
            _("Line %(n)s: “%(words)s” does not begin with a date. Write it like “12/21-1/1 Winter break”.")
            % {"n": number, "words": words[:60]}
        )
    start = _read_day(match, 1, number, first, last)
    end = start
    if match["short2"]:
        end = _make(number, start.year, start.month, int(match["short2"]))
    elif match["iso2"] or match["m2"] or match["name2"] or match["ename2"]:
        end = _read_day(match, 2, number, first, last)
    if end < start:
        raise CalendarError(_("Line %(n)s ends before it starts.") % {"n": number})
    if end < first or start > last:
        raise CalendarError(
            _("Line %(n)s: “%(words)s” lies outside the school year.") % {"n": number, "words": words[:60]}
        )
    return DayOff(start, end, (match["what"] or "").strip()[:120])


def _without_weekdays(words: str) -> str:
    return " ".join(w for w in words.split(" ") if w.lower().strip(".,")[:3] not in _WEEKDAYS or w[-1:].isdigit() or w.lower()[:3] in _MONTHS)  # fmt: skip


def _read_day(match: re.Match[str], n: int, number: int, first: date, last: date) -> date:
    if iso := match[f"iso{n}"]:
        year, month, day = (int(part) for part in iso.split("-"))
        return _make(number, year, month, day)
    if match[f"m{n}"]:
        month, day, given = int(match[f"m{n}"]), int(match[f"d{n}"]), match[f"y{n}"]
    else:
        which = "name" if match[f"name{n}"] else "ename"
        name = match[f"{which}{n}"].lower()[:3]
        if name not in _MONTHS:
            raise CalendarError(
                _("Line %(n)s: “%(words)s” is not a month.") % {"n": number, "words": match[f"{which}{n}"]}
            )
        said = ("dn", "yn") if which == "name" else ("ed", "ey")
        month, day, given = _MONTHS[name], int(match[f"{said[0]}{n}"]), match[f"{said[1]}{n}"]
    if given:
        return _make(number, int(given) + (2000 if len(given) < 3 else 0), month, day)
    for year in range(first.year, last.year + 1):
        made = _make(number, year, month, day)
        if first <= made <= last:
            return made
    return _make(number, first.year if month >= first.month else last.year, month, day)


def _make(number: int, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise CalendarError(_("Line %(n)s: there is no such date.") % {"n": number}) from None


MOST_PERIODS = 12
CLOSE = timedelta(days=10)


def parse_period_ends(text: str, *, first: date, last: date) -> list[date]:
    """The last days of marking periods as people type them: “10/30, 1/22, 3/26”. Commas or lines stand between them.

    The last period ends with the school year, whether that is typed or not. Raises CalendarError.
    """
    parts = [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]
    return period_ends(
        [_day_off(n, part, first, last).first for n, part in enumerate(parts, 1)], first=first, last=last
    )


def period_ends(days: Iterable[date], *, first: date, last: date) -> list[date]:
    """These last days as a year keeps them: in order, inside the year, the last one with it. Raises CalendarError."""
    found = sorted(set(days))
    if not found:
        return []
    if found[0] <= first or found[-1] > last:
        raise CalendarError(_("A marking period ends outside the school year."))
    if last - found[-1] <= CLOSE:
        found.pop()
    if len(found) >= MOST_PERIODS:
        raise CalendarError(_("There are more than 12 marking periods."))
    return [*found, last]


def say_period_ends(ends: Iterable[date]) -> str:
    """The days in the form `parse_period_ends` reads."""
    return ", ".join(f"{day:%m/%d/%Y}" for day in ends)


def say_days_off(days: Iterable[NoSchool | DayOff]) -> str:
    """Days off in the form `parse_days_off` reads."""
    lines = []
    for day in days:
        first, last = (day.first_on, day.last_on) if isinstance(day, NoSchool) else (day.first, day.last)
        until = pgettext("from one day to another", "to")
        span = f"{first:%m/%d/%Y}" if first == last else f"{first:%m/%d/%Y} {until} {last:%m/%d/%Y}"
        lines.append(f"{span} {day.name}".strip())
    return "\n".join(lines)


def usual_days_off(first: date, last: date) -> list[DayOff]:
    """What nearly every district has off in a school year, as a first draft: federal holidays and two breaks."""
    from law.holidays import holiday_on

    found: list[DayOff] = []
    day = first
    while day <= last:
        holiday = holiday_on(day, None)
        name = holiday.en if holiday else ""
        if name and day.month not in {6, 7} and not (day.month == 12 or (day.month == 1 and day.day == 1)):
            found.append(
                DayOff(day, day + timedelta(days=1) if name.startswith("Thanksgiving") else day, name)
            )
        day += timedelta(days=1)
    christmas = date(first.year, 12, 25)
    if first < christmas < last:
        monday = christmas - timedelta(days=christmas.weekday())
        found.append(DayOff(monday, monday + timedelta(days=11), _("Winter break")))
    return sorted(found, key=lambda item: item.first)


def check(
    calendar: SchoolCalendar, *, years: list[tuple[date, date, list[DayOff]]], weekdays: list[int]
) -> None:
    """Raises CalendarError when these years cannot be a calendar: they overlap, or no school day is left."""
    law_calendars.SchoolCalendar(
        calendar.district.name,
        tuple(law_calendars.SchoolYear(first, last) for first, last, _off in years),
        tuple(law_calendars.NoSchool(d.first, d.last, d.name) for _f, _l, off in years for d in off),
        frozenset(weekdays),
    )


def _touch(calendar: SchoolCalendar, *, version: int | None, by: User, at: datetime, **more: object) -> None:
    rows = SchoolCalendar.objects.filter(pk=calendar.pk)
    if version is not None:
        rows = rows.filter(version=version)
    if not rows.update(version=F("version") + 1, changed_at=at, changed_by=by, **more):
        raise ChangedMeanwhile
    calendar.refresh_from_db()


def _others(calendar: SchoolCalendar, leave_out: SchoolYear | None) -> list[tuple[date, date, list[DayOff]]]:
    rows = calendar.years.prefetch_related("days_off")
    return [
        (row.first_on, row.last_on, [DayOff(d.first_on, d.last_on, d.name) for d in row.days_off.all()])
        for row in rows
        if leave_out is None or row.pk != leave_out.pk
    ]


@transaction.atomic
def save_year(
    district: District,
    *,
    first: date,
    last: date,
    days_off: list[DayOff],
    weekdays: list[int],
    by: User,
    at: datetime,
    year: SchoolYear | None = None,
    version: int | None = None,
    period_ends: list[date] | None = None,
) -> SchoolCalendar:
    """Writes a school year, new or changed, and counts every date of the district again.

    `period_ends` are the last days of its marking periods; None leaves those it has.

    Raises CalendarError for a year that cannot be, ChangedMeanwhile when `version` is no longer the calendar's.
    """
    calendar, _made = SchoolCalendar.objects.select_related("district").get_or_create(
        district=district, defaults={"changed_at": at, "changed_by": by}
    )
    check(calendar, years=[*_others(calendar, year), (first, last, days_off)], weekdays=weekdays)
    _touch(calendar, version=version if year else None, by=by, at=at, weekdays=weekdays, bounds_assumed=False)
    if period_ends is None:
        kept = year.period_ends if year else []
        period_ends = [day for day in kept if first < day < last] + ([last] if kept else [])
    if year is None:
        year = SchoolYear.objects.create(
            calendar=calendar, first_on=first, last_on=last, period_ends=period_ends
        )
    else:
        SchoolYear.objects.filter(pk=year.pk).update(first_on=first, last_on=last, period_ends=period_ends)
        year.days_off.all().delete()
    NoSchool.objects.bulk_create(
        NoSchool(year=year, first_on=max(d.first, first), last_on=min(d.last, last), name=d.name) for d in days_off
    )  # fmt: skip
    audit.record("calendar.changed", by=by, at=at, about=calendar)
    _count_again(district, by=by, at=at, why=Why.CALENDAR)
    return calendar


@transaction.atomic
def replace_all(
    district: District, read: law_calendars.SchoolCalendar, *, by: User, at: datetime
) -> SchoolCalendar:
    """The years of a file take the place of those they overlap; other years stay."""
    calendar, _made = SchoolCalendar.objects.select_related("district").get_or_create(
        district=district, defaults={"changed_at": at, "changed_by": by}
    )
    periods: dict[date, list[date]] = {}
    for new in read.years:
        old = calendar.years.filter(first_on__lte=new.last, last_on__gte=new.first)
        # A file says nothing of marking periods; those that were typed stay.
        ends = [day for year in old for day in year.period_ends[:-1] if new.first < day < new.last]
        periods[new.first] = [*ends, new.last] if ends else []
        old.delete()
    for new in read.years:
        row = SchoolYear.objects.create(
            calendar=calendar, first_on=new.first, last_on=new.last, period_ends=periods[new.first]
        )
        NoSchool.objects.bulk_create(
            NoSchool(year=row, first_on=max(o.start, new.first), last_on=min(o.end, new.last), name=o.name[:120])
            for o in read.no_school
            if o.start <= new.last and o.end >= new.first
        )  # fmt: skip
    _touch(calendar, version=None, by=by, at=at, bounds_assumed=read.bounds_assumed)
    value_of(calendar)
    audit.record("calendar.imported", by=by, at=at, about=calendar, years=len(read.years))
    _count_again(district, by=by, at=at, why=Why.CALENDAR)
    return calendar


def draft_of_next_year(calendar: SchoolCalendar) -> tuple[date, date, list[DayOff], tuple[date, ...]]:
    """The last year moved 52 weeks on, to be edited: first and last day, days off, last days of its marking periods.
    Raises CalendarError without a year."""
    draft = value_of(calendar).draft_of_next_year()
    year = draft.years[0]
    return year.first, year.last, [DayOff(d.start, d.end, d.name) for d in draft.no_school], year.period_ends


@transaction.atomic
def delete_year(year: SchoolYear, *, by: User, at: datetime) -> None:
    """Takes one school year out of its calendar, and counts every date of the district again."""
    calendar = year.calendar
    year.delete()
    _touch(calendar, version=None, by=by, at=at)
    audit.record("calendar.changed", by=by, at=at, about=calendar)
    _count_again(calendar.district, by=by, at=at, why=Why.CALENDAR)


@transaction.atomic
def delete(calendar: SchoolCalendar, *, by: User, at: datetime) -> None:
    """Takes the calendar away; dates that needed it say from now on what is missing."""
    district = calendar.district
    audit.record("calendar.deleted", by=by, at=at, about=calendar, district=str(district.pk))
    calendar.delete()
    _count_again(district, by=by, at=at, why=Why.NO_CALENDAR)


def _count_again(district: District, *, by: User, at: datetime, why: str) -> None:
    from cases import clock

    calendar_changed.send(SchoolCalendar, district=district.pk)
    clock.count_again(f"district:{district.pk}", by=by, at=at, why=why)
