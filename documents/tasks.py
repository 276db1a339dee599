from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from documents import checking
from tenants.tasks import firm_task


@firm_task
def check_in_background(*, version_id: str) -> None:
    checking.check(UUID(version_id), at=timezone.now())
