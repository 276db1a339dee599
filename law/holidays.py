"""Legal holidays, for counting business days: Monday to Friday without federal and state holidays (34 CFR 300.11(b)).

Federal: 5 U.S.C. 6103(a); a holiday on Saturday is kept on Friday (6103(b)) and one on Sunday on Monday
(Executive Order 11582). Juneteenth since 2021, Martin Luther King Day since 1986. Inauguration Day is left out: it is
a holiday only around Washington.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from dateutil.easter import easter

from law.source import Row, read

_DAY = timedelta(days=1)
_MONDAY, _TUESDAY, _THURSDAY = 0, 1, 3
_SATURDAY, _SUNDAY = 5, 6


@dataclass(frozen=True, slots=True)
class Holiday:
    """A legal holiday on the day it is kept. ``state`` None: federal."""

    on: date
    en: str
    es: str
    state: str | None = None

    def words(self, language: str = "en") -> str:
        return self.es if language == "es" else self.en


@dataclass(frozen=True, slots=True)
class _StateDay:
    day: str
    even_years: bool
    en: str
    es: str


@dataclass(frozen=True, slots=True)
class _StateList:
    citation: str
    saturday: str
    sunday: str
    days: tuple[_StateDay, ...]


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))


def _last_monday_of_may(year: int) -> date:
    end = date(year, 5, 31)
    return end - timedelta(days=end.weekday())


def _kept_on(day: date, saturday: str = "friday", sunday: str = "monday") -> date:
    if day.weekday() == _SATURDAY and saturday == "friday":
        return day - _DAY
    if day.weekday() == _SUNDAY and sunday == "monday":
        return day + _DAY
    return day


def _federal(year: int) -> list[Holiday]:
    fixed = [
        (1, 1, "New Year's Day", "Año Nuevo", 1870),
        (6, 19, "Juneteenth", "Juneteenth (Día de la Emancipación)", 2021),
        (7, 4, "Independence Day", "Día de la Independencia", 1870),
        (11, 11, "Veterans Day", "Día de los Veteranos", 1938),
        (12, 25, "Christmas Day", "Navidad", 1870),
    ]
    days = [
        Holiday(_kept_on(date(year, month, day)), en, es)
        for month, day, en, es, since in fixed
        if year >= since
    ]
    if year >= 1986:
        king = _nth(year, 1, _MONDAY, 3)
        days.append(Holiday(king, "Martin Luther King Jr. Day", "Día de Martin Luther King Jr."))
    return [
        *days,
        Holiday(_nth(year, 2, _MONDAY, 3), "Washington's Birthday", "Natalicio de Washington"),
        Holiday(_last_monday_of_may(year), "Memorial Day", "Día de los Caídos"),
        Holiday(_nth(year, 9, _MONDAY, 1), "Labor Day", "Día del Trabajo"),
        Holiday(_nth(year, 10, _MONDAY, 2), "Columbus Day", "Día de la Raza"),
        Holiday(_nth(year, 11, _THURSDAY, 4), "Thanksgiving Day", "Día de Acción de Gracias"),
    ]


@cache
def _state_lists() -> Mapping[str, _StateList]:
    lists = {}
    for i, item in enumerate(read("state_holidays.yaml")):
        row = Row(f"state_holidays.yaml[{i}]", item)
        days = []
        for entry in row.rows("holidays"):
            even = entry.words("years") == "even"
            days.append(_StateDay(entry.text("day"), even, entry.text("name"), entry.text("es")))
            entry.finish()
        lists[row.text("state")] = _StateList(
            row.text("citation"), row.words("saturday"), row.words("sunday"), tuple(days)
        )
        row.finish()
    return lists


def _on(day: str, year: int, rules: _StateList) -> date:
    if day == "good_friday":
        return easter(year) - 2 * _DAY
    if day == "day_after_thanksgiving":
        return _nth(year, 11, _THURSDAY, 4) + _DAY
    if day == "general_election":
        return _nth(year, 11, _MONDAY, 1) + _DAY
    month, number = day.split("-")
    return _kept_on(date(year, int(month), int(number)), rules.saturday, rules.sunday)


def state_list_known(state: str) -> bool:
    """Whether the legal holidays of a state (two letters) are in the data."""
    return state in _state_lists()


def state_list_citation(state: str) -> str:
    """Where the state's list was read, or an empty text."""
    return _state_lists()[state].citation if state_list_known(state) else ""


@cache
def holidays(year: int, state: str | None = None) -> Mapping[date, Holiday]:
    """The legal holidays kept in a calendar year, by the day they are kept.

    Args:
        year: 1900 to 2200.
        state: two letters; its own holidays are added where the list is known.
    """
    found = [
        h for y in (year, year + 1) for h in _federal(y)
    ]  # next New Year's Day may be kept on 31 December
    if state and (rules := _state_lists().get(state)):
        for y in (year, year + 1):
            found += [
                Holiday(_on(day.day, y, rules), day.en, day.es, state)
                for day in rules.days
                if not (day.even_years and y % 2)
            ]
    return {holiday.on: holiday for holiday in reversed(found) if holiday.on.year == year}


def holiday_on(day: date, state: str | None = None) -> Holiday | None:
    """The legal holiday kept on a day, if there is one."""
    return holidays(day.year, state).get(day)
