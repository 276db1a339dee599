"""Federal holidays as days on which a firm takes no bookings: offered for a year, closed by one click, opened again each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import get_language

from law.holidays import Holiday, holidays
from scheduling.models import Closure


def missing(year: int, *, today: date) -> list[Holiday]:
    """The federal holidays of a year from `today` on (the firm's day) on which the firm is open as yet."""
    days = [day for on, day in sorted(holidays(year).items()) if on >= today]
    if not days:
        return []
    closed = list(
        Closure.objects.filter(starts_on__lte=days[-1].on, ends_on__gte=days[0].on).values_list("starts_on", "ends_on")
    )  # fmt: skip
    return [day for day in days if not any(first <= day.on <= last for first, last in closed)]


def close(years: Iterable[int], *, today: date) -> list[Closure]:
    """Closes the firm on the federal holidays of these years that lie ahead. What is booked already stays."""
    return Closure.objects.bulk_create(
        Closure(name=day.words(get_language() or "en"), starts_on=day.on, ends_on=day.on)
        for year in years
        for day in missing(year, today=today)
    )


def offered(*, today: date) -> list[tuple[int, list[Holiday]]]:
    """This year and the next, each with the holidays that could be closed; a year with none is left out."""
    years = [(year, missing(year, today=today)) for year in (today.year, today.year + 1)]
    return [(year, days) for year, days in years if days]
