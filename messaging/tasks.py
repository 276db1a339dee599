from __future__ import annotations

from django.utils import timezone

from messaging import pictures
from tenants.tasks import firm_task


@firm_task
def fetch_now(*, keys: list[str]) -> None:
    pictures.fetch(keys, timezone.now())
