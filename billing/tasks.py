from __future__ import annotations

from celery import shared_task
from django.db import close_old_connections
from django.utils import timezone

from billing import keeping
from billing.providers.stripe import Refused, Unavailable
from tenants.tasks import firm_task


@firm_task
def act_now(*, keys: list[str]) -> None:
    keeping.act_on_events(keys, timezone.now())


@shared_task(name="billing.nightly")
def nightly() -> None:
    """Rung every hour; the first ring after 8:00 UTC of a day does the work, and the day's row says that it was done."""
    close_old_connections()
    now = timezone.now()
    try:
        if now.hour >= 8:
            keeping.reconcile(at=now)
    except (Unavailable, Refused) as problem:
        keeping.log.warning("no reconciliation this hour: %s", problem)
    finally:
        close_old_connections()
