"""Every rule that counts, against a counter that walks one day at a time: dates, and where there can be none."""

import random
from datetime import date, timedelta

import pytest

from law.clock import Status, deadline
from law.rules import law, rule_of
from tests.law import day_by_day, sample_calendars

DISTRICTS = {name: day_by_day.District(**plain) for name, plain in sample_calendars.ALL.items()}
CALENDARS = {name: sample_calendars.calendar(plain) for name, plain in sample_calendars.ALL.items()}
STARTS = 15


def counted(rule):
    return rule.duration is not None and rule.unit is not None and rule.trigger != "removal_cumulative"


FEDERAL = [(rule.id, None) for rule in law().federal.values() if counted(rule)]
EVALUATIONS = [
    ("initial_evaluation", code) for code, state in law().states.items() if counted(state.evaluation)
]
STATE_RULES = [(rule.id, rule.state) for rule in law().state_rules.values() if counted(rule)]
RULES = FEDERAL + EVALUATIONS + STATE_RULES


def cases(rule_id, state):
    """Starts spread over two and a half years, some at the edges where rules change; the same on every run."""
    rule = rule_of(rule_id, state)
    chance = random.Random(f"{rule_id} {state}")
    edges = [date(2025, 6, 2), date(2026, 5, 13), date(2026, 6, 12), date(2025, 12, 19), date(2026, 7, 15)]
    starts = edges + [date(2024, 9, 20) + timedelta(days=chance.randrange(800)) for _ in range(STARTS - 5)]
    for index, start in enumerate(starts):
        facts = {rule.trigger: start}
        for limit in rule.also_limit:
            if limit.start != rule.trigger and chance.random() < 0.7:
                facts[limit.start] = start + timedelta(days=chance.randrange(-45, 60))
        if rule.late_start and chance.random() < 0.5:
            for event in rule.late_start.keyed_to:
                if event != rule.trigger:
                    facts[event] = start - timedelta(days=chance.randrange(5, 60))
        if any(extension.by == "student_absence" for extension in rule.extensions):
            facts["extended_by_student_absence"] = chance.choice([0, 1, 2, 3, 5, 11])
        yield facts, list(CALENDARS)[index % 3]


@pytest.mark.parametrize(("rule_id", "state"), RULES)
def test_the_clock_agrees_with_a_day_by_day_count(rule_id, state):
    dated = 0
    for facts, name in cases(rule_id, state):
        expected = day_by_day.due(rule_id, state, facts, DISTRICTS[name])
        found = deadline(rule_id, facts, state=state, calendar=CALENDARS[name])
        assert (found.due_on, facts, name) == (expected, facts, name)
        assert found.status is (Status.DATE if expected else Status.NEEDS_INPUT)
        dated += expected is not None
    assert dated >= 10


def test_there_are_more_than_a_thousand_cases_and_every_state_rule_has_ten():
    assert len(RULES) * STARTS >= 1_000
    shipped = {state.evaluation.state for state in law().states.values()} | {
        rule.id for rule in law().state_rules.values()
    }
    covered = {state for _, state in EVALUATIONS} | {rule_id for rule_id, _ in STATE_RULES}
    # the rows without a confirmed number: no date is ever calculated
    assert shipped - covered == {"AL", "KS", "ME", "wv_sat_review"}


@pytest.mark.parametrize("rule_id", [rule.id for rule in law().federal.values() if rule.kind == "standard"])
def test_a_standard_never_has_a_date(rule_id):
    rule = rule_of(rule_id)
    found = deadline(rule_id, {rule.trigger: date(2025, 9, 3)}, calendar=CALENDARS["ordinary"])

    assert (found.status, found.due_on, found.reliable) == (Status.STANDARD, None, False)
    assert found.standard in found.arithmetic()
