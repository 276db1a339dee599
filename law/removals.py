"""Discipline days: what a child's removals add up to, and what the law says at the 10th, 11th and every later day.

A removal is counted in school days of one school year (34 CFR 300.530(b), 300.536). Out-of-school suspensions count.
In-school suspension, bus suspension and shortened days count only on their facts (commentary on 300.530 and 300.536,
71 Fed. Reg. 46715): those are summed apart, and a person decides about each. More than 10 school days in a row are a
change of placement; more than 10 in a year are one if they form a pattern, which is a judgement: the factors are
put as questions, never answered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from law.calendars import SchoolCalendar, SchoolYear
from law.clock import Deadline, deadline
from law.messages import Message, message

_DAY = timedelta(days=1)
TEN = 10
WARN_AT = 9


class RemovalError(ValueError):
    """A removal that cannot be; the message says so in a sentence, `words` in a language."""

    def __init__(self, said: Message | str) -> None:
        super().__init__(said if isinstance(said, str) else said.words())
        self.said = said

    def words(self, language: str = "en") -> str:
        return self.said if isinstance(self.said, str) else self.said.words(language)


class Kind(StrEnum):
    OUT_OF_SCHOOL = "out_of_school"
    INTERIM_SETTING = "interim_setting"
    EARLY_PICK_UP = "early_pick_up"
    SHORTENED_DAY = "shortened_day"
    IN_SCHOOL = "in_school"
    BUS = "bus"


@dataclass(frozen=True, slots=True)
class KindRule:
    """Whether a kind of removal counts. A kind that ``may_count`` has the question that decides, in its words."""

    counts: Literal["yes", "may_count"]
    en: str
    es: str
    question_en: str
    question_es: str
    citation: str

    def words(self, language: str = "en") -> str:
        return self.es if language == "es" else self.en

    def question(self, language: str = "en") -> str:
        return self.question_es if language == "es" else self.question_en


_COMMENTARY = "34 CFR 300.530, 300.536; 71 Fed. Reg. 46715 (Aug. 14, 2006)"

KINDS: dict[Kind, KindRule] = {
    Kind.OUT_OF_SCHOOL: KindRule(
        "yes", "Out-of-school suspension", "Suspensión fuera de la escuela", "", "", "34 CFR 300.530(b)(1)"
    ),
    Kind.INTERIM_SETTING: KindRule(
        "yes",
        "Other setting for discipline",
        "Otro entorno por disciplina",
        "",
        "",
        "34 CFR 300.530(b)(1)",
    ),
    Kind.EARLY_PICK_UP: KindRule(
        "may_count",
        "Sent home early",
        "Enviado a casa temprano",
        "Did the school tell you to pick the child up because of behavior? Then the part of the day counts.",
        "¿Le dijo la escuela que recogiera al niño por su conducta? Entonces cuenta esa parte del día.",
        _COMMENTARY,
    ),
    Kind.SHORTENED_DAY: KindRule(
        "may_count",
        "Shortened day",
        "Día acortado",
        "Did the school shorten the day because of behavior, outside the IEP? Then the part left out counts.",
        "¿Acortó la escuela el día por la conducta, fuera del IEP? Entonces cuenta la parte que faltó.",
        _COMMENTARY,
    ),
    Kind.IN_SCHOOL: KindRule(
        "may_count",
        "In-school suspension",
        "Suspensión dentro de la escuela",
        "Could the child still take part in the general curriculum, get the IEP's services and be with children "
        "without disabilities as before? If all three, it does not count.",
        "¿Pudo el niño seguir el plan de estudios general, recibir los servicios del IEP y estar con niños sin "
        "discapacidades como antes? Si las tres cosas, no cuenta.",
        _COMMENTARY,
    ),
    Kind.BUS: KindRule(
        "may_count",
        "Bus suspension",
        "Suspensión del autobús",
        "Is the bus a service in the IEP, and did the school offer no other way to get there? Then it counts.",
        "¿Es el autobús un servicio del IEP y la escuela no ofreció otra forma de llegar? Entonces cuenta.",
        _COMMENTARY,
    ),
}


@dataclass(frozen=True, slots=True)
class Removal:
    """One removal.

    Args:
        first: first school day out.
        last: last school day out, the same day for part of a day.
        kind: what kind it was.
        school_days: how many school days, when the calendar is not to be asked; part of a day as a fraction
            (``Fraction(1, 2)``). None: counted from the calendar.
        counts: for a kind that may count, what a person decided; None while undecided.
        behaviour: a word for the conduct, to see whether removals were for similar behaviour.
        key: whatever the caller knows it by.
    """

    first: date
    last: date
    kind: Kind = Kind.OUT_OF_SCHOOL
    school_days: Fraction | None = None
    counts: bool | None = None
    behaviour: str = ""
    key: str = ""

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise RemovalError(message("removal_backwards", first=self.first, last=self.last))
        if self.school_days is not None:
            object.__setattr__(self, "school_days", Fraction(self.school_days))
            if not 0 < self.school_days <= (self.last - self.first).days + 1:
                raise RemovalError(
                    message(
                        "removal_too_long",
                        first=self.first,
                        last=self.last,
                        days=say_days(self.school_days),
                    )
                )

    @property
    def decided(self) -> bool | None:
        """Whether it counts: True, False, or None while its facts are not known."""
        return True if KINDS[self.kind].counts == "yes" else self.counts


@dataclass(frozen=True, slots=True)
class Line:
    """A removal with what it adds, and the totals after it.

    ``days`` None: how much of the days it took is not known. ``total`` sums what counts; ``possible`` adds what is
    undecided.
    """

    removal: Removal
    days: Fraction | None
    total: Fraction
    possible: Fraction


@dataclass(frozen=True, slots=True)
class Factor:
    """A question of 34 CFR 300.536(a), with what the removals show about it, for a person to judge."""

    key: str
    citation: str
    en: str
    es: str
    shown: str
    shown_es: str = ""

    def words(self, language: str = "en") -> str:
        return self.es if language == "es" else self.en

    def figures(self, language: str = "en") -> str:
        """What the removals show, in words."""
        return self.shown_es if language == "es" and self.shown_es else self.shown


@dataclass(frozen=True, slots=True)
class Tally:
    """One school year's removals.

    ``total`` sums what counts, ``may_count`` what is undecided; warnings go by both together, so that nothing is
    missed while a question is open. ``reached`` and ``passed`` are the days on which both together reached 10 and
    went beyond it. ``longest_run`` is the longest stretch of whole days in a row that count.
    """

    year: SchoolYear | None
    lines: tuple[Line, ...]
    total: Fraction
    may_count: Fraction
    longest_run: Fraction
    reached: date | None
    passed: date | None
    unknown: tuple[Removal, ...]
    messages: tuple[Message, ...]
    factors: tuple[Factor, ...]

    @property
    def possible(self) -> Fraction:
        return self.total + self.may_count

    @property
    def warn(self) -> bool:
        """The 9th or 10th day has come."""
        return WARN_AT <= self.possible <= TEN

    @property
    def consecutive(self) -> bool:
        """More than 10 school days in a row: a change of placement, 34 CFR 300.536(a)(1)."""
        return self.longest_run > TEN

    @property
    def card(self) -> bool:
        """Beyond 10: the change-of-placement questions are open."""
        return self.possible > TEN


def say_days(days: Fraction) -> str:
    """Days as people write them: ``9``, ``9½``, ``9.33``."""
    whole, rest = divmod(days, 1)
    signs = {Fraction(1, 2): "½", Fraction(1, 4): "¼", Fraction(3, 4): "¾"}
    if not rest:
        return str(whole)
    if rest in signs:
        return f"{whole or ''}{signs[rest]}"
    return f"{float(days):.2f}"


def tally(
    removals: Iterable[Removal], *, calendar: SchoolCalendar | None = None, on: date | None = None
) -> Tally:
    """What the removals of one school year add up to.

    Args:
        removals: of one child; with a calendar, those of other school years are left out.
        calendar: the district's; without one only removals with ``school_days`` can be counted, the others come back
            in ``unknown``.
        on: a day of the school year meant; by default the year of the last removal. Removals that start after it are
            left out.

    Raises:
        RemovalError: two removals that count overlap on a whole day.
    """
    ordered = sorted(removals, key=lambda removal: (removal.first, removal.last))
    day = on or (ordered[-1].first if ordered else None)
    year = calendar.year_of(day) if calendar and day else None
    if on is not None:
        ordered = [removal for removal in ordered if removal.first <= on]
    if year:
        ordered = [removal for removal in ordered if year.first <= removal.first <= year.last]
    lines, unknown = [], []
    total = possible = run = longest = Fraction(0)
    reached = passed = run_end = None
    for removal in ordered:
        days = _days(removal, calendar)
        if days is None:
            unknown.append(removal)
        elif removal.decided is not False:
            if run_end is not None and removal.first <= run_end and days >= 1:
                raise RemovalError(message("removal_overlap", on=removal.first))
            before, possible = possible, possible + days
            if before < TEN <= possible:
                reached = _day_of(removal, TEN - before, calendar)
            if before <= TEN < possible:
                passed = _day_of(removal, TEN - before + Fraction(1, 1000), calendar)
            if removal.decided:
                total += days
                follows = run_end is not None and _next_school_day(run_end, removal.first, calendar)
                run = (run + days if follows else days) if days.denominator == 1 else Fraction(0)
                longest = max(longest, run)
                run_end = removal.last if run_end is None else max(run_end, removal.last)
        lines.append(Line(removal, days, total, possible))
    counted = [line for line in lines if line.removal.decided is not False and line.days is not None]
    return Tally(
        year=year,
        lines=tuple(lines),
        total=total,
        may_count=possible - total,
        longest_run=longest,
        reached=reached,
        passed=passed,
        unknown=tuple(unknown),
        messages=tuple(_messages(total, possible, longest)),
        factors=_factors(counted, possible, longest) if possible > TEN else (),
    )


def _days(removal: Removal, calendar: SchoolCalendar | None) -> Fraction | None:
    if removal.school_days is not None:
        return removal.school_days
    if removal.kind in (Kind.EARLY_PICK_UP, Kind.SHORTENED_DAY):
        return None  # a part of the day, and nobody has said which
    if calendar is None or not calendar.knows(removal.first, removal.last):
        return None
    return Fraction(calendar.school_days_between(removal.first, removal.last))


def _day_of(removal: Removal, nth: Fraction, calendar: SchoolCalendar | None) -> date:
    """The day of a removal on which its n-th school day (or part of one) falls."""
    n = -(-nth.numerator // nth.denominator)
    if calendar and (day := calendar.school_day_after(removal.first - _DAY, n)) and day <= removal.last:
        return day
    return min(removal.first + timedelta(days=n - 1), removal.last)


def _next_school_day(end: date, start: date, calendar: SchoolCalendar | None) -> bool:
    """Whether no school day lies between two removals; without a calendar, no weekday."""
    day = end + _DAY
    while day < start:
        school = calendar.is_school_day(day) if calendar else None
        if school or (school is None and day.weekday() < 5):
            return False
        day += _DAY
    return True


def _messages(total: Fraction, possible: Fraction, longest: Fraction) -> Iterable[Message]:
    if longest > TEN:
        yield message("removal_consecutive", total=say_days(longest))
    elif possible > TEN:
        yield message("removal_beyond", total=say_days(possible))
    elif possible == TEN:
        yield message("removal_reached")
    elif possible >= WARN_AT:
        yield message("removal_warning", total=say_days(possible))
    if possible > total:
        yield message("removal_may_count", total=say_days(possible - total))


def _say_run(days: Fraction, language: str) -> str:
    words = {"en": ("school day", "school days"), "es": ("día escolar", "días escolares")}[language]
    return f"{say_days(days)} {words[days != 1]}"


def _factors(counted: list[Line], total: Fraction, longest: Fraction) -> tuple[Factor, ...]:
    """The questions of 300.536(a), each with the figures a person needs to answer it. Days in a row are added up
    whether they were written down as one removal or as several."""
    behaviours: dict[str, int] = {}
    for line in counted:
        if line.removal.behaviour:
            behaviours[line.removal.behaviour] = behaviours.get(line.removal.behaviour, 0) + 1
    gaps = [(two.removal.first - one.removal.last).days for one, two in pairwise(counted)]
    lengths = ", ".join(say_days(line.days) for line in counted if line.days is not None)
    alike = "; ".join(f"{words} × {n}" for words, n in behaviours.items())
    return (
        Factor(
            "consecutive",
            "34 CFR 300.536(a)(1)",
            "Was the child removed for more than 10 school days in a row?",
            "¿Estuvo el niño fuera más de 10 días escolares seguidos?",
            f"The longest time in a row: {_say_run(longest, 'en')}.",
            f"El tiempo más largo seguido: {_say_run(longest, 'es')}.",
        ),
        Factor(
            "more_than_ten",
            "34 CFR 300.536(a)(2)(i)",
            "Do the removals add up to more than 10 school days in the school year?",
            "¿Suman las suspensiones más de 10 días escolares en el año escolar?",
            f"{_say_run(total, 'en')}.",
            f"{_say_run(total, 'es')}.",
        ),
        Factor(
            "similar_behaviour",
            "34 CFR 300.536(a)(2)(ii)",
            "Is the child's behavior much like that in the earlier incidents?",
            "¿Se parece mucho la conducta a la de los incidentes anteriores?",
            alike,
        ),
        Factor(
            "length",
            "34 CFR 300.536(a)(2)(iii)",
            "How long was each removal?",
            "¿Cuánto duró cada suspensión?",
            f"School days: {lengths}.",
            f"Días escolares: {lengths}.",
        ),
        Factor(
            "total_time",
            "34 CFR 300.536(a)(2)(iii)",
            "How much time was the child removed in all?",
            "¿Cuánto tiempo estuvo fuera el niño en total?",
            f"{_say_run(total, 'en')}.",
            f"{_say_run(total, 'es')}.",
        ),
        Factor(
            "closeness",
            "34 CFR 300.536(a)(2)(iii)",
            "How close together were the removals?",
            "¿Qué tan seguidas fueron las suspensiones?",
            f"Days from one to the next: {', '.join(str(gap) for gap in gaps)}." if gaps else "",
            f"Días de una a la siguiente: {', '.join(str(gap) for gap in gaps)}." if gaps else "",
        ),
    )


def manifestation(
    decided_on: date, *, state: str | None = None, calendar: SchoolCalendar | None = None
) -> Deadline:
    """The manifestation determination: within 10 school days of the decision to change placement, 300.530(e)(1).

    Args:
        decided_on: the day the school decided on a removal that is a change of placement.
        state: two letters.
        calendar: the district's; without one the answer names it as missing.
    """
    facts = {"discipline_change_decision": decided_on}
    return deadline("manifestation_determination", facts, state=state, calendar=calendar)
