"""The windows and their counts against a second, slow counter on random plans and calendars."""

from __future__ import annotations

import random
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest

from law.calendars import NoSchool, SchoolCalendar, SchoolYear
from minutes.counting import Held, NotHeld, count
from minutes.expanding import Promise, expand
from tests.minutes import day_by_day

PERIODS = ["day", "week", "week", "week", "month", "month", "cycle5", "cycle6", "cycle6", "cycle4", "six_weeks", "nine_weeks", "quarter", "trimester", "semester", "year"]  # fmt: skip


def a_calendar(dice):
    """One or two school years with holidays, breaks and days nobody planned."""
    years, off = [], []
    for start in range(2024, 2024 + dice.choice([1, 2])):
        first = date(start, 8, 15) + timedelta(days=dice.randrange(30))
        last = date(start + 1, 5, 20) + timedelta(days=dice.randrange(30))
        years.append((first, last))
        for _ in range(dice.randrange(4, 16)):
            begins = first + timedelta(days=dice.randrange((last - first).days))
            off.append((begins, min(last, begins + timedelta(days=dice.choice([0, 0, 0, 1, 2, 4, 11])))))
    weekdays = dice.choice([range(5), range(5), range(5), range(4), [1, 2, 3, 4]])
    return years, off, frozenset(weekdays)


def some_period_ends(dice, years):
    """The marking periods of each year: none, or a few of odd lengths."""
    found = []
    for first, last in years:
        many = dice.choice([0, 0, 2, 3, 4, 6])
        inner = dice.sample(range(1, (last - first).days), k=max(many - 1, 0))
        found.append([*(first + timedelta(days=n) for n in sorted(inner)), last] if many else [])
    return found


def a_plan(dice, years):
    """Rows of one service: its dates, and where it changes."""
    first = years[0][0] + timedelta(days=dice.randrange(-20, 120))
    last = first + timedelta(days=dice.choice([10, 25, 60, 200, 365]) + dice.randrange(20))
    cuts = sorted(dice.sample(range(3, (last - first).days), k=dice.choice([0, 0, 1, 1, 2]))) if (last - first).days > 12 else []  # fmt: skip
    bounds = [first, *[first + timedelta(days=n) for n in cuts], last + timedelta(days=1)]
    rows = []
    for begins, following in pairwise(bounds):
        per = dice.choice(PERIODS)
        every = dice.choice([1, 1, 1, 1, 2, 3]) if per in ("week", "month") or per.startswith("cycle") else 1
        if dice.random() < 0.15:
            rows.append(
                (per, 1, None, dice.choice([90, 225, 100, 37]), begins, following - timedelta(days=1))
            )
        else:
            many = dice.choice([1, 1, 2, 2, 3, 5, 7, 10])
            while Fraction(many, every).denominator != every:
                many += 1
            rows.append(
                (per, every, many, dice.choice([15, 20, 30, 45, 60]), begins, following - timedelta(days=1))
            )
    return rows


def promise_of(row):
    per, every, many, minutes, first, last = row
    if many is None:
        return Promise(per, minutes, None, first, last)
    return Promise(per, minutes, many / every, first, last)


def check(seed):
    dice = random.Random(seed)
    years, off, weekdays = a_calendar(dice)
    ends = some_period_ends(random.Random(-seed - 1), years)
    calendar = SchoolCalendar(
        "Hill", tuple(SchoolYear(*y, "", tuple(e)) for y, e in zip(years, ends, strict=True)),
        tuple(NoSchool(a, b, "off") for a, b in off), weekdays,
    )  # fmt: skip
    walk = day_by_day.Walk(years, {d for a, b in off for d in day_by_day.every_day(a, b)}, weekdays, ends)
    rows = a_plan(dice, years)
    windows_seen = 0
    for row in rows:
        per, every, many, minutes, first, last = row
        others = [(o[4], o[5]) for o in rows if o is not row]
        windows, _unknown = expand(
            promise_of(row), calendar, start=date(2024, 1, 1), end=date(2027, 1, 1), others=others
        )
        second = day_by_day.owed(walk, per, every, many, minutes, (first, last), others)
        assert {w.due_on: (len(w.days), w.sessions, w.minutes, w.holds) for w in windows} == second, (
            seed,
            row,
        )
        assert all(w.days == tuple(d for d in w.days if walk.is_school_day(d)) for w in windows)
        for one in windows:
            count_of_window(dice, one, row, second[one.due_on], seed)
        # No school day of the service is in two windows, and none is in no window.
        days = [day for w in windows for day in w.days]
        assert sorted(days) == [d for d in walk.all_school_days() if first <= d <= last], (seed, row)
        windows_seen += len(windows)
    return windows_seen


def count_of_window(dice, window, row, owed, seed):
    """Sessions held, late, short and missed, counted both ways."""
    held, missed = [], []
    each = row[3]
    for day in window.days[:12]:
        throw = dice.random()
        if throw < 0.45:
            held.append((day, dice.choice([each, each, 10, each + 15]), False))
        elif throw < 0.5:
            held.append((day, each, True))
        elif throw < 0.62:
            missed.append((day, dice.choice(["student", "closed", "school"]), dice.random() < 0.5))
    found = count(
        window,
        [Held(day, minutes, up) for day, minutes, up in held],
        [NotHeld(day, side, None, whole) for day, side, whole in missed],
    )
    period = (window.days, owed[1], owed[2], row[3], owed[3])
    second = day_by_day.reckoned(period, held, missed)
    got = {
        "delivered": found.delivered.minutes, "made_up": found.made_up.minutes, "student": found.student_absent.minutes,
        "closed": found.closed.minutes, "shortfall": found.shortfall.minutes,
    }  # fmt: skip
    assert {name: pytest.approx(value) for name, value in second.items()} == got, (
        seed,
        row,
        window,
        held,
        missed,
    )
    # Every owed minute stands in exactly one column.
    columns = found.delivered.minutes + found.made_up.minutes - found.beyond.minutes
    columns += found.student_absent.minutes + found.closed.minutes + found.shortfall.minutes
    assert columns == pytest.approx(found.owed.minutes), (seed, row)


def test_a_thousand_random_plans_and_calendars():
    assert sum(check(seed) for seed in range(1000)) > 10_000


def test_the_second_counter_notices_a_wrong_rule(monkeypatch):
    """A test that could not fail would prove nothing: halves rounded down are seen."""
    from minutes import expanding

    monkeypatch.setattr(expanding, "_half_up", expanding._half_down)
    with pytest.raises(AssertionError):
        for seed in range(200):
            check(seed)
