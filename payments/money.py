"""Amounts of money: whole minor units of a currency (cents of "usd"), never a float.

Where something must be rounded, halves go away from zero, as tax offices and invoices in the United States do it:
7.5 cents are 8, −7.5 cents are −8. Where a whole is divided, its parts add up to it to the last unit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache

from babel.core import Locale
from babel.numbers import NumberPattern, get_currency_symbol, parse_pattern
from django.utils.translation import get_language
from django.utils.translation import gettext as _

Rate = int | Decimal | Fraction

# ISO 4217: how many decimals a currency's minor unit has.
_DECIMALS = {
    0: "bif clp djf gnf isk jpy kmf krw pyg rwf ugx uyi vnd vuv xaf xof xpf",
    2: "aed afn all amd aoa ars aud awg azn bam bbd bdt bmd bnd bob brl bsd btn bwp byn bzd cad cdf chf cny cop "
    "crc cup cve czk dkk dop dzd egp ern etb eur fjd fkp gbp gel ghs gip gmd gtq gyd hkd hnl htg huf idr ils inr "
    "irr jmd kes kgs khr kpw kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mru mur mvr mwk mxn myr mzn "
    "nad ngn nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sdg sek sgd shp sle sos srd ssp "
    "stn svc syp szl thb tjs tmt top try ttd twd tzs uah usd uyu uzs ves wst xcd yer zar zmw",
    3: "bhd iqd jod kwd lyd omr tnd",
}
DECIMALS = {code: decimals for decimals, codes in _DECIMALS.items() for code in codes.split()}


class UnknownCurrency(ValueError):
    """Not the code of a currency; the message is a sentence."""


class NotMoney(ValueError):
    """Cannot be read as an amount; the message is a sentence."""


def decimals(currency: str) -> int:
    """How many decimals a currency has: 2 for "usd", 0 for "jpy", 3 for "kwd". Raises UnknownCurrency."""
    try:
        return DECIMALS[currency]
    except KeyError:
        raise UnknownCurrency(_("“%(code)s” is not a currency we know.") % {"code": currency}) from None


# Spanish as it is written in the United States: "$1,234.50", not "1234,50 US$".
_LOCALES = {"en": "en_US", "es": "es_US"}


@cache
def _pattern(language: str, places: int) -> tuple[Locale, NumberPattern]:
    locale = Locale.parse(_LOCALES.get(language.split("-")[0], "en_US"))
    pattern = parse_pattern(locale.currency_formats["standard"].pattern)
    pattern.frac_prec = (places, places)
    return locale, pattern


def say(amount: int, currency: str, *, language: str | None = None, brief: bool = False) -> str:
    """An amount in words: "$1,234.50", "¥1,235", "KWD 1.250"; `brief` leaves out a ".00"."""
    places = decimals(currency)
    if brief and not amount % 10**places:
        places = 0
    locale, pattern = _pattern(language or get_language() or "en", places)
    value = Decimal(amount).scaleb(-decimals(currency))
    said = pattern.apply(value, locale, currency=currency.upper(), currency_digits=False)
    code = currency.upper()
    if get_currency_symbol(code, locale=locale) == code:  # "KWD1.250" wants a space that does not break
        said = said.replace(code, f"{code}\xa0")
    return said


def plain(amount: int, currency: str) -> str:
    """An amount as a form or a table for machines has it: "1234.50"."""
    places = decimals(currency)
    return f"{Decimal(amount).scaleb(-places):.{places}f}"


_TYPED = re.compile(r"(?P<whole>[0-9]{1,3}(,[0-9]{3})+|[0-9]+)?(\.(?P<rest>[0-9]+))?")


def parse(text: str, currency: str) -> int:
    """Reads what a person typed: "$1,234.5" of "usd" is 123450. Raises NotMoney, with the reason in the message."""
    places = decimals(currency)
    bare = text.strip().removeprefix("$").strip()
    found = _TYPED.fullmatch(bare)
    if not bare or found is None or not (found["whole"] or found["rest"]):
        raise NotMoney(_("Please write an amount, such as %(example)s.") % {"example": plain(12345 * 10 ** max(0, places - 2), currency)})  # fmt: skip
    rest = found["rest"] or ""
    if len(rest.rstrip("0")) > places:
        raise NotMoney(_("%(code)s has no smaller unit than %(unit)s.") % {"code": currency.upper(), "unit": plain(1, currency)})  # fmt: skip
    whole = (found["whole"] or "0").replace(",", "")
    if len(whole) > 9:
        raise NotMoney(_("That amount is too large."))
    return int(whole + rest[:places].ljust(places, "0"))


def rounded(value: Rate) -> int:
    """The nearest whole minor unit; halves away from zero."""
    exact = Fraction(value)
    whole = (2 * abs(exact) + 1) // 2
    return int(whole if exact >= 0 else -whole)


def percent(amount: int, rate: Rate) -> int:
    """`rate` per cent of an amount, rounded: percent(10_000, Decimal("8.25")) is 825."""
    return rounded(Fraction(rate) * amount / 100)


def allocate(amount: int, weights: Sequence[Rate]) -> list[int]:
    """Divides an amount in proportion to weights, so that the parts add up to it: the largest remainders get the rest.

    Of equal remainders the earlier wins. Raises ValueError without a weight above zero, or with one below.
    """
    exact = [Fraction(weight) for weight in weights]
    total = sum(exact, Fraction(0))
    if total <= 0 or min(exact) < 0:
        raise ValueError("weights are zero or more, and one is more")
    if amount < 0:
        return [-part for part in allocate(-amount, weights)]
    shares = [weight * amount / total for weight in exact]
    parts = [int(share // 1) for share in shares]
    by_remainder = sorted(range(len(parts)), key=lambda n: (parts[n] - shares[n], n))
    for n in by_remainder[: amount - sum(parts)]:
        parts[n] += 1
    return parts


def split(amount: int, parts: int) -> list[int]:
    """Divides an amount into equal parts; the first ones are a unit larger where it does not come out even."""
    if parts < 1:
        raise ValueError("an amount is split into one part or more")
    return allocate(amount, [1] * parts)
