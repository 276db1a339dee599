"""The deadline ribbon (late, then three weeks) and the week, as data their components draw."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from web.dates import say_day, say_time

RIBBON_DAYS = 21
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class RibbonDay:
    date: date
    short: str
    long: str
    count: int
    kind: str
    url: str
    today: bool
    off: bool


@dataclass(frozen=True)
class Count:
    n: int
    label: str
    url: str
    late: bool = False


@dataclass(frozen=True)
class Ribbon:
    late: int
    late_since: str
    late_url: str
    days: list[RibbonDay]
    counts: list[Count]


def ribbon(
    due: Iterable[date], *, today: date, url: Callable[[str], str], off: Collection[date] = ()
) -> Ribbon:
    """What is due (one date a deadline) as late, then 21 days from `today`; `off` are days without school.

    `url` turns a name of a stretch into an address: "late", a date like "2026-11-24", "today", "week", "weeks".
    """
    due = sorted(due)
    late = [day for day in due if day < today]
    days = []
    for at in range(RIBBON_DAYS):
        day = today + timedelta(days=at)
        count = due.count(day)
        days.append(
            RibbonDay(
                date=day,
                short=say_day(day, style="weekday")[:2],
                long=say_day(day),
                count=count,
                kind="soon" if at == 0 else "info",
                url=url(day.isoformat()) if count else "",
                today=at == 0,
                off=day.weekday() > 4 or day in off,
            )
        )
    week = sum(today <= day < today + timedelta(days=7) for day in due)
    counts = [
        Count(len(late), _("Late"), url("late"), late=bool(late)),
        Count(days[0].count, _("Today"), url("today")),
        Count(week, _("This week"), url("week")),
        Count(sum(day.count for day in days), _("3 weeks"), url("weeks")),
    ]
    since = say_day(late[0], style="bare") if late else ""
    return Ribbon(len(late), since, url("late"), days, counts)


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something with a beginning and an end (aware), as a week shows it. `kind`: "", `info`, `win` or `off`."""

    title: str
    starts: datetime
    ends: datetime
    url: str
    place: str = ""
    kind: str = ""
    move: str = ""  # the address of the form that moves it, where it can be moved


@dataclass(frozen=True)
class Placed:
    title: str
    place: str
    kind: str
    url: str
    css: str
    spoken: str
    starts: str
    move: str = ""


@dataclass(frozen=True)
class WeekDay:
    column: int
    short: str
    long: str
    today: bool
    events: list[Placed] = field(default_factory=list)


@dataclass(frozen=True)
class Hour:
    row: int
    label: str


@dataclass(frozen=True)
class Week:
    label: str
    days: list[WeekDay]
    hours: list[Hour]
    # The date of the first column, and the hour of the first row: where something is dropped.
    first: str = ""
    from_hour: int = 0

    @property
    def events(self) -> list[Placed]:
        return [event for day in self.days for event in day.events]


def week(
    events: Iterable[Event],
    *,
    monday: date,
    zone: tzinfo,
    today: date,
    days: int = 5,
    hours: tuple[int, int] = (8, 18),
) -> Week:
    """The events of a week by the wall clock of `zone`, on a grid of quarter hours.

    `hours` is the stretch shown when nothing lies outside it. An event that runs past midnight is cut there, and one
    shown is at least half an hour high, so that it can be touched.
    """
    by_day: dict[date, list[tuple[datetime, datetime, Event]]] = {}
    for event in sorted(events, key=lambda event: event.starts):
        starts, ends = localtime(event.starts, zone), localtime(event.ends, zone)
        by_day.setdefault(starts.date(), []).append((starts, ends, event))
    columns = [monday + timedelta(days=at) for at in range(days)]
    shown = [item for day in columns for item in by_day.get(day, [])]
    first = min([hours[0], *[starts.hour for starts, _ends, _event in shown]])
    last = max([hours[1], *[_last_hour(starts, ends) for starts, ends, _event in shown]])
    made = []
    for at, day in enumerate(columns):
        placed = [
            Placed(
                title=event.title,
                place=event.place,
                kind=event.kind,
                url=event.url,
                css=f"ev d{at + 1} {_rows(starts, ends, first)}{lane}",
                spoken=f"{say_day(day)} {say_time(starts, zone)}",
                starts=say_time(starts, zone),
                move=event.move,
            )
            for (starts, ends, event), lane in _lanes(by_day.get(day, []))
        ]
        short = f"{say_day(day, style='weekday')[:3]} {day.day}"
        made.append(WeekDay(at + 1, short, say_day(day), day == today, placed))
    return Week(
        label=_("Week of %s") % say_day(monday, today=today),
        days=made,
        first=monday.isoformat(),
        from_hour=first,
        hours=[
            Hour(2 + 4 * (hour - first), f"{hour % 12 or 12} {'am' if hour < 12 else 'pm'}")
            for hour in range(first, last)
        ],
    )


def _last_hour(starts: datetime, ends: datetime) -> int:
    if ends.date() != starts.date():
        return 24
    return ends.hour + (1 if ends.minute else 0)


def _rows(starts: datetime, ends: datetime, first: int) -> str:
    row = 2 + (starts.hour - first) * 4 + starts.minute // 15
    if ends.date() != starts.date():
        quarters = 4 * (24 - starts.hour) - starts.minute // 15
    else:
        quarters = -(-(ends.hour * 60 + ends.minute - starts.hour * 60 - starts.minute) // 15)
    return f"r{row} l{min(max(quarters, 2), 32)}"


def _lanes(
    items: Sequence[tuple[datetime, datetime, Event]],
) -> list[tuple[tuple[datetime, datetime, Event], str]]:
    """Events that overlap stand side by side, three at most; a fourth shares the third lane."""
    lanes: list[datetime] = []
    group: list[tuple[tuple[datetime, datetime, Event], int]] = []
    out: list[tuple[tuple[datetime, datetime, Event], str]] = []

    def close() -> None:
        of = min(len(lanes), 3)
        out.extend((item, f" of{of} at{min(lane, 2) + 1}" if of > 1 else "") for item, lane in group)
        lanes.clear()
        group.clear()

    for item in items:
        starts, ends, _event = item
        ends = max(ends, starts + 2 * QUARTER)
        if lanes and starts >= max(lanes):
            close()
        free = next((at for at, until in enumerate(lanes) if until <= starts), None)
        if free is None:
            lanes.append(ends)
            free = len(lanes) - 1
        else:
            lanes[free] = ends
        group.append((item, free))
    close()
    return out
