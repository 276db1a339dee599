from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from web.calendars import Event, ribbon, week

TODAY = date(2026, 11, 24)
DENVER = ZoneInfo("America/Denver")
MONDAY = date(2026, 11, 23)


def days_from_today(*days: int) -> list[date]:
    return [TODAY + timedelta(days=day) for day in days]


def test_the_ribbon_counts_what_is_late_and_what_comes(english):
    made = ribbon(days_from_today(-9, -1, 0, 0, 3, 20, 21), today=TODAY, url=lambda name: f"/due/{name}/")

    assert (made.late, made.late_since, len(made.days)) == (2, "Nov 15", 21)
    assert [(day.date.day, day.count, day.url) for day in made.days if day.count] == [
        (24, 2, "/due/2026-11-24/"),
        (27, 1, "/due/2026-11-27/"),
        (14, 1, "/due/2026-12-14/"),
    ]
    assert [(count.n, count.label, count.late) for count in made.counts] == [
        (2, "Late", True),
        (2, "Today", False),
        (3, "This week", False),
        (4, "3 weeks", False),
    ]


def test_days_without_school_are_shaded(english):
    made = ribbon([], today=TODAY, url=str, off={date(2026, 11, 26)})
    assert [day.date.day for day in made.days if day.off] == [26, 28, 29, 5, 6, 12, 13]
    assert (made.days[0].short, made.days[0].long) == ("Tu", "Tuesday, November 24")


def event(day: int, start: tuple[int, int], end: tuple[int, int], title: str = "Call") -> Event:
    at = datetime(2026, 11, 23, tzinfo=DENVER) + timedelta(days=day)
    return Event(
        title=title,
        starts=at.replace(hour=start[0], minute=start[1]),
        ends=at.replace(hour=end[0], minute=end[1]),
        url="/x/",
    )


def css(*events: Event, **more: Any) -> list[str]:
    return [placed.css for placed in week(events, monday=MONDAY, zone=DENVER, today=TODAY, **more).events]


def test_an_event_lies_on_its_day_and_quarter_hours(english):
    assert css(event(1, (10, 30), (12, 0))) == ["ev d2 r12 l6"]


def test_a_short_event_can_still_be_touched(english):
    assert css(event(0, (8, 0), (8, 10))) == ["ev d1 r2 l2"]


def test_events_at_once_stand_side_by_side(english):
    assert css(event(0, (9, 0), (10, 0)), event(0, (9, 30), (10, 30)), event(0, (10, 30), (11, 0))) == [
        "ev d1 r6 l4 of2 at1",
        "ev d1 r8 l4 of2 at2",
        "ev d1 r12 l2",
    ]


def test_the_day_grows_to_hold_its_events(english):
    made = week(
        [event(0, (6, 30), (7, 0)), event(0, (19, 0), (20, 15))], monday=MONDAY, zone=DENVER, today=TODAY
    )
    assert (made.hours[0].label, made.hours[-1].label) == ("6 am", "8 pm")
    assert [placed.css for placed in made.events] == ["ev d1 r4 l2", "ev d1 r54 l5"]


def test_the_clock_of_the_reader_decides(english):
    made = week([event(1, (23, 30), (23, 45))], monday=MONDAY, zone=ZoneInfo("America/New_York"), today=TODAY)
    assert [(placed.css.split()[1], placed.starts) for placed in made.events] == [("d3", "1:30 am")]


def test_what_lies_outside_the_week_is_not_drawn(english):
    assert css(event(5, (9, 0), (10, 0)), event(-1, (9, 0), (10, 0))) == []
    assert css(event(5, (9, 0), (10, 0)), days=7) == ["ev d6 r6 l4"]


def test_an_event_past_midnight_is_cut_there(english):
    late = Event(
        title="Late",
        starts=datetime(2026, 11, 23, 23, 0, tzinfo=DENVER),
        ends=datetime(2026, 11, 24, 1, 0, tzinfo=DENVER),
        url="/x/",
    )
    made = week([late], monday=MONDAY, zone=DENVER, today=TODAY)
    assert [placed.css for placed in made.events] == ["ev d1 r62 l4"]


def test_every_class_the_week_writes_has_a_place_in_the_sheet(english):
    from pathlib import Path

    sheet = (Path(__file__).parent.parent.parent / "static/css/workspace.css").read_text()
    everywhen = [event(day, (hour, 0), (hour, 59)) for day in range(7) for hour in range(24)]
    names = {name for made in css(*everywhen, days=7, hours=(0, 24)) for name in made.split()}
    assert {name for name in names if f".{name} " not in sheet} == set()
