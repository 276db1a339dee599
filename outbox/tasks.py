from __future__ import annotations

from django.utils import timezone

from outbox import sending
from tenants.tasks import firm_task


@firm_task
def send_now(*, keys: list[str]) -> None:
    sending.deliver(keys, timezone.now())
