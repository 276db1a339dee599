"""Setting up a goal's data sheet, carrying it on when the plan changes, ending it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.models import User
from cases import calendars
from clients.models import Student
from progress import measures, silence
from progress.models import DataSheet, Measure, Phase
from progress.proposing import Proposal, propose
from reviews.models import Goal, PlanInForce

# How alike the words of two goals must be before we ask whether they are one.
ALIKE = 0.72
FIELDS = (
    "measure", "out_of", "per_minutes", "time_unit", "direction", "baseline", "target", "starts_on", "target_on",
    "expect_days",
)  # fmt: skip
SHAPE = ("measure", "out_of", "per_minutes", "time_unit")


class NotYet(Exception):
    """It cannot be done now; the message is a sentence."""


@dataclass(frozen=True)
class Open:
    """A goal of the plan in force without a sheet: what one could be, and an older sheet that may be its own."""

    goal: Goal
    proposal: Proposal
    earlier: DataSheet | None


def goals_in_force(student: Student) -> list[Goal]:
    """The goals of the plan in force, each with the plan. One query."""
    rows = Goal.objects.filter(plan__student=student, plan__superseded_at=None)
    return list(rows.select_related("plan").order_by("number"))


def proposal_of(goal: Goal, plan: PlanInForce) -> Proposal:
    """What the goal's words and the plan's dates say."""
    return propose(
        text=goal.text, criterion=goal.criterion, baseline=goal.baseline, measurement=goal.measurement,
        starts_on=goal.starts_on or plan.starts_on or plan.meeting_on,
        target_on=goal.ends_on or plan.ends_on or plan.review_due_on,
    )  # fmt: skip


def waiting(goals: Sequence[Goal], sheets: Sequence[DataSheet]) -> list[Open]:
    """Goals in force that have no open sheet, each with the sheet it may carry on: somebody is asked, always."""
    keys = {goal.pk for goal in goals}
    taken = {sheet.goal_id for sheet in sheets if sheet.is_open}
    loose = [sheet for sheet in sheets if sheet.is_open and sheet.goal_id not in keys]
    return [
        Open(goal, proposal_of(goal, goal.plan), _earlier(goal, loose))
        for goal in goals
        if goal.pk not in taken
    ]


def _earlier(goal: Goal, loose: Sequence[DataSheet]) -> DataSheet | None:
    """Of the sheets whose goal left the plan, the one whose words are nearest to this goal's."""
    scored = [(likeness(goal.text, sheet.goal_text), sheet) for sheet in loose]
    best = max(scored, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] >= ALIKE else None


def likeness(a: str, b: str) -> float:
    """How alike two goals are, 0 to 1. Dates and numbers are left out: a new year's target is still the same goal."""
    first, second = (re.sub(r"[\d/%.,]+", " ", text.lower()).split() for text in (a, b))
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


ENDS_FIRST = gettext_lazy("The annual date must come after the start.")


def check(values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with a sheet's values, as field → sentence."""
    wrong: dict[str, str] = {}
    kind, out_of = values.get("measure"), values.get("out_of")
    if kind in (Measure.TRIALS, Measure.RUBRIC) and not out_of:
        wrong["out_of"] = _("Out of how many?")
    if kind == Measure.TRIALS and out_of and not float(out_of).is_integer():
        wrong["out_of"] = _("Tries are counted in whole numbers.")
    if kind in (Measure.DURATION, Measure.LATENCY) and not values.get("time_unit"):
        wrong["time_unit"] = _("Seconds or minutes?")
    baseline, target = values.get("baseline"), values.get("target")
    if not wrong and kind:
        top = measures.most(_Shape(values))
        for name, number in (("baseline", baseline), ("target", target)):
            if number is not None and number > top:
                sentence = measures.TOO_MANY.get(kind)
                wrong[name] = str(
                    sentence
                    or _("This is more than %(most)s, the most there can be.")
                    % {"most": measures.say_number(top)}
                )
    if baseline is not None and target is not None and "target" not in wrong and "baseline" not in wrong:
        if values.get("direction") == "up" and target < baseline:
            wrong["target"] = _("The target is below the start. If less is better, choose that.")
        if values.get("direction") == "down" and target > baseline:
            wrong["target"] = _("The target is above the start. If more is better, choose that.")
    starts_on, target_on = values.get("starts_on"), values.get("target_on")
    if starts_on and target_on and target_on <= starts_on:
        wrong["target_on"] = str(ENDS_FIRST)
    return wrong


class _Shape:
    def __init__(self, values: Mapping[str, Any]) -> None:
        self.measure: str = values.get("measure") or ""
        self.out_of: float | None = values.get("out_of")
        self.per_minutes: float | None = values.get("per_minutes")
        self.time_unit: str = values.get("time_unit") or ""


def tidy(values: Mapping[str, Any]) -> dict[str, Any]:
    """A sheet's values without what its measure has no use for."""
    kept = dict(values)
    if kept.get("measure") not in (Measure.TRIALS, Measure.RUBRIC):
        kept["out_of"] = None
    if kept.get("measure") != Measure.FREQUENCY:
        kept["per_minutes"] = None
    if kept.get("measure") not in (Measure.DURATION, Measure.LATENCY):
        kept["time_unit"] = ""
    return kept


def set_up(goal: Goal, values: Mapping[str, Any], *, by: User, at: datetime) -> DataSheet:
    """Starts the data sheet of a goal in force. Raises NotYet when it has one, or left the plan meanwhile."""
    plan = goal.plan
    if plan.superseded_at is not None:
        raise NotYet(_("The plan has changed meanwhile. Please look at the new one."))
    with transaction.atomic():
        sheet = _make(goal, values, by=by, at=at)
        audit.record("sheet.set_up", by=by, at=at, about=sheet)
    return sheet


def carry_on(old: DataSheet, goal: Goal, values: Mapping[str, Any], *, by: User, at: datetime) -> DataSheet:
    """The goal of a new plan takes the points of an older sheet with it; that sheet ends and stays as it was.

    Where the two count in different ways, the older points stay on their own chart: raises NotYet.
    """
    with transaction.atomic():
        old = DataSheet.objects.select_for_update().get(pk=old.pk)
        if not old.is_open:
            raise NotYet(_("This sheet has ended already."))
        if goal.plan.superseded_at is not None or goal.plan.student_id != old.student_id:
            raise NotYet(_("The plan has changed meanwhile. Please look at the new one."))
        if any((tidy(values).get(name) or "") != (getattr(old, name) or "") for name in SHAPE):
            raise NotYet(
                _(
                    "The new goal is counted in another way than the old one. Please start a new sheet; the old one stays."
                )
            )
        old.ended_by, old.ended_at, old.end_reason = by, at, _("Carried on under the new plan")
        old.save(update_fields=["ended_by", "ended_at", "end_reason"])
        sheet = _make(goal, values, by=by, at=at, carries_on=old)
        Phase.objects.create(
            student_id=sheet.student_id, sheet=sheet, kind=Phase.Kind.PLAN, on=sheet.starts_on, by=by, at=at,
            words=_("New plan: target %(value)s") % {"value": measures.say(sheet, sheet.target)},
        )  # fmt: skip
        refresh(sheet)
        audit.record("sheet.carried_on", by=by, at=at, about=sheet, earlier=str(old.pk))
    return sheet


def _make(
    goal: Goal, values: Mapping[str, Any], *, by: User, at: datetime, carries_on: DataSheet | None = None
) -> DataSheet:
    kept = tidy(values)
    try:
        with transaction.atomic():
            calendar = calendars.of_district(goal.plan.student.district_id)
            return DataSheet.objects.create(
                student_id=goal.plan.student_id, goal=goal, number=goal.number, area=goal.area, goal_text=goal.text,
                quiet_on=silence.quiet_day(kept["starts_on"], kept["expect_days"], calendar), carries_on=carries_on, set_up_by=by,
                set_up_at=at, **{name: kept[name] for name in FIELDS},
            )  # fmt: skip
    except IntegrityError as clash:
        if "one_open_sheet_a_goal" not in str(clash):
            raise
        raise NotYet(_("This goal has a data sheet already.")) from None


def change(sheet: DataSheet, values: Mapping[str, Any], *, by: User, at: datetime) -> DataSheet:
    """Sets a sheet right. How it counts stays once it has points: raises NotYet."""
    kept = tidy(values)
    with transaction.atomic():
        sheet = DataSheet.objects.select_for_update().get(pk=sheet.pk)
        reshaped = any((kept.get(name) or "") != (getattr(sheet, name) or "") for name in SHAPE)
        if reshaped and (sheet.points.exists() or sheet.carries_on_id):
            raise NotYet(_("This sheet has points already, so how it counts must stay. End it and start another one instead."))  # fmt: skip
        changed = sorted(name for name in FIELDS if getattr(sheet, name) != kept[name])
        for name in changed:
            setattr(sheet, name, kept[name])
        sheet.save()
        refresh(sheet)
        audit.record("sheet.changed", by=by, at=at, about=sheet, fields=changed)
    return sheet


def end(sheet: DataSheet, *, reason: str, by: User, at: datetime) -> None:
    """No more points; what is there stays. Twice is once."""
    with transaction.atomic():
        ended = DataSheet.objects.filter(pk=sheet.pk, ended_at=None).update(
            ended_by=by, ended_at=at, end_reason=reason[:200]
        )
        if ended:
            audit.record("sheet.ended", by=by, at=at, about=sheet)


def mark(sheet: DataSheet, *, on: date, words: str, by: User, at: datetime) -> Phase:
    """A line on the goal's chart: the day from which something was done differently."""
    with transaction.atomic():
        made = Phase.objects.create(
            student_id=sheet.student_id, sheet=sheet, kind=Phase.Kind.OTHER, words=words, on=on, by=by, at=at
        )
        audit.record("phase.added", by=by, at=at, about=made, sheet=str(sheet.pk))
    return made


def unmark(phase: Phase, *, by: User, at: datetime) -> None:
    """Takes a line off the chart that somebody drew by hand; the lines of plans and strategies stay."""
    with transaction.atomic():
        if Phase.objects.filter(pk=phase.pk, kind=Phase.Kind.OTHER).delete()[0]:
            audit.record("phase.removed", by=by, at=at, about=phase, on=phase.on.isoformat())


def refresh(sheet: DataSheet) -> None:
    """From when the sheet counts as silent: so many days after its newest point, or its start."""
    silence.count_again(DataSheet.objects.filter(pk=sheet.pk))


def chains(sheets: Sequence[DataSheet]) -> dict[Any, list[Any]]:
    """The keys of each sheet and of those it carries on, oldest last. Costs no query."""
    by_key = {sheet.pk: sheet for sheet in sheets}
    found: dict[Any, list[Any]] = {}
    for sheet in sheets:
        keys, at = [], sheet
        while at is not None and at.pk not in keys:
            keys.append(at.pk)
            at = by_key.get(at.carries_on_id) if at.carries_on_id else None  # type: ignore[assignment]
        found[sheet.pk] = keys
    return found
