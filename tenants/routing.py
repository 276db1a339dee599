from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections

from tenants.backend.base import PUBLIC


class FirmRouter:
    """Tables of shared apps go to `public`, tables of a firm's apps to its schema, and only the admin makes any."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        connection: Any = connections[db]
        if connection.walled:
            return False
        where = settings.SHARED_APPS if connection.schema_name == PUBLIC else settings.TENANT_APPS
        return apps.get_app_config(app_label).name in where
