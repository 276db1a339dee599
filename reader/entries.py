"""The labelled entries of a part: in lines, in cells, beside cells and under column headings."""

from __future__ import annotations

import re
from itertools import pairwise

from reader.knowledge import Knowledge
from reader.labels import Entry, entered, entries_in
from reader.layout import EMPTY, TICKED, Cell, Passage, Table, capitals
from reader.parts import GOAL_N, Part
from reader.tables import table_kind


def entries_of(part: Part, knowledge: Knowledge) -> list[Entry]:
    """Labelled entries of a part: in lines, in cells, beside cells and under column headings."""
    found: list[Entry] = []
    for unit in part.units():
        if isinstance(unit, Passage):
            found += entries_in(unit, knowledge, part.kind)
        elif (kind := table_kind(unit, knowledge)) is None or (
            kind[0] == "services" and len(unit.rows) == 2 and part.kind == "student"
        ):
            found += _entries_of_table(unit, knowledge, part.kind)
    return found


def _is_label(cell: Cell, knowledge: Knowledge) -> bool:
    text = cell.text.text.strip().rstrip(":?")
    return bool(text) and knowledge.label(text) is not None


def _told_label(cell: Cell, knowledge: Knowledge, part: str) -> str | None:
    """The field a cell names by its telling words, if it is short enough to be a label."""
    text = cell.text.text.strip().rstrip(":?")
    if len(text) > 60:
        return None
    role = knowledge.label_by_words(text)
    if role is None and part in ("goals", "progress") and (slot := knowledge.goal_slot(text)):
        role = f"goal.{slot}"
    return role


def _are_labels(row: list[Cell], knowledge: Knowledge, part: str) -> bool:
    """Whether a row holds labels of the row under it: one known label at least, most known or told by their words."""
    known = sum(_is_label(cell, knowledge) for cell in row)
    if any((knowledge.label(cell.text.text.strip().rstrip(":?")) or "").startswith("goal.") for cell in row):
        part = "goals"
    told = sum(
        not _is_label(cell, knowledge) and _told_label(cell, knowledge, part) is not None for cell in row
    )
    return known >= 1 and known + told >= max(2, 0.6 * len(row))


def _labels_alternate(row: list[Cell], knowledge: Knowledge) -> bool:
    """Whether a row of even length holds a label before each value, one of them known."""
    labels = row[::2]
    return (
        len(row) in (4, 6)
        and any(_is_label(cell, knowledge) for cell in labels)
        and not any(_is_label(cell, knowledge) for cell in row[1::2])
        and all(
            len(cell.text.flat) <= 50 and not re.search(r"\d{3}|[☐☒.]\s*$", cell.text.flat) for cell in labels
        )
    )


def _typed_under(head: list[Cell], under: list[Cell]) -> bool:
    """Whether the row under printed headings was typed into form fields."""
    typed = [cell for cell in under if cell.text]
    return (
        len(head) == len(under)
        and bool(typed)
        and all(word.entry for cell in typed for word in cell.text.words)
        and not any(word.entry for cell in head for word in cell.text.words)
    )


def _starts_with_label(cell: Cell, knowledge: Knowledge) -> bool:
    lead = re.match(r"([^:?\n]{2,80})[:?](?:\s|$)", cell.text.text)
    return lead is not None and knowledge.label(lead[1]) is not None


def _asks_more(cell: Cell, knowledge: Knowledge) -> bool:
    """Whether a cell holds a goal's next question with its answer ("How progress will be measured: work samples")."""
    lead = re.match(r"([^:?\n]{8,110})[:?]\s+\S", cell.text.text)
    return (
        lead is not None
        and re.search(r"(?i)\b(?:how|when|what|who|describe|cómo|cuándo|describa)\b", lead[1]) is not None
        and knowledge.goal_slot(lead[1]) not in (None, "text")
    )


def _over_value(cell: Cell, knowledge: Knowledge, part: str) -> Entry | None:
    """The entry of a cell that holds its label on its first lines and the value under it.

    The label is known, or told by its words and set apart from the value: smaller, bold or in capitals.
    """
    lines = cell.text.lines()
    typed = any(word.entry for word in cell.text.words)
    if len(lines) < 2 or (not typed and knowledge.label(cell.text.text.strip().rstrip(":?")) is not None):
        return None
    breaks = [
        n
        for n, (a, b) in enumerate(pairwise(lines), start=1)
        if a.bold != b.bold
        or b.height > 1.07 * a.height
        or (not a.words[0].entry and all(word.entry for word in b.words))
    ]
    for count in breaks[:1] if breaks and breaks[0] < 5 else range(1, min(len(lines), 4)):
        label = Passage.join(lines[:count], "\n")
        title = label.flat.rstrip(":?")
        longest = 260 if breaks else 90  # what to write may be said at length, in small print
        if len(title) > longest or EMPTY in title or TICKED in title or re.search(r":\s*\S", title):
            return None
        value = Passage.join(lines[count:], "\n")
        if title.count("(") > title.count(")") and (rest := re.match(r"[^()]{0,160}\):?\s*", value.text)):
            value = value.cut(rest.end())  # the end of the label's remark
        role, how = knowledge.label(title), "row"
        if role is None and _set_apart(label, value):
            role, how = knowledge.label_by_words(title), "told"
        if role is not None and not (
            how == "row" and len(lines) > count + 3 and not _set_apart(label, value)
        ):
            return Entry(role, label, entered(value), part, how)
    return None


def _set_apart(label: Passage, value: Passage) -> bool:
    """Whether a label is set smaller than its value, or one of the two is bold, or the label in capitals."""
    if label.height < 0.93 * value.height:
        return True
    return label.bold != value.bold or (capitals(label.text) and not capitals(value.text))


def _entries_of_table(table: Table, knowledge: Knowledge, part: str) -> list[Entry]:
    found: list[Entry] = []
    rows = table.rows
    skip: set[int] = set()
    for number, row in enumerate(rows):
        head = [cell for cell in row if cell.text]
        under = rows[number + 1] if number + 1 < len(rows) else []
        if (
            len(head) >= 2
            and len(under) >= 1
            and (_are_labels(head, knowledge, part) or _typed_under(head, under))
            and not any(_is_label(cell, knowledge) or _starts_with_label(cell, knowledge) for cell in under)
            and not any(_over_value(cell, knowledge, part) for cell in head)
        ):
            for cell in head:
                below = next((c for c in under if c.column == cell.column), None)
                title = cell.text.text.strip().rstrip(":?")
                goals = any(
                    (knowledge.label(c.text.text.strip().rstrip(":?")) or "").startswith("goal.")
                    for c in head
                )
                role = knowledge.label(title) or _told_label(cell, knowledge, "goals" if goals else part)
                found.append(
                    Entry(role, cell.text, entered(below.text) if below else Passage(), part, "column")
                )
            skip.add(number + 1)
            continue
        if number in skip:
            continue
        if len(head) > 2 and sum(_starts_with_label(cell, knowledge) for cell in under) > max(
            1, sum(_starts_with_label(cell, knowledge) for cell in head)
        ):
            # headings over cells that have labels of their own
            found += [e for cell in head for e in entries_in(cell.text, knowledge, part, "row") if e.value]
            continue
        index = 0
        while index < len(row):
            cell = row[index]
            own = _over_value(cell, knowledge, part)
            if own is not None:
                found.append(own)
                index += 1
                continue
            beside = row[index + 1] if index + 1 < len(row) else None
            if beside is not None and _over_value(beside, knowledge, part) is not None:
                found += entries_in(cell.text, knowledge, part, "row")
                index += 1
                continue
            whole = cell.text.text.strip().rstrip(":?")
            if (
                beside is not None
                and beside.text
                and len(row) == 2
                and GOAL_N.fullmatch(cell.text.flat.rstrip(":. "))
            ):
                found.append(Entry(None, cell.text, beside.text, part, "row"))
                index += 2
                continue
            role = knowledge.label(whole) if whole else None
            ends = cell.text.text.rstrip().endswith((":", "?"))
            if (
                beside is not None
                and whole
                and (
                    role is not None
                    or ends
                    or (len(row) == 2 and len(whole) < 90)
                    or (len(row) % 2 == 0 and index % 2 == 0 and knowledge.label_by_words(whole) is not None)
                    or (index % 2 == 0 and _labels_alternate(row, knowledge))
                )
                and not _is_label(beside, knowledge)
                and not _starts_with_label(beside, knowledge)
                and (role is not None or not re.search(r":\s*\S", cell.text.flat))
            ):
                rest = row[index + 1 :]
                if len(rest) > 1 and all(re.match(rf"\s*[{TICKED}{EMPTY}]", cell.text.text) for cell in rest):
                    choices = Passage.join((cell.text for cell in rest), "\n")
                    found.append(
                        Entry(role or knowledge.label_by_words(whole), cell.text, choices, part, "row")
                    )
                    break
                named = role or knowledge.label_by_words(whole)
                way = "row" if role is not None or named is None else "told"
                found.append(Entry(named, cell.text, entered(beside.text), part, way))
                if named is not None or ends or len(row) == 2:
                    index += 2
                    continue
            elif (
                role is not None
                and beside is None
                and number + 1 < len(rows)
                and len(rows[number + 1]) == 1
                and not _starts_with_label(rows[number + 1][0], knowledge)
                and not _asks_more(rows[number + 1][0], knowledge)
                and not re.search(r":\s*\S|\?\s+[^\W\d_]", cell.text.flat)
            ):
                found.append(Entry(role, cell.text, entered(rows[number + 1][0].text), part, "column"))
                skip.add(number + 1)
            else:
                found += _label_and_name(cell, knowledge, part)
            index += 1
    return found


def _label_and_name(cell: Cell, knowledge: Knowledge, part: str) -> list[Entry]:
    """Entries of a cell; a second line that would be a label elsewhere is the value of the first, if nothing else is."""
    inside = entries_in(cell.text, knowledge, part, "row")
    if len(inside) == 2 and len(cell.text.lines()) == 2 and inside[0].label and inside[1].label:
        first, second = inside
        if not first.value and not second.value and not second.label.flat.endswith((":", "?")):
            return [Entry(first.role, first.label, second.label, part, "row")]
    return inside
