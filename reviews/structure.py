"""The reader's JSON back as a :class:`reader.Reading`, and values set right by a person."""

from __future__ import annotations

import copy
import re
import types
from collections.abc import Set
from dataclasses import is_dataclass
from datetime import date
from typing import Any, Union, get_args, get_origin, get_type_hints

from reader import Reading
from reader.amounts import WEEKS, amount_of
from reader.defects import find_defects
from reader.goals import judge, parts_of_words
from reader.knowledge import everything
from reader.layout import Place
from reader.reading import Goal, PageInfo, Service, Value

Data = dict[str, Any]
TOKEN = re.compile(r"([a-z_]+)|\[(\d+)\]")


def reading_of(data: dict[str, Any]) -> Reading:
    """A reading as good for comparing as the one the JSON came from.

    Raises ValueError for JSON that is no reading.
    """
    anchors = data.get("anchors") or {}
    hints = get_type_hints(Reading)
    skipped = {"pages", "defects", "remarks", "unread", "text", "pictured", "format"}
    try:
        found = {
            name: _built(kind, data[name], name, anchors)
            for name, kind in hints.items()
            if name not in skipped and data.get(name) is not None
        }
        pages = [PageInfo(p["number"], p["width"], p["height"], p["source"]) for p in data["page_sizes"]]
        reading = Reading(format=str(data["format"]), pages=pages, **found)
        if reading.document_kind.value is None:
            raise ValueError("no kind")
    except (KeyError, TypeError, AttributeError, IndexError) as problem:
        raise ValueError("this is no reading") from problem
    return reading


def _built(kind: Any, item: Any, path: str, anchors: dict[str, Any]) -> Any:
    origin = get_origin(kind)
    if item is None:
        return None
    if origin in (Union, types.UnionType):
        return _built(next(arg for arg in get_args(kind) if arg is not type(None)), item, path, anchors)
    if origin is Value:
        at = anchors.get(path) or {}
        places = tuple(Place(place["page"], tuple(place["box"])) for place in at.get("places", ()))
        return Value(item, at.get("words", ""), places, at.get("confidence", 0.5), at.get("how", "inferred"))
    if origin is list:
        return [_built(get_args(kind)[0], part, f"{path}[{i}]", anchors) for i, part in enumerate(item)]
    if origin is dict:
        return {key: _built(get_args(kind)[1], part, f"{path}.{key}", anchors) for key, part in item.items()}
    if is_dataclass(kind) and isinstance(kind, type):
        return kind(**{
            name: _built(hint, item[name], f"{path}.{name}", anchors)
            for name, hint in get_type_hints(kind).items()
            if item.get(name) is not None
        })  # fmt: skip
    return item


def steps(path: str) -> list[str | int]:
    """`goals[2].text` as `["goals", 2, "text"]`."""
    return [name or int(index) for name, index in TOKEN.findall(path)]


def at(data: dict[str, Any], path: str) -> Any:
    """The value at a path, or None."""
    here: Any = data
    for step in steps(path):
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            return None
    return here


def corrected(data: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """A copy with these values, each marked as told by a person. Raises KeyError for a path that is not there."""
    made = copy.deepcopy(data)
    for path, value in changes.items():
        *before, last = steps(path)
        here: Any = made
        for step in before:
            try:
                here = here[step]
            except (IndexError, TypeError):
                raise KeyError(path) from None
        here[last] = value
        if isinstance(value, list):
            _anchor_list(made, path, before=at(data, path) or [])
            continue
        anchor = made["anchors"].get(path) or {"page": None, "box": None, "places": [], "words": ""}
        if value is None:
            made["anchors"].pop(path, None)
        else:
            made["anchors"][path] = {**anchor, "confidence": 1.0, "how": "person"}
    return made


def _anchor_list(made: Data, path: str, *, before: list[Any]) -> None:
    """Texts that stayed keep their place, others are what a person told."""
    known = {str(text): made["anchors"].pop(f"{path}[{i}]", None) for i, text in enumerate(before)}
    for index, text in enumerate(at(made, path)):
        made["anchors"][f"{path}[{index}]"] = known.get(str(text)) or _told()


SLOTS = {"goals": Goal, "services": Service}
PARTS = ("condition", "behavior", "criterion", "timeframe", "measurement")


def empty(slot: str) -> Data:
    """A goal or service of which nothing is known. Raises KeyError for another slot."""
    return {
        name: [] if get_origin(hint) is list else None for name, hint in get_type_hints(SLOTS[slot]).items()
    }


def with_item(data: Data, slot: str, item: Data) -> tuple[Data, str]:
    """A copy with one more goal or service at the end, told by a person; and its path."""
    made = copy.deepcopy(data)
    made[slot].append({**empty(slot), **item})
    path = f"{slot}[{len(made[slot]) - 1}]"
    for name, value in item.items():
        if value not in (None, "", []):
            made["anchors"][f"{path}.{name}"] = _told()
    return made, path


def without(data: Data, path: str) -> Data:
    """A copy without this goal or service; those behind it move up. Raises KeyError when it is not there."""
    slot, index = _item(data, path)
    made = copy.deepcopy(data)
    del made[slot][index]
    made["anchors"] = {
        moved: anchor
        for old, anchor in made["anchors"].items()
        if (moved := after_removal(old, path)) is not None
    }
    return made


def after_removal(path: str, removed: str) -> str | None:
    """Where a path leads once the item at `removed` is gone; None for what was within it."""
    slot, index = removed[:-1].split("[")
    found = re.match(rf"{slot}\[(\d+)\]", path)
    if found is None or int(found[1]) < int(index):
        return path
    if int(found[1]) == int(index):
        return None
    return f"{slot}[{int(found[1]) - 1}]{path[found.end() :]}"


def _item(data: Data, path: str) -> tuple[str, int]:
    found = re.fullmatch(r"(goals|services)\[(\d+)\]", path)
    if found is None or int(found[2]) >= len(data[found[1]]):
        raise KeyError(path)
    return found[1], int(found[2])


def _told(place: Data | None = None, words: str = "") -> Data:
    """The anchor of what a person said, and where that person saw it."""
    places = [place] if place else []
    first = place or {"page": None, "box": None}
    return {"page": first["page"], "box": first["box"], "places": places, "words": words, "confidence": 1.0, "how": "person"}  # fmt: skip


def placed_by_hand(data: Data, places_of: dict[str, Data]) -> Data:
    """A copy in which these values (path → `{"page": n, "box": […]}`) stand where a person drew a box."""
    made = copy.deepcopy(data)
    for path, place in places_of.items():
        value = at(made, path)
        if value not in (None, "", []):
            made["anchors"][path] = _told(place, value if isinstance(value, str) else "")
    return made


def completed(slot: str, item: Data, changed: Set[str]) -> Data:
    """A goal or service with what follows from the values that a person changed.

    A new text of a goal is taken apart; the person's own parts stand. Minutes a week follow from minutes,
    sessions and period, and all of them from the words of the amount.
    """
    made = dict(item)
    if slot == "goals" and "text" in changed and made.get("text"):
        found = parts_of_words(str(made["text"]), everything())
        for name in PARTS:
            old = made.get(name)
            stale = isinstance(old, str) and " ".join(old.split()) not in " ".join(str(made["text"]).split())
            if name not in changed and name in found and (not old or stale):
                made[name] = found[name]
    if slot == "services" and "minutes_per_week" not in changed:
        if "as_written" in changed and not changed & {"minutes", "sessions", "per"}:
            amount = amount_of(str(made.get("as_written") or ""))
            made |= {"minutes": amount.minutes, "per": amount.per, "sessions": amount.sessions, "minutes_per_week": amount.per_week}  # fmt: skip
        elif changed & {"minutes", "sessions", "per"}:
            minutes, weeks = made.get("minutes"), WEEKS.get(str(made.get("per") or ""))
            made["minutes_per_week"] = (
                round(minutes * (made.get("sessions") or 1) / weeks, 2)
                if minutes is not None and weeks
                else None
            )
    return made


def rechecked(data: Data) -> Data:
    """A copy whose defects, and what each goal lacks, follow from the values as they are now."""
    reading = reading_of(data)
    for goal in reading.goals:
        judge(goal)
    reports = reading.progress_reporting
    if reports.frequency is not None:
        reports.present = Value(
            True, reports.frequency.words, reports.frequency.places, reports.frequency.confidence
        )
    reading.defects, reading.remarks = find_defects(reading, everything())
    fresh = reading.as_json()
    made = copy.deepcopy(data)
    made |= {slot: fresh[slot] for slot in ("defects", "remarks", "progress_reporting")}
    for goal, judged in zip(made["goals"], fresh["goals"], strict=True):
        goal["is_measurable"], goal["missing_parts"] = judged["is_measurable"], judged["missing_parts"]
    return made


def places(data: dict[str, Any], *paths: str) -> list[dict[str, Any]]:
    """Where the first of these paths that stands on a page was read."""
    for path in paths:
        found: list[dict[str, Any]] = (data["anchors"].get(path) or {}).get("places") or []
        if found:
            return found
    return []


def words(data: dict[str, Any], *paths: str) -> str:
    """The printed words of the first of these paths that has some."""
    for path in paths:
        found = (data["anchors"].get(path) or {}).get("words")
        if found:
            return " ".join(str(found).split())
    return ""


def day(value: Any) -> date | None:
    """An ISO day, or None."""
    try:
        return date.fromisoformat(value) if value else None
    except (TypeError, ValueError):
        return None
