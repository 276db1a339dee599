"""Tests named in clauses that say how each is taken: "NJSLA Math with accommodations: extra time; breaks."."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from reader.knowledge import Knowledge, plain
from reader.layout import EMPTY, TICKED, Line, Passage, Table, around
from reader.parts import Part

_WAY = (
    r"(?:(?:taken |given |administered )?(?P<with>with (?:the following |these |the |listed |allowable |testing |approved )*(?:accommodations?|supports)|con (?:las siguientes |estas )?(?:adaptaciones|acomodaciones))"
    r"|(?P<plain>(?:taken |given |administered )?(?:with(?:out)? (?:any )?(?:no )?accommodations?|(?:under |in )?standard (?:conditions|administration)|sin (?:adaptaciones|acomodaciones)|no accommodations?))"
    r"|(?P<not>(?:is |are )?not (?:given|administered|tested|taken|required|applicable)\b[^:]*))"
)
_TOLD = re.compile(
    rf"(?i)^\W*?(?:(?P<who>.{{0,60}}?)\b(?:will (?:take|participate in|be given|be assessed with)|takes?|participates in|participará en|tomará)\s+)?"
    rf"(?:the (?:following )?)?(?P<tests>[A-Z][^:;{TICKED}{EMPTY}]{{1,110}}?)\s*(?P<box>[{TICKED}{EMPTY}])?\s*[,:–—-]?\s*{_WAY}\s*(?:[:–—-]\s*(?P<list>.+?)|\((?P<aside>[^()]+)\))?\W*$"
)
_LISTED = re.compile(
    rf"^\W*?(?P<tests>[A-Z][^:;{TICKED}{EMPTY}]{{1,110}}?)(?:,? \(?(?:see )?(?:Form|Page|Attachment) \w+\)?)?\s*:\s*(?P<list>[^:]+?)\W*$"
)
_END = re.compile(
    rf"(?<=[^\s.])\.\s+(?=[A-Z{TICKED}{EMPTY}])|;\s+(?=[A-Z][^;:.]{{2,60}}:)|\n(?=\W*[A-Z{TICKED}{EMPTY}])|\s+(?=[{TICKED}{EMPTY}]\s*[A-Z])"
)
_LOCAL = re.compile(
    r"(?i)\b(?:district|county|benchmark|local|screener|universal|map growth|i-?ready|distrito)\b"
)
_ASKED = re.compile(
    r"(?i)^\W*(?:state(?:wide)?(?: and district(?:wide)?)?|state/district) (?:assessments?|tests?|testing)\s*[:–—-]\s*"
)


@dataclass
class Told:
    """What a clause says: the tests, how they are taken, with what."""

    tests: list[Passage]
    way: str  # as in Assessments.participation
    listed: list[Passage] = field(default_factory=list)
    words: Passage = field(default_factory=Passage)
    local: bool = False  # a district's test, which is no state test


def tests_told(text: Passage, knowledge: Knowledge) -> tuple[list[Told], Passage]:
    """The clauses of a passage that name tests and say how each is taken, and what else it says."""
    found: list[Told] = []
    rest: list[Passage] = []
    for clause in _clauses(text):
        told = _told(clause, knowledge)
        if told is None:
            rest.append(clause)
        else:
            found.append(told)
    if not any(told.tests and not told.local for told in found):
        return [], text
    return found, Passage.join(rest, "\n")


def _clauses(text: Passage) -> Iterator[Passage]:
    start = 0
    listed = _UNDER_HEAD.search(text.text)
    if listed:
        yield text.cut(0, listed.start())
        yield text.cut(listed.start("head"), listed.end())
        text = text.cut(listed.end())
    for end in _END.finditer(text.text):
        if end.group().startswith("\n") and _goes_on(text.text[start : end.start()]):
            continue
        yield text.cut(start, end.start())
        start = end.end()
    yield text.cut(start)


def _goes_on(above: str) -> bool:
    """Whether the line above ends within a sentence or an enumeration."""
    return bool(re.search(r"(?:[,;:]|\b(?:and|or|with|the|in|of|y|con))\s*$", above)) or (
        ":" in above.split("\n")[-1] and len(above.split("\n")[-1]) > 90
    )


# "… the following state assessments with accommodations:" and the tests below, each behind a bullet
_UNDER_HEAD = re.compile(
    r"(?P<head>[^\n]*\b(?:following|these) (?:state(?:wide)? )?(?:assessments?|tests?)\b[^\n:]*):\s*(?P<items>(?:\n?\W*[•·▪‣●*–-]\s+[^\n]+)+)"
)


def _told(clause: Passage, knowledge: Knowledge) -> Told | None:
    if under := _UNDER_HEAD.fullmatch(clause.text):
        items = [line for line in clause.cut(*under.span("items")).lines() if line]
        tests = [item.cut(re.match(r"\W*", item.text).end()) for item in items]  # type: ignore[union-attr]
        if not all(_is_test(test.flat, knowledge) for test in tests):
            return None
        way = (
            "regular_with_accommodations"
            if re.search(r"(?i)with (?:\w+ )?accommodations", under["head"])
            else "regular"
        )
        return Told(tests, way, [], clause)
    asked = _ASKED.match(clause.text)
    clause = clause.cut(asked.end()) if asked else clause
    flat = clause.text.replace("\n", " ").replace("\t", " ")
    if re.match(rf"\W*{EMPTY}", flat) or re.search(r"(?i)\bwill not take\b|\bdoes not take\b", flat):
        return None
    said = _TOLD.match(flat)
    if said and said["box"] != EMPTY:
        tests = _named(clause.cut(*said.span("tests")), knowledge)
        local = bool(_LOCAL.search(said["tests"]))
        if tests or local:
            listed = next((clause.cut(*said.span(k)) for k in ("list", "aside") if said[k]), Passage())
            way = (
                "regular_with_accommodations"
                if said["with"]
                else "not_tested_at_grade"
                if said["not"]
                else "regular"
            )
            return Told(tests, way, _items(listed), clause, local)
    listed_after = _LISTED.match(flat)
    if listed_after:
        tests = _named(clause.cut(*listed_after.span("tests")), knowledge)
        items = _items(clause.cut(*listed_after.span("list")))
        supports = sum(knowledge.worded_as_support(item.flat) for item in items)
        if tests and items and supports >= 0.5 * len(items):
            return Told(tests, "regular_with_accommodations", items, clause)
    return None


def _named(text: Passage, knowledge: Knowledge) -> list[Passage]:
    """The tests of an enumeration, each of which a state's test names; none when one of them is no test."""
    pieces: list[Passage] = []
    start = 0
    for stop in re.finditer(
        r"\s*[,;]\s+(?:and |y )?(?=[A-Z])|\s+(?:and|y)\s+(?=the |[A-Z])|$", text.text.replace("\n", " ")
    ):
        pieces.append(text.cut(start, stop.start()))
        start = stop.end()
    pieces = [piece for piece in pieces if piece]
    if not pieces or not all(len(piece.flat.split()) <= 9 for piece in pieces):
        return []
    if all(_is_test(piece.flat, knowledge) for piece in pieces):
        return pieces
    return [text] if _is_test(pieces[0].flat, knowledge) else []


def _is_test(name: str, knowledge: Knowledge) -> bool:
    words = plain(name)
    if re.search(r"(?i)\balternate\b|\bdistrict\b", words):
        return False
    if any(re.search(rf"\b{re.escape(test)}\b", words) for test in knowledge.states["state_tests"]):
        return True
    return bool(re.search(r"\b(?:[A-Z][\w&.-]+ )+(?:Exam|Test|Assessment|Tests|Assessments)\b", name))


def _items(listed: Passage) -> list[Passage]:
    by = ";" if ";" in listed.text else ","
    return [item for item in Passage.join(listed.lines(), " ").split(by) if 2 < len(item.flat) < 90]


def tests_elsewhere(parts: list[Part], knowledge: Knowledge) -> list[Part]:
    """What stands beside or behind a label such as "State assessments" in parts of another name, as parts of tests."""
    found: list[Part] = []
    for part in parts:
        if part.kind in ("attachment", "notes", "evaluation", "notice", "present_levels"):
            continue
        for unit in part.units():
            if isinstance(unit, Table):
                for row in unit.rows:
                    cells = [cell for cell in row if cell.text]
                    if (
                        len(cells) > 1
                        and _ASKED.match(cells[0].text.flat + ":")
                        and len(cells[0].text.flat) < 50
                    ):
                        body = Passage.join((cell.text for cell in cells[1:]), "\n")
                        found.append(_part(cells[0].text, body))
                continue
            lines = unit.lines()
            for number, line in enumerate(lines):
                asked = _ASKED.match(line.text)
                if asked is None:
                    continue
                said = [line.cut(asked.end())]
                for below in lines[number + 1 :]:
                    if re.match(r"[A-Z][^:;.]{3,70}:\s", below.text) and not _is_test(
                        below.text.split(":")[0], knowledge
                    ):
                        break
                    said.append(below)
                found.append(_part(line.cut(0, asked.end()), Passage.join(said, "\n")))
    return found


def _part(title: Passage, body: Passage) -> Part:
    lines = [
        Line([line], line.words[0].page, around(w.box for w in line.words))
        for line in body.lines()
        if line.words
    ]
    return Part("assessments", title, [*lines])
