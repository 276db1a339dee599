"""The plan in force: goals and services that an advocate accepted from an IEP, and how they change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from cases import clock
from cases.models import Case
from reviews.deciding import NotYet
from reviews.models import Goal, PlanInForce, Review, ServiceRow, StructuredIEP


@dataclass(frozen=True)
class AcceptedDate:
    """A date of an accepted IEP that a clock may start from. `event` is one of `law`'s names for it."""

    event: str
    on: date


def day(value: Any) -> date | None:
    """An ISO day, or None."""
    try:
        return date.fromisoformat(value) if value else None
    except (TypeError, ValueError):
        return None


def accept(review: Review, *, by: User, at: datetime) -> PlanInForce:
    """Makes the reading's goals and services the student's plan in force; the plan before it ends.

    Doing it again for the same review takes the corrected values. Raises NotYet for what is no IEP, is not read,
    or names another child.
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
        plan.services.update(replaces=None)
        plan.goals.all().delete()
        plan.services.all().delete()
        Goal.objects.bulk_create(
            Goal(
                plan=plan, number=number, text=goal["text"], starts_on=starts, ends_on=ends,
                area=(goal.get("area") or "")[:200],
                **{name: goal.get(name) or "" for name in ("baseline", "criterion", "measurement", "timeframe")},
            )
            for number, goal in enumerate((row for row in data["goals"] if row.get("text")), start=1)
        )  # fmt: skip
        ServiceRow.objects.bulk_create(
            ServiceRow(
                plan=plan, name=(row.get("name") or row.get("as_written") or "")[:300],
                kind=(row.get("kind") or "")[:40], as_written=row.get("as_written") or "",
                minutes=row.get("minutes"), per=(row.get("per") or "")[:20], sessions=row.get("sessions"),
                minutes_per_week=row.get("minutes_per_week"), location=(row.get("location") or "")[:300],
                setting=(row.get("setting") or "")[:60], starts_on=day(row.get("start")) or starts,
                ends_on=day(row.get("end")) or ends,
            )
            for row in data["services"]
        )  # fmt: skip
        audit.record("plan.accepted", by=by, at=at, about=plan)
    return plan


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
        fresh = ServiceRow.objects.create(
            plan=row.plan, replaces=row, **{**facts, **values, "starts_on": from_on}
        )
        row.ends_on = from_on - timedelta(days=1)
        row.save(update_fields=["ends_on"])
        audit.record("plan.service_changed", by=by, at=at, about=row.plan)
    return fresh


def accepted_dates(plan: PlanInForce) -> list[AcceptedDate]:
    """The dates of an accepted plan that clocks start from: the meeting, the date of the IEP, the last evaluation."""
    structured = StructuredIEP.objects.filter(version=plan.review.version_id).first()
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
