"""The plan in force: goals and services that an advocate accepted from an IEP, and how they change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from cases import clock
from cases.models import Case
from reader.amounts import WEEKS
from reader.compare import likeness
from reviews.deciding import NotYet
from reviews.models import Correction, Goal, PlanInForce, Review, ServiceRow, StructuredIEP
from reviews.structure import day

ALIKE = 0.5
AMOUNTS = {"minutes", "sessions", "per", "minutes_per_week"}
Data = dict[str, Any]


@dataclass(frozen=True)
class AcceptedDate:
    """A date of an accepted IEP that a clock may start from. `event` is one of `law`'s names for it."""

    event: str
    on: date


def accept(review: Review, *, by: User, at: datetime) -> PlanInForce:
    """Makes the reading's goals and services the student's plan in force; the plan before it ends.

    Doing it again for the same review takes the corrected values: goals and services that are still there stay the
    same rows, since numbers and minutes hang on them, and a service that changed since stays changed. Raises NotYet
    for what is no IEP, is not read, or names another child.
    """
    structured = StructuredIEP.objects.filter(version=review.version_id).first()
    if structured is None or not structured.is_iep or structured.is_under_way:
        raise NotYet(_("Only an IEP that was read can become the plan in force."))
    if structured.names_another_child:
        raise NotYet(_("The paper names another child. Please say first whether it is the right one."))
    data = structured.data
    starts, ends = day(data.get("iep_start")), day(data.get("iep_end"))
    with transaction.atomic():
        PlanInForce.objects.filter(student=review.student_id, superseded_at=None).exclude(
            review=review
        ).update(superseded_at=at)
        plan, _made = PlanInForce.objects.update_or_create(
            review=review,
            defaults={
                "student_id": review.student_id, "accepted_by": by, "accepted_at": at, "superseded_at": None,
                "meeting_on": day(data.get("meeting_date")), "starts_on": starts, "ends_on": ends,
                "review_due_on": day(data.get("annual_review_due")),
                "reevaluation_due_on": day(data.get("reevaluation_due")),
            },
        )  # fmt: skip
        _keep_goals(plan, [goal for goal in data["goals"] if goal.get("text")])
        _keep_services(plan, data["services"])
        audit.record("plan.accepted", by=by, at=at, about=plan)
    return plan


def is_behind(plan: PlanInForce) -> bool:
    """The plan is in force, and what it was taken from has been corrected since."""
    return (
        plan.superseded_at is None
        and Correction.objects.filter(
            structured__version__reviews__plan=plan, at__gt=plan.accepted_at
        ).exists()
    )


def _same(rows: Sequence[Any], drafts: Sequence[Data], alike: Callable[[Any, Data], float]) -> dict[int, Any]:
    """Which row each draft is, by the draft's index: the most alike first, none twice."""
    ranked = sorted(
        ((alike(row, draft), -at, row) for at, draft in enumerate(drafts) for row in rows),
        key=lambda found: found[:2], reverse=True,
    )  # fmt: skip
    found: dict[int, Any] = {}
    for value, at, row in ranked:
        if value >= ALIKE and -at not in found and row not in found.values():
            found[-at] = row
    return found


def _keep_goals(plan: PlanInForce, drafts: Sequence[Data]) -> None:
    there = list(plan.goals.all())
    same = _same(there, drafts, lambda goal, draft: likeness(goal.text, draft["text"]))
    plan.goals.exclude(pk__in=[goal.pk for goal in same.values()]).delete()
    plan.goals.update(number=F("number") + len(there) + len(drafts))  # out of the way of the numbers to come
    for at, draft in enumerate(drafts):
        goal = same.get(at) or Goal(plan=plan)
        goal.number, goal.text, goal.area = at + 1, draft["text"], (draft.get("area") or "")[:200]
        goal.starts_on, goal.ends_on = plan.starts_on, plan.ends_on
        for name in ("baseline", "criterion", "measurement", "timeframe"):
            setattr(goal, name, draft.get(name) or "")
        goal.save()


def _keep_services(plan: PlanInForce, drafts: Sequence[Data]) -> None:
    def named(draft: Data) -> str:
        return (draft.get("name") or draft.get("as_written") or "")[:300]

    there = list(plan.services.filter(replaces=None))
    changed = set(plan.services.exclude(replaces=None).values_list("replaces", flat=True))
    same = _same(
        there, drafts,
        lambda row, draft: (likeness(row.name, named(draft)) + (row.as_written == (draft.get("as_written") or ""))) / 2
        if row.as_written else likeness(row.name, named(draft)),
    )  # fmt: skip
    for row in there:
        if row not in same.values() and row.pk not in changed:
            row.delete()
    for at, draft in enumerate(drafts):
        row = same.get(at) or ServiceRow(plan=plan)
        if row.pk in changed:
            continue
        row.name, row.as_written = named(draft), draft.get("as_written") or ""
        row.kind, row.per = (draft.get("kind") or "")[:40], (draft.get("per") or "")[:20]
        row.location, row.setting = (draft.get("location") or "")[:300], (draft.get("setting") or "")[:60]
        row.minutes, row.sessions = draft.get("minutes"), draft.get("sessions")
        row.minutes_per_week = draft.get("minutes_per_week")
        row.starts_on = day(draft.get("start")) or plan.starts_on
        row.ends_on = day(draft.get("end")) or plan.ends_on
        row.save()


def change_service(row: ServiceRow, *, from_on: date, by: User, at: datetime, **values: Any) -> ServiceRow:
    """A service changes from a day on: the row ends the day before, and another starts.

    Raises NotYet for a row that changed already, or a day before it began.
    """
    with transaction.atomic():
        row = ServiceRow.objects.select_for_update().get(pk=row.pk)
        if ServiceRow.objects.filter(replaces=row).exists():
            raise NotYet(_("This service has changed already. Please change the newer row."))
        if row.starts_on and from_on <= row.starts_on:
            raise NotYet(_("The change must come after the day the service started."))
        facts = {
            name: getattr(row, name)
            for name in ("name", "kind", "as_written", "minutes", "per", "sessions", "minutes_per_week", "location", "setting", "ends_on")
        }  # fmt: skip
        fresh = ServiceRow(plan=row.plan, replaces=row, **{**facts, **values, "starts_on": from_on})
        if values.keys() & {"minutes", "sessions", "per"} and "minutes_per_week" not in values:
            fresh.minutes_per_week = _a_week(fresh)
        if values.keys() & AMOUNTS and "as_written" not in values:
            fresh.as_written = ""  # the paper's words say the old amount
        fresh.save()
        row.ends_on = from_on - timedelta(days=1)
        row.save(update_fields=["ends_on"])
        audit.record("plan.service_changed", by=by, at=at, about=row.plan)
    return fresh


def _a_week(row: ServiceRow) -> float | None:
    if row.minutes is None or row.sessions is None or row.per not in WEEKS:
        return None
    return round(row.minutes * row.sessions / WEEKS[row.per], 2)


def accepted_dates(plan: PlanInForce) -> list[AcceptedDate]:
    """The dates of an accepted plan that clocks start from: the meeting, the date of the IEP, the last evaluation."""
    structured = StructuredIEP.objects.filter(version=plan.review.version_id).first() if plan.review else None
    data = structured.data if structured else {}
    found = {
        "iep_meeting_held": plan.meeting_on,
        "last_iep_date": plan.meeting_on or plan.starts_on,
        "last_evaluation_completed": day(data.get("last_evaluation")),
    }
    return [AcceptedDate(event, on) for event, on in found.items() if on is not None]


def tell_case(plan: PlanInForce, *, by: User, at: datetime) -> list[str]:
    """Writes the plan's dates into the student's open case, if there is one.

    Answers a sentence for each date that the case did not take: it would contradict what is written there.
    """
    case = Case.objects.open().filter(student=plan.student_id).order_by("-opened_at").first()
    if case is None:
        return []
    refused: list[str] = []
    for one in accepted_dates(plan):
        try:
            clock.record(case, kind=one.event, on=one.on, by=by, at=at, note=_("From the accepted IEP"))
        except clock.ImpossibleFacts as why:
            refused += why.sentences
    return refused
