"""Annual goals: found by labels, columns and wording, and gathered with what belongs to each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from reader.choices import choices_in, chosen
from reader.entries import entries_of
from reader.goal_groups import grouped
from reader.goal_parts import Draft, Item, goal_of, is_goal, judge, parts_of_words, patterns
from reader.goal_sentences import (
    POSTSECONDARY,
    STEP,
    lined,
    measured_apart,
    measured_sentences,
    now_apart,
    steps_apart,
)
from reader.knowledge import Knowledge, squeezed
from reader.labels import Entry, entries_in
from reader.layout import EMPTY, TICKED, Cell, Passage, Table, capitals
from reader.pages import same_row
from reader.parts import Part
from reader.reading import Goal, concluded
from reader.tables import table_kind


def read_goals(parts: Sequence[Part], knowledge: Knowledge) -> list[Goal]:
    """The goals of an IEP, in order."""
    drafts: list[Draft] = []
    opening: list[
        Item
    ] = []  # what a part says of the goals of the next: their area, and where the child stands
    heads = False  # whether parts end with that
    for part in parts:
        if part.kind in ("goals", "progress") or (
            part.kind not in ("attachment", "notes", "evaluation", "notice") and _has_goals(part, knowledge)
        ):
            items = [*opening, *_gather(part, knowledge)]
            heads = heads or bool(opening)
            kept, opening = _apart(items, heads=heads)
            _join(drafts, grouped(kept))
    _join(drafts, grouped(opening))
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
                "lre",
                "esy",
                "accommodations",
            ):
                drafts += _told_by_contents(part, knowledge)
    goals = []
    for draft in drafts:
        text = draft.slots.get("text")
        if text is None or len(text.flat) < 15 or _LIFE_AFTER.match(text.flat):
            continue
        goals.append(goal_of(draft, knowledge))
    goals = _without_repeats(goals)
    _doubt_shifted(goals)
    return _numbered(goals)


def _apart(items: list[Item], *, heads: bool) -> tuple[list[Item], list[Item]]:
    """What a part says of its own goals, and what of those of the next part. It says nothing but that where it has no
    goal; after its goals only in a form whose areas stand before (`heads`)."""
    if {slot for slot, value, _, _ in items if value} in _OPENING:
        return [], items
    texts = [at for at, (slot, value, _, _) in enumerate(items) if slot == "text" and value]
    last = texts[-1] if texts else len(items)
    for at in range(last + 1, len(items)):
        slots = {slot for slot, value, _, _ in items[at:] if value}
        if heads and items[at][0] == "area" and slots in _OPENING:
            return items[:at], items[at:]
    return items, []


_OPENING = (
    {"area", "present"},
    {"area", "baseline"},
    {"area", "number", "present"},
    {"area", "number", "baseline"},
)
SHIFTED = 0.88


def _doubt_shifted(goals: Sequence[Goal]) -> None:
    """Trust a part less where the first or last goal lacks it: it may stand with the wrong goals."""
    for slot in ("baseline", "measurement"):
        values = [getattr(goal, slot) for goal in goals]
        if len(goals) > 1 and (values[0] is None) != (values[-1] is None):
            for goal, value in zip(goals, values, strict=True):
                if value is not None:
                    setattr(goal, slot, replace(value, confidence=min(value.confidence, SHIFTED)))


def _join(drafts: list[Draft], more: list[Draft]) -> None:
    """Add a part's goals; what a part before it names alone, an area or a number, belongs to the first of them."""
    if (
        drafts
        and more
        and drafts[-1].slots
        and set(drafts[-1].slots) <= {"area", "number"}
        and "text" in more[0].slots
    ):
        before = drafts.pop()
        for slot, value in before.slots.items():
            more[0].put(slot, value, before.how[slot])
    drafts += more


def _told_by_contents(part: Part, knowledge: Knowledge) -> list[Draft]:
    """Goals of a part whose heading and labels are not known: sentences in which somebody will do something by a measure."""
    items: list[Item] = []
    for unit in part.units():
        if isinstance(unit, Table):
            entries = entries_of(Part("goals", blocks=[unit]), knowledge)
        else:
            entries = entries_in(unit, knowledge, "goals")
        for entry in entries:
            sentences = measured_sentences(entry.value, knowledge)
            if sentences:
                items += [("text", sentence, "loose", Passage()) for sentence in sentences]
            elif (entry.role or "").startswith("goal.") or (
                entry.label and knowledge.goal_slot(entry.label.flat)
            ):
                items += _items([entry], knowledge)
    items = [item for item in items if item[0] != "area" or _may_be_area(item[1], item[3], knowledge)]
    return [draft for draft in grouped(items) if "text" in draft.slots]


def _has_goals(part: Part, knowledge: Knowledge) -> bool:
    return any(_lists_goals(table, knowledge) for table in part.tables) or any(
        entry.role == "goal.text"
        and is_goal(entry.value.flat, knowledge)
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
        and is_goal(cell.text.flat, knowledge)
        and not POSTSECONDARY.search(cell.text.flat)
        for row in table.rows[kind[2] :]
        for cell in row
    )


_LIFE_AFTER = re.compile(
    r"(?i)\W*(?:after|upon|following|once) (?:\w+ ){0,2}(?:leaving|leaves|graduat\w+|complet\w+ (?:of )?(?:high school|college|training)|high school|finishing school)\b"
)  # a goal for the time after school stands under transition


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


def _gather(part: Part, knowledge: Knowledge) -> list[Item]:
    """What a part says of goals, in the order of the page."""
    items = _title_items(part, knowledge)
    units = (piece for unit in part.units() for piece in _at_objectives(unit, knowledge))
    for unit in units:
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
            entries = entries_in(lined(unit), knowledge, part.kind)
        if part.kind not in ("goals", "progress", "present_levels", "unknown", "student"):
            entries = [entry for entry in entries if (entry.role or "").startswith("goal.")]
        items += _items(entries, knowledge)
    items = [
        item
        for item in now_apart(steps_apart(measured_apart(items, knowledge), knowledge), knowledge)
        if item[0] != "area" or _may_be_area(item[1], item[3], knowledge)
    ]
    if any(slot == "text" and how != "loose" and value for slot, value, how, _ in items):
        # where goals are labelled, a sentence without a label is not one
        items = [item for item in items if item[0] != "text" or item[2] != "loose"]
    return items


def _title_items(part: Part, knowledge: Knowledge) -> list[Item]:
    """Number and area of a goal that has a heading of its own: "2. Executive functioning"."""
    title = part.title
    if part.kind == "goals" and (numbered := _HEADING.match(title.flat)) is not None:
        area = _AREA_LABEL.sub("", numbered["rest"])
        found: list[Item] = [("number", _found_in(title, numbered["number"]), "title", title)]
        if 2 < len(area) < 80 and not re.search(r"\d|[.:?]|^/", area):
            found.append(("area", _found_in(title, area), "title", title))
        return found
    named = re.match(r"\W*(\d{1,2})[.):]\s+(\S[^.:?]{2,60})$", title.text) if part.kind == "unknown" else None
    if named is not None:
        return [
            ("number", title.cut(*named.span(1)), "title", title),
            ("area", title.cut(*named.span(2)), "title", title),
        ]
    if part.kind == "unknown" and 0 < len(title.flat.split()) <= 6 and knowledge.area(title.flat) is not None:
        return [("area", title, "title", title)]
    return []


def _may_be_area(value: Passage, label: Passage, knowledge: Knowledge) -> bool:
    """Whether a value can name a goal's area: not a box or an answer alone, no question, sentence or remark of the form."""
    words = chosen(value).flat
    return not value or (
        len(words.split()) <= 14
        and not knowledge.yes | knowledge.no >= {squeezed(word) for word in words.split()}
        and not _SAYS_NEED.search(words)
        and not re.search(r"[a-z)]\.\s+[A-Z]", words)
        and bool(re.search(r"[^\W\d_]{2}", words))
        and not words.startswith("(")
        and "?" not in words
        and not re.search(r"(?i)\b(?:require|need)s?\b[^?]*\b(?:devices?|services?)\b", label.flat)
    )


_SAYS_NEED = re.compile(
    r"^[^\W\d_][\w'’]+(?: \w+)? (?:needs|requires|struggles|has difficulty|is working|will|cannot|does not)\b(?= \w+)"
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
    r"(?:goal|meta|objetivo)\s*(?:anual\s*|medible\s*|statement\s*|area\s*)*\**\s*(?:\([^)]{3,60}\)\s*)?(?:n[o.º]*|number|\#|núm\w*)?\s*[.:#]?\s*\#?(?P<number>\d{1,2})\b\s*(?:of\s+\d+)?\s*[-–—:.,)]*\s*(?P<rest>.*)$"
)  # fmt: skip
_NUMBERED = re.compile(
    r"^\W*#?\s*(?P<number>\d{1,2})\s*[.):]?\s*(?:MEASURABLE |ANNUAL |Measurable |Annual )*(?:GOAL|Goal|META|Meta)\b[^\w]*(?P<rest>.*)$"
)


def _without_prompts(value: Passage) -> Passage:
    """A value without the form's printed prompts: "By (date), when given (condition), student will (do what)"."""
    lines = value.lines()
    kept = [
        line
        for line in lines
        if len(_BLANKS.findall(line.text)) < 2 or any(word.entry for word in line.words)
    ]
    return value if len(kept) == len(lines) else Passage.join(kept, "\n")


# a place to fill in: "(condition)", "[skill]", "(do what)"
_BLANKS = re.compile(
    r"(?i)[(\[](?:date|name|student|condition|skill|behaviou?r|do what|baseline|target|tool|criteri(?:a|on)|measure|time ?frame"
    r"|how well|how often|what|when|who|level|setting|number|frequency|fecha|condición|destreza|criterio|meta)"
    r"(?: [a-z]+){0,3}[)\]]"
)


def _items(entries: list[Entry], knowledge: Knowledge) -> list[Item]:
    found: list[Item] = []
    for entry in _areas_whole(entries, knowledge):
        entry = replace(entry, value=_without_prompts(entry.value))
        role = entry.role
        cut = _next_heading(entry, knowledge) if role is not None or entry.label else None
        if role is None and not cut:
            found += _unlabelled(entry, knowledge)
        elif cut is not None:
            before = Entry(role, entry.label, entry.value.cut(0, cut), entry.part, entry.how)
            after = Entry(None, Passage(), entry.value.cut(cut), entry.part, entry.how)
            found += _items([before, after], knowledge)
        elif role is None:
            continue
        elif role == "goal.number":
            found += _number_value(entry, knowledge)
        elif (
            role == "goal.text" and (named := _HEADING.match(entry.label.flat.rstrip(":"))) and named["rest"]
        ):
            found += _unlabelled(entry, knowledge)  # "Annual goal 1 - Reading"
        elif role == "goal.objectives" and (step := STEP.match(entry.label.text)):
            found.append(("objectives", entry.label.cut(step.end()), entry.how, Passage()))
            found += _items([e for e in entries_in(entry.value, knowledge, "goals") if e.role], knowledge)
        elif role == "goal.text":
            found += _goal_value(entry, knowledge)
        elif role == "goal.area":
            found += _area_value(entry, knowledge)
        elif re.match(r"(?i)\W*(?:by|with|para)\s*:", entry.label.text) and not re.search(
            r"\d", entry.value.flat
        ):
            continue  # "By: ______", or the end of a longer label
        elif (
            role == "goal.other"
            and found
            and found[-1][0] == "objectives"
            and _NEXT_ITEM.match(entry.value.text)
        ):
            # "Date of mastery: ____" between two objectives
            found.append(("objectives", entry.value, entry.how, entry.label))
        elif role in ("goal.baseline", "goal.area", "goal.method") and (
            below := _goal_below(entry.value, knowledge)
        ):
            found += _items([Entry(role, entry.label, below[0], entry.part, entry.how)], knowledge)
            found.append(("text", below[1], "told", Passage()))
        elif role == "goal.baseline" and not _BASELINE.search(entry.label.flat):
            found.append(("present", _own_paragraph(entry.value), entry.how, entry.label))
        elif role.startswith("goal."):
            value = entry.value if role == "goal.objectives" else _own_paragraph(entry.value)
            found.append((role[5:], value, entry.how, entry.label))
        else:
            found.append(("other", entry.value, entry.how, entry.label))
    return found


def _goal_below(value: Passage, knowledge: Knowledge) -> tuple[Passage, Passage] | None:
    """A short value and the goal that stands unlabelled on the lines below it."""
    lines = value.lines()
    for number in range(1, min(len(lines), 4)):
        text = Passage.join(lines[number:], "\n")
        if not text.text[:1].isupper() or lines[number - 1].flat.endswith((",", "-")):
            continue
        known = patterns(knowledge)
        if (
            is_goal(text.flat, knowledge)
            and known["criterion"].search(text.flat)
            and not is_goal(Passage.join(lines[:number], "\n").flat, knowledge)
            and (
                known["condition"].match(text.flat)
                or known["timeframe"].match(text.flat)
                or known["will"].search(text.flat[:60])
            )
        ):
            return Passage.join(lines[:number], "\n"), text
    return None


_NEXT_ITEM = re.compile(r"[_\s]*(?:\d{1,2}|[a-z])[.)]\s+\S")
_BASELINE = re.compile(r"(?i)base|start|punto de partida")


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
    if is_goal(entry.value.flat, knowledge):
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
        if number and (named := _NUMBERED_AREA.fullmatch(line)) and knowledge.area(named["area"]):
            return start
        if number and _area_heading(entry.value.cut(start, start + len(line)), knowledge):
            return start
        start += len(line) + 1
    return None


_NUMBERED_AREA = re.compile(r"\W*(?P<number>\d{1,2})[.)]\s+(?P<area>[A-ZÁÉÍÓÚ](?:[^\W\d]|[ /&,-]){2,50})")
_OPENS_GOAL = re.compile(
    r"(?:Annual |Measurable )*(?:Goal|GOAL|Meta|META)\s*#?\d{1,2}\s*(?:[.:–-]|,(?= [A-Z])|\([^)]+\)|$)"
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


def _area_over_goal(line: Passage, below: list[Passage], knowledge: Knowledge) -> bool:
    """Whether a line of its own names an area over the sentence of a goal, though nothing sets it apart."""
    return (
        len(line.flat.split()) <= 4
        and line.text[:1].isupper()
        and not re.search(r"[.:;?,]|\d|[☐☒\t]", line.text)
        and knowledge.area(line.flat) is not None
        and bool(below)
        and below[0].text[:1].isupper()
        and len(below[0].flat.split()) > 6
        and is_goal(Passage.join(below, "\n").flat, knowledge)
    )


def _strip_lead(passage: Passage) -> Passage:
    lead = re.match(r"^[\s\-–—:.)]+", passage.text)
    return passage.cut(lead.end()) if lead else passage


def _goal_value(entry: Entry, knowledge: Knowledge) -> list[Item]:
    value = entry.value
    numbered = re.match(r"\W*#?(\d{1,2})\s*(?:[.):\n-]|$)", value.text)
    found: list[Item] = []
    if numbered and (len(value.flat) < 4 or not is_goal(value.flat[:12], knowledge)):
        found.append(("number", value.cut(numbered.start(1), numbered.end(1)), entry.how, entry.label))
        value = value.cut(numbered.end())
    if value:
        lines = value.lines()
        if (
            len(lines) > 1
            and len(lines[0].flat) <= 80
            and not is_goal(lines[0].flat, knowledge)
            and not re.search(r"[.,;]$", lines[0].flat)
        ):
            rest = value.cut(len(lines[0].text) + value.text.find(lines[0].text))
            if (
                is_goal(rest.flat, knowledge)
                and rest.text[:1].isupper()
                and len(lines[0].flat.split()) <= 9
                and not re.match(r"(?i)(?:by|given|when|within|during|after|para|dad[oa]s?)\b", lines[0].flat)
            ):
                found.append(("area", lines[0], entry.how, entry.label))
                value = rest
        if is_goal(value.flat, knowledge):
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
    if not heads or not is_goal(Passage.join(lines[: heads[0][0]], "\n").flat, knowledge):
        return value, []
    ends = [n for n, _ in heads[1:]] + [len(lines)]
    listed: list[Item] = [
        (slot, Passage.join(lines[n + 1 : end], "\n"), "told", lines[n])
        for (n, slot), end in zip(heads, ends, strict=True)
    ]
    return Passage.join(lines[: heads[0][0]], "\n"), listed


def _area_or_text(value: Passage, knowledge: Knowledge, entry: Entry) -> list[Item]:
    if is_goal(value.flat, knowledge):
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
        over = entry.label.lines()
        if (
            len(over) > 1
            and (named := _HEADING.match(over[0].text))
            and named["rest"]
            and ":" in over[0].text
        ):
            # a goal's heading, and the label on the line under it
            below = Entry(None, Passage.join(over[1:], " "), entry.value, entry.part, entry.how)
            return [
                ("number", _found_in(over[0], named["number"]), entry.how, over[0]),
                ("area", _found_in(over[0], named["rest"]), entry.how, over[0]),
                *_items([below], knowledge),
            ]
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
            if (
                (told := _AREA_TOLD.match(rest))
                and len(entry.value.lines()) == 1
                and len(entry.value.flat) <= 60
                and not is_goal(entry.value.flat, knowledge)
            ):  # "Goal 2 - Area: Functional math: Money"
                whole = Passage.join([_found_in(entry.label, told[1].rstrip(": ")), entry.value], ": ")
                return [*found, ("area", whole, entry.how, entry.label)]
            if (
                TICKED in rest
                and len(entry.value.lines()) == 1
                and len(entry.value.flat.split()) <= 6
                and knowledge.area(entry.value.flat) is not None
                and not is_goal(entry.value.flat, knowledge)
            ):  # "Goal 2 ☒ Academic: Reading"
                kind = _found_in(entry.label, rest.replace(TICKED, "").strip(" :"))
                whole = Passage.join([kind, entry.value], ": ")
                return [*found, ("area", whole, entry.how, entry.label)]
            if entry.value:
                if named := re.match(
                    r"(?i)(?:goal )?(?:area|domain|área)(?: of need)?\s*[:–-]\s*(?=\S)", entry.value.text
                ):
                    own_area = Entry(
                        "goal.area", entry.label, entry.value.cut(named.end()), entry.part, entry.how
                    )
                    return [*found, *_items([own_area], knowledge)]
                if rest and knowledge.label(rest.split("-")[-1]) == "goal.area":
                    return [
                        *found,
                        *_items(
                            [Entry("goal.area", entry.label, entry.value, entry.part, entry.how)], knowledge
                        ),
                    ]
                if rest and len(rest) <= 80 and is_goal(entry.value.flat, knowledge):
                    found.append(("area", _found_in(entry.label, rest), entry.how, entry.label))
                found += _goal_value(
                    Entry("goal.text", entry.label, entry.value, entry.part, entry.how), knowledge
                )
            return found
        slot = knowledge.goal_slot(entry.label.flat)
        lines = entry.value.lines()
        when = patterns(knowledge)["timeframe"].match(entry.value.flat)
        if (
            slot is None
            and when
            and when.end() >= len(entry.value.flat.rstrip(" ."))
            and len(entry.label.flat) < 40
        ):
            return [("timeframe", entry.value, entry.how, entry.label)]
        if slot == "area" and lines and re.search(f"[{TICKED}{EMPTY}]", lines[0].text):
            rest = Entry(None, Passage(), Passage.join(lines[1:], "\n"), entry.part, entry.how)
            return [("area", lines[0], entry.how, entry.label), *_unlabelled(rest, knowledge)]
        named_goal = bool(re.search(r"(?i)\bgoals?\b|\bmetas?\b", entry.label.flat))
        if slot in ("criterion", "method", "area") and named_goal and is_goal(entry.value.flat, knowledge):
            slot = "text"  # "Goal and level of attainment"
        if slot == "text" or (
            slot is None and is_goal(entry.value.flat, knowledge) and len(entry.label.flat) > 60
        ):
            return _goal_value(Entry("goal.text", entry.label, entry.value, entry.part, entry.how), knowledge)
        if slot is not None and not (slot == "area" and is_goal(entry.value.flat, knowledge)):
            return _items([Entry(f"goal.{slot}", entry.label, entry.value, entry.part, entry.how)], knowledge)
        if _named_area(entry, knowledge):
            return [("area", Passage.join([entry.label, entry.value], " "), entry.how, entry.label)]
        if _ASKS_WHAT.match(entry.label.flat) and is_goal(entry.value.flat, knowledge):
            return _goal_value(Entry("goal.text", entry.label, entry.value, entry.part, entry.how), knowledge)
        if _next_heading(entry, knowledge) is None and _SAYS.search(entry.label.flat):
            return [("other", entry.value, entry.how, entry.label)]  # "We will check by:"
        if is_goal(entry.value.flat, knowledge) and len(entry.label.flat) < 60:
            return [
                ("area", entry.label.cut(0, len(entry.label.text.rstrip(": "))), entry.how, entry.label),
                ("text", entry.value, entry.how, entry.label),
            ]
        return [("other", entry.value, entry.how, entry.label)]
    found = []
    sentence: list[Passage] = []
    under: tuple[str, Passage, list[Passage]] | None = None  # slot, its heading, the lines under it
    area_next = False  # "Goal 1 area", the area on the line below
    lines = entry.value.lines()
    for place, line in enumerate(lines):
        if area_next:
            found.append(("area", line, entry.how, line))
            area_next = False
            continue
        slot = _heads_list(line, knowledge)
        if slot != "objectives" and not (found or sentence):
            slot = None
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
        if (
            (named := _NUMBERED_AREA.fullmatch(line.text))
            and knowledge.area(named["area"])
            and (not sentence or sentence[-1].flat.endswith("."))
        ):
            found += _sentence(sentence, knowledge, entry)
            sentence = []
            found.append(("number", line.cut(*named.span("number")), entry.how, line))
            found.append(("area", line.cut(*named.span("area")), entry.how, line))
            continue
        over_goal = (not sentence or sentence[-1].flat.endswith(".")) and _area_over_goal(
            line, lines[place + 1 : place + 3], knowledge
        )
        if over_goal or _area_heading(line, knowledge):
            found += _sentence(sentence, knowledge, entry)
            sentence = []
            found.append(("area", line, "loose" if over_goal else entry.how, line))
            continue
        if (
            sentence
            and sentence[-1].flat.endswith(".")
            and (item := re.match(r"^\W*(\d{1,2})[.)]\s+(?=[A-Z])", line.text))
        ):
            found += _sentence(sentence, knowledge, entry)
            sentence = []
            if is_goal(line.flat, knowledge):
                found.append(("number", line.cut(*item.span(1)), entry.how, line))
        heading = _HEADING.match(line.text) or _NUMBERED.match(line.text)
        if (
            heading
            and not (sentence and not sentence[-1].flat.endswith((".", ":", "!")))
            and (
                len(line.flat) < 110
                or _AREA_THEN_TEXT.match(heading["rest"])
                or _AREA_ASIDE.match(line.text[line.text.find("(") :])
            )
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
            if rest and (both := _AREA_ASIDE.match(rest.text)):
                found.append(("area", rest.cut(*both.span("area")), entry.how, line))
                sentence.append(rest.cut(both.end()))
                continue
            if rest and (inner := re.fullmatch(r"\(([^()]{3,70})\)", rest.text)):
                if inner[1][0].islower():
                    continue  # "(including how progress will be measured)"
                rest = rest.cut(*inner.span(1))
            rest = chosen(rest)
            if rest:
                area = re.match(r"(?i)(?:area(?: of need)?|domain|área|dominio)\s*[:\-–]\s*(.+)", rest.text)
                if area:
                    found.append(("area", rest.cut(area.start(1)), entry.how, line))
                elif is_goal(rest.flat, knowledge) or rest.flat.split()[0].lower() in (
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


_AREA_LABEL = re.compile(r"(?i)^(?:goal )?(?:area|domain|área|dominio)(?: of need)?\s*[:–-]\s*")
_AREA_TOLD = re.compile(r"(?i)(?:goal )?(?:area|domain|área)(?: of need)?\s*[:–-]\s*([^\W\d_].+)")


def _areas_whole(entries: list[Entry], knowledge: Knowledge) -> list[Entry]:
    """The entries, an area that has a colon of its own ("Area: Independent living: Travel") in one of them."""
    found: list[Entry] = []
    for entry in entries:
        before = found[-1] if found else None
        if (
            before is not None
            and not (entry.role or "").startswith("goal.")
            and entry.label
            and not before.value
            and re.search(r"(?i)\b(?:area|domain|área)(?: of need)?\s*:\s*$", before.label.text)
            and 0 < len(entry.value.flat) <= 60
            and len(entry.value.lines()) == 1
            and abs(entry.label.words[0].middle - before.label.words[-1].middle) < 2
            and (entry.role is not None or knowledge.area(entry.label.flat.rstrip(": ")) is not None)
        ):
            whole = Passage.join([entry.label, entry.value], " ")
            found[-1] = replace(before, value=whole)
        else:
            found.append(entry)
    return found


def _heads_list(line: Passage, knowledge: Knowledge) -> str | None:
    """The slot that a line of its own names within a goal: "Short-term objectives or benchmarks"."""
    if len(line.flat.split()) > 7 or not line.text[:1].isupper() or re.search(r"[.;,:?%]\s*$|\d", line.flat):
        return None
    slot = knowledge.goal_slot(line.flat)
    return slot if slot in ("objectives", "method", "baseline", "criterion", "schedule") else None


_ASKS_WHAT = re.compile(r"(?i)\W*what will (?:\w+ ){1,3}(?:do|be able to do|accomplish|achieve|learn)\b")
_AREA_ASIDE = re.compile(r"\((?P<area>[A-ZÁÉÍÓÚ][^():]{2,60})\)\s*[.:–—-]?\s+(?=[A-ZÁÉÍÓÚ].{11})")
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


def _typed_alone(lines: list[Passage], knowledge: Knowledge) -> list[Passage]:
    """The lines typed into a field without the printed lines over them, where the typed ones are a goal."""
    begin = next((n for n, line in enumerate(lines) if all(word.entry for word in line.words)), 0)
    if not begin or any(word.entry for line in lines[:begin] for word in line.words):
        return lines
    return lines[begin:] if is_goal(Passage.join(lines[begin:], "\n").flat, knowledge) else lines


def _sentence(lines: list[Passage], knowledge: Knowledge, entry: Entry) -> list[Item]:
    lines = _typed_alone(lines, knowledge)
    if not lines:
        return []
    passage = Passage.join(lines, "\n")
    if not is_goal(passage.flat, knowledge):
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


def _at_objectives(unit: Passage | Table, knowledge: Knowledge) -> list[Passage | Table]:
    """A unit, or a goal's table cut before the row that heads its objectives."""
    if not isinstance(unit, Table) or len(unit.rows) < 3 or table_kind(unit, knowledge) is not None:
        return [unit]
    for number, row in enumerate(unit.rows[1:-1], start=1):
        head = [cell.text for cell in row if cell.text]
        if len(head) < 2 or any(
            len(text.flat) > 70 or re.search(r"\d|:\s*\S|[☐☒]", text.flat) for text in head
        ):
            continue
        slots = [knowledge.column("goals", text.text) or knowledge.goal_slot(text.flat) for text in head]
        if slots[0] == "objectives" and {"method", "criterion", "schedule", "other"} & set(slots[1:]):
            end = next(
                (n for n in range(number + 1, len(unit.rows)) if len(unit.rows[n]) == 1), len(unit.rows)
            )
            pieces = [unit.rows[:number], unit.rows[number:end], unit.rows[end:]]
            return [Table(rows, unit.edges, unit.ruled) for rows in pieces if rows]
    return [unit]


_NAMES_GOAL = re.compile(
    r"(?i)\W*(?:measurable )?(?:annual )?(?:goal|meta)(?: anual)?\s*(?:#?\s*\d{1,2}\b|:)"
)


def _objective_table(table: Table, knowledge: Knowledge) -> list[Item] | None:
    if len(table.rows) < 2:
        return None
    roles = {cell.column: knowledge.column("goals", cell.text.text) for cell in table.rows[0]}
    for cell in table.rows[0]:
        if roles[cell.column] is None:
            roles[cell.column] = knowledge.goal_slot(cell.text.flat)
    column = next((c for c, role in roles.items() if role == "objectives"), None)
    if column is None or "text" in roles.values():
        return None
    if len(table.rows[0]) == 1 and any(_NAMES_GOAL.match(cell.text.text) for cell in table.cells()):
        return None  # the heading of the goals with their objectives
    method = next((c for c, role in roles.items() if role == "method"), None)
    found: list[Item] = []
    for row in table.rows[1:]:
        for cell in row:
            if cell.text and cell.column in (column, method):
                slot = "objectives" if cell.column == column else "method"
                found.append((slot, cell.text, "column", Passage()))
    method_of = [item for item in found if item[0] == "method"]
    found = [item for item in found if item[0] == "objectives"] + method_of[:1]
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
            or (len(row) < len(head) and not is_goal(goal.text.flat, knowledge))
        ):
            for cell in row:
                found += _items(entries_in(cell.text, knowledge, "goals"), knowledge)
            continue
        if _heads_again(row, goal, head, knowledge):
            head |= {cell.column: cell.text for cell in row}
            continue
        if all(knowledge.is_column(cell.text.text) for cell in row if cell.text) or same_row(
            table.rows[depth - 1], row
        ):
            continue
        if not is_goal(goal.text.flat, knowledge) and (
            len(goal.text.flat.split()) < 4 or re.match(r"(?i)\W*progress\b", goal.text.flat)
        ):
            continue
        if step := _OBJECTIVE.match(goal.text.text) or (
            _LETTER.match(goal.text.text) if any(item[0] == "text" for item in found) else None
        ):
            found.append(("objectives", goal.text.cut(step.end()), "column", Passage()))
            continue
        title = head.get(goal.column, Passage())
        found.append(("open", Passage(), "column", title))
        own = title.lines()[0] if title and len(title.lines()) > 1 else title
        if named := _HEADING.match(own.flat.rstrip(":")):
            found.append(("number", _found_in(own, named["number"]), "column", title))
            if named["rest"]:
                found.append(("area", _found_in(own, named["rest"]), "column", title))
        for cell in row:  # a column headed "Goal" that holds the number and the area alone
            if (
                cell is not goal
                and roles.get(cell.column) == "text"
                and (named := _NUMBER_AREA.match(cell.text.text))
            ):
                found.append(("number", cell.text.cut(*named.span(1)), "column", title))
                if named[2]:
                    found.append(("area", cell.text.cut(*named.span(2)), "column", title))
        steps = [cell for cell in row if roles.get(cell.column) == "objectives" and cell.text]
        if len(steps) > 1:  # a column for each
            found += [("objectives", cell.text, "column", Passage()) for cell in steps]
            texts.pop("objectives")
        for role, cell in texts.items():
            if role in ("baseline", "area") and (labelled := _labelled_inside(cell.text, knowledge)):
                found += labelled
            elif role not in ("text", "other", "report") and cell.text:
                found.append((role, cell.text, "column", head.get(cell.column, Passage())))
        found += _goal_cell(goal.text, head.get(goal.column, Passage()), knowledge)
    return found


def _heads_again(row: list[Cell], goal: Cell, head: dict[int, Passage], knowledge: Knowledge) -> bool:
    """Whether a row is the heading of the next goal: its number over the column's name, beside the other headings again."""
    lines = goal.text.lines()
    return (
        len(lines) > 1
        and _HEADING.match(lines[0].flat) is not None
        and knowledge.column_by_word("goals", Passage.join(lines[1:], " ").flat) == "text"
        and all(
            cell.text.flat == head.get(cell.column, goal.text).flat
            for cell in row
            if cell.text and cell is not goal
        )
    )


def _labelled_inside(text: Passage, knowledge: Knowledge) -> list[Item]:
    """Area, baseline and the like of a cell that has a label of its own for each: "Need: Reading … Baseline: 4 of 10"."""
    entries = entries_in(text, knowledge, "goals", "row")
    slots = [
        entry.role or f"goal.{knowledge.goal_slot(entry.label.flat)}" for entry in entries if entry.label
    ]
    if not {"goal.baseline", "goal.area"} <= set(slots):
        return []
    return [
        item
        for item in _items([entry for entry in entries if entry.label], knowledge)
        if item[0] in ("area", "baseline", "present", "method", "criterion")
    ]


_NUMBER_AREA = re.compile(r"\W*(?:goal\s*)?#?(\d{1,2})\b[\s.:)–-]*([^.?]{0,90})$", re.I)
_LETTER = re.compile(r"\W{0,2}[a-h][.)]\s+(?=[A-ZÁÉÍÓÚ])")
_OBJECTIVE = re.compile(
    r"(?i)^\W*(?:\d{1,2}\.\d{1,2}\.?|sti?o\b\s*\#?\d*[a-z]?\b|(?:short[- ]term )?(?:objective|benchmark|objetivo)s?\s*\#?\d*[a-z]?\b)\s*[.):-]*\s*"
)


# an area on a line of its own over its goal
_OWN_LINE = re.compile(
    r"([A-ZÁÉÍÓÚ][\w&/():'’ –-]{2,70})\n(?=[A-ZÁÉÍÓÚ])(?=(?:by|given|when|with|in|on|at|after|during|using|within|para|dad|cuando|[^\W\d_]+ will)\b)",
    re.I,
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
    area = _OWN_LINE.match(text.text) if number else None
    if area is None or is_goal(area[1], knowledge):
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


__all__ = ["judge", "parts_of_words", "read_goals"]
