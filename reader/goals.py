"""Annual goals: found by labels, columns and wording, and gathered with what belongs to each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from reader.choices import chosen
from reader.entries import entries_of
from reader.goal_groups import grouped
from reader.goal_items import AREA_LABEL, HEADING, found_in, items_of
from reader.goal_parts import Draft, Item, goal_of, is_goal, judge, parts_of_words
from reader.goal_rows import at_objectives, objective_table, rows_of_goals
from reader.goal_sentences import (
    POSTSECONDARY,
    lined,
    measured_apart,
    measured_sentences,
    now_apart,
    steps_apart,
)
from reader.knowledge import Knowledge, squeezed
from reader.labels import entries_in
from reader.layout import Passage, Table
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
    over: list[Draft] = []  # goals of parts that have no area of their own, under an area given before
    for part in parts:
        if part.kind in ("goals", "progress") or (
            part.kind not in ("attachment", "notes", "evaluation", "notice") and _has_goals(part, knowledge)
        ):
            items = [*opening, *_gather(part, knowledge)]
            heads = heads or bool(opening)
            kept, opening = _apart(items, heads=heads)
            more = grouped(kept)
            if heads and drafts and len(more) == 1 and not {"area", "number"} & set(more[0].slots):
                over.append(more[0])
            _join(drafts, more)
    _join(drafts, grouped(opening))
    for before, draft in pairwise(drafts):
        if any(draft is one for one in over) and "area" in before.slots:
            draft.put("area", before.slots["area"], "told")
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
                items += items_of([entry], knowledge)
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
    units = (piece for unit in part.units() for piece in at_objectives(unit, knowledge))
    for unit in units:
        if isinstance(unit, Table):
            kind = table_kind(unit, knowledge)
            if kind and kind[0] == "goals" and _of_before(unit, kind[1], kind[2]):
                continue
            if kind and kind[0] == "goals":
                items += rows_of_goals(unit, kind[1], kind[2], knowledge)
                continue
            objectives = objective_table(unit, knowledge)
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
        items += items_of(entries, knowledge)
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
    if part.kind == "goals" and (numbered := HEADING.match(title.flat)) is not None:
        area = AREA_LABEL.sub("", numbered["rest"])
        found: list[Item] = [("number", found_in(title, numbered["number"]), "title", title)]
        if 2 < len(area) < 80 and not re.search(r"\d|[.:?]|^/", area):
            found.append(("area", found_in(title, area), "title", title))
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


def _of_before(table: Table, roles: dict[int, str], depth: int) -> bool:
    """Whether a table lists the goals of an earlier IEP, by the heading of their column."""
    return any(
        roles.get(cell.column) == "text"
        and re.search(r"(?i)\b(?:prior|previous|last year|former|anterior(?:es)?)\b", cell.text.flat)
        for row in table.rows[:depth]
        for cell in row
    )


__all__ = ["judge", "parts_of_words", "read_goals"]
