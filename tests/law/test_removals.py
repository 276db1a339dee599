"""Discipline days add up: nine warn, more than ten open the questions."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from law.clock import Status
from law.removals import KINDS, Kind, Removal, RemovalError, manifestation, say_days, tally
from tests.law.sample_calendars import ORDINARY, calendar

CALENDAR = calendar(ORDINARY)
HALF = Fraction(1, 2)


def one_day(n, **more):
    """The n-th school day of 2025-26 as a removal."""
    day = CALENDAR.school_day_after(date(2025, 8, 24), n)
    return Removal(day, day, **more)


def spread(n):
    return [one_day(1 + 3 * i) for i in range(n)]


def english(found):
    return [message.words() for message in found.messages]


@pytest.mark.parametrize(
    ("n", "warn", "card"),
    [(0, False, False), (8, False, False), (9, True, False), (10, True, False), (11, False, True)],
)
def test_the_ninth_day_warns_and_the_eleventh_opens_the_card(n, warn, card):
    found = tally(spread(n), calendar=CALENDAR)

    assert (found.total, found.warn, found.card) == (n, warn, card)
    assert bool(found.factors) is card
    assert bool(found.messages) is (n >= 9)


def test_the_days_on_which_ten_was_reached_and_passed():
    found = tally(spread(11), calendar=CALENDAR)

    assert found.reached == CALENDAR.school_day_after(date(2025, 8, 24), 28)
    assert found.passed == CALENDAR.school_day_after(date(2025, 8, 24), 31)
    assert not found.consecutive


def test_a_removal_over_a_break_counts_its_school_days_only():
    found = tally([Removal(date(2025, 11, 20), date(2025, 12, 2))], calendar=CALENDAR)

    assert found.total == 4  # 20 and 21 November, 1 and 2 December


def test_more_than_ten_in_a_row_is_a_change_of_placement():
    row = [Removal(date(2025, 9, 3), date(2025, 9, 16)), Removal(date(2025, 9, 17), date(2025, 9, 18))]
    found = tally(row, calendar=CALENDAR)

    assert (found.total, found.longest_run, found.consecutive) == (12, 12, True)
    assert found.passed == date(2025, 9, 17)
    assert english(found)[0] == "12 school days out in a row, more than 10: this is a change of placement."


def test_ten_in_a_row_is_not_more_than_ten():
    found = tally([Removal(date(2025, 9, 3), date(2025, 9, 16))], calendar=CALENDAR)

    assert (found.total, found.consecutive, found.card, found.warn) == (10, False, False, True)
    assert found.reached == date(2025, 9, 16)
    assert found.passed is None


def test_parts_of_days_add_up():
    pick_ups = [one_day(60 + i, kind=Kind.EARLY_PICK_UP, school_days=HALF, counts=True) for i in range(3)]
    found = tally([*spread(8), *pick_ups], calendar=CALENDAR)

    assert found.total == Fraction(19, 2)
    assert found.warn
    assert english(found)[0].startswith("9½ of 10 school days out this year.")


def test_what_may_count_warns_too_and_is_shown_apart():
    found = tally([*spread(8), one_day(60, kind=Kind.IN_SCHOOL)], calendar=CALENDAR)

    assert (found.total, found.may_count, found.possible, found.warn) == (8, 1, 9, True)
    assert english(found)[-1].startswith("1 of these may not count")


def test_what_was_decided_not_to_count_does_not():
    found = tally([*spread(8), one_day(60, kind=Kind.BUS, counts=False)], calendar=CALENDAR)

    assert (found.total, found.may_count, found.warn) == (8, 0, False)


def test_a_part_of_a_day_nobody_measured_is_unknown_not_guessed():
    pick_up = one_day(60, kind=Kind.EARLY_PICK_UP)
    found = tally([*spread(8), pick_up], calendar=CALENDAR)

    assert (found.possible, found.unknown) == (8, (pick_up,))


def test_days_the_calendar_does_not_know_are_unknown():
    removal = Removal(date(2023, 9, 5), date(2023, 9, 6))

    assert tally([removal], calendar=CALENDAR).unknown == (removal,)
    assert tally([removal]).unknown == (removal,)
    assert tally([Removal(date(2023, 9, 5), date(2023, 9, 6), school_days=Fraction(2))]).total == 2


def test_each_school_year_starts_at_nothing():
    last_year = [Removal(date(2025, 5, 5), date(2025, 5, 15))]
    found = tally([*last_year, *spread(2)], calendar=CALENDAR)

    assert found.total == 2
    assert tally([*last_year, *spread(2)], calendar=CALENDAR, on=date(2025, 5, 30)).total == 9


def test_only_what_had_happened_by_a_day():
    day = CALENDAR.school_day_after(date(2025, 8, 24), 7)

    assert tally(spread(9), calendar=CALENDAR, on=day).total == 3


def test_the_factors_are_questions_with_figures_never_answers():
    removals = [one_day(1 + 3 * i, behaviour="left class" if i % 2 else "shouting") for i in range(11)]
    factors = {factor.key: factor for factor in tally(removals, calendar=CALENDAR).factors}

    assert set(factors) == {
        "consecutive",
        "more_than_ten",
        "similar_behaviour",
        "length",
        "total_time",
        "closeness",
    }
    assert all(factor.citation.startswith("34 CFR 300.536(a)") for factor in factors.values())
    assert all(
        factor.words(language).endswith("?") for factor in factors.values() for language in ("en", "es")
    )
    assert factors["similar_behaviour"].shown == "shouting × 6; left class × 5"
    assert factors["total_time"].figures() == "11 school days."
    assert factors["total_time"].figures("es") == "11 días escolares."


def test_removals_that_cannot_be_are_refused():
    with pytest.raises(RemovalError, match="ends on Tuesday, September 2, 2025, before it starts"):
        Removal(date(2025, 9, 3), date(2025, 9, 2))
    with pytest.raises(RemovalError, match="cannot take 3 school days"):
        Removal(date(2025, 9, 3), date(2025, 9, 4), school_days=Fraction(3))
    with pytest.raises(RemovalError, match="Two removals overlap on Thursday, September 4, 2025"):
        tally(
            [Removal(date(2025, 9, 3), date(2025, 9, 5)), Removal(date(2025, 9, 4), date(2025, 9, 4))],
            calendar=CALENDAR,
        )


def test_the_manifestation_clock():
    found = manifestation(date(2025, 12, 17), calendar=CALENDAR)

    assert (found.due_on, found.citation, found.reliable) == (date(2026, 1, 14), "34 CFR 300.530(e)(1)", True)
    assert manifestation(date(2025, 12, 17)).status is Status.NEEDS_INPUT


def test_every_kind_says_whether_it_counts_and_where_that_stands():
    for kind in Kind:
        rule = KINDS[kind]
        assert rule.citation
        assert rule.words("es")
        assert bool(rule.question()) == bool(rule.question("es")) == (rule.counts == "may_count")


@pytest.mark.parametrize(
    ("days", "words"), [(Fraction(9), "9"), (HALF, "½"), (Fraction(37, 4), "9¼"), (Fraction(28, 3), "9.33")]
)
def test_days_in_words(days, words):
    assert say_days(days) == words


def test_a_total_is_the_same_in_any_order():
    removals = spread(11)

    assert tally(reversed(removals), calendar=CALENDAR) == tally(removals, calendar=CALENDAR)
    assert tally(removals, calendar=CALENDAR).lines[-1].total == 11
    assert tally(removals, calendar=CALENDAR, on=removals[-1].first - timedelta(days=1)).total == 10


def test_days_in_a_row_are_added_up_though_each_was_written_down_alone():
    factors = {one.key: one for one in tally([one_day(n) for n in range(1, 12)], calendar=CALENDAR).factors}

    assert factors["consecutive"].figures() == "The longest time in a row: 11 school days."
    assert factors["consecutive"].figures("es") == "El tiempo más largo seguido: 11 días escolares."
