"""What in a reading contradicts itself, or is unlike what its place holds: such values are no longer called sure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import date
from typing import Any

from reader.amounts import numbers_left
from reader.knowledge import Knowledge, plain
from reader.reading import Reading, Service, Value

DOUBTED = 0.85
CONTRADICTED = 0.7


def doubt(reading: Reading, knowledge: Knowledge) -> None:
    """Lower the trust in values that cannot all be so, or that hardly are what they are taken for."""
    _names(reading)
    _dates(reading)
    _factors(reading, knowledge)
    for service in reading.services:
        _service(service)
    _goals(reading, knowledge)
    _supports(reading, knowledge)
    for member in reading.team:
        role, name = member.role, member.name
        if role is not None and (len(role.value) > 80 or re.search(r"\d{2}|:\s|☐|☒", role.value)):
            _lower(member, ("role",))
        if name is not None and re.search(r"[\d:/]|(?i:\b(?:teacher|parent|school|date|name)\b)", name.value):
            _lower(member, ("name",))


def _lower(owner: Any, slots: Iterable[str], to: float = DOUBTED) -> None:
    for slot in slots:
        value = getattr(owner, slot)
        if isinstance(value, Value) and value.confidence > to:
            setattr(owner, slot, replace(value, confidence=to))


_LABEL_WORD = re.compile(
    r"(?i)\b(?:first|last|middle|initial|name|student|grade|date|birth|school|district|number|age|gender|parent)\b"
)


_SCHOOL = re.compile(
    r"(?i)school|elementary|academy|middle|high|cent(?:er|re)|preschool|campus|primary|intermediate|learning|institute|charter|escuela|k-?\s?\d|montessori|kindergarten|early|program|colegio|primaria|secundaria|home"
)
_DISTRICT = re.compile(
    r"(?i)school|district|county|public|unified|academy|charter|parish|department|agency|system|corporation|co-?op|union|boces|distrito|escuelas?|division|education|consolidated|\b[A-Z]{0,3}(?:ISD|USD|SAU|RSU|MSAD|ESD|CSD|CUSD)\b"
)


def _names(reading: Reading) -> None:
    if reading.student.name is not None and _LABEL_WORD.search(reading.student.name.value):
        _lower(reading.student, ("name",), CONTRADICTED)
    if reading.student.grade is not None and re.match(r"(?i)\W*(?:ps|ec)\b", reading.student.grade.words):
        _lower(reading.student, ("grade",))  # a district's own code
    for slot, named in (("school", _SCHOOL), ("district", _DISTRICT)):
        value = getattr(reading, slot)
        if value is not None and not named.search(value.value):
            _lower(reading, (slot,))  # perhaps a place, or a name of something else
        if value is not None and (
            ":" in value.value or re.match(r"(?i)(?:yes|no|of|and|the)\b", value.value)
        ):
            _lower(reading, (slot,), CONTRADICTED)


def _day(value: Value[str] | None) -> date | None:
    return date.fromisoformat(value.value) if value is not None else None


def _dates(reading: Reading) -> None:
    """Dates stand in an order: birth, meeting, start, end; the next review is after the meeting."""
    born, met = _day(reading.student.dob), _day(reading.meeting_date)
    start, end = _day(reading.iep_start), _day(reading.iep_end)
    if born and met and not 2 <= (met - born).days / 365.25 <= 23:
        _lower(reading.student, ("dob",), CONTRADICTED)
        _lower(reading, ("meeting_date",), CONTRADICTED)
    review = _day(reading.annual_review_due)
    if met and review and not (review - met).days > 0:
        _lower(reading, ("annual_review_due",), CONTRADICTED)
    if start and end and not 0 < (end - start).days < 1_200:
        _lower(reading, ("iep_start", "iep_end"), CONTRADICTED)
    if met and start and abs((start - met).days) > 400:
        _lower(reading, ("iep_start", "meeting_date"))
    again = _day(reading.reevaluation_due)
    if again and met and (met - again).days > 1_200:
        _lower(reading, ("reevaluation_due",))


_SEES_OR_HEARS = re.compile(
    r"(?i)\b(?:blind|braille|visual|vision|glasses|low vision|deaf|hearing|cochlear|interpreter|ceguera|sord|visi[oó]n|audi)"
)


def _factors(reading: Reading, knowledge: Knowledge) -> None:
    """Hardly a child has all needs at once, or is blind and deaf without a word of it: then boxes were read awry."""
    factors = reading.special_factors
    marked = [f.name for f in fields(factors) if (value := getattr(factors, f.name)) and value.value]
    both = {"visual_impairment", "deaf_hard_of_hearing"} <= set(marked)
    categories = {knowledge.disability(value.value) for value in reading.eligibility.categories}
    senses = categories & {
        "visual impairment",
        "hearing impairment",
        "deafness",
        "deaf-blindness",
        "multiple disabilities",
    }
    if len(marked) >= 6 or (both and not senses):
        _lower(factors, (f.name for f in fields(factors)), CONTRADICTED)


_AMOUNT = ("minutes", "per", "sessions", "minutes_per_week")
_LONGEST_WEEK = 2_400.0  # minutes; more than a school week holds
_LONGEST_SESSION = 480.0


def _service(service: Service) -> None:
    every = [f.name for f in fields(service)]
    if service.as_written is None and service.location is None and service.provider is None:
        _lower(service, every)  # a name alone may be a heading, or a remark
    if service.as_written is not None and numbers_left(
        service.as_written.value,
        service.minutes.value if service.minutes else None,
        service.sessions.value if service.sessions else None,
        service.minutes_per_week.value if service.minutes_per_week else None,
    ):
        _lower(service, _AMOUNT)
    week, minutes = service.minutes_per_week, service.minutes
    if (week is not None and week.value > _LONGEST_WEEK) or (
        minutes is not None
        and minutes.value > _LONGEST_SESSION
        and service.per
        and service.per.value in ("day", "week")
    ):
        _lower(service, _AMOUNT)
    if service.start and service.end and service.start.value >= service.end.value:
        _lower(service, ("start", "end"), CONTRADICTED)
    for slot in ("location", "provider"):
        value = getattr(service, slot)
        if value is not None and re.search(r"\d{1,2}/\d{1,2}|\d\s*(?:min|hour|x\b)|☐|☒|:\s", value.value):
            _lower(service, (slot,))


_FORM_WORD = re.compile(r"(?i)\b(?:goals?|annual|measurable|area|domain|baseline|metas?|área)\b|[/]\s*$|^\W")
_METHOD = re.compile(
    r"(?i)prob|observ|data|test|sampl|rubric|chart|record|log|check|tally|report|quiz|measure|assess|inventor|survey|graph|count|running|sheet"
    r"|portfolio|journal|notes?\b|work|curricul|evaluat|review|interview|rating|scor|screen|exam|program|teacher|therapist|cbm|dibels|aimsweb|star\b"
    r"|track|monitor|daily|weekly|registro|muestra|prueba|observaci|hoja|lista|r[uú]brica|informe"
)


_NEXT_BOX = re.compile(
    r"(?i)\b(?:benchmarks?|short[- ]term)\b.*\bobjectives?\b|\s1[.)]\s"
)  # what stands below the method


def _goals(reading: Reading, knowledge: Knowledge) -> None:
    goals = reading.goals
    for goal in goals:
        if goal.area is not None and (_FORM_WORD.search(goal.area.value) or len(goal.area.value.split()) > 8):
            _lower(goal, ("area",))
        if goal.measurement is not None and (
            not _METHOD.search(goal.measurement.value) or _NEXT_BOX.search(goal.measurement.value)
        ):
            _lower(goal, ("measurement",))
        if goal.baseline is not None and re.search(r"(?i)\bwill\b", goal.baseline.value):
            _lower(goal, ("baseline",))
    for slot in ("area", "baseline"):
        said = Counter(plain(value.value) for goal in goals if (value := getattr(goal, slot)) is not None)
        for goal in goals:
            value = getattr(goal, slot)
            if value is not None and len(goals) > 2 and said[plain(value.value)] == len(goals):
                _lower(goal, (slot,))


def _supports(reading: Reading, knowledge: Knowledge) -> None:
    """A single item, or a list none of whose items is worded like a support, may be something else."""
    for slot in ("accommodations", "modifications"):
        values = getattr(reading, slot)
        worded = sum(knowledge.worded_as_support(value.value) for value in values)
        for index, value in enumerate(values):
            alone = (
                slot == "accommodations"
                and worded < 0.2 * len(values)
                and not knowledge.worded_as_support(value.value)
            )
            column = knowledge.is_column(value.value) or bool(
                re.match(r"\W*(?i:accommodation|modification|supports?)s?\W*$", value.value)
            )
            remark = bool(
                re.match(
                    r"(?i)\W*(?:needed|required|n/a|none|yes|no|with|without)\b\s*(?::|$|supports)",
                    value.value,
                )
            )
            if (alone or column or remark) and value.confidence > DOUBTED:
                values[index] = replace(value, confidence=DOUBTED)
