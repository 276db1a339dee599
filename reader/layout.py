"""Where words stand on a page: words, passages with provenance, cells, tables, pages.

All boxes are ``(left, top, right, bottom)`` in PDF points (1/72 inch), origin at the top left corner of the
page as it is displayed (crop and rotation applied), y growing downwards. Pages count from 1.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

Box = tuple[float, float, float, float]

TICKED = "☒"
EMPTY = "☐"


class Word(NamedTuple):
    """One word (or check box glyph) as it stands on a page."""

    text: str
    page: int
    box: Box
    bold: bool = False
    entry: bool = False  # typed into a form field rather than printed
    shown: Box | None = (
        None  # where it stands in the picture as sent, when the page was straightened to be read
    )

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]

    @property
    def middle(self) -> float:
        return (self.box[1] + self.box[3]) / 2


class Place(NamedTuple):
    """A rectangle on a page that shows where a value was read."""

    page: int
    box: Box


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box holding all boxes."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))


def capitals(text: str) -> bool:
    """Whether a text is set in capitals."""
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) > 3 and sum(letter.isupper() for letter in letters) > 0.8 * len(letters)


class Passage:
    """A string that knows where on the pages each of its words stands.

    Slicing, stripping and joining keep the provenance. Lines are separated by a newline, far apart pieces of
    one line by a tab.
    """

    __slots__ = ("_starts", "text", "words")

    def __init__(self, text: str = "", words: Sequence[Word] = (), starts: Sequence[int] = ()) -> None:
        self.text = text
        self.words = list(words)
        self._starts = list(starts)

    @classmethod
    def of(cls, words: Iterable[Word], gap: str = " ") -> Passage:
        parts: list[str] = []
        starts: list[int] = []
        kept: list[Word] = []
        position = 0
        for word in words:
            if parts:
                parts.append(gap)
                position += len(gap)
            starts.append(position)
            kept.append(word)
            parts.append(word.text)
            position += len(word.text)
        return cls("".join(parts), kept, starts)

    @classmethod
    def join(cls, passages: Iterable[Passage], by: str = " ") -> Passage:
        text: list[str] = []
        words: list[Word] = []
        starts: list[int] = []
        position = 0
        for passage in passages:
            if not passage.text:
                continue
            if text:
                text.append(by)
                position += len(by)
            words += passage.words
            starts += [position + start for start in passage._starts]
            text.append(passage.text)
            position += len(passage.text)
        return cls("".join(text), words, starts)

    def __bool__(self) -> bool:
        return bool(self.text.strip())

    def __len__(self) -> int:
        return len(self.text)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Passage({self.text!r})"

    def cut(self, start: int, end: int | None = None) -> Passage:
        """The part from character ``start`` to ``end``, stripped of white space at both ends."""
        end = len(self.text) if end is None else min(end, len(self.text))
        start = max(start, 0)
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        if start >= end:
            return Passage()
        first = max(bisect_right(self._starts, start) - 1, 0)
        last = bisect_right(self._starts, end - 1)
        return Passage(
            self.text[start:end],
            self.words[first:last],
            [max(begin - start, 0) for begin in self._starts[first:last]],
        )

    def strip(self) -> Passage:
        return self.cut(0)

    def split(self, by: str) -> list[Passage]:
        """Non-empty parts between occurrences of the string ``by``."""
        parts: list[Passage] = []
        start = 0
        while True:
            found = self.text.find(by, start)
            part = self.cut(start, None if found < 0 else found)
            if part:
                parts.append(part)
            if found < 0:
                return parts
            start = found + len(by)

    def lines(self) -> list[Passage]:
        return self.split("\n")

    def word_at(self, position: int) -> Word | None:
        """The word holding the character at ``position``."""
        index = bisect_right(self._starts, position) - 1
        return self.words[index] if 0 <= index < len(self.words) else None

    @property
    def flat(self) -> str:
        """The words on one line with single spaces."""
        return " ".join(self.text.split())

    @property
    def bold(self) -> bool:
        """Whether most of it is set in bold."""
        return bool(self.words) and sum(word.bold for word in self.words) * 2 > len(self.words)

    @property
    def height(self) -> float:
        heights = sorted(word.height for word in self.words)
        return heights[len(heights) // 2] if heights else 0.0

    def places(self) -> tuple[Place, ...]:
        """One rectangle for each printed line of the passage."""
        found: list[Place] = []
        before: Word | None = None
        for word in self.words:
            shown = word.shown or word.box
            if before is not None and before.page == word.page:
                overlap = min(before.box[3], word.box[3]) - max(before.box[1], word.box[1])
                if overlap > 0.5 * min(before.height, word.height):
                    found[-1] = Place(word.page, around((found[-1].box, shown)))
                    before = word
                    continue
            found.append(Place(word.page, shown))
            before = word
        return tuple(Place(p.page, _rounded(p.box)) for p in found)


def _rounded(box: Box) -> Box:
    left, top, right, bottom = (round(side, 1) for side in box)
    return (left, top, right, bottom)


@dataclass
class Cell:
    """One cell of a table. ``column`` and ``span`` count columns of the table's own grid."""

    box: Box
    page: int
    text: Passage = field(default_factory=Passage)
    column: int = 0
    span: int = 1
    open_above: bool = False
    open_below: bool = False


@dataclass
class Table:
    """Rows of cells, top to bottom, left to right. After stitching it may run over several pages."""

    rows: list[list[Cell]]
    edges: list[float] = field(default_factory=list)  # x of the column edges
    ruled: bool = True

    @property
    def page(self) -> int:
        return self.rows[0][0].page

    @property
    def box(self) -> Box:
        page = self.page
        return around(cell.box for row in self.rows for cell in row if cell.page == page)

    @property
    def columns(self) -> int:
        return max((cell.column + cell.span for row in self.rows for cell in row), default=0)

    def cells(self) -> Iterator[Cell]:
        for row in self.rows:
            yield from row


@dataclass
class Line:
    """One printed line outside tables; ``pieces`` are its parts between wide gaps."""

    pieces: list[Passage]
    page: int
    box: Box

    @property
    def text(self) -> Passage:
        return Passage.join(self.pieces, "\t")

    def middle_y(self) -> float:
        return (self.box[1] + self.box[3]) / 2


Block = Line | Table


@dataclass
class Sheet:
    """A page as found: words with rulings, before structure."""

    number: int
    width: float
    height: float
    words: list[Word] = field(default_factory=list)
    across: list[tuple[float, float, float]] = field(default_factory=list)  # y, left, right
    down: list[tuple[float, float, float]] = field(default_factory=list)  # x, top, bottom
    fields: list[Cell] = field(default_factory=list)  # fillable text fields with their entries
    scanned: bool = False
    shown: tuple[float, float] | None = None  # width and height of the page as sent, when it was straightened
    blocks: list[Block] = field(default_factory=list)
    running: list[Passage] = field(default_factory=list)  # headers and footers
