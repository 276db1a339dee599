"""The answer of the clock: a date with its arithmetic, or what is missing, as values that can be shown and stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from law.messages import Message, Spoken, message
from law.rules import Question, Unit, event_of
from law.spanish import in_language


class Status(StrEnum):
    DATE = "date"
    UNKNOWN = "unknown"
    STANDARD = "standard"
    NEEDS_INPUT = "needs_input"


StepKind = Literal[
    "start",
    "derived",
    "adjusted",
    "count",
    "left_out",
    "weekends",
    "limit",
    "late_start",
    "summer_roll",
    "extension",
    "note",
]


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the arithmetic.

    A ``count`` step goes from ``first`` to ``last`` by ``days`` of ``unit``; the ``left_out`` and ``weekends`` steps
    after it add up to the calendar days in between that were not counted, each with its ``days``.
    """

    kind: StepKind
    message: Message
    first: date | None = None
    last: date | None = None
    days: int = 0
    unit: Unit | None = None

    def words(self, language: str = "en") -> str:
        return self.message.words(language)


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that must be known first. ``key`` is the event or question to answer, if it is one."""

    kind: Literal["event", "calendar", "school_year", "answer", "removals", "state"]
    key: str
    message: Message

    def words(self, language: str = "en") -> str:
        return self.message.words(language)


@dataclass(frozen=True, slots=True)
class Limit:
    """A second clock of the rule. ``on`` None: its start is not known. ``binds``: it set the date."""

    on: date | None
    event: str
    rule: Literal["earlier_of", "later_of", "both"]
    binds: bool
    citation: str
    message: Message

    def words(self, language: str = "en") -> str:
        return self.message.words(language)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The answer. ``reliable`` False beside ``due_on``: an estimate, and ``estimate`` says why.

    ``latest`` is the other end where the law leaves a weekend open; ``act_by`` the business day to act when the date
    is none. ``questions`` are still to be asked; ``conditions`` change or stop the clock if someone says yes.
    """

    rule: str
    state: str | None
    status: Status
    due_on: date | None
    verified: bool
    reliable: bool
    citation: str
    kind: str
    title: str
    starts_with: str
    ends_with: str
    owed_by: str
    trigger: str
    started_on: date | None
    steps: tuple[Step, ...] = ()
    missing: tuple[Missing, ...] = ()
    estimate: tuple[Message, ...] = ()
    notes: tuple[Message, ...] = ()
    reasons: tuple[Message, ...] = ()
    limits: tuple[Limit, ...] = ()
    questions: tuple[Question, ...] = ()
    conditions: tuple[Question, ...] = ()
    standard: str = ""
    latest: date | None = None
    act_by: date | None = None

    @property
    def settled(self) -> bool:
        """Every question the rule wants asked has its answer: only then call a reliable date verified on screen."""
        return not self.questions

    def arithmetic(self, language: str = "en") -> str:
        """The arithmetic in words; without a date, why there is none."""
        lines: Iterable[Spoken] = (*self.steps, *self.reasons, *self.missing)
        return " ".join(line.words(language) for line in lines)

    def as_dict(self, language: str = "en") -> dict[str, object]:
        """Everything as JSON values, words in one language, dates in ISO form."""
        return {
            "rule": self.rule,
            "state": self.state,
            "status": str(self.status),
            "date": _iso(self.due_on),
            "verified": self.verified,
            "reliable": self.reliable,
            "settled": self.settled,
            "citation": self.citation,
            "arithmetic": self.arithmetic(language),
            "title": in_language(self.title, language),
            "kind": self.kind,
            "owed_by": self.owed_by,
            "starts_with": event_of(self.trigger).es if language == "es" else self.starts_with,
            "ends_with": in_language(self.ends_with, language),
            "trigger": self.trigger,
            "started_on": _iso(self.started_on),
            "steps": [
                {
                    "kind": step.kind,
                    "words": step.words(language),
                    "first": _iso(step.first),
                    "last": _iso(step.last),
                    "days": step.days,
                    "unit": str(step.unit) if step.unit else None,
                }
                for step in self.steps
            ],
            "missing": [
                {"kind": item.kind, "key": item.key, "words": item.words(language)} for item in self.missing
            ],
            "estimate": [item.words(language) for item in self.estimate],
            "notes": [item.words(language) for item in self.notes],
            "limits": [
                {"date": _iso(item.on), "rule": item.rule, "binds": item.binds, "words": item.words(language)}
                for item in self.limits
            ],
            "questions": [
                {"key": item.key, "answer": item.answer, "words": item.words(language)}
                for item in self.questions
            ],
            "conditions": [
                {"key": item.key, "answer": item.answer, "words": item.words(language)}
                for item in self.conditions
            ],
            "standard": in_language(self.standard, language) or None,
            "latest": _iso(self.latest),
            "act_by": _iso(self.act_by),
            "disclaimer": message("disclaimer").words(language),
        }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
