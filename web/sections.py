"""Parts that apps above add to a page of an app below: a student's page shows their cases without knowing them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString


@dataclass(frozen=True)
class _Section:
    order: int
    can: Any
    template: str
    context: Callable[[Any, Any], dict[str, Any]]


_sections: dict[str, dict[str, _Section]] = {}


def register(page: str, *, template: str, order: int, can: Any, context: Callable[[Any, Any], dict[str, Any]]) -> None:  # fmt: skip
    """Adds a section to a page. `context(request, thing)` gives what its template shows."""
    _sections.setdefault(page, {})[template] = _Section(order, can, template, context)


def render(page: str, request: Any, thing: Any) -> list[SafeString]:
    """The sections of a page about one thing, in order, for somebody who may see them."""
    return [
        render_to_string(section.template, section.context(request, thing), request=request)
        for section in sorted(_sections.get(page, {}).values(), key=lambda section: section.order)
        if request.user.can(section.can)
    ]
