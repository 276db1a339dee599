"""Annual goals: found by labels and columns, taken apart by how goals are worded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from reader.choices import choices_in, chosen
from reader.entries import entries_of
from reader.knowledge import Knowledge, squeezed
from reader.labels import Entry, entries_in
from reader.layout import EMPTY, TICKED, Passage, Table, Word, capitals
from reader.pages import same_row
from reader.parts import Part
from reader.reading import Goal, Text, Value, concluded, read_as
from reader.tables import table_kind

PARTS = ("baseline", "condition", "behavior", "criterion", "timeframe", "measurement")


Item = tuple[str, Passage, str, Passage]  # slot, value, how it was found, label


class Draft:
    """A goal being gathered."""

    def __init__(self) -> None:
        self.slots: dict[str, Passage] = {}
        self.how: dict[str, str] = {}
        self.objectives: list[Passage] = []
        self.heading = (
            Passage()
        )  # the column heading or label over the goal's text, which may hold its timeframe

    def put(self, slot: str, value: Passage, how: str) -> None:
        if slot != "text":
            value = chosen(value)
        if value and slot not in self.slots:
            self.slots[slot] = value
            self.how[slot] = how


# ---------------------------------------------------------------- gathering


def read_goals(parts: Sequence[Part], knowledge: Knowledge) -> list[Goal]:
    """The goals of an IEP, in order."""
    drafts: list[Draft] = []
    for part in parts:
        if part.kind in ("goals", "progress") or (
            part.kind not in ("attachment", "notes", "evaluation", "notice") and _has_goals(part, knowledge)
        ):
            drafts += _gather(part, knowledge)
    if not any("text" in draft.slots for draft in drafts):
        drafts = []
        for part in parts:
            if part.kind not in (
                "attachment",
                "notes",
                "notice",
                "evaluation",
                "consent",
                "assessments",
                "services",
                "team",
            ):
                drafts += _told_by_contents(part, knowledge)
    goals = []
    for draft in drafts:
        text = draft.slots.get("text")
        if text is None or len(text.flat) < 15:
            continue
        goals.append(_goal(draft, knowledge))
    return _numbered(_without_repeats(goals))


def _told_by_contents(part: Part, knowledge: Knowledge) -> list[Draft]:
    """Goals of a part whose heading and labels are not known: sentences in which somebody will do something by a measure."""
    items: list[Item] = []
    for unit in part.units():
        if isinstance(unit, Table):
            entries = entries_of(Part("goals", blocks=[unit]), knowledge)
        else:
            entries = entries_in(unit, knowledge, "goals")
        for entry in entries:
            sentences = _measured_sentences(entry.value, knowledge)
            if sentences:
                items += [("text", sentence, "loose", Passage()) for sentence in sentences]
            elif (entry.role or "").startswith("goal.") or (
                entry.label and knowledge.goal_slot(entry.label.flat)
            ):
                items += _items([entry], knowledge)
    items = [item for item in items if item[0] != "area" or _may_be_area(item[1], item[3])]
    return [draft for draft in _grouped(items) if "text" in draft.slots]


def _measured_sentences(value: Passage, knowledge: Knowledge) -> list[Passage]:
    """Sentences that say what a child will do and how well or by when; none of wishes, services or life after school."""
    known = patterns(knowledge)
    found: list[Passage] = []
    start = 0
    for stop in re.finditer(
        r"(?<=[a-z\d%)])\.(?=\s+[A-ZÁÉÍÓÚ]|\s*$)|(?<=[^,;\s])\n(?=[A-ZÁÉÍÓÚ•])|$", value.text
    ):
        sentence = value.cut(
            start, stop.end() if value.text[stop.start() : stop.end()] == "." else stop.start()
        )
        start = stop.end()
        flat = sentence.flat
        if (
            60 < len(flat) < 600
            and _is_goal(flat, knowledge)
            and not _WISH.search(flat)
            and not _POSTSECONDARY.search(flat)
            and (known["criterion"].search(flat) or known["timeframe"].search(flat))
            and re.search(r"\d", flat)
        ):
            found.append(sentence)
    return found


_WISH = re.compile(
    r"(?i)\b(?:wants?|hopes?|wish\w*|worr\w+|asks?|asked|concern\w*|fears?|would like|receives?|recibirá|provided?|quieren?|desean?|esperan?) (?!to the)"
)


def _has_goals(part: Part, knowledge: Knowledge) -> bool:
    return any(_lists_goals(table, knowledge) for table in part.tables) or any(
        entry.role == "goal.text"
        and _is_goal(entry.value.flat, knowledge)
        and not re.search(r"(?i)post-?\s?secondary|postsecundari", entry.label.flat)
        for entry in entries_of(part, knowledge)
    )


def _lists_goals(table: Table, knowledge: Knowledge) -> bool:
    """Whether a table has a column of goals and says in it what somebody will do."""
    kind = table_kind(table, knowledge)
    if kind is None or kind[0] != "goals" or _of_before(table, kind[1], kind[2]):
        return False
    columns = {column for column, role in kind[1].items() if role == "text"}
    return any(
        cell.column in columns
        and _is_goal(cell.text.flat, knowledge)
        and not _POSTSECONDARY.search(cell.text.flat)
        for row in table.rows[kind[2] :]
        for cell in row
    )


_POSTSECONDARY = re.compile(
    r"(?i)\b(?:after|upon|following) (?:\w+ ){0,3}(?:high school|graduat|college|training|school)"
)


def _without_repeats(goals: list[Goal]) -> list[Goal]:
    seen: set[str] = set()
    kept = []
    for goal in goals:
        key = squeezed(goal.text.value) if goal.text else ""
        if key not in seen:
            seen.add(key)
            kept.append(goal)
    return kept


def _numbered(goals: list[Goal]) -> list[Goal]:
    for index, goal in enumerate(goals, start=1):
        if goal.number is None:
            goal.number = concluded(str(index), "derived")
    return goals


def _gather(part: Part, knowledge: Knowledge) -> list[Draft]:
    items = _title_items(part, knowledge)
    for unit in part.units():
        if isinstance(unit, Table):
            kind = table_kind(unit, knowledge)
            if kind and kind[0] == "goals" and _of_before(unit, kind[1], kind[2]):
                continue
            if kind and kind[0] == "goals":
                items += _rows(unit, kind[1], kind[2], knowledge)
                continue
            objectives = _objective_table(unit, knowledge)
            if objectives is not None:
                items += objectives
                continue
            if kind:
                continue
            entries = entries_of(Part("goals", blocks=[unit]), knowledge)
        else:
            entries = entries_in(unit, knowledge, part.kind)
        if part.kind not in ("goals", "progress", "present_levels", "unknown", "student"):
            entries = [entry for entry in entries if (entry.role or "").startswith("goal.")]
        items += _items(entries, knowledge)
    items = [item for item in items if item[0] != "area" or _may_be_area(item[1], item[3])]
    if any(slot == "text" and how != "loose" and value for slot, value, how, _ in items):
        # where goals are labelled, a sentence without a label is not one
        items = [item for item in items if item[0] != "text" or item[2] != "loose"]
    return _grouped(items)


def _title_items(part: Part, knowledge: Knowledge) -> list[Item]:
    """Number and area of a goal that has a heading of its own: "2. Executive functioning"."""
    title = part.title
    named = re.match(r"\W*(\d{1,2})[.):]\s+(\S[^.:?]{2,60})$", title.text) if part.kind == "unknown" else None
    if named is not None:
        return [
            ("number", title.cut(*named.span(1)), "title", title),
            ("area", title.cut(*named.span(2)), "title", title),
        ]
    if part.kind == "unknown" and 0 < len(title.flat.split()) <= 6 and knowledge.area(title.flat) is not None:
        return [("area", title, "title", title)]
    return []


def _may_be_area(value: Passage, label: Passage) -> bool:
    """Whether a value can name a goal's area: not a box alone, no question and no remark of the form."""
    words = chosen(value).flat
    return not value or (
        len(words.split()) <= 14
        and not re.search(r"[a-z)]\.\s+[A-Z]", words)
        and bool(re.search(r"[^\W\d_]{2}", words))
        and not words.startswith("(")
        and "?" not in words
        and not re.search(r"(?i)\b(?:require|need)s?\b[^?]*\b(?:devices?|services?)\b", label.flat)
    )


def _ticked_area(text: Passage, knowledge: Knowledge) -> Passage | None:
    """The area marked in a list of areas over a goal."""
    for line in text.lines():
        options = choices_in(line)
        marked = [choice.words for choice in options if choice.marked and choice.words]
        named = sum(knowledge.area(choice.words.flat) is not None for choice in options)
        if len(marked) == 1 and named >= 4 and named >= 0.6 * len(options) and knowledge.area(marked[0].flat):
            return marked[0]
    return None


def _of_before(table: Table, roles: dict[int, str], depth: int) -> bool:
    """Whether a table lists the goals of an earlier IEP, by the heading of their column."""
    return any(
        roles.get(cell.column) == "text"
        and re.search(r"(?i)\b(?:prior|previous|last year|former|anterior(?:es)?)\b", cell.text.flat)
        for row in table.rows[:depth]
        for cell in row
    )


_HEADING = re.compile(
    r"(?ix)^\W*(?:(?:measurable|annual|iep|academic|functional|meta|goal|objetivo)\s+)*"
    r"(?:goal|meta|objetivo)\s*(?:anual\s*|medible\s*|statement\s*)*(?:n[o.º]*|number|\#|núm\w*)?\s*[.:#]?\s*\#?(?P<number>\d{1,2})\b\s*(?:of\s+\d+)?\s*[-–—:.)]*\s*(?P<rest>.*)$"
)  # fmt: skip
_NUMBERED = re.compile(
    r"^\W*#?\s*(?P<number>\d{1,2})\s*[.):]?\s*(?:MEASURABLE |ANNUAL |Measurable |Annual )*(?:GOAL|Goal|META|Meta)\b[^\w]*(?P<rest>.*)$"
)


def _items(entries: list[Entry], knowledge: Knowledge) -> list[Item]:
    found: list[Item] = []
    for entry in entries:
        role = entry.role
        if role is None and not (entry.label and _next_heading(entry, knowledge)):
            found += _unlabelled(entry, knowledge)
            continue
        cut = _next_heading(entry, knowledge)
        if cut is not None:
            before = Entry(role, entry.label, entry.value.cut(0, cut), entry.part, entry.how)
            after = Entry(None, Passage(), entry.value.cut(cut), entry.part, entry.how)
            found += _items([before, after], knowledge)
        elif role == "goal.number":
            found += _number_value(entry, knowledge)
        elif (
            role == "goal.text" and (named := _HEADING.match(entry.label.flat.rstrip(":"))) and named["rest"]
        ):
            found += _unlabelled(entry, knowledge)  # "Annual goal 1 - Reading"
        elif role == "goal.text":
            found += _goal_value(entry, knowledge)
        elif role == "goal.area":
            found += _area_value(entry, knowledge)
        elif re.match(r"(?i)\W*(?:by|with|para)\s*:", entry.label.text) and not re.search(
            r"\d", entry.value.flat
        ):
            continue  # "By: ______", or the end of a longer label
        elif role.startswith("goal."):
            value = entry.value if role == "goal.objectives" else _own_paragraph(entry.value)
            found.append((role[5:], value, entry.how, entry.label))
        else:
            found.append(("other", entry.value, entry.how, entry.label))
    return found


def _own_paragraph(value: Passage) -> Passage:
    """The lines up to a gap wider than between lines of one paragraph."""
    lines = value.lines()
    if len(lines) < 2 or any(word.entry for word in value.words):
        return value
    gaps = []
    for above, below in pairwise(lines):
        a, b = above.words[-1], below.words[0]
        gaps.append((b.box[1] - a.box[3]) / max(a.height, 1.0) if a.page == b.page else 0.0)
    for index, gap in enumerate(gaps):
        begins = lines[index + 1].text[:1].isupper() and not lines[index].flat.endswith(",")
        if begins and gap > max(0.55, 1.6 * min(gaps) if len(gaps) > 1 else 0.55):
            return Passage.join(lines[: index + 1], "\n")
    return value


def _number_value(entry: Entry, knowledge: Knowledge) -> list[Item]:
    number = re.match(r"\W*(\d{1,2})\b", entry.value.text)
    if number:
        digits = entry.value.cut(number.start(1), number.end(1))
        rest = _strip_lead(entry.value.cut(number.end()))
        return [
            ("number", digits, entry.how, entry.label),
            *(_area_or_text(rest, knowledge, entry) if rest else []),
        ]
    if _is_goal(entry.value.flat, knowledge):
        return [("text", entry.value, entry.how, entry.label)]
    if entry.value:
        return [("area", entry.value.lines()[0], entry.how, entry.label)]
    return [("open", Passage(), entry.how, entry.label)]


def _area_value(entry: Entry, knowledge: Knowledge) -> list[Item]:
    lines = entry.value.lines()
    if not lines:
        return [("area", Passage(), entry.how, entry.label)]
    area = lines[0].split("\t")[0]
    remark = re.search(r"\s\((?:priority|need|prioridad|goal|meta)[^)]*\)\s*$", area.text, re.I)
    if remark:
        area = area.cut(0, remark.start())
    rest = Passage.join(lines[1:], "\n")
    found: list[Item] = [("area", area, entry.how, entry.label)]
    if rest:
        found += _unlabelled(Entry(None, Passage(), rest, entry.part, entry.how), knowledge)
    return found


def _next_heading(entry: Entry, knowledge: Knowledge) -> int | None:
    """Where in an entry's value the heading of the next goal starts, if it does."""
    start = 0
    for number, line in enumerate(entry.value.text.split("\n")):
        if number and len(line) < 110 and (_HEADING.match(line) or _NUMBERED.match(line)):
            return start
        if _OPENS_GOAL.match(line) and (number or not entry.value.text.startswith(line + ":")):
            return start
        if number and _area_heading(entry.value.cut(start, start + len(line)), knowledge):
            return start
        start += len(line) + 1
    return None


_OPENS_GOAL = re.compile(
    r"(?:Annual |Measurable )*(?:Goal|GOAL|Meta|META)\s*#?\d{1,2}\s*(?:[.:–-]|\([^)]+\)|$)"
)


def _area_heading(line: Passage, knowledge: Knowledge) -> bool:
    """Whether a line of its own names a goal's area: a few words, set as a heading."""
    set_apart = capitals(line.text) or (line.bold and not any(word.entry for word in line.words))
    return (
        set_apart
        and 1 <= len(line.flat.split()) <= 6
        and not re.search(r"[.:;?,]$|\d|☐|☒", line.flat)
        and knowledge.area(line.flat) is not None
        and knowledge.heading_by_word(line.flat) not in ("present_levels", "evaluation", "progress")
    )


def _strip_lead(passage: Passage) -> Passage:
    lead = re.match(r"^[\s\-–—:.)]+", passage.text)
    return passage.cut(lead.end()) if lead else passage


def _goal_value(entry: Entry, knowledge: Knowledge) -> list[Item]:
    value = entry.value
    numbered = re.match(r"\W*#?(\d{1,2})\s*(?:[.):\n-]|$)", value.text)
    found: list[Item] = []
    if numbered and (len(value.flat) < 4 or not _is_goal(value.flat[:12], knowledge)):
        found.append(("number", value.cut(numbered.start(1), numbered.end(1)), entry.how, entry.label))
        value = value.cut(numbered.end())
    if value:
        lines = value.lines()
        if (
            len(lines) > 1
            and len(lines[0].flat) <= 80
            and not _is_goal(lines[0].flat, knowledge)
            and not re.search(r"[.,;]$", lines[0].flat)
        ):
            rest = value.cut(len(lines[0].text) + value.text.find(lines[0].text))
            if (
                _is_goal(rest.flat, knowledge)
                and rest.text[:1].isupper()
                and len(lines[0].flat.split()) <= 9
                and not re.match(r"(?i)(?:by|given|when|within|during|after|para|dad[oa]s?)\b", lines[0].flat)
            ):
                found.append(("area", lines[0], entry.how, entry.label))
                value = rest
        if _is_goal(value.flat, knowledge):
            value, listed = _without_lists(value, knowledge)
            found += [("text", value, entry.how, entry.label), *listed]
        else:
            found += _area_or_text(value, knowledge, entry)
    return found


def _without_lists(value: Passage, knowledge: Knowledge) -> tuple[Passage, list[Item]]:
    """A goal's text up to the first line that names what follows it, and what stands under such lines."""
    lines = value.lines()
    heads = [
        (n, slot) for n, line in enumerate(lines) if n and (slot := _heads_list(line, knowledge)) is not None
    ]
    if not heads or not _is_goal(Passage.join(lines[: heads[0][0]], "\n").flat, knowledge):
        return value, []
    ends = [n for n, _ in heads[1:]] + [len(lines)]
    listed: list[Item] = [
        (slot, Passage.join(lines[n + 1 : end], "\n"), "told", lines[n])
        for (n, slot), end in zip(heads, ends, strict=True)
    ]
    return Passage.join(lines[: heads[0][0]], "\n"), listed


def _area_or_text(value: Passage, knowledge: Knowledge, entry: Entry) -> list[Item]:
    if _is_goal(value.flat, knowledge):
        return _unlabelled(Entry(None, Passage(), value, entry.part, entry.how), knowledge)
    lines = value.lines()
    if lines and len(lines[0].flat) <= 80:
        area = lines[0].split("\t")[0]
        tied = re.search(r"(?i)\s+(?:addresses|linked to|related to|supports|corresponds to)\b", area.text)
        return [("area", area.cut(0, tied.start()) if tied else area, entry.how, entry.label)]
    return [("text", value, "loose", entry.label)] if entry.role == "goal.text" else []


def _unlabelled(entry: Entry, knowledge: Knowledge) -> list[Item]:
    """Lines without a known label: a goal's heading, its area, or its sentence."""
    if entry.label:
        heading = _HEADING.match(entry.label.flat.rstrip(":")) or _NUMBERED.match(
            entry.label.flat.rstrip(":")
        )
        if heading:
            found: list[Item] = [
                ("number", _found_in(entry.label, heading["number"]), entry.how, entry.label)
            ]
            rest = heading["rest"].strip()
            if (
                rest
                and knowledge.label(rest) not in (None, "goal.area")
                and knowledge.label(rest) != "goal.text"
            ):
                return [*found, (str(knowledge.label(rest))[5:], entry.value, entry.how, entry.label)]
            if entry.value:
                if named := re.match(
                    r"(?i)(?:goal )?(?:area|domain|área)(?: of need)?\s*[:–-]\s*(?=\S)", entry.value.text
                ):
                    area = Entry(
                        "goal.area", entry.label, entry.value.cut(named.end()), entry.part, entry.how
                    )
                    return [*found, *_items([area], knowledge)]
                if rest and knowledge.label(rest.split("-")[-1]) == "goal.area":
                    return [
                        *found,
                        *_items(
                            [Entry("goal.area", entry.label, entry.value, entry.part, entry.how)], knowledge
                        ),
                    ]
                if rest and len(rest) <= 80 and _is_goal(entry.value.flat, knowledge):
                    found.append(("area", _found_in(entry.label, rest), entry.how, entry.label))
                found += _goal_value(
                    Entry("goal.text", entry.label, entry.value, entry.part, entry.how), knowledge
                )
            return found
        slot = knowledge.goal_slot(entry.label.flat)
        lines = entry.value.lines()
        if slot == "area" and lines and re.search(f"[{TICKED}{EMPTY}]", lines[0].text):
            rest = Entry(None, Passage(), Passage.join(lines[1:], "\n"), entry.part, entry.how)
            return [("area", lines[0], entry.how, entry.label), *_unlabelled(rest, knowledge)]
        named_goal = bool(re.search(r"(?i)\bgoals?\b|\bmetas?\b", entry.label.flat))
        if slot in ("criterion", "method", "area") and named_goal and _is_goal(entry.value.flat, knowledge):
            slot = "text"  # "Goal and level of attainment"
        if slot == "text" or (
            slot is None and _is_goal(entry.value.flat, knowledge) and len(entry.label.flat) > 60
        ):
            return _goal_value(Entry("goal.text", entry.label, entry.value, entry.part, entry.how), knowledge)
        if slot is not None and not (slot == "area" and _is_goal(entry.value.flat, knowledge)):
            return _items([Entry(f"goal.{slot}", entry.label, entry.value, entry.part, entry.how)], knowledge)
        if _named_area(entry, knowledge):
            return [("area", Passage.join([entry.label, entry.value], " "), entry.how, entry.label)]
        if _next_heading(entry, knowledge) is None and _SAYS.search(entry.label.flat):
            return [("other", entry.value, entry.how, entry.label)]  # "We will check by:"
        if _is_goal(entry.value.flat, knowledge) and len(entry.label.flat) < 60:
            return [
                ("area", entry.label.cut(0, len(entry.label.text.rstrip(": "))), entry.how, entry.label),
                ("text", entry.value, entry.how, entry.label),
            ]
        return [("other", entry.value, entry.how, entry.label)]
    found = []
    sentence: list[Passage] = []
    under: tuple[str, Passage, list[Passage]] | None = None  # slot, its heading, the lines under it
    area_next = False  # "Goal 1 area", the area on the line below
    for line in entry.value.lines():
        if area_next:
            found.append(("area", line, entry.how, line))
            area_next = False
            continue
        slot = _heads_list(line, knowledge) if found or sentence else None
        opens = bool(_HEADING.match(line.text) or _NUMBERED.match(line.text)) or _area_heading(
            line, knowledge
        )
        if under is not None and (opens or slot is not None):
            found.append((under[0], Passage.join(under[2], "\n"), "told", under[1]))
            under = None
        if slot is not None:
            found += _sentence(sentence, knowledge, entry)
            sentence, under = [], (slot, line, [])
            continue
        if under is not None:
            under[2].append(line)
            continue
        if _area_heading(line, knowledge):
            found += _sentence(sentence, knowledge, entry)
            sentence = []
            found.append(("area", line, entry.how, line))
            continue
        if (
            sentence
            and sentence[-1].flat.endswith(".")
            and (item := re.match(r"^\W*(\d{1,2})[.)]\s+(?=[A-Z])", line.text))
        ):
            found += _sentence(sentence, knowledge, entry)
            sentence = []
            if _is_goal(line.flat, knowledge):
                found.append(("number", line.cut(*item.span(1)), entry.how, line))
        heading = _HEADING.match(line.text) or _NUMBERED.match(line.text)
        if (
            heading
            and not (sentence and not sentence[-1].flat.endswith((".", ":", "!")))
            and (len(line.flat) < 110 or _AREA_THEN_TEXT.match(heading["rest"]))
        ):
            found += _sentence(sentence, knowledge, entry)
            sentence = []
            found.append(
                ("number", line.cut(heading.start("number"), heading.end("number")), entry.how, line)
            )
            rest = line.cut(heading.start("rest"), heading.end("rest"))
            if rest and knowledge.label(rest.flat) == "goal.area":
                area_next = True
                continue
            if rest and (both := _AREA_THEN_TEXT.match(rest.text)):
                found.append(("area", rest.cut(*both.span("area")), entry.how, line))
                sentence.append(rest.cut(both.start("text")))
                continue
            if rest and (inner := re.fullmatch(r"\(([^()]{3,70})\)", rest.text)):
                rest = rest.cut(*inner.span(1))
            if rest:
                area = re.match(r"(?i)(?:area(?: of need)?|domain|área|dominio)\s*[:\-–]\s*(.+)", rest.text)
                if area:
                    found.append(("area", rest.cut(area.start(1)), entry.how, line))
                elif _is_goal(rest.flat, knowledge) or rest.flat.split()[0].lower() in (
                    "by",
                    "given",
                    "when",
                ):
                    sentence.append(rest)
                else:
                    found.append(("area", rest, entry.how, line))
        else:
            sentence.append(line)
    if under is not None:
        found.append((under[0], Passage.join(under[2], "\n"), "told", under[1]))
    return found + _sentence(sentence, knowledge, entry)


def _heads_list(line: Passage, knowledge: Knowledge) -> str | None:
    """The slot that a line of its own names within a goal: "Short-term objectives or benchmarks"."""
    if len(line.flat.split()) > 7 or not line.text[:1].isupper() or re.search(r"[.;,:?%]\s*$|\d", line.flat):
        return None
    slot = knowledge.goal_slot(line.flat)
    return slot if slot in ("objectives", "method", "baseline", "criterion", "schedule") else None


_AREA_THEN_TEXT = re.compile(r"(?P<area>[A-ZÁÉÍÓÚ][^.:?]{2,60})[.:]\s+(?P<text>[A-ZÁÉÍÓÚ].{12,})$")


_SAYS = re.compile(
    r"(?i)\b(?:we|will|how|who|when|is|are|was|do|does|did|has|have|check\w*|measur\w*|track\w*)\b"
)


def _named_area(entry: Entry, knowledge: Knowledge) -> bool:
    """Whether a label and its value name an area together: "Academic: Reading Comprehension"."""
    return (
        knowledge.area(entry.label.flat) is not None
        and knowledge.area(entry.value.flat) is not None
        and len(entry.label.flat.split()) <= 3
        and len(entry.value.flat.split()) <= 6
        and not re.search(r"\d|[.;?]|[☐☒]", entry.value.flat)
    )


def _found_in(passage: Passage, words: str) -> Passage:
    at = passage.text.find(words)
    return passage.cut(at, at + len(words)) if at >= 0 else passage


def _sentence(lines: list[Passage], knowledge: Knowledge, entry: Entry) -> list[Item]:
    if not lines:
        return []
    passage = Passage.join(lines, "\n")
    if not _is_goal(passage.flat, knowledge):
        ticked = _ticked_area(passage, knowledge)
        if ticked is not None:
            return [("area", ticked, "box", Passage())]
        return [("loose", passage, entry.how, Passage())]
    lead = re.match(r"^\W*(?:#?\d{1,2}[.):]\s+|[•·▪-]\s*)", passage.text)
    if lead:
        passage = passage.cut(lead.end())
    area = re.match(r"^([A-ZÁÉÍÓÚ][\w&/(),'’ -]{2,60}?)\s*[:.–]\s+(?=[A-ZÁÉÍÓÚ])", passage.text)
    if area and not re.search(r"\b(?:will|given|when|by)\b", area[1], re.I):
        return [
            ("area", passage.cut(0, area.end(1)), "loose", Passage()),
            ("text", passage.cut(area.end()), "loose", Passage()),
        ]
    return [("text", passage, "loose", Passage())]


def _objective_table(table: Table, knowledge: Knowledge) -> list[Item] | None:
    roles = {cell.column: knowledge.column("goals", cell.text.text) for cell in table.rows[0]}
    for cell in table.rows[0]:
        if roles[cell.column] is None:
            roles[cell.column] = knowledge.goal_slot(cell.text.flat)
    column = next((c for c, role in roles.items() if role == "objectives"), None)
    if column is None or "text" in roles.values():
        return None
    method = next((c for c, role in roles.items() if role == "method"), None)
    found: list[Item] = []
    for row in table.rows[1:]:
        for cell in row:
            if cell.text and cell.column in (column, method):
                slot = "objectives" if cell.column == column else "method"
                found.append((slot, cell.text, "column", Passage()))
    return found


_TITLE = re.compile(
    r"\W*[A-Za-z]+(?: [A-Za-z]+)?\s*#?\s*(?P<number>\d{1,2})\s*[:.–—-]+\s*(?P<area>[^.:?]{3,70})$"
)


def _rows(table: Table, roles: dict[int, str], depth: int, knowledge: Knowledge) -> list[Item]:
    found: list[Item] = []
    head = {cell.column: cell.text for cell in table.rows[depth - 1]}
    for row in table.rows[: depth - 1]:
        if len(row) == 1 and (named := _TITLE.match(row[0].text.flat)):
            title = row[0].text
            found.append(("number", _found_in(title, named["number"]), "column", title))
            found.append(("area", _found_in(title, named["area"]), "column", title))
    for row in table.rows[depth:]:
        texts = {roles[cell.column]: cell for cell in row if cell.column in roles}
        goal = texts.get("text")
        if (
            len(row) == 1
            or goal is None
            or not goal.text
            or (len(row) < len(head) and not _is_goal(goal.text.flat, knowledge))
        ):
            for cell in row:
                found += _items(entries_in(cell.text, knowledge, "goals"), knowledge)
            continue
        if all(knowledge.is_column(cell.text.text) for cell in row if cell.text) or same_row(
            table.rows[depth - 1], row
        ):
            continue
        if not _is_goal(goal.text.flat, knowledge) and (
            len(goal.text.flat.split()) < 4 or re.match(r"(?i)\W*progress\b", goal.text.flat)
        ):
            continue
        if step := _OBJECTIVE.match(goal.text.text):
            found.append(("objectives", goal.text.cut(step.end()), "column", Passage()))
            continue
        title = head.get(goal.column, Passage())
        found.append(("open", Passage(), "column", title))
        if named := _HEADING.match(title.flat.rstrip(":")):
            found.append(("number", _found_in(title, named["number"]), "column", title))
            if named["rest"]:
                found.append(("area", _found_in(title, named["rest"]), "column", title))
        for cell in row:  # a column headed "Goal" that holds the number and the area alone
            if (
                cell is not goal
                and roles.get(cell.column) == "text"
                and (named := _NUMBER_AREA.match(cell.text.text))
            ):
                found.append(("number", cell.text.cut(*named.span(1)), "column", title))
                if named[2]:
                    found.append(("area", cell.text.cut(*named.span(2)), "column", title))
        for role, cell in texts.items():
            if role not in ("text", "other", "report") and cell.text:
                found.append((role, cell.text, "column", head.get(cell.column, Passage())))
        found += _goal_cell(goal.text, head.get(goal.column, Passage()), knowledge)
    return found


_NUMBER_AREA = re.compile(r"\W*(?:goal\s*)?#?(\d{1,2})\b[\s.:)–-]*([^.?]{0,90})$", re.I)
_OBJECTIVE = re.compile(
    r"(?i)^\W*(?:\d{1,2}\.\d{1,2}\.?|sti?o\b\s*\#?\d*[a-z]?\b|(?:short[- ]term )?(?:objective|benchmark|objetivo)s?\s*\#?\d*[a-z]?\b)\s*[.):-]*\s*"
)


def _goal_cell(text: Passage, head: Passage, knowledge: Knowledge) -> list[Item]:
    """A goal's cell: number, area, the sentence, perhaps a labelled baseline below it."""
    found: list[Item] = []
    number = re.match(
        r"^\W*(?:(?:measurable |annual )*(?:goal|meta))?\s*#?\s*(\d{1,2})\s*[.):-]\s+", text.text, re.I
    ) or re.match(
        r"^\W*(?:measurable |annual )*(?:goal|meta)\s*(?:n[o.º]*)?\s*#?\s*(\d{1,2})\s*\n\s*", text.text, re.I
    )
    if number:
        found.append(("number", text.cut(number.start(1), number.end(1)), "column", head))
        text = text.cut(number.end())
    area = re.match(r"^([A-ZÁÉÍÓÚ][\w&/(),'’\n –-]{2,70}?)\s*[:.]\s+(?=[A-ZÁÉÍÓÚ])", text.text)
    if area is None:
        area = re.match(r"^([A-ZÁÉÍÓÚ][\w&/(),'’\n -]{2,70}?)\s+[-–]\s+(?=[A-ZÁÉÍÓÚ])", text.text)
    if (
        area
        and not re.search(r"\b(?:will|given|when|by|during)\b", area[1], re.I)
        and len(area[1].split()) <= 8
    ):
        found.append(("area", text.cut(0, area.end(1)), "column", head))
        text = text.cut(area.end())
    entries = entries_in(text, knowledge, "goals", "column")
    for entry in entries:
        if entry.role is None and not entry.label:
            found.append(("text", entry.value, "column", head))
        elif entry.role is None:
            found.append(("text", Passage.join([entry.label, entry.value], " "), "column", head))
        else:
            found += _items([entry], knowledge)
    return found


def _grouped(items: list[Item]) -> list[Draft]:
    """Group items into goals. What stands before a goal's text in the first goal opens each later one."""
    openers: set[str] = set()
    for slot, value, _, _ in items:
        if slot == "text" and value:
            break
        if slot in ("number", "area", "baseline", "open", "method", "criterion", "timeframe"):
            openers.add(slot)
    drafts: list[Draft] = []
    current: Draft | None = None
    for slot, value, how, label in items:
        if slot in ("other", "schedule_other"):
            continue
        starts = (
            current is None
            or ((slot in openers or slot in ("open", "number")) and "text" in current.slots)
            or (slot == "text" and "text" in current.slots)
            or (slot == "area" and "text" in current.slots)
            or (slot == "number" and "number" in current.slots)
        )
        if slot == "loose":
            if (
                current is not None
                and "text" not in current.slots
                and "area" not in current.slots
                and len(value.flat) < 70
            ):
                current.put("area", value, "loose")
            continue
        if starts and slot != "objectives":
            current = Draft()
            drafts.append(current)
        if current is None:
            continue
        if slot == "objectives":
            current.objectives += _listed(value)
        elif slot == "text":
            current.put("text", value, how)
            current.heading = label
        elif slot != "open":
            current.put(slot, value, how)
    return drafts


def _listed(value: Passage) -> list[Passage]:
    """The items of a list: (1) … (2) …, bullets, or lines."""
    marks = [
        m for m in re.finditer(r"(?:^|(?<=\s))(?:\(\d{1,2}\)|\d{1,2}[.)](?:\d\.?)?|[•·▪‣●○-])\s+", value.text)
    ]
    if marks:
        ends = [m.start() for m in marks[1:]] + [len(value.text)]
        pieces = [value.cut(m.end(), end) for m, end in zip(marks, ends, strict=True)]
    else:
        pieces = [value]
    found = []
    for piece in pieces:
        text = piece.text.rstrip(" .;")
        if text:
            found.append(piece.cut(0, len(text)))
    return found


# ---------------------------------------------------------------- a goal's parts


@lru_cache(maxsize=4)
def _compiled(knowledge_id: int) -> dict[str, re.Pattern[str]]:
    grammar = _GRAMMARS[knowledge_id]
    number = grammar["number"]
    criterion = "|".join(f"(?:{p.replace('{number}', number)})" for p in grammar["criterion"])
    weak = "|".join(f"(?:{p.replace('{number}', number)})" for p in grammar["weak_criterion"])
    will = "|".join(grammar["will"])
    return {
        "will": re.compile(rf"\b(?:{will})\b\s*", re.I),
        "future": re.compile(grammar["future_spanish"], re.I),
        "timeframe": re.compile("|".join(f"(?:{p})" for p in grammar["timeframe"]), re.I),
        "condition": re.compile(rf"^\W*(?:{grammar['condition_start']})", re.I),
        "measured": re.compile("|".join(f"(?:{p})" for p in grammar["measured_by"]), re.I),
        "criterion": re.compile(criterion, re.I),
        "weak": re.compile(weak, re.I),
        "measure": re.compile("|".join(grammar["measure_words"]), re.I),
    }


_GRAMMARS: dict[int, dict] = {}


def patterns(knowledge: Knowledge) -> dict[str, re.Pattern[str]]:
    """The goal grammar, compiled."""
    _GRAMMARS[id(knowledge)] = knowledge.grammar
    return _compiled(id(knowledge))


_NO_GOAL = re.compile(
    r"(?i)^\W*(?:the |these |all |each |any )?(?:annual |measurable |iep |short[- ]term )*(?:goals?|objectives?|benchmarks?|team|district|school)\b[^,.]{0,60}?\b(?:will|shall)\b"
    r"|\b(?:parents?|guardians?|reports?|team|school|district|services?|iep|committee|progress|goals?|staff|padres|informes?|equipo|servicios?)"
    r"(?:\(s\))?\s+(?:will|shall|recibirán?|será)\b|\bwill (?:reach|turn) (?:age\b|the age)|\bwill receive\b\W*$|supports? this \w+ will receive|\bwill be (?:sent|reported|informed|notified|provided|given|reviewed|measured|addressed|held)\b|\bse (?:enviarán?|informará)\b"
)


def _is_goal(text: str, knowledge: Knowledge) -> bool:
    """Whether a text reads like a goal's sentence: somebody will do something."""
    if len(text) < 20:
        return False
    known = patterns(knowledge)
    if _NO_GOAL.search(text[:240]):
        return False
    if known["will"].search(text):
        return True
    future = known["future"].search(text)
    return bool(future) and bool(re.search(r"\b(?:el|la|los|un|una|de|con|dado|dada|cuando)\b", text))


def _goal(draft: Draft, knowledge: Knowledge) -> Goal:
    goal = Goal()
    known = patterns(knowledge)
    text = _tidy(draft.slots["text"])
    goal.text = read_as(text.flat, text, draft.how["text"])
    if "number" in draft.slots:
        number = draft.slots["number"]
        goal.number = read_as(number.flat.lstrip("#").rstrip("."), number, draft.how["number"])
    if area := draft.slots.get("area"):
        words = re.sub(r"\s*(?:[:.\-–]|\([^)]*)\s*$", "", area.flat)
        known_area = (
            knowledge.area(words) is not None
        )  # what is no area may be anything that stood by the goal
        goal.area = read_as(words, area, draft.how["area"], trust=None if known_area else UNKNOWN_AREA)
    pieces = take_apart(text, knowledge)
    stated = pieces.get("baseline")  # "improving from 4 of 20 to 16 of 20"
    for slot in ("timeframe", "condition", "behavior", "criterion"):
        own = draft.slots.get(slot)
        if (
            slot == "criterion"
            and own
            and slot in pieces
            and known["weak"].match(pieces[slot].flat)
            and not re.search(r"%|\bof\b|/", pieces[slot].flat)
            and re.search(r"\d", own.text)
        ):
            # "within five minutes" belongs to the behavior where the criterion stands by itself
            if goal.behavior is not None and "behavior" in pieces:
                whole = Passage.join([pieces["behavior"], pieces[slot]], " ")
                goal.behavior = read_as(whole.flat, whole, "grammar")
            del pieces[slot]
        if slot in pieces:
            setattr(goal, slot, read_as(pieces[slot].flat, pieces[slot], "grammar"))
        elif own and not knowledge.says_nothing(own.text):
            if slot == "criterion" and (lead := _KEYED.match(own.text)):
                own = own.cut(lead.end())
            setattr(goal, slot, read_as(own.flat, own, draft.how[slot]))
    if goal.timeframe is None and draft.heading:
        when = known["timeframe"].search(draft.heading.text.replace("\n", " "))
        if when:
            goal.timeframe = read_as(
                when.group().strip(), draft.heading.cut(when.start(), when.end()), "grammar"
            )
    method = draft.slots.get("method")
    if method and not knowledge.says_nothing(method.text):
        if (told := _OF_REPORTS.search(method.text)) and told.start() > 3:
            method = method.cut(0, told.start())
        words, places = _sentence_end(method.flat), method
        schedule = draft.slots.get("schedule")
        if schedule and not knowledge.says_nothing(schedule.text) and draft.how["schedule"] == "column":
            words, places = f"{words}; {schedule.flat.lower()}", Passage.join([method, schedule], " ")
        goal.measurement = read_as(words, places, draft.how["method"])
    elif "measurement" in pieces:
        goal.measurement = read_as(pieces["measurement"].flat, pieces["measurement"], "grammar")
    goal.baseline = _baseline(draft, knowledge)
    if stated is not None and (goal.baseline is None or len(draft.slots["baseline"].flat) > 160):
        goal.baseline = read_as(stated.flat, stated, "grammar")
    goal.objectives = [
        read_as(o.flat, o, "row") for o in draft.objectives if o.flat and not knowledge.says_nothing(o.text)
    ]
    goal.is_measurable = Value(False, text.flat, text.places(), 0.88, "grammar")
    judge(goal)
    bare = goal.criterion is None and goal.condition is None and goal.timeframe is None
    if bare or len(goal.text.value.split()) > LONG_GOAL:
        goal.text = replace(
            goal.text, confidence=min(goal.text.confidence, BARE_GOAL)
        )  # may be no goal at all
    return goal


_OF_REPORTS = re.compile(
    r"(?<=[.\n])\s*(?:(?:The |Written |A |An )?(?:parents?|guardians?|famil(?:y|ies)|progress|reports?|written)\b[^.\n]*\b(?:reports?|progress|informed)\b|Los padres\b)",
    re.I,
)
_KEYED = re.compile(
    r"[A-Z0-9]{1,2}[.)]\s[^:]{3,50}:\s*(?=\S)"
)  # "E. Frequency/trials: 8 of 10", of a printed key


UNKNOWN_AREA = 0.85
BARE_GOAL = 0.85
LONG_GOAL = 80  # words; a longer text holds more than the goal


def judge(goal: Goal) -> None:
    """Says again which parts a goal lacks, and whether it can be measured: a behavior and a criterion are there."""
    sure = goal.is_measurable or Value(False, goal.text.words if goal.text else "", (), 0.88, "grammar")
    goal.is_measurable = replace(sure, value=goal.behavior is not None and goal.criterion is not None)
    goal.missing_parts = [name for name in PARTS if getattr(goal, name) is None]


def parts_of_words(words: str, knowledge: Knowledge) -> dict[str, str]:
    """The parts that a goal's sentence holds (timeframe, condition, behavior, criterion, measurement), as words."""
    text = Passage.of(Word(word, 0, (0.0, 0.0, 0.0, 0.0)) for word in words.split())
    return {
        name: part.flat for name, part in take_apart(text, knowledge).items() if part and name != "baseline"
    }


def _sentence_end(text: str) -> str:
    return text[:-1] if text.endswith(".") and text.count(".") == 1 else text


def _tidy(text: Passage) -> Passage:
    """Without a lead-in label glued to it, quotation marks or trailing blanks."""
    lead = re.match(r"^(?:\W*\d{1,2}[.)]\s+|[\"“”'\s•\-–]+)", text.text)
    if lead:
        text = text.cut(lead.end())
    blank = re.search(r"[\s_]*_{3,}[\s_]*$|\s*☐.*$", text.text, re.S)
    return text.cut(0, blank.start()) if blank else text


def _baseline(draft: Draft, knowledge: Knowledge) -> Text | None:
    own = draft.slots.get("baseline")
    if own is None or knowledge.says_nothing(own.text):
        return None
    known = patterns(knowledge)
    words = own.flat
    if len(words) <= 160:
        if _only_opinion(words):
            return None
        if not known["measure"].search(words):
            return (
                None
                if not re.search(r"\b\w+(?:s|ed)\b", words) or _only_opinion(words)
                else read_as(words.rstrip("."), own, draft.how["baseline"])
            )
        return read_as(_sentence_end(words), own, draft.how["baseline"])
    best = None
    start = 0
    ends = [m.end() for m in re.finditer(r"(?<=[a-z\d%)])\.(?=\s+[A-ZÁÉÍÓÚ])", own.text)] + [len(own.text)]
    for end in ends:
        sentence = own.cut(start, end)
        start = end
        figure = re.search(r"\d", sentence.flat)
        if figure and best is None:
            best = sentence
    if best is None:
        return None
    return read_as(_sentence_end(best.flat), best, "sentence")


_OPINION = re.compile(
    r"\b(?:difficult|struggles?|needs? support|needs? help|below grade level|has trouble|has difficulty|le cuesta|dificultad)\b",
    re.I,
)


def _only_opinion(words: str) -> bool:
    return bool(_OPINION.search(words)) and not re.search(r"\d", words)


def take_apart(text: Passage, knowledge: Knowledge) -> dict[str, Passage]:
    """The parts a goal's sentence holds: timeframe, condition, behavior, criterion, measurement."""
    known = patterns(knowledge)
    flat = text.text.replace("\n", " ").replace("\t", " ")
    found: dict[str, Passage] = {}
    will = known["will"].search(flat)
    if will:
        verb_from, lead_to = will.end(), will.start()
    else:
        future = next(
            (m for m in known["future"].finditer(flat) if not re.match(r"(?i)(?:para|será n)", m.group())),
            None,
        )
        if future is None:
            return found
        verb_from, lead_to = future.start(), future.start()
    body_end = len(flat.rstrip(" ."))
    if levels := _LEVELS.search(
        flat, verb_from
    ):  # "from a level of … to a level of …": the second is the goal
        found["baseline"] = text.cut(levels.start(1), levels.end(1))
        verb_from = levels.end()
    measured = None
    for candidate in known["measured"].finditer(flat, verb_from):
        measured = candidate
        break
    if measured:
        tail = flat[measured.end() : body_end]
        late = known["timeframe"].search(tail)
        piece_end = body_end
        if late and late.end() >= len(tail.rstrip(" .")) - 1:
            piece_end = measured.end() + late.start()
        piece = text.cut(measured.end(), len(flat[:piece_end].rstrip(" ,")))
        if piece:
            found["measurement"] = piece
        rest_end = measured.start()
    else:
        rest_end = body_end
    # timeframe: at the start, else anywhere
    when = None
    for candidate in known["timeframe"].finditer(flat):
        leads, ends = candidate.start() < lead_to, candidate.end() >= body_end - 2
        if leads or ends or candidate.start() >= rest_end - 1:
            when = candidate
            break
    if when is None:
        when = next(
            (
                c
                for c in known["timeframe"].finditer(flat)
                if re.match(r"(?i)(?:by|para|a más tardar|before|antes)\b", c.group())
            ),
            None,
        )
    if when:
        found["timeframe"] = text.cut(when.start(), when.start() + len(when.group().rstrip(" .,")))
        if when.start() > verb_from and when.end() >= rest_end - 2:
            rest_end = len(flat[: when.start()].rstrip(" ,"))
    # condition: what is said before "will", less the timeframe and the learner
    lead = flat[:lead_to]
    begin = 0
    if when and when.end() <= lead_to:
        if lead[: when.start()].strip(" ,"):
            lead_end = when.start()  # condition, then timeframe, then the learner
            condition_text = lead[:lead_end].rstrip(" ,")
            if known["condition"].match(condition_text):
                found["condition"] = text.cut(0, len(condition_text))
        begin = when.end()
    if "condition" not in found:
        segment = lead[begin:]
        offset = begin + len(segment) - len(segment.lstrip(" ,"))
        segment = lead[offset:]
        comma = segment.rfind(",")
        if comma > 0 and known["condition"].match(segment):
            found["condition"] = text.cut(offset, offset + len(segment[:comma].rstrip(" ,")))
        elif known["condition"].match(segment):
            learner = re.search(
                r"\s+(?:the student|student|he|she|they|el estudiante|la estudiante|el alumno|la alumna|[A-Z][\w'’-]+)\s*$",
                segment,
            )
            if learner and learner.start() > 6:
                found["condition"] = text.cut(offset, offset + learner.start())
    # criterion, then the behaviour before it
    verb_phrase = flat[verb_from:rest_end]
    hits = [
        m
        for m in known["criterion"].finditer(verb_phrase)
        if m.group().strip() and not _inside_brackets(verb_phrase, m.start())
    ]
    strong = [m for m in hits if not known["weak"].match(m.group().strip())]
    strong = [m for m in strong if not _part_of_task(verb_phrase, m)]
    while len(strong) > 1 and _SPELLED.fullmatch(strong[0].group().strip()):
        strong = strong[1:]  # "use one of three coping steps … in 80% of incidents"
    start = strong[0].start() if strong else (hits[0].start() if hits else None)
    if strong:
        for weak in hits:  # "for 10 consecutive bites on 4 of 5 days" is one criterion
            between = (
                verb_phrase[weak.end() : strong[0].start()] if weak.end() <= strong[0].start() else "-" * 99
            )
            if (
                "consecutive" in weak.group()
                and len(between.split()) <= 2
                and "," not in between
                and len(between) < 40
            ):
                start = weak.start()
                break
    behavior_end = rest_end
    raised = _RAISED.search(verb_phrase)
    if raised and not _inside_brackets(verb_phrase, raised.start()):
        begin, end = verb_from + raised.start(1), verb_from + raised.end(1)
        found["baseline"] = text.cut(begin, end)
        found["criterion"] = text.cut(verb_from + raised.start(2), rest_end)
        behavior_end, start = verb_from + raised.start(), None
        if raised.start() < 3:  # "will increase his fluency from 45 to 90": raising it is the behavior
            behavior_end = verb_from + len(
                re.sub(r"\s+(?:from|de|desde)\b.{0,24}$", "", verb_phrase[: raised.start(1)])
            )
    if start is not None and start >= 3:
        cut_at = verb_from + start
        piece = text.cut(cut_at, rest_end)
        trimmed = re.match(
            r"^[,;\s]*(?:(?:with|at(?! least| or )|in|on|con|en|to|a)\s+)?(?:an? (?:average|rate) of |a rate of |at least )?",
            piece.text,
            re.I,
        )
        if trimmed and trimmed.end() and len(piece.text) - trimmed.end() > 8:
            piece = piece.cut(trimmed.end())
        late = re.search(
            r",\s*((?:given|when|while|dad[oa]s?|cuando)\b[^,]*)$", piece.text.rstrip(" .,;"), re.I
        )
        if late and "condition" not in found:
            found["condition"] = piece.cut(late.start(1), late.end(1))
            piece = piece.cut(0, late.start())
        found["criterion"] = piece.cut(0, len(piece.text.rstrip(" .,;")))
        behavior_end = cut_at
    behavior = text.cut(verb_from, len(flat[:behavior_end].rstrip(" ,;")))
    if behavior:
        excess = re.search(
            r",?\s+(?:from (?:a (?:baseline|level|rate) of )?\d[\d.%]*(?: \w+){0,3}|so that it has|so that (?:he|she|they) (?:has|have)|and score|and will score)\s*$",
            behavior.text,
        )
        if excess:
            behavior = behavior.cut(0, excess.start())
        if not knowledge.vague(behavior.flat, has_criterion="criterion" in found):
            found["behavior"] = behavior
    return found


_SPELLED = re.compile(
    r"(?i)(?:one|two|three|four|una?|dos|tres) (?:out )?(?:of|de) (?:the |los |las )?(?:two|three|four|five|six|dos|tres|cuatro|cinco)"
)
_LEVELS = re.compile(r"(?i)\bfrom (?:a |the )?(?:current )?level of (.{4,160}?),? to (?:a |the )?level of\s+")
_RAISED = re.compile(
    r"(?i),?\s*\b(?:improv|increas|decreas|reduc|mov|rais|advanc|grow|aument|mejor|disminuy|reduc)\w*\b(?: [\w'’/-]+){0,5}? "
    r"(?:from|de|desde)(?: a)?(?: baseline(?: of)?| level of| rate of)? ((?:(?! to | a | hasta )[^,;])*?\d[^,;]*?) (?:to|a|hasta) (?=\S)((?:(?! to ).)*\d.*)$"
)


def _inside_brackets(text: str, at: int) -> bool:
    return text.rfind("(", 0, at + 1) > text.rfind(")", 0, at + 1)


def _part_of_task(text: str, match: re.Match[str]) -> bool:
    """A figure inside the task itself: "with at least 2 key details for each part", "all 8 steps"."""
    words = match.group().strip().lower()
    after = text[match.end() : match.end() + 24].lower()
    if re.match(r"^(?:with|of)? ?(?:at least|al menos)", words) and not re.search(
        r"%|out of|\bof\b|/", words
    ):
        return True
    return bool(re.search(r"at least \d{1,3} ?%$", words)) and bool(
        re.match(r" of the (?:section|assignment|task|work|page)", after)
    )
