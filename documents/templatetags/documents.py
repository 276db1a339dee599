"""What pages say of papers: `{% load documents %}`."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from documents import refusals
from documents.models import DocumentVersion, State
from web.templatetags.ui import chip

register = template.Library()

CHIPS = {
    State.RECEIVED: "info", State.CHECKING: "info", State.READY: "ok", State.NEEDS_PASSWORD: "soon",
    State.REFUSED: "late", State.QUARANTINED: "late",
}  # fmt: skip
ICONS = {
    State.RECEIVED: "hourglass",
    State.CHECKING: "hourglass",
    State.NEEDS_PASSWORD: "key",
    State.QUARANTINED: "lock",
}


@register.filter
def refusal(code: str) -> str:
    """The sentence for a refusal's code."""
    return refusals.sentence(code)


@register.filter
def paper_note(version: DocumentVersion | None) -> str:
    """What is to be said beside a paper that cannot be opened, or nothing."""
    return refusals.note(version)


@register.simple_tag
def state_chip(version: DocumentVersion | None) -> SafeString | str:
    """How far a version is, as a chip."""
    if version is None:
        return ""
    state = State(version.state)
    context = chip(CHIPS[state], state.label, icon=ICONS.get(state))
    return SafeString(render_to_string("components/chip.html", context))


@register.filter
def on(moment: datetime, zone: tzinfo) -> date:
    """The day of a moment in a zone."""
    return localtime(moment, zone).date()


@register.filter
def point(number: float) -> str:
    """A number for SVG: with a point, whatever the page's language."""
    return f"{number:.2f}".rstrip("0").rstrip(".")
