"""Currencies and amounts in minor units (https://docs.stripe.com/currencies)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from standins.stripe.errors import StripeError

ZERO_DECIMAL = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
TWO_DECIMAL = frozenset(
    [
        *("usd", "eur", "gbp", "cad", "aud", "nzd", "chf", "sek", "nok", "dkk", "pln", "czk", "huf", "ron"),
        *("mxn", "brl", "sgd", "hkd", "inr", "ils", "zar", "aed", "thb", "php", "myr", "try"),
    ]
)
CURRENCIES = ZERO_DECIMAL | THREE_DECIMAL | TWO_DECIMAL
LEAST = {"usd": 50, "eur": 50, "gbp": 30, "cad": 50, "aud": 50, "jpy": 50, "mxn": 1000, "kwd": 500}
MOST = 99_999_999


def checked_currency(currency: str, allowed: list[str] | None) -> str:
    """The code in lower case. Raises StripeError when it is none, or the account cannot take it."""
    code = currency.lower()
    if code not in CURRENCIES or (allowed is not None and code not in allowed):
        can = ", ".join(sorted(allowed if allowed is not None else CURRENCIES))
        raise StripeError(
            f"Invalid currency: {currency}. Stripe currently supports these currencies: {can}",
            param="currency",
        )
    return code


def checked_charge(amount: int, currency: str) -> None:
    """Raises StripeError when a payment of `amount` is too small, too large or not a payable amount."""
    if amount < LEAST.get(currency, 1):
        raise StripeError(
            f"Amount must be at least {shown(LEAST.get(currency, 1), currency)}",
            code="amount_too_small",
            param="amount",
        )
    if amount > MOST:
        raise StripeError(
            f"Amount must be no more than {shown(MOST, currency)}", code="amount_too_large", param="amount"
        )
    if currency in THREE_DECIMAL and amount % 10:
        raise StripeError(
            f"Amounts in {currency.upper()} must be divisible by 10.", code="invalid_amount", param="amount"
        )


def rounded(value: Decimal) -> int:
    """To whole minor units, halves away from zero."""
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def shown(amount: int, currency: str) -> str:
    """`1,234.50 USD`."""
    places = 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2
    return f"{Decimal(amount).scaleb(-places):,.{places}f} {currency.upper()}"
