"""Values of data sheets in words: `{% load progress %}`."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from progress import measures
from progress.models import DataSheet

register = template.Library()


@register.simple_tag
def say_value(sheet: DataSheet, value: float) -> str:
    """ "4 of 5", "80%"."""
    return measures.say(sheet, value)


@register.inclusion_tag("components/chip.html")
def silent_since(sheet: DataSheet, today: date) -> dict[str, Any]:
    """How long a goal is without a number, as a chip."""
    days = (today - sheet.quiet_on).days + sheet.expect_days
    words = ngettext("%(n)s day", "%(n)s days", days) % {"n": days} if days > 0 else _("Today")
    return {"kind": "soon", "text": words, "icon_name": "clock"}
