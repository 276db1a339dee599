"""Terms in two languages, and where they stand in a text."""

import unicodedata

import pytest

from law.glossary import find, fold, look_up, terms


def marked(text, language="en", **more):
    return [(found.term.id, text[found.start : found.end]) for found in find(text, language, **more)]


def test_every_term_has_both_languages_and_plain_words():
    assert len(terms()) == 235
    for term in terms().values():
        for language in ("en", "es"):
            assert term.name(language)
            assert term.plain(language)


@pytest.mark.parametrize(
    ("words", "language", "term"),
    [
        ("prior written notice", "en", "prior_written_notice"),
        ("Prior Written Notices", "en", "prior_written_notice"),
        ("PWN", "en", "prior_written_notice"),
        ("pwn", "en", "prior_written_notice"),
        ("determinacion de manifestacion", "es", "manifestation_determination"),
        ("tutor legal", "es", "guardian"),
        ("guardián", "es", "guardian"),
        ("iep_team", "en", "iep_team"),
    ],
)
def test_a_term_is_found_by_what_people_call_it(words, language, term):
    found = look_up(words, language)

    assert found
    assert found.id == term


def test_what_is_no_term_is_not_found():
    assert look_up("bicycle") is None
    assert look_up("") is None
    assert find("") == []


def test_the_longest_term_wins():
    assert marked("The IEP team met.") == [("iep_team", "IEP team")]
    assert marked("The IEP was signed.") == [("iep", "IEP")]


def test_words_are_matched_whole():
    assert "iep" not in {term for term, _ in marked("recIEPt and IEPs2")}
    assert marked("Parents' annual goals, annually") == [
        ("parent", "Parents"),
        ("annual_goals", "annual goals"),
    ]


def test_accents_do_not_matter_and_places_stay_right():
    for text in ("Una determinación de manifestación", "Una DETERMINACION de manifestacion"):
        for form in ("NFC", "NFD"):
            typed = unicodedata.normalize(form, text)
            found = marked(typed, "es")
            assert [term for term, _ in found] == ["manifestation_determination"]
            assert typed.endswith(found[0][1])


def test_a_line_break_inside_a_term_does_not_hide_it():
    assert marked("prior\n   written notice") == [("prior_written_notice", "prior\n   written notice")]


def test_abbreviations_that_are_words_are_left_alone():
    assert "paraprofessional" not in " ".join(term for term, _ in marked("Es para el niño", "es"))
    assert marked("para EL niño", "es") == [
        found for found in marked("para EL niño", "es") if found[1].lower() not in ("para", "el")
    ]
    assert marked("He lives in Baltimore, MD, ID 4711, AT HOME.") == []


def test_only_the_first_place_for_tooltips():
    text = "The IEP says so. The IEP also says this."

    assert len(find(text)) == 2
    assert len(find(text, once=True)) == 1


def test_folding_keeps_every_position():
    text = "İstanbul ﬁne ÑANDÚ straße 👩‍👧 العربية"

    assert len(fold(text)) == len(text)
