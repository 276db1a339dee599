"""What pages say of reviews: `{% load reviews %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews import naming
from reviews.checklist import Seen
from reviews.models import Point, State, Status
from web.templatetags.ui import chip

register = template.Library()

KINDS = {Status.STRONG: ("ok", "check"), Status.MUST_FIX: ("late", "alert"), Status.ASK: ("soon", "q")}
STATES = {State.QUEUED: "info", State.READING: "info", State.TO_CHECK: "soon", State.SIGNED_OFF: "ok", State.SENT: "ok"}  # fmt: skip
CHANGES = {
    "unchanged": ("soon", gettext_lazy("Same words")), "rewritten": ("info", gettext_lazy("Rewritten")),
    "dropped": ("late", gettext_lazy("Gone")), "removed": ("late", gettext_lazy("Gone")), "new": ("ok", gettext_lazy("New")),
    "cut": ("late", gettext_lazy("Less")), "increased": ("ok", gettext_lazy("More")), "weaker": ("late", gettext_lazy("Asks for less")),
    "still": ("soon", gettext_lazy("Same start")), "same": ("", gettext_lazy("Same")),
    "changed": ("info", gettext_lazy("Changed")), "gone": ("late", gettext_lazy("Gone")),
}  # fmt: skip


def _chip(kind: str, text: Any, icon: str | None = None) -> SafeString:
    return SafeString(render_to_string("components/chip.html", chip(kind, text, icon=icon)))


@register.simple_tag
def point_chip(point: Point, numbered: bool = True) -> SafeString:
    """A point's number and kind."""
    kind, icon = KINDS[Status(point.status)]
    label = Status(point.status).label
    return _chip(kind, f"{point.number} {label}" if numbered else label, icon)


@register.simple_tag
def tally_chip(status: str, count: int) -> SafeString:
    """How many points of a kind there are."""
    words = {
        Status.STRONG: _("%(n)s strong"), Status.MUST_FIX: _("%(n)s must fix"), Status.ASK: _("%(n)s to ask"),
    }  # fmt: skip
    kind, icon = KINDS[Status(status)]
    return _chip(kind, words[Status(status)] % {"n": count}, icon)


@register.simple_tag
def seen_chip(seen: str, count: int | None = None) -> SafeString:
    """How an item of the checklist stands, or how many stand so."""
    kind, icon = {Seen.PRESENT: ("ok", "check"), Seen.WEAK: ("soon", "q"), Seen.MISSING: ("late", "alert")}[Seen(seen)]  # fmt: skip
    label = Seen(seen).label
    return _chip(kind, label if count is None else f"{label}: {count}", icon)


@register.simple_tag
def review_chip(state: str) -> SafeString:
    return _chip(STATES[State(state)], State(state).label)


@register.simple_tag
def change_chip(status: str, words: str = "") -> SafeString:
    """What became of a goal or service, in a word or in these."""
    kind, label = CHANGES[status]
    return _chip(kind, words or label)


@register.filter
def sureness(confidence: float) -> str:
    """How sure the reader is, in a word."""
    return str(_("high") if confidence >= 0.9 else _("middle") if confidence >= 0.7 else _("low"))


@register.filter
def number(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


register.filter("called", naming.called)
register.filter("in_words", naming.in_words)
register.filter("compared", naming.compared)
register.filter("said_day", naming.said_day)


@register.filter
def group_heading(status: str) -> str:
    return {
        Status.STRONG: _("What is strong"), Status.MUST_FIX: _("What must be fixed"), Status.ASK: _("What to ask"),
    }[Status(status)]  # fmt: skip


@register.filter
def cfr(citation: str) -> str:
    """The address of a rule of the Code of Federal Regulations, or an empty string."""
    words = citation.split()
    if len(words) < 3 or words[:2] != ["34", "CFR"]:
        return ""
    part, _dot, section = words[2].partition(".")
    section = section.split("(")[0]
    return f"https://www.ecfr.gov/current/title-34/section-{part}.{section}" if section else ""
