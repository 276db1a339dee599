"""Dates as people write them on forms, English and Spanish, month first unless that cannot be or the document writes days first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero ene",
            "february feb febrero",
            "march mar marzo",
            "april apr abril abr",
            "may mayo",
            "june jun junio",
            "july jul julio",
            "august aug agosto ago",
            "september sept sep septiembre setiembre",
            "october oct octubre",
            "november nov noviembre",
            "december dec diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"(?P<iso>\b\d{{4}}[-/]\d{{2}}[-/]\d{{2}}\b)"
    rf"|(?P<us>\b\d{{1,2}}\s?[/.-]\s?\d{{1,2}}\s?[/.-]\s?(?:\d{{4}}|\d{{2}})\b)"
    rf"|(?P<name>\b(?:{_NAMES})\b\.?[\s-]+\d{{1,2}}(?:st|nd|rd|th)?,?[\s-]+\d{{4}}\b)"
    rf"|(?P<short>\b(?:\d{{1,2}}\s?[-/.]\s?(?:{_NAMES})|(?:{_NAMES})\s?[-/.]\s?\d{{1,2}})\s?[-/.]\s?'?\d{{2}}\b(?!\d))"
    rf"|(?P<formal>\b\d{{1,2}}(?:st|nd|rd|th)?\s+day\s+of\s+(?:{_NAMES})\b\.?,?(?:\s+in the year)?\s+\d{{4}}\b)"
    rf"|(?P<day>\b\d{{1,2}}(?:st|nd|rd|th)?(?:\s+(?:de|of))?[\s/.-]*(?:{_NAMES})\b\.?,?(?:\s+del?)?[\s/.-]+\d{{4}}\b)",
    re.I,
)


_DAY_FIRST: ContextVar[bool] = ContextVar("day_first", default=False)
_NUMBERS = re.compile(r"\b(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(?:20)?\d{2}\b")


@contextmanager
def as_written_in(text: str) -> Iterator[None]:
    """Within it, "10/11/2026" is 10 November where ``text`` has dates such as "17/11/2025" and none such as "11/17/2025"."""
    pairs = [(int(a), int(b)) for a, b in _NUMBERS.findall(text)]
    days_first = any(12 < a <= 31 and b <= 12 for a, b in pairs)
    months_first = any(12 < b <= 31 and a <= 12 for a, b in pairs)
    token = _DAY_FIRST.set(days_first and not months_first)
    try:
        yield
    finally:
        _DAY_FIRST.reset(token)


def dates_in(text: str) -> list[tuple[int, int, date]]:
    """Every full date in a text: where it starts, where it ends, and the day."""
    found = []
    for match in _DATE.finditer(text):
        day = _day(match)
        if day is not None:
            found.append((match.start(), match.end(), day))
    return found


def first_date(text: str) -> date | None:
    """The first full date in a text."""
    found = dates_in(text)
    return found[0][2] if found else None


def _day(match: re.Match[str]) -> date | None:
    text = match.group()
    try:
        if match["iso"]:
            return date.fromisoformat(text.replace("/", "-"))
        if match["us"]:
            first, second, year = (int(part) for part in re.split(r"\s?[/.-]\s?", text))
            year += 2000 if year < 70 else 1900 if year < 100 else 0
            if first > 12 or (_DAY_FIRST.get() and second <= 12):
                return date(year, second, first)
            return date(year, first, second)
        words = re.findall(r"[a-záéíóú]+|\d+", text.lower())
        month = next(_MONTHS[word] for word in words if word in _MONTHS)
        numbers = [int(word) for word in words if word.isdigit()]
        year = numbers[1] + (0 if numbers[1] > 99 else 2000 if numbers[1] < 70 else 1900)
        return date(year, month, numbers[0])
    except (ValueError, StopIteration, IndexError):
        return None


def years_after(day: date, years: int) -> date:
    """The same day some years later; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def age_on(born: date, day: date) -> int:
    """Completed years of age on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
