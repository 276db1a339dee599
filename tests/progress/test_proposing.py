"""A sheet is proposed from a goal's own words; where they hold no number a person is asked."""

from datetime import date

import pytest

from progress.proposing import propose, readings

CASES = [
    # criterion, baseline -> measure, out_of, per, direction, start, target
    ("85% accuracy on 3 weekly probes", "22% accuracy (9 of 40 words)", "percent", None, None, "up", 22, 85),
    ("95 words correct per minute with no more than 4 errors in 4 out of 5 readings", "51 words correct per minute with 9 errors", "words", None, None, "up", 51, 95),
    ("scoring 3 or higher on a 4-point rubric in 4 of 5 samples", "average rubric score 1.4", "rubric", 4, None, "up", 1.4, 3),
    ("12 of 16 points on the writing rubric on 3 of 4 essays", "6 of 16 points", "rubric", 16, None, "up", 6, 12),
    ("8 out of 10 trials across 3 sessions", "2 of 10 trials", "trials", 10, None, "up", 2, 8),
    ("4 out of 5 opportunities", "1 out of 5 opportunities with prompts", "trials", 5, None, "up", 1, 4),
    ("no more than 2 errors in 4 of 5 samples", "copies a sentence with 9 spacing or formation errors", "frequency", None, None, "down", 9, 2),
    ("no more than 2 redirections in 4 out of 5 observations", "7 redirections per 20 minutes", "frequency", None, 20, "down", 7, 2),
    ("15 times in a 30-minute observation", "4 single-word requests in a 30-minute observation", "frequency", None, 30, "up", 4, 15),
    ("within 2 minutes of the direction", "begins within 9 minutes", "latency", None, None, "down", 9, 2),
    ("for 10 minutes", "for 2 minutes", "duration", None, None, "up", 2, 10),
    ("for 60 seconds", "for 0.5 minutes", "duration", None, None, "up", 30, 60),
    ("40 digits correct per minute", "18 digits correct per minute", "rate", None, None, "up", 18, 40),
    ("75% of opportunities", "3 of 10 opportunities", "percent", None, None, "up", 30, 75),
    # Spanish
    ("80% de precisión en 3 de 4 intentos", "25% de precisión", "percent", None, None, "up", 25, 80),
    ("4 de 5 oportunidades", "una de cinco oportunidades", "trials", 5, None, "up", 1, 4),
    ("95 palabras por minuto", "51 palabras por minuto", "words", None, None, "up", 51, 95),
    ("no más de 2 recordatorios", "8 recordatorios", "frequency", None, None, "down", 8, 2),
]  # fmt: skip


@pytest.mark.parametrize(("criterion", "baseline", "measure", "out_of", "per", "way", "start", "target"), CASES)  # fmt: skip
def test_criterion_and_start_are_read(criterion, baseline, measure, out_of, per, way, start, target):
    found = propose(text="", criterion=criterion, baseline=baseline)

    assert (found.measure, found.out_of, found.per_minutes, found.direction) == (measure, out_of, per, way)
    assert (found.baseline, found.target) == (pytest.approx(start), pytest.approx(target))


def test_a_goal_without_a_number_asks_a_person():
    found = propose(
        text="Mateo will improve his coping skills.", criterion="", baseline="55% of opportunities"
    )

    assert (found.measure, found.confidence) == ("", 0)
    assert found.asks == [
        "This goal has no number in it. Please choose how it is counted, and ask the school what number means that it is met."
    ]


def test_a_start_that_counts_something_else_is_asked_for():
    found = propose(text="", criterion="80% accuracy", baseline="Names 1 detail from a story with prompting")

    assert (found.baseline, found.target) == (None, 80)
    assert found.confidence < 0.8
    assert (
        "The plan says no start that counts the same thing. Please type where the child starts." in found.asks
    )


def test_confidence_falls_with_what_the_words_leave_open():
    both = propose(text="", criterion="80% accuracy", baseline="22% accuracy")
    other = propose(text="", criterion="4 of 5 trials", baseline="needs help half of the time (50%)")
    none = propose(text="", criterion="80% accuracy", baseline="")
    sentence = propose(text="Ben will decode with 80% accuracy.", criterion="", baseline="")
    assert both.confidence >= 0.85 > other.confidence
    assert both.confidence > none.confidence > sentence.confidence > 0


def test_a_target_that_is_no_higher_than_the_start_is_a_question():
    found = propose(text="", criterion="70% accuracy", baseline="75% accuracy")

    assert found.direction == "up"
    assert found.asks == ["The target is not higher than the start. Is that what the plan means?"]


def test_dates_come_from_the_plan_and_a_missing_end_is_said():
    whole = propose(
        text="", criterion="80%", baseline="20%", starts_on=date(2026, 9, 1), target_on=date(2027, 8, 31)
    )
    assert (whole.starts_on, whole.target_on, whole.asks) == (date(2026, 9, 1), date(2027, 8, 31), [])

    half = propose(text="", criterion="80%", baseline="20%", starts_on=date(2026, 9, 1))
    assert half.target_on == date(2027, 8, 31)
    assert half.asks == ["The plan gives no end. We took one year: is that right?"]


@pytest.mark.parametrize(
    ("measurement", "days"),
    [("daily tally", 7), ("weekly probes", 14), ("bi-weekly", 21), ("every two weeks", 21), ("monthly quizzes", 42), ("", 14),
     ("mensual", 42), ("cada dos semanas", 21)],
)  # fmt: skip
def test_the_schedule_says_when_to_ask(measurement, days):
    assert propose(text="", criterion="80%", measurement=measurement).expect_days == days


@pytest.mark.parametrize(
    "text", ["", "by 10/08/2026", "grade 4", "5 of 3 chances", "in 200% of cases", "9" * 400 + "%"]
)
def test_what_is_no_measure_is_not_read_as_one(text):
    assert readings(text) == []
