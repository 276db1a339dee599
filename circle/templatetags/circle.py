"""What the templates of a child's page print."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from circle.models import Post, Side
from clients.models import Part
from progress.models import Setting, Went

register = template.Library()
ICONS = {Side.HOME: "home", Side.SCHOOL: "school", Side.OFFICE: "users"}


@register.filter
def has(parts: Collection[str], name: str) -> bool:
    return name in parts


@register.filter
def of(found: Mapping[Any, Any], key: Any) -> Any:
    """What a mapping holds for a key, or nothing."""
    return found.get(key, "")


@register.inclusion_tag("components/chip.html")
def side_chip(post: Post) -> dict[str, Any]:
    """Who speaks: home, school or advocate."""
    return {"kind": "", "text": post.get_side_display(), "icon_name": ICONS.get(Side(post.side), "user")}


@register.filter
def part_names(names: Collection[str]) -> str:
    """The parts of the page, as people call them."""
    return ", ".join(str(Part(name).label) for name in names if name in Part.values)


@register.filter
def look_name(part: str) -> str:
    """What was looked at, from the log."""
    return str(Part(part).label) if part in Part.values and part != Part.PAGE else _("The page")


@register.simple_tag
def how_it_went(strategy: Any) -> SafeString:
    """How often it helped, at home and at school, in one line each. Takes a strategy of `counted()`."""
    lines = []
    for setting in Setting:
        counted = {row["went"]: row["n"] for row in strategy.went if row["setting"] == setting}
        if counted:
            words = ", ".join(f"{went.label}: {counted[went]}" for went in Went if went in counted)
            lines.append((setting.label, words))
    return (
        format_html('<ul class="plain small">{}</ul>', format_html_join("", "<li><b>{}</b> {}</li>", lines))
        if lines
        else SafeString("")
    )
