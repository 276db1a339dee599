"""How a child takes state tests, which, and with what accommodations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from reader.choices import choices_in, yes_or_no
from reader.knowledge import Knowledge, plain, squeezed
from reader.labels import Entry, entered, entries_in
from reader.layout import EMPTY, TICKED, Cell, Passage, Table
from reader.parts import Part
from reader.reading import TRUST, Assessments, Value, read_as
from reader.service_rows import supports_for_tests
from reader.supports import bare, yes_no
from reader.tables import table_kind
from reader.tests_taken import tests_elsewhere, tests_told


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
            if isinstance(unit, Table) and (ways := _tests_beside_way(unit, found, knowledge)):
                alternate, regular = alternate or ways[0] or None, regular or ways[1]
                source = source or ways[2]
                continue
            if isinstance(unit, Table) and (marked := _test_matrix(unit, found, knowledge)) is not None:
                alternate, regular = alternate or marked[0], regular or marked[1]
                source = source or marked[2]
                continue
            lined = False
            if isinstance(unit, Passage):
                clauses, unit = tests_told(unit, knowledge)
                for told in clauses:
                    taken = not told.local and told.way != "not_tested_at_grade"
                    if taken:
                        found.state_tests += [read_as(bare(t.flat), t, "sentence") for t in told.tests]
                        regular, source = True, source or told.words
                        if told.way != "regular" or found.participation is None:
                            found.participation = read_as(told.way, told.words, "sentence")
                    elif told.way == "not_tested_at_grade":
                        exempt = told.words
                    found.accommodations += [
                        read_as(bare(item.flat), item, "sentence") for item in told.listed
                    ]
            if (
                isinstance(unit, Passage)
                and (listed := _tests_before_way(unit, found, knowledge)) is not None
            ):
                how, source = listed[0], source or unit.cut(*listed[1])
                regular, alternate = (
                    regular or how.startswith("regular"),
                    alternate or how == "alternate" or None,
                )
                unit = Passage.join([unit.cut(0, listed[1][0]), unit.cut(listed[1][1])], "\n")
            if isinstance(unit, Passage):
                _bullets_below(unit, found)
                _tests_over_choices(unit, found, knowledge)
                if (way := _tests_in_lines(unit, found, knowledge)) is not None:
                    regular, source, lined = regular or way.startswith("regular"), source or unit, True
                if (how_told := _tests_told(unit, found)) is not None:
                    regular = regular or how_told.startswith("regular")
                    alternate = alternate or how_told == "alternate" or None
                    source = source or unit
            if isinstance(unit, Table):
                kind = table_kind(unit, knowledge) if not _of_labels(unit, knowledge) else None
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
                elif (
                    _ASKS_WAY.search(entry.label.flat)
                    and (said := _SAYS_WAY.match(entry.value.text))
                    and said["with"]
                ):
                    found.participation = read_as(_way(said["with"]) or "regular", entry.value, entry.how)
                    regular, source = True, source or entry.value
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
                    elif re.search(r"alternate|\balt\b|alterna|-alt\b|alternativ", words) or (
                        "extended" not in words and _way(words) == "alternate"
                    ):
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
                        found.state_tests += [read_as(bare(test.flat), test, "box") for test in named]
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
        if iep and not found.state_tests and found.participation is None:
            elsewhere = tests_elsewhere(list(parts), knowledge)
            return read_assessments(elsewhere, knowledge, iep=True) if elsewhere else found
    if not iep and not found.state_tests and not own:
        return found
    if not regular and not alternate and exempt is None:
        for part in own:
            takes = _TAKES_ALTERNATE.search(part.prose.text.replace("\n", " "))
            if takes and EMPTY not in takes.group() and not re.search(r"(?i)\bnot\b", takes.group()):
                alternate, source = True, part.prose.cut(takes.start(), takes.end())
    if not found.accommodations:
        listed_for = supports_for_tests(
            [table for part in parts if part.kind == "services" for table in part.tables]
        )
        found.accommodations += [read_as(bare(item.flat), item, "loose") for item in listed_for]
    _dedupe(found, knowledge)
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


def _of_labels(table: Table, knowledge: Knowledge) -> bool:
    """Whether a table is rows of a label and its value rather than a row for each test."""
    rows = [row for row in table.rows if row and row[0].text]
    if len(rows) < 2 or any(len(row) != 2 for row in rows):
        return False
    titles = [row[0].text.flat.rstrip(":?") for row in rows]
    roles = [knowledge.label(title) or knowledge.label_by_words(title) or "" for title in titles]
    return sum(role.startswith(("assessment.", "accommodations")) for role in roles) >= 2


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
_TAKES_ALTERNATE = re.compile(
    r"(?i)\b(?:will (?:participate in|take)|participates? in|takes|is assessed (?:with|by|through))\b[^.☒]{0,90}\balternate (?:state )?assessment"
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
    told_apart = "state" in plain(table.rows[0][0].text.flat) or any(
        re.search(r"(?i)\bdistrict\b|\blocal\b|\bdistrito\b", row[0].text.flat) for row in table.rows[1:]
    )  # what the district gives is named so
    for row in table.rows[1:]:
        marked = [c for c in row if c.column in ways and _ticked(c.text, knowledge)]
        if not marked:
            marked = [c for c in row if c.column in takes and _ticked(c.text, knowledge)]
        if not marked or not row[0].text or marked[0] is row[0]:
            continue
        way = ways.get(marked[0].column, "")
        taken.append(way)
        source = source or Passage.join([head[marked[0].column], row[0].text], ": ")
        local = (_LOCAL_TEST if told_apart else _DISTRICT_TEST).search(row[0].text.flat)
        if way != "not_tested_at_grade" and not local:
            found.state_tests.append(read_as(bare(row[0].text.flat), row[0].text, "column"))
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
        return bool(re.fullmatch(r"\W*[xX✓✔√]\W*", text.text))
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
        above = entered(above)
        name = bare(above.flat)
        if len(ways) < 2 or choices_in(above) or not 3 < len(name) < 80 or name.endswith((".", ":", "?")):
            continue
        marked = next((c for c in options if c.marked), None)
        if (
            marked is not None
            and _way(marked.words.flat) != "not_tested_at_grade"
            and not _DISTRICT_TEST.search(name)
        ):
            named = _named_tests(above) or (above.split(";") if ";" in above.text else [above])
            found.state_tests += [read_as(bare(test.flat), test, "box") for test in named]
            after = lines[lines.index(below) + 1 :][:1]
            after = [entered(line) for line in after]
            if after and ";" in after[0].text and not re.search(rf"[{TICKED}{EMPTY}:.]", after[0].text):
                _accommodations(after[0], found, knowledge)  # those of the box above


_EXEMPT = re.compile(
    r"(?i)not applicable (?:at|in|this|for)|not in a (?:tested )?grade|no (?:state|statewide)(?: or district)? (?:\w+ )?(?:tests?|testing|assessments?) "
    r"(?:is|are|in|at|for|this)|no hay (?:evaluaci|prueba)|out of testing range|not (?:given|administered|required) (?:at|in|for|this) ?(?:this|pre|grade|kinder|year)?|"
    r"(?:not|never) (?:tested|assessed) (?:this (?:school )?year|in (?:this|grade|kinder|the \w+ grade)|at this|by the state|until)|grade \w+ is not (?:assessed|tested)|"
    r"no (?:[\w-]+ ){0,3}(?:tests?|testing|assessments?) (?:is |are )?(?:given |required |administered |scheduled )?(?:in|at|for|this) (?:this|grade|pre|kinder|the|his|her|their|three|four|five|year|preschool)|"
    r"not in a (?:grade|tested)|(?:begins?|starts?) (?:in|with) (?:the )?(?:grade|third|3rd)|not (?:yet )?in (?:grade|a grade)|not a testing (?:grade|year)|"
    r"(?:does|do|will) not (?:take|participate in) (?:any |the |a )?state|(?:tests?|testing|assessments?) (?:begins?|starts?) in grade|no aplica"
)
_SUBJECT = (
    r"(?:ela\b|english|language arts|mathematics|maths?\b|reading|science|writing|social studies|history|algebra|biology|geometry|"
    r"literacy|lectura|matemáticas|ciencias|escritura|lenguaje)"
)
_TAKEN = re.compile(
    r"(?i)\b(?:takes?|will take|participates? in|will participate in|is tested (?:in|with)|tomará|toma|participará en)(?: the following(?: tests| assessments| state assessments)?)?\s*:?\s+(?P<tests>[^.☐☒]{6,220}?)"
    r"(?=\s+(?P<way>with(?:out)?(?: the following| these)? (?:testing )?accommodations|con adaptaciones|sin adaptaciones)|[.\n☐☒]|$)"
)
_WAY_FIRST = re.compile(
    r"(?i)\W*(?:with|without|no|con|sin)\s+(?:accommodations?|adaptaciones|acomodaciones)\b"
)


_NAMED_TEST = re.compile(
    r"^(?:the )?(?:[A-Z][\w&.-]+ ){1,5}(?:Exam|Test|Assessment)s?$|^(?!IEP\b|ESY\b|LRE\b|ELL?\b|BIP\b|SLP\b)[A-Z][A-Z-]{2,}(?: \d{4})?$"
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
        and (re.search(_SUBJECT, item.flat, re.I) or _NAMED_TEST.search(item.flat))
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
                found.state_tests.append(read_as(bare(pieces[0].flat), pieces[0], "row"))
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
            found.state_tests += [read_as(bare(test.flat), test, "sentence") for test in named]
    if way is not None:
        found.participation = read_as(way, unit, "row")
    flat = unit.text.replace("\n", " ").replace("\t", " ")
    if len(found.state_tests) == before:
        for said in _TAKEN.finditer(flat):
            if re.search(f"{EMPTY}[^{TICKED}{EMPTY}.]*$", flat[: said.start()]):
                continue  # offered and not marked
            taken = unit.cut(*said.span("tests"))
            helped = re.search(r"\s+(?:with|using|con)\s+", taken.text)
            if helped and knowledge.worded_as_support(taken.cut(helped.end()).flat) and not said["way"]:
                tests = [
                    t for t in _named_tests(taken.cut(0, helped.start())) if not _LOCAL_TEST.search(t.flat)
                ]
                if tests:
                    found.state_tests += [read_as(bare(test.flat), test, "sentence") for test in tests]
                    _enumerated(taken.cut(helped.end()), found)
                    way = "regular_with_accommodations"
                    found.participation = read_as(way, taken, "sentence")
                    continue
            tests = [
                test
                for test in _named_tests(unit.cut(*said.span("tests")))
                if not _LOCAL_TEST.search(test.flat)
            ]
            found.state_tests += [read_as(bare(test.flat), test, "sentence") for test in tests]
            if tests and said["way"]:
                way = _way(said["way"]) or way
                found.participation = read_as(way or "regular", unit.cut(*said.span("way")), "sentence")
                _listed_after(unit.cut(said.start("way")), found, knowledge)
    return way


_WITH = (
    r"with(?:out)? (?:the following |these |any )?(?:(?:testing|designated) )?(?:accommodations?|supports)|no accommodations?"
    r"|(?:con|sin) (?:las siguientes )?(?:adaptaciones|acomodaciones)"
)
_BEFORE_WAY = re.compile(
    rf"(?:^|(?<=[.\n]))\s*(?:(?P<label>[A-ZÁÉÍÓÚ][^.:;\n☐☒]{{2,60}}):\s+)?(?P<tests>[A-Z][^.:\n☐☒]{{2,160}}?)\s*(?:[-–—:,]|\()\s*(?P<way>(?:{_WITH})"
    rf"(?:\s*/\s*(?:{_WITH}))?)\)?(?:\s*:\s*(?P<list>[^.☐☒]{{3,300}}))?",
    re.I,
)
_ASKS_WAY = re.compile(r"(?i)\bhow\b|\bparticipat|\bmanner\b|\btype\b|\bcómo\b|\bparticipac")
_STATE_TESTS = re.compile(
    r"(?i)\b(?:state|statewide|standardized|estatal(?:es)?)\b.{0,30}\b(?:assessments?|tests?|testing|evaluaci\w+|pruebas?)\b"
)


def _tests_before_way(
    text: Passage, found: Assessments, knowledge: Knowledge, *, labelled: bool = False
) -> tuple[str, tuple[int, int]] | None:
    """Tests named before how they are taken: "State tests: A; B - with accommodations: extended time"; (how, from, to).

    ``labelled``: only behind a label that speaks of state tests.
    """
    flat = re.sub(r"\n(?![A-ZÁÉÍÓÚ][^.:\n]{2,60}:)", " ", text.text) if labelled else text.text
    for said in _BEFORE_WAY.finditer(flat):
        if labelled and not (said["label"] and _STATE_TESTS.search(said["label"])):
            continue
        named = text.cut(*said.span("tests"))
        tests = [
            piece
            for piece in (named.split(";") if ";" in named.text else named.split(","))
            if 2 < len(bare(piece.flat)) < 80 and not _LOCAL_TEST.search(piece.flat)
        ]
        worded = [
            test
            for test in tests
            if re.search(r"[A-Z]{2}", test.flat) or re.search(_SUBJECT, test.flat, re.I)
        ]
        if not worded or len(worded) < len(tests) or _WAY_FIRST.match(named.text):
            continue
        way = _way(said["way"]) or "regular"
        found.state_tests += [read_as(bare(test.flat), test, "label", trust=TRUST["told"]) for test in tests]
        if said["list"]:
            first, end = said.span("list")
            label = re.search(r"\n(?=[A-ZÁÉÍÓÚ][^.:\n]{2,60}:)", text.text[first:end])
            listed = text.cut(first, first + label.start() if label else end)
            _accommodations(Passage.join(listed.lines(), " "), found, knowledge)
        words = text.cut(*said.span())
        found.participation = read_as(way, words, "sentence")
        return way, said.span()
    return None


_SAYS_WAY = re.compile(
    rf"(?i)\W*(?:(?P<with>{_WITH})|(?P<alternate>alternate\b|alterna)|(?P<not>not (?:applicable|tested|given|taken|administered|required)|exempt|n/a|no aplica)"
    r"|(?P<regular>standard (?:administration|conditions)|regular(?: (?:administration|assessment|conditions))?|participates?\b|(?:yes|general|same)\W*$))"
)


def _tests_beside_choices(
    rows: list[list[Cell]], found: Assessments, knowledge: Knowledge
) -> tuple[bool, bool, Passage] | None:
    """Rows without headings that name a test, the ways to take it as boxes, and perhaps its accommodations."""
    if len(rows) < 2 or not all(1 < len(row) < 4 and _named_tests(row[0].text) for row in rows):
        return None
    options = [choices_in(row[1].text) for row in rows]
    if not all(len([c for c in given if _way_of_choice(c.words.flat)]) > 1 for given in options):
        return None
    taken: list[str] = []
    source = Passage()
    for row, given in zip(rows, options, strict=True):
        marked = next((choice for choice in given if choice.marked), None)
        way = _way_of_choice(marked.words.flat) if marked else None
        if marked is None or way is None or way == "not_tested_at_grade":
            continue
        taken.append(way)
        source = source or marked.words
        found.state_tests.append(read_as(bare(row[0].text.flat), row[0].text, "row", trust=TRUST["told"]))
        if way.startswith("regular") and (found.participation is None or way.endswith("accommodations")):
            found.participation = read_as(way, marked.words, "box")
        if len(row) == 3 and way == "regular_with_accommodations":
            _accommodations(Passage.join(row[2].text.lines(), " "), found, knowledge)
    return ("alternate" in taken, any(way.startswith("regular") for way in taken), source) if taken else None


def _way_of_choice(words: str) -> str | None:
    return _way(words) or (
        "regular" if re.match(r"(?i)\W*(?:standard|regular|general|yes)\b", words) else None
    )


def _tests_beside_way(
    table: Table, found: Assessments, knowledge: Knowledge
) -> tuple[bool, bool, Passage] | None:
    """A table without headings whose rows name a test and say beside it how it is taken: (alternate, regular, words)."""
    rows = [[cell for cell in row if cell.text] for row in table.rows]
    said = [
        (row[0].text, row[1].text)
        for row in rows
        if len(row) == 2
        and knowledge.label(row[0].text.flat) is None
        and (
            _SAYS_WAY.match(row[1].text.text)
            or (_named_tests(row[0].text) and knowledge.worded_as_support(row[1].text.flat))
        )
    ]
    chosen_ways = _tests_beside_choices(rows, found, knowledge)
    if chosen_ways is not None:
        return chosen_ways
    if (
        len(said) < 1
        or len(said) < 0.6 * len(rows)
        or any(TICKED in b.text or EMPTY in b.text for _, b in said)
    ):
        return None
    taken: list[str] = []
    source = Passage()
    for test, answer in said:
        told = _SAYS_WAY.match(answer.text)
        if told is None:  # the accommodations alone
            source = source or answer
            found.state_tests.append(read_as(bare(test.flat), test, "row", trust=TRUST["told"]))
            _accommodations(Passage.join(answer.lines(), " "), found, knowledge)
            taken.append("regular_with_accommodations")
            found.participation = read_as("regular_with_accommodations", answer, "row")
            continue
        way = "alternate" if told["alternate"] else "not_tested_at_grade" if told["not"] else "regular"
        if told["with"]:
            way = _way(told["with"]) or way
        taken.append(way)
        if way == "not_tested_at_grade" or _LOCAL_TEST.search(test.flat):
            continue
        source = source or answer
        found.state_tests.append(read_as(bare(test.flat), test, "row", trust=TRUST["told"]))
        listed = re.match(r"\s*:\s*", answer.text[told.end() :])
        if listed:
            _accommodations(
                Passage.join(answer.cut(told.end() + listed.end()).lines(), " "), found, knowledge
            )
        if found.participation is None or way == "regular_with_accommodations":
            found.participation = read_as(way, answer, "row")
    if not found.state_tests:
        return None
    return "alternate" in taken, any(way.startswith("regular") for way in taken), source


def _enumerated(value: Passage, found: Assessments) -> None:
    """Accommodations listed in a sentence: "extended time, breaks and small group"."""
    start = 0
    for stop in re.finditer(r"\s*[,;]\s*(?:and |y )?|\s+(?:and|y)\s+|$", value.text):
        item = value.cut(start, stop.start())
        start = stop.end()
        if lead := re.match(r"(?:and|y)\s+", item.text):
            item = item.cut(lead.end())
        if 2 < len(item.flat) < 60:
            found.accommodations.append(read_as(bare(item.flat), item, "sentence"))


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
        found.state_tests.append(read_as(bare(name), test, "sentence"))
        found.participation = read_as(taken, text.cut(*told.span("how")), "sentence")
    return taken


def _listed_after(text: Passage, found: Assessments, knowledge: Knowledge) -> bool:
    """Whether a sentence says "with accommodations", and the list that may follow a colon."""
    said = re.search(
        r"(?i)with (?:the following |these |listed )?(?:testing )?accommodations?\b(\s*:\s*)?|con (?:las siguientes )?adaptaciones\b(\s*:\s*)?",
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
        title = cell.text.text.strip().rstrip(":?")
        role = knowledge.label(title) or (
            knowledge.label_by_words(title) if len(row) == 2 and not index else None
        )
        asks = (
            len(row) == 2
            and not index
            and bool(_ASKS_WAY.search(title))
            and _SAYS_WAY.match(row[1].text.text)
        )
        if (role or asks) and index + 1 < len(row) and row[index + 1].text:
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
                found.state_tests.append(read_as(bare(item.flat), item, "column"))
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
            words = bare(item.flat)
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
    way = re.search(r"(?i)\s+(?:with(?:out)?|no)\b.*$", words.text)
    name = words.cut(0, way.start()) if way else words
    if plain(name.flat).strip() in knowledge.states["state_tests"]:  # "☒ PSSA with accommodations"
        found.state_tests.append(read_as(bare(name.flat), name, "box"))
        return
    if (
        len(text) < 80
        and any(re.search(rf"\b{re.escape(test)}\b", text) for test in knowledge.states["state_tests"])
        and not re.search(r"\balt(?:ernate)?\b", text)
        and re.search(r"(?i)ela|math|reading|science|writing|grade|lectura|matem", text)
    ):
        found.state_tests.append(read_as(bare(words.flat), words, "box"))


def _accommodations(value: Passage, found: Assessments, knowledge: Knowledge) -> None:
    if not value or knowledge.says_nothing(value.text):
        return
    if TICKED in value.text or EMPTY in value.text:
        for choice in choices_in(value):
            if choice.marked and choice.words and not yes_no(choice.words.flat):
                found.accommodations.append(read_as(bare(choice.words.flat), choice.words, "box"))
        return
    if len(lines := value.lines()) > 1 and all(re.match(r"\W*[•·▪‣●*–-]\s", line.text) for line in lines):
        for line in lines:
            if 2 < len(bare(line.flat)) < 90:
                found.accommodations.append(read_as(bare(line.flat), line, "label"))
        return
    splitter = (
        ";"
        if ";" in value.text
        else " / "
        if value.text.count(" / ") > 1
        else ("," if value.text.count(",") >= 1 and len(value.flat) < 160 else None)
    )
    sentence = re.match(r"[^.]+(?:\.(?=\S)[^.]*)*", value.text.replace("\n", " "))
    body = value.cut(0, sentence.end()) if sentence else value
    for item in body.split(splitter) if splitter else [body]:
        words = bare(item.flat)
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
    if not found.state_tests:
        for part in parts:
            if part.kind not in ("attachment", "notes", "evaluation", "notice", "present_levels"):
                for unit in part.units():
                    if isinstance(unit, Passage):
                        _tests_before_way(unit, found, knowledge, labelled=True)


_AFTER_NAME = re.compile(
    r"(?i)\s*(?:[.…_]{3,}.*|\s[-–—]\s*(?=with)|\b(?:with|without|no) (?:\w+ )?accommodations?\b.*|\bcon (?:adaptaciones|acomodaciones)\b.*)$"
)


_LISTED_BELOW = re.compile(
    r"(?i)\baccommodations?\b.*\b(?:below|following|listed)\b|\b(?:following|these)\b.*\baccommodations?\b"
)


def _bullets_below(unit: Passage, found: Assessments) -> None:
    """Accommodations in bullets under the choice that announces them: "☒ With the accommodations listed below"."""
    open_list = False
    for line in unit.lines():
        if open_list and (bullet := re.match(r"\W*[•·▪‣●–-]\s+", line.text)):
            item = line.cut(bullet.end())
            found.accommodations.append(read_as(bare(item.flat), item, "box"))
        else:
            open_list = (
                TICKED in line.text and EMPTY not in line.text and bool(_LISTED_BELOW.search(line.flat))
            )


def _dedupe(found: Assessments, knowledge: Knowledge) -> None:
    helps = [
        test
        for test in found.state_tests
        if knowledge.worded_as_support(test.value)
        and not re.search(rf"(?i:{_SUBJECT}|\b(?:tests?|assessments?|exams?)\b)|[A-Z]{{2}}", test.value)
    ]
    found.state_tests = [test for test in found.state_tests if test not in helps]
    found.accommodations += helps
    found.accommodations = [
        replace(value, value=re.sub(r"^(?:and|y) ", "", value.value)) for value in found.accommodations
    ]
    for slot in ("state_tests", "accommodations"):
        seen: set[str] = set()
        kept = []
        for value in getattr(found, slot):
            if slot == "state_tests" and (named := _AFTER_NAME.search(value.value)) and named.start() > 2:
                value = replace(value, value=value.value[: named.start()])
            key = squeezed(value.value)
            if key and key not in seen:
                seen.add(key)
                kept.append(value)
        if (
            slot == "state_tests"
        ):  # what a battery is called ("MAP") beside its tests ("MAP Reading", "MAP Science")
            names = [value.value for value in kept]
            kept = [
                value
                for value in kept
                if sum(name.startswith(f"{value.value} ") for name in names) < 2 or " " in value.value
            ]
        setattr(found, slot, kept)
