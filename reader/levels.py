"""Present levels by area, in the document's words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reader.knowledge import Knowledge
from reader.labels import Entry
from reader.layout import TICKED, Passage, Table
from reader.parts import Part
from reader.reading import (
    Text,
    read_as,
)


def _names_area(text: Passage, knowledge: Knowledge) -> bool:
    """Whether a cell across a table names the area of the rows below it."""
    return (
        len(text.flat.split()) <= 8 and knowledge.area(text.flat) is not None and not text.flat.endswith("?")
    )


_OF_STUDENT = re.compile(
    r"(?i)\b(?:interests?|strengths?|preferences?|needs?|assessments?|intereses|fortalezas|preferencias)\b"
)


_OF_CHILD = re.compile(  # what a goal's page says of the child before the goal
    r"(?i)\W*(?:student(?:'s)? )?(?:strengths?|needs?|present levels?|current performance|concerns?|impact|how (?:the|this|his|her) disability|effects? of (?:the )?disability|fortalezas|necesidades)\b"
)


def _tells_at_length(table: Table) -> bool:
    """Whether a table holds what is known of a child in sentences rather than answers to questions."""
    return any(len(cell.text.flat.split()) > 14 and TICKED not in cell.text.text for cell in table.cells())


def read_levels(parts: Sequence[Part], entries: Sequence[Entry], knowledge: Knowledge) -> dict[str, Text]:
    """Present levels by area, in the document's words."""
    found: dict[str, list[Passage]] = {}

    def put(area: str, value: Passage) -> None:
        if value and not knowledge.says_nothing(value.text):
            found.setdefault(area, []).append(value)

    for part in parts:
        if part.kind not in ("present_levels", "concerns", "evaluation", "special_factors") and not (
            part.kind == "unknown" and part.title
        ):
            continue
        area = "general"
        for unit in part.units():
            if isinstance(unit, Table):
                if part.kind in ("present_levels", "evaluation", "concerns") or (
                    part.kind in ("special_factors", "unknown") and _tells_at_length(unit)
                ):
                    for row in unit.rows:
                        if len(row) == 1 and _names_area(row[0].text, knowledge):
                            area = knowledge.area(row[0].text.flat) or area
                        put(
                            knowledge.area(row[0].text.flat) or area,
                            Passage.join((c.text for c in row if c.text), "\t"),
                        )
                continue
            if part.kind in ("special_factors",):
                put("special factors", unit)
                continue
            if part.kind == "unknown":
                put(knowledge.area(part.title.flat) or "general", unit)
                continue
            lines = unit.lines()
            chunk: list[Passage] = []
            for line in lines:
                label = re.match(r"^([A-ZÁÉÍÓÚ][^:.]{2,90}):\s*", line.text)
                own = (
                    knowledge.area(label[1] if label else line.flat)
                    if (label or (len(line.flat) < 70 and not re.search(r"[.:;] |\d{2}", line.flat)))
                    else None
                )
                if (
                    own
                    and (label or line.bold or not line.flat.endswith("."))
                    and (label or len(line.flat.split()) <= 8)
                ):
                    put(area, Passage.join(chunk, "\n"))
                    chunk = []
                    area = own
                    if label:
                        plain_label = not re.search(r"[\t\d]", label[1])
                        chunk.append(line.cut(label.end()) if plain_label else line)
                    continue
                chunk.append(line)
            put(area, Passage.join(chunk, "\n"))
    for entry in entries:
        if (
            entry.role == "goal.baseline"
            and entry.part not in ("attachment", "notes", "evaluation")
            and len(entry.value.flat) > 60
        ):
            put("goal baselines", entry.value)
        elif (
            entry.role == "goal.area" and entry.part in ("goals", "transition") and len(entry.value.flat) > 60
        ):
            put("needs", entry.value)
        elif (
            entry.part == "goals"
            and entry.label
            and _OF_CHILD.match(entry.label.lines()[-1].flat)
            and len(entry.value.flat) > 40
        ):
            put("goal areas", entry.value)
        elif (
            entry.part == "transition"
            and entry.role in (None, "transition.assessment")
            and _OF_STUDENT.search(entry.label.flat)
        ):
            put("interests", entry.value)
    return {
        area: read_as(" ".join(v.flat for v in values), Passage.join(values, "\n"), "label", trust=0.9)
        for area, values in found.items()
    }
