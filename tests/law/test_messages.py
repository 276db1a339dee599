"""Every sentence exists in English and Spanish with the same blanks."""

import string
from datetime import date

import pytest

from law.messages import TEMPLATES, Amount, message, say_date


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
