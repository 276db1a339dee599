"""Search over everything: each app says how to find its own rows, always through `visible_to`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Hit:
    title: str
    text: str
    url: str
    icon: str


@dataclass(frozen=True)
class Found:
    """What one kind of thing gave: the first rows, and how many there are in all that this person may see."""

    label: Any
    hits: list[Hit]
    count: int


# (words, user, limit) -> (first rows, how many in all)
Finder = Callable[[str, Any, int], tuple[list[Hit], int]]


@dataclass(frozen=True)
class _Source:
    label: Any
    order: int
    can: Any
    find: Finder


_sources: dict[str, _Source] = {}


def register(kind: str, *, label: Any, order: int, can: Any, find: Finder) -> None:
    """Adds a kind of thing to the search; the same kind again replaces it."""
    _sources[kind] = _Source(label, order, can, find)


def find(words: str, user: Any, *, limit: int) -> list[Found]:
    """What every source gives, in order, without the empty ones."""
    words = " ".join(words.split())[:100]
    if not words:
        return []
    found = []
    for source in sorted(_sources.values(), key=lambda source: source.order):
        if user.can(source.can):
            hits, count = source.find(words, user, limit)
            if count:
                found.append(Found(source.label, hits, count))
    return found
