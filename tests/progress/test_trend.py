"""The arithmetic, against a second plain computation."""

from __future__ import annotations

import math
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progress import trend

DAY = date(2026, 9, 1)


@st.composite
def points(draw, least=0, most=40):
    days = draw(st.lists(st.integers(0, 400), min_size=least, max_size=most))
    return [(DAY + timedelta(days=day), float(draw(st.integers(0, 100)))) for day in days]


def plain_slopes(values):
    """All slopes a week between two days, of the newest thirty, the slow and exact way."""
    newest = sorted(values)[-30:]
    found = []
    for i, (first, a) in enumerate(newest):
        for second, b in newest[i + 1 :]:
            if second != first:
                found.append(Fraction(int(b) - int(a), (second - first).days) * 7)
    return sorted(found)


def plain_median(found):
    middle = len(found) // 2
    return found[middle] if len(found) % 2 else (found[middle - 1] + found[middle]) / 2


def plain_variance(values):
    """Kendall's variance of S by its definition with ties, counted pair group by pair group."""
    newest = sorted(values)[-30:]
    n = len(newest)
    total = n * (n - 1) * (2 * n + 5)
    for column in ([on for on, _ in newest], [value for _, value in newest]):
        for one in set(column):
            k = column.count(one)
            total -= k * (k - 1) * (2 * k + 5)
    return max(total, 0) / 18


@given(points())
def test_the_slope_is_the_middle_of_all_slopes(values):
    found = trend.theil_sen(values)
    enough = len(values) >= 5 and len({on for on, _ in sorted(values)[-30:]}) >= 3
    if not enough:
        assert found is None
        return
    slopes = plain_slopes(values)
    assert math.isclose(found.slope, float(plain_median(slopes)), abs_tol=1e-9)
    assert found.count == min(len(values), 30)


@given(points(least=5))
def test_the_interval_is_sens_by_ranks(values):
    found = trend.theil_sen(values)
    if found is None:
        return
    slopes = plain_slopes(values)
    half = 1.959964 * math.sqrt(plain_variance(values))
    rank = math.floor((len(slopes) - half) / 2)  # of the slope at the lower end, from 1
    low = slopes[rank - 1] if rank >= 1 else slopes[0]
    high = slopes[len(slopes) - rank] if rank >= 1 else slopes[-1]
    assert math.isclose(found.low, float(low), abs_tol=1e-9)
    assert math.isclose(found.high, float(high), abs_tol=1e-9)
    assert found.low <= found.slope <= found.high


@given(st.integers(-5, 5), st.integers(0, 100), st.lists(st.integers(0, 300), min_size=5, max_size=30, unique=True))  # fmt: skip
def test_points_on_a_line_give_the_line(slope, level, days):
    values = [(DAY + timedelta(days=day), float(level + slope * day)) for day in days]

    found = trend.theil_sen(values)

    assert math.isclose(found.slope, slope * 7, abs_tol=1e-9)
    assert math.isclose(found.low, slope * 7, abs_tol=1e-9)
    assert math.isclose(found.end[1], level + slope * max(days), abs_tol=1e-6)
    assert found.could_be_chance == (slope == 0)


@given(points(least=5))
def test_upside_down_the_slope_turns_around(values):
    found, other = trend.theil_sen(values), trend.theil_sen([(on, -value) for on, value in values])
    if found is None:
        assert other is None
    else:
        assert math.isclose(found.slope, -other.slope, abs_tol=1e-9)
        assert math.isclose(found.low, -other.high, abs_tol=1e-9)
        assert found.could_be_chance == other.could_be_chance


def test_under_five_points_no_trend_is_told():
    values = [(DAY + timedelta(days=day), float(day)) for day in range(4)]
    assert trend.theil_sen(values) is None
    assert trend.theil_sen([*values, (DAY + timedelta(days=9), 9.0)]).slope == pytest.approx(7)


def test_five_points_of_one_afternoon_are_no_trend():
    assert trend.theil_sen([(DAY, float(n)) for n in range(5)]) is None


def test_one_wild_number_moves_it_little():
    values = [(DAY + timedelta(days=7 * n), 10.0 + n) for n in range(9)]
    wild = [*values[:-1], (values[-1][0], 95.0)]
    assert trend.theil_sen(wild).slope == pytest.approx(1, abs=0.2)


@given(st.integers(0, 100), st.integers(0, 100), st.integers(1, 700), st.integers(-100, 900))
def test_the_aim_is_a_straight_line(a, b, days, on):
    start, goal = (DAY, float(a)), (DAY + timedelta(days=days), float(b))
    exact = Fraction(a) + Fraction(b - a) * Fraction(on, days)
    assert math.isclose(
        trend.aim(start, goal, DAY + timedelta(days=on)), float(exact), rel_tol=1e-9, abs_tol=1e-9
    )


def test_a_goal_before_its_start_has_no_aim():
    with pytest.raises(ValueError):
        trend.aim((DAY, 1.0), (DAY, 2.0), DAY)


@pytest.mark.parametrize(
    ("gaps", "up", "side"),
    [
        ([1, 1, 1, 1], True, 1),
        ([-1, -1, -1, -1], True, -1),
        ([1, 1, 1, 1], False, -1),
        ([1, 1, 0, 1], True, 0),
        ([-1, 1, 1, 1, 1], True, 1),
        ([1, 1, 1], True, 0),
        ([1, 1, 1, 1, -1], True, 0),
    ],
)
def test_four_in_a_row_on_one_side(gaps, up, side):
    start, goal = (DAY, 0.0), (DAY + timedelta(days=100), 100.0)
    values = [(DAY + timedelta(days=10 * n), 10.0 * n + gap) for n, gap in enumerate(gaps, start=1)]
    assert trend.side(values, start=start, goal=goal, up=up) == side


@pytest.mark.parametrize(
    ("before", "now", "up", "still"),
    [([22], [22], True, True), ([22], [21], True, True), ([22], [23], True, False), ([9], [9], False, True),
     ([9], [7], False, False), ([], [9], True, False), ([9], [], True, False), ([1, 9], [5], True, True)],
)  # fmt: skip
def test_standing_still(before, now, up, still):
    assert trend.stands_still(before, now, up=up) is still
