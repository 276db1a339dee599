"""Fields whose label nothing sets apart from the value: no colon, no cell, no change of type ("Grade 7", "Born 3 April 2018").

What may follow a label decides: a date after "Meeting date", a number after "Student ID", a known disability after
"Exceptionality". Such entries are trusted less and come after all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reader.dates import dates_in
from reader.knowledge import Knowledge
from reader.labels import DATED, Entry
from reader.layout import EMPTY, TICKED, Passage, Sheet
from reader.parts import Part

HOW = "unmarked"
_LONGEST_LABEL = 7  # words
_DAYS = DATED - {"student.student_id", "iep_dates"} | {"student.dob"}
_NAMED = ("student.name", "school", "district")
_NUMBER = re.compile(r"[A-Z]{0,4}-?\d[\w-]{3,18}")
_GRADE = re.compile(
    r"(?i)(?:pre-?k\w*|pk|kindergarten|k|tk|0?\d{1,2}(?:st|nd|rd|th|º|°)?|first|second|third|fourth|fifth|sixth|seventh|eighth|"
    r"ninth|tenth|eleventh|twelfth)\b"
)
_NO_NAME = re.compile(
    r"(?i)(?:and|or|of|the|will|is|has|must|may|with|who|in|at|to|for|from|year|day|strengths?|profile|information|data|y|de)\b"
)
_TITLED = re.compile(
    r"(?i)\b(?:student|child|pupil|learner|general|demographic|identifying)(?:'s)? (?:information|data|profile)\b"
)
_WORD = re.compile(r"\S+")


def unmarked_entries(parts: Sequence[Part], sheets: Sequence[Sheet], knowledge: Knowledge) -> list[Entry]:
    """Fields of the child and of the plan's dates that stand before the goals and services, and in running heads."""
    found: list[Entry] = []
    for part in parts:
        if part.kind in ("goals", "services", "attachment", "notes"):
            break
        own = part.kind == "student" or bool(_TITLED.search(part.title.flat))
        for passage in _pieces(part):
            found += _fields(passage, knowledge, part.kind, named=own)
    for sheet in sheets[:2]:
        for passage in sheet.running:
            for piece in passage.split("\t"):
                found += _fields(piece, knowledge, "running", named=True)
    return found


def _pieces(part: Part) -> Iterator[Passage]:
    for unit in part.units():
        if isinstance(unit, Passage):
            for line in unit.lines():
                yield from line.split("\t")
        else:
            for cell in unit.cells():
                yield Passage.join(cell.text.lines(), " ")


def _fields(piece: Passage, knowledge: Knowledge, part: str, *, named: bool) -> Iterator[Entry]:
    if len(piece.text) > 140 or EMPTY in piece.text or TICKED in piece.text:
        return
    text = piece.text
    starts = [match.start() for match in _WORD.finditer(text)]
    ends = [match.end() for match in _WORD.finditer(text)]
    index = 0
    while index < len(starts):
        hit = _field_at(
            text,
            starts,
            ends,
            index,
            knowledge,
            named=named and (index == 0 or text[starts[index]].isupper()),
        )
        if hit is None:
            if index == 0 and named and not re.search(r"\d", text):
                return  # a title or a sentence
            index += 1
            continue
        role, label_end, start, end = hit
        yield Entry(role, piece.cut(starts[index], label_end), piece.cut(start, end), part, HOW)
        index = next((n for n, begin in enumerate(starts) if begin >= end), len(starts))


def _field_at(
    text: str, starts: list[int], ends: list[int], index: int, knowledge: Knowledge, *, named: bool
) -> tuple[str, int, int, int] | None:
    """(field, end of its label, start and end of its value) of a label that begins with the word ``index``."""
    if not (text[starts[index]].isupper() or text[starts[index]] == "#"):
        return None
    most = min(_LONGEST_LABEL, len(starts) - index - 1)
    for known in (
        True,
        False,
    ):  # labels known as a whole, the longest first; then by their words, the shortest first
        for count in range(most, 0, -1) if known else range(1, most + 1):
            label_end, value = ends[index + count - 1], starts[index + count]
            label = text[starts[index] : label_end]
            if re.search(r"[:?;.,]\s|:$", label):
                continue
            role = knowledge.label(label) if known else _told(label, count, knowledge)
            if role is None:
                continue
            end = _value_end(role, text, value, knowledge)
            if end is None and known and named and role in _NAMED:
                end = _name_end(role, text, starts, ends, index + count, knowledge)
            if end is not None:
                return role, label_end, value, end
    return None


def _told(label: str, words: int, knowledge: Knowledge) -> str | None:
    if _STATE_NUMBER.fullmatch(label):
        return "student.student_id"
    return knowledge.label_by_words(label) if words > 1 else None


_STATE_NUMBER = re.compile(r"[A-Z]{3,8}(?:#| ?ID| ?No\.?| Number)")  # what states call a pupil's number


def _value_end(role: str, text: str, at: int, knowledge: Knowledge) -> int | None:
    """Where the value of a field ends that begins at ``at``, if it is one that the field can have."""
    rest = text[at:]
    if role in _DAYS or role == "iep_dates":
        days = dates_in(rest[:80])
        if not days or days[0][0] > (6 if role == "iep_dates" else 3):
            return None
        last = days[1] if len(days) > 1 and role == "iep_dates" else days[0]
        return at + last[1]
    if role == "student.student_id":
        number = _NUMBER.match(rest)
        return at + number.end() if number and not dates_in(number.group()) else None
    if role == "student.grade":
        grade = _GRADE.match(rest)
        return (
            at + grade.end() if grade and (grade.end() == len(rest) or rest[grade.end()].isspace()) else None
        )
    if role.startswith("eligibility."):
        bare = re.sub(r"\([^)]*\)", "", rest).strip()
        if knowledge.disability(bare):
            return len(text)
        words = bare.split()
        for count in range(min(8, len(words)), 0, -1):
            name = " ".join(words[:count])
            if knowledge.disability(name) and rest.startswith(name):
                return at + len(name)
    return None


def _name_end(
    role: str, text: str, starts: list[int], ends: list[int], first: int, knowledge: Knowledge
) -> int | None:
    """Where a name ends: before the label of another field, else with the piece."""
    if _NO_NAME.match(text[starts[first] :]):
        return None
    last = len(starts) - 1
    for index in range(first + 1, len(starts) - 1):
        other = _field_at(text, starts, ends, index, knowledge, named=False)
        if (
            other is None
            and role != "district"
            and knowledge.label(text[starts[index] : ends[index]]) == "district"
        ):
            last = index - 1
            break
        if other is not None and other[0] != role:
            last = index - 1
            break
    value = text[starts[first] : ends[last]]
    if last - first > 6 or (value.endswith((".", ":", "?")) and not value.endswith(("Jr.", "Sr."))):
        return None
    if knowledge.is_role(value) or knowledge.label(value) is not None:
        return None
    if role == "student.name" and not 2 <= last - first + 1 <= 5:
        return None
    return ends[last]
