"""Warnings before a date: how long before and how, as the firm or the person set it. Each leaves once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from cases.models import Deadline, WarningChannel, WarningSetting
from tenants import due
from tenants.places import current_firm

WARN = "cases.warn"
MORNING = time(8)


def setting_of(user: User) -> WarningSetting:
    """The person's own, else the firm's, else two weeks, a week, two days and the day itself by e-mail."""
    return settings_of([user])[user.pk]


def settings_of(users: Iterable[User]) -> dict[UUID, WarningSetting]:
    people = {user.pk for user in users}
    rows = WarningSetting.objects.filter(Q(user__in=people) | Q(user=None))
    own = {row.user_id: row for row in rows}
    firm = own.get(None) or WarningSetting()
    return {pk: own.get(pk, firm) for pk in people}


def moments(deadline: Deadline, setting: WarningSetting) -> list[tuple[datetime, int]]:
    """When to warn of a date, first to last, with the days before it."""
    if deadline.due_on is None or setting.channel == WarningChannel.NONE:
        return []
    zone = current_firm().zone
    return [
        (datetime.combine(deadline.due_on - timedelta(days=lead), MORNING, zone), lead)
        for lead in sorted(set(setting.leads), reverse=True)
    ]


def plan(deadlines: Iterable[Deadline], *, at: datetime) -> None:
    """The next warning of each; what needs none any more is forgotten."""
    rows = list(deadlines)
    settings = settings_of([row.owner for row in rows]) if rows else {}
    over = []
    for row in rows:
        ahead = [moment for moment, _lead in moments(row, settings[row.owner_id]) if moment > at]
        if row.is_standing and ahead:
            due.plan(WARN, str(row.pk), due_at=ahead[0])
        else:
            over.append(row)
    forget(over)


def plan_what_is_missing(*, at: datetime) -> int:
    """Plans the next warning of each standing date that has none planned; the number that had none."""
    today = timezone.localdate(at, current_firm().zone)
    known = due.planned(WARN)
    rows = Deadline.objects.standing().filter(due_on__gte=today).select_related("owner").defer("trace")
    found = [row for row in rows if str(row.pk) not in known]
    settings = settings_of([row.owner for row in found]) if found else {}
    missing = [
        row for row in found if any(moment > at for moment, _lead in moments(row, settings[row.owner_id]))
    ]
    plan(missing, at=at)
    return len(missing)


def forget(deadlines: Iterable[Deadline]) -> None:
    keys = [str(row.pk) for row in deadlines]
    if keys:
        due.settle(WARN, *keys)


def warn(keys: list[str], at: datetime) -> None:
    """The due-work handler: writes the newest warning that is due, and plans the next."""
    from cases import notices

    rows = list(
        Deadline.objects.filter(pk__in=keys)
        .standing()
        .select_related("owner", "case__student")
        .defer("trace")
    )
    settings = settings_of([row.owner for row in rows]) if rows else {}
    for row in rows:
        setting = settings[row.owner_id]
        reached = [lead for moment, lead in moments(row, setting) if moment <= at]
        today = timezone.localdate(at, current_firm().zone)
        if reached and row.due_on is not None and row.due_on >= today:
            notices.warn(row, lead=reached[-1], channel=setting.channel, at=at)
    plan(rows, at=at)
    standing = {str(row.pk) for row in rows}
    gone = [key for key in keys if key not in standing]
    if gone:
        due.settle(WARN, *gone)
