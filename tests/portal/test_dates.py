"""The public page that counts a date, and the clock of a case, give one answer."""

from datetime import date

import pytest

from cases import clock as dates
from cases import opening
from cases.models import Deadline
from clients.models import District, Student
from law.rules import RuleError, rule_of
from portal.dates import QUESTIONS
from tests.world import NOW
from web.dates import say_day

# A start that lies in the past, on a weekday, outside every summer.
START = date(2026, 10, 12)


@pytest.mark.parametrize("state", ["MT", "CA", "TX", "NY", "MD", "GA", "VA", "MA"])
def test_the_public_page_and_the_case_count_alike(visitor, ana, mateo, clock, state):
    district = District.objects.create(name="Hill", state=state)
    Student.objects.filter(pk=mateo.pk).update(district=district)
    case = opening.open_case(
        student=Student.objects.get(pk=mateo.pk), kind="other", advocate=ana, by=ana, at=NOW
    )
    compared = 0
    for rule in QUESTIONS:
        try:
            trigger = rule_of(rule, state).trigger
        except RuleError:
            continue
        if rule not in dates.obligations(trigger, state):
            continue
        event = dates.record(case, kind=trigger, on=START, by=ana, at=NOW)
        row = Deadline.objects.get(event=event, rule=rule)
        page = visitor.get(f"/dates/?rule={rule}&on={START}&state={state}").content.decode()
        dates.take_back(event, by=ana, at=NOW)
        if row.due_on:
            assert say_day(row.due_on, style="day_year") in page, (rule, state)
            assert (">Checked<" in page) is row.verified, (rule, state)
        else:
            assert "We need the school calendar for this" in page or "gives no number of days" in page, (
                rule,
                state,
            )
        compared += 1
    assert compared >= 6
