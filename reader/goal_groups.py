"""What belongs to one goal: items in the order of the page, gathered into goals."""

from __future__ import annotations

import re

from reader.goal_parts import Draft, Item
from reader.knowledge import squeezed
from reader.layout import Passage


def grouped(items: list[Item]) -> list[Draft]:
    """Group items into goals. What stands before a goal's text in the first goal opens each later one."""
    openers: set[str] = set()
    before = [slot for slot, value, _, _ in items if value]
    area_opens = "area" not in before or "text" not in before or before.index("area") < before.index("text")
    for slot, value, _, _ in items:
        if slot == "text" and value:
            break
        if slot in ("number", "area", "baseline", "present", "open", "method", "criterion", "timeframe"):
            openers.add(slot)
    drafts: list[Draft] = []
    current: Draft | None = None
    area_label = ""  # the label of the area given last
    for slot, value, how, label in items:
        if slot in ("other", "schedule_other"):
            continue
        starts = (
            current is None
            or ((slot in openers or slot in ("open", "number")) and "text" in current.slots)
            or (slot == "text" and "text" in current.slots)
            or (slot == "area" and "text" in current.slots and (area_opens or "area" in current.slots))
            or (slot == "number" and "number" in current.slots)
            or (slot == "area" and bool(label) and label.flat == area_label and "text" not in current.slots)
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
        if slot in ("area", "text", "open"):
            area_label = label.flat if slot == "area" else ""
    for slot in _told_twice(items):
        for draft in drafts:
            if slot in draft.how:
                draft.how[slot] = "told"
    for draft in drafts:
        _compose(draft)
        if (present := draft.slots.pop("present", None)) is not None:
            draft.put("baseline", present, draft.how["present"])
    return drafts


def _told_twice(items: list[Item]) -> list[str]:
    """The slots that labels of two wordings name, oftener than there are goals: one of them may be something else."""
    goals = sum(slot == "text" and bool(value) for slot, value, _, _ in items)
    found = []
    for wanted in ("method", "baseline", "criterion"):
        labels = [
            squeezed(label.flat) for slot, value, _, label in items if slot == wanted and value and label
        ]
        if len(labels) > goals and len(set(labels)) > 1:
            found.append(wanted)
    return found


def _compose(draft: Draft) -> None:
    """Make a goal's text of its parts, where a form has a box for each and none for the whole."""
    parts = [slot for slot in draft.slots if slot in ("timeframe", "condition", "behavior", "criterion")]
    if "text" in draft.slots or not {"behavior", "criterion"} <= set(parts):
        return
    behavior = draft.slots["behavior"].flat
    if len(behavior.split()) < 3 or re.search(r"[☐☒]", behavior):
        return
    draft.put("text", Passage.join((draft.slots[slot] for slot in parts), " "), "loose")


def _listed(value: Passage) -> list[Passage]:
    """The items of a list: (1) … (2) …, bullets, or lines."""
    marks = [
        m
        for m in re.finditer(
            r"(?:^|(?<=\s))(?:\(\d{1,2}\)|\d{1,2}[.)](?:\d\.?)?|[•·▪‣●○-])\s+|(?:^|(?<=\n))[a-h][.)]\s+",
            value.text,
        )
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
