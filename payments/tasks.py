from __future__ import annotations

from django.utils import timezone

from payments import hearing, refunding
from tenants.tasks import firm_task


@firm_task
def refund_now(*, keys: list[str]) -> None:
    refunding.make_refunds(keys, timezone.now())


@firm_task
def act_now(*, keys: list[str]) -> None:
    hearing.act_on_events(keys, timezone.now())
