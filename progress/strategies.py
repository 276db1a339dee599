"""Strategies: trigger → what we do → who, how it went at home and at school, and what they said before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from clients.models import Student
from progress.models import DataSheet, Phase, Strategy, StrategyResult, StrategyVersion, Went
from progress.sheets import NotYet

WORDS = ("trigger", "response", "who")


def start(
    student: Student, *, trigger: str, response: str, started_on: date, by: User, at: datetime, who: str = "",
    sheets: Iterable[DataSheet] = (), shared: bool = True,
) -> Strategy:  # fmt: skip
    """Begins a strategy; a line marks the day on the charts of its goals, or on all when it names none."""
    with transaction.atomic():
        row = Strategy.objects.create(
            student=student, trigger=trigger.strip(), response=response.strip(), who=who.strip(), started_on=started_on,
            by=by, at=at, shared_at=at if shared else None,
        )  # fmt: skip
        row.sheets.set(sheets)
        _lines(row, list(row.sheets.all()), on=started_on, words=row.trigger, by=by, at=at)
        audit.record("strategy.started", by=by, at=at, about=row, student=str(student.pk), shared=shared)
    return row


def _lines(
    row: Strategy, sheets: Sequence[DataSheet], *, on: date, words: str, by: User, at: datetime
) -> None:
    marked: Sequence[DataSheet | None] = sheets or [None]
    Phase.objects.bulk_create(
        Phase(
            student_id=row.student_id, sheet=sheet, strategy=row, kind=Phase.Kind.STRATEGY, words=words[:120], on=on, by=by, at=at
        )
        for sheet in marked
    )  # fmt: skip


def change(row: Strategy, *, by: User, at: datetime, **words: str) -> Strategy:
    """Changes trigger, response or who; what it said before is kept as a version."""
    with transaction.atomic():
        row = Strategy.objects.select_for_update().get(pk=row.pk)
        fresh: dict[str, Any] = {name: words.get(name, getattr(row, name)).strip() for name in WORDS}
        if all(getattr(row, name) == fresh[name] for name in WORDS):
            return row
        StrategyVersion.objects.create(
            strategy=row, until=at, changed_by=by, **{name: getattr(row, name) for name in WORDS}
        )
        for name in WORDS:
            setattr(row, name, fresh[name])
        row.save(update_fields=[*WORDS])
        audit.record("strategy.changed", by=by, at=at, about=row)
    return row


def tell(row: Strategy, *, went: str, setting: str, happened_on: date, by: User, at: datetime, words: str = "") -> StrategyResult:  # fmt: skip
    """How it went, from somebody who used it."""
    with transaction.atomic():
        made = StrategyResult.objects.create(
            strategy=row,
            went=went,
            setting=setting,
            words=words.strip(),
            happened_on=happened_on,
            by=by,
            at=at,
        )
        audit.record("strategy.told", by=by, at=at, about=row, went=went, setting=setting)
    return made


def share(row: Strategy, *, by: User, at: datetime, shared: bool = True) -> None:
    """Lets home and school read it, or no longer."""
    with transaction.atomic():
        row.shared_at = (row.shared_at or at) if shared else None
        row.save(update_fields=["shared_at"])
        audit.record("strategy.shared" if shared else "strategy.hidden", by=by, at=at, about=row)


def end(row: Strategy, *, ended_on: date, by: User, at: datetime) -> None:
    """It is no longer used; a line marks the day. Raises NotYet for a day before it began."""
    with transaction.atomic():
        row = Strategy.objects.select_for_update().get(pk=row.pk)
        if row.ended_on is not None:
            return
        if ended_on < row.started_on:
            raise NotYet(_("It cannot end before it began."))
        row.ended_on = ended_on
        row.save(update_fields=["ended_on"])
        words = _("Ended: %(trigger)s") % {"trigger": row.trigger}
        _lines(row, list(row.sheets.all()), on=ended_on, words=words, by=by, at=at)
        audit.record("strategy.ended", by=by, at=at, about=row)


def works(results: Sequence[StrategyResult]) -> bool:
    """Whether those who used it mostly say that it helped: of the newest six, more did than did not."""
    newest = sorted(results, key=lambda one: (one.happened_on, one.at))[-6:]
    helped = sum(one.went == Went.WELL for one in newest)
    return helped > sum(one.went == Went.NOT for one in newest) and helped > 0
