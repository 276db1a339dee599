"""A PostgreSQL connection that stands nowhere until a firm is chosen, and asks the server where it stands.

A walled connection is in one of three states: *nobody* (the bare login: no rights, empty path),
*public* (role rt_public) and *firm* (role and path of that firm). The server tells which by the
`application_name` it reports; role, path and name are set in one round trip, so a rollback or a
reset takes all three back together and the next statement notices. `docs/decisions/walls.md`.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import DatabaseError
from django.db.backends.postgresql.base import CursorDebugWrapper
from django.db.backends.utils import CursorWrapper
from django_tenants.postgresql_backend import base as upstream

from tenants.backend.operations import DatabaseOperations

NOBODY, PUBLIC = "nobody", "public"
PUBLIC_ROLE = "rt_public"


class NoFirm(DatabaseError):
    """A query came before a firm, or the public side, was chosen."""


class _AsksFirst:
    """COPY and callproc do not pass Django's execute wrappers, so the cursor asks by itself."""

    db: DatabaseWrapper
    cursor: Any

    def copy(self, *args: Any, **kwargs: Any) -> Any:
        self.db._tell_server()
        return getattr(super(), "copy", self.cursor.copy)(*args, **kwargs)

    def callproc(self, *args: Any, **kwargs: Any) -> Any:
        self.db._tell_server()
        return super().callproc(*args, **kwargs)  # type: ignore[misc]


class WalledCursor(_AsksFirst, CursorWrapper):
    pass


class WalledDebugCursor(_AsksFirst, CursorDebugWrapper):
    pass


class DatabaseWrapper(upstream.DatabaseWrapper):
    ops_class = DatabaseOperations

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.walled: bool = bool(self.settings_dict.get("WALLED"))
        if self.walled:
            self.stand(NOBODY)
            self.execute_wrappers.append(self._guard)

    def stand(self, schema_name: str) -> None:
        """Says where the next statement must stand; nothing is sent before that statement."""
        self.schema_name = schema_name
        self.tenant = upstream.FakeTenant(schema_name=schema_name)

    # What upstream calls on its own account does not move a walled connection.
    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        if getattr(self, "walled", False):
            self.stand(tenant.schema_name)
        else:
            super().set_tenant(tenant, include_public)

    def _get_cursor_search_paths(self) -> list[str]:
        """The admin's path while it migrates: never `public` beside a firm's schema."""
        return [self.schema_name, "extensions"]

    def get_connection_params(self) -> dict[str, Any]:
        """A new connection begins with an empty path, and comes back to it when settings are reset."""
        params: dict[str, Any] = super().get_connection_params()
        if self.walled:
            params["options"] = f'{params.get("options", "")} -c search_path=""'.strip()
        return params

    # -- the guard ---------------------------------------------------------------------------

    def _guard(self, execute: Any, statement: Any, params: Any, many: bool, context: Any) -> Any:
        self._tell_server()
        return execute(statement, params, many, context)

    def _reported(self) -> str:
        told = self.connection.pgconn.parameter_status(b"application_name")
        return told.decode() if told else ""

    def _tell_server(self) -> None:
        if self.schema_name == NOBODY:
            raise NoFirm("No firm is chosen here, so nothing can be read or written.")
        if self._reported() == self.schema_name:
            return
        if self.connection.info.transaction_status == psycopg.pq.TransactionStatus.INERROR:
            # The server takes nothing but ROLLBACK now, and the caller's statement fails as well.
            return
        role = PUBLIC_ROLE if self.schema_name == PUBLIC else self.schema_name
        self._raw(
            f'SET ROLE "{role}"; SET search_path = "{self.schema_name}", extensions; '
            f'SET application_name = "{self.schema_name}"'
        )
        if self._reported() != self.schema_name:
            raise NoFirm("The server did not take the firm that was chosen.")

    def _raw(self, text: str) -> None:
        with psycopg.ClientCursor(self.connection) as cursor, self.wrap_database_errors:
            cursor.execute(text)  # type: ignore[arg-type]

    def _handle_search_path(self, cursor: Any = None) -> None:
        if not self.walled:
            super()._handle_search_path(cursor)

    def make_cursor(self, cursor: Any) -> Any:
        return WalledCursor(cursor, self) if self.walled else super().make_cursor(cursor)

    def make_debug_cursor(self, cursor: Any) -> Any:
        return WalledDebugCursor(cursor, self) if self.walled else super().make_debug_cursor(cursor)

    # Savepoints go straight to the driver: a test opens them before a firm is chosen, and a SET
    # just before ROLLBACK TO would be undone by it.
    def _savepoint_statement(self, statement: str) -> None:
        self.ensure_connection()
        self._raw(statement)

    def _savepoint(self, sid: str) -> None:
        if self.walled:
            self._savepoint_statement(self.ops.savepoint_create_sql(sid))
        else:
            super()._savepoint(sid)

    def _savepoint_rollback(self, sid: str) -> None:
        if self.walled:
            self._savepoint_statement(self.ops.savepoint_rollback_sql(sid))
        else:
            super()._savepoint_rollback(sid)

    def _savepoint_commit(self, sid: str) -> None:
        if self.walled:
            self._savepoint_statement(self.ops.savepoint_commit_sql(sid))
        else:
            super()._savepoint_commit(sid)

    def check_constraints(self, table_names: Any = None) -> None:
        if self.walled and self.schema_name == NOBODY:
            return
        super().check_constraints(table_names)

    # -- the end of a request ----------------------------------------------------------------

    def _reset_server(self) -> None:
        """Takes the connection back to nobody; one that cannot be taken back is dropped."""
        try:
            if self.connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                self.connection.rollback()
            self._raw(f"RESET ROLE; SET search_path = ''; SET application_name = {NOBODY}")
            if not self.get_autocommit():
                self.connection.commit()
        except Exception:  # any failure means that the connection's place is not known
            self.close()

    def close_if_unusable_or_obsolete(self) -> None:
        if self.walled:
            if self.in_atomic_block:
                return  # somebody's transaction is under way: a test's, or a task run where it was rung for
            if self.connection is not None and self._reported() not in {NOBODY, ""}:
                self._reset_server()
            self.stand(NOBODY)
        super().close_if_unusable_or_obsolete()

    def _close(self) -> None:
        if self.walled and self.pool and self.connection is not None:
            self._reset_server_for_pool()
        super()._close()

    def _reset_server_for_pool(self) -> None:
        try:
            self.connection.rollback()
            self._raw(f"RESET ROLE; SET search_path = ''; SET application_name = {NOBODY}")
            self.connection.commit()
        except Exception:  # a connection whose place is not known must not go back to the pool
            self.connection.close()
