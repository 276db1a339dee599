"""Sheets, points, school reports, wins and strategies for programs."""

from uuid import uuid4

import pytest

from progress.models import DataPoint, DataSheet, SchoolReport, Strategy, Win
from tests.api.conftest import Program
from tests.progress.conftest import READING, TURNS
from tests.world import NOW

SHEET = {"measure": "words", "baseline": 50, "target": 90, "starts_on": "2026-09-01", "target_on": "2027-08-31"}  # fmt: skip


@pytest.fixture
def program(harbor, clock, standins, ana):
    return Program(harbor).with_key(ana)


def test_a_sheet_of_a_goal_in_force(program, make_plan, ana):
    goal, other = make_plan(READING, TURNS).goals.all()
    answer = program.send("/sheets/", {**SHEET, "goal": str(goal.pk)})
    made = DataSheet.objects.get()
    assert (answer.status_code, answer.json()["id"], made.set_up_by) == (201, str(made.pk), ana)
    assert program.send("/sheets/", {**SHEET, "goal": str(goal.pk)}).status_code == 400
    wrong = program.send("/sheets/", {**SHEET, "goal": str(other.pk), "measure": "percent", "target": 120})
    assert "A percent goes from 0 to 100." in wrong.content.decode()
    listed = program.read(f"/sheets/?student={made.student_id}").json()
    assert [row["id"] for row in listed["results"]] == [str(made.pk)]
    assert program.read("/sheets/?student=x").status_code == 400


def test_the_same_key_is_the_same_point(program, sheet):
    told = {"sheet": str(sheet.pk), "key": str(uuid4()), "value": 55, "setting": "home"}
    first, second = program.send("/points/", told), program.send("/points/", told)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert DataPoint.objects.count() == 1


def test_a_wrong_clock_is_corrected(program, sheet):
    told = {"sheet": str(sheet.pk), "key": str(uuid4()), "value": 55, "setting": "home", "happened_at": "2026-11-25T18:00:00Z", "device_at": "2026-11-25T19:00:00Z"}  # fmt: skip
    made = program.send("/points/", told).json()
    assert (made["happened_at"], made["clock_offset"]) == ("2026-11-24T11:00:00-07:00", -86400) or made["clock_offset"] == -86400  # fmt: skip
    assert DataPoint.objects.get().happened_on == NOW.date()


@pytest.mark.parametrize(
    ("told", "field"),
    [({"value": -1}, "value"), ({"value": 99999}, "value"), ({}, "value"), ({"value": 5, "setting": "moon"}, "setting"),
     ({"value": 5, "key": "x"}, "key"), ({"value": 5, "happened_at": "2027-01-01T00:00:00Z"}, "happened_at")],
)  # fmt: skip
def test_what_cannot_be_names_its_field(program, sheet, told, field):
    answer = program.send("/points/", {"sheet": str(sheet.pk), "key": str(uuid4()), "setting": "home", **told})  # fmt: skip
    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]


def test_correcting_and_taking_back(program, sheet, log):
    point = log(sheet, 55, days_ago=1)
    fixed = program.send(f"/points/{point.pk}/correct/", {"value": 57, "setting": "school"}).json()
    assert (fixed["value"], [old["value"] for old in fixed["revisions"]]) == (57, [55])
    assert program.send(f"/points/{point.pk}/withdraw/", {}).status_code == 400
    assert program.send(f"/points/{point.pk}/withdraw/", {"reason": "No"}).json()["withdrawal_reason"] == "No"


def test_school_reports_wins_and_strategies(program, sheet, mateo):
    told = {"sheet": str(sheet.pk), "ends_on": "2026-11-10", "words": "Está progresando", "value": 52}
    assert program.send("/school-reports/", told).json()["called"] == "progress"
    assert program.send("/school-reports/", told).status_code == 400
    win = program.send("/wins/", {"student": str(mateo.pk), "words": "A page", "setting": "home", "happened_on": "2026-11-20"})  # fmt: skip
    assert win.status_code == 201
    started = program.send("/strategies/", {"student": str(mateo.pk), "trigger": "Noise", "response": "Ear muffs", "started_on": "2026-11-01", "sheets": [str(sheet.pk)]})  # fmt: skip
    assert started.status_code == 201
    went = program.send(f"/strategies/{started.json()['id']}/tell/", {"went": "well", "setting": "home", "happened_on": "2026-11-20"})  # fmt: skip
    assert went.status_code == 201
    assert (SchoolReport.objects.count(), Win.objects.count(), Strategy.objects.get().results.count()) == (1, 1, 1)  # fmt: skip


def test_what_a_person_does_not_see_their_key_does_not_either(harbor, clock, marcus, sheet, log, mateo):
    point = log(sheet, 55)
    other = Program(harbor).with_key(marcus)
    assert other.read("/sheets/").json()["results"] == []
    assert other.read(f"/points/{point.pk}/").status_code == 404
    assert other.send("/points/", {"sheet": str(sheet.pk), "key": str(uuid4()), "value": 5, "setting": "home"}).status_code == 400  # fmt: skip
    assert other.send("/wins/", {"student": str(mateo.pk), "words": "x", "setting": "home", "happened_on": "2026-11-20"}).status_code == 400  # fmt: skip
    assert other.read("/term-reports/").json()["results"] == []
