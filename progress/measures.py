"""What a value of each measure is: its unit in words, its limits, and how it follows from what was counted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from progress.models import Measure, PromptLevel, TimeUnit
from web.charts import say_number

MOST = {
    Measure.FREQUENCY: 1000.0,
    Measure.RATE: 1000.0,
    Measure.WORDS: 500.0,
    Measure.DURATION: 24 * 3600.0,
    Measure.LATENCY: 24 * 3600.0,
}
MOST_TRIES = 500
# A row of buttons is quicker than a keyboard up to this many.
MOST_BUTTONS = 12


class Counted(Protocol):
    """What a sheet says about its counting."""

    measure: str
    out_of: float | None
    per_minutes: float | None
    time_unit: str


@dataclass(frozen=True)
class Impossible(Exception):
    """What was counted cannot be; `field` is where the sentence belongs: value, part or whole."""

    field: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def unit(sheet: Counted) -> str:
    """What one value counts, as it follows a number or heads a column: “of 5 tries right”, “words a minute”."""
    match sheet.measure:
        case Measure.TRIALS:
            return _("right of %(n)s tries") % {"n": say_number(sheet.out_of or 0)}
        case Measure.PERCENT:
            return _("percent")
        case Measure.FREQUENCY if sheet.per_minutes:
            return _("times in %(n)s minutes") % {"n": say_number(sheet.per_minutes)}
        case Measure.FREQUENCY:
            return _("times")
        case Measure.RATE:
            return _("a minute")
        case Measure.WORDS:
            return _("words a minute")
        case Measure.DURATION | Measure.LATENCY:
            return str(TimeUnit(sheet.time_unit or TimeUnit.MINUTES).label)
        case Measure.RUBRIC:
            return _("points of %(n)s") % {"n": say_number(sheet.out_of or 0)}
        case Measure.PROMPTS:
            return _("step toward doing it alone, 0 to 5")
    return ""


def say(sheet: Counted, value: float) -> str:
    """A value as people say it: “4 of 5”, “80%”, “Words”, “3 minutes”."""
    number = say_number(round(value, 1))
    match sheet.measure:
        case Measure.TRIALS | Measure.RUBRIC:
            return _("%(value)s of %(n)s") % {"value": number, "n": say_number(sheet.out_of or 0)}
        case Measure.PERCENT:
            return f"{number}%"
        case Measure.PROMPTS:
            level = PromptLevel(min(max(round(value), 0), 5))
            return str(level.label) if float(value).is_integer() else number
    return f"{number} {unit(sheet)}"


def most(sheet: Counted) -> float:
    """The largest value that can be."""
    if sheet.measure in (Measure.TRIALS, Measure.RUBRIC):
        return float(sheet.out_of or 0)
    if sheet.measure == Measure.PERCENT:
        return 100.0
    if sheet.measure == Measure.PROMPTS:
        return float(max(PromptLevel.values))
    return MOST[Measure(sheet.measure)]


def buttons(sheet: Counted) -> list[tuple[str, str]]:
    """The values that one tap can give, as (number, words); none where there are too many."""
    if sheet.measure == Measure.PROMPTS:
        return [(str(level.value), str(level.label)) for level in PromptLevel]
    if sheet.measure == Measure.PERCENT:
        return []
    if sheet.measure in (Measure.TRIALS, Measure.RUBRIC) and sheet.out_of and sheet.out_of.is_integer():
        last = int(sheet.out_of)
        if last <= MOST_BUTTONS:
            return [(str(n), str(n)) for n in range(last + 1)]
    return []


TOO_MANY: dict[str, Promise] = {
    Measure.PERCENT: gettext_lazy("A percent goes from 0 to 100."),
    Measure.RUBRIC: gettext_lazy("That is more than the highest score."),
    Measure.PROMPTS: gettext_lazy("Please choose how much help was needed."),
}


def reckon(sheet: Counted, *, value: float | None = None, part: float | None = None, whole: float | None = None) -> float:  # fmt: skip
    """The value in the sheet's unit.

    Args:
        value: what was typed, for measures that take one number: percent, rubric, prompts, words, duration, latency
            (seconds or minutes, as the sheet says).
        part: right answers of trials; times of a frequency or rate.
        whole: tries, where they differ from the sheet's; minutes of watching.

    Raises Impossible with the field and a sentence.
    """
    for name, number in (("value", value), ("part", part), ("whole", whole)):
        if number is not None and (not math.isfinite(number) or number < 0):
            raise Impossible(name, _("Please type a number from 0 up."))
    match sheet.measure:
        case Measure.TRIALS:
            return _trials(sheet, part, whole)
        case Measure.FREQUENCY | Measure.RATE:
            return _counted(sheet, part, whole)
    if value is None:
        raise Impossible("value", _("Please give a number."))
    if value > most(sheet):
        raise Impossible("value", str(TOO_MANY.get(sheet.measure, _too_large())))
    if sheet.measure == Measure.PROMPTS and not float(value).is_integer():
        raise Impossible("value", str(TOO_MANY[Measure.PROMPTS]))
    return float(value)


def _too_large() -> str:
    return _("This number is too large to be right. Please look again.")


def _trials(sheet: Counted, part: float | None, whole: float | None) -> float:
    tries = whole if whole is not None else sheet.out_of or 0
    if part is None:
        raise Impossible("part", _("How many were right?"))
    if not float(part).is_integer() or not float(tries).is_integer():
        raise Impossible("part", _("Tries are counted in whole numbers."))
    if tries < 1:
        raise Impossible("whole", _("At least one try is needed."))
    if tries > MOST_TRIES:
        raise Impossible("whole", _too_large())
    if part > tries:
        raise Impossible(
            "part",
            _("%(right)s right cannot be more than %(tries)s tries.")
            % {"right": say_number(part), "tries": say_number(tries)},
        )
    return part / tries * float(sheet.out_of or tries)


def _counted(sheet: Counted, part: float | None, whole: float | None) -> float:
    if part is None:
        raise Impossible("part", _("How many times was it?"))
    if sheet.measure == Measure.FREQUENCY and not sheet.per_minutes:
        value = float(part)
    else:
        minutes = whole if whole is not None else sheet.per_minutes or 1.0
        if minutes <= 0:
            raise Impossible("whole", _("For how many minutes did you watch? More than 0."))
        if minutes > 24 * 60:
            raise Impossible("whole", _("That is longer than a day."))
        value = part / minutes * (sheet.per_minutes or 1.0)
    if value > most(sheet):
        raise Impossible("part", _too_large())
    return value


def counts(sheet: Any) -> bool:
    """Whether a point is logged as a count (`part`), with `whole` where it differs, rather than as one value."""
    return sheet.measure in (Measure.TRIALS, Measure.FREQUENCY, Measure.RATE)


def shows_whole(sheet: Any) -> bool:
    """Whether the number of tries or the minutes can differ from point to point."""
    return sheet.measure in (Measure.TRIALS, Measure.RATE) or bool(
        sheet.measure == Measure.FREQUENCY and sheet.per_minutes
    )
