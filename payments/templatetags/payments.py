"""Money in templates: `{% load payments %}`, `{{ payment.amount|money:payment.currency }}`."""

from __future__ import annotations

from django import template

from payments.money import say

register = template.Library()


@register.filter
def money(amount: int, currency: str) -> str:
    """An amount of minor units in the page's language: "$1,234.50"."""
    return say(amount, currency)
