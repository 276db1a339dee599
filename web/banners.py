"""Lines above the pages of staff. An app registers a function in `ready()`; it answers a line for this request, or None.

A line has `kind` (a status), `title`, `text`, `url` and `act`, the words of the link.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

_sources: list[Callable[[HttpRequest], Any]] = []


def register(source: Callable[[HttpRequest], Any]) -> None:
    if source not in _sources:
        _sources.append(source)


def lines(request: HttpRequest | None) -> list[Any]:
    if request is None:
        return []
    return [line for source in _sources if (line := source(request)) is not None]
