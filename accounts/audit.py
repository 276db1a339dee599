"""The firm's log: append-only for the firm's own role, each line chained to the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.db import connection, models

from accounts.models import AuditEntry, Nobody, User

# One lock a firm: the key is the same everywhere, since advisory locks are asked for with the schema's hash.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.audit', 0))"
# The same turn is taken inside, and the lines are chained there: see accounts/migrations/0004.
ADD = """SELECT id, before, digest FROM accounts_add_lines(
  %s::timestamptz[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])"""


# The lines of a block that are written together at its end.
_together: ContextVar[list[AuditEntry] | None] = ContextVar("audit lines of this block", default=None)


def _words(entry: AuditEntry) -> str:
    return "\x1f".join([
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"), str(entry.actor or ""), entry.actor_name, entry.action,
        entry.about_kind, entry.about, _canonical(entry.detail), entry.network,
    ])  # fmt: skip


def _canonical(detail: Any) -> str:
    return json.dumps(detail, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(entry: AuditEntry) -> str:
    """SHA-256 over the digest of the line before and the line's words."""
    return hashlib.sha256(f"{entry.before}\x1f{_words(entry)}".encode()).hexdigest()


def take_turn() -> None:
    """Has the rest of this transaction to itself in this firm: what must be written one after the other waits here."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK)


def record(
    action: str,
    *,
    by: User | Nobody | None,
    at: datetime,
    about: models.Model | None = None,
    network: str = "",
    **detail: Any,
) -> AuditEntry:
    """Adds a line. `action` is a noun and a verb such as “student.read”; `detail` holds ids and counts, no text of a record."""
    entry = AuditEntry(
        at=at,
        actor=by.pk if by else None,
        actor_name=by.name if by else "",
        action=action,
        about_kind=about._meta.model_name or "" if about is not None else "",
        about=str(about.pk) if about is not None else "",
        detail=detail,
        network=network,
    )
    waiting = _together.get()
    if waiting is None:
        _add([entry])
    else:
        waiting.append(entry)
    return entry


@contextmanager
def together() -> Iterator[None]:
    """Lines recorded in this block are added at its end, in order; none when it raises.

    The firm's log is locked until the transaction ends, so work that many do at once locks it as late as it can.
    """
    lines: list[AuditEntry] = []
    token = _together.set(lines)
    try:
        yield
    finally:
        _together.reset(token)
    _add(lines)


def _add(lines: Sequence[AuditEntry]) -> None:
    if not lines:
        return
    with connection.cursor() as cursor:
        cursor.execute(ADD, [
            [line.at for line in lines], [line.actor for line in lines], [line.actor_name for line in lines],
            [line.action for line in lines], [line.about_kind for line in lines], [line.about for line in lines],
            [_canonical(line.detail) for line in lines], [line.network for line in lines], [_words(line) for line in lines],
        ])  # fmt: skip
        for line, added in zip(lines, cursor.fetchall(), strict=True):
            line.pk, line.before, line.digest = added
            line._state.adding = False


def broken() -> Iterator[AuditEntry]:
    """Lines of the current firm's log that do not agree with their digest or with the line before."""
    before = ""
    for entry in AuditEntry.objects.order_by("id").iterator(chunk_size=2000):
        if entry.before != before or digest(entry) != entry.digest:
            yield entry
        before = entry.digest
