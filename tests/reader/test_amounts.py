"""Amounts of service, in the many ways they are written, come to minutes a week."""

import pytest

from reader.amounts import Amount, amount_of, unspecified


@pytest.mark.parametrize(
    ("words", "weekly"),
    [
        ("5 sessions of 30 minutes weekly", 150),
        ("daily 45 min", 225),
        ("40 minutes, 3x/week", 120),
        ("six 30-minute sessions per six weeks", 30),
        ("1 hr per six weeks", 10),
        ("60 min x 1 Totaling: 60 min served Daily", 300),
        ("30 min x 2 Totaling: 60 min served Monthly", 15),
        ("5 x weekly, 5 hours daily", 1500),
        ("2 x daily, 20 min.", 200),
        ("2 hours per quarter", 13.33),
        ("one hour each nine weeks", 6.67),
        ("10% of the school day (39 minutes of a 390-minute day)", 195),
        ("3 x 45 min per 5-day cycle", 135),
        ("15 min. twice daily", 150),
        ("30 min 2x/week", 60),
        ("60 mpm", 15),
        ("150 MPW", 150),
        ("two 30-minute sessions per week", 60),
        ("3 hours, 4 days per week", 720),
        ("45 minutes 2x/month", 22.5),
        ("1x/wk/30 min", 30),
        ("2/week for 30 minutes", 60),
        ("30-45 minutes weekly", 30),
        ("1,800 minutes per week", 1800),
        ("10 hours per year", 16.67),
        ("1 hour and 15 minutes per week", 75),
        ("30 minutos, 2 veces por semana", 60),
        ("una hora por semana", 60),
        ("60 minutos mensuales", 15),
        ("half an hour weekly", 30),
        ("1:30 per week", 90),
        ("4 times per week, 0:45", 180),
        ("30 minutes weekly at 1:30 pm", 30),
        ("2 times per month, 30 minutes per session", 15),
        ("3.5 hours per day, 5 days per week", 1050),
        ("every other week, 30 minutes", 15),
        ("30 min every 2 weeks", 15),
        ("3 x 42 per six-day cycle", 105),
        ("30 (min) 5 times per week", 150),
    ],
)
def test_minutes_a_week(words, weekly):
    assert amount_of(words).per_week == weekly


def test_a_share_of_the_day_needs_the_day():
    assert amount_of("30% of the school day (400-minute day)") == Amount(120, "day", 1, 600)
    assert amount_of("30% of the school day", day_minutes=390).per_week == 585
    assert amount_of("30% of the school day").per_week is None


def test_a_bare_number_takes_its_unit_from_the_heading():
    assert amount_of("90", heading="Minutes per week").per_week == 90
    assert amount_of("90").per_week is None


@pytest.mark.parametrize("words", ["as needed", "", "ongoing", "per teacher request"])
def test_what_states_no_amount_gives_none(words):
    found = amount_of(words)

    assert (found.minutes, found.per_week) == (None, None)


@pytest.mark.parametrize(
    "words", ["30 min biweekly", "60 min 1x every three weeks", "45 min 2 times per 10 days"]
)
def test_a_period_that_may_mean_two_things_gives_no_minutes_a_week(words):
    assert amount_of(words).per_week is None


def test_open_amounts_are_told():
    assert unspecified("as needed")
    assert unspecified("según sea necesario")
    assert not unspecified("30 minutes weekly")
