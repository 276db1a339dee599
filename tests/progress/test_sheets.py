"""Each goal of the plan in force gets a data sheet that an advocate confirmed; a new plan asks."""

from datetime import timedelta

import pytest

from progress import page, sheets
from progress.models import DataSheet, Phase
from tests.progress.conftest import COPING, READING, START, TURNS, values_of
from tests.world import NOW

ORDINARY = {
    "measure": "words", "direction": "up", "baseline": "50", "target": "90", "starts_on": "2026-09-01", "target_on": "2027-08-31",
    "expect_days": "14", "act": "new",
}  # fmt: skip


def test_the_goal_page_proposes_and_a_person_confirms(visitor, ana, mateo, make_plan, clock):
    plan = make_plan(READING, COPING)
    goal = plan.goals.first()
    listed = visitor.as_(ana).get(f"/students/{mateo.pk}/progress/").content.decode()
    assert "Looks clear" in listed
    assert "This goal has no number in it." in listed
    form = visitor.get(f"/progress/goals/{goal.pk}/sheet/").content.decode()
    assert 'value="50"' in form
    assert not DataSheet.objects.exists()

    answer = visitor.post(f"/progress/goals/{goal.pk}/sheet/", ORDINARY)

    sheet = DataSheet.objects.get()
    assert answer["Location"] == f"/progress/sheets/{sheet.pk}/"
    assert (sheet.measure, sheet.baseline, sheet.target, sheet.goal, sheet.set_up_by) == ("words", 50, 90, goal, ana)  # fmt: skip
    assert sheet.quiet_on == START + timedelta(days=14)
    assert visitor.post(f"/progress/goals/{goal.pk}/sheet/", ORDINARY).status_code == 302
    assert DataSheet.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"measure": "percent", "target": "120"}, "A percent goes from 0 to 100."),
        ({"target": "40"}, "The target is below the start. If less is better, choose that."),
        ({"direction": "down"}, "The target is above the start. If more is better, choose that."),
        ({"measure": "trials", "baseline": "1", "target": "4"}, "Out of how many?"),
        ({"measure": "trials", "baseline": "1", "target": "4", "out_of": "4.5"}, "Tries are counted in whole numbers."),
        ({"measure": "latency"}, "Seconds or minutes?"),
        ({"target_on": "2026-09-01"}, "The annual date must come after the start."),
        ({"baseline": ""}, "Start: please fill this in."),
        ({"baseline": "half"}, "Please type a number, such as 12."),
        ({"expect_days": "0"}, "Between 1 and 365 days, please."),
        ({"starts_on": "0026-09-01"}, "This day cannot be right."),
        ({"measure": "guess"}, "Select a valid choice"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(visitor, ana, make_plan, clock, change, sentence):
    goal = make_plan(READING).goals.get()
    answer = visitor.as_(ana).post(f"/progress/goals/{goal.pk}/sheet/", {**ORDINARY, **change})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not DataSheet.objects.exists()


def test_others_set_up_nothing(visitor, marcus, luz, make_plan, clock):
    goal = make_plan(READING).goals.get()
    assert visitor.as_(marcus).get(f"/progress/goals/{goal.pk}/sheet/").status_code == 404
    assert visitor.as_(luz).get(f"/progress/goals/{goal.pk}/sheet/").status_code == 403


@pytest.fixture
def two_plans(make_plan, ana, log):
    """A sheet with numbers, whose goal a new plan names again with a higher target."""
    plan = make_plan(READING)
    goal = plan.goals.get()
    old = sheets.set_up(goal, values_of(sheets.proposal_of(goal, plan)), by=ana, at=NOW)
    for ago, value in ((60, 52), (50, 55), (40, 58)):
        log(old, value, days_ago=ago)
    again = ("Reading", READING[1].replace("90", "120"), "120 words a minute in 4 of 5 timed readings", "58 words a minute")  # fmt: skip
    fresh = make_plan(again, TURNS, starts_on=NOW.date(), ends_on=NOW.date() + timedelta(days=364))
    return old, fresh


def test_a_new_plan_asks_whether_the_goal_goes_on(visitor, ana, mateo, two_plans, clock):
    old, fresh = two_plans
    reading, turns = fresh.goals.all()
    page_ = visitor.as_(ana).get(f"/students/{mateo.pk}/progress/").content.decode()
    assert page_.count("Is this last year&#x27;s goal?") + page_.count("Is this last year's goal?") == 1
    old.refresh_from_db()
    assert old.is_open  # nothing is carried on by itself
    assert not DataSheet.objects.filter(goal__in=[reading, turns]).exists()

    told = {**ORDINARY, "baseline": "58", "target": "120", "starts_on": str(NOW.date()), "target_on": str(fresh.ends_on), "act": "carry"}  # fmt: skip
    visitor.post(f"/progress/goals/{reading.pk}/sheet/", told)

    old.refresh_from_db()
    sheet = DataSheet.objects.get(goal=reading)
    assert (sheet.carries_on, old.is_open, old.end_reason) == (old, False, "Carried on under the new plan")
    assert (old.target, old.points.count(), sheet.points.count()) == (90, 3, 0)  # the past stays as it was
    phase = Phase.objects.get()
    assert (phase.sheet, phase.kind, phase.on) == (sheet, "plan", NOW.date())
    assert phase.words == "New plan: target 120 words a minute"
    line = page.one(sheet, ana, today=NOW.date())
    assert line.count == 3  # the chart shows the numbers of both


def test_no_starts_anew_and_leaves_the_old_one_alone(visitor, ana, two_plans, clock):
    old, fresh = two_plans
    goal = fresh.goals.first()
    visitor.as_(ana).post(f"/progress/goals/{goal.pk}/sheet/", ORDINARY)
    old.refresh_from_db()
    assert old.is_open
    assert DataSheet.objects.get(goal=goal).carries_on is None


def test_a_goal_that_counts_otherwise_does_not_take_the_numbers(visitor, ana, two_plans, clock):
    _old, fresh = two_plans
    goal = fresh.goals.first()
    told = {**ORDINARY, "measure": "percent", "baseline": "20", "target": "80", "act": "carry"}
    answer = visitor.as_(ana).post(f"/progress/goals/{goal.pk}/sheet/", told)
    assert answer.status_code == 422
    assert "The new goal is counted in another way than the old one." in answer.content.decode()
    assert DataSheet.objects.count() == 1


def test_taking_the_same_review_anew_keeps_the_numbers(make_plan, ana, mateo, log):
    """Accepting corrected values makes new goal rows: the sheet stays and asks for its goal."""
    plan = make_plan(READING)
    goal = plan.goals.get()
    sheet = sheets.set_up(goal, values_of(sheets.proposal_of(goal, plan)), by=ana, at=NOW)
    log(sheet, 55)
    goal.delete()
    from reviews.models import Goal

    again = Goal.objects.create(plan=plan, number=1, area="Reading", text=READING[1], criterion=READING[2], baseline=READING[3])  # fmt: skip

    found = page.overview(mateo, ana, today=NOW.date())

    assert [(one.goal, one.earlier) for one in found.waiting] == [(again, sheet)]
    assert [(line.sheet, line.count) for line in found.lines] == [(sheet, 1)]


def test_how_it_counts_stays_once_there_are_numbers(visitor, ana, sheet, log, clock):
    log(sheet, 55)
    url = f"/progress/sheets/{sheet.pk}/details/"
    told = {name: value for name, value in ORDINARY.items() if name != "act"}
    answer = visitor.as_(ana).post(url, {**told, "measure": "percent"})
    assert answer.status_code == 422
    assert "This sheet has points already" in answer.content.decode()

    assert visitor.post(url, {**told, "target": "95"}).status_code == 302
    sheet.refresh_from_db()
    assert (sheet.measure, sheet.target) == ("words", 95)


def test_a_change_is_marked_on_the_chart(visitor, ana, sheet, clock):
    url = f"/progress/sheets/{sheet.pk}/phases/"
    visitor.as_(ana).post(url, {"on": "2026-10-05", "words": "New reading program"})
    page_ = visitor.get(f"/progress/sheets/{sheet.pk}/").content.decode()
    assert 'class="phase"' in page_
    assert "New reading program" in page_
    assert visitor.post(url, {"on": "", "words": ""}).status_code == 422


def test_silent_goals_are_listed_on_today(visitor, ana, marcus, sheet, clock):
    assert "No numbers lately" in visitor.as_(ana).get("/today/").content.decode()
    assert "Reading" in visitor.get("/progress/quiet/").content.decode()
    assert "No numbers lately" not in visitor.as_(marcus).get("/today/").content.decode()
    DataSheet.objects.update(quiet_on=NOW.date() + timedelta(days=1))
    assert "No numbers lately" not in visitor.as_(ana).get("/today/").content.decode()
