"""How pages say minutes: `{% load minutes %}`."""

from __future__ import annotations

from datetime import date

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from minutes import papers, words
from minutes.counting import Amount
from minutes.models import Entry
from web.dates import say_day

register = template.Library()


@register.filter
def amount(found: Amount) -> SafeString | str:
    """Minutes, and beside them the number of sessions where they are counted: "90 (3 ×)"."""
    if not found:
        return "–"
    if not found.sessions:
        return words.number(found.minutes)
    many = ngettext("%(n)s session", "%(n)s sessions", found.sessions) % {"n": found.sessions}
    return format_html(
        '<span class="nowrap">{} <span class="xs muted" aria-hidden="true">({} ×)</span></span><span class="vh">, {}</span>',
        words.number(found.minutes), found.sessions, many,
    )  # fmt: skip


@register.simple_tag
def days_link(view: str, student: object, line: object, month: date) -> str:
    """The address of the days behind a number; empty where the person sees the table alone."""
    if view == "shared-minutes":
        return ""
    return reverse(f"{view}-days", args=[student.pk, line.key, f"{month:%Y-%m}"])  # type: ignore[attr-defined]


@register.filter
def month_name(first: date) -> str:
    return f"{say_day(first, style='month').capitalize()} {first.year}"


@register.filter
def entry_said(entry: Entry) -> str:
    return papers.said(entry)


@register.filter
def minutes_said(value: float) -> str:
    return words.minutes(value)
