"""What an invoice comes to. Nothing here knows the database: lists of amounts in, amounts that add up out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from payments.money import allocate, rounded

ARITHMETIC = 1  # the number of this way of counting, kept on each invoice
WHOLE = 100_000  # a rate of 100 %, in thousandths of a percent


@dataclass(frozen=True)
class Totals:
    """Of an invoice, in minor units. `discounts` has one for each line, and adds up to `discount`."""

    subtotal: int
    discount: int
    tax: int
    total: int
    discounts: tuple[int, ...]


def share(amount: int, rate: int) -> int:
    """`rate` thousandths of a percent of an amount; halves go up."""
    return rounded(Fraction(amount * rate, WHOLE))


def totals(
    amounts: Sequence[int],
    taxed: Sequence[bool],
    *,
    discount_rate: int = 0,
    discount_amount: int = 0,
    tax_rate: int = 0,
) -> Totals:
    """Adds up lines: the discount is spread over them in proportion, tax is counted once on what remains of the taxed.

    Rates are in thousandths of a percent. The discount is never more than the lines.
    """
    subtotal = sum(amounts)
    discount = min(subtotal, discount_amount or share(subtotal, discount_rate))
    parts = allocate(discount, amounts) if discount else [0] * len(amounts)
    net = sum(amount - part for amount, part, is_taxed in zip(amounts, parts, taxed, strict=True) if is_taxed)
    tax = share(net, tax_rate)
    return Totals(subtotal, discount, tax, subtotal - discount + tax, tuple(parts))


def tax_within(part: int, *, of: int, tax: int) -> int:
    """How much of `part` of a whole is tax, when `tax` of the whole is. Counted from nothing up, so that parts add up to it."""
    return rounded(Fraction(tax * part, of)) if of else 0
