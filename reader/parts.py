"""An IEP's parts, found by their headings rather than by place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from reader.knowledge import Knowledge, squeezed
from reader.layout import EMPTY, TICKED, Block, Cell, Line, Passage, Table, around, capitals


@dataclass
class Part:
    """A stretch of the document under one heading."""

    kind: str
    title: Passage = field(default_factory=Passage)
    blocks: list[Block] = field(default_factory=list)

    @property
    def tables(self) -> list[Table]:
        return [block for block in self.blocks if isinstance(block, Table)]

    def units(self) -> Iterator[Passage | Table]:
        """Runs of lines as one passage each, and tables, in order."""
        run: list[Line] = []
        for block in self.blocks:
            if isinstance(block, Line):
                run.append(block)
                continue
            if run:
                yield Passage.join((line.text for line in run), "\n")
                run = []
            yield block
        if run:
            yield Passage.join((line.text for line in run), "\n")

    @property
    def prose(self) -> Passage:
        """All words of the part, cells included, in reading order."""
        found = []
        for unit in self.units():
            if isinstance(unit, Table):
                found += [Passage.join((cell.text for cell in row), "\t") for row in unit.rows]
            else:
                found.append(unit)
        return Passage.join(found, "\n")


# ---------------------------------------------------------------- parts


def parts_of(flow: Sequence[Block], knowledge: Knowledge) -> list[Part]:
    """Split the document at its headings."""
    flow = [piece for block in flow for piece in _at_headings(block, knowledge)]
    titles = _Titles(flow, knowledge)
    found = [Part("student")]
    opened: set[str] = set()  # headings that opened a part of the plan itself
    index = 0
    while index < len(flow):
        block = flow[index]
        kind, title, used = titles.at(index)
        part = found[-1]
        if kind == "attachment" and index < _TITLE_BLOCKS and len(found) == 1:
            kind = None  # what the document is called, not something behind it
        if kind == "unknown" and part.kind in ("present_levels", "concerns", "evaluation", "attachment"):
            kind = None if part.kind != "attachment" else "attachment"
        inside = part.kind == "attachment" and kind in ("goals", "present_levels", "transition")
        again = squeezed(title.flat) in opened
        if kind is None or (inside and not titles.exact(title) and not again):
            part.blocks.append(block)
        else:
            found.append(Part(kind, title))
            if kind != "attachment" and not inside:
                opened.add(squeezed(title.flat))
            if isinstance(block, Table) and len(block.rows) > 1:
                found[-1].blocks.append(Table(block.rows[1:], block.edges, block.ruled))
        index += used
    return found


def _at_headings(block: Block, knowledge: Knowledge) -> list[Block]:
    """A block, or a table cut before each row that only holds the heading of another part."""
    if isinstance(block, Table) and any(_boxed_part(row, knowledge) for row in block.rows):
        return [piece for row in block.rows for piece in _out_of_box(row, block, knowledge)]
    if not isinstance(block, Table) or len(block.rows) < 2 or block.columns < 2:
        return [block]
    pieces: list[list[list[Cell]]] = [[]]
    for number, row in enumerate(block.rows):
        if number and pieces[-1] and _heads_part(row, knowledge):
            pieces.append([])
        pieces[-1].append(row)
    if len(pieces) == 1:
        return [block]
    found: list[Block] = []
    for rows in pieces:
        if _heads_part(rows[0], knowledge) and len(rows) > 1:
            found.append(Table(rows[:1], block.edges, block.ruled))
            rows = rows[1:]
        found.append(Table(rows, block.edges, block.ruled))
    return found


_BOX_WIDTH = 300.0  # points; a narrower box holds a value, not a part


def _boxed_part(row: list[Cell], knowledge: Knowledge) -> bool:
    """Whether a row is one wide box whose first line is the heading of a part, or of a goal, over what it holds."""
    if len(row) != 1 or row[0].box[2] - row[0].box[0] < _BOX_WIDTH or "\n" not in row[0].text.text:
        return False
    first = row[0].text.lines()[0]
    if (
        len(first.flat.split()) > 12
        or re.search(r"[.:;?,]$|[☐☒\t]", first.text)
        or any(w.entry for w in first.words)
    ):
        return False
    if GOAL_N.match(first.flat):
        return first.bold or capitals(first.text)
    role = knowledge.label(first.flat) or knowledge.label_by_words(first.flat) or ""
    if role.startswith(("goal.", "student", "eligibility", "school", "district", "lre.", "transition.")):
        return False
    return knowledge.heading(first.flat, styled=True) is not None


def _out_of_box(row: list[Cell], table: Table, knowledge: Knowledge) -> list[Block]:
    """A box's heading in a box of its own and its other lines, or the row as a table."""
    if not _boxed_part(row, knowledge):
        return [Table([row], table.edges, table.ruled)]
    lines = row[0].text.lines()
    blocks: list[Block] = []
    if not GOAL_N.match(lines[0].flat):
        left, top, right, _ = row[0].box
        title = Cell(
            (left, top, right, lines[0].words[-1].box[3]), row[0].page, lines[0], row[0].column, row[0].span
        )
        blocks, lines = [Table([[title]], table.edges, table.ruled)], lines[1:]
    return blocks + [
        Line(line.split("\t"), row[0].page, around([w.box for w in line.words]))
        for line in lines
        if line.words
    ]


def _heads_part(row: list[Cell], knowledge: Knowledge) -> bool:
    """Whether a table's row holds nothing but a heading known as a whole, set in bold or capitals across the table."""
    filled = [cell for cell in row if cell.text]
    if len(filled) != 1 or len(row) > 1 or filled[0].span < 2:
        return False
    text = filled[0].text
    if not (capitals(text.text) or text.bold) or len(text.flat.split()) > 9 or text.flat.endswith((":", "?")):
        return False
    kind = knowledge.headings.get(squeezed(_NUMBERING.sub("", text.flat)))
    return kind in _PARTED and knowledge.label(text.flat) is None


_PARTED = (
    "present_levels", "concerns", "special_factors", "goals", "assessments", "lre", "esy", "transition", "transfer", "team",
    "consent", "eligibility", "notice",
)  # fmt: skip


_TITLE_BLOCKS = 4  # the document's own name stands among so many blocks

_Style = tuple[int, bool, bool]  # height in points, capitals, bold


class _Titles:
    """Tells headings from text, remembering how the headings so far were set."""

    def __init__(self, flow: Sequence[Block], knowledge: Knowledge) -> None:
        lines = [block for block in flow if isinstance(block, Line)]
        heights = [piece.height for line in lines for piece in line.pieces]
        self.flow = flow
        self.knowledge = knowledge
        self.usual = median(heights) if heights else 10.0
        self.bold_share = sum(line.text.bold for line in lines) / max(len(lines), 1)
        self.styles: set[_Style] = set()
        self.last: tuple[str, _Style] = ("student", (0, False, False))

    def at(self, index: int) -> tuple[str | None, Passage, int]:
        """(part opened, its title, blocks used) at a block; none when the block is no heading."""
        block = self.flow[index]
        if isinstance(block, Table):
            return self._in_table(block)
        pieces = block.pieces
        if (kind := self._over_page(pieces)) is not None:
            return kind, pieces[0], 1
        if len(pieces) == 2 and _SECTION_MARK.fullmatch(pieces[0].flat):
            pieces = pieces[1:]  # the number of a section, set apart from its title
        if len(pieces) != 1 or pieces[0].text[:1].islower():
            return None, Passage(), 1
        text = pieces[0]
        if any(word.entry for word in text.words) and not all(word.entry for word in text.words):
            return None, Passage(), 1  # a label and what was typed beside it
        numbered = (
            GOAL_N.match(text.flat) and (text.bold or capitals(text.text)) and len(text.flat.split()) <= 12
        )
        following = self.flow[index + 1] if index + 1 < len(self.flow) else None
        if (
            numbered
            and (self.last[0] in _BEFORE_GOALS or self._goal_below(following))
            and self._known(text) != "goals"
        ):
            opens = self.last[0] != "goals" and not text.text.rstrip().endswith(":")
            self.last = ("goals", self.last[1])
            return ("goals" if opens else None), text, 1
        if (whole := self._goes_on(text, following)) is not None:
            kind = self._known(whole) or self._told_by_words(whole, None)
            if index < _TITLE_BLOCKS and self.last[0] == "student":
                kind = "student"  # what the page is called, which may name all that the document holds
            if kind is not None:
                self._remember(kind, text)
                return kind, whole, 2
        both = self._two_lines(text, following)
        if both is not None:
            self._remember(both[0], text)
            return both[0], both[1], 2
        if self.last[0] == "services" and self._names_service(text, following):
            return None, Passage(), 1
        kind = self._known(text)
        if kind is not None and _entered_next(following) and self.knowledge.label(text.flat) is not None:
            return None, Passage(), 1  # the label of a form field
        if kind is None:
            kind = self._told_by_words(text, following)
        if (
            kind in ("accommodations", "supports")
            and _OF_TESTS.search(text.flat)
            and not _OF_CLASS.search(text.flat)
        ):
            kind = "assessments"
        if kind == "accommodations" and self.last[0] == "assessments" and text.flat.endswith(":"):
            return None, Passage(), 1  # those for the test
        if kind is not None:
            self._remember(kind, text)
        elif self._set_as_heading(text, following) and not self._names_slot(text):
            kind = "unknown"
        return kind, text, 1

    def _goal_below(self, following: Block | None) -> bool:
        """Whether a heading of the goals follows: the next goal, after what was taught for the one before."""
        return (
            isinstance(following, Line)
            and len(following.pieces) == 1
            and self.knowledge.heading(following.text.flat, styled=True) == "goals"
        )

    def exact(self, title: Passage) -> bool:
        return squeezed(title.flat) in self.knowledge.headings

    def _over_page(self, pieces: list[Passage]) -> str | None:
        """The part that a page's head names between the child's name and the page: "Name: … Services | Page: F"."""
        if not 1 < len(pieces) < 5 or not any(_PAGE.fullmatch(piece.flat) for piece in pieces[1:]):
            return None
        named = re.match(r"(?i)(?:student(?:'s)? )?(?:name|nombre)\s*:\s*", pieces[0].text)
        return self.knowledge.heading_by_word(pieces[0].flat) if named else None

    def _names_service(self, text: Passage, following: Block | None) -> bool:
        """Whether a line names one service, whose dates, amount and place are labelled under it."""
        if not text.bold or not isinstance(following, Line) or ":" in text.text or len(text.flat.split()) > 9:
            return False
        label = re.match(r"([^:]{3,60}):\s*\S", following.text.text)
        return label is not None and self.knowledge.tells_of_service(label[1])

    def _remember(self, kind: str, text: Passage) -> None:
        self.styles.add(_style(text))
        self.last = (kind, _style(text))

    def _styled(self, text: Passage) -> bool:
        if len(text.flat) > 170:
            return False
        return capitals(text.text) or (text.bold and self.bold_share < 0.6) or text.height > 1.12 * self.usual

    def _goes_on(self, text: Passage, following: Block | None) -> Passage | None:
        """A heading that a line ends in its middle ("… NEEDS, GOALS AND"), with the line below it."""
        if not self._styled(text) or not re.search(r"(?i)(?:,|&|\b(?:and|or|of|the|y|de))$", text.flat):
            return None
        if not isinstance(following, Line) or len(following.pieces) != 1:
            return None
        second = following.pieces[0]
        return Passage.join([text, second], " ") if _alike(_style(second), _style(text)) else None

    def _two_lines(self, text: Passage, following: Block | None) -> tuple[str, Passage] | None:
        """A heading set on two lines of one style."""
        if not self._styled(text) or not isinstance(following, Line) or len(following.pieces) != 1:
            return None
        second = following.pieces[0]
        if GOAL_N.match(second.flat) or (GOAL_N.match(text.flat) and self.exact(second)):
            return None  # a goal's number and area, over the name of the box below
        if not _alike(_style(second), _style(text)):
            return None
        both = Passage.join([text, second], " ")
        kind = self.knowledge.heading(both.flat, styled=True)
        if kind is None and _fills_line(text) and not self.exact(text) and not self.exact(second):
            kind = self._told_by_words(text, None)
            return (kind, both) if kind is not None and not _SENTENCE.search(second.flat) else None
        if kind is None or (self.exact(text) and not self.exact(both)):
            return None
        goes_on = text.flat.endswith(("-", "/", ",", "&")) or re.search(
            r"(?i)\b(?:and|or|of|for|the|y|de)$", text.flat
        )
        other = self.knowledge.heading(second.flat, styled=True) not in (None, kind)
        return None if other and not (goes_on or not self.exact(second)) else (kind, both)

    def _known(self, text: Passage) -> str | None:
        kind = None
        if EMPTY in text.text or TICKED in text.text:
            return None
        styled = self._styled(text)
        if not text.text.rstrip().endswith((".", ";", ",")):
            kind = self.knowledge.heading(text.flat, styled=styled)
        if kind is None and styled and _ATTACHED.match(text.flat):
            kind = "attachment"
        if kind is None or capitals(text.text):
            return kind
        if text.flat.endswith(":"):
            label = self.knowledge.label(text.flat) or ""
            if label.startswith(("goal.", "eligibility", "student")):
                return None
        small = (
            self.last[0] == "present_levels" and _style(text) != self.last[1] and len(text.flat.split()) <= 3
        )
        if small and self.knowledge.heading_by_word(text.flat) in ("transition", "transportation", "esy"):
            return None  # an area of the present levels
        return kind

    def _told_by_words(self, text: Passage, following: Block | None) -> str | None:
        if not self._styled(text) or len(text.flat.split()) > 14:
            return None
        if self.last[0] == "present_levels" and not (
            _alike(_style(text), self.last[1])
            and self.knowledge.heading_by_word(text.flat)
            in ("special_factors", "goals", "lre", "assessments")
        ):
            return None  # an area of the present levels
        title = _NUMBERING.sub("", text.flat)
        before = title.split(":")[0]
        if _TITLED.fullmatch(title) and self.knowledge.heading_by_word(before) is not None:
            title = before  # "Special Considerations: Federal and State Requirements"
        if self.knowledge.names_a_kind(text.flat) or _SENTENCE.search(title):
            return None
        like_others = (
            any(_alike(_style(text), other, 1) for other in self.styles)
            or capitals(text.text)
            or bool(_NUMBERING.match(text.flat))
            or bool(_PLAINLY.search(text.flat))
        )
        if not like_others or _labels_next(text, following, self.knowledge):
            return None
        return self.knowledge.heading_by_word(text.flat)

    def _names_slot(self, text: Passage) -> bool:
        """Whether a line among the goals names what belongs to the goal above: objectives, method, baseline."""
        slots = ("objectives", "method", "baseline", "criterion", "schedule")
        return (
            self.last[0] == "goals"
            and len(text.flat.split()) <= 7
            and self.knowledge.goal_slot(text.flat) in slots
        )

    def _set_as_heading(self, text: Passage, following: Block | None) -> bool:
        return (
            self._styled(text)
            and _style(text) in self.styles
            and len(text.flat.split()) <= 12
            and not re.search(r"[.;,?]$|☒|☐|:", text.flat)
            and not _labels_next(text, following, self.knowledge)
        )

    def _in_table(self, table: Table) -> tuple[str | None, Passage, int]:
        """A heading in a box of its own (a number of the section beside it), or in a first row across the table."""
        if (
            len(table.rows) == 1
            and len(table.rows[0]) == 2
            and _SECTION_NO.fullmatch(table.rows[0][1].text.flat)
        ):
            table = Table([table.rows[0][:1]], table.edges, table.ruled)
        if len(table.rows[0]) != 1:
            return None, Passage(), 1
        if len(table.rows) > 1 and table.columns < 2:
            first = table.rows[0][0].text
            kind = self.knowledge.heading(first.flat, styled=True) if 0 < len(first.flat) < 120 else None
            if kind is None and first.bold and 0 < len(first.flat) < 60:
                kind = self.knowledge.heading_by_word(first.flat)
            if kind in _LISTED and (first.bold or capitals(first.text)) and not table.rows[1][0].text.bold:
                return kind, first, 1
            if kind != "present_levels" or ":" in first.text:
                return None, Passage(), 1
        text = table.rows[0][0].text
        if not text or len(text.flat) >= 120:
            return None, Passage(), 1
        kind = self.knowledge.heading(text.flat, styled=True)
        if (
            kind is None and len(table.rows) > 2 and ":" in text.flat
        ):  # "Special factors: what the team must consider"
            before = text.flat.split(":")[0]
            kind = self.knowledge.headings.get(squeezed(before))
        title = _NUMBERING.sub("", text.flat)
        over = (
            len(table.rows) > 2
            and len(table.rows[1]) > 1
            and self.last[0] not in ("present_levels", "goals")
            and len(title.split()) <= 7
        )
        alone = (len(table.rows) == 1 or over) and len(title.split()) <= 10 and ":" not in title
        if kind is None and alone and self._styled(text) and not self.knowledge.names_a_kind(text.flat):
            kind = self.knowledge.heading_by_word(title)
        if kind is None and alone and not over and self._styled(text):
            kind = "unknown"
        if kind is not None:
            self.last = (kind, self.last[1])
        return kind, text, 1


_PLAINLY = re.compile(r"(?i)\bpresent levels?(?:\(s\))? of\b|\bmeasurable annual goals\b|\bspecial factors\b")
_BEFORE_GOALS = ("special_factors", "present_levels", "concerns", "student", "unknown", "goals")
_LISTED = ("accommodations", "modifications", "personnel")  # boxes of one list each, headed by a first row
_SECTION_NO = re.compile(
    r"(?i)(?:(?:section|part|page|form|sección|parte|página)\s*)?[a-z]{0,2}-?\d{0,2}[a-z]?(?:\s*of\s*\d+)?"
)
_SECTION_MARK = re.compile(
    r"(?i)(?:(?:section|part|step|sección|parte)\s+)?(?:[ivx]{1,5}|[a-z]|\d{1,2})[.):]?"
)
_ATTACHED = re.compile(r"(?i)(?:attachment|appendix|supplement|addendum|anexo|apéndice)\b")
_TITLED = re.compile(
    r"[^:]+: (?:(?:[A-ZÁÉÍÓÚ][\w’'/-]*|and|or|of|for|the|in|to|y|de|la),? )+[A-ZÁÉÍÓÚ][\w’'/-]*"
)
_PAGE = re.compile(r"(?i)(?:page|página):?\s*[\w-]{1,5}(?:\s*(?:of|de)\s*\d+)?")
_OF_TESTS = re.compile(r"(?i)\b(?:tests?|testing|assessments?|pruebas?)\b")
_OF_CLASS = re.compile(r"(?i)\b(?:instruct\w*|class\w*|aula|program|modifications?|services|aids|supports)\b")
_SENTENCE = re.compile(r"[.;?]\s|[.;,?:]$|:|☒|☐")
_NUMBERING = re.compile(
    r"(?i)^\W*(?:(?:section|part|sección|parte)\s+)?(?:[ivx]{1,5}|\d{1,2}|[a-z])(?:[.):]|\s[·•|–—-])\s+"
)
GOAL_N = re.compile(
    r"(?i)^\W*(?:\w+ ){0,3}(?:goal|meta|objetivo)\s*(?:area\s+)?(?:number|n[o.º]+|#)?\s*#?\d{1,2}\b"
)


def _fills_line(text: Passage) -> bool:
    """Whether a heading is long enough to have been broken for want of room."""
    return bool(text.words) and text.words[-1].box[2] - text.words[0].box[0] > 300


def _labels_next(text: Passage, following: Block | None, knowledge: Knowledge) -> bool:
    """Whether a line is a label of what follows rather than a heading."""
    if GOAL_N.match(text.flat) or knowledge.label(text.flat) is not None:
        return True
    return _entered_next(following)


def _entered_next(following: Block | None) -> bool:
    """Whether a form field's entry follows."""
    return isinstance(following, Line) and all(word.entry for word in following.text.words)


def _alike(a: _Style, b: _Style, points: int = 2) -> bool:
    return a[1:] == b[1:] and abs(a[0] - b[0]) <= points


def _style(text: Passage) -> _Style:
    return (round(text.height), capitals(text.text), text.bold)
