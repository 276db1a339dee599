"""A data sheet proposed from a goal's own words, with how sure that is. Plain reading; a person decides."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _

from progress.models import Direction, Measure, TimeUnit

WORD_NUMBERS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "cero": 0, "un": 1, "uno": 1, "una": 1, "dos": 2, "tres": 3,
    "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10, "doce": 12, "quince": 15,
    "veinte": 20,
}  # fmt: skip
N = r"(\d+(?:[.,]\d+)?|" + "|".join(sorted(WORD_NUMBERS, key=len, reverse=True)) + ")"
OF = r"\s*(?:out of|of|/|de cada|de un total de|de)\s*"
PER_MINUTE = r"(?:per|a|each|every|in (?:one|a|1)|por|en un|/)\s*min(?:ute|uto)?\b\.?"
NOUNS = r"(?:errors?|mistakes?|prompts?|cues?|reminders?|redirections?|incidents?|outbursts?|times|refusals?|errores|ayudas|recordatorios|incidentes|veces)"
SECONDS = {"second", "seconds", "sec", "secs", "segundo", "segundos"}


@dataclass(frozen=True)
class Reading:
    """One way to count that stands in a text. `certain` is how well the words fit, 0 to 1."""

    measure: str
    value: float
    quote: str
    at: int
    certain: float
    out_of: float | None = None
    per_minutes: float | None = None
    time_unit: str = ""
    falls: bool = False


@dataclass(frozen=True)
class Proposal:
    """What a sheet could be. `measure` is "" when the goal holds no number; `asks` are sentences for a person."""

    measure: str = ""
    out_of: float | None = None
    per_minutes: float | None = None
    time_unit: str = ""
    direction: str = Direction.UP
    baseline: float | None = None
    target: float | None = None
    starts_on: date | None = None
    target_on: date | None = None
    expect_days: int = 14
    confidence: float = 0.0
    quote: str = ""
    asks: list[str] = field(default_factory=list)


def number(word: str) -> float:
    word = word.strip().lower()
    return float(WORD_NUMBERS[word]) if word in WORD_NUMBERS else float(word.replace(",", "."))


def _words(found: re.Match[str]) -> Reading | None:
    return Reading(Measure.WORDS, number(found[1]), found[0], found.start(), 0.95)


def _rate(found: re.Match[str]) -> Reading | None:
    return Reading(Measure.RATE, number(found[1]), found[0], found.start(), 0.9)


def _hourly(found: re.Match[str]) -> Reading | None:
    return Reading(Measure.FREQUENCY, number(found[1]), found[0], found.start(), 0.8, per_minutes=60.0)


def _scale(found: re.Match[str]) -> Reading | None:
    top = number(found[2])
    return Reading(Measure.RUBRIC, number(found[1]), found[0], found.start(), 0.95, out_of=top)


def _score(found: re.Match[str]) -> Reading | None:
    """A score without its scale: it counts only beside a criterion that names one."""
    return Reading(Measure.RUBRIC, number(found[1]), found[0], found.start(), 0.5)


def _trials(found: re.Match[str]) -> Reading | None:
    right, tries = number(found[1]), number(found[2])
    if tries < 1 or right > tries or tries > 500:
        return None
    return Reading(Measure.TRIALS, right, found[0], found.start(), 0.85, out_of=tries)


def _percent(found: re.Match[str]) -> Reading | None:
    share = number(found[1])
    return Reading(Measure.PERCENT, share, found[0], found.start(), 0.9) if share <= 100 else None


def _watched(found: re.Match[str]) -> Reading | None:
    return Reading(Measure.FREQUENCY, number(found[1]), found[0], found.start(), 0.9, per_minutes=number(found[2]))  # fmt: skip


def _at_most(found: re.Match[str]) -> Reading | None:
    return Reading(Measure.FREQUENCY, number(found[1]), found[0], found.start(), 0.7, falls=True)


def _none_at_all(found: re.Match[str]) -> Reading | None:
    return Reading(Measure.FREQUENCY, 0.0, found[0], found.start(), 0.6, falls=True)


def _times(found: re.Match[str]) -> Reading | None:
    return Reading(Measure.FREQUENCY, number(found[1]), found[0], found.start(), 0.6)


def _time(measure: str, falls: bool) -> Callable[[re.Match[str]], Reading | None]:
    def read(found: re.Match[str]) -> Reading | None:
        unit = TimeUnit.SECONDS if found[2].lower() in SECONDS else TimeUnit.MINUTES
        return Reading(measure, number(found[1]), found[0], found.start(), 0.55, time_unit=unit, falls=falls)

    return read


TIME = r"(seconds?|secs?|minutes?|mins?|segundos?|minutos?)"
# In order of weight: what stands earlier here is the measure, what stands later is its condition.
PATTERNS: list[tuple[re.Pattern[str], Callable[[re.Match[str]], Reading | None]]] = [
    (re.compile(rf"{N}\s*(?:correct(?:as)?\s+|palabras\s+)?(?:words?|palabras)?\s*(?:read\s+)?(?:correct(?:ly|as)?\s+)?(?:wcpm|wpm|cwpm|ppm)\b", re.I), _words),
    (re.compile(rf"{N}\s*(?:correct\s+)?(?:words?|palabras)\s*(?:read\s+)?(?:correct(?:ly|as)?\s*)?{PER_MINUTE}", re.I), _words),
    (re.compile(rf"{N}\s*(?:correct\s+)?(?:digits?|letters?|problems?|sounds?|facts?|syllables?|dígitos|letras|problemas|sonidos|sílabas)\s*(?:correct(?:ly|os|as)?\s*)?{PER_MINUTE}", re.I), _rate),
    (re.compile(rf"{N}\s*(?:\w+\s+)?(?:per hour|an hour|por hora)\b", re.I), _hourly),
    (re.compile(rf"(?<![\d-]){N}\s*(?:or (?:higher|better|more|above)|o más)?\s*(?:on|en|in)\s+(?:an?|the|una?|la)?\s*{N}[- ]?(?:point|puntos?)\b[^.;]{{0,40}}?(?:rubric|scale|rúbrica|escala)", re.I), _scale),
    (re.compile(rf"(?<![\d-]){N}{OF}{N}\s*(?:points?|puntos?)?\s*(?:on|en)\s+[^.;]{{0,50}}?(?:rubric|rúbrica)", re.I), _scale),
    (re.compile(rf"(?<![\d-]){N}{OF}{N}\s*(?:points?|puntos?)\b", re.I), _scale),
    (re.compile(rf"(?:rubric|rúbrica)[^.;\d]{{0,30}}?{N}", re.I), _score),
    (re.compile(rf"(?<![\d.,-]){N}\s*(?:%|percent\b|por ciento\b)", re.I), _percent),
    (re.compile(rf"{N}\s*(?:times|requests?|initiations?|questions?|comments?|veces|redirections?|prompts?|incidents?|outbursts?)?\s*(?:[\w ,-]{{0,60}}?)(?:in|per|every|en|por|cada)\s+(?:an?|each|una?)?\s*{N}[- ]?(?:minutes?|mins?|minutos?)\b", re.I), _watched),
    (re.compile(rf"(?<![\d-]){N}{OF}(?:the\s+|los\s+|las\s+)?{N}\s*(?=[a-záéíóúñ])", re.I), _trials),
    (re.compile(rf"(?:no more than|at most|fewer than|less than|no más de|a lo sumo|menos de|máximo)\s*{N}\s+(?:\w+\s+){{0,2}}{NOUNS}", re.I), _at_most),
    (re.compile(rf"{N}\s+or (?:fewer|less)\s+(?:\w+\s+)?{NOUNS}", re.I), _at_most),
    (re.compile(rf"\b(?:no|zero|without|sin|ningún|ninguna)\s+(?:\w+\s+)?{NOUNS}", re.I), _none_at_all),
    (re.compile(rf"(?:within|in under|in less than|en menos de|dentro de|antes de)\s*{N}\s*{TIME}", re.I), _time(Measure.LATENCY, True)),
    (re.compile(rf"(?:for(?: at least)?|durante(?: al menos| por lo menos)?|por lo menos)\s*{N}\s*{TIME}", re.I), _time(Measure.DURATION, False)),
    (re.compile(rf"{N}\s+(?:[\w-]+\s+){{0,3}}?(?:times|bites|steps|questions|requests|sentences|{NOUNS}|bocados|pasos|preguntas|oraciones)\b", re.I), _times),
]  # fmt: skip
DAILY = re.compile(r"\b(?:daily|each day|every day|diari[ao]s?|cada día)\b", re.I)
SCHEDULES = [
    (re.compile(r"\b(?:bi-?weekly|every (?:two|other|2) weeks?|twice a month|cada dos semanas|quincenal(?:es)?)\b|every other week", re.I), 21),
    (DAILY, 7),
    (re.compile(r"\b(?:weekly|each week|every week|a week|semanal(?:es|mente)?|cada semana|semana)\b", re.I), 14),
    (re.compile(r"\b(?:monthly|each month|every month|mensual(?:es|mente)?|cada mes)\b", re.I), 42),
    (re.compile(r"\b(?:quarterly|each quarter|trimestral(?:es|mente)?)\b", re.I), 100),
]  # fmt: skip


def readings(text: str) -> list[Reading]:
    """Every way to count that the text names, the weightiest first; later ones that overlap are left out."""
    found: list[Reading] = []
    taken: list[tuple[int, int]] = []
    for pattern, read in PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < end and match.end() > start for start, end in taken):
                continue
            made = read(match)
            if made is not None:
                found.append(made)
                taken.append(match.span())
    return found


def _fits(target: Reading, start: Reading) -> bool:
    """Whether both count the same thing, or can be made to."""
    if target.measure == start.measure:
        return True
    both = {target.measure, start.measure}
    if both == {Measure.PERCENT, Measure.TRIALS}:
        return True
    return both == {Measure.RUBRIC, Measure.TRIALS} and target.out_of == start.out_of


def _as(target: Reading, start: Reading) -> float:
    """The start in the target's unit."""
    if target.measure == Measure.PERCENT and start.measure == Measure.TRIALS:
        return round(100 * start.value / (start.out_of or 1), 1)
    if target.measure == Measure.TRIALS and start.measure == Measure.PERCENT:
        return round(start.value / 100 * (target.out_of or 1), 2)
    if (
        target.measure == Measure.FREQUENCY
        and target.per_minutes
        and start.per_minutes
        and target.per_minutes != start.per_minutes
    ):
        return round(start.value * target.per_minutes / start.per_minutes, 2)
    if target.measure == start.measure == Measure.TRIALS and target.out_of != start.out_of:
        return round(start.value / (start.out_of or 1) * (target.out_of or 1), 2)
    if target.time_unit and start.time_unit and target.time_unit != start.time_unit:
        return start.value * 60 if target.time_unit == TimeUnit.SECONDS else round(start.value / 60, 2)
    return start.value


def propose(
    *, text: str, criterion: str = "", baseline: str = "", measurement: str = "",
    starts_on: date | None = None, target_on: date | None = None,
) -> Proposal:  # fmt: skip
    """A sheet for a goal.

    Args:
        text, criterion, baseline, measurement: the goal's parts as the plan writes them, English or Spanish.
        starts_on, target_on: the plan's first day and its annual date, where known.

    The confidence is high when criterion and baseline count the same thing, and low when only the goal's sentence
    holds a number.
    """
    expect = next((days for pattern, days in SCHEDULES if pattern.search(measurement)), 14)
    asks: list[str] = []
    if starts_on is not None and target_on is None:
        target_on = starts_on + timedelta(days=364)
        asks.append(_("The plan gives no end. We took one year: is that right?"))
    targets, from_text = readings(criterion), False
    if not targets:
        targets, from_text = readings(text), True
    # A score of a rubric without its scale is no target.
    targets = [one for one in targets if one.measure != Measure.RUBRIC or one.out_of]
    if not targets:
        asks.insert(0, _("This goal has no number in it. Please choose how it is counted, and ask the school what number means that it is met."))  # fmt: skip
        return Proposal(asks=asks, starts_on=starts_on, target_on=target_on, expect_days=expect)
    starts = readings(baseline)
    pairs = [(target, start) for target in targets for start in starts if _fits(target, start)]
    target, start = pairs[0] if pairs else (targets[0], None)
    confidence = target.certain
    value = _as(target, start) if start else None
    if start is None:
        confidence *= 0.75
        asks.append(
            _("The plan says no start that counts the same thing. Please type where the child starts.")
        )
    elif start.measure != target.measure:
        confidence *= 0.6
        asks.append(_("The start is written in another way than the target. Please check the number."))
    if from_text:
        confidence *= 0.7
    if len({one.measure for one in targets}) > 1 and start is None:
        confidence *= 0.8
        asks.append(_("The goal names more than one number. Please look which one is counted."))
    falls = target.falls or (
        value is not None
        and value > target.value
        and target.measure in (Measure.FREQUENCY, Measure.DURATION, Measure.LATENCY)
    )
    if value is not None and not falls and value >= target.value:
        asks.append(_("The target is not higher than the start. Is that what the plan means?"))
        confidence *= 0.5
    per = target.per_minutes or (start.per_minutes if start and target.measure == Measure.FREQUENCY else None)
    return Proposal(
        measure=target.measure, out_of=target.out_of, per_minutes=per, time_unit=target.time_unit,
        direction=Direction.DOWN if falls else Direction.UP, baseline=value, target=target.value,
        confidence=round(min(confidence, 0.95), 2), quote=(text if from_text else criterion).strip()[:200], asks=asks,
        starts_on=starts_on, target_on=target_on, expect_days=expect,
    )  # fmt: skip
