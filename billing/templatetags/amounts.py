"""`{% load amounts %}`: `{{ amount|amount:currency }}`."""

from __future__ import annotations

from django import template

from billing.amounts import say

register = template.Library()


@register.filter
def amount(value: int, currency: str) -> str:
    """Minor units as they are written; nothing without a currency."""
    return say(value, currency) if currency else ""
