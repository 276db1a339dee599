"""The reader's JSON back as a :class:`reader.Reading`, and values set right by a person."""

from __future__ import annotations

import copy
import re
import types
from dataclasses import is_dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints

from reader import Reading
from reader.layout import Place
from reader.reading import PageInfo, Value

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
        anchor = made["anchors"].get(path) or {"page": None, "box": None, "places": [], "words": ""}
        if value is None:
            made["anchors"].pop(path, None)
        else:
            made["anchors"][path] = {**anchor, "confidence": 1.0, "how": "person"}
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
