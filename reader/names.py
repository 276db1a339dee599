"""A child's name given in pieces: "First Name: … Middle Name: … Last Name: …", in a line, in cells or under headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reader.layout import Passage, Table
from reader.parts import Part
from reader.reading import NAME_IN_A_PICTURE, TRUST, Text, read_as

_PIECE = re.compile(
    r"(?i)\b(?:(?:student|child|pupil|legal|student's|child's)\s+)*(?P<which>first|middle|last|given|family|primer|apellidos?)(?:\s+(?:name|initial|nombre)|(?=\s*:))\s*[:\n\t]\s*"
)
_WORDS = re.compile(
    r"[^\W\d_][\w.'’-]*(?:[ ](?!(?:First|Middle|Last|Legal|Student|Given|Family|DOB|Date|Grade|Birth)\b)[^\W\d_][\w'’-]*){0,2}"
)
_OTHERS = re.compile(r"(?i)\b(?:parent|guardian|mother|father|surrogate|teacher|manager|contact)\b")
_ORDER = {
    "first": 0,
    "given": 0,
    "primer": 0,
    "middle": 1,
    "last": 2,
    "family": 2,
    "apellido": 2,
    "apellidos": 2,
}


def name_in_pieces(parts: Sequence[Part]) -> Text | None:
    """The name whose first and last pieces have labels of their own; none where a form has one box for the name."""
    for passage in _passages(parts):
        found: dict[int, Passage] = {}
        labels = list(_PIECE.finditer(passage.text))
        if len(labels) < 2:
            continue
        for label, after in zip(labels, [*labels[1:], None], strict=True):
            if _OTHERS.search(passage.text[max(0, label.start() - 40) : label.start()]):
                break
            value = passage.cut(label.end(), after.start() if after else None)
            words = _WORDS.match(value.text)
            if words and words.group().lower() not in ("n/a", "none", "na"):
                found.setdefault(_ORDER[label["which"].lower()], value.cut(0, words.end()))
        if {0, 2} <= set(found):
            source = Passage.join((found[place] for place in sorted(found)), " ")
            return read_as(source.flat, source, "label")
    return None


def _passages(parts: Sequence[Part]) -> Iterator[Passage]:
    for part in parts[:4]:
        for unit in part.units():
            if not isinstance(unit, Table):
                yield from unit.lines()
                yield unit
                continue
            for number, row in enumerate(unit.rows):
                yield Passage.join((cell.text for cell in row if cell.text), "\t")
                below = unit.rows[number + 1] if number + 1 < len(unit.rows) else []
                pairs = [(cell, next((c for c in below if c.column == cell.column), None)) for cell in row]
                yield Passage.join(
                    (
                        Passage.join((cell.text, under.text), "\n")
                        for cell, under in pairs
                        if under is not None
                    ),
                    "\t",
                )


def named(name: str, source: Passage, how: str) -> Text:
    """Somebody's name as a value; one read from a picture is trusted less."""
    pictured = any(word.shown is not None for word in source.words)
    return read_as(name, source, how, trust=TRUST[how] * NAME_IN_A_PICTURE if pictured else None)


def is_name(text: str) -> bool:
    """Whether a text reads like somebody's name, with or without a title or degree."""
    text = re.sub(r"(?i)^(?:dr|mr|mrs|ms|sr|sra|srta|prof)\.?\s+", "", text.strip())
    text = re.sub(
        r",?\s*(?:[A-Z]{2,6}(?:-[A-Z]+)?|Ph\.?D\.?|Ed\.?D\.?|M\.?Ed\.?|M\.?A\.?)(?:,\s*[A-Z]{2,6})*\.?$",
        "",
        text,
    )
    return bool(
        re.fullmatch(r"[A-ZÁÉÍÓÚÑ][\w.'’-]*(?:\s+(?:de|del|la|van|von|[A-ZÁÉÍÓÚÑ][\w.'’-]*)){1,4}", text)
    )
