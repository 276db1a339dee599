"""Sessions as rows of the firm's schema, with who, where and when beside them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DbStore


class SessionStore(DbStore):
    @classmethod
    def get_model_class(cls) -> Any:
        from accounts.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        row.user_id = data.get("user")
        row.device = data.get("device", "")
        row.network = data.get("network", "")
        now = datetime.now(UTC)
        row.started_at = datetime.fromtimestamp(data["started"], UTC) if data.get("started") else now
        row.seen_at = datetime.fromtimestamp(data["seen"], UTC) if data.get("seen") else now
        return row
