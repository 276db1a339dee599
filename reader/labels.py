"""Labelled entries in running text: a label known as a whole or told by its words, and the value behind it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from reader.knowledge import Knowledge, squeezed, unbracketed
from reader.layout import EMPTY, TICKED, Passage


@dataclass
class Entry:
    """A label and what stands beside, after or under it. ``role`` is none for labels not known."""

    role: str | None
    label: Passage
    value: Passage
    part: str
    how: str = "label"


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
DATED = {
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
            word, after = passage.word_at(start), passage.word_at(at + 1)
            typed_after = after is not None and after.entry and word is not None and not word.entry
            if word is None or not (word.bold or typed_after):
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


# roles that one word of many meanings names: "Special education setting:", "Work training:"
_ENDS_OTHERS = ("accommodations", "modifications", "assessment.", "transition.", "esy")
_NEXT_BEFORE = re.compile(r"(?i)\b(?:projected|next|proposed|due|próxima)(?:\s+[a-z]+){0,2}\s*$")
_OF_BEFORE = re.compile(r"(?i)\b(?:most recent|last|previous|prior|anterior|última?)(?:\s+[a-z]+){0,2}\s*$")


def _ends_a_longer_label(spot: _Spot, start: int, role: str) -> bool:
    """Whether "Goal:" or "Name:" ends a label such as "Postsecondary Training Goal:"."""
    if role in DATED and _OF_BEFORE.search(spot.passage.text[max(spot.floor, start - 40) : start]):
        return True
    if role == "last_evaluation" and _NEXT_BEFORE.search(
        spot.passage.text[max(spot.floor, start - 40) : start]
    ):
        return True
    bare_date = role == "other" and squeezed(spot.passage.text[start : spot.at]) in ("date", "fecha")
    one_word = role.startswith(_ENDS_OTHERS) and " " not in spot.passage.text[start : spot.at].strip()
    if not role.startswith("goal.") and role != "student.name" and not bare_date and not one_word:
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
            if role in DATED and re.match(r"\W*\w*\s?\d", text[at : at + 40]):
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
            if text[start - 1] == "\n" and ":" in text[text.rfind("\n", 0, start - 1) + 1 : start - 1]:
                break  # the line above is a label with its own value
            start -= 1
        label = text[start:at].strip()
        if 0 < len(label) <= 160:
            return _Found(start + len(text[start:at]) - len(text[start:at].lstrip()), end, [None], True)
    line = max((s for s in starts if s <= at - 1), default=window)
    label = text[line:at].strip()
    question = text[at : at + 1] == "?"
    ends = [m.end() for m in _SENTENCE_END.finditer(text, line, at)]
    if ends and not question:  # "Jan. 21, 2026. Services end": the label begins behind the value before it
        line = ends[-1]
        label = text[line:at].strip()
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
        and len(told := unbracketed(label)) <= longest[0]
        and len(told.split()) <= longest[1]
        and (label[0].isupper() or label[0] in "#¿•-")
    ):
        return _Found(line, end, [None], True)
    return None


_SENTENCE_END = re.compile(r"(?<=\d{4})\.\s+(?=[A-Z])")


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
    extra += _typed_beside(passage, knowledge, taken + [(f.start, f.end) for f in extra])
    return sorted([*found, *extra], key=lambda f: f.start)


def _typed_beside(passage: Passage, knowledge: Knowledge, taken: list[tuple[int, int]]) -> list[_Found]:
    """Labels that end where what was typed into a field begins, on one line."""
    found: list[_Found] = []
    begin: int | None = None
    for number, word in enumerate(passage.words):
        start = passage._starts[number]
        before = passage.words[number - 1] if number else None
        if (
            number == 0
            or passage.text[start - 1] in "\n\t"
            or (before is not None and before.entry and not word.entry)
        ):
            begin = None if word.entry else start
        if not word.entry or before is None or before.entry or begin is None or word.text in (TICKED, EMPTY):
            continue
        end = passage._starts[number - 1] + len(before.text)
        label = passage.text[begin:end]
        if (
            any(begin < b and end > a for a, b in taken)
            or re.search(r"[☐☒:?]", label)
            or len(label.split()) > 10
        ):
            continue
        role, told = knowledge.label(label), False
        if role is None:
            role, told = knowledge.label_by_words(label), True
        found.append(_Found(begin, end, [role], True, told))
        begin = None
    return found


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
                (hit.roles[0] is None or (hit.told and last.roles[0] == "goal.method"))
                and last.roles[0] in _HOLDS_A_COLON
                and passage.text[hit.end - 1 : hit.end] != "?"
            )
        ):
            last.end = hit.end  # "Baseline: what can the student do?" is one label
        elif (
            last
            and not gap.strip()
            and ("\n" not in gap or _kind_of_method(last, hit, passage, knowledge))
            and (hit.roles == [None] or _kind_of_method(last, hit, passage, knowledge))
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
        if (
            (rest := _GOES_ON.match(value.text))
            and hit.roles[0] is not None
            and not re.search(r"[:?.]\s*$", label.text)
        ):
            label, value = passage.cut(hit.start, hit.end + rest.end()), value.cut(rest.end())
        cuts = []
        if len(set(hit.roles)) > 1:
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
        entries.append(Entry(hit.roles[0], label, entered(value), part, found_how))
    return entries


def _kind_of_method(label: _Found, hit: _Found, passage: Passage, knowledge: Knowledge) -> bool:
    """Whether a label right under "Method of measurement" only says of what kind it is: "Authentic assessment: work samples"."""
    words = passage.text[hit.start : hit.end].rstrip(" :")
    return (
        label.roles[0] == "goal.method"
        and hit.told
        and hit.roles[0] in (None, "goal.method")
        and len(words.split()) <= 4
        and knowledge.goal_slot(words) == "method"
    )


_GOES_ON = re.compile(r"\s*[a-z][^:.?;\d\n☐☒]{2,90}:\s")  # "GOAL related to the student's needs: …"
_HOLDS_A_COLON = (
    "goal.area",
    "goal.method",
    "goal.criterion",
)  # values such as "Direct measures: word probe"


def entered(value: Passage) -> Passage:
    """Only what was typed into form fields, when anything was."""
    if not any(word.entry and word.text not in (TICKED, EMPTY) for word in value.words):
        return value
    first = next(i for i, w in enumerate(value.words) if w.entry and w.text not in (TICKED, EMPTY))
    return value.cut(value._starts[first])
