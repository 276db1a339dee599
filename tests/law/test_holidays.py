"""Legal holidays: the day they are kept."""

from datetime import date

import pytest

from law.holidays import holiday_on, holidays, state_list_citation, state_list_known
from tests.law.day_by_day import FEDERAL_HOLIDAYS, STATE_HOLIDAYS


@pytest.mark.parametrize("year", [2024, 2025, 2026, 2027])
def test_the_federal_holidays_of_a_year(year):
    assert set(holidays(year)) == {day for day in FEDERAL_HOLIDAYS if day.year == year}


@pytest.mark.parametrize("state", ["VA", "DC", "NH", "MD"])
def test_a_state_adds_its_own(state):
    own = {
        holiday.on
        for year in (2024, 2025, 2026, 2027)
        for holiday in holidays(year, state).values()
        if holiday.state == state and holiday.on.weekday() < 5
    }

    assert own == {date.fromisoformat(day) for day in STATE_HOLIDAYS[state].split()}
    assert state_list_citation(state)


def test_new_years_day_on_a_saturday_is_kept_in_the_old_year():
    holiday = holiday_on(date(2027, 12, 31))

    assert holiday
    assert holiday.words() == "New Year's Day"
    assert holiday.words("es") == "Año Nuevo"


@pytest.mark.parametrize(
    ("day", "holiday"),
    [
        (date(2020, 6, 19), False),
        (date(2021, 6, 18), True),
        (date(1985, 1, 21), False),
        (date(1986, 1, 20), True),
        (date(2025, 1, 20), True),
    ],
)
def test_holidays_since_the_year_they_became_one(day, holiday):
    assert bool(holiday_on(day)) is holiday


def test_a_state_whose_list_was_not_read():
    assert not state_list_known("LA")
    assert holidays(2026, "LA") == holidays(2026)
