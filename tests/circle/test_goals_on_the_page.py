"""A goal on the shared page: its numbers, also of the sheet it carries on, and the lines of what changed."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from clients.models import Part
from progress import points, strategies
from progress.models import DataPoint, DataSheet, Phase, SchoolReport
from tests.world import BEFORE, NOW


@pytest.fixture(autouse=True)
def _now(clock, standins, harbor):
    for model in (SchoolReport, DataPoint, Phase, DataSheet):
        model.objects.all().delete()


@pytest.fixture
def sheet(mateo, ana):
    """A goal in its second plan: 58 words under the first one, 63 under this."""

    def make(starts_on, **more):
        return DataSheet.objects.create(
            student=mateo, area="Reading", goal_text="Mateo will read aloud.", measure="words", baseline=50, target=90,
            starts_on=starts_on, target_on=starts_on + timedelta(days=360), quiet_on=starts_on + timedelta(days=14),
            set_up_by=ana, set_up_at=BEFORE, **more,
        )  # fmt: skip

    first = make(date(2025, 9, 1))
    log(first, 58, date(2026, 5, 4), ana)
    DataSheet.objects.filter(pk=first.pk).update(ended_at=BEFORE, ended_by=ana)
    made = make(date(2026, 9, 1), carries_on=first)
    log(made, 63, date(2026, 11, 2), ana)
    return made


def log(sheet, value, on, by):
    moment = NOW.replace(year=on.year, month=on.month, day=on.day)
    points.log(sheet, by=by, at=NOW, key=uuid4(), setting="school", happened_at=moment, value=value)


def strategy(mateo, ana, sheet, *, shared):
    return strategies.start(
        mateo, trigger="He looks away", response="Count to four", who="", started_on=date(2026, 10, 5), by=ana, at=NOW,
        sheets=[sheet], shared=shared,
    )  # fmt: skip


def test_the_chart_holds_the_numbers_of_the_plan_before(visitor, luz, sheet, page):
    seen = visitor.as_(luz).get(page).content.decode()

    assert ">58</td>" in seen
    assert ">63</td>" in seen
    assert seen.index(">63</td>") < seen.index(">58</td>")  # the newest first


def test_a_line_says_what_changed_to_those_who_may_read_it(
    visitor, luz, gus, ana, mateo, sheet, page, invite
):
    invite(sees=[Part.GOALS])
    strategy(mateo, ana, sheet, shared=True)

    assert "He looks away" in visitor.as_(luz).get(page).content.decode()
    seen = visitor.as_(gus).get(page).content.decode()
    assert "Reading" in seen
    assert "He looks away" not in seen
    invite(sees=[Part.GOALS, Part.STRATEGIES])
    assert 'class="phase"' in visitor.get(page).content.decode()


def test_a_strategy_of_the_office_alone_leaves_no_line_for_the_family(visitor, luz, ana, mateo, sheet, page):
    strategy(mateo, ana, sheet, shared=False)

    for path in (page, f"/portal/progress/{sheet.pk}/"):
        seen = visitor.as_(luz).get(path).content.decode()
        assert "Reading" in seen
        assert "He looks away" not in seen
        assert 'class="phase"' not in seen
    assert 'class="phase"' in visitor.as_(ana).get(f"/progress/sheets/{sheet.pk}/").content.decode()
