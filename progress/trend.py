"""The arithmetic of a goal's data: aim line, robust slope with its honesty rule, standing still. Plain Python."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

LEAST = 5  # points below which no trend is told
WINDOW = 30  # the newest points that a trend is taken from
WEEK = 7.0
Z_95 = 1.959964  # the standard normal's 97.5th percentile

Value = tuple[date, float]


@dataclass(frozen=True)
class Trend:
    """A robust slope in units a week, with its 95% interval, and the line it draws."""

    slope: float
    low: float
    high: float
    start: Value
    end: Value
    count: int

    @property
    def could_be_chance(self) -> bool:
        """The interval includes zero: the points may as well stand still."""
        return self.low <= 0 <= self.high


def aim(start: Value, goal: Value, on: date) -> float:
    """The straight line from the start to the goal, on a day; beyond its ends it goes on.

    Raises ValueError when the goal does not lie after the start.
    """
    days = (goal[0] - start[0]).days
    if days <= 0:
        raise ValueError("a goal lies after its start")
    return start[1] + (goal[1] - start[1]) * (on - start[0]).days / days


def theil_sen(values: Sequence[Value]) -> Trend | None:
    """The median of all slopes between two days, or None under five points or on fewer than three days.

    Theil (1950) and Sen (1968, J. Am. Stat. Assoc. 63:1379-1389); the interval is Sen's, from the variance of
    Kendall's S with its correction for ties (Gilbert 1987, Statistical Methods for Environmental Pollution
    Monitoring, 16.5). Only the newest 30 points count: an old slope says little about now.
    """
    points = sorted(values)[-WINDOW:]
    days = [on.toordinal() for on, _value in points]
    if len(points) < LEAST or len(set(days)) < 3:
        return None
    pairs = [(day, value) for day, (_on, value) in zip(days, points, strict=True)]
    slopes = []
    for at, (day, value) in enumerate(pairs):
        slopes += [(later - value) / (then - day) for then, later in pairs[at + 1 :] if then != day]
    slopes.sort()
    slope = median(slopes)
    half = Z_95 * math.sqrt(_variance([value for _on, value in points], days))
    count = len(slopes)
    first = math.floor((count - half) / 2)
    last = math.ceil((count + half) / 2)
    low = slopes[max(first - 1, 0)] if first >= 1 else slopes[0]
    high = slopes[min(last, count - 1)]
    origin = days[0]
    level = median(value - slope * (day - origin) for (_on, value), day in zip(points, days, strict=True))
    end = level + slope * (days[-1] - origin)
    return Trend(
        slope * WEEK, low * WEEK, high * WEEK, (points[0][0], level), (points[-1][0], end), len(points)
    )


def _variance(values: Sequence[float], days: Sequence[int]) -> float:
    n = len(values)

    def term(k: int) -> int:
        return k * (k - 1) * (2 * k + 5)

    ties = sum(map(term, Counter(values).values())) + sum(map(term, Counter(days).values()))
    return max(term(n) - ties, 0) / 18


def side(values: Sequence[Value], *, start: Value, goal: Value, up: bool) -> int:
    """1 when the last four points are all ahead of the aim line, -1 when all behind, else 0.

    The four-point rule of progress monitoring (Fuchs, Fuchs, Hintze and Lembke; National Center on Student
    Progress Monitoring, 2006).
    """
    last = sorted(values)[-4:]
    if len(last) < 4:
        return 0
    gaps = [(value - aim(start, goal, on)) * (1 if up else -1) for on, value in last]
    if all(gap > 0 for gap in gaps):
        return 1
    return -1 if all(gap < 0 for gap in gaps) else 0


def stands_still(before: Sequence[float], now: Sequence[float], *, up: bool) -> bool:
    """Whether the middle of the newer numbers is no nearer to the target than the middle of the older ones.

    False where one of the two has no number: nothing can be said then.
    """
    if not before or not now:
        return False
    moved = median(now) - median(before)
    return moved <= 0 if up else moved >= 0
