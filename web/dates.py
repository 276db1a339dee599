"""Dates and times as people say them, in each language, always with weekday and zone where it matters."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from datetime import time as time_of_day
from functools import lru_cache

from django.utils import dateformat
from django.utils.timezone import localtime
from django.utils.translation import get_language, override

from web.zones import zone_name

# Django's date format letters. A comma or "de" is grammar, so each language has its own row.
_FORMATS = {
    "en": {
        "day": "l, F j",
        "day_year": "l, F j, Y",
        "brief": "D M j",
        "brief_year": "D M j, Y",
        "bare": "M j",
        "bare_year": "M j, Y",
        "month": "M",
        "weekday": "D",
    },
    "es": {
        "day": r"l, j \d\e F",
        "day_year": r"l, j \d\e F \d\e Y",
        "brief": "D j b",
        "brief_year": "D j b Y",
        "bare": "j b",
        "bare_year": "j b Y",
        "month": "b",
        "weekday": "D",
    },
}
_JOINED = {"en": "{day} at {time} {zone}", "es": "{day}, {time}, {zone}"}


def _formats(language: str) -> dict[str, str]:
    return _FORMATS.get(language.split("-")[0], _FORMATS["en"])


def say_day(day: date, *, style: str = "day", today: date | None = None, language: str | None = None) -> str:
    """A date in words, in styles `day` "Tuesday, November 24", `brief` "Tue Nov 24", `bare` "Nov 24",
    `bare_year` "Nov 24, 2026", `month` "Nov" and `weekday` "Tue".

    The year is added to `day` and `brief` when it is not the year of `today`.
    """
    language = language or get_language() or "en"
    if style in ("day", "brief") and today is not None and today.year != day.year:
        style = f"{style}_year"
    return _said(day, style, language)


@lru_cache(maxsize=4096)
def _said(day: date, style: str, language: str) -> str:
    """Kept, since the tables of a child's page say the same days over and over."""
    with override(language):
        return dateformat.format(day, _formats(language)[style]).replace(".", "")


def say_time(moment: datetime, zone: tzinfo) -> str:
    """The time of day in a zone, "5:30 pm": twelve hours in both languages, as people in the United States say it."""
    return say_clock(localtime(moment, zone).time())


def say_clock(time: time_of_day) -> str:
    """A time of the clock, "9:00 am"."""
    return f"{time.hour % 12 or 12}:{time.minute:02d} {'am' if time.hour < 12 else 'pm'}"


def say_when(
    moment: datetime,
    zone: tzinfo,
    *,
    style: str = "day",
    today: date | None = None,
    language: str | None = None,
) -> str:
    """A moment in words, in the given zone and with the zone's name.

    `day` "Tuesday, November 24 at 5:30 pm Pacific Time"; `brief` "Tue Nov 24 5:30 pm PT".
    Raises ValueError for a moment without a zone of its own.
    """
    language = language or get_language() or "en"
    day = say_day(localtime(moment, zone).date(), style=style, today=today, language=language)
    time = say_time(moment, zone)
    if style == "brief":
        return f"{day} {time} {zone_name(zone, at=moment, style='abbreviation', language=language)}"
    joined = _JOINED.get(language.split("-")[0], _JOINED["en"])
    return joined.format(day=day, time=time, zone=zone_name(zone, at=moment, language=language))
