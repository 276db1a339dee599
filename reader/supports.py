"""Accommodations, modifications and how the child takes state tests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from reader.choices import choices_in, yes_or_no
from reader.knowledge import Knowledge, plain, squeezed
from reader.labels import Entry, entries_in
from reader.layout import EMPTY, TICKED, Cell, Passage, Table
from reader.parts import Part
from reader.reading import Assessments, Text, Value, concluded, read_as
from reader.services import Support, timed_support
from reader.tables import table_kind

_BULLET = re.compile(r"^\s*[•·▪‣●○◦*–-]\s+|^\s*\d{1,2}[.)]\s+|^\s*\([a-z\d]{1,2}\)\s+|^\s*[a-z]\)\s+")


def read_supports(
    parts: Sequence[Part], extra: Sequence[Support], knowledge: Knowledge
) -> tuple[list[Text], list[Text]]:
    """(accommodations, modifications). ``extra``: supports found as rows of service tables."""
    kept: dict[str, list[Text]] = {"accommodation": [], "modification": []}
    for support in extra:
        kept[support.kind].append(read_as(_bare(support.text.flat), support.text, "column"))
    for part in parts:
        if part.kind in ("attachment", "notes", "notice", "goals", "evaluation"):
            continue
        if part.kind == "transition":
            for table in part.tables:
                if (
                    (kind := table_kind(table, knowledge))
                    and kind[0] == "accommodations"
                    and kind[1].get(0) == "name"
                ):
                    _table(table, part, kept, knowledge)
            continue
        if part.kind == "assessments" and not re.search(r"(?i)instruct|class|aula", part.title.flat):
            continue
        for unit in part.units():
            if isinstance(unit, Table):
                _table(unit, part, kept, knowledge)
            elif part.kind in ("accommodations", "modifications"):
                _prose(unit, part, kept, knowledge)
            else:
                for entry in entries_in(unit, knowledge, part.kind):
                    if entry.role in ("modifications",) or (
                        entry.role == "accommodations"
                        and entry.value
                        and part.kind in ("services", "unknown", "student", "lre")
                    ):
                        _entry(entry, kept, knowledge)
    if not kept["accommodation"]:
        for part in parts:
            if part.kind not in (
                "attachment",
                "notes",
                "notice",
                "evaluation",
                "present_levels",
                "transition",
                "goals",
            ):
                kept["accommodation"] += _told_by_contents(part, knowledge)
    return _distinct(kept["accommodation"]), _distinct(kept["modification"])


_MINUTES = re.compile(r"(?i)\d\s*(?:min|hour|hr)")


def _told_by_contents(part: Part, knowledge: Knowledge) -> list[Text]:
    """Items of a list, under whatever heading, most of which are worded as accommodations are."""
    found: list[Text] = []
    for unit in part.units():
        if isinstance(unit, Table):
            rows = [
                row[0].text
                for row in unit.rows[1:]
                if len(row) > 1 and 1 < len(row[0].text.flat.split()) < 25
            ]
            worded = sum(knowledge.worded_as_support(text.flat) for text in rows)
            timed = sum(any(_MINUTES.search(cell.text.flat) for cell in row[1:]) for row in unit.rows[1:])
            if (
                3 <= len(rows) >= 0.7 * (len(unit.rows) - 1)
                and worded >= 0.5 * len(rows)
                and timed < 0.3 * len(rows)
            ):
                found += [read_as(_bare(text.flat), text, "loose") for text in rows]
                continue
        passages = [unit] if isinstance(unit, Passage) else [cell.text for cell in unit.cells()]
        for passage in passages:
            marked = [choice.words for choice in choices_in(passage) if choice.marked and choice.words]
            worded_marks = sum(knowledge.worded_as_support(words.flat) for words in marked)
            if len(marked) >= 3 and worded_marks >= 0.6 * len(marked):
                found += [read_as(_bare(words.flat), words, "loose") for words in marked]
                continue
            lines = passage.lines()
            first = next((n for n, line in enumerate(lines) if _BULLET.match(line.text)), None)
            items = (
                [item for item in _bulleted(lines[first:]) if _BULLET.match(item.text)]
                if first is not None
                else []
            )
            worded = [item for item in items if knowledge.worded_as_support(item.flat)]
            if len(items) >= 3 and len(worded) >= 0.5 * len(items):
                found += [read_as(_bare(item.flat), item, "loose") for item in items if len(item.flat) < 200]
    return found


def _distinct(values: list[Text]) -> list[Text]:
    seen: set[str] = set()
    found = []
    for value in values:
        key = squeezed(value.value)
        if key and key not in seen and not _ONLY_HEADING.fullmatch(plain(value.value)):
            seen.add(key)
            found.append(value)
    return found


_ONLY_HEADING = re.compile(
    r"(?:(?:general|program|classroom|testing|student|list|the|of|and|other|curriculum)\s+)*(?:accommodations?|modifications?|adaptations?|adaptaciones|acomodaciones|modificaciones"
    r"|supplementary aids(?: and services)?|supports?)(?:\s*(?:and|/|y|or)\s*(?:accommodations?|modifications?|supports?|modificaciones))?(?:\s*\([^)]*\))?\W*"
)


def _bare(words: str) -> str:
    words = re.sub(
        r"^[☐☒\s•·▪‣●○◦*–-]+|^\d{1,2}[.)]\s+|^\d{1,2}[a-z][:.)]\s+|^\([a-z\d]{1,2}\)\s+|^[a-z]\)\s+",
        "",
        words,
    )
    words = re.sub(r"[\s_;,]+$", "", words)
    return words[:-1] if words.endswith(".") and words.count(".") == 1 else words


def _table(table: Table, part: Part, kept: dict[str, list[Text]], knowledge: Knowledge) -> None:
    kind = table_kind(table, knowledge)
    if kind is None:
        if part.kind in ("accommodations", "modifications"):
            _loose_table(table, part, kept, knowledge)
        return
    name, roles, depth = kind
    taught = re.search(r"(?i)instruct|class|aula", part.title.flat)
    if name != "accommodations" or (part.kind == "assessments" and not taught):
        return
    columns = [column for column, role in roles.items() if role == "name"]
    if part.kind == "present_levels" and columns != [0]:
        return  # how each need is met, not a list of supports
    head = {cell.column: cell.text for cell in table.rows[depth - 1]}
    for column in columns:
        title = plain(head[column].flat)
        default = (
            "modification"
            if "modif" in title
            and "accom" not in title
            and "sdi" not in title
            and "support" not in title
            and "aid" not in title
            else "accommodation"
        )
        over = False  # at what is for the staff
        for row in table.rows[depth:]:
            cell = next((c for c in row if c.column == column), None)
            repeated = [
                c
                for c in row
                if c.column != column and c.text and c.text.flat == head.get(c.column, c.text).flat
            ]
            if (
                cell is not None and len([c for c in repeated if c.column in head]) >= 2
            ):  # the heading of another list
                words = plain(cell.text.flat)
                over = bool(re.search(r"personnel|personal escolar", words))
                default = "modification" if re.search(r"modif", words) else "accommodation"
                continue
            if cell is not None and (group := _group_heading(row, cell)) is not None:
                over, default = group == "staff", group if group != "staff" else default
                continue
            if over or cell is None or not cell.text or knowledge.says_nothing(cell.text.text):
                continue
            if len(row) == 1 and len(head) > 1:
                if re.search(r"modif", plain(cell.text.flat)):
                    default = "modification"
                elif re.search(r"accom|adapta|acomod", plain(cell.text.flat)):
                    default = "accommodation"
                continue
            boxes = [c for c in row if c is not cell and c.text.text.strip() in (TICKED, EMPTY)]
            if boxes and not any(c.text.text.strip() == TICKED for c in boxes):
                continue
            if timed_support(row, cell, knowledge):
                continue  # a service
            type_cell = next((c for c in row if roles.get(c.column) == "kind"), None)
            slot = default
            if type_cell is not None and "modif" in plain(type_cell.text.flat):
                slot = "modification"
            for item in _lines_of_cell(cell):
                _add(item, slot, kept, knowledge, "column")


def _group_heading(row: list[Cell], cell: Cell) -> str | None:
    """accommodation, modification or staff, when a row only names the kind of what stands below it."""
    text = cell.text
    if [c for c in row if c.text] != [cell] or len(row) < 2 or not text.bold or len(text.flat.split()) > 6:
        return None
    words = plain(text.flat)
    if re.search(r"personnel|staff|personal escolar", words):
        return "staff"
    if re.search(r"modif", words):
        return "modification"
    return "accommodation" if re.search(r"accom|adapta|acomod|\baids?\b|supports?$", words) else None


def _lines_of_cell(cell: Cell) -> list[Passage]:
    """The items of a cell that lists one to a line: a line ends although the next word would have had room."""
    lines = cell.text.lines()
    if len(lines) < 2 or any(
        _BULLET.match(line.text) or EMPTY in line.text or TICKED in line.text for line in lines
    ):
        return [cell.text]
    return [Passage.join(item, "\n") for item in _short_lines(lines, cell.box[2])]


def _short_lines(lines: list[Passage], right: float) -> list[list[Passage]]:
    """Lines grouped to items: one that begins with a capital, after a line with room left, opens an item."""
    items: list[list[Passage]] = []
    for line in lines:
        last = items[-1][-1] if items else None
        if last is not None and line.words and last.words:
            word = line.words[0]
            room = right - last.words[-1].box[2] > (word.box[2] - word.box[0]) + 8
            if not room or not line.text[:1].isupper() or last.flat.endswith((",", ";")):
                items[-1].append(line)
                continue
        items.append([line])
    return items


def _add(text: Passage, slot: str, kept: dict[str, list[Text]], knowledge: Knowledge, how: str) -> None:
    if EMPTY in text.text or TICKED in text.text:
        for choice in choices_in(text):
            said = not _yes_no(choice.words.flat) and not knowledge.says_nothing(choice.words.text)
            if choice.marked and choice.words and said:
                kept[slot].append(read_as(_bare(choice.words.flat), choice.words, "box"))
        return
    lead = re.match(
        r"(?i)^(?:program )?(modifications?|accommodations?|adaptaci[oó]n(?:es)?|modificaci[oó]n(?:es)?)\s*[:–-]\s*",
        text.text,
    )
    if lead:
        slot = "modification" if plain(lead[1]).startswith("modif") else "accommodation"
        text = text.cut(lead.end())
    lines = text.lines()
    if len(lines) > 1 and sum(bool(_BULLET.match(line.text)) for line in lines) >= 2:
        for item in _bulleted(lines):
            kept[slot].append(read_as(_bare(item.flat), item, how))
        return
    words = _bare(text.flat)
    if words and not knowledge.says_nothing(words) and len(words) < 260:
        kept[slot].append(read_as(words, text, how))


def _yes_no(words: str) -> bool:
    return squeezed(words) in ("yes", "no", "si", "y", "n", "na")


def _lists_of(lines: list[Passage], slot: str) -> list[tuple[str, list[Passage]]]:
    """(accommodation, modification or staff, lines) of bulleted lists, each perhaps under a line that names it."""
    found: list[tuple[str, list[Passage]]] = []
    current: list[Passage] | None = None
    for line in lines:
        if _BULLET.match(line.text):
            if current is None:
                current = []
                found.append((slot, current))
            current.append(line)
            continue
        words = plain(line.flat)
        names = len(words.split()) <= 7 and line.text[:1].isupper() and not re.search(r"[.;,]\s*$", words)
        if names and re.search(r"personnel|staff|personal escolar", words):
            slot, current = "staff", None
        elif names and re.search(r"modific", words) and "accom" not in words:
            slot, current = "modification", None
        elif names and re.search(r"accommodat|adaptac|acomodac|supplementary aids", words):
            slot, current = "accommodation", None
        elif current is not None:
            current.append(line)
    return found


def _begun(lines: list[Passage]) -> list[Passage]:
    """Items without bullets: each begins with a capital on a line of its own."""
    items: list[list[Passage]] = []
    for line in lines:
        if line.text[:1].islower() and items:
            items[-1].append(line)
        else:
            items.append([line])
    return [Passage.join(item, "\n") for item in items]


def _bulleted(lines: list[Passage]) -> list[Passage]:
    items: list[list[Passage]] = []
    for line in lines:
        if _BULLET.match(line.text) or not items:
            items.append([line])
        else:
            items[-1].append(line)
    return [Passage.join(item, "\n") for item in items]


def _loose_table(table: Table, part: Part, kept: dict[str, list[Text]], knowledge: Knowledge) -> None:
    """A table of supports without a known heading: choices in cells, or category beside its list."""
    slot = "modification" if part.kind == "modifications" else "accommodation"
    begins = [row[0].text.text.strip() in (TICKED, EMPTY) for row in table.rows if row]
    boxed = sum(begins) > 0.5 * len(begins)  # a box, what it offers, where and when
    for row in table.rows:
        cells = [cell.text for cell in row if cell.text]
        if boxed and row[0].text.text.strip() not in (TICKED, EMPTY):
            continue  # the heading
        if len(cells) > 1 and cells[0].text.strip() in (
            TICKED,
            EMPTY,
        ):  # a box, what it offers, where and when
            if cells[0].text.strip() == TICKED:
                _add(cells[1], slot, kept, knowledge, "column")
            continue
        headed = [
            (cell.text, head) for cell in row if (head := _list_heading(cell.text, knowledge)) is not None
        ]
        if headed:
            for text, (kind, end) in headed:
                if kind != "staff":
                    _split(text.cut(end), kind, kept, knowledge)
            continue
        if row and (listed := _under_group(row[0])):
            for item in listed:
                _add(item, slot, kept, knowledge, "row")
            continue
        for index, text in enumerate(cells):
            if TICKED in text.text or EMPTY in text.text:
                _add(text, slot, kept, knowledge, "box")
                continue
            role = knowledge.label(text.text.strip().rstrip(":"))
            if role in ("accommodations", "modifications") and index + 1 < len(cells):
                _split(cells[index + 1], "modification" if role == "modifications" else slot, kept, knowledge)
                break
            lead = re.match(r"([^:\n]{3,40}):\s*", text.text)
            if lead and _names_support(
                Entry(None, text.cut(0, lead.end()), text.cut(lead.end()), part.kind), knowledge
            ):
                _add(text.cut(lead.end()), slot, kept, knowledge, "row")
                continue
            for entry in entries_in(text, knowledge, part.kind):
                if entry.role in ("accommodations", "modifications"):
                    _entry(entry, kept, knowledge)


def _list_heading(text: Passage, knowledge: Knowledge) -> tuple[str, int] | None:
    """(kind, where the list begins) of a cell whose first line names the list under it: "General accommodations"."""
    first, _, rest = text.text.partition("\n")
    if (
        not rest
        or len(first.split()) > 5
        or EMPTY in first
        or TICKED in first
        or re.search(r"[.;]\s*$", first)
    ):
        return None
    if not any(_BULLET.match(line) for line in rest.split("\n")):
        return None
    words = plain(first)
    if re.search(r"personnel|staff", words):
        return "staff", len(first)
    if re.search(r"accommodat|adaptac|acomod", words):
        return "accommodation", len(first)
    return ("modification", len(first)) if "modific" in words else None


_GROUPS = re.compile(
    r"(?i)^(?:[\w-]{1,24}(?:/| and | & |, | y | )){0,3}(?:materials?|books|equipment|tests?|quizzes|grading|assessments?|organization\w*|environment\w*|behavior\w*"
    r"|interventions?|supports?|instruction\w*|strategies|presentation|response|setting|timing|scheduling|assignments?|technology|communication"
    r"|social|physical|sensory|content|other|materiales|pruebas|ambiente|conducta|organización|presentación|respuesta)\b[^:.?]{0,40}:\s*\n"
)


def _under_group(cell: Cell) -> list[Passage]:
    """The items of a cell headed by the group of supports it lists: "Materials/books:", then one to a line."""
    head = _GROUPS.match(cell.text.text)
    if head is None or EMPTY in cell.text.text or TICKED in cell.text.text:
        return []
    return [Passage.join(item, "\n") for item in _short_lines(cell.text.cut(head.end()).lines(), cell.box[2])]


def _plain_list(lines: list[Passage]) -> list[Passage]:
    """Supports set one to a line without bullets, after what the form says in sentences; empty if it is not so."""
    after = max((n for n, line in enumerate(lines[:5], 1) if re.search(r"[.:?]$", line.flat)), default=0)
    begun = _begun(lines[after:])
    short = [
        item
        for item in begun
        if len(item.flat.split()) <= 16 and not re.search(r"[.:?]$|\. |_{3}", item.flat)
    ]
    return begun if len(begun) > 1 and len(short) == len(begun) else []


def _names_support(entry: Entry, knowledge: Knowledge) -> bool:
    """Whether a labelled box of its own names a support: "Service nature: picture schedule"."""
    label = entry.label.flat.rstrip(": ")
    return bool(label and entry.value) and (
        knowledge.column("services", label) == "name" or knowledge.column("accommodations", label) == "name"
    )


def _split(text: Passage, slot: str, kept: dict[str, list[Text]], knowledge: Knowledge) -> None:
    """A list set in running text: bullets, boxes, semicolons or lines."""
    if not text or knowledge.says_nothing(text.text):
        return
    if TICKED in text.text or EMPTY in text.text:
        _add(text, slot, kept, knowledge, "box")
        return
    lines = text.lines()
    if sum(bool(_BULLET.match(line.text)) for line in lines) >= 2:
        items = _bulleted(lines)
    elif text.text.count(";") >= 1:
        items = text.split(";")
    elif _is_comma_list(text.flat):
        items = text.split(",")
    elif (len(lines) > 1 and all(word.entry for word in text.words)) or (
        len(lines) > 1 and all(line.text[:1].isupper() for line in lines) and not text.flat.endswith(".")
    ):
        items = lines
    elif len(lines) > 2 and sum(line.text[:1].isupper() for line in lines) > 1 and "." not in text.text:
        items = _begun(lines)
    else:
        items = [text]
    for item in items:
        words = _bare(item.flat)
        if words and not knowledge.says_nothing(words) and len(words) < 260 and len(words) > 2:
            kept[slot].append(read_as(words, item, "label"))


def _is_comma_list(words: str) -> bool:
    """Short things after one another: "extra time, copies of notes, seat in front"."""
    items = re.sub(r"\([^)]*\)", "", words).rstrip(".").split(",")
    return (
        len(items) >= 3 and "." not in words.rstrip(".") and all(0 < len(item.split()) <= 6 for item in items)
    )


def _entry(entry: Entry, kept: dict[str, list[Text]], knowledge: Knowledge) -> None:
    answer = re.match(
        r"\s*☐\s*(?:yes|sí)\s*☒\s*no\b|\s*none\b|\s*no\b[.,]?|\s*ningun", entry.value.text, re.I
    )
    if answer:
        return
    slot = "modification" if entry.role == "modifications" else "accommodation"
    _split(_first_paragraph(entry.value), slot, kept, knowledge)


def _first_paragraph(value: Passage) -> Passage:
    lines = value.lines()
    kept: list[Passage] = []
    for line in lines:
        if kept and line.text.isupper() and len(line.flat) > 8:
            break
        kept.append(line)
    return Passage.join(kept, "\n")


def _prose(unit: Passage, part: Part, kept: dict[str, list[Text]], knowledge: Knowledge) -> None:
    slot = "modification" if part.kind == "modifications" else "accommodation"
    entered = [line for line in unit.lines() if line.words and all(w.entry for w in line.words)]
    for entry in entries_in(unit, knowledge, part.kind):
        if entry.role in ("modifications", "accommodations"):
            _entry(entry, kept, knowledge)
        elif entry.role is None and not entry.label:
            lines = entry.value.lines()
            if any(_BULLET.match(line.text) for line in lines):
                for own, listed in _lists_of(lines, slot):
                    for item in _bulleted(listed):
                        words = _bare(item.flat)
                        if (
                            own != "staff"
                            and words
                            and len(words) < 200
                            and not knowledge.says_nothing(words)
                        ):
                            kept[own].append(read_as(words, item, "row"))
            elif TICKED in entry.value.text:
                _add(entry.value, slot, kept, knowledge, "box")
            elif entered:
                for line in lines:
                    if line.words and all(word.entry for word in line.words):
                        kept[slot].append(read_as(_bare(line.flat), line, "label"))
            elif entry.value.text.count(";") >= 2 or (
                knowledge.is_list(part.title.flat)
                and len(entry.value.flat) < 60 * len(lines) + 40
                and "." not in entry.value.text
            ):
                _split(entry.value, slot, kept, knowledge)
            else:
                for item in _plain_list(lines):
                    _add(item, slot, kept, knowledge, "row")
        elif (
            entry.role is None
            and entry.value
            and TICKED in entry.value.text
            and not re.match(r"\W*(?:☐|☒)\s*(?:yes|no)\b", entry.value.text, re.I)
        ):
            _add(entry.value, slot, kept, knowledge, "box")
        elif entry.role is None and sum(bool(_BULLET.match(line.text)) for line in entry.value.lines()) >= 2:
            listed = [line for line in entry.value.lines()]
            first = next(i for i, line in enumerate(listed) if _BULLET.match(line.text))
            for item in _bulleted(listed[first:]):
                _add(item, slot, kept, knowledge, "row")
        elif (
            entry.role is None
            and entry.value
            and entry.value.text.count(";") >= 1
            and re.search(
                r"(?i)accom|present|respon|setting|timing|schedul|adapta|organiz|environment|instruction|material|testing",
                entry.label.flat,
            )
        ):
            _split(entry.value, slot, kept, knowledge)


# ---------------------------------------------------------------- assessments


def read_assessments(parts: Sequence[Part], knowledge: Knowledge, *, iep: bool) -> Assessments:
    """How the child takes state tests, which, and with what accommodations."""
    found = Assessments()
    own = [part for part in parts if part.kind == "assessments"]
    alternate: bool | None = None
    named_alternate: Passage | None = None
    regular = None
    exempt = None
    source = Passage()
    for part in own:
        above = ""  # the line right above a table
        for unit in part.units():
            if (
                isinstance(unit, Table)
                and _OF_DISTRICT.search(above)
                and not re.search(r"(?i)\bstate", above)
            ):
                continue
            above = unit.lines()[-1].flat if isinstance(unit, Passage) and unit else ""
            if isinstance(unit, Table) and (marked := _test_matrix(unit, found, knowledge)) is not None:
                alternate, regular = alternate or marked[0], regular or marked[1]
                source = source or marked[2]
                continue
            lined = False
            if isinstance(unit, Passage):
                _tests_over_choices(unit, found, knowledge)
                if (way := _tests_in_lines(unit, found, knowledge)) is not None:
                    regular, source, lined = regular or way.startswith("regular"), source or unit, True
                if (told := _tests_told(unit, found)) is not None:
                    regular = regular or told.startswith("regular")
                    alternate = alternate or told == "alternate" or None
                    source = source or unit
            if isinstance(unit, Table):
                kind = table_kind(unit, knowledge)
                if kind and kind[0] in ("assessments", "accommodations"):
                    marks = _test_rows(unit, kind[0], kind[1], kind[2], found, knowledge)
                    alternate = alternate or marks[0]
                    regular = regular or marks[1]
                    source = source or marks[2]
                    continue
                passages = [cell.text for cell in unit.cells()]
                entries = [e for row in unit.rows for e in _row_entries(row, knowledge)]
                texts = [*passages]
            else:
                entries = entries_in(unit, knowledge, part.kind)
                texts = [unit]
            if isinstance(unit, Table) and len(unit.rows) >= 2:
                for column in unit.rows[0]:
                    role = knowledge.label(column.text.text)
                    if role in ("assessment.tests", "assessment.accommodations", "accommodations"):
                        for row in unit.rows[1:]:
                            cell = next((c for c in row if c.column == column.column), None)
                            if cell is not None and cell.text:
                                entries.append(Entry(role, column.text, cell.text, part.kind, "column"))
            for entry in entries:
                if lined and _WAY_FIRST.match(entry.label.text):
                    continue  # beside the test's name, and read with it
                if entry.role == "assessment.tests":
                    boxed = re.search(rf"\n[^\n]*[{TICKED}{EMPTY}]", entry.value.text)
                    _tests(entry.value.cut(0, boxed.start() if boxed else None), found, knowledge)
                elif entry.role in ("assessment.accommodations", "accommodations") or (
                    entry.role is None
                    and TICKED not in entry.value.text
                    and EMPTY not in entry.value.text
                    and re.match(
                        r"(?i)(?:\w+ ){0,3}(?:accommodations|adaptaciones|acomodaciones)\b", entry.label.flat
                    )
                ):
                    _accommodations(entry.value, found, knowledge)
                elif re.match(
                    r"(?i)\W*(?:alternate assessment|evaluaci[oó]n alterna(?:tiva)?)\W*$", entry.label.flat
                ) and (
                    len(entry.value.flat) > 5
                    and EMPTY not in entry.value.text
                    and not re.match(r"(?i)\W*(?:no\b|none|n/a|not |ningun)", entry.value.flat)
                ):
                    _tests(entry.value.lines()[0], found, knowledge)
                    named_alternate = entry.value
                elif (
                    entry.label
                    and not _OF_DISTRICT.search(entry.label.flat)
                    and re.search(
                        r"(?i)identify the alternate assessment|name of alternate|assessments?$|pruebas",
                        entry.label.flat.rstrip(": "),
                    )
                ):
                    _tests(entry.value, found, knowledge)
            for text in texts:
                for choice in choices_in(text):
                    words = plain(choice.words.flat)
                    if not choice.marked or not words:
                        continue
                    if re.search(
                        r"out of testing|not applicable|not in a grade|not tested|not administered|no statewide|no aplica|exempt|does not take (?:a|the|any|this) |not required|no state|no hay (?:evaluaci|prueba)",
                        words,
                    ):
                        exempt = choice.words
                    elif re.search(r"alternate|\balt\b|alterna|-alt\b|alternativ", words):
                        alternate, source = True, choice.words
                    elif re.search(
                        r"with(?:out)? accommodation|participate|regular|general|standard|con adaptaciones|sin adaptaciones|same",
                        words,
                    ):
                        regular, source = True, choice.words
                        _listed_after(choice.words, found, knowledge)
                        if (
                            re.search(r"with accommodation|con adaptaciones", words)
                            and "without" not in words
                        ):
                            found.participation = read_as("regular_with_accommodations", choice.words, "box")
                        elif re.search(r"without accommodation|sin adaptaciones", words):
                            found.participation = read_as("regular", choice.words, "box")
                    if named := _named_tests(choice.words.cut(choice.words.text.find(":") + 1)):
                        found.state_tests += [read_as(_bare(test.flat), test, "box") for test in named]
                    elif not re.search(r"^(?:yes|no|si)\b", words):
                        _name_tests(choice.words, found, knowledge)
            for text in texts:
                if (
                    _EXEMPT.search(text.flat)
                    and exempt is None
                    and not re.search(f"{EMPTY}[^{TICKED}{EMPTY}]*not applicable", text.flat, re.I)
                ):
                    exempt = text
            if (
                not isinstance(unit, Table)
                and not regular
                and not choices_in(unit)
                and _listed_after(unit, found, knowledge)
            ):
                found.participation = read_as("regular_with_accommodations", unit, "sentence")
    if not own:
        _from_labels(parts, found, knowledge)
    if not iep and not found.state_tests and not own:
        return found
    _dedupe(found)
    if named_alternate is not None and not regular and found.participation is None:
        alternate, source = True, named_alternate
    if alternate:
        found.participation = read_as("alternate", source, "box")
    elif exempt is not None and not found.state_tests and not regular:
        found.participation = read_as("not_tested_at_grade", exempt, "sentence")
    elif found.participation is None and (found.state_tests or regular):
        way = "regular_with_accommodations" if found.accommodations else "regular"
        base = (
            found.accommodations[0]
            if found.accommodations
            else (found.state_tests[0] if found.state_tests else None)
        )
        found.participation = (
            Value(way, base.words, base.places, 0.92, "derived") if base else read_as(way, source, "box")
        )
    elif exempt is not None and found.participation is None:
        found.participation = read_as("not_tested_at_grade", exempt, "sentence")
    if found.participation is not None:
        p = found.participation
        found.alternate = Value(p.value == "alternate", p.words, p.places, p.confidence, "derived")
        if p.value == "not_tested_at_grade":
            found.state_tests, found.accommodations = [], []
    return found


_WAYS = (  # how a child takes a test: (what the words say, how); the first that matches
    (r"\balternate\b|\bextended\b(?! time)|\balterna(?:tiva)?\b|-alt\b|\balt\b|mi-access|\bdlm\b", "alternate"),
    (r"not (?:tested|given|administered|applicable|taken)|exempt|no se administra|no aplica", "not_tested_at_grade"),
    (r"without|\bno accommodation|standard (?:administration|conditions)|sin (?:adaptaciones|acomodaciones)", "regular"),
    (r"with|\baccommodation|con (?:adaptaciones|acomodaciones)", "regular_with_accommodations"),
)  # fmt: skip


def _way(words: str) -> str | None:
    words = " ".join(plain(words).split())
    return next((way for pattern, way in _WAYS if re.search(pattern, words)), None)


_OF_DISTRICT = re.compile(
    r"(?i)\bdistrict[- ]?wide\b|\bdistrict (?:tests|assessments?)\b|\blocal (?:tests|assessments?)\b|\bdel distrito\b"
)
_TAKES = re.compile(r"\bparticipat\w*|\btakes?\b|\btake part\b|^\W*yes\b|^\W*s[ií]\b|participa")


def _test_matrix(table: Table, found: Assessments, knowledge: Knowledge) -> tuple[bool, bool, Passage] | None:
    """A table with a row for each test and a column of boxes for each way to take it.

    (alternate, regular, the words of the way marked), or None when the table is none such.
    """
    while len(table.rows) > 2 and len(table.rows[0]) == 1:
        table = Table(table.rows[1:], table.edges, table.ruled)  # without its title
    boxed = {c.column for c in table.rows[0][1:] if _boxes_only(table, c.column)}
    listed = [
        c.column for c in table.rows[0][1:] if c.column not in boxed and knowledge.column("assessments", c.text.text) == "accommodations"
        and not re.match(r"(?i)\W*(?:with|without|no|con|sin)\b", c.text.flat)
    ]  # fmt: skip
    ways = {
        cell.column: way
        for cell in table.rows[0][1:]
        if cell.column not in listed and (way := _way(cell.text.flat))
    }
    takes = {
        cell.column
        for cell in table.rows[0][1:]
        if cell.column not in ways and cell.column not in listed and _TAKES.search(plain(cell.text.flat))
    }
    if len(set(ways.values())) < 2 and not (ways and takes):
        return None
    head = {cell.column: cell.text for cell in table.rows[0]}
    taken: list[str] = []
    source = Passage()
    for row in table.rows[1:]:
        marked = [c for c in row if c.column in ways and _ticked(c.text, knowledge)]
        if not marked:
            marked = [c for c in row if c.column in takes and _ticked(c.text, knowledge)]
        if not marked or not row[0].text or marked[0] is row[0]:
            continue
        way = ways.get(marked[0].column, "")
        taken.append(way)
        source = source or Passage.join([head[marked[0].column], row[0].text], ": ")
        local = (_LOCAL_TEST if "state" in plain(table.rows[0][0].text.flat) else _DISTRICT_TEST).search(
            row[0].text.flat
        )
        if way != "not_tested_at_grade" and not local:
            found.state_tests.append(read_as(_bare(row[0].text.flat), row[0].text, "column"))
            if way.startswith("regular"):
                found.participation = read_as(way, source, "box")
            for cell in row:
                if cell.column in listed and cell.text:
                    _accommodations(Passage.join(cell.text.lines(), " "), found, knowledge)
    if not taken:
        return None
    return (
        "alternate" in taken,
        any(way in ("", "regular", "regular_with_accommodations") for way in taken),
        source,
    )


def _ticked(text: Passage, knowledge: Knowledge) -> bool:
    """Whether a cell holds a mark, or Yes marked and not No."""
    if TICKED not in text.text:
        return False
    answer = yes_or_no(text, knowledge)
    return answer is None or answer[0]


def _boxes_only(table: Table, column: int) -> bool:
    """Whether a column holds boxes (and Yes or No beside them) and nothing else."""
    cells = [c.text.text for row in table.rows[1:] for c in row if c.column == column and c.text]
    return bool(cells) and all(
        re.fullmatch(rf"(?i)\s*(?:[{TICKED}{EMPTY}]\s*(?:yes|no|sí|si|n/a)?\s*)+", text) for text in cells
    )


def _tests_over_choices(text: Passage, found: Assessments, knowledge: Knowledge) -> None:
    """Tests named on a line of their own, with the ways to take them as boxes on the next."""
    lines = text.lines()
    for above, below in pairwise(lines):
        options = choices_in(below)
        ways = {_way(choice.words.flat) for choice in options} - {None}
        name = _bare(above.flat)
        if len(ways) < 2 or choices_in(above) or not 3 < len(name) < 80 or name.endswith((".", ":", "?")):
            continue
        marked = next((c for c in options if c.marked), None)
        if (
            marked is not None
            and _way(marked.words.flat) != "not_tested_at_grade"
            and not _DISTRICT_TEST.search(name)
        ):
            named = _named_tests(above) or (above.split(";") if ";" in above.text else [above])
            found.state_tests += [read_as(_bare(test.flat), test, "box") for test in named]


_EXEMPT = re.compile(
    r"(?i)not applicable (?:at|in|this|for)|not in a (?:tested )?grade|no (?:state|statewide)(?: or district)? (?:\w+ )?(?:tests?|testing|assessments?) "
    r"(?:is|are|in|at|for|this)|no hay (?:evaluaci|prueba)|out of testing range|not (?:given|administered|required) (?:at|in|for|this) ?(?:this|pre|grade|kinder|year)?|"
    r"(?:not|never) (?:tested|assessed) (?:this year|in (?:this|grade|kinder)|at this|by the state|until)|grade \w+ is not (?:assessed|tested)|"
    r"(?:does|do|will) not (?:take|participate in) (?:any |the |a )?state|(?:tests?|testing|assessments?) (?:begins?|starts?) in grade|no aplica"
)
_SUBJECT = (
    r"(?:ela\b|english|language arts|mathematics|maths?\b|reading|science|writing|social studies|history|algebra|biology|geometry|"
    r"literacy|lectura|matemáticas|ciencias|escritura|lenguaje)"
)
_TAKEN = re.compile(
    r"(?i)\b(?:takes?|will take|participates? in|will participate in|is tested (?:in|with)|tomará|toma|participará en)\s*:?\s+(?P<tests>[^.☐☒]{6,220}?)"
    r"(?=\s+(?P<way>with(?:out)?(?: the following| these)? (?:testing )?accommodations|con adaptaciones|sin adaptaciones)|[.\n☐☒]|$)"
)
_WAY_FIRST = re.compile(
    r"(?i)\W*(?:with|without|no|con|sin)\s+(?:accommodations?|adaptaciones|acomodaciones)\b"
)


def _named_tests(text: Passage) -> list[Passage]:
    """The tests of an enumeration, when each of its items names a test: an acronym or title and a subject."""
    items: list[Passage] = []
    start = 0
    for stop in re.finditer(r"[,;]\s*(?:and |y )?|\s+(?:and|y)\s+(?=the |[A-Z]{2,})|$", text.text):
        item = text.cut(start, stop.start())
        lead = re.match(r"(?:the|el|la|los|las)\s+", item.text)
        item = item.cut(lead.end()) if lead else item
        if item:
            items.append(item)
        start = stop.end()
    named = [
        item
        for item in items
        if len(item.flat.split()) <= 8
        and (item.text[:1].isupper() or item.text[:1].isdigit())
        and re.search(_SUBJECT, item.flat, re.I)
        and re.search(r"\b[A-Z][A-Z-]{1,}\b|(?i:test|assessment|exam|end-of|prueba)", item.flat)
    ]
    return named if named and len(named) == len(items) else []


def _tests_in_lines(unit: Passage, found: Assessments, knowledge: Knowledge) -> str | None:
    """Tests that stand on lines of their own, beside how each is taken, or in a sentence; how, if it is said."""
    way: str | None = None
    before = len(found.state_tests)
    for line in unit.lines():
        pieces = line.split("\t")
        if (
            len(pieces) == 2
            and _WAY_FIRST.match(pieces[1].text)
            and EMPTY not in line.text
            and TICKED not in line.text
        ):
            way = _way(pieces[1].flat) or way
            if not _DISTRICT_TEST.search(pieces[0].flat) or "state" in plain(pieces[0].flat):
                found.state_tests.append(read_as(_bare(pieces[0].flat), pieces[0], "row"))
            listed = re.search(r":\s*", pieces[1].text)
            if listed:
                _accommodations(pieces[1].cut(listed.end()), found, knowledge)
        elif (
            ":" not in line.text
            and not line.flat.endswith(".")
            and TICKED not in line.text
            and EMPTY not in line.text
        ):
            named = [test for test in _named_tests(line) if not _LOCAL_TEST.search(test.flat)]
            found.state_tests += [read_as(_bare(test.flat), test, "sentence") for test in named]
    if way is not None:
        found.participation = read_as(way, unit, "row")
    flat = unit.text.replace("\n", " ").replace("\t", " ")
    if len(found.state_tests) == before:
        for said in _TAKEN.finditer(flat):
            tests = [
                test
                for test in _named_tests(unit.cut(*said.span("tests")))
                if not _LOCAL_TEST.search(test.flat)
            ]
            found.state_tests += [read_as(_bare(test.flat), test, "sentence") for test in tests]
            if tests and said["way"]:
                way = _way(said["way"]) or way
                found.participation = read_as(way or "regular", unit.cut(*said.span("way")), "sentence")
                _listed_after(unit.cut(said.start("way")), found, knowledge)
    return way


_TOLD_TEST = re.compile(
    r"(?:^|[.;\n]\s*)(?P<test>[A-Z][^.:;\n☐☒]{2,70}):\s*(?P<how>(?:participates?|takes?|will (?:take|participate)|with(?:out)? accommodations)\b[^.;]{0,60})"
)


def _tests_told(text: Passage, found: Assessments) -> str | None:
    """Tests told in sentences, each with how it is taken: "Biology End-of-Course: participates with accommodations"."""
    taken: str | None = None
    for told in _TOLD_TEST.finditer(text.text):
        way = _way(told["how"]) or "regular"
        test = text.cut(*told.span("test"))
        if way == "not_tested_at_grade" or _LOCAL_TEST.search(test.flat):
            continue
        if taken is None or way == "regular_with_accommodations":
            taken = way
        name = re.split(r",\s+(?=[a-z])", test.flat)[0]
        found.state_tests.append(read_as(_bare(name), test, "sentence"))
        found.participation = read_as(taken, text.cut(*told.span("how")), "sentence")
    return taken


def _listed_after(text: Passage, found: Assessments, knowledge: Knowledge) -> bool:
    """Whether a sentence says "with accommodations", and the list that may follow a colon."""
    said = re.search(
        r"(?i)with (?:the following )?(?:testing )?accommodations?\b(\s*:\s*)?|con (?:las siguientes )?adaptaciones\b(\s*:\s*)?",
        text.text,
    )
    if not said:
        return False
    if said[1] or said[2]:
        listed = text.cut(said.end())
        if re.search(r"(?i)\b(?:assessment|test|prueba|evaluaci[oó]n)\b", listed.flat.split(";")[0]):
            _tests(
                Passage.join(listed.lines(), " "), found, knowledge
            )  # taken with accommodations: these tests
        else:
            _accommodations(listed, found, knowledge)
    return True


def _row_entries(row: list[Cell], knowledge: Knowledge) -> list[Entry]:
    found = []
    for index, cell in enumerate(row):
        role = knowledge.label(cell.text.text.strip().rstrip(":?"))
        if role and index + 1 < len(row) and row[index + 1].text:
            found.append(Entry(role, cell.text, row[index + 1].text, "assessments", "row"))
        else:
            found += [e for e in entries_in(cell.text, knowledge, "assessments") if e.label]
    return found


_LOCAL_TEST = re.compile(
    r"(?i)\b(?:district|county|benchmark|local|screener|universal|map growth|i-?ready|distrito)"
)
_DISTRICT_TEST = re.compile(
    r"(?i)\b(?:district|county|benchmark|local|screener|universal|map growth|i-?ready|act\b(?! with)|sat\b(?! school day)|psat|distrito)"
)


def _test_rows(
    table: Table, kind: str, roles: dict[int, str], depth: int, found: Assessments, knowledge: Knowledge
) -> tuple[bool, bool, Passage]:
    alternate = regular = False
    source = Passage()
    wanted = "test" if kind == "assessments" else "name"
    for row in table.rows[depth:]:
        cells = {}
        for cell in row:
            role = roles.get(cell.column)
            if role and role not in cells:
                cells[role] = cell
        if kind == "accommodations":
            named = cells.get("name")
            boxes = [c.text.text.strip() for c in row if c.text.text.strip() in (TICKED, EMPTY)]
            if boxes and TICKED not in boxes:
                continue  # offered, not chosen
            if any(re.fullmatch(r"(?i)\W*(?:i|instruction|classroom|class)\W*", c.text.flat) for c in row):
                continue  # for lessons alone
            if named is not None and named.text and len(row) > 1:
                _accommodations(named.text, found, knowledge)
            continue
        test = cells.get(wanted)
        if test is None or not test.text:
            continue
        name = test.text.flat
        part = cells.get("participation")
        if part is not None and part.text:
            for choice in choices_in(part.text):
                words = plain(choice.words.flat)
                if choice.marked and re.search(r"alternate|\balt\b|alterna|vaap|-alt", words):
                    alternate = True
                    source = choice.words
                elif choice.marked and not re.match(r"no\b|does not|exempt", words):
                    regular = True
                    source = source or choice.words
            words = plain(part.text.flat)
            if TICKED not in part.text.text and EMPTY not in part.text.text:
                if re.search(r"alternate|alterna", words):
                    alternate = True
                    source = part.text
                elif re.match(r"no\b|not|exempt|n/a", words):
                    continue
                else:
                    regular = True
                    source = source or part.text
                    if re.search(r"with accommodation|con adaptaciones|con acomodaciones", words):
                        found.participation = read_as("regular_with_accommodations", part.text, "column")
        if not _DISTRICT_TEST.search(name):
            for item in test.text.split(";"):
                found.state_tests.append(read_as(_bare(item.flat), item, "column"))
            given = cells.get("accommodations")
            if given is not None and given.text:
                _accommodations(given.text, found, knowledge)
    return alternate, regular, source


def _tests(value: Passage, found: Assessments, knowledge: Knowledge) -> None:
    if not value or knowledge.says_nothing(value.text):
        return
    for piece in re.finditer(r"[^;\n]+", value.text):
        for part in re.finditer(r"(?:[^,(]|\([^)]*\))+", piece.group()):
            start = piece.start() + part.start()
            item = value.cut(start, start + len(part.group()))
            words = _bare(item.flat)
            if (
                2 < len(words) < 80
                and not _DISTRICT_TEST.search(words)
                and not words[:1].islower()
                and EMPTY not in words
                and TICKED not in words
                and not re.search(r"(?i)\bwill be\b|\bspecify\b|\bparticipates?\b", words)
            ):
                found.state_tests.append(read_as(words, item, "label"))


def _name_tests(words: Passage, found: Assessments, knowledge: Knowledge) -> None:
    text = plain(words.flat)
    if (
        len(text) < 80
        and any(re.search(rf"\b{re.escape(test)}\b", text) for test in knowledge.states["state_tests"])
        and not re.search(r"\balt(?:ernate)?\b", text)
        and re.search(r"(?i)ela|math|reading|science|writing|grade|lectura|matem", text)
    ):
        found.state_tests.append(read_as(_bare(words.flat), words, "box"))


def _accommodations(value: Passage, found: Assessments, knowledge: Knowledge) -> None:
    if not value or knowledge.says_nothing(value.text):
        return
    if TICKED in value.text or EMPTY in value.text:
        for choice in choices_in(value):
            if choice.marked and choice.words and not _yes_no(choice.words.flat):
                found.accommodations.append(read_as(_bare(choice.words.flat), choice.words, "box"))
        return
    splitter = (
        ";" if ";" in value.text else ("," if value.text.count(",") >= 1 and len(value.flat) < 160 else None)
    )
    sentence = re.match(r"[^.]+(?:\.(?=\S)[^.]*)*", value.text.replace("\n", " "))
    body = value.cut(0, sentence.end()) if sentence else value
    for item in body.split(splitter) if splitter else [body]:
        words = _bare(item.flat)
        if 2 < len(words) < 90 and not re.match(r"(?i)same as|see |none", words):
            found.accommodations.append(read_as(words, item, "label"))


def _from_labels(parts: Sequence[Part], found: Assessments, knowledge: Knowledge) -> None:
    for part in parts:
        if part.kind in ("attachment", "notes", "evaluation", "notice"):
            continue
        for table in part.tables:
            kind = table_kind(table, knowledge)
            marked = _test_matrix(table, found, knowledge) if kind and kind[0] == "assessments" else None
            if marked is not None:
                if marked[0]:
                    found.participation = read_as("alternate", marked[2], "box")
                continue
            if kind and kind[0] == "assessments" and "participation" in kind[1].values():
                _test_rows(table, "assessments", kind[1], kind[2], found, knowledge)


def _dedupe(found: Assessments) -> None:
    for slot in ("state_tests", "accommodations"):
        seen: set[str] = set()
        kept = []
        for value in getattr(found, slot):
            key = squeezed(value.value)
            if key and key not in seen:
                seen.add(key)
                kept.append(value)
        setattr(found, slot, kept)


__all__ = ["concluded", "read_assessments", "read_supports"]
