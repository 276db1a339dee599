"""One question, one JSON object: what ``manage.py deadline RULE DATE [--state XX] [--calendar FILE]`` prints."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from law.calendars import CalendarError, SchoolCalendar, from_file
from law.clock import FactError, deadline
from law.dates import iso_date
from law.rules import RuleError, rule_of


class AnswerError(ValueError):
    """The question cannot be answered; the message is a sentence for the person who asked."""


def parse_date(words: str) -> date:
    """A date written year-month-day.

    Raises:
        AnswerError: it is none.
    """
    try:
        return iso_date(words)
    except ValueError:
        raise AnswerError(
            f"“{words[:40]}” is not a date. Write it as year-month-day, such as 2025-09-03."
        ) from None


def read_calendar(path: str | Path) -> SchoolCalendar:
    """The school calendar in a CSV or iCalendar file.

    Raises:
        AnswerError: the file cannot be read, or a line in it is wrong; the message names it.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise AnswerError(
            f"The calendar file {path} cannot be read: {error.strerror or 'not a file'}."
        ) from None
    try:
        return from_file(content, district=Path(path).stem)
    except CalendarError as error:
        raise AnswerError(f"{path}: {error}") from None


def answer(
    rule: str,
    on: date | str,
    state: str | None = None,
    calendar_file: str | Path | None = None,
    *,
    facts: Mapping[str, date | bool | int] | None = None,
    language: str = "en",
) -> dict[str, object]:
    """When a rule's clock runs out that started on a day, as JSON values.

    Args:
        rule: an id of a rule; without a state the federal rule.
        on: the day of the rule's trigger, a date or ISO text.
        state: two letters.
        calendar_file: the district's calendar, CSV or iCalendar.
        facts: further dates and answers, as :func:`law.clock.deadline` takes them.
        language: ``en`` or ``es``, for the words.

    Returns:
        ``rule``, ``state``, ``status``, ``date`` (ISO or null), ``verified``, ``reliable``, ``citation``,
        ``arithmetic`` (words) and the rest of :meth:`law.clock.Deadline.as_dict`.

    Raises:
        AnswerError: an unknown rule or state, a date that is none, or a calendar that cannot be read.
    """
    day = parse_date(on) if isinstance(on, str) else on
    calendar = read_calendar(calendar_file) if calendar_file is not None else None
    try:
        found = rule_of(rule, state)
        given = {**(facts or {}), found.trigger: day}
        return deadline(rule, given, state=state, calendar=calendar).as_dict(language)
    except (RuleError, FactError) as error:
        raise AnswerError(str(error)) from None
