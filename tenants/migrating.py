"""Brings `public`, the snapshot and every firm's schema up to date. Runs as the admin."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from tenants import rights
from tenants.backend.base import PUBLIC
from tenants.places import FirmRef

Say = Callable[[str], None]


def admin() -> Any:
    return connections["admin"]


def app_role() -> str:
    return str(connections["default"].settings_dict["USER"])


def run(statements: list[str]) -> None:
    with admin().cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def admin_in(schema_name: str) -> Iterator[None]:
    """The admin's connection stands in this schema inside."""
    connection = admin()
    before = connection.schema_name
    connection.set_schema(schema_name)
    try:
        yield
    finally:
        connection.set_schema(before)


def _migrate_here(labels: Collection[str]) -> int:
    """Brings these apps, and what they stand on, up to date in the schema the admin stands in.

    The others have no table here; to run their empty migrations too is most of the time that it takes.
    """
    executor = MigrationExecutor(admin())
    wanted = [key for key in executor.loader.graph.leaf_nodes() if key[0] in labels]
    plan = executor.migration_plan(wanted)
    if plan:
        executor.migrate(wanted, plan=plan)
    else:
        executor.recorder.ensure_schema()
    return len(plan)


def firm_apps() -> set[str]:
    return {config.label for config in apps.get_app_configs() if config.name in settings.TENANT_APPS}


def shared_apps() -> set[str]:
    return {config.label for config in apps.get_app_configs()} - firm_apps()


def fingerprint() -> str:
    """Of every migration that makes a firm's schema: names and their very text."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    mine = firm_apps()
    digest = hashlib.sha256()
    for (label, name), migration in sorted(loader.disk_migrations.items()):  # type: ignore[union-attr]
        if label in mine:
            module = __import__(migration.__module__, fromlist=["x"])
            digest.update(f"{label}.{name}\n".encode())
            digest.update(Path(module.__file__ or "").read_bytes())
    return digest.hexdigest()


class Recorder:
    """An execute wrapper that keeps each statement as text, with its parameters in place."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(self, execute: Any, statement: Any, params: Any, many: bool, context: Any) -> Any:
        text = str(statement)
        if not text.lstrip().upper().startswith(("SELECT", "SHOW", "SET SEARCH_PATH")):
            raw = context["connection"].connection
            mogrifier = psycopg.ClientCursor(raw)
            rows = params if many else [params]
            self.statements += [mogrifier.mogrify(text, row) if row else text for row in rows]
        return execute(statement, params, many, context)


def record_snapshot() -> str:
    """The SQL of an empty firm, from our own migrations run in a throw-away schema; kept in `public`."""
    from tenants.models import Snapshot

    mark = fingerprint()
    with admin_in(PUBLIC):
        kept = Snapshot.objects.using("admin").filter(fingerprint=mark).first()
        if kept:
            return kept.sql
        scratch = f"t_snapshot_{secrets.token_hex(6)}"  # roles belong to the cluster: two databases may do this at once
        run(
            [
                f"DROP SCHEMA IF EXISTS {scratch} CASCADE",
                *rights.make_role(scratch, app_role()),
                f"CREATE SCHEMA {scratch}",
            ]
        )
    recorder = Recorder()
    with admin_in(scratch), admin().execute_wrapper(recorder):
        _migrate_here(firm_apps())
    text = ";\n".join(statement.rstrip().rstrip(";") for statement in recorder.statements) + ";\n"
    with admin_in(PUBLIC):
        run([f"DROP SCHEMA {scratch} CASCADE", f"DROP OWNED BY {scratch}", f"DROP ROLE {scratch}"])
        Snapshot.objects.using("admin").all().delete()
        Snapshot.objects.using("admin").create(fingerprint=mark, sql=text)
    return text


def replay(schema_name: str) -> None:
    """Makes the firm's tables in its empty schema from the snapshot, in one round trip."""
    text = record_snapshot()
    with admin_in(schema_name), admin().cursor():  # opening a cursor sets the path
        psycopg.ClientCursor(admin().connection).execute(text)  # type: ignore[arg-type]


def migrate_public(*, say: Say = lambda words: None) -> None:
    with admin_in(PUBLIC):
        run(rights.before_migrations(app_role()))
        done = _migrate_here(shared_apps())
        run(rights.after_migrations())
        if done:
            say(f"public: {done} migrations")


def _applied() -> dict[str, set[tuple[str, str]]]:
    """What each firm's schema has, read in one query over all of them."""
    from tenants.models import Firm

    with admin_in(PUBLIC):
        names = list(Firm.objects.using("admin").values_list("schema_name", flat=True))
        found: dict[str, set[tuple[str, str]]] = {name: set() for name in names}
        if not names:
            return found
        with admin().cursor() as cursor:
            cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname = ANY(%s)", [names])
            there = [row[0] for row in cursor.fetchall()]
            for start in range(0, len(there), 500):
                union = " UNION ALL ".join(
                    f"SELECT '{name}', app, name FROM \"{name}\".django_migrations"  # noqa: S608 (our own names)
                    for name in there[start : start + 500]
                )
                if union:
                    cursor.execute(union)
                    for schema_name, app, name in cursor.fetchall():
                        found[schema_name].add((app, name))
    return found


def migrate_firms(*, say: Say = lambda words: None) -> int:
    """Brings each firm's schema up to date, skipping those that are; the number that changed."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    mine = firm_apps()
    wanted = {key for key in loader.disk_migrations or {} if key[0] in mine}
    changed = 0
    for schema_name, has in _applied().items():
        with admin_in(PUBLIC):
            run(rights.shared_grants(schema_name))
        if wanted <= has:
            continue
        with admin_in(schema_name):
            with admin().cursor() as cursor:
                cursor.execute("SET lock_timeout = '10s'")
            _migrate_here(firm_apps())
            with admin().cursor() as cursor:
                cursor.execute("SET lock_timeout = 0")
        changed += 1
        say(f"{schema_name}: up to date at {timezone.now():%H:%M:%S}")
    return changed


def prepare(*, say: Say = lambda words: None) -> None:
    """Everything a start needs: roles, `public`, the snapshot, the firms."""
    migrate_public(say=say)
    record_snapshot()
    migrate_firms(say=say)


def analyze(firm: FirmRef) -> None:
    """Counts a firm's tables for the planner, as autovacuum does a minute after a large load; the firm's own role may not."""
    with admin_in(firm.schema_name), admin().cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = current_schema()"
        )
        cursor.execute(f"ANALYZE {cursor.fetchone()[0]}")  # names quoted by the database itself
