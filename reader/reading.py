"""A reading: the structured IEP, each value with the place, the words and the trust it deserves.

``Reading.as_json()`` gives the plain structure (dates ISO, null = not stated, [] = none) and, beside it,
``anchors``: a map from a value's path such as ``goals[0].baseline`` to where and how it was read.
Boxes are ``[left, top, right, bottom]`` in PDF points, origin at the top left of the page as displayed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Generic, TypeVar

from reader.layout import Box, Passage, Place

T = TypeVar("T")


@dataclass(frozen=True)
class Value(Generic[T]):
    """One thing read.

    ``words`` are the words it came from, ``places`` a rectangle for each printed line of them (none for what
    was concluded from absence), ``confidence`` from 0 to 1, ``how`` the way it was found.
    """

    value: T
    words: str = ""
    places: tuple[Place, ...] = ()
    confidence: float = 0.5
    how: str = "inferred"


# How often values found in each way are right, as measured on forms whose truth is known; see
# docs/decisions/reader-confidence.md for the measurement.
TRUST = {
    "label": 0.96,
    "column": 0.98,
    "row": 0.97,
    "title": 0.95,
    "box": 0.97,
    "grammar": 0.88,
    "told": 0.85,
    "sentence": 0.8,
    "unmarked": 0.85,
    "running": 0.85,
    "loose": 0.7,
    "derived": 0.9,
    "absent": 0.75,
    "guess": 0.5,
}


IN_A_PICTURE = 0.97
NAME_IN_A_PICTURE = 0.92  # a letter may be misread, and no dictionary would tell


def read_as(value: T, source: Passage, how: str, *, trust: float | None = None) -> Value[T]:
    """A value with its provenance. Words read from a picture are trusted a little less."""
    sure = TRUST[how] if trust is None else trust
    if any(word.shown is not None for word in source.words):
        sure *= IN_A_PICTURE
    return Value(value, source.flat, source.places(), sure, how)


def concluded(value: T, how: str = "absent", *, trust: float | None = None) -> Value[T]:
    """A value that no words state, concluded from what is or is not there."""
    return Value(value, "", (), TRUST[how] if trust is None else trust, how)


Text = Value[str]
Flag = Value[bool]
Number = Value[float]


@dataclass
class Student:
    name: Text | None = None
    dob: Text | None = None
    grade: Text | None = None
    student_id: Text | None = None


@dataclass
class Eligibility:
    categories: list[Text] = field(default_factory=list)
    primary: Text | None = None


@dataclass
class Member:
    role: Text | None = None
    name: Text | None = None


@dataclass
class Goal:
    number: Text | None = None
    area: Text | None = None
    text: Text | None = None
    baseline: Text | None = None
    condition: Text | None = None
    behavior: Text | None = None
    criterion: Text | None = None
    timeframe: Text | None = None
    measurement: Text | None = None
    is_measurable: Flag | None = None
    missing_parts: list[str] = field(default_factory=list)
    objectives: list[Text] = field(default_factory=list)


@dataclass
class Service:
    name: Text | None = None
    kind: Text | None = None
    minutes: Number | None = None
    per: Text | None = None
    sessions: Number | None = None
    minutes_per_week: Number | None = None
    location: Text | None = None
    setting: Text | None = None
    start: Text | None = None
    end: Text | None = None
    provider: Text | None = None
    as_written: Text | None = None


@dataclass
class Assessments:
    participation: Text | None = None
    state_tests: list[Text] = field(default_factory=list)
    alternate: Flag | None = None
    accommodations: list[Text] = field(default_factory=list)


@dataclass
class Placement:
    percent_general_education: Number | None = None
    explanation_present: Flag | None = None


@dataclass
class ExtendedYear:
    considered: Flag | None = None
    eligible: Flag | None = None


@dataclass
class PostsecondaryGoal:
    area: str = ""
    text: Text | None = None


@dataclass
class Transition:
    present: Flag | None = None
    required: Flag | None = None
    postsecondary_goals: list[PostsecondaryGoal] = field(default_factory=list)


@dataclass
class ProgressReporting:
    present: Flag | None = None
    frequency: Text | None = None


@dataclass
class SpecialFactors:
    behavior: Flag | None = None
    english_learner: Flag | None = None
    visual_impairment: Flag | None = None
    deaf_hard_of_hearing: Flag | None = None
    communication: Flag | None = None
    assistive_technology: Flag | None = None
    health: Flag | None = None


@dataclass
class Evidence:
    """What the whole document shows, beside its values: kept so that defects can be found again once a person
    set values right. None where it was not looked for."""

    alternate_reason: bool | None = None  # why an alternate assessment is chosen
    transition_services: bool | None = None
    student_invited: bool | None = None
    blank_after_school: tuple[str, ...] | None = None  # areas whose box for a goal after school is left blank


@dataclass
class Defect:
    """An observation: what the law asks for and this document does not show. Never a verdict."""

    component_id: str
    citation: str
    description: str
    places: tuple[Place, ...] = ()
    about: str = ""  # path of the value it is about, such as goals[2]
    weight: str = "missing"  # missing | weak


@dataclass
class PageInfo:
    """A page as read. ``source``: text, scan, form, or laid_out (a Word file, set by the reader on pages of
    its own; then ``lines`` holds each line's text and box, so that a picture of it can be drawn)."""

    number: int
    width: float
    height: float
    source: str
    quality: float = 1.0
    lines: list[tuple[str, tuple[float, float, float, float]]] = field(default_factory=list)


@dataclass
class Reading:
    """Everything read from one document."""

    document_kind: Text
    format: str
    pages: list[PageInfo]
    state_style: Text | None = None
    student: Student = field(default_factory=Student)
    school: Text | None = None
    district: Text | None = None
    meeting_date: Text | None = None
    iep_start: Text | None = None
    iep_end: Text | None = None
    annual_review_due: Text | None = None
    reevaluation_due: Text | None = None
    previous_meeting: Text | None = None
    last_evaluation: Text | None = None
    eligibility: Eligibility = field(default_factory=Eligibility)
    team: list[Member] = field(default_factory=list)
    present_levels: dict[str, Text] = field(default_factory=dict)
    goals: list[Goal] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    accommodations: list[Text] = field(default_factory=list)
    modifications: list[Text] = field(default_factory=list)
    assessments: Assessments = field(default_factory=Assessments)
    lre: Placement = field(default_factory=Placement)
    esy: ExtendedYear = field(default_factory=ExtendedYear)
    transition: Transition = field(default_factory=Transition)
    transfer_of_rights_present: Flag | None = None
    progress_reporting: ProgressReporting = field(default_factory=ProgressReporting)
    special_factors: SpecialFactors = field(default_factory=SpecialFactors)
    evidence: Evidence = field(default_factory=Evidence)
    defects: list[Defect] = field(default_factory=list)
    remarks: list[Defect] = field(default_factory=list)  # there, but thin
    unread: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)  # each page's words, for search
    # Of pages read from their picture, by page number: each word with its box in the picture as sent.
    pictured: dict[int, list[tuple[str, Box]]] = field(default_factory=dict)

    def values(self) -> Iterator[tuple[str, Value[Any]]]:
        """Every value with its path, in the order of the structure."""
        for item in fields(self):
            if item.name not in ("pages", "unread", "text", "pictured", "format", "defects", "remarks"):
                yield from _walk(item.name, getattr(self, item.name))

    def anchors(self) -> dict[str, dict[str, Any]]:
        return {
            path: {
                "page": value.places[0].page if value.places else None,
                "box": list(value.places[0].box) if value.places else None,
                "places": [{"page": place.page, "box": list(place.box)} for place in value.places],
                "words": value.words,
                "confidence": round(value.confidence, 3),
                "how": value.how,
            }
            for path, value in self.values()
        }

    def as_json(self) -> dict[str, Any]:
        """The structure as plain JSON values, with ``anchors`` and ``unread`` beside it."""
        found: dict[str, Any] = {"format": self.format, "pages": len(self.pages)}
        for item in fields(self):
            if item.name not in ("pages", "text", "pictured", "format", "defects", "remarks", "unread"):
                found[item.name] = _bare(getattr(self, item.name))
        if self.document_kind.value == "section_504_plan":
            # a plan's dates are not IEP dates
            found |= {"plan_start": found["iep_start"], "plan_review": found["annual_review_due"]}
            found |= {"iep_start": None, "iep_end": None, "annual_review_due": None, "reevaluation_due": None}
        for slot in ("defects", "remarks"):
            found[slot] = [
                {
                    "component_id": defect.component_id,
                    "citation": defect.citation,
                    "description": defect.description,
                    "about": defect.about,
                    "places": [{"page": place.page, "box": list(place.box)} for place in defect.places],
                }
                for defect in getattr(self, slot)
            ]
        found["unread"] = self.unread
        found["anchors"] = self.anchors()
        found["page_sizes"] = [
            {
                "number": p.number,
                "width": p.width,
                "height": p.height,
                "source": p.source,
                "quality": p.quality,
            }
            for p in self.pages
        ]
        return found


def _walk(path: str, item: Any) -> Iterator[tuple[str, Value[Any]]]:
    if isinstance(item, Value):
        yield path, item
    elif isinstance(item, list):
        for index, part in enumerate(item):
            yield from _walk(f"{path}[{index}]", part)
    elif isinstance(item, dict):
        for key, part in item.items():
            yield from _walk(f"{path}.{key}", part)
    elif is_dataclass(item) and not isinstance(item, type):
        for part in fields(item):
            yield from _walk(f"{path}.{part.name}", getattr(item, part.name))


def _bare(item: Any) -> Any:
    if isinstance(item, Value):
        return item.value
    if isinstance(item, list | tuple):
        return [_bare(part) for part in item]
    if isinstance(item, dict):
        return {key: _bare(part) for key, part in item.items()}
    if is_dataclass(item) and not isinstance(item, type):
        return {part.name: _bare(getattr(item, part.name)) for part in fields(item)}
    return item
