from __future__ import annotations

from django.utils import timezone

from scheduling import notices
from tenants.tasks import firm_task


@firm_task
def say_now(*, keys: list[str]) -> None:
    notices.say(keys, timezone.now())
