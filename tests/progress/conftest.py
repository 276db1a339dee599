from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from documents.models import DocumentVersion
from progress import points, sheets
from progress.models import DataPoint, DataSheet, Phase, SchoolReport, Strategy, TermReport, Win
from reviews.models import Goal, PlanInForce, Review
from tests.world import BEFORE, NOW, key

START, END = date(2026, 9, 1), date(2027, 8, 31)


@pytest.fixture(autouse=True)
def clean(harbor: Any) -> None:
    """The cast's own goals make way: each test sets up what it speaks of."""
    for model in (DataPoint, SchoolReport, Phase, Win, Strategy, TermReport, DataSheet):
        model.objects.all().delete()


@pytest.fixture
def make_plan(mateo: Any, ana: Any) -> Any:
    """`make_plan((area, text, criterion, baseline), …)`: a plan in force with these goals; the plan before it ends."""

    def make(*goals: tuple[str, str, str, str], starts_on: date = START, ends_on: date = END) -> PlanInForce:
        PlanInForce.objects.filter(student=mateo, superseded_at=None).update(superseded_at=NOW)
        version = DocumentVersion.objects.get(pk=key("version Mateo"))
        number = Review.objects.filter(version=version).count() + 1
        review = Review.objects.create(
            student=mateo, version=version, number=number, state="sent", opened_at=BEFORE, sent_at=BEFORE
        )
        plan = PlanInForce.objects.create(student=mateo, review=review, starts_on=starts_on, ends_on=ends_on, accepted_by=ana, accepted_at=BEFORE)  # fmt: skip
        for at, (area, text, criterion, baseline) in enumerate(goals, start=1):
            Goal.objects.create(plan=plan, number=at, area=area, text=text, criterion=criterion, baseline=baseline, measurement="weekly probes")  # fmt: skip
        return plan

    return make


READING = (
    "Reading",
    "Given a grade 4 passage, Mateo will read aloud 90 words a minute in 4 of 5 timed readings.",
    "90 words a minute in 4 of 5 timed readings",
    "50 words a minute",
)
TURNS = ("Turns", "In a game, Mateo will wait for his turn in 4 of 5 chances.", "4 of 5 chances", "1 of 5")
COPING = ("Coping", "Mateo will improve his coping skills.", "", "")


@pytest.fixture
def make_sheet(mateo: Any, ana: Any) -> Any:
    """A data sheet of Mateo's without a plan, `make_sheet("words", baseline=50, target=90)`."""

    def make(measure: str = "words", **more: Any) -> DataSheet:
        told = {
            "student": mateo, "area": "Reading", "goal_text": "Mateo will read aloud.", "measure": measure, "baseline": 50, "target": 90,
            "starts_on": START, "target_on": END, "quiet_on": START + timedelta(days=14), "set_up_by": ana, "set_up_at": BEFORE,
        }  # fmt: skip
        return DataSheet.objects.create(**{**told, **more})

    return make


@pytest.fixture
def sheet(make_sheet: Any) -> DataSheet:
    return make_sheet()


@pytest.fixture
def log(ana: Any) -> Any:
    """`log(sheet, value, days_ago=3, setting="home")` writes a point down as Ana."""

    def write(sheet: DataSheet, value: float, *, days_ago: int = 0, setting: str = "school", by: Any = ana, at: Any = NOW) -> DataPoint:  # fmt: skip
        moment = at - timedelta(days=days_ago)
        name = "part" if sheet.measure in ("trials", "frequency", "rate") else "value"
        return points.log(
            sheet, by=by, at=moment, key=uuid4(), setting=setting, happened_at=moment, **{name: value}
        ).point

    return write


def today() -> date:
    return timezone.localdate(NOW)


def values_of(proposal: Any, **more: Any) -> dict[str, Any]:
    return {**{name: getattr(proposal, name) for name in sheets.FIELDS}, **more}
