"""The data as shipped: sources, events, and which rule holds where."""

import re
from datetime import date

import pytest

from law.clock import deadline
from law.rules import RuleError, event_of, events, law, rule_of, rules_in, rules_started_by
from law.source import DataError, Row

EVERY = [
    *law().federal.values(),
    *(state.evaluation for state in law().states.values()),
    *law().state_rules.values(),
]


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: f"{rule.state or 'US'}-{rule.id}")
def test_every_rule_has_a_source(rule):
    assert rule.citation.strip()
    assert rule.source.strip()
    assert rule.title.strip()
    assert rule.starts_with.strip()
    assert rule.ends_with.strip()


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: f"{rule.state or 'US'}-{rule.id}")
def test_reliable_means_verified_and_wholly_encoded(rule):
    if rule.date_reliable:
        assert rule.verified
        assert rule.arithmetic in ("plain", "encoded")
        assert not rule.not_encoded


def test_the_data_holds_what_its_readme_counts():
    evaluations = [state.evaluation for state in law().states.values()]
    others = list(law().state_rules.values())

    assert (len(law().federal), len(evaluations), len(others)) == (86, 51, 81)
    assert sum(rule.verified for rule in law().federal.values()) == 74
    assert sum(rule.verified for rule in evaluations) == 29
    assert sum(rule.date_reliable for rule in evaluations) == 25
    assert sum(rule.date_reliable for rule in others) == 50
    assert sum(rule.date_reliable for rule in law().federal.values()) == 49


def test_a_row_with_a_field_nobody_reads_is_an_error():
    row = Row("here", {"id": "x", "surprise": 1})
    row.text("id")

    with pytest.raises(DataError, match="here: fields not understood: surprise"):
        row.finish()


@pytest.mark.parametrize("value", [None, "", "  ", 3])
def test_a_row_without_its_citation_is_an_error(value):
    with pytest.raises(DataError, match="citation is missing"):
        Row("here", {"citation": value}).text("citation")


def test_every_trigger_has_words_in_both_languages():
    for rule in EVERY:
        event = event_of(rule.trigger)
        assert event.en
        assert event.es
        assert event.words("es") == event.es


def test_consent_starts_the_evaluation_where_the_state_counts_from_consent():
    assert rules_started_by("evaluation_consent_received", "MT") == ["initial_evaluation"]
    assert rules_started_by("evaluation_consent_received", "MA") == ["initial_evaluation", "ma_assessments"]
    assert "initial_evaluation" not in rules_started_by("evaluation_consent_received", "VA")
    assert "initial_evaluation" in rules_started_by("referral_received", "VA")
    assert "initial_evaluation" in rules_started_by("written_referral_received", "NC")


def test_a_complaint_starts_the_hearing_clock_too():
    started = rules_started_by("dp_complaint_received")

    assert "resolution_period" in started
    assert "hearing_decision" in started


def test_new_hampshire_has_its_own_limit_for_going_to_court():
    assert rule_of("civil_action", "NH").id == "nh_civil_action"
    assert rules_started_by("hearing_decision_date", "NH") == []
    assert rules_started_by("hearing_decision_received", "NH") == ["nh_civil_action"]
    ids = [rule.id for rule in rules_in("NH")]
    assert ids.count("nh_civil_action") == 1


def test_every_rule_is_started_by_some_event_of_its_state():
    for code in (None, *law().states):
        started = {rule_id for event in events(code) for rule_id in rules_started_by(event.id, code)}
        assert started == {rule.id for rule in rules_in(code)}


def test_an_unknown_event_is_refused():
    with pytest.raises(RuleError, match="There is no event “moon_landing”"):
        rules_started_by("moon_landing")


def test_question_keys_are_words_a_form_can_carry():
    for rule in EVERY:
        for key in rule.question_keys:
            assert re.fullmatch(r"[a-z][a-z0-9_]{3,60}", key)


OUTLYING = ("PR", "GU", "AS", "MP", "VI")


def test_puerto_rico_and_the_outlying_areas_are_states_whose_own_rules_are_not_read():
    assert tuple(law().outlying) == OUTLYING
    assert not set(law().states) & set(OUTLYING)
    for code in OUTLYING:
        assert [rule.id for rule in rules_in(code)] == [rule.id for rule in rules_in()]
        assert rule_of("initial_evaluation", code) == rule_of("initial_evaluation")


@pytest.mark.parametrize("code", OUTLYING)
def test_where_a_state_may_set_another_number_the_federal_date_is_an_estimate(code):
    asked = {
        "initial_evaluation": {"evaluation_consent_received": date(2025, 9, 3)},
        "due_process_limitation": {"knew_or_should_have_known": date(2025, 9, 3)},
        "transfer_of_rights": {"birth": date(2010, 5, 1)},
    }
    for rule, facts in asked.items():
        found = deadline(rule, facts, state=code)
        assert (rule, found.state, found.reliable, bool(found.estimate)) == (rule, code, False, True)
    federal = deadline(
        "iep_meeting_after_eligibility", {"eligibility_determined": date(2025, 9, 3)}, state=code
    )
    assert (federal.due_on, federal.reliable) == (date(2025, 10, 3), True)


def test_puerto_ricos_age_of_majority_is_twenty_one():
    assert deadline("transfer_of_rights", {"birth": date(2010, 5, 1)}, state="PR").due_on == date(2031, 5, 1)
    assert deadline("transfer_of_rights", {"birth": date(2010, 5, 1)}, state="GU").due_on == date(2028, 5, 1)
