"""What a table lists, and the role of each of its columns: by its headings, corrected by what stands under them."""

from __future__ import annotations

import re

from reader.dates import dates_in
from reader.knowledge import Knowledge
from reader.layout import Cell, Passage, Table


def table_kind(table: Table, knowledge: Knowledge) -> tuple[str, dict[int, str], int] | None:
    """What a table lists, the role of each column, and how many rows its heading takes."""
    if table.rows and _tells_changes(table.rows[0]):
        return None
    for depth in range(min(2, len(table.rows))):
        head, deep = table.rows[depth], depth + 1
        above: dict[int, Passage] = {}  # what a wide heading says over each of the columns it spans
        if len(table.rows) > depth + 2 and _splits(head, table.rows[depth + 1]):
            lower = table.rows[depth + 1]
            under = {cell.column for cell in lower}
            above = {
                column: cell.text
                for cell in head
                if cell.span > 1
                for column in range(cell.column, cell.column + cell.span)
            }
            head, deep = [*(cell for cell in head if cell.column not in under), *lower], depth + 2
        typed = any(word.entry for cell in head for word in cell.text.words)
        if len(head) < 2 or typed or _answered(head):
            continue
        best: tuple[float, str, dict[int, str]] | None = None
        for kind in _NEEDED:
            roles: dict[int, str] = {}
            for cell in head:
                role = knowledge.column(kind, cell.text.text)
                if role:
                    roles[cell.column] = role
                elif (over := above.get(cell.column)) is not None:
                    told = knowledge.column(kind, over.flat) or knowledge.column_by_word(kind, over.flat)
                    if told in ("amount", "frequency"):  # "Minutes per session" over "Direct" and "Indirect"
                        roles[cell.column] = told
            named = len([cell for cell in head if cell.text])
            if not named:
                continue
            known = len(roles)
            for cell in head:
                if cell.column not in roles and cell.text:
                    role = knowledge.column_by_word(kind, cell.text.flat)
                    again = any(roles.get(c.column) == role and c.text.flat == cell.text.flat for c in head)
                    if role and (
                        again or role not in roles.values() or role in ("amount", "frequency", "other")
                    ):
                        roles[cell.column] = role
            if not known and (len(set(roles.values())) < 3 or len(table.rows) < 2 or depth):
                continue
            share = len(roles) / named
            score = len(set(roles.values())) + share
            first = min(cell.column for cell in head)
            enough = 0.5
            if kind == "accommodations" and (
                roles.get(first) == "name"
                or any(
                    knowledge.lists_supports(c.text.text) or _OF_SUPPORTS.fullmatch(c.text.flat) for c in head
                )
            ):
                enough = 0.1
            if _decides(kind, set(roles.values())) and share >= enough and (best is None or score > best[0]):
                best = (score, kind, roles)
        if best:
            if best[1] == "services":
                _refine_by_content(table, best[2], deep)
            if best[1] == "goals":
                _refine_goals(table, best[2], deep)
            return best[1], best[2], deep
    roles = {}
    if (
        len(table.rows) > 2
        and len(table.rows[0]) > 2
        and not any(_TIME.search(c.text.flat) or re.search(r":\s*\S", c.text.flat) for c in table.rows[0])
    ):
        roles = {
            c.column: role
            for c in table.rows[0]
            if (
                role := knowledge.column("services", c.text.text)
                or knowledge.column_by_word("services", c.text.flat)
            )
        }
        _refine_by_content(table, roles, 1)
        if _decides("services", set(roles.values())) and "amount" in roles.values():
            return "services", roles, 1
    return None


_OF_SUPPORTS = re.compile(r"(?i)\W*(?:program |curriculum )?(?:modifications?|accommodations?)\W*")


def _answered(row: list[Cell]) -> bool:
    """Whether most cells of a row hold a label with its value ("Begin Date: 9/19/2025") rather than a heading."""
    filled = [cell for cell in row if cell.text]
    labelled = sum(bool(_LABEL_VALUE.match(cell.text.text)) for cell in filled)
    return labelled > 0.5 * len(filled) or any(_over_answer(cell.text.text) for cell in filled)


def _over_answer(text: str) -> bool:
    """Whether a cell holds more than a heading: a line, and under it words that only an answer has."""
    first, _, rest = text.partition("\n")
    words = rest.split()
    if len(first.split()) > 7 or len(words) < 6 or _HINT.match(rest):
        return False
    return bool(re.search(r"\d", rest)) or (len(words) > 14 and " will " in f" {rest} ")


_HINT = re.compile(
    r"(?i)\s*(?:\(|how\b|when\b|what\b|where\b|who\b|which\b|e\.g|include|list|describe|min|hours?\b|from\b|m/d)"
)


def _tells_changes(row: list[Cell]) -> bool:
    """Whether a row heads a table of what an amendment changes."""
    words = {cell.text.flat.strip().lower() for cell in row}
    return bool(words & _BEFORE) and bool(words & _AFTER)


_BEFORE = {
    "was",
    "from",
    "before",
    "current",
    "previous",
    "old",
    "original",
    "change from",
    "changed from",
    "current iep",
    "antes",
}
_AFTER = {
    "now",
    "is now",
    "after",
    "new",
    "amended",
    "amended to",
    "change to",
    "changed to",
    "amendment",
    "revised",
    "ahora",
}


_LABEL_VALUE = re.compile(r"[^:?\n]{2,50}:[ \t]+\S")


def _splits(head: list[Cell], lower: list[Cell]) -> bool:
    """Whether ``lower`` heads the columns that a wide cell of ``head`` spans."""
    wide = [range(cell.column, cell.column + cell.span) for cell in head if cell.span > 1]
    if not wide or len(lower) >= len(head) + len(wide) or not all(cell.text for cell in lower):
        return False
    return all(any(cell.column in span for span in wide) for cell in lower)


_TIME = re.compile(r"(?i)\b\d+(?:\.\d+)?\s*-?\s*(?:min|minutes?|minutos|hours?|hrs?|horas?)\b")
_OFTEN = re.compile(
    r"(?i)\b\d+\s*[x×]|\btimes\b|\bveces\b|\b(?:daily|weekly|monthly|quarterly)\b|\bper (?:day|week|month)\b"
)


def _refine_by_content(table: Table, roles: dict[int, str], depth: int) -> None:
    """Let what a service table's columns hold correct what their headings seem to say."""
    columns: dict[int, list[str]] = {}
    for row in table.rows[depth:]:
        if len(row) > 2:
            for cell in row:
                if cell.text:
                    columns.setdefault(cell.column, []).append(cell.text.flat)
    rows = max((len(texts) for texts in columns.values()), default=0)
    if rows == 0:
        return
    dated = []
    for column, texts in sorted(columns.items()):
        times = sum(bool(_TIME.search(text)) for text in texts) / len(texts)
        often = sum(bool(_OFTEN.search(text)) for text in texts) / len(texts)
        days = [len(dates_in(text)) for text in texts]
        role = roles.get(column)
        if sum(bool(d) for d in days) >= 0.6 * len(texts):
            dated.append(column)
            if max(days) > 1:
                roles[column] = "dates"
            elif role not in ("start", "end", "dates"):
                roles[column] = "start" if "start" not in roles.values() else "end"
        elif times >= 0.5 and (
            role not in ("amount", "frequency", "name")
            or (role == "name" and "name" in (roles.get(other) for other in columns if other < column))
        ):
            roles[column] = "amount"
        elif often >= 0.5 and role is None:
            roles[column] = "frequency"
        elif role is None and all(re.fullmatch(r"\d{1,2}", text) for text in texts) and rows > 1:
            numbers = [int(text) for text in texts]
            if numbers != list(range(1, len(numbers) + 1)):  # not the rows counted
                roles[column] = "frequency"
    first = min(columns)
    if (
        roles.get(first) is None
        and len(columns[first]) >= 0.7 * rows
        and (sum(bool(_TIME.search(text)) for text in columns[first]) < 0.3 * rows)
        and not all(_AN_ANSWER.fullmatch(text) for text in columns[first])
    ):
        for column, role in list(roles.items()):
            if role == "name":
                roles[column] = "note"
        roles[first] = "name"


_AN_ANSWER = re.compile(r"(?i)\W*(?:yes|no|y|n|x|n/?a|sí|true|false)?\W*")
_WILL = re.compile(r"(?i)\b(?:will|shall|podrá|deberá)\b|\b\w{3,}rá\b")


def _refine_goals(table: Table, roles: dict[int, str], depth: int) -> None:
    """Let the column that says what somebody will do be the goals' column, whatever its heading."""
    told: dict[int, int] = {}
    for row in table.rows[depth:]:
        for cell in row:
            if len(cell.text.flat) > 40 and _WILL.search(cell.text.flat):
                told[cell.column] = told.get(cell.column, 0) + 1
    if not told:
        return
    best = max(told, key=lambda column: told[column])
    if roles.get(best) in (None, "other", "note") and not any(
        told.get(c) for c, role in roles.items() if role == "text"
    ):
        for column in [c for c, role in roles.items() if role == "text" and c > best]:
            del roles[column]
        roles[best] = "text"


_NEEDED = {
    "services": ({"name"}, {"amount", "frequency"}),
    "accommodations": ({"name"},),
    "team": ({"name"}, {"role", "other"}),
    "goals": ({"text"}, {"criterion", "method", "baseline", "schedule", "timeframe", "objectives"}),
    "assessments": ({"test"}, {"participation", "accommodations"}),
    "factors": ({"factor"}, {"state", "detail"}),
    "transition": ({"activity"}, {"agency"}),
}


def _decides(kind: str, roles: set[str]) -> bool:
    return all(roles & needed for needed in _NEEDED[kind])


def upright(table: Table, knowledge: Knowledge) -> Table:
    """A table of services with its headings at the left set upright, and one without headings given some."""
    rows = table.rows
    if len(rows) < 2 or len(rows[0]) < 3 or any(len(row) != len(rows[0]) for row in rows):
        return table
    if any(re.search(r"[☐☒]", cell.text.text) for row in rows for cell in row):
        return table
    titles = [row[0].text.flat.rstrip(":") for row in rows]
    roles = [knowledge.column("services", title) for title in titles]
    named = {"name"} <= set(roles) and {"amount", "frequency"} & set(roles)
    if named and len(rows) > 2 and len({role for role in roles if role}) > 2 and not _TIME.search(titles[0]):
        turned = [
            [
                Cell(row[column].box, row[column].page, row[column].text, column=number)
                for number, row in enumerate(rows)
            ]
            for column in range(len(rows[0]))
        ]
        return Table(turned, table.edges, table.ruled)
    heads = _heads_of_rows(rows)
    if heads is None:
        return table
    box, page = rows[0][0].box, rows[0][0].page
    return Table(
        [[Cell(box, page, Passage(text), column=rows[0][n].column) for n, text in enumerate(heads)], *rows],
        table.edges,
        table.ruled,
    )


def _heads_of_rows(rows: list[list[Cell]]) -> list[str] | None:
    """Headings for rows that plainly are services: a name, a time and how often, where, from when to when."""
    timed = [
        column
        for column in range(1, len(rows[0]))
        if all(_TIME.search(row[column].text.flat) and _OFTEN.search(row[column].text.flat) for row in rows)
    ]
    if len(timed) != 1 or any(
        not row[0].text or re.search(r"\d", row[0].text.flat) or len(row[0].text.flat.split()) > 9
        for row in rows
    ):
        return None
    heads = []
    for column in range(len(rows[0])):
        days = [len(dates_in(row[column].text.flat)) for row in rows]
        if column == 0:
            heads.append("Service")
        elif column == timed[0]:
            heads.append("Amount")
        elif all(days):
            heads.append("Dates" if max(days) > 1 else "Start" if "Start" not in heads else "End")
        else:
            heads.append("Location" if "Location" not in heads else "Provider")
    return heads
