"""The due-work index: what each firm must do, and when.

An app registers a handler for a kind in `ready()`. A row is written in the same transaction as the
thing it is about; the sweep finds it, and the handler runs inside the firm. A handler must be safe to
run twice: the row goes away in the handler's own transaction, or stays and is found again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from tenants.models import DueWork, Firm
from tenants.places import current_firm, in_public

log = logging.getLogger("roundtable.due")

Handler = Callable[[list[str], datetime], Any]
_handlers: dict[str, Handler] = {}

LEASE = timedelta(seconds=90)
BATCH = 200


def on_due(kind: str, handler: Handler) -> None:
    """Has `handler(keys, at)` run inside the firm when rows of this kind are due."""
    _handlers[kind] = handler


def kinds() -> list[str]:
    return sorted(_handlers)


def plan(kind: str, key: str, *, due_at: datetime) -> None:
    """This firm's thing is due then; planning it again moves it."""
    if kind not in _handlers:
        raise ValueError(f"nobody handles “{kind}”")
    DueWork.objects.bulk_create(
        [DueWork(firm_id=current_firm().id, kind=kind, key=key, due_at=due_at)],
        update_conflicts=True,
        unique_fields=["firm", "kind", "key"],
        update_fields=["due_at", "leased_until", "tries"],
    )


def planned(kind: str) -> set[str]:
    """The keys of this firm's rows of a kind."""
    return set(DueWork.objects.filter(firm_id=current_firm().id, kind=kind).values_list("key", flat=True))


def settle(kind: str, *keys: str) -> None:
    """These things are done or called off: they are due no more."""
    DueWork.objects.filter(firm_id=current_firm().id, kind=kind, key__in=keys).delete()


def handle(kind: str, keys: list[str], *, at: datetime) -> None:
    """Runs the kind's handler inside the current firm."""
    _handlers[kind](keys, at)


def claim(*, at: datetime, limit: int = 5000) -> dict[tuple[UUID, str], list[str]]:
    """Leases rows that are due, over all firms that are open, and answers them by firm and kind.

    A row whose worker dies is found again when its lease has run out. Two sweeps at once take
    different rows.
    """
    found: dict[tuple[UUID, str], list[str]] = {}
    with in_public(), transaction.atomic():
        rows = list(
            DueWork.objects.due(at=at)
            # As a list of the few that are shut: a join would have the planner begin with every firm.
            .exclude(firm__in=Firm.objects.filter(Q(opened_at=None) | Q(suspended_at__isnull=False)))
            .order_by("due_at")
            .select_for_update(skip_locked=True, of=("self",))
            .values_list("id", "firm_id", "kind", "key")[:limit]
        )
        DueWork.objects.filter(pk__in=[row[0] for row in rows]).update(
            leased_until=at + LEASE, tries=F("tries") + 1
        )
    for _, firm_id, kind, key in rows:
        found.setdefault((firm_id, kind), []).append(key)
    return found
