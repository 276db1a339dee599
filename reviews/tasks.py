from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from reviews import reading
from tenants.tasks import firm_task


@firm_task
def read_in_background(*, version_id: str) -> None:
    reading.read(UUID(version_id), at=timezone.now())
