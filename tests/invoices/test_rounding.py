"""Minutes stay as they were worked; an invoice rounds them by the rule of the client or case, and shows both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices import durations, rates
from invoices.durations import MOST, STEPS, How, NotADuration, Rounding
from invoices.models import TimeEntry

minutes = st.integers(1, MOST)
steps = st.sampled_from(STEPS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1h20", 80), ("80", 80), ("1:20", 80), ("1 h 20 min", 80), ("1h", 60), ("0:05", 5), ("45m", 45), ("45 min", 45),
        ("1.5h", 90), ("1,25 h", 75), ("2hours", 120), (" 7 ", 7), ("24h", 1440), ("0.1h", 6),
        ("1.5", 90), ("1,5", 90), ("0.25", 15), (".5", 30), (",75 h", 45), ("24.0", 1440),
    ],
)  # fmt: skip
def test_what_people_type_is_read(text, expected):
    assert durations.read(text) == expected


@pytest.mark.parametrize("text", ["", "0", "0:00", "24:01", "1441", "1:60", "-5", "abc", "1h20h", "١٢", "1e3", "9" * 40, "1:2:3", "½", ".", "1.", "0.0", "24.1", "1.2.3", "1.5m"])  # fmt: skip
def test_what_is_no_length_of_time_is_said_so(text):
    with pytest.raises(NotADuration):
        durations.read(text)


@given(minutes)
def test_what_is_said_is_read_again(n):
    assert durations.read(durations.say(n)) == n


@given(minutes, steps)
def test_up_never_takes_away_and_adds_less_than_a_step(n, step):
    billed = Rounding(step, How.UP).apply(n)

    assert billed % step == 0
    assert n <= billed < n + step


@given(minutes, steps)
def test_nearest_is_at_most_half_a_step_away(n, step):
    billed = Rounding(step, How.NEAREST).apply(n)

    assert billed % step == 0
    assert 2 * abs(billed - n) <= step
    assert 2 * (n - billed) != step  # half goes up


@given(minutes, steps, st.sampled_from(How.values))
def test_rounding_what_is_rounded_changes_nothing(n, step, how):
    rule = Rounding(step, how)

    assert rule.apply(rule.apply(n)) == rule.apply(n)


def test_seven_minutes_at_a_six_minute_rule_bill_twelve_and_show_seven(desk):
    desk.rate(15_000)
    desk.terms(round_to=6, round_how="up")
    entry = desk.time(7)

    line = desk.invoice().lines.get()

    assert (line.minutes, line.billed_minutes, line.amount) == (7, 12, 3_000)
    assert TimeEntry.objects.get(pk=entry.pk).minutes == 7


def test_the_rule_of_the_case_says_over_the_familys_and_the_firms(desk):
    from invoices.models import Terms
    from tests.world import NOW

    assert rates.terms_of(desk.case).rounding == Rounding(1, "up")
    Terms.objects.create(round_to=15, tax_rate=5_000, changed_at=NOW)
    Terms.objects.create(family=desk.case.student.family, round_to=10, round_how="nearest", changed_at=NOW)
    assert rates.terms_of(desk.case).rounding == Rounding(10, "nearest")
    desk.terms(round_to=6)
    terms = rates.terms_of(desk.case)
    assert (terms.rounding, terms.tax_rate) == (Rounding(6, "nearest"), 5_000)


def test_a_later_rule_leaves_an_old_invoice_alone(desk):
    desk.rate(15_000)
    terms = desk.terms(round_to=6)
    desk.time(7)
    invoice = desk.invoice()

    terms.round_to = 15
    terms.save()

    assert (invoice.lines.get().billed_minutes, invoice.total) == (12, 3_000)
