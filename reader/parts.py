"""An IEP's parts and the labelled entries in them, found by headings and labels rather than by place."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from reader.dates import dates_in
from reader.knowledge import Knowledge, squeezed
from reader.layout import EMPTY, TICKED, Block, Cell, Line, Passage, Table, capitals


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


@dataclass
class Entry:
    """A label and what stands beside, after or under it. ``role`` is none for labels not known."""

    role: str | None
    label: Passage
    value: Passage
    part: str
    how: str = "label"


# ---------------------------------------------------------------- parts


def parts_of(flow: Sequence[Block], knowledge: Knowledge) -> list[Part]:
    """Split the document at its headings."""
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
        following = self.flow[index + 1] if index + 1 < len(self.flow) else None
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
        if kind is not None:
            self._remember(kind, text)
        elif self._set_as_heading(text, following):
            kind = "unknown"
        return kind, text, 1

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

    def _two_lines(self, text: Passage, following: Block | None) -> tuple[str, Passage] | None:
        """A heading set on two lines of one style."""
        if not self._styled(text) or not isinstance(following, Line) or len(following.pieces) != 1:
            return None
        second = following.pieces[0]
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
        )
        if not like_others or _labels_next(text, following, self.knowledge):
            return None
        return self.knowledge.heading_by_word(text.flat)

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
        alone = len(table.rows) == 1 and len(title.split()) <= 10 and ":" not in title
        if kind is None and alone and self._styled(text) and not self.knowledge.names_a_kind(text.flat):
            kind = self.knowledge.heading_by_word(title)
        if kind is None and alone and self._styled(text):
            kind = "unknown"
        if kind is not None:
            self.last = (kind, self.last[1])
        return kind, text, 1


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
_GOAL_N = re.compile(r"(?i)^\W*(?:\w+ ){0,3}(?:goal|meta|objetivo)\s*(?:number|n[o.º]+|#)?\s*#?\d{1,2}\b")


def _fills_line(text: Passage) -> bool:
    """Whether a heading is long enough to have been broken for want of room."""
    return bool(text.words) and text.words[-1].box[2] - text.words[0].box[0] > 300


def _labels_next(text: Passage, following: Block | None, knowledge: Knowledge) -> bool:
    """Whether a line is a label of what follows rather than a heading."""
    if _GOAL_N.match(text.flat) or knowledge.label(text.flat) is not None:
        return True
    return _entered_next(following)


def _entered_next(following: Block | None) -> bool:
    """Whether a form field's entry follows."""
    return isinstance(following, Line) and all(word.entry for word in following.text.words)


def _alike(a: _Style, b: _Style, points: int = 2) -> bool:
    return a[1:] == b[1:] and abs(a[0] - b[0]) <= points


def _style(text: Passage) -> _Style:
    return (round(text.height), capitals(text.text), text.bold)


# ---------------------------------------------------------------- labels


@dataclass
class _Found:
    start: int
    end: int
    roles: list[str | None]
    colon: bool
    told: bool = False  # named by telling words, not known as a whole


_STOP = re.compile(r":|\?|\.{4,}|…+|_{4,}|\.(?=\s+[A-ZÁÉÍÓÚ0-9])|\n|\t|$")
_LINE_START = re.compile(r"^|[\n\t]")
_BOX_END = re.compile(r"☒ ?|☐ ?")
_TOKEN = re.compile(r"\S+")
_LABEL_WORDS = 16
_DATED = {
    "meeting_date", "iep_start", "iep_end", "iep_dates", "annual_review_due", "reevaluation_due", "previous_meeting",
    "last_evaluation", "student.dob", "student.student_id",
}  # fmt: skip


@dataclass
class _Spot:
    """A place where a label may end, and what stands near before it."""

    passage: Passage
    at: int  # where the label ends
    end: int  # where its value starts
    mark: str  # what ends it: a colon, a question mark, leaders, a line's or piece's end
    window: int  # where it may start at the earliest
    floor: int  # the end of the label before
    lines: set[int]  # starts of lines and pieces near by
    boxes: set[int]  # ends of check boxes near by

    @property
    def colon(self) -> bool:
        return self.mark[:1] in (":", "?", ".", "…", "_") and self.mark != ""

    @property
    def starts(self) -> set[int]:
        return self.lines | {self.floor}


def _labels_in(passage: Passage, knowledge: Knowledge) -> list[_Found]:
    text = passage.text
    found: list[_Found] = []
    floor = 0
    lines = [m.end() for m in _LINE_START.finditer(text)]
    boxes = [m.end() for m in _BOX_END.finditer(text)]
    for stop in _STOP.finditer(text):
        at = stop.start()
        if at < floor:
            continue
        if stop.group() == ":" and text[at - 1 : at].isdigit() and re.match(r":\d\d|://", text[at : at + 3]):
            continue  # a time of day
        window = max(floor, at - 220)
        cut = max(text.rfind("\t", window, at), text.rfind(TICKED, window, at), text.rfind(EMPTY, window, at))
        if cut >= 0:
            window = cut + 1
        breaks = [m.start() for m in re.finditer("\n", text[window:at])]
        if len(breaks) > 3:
            window += breaks[-4] + 1
        spot = _Spot(
            passage,
            at,
            stop.end(),
            stop.group(),
            window,
            floor,
            _near(lines, window, at),
            _near(boxes, window, at),
        )
        if stop.group() == ".":
            hit = _lead_in(spot, knowledge)
        else:
            hit = _known_label(spot, knowledge) or _told_by_words(spot, knowledge)
        if hit is not None:
            found.append(hit)
            floor = hit.end
    return _with_bold(passage, knowledge, found)


def _lead_in(spot: _Spot, knowledge: Knowledge) -> _Found | None:
    """A label that opens a paragraph and ends with a full stop: "Present level of performance. She reads …"."""
    passage, text, at = spot.passage, spot.passage.text, spot.at
    start = max((s for s in spot.lines if s < at), default=0)
    label = text[start:at]
    if start < spot.floor or len(label.split()) > 12 or (role := knowledge.label(label)) is None:
        return None
    first, last, after = passage.word_at(start), passage.word_at(at - 1), passage.word_at(spot.end + 1)
    set_apart = (
        first is not None
        and last is not None
        and after is not None
        and first.bold
        and last.bold
        and not after.bold
    )
    return _Found(start, spot.end, [role], True) if set_apart or len(label.split()) > 2 else None


def _near(positions: list[int], start: int, end: int) -> set[int]:
    return set(positions[bisect_left(positions, start) : bisect_right(positions, end)])


def _known_label(spot: _Spot, knowledge: Knowledge) -> _Found | None:
    """The longest known label that ends at the spot."""
    passage, text, at = spot.passage, spot.passage.text, spot.at
    starts, pieces = spot.starts, spot.starts | spot.boxes
    tokens = [spot.window + m.start() for m in _TOKEN.finditer(text[spot.window : at])]
    for start in tokens[-_LABEL_WORDS * 2 :]:
        if not spot.colon and start in spot.boxes:
            continue  # the words of a choice
        if start not in pieces and not _may_start(passage, start, spot.mark):
            continue
        label = text[start:at]
        if (
            not spot.colon
            and spot.mark != "\t"
            and start in starts
            and start > 0
            and " " not in label.strip()
        ):
            word = passage.word_at(start)
            if word is None or not word.bold:
                continue  # one plain word on a line of its own ends a value more often than it labels one
        if not spot.colon and label[:1].islower():
            continue
        if not spot.colon and spot.mark != "\t" and label.rstrip().endswith((".", ",")):
            continue  # the end of a sentence, set on a line of its own
        role = knowledge.label(label)
        if role is not None and start not in pieces and _ends_a_longer_label(spot, start, role):
            role = None
        if role is not None:
            if start not in pieces and (numbered := re.match(r"\d{1,2}[.)]\s*", label)):
                start += numbered.end()  # the number ends what stands before
            return _Found(start, spot.end if spot.colon else at, [role], spot.colon)
        if (spot.colon or start in starts) and "/" in label:
            roles = [knowledge.label(part) for part in label.split("/")]
            if len(roles) > 1 and all(roles):
                return _Found(start, spot.end, list(roles), spot.colon)
    return None


_NEXT_BEFORE = re.compile(r"(?i)\b(?:projected|next|proposed|due|próxima)(?:\s+[a-z]+){0,2}\s*$")
_OF_BEFORE = re.compile(r"(?i)\b(?:most recent|last|previous|prior|anterior|última?)(?:\s+[a-z]+){0,2}\s*$")


def _ends_a_longer_label(spot: _Spot, start: int, role: str) -> bool:
    """Whether "Goal:" or "Name:" ends a label such as "Postsecondary Training Goal:"."""
    if role in _DATED and _OF_BEFORE.search(spot.passage.text[max(spot.floor, start - 40) : start]):
        return True
    if role == "last_evaluation" and _NEXT_BEFORE.search(
        spot.passage.text[max(spot.floor, start - 40) : start]
    ):
        return True
    bare_date = role == "other" and squeezed(spot.passage.text[start : spot.at]) in ("date", "fecha")
    if not role.startswith("goal.") and role != "student.name" and not bare_date:
        return False
    line = max((s for s in spot.lines if s <= start), default=-1)
    if line < spot.floor:
        return False
    before = spot.passage.text[line:start].split()
    small = ("and", "of", "&", "/", "y", "de")
    return 0 < len(before) <= 7 and all(word[:1].isupper() or word in small for word in before)


def _told_by_words(spot: _Spot, knowledge: Knowledge) -> _Found | None:
    """A label not known as a whole; its field, if its words tell it."""
    text, at = spot.passage.text, spot.at
    if spot.colon:
        hit = _unknown(spot.passage, spot.window, at, spot.end, spot.starts, spot.floor)
        if hit is not None:
            hit.roles, hit.told = [knowledge.label_by_words(text[hit.start : at])], True
            return hit
    if spot.mark == ":":
        for start in sorted(s for s in spot.lines if s < at):
            label = " ".join(text[start:at].split())
            if 60 < len(label) <= 260 and not re.search(r"[.;] ", label):
                role = knowledge.label_by_words(label)
                if role is not None:
                    return _Found(start, spot.end, [role], True, told=True)
    if spot.mark == "\t":
        start = max((s for s in spot.lines if s < at), default=-1)
        lead = text[max(start, 0) : at].strip()
        if start >= spot.floor and (start == 0 or text[start - 1] == "\n") and 4 < len(lead) <= 70:
            role = knowledge.label_by_words(lead)
            if role in _DATED and re.match(r"\W*\w*\s?\d", text[at : at + 40]):
                return _Found(start, at, [role], False, told=True)
    return None


def _may_start(passage: Passage, start: int, mark: str) -> bool:
    """Whether a label may begin in the middle of a line: at a capital, and where bold type begins if it is bold."""
    text = passage.text
    if mark[:1] != ":" or not (text[start].isupper() or text[start].isdigit() or text[start] == "#"):
        return False
    here, before = passage.word_at(start), passage.word_at(start - 1)
    if here is None or before is None:
        return True
    if here.text.isupper() and before.text.isupper() and before.text.isalpha() and len(before.text) > 3:
        return False  # inside a line set in capitals
    return not here.bold or not before.bold or before.text.endswith((":", "?", ".", ";", "/")) or before.entry


def _unknown(passage: Passage, window: int, at: int, end: int, starts: set[int], floor: int) -> _Found | None:
    """A label not known: a few words from the start of a line, or in bold, up to a colon."""
    text = passage.text
    last = passage.word_at(at - 1)
    if last is not None and last.bold:
        start = at
        while start > window:
            word = passage.word_at(start - 1)
            if word is None or not (word.bold or text[start - 1].isspace()):
                break
            start -= 1
        label = text[start:at].strip()
        if 0 < len(label) <= 160:
            return _Found(start + len(text[start:at]) - len(text[start:at].lstrip()), end, [None], True)
    line = max((s for s in starts if s <= at - 1), default=window)
    label = text[line:at].strip()
    question = text[at : at + 1] == "?"
    if line == floor > 0 and not question and text[floor - 1 : floor] != "\n" and " " in label:
        line = _after_value(passage, line, at)  # what stands between is the value of the label before
        label = text[line:at].strip()
    if question:
        sentence = [m.end() for m in re.finditer(r"[.!?;:]\s+(?=[A-Z¿])", text[line:at])]
        if sentence:
            line += sentence[-1]
            label = text[line:at].strip()
            return _Found(line, end, [None], True)
    if question and len(label.split()) < 5 and line > 0:
        before = max((s for s in starts if s < line), default=line)
        if before >= window and text[before:line].strip()[:1].isupper():
            line, label = before, text[before:at].strip()
    longest = (220, 36) if question else (60, 8)
    if (
        label
        and len(label) <= longest[0]
        and len(label.split()) <= longest[1]
        and (label[0].isupper() or label[0] in "#¿•-")
    ):
        return _Found(line, end, [None], True)
    return None


def _after_value(passage: Passage, start: int, at: int) -> int:
    """Where a label begins that follows a value on its line: where the type changes, else at its last word."""
    last = passage.word_at(at - 1)
    begin = at
    for word_start, word in zip(passage._starts, passage.words, strict=True):
        if start <= word_start < at:
            if last is not None and word.bold != last.bold:
                begin = at
            elif begin == at:
                begin = word_start
    if begin > start:
        return begin
    return max((s for s in passage._starts if s < at), default=start)


def _with_bold(passage: Passage, knowledge: Knowledge, found: list[_Found]) -> list[_Found]:
    """Add labels that end without a colon where bold type ends."""
    taken = [(f.start, f.end) for f in found]
    words = passage.words
    extra = []
    index = 0
    starts = passage._starts
    while index < len(words):
        if not words[index].bold:
            index += 1
            continue
        first = index
        while index < len(words) and words[index].bold:
            index += 1
        if index >= len(words):
            break
        begin, end = starts[first], starts[index - 1] + len(words[index - 1].text)
        if any(begin < b and end > a for a, b in taken) or passage.text[end : end + 1] in ("\n", "\t"):
            continue
        role = knowledge.label(passage.text[begin:end])
        if role is not None:
            extra.append(_Found(begin, end, [role], True))
    return sorted([*found, *extra], key=lambda f: f.start)


def entries_in(passage: Passage, knowledge: Knowledge, part: str, how: str = "label") -> list[Entry]:
    """Labelled entries of one passage. What stands before the first label is an entry without a label."""
    found = _labels_in(passage, knowledge)
    entries: list[Entry] = []
    if not found or found[0].start > 0:
        lead = passage.cut(0, found[0].start if found else None)
        if lead:
            entries.append(Entry(None, Passage(), lead, part, how))
    merged: list[_Found] = []
    for hit in found:
        last = merged[-1] if merged else None
        gap = passage.text[last.end : hit.start] if last else "-"
        if (
            last
            and not gap.strip()
            and "\n" not in gap
            and len(hit.roles) == 1
            and hit.roles[0] in (None, last.roles[0])
            and not (
                hit.roles[0] is None
                and last.roles[0] in _HOLDS_A_COLON
                and passage.text[hit.end - 1 : hit.end] != "?"
            )
        ):
            last.end = hit.end  # "Baseline: what can the student do?" is one label
        elif (
            last
            and not gap.strip()
            and "\n" not in gap
            and hit.roles == [None]
            and last.roles[0] in _HOLDS_A_COLON
        ):
            continue  # "Area: Academic: Reading": a part of the value
        else:
            merged.append(hit)
    found = merged
    for index, hit in enumerate(found):
        end = found[index + 1].start if index + 1 < len(found) else None
        label = passage.cut(hit.start, hit.end)
        value = passage.cut(hit.end, end)
        cuts = []
        if len(hit.roles) > 1:
            cuts = [m.span() for m in re.finditer(r"\s*/\s+|\s+/\s*", value.text)]
        if cuts:
            values = [
                value.cut(a, b)
                for a, b in zip([0, *(c[1] for c in cuts)], [*(c[0] for c in cuts), len(value)], strict=True)
            ]
            for role, part_value in zip(hit.roles, values, strict=False):
                entries.append(Entry(role, label, part_value, part, how))
            continue
        leader = re.match(r"[\s.…:_·]+", value.text)
        if leader and leader.end() < len(value) and not re.match(r"\.\d", value.text):
            value = value.cut(leader.end())
        found_how = "told" if hit.told and hit.roles[0] is not None else how
        entries.append(Entry(hit.roles[0], label, _entered(value), part, found_how))
    return entries


_HOLDS_A_COLON = (
    "goal.area",
    "goal.method",
    "goal.criterion",
)  # values such as "Direct measures: word probe"


def _entered(value: Passage) -> Passage:
    """Only what was typed into form fields, when anything was."""
    if not any(word.entry and word.text not in (TICKED, EMPTY) for word in value.words):
        return value
    first = next(i for i, w in enumerate(value.words) if w.entry and w.text not in (TICKED, EMPTY))
    return value.cut(value._starts[first])


def table_kind(table: Table, knowledge: Knowledge) -> tuple[str, dict[int, str], int] | None:
    """What a table lists, the role of each column, and how many rows its heading takes."""
    for depth in range(min(2, len(table.rows))):
        head, deep = table.rows[depth], depth + 1
        if len(table.rows) > depth + 2 and _splits(head, table.rows[depth + 1]):
            lower = table.rows[depth + 1]
            under = {cell.column for cell in lower}
            head, deep = [*(cell for cell in head if cell.column not in under), *lower], depth + 2
        if len(head) < 2 or _answered(head) or any(word.entry for cell in head for word in cell.text.words):
            continue
        best: tuple[float, str, dict[int, str]] | None = None
        for kind in knowledge.columns:
            roles: dict[int, str] = {}
            for cell in head:
                role = knowledge.column(kind, cell.text.text)
                if role:
                    roles[cell.column] = role
            named = len([cell for cell in head if cell.text])
            if not named:
                continue
            known = len(roles)
            for cell in head:
                if cell.column not in roles and cell.text:
                    role = knowledge.column_by_word(kind, cell.text.flat)
                    again = any(roles.get(c.column) == role and c.text.flat == cell.text.flat for c in head)
                    if role and (
                        again or role not in roles.values() or role in ("amount", "frequency", "other")
                    ):
                        roles[cell.column] = role
            if not known and (len(set(roles.values())) < 3 or len(table.rows) < 2 or depth):
                continue
            share = len(roles) / named
            score = len(set(roles.values())) + share
            first = min(cell.column for cell in head)
            enough = 0.5
            if kind == "accommodations" and (
                roles.get(first) == "name" or any(knowledge.lists_supports(c.text.text) for c in head)
            ):
                enough = 0.1
            if _decides(kind, set(roles.values())) and share >= enough and (best is None or score > best[0]):
                best = (score, kind, roles)
        if best:
            if best[1] == "services":
                _refine_by_content(table, best[2], deep)
            return best[1], best[2], deep
    roles = {}
    if (
        len(table.rows) > 2
        and len(table.rows[0]) > 2
        and not any(_TIME.search(c.text.flat) or re.search(r":\s*\S", c.text.flat) for c in table.rows[0])
    ):
        _refine_by_content(table, roles, 1)
        if _decides("services", set(roles.values())) and "amount" in roles.values():
            return "services", roles, 1
    return None


def _answered(row: list[Cell]) -> bool:
    """Whether most cells of a row hold a label with its value ("Begin Date: 9/19/2025") rather than a heading."""
    filled = [cell for cell in row if cell.text]
    return sum(bool(_LABEL_VALUE.match(cell.text.text)) for cell in filled) > 0.5 * len(filled)


_LABEL_VALUE = re.compile(r"[^:?\n]{2,50}:[ \t]+\S")


def _splits(head: list[Cell], lower: list[Cell]) -> bool:
    """Whether ``lower`` heads the columns that a wide cell of ``head`` spans."""
    wide = [range(cell.column, cell.column + cell.span) for cell in head if cell.span > 1]
    if not wide or len(lower) >= len(head) + len(wide) or not all(cell.text for cell in lower):
        return False
    return all(any(cell.column in span for span in wide) for cell in lower)


_TIME = re.compile(r"(?i)\b\d+(?:\.\d+)?\s*-?\s*(?:min|minutes?|minutos|hours?|hrs?|horas?)\b")
_OFTEN = re.compile(
    r"(?i)\b\d+\s*[x×]|\btimes\b|\bveces\b|\b(?:daily|weekly|monthly|quarterly)\b|\bper (?:day|week|month)\b"
)


def _refine_by_content(table: Table, roles: dict[int, str], depth: int) -> None:
    """Let what a service table's columns hold correct what their headings seem to say."""
    columns: dict[int, list[str]] = {}
    for row in table.rows[depth:]:
        if len(row) > 2:
            for cell in row:
                if cell.text:
                    columns.setdefault(cell.column, []).append(cell.text.flat)
    rows = max((len(texts) for texts in columns.values()), default=0)
    if rows == 0:
        return
    dated = []
    for column, texts in sorted(columns.items()):
        times = sum(bool(_TIME.search(text)) for text in texts) / len(texts)
        often = sum(bool(_OFTEN.search(text)) for text in texts) / len(texts)
        days = [len(dates_in(text)) for text in texts]
        role = roles.get(column)
        if sum(bool(d) for d in days) >= 0.6 * len(texts):
            dated.append(column)
            if max(days) > 1:
                roles[column] = "dates"
            elif role not in ("start", "end", "dates"):
                roles[column] = "start" if "start" not in roles.values() else "end"
        elif times >= 0.5 and role not in ("amount", "frequency", "name"):
            roles[column] = "amount"
        elif often >= 0.5 and role is None:
            roles[column] = "frequency"
        elif role is None and all(re.fullmatch(r"\d{1,2}", text) for text in texts) and rows > 1:
            numbers = [int(text) for text in texts]
            if numbers != list(range(1, len(numbers) + 1)):  # not the rows counted
                roles[column] = "frequency"
    first = min(columns)
    if (
        roles.get(first) is None
        and len(columns[first]) >= 0.7 * rows
        and (sum(bool(_TIME.search(text)) for text in columns[first]) < 0.3 * rows)
    ):
        for column, role in list(roles.items()):
            if role == "name":
                roles[column] = "note"
        roles[first] = "name"


_NEEDED = {
    "services": ({"name"}, {"amount", "frequency"}),
    "accommodations": ({"name"},),
    "team": ({"name"}, {"role", "other"}),
    "goals": ({"text"}, {"criterion", "method", "baseline", "schedule", "timeframe", "objectives"}),
    "assessments": ({"test"}, {"participation", "accommodations"}),
    "factors": ({"factor"}, {"state", "detail"}),
    "transition": ({"activity"}, {"agency"}),
}


def _decides(kind: str, roles: set[str]) -> bool:
    return all(roles & needed for needed in _NEEDED[kind])


def entries_of(part: Part, knowledge: Knowledge) -> list[Entry]:
    """Labelled entries of a part: in lines, in cells, beside cells and under column headings."""
    found: list[Entry] = []
    for unit in part.units():
        if isinstance(unit, Passage):
            found += entries_in(unit, knowledge, part.kind)
        elif (kind := table_kind(unit, knowledge)) is None or (
            kind[0] == "services" and len(unit.rows) == 2 and part.kind == "student"
        ):
            found += _entries_of_table(unit, knowledge, part.kind)
    return found


def _is_label(cell: Cell, knowledge: Knowledge) -> bool:
    text = cell.text.text.strip().rstrip(":?")
    return bool(text) and knowledge.label(text) is not None


def _told_label(cell: Cell, knowledge: Knowledge, part: str) -> str | None:
    """The field a cell names by its telling words, if it is short enough to be a label."""
    text = cell.text.text.strip().rstrip(":?")
    if len(text) > 60:
        return None
    role = knowledge.label_by_words(text)
    if role is None and part in ("goals", "progress") and (slot := knowledge.goal_slot(text)):
        role = f"goal.{slot}"
    return role


def _are_labels(row: list[Cell], knowledge: Knowledge, part: str) -> bool:
    """Whether a row holds labels of the row under it: one known label at least, most known or told by their words."""
    known = sum(_is_label(cell, knowledge) for cell in row)
    if any((knowledge.label(cell.text.text.strip().rstrip(":?")) or "").startswith("goal.") for cell in row):
        part = "goals"
    told = sum(
        not _is_label(cell, knowledge) and _told_label(cell, knowledge, part) is not None for cell in row
    )
    return known >= 1 and known + told >= max(2, 0.6 * len(row))


def _typed_under(head: list[Cell], under: list[Cell]) -> bool:
    """Whether the row under printed headings was typed into form fields."""
    typed = [cell for cell in under if cell.text]
    return (
        len(head) == len(under)
        and bool(typed)
        and all(word.entry for cell in typed for word in cell.text.words)
        and not any(word.entry for cell in head for word in cell.text.words)
    )


def _starts_with_label(cell: Cell, knowledge: Knowledge) -> bool:
    lead = re.match(r"([^:?\n]{2,80})[:?](?:\s|$)", cell.text.text)
    return lead is not None and knowledge.label(lead[1]) is not None


def _over_value(cell: Cell, knowledge: Knowledge, part: str) -> Entry | None:
    """The entry of a cell that holds its label on its first lines and the value under it.

    The label is known, or told by its words and set apart from the value: smaller, bold or in capitals.
    """
    lines = cell.text.lines()
    typed = any(word.entry for word in cell.text.words)
    if len(lines) < 2 or (not typed and knowledge.label(cell.text.text.strip().rstrip(":?")) is not None):
        return None
    breaks = [
        n
        for n, (a, b) in enumerate(pairwise(lines), start=1)
        if a.bold != b.bold
        or b.height > 1.07 * a.height
        or (not a.words[0].entry and all(word.entry for word in b.words))
    ]
    for count in breaks[:1] if breaks and breaks[0] < 5 else range(1, min(len(lines), 4)):
        label = Passage.join(lines[:count], "\n")
        title = label.flat.rstrip(":?")
        longest = 260 if breaks else 90  # what to write may be said at length, in small print
        if len(title) > longest or EMPTY in title or TICKED in title or re.search(r":\s*\S", title):
            return None
        value = Passage.join(lines[count:], "\n")
        if title.count("(") > title.count(")") and (rest := re.match(r"[^()]{0,160}\):?\s*", value.text)):
            value = value.cut(rest.end())  # the end of the label's remark
        role, how = knowledge.label(title), "row"
        if role is None and _set_apart(label, value):
            role, how = knowledge.label_by_words(title), "told"
        if role is not None and not (
            how == "row" and len(lines) > count + 3 and not _set_apart(label, value)
        ):
            return Entry(role, label, _entered(value), part, how)
    return None


def _set_apart(label: Passage, value: Passage) -> bool:
    """Whether a label is set smaller than its value, or one of the two is bold, or the label in capitals."""
    if label.height < 0.93 * value.height:
        return True
    return label.bold != value.bold or (capitals(label.text) and not capitals(value.text))


def _entries_of_table(table: Table, knowledge: Knowledge, part: str) -> list[Entry]:
    found: list[Entry] = []
    rows = table.rows
    skip: set[int] = set()
    for number, row in enumerate(rows):
        head = [cell for cell in row if cell.text]
        under = rows[number + 1] if number + 1 < len(rows) else []
        if (
            len(head) >= 2
            and len(under) >= 1
            and (_are_labels(head, knowledge, part) or _typed_under(head, under))
            and not any(_is_label(cell, knowledge) or _starts_with_label(cell, knowledge) for cell in under)
            and not any(_over_value(cell, knowledge, part) for cell in head)
        ):
            for cell in head:
                below = next((c for c in under if c.column == cell.column), None)
                title = cell.text.text.strip().rstrip(":?")
                goals = any(
                    (knowledge.label(c.text.text.strip().rstrip(":?")) or "").startswith("goal.")
                    for c in head
                )
                role = knowledge.label(title) or _told_label(cell, knowledge, "goals" if goals else part)
                found.append(
                    Entry(role, cell.text, _entered(below.text) if below else Passage(), part, "column")
                )
            skip.add(number + 1)
            continue
        if number in skip:
            continue
        if len(head) > 2 and sum(_starts_with_label(cell, knowledge) for cell in under) > 1:
            # headings over cells that have labels of their own
            found += [e for cell in head for e in entries_in(cell.text, knowledge, part, "row") if e.value]
            continue
        index = 0
        while index < len(row):
            cell = row[index]
            own = _over_value(cell, knowledge, part)
            if own is not None:
                found.append(own)
                index += 1
                continue
            beside = row[index + 1] if index + 1 < len(row) else None
            if beside is not None and _over_value(beside, knowledge, part) is not None:
                found += entries_in(cell.text, knowledge, part, "row")
                index += 1
                continue
            whole = cell.text.text.strip().rstrip(":?")
            if (
                beside is not None
                and beside.text
                and len(row) == 2
                and _GOAL_N.fullmatch(cell.text.flat.rstrip(":. "))
            ):
                found.append(Entry(None, cell.text, beside.text, part, "row"))
                index += 2
                continue
            role = knowledge.label(whole) if whole else None
            ends = cell.text.text.rstrip().endswith((":", "?"))
            if (
                beside is not None
                and whole
                and (
                    role is not None
                    or ends
                    or (len(row) == 2 and len(whole) < 90)
                    or (len(row) % 2 == 0 and index % 2 == 0 and knowledge.label_by_words(whole) is not None)
                )
                and not _is_label(beside, knowledge)
                and not _starts_with_label(beside, knowledge)
                and (role is not None or not re.search(r":\s*\S", cell.text.flat))
            ):
                named = role or knowledge.label_by_words(whole)
                way = "row" if role is not None or named is None else "told"
                found.append(Entry(named, cell.text, _entered(beside.text), part, way))
                if named is not None or ends or len(row) == 2:
                    index += 2
                    continue
            elif (
                role is not None
                and beside is None
                and number + 1 < len(rows)
                and len(rows[number + 1]) == 1
                and not _starts_with_label(rows[number + 1][0], knowledge)
                and not re.search(r":\s*\S", cell.text.flat)
            ):
                found.append(Entry(role, cell.text, _entered(rows[number + 1][0].text), part, "column"))
                skip.add(number + 1)
            else:
                found += entries_in(cell.text, knowledge, part, "row")
            index += 1
    return found
