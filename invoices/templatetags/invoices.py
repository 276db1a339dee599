from __future__ import annotations

from datetime import datetime

from django import template

from invoices import durations
from invoices.models import Timer

register = template.Library()


@register.filter
def hm(minutes: int | None) -> str:
    """80 → "1:20"."""
    return durations.say(minutes) if minutes is not None else ""


@register.filter
def counted(timer: Timer, at: datetime) -> str:
    """What a timer has counted by then: "0:42"."""
    return durations.say(timer.counted(at=at) // 60)
