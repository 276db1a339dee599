"""Booking on a real server: 50 clients on one slot, then free slots against the same inserts as bare SQL."""

from __future__ import annotations

import http.client
import itertools
import json
import statistics
import threading
import time
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from psycopg.types.range import Range

from accounts import audit
from bench.firms import busy_firm
from bench.measuring import line, server
from scheduling import booking as bookings
from scheduling.availability import Slot, free_slots
from scheduling.models import Service
from tenants.places import FirmRef, within
from web.ids import new_id

CLIENTS, FREE, ROUNDS = 50, 200, 5


def post(port: int, firm: FirmRef, key: str, service: Service, starts_at: str, advocate: str = "") -> tuple[int, float]:  # fmt: skip
    """Status and milliseconds of one booking."""
    told = {"service": str(service.pk), "starts_at": starts_at, "name": "Bench", "email": f"{uuid.uuid4().hex[:8]}@bench.example"}  # fmt: skip
    body = json.dumps(told | ({"advocate": advocate} if advocate else {}))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    began = time.perf_counter()
    connection.request("POST", "/api/v1/bookings/", body, {
        "Host": f"{firm.host}:{port}", "Authorization": f"Bearer {key}", "Content-Type": "application/json",
    })  # fmt: skip
    status = connection.getresponse().status
    return status, (time.perf_counter() - began) * 1000


def rush(port: int, firm: FirmRef, key: str, service: Service, starts: list[str], advocate: str = "") -> list[tuple[int, float]]:  # fmt: skip
    """One client a start, all at once."""
    found: list[tuple[int, float]] = []
    gate = threading.Barrier(len(starts))

    def one(start: str) -> None:
        gate.wait()
        found.append(post(port, firm, key, service, start, advocate))

    threads = [threading.Thread(target=one, args=(start,)) for start in starts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _made_at(key: uuid.UUID) -> int:
    """When an id of ours was made, in milliseconds since 1970 (RFC 9562, version 7)."""
    return key.int >> 80


def bare(firm: FirmRef, statements: list[tuple[str, list[Any]]], *, since: int, bookings: int) -> float:
    """Bookings a second when nothing but the inserts of one is done, each booking a transaction, in the firm's role.

    Ids made from `since` (milliseconds) on are the booking's own, and made anew.
    """
    fresh = itertools.count()

    def anew(value: Any, ids: dict[Any, Any]) -> Any:
        """New ids and secrets and another time, so that the rows are rows of another booking."""
        if isinstance(value, list):
            return [anew(one, ids) for one in value]
        if isinstance(value, uuid.UUID):
            return ids.setdefault(value, new_id()) if _made_at(value) >= since else value
        if isinstance(value, Range):
            days = timedelta(days=400 + next(fresh))
            return type(value)(value.lower + days, value.upper + days)  # type: ignore[operator]
        if isinstance(value, str) and len(value) >= 32:
            return uuid.uuid4().hex
        return value

    with within(firm), connection.cursor() as cursor:
        began = time.perf_counter()
        for _ in range(bookings):
            ids: dict[Any, Any] = {}
            with transaction.atomic():
                for sql, params in statements:
                    cursor.execute(sql, [anew(value, ids) for value in params])
        return bookings / (time.perf_counter() - began)


def inserts_of_one(firm: FirmRef, service: Service, starts_at: datetime) -> list[tuple[str, list[Any]]]:
    """The INSERT statements of one booking, and the call that adds to the log, as our own code sends them."""
    found: list[tuple[str, list[Any]]] = []

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if str(sql).startswith("INSERT") or sql == audit.ADD:
            found.append((sql, list(params)))
        return execute(sql, params, many, context)

    with within(firm), connection.execute_wrapper(note):
        bookings.book(
            service,
            starts_at=starts_at,
            asker=bookings.Asker(name="Bench", email="bare@bench.example"),
            at=timezone.now(),
        )
    return found


def race(wsgi: str, firm: FirmRef, key: str, service: Service, slots: list[Slot]) -> tuple[float, list[int]]:
    """Fifty clients on each slot of one advocate: milliseconds of the slowest (median of the slots), and winners a slot."""
    worst, winners = [], []
    with server(wsgi, settings="config.settings", host=firm.host, threads=8) as port:
        for slot in slots:
            starts = [slot.starts_at.isoformat()] * CLIENTS
            answers = rush(port, firm, key, service, starts, str(slot.advocate_id))
            if {status for status, _ in answers} - {201, 409}:
                raise SystemExit(f"a booking answered {sorted({status for status, _ in answers})}")
            worst.append(max(ms for _, ms in answers))
            winners.append(sum(status == 201 for status, _ in answers))
    return statistics.median(worst), winners


def main() -> None:
    firm, service, key = busy_firm(10, 20)
    with within(firm):
        now = timezone.now()
        slots = free_slots(service, since=now, until=now + timedelta(days=28), at=now)
        one_advocate = [slot for slot in slots if slot.advocate_id == slots[0].advocate_id]
        Service.objects.filter(pk=service.pk).update(notice_minutes=0)
    ours, won = race("config.wsgi", firm, key, service, one_advocate[:ROUNDS])
    if set(won) != {1}:
        raise SystemExit(f"a slot had {won} winners")
    # What is left without the lock: the constraint, which lets one in and keeps the others waiting.
    unlocked, _won = race("bench.unlocked:application", firm, key, service, one_advocate[ROUNDS : 2 * ROUNDS])
    line(
        "booking-race",
        ours=ours,
        baseline=unlocked,
        unit="ms",
        more=f"slowest of {CLIENTS} clients on one slot, one winner in each of {ROUNDS}; baseline: without the lock; aim: at most 1000 ms",
    )
    free = [slot.starts_at.isoformat() for slot in slots[-FREE:]]
    with server("config.wsgi", settings="config.settings", host=firm.host, threads=8) as port:
        began = time.perf_counter()
        for start in range(0, FREE, CLIENTS):
            rush(port, firm, key, service, free[start : start + CLIENTS])
        ours = FREE / (time.perf_counter() - began)
    with within(firm):
        now = timezone.now()
        spare = free_slots(service, since=now, until=now + timedelta(days=28), at=now)[0]
    began_ms = time.time_ns() // 1_000_000
    statements = inserts_of_one(firm, service, spare.starts_at)
    baseline = bare(firm, statements, since=began_ms, bookings=FREE)
    line(
        "booking",
        ours=ours,
        baseline=baseline,
        unit="/s",
        more=f"aim: at least 0.25; {len(statements)} inserts each",
    )
