"""Checklists of IEPs and letters."""

import pytest

from law.contents import SECTIONS, iep, letters, measurable_goals
from law.rules import rule_of


def test_every_item_cites_its_rule():
    found = iep()

    assert set(found.sections) == set(SECTIONS)
    assert [len(found.sections[section]) for section in SECTIONS] == [20, 4, 5, 9, 2, 5, 8, 3, 8]
    for items in found.sections.values():
        assert all(item.citation.startswith("34 CFR") for item in items)


def test_the_non_participation_statement_and_its_citation():
    cited = {item.citation: item for item in iep().sections["components"]}

    assert "34 CFR 300.320(a)(5)" in cited
    assert cited["34 CFR 300.320(a)(5)"].looks_for


def test_an_item_is_found_by_its_id_in_any_section():
    assert iep().item("parents").section == "team"
    assert iep().item("strengths").looks_for == ("Named and used",)
    with pytest.raises(KeyError):
        iep().item("nothing")


def test_thirteen_categories_and_the_related_services():
    assert len(iep().categories) == 13
    assert iep().categories[0].abbr == "AUT"
    assert iep().developmental_delay.abbr == "DD"
    assert len(iep().related_services) == 16


def test_sixteen_letters_that_start_known_rules():
    found = letters()

    assert len(found) == 16
    for letter in found.values():
        assert letter.contents
        for rule_id in letter.starts:
            assert rule_of(rule_id)
    assert "records_access_idea" in found["request_records"].starts


def test_advice_in_a_letter_is_marked_as_such():
    part = next(part for part in letters()["request_initial_evaluation"].contents if part.id == "date")

    assert (part.citation, part.verified, part.required) == ("", None, True)


def test_the_test_of_a_measurable_goal():
    assert "## The six parts" in measurable_goals()
