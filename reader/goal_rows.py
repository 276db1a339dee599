"""Goals in the rows of a table."""

from __future__ import annotations

import re

from reader.goal_items import HEADING, found_in, items_of
from reader.goal_parts import Item, is_goal
from reader.knowledge import Knowledge
from reader.labels import entries_in
from reader.layout import Cell, Passage, Table
from reader.pages import same_row
from reader.tables import table_kind


def at_objectives(unit: Passage | Table, knowledge: Knowledge) -> list[Passage | Table]:
    """A unit, or a goal's table cut before the row that heads its objectives."""
    if not isinstance(unit, Table) or len(unit.rows) < 3 or table_kind(unit, knowledge) is not None:
        return [unit]
    for number, row in enumerate(unit.rows[1:-1], start=1):
        head = [cell.text for cell in row if cell.text]
        if len(head) < 2 or any(
            len(text.flat) > 70 or re.search(r"\d|:\s*\S|[☐☒]", text.flat) for text in head
        ):
            continue
        slots = [knowledge.column("goals", text.text) or knowledge.goal_slot(text.flat) for text in head]
        if slots[0] == "objectives" and {"method", "criterion", "schedule", "other"} & set(slots[1:]):
            end = next(
                (n for n in range(number + 1, len(unit.rows)) if len(unit.rows[n]) == 1), len(unit.rows)
            )
            pieces = [unit.rows[:number], unit.rows[number:end], unit.rows[end:]]
            return [Table(rows, unit.edges, unit.ruled) for rows in pieces if rows]
    return [unit]


_NAMES_GOAL = re.compile(
    r"(?i)\W*(?:measurable )?(?:annual )?(?:goal|meta)(?: anual)?\s*(?:#?\s*\d{1,2}\b|:)"
)


def objective_table(table: Table, knowledge: Knowledge) -> list[Item] | None:
    """Objectives and their method in a table of nothing else, or None when it is none such."""
    if len(table.rows) < 2:
        return None
    roles = {cell.column: knowledge.column("goals", cell.text.text) for cell in table.rows[0]}
    for cell in table.rows[0]:
        if roles[cell.column] is None:
            roles[cell.column] = knowledge.goal_slot(cell.text.flat)
    column = next((c for c, role in roles.items() if role == "objectives"), None)
    if column is None or "text" in roles.values():
        return None
    if len(table.rows[0]) == 1 and any(_NAMES_GOAL.match(cell.text.text) for cell in table.cells()):
        return None  # the heading of the goals with their objectives
    method = next((c for c, role in roles.items() if role == "method"), None)
    found: list[Item] = []
    for row in table.rows[1:]:
        for cell in row:
            if cell.text and cell.column in (column, method):
                slot = "objectives" if cell.column == column else "method"
                found.append((slot, cell.text, "column", Passage()))
    method_of = [item for item in found if item[0] == "method"]
    found = [item for item in found if item[0] == "objectives"] + method_of[:1]
    return found


_TITLE = re.compile(
    r"\W*[A-Za-z]+(?: [A-Za-z]+)?\s*#?\s*(?P<number>\d{1,2})\s*[:.–—-]+\s*(?P<area>[^.:?]{3,70})$"
)


def rows_of_goals(table: Table, roles: dict[int, str], depth: int, knowledge: Knowledge) -> list[Item]:
    """The items of a table with a goal to a row. ``roles``: of its columns. ``depth``: rows of its heading."""
    found: list[Item] = []
    head = {cell.column: cell.text for cell in table.rows[depth - 1]}
    for row in table.rows[: depth - 1]:
        if len(row) == 1 and (named := _TITLE.match(row[0].text.flat)):
            title = row[0].text
            found.append(("number", found_in(title, named["number"]), "column", title))
            found.append(("area", found_in(title, named["area"]), "column", title))
    for row in table.rows[depth:]:
        texts = {roles[cell.column]: cell for cell in row if cell.column in roles}
        goal = texts.get("text")
        if (
            len(row) == 1
            or goal is None
            or not goal.text
            or (len(row) < len(head) and not is_goal(goal.text.flat, knowledge))
        ):
            for cell in row:
                found += items_of(entries_in(cell.text, knowledge, "goals"), knowledge)
            continue
        if _heads_again(row, goal, head, knowledge):
            head |= {cell.column: cell.text for cell in row}
            continue
        if all(knowledge.is_column(cell.text.text) for cell in row if cell.text) or same_row(
            table.rows[depth - 1], row
        ):
            continue
        if not is_goal(goal.text.flat, knowledge) and (
            len(goal.text.flat.split()) < 4 or re.match(r"(?i)\W*progress\b", goal.text.flat)
        ):
            continue
        if step := _OBJECTIVE.match(goal.text.text) or (
            _LETTER.match(goal.text.text) if any(item[0] == "text" for item in found) else None
        ):
            found.append(("objectives", goal.text.cut(step.end()), "column", Passage()))
            continue
        title = head.get(goal.column, Passage())
        found.append(("open", Passage(), "column", title))
        own = title.lines()[0] if title and len(title.lines()) > 1 else title
        if named := HEADING.match(own.flat.rstrip(":")):
            found.append(("number", found_in(own, named["number"]), "column", title))
            if named["rest"]:
                found.append(("area", found_in(own, named["rest"]), "column", title))
        for cell in row:  # a column headed "Goal" that holds the number and the area alone
            if (
                cell is not goal
                and roles.get(cell.column) == "text"
                and (named := _NUMBER_AREA.match(cell.text.text))
            ):
                found.append(("number", cell.text.cut(*named.span(1)), "column", title))
                if named[2]:
                    found.append(("area", cell.text.cut(*named.span(2)), "column", title))
        steps = [cell for cell in row if roles.get(cell.column) == "objectives" and cell.text]
        if len(steps) > 1:  # a column for each
            found += [("objectives", cell.text, "column", Passage()) for cell in steps]
            texts.pop("objectives")
        for role, cell in texts.items():
            if role in ("baseline", "area") and (labelled := _labelled_inside(cell.text, knowledge)):
                found += labelled
            elif role not in ("text", "other", "report") and cell.text:
                found.append((role, cell.text, "column", head.get(cell.column, Passage())))
        found += _goal_cell(goal.text, head.get(goal.column, Passage()), knowledge)
    return found


def _heads_again(row: list[Cell], goal: Cell, head: dict[int, Passage], knowledge: Knowledge) -> bool:
    """Whether a row is the heading of the next goal: its number over the column's name, beside the other headings again."""
    lines = goal.text.lines()
    return (
        len(lines) > 1
        and HEADING.match(lines[0].flat) is not None
        and knowledge.column_by_word("goals", Passage.join(lines[1:], " ").flat) == "text"
        and all(
            cell.text.flat == head.get(cell.column, goal.text).flat
            for cell in row
            if cell.text and cell is not goal
        )
    )


def _labelled_inside(text: Passage, knowledge: Knowledge) -> list[Item]:
    """Area, baseline and the like of a cell that has a label of its own for each: "Need: Reading … Baseline: 4 of 10"."""
    entries = entries_in(text, knowledge, "goals", "row")
    slots = [
        entry.role or f"goal.{knowledge.goal_slot(entry.label.flat)}" for entry in entries if entry.label
    ]
    if not {"goal.baseline", "goal.area"} <= set(slots):
        return []
    return [
        item
        for item in items_of([entry for entry in entries if entry.label], knowledge)
        if item[0] in ("area", "baseline", "present", "method", "criterion")
    ]


def _names_own_goal(text: Passage, knowledge: Knowledge) -> bool:
    """Whether a cell names its goal on a line below its first, so that what opens it is another labelled part."""
    return any(
        knowledge.label(line.text.partition(":")[0]) == "goal.text"
        and is_goal(line.text.partition(":")[2], knowledge)
        for line in text.lines()[1:]
        if ":" in line.text
    )


_NUMBER_AREA = re.compile(r"\W*(?:goal\s*)?#?(\d{1,2})\b[\s.:)–-]*([^.?]{0,90})$", re.I)


_LETTER = re.compile(r"\W{0,2}[a-h][.)]\s+(?=[A-ZÁÉÍÓÚ])")


_OBJECTIVE = re.compile(
    r"(?i)^\W*(?:\d{1,2}\.\d{1,2}\.?|sti?o\b\s*\#?\d*[a-z]?\b|(?:short[- ]term )?(?:objective|benchmark|objetivo)s?\s*\#?\d*[a-z]?\b)\s*[.):-]*\s*"
)


# an area on a line of its own over its goal
_OWN_LINE = re.compile(
    r"([A-ZÁÉÍÓÚ][\w&/():'’ –-]{2,70})\n(?=[A-ZÁÉÍÓÚ])(?=(?:by|given|when|with|in|on|at|after|during|using|within|para|dad|cuando|[^\W\d_]+ will)\b)",
    re.I,
)


def _goal_cell(text: Passage, head: Passage, knowledge: Knowledge) -> list[Item]:
    """A goal's cell: number, area, the sentence, perhaps a labelled baseline below it."""
    found: list[Item] = []
    number = re.match(
        r"^\W*(?:(?:measurable |annual )*(?:goal|meta))?\s*#?\s*(\d{1,2})\s*[.):-]\s+", text.text, re.I
    ) or re.match(
        r"^\W*(?:measurable |annual )*(?:goal|meta)\s*(?:n[o.º]*)?\s*#?\s*(\d{1,2})\s*\n\s*", text.text, re.I
    )
    if number:
        found.append(("number", text.cut(number.start(1), number.end(1)), "column", head))
        text = text.cut(number.end())
    area = _OWN_LINE.match(text.text) if number else None
    if area is None or is_goal(area[1], knowledge):
        area = re.match(r"^([A-ZÁÉÍÓÚ][\w&/(),'’\n –-]{2,70}?)\s*[:.]\s+(?=[A-ZÁÉÍÓÚ])", text.text)
    if area is None:
        area = re.match(r"^([A-ZÁÉÍÓÚ][\w&/(),'’\n -]{2,70}?)\s+[-–]\s+(?=[A-ZÁÉÍÓÚ])", text.text)
    if (
        area
        and not re.search(r"\b(?:will|given|when|by|during)\b", area[1], re.I)
        and len(area[1].split()) <= 8
        and not (knowledge.label(area[1]) or "").startswith("goal.")  # "Current level: 7 of 20"
        and not _names_own_goal(text, knowledge)
    ):
        found.append(("area", text.cut(0, area.end(1)), "column", head))
        text = text.cut(area.end())
    entries = entries_in(text, knowledge, "goals", "column")
    for entry in entries:
        if entry.role is None and not entry.label:
            found.append(("text", entry.value, "column", head))
        elif entry.role is None:
            found.append(("text", Passage.join([entry.label, entry.value], " "), "column", head))
        else:
            found += items_of([entry], knowledge)
    return found
