"""The menus. An app registers its items in `ready()`; a page asks for the menu of an area.

Areas: `staff` (side of the workspace), `new` (the New menu), `account` (under the person's name), `settings`
(the page of all settings), `family`, and `student` (the tabs of a student's pages, whose addresses take the student's id).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

Label = Any  # a string or a lazily translated one


@dataclass(frozen=True, kw_only=True)
class Item:
    """One entry. `can` is a permission the person needs; `count` says how many things wait behind the entry."""

    label: Label
    icon: str
    url_name: str
    order: int = 100
    phone: bool = False  # on the bottom bar of a phone; four fit beside "More"
    can: Any = None
    count: Callable[[HttpRequest], int] | None = None


@dataclass(frozen=True)
class Link:
    label: str
    icon: str
    url: str
    current: bool
    phone: bool
    count: int
    name: str = ""  # of its URL


_items: dict[str, dict[str, Item]] = {}


def register(area: str, **entry: Any) -> None:
    """Add an item to an area; registering the same URL name again replaces it."""
    item = Item(**entry)
    _items.setdefault(area, {})[item.url_name] = item


def links(area: str, request: HttpRequest | None, *args: Any) -> list[Link]:
    """The entries of an area that this person may open, in order. An item without a route yet is left out.

    `args` go into every address of the area.
    """
    user = getattr(request, "user", None)
    found: list[Link] = []
    for item in sorted(_items.get(area, {}).values(), key=lambda item: item.order):
        if item.can is not None and not (user is not None and user.can(item.can)):
            continue
        try:
            url = reverse(item.url_name, urlconf=getattr(request, "urlconf", None), args=args)
        except NoReverseMatch:
            continue
        count = item.count(request) if item.count and request is not None else 0
        found.append(
            Link(str(item.label), item.icon, url, _is_current(url, request), item.phone, count, item.url_name)
        )
    # Of `/portal/` and `/portal/papers/` only the nearer is where one is.
    nearest = max((link.url for link in found if link.current), key=len, default="")
    return [replace(link, current=link.current and link.url == nearest) for link in found]


def _is_current(url: str, request: HttpRequest | None) -> bool:
    path = getattr(request, "path", "")
    return path == url or (url != "/" and path.startswith(url))
