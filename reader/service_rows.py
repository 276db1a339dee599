"""Rows of service tables that hold more than one service, or none."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from reader.amounts import amount_of
from reader.layout import Cell, Passage, Table

_MODE = re.compile(
    r"(?i)\b(?:direct|indirect|consult\w*|individual|group|one[- ]to[- ]one|small group|push[- ]in|pull[- ]out|co-?t(?:eaching|aught)|integrated|itinerant)\b"
)
_GOES_ON = re.compile(
    r"[\W_]*(?:[a-z]*\b(?:of|in|for|per|and|or|with|each|every|a|by|at|to|then|total)\b|\()"
)


def one_each(
    row: list[Cell], roles: dict[int, str], names_service: Callable[[str], bool] = lambda _name: False
) -> list[list[Cell]]:
    """The row as a row for each service, where its amount lists several and says of each what it is or where.

    "direct, 45 minutes, 3x weekly" over "consultation, 15 minutes, 1x weekly", with a place on a line of its own
    for each or none; a total and how it is made up stay one amount. ``names_service``: whether a line of the name's
    cell names a service by itself.
    """
    timed = [cell for cell in row if roles.get(cell.column) in ("amount", "frequency") and cell.text]
    amounts = _amounts(timed[0].text) if len(timed) == 1 else []
    if len(amounts) < 2:
        return [row]
    beside = [cell for cell in row if roles.get(cell.column) in ("location", "setting", "provider", "group")]
    listed = [cell for cell in beside if len(_items(cell.text)) == len(amounts)]
    if not listed and not all(_MODE.search(amount.text) for amount in amounts):
        return [row]
    for cell in row:
        names = cell.text.lines() if roles.get(cell.column) == "name" else []
        if len(names) == len(amounts) and all(names_service(name.flat) for name in names):
            listed.append(cell)
    found = []
    for number, amount in enumerate(amounts):
        own = {id(timed[0]): amount, **{id(cell): _items(cell.text)[number] for cell in listed}}
        found.append([replace(cell, text=own.get(id(cell), cell.text)) for cell in row])
    return found


def _amounts(text: Passage) -> list[Passage]:
    """The amounts of a cell, each whole on its own lines; none where a line only goes on with the one above."""
    clauses = _clauses(text)
    if len(clauses) > 1 and all(_whole(clause.flat) and _MODE.search(clause.text) for clause in clauses):
        return clauses
    found: list[list[Passage]] = []
    for line in text.lines():
        whole = bool(found) and _whole(Passage.join(found[-1], " ").flat)
        if whole and _GOES_ON.match(line.text):
            return []
        if not found or whole:
            found.append([])
        found[-1].append(line)
    amounts = [Passage.join(lines, " ") for lines in found]
    return amounts if all(_whole(amount.flat) for amount in amounts) else []


def _clauses(text: Passage) -> list[Passage]:
    """What a cell lists on one line, parted by semicolons."""
    cuts = [0, *(stop.end() for stop in re.finditer(r";\s+", text.text)), len(text)]
    return [text.cut(start, end) for start, end in pairwise(cuts)]


def _whole(words: str) -> bool:
    amount = amount_of(words)
    return amount.minutes is not None and amount.per is not None and words.count("(") == words.count(")")


def _items(text: Passage) -> list[Passage]:
    """The lines of a cell, one that begins in lower case put back to the line above."""
    found: list[Passage] = []
    for line in text.lines():
        if found and line.text[:1].islower():
            found[-1] = Passage.join([found[-1], line], " ")
        else:
            found.append(line)
    return found


_NUMBERED = re.compile(r"\W*\d{1,2}[.)]\s+[^:?]{3,160}[:?]\s*\S")


def answers_questions(row: Sequence[Cell]) -> bool:
    """Whether the cells of a row are numbered questions of the form with their answers: "4. Transportation: ☒ Regular"."""
    filled = [cell for cell in row if cell.text]
    return len(filled) > 0 and all(_NUMBERED.match(cell.text.text) for cell in filled)


_LISTS = (
    ("test", re.compile(r"assessment|\btests?\b|testing|evaluaci|prueba")),
    ("staff", re.compile(r"personnel|\bstaff\b|personal escolar")),
    ("modification", re.compile(r"modific")),
    ("accommodation", re.compile(r"accommod|adaptac|acomodac|\baids\b")),
)
_LIST = re.compile(r"(?:^|(?<=\s))[•▪‣●○◦]\s+")


def supports_listed(text: Passage, heading: str) -> tuple[str, list[Passage]] | None:
    """(accommodation, modification, test or staff, items) of a row that holds a bulleted list, by the words before it or
    else by the heading above. None where a row holds no list, or nothing says of what."""
    marks = list(_LIST.finditer(text.text))
    if not marks:
        return None
    lead = text.text[: marks[0].start()]
    for words in (lead.lower(), heading.lower()):
        kind = next((kind for kind, pattern in _LISTS if pattern.search(words)), None)
        if kind is not None:
            ends = [mark.start() for mark in marks[1:]] + [len(text.text)]
            items = [text.cut(mark.end(), end).strip() for mark, end in zip(marks, ends, strict=True)]
            return kind, [item for item in items if item]
    return None


def supports_for_tests(tables: Sequence[Table]) -> list[Passage]:
    """What tables of services list for tests: a bulleted row under "Accommodations needed for assessments"."""
    found: list[Passage] = []
    for table in tables:
        heading = ""
        for row in table.rows:
            if len(filled := [cell.text for cell in row if cell.text]) != 1:
                continue
            listed = supports_listed(filled[0], heading)
            if (
                listed is not None
                and listed[0] == "test"
                and "accom" in f"{heading} {filled[0].flat}".lower()
            ):
                found += listed[1]
            heading = filled[0].flat if listed is None else heading
    return found
