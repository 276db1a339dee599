"""Counts written out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from law.calendars import NoSchool, SchoolCalendar, SchoolYear
from minutes.counting import Amount, Held, NotHeld, count
from minutes.expanding import CannotCount, Promise, WhyNot, expand

# September 2026: the 7th is Labor Day. School starts on Wednesday, September 2.
YEAR = SchoolYear(date(2026, 9, 2), date(2027, 6, 4))
CALENDAR = SchoolCalendar("Hill", (YEAR,), (NoSchool(date(2026, 9, 7), date(2026, 9, 7), "Labor Day"),))


def day(of_september: int) -> date:
    return date(2026, 9, of_september)


def test_two_sessions_of_thirty_minutes_a_week_over_fourteen_school_days():
    """Sep 2–4 (3 days), Sep 8–11 (4), Sep 14–18 (5), Sep 21–22 (2): 14 school days in four weeks.

    Each week has at least two days, so each owes 2 × 30: eight sessions, 240 minutes. The student was absent for the
    session of the 10th. Held were the 3rd, the 8th and the 15th. Missing: one of week one, none of week two (one held,
    one excused), one of week three, two of week four: four sessions, 120 minutes.
    """
    promise = Promise("week", 30, 2, date(2026, 9, 2), date(2026, 9, 22))
    windows, unknown = expand(promise, CALENDAR, start=date(2026, 9, 1), end=date(2026, 9, 30))
    assert unknown == []
    assert [len(window.days) for window in windows] == [3, 4, 5, 2]
    held = [Held(day(3), 30), Held(day(8), 30), Held(day(15), 30)]
    absent = [NotHeld(day(10), "student")]
    counts = [
        count(
            window,
            [one for one in held if window.first <= one.on <= window.last],
            [one for one in absent if window.first <= one.on <= window.last],
        )
        for window in windows
    ]
    assert sum((c.owed for c in counts), Amount()) == Amount(8, 240)
    assert sum((c.delivered for c in counts), Amount()) == Amount(3, 90)
    assert sum((c.student_absent for c in counts), Amount()) == Amount(1, 30)
    assert sum((c.shortfall for c in counts), Amount()) == Amount(4, 120)
    assert [c.shortfall.sessions for c in counts] == [1, 0, 1, 2]


def test_fourteen_days_in_three_weeks():
    """Sep 8–11 (4 days), Sep 14–18 (5), Sep 21–25 (5): 14 school days, six sessions, 180 minutes.

    Three were held (the 8th, the 15th, the 22nd), one missed for the student's absence (the 10th): two are missing.
    """
    promise = Promise("week", 30, 2, date(2026, 9, 8), date(2026, 9, 25))
    windows, _unknown = expand(promise, CALENDAR, start=date(2026, 9, 1), end=date(2026, 9, 30))
    assert sum(len(window.days) for window in windows) == 14
    counts = [
        count(windows[0], [Held(day(8), 30)], [NotHeld(day(10), "student")]),
        count(windows[1], [Held(day(15), 30)], []),
        count(windows[2], [Held(day(22), 30)], []),
    ]
    assert [(c.owed.minutes, c.delivered.minutes, c.excused.minutes, c.shortfall.minutes) for c in counts] == [
        (60, 30, 30, 0), (60, 30, 0, 30), (60, 30, 0, 30),
    ]  # fmt: skip


def windows_of(*args, start=date(2026, 9, 1), end=date(2027, 6, 30), others=(), calendar=CALENDAR):
    return expand(Promise(*args), calendar, start=start, end=end, others=others)[0]


def test_a_week_with_fewer_school_days_than_sessions_owes_what_the_days_allow():
    short = CALENDAR.with_no_school(NoSchool(date(2026, 11, 24), date(2026, 11, 27), "Thanksgiving"))
    week = windows_of("week", 45, 5, date(2026, 11, 23), date(2026, 11, 29), calendar=short)
    assert [(w.days, w.sessions, w.minutes) for w in week] == [((date(2026, 11, 23),), 1, 45)]


def test_ten_sessions_a_week_are_two_a_day():
    week = windows_of("week", 20, 10, date(2026, 9, 7), date(2026, 9, 13))
    assert (len(week[0].days), week[0].sessions) == (4, 8)


def test_a_session_every_two_weeks():
    found = windows_of("week", 30, 0.5, date(2026, 9, 9), date(2026, 10, 4))
    assert [(w.first, w.last, w.sessions) for w in found] == [
        (date(2026, 9, 9), date(2026, 9, 20), 1), (date(2026, 9, 21), date(2026, 10, 4), 1),
    ]  # fmt: skip


def test_a_six_day_cycle_runs_through_weekends_and_holidays_from_the_first_day_of_school():
    found = windows_of("cycle6", 30, 2, date(2026, 9, 2), date(2026, 9, 21))
    assert [w.days for w in found] == [
        (day(2), day(3), day(4), day(8), day(9), day(10)),
        (day(11), day(14), day(15), day(16), day(17), day(18)),
        (day(21),),
    ]
    # One day of the last cycle is left: it holds one session.
    assert [w.sessions for w in found] == [2, 2, 1]


def test_a_month_cut_by_the_plan_owes_its_share():
    """September 2026 has 22 weekdays: the 1st lies before school, the 7th is a holiday, 20 are school days.

    From the 16th 11 are left: 4 × 11/21 = 2.1, which is two. October is whole.
    """
    found = windows_of("month", 30, 4, date(2026, 9, 16), date(2026, 10, 31))
    assert [(len(w.days), w.sessions) for w in found] == [(11, 2), (22, 4)]


def test_a_change_on_a_wednesday_splits_the_week():
    """Monday and Tuesday: 2 × 2/5 = 0.8, one of the old row; Wednesday to Friday: 2 × 3/5 = 1.2, one of the new."""
    old = (date(2026, 9, 14), date(2026, 9, 22))
    new = (date(2026, 9, 23), date(2026, 9, 27))
    before = windows_of("week", 30, 2, *old, others=[new])
    after = windows_of("week", 20, 2, *new, others=[old])
    assert [w.sessions for w in before] == [2, 1]
    assert [(w.sessions, w.minutes) for w in after] == [(1, 20)]


def test_half_a_session_falls_to_the_newer_row():
    old = (date(2026, 9, 8), date(2026, 9, 9))
    new = (date(2026, 9, 10), date(2026, 9, 13))
    assert [w.sessions for w in windows_of("week", 30, 1, *old, others=[new])] == [0]
    assert [w.sessions for w in windows_of("week", 30, 1, *new, others=[old])] == [1]


def test_minutes_a_week_shrink_with_the_week():
    found = windows_of("week", 600, 1, date(2026, 9, 7), date(2026, 9, 20))
    assert [(len(w.days), w.sessions, w.minutes) for w in found] == [(4, None, 480), (5, None, 600)]


@pytest.mark.parametrize(
    ("promise", "why"),
    [
        (Promise("", None, None, day(1)), WhyNot.NO_FREQUENCY),
        (Promise("week", 0, 2, day(1)), WhyNot.NO_MINUTES),
        (Promise("week", None, 2, day(1)), WhyNot.NO_MINUTES),
        (Promise("week", 30, 0, day(1)), WhyNot.NO_SESSIONS),
        (Promise("fortnight", 30, 2, day(1)), WhyNot.NO_PERIOD),
        (Promise("week", 30, 2, None), WhyNot.NO_START),
        (Promise("week", 30, 2, day(9), day(8)), WhyNot.ENDS_FIRST),
        (Promise("quarter", 30, 1 / 3, day(1)), WhyNot.ODD_PART),
    ],
)
def test_what_cannot_be_counted_says_so(promise, why):
    with pytest.raises(CannotCount) as no:
        expand(promise, CALENDAR, start=day(1), end=day(30))
    assert no.value.why == why


def test_a_whole_day_away_stands_only_for_what_the_other_days_could_not_hold():
    twice = windows_of("week", 30, 2, date(2026, 9, 14), date(2026, 9, 20))[0]
    daily = windows_of("week", 30, 5, date(2026, 9, 14), date(2026, 9, 20))[0]
    away = [NotHeld(day(15), "student", whole_day=True)]
    assert count(twice, [], away).student_absent == Amount(0, 0)
    assert count(daily, [], away).student_absent == Amount(1, 30)
    closed = [*away, *(NotHeld(day(d), "closed", whole_day=True) for d in (16, 17, 18))]
    assert count(twice, [], closed).closed == Amount(1, 30)


def test_a_make_up_counts_in_the_week_it_makes_up_for_and_in_its_own_column():
    week = windows_of("week", 30, 2, date(2026, 9, 14), date(2026, 9, 20))[0]
    found = count(week, [Held(day(15), 25), Held(day(17), 30, makes_up=True)], [])
    assert (found.delivered, found.made_up, found.shortfall) == (Amount(1, 25), Amount(1, 30), Amount(0, 5))


def test_more_in_one_week_does_not_fill_another():
    first, second = windows_of("week", 30, 2, date(2026, 9, 14), date(2026, 9, 27))
    much = count(first, [Held(day(14), 60), Held(day(15), 60)], [])
    assert (much.beyond, much.shortfall) == (Amount(0, 60), Amount())
    assert count(second, [], []).shortfall == Amount(2, 60)


def test_an_absence_for_which_a_session_was_held_after_all_excuses_nothing():
    week = windows_of("week", 30, 2, date(2026, 9, 14), date(2026, 9, 20))[0]
    found = count(week, [Held(day(15), 30), Held(day(17), 30)], [NotHeld(day(16), "student")])
    assert (found.student_absent, found.shortfall) == (Amount(), Amount())


def test_a_provider_absence_stays_in_the_shortfall_and_is_named():
    week = windows_of("week", 30, 2, date(2026, 9, 14), date(2026, 9, 20))[0]
    found = count(week, [Held(day(15), 30)], [NotHeld(day(16), "school")])
    assert (found.shortfall, found.school) == (Amount(1, 30), Amount(1, 30))
