"""Goals of the demo with a year's data: home and school add numbers, a strategy helps, a new plan asks to carry on."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from clients.models import Contact, Student
from progress import points, school, sheets, strategies, wins, writing
from progress.models import DataSheet, Setting, TermReport, Went
from reviews import deciding, plans
from reviews.models import Goal, PlanInForce, Review, StructuredIEP
from tenants.places import current_firm


def seed(rivera: Contact, okafor: Contact, *, at: datetime) -> None:
    """Mateo's goals with data, wins and a report; Imani's two plans, whose goals ask to be carried on."""
    if DataSheet.objects.exists():
        return
    ana = User.objects.get(email="ana@harbor.example")
    _mateo(rivera, ana, at=at)
    _imani(okafor, ana, at=at)


def _accepted(review: Review, *, by: User, at: datetime) -> PlanInForce:
    """The review's plan as it is in force, or accepted now."""
    there = PlanInForce.objects.filter(review=review).first()
    if there is not None:
        return there
    structured = StructuredIEP.objects.get(version=review.version_id)
    if structured.names_another_child:
        deciding.confirm_child(structured, by=by, at=at)
    return plans.accept(review, by=by, at=at)


def _sheet(goal: Goal, plan: PlanInForce, *, start_days: int, by: User, at: datetime) -> DataSheet | None:
    """A sheet as the goal's words propose it, begun so many days ago; none where the words hold no number."""
    found = sheets.proposal_of(goal, plan)
    if not found.measure or found.target is None:
        return None
    begun = (at - timedelta(days=start_days)).date()
    values = {name: getattr(found, name) for name in sheets.FIELDS}
    values["baseline"] = found.baseline if found.baseline is not None else 0.0
    values |= {"starts_on": begun, "target_on": begun + timedelta(days=364)}
    if sheets.check(values):
        return None
    return sheets.set_up(goal, values, by=by, at=at - timedelta(days=start_days))


def _fill(
    sheet: DataSheet, people: Sequence[tuple[User, str]], *, days: int, every: int, pace: float, seed: int, at: datetime
) -> None:  # fmt: skip
    """Points from so many days ago until now: along the aim line times `pace`, with the noise that children have."""
    dice = random.Random(seed)  # noqa: S311 (an invented child)
    span, low = sheet.target - sheet.baseline, min(sheet.baseline, sheet.target)
    for count, ago in enumerate(range(days, 0, -every)):
        share = (days - ago) / 364 * pace
        value = sheet.baseline + span * share + dice.uniform(-0.06, 0.06) * abs(span)
        value = max(0.0, min(value, low + abs(span) * 1.1))
        who, setting = people[count % len(people)]
        moment = (at - timedelta(days=ago, hours=dice.randint(0, 5))).replace(second=0, microsecond=0)
        told: dict[str, Any] = {"value": round(value)}
        if sheet.measure == "trials":
            told = {"part": float(min(round(value), int(sheet.out_of or 1)))}
        elif sheet.measure in ("frequency", "rate"):
            told = {"part": float(round(value))}
        elif sheet.measure == "rubric":
            told = {"value": min(round(value * 2) / 2, sheet.out_of or 4)}
        elif sheet.measure == "percent":
            told = {"value": float(min(round(value), 100))}
        points.log(
            sheet, by=who, at=moment, key=UUID(int=dice.getrandbits(128), version=4), setting=setting, **told
        )


def _mateo(rivera: Contact, ana: User, *, at: datetime) -> None:
    mateo = Student.objects.get(given_name="Mateo", family=rivera.family)
    review = Review.objects.filter(student=mateo).order_by("opened_at").last()
    luz = rivera.user
    if review is None or luz is None:
        return
    plan = _accepted(review, by=ana, at=at - timedelta(days=2))
    made = []
    for goal in plan.goals.all()[:5]:
        sheet = _sheet(goal, plan, start_days=140, by=ana, at=at)
        if sheet is not None:
            made.append(sheet)
    both = [(luz, Setting.HOME), (ana, Setting.SCHOOL), (ana, Setting.SCHOOL)]
    for at_index, (sheet, pace, days) in enumerate(
        zip(made, (1.3, 0.9, 0.05, 0.6), (130, 120, 110, 100), strict=False)
    ):
        stop = at if at_index != 3 else at - timedelta(days=40)
        _fill(sheet, both, days=days, every=9 + at_index, pace=pace, seed=at_index, at=stop)
    today = timezone.localdate(at, current_firm().zone)
    if len(made) > 2:
        still = made[2]
        school.add(still, {"ends_on": today - timedelta(days=75), "words": "Mateo is working on this goal and is making progress.", "value": still.baseline, "page": 2}, by=ana, at=at - timedelta(days=70))  # fmt: skip
        school.add(still, {"ends_on": today - timedelta(days=6), "words": "Making progress toward the goal.", "value": still.baseline, "page": 2}, by=ana, at=at - timedelta(days=5))  # fmt: skip
    wins.add(mateo, words="Leyó solo la carta del menú y pidió su comida.", setting=Setting.ELSEWHERE, happened_on=today - timedelta(days=4), by=luz, at=at - timedelta(days=4))  # fmt: skip
    wins.add(mateo, words="Read a whole page aloud to a friend without being asked.", setting=Setting.SCHOOL, happened_on=today - timedelta(days=12), sheet=made[0] if made else None, by=ana, at=at - timedelta(days=11))  # fmt: skip
    choice = strategies.start(
        mateo, trigger="When he is asked to write", response="Offer two topics, wait ten seconds, then let him say the first sentence aloud.",
        who="Teacher, mother", started_on=today - timedelta(days=60), by=ana, at=at - timedelta(days=60), sheets=made[1:3],
    )  # fmt: skip
    for ago, went, setting, who, said in (
        (50, Went.PARTLY, Setting.SCHOOL, ana, "He chose, but wrote one line only."),
        (28, Went.WELL, Setting.HOME, luz, "Escribió cuatro líneas sobre su perro."),
        (9, Went.WELL, Setting.SCHOOL, ana, "Started within a minute, three times this week."),
    ):
        strategies.tell(choice, went=went, setting=setting, words=said, happened_on=today - timedelta(days=ago), by=who, at=at - timedelta(days=ago - 1))  # fmt: skip


def seed_report(rivera: Contact, *, at: datetime) -> None:
    """Mateo's report of the last three months, in the family's language, approved and sent."""
    mateo = Student.objects.get(given_name="Mateo", family=rivera.family)
    if TermReport.objects.filter(student=mateo).exists():
        return
    ana, today = User.objects.get(email="ana@harbor.example"), timezone.localdate(at, current_firm().zone)
    report = writing.write(mateo, starts_on=today - timedelta(days=90), ends_on=today - timedelta(days=1), language="es", by=ana, at=at)  # fmt: skip
    writing.approve(report, by=ana, at=at)
    writing.send(report, by=ana, at=at)


def _imani(okafor: Contact, ana: User, *, at: datetime) -> None:
    imani = Student.objects.filter(given_name="Imani", family=okafor.family).first()
    ngozi = okafor.user
    if imani is None or ngozi is None:
        return
    reviews = list(Review.objects.filter(student=imani).order_by("version__uploaded_at"))
    if len(reviews) < 2:
        return
    first = _accepted(reviews[0], by=ana, at=at - timedelta(days=370))
    made = []
    if first.superseded_at is None:
        made = [
            sheet
            for goal in first.goals.all()
            if (sheet := _sheet(goal, first, start_days=360, by=ana, at=at)) is not None
        ]
    for index, sheet in enumerate(made):
        _fill(sheet, [(ngozi, Setting.HOME), (ana, Setting.SCHOOL)], days=350, every=16, pace=0.8, seed=40 + index, at=at)  # fmt: skip
    _accepted(reviews[-1], by=ana, at=at - timedelta(days=3))
    for index, one in enumerate(sheets.waiting(sheets.goals_in_force(imani), made)):
        if one.earlier is not None and index == 2:
            values = {name: getattr(one.earlier, name) for name in sheets.FIELDS}
            begun = (at - timedelta(days=3)).date()
            values |= {
                "starts_on": begun,
                "target_on": begun + timedelta(days=364),
                "baseline": one.earlier.baseline,
            }
            sheets.carry_on(one.earlier, one.goal, values, by=ana, at=at - timedelta(days=2))
