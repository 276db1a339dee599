"""The people of the meeting, by their names and roles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from reader.knowledge import Knowledge, squeezed, unglossed
from reader.layout import Line, Passage, Table, capitals
from reader.names import is_name, named
from reader.parts import Part
from reader.reading import Member, read_as
from reader.tables import table_kind

_ABSENT = re.compile(
    r"(?i)\b(?:not applicable|n/a|none|did not attend|excused|no aplica|vacant|absent|not required)\b"
)


def read_team(parts: Sequence[Part], knowledge: Knowledge) -> list[Member]:
    """The people of the meeting: rows of a table with names and roles, else lines "Name, Role"."""
    members: list[Member] = []
    rowed = False  # people in rows without a heading, of which some may be set as lines
    for part in parts:
        if part.kind in ("attachment", "notes", "services", "goals", "transition"):
            continue
        for table in part.tables:
            kind = table_kind(table, knowledge)
            if kind and kind[0] == "team" and "role" in kind[1].values():
                members += _rows(table, kind[1], kind[2])
            elif part.kind == "team" and (kind is None or kind[0] == "team"):
                members += _paired(table, knowledge)
                rowed = rowed or len(members) > 0
    if not members or rowed:
        for part in parts:
            if part.kind == "team":
                members += _lines(part, knowledge)
    if all(member.name is not None and member.name.how == "loose" for member in members):
        told = max((_people_told(part, knowledge) for part in parts[:8]), key=len, default=[])
        members = told if len(told) > 2 and len(told) >= len(members) else members
    if not members:
        for part in parts:
            if part.kind in ("team", "student", "unknown", "consent", "eligibility"):
                for table in part.tables:
                    members += _cards(table, knowledge)
    if len(members) < 2:
        for part in parts:
            if part.kind in ("student", "unknown", "consent", "concerns", "eligibility", "notes"):
                listed = _lines(part, knowledge)
                if len(listed) > 2:  # names with roles, under a heading that is not known
                    members += listed
    if len(members) < 2:
        for part in parts:
            for unit in part.units():
                if isinstance(unit, Table) and part.kind in ("consent", "student", "notes"):
                    members += _paired(unit, knowledge)
    seen: set[tuple[str, str]] = set()
    kept = []
    for member in members:
        if member.name is None:
            continue
        key = (squeezed(member.name.value), squeezed(member.role.value) if member.role else "")
        if key not in seen and not any(key[0] == other[0] for other in seen):
            seen.add(key)
            kept.append(member)
    return kept


def _rows(table: Table, roles: dict[int, str], depth: int) -> list[Member]:
    found: list[Member] = []
    for row in table.rows[depth:]:
        if len(row) == 1 and row[0].span > 1:
            continue  # a bar across the table
        people: list[dict[str, Passage]] = [{}]
        for cell in row:
            part = roles.get(cell.column)
            if part is None:
                continue
            if part in people[-1]:  # name, role, name, role: two people a row
                people.append({})
            people[-1][part] = cell.text
        for person in people:
            member = _member(person.get("name", Passage()), person.get("role", Passage()), "column")
            if member:
                found.append(member)
    return found


def _member(name: Passage, role: Passage, how: str) -> Member | None:
    words = re.sub(r"\s*[\t_].*$", "", name.text.replace("\n", " ")).strip(" ,;:")
    if (
        not words
        or _ABSENT.search(words)
        or not re.search(r"[^\W\d_]{2}", words)
        or len(words) > 60
        or re.search(r"[☐☒?]", words)
    ):
        return None
    people = re.sub(r"\([^)]*\)|,.*$", "", words).split()
    if (
        not 1 <= len(people) <= 7
        or sum(word[:1].isupper() for word in people) < 0.6 * len(people)
        or people[0].lower() in ("i", "signature", "date", "firma")
    ):
        return None
    role_words = unglossed(re.sub(r"[☐☒]\s*", "", role.flat)).strip(" :,;")
    return Member(
        role=read_as(role_words, role, how) if role_words else None,
        name=named(" ".join(words.split()), name, how),
    )


def _paired(table: Table, knowledge: Knowledge) -> list[Member]:
    """Rows without a known heading, one cell a role and one a name, or a role and a name in each cell."""
    found = []
    for cell in table.cells():  # "District Representative: Ada Quill"
        after = re.match(
            r"([^,:\n]{4,50})(?:,\s+|\s[–—-]\s)(\S[^☐☒:]{3,60})$", " ".join(cell.text.text.split())
        )
        if after and is_name(after[1]) and knowledge.is_role(after[2]) and not knowledge.is_role(after[1]):
            at = cell.text.text.find(after[2].split()[0], len(after[1]))
            member = _member(cell.text.cut(0, len(after[1])), cell.text.cut(at), "row")  # "Ada Quill, Parent"
            found += [member] if member else []
            continue
        told = re.match(r"([^:]{3,90}):\s+(\S.*)$", cell.text.text, re.S)
        if told and knowledge.is_role(told[1]) and is_name(" ".join(told[2].split())):
            member = _member(cell.text.cut(told.start(2)), cell.text.cut(0, told.end(1)), "row")
            found += [member] if member else []
    if len(found) < 3:
        found = []
    found += _names_over_roles(table, knowledge) or _roles_over_names(table, knowledge)
    for row in table.rows:
        cells = [cell.text for cell in row if cell.text]
        index = 0
        while index + 1 < len(cells):
            a, b = cells[index], cells[index + 1]
            member = None
            if knowledge.is_role(a.flat.rstrip(":")) and is_name(b.flat) and not knowledge.is_role(b.flat):
                member = _member(b, a, "row")
            elif is_name(a.flat) and knowledge.is_role(b.flat) and not knowledge.is_role(a.flat):
                member = _member(a, b, "row")
            if member:
                found.append(member)
                index += 2
            else:
                index += 1
    return found


def _names_over_roles(table: Table, knowledge: Knowledge) -> list[Member]:
    """A row of names over a row of what they are."""
    found: list[Member] = []
    for above, below in pairwise(table.rows):
        if len(above) < 2 or len(above) != len(below):
            continue
        pairs = [(a.text, b.text) for a, b in zip(above, below, strict=True) if a.text and b.text]
        if len(pairs) > 1 and all(
            is_name(a.flat) and not knowledge.is_role(a.flat) and knowledge.is_role(b.flat) for a, b in pairs
        ):
            found += [member for a, b in pairs if (member := _member(a, b, "row"))]
    return found


def _roles_over_names(table: Table, knowledge: Knowledge) -> list[Member]:
    """A row of roles, each the last line over a name in the row below."""
    found: list[Member] = []
    for above, below in pairwise(table.rows):
        if len(above) < 2 or len(above) != len(below):
            continue
        pairs = [(a.text.lines()[-1], b.text) for a, b in zip(above, below, strict=True) if a.text and b.text]
        if len(pairs) > 1 and all(
            knowledge.is_role(role.flat) and is_name(name.flat) and not knowledge.is_role(name.flat)
            for role, name in pairs
        ):
            found += [member for role, name in pairs if (member := _member(name, role, "row"))]
    return found


def _cards(table: Table, knowledge: Knowledge) -> list[Member]:
    """Cells that hold a name with the role under it; only where most filled cells are so."""
    found: list[Member] = []
    filled = 0
    for cell in table.cells():
        lines = cell.text.lines()
        filled += bool(lines)
        for count in range(1, len(lines)):
            name, role = Passage.join(lines[:count], "\n"), Passage.join(lines[count:], "\n")
            if is_name(name.flat) and knowledge.is_role(role.flat) and not knowledge.is_role(name.flat):
                member = _member(name, role, "row")
                if member:
                    found.append(member)
                break
    return found if len(found) >= max(2, 0.7 * filled) else []


def _lines_over_roles(part: Part, knowledge: Knowledge) -> list[Member]:
    """Lines of names, each over a line of what they are, one or several people beside each other."""
    pairs: list[tuple[Passage, Passage]] = []
    taken = -1
    for number, (above, below) in enumerate(pairwise(part.blocks)):
        if number == taken or not isinstance(above, Line) or not isinstance(below, Line):
            continue
        starts = [[piece.words[0].box[0] for piece in line.pieces] for line in (above, below)]
        if len(starts[0]) != len(starts[1]) or any(abs(a - b) > 4 for a, b in zip(*starts, strict=True)):
            continue
        if all(is_name(piece.flat) and not knowledge.is_role(piece.flat) for piece in above.pieces):
            pairs += zip(above.pieces, below.pieces, strict=True)
            taken = number + 1
    known = sum(knowledge.is_role(role.flat) for _, role in pairs)
    if len(pairs) < 3 or known < 0.7 * len(pairs):
        return []
    return [member for name, role in pairs if (member := _member(name, role, "row"))]


def _lines(part: Part, knowledge: Knowledge) -> list[Member]:
    found = _lines_over_roles(part, knowledge)
    if found:
        return found
    for block in part.blocks:
        if not isinstance(block, Line):
            continue
        text = Passage.join((_without_heading(piece, knowledge) for piece in block.pieces), "\t")
        apart = [p for p in text.split("\t") if re.match(r"[\W_]*[^,\t]{4,50},\s+\S", p.text)]
        beside = len(apart) > 1 and len(apart) == len(text.split("\t"))  # a person on each side
        told = [re.match(r"[\W_]*([^:\t]{4,60}):\s+\S", p.text) for p in text.split("\t")]
        bracketed = [
            re.match(r"[\W_]*[^(\t]{4,50}\s\(([^)\t]{3,50})\)\W*$", p.text) for p in text.split("\t")
        ]
        beside = beside or sum(bool(one and knowledge.is_role(one[1])) for one in bracketed) > 1
        beside = beside or sum(bool(one and knowledge.is_role(one[1])) for one in told) > 1
        for piece in re.finditer(r"[^;•\t]+" if beside else r"[^;•]+", text.text):
            whole = text.cut(piece.start(), piece.end())
            split = re.match(r"^\W*(.+?)\s*(?:,|:|\t|\s[-–—]\s|\()\s*(.+?)\)?\s*$", whole.text, re.S)
            if not split:
                continue
            options = [(split.span(1), split.span(2))]
            for comma in re.finditer(r",\s*|\s[-–—]\s|\t|:\s*|\s\(", whole.text):
                options.append(((0, comma.start()), (comma.end(), len(whole.text.rstrip(" )")))))
            for (a0, a1), (b0, b1) in options:
                a, b = whole.cut(a0, a1), whole.cut(b0, b1)
                clean_a = re.sub(r"^[\W_]+|[\s_]+$", "", a.flat)
                if lead := re.match(r"[\W_]+(?=\w)", a.text):
                    a = a.cut(lead.end())  # the line to sign on
                if aside := re.search(r"\s*\((?:by|via|on|not|phone|in)\b[^)]*\)?\s*$", b.text):
                    b = b.cut(0, aside.start())  # "(by phone)"
                b = next(iter(b.split("\t")), b)  # the role, not what stands in the next column
                if is_name(clean_a) and knowledge.is_role(b.flat):
                    member = _member(a, b, "loose")
                elif knowledge.is_role(clean_a) and is_name(re.sub(r"[\s_]+$", "", b.flat)):
                    member = _member(b, a, "loose")
                else:
                    continue
                if member:
                    found.append(member)
                break
    return found


_PERSON = re.compile(
    r"(?P<name>(?:(?:Dr|Mr|Mrs|Ms|Sra?|Prof)\.? )?[A-ZÁÉÍÓÚÑ][\w'’-]+(?: (?:de|del|la|van|von|[A-ZÁÉÍÓÚÑ][\w'’-]*\.?)){1,4})"
    r"(?:,\s+(?P<role>[^;.()☐☒]{3,60}?)(?=\s*;|\.\s|\.?$)|\s+\((?P<aside>[^()☐☒]{3,50})\)(?=\s*(?:,|;|\.|and\b|y\b|$)))"
)


def _people_told(part: Part, knowledge: Knowledge) -> list[Member]:
    """People told in a sentence: "Ada Quill, parent; Ben Ode, special education teacher", or each role in parentheses."""
    found: list[Member] = []
    if part.kind in ("attachment", "notes", "services", "goals", "transition", "notice"):
        return found
    for unit in part.units():
        if isinstance(unit, Table):
            continue
        whole = Passage.join((line for line in unit.lines() if not capitals(line.text)), " ")
        people = []
        for told in _PERSON.finditer(whole.text):
            slot = "role" if told["role"] else "aside"
            name, role = whole.cut(*told.span("name")), whole.cut(*told.span(slot))
            if knowledge.is_role(role.flat) and not knowledge.is_role(name.flat):
                people.append(_member(name, role, "loose"))
        if len(people) > 2:
            found += [member for member in people if member]
    return found


def _without_heading(piece: Passage, knowledge: Knowledge) -> Passage:
    """What stands behind a heading repeated before each name and role: "Name Ada Quill", "Position Parent"."""
    first = re.match(r"\S+\s+(?=\S)", piece.text)
    if first is None or knowledge.columns["team"].get(squeezed(first.group())) not in ("name", "role"):
        return piece
    return piece.cut(first.end())
