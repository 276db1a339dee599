"""Check boxes: which of several printed choices is marked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reader.knowledge import Knowledge, squeezed
from reader.layout import EMPTY, TICKED, Passage

_GLYPH = re.compile(f"[{TICKED}{EMPTY}]")
_INSTRUCTION = re.compile(
    r"(?i)\W*(?:check|mark|select|choose|circle|marque|seleccione)\b[^.☐☒]{0,60}?\W*"
)  # "(check all that apply)"


_OUTER = re.compile(
    rf"(?i)\W*([{TICKED}{EMPTY}])\s*(yes|sí|si)\s+(no)\s*([{TICKED}{EMPTY}])\s*"
)  # a box before Yes and one behind No


@dataclass
class Choice:
    marked: bool
    words: Passage


def choices_in(passage: Passage) -> list[Choice]:
    """Each box with the words that belong to it.

    Words follow their box, unless the line begins with words and ends with a box ("Yes ☒ No ☐").
    """
    found: list[Choice] = []
    open_choice = False  # whether the line above ends with a choice's words
    whole = _whole_lines(passage)
    right = max((line.words[-1].box[2] for line in whole if line.words), default=0.0)
    for number, line in enumerate(whole):
        text = line.text
        glyphs = list(_GLYPH.finditer(text))
        if not glyphs:
            if (
                open_choice
                and found[-1].words
                and not re.search(r"[.:]$", found[-1].words.flat)
                and (text[:1].islower() or _no_room(whole[number - 1], line, right))
            ):
                found[-1].words = Passage.join([found[-1].words, line], " ")
            else:
                open_choice = False
            continue
        open_choice = True
        if outer := _OUTER.fullmatch(text):
            found.append(Choice(outer[1] == TICKED, line.cut(*outer.span(2))))
            found.append(Choice(outer[4] == TICKED, line.cut(*outer.span(3))))
            continue
        if behind := _boxes_behind(text, glyphs):
            for glyph, span in zip(glyphs, behind, strict=True):
                found.append(Choice(glyph.group() == TICKED, line.cut(*span)))
            continue
        after = text[glyphs[-1].end() :].strip()
        first = text[: glyphs[0].start()].strip()
        trailing = bool(first) and not after and not (len(glyphs) > 1 and first.endswith(("?", ":")))
        for index, glyph in enumerate(glyphs):
            if trailing:
                start = glyphs[index - 1].end() if index else 0
                words = line.cut(start, glyph.start())
                if index == 0 and re.search(r"[?:]", words.text):
                    words = words.cut(max(words.text.rfind("?"), words.text.rfind(":")) + 1)
            else:
                end = glyphs[index + 1].start() if index + 1 < len(glyphs) else None
                words = line.cut(glyph.end(), end)
            found.append(Choice(glyph.group() == TICKED, words))
    return found


def _no_room(above: Passage, line: Passage, right: float) -> bool:
    """Whether a line was broken in a list of names for want of room: "… ☒ State Test of English | Language Arts, State …"."""
    if not above.words or not line.words or not re.match(r"[A-Z][\w ]{2,40}(?:[,;]| and| y) ", line.text):
        return False
    word = line.words[0]
    return right - above.words[-1].box[2] < word.box[2] - word.box[0] + 8


_ANSWER = re.compile(r"(?i)(?:^|[\s?:.,;/(])((?:yes|no|sí|si|n/a|y|n)(?:\s*/\s*(?:yes|no|sí|si))?)\s*$")
_ANSWERS = re.compile(r"(?i)\W*(?:yes|no|sí|si|n/a)\b")


def _boxes_behind(text: str, glyphs: list[re.Match[str]]) -> list[tuple[int, int]] | None:
    """Where the answers stand whose boxes follow them, whatever is remarked after the last: "Yes ☒ No ☐ See goal 2"."""
    if len(glyphs) < 2 or _ANSWERS.match(text[glyphs[-1].end() :]):
        return None
    found = []
    before = 0
    for glyph in glyphs:
        answer = _ANSWER.search(text[before : glyph.start()])
        if answer is None or (before and text[before : before + answer.start(1)].strip(" ,/\t")):
            return None
        found.append((before + answer.start(1), before + answer.end(1)))
        before = glyph.end()
    return found


def _whole_lines(passage: Passage) -> list[Passage]:
    """The lines, a box at a line's end joined to its words on the next, and words at a line's begin to the box above
    for which there was no room."""
    found: list[Passage] = []
    lines = passage.lines()
    right = max((line.words[-1].box[2] for line in lines if line.words), default=0.0)
    for line in lines:
        if found and (end := _ends_choice(found[-1], line, right)):
            found[-1] = Passage.join([found[-1], line.cut(0, end)], " ")
            line = line.cut(end)
        last = found[-1].text[-1:] if found else ""
        goes_on = line.text[:1].islower() or (
            line.text[:1].isalnum()
            and not _GLYPH.match(line.text[-1:])
            and (bool(_GLYPH.search(line.text)) or _opened_by_question(found[-1].text if found else ""))
        )
        if last in (TICKED, EMPTY) and last and goes_on:
            found[-1] = Passage.join([found[-1], line], " ")
        else:
            found.append(line)
    return found


def _ends_choice(above: Passage, line: Passage, right: float) -> int | None:
    """Where the words end with which a line goes on with the last box of the line above: "☐ Data | Collection ☒ Grades"."""
    first = _GLYPH.search(line.text)
    if first is None or not first.start() or not above.words or not line.words:
        return None
    words = line.text[: first.start()]
    boxed = (
        _GLYPH.match(above.text) and not _GLYPH.match(above.text[-1:]) and line.text[first.end() :].strip()
    )
    word = line.words[0]
    no_room = right - above.words[-1].box[2] < word.box[2] - word.box[0] + 8
    return first.start() if boxed and no_room and 0 < len(words.split()) < 4 and ":" not in words else None


def _opened_by_question(text: str) -> bool:
    """Whether the boxes of a line stand before their words: a question or label, then boxes."""
    return len(_GLYPH.findall(text)) > 1 and re.search(f"[?:]\\s*[{TICKED}{EMPTY}]", text) is not None


def chosen(passage: Passage) -> Passage:
    """The passage without its boxes and without the choices that are not marked."""
    if not _GLYPH.search(passage.text):
        return passage
    kept: list[Passage] = []
    last: bool | None = None  # whether the last choice of the line above is marked
    for line in _whole_lines(passage):
        glyphs = [match.start() for match in _GLYPH.finditer(line.text)]
        if not glyphs:
            if last is not None and len(line.flat.split()) <= 2 and not re.search(r"[\d:]", line.text):
                if last and kept:
                    kept[-1] = Passage.join([kept[-1], line], " ")
                continue  # the end of the choice above
            last = None
            if not (_INSTRUCTION.fullmatch(line.text) and len(passage.lines()) > 1):
                kept.append(line)
            continue
        trailing = not line.text[glyphs[-1] + 1 :].strip() and bool(line.text[: glyphs[0]].strip())
        lead = (
            Passage()
            if trailing or _INSTRUCTION.fullmatch(line.text[: glyphs[0]])
            else line.cut(0, glyphs[0])
        )
        marked = [choice.words for choice in choices_in(line) if choice.marked]
        last = None if trailing else line.text[glyphs[-1]] == TICKED
        kept += [Passage.join([lead, *marked[:1]], " "), *marked[1:]]
    return Passage.join((part for part in kept if part), ", ")


def yes_or_no(passage: Passage, knowledge: Knowledge) -> tuple[bool, Passage] | None:
    """What a Yes/No question's answer says: from boxes, else from its first words."""
    answer: tuple[bool, Passage] | None = None
    seen = False
    for choice in choices_in(passage):
        word = re.match(r"\W*([^\W\d_]+)", choice.words.text)
        key = squeezed(word[1]) if word else ""
        if key in ("yes", "si", "no", "y", "n"):
            seen = True
            if choice.marked and answer is None:
                answer = (key in ("yes", "si", "y"), choice.words)
    if seen:
        return answer
    text = passage.flat.lstrip(" .:-–")
    if text in ("Y", "N", "y", "n"):
        return text in ("Y", "y"), passage
    first = re.match(
        r"(?i)(yes|no|sí|si|not applicable|n/a|none|not needed|no needs|no aplica|age appropriate)\b", text
    )
    if first:
        return squeezed(first[1]) in ("yes", "si"), passage
    return None
