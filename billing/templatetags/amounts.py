"""`{% load amounts %}`: amounts, numbers and days as they are written."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from babel.numbers import format_decimal
from django import template
from django.utils.timezone import localtime
from django.utils.translation import get_language

from payments.money import say

register = template.Library()


@register.filter
def amount(value: int, currency: str) -> str:
    """Minor units as they are written; nothing without a currency."""
    return say(value, currency, brief=True) if currency else ""


@register.filter
def number(value: int | float) -> str:
    """2500 as “2,500”."""
    return format_decimal(value, locale=f"{(get_language() or 'en').split('-')[0]}_US")


@register.filter
def local_day(moment: datetime, zone: tzinfo) -> date:
    """The day of a moment where the firm is."""
    return localtime(moment, zone).date()
