"""What can be subscribed to: read from a file of data, `billing/plans.toml` or the one PLANS_FILE names."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import get_language

GB = 1024**3
INTERVALS = ("month", "year")


@dataclass(frozen=True)
class Limits:
    """What a firm may use: people who work there, students on file, texts a month, bytes of papers."""

    seats: int
    students: int
    texts_a_month: int
    storage_bytes: int


@dataclass(frozen=True)
class Plan:
    """`month` and `year` are what one seat costs for that long, in minor units, before tax."""

    key: str
    names: dict[str, str]
    abouts: dict[str, str]
    seats_from: int
    seats_to: int
    students: int
    texts_a_month: int
    storage_bytes: int
    month: int
    year: int
    currency: str

    @property
    def name(self) -> str:
        return _in_language(self.names)

    @property
    def about(self) -> str:
        return _in_language(self.abouts)

    @property
    def storage_gb(self) -> int:
        return self.storage_bytes // GB

    def price(self, interval: str) -> int:
        return self.year if interval == "year" else self.month

    def limits(self, seats: int) -> Limits:
        return Limits(seats, self.students, self.texts_a_month, self.storage_bytes)


@dataclass(frozen=True)
class Trial:
    days: int
    limits: Limits


def _in_language(words: dict[str, str]) -> str:
    return words.get((get_language() or "en").split("-")[0]) or words["en"]


def all_plans() -> list[Plan]:
    """Those on sale, in the file's order."""
    return list(_read(settings.PLANS_FILE)[0])


def plan_of(key: str) -> Plan | None:
    """None for one that is no longer on sale."""
    return next((plan for plan in all_plans() if plan.key == key), None)


def trial() -> Trial:
    return _read(settings.PLANS_FILE)[1]


@lru_cache(maxsize=4)
def _read(file: Path) -> tuple[tuple[Plan, ...], Trial]:
    """Raises ImproperlyConfigured, with a sentence, for a file that cannot be used."""
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        plans = tuple(_plan(key, given, data["currency"]) for key, given in data["plans"].items())
        rest = data["trial"]
        found = Trial(_whole(rest, "days"), Limits(
            _whole(rest, "seats"), _whole(rest, "students"), _whole(rest, "texts_a_month"), _whole(rest, "storage_gb") * GB
        ))  # fmt: skip
    except OSError as problem:
        raise ImproperlyConfigured(f"PLANS_FILE: {file} cannot be read: {problem.strerror}.") from None
    except (tomllib.TOMLDecodeError, ValueError) as problem:
        raise ImproperlyConfigured(f"PLANS_FILE: {file}: {problem}") from None
    except (KeyError, TypeError, AttributeError) as problem:
        raise ImproperlyConfigured(
            f"PLANS_FILE: {file} lacks {problem}, or it is of the wrong kind."
        ) from None
    if not plans:
        raise ImproperlyConfigured(f"PLANS_FILE: {file} names no plan.")
    return plans, found


def _whole(given: dict[str, Any], name: str) -> int:
    value = given[name]
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"“{name}” is {value!r}, and must be a whole number above zero.")
    return value


def _plan(key: str, given: dict[str, Any], currency: str) -> Plan:
    if not (isinstance(currency, str) and len(currency) == 3 and currency.isascii() and currency.islower()):
        raise ValueError(f"“currency” is {currency!r}, and must be three small letters such as usd.")
    made = Plan(
        key=key, names=dict(given["name"]), abouts=dict(given["about"]), seats_from=_whole(given, "seats_from"),
        seats_to=_whole(given, "seats_to"), students=_whole(given, "students"),
        texts_a_month=_whole(given, "texts_a_month"), storage_bytes=_whole(given, "storage_gb") * GB,
        month=_whole(given, "month"), year=_whole(given, "year"), currency=currency,
    )  # fmt: skip
    if made.seats_from > made.seats_to:
        raise ValueError(f"the plan “{key}” begins at more seats than it ends at.")
    if "en" not in made.names or "en" not in made.abouts:
        raise ValueError(f"the plan “{key}” has no English name or description.")
    return made
