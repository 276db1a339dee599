"""The parts of a page: `{% load ui %}`. The kit page shows each of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django import forms, template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from web import banners, dates, navigation, papers, sections, tables
from web.access import Can
from web.forms import dress, error_lines
from web.paging import ListPage
from web.phones import say_phone
from web.toasts import Undo, undo_of
from web.zones import zone_name

register = template.Library()

SPRITE = Path(__file__).resolve().parent.parent.parent / "static" / "icons.svg"
STATUS_ICONS = {"late": "alert", "soon": "clock", "info": "cal", "ok": "check", "win": "star"}
NOTICE_KINDS = {"success": "ok", "warning": "soon", "error": "late", "debug": "info"}
NOTICE_ICONS = {"ok": "check", "soon": "clock", "late": "alert", "info": "info", "win": "star"}
_POINTING = {"back", "next", "undo", "send"}  # these turn around in right-to-left scripts


@cache
def icon_names() -> frozenset[str]:
    return frozenset(re.findall(r'<symbol id="([a-z-]+)"', SPRITE.read_text()))


@register.simple_tag
def icon(name: str, **attrs: str) -> SafeString:
    """An icon of the sprite, hidden from screen readers: a word always stands beside it."""
    if name not in icon_names():
        raise template.TemplateSyntaxError(f"There is no icon named {name!r}.")
    css = " ".join(["i", *(["i-flip"] if name in _POINTING else []), *attrs.values()])
    return _icon(name, css)


@lru_cache(maxsize=512)
def _icon(name: str, css: str) -> SafeString:
    """Kept, since a page asks for the same few more than a hundred times."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', css, static("icons.svg"), name
    )


@register.inclusion_tag("components/chip.html")
def chip(kind: str, text: Any, icon: str | None = None) -> dict[str, Any]:
    """A status: `late`, `soon`, `info`, `ok`, `win`, or "" for neutral."""
    return {"kind": kind, "text": text, "icon_name": STATUS_ICONS.get(kind, "") if icon is None else icon}


@register.inclusion_tag("components/notice.html")
def notice(kind: str, text: Any, title: Any = "", icon: str = "", role: str = "status") -> dict[str, Any]:
    """A message in the page. `kind` is a status or a Django message level."""
    kind = NOTICE_KINDS.get(kind, kind)
    shown = icon or NOTICE_ICONS.get(kind, "info")
    return {"kind": kind, "text": text, "title": title, "icon_name": shown, "role": role}


@register.inclusion_tag("components/field.html")
def field(bound: forms.BoundField) -> dict[str, Any]:
    """A form field with its label, hint and error, whatever its widget is."""
    return {"f": dress(bound)}


@register.inclusion_tag("components/errors.html")
def errors(*forms_shown: forms.BaseForm | None) -> dict[str, Any]:
    """The error summary of one or more forms; nothing when all is well."""
    return {"lines": [line for form in forms_shown if form is not None for line in error_lines(form)]}


@register.simple_tag
def trap(form: forms.BaseForm) -> SafeString:
    """The honeypot of a form, out of sight and out of the tab order."""
    bound = form["company_page"]
    return format_html('<div class="trap" aria-hidden="true">{}{}</div>', bound.label_tag(), bound)


@register.inclusion_tag("components/paging.html")
def paging(page: ListPage) -> dict[str, Any]:
    """Earlier and next page of a `web.paging.ListPage`."""
    return {"page": page}


@register.inclusion_tag("components/take_away.html", takes_context=True)
def take_away(context: dict[str, Any], name: str) -> dict[str, Any]:
    """A link to a list as a CSV file, for those who may take it away; nothing for others."""
    user = context["user"]
    return {"table": tables.find(name, user) if user.can(Can.SEE_MONEY) else None}


@register.inclusion_tag("components/empty.html")
def empty(
    icon: str, title: Any, text: Any = "", url: str = "", act: Any = "", act_icon: str = ""
) -> dict[str, Any]:
    """What a list says when nothing is in it, with the one act that changes that."""
    return {"icon_name": icon, "title": title, "text": text, "url": url, "act": act, "act_icon": act_icon}


@register.inclusion_tag("components/steps.html")
def steps(current: int, *labels: Any) -> dict[str, Any]:
    """Where one is in a task of a few steps; `current` counts from 1."""
    return {
        "steps": [
            {"label": label, "done": at < current, "current": at == current}
            for at, label in enumerate(labels, start=1)
        ]
    }


@register.simple_tag
def cell(label: Any = "") -> SafeString:
    """Attributes of a `<td>`: its role and, for the cards of a phone, its label."""
    return _cell(str(label)) if label else SafeString('role="cell"')


@lru_cache(maxsize=2048)
def _cell(label: str) -> SafeString:
    """Kept, since a table asks for the same few in every row."""
    return format_html('role="cell" data-l="{}"', label)


@register.simple_tag
def when(moment: datetime | date, zone: tzinfo | str | None = None, style: str = "day") -> SafeString:
    """A `<time>` in words: styles `day`, `brief`, `time` for the time alone and `on` for a moment's day alone; dates
    need no zone."""
    if not isinstance(moment, datetime):
        words = dates.say_day(moment, style=style, today=now().date())
        return format_html('<time datetime="{}">{}</time>', moment.isoformat(), words)
    place = ZoneInfo(zone) if isinstance(zone, str) else zone or ZoneInfo("UTC")
    local = localtime(moment, place)
    if style == "on":
        words = dates.say_day(local.date(), style="brief", today=localtime(now(), place).date())
        return format_html('<time datetime="{}">{}</time>', local.date().isoformat(), words)
    if style == "time":
        words = dates.say_time(moment, place)
    else:
        words = dates.say_when(moment, place, style=style, today=localtime(now(), place).date())
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), words)


@register.filter
def clock(time: Any) -> str:
    """A time of the clock in words, `{{ row.opens|clock }}`; nothing for none."""
    return dates.say_clock(time) if time else ""


@register.simple_tag(takes_context=True, name="navigation")
def navigation_links(context: template.Context, area: str, *args: Any) -> list[navigation.Link]:
    """The menu of an area for this person: `{% navigation "staff" as nav %}`, `{% navigation "student" student.pk as tabs %}`."""
    return navigation.links(area, context.get("request"), *args)


@register.simple_tag(takes_context=True, name="banners")
def page_banners(context: template.Context) -> list[Any]:
    """The lines above this person's pages: `{% banners as banner_lines %}`."""
    return banners.lines(context.get("request"))


@register.filter
def phone_links(found: Iterable[navigation.Link]) -> list[navigation.Link]:
    """The four entries of the bottom bar."""
    return [link for link in found if link.phone][:4]


@register.filter
def other_links(found: Iterable[navigation.Link]) -> list[navigation.Link]:
    """The entries that hide behind "More"."""
    found = list(found)
    shown = phone_links(found)
    return [link for link in found if link not in shown]


@register.filter
def has_current(found: Iterable[navigation.Link]) -> bool:
    """Whether the page shown is one of these entries."""
    return any(link.current for link in found)


@register.filter
def notices(messages: Iterable[Any] | None) -> list[Any]:
    """Messages that stand in the page."""
    return [message for message in messages or [] if undo_of(message) is None]


@register.filter
def toasts(messages: Iterable[Any] | None) -> list[Undo]:
    """Messages that can be undone; they stand in the corner."""
    return [undo for undo in map(undo_of, messages or []) if undo is not None]


@register.filter
def may(user: Any, can: str) -> bool:
    """Whether a person holds a permission: `{% if user|may:"edit_money" %}`."""
    return bool(user.is_authenticated and user.can(Can(can)))


@register.filter
def person_name(person: Any) -> str:
    """A person's name, or the address they sign in with."""
    return str(getattr(person, "name", "") or getattr(person, "email", "") or person)


@register.filter
def initials(name: str) -> str:
    """ "Renata Alvarez" → "RA"."""
    words = [word for word in name.split("@")[0].split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def phone_number(number: str) -> str:
    """An E.164 number as people write it."""
    return say_phone(number) if number else ""


@register.filter
def zone_words(zone: tzinfo | str) -> str:
    """A zone's common name, as it is now: “Mountain Time”."""
    return zone_name(ZoneInfo(zone) if isinstance(zone, str) else zone, at=now())


@register.simple_tag(takes_context=True, name="sections")
def page_sections(context: template.Context, page: str, thing: Any) -> SafeString:
    """What other apps add to a page: `{% sections "student" student %}`."""
    return SafeString("".join(sections.render(page, context["request"], thing)))


@register.inclusion_tag("components/chip.html")
def due(on: date, today: date) -> dict[str, Any]:
    """How near a date is, as a chip: days late, today, tomorrow, in so many days."""
    days = (on - today).days
    if days < 0:
        words = ngettext("%(n)s day late", "%(n)s days late", -days) % {"n": -days}
        return {"kind": "late", "text": words, "icon_name": "alert"}
    if days == 0:
        return {"kind": "soon", "text": _("Today"), "icon_name": "clock"}
    words = _("Tomorrow") if days == 1 else ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}
    return {"kind": "info" if days <= 21 else "", "text": words, "icon_name": "cal"}


@register.filter
def paper_blocks(text: str) -> list[dict[str, Any]]:
    """A plain text as the blocks of `web.papers`: headings, lists, paragraphs."""
    return papers.blocks(text)
