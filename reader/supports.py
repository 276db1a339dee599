"""Accommodations and modifications."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from reader.choices import choices_in
from reader.knowledge import Knowledge, plain, squeezed
from reader.labels import Entry, entries_in
from reader.layout import EMPTY, TICKED, Cell, Passage, Table
from reader.parts import Part
from reader.reading import Text, read_as
from reader.services import Support, timed_support
from reader.tables import table_kind

_BULLET = re.compile(r"^\s*[•·▪‣●○◦*–-]\s+|^\s*\d{1,2}[.)]\s+|^\s*\([a-z\d]{1,2}\)\s+|^\s*[a-z]\)\s+")


def read_supports(
    parts: Sequence[Part], extra: Sequence[Support], knowledge: Knowledge
) -> tuple[list[Text], list[Text]]:
    """(accommodations, modifications). ``extra``: supports found as rows of service tables."""
    kept: dict[str, list[Text]] = {"accommodation": [], "modification": []}
    for support in extra:
        kept[support.kind].append(read_as(bare(support.text.flat), support.text, "column"))
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
                        before = {slot: len(values) for slot, values in kept.items()}
                        _entry(entry, kept, knowledge)
                        for slot, values in kept.items():  # beside a label outside their part
                            for n in range(before[slot], len(values)):
                                values[n] = replace(values[n], confidence=min(values[n].confidence, OUTSIDE))
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


OUTSIDE = 0.85
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
                found += [read_as(bare(text.flat), text, "loose") for text in rows]
                continue
        passages = [unit] if isinstance(unit, Passage) else [cell.text for cell in unit.cells()]
        if part.kind == "accommodations" and isinstance(unit, Passage):
            found += _told_in_sentences(unit, knowledge)
        for passage in passages:
            marked = [choice.words for choice in choices_in(passage) if choice.marked and choice.words]
            worded_marks = sum(knowledge.worded_as_support(words.flat) for words in marked)
            if len(marked) >= 3 and worded_marks >= 0.6 * len(marked):
                found += [read_as(bare(words.flat), words, "loose") for words in marked]
                continue
            lines = passage.lines()
            first = next((n for n, line in enumerate(lines) if _BULLET.match(line.text)), None)
            items = (
                [item for item in _bulleted(lines[first:]) if _BULLET.match(item.text)]
                if first is not None
                else []
            )
            if len(items) >= 3 and sum(knowledge.worded_as_support(i.flat) for i in items) >= 0.5 * len(
                items
            ):
                found += [read_as(bare(item.flat), item, "loose") for item in items if len(item.flat) < 200]
    return found


_GIVES = re.compile(
    r"(?:(?:^|(?<=[.\n]))\s*(?:Classroom|Class|Instruction|In class|In all classes)\s*:\s*|\b(?:will (?:have|receive|get|be given|use)|receives|is given|is allowed|may use|gets)\s+)(?P<list>[^.:☐☒]*(?:\.\d[^.:☐☒]*)*)"
)


def _told_in_sentences(text: Passage, knowledge: Knowledge) -> list[Text]:
    """Accommodations that a sentence lists: "Ana will have extra time, a seat in front and a copy of the notes"."""
    found: list[Text] = []
    flat = text.text.replace("\n", " ")
    for said in _GIVES.finditer(flat):
        listed = text.cut(*said.span("list"))
        inner = re.sub(r"\([^)]*\)", lambda aside: "_" * len(aside.group()), listed.text)
        items, start = [], 0
        for stop in re.finditer(r",\s*(?:and |y )?(?:an? |the )?|\s+and (?:an? |the )|$", inner):
            items.append(listed.cut(start, stop.start()))
            start = stop.end()
        items = [item for item in items if item]
        worded = sum(knowledge.worded_as_support(item.flat) for item in items)
        if (
            len(items) >= 2
            and worded >= 0.6 * len(items)
            and all(len(item.flat.split()) <= 14 for item in items)
        ):
            lead = re.match(r"(?:an?|the)\s+", items[0].text)
            items[0] = items[0].cut(lead.end()) if lead else items[0]
            found += [read_as(bare(item.flat), item, "loose") for item in items]
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
    r"(?:setting|timing|timing/scheduling|scheduling|presentation|response)\W*|"
    r"(?:(?:general|program|classroom|testing|student|list|the|of|and|other|curriculum)\s+)*(?:accommodations?|modifications?|adaptations?|adaptaciones|acomodaciones|modificaciones"
    r"|supplementary aids(?: and services)?|supports?)(?:\s*(?:and|/|y|or)\s*(?:accommodations?|modifications?|supports?|modificaciones))?(?:\s*\([^)]*\))?\W*"
)


def bare(words: str) -> str:
    words = re.sub(
        r"^[☐☒\s•·▪‣●○◦*–-]+|^\d{1,2}[.)]\s+|^\d{1,2}[a-z][:.)]\s+|^\([a-z\d]{1,2}\)\s+|^[a-z]\)\s+",
        "",
        words,
    )
    words = re.sub(r"[\s_;,]+$", "", words)
    return words[:-1] if words.endswith(".") and words.count(".") == 1 else words


def _table(table: Table, part: Part, kept: dict[str, list[Text]], knowledge: Knowledge) -> None:
    kind = table_kind(table, knowledge)
    if kind is not None and kind[0] == "accommodations" and _label_rows(table, knowledge):
        kind = None
    if part.kind in ("accommodations", "modifications") and (rows := _kinds_beside(table)):
        for slot, text in rows:
            _add(text, slot, kept, knowledge, "row")
        return
    if kind is None:
        if part.kind in ("accommodations", "modifications"):
            _loose_table(table, part, kept, knowledge)
        return
    name, roles, depth = kind
    taught = re.search(r"(?i)instruct|class|aula", part.title.flat)
    if name != "accommodations" or (part.kind == "assessments" and not taught):
        return
    columns = [column for column, role in roles.items() if role == "name"]
    if part.kind == "personnel":
        return  # what the staff get
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
                if own := _OWN_KIND.match(cell.text.text):  # "Program modification: half of the problems"
                    slot = "modification" if own[1].lower().startswith("mod") else "accommodation"
                    _add(cell.text.cut(own.end()), slot, kept, knowledge, "column")
                    continue
                if re.search(r"modif", plain(cell.text.flat)):
                    default = "modification"
                elif re.search(r"accom|adapta|acomod", plain(cell.text.flat)):
                    default = "accommodation"
                continue
            boxes = [c for c in row if c is not cell and c.text.text.strip() in (TICKED, EMPTY)]
            if boxes and not any(c.text.text.strip() == TICKED for c in boxes):
                continue
            if timed_support(row, cell, knowledge, head.get(cell.column, Passage()).flat):
                continue  # a service
            type_cell = next((c for c in row if roles.get(c.column) == "kind"), None)
            slot = default
            if type_cell is not None and "modif" in plain(type_cell.text.flat):
                slot = "modification"
            for item in _lines_of_cell(cell):
                _add(item, slot, kept, knowledge, "column")


_KIND_OF_SUPPORT = re.compile(
    r"(?i)(?:(?:instructional|program|curriculum|physical|environmental|social|behavioral|sensory|school|personnel|parental|classroom|testing|supplementary|organizational|material|other|and)[ /,-]*)*"
    r"(?P<what>supports?|modifications?|accommodations?|aids?|adaptations?|supplementary aids and services)\W*"
)


def _kinds_beside(table: Table) -> list[tuple[str, Passage]]:
    """(slot, support) of a table whose rows name the kind of support ("Instructional support") before each support."""
    rows = [row for row in table.rows if len(row) > 1 and row[0].text and row[1].text]
    kinds = [_KIND_OF_SUPPORT.fullmatch(row[0].text.flat) for row in rows]
    if sum(bool(kind) for kind in kinds) < max(3, len(rows) - 1) or any(
        re.search(rf"[{TICKED}{EMPTY}]|\n\W*[•·▪-]", row[1].text.text) for row in rows
    ):
        return []
    found = []
    for kind, row in zip(kinds, rows, strict=True):
        if kind is None or re.search(r"(?i)personnel|parental", row[0].text.flat):
            continue
        found.append(
            ("modification" if kind["what"].lower().startswith("modif") else "accommodation", row[1].text)
        )
    return found


_OWN_KIND = re.compile(
    r"(?i)\W*(?:program |curriculum )?(modification|accommodation)s?:\s+(?=\S)(?!(?:none|n/a|no)\b)"
)


def _label_rows(table: Table, knowledge: Knowledge) -> bool:
    """Whether a table is rows of a label and its list: "Program modifications | half of the words"."""
    rows = [row for row in table.rows if row and row[0].text]
    if len(rows) < 2 or any(len(row) != 2 for row in rows):
        return False
    known = ("accommodations", "modifications", "supports_for_personnel")
    return sum(knowledge.label(row[0].text.flat.rstrip(":")) in known for row in rows) >= max(
        2, 0.6 * len(rows)
    )


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
    if len(lines) > 2 and all(line.text[:1].isupper() for line in lines):
        apart = sum(
            right - above.words[-1].box[2] > below.words[0].box[2] - below.words[0].box[0] + 8
            for above, below in pairwise(lines)
        )
        if apart >= 0.6 * (len(lines) - 1):  # each begins as an item does, and most have room left
            return [[line] for line in lines]
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
            said = not yes_no(choice.words.flat) and not knowledge.says_nothing(choice.words.text)
            if choice.marked and choice.words and said:
                kept[slot].append(read_as(bare(choice.words.flat), choice.words, "box"))
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
            kept[slot].append(read_as(bare(item.flat), item, how))
        return
    words = bare(text.flat)
    if words and not knowledge.says_nothing(words) and len(words) < 260:
        kept[slot].append(read_as(words, text, how))


def yes_no(words: str) -> bool:
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


_INNER_BULLET = re.compile(r"(?<=\S)\s+(?=[•·▪‣●]\s)")


def _bulleted(lines: list[Passage]) -> list[Passage]:
    lines = [
        line.cut(start, end)
        for line in lines
        for start, end in pairwise([0, *(m.end() for m in _INNER_BULLET.finditer(line.text)), len(line.text)])
    ]
    items: list[list[Passage]] = []
    for line in lines:
        if _BULLET.match(line.text) or not items:
            items.append([line])
        else:
            items[-1].append(line)
    return [Passage.join(item, "\n") for item in items]


def _slot_of(part: Part) -> str:
    """What a part lists: modifications where its title begins so and names nothing else ("Modifications in science")."""
    title = plain(part.title.flat)
    alone = re.match(r"\W*(?:(?:program|curriculum) )?modific", title) and not re.search(
        r"accom|adapt|\baids?\b|support", title
    )
    return "modification" if part.kind == "modifications" or alone else "accommodation"


def _loose_table(table: Table, part: Part, kept: dict[str, list[Text]], knowledge: Knowledge) -> None:
    """A table of supports without a known heading: choices in cells, or category beside its list."""
    slot = _slot_of(part)
    if unheaded := _unheaded(table, knowledge):
        for cell in unheaded:
            _add(cell.text, slot, kept, knowledge, "told")
        return
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


_NUMBER = re.compile(r"\W*\d{1,2}\W*")
_SAYS_WHO = re.compile(r"(?i)^(?:by|where|when|who|location|setting|frequency|start|staff)\s*:")


def _unheaded(table: Table, knowledge: Knowledge) -> list[Cell]:
    """The first cells of a table without headings that lists a support in each row, with where or when beside it."""
    rows = [row for row in table.rows if row and row[0].text]
    if len(rows) < 2 or any(len(row) < 2 or row[0].column != 0 for row in rows):
        return []
    firsts = [row[0].text for row in rows]
    beside = [cell.text for row in rows for cell in row[1:] if cell.text]
    if any(re.search(rf"[{TICKED}{EMPTY}:?]", _SAYS_WHO.sub("", text.text)) for text in [*firsts, *beside]):
        return []
    if any(
        knowledge.label(t.flat) or len(t.flat.split()) > 18 or _GROUPS.match(f"{t.flat}:\n") for t in firsts
    ):
        return []
    worded = sum(knowledge.worded_as_support(text.flat) for text in firsts)
    same = len({text.flat for text in beside}) <= 0.5 * len(beside)
    listed = sum(knowledge.worded_as_support(text.flat) for text in beside)
    short = all(len(text.flat.split()) <= 8 for text in beside)
    if (
        short
        and len({t.flat for t in firsts}) == len(firsts)
        and listed < worded
        and worded >= (0.2 if same else 0.6) * len(rows)
    ):
        return [row[0] for row in rows]
    return []


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
        words = bare(item.flat)
        if words and not knowledge.says_nothing(words) and len(words) < 260 and len(words) > 2:
            kept[slot].append(read_as(words, item, "label"))


_TELLS_LIST = re.compile(  # "Ana will have the following accommodations in all classes: …"
    r"(?i)[^:.☐☒]{0,80}\b(?:accommodations|supports|adaptaciones|acomodaciones)\b[^:.☐☒]{0,60}:\s*"
)


def _first_sentence(value: Passage) -> Passage:
    end = re.search(r"\.(?=\s|$)", value.text)
    return value.cut(0, end.start() if end else None)


def _is_comma_list(words: str) -> bool:
    """Short things after one another: "extra time, copies of notes, seat in front"."""
    items = re.sub(r"\([^)]*\)", "", words).rstrip(".").split(",")
    return (
        len(items) >= 3
        and not re.search(r"\.(?!\d)", words.rstrip("."))
        and all(0 < len(item.split()) <= 6 for item in items)
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
    slot = _slot_of(part)
    entered = [line for line in unit.lines() if line.words and all(w.entry for w in line.words)]
    for entry in entries_in(unit, knowledge, part.kind):
        if entry.role in ("modifications", "accommodations"):
            _entry(entry, kept, knowledge)
        elif entry.role is None and not entry.label:
            lines = entry.value.lines()
            if any(_BULLET.match(line.text) for line in lines):
                for own, listed in _lists_of(lines, slot):
                    for item in _bulleted(listed):
                        words = bare(item.flat)
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
                        kept[slot].append(read_as(bare(line.flat), line, "label"))
            elif (told := _TELLS_LIST.match(entry.value.text)) and _is_comma_list(
                _first_sentence(entry.value.cut(told.end())).flat
            ):
                _split(_first_sentence(entry.value.cut(told.end())), slot, kept, knowledge)
            elif entry.value.text.count(";") >= 2 or (
                knowledge.is_list(part.title.flat)
                and len(entry.value.flat) < 60 * len(lines) + 40
                and not re.search(r"\.(?!\d)", entry.value.text)
            ):
                _split(entry.value, slot, kept, knowledge)
            else:
                for item in _plain_list(lines):
                    _add(item, slot, kept, knowledge, "row")
        elif (
            entry.role is None
            and _NUMBER.fullmatch(entry.label.text)
            and 0 < len(entry.value.flat.split()) <= 25
            and not re.search(rf"[{TICKED}{EMPTY}]", entry.value.text)
        ):  # a printed number and what is typed beside it
            _add(entry.value, slot, kept, knowledge, "row")
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
                r"(?i)accom|class|academic|behavior|sensory|communicat|grading|assignment|homework|present|respon|setting|timing|schedul|adapta|organiz|environment|instruction|material|testing",
                entry.label.flat,
            )
        ):
            _split(entry.value, slot, kept, knowledge)
