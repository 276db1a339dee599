"""Amounts of minor units, as they are written."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision
from django.utils.translation import get_language


def say(amount: int, currency: str) -> str:
    """`4900, "usd"` as “$49”, `4950` as “$49.50”; in the language of the page."""
    code = currency.upper()
    places = get_currency_precision(code)
    value = Decimal(amount).scaleb(-places)
    locale = f"{(get_language() or 'en').split('-')[0]}_US"
    pattern = "¤#,##0" if value == value.to_integral_value() else None
    return format_currency(value, code, format=pattern, locale=locale, currency_digits=pattern is None)
