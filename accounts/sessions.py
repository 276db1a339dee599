"""Sessions as rows of the firm's schema, with who, where and when beside them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DbStore
from django.utils import timezone


class SessionStore(DbStore):
    # Who the session's row belongs to, read with it: every page asks for both.
    person: Any = None

    @classmethod
    def get_model_class(cls) -> Any:
        from accounts.models import Session

        return Session

    def _get_session_from_db(self) -> Any:
        rows = self.get_model_class().objects.select_related("user")
        row = rows.filter(session_key=self.session_key, expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
            return None
        self.person = row.user
        return row

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        row.user_id = data.get("user")
        row.device = data.get("device", "")
        row.network = data.get("network", "")
        now = datetime.now(UTC)
        row.started_at = datetime.fromtimestamp(data["started"], UTC) if data.get("started") else now
        row.seen_at = datetime.fromtimestamp(data["seen"], UTC) if data.get("seen") else now
        return row
