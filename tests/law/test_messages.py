"""Every sentence exists in English and Spanish with the same blanks."""

import string
from datetime import date

import pytest

from law.clock import deadline
from law.messages import TEMPLATES, Amount, message, say_date
from law.rules import law
from law.spanish import has_spanish, in_language


@pytest.mark.parametrize("key", TEMPLATES)
def test_both_languages_have_the_same_blanks(key):
    english, spanish = TEMPLATES[key]

    def blanks(template):
        return {name for _, name, _, _ in string.Formatter().parse(template) if name}

    assert blanks(english) == blanks(spanish)
    has_words = any(text.strip(" :.+=−") for text, _, _, _ in string.Formatter().parse(english))
    assert (english != spanish) is has_words


def test_dates_and_amounts():
    day = date(2025, 11, 2)

    assert say_date(day) == "Sunday, November 2, 2025"
    assert say_date(day, "es") == "domingo 2 de noviembre de 2025"
    assert (Amount(1, "school_days").words(), Amount(10, "school_days").words("es")) == (
        "1 school day",
        "10 días escolares",
    )


def test_a_language_that_is_not_there_is_refused():
    with pytest.raises(KeyError, match="no words in “fr”"):
        message("missing_calendar").words("fr")


def test_what_families_read_of_a_rule_is_there_in_spanish():
    rules = [
        *law().federal.values(),
        *(state.evaluation for state in law().states.values()),
        *law().state_rules.values(),
    ]
    words = {text for rule in rules for text in (rule.title, rule.ends_with, *rule.not_encoded)}
    words |= {rule.standard for rule in rules if rule.standard}
    words |= {rule.late_start.then for rule in rules if rule.late_start}
    words |= {rule.summer_roll.rstrip(".") for rule in rules if rule.summer_roll}
    words |= {extension.words for rule in rules for extension in rule.extensions if extension.words}

    assert sorted(text for text in words if not has_spanish(text)) == []


def test_an_answer_in_spanish():
    found = deadline("iee_response", {"iee_requested": date(2025, 9, 3)}).as_dict("es")

    assert found["standard"] == "sin demora innecesaria"
    assert "Sin número de días: sin demora innecesaria." in str(found["arithmetic"])
    assert found["starts_with"] == "Se pidió una evaluación independiente con fondos públicos"
    assert in_language("nobody translated this", "es") == "nobody translated this"
