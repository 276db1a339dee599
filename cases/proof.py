"""The nightly proof: each open case has exactly its rules' deadlines, with the dates the law gives today."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db.models import Prefetch
from django.utils import timezone

from accounts import audit
from cases.models import Case, CaseEvent, Deadline
from tenants import due
from tenants.places import current_firm

PROVE = "cases.prove"
AT = time(2, 30)


def plan_next(*, at: datetime) -> None:
    """The next night, by the firm's clock."""
    local = timezone.localtime(at, current_firm().zone)
    night = datetime.combine(local.date(), AT, local.tzinfo)
    if night <= local:
        night = datetime.combine(local.date() + timedelta(days=1), AT, local.tzinfo)
    due.plan(PROVE, "nightly", due_at=night)


def wrong(case: Case) -> list[str]:
    """What differs between a case's deadlines and its rules; empty when nothing does.

    `case` has its standing events and its deadlines prefetched as `facts` and `dates`, or they are read.
    """
    from cases import clock

    events = getattr(case, "facts", None) or list(case.events.filter(withdrawn_at=None))
    rows = getattr(case, "dates", None) or list(case.deadlines.filter(dropped_at=None))
    ground = clock.ground_of(case, events)
    stored = {(row.event_id, row.rule): row for row in rows}
    found = []
    for event in events:
        for rule in clock.obligations(event.kind, ground.state):
            row = stored.pop((event.pk, rule), None)
            if row is None:
                found.append(f"{rule} is missing")
                continue
            counted, _usable = ground.answer(event, rule, row.answers)
            if (str(counted.status), counted.due_on) != (row.status, row.due_on):
                found.append(f"{rule} says {row.due_on}, the law {counted.due_on}")
    return found + [f"{rule} has no event" for _event, rule in stored]


def prove(keys: list[str], at: datetime) -> int:
    """Counts every open case anew, mends what differs, plans a warning for each date that has none, and writes one line
    to the log; the number of cases mended."""
    from cases import clock, warnings
    from cases.models import Why

    cases = (
        Case.objects.open()
        .select_related("student__district")
        .prefetch_related(
            Prefetch("events", CaseEvent.objects.filter(withdrawn_at=None), to_attr="facts"),
            Prefetch("deadlines", Deadline.objects.filter(dropped_at=None).defer("trace"), to_attr="dates"),
        )
        .order_by("pk")
    )
    seen = mended = dates = 0
    for case in cases.iterator(chunk_size=200):
        seen += 1
        dates += len(case.dates)  # type: ignore[attr-defined]
        if wrong(case):
            clock.recount(case, at=at, by=None, why=Why.PROOF)
            mended += 1
    planned = warnings.plan_what_is_missing(at=at)
    audit.record("deadlines.proved", by=None, at=at, cases=seen, deadlines=dates, mended=mended, warnings=planned)  # fmt: skip
    plan_next(at=at)
    return mended
