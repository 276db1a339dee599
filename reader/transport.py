"""Special transportation stated outside the service table: in a sentence, a choice or a table of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reader.choices import choices_in
from reader.knowledge import Knowledge
from reader.layout import EMPTY, TICKED, Passage, Table
from reader.parts import Part
from reader.reading import Service, concluded, read_as
from reader.service_paragraphs import ride_in


def transport(parts: Sequence[Part], knowledge: Knowledge) -> Service | None:
    """Special transportation stated outside the service table."""
    pattern = re.compile(
        r"((?:special|specialized)(?: education)? transportation|transporte especial(?:izado)?)\s*:\s*", re.I
    )
    for part in parts:
        if part.kind in ("attachment", "notes", "notice", "evaluation"):
            continue
        if (bus := _bus_marked(part)) is not None:
            return bus
        for table in part.tables:
            if re.search(
                r"(?i)special(?:ized)? transportation|transporte especial", table.rows[0][0].text.flat
            ) and (bus := _bus_row(table, knowledge)):
                return bus
        for unit in part.units():
            passages = [unit] if isinstance(unit, Passage) else [cell.text for cell in unit.cells()]
            for passage in passages:
                for match in pattern.finditer(passage.text):
                    rest = passage.cut(match.end())
                    sentence = re.match(r"[^.\n☐☒]+(?:\n[^.\n☐☒:]+)?", rest.text)
                    if (
                        not sentence
                        or re.match(r"(?i)\s*(?:☐|☒|no\b|not|none|n/a|yes|s[ií]\b|regular)", rest.text)
                        or len(sentence.group()) < 12
                    ):
                        continue
                    body = rest.cut(0, sentence.end())
                    how = re.search(
                        r"[,;]\s*(daily.*|each day.*|both ways.*|round trip.*|to and from.*|diari.*)$",
                        body.flat,
                        re.I,
                    )
                    name_words = body.flat[: how.start()] if how else body.flat
                    label = passage.cut(match.start(), match.end(1))
                    if re.search(r"\b(?:will|is|are|rides?|travels?|needs|requires)\b", body.flat):
                        bus = Service(name=read_as(label.flat, label, "sentence"))  # told in a sentence
                        bus.kind = concluded("transportation", "derived")
                        _how_often(bus, ride_in(body) or body)
                        return bus
                    service = Service()
                    service.name = read_as(
                        f"{label.flat}: {name_words}", Passage.join([label, body], ": "), "sentence"
                    )
                    service.kind = concluded("transportation", "derived")
                    if how:
                        service.as_written = read_as(how[1], body, "sentence")
                        service.per = read_as("day", body, "sentence")
                        service.sessions = read_as(2, body, "sentence")
                    return service
    return None


_NEEDS_BUS = re.compile(
    r"(?i)^\W*(?:the )?(?:student|child|estudiante)?\s*(?:requires?|needs?|will receive|necesita|requiere)\s+(?:special(?:ized)? transportation|transporte especial)"
    r"|^\W*(?:special(?:ized)? transportation|transporte especial)\b(?![^.]{0,30}\bnot\b)"
)


def _bus_marked(part: Part) -> Service | None:
    """Special transportation marked as needed in a choice: "☒ The student requires special transportation"."""
    for unit in part.units():
        for passage in [unit] if isinstance(unit, Passage) else [cell.text for cell in unit.cells()]:
            for choice in choices_in(passage) if TICKED in passage.text else ():
                if choice.marked and _NEEDS_BUS.search(choice.words.flat):
                    at = re.search(
                        r"(?i)(?:special(?:ized)? )?transportation|transporte especial", choice.words.text
                    )
                    assert at is not None
                    name = choice.words.cut(at.start(), at.end())
                    service = Service(name=read_as(name.flat.capitalize(), name, "box", trust=0.85))
                    service.kind = concluded("transportation", "derived")
                    _how_often(service, choice.words.cut(at.end()))
                    return service
    return None


def _how_often(service: Service, words: Passage) -> None:
    """What follows the mark says how often the bus goes: "Daily, to and from school"."""
    if not re.search(r"(?i)\b(?:daily|each day|every day|diari\w+|cada día)\b", words.flat):
        return
    service.as_written = read_as(words.flat.strip(" :,;"), words, "box")
    service.per = read_as("day", words, "box")
    if re.search(r"(?i)both ways|round|two[- ]way|to and from|ida y vuelta|ambos", words.flat):
        service.sessions = read_as(2, words, "box")


def _bus_row(table: Table, knowledge: Knowledge) -> Service | None:
    """The first row of a table headed by special transportation, with what it says of the way and how often."""
    for row in table.rows[1:]:
        cells = [cell.text for cell in row if cell.text and not knowledge.says_nothing(cell.text.text)]
        if len(cells) < 2 or re.match(r"(?i)\W*(?:no|none|not)\b", cells[1].flat) or EMPTY in cells[0].text:
            continue
        service = Service(name=read_as(cells[0].flat, cells[0], "column"))
        service.kind = concluded("transportation", "derived")
        service.as_written = read_as(cells[1].flat, cells[1], "column")
        if re.search(r"(?i)daily|each day|every day|diari|cada día", cells[1].flat):
            service.per = read_as("day", cells[1], "column")
            if re.search(r"(?i)both ways|round|two[- ]way|to and from|ida y vuelta|ambos", cells[1].flat):
                service.sessions = read_as(2, cells[1], "column")
        if len(cells) > 2:
            service.location = read_as(cells[2].flat, cells[2], "column", trust=0.8)
        return service
    return None
