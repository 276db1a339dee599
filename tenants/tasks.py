"""Background work carries its firm as a required argument, and sits under the work it runs."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from celery import shared_task
from django.db import close_old_connections, connections, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from tenants import due, throttle
from tenants.hosts import firm_by_id
from tenants.places import current_firm, in_public, nowhere, within

log = logging.getLogger("roundtable.tasks")

FIRM_TASKS: dict[str, Any] = {}


class UnknownFirm(Exception):
    """The task names no firm that is open; it does nothing."""


def firm_task(work: Callable[..., None]) -> Any:
    """A task that runs inside the firm named by its `firm_id`, and nowhere else.

    The firm has no default, is looked up in `public` each time, and a missing, closed or suspended one
    refuses the task. Before and after, the connection stands nowhere.
    """

    @functools.wraps(work)
    def run(*, firm_id: str, **arguments: Any) -> None:
        close_old_connections()
        try:
            with nowhere():
                firm = firm_by_id(UUID(str(firm_id)))
                if firm is None or firm.suspended:
                    raise UnknownFirm(f"no open firm has the id {firm_id}")
                with within(firm):
                    work(**arguments)
        finally:
            close_old_connections()

    task = shared_task(run, name=f"{work.__module__}.{work.__name__}")
    FIRM_TASKS[task.name] = task
    return task


def run_later(task: Any, **arguments: Any) -> None:
    """Rings for `task` in the current firm once this transaction is committed. Refuses without a firm.

    When Redis does not answer, the ring is lost and nothing else: what must happen has its row in the
    due-work index, and the sweep finds it.
    """
    firm_id = str(current_firm().id)

    def ring() -> None:
        connection: Any = connections["default"]
        stood = connection.schema_name
        try:
            task.apply_async(kwargs={"firm_id": firm_id, **arguments}, retry=False)
        except (OperationalError, OSError) as error:
            log.warning("the doorbell is silent: %s", type(error).__name__)
        finally:
            # Where tasks run as they are rung for, the one just done left the connection standing nowhere.
            connection.stand(stood)

    transaction.on_commit(ring)


@firm_task
def do_due(*, kind: str, keys: list[str]) -> None:
    """What the sweep found due in one firm, of one kind."""
    due.handle(kind, keys, at=timezone.now())


@shared_task(name="tenants.sweep")
def sweep() -> int:
    """Every 15 seconds: hands out what is due. Its cost grows with what is due, not with the firms."""
    close_old_connections()
    handed = 0
    try:
        for (firm_id, kind), keys in due.claim(at=timezone.now()).items():
            for start in range(0, len(keys), due.BATCH):
                batch = keys[start : start + due.BATCH]
                do_due.apply_async(kwargs={"firm_id": str(firm_id), "kind": kind, "keys": batch}, retry=False)
                handed += len(batch)
        with in_public():
            throttle.forget(at=timezone.now())
    finally:
        close_old_connections()
    return handed
