"""Whatever is divided, discounted, taxed or given back adds up to the last unit, in currencies of 0, 2 and 3 decimals."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from payments import money
from payments.money import NotMoney, UnknownCurrency, allocate, parse, percent, rounded, say, split

AMOUNTS = some.integers(-(10**11), 10**11)
RATES = some.decimals(0, 100, places=4)


@given(AMOUNTS, some.integers(1, 60))
def test_a_split_adds_up_and_its_parts_differ_by_one_unit_at_most(amount, parts):
    found = split(amount, parts)

    assert (len(found), sum(found)) == (parts, amount)
    assert max(found) - min(found) <= 1


@given(AMOUNTS, some.lists(some.decimals(0, 1000, places=3), min_size=1, max_size=12).filter(any))
def test_an_allocation_adds_up_and_no_part_is_a_unit_off(amount, weights):
    found = allocate(amount, weights)

    assert sum(found) == amount
    total = sum(map(Fraction, weights))
    for part, weight in zip(found, weights, strict=True):
        assert abs(part - Fraction(weight) * amount / total) < 1


@given(some.lists(some.integers(0, 10**8), min_size=1, max_size=10), RATES, RATES)
def test_discount_and_tax_by_line_add_up_to_those_of_the_whole(prices, discount, tax):
    whole = sum(prices)
    off = percent(whole, discount)
    net = whole - off
    taxed = percent(net, tax)
    weights = prices if whole else [1] * len(prices)
    nets = [price - part for price, part in zip(prices, allocate(off, weights), strict=True)]
    taxes = allocate(taxed, weights)

    assert sum(nets) + sum(taxes) == net + taxed
    assert abs(off - Fraction(discount) * whole / 100) <= Fraction(1, 2)


@given(some.integers(1, 10**9), some.lists(some.fractions(0, 1), max_size=8))
def test_refunds_in_parts_and_the_rest_are_the_whole(paid, shares):
    left, back = paid, []
    for share in shares:
        back.append(min(left, rounded(share * left)))
        left -= back[-1]

    assert sum(back) + left == paid
    assert left >= 0


@pytest.mark.parametrize(
    ("exact", "whole"),
    [
        ("7.5", 8),
        ("-7.5", -8),
        ("7.4999", 7),
        ("-7.4999", -7),
        ("0.5", 1),
        ("2.5", 3),
        ("-0.5", -1),
        ("0", 0),
    ],
)
def test_halves_go_away_from_zero(exact, whole):
    assert rounded(Decimal(exact)) == whole


@given(some.integers(0, 10**9 - 1), some.sampled_from(["usd", "jpy", "kwd"]))
def test_what_is_written_for_machines_reads_back(amount, currency):
    assert parse(money.plain(amount, currency), currency) == amount


@pytest.mark.parametrize(
    ("amount", "currency", "language", "brief", "said"),
    [
        (123450, "usd", "en", False, "$1,234.50"), (123450, "usd", "es", False, "$1,234.50"),
        (123400, "usd", "en", True, "$1,234"), (123450, "usd", "en", True, "$1,234.50"),
        (1235, "jpy", "en", False, "¥1,235"), (1250, "kwd", "en", False, "KWD\xa01.250"),
        (-50, "usd", "en", False, "-$0.50"), (0, "usd", "es", False, "$0.00"), (5000, "mxn", "es", False, "MXN\xa050.00"),
    ],
)  # fmt: skip
def test_amounts_are_said_in_the_readers_language(amount, currency, language, brief, said):
    assert say(amount, currency, language=language, brief=brief) == said


@pytest.mark.parametrize(("typed", "amount"), [("45", 4500), ("$45.50", 4550), (" 1,234.5 ", 123450), (".5", 50), ("45.500", 4550)])  # fmt: skip
def test_what_people_type_is_read(typed, amount):
    assert parse(typed, "usd") == amount


@pytest.mark.parametrize(
    "typed", ["", "-5", "5.001", "1,23", "five", "1e3", "٥", "5 5", ".", "9999999999", "NaN"]
)
def test_what_is_no_amount_is_refused_in_a_sentence(typed):
    with pytest.raises(NotMoney) as refused:
        parse(typed, "usd")
    assert str(refused.value).endswith(".")


def test_a_currency_we_do_not_know_is_refused():
    with pytest.raises(UnknownCurrency):
        money.decimals("xxx")
    assert (parse("1.5", "kwd"), parse("150", "jpy")) == (1500, 150)
    with pytest.raises(NotMoney, match=r"JPY has no smaller unit than 1\."):
        parse("1.5", "jpy")


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_weights_that_divide_nothing_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        allocate(100, weights)
