"""Names of shared tables carry `public` on a walled connection, whose path never holds it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.backends.postgresql.operations import DatabaseOperations as Upstream


@lru_cache(maxsize=1)
def shared_tables() -> frozenset[str]:
    """Tables of the apps that live in `public` alone."""
    only = {app for app in settings.SHARED_APPS if app not in settings.TENANT_APPS}
    return frozenset(
        model._meta.db_table
        for config in apps.get_app_configs()
        if config.name in only
        for model in config.get_models(include_auto_created=True)
    )


class DatabaseOperations(Upstream):
    connection: Any

    def quote_name(self, name: str) -> str:
        if self.connection.walled and apps.models_ready and name in shared_tables():
            return f'"public"."{name}"'
        return super().quote_name(name)

    def for_update_sql(
        self, nowait: bool = False, skip_locked: bool = False, of: Any = (), no_key: bool = False
    ) -> str:
        # FOR UPDATE OF takes a table's alias, never a schema.
        plain = [name.removeprefix('"public".') for name in of]
        return super().for_update_sql(nowait=nowait, skip_locked=skip_locked, of=plain, no_key=no_key)
