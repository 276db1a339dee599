"""Booking on a real server: 50 clients on one slot, then free slots against the same inserts as bare SQL."""

from __future__ import annotations

import http.client
import json
import statistics
import threading
import time
import uuid
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from bench.firms import busy_firm
from bench.measuring import line, server
from scheduling.availability import free_slots
from scheduling.models import Booking, Service
from tenants.places import FirmRef, within

CLIENTS, FREE = 50, 200


def post(port: int, firm: FirmRef, key: str, service: Service, starts_at: str) -> tuple[int, float]:
    """Status and milliseconds of one booking."""
    body = json.dumps({"service": str(service.pk), "starts_at": starts_at, "name": "Bench", "email": f"{uuid.uuid4().hex[:8]}@bench.example"})  # fmt: skip
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    began = time.perf_counter()
    connection.request("POST", "/api/v1/bookings/", body, {
        "Host": f"{firm.host}:{port}", "Authorization": f"Bearer {key}", "Content-Type": "application/json",
    })  # fmt: skip
    status = connection.getresponse().status
    return status, (time.perf_counter() - began) * 1000


def rush(port: int, firm: FirmRef, key: str, service: Service, starts: list[str]) -> list[tuple[int, float]]:
    """One client a start, all at once."""
    found: list[tuple[int, float]] = []
    gate = threading.Barrier(len(starts))

    def one(start: str) -> None:
        gate.wait()
        found.append(post(port, firm, key, service, start))

    threads = [threading.Thread(target=one, args=(start,)) for start in starts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def bare(firm: FirmRef, rows: list[Booking]) -> float:
    """The same rows a second as bare inserts, one transaction each, in the firm's role."""
    with within(firm), connection.cursor() as cursor:
        began = time.perf_counter()
        for row in rows:
            with transaction.atomic():
                cursor.execute(
                    "INSERT INTO scheduling_booking (id, service_id, advocate_id, contact_id, starts_at, ends_at, busy,"
                    " timezone, language, booked_at, sequence, secret, called_off_by) VALUES"
                    " (%s, %s, %s, %s, %s, %s, tstzrange(%s, %s), 'UTC', 'en', now(), 0, %s, '')",
                    [uuid.uuid4(), row.service_id, row.advocate_id, row.contact_id, row.starts_at + timedelta(days=400),
                     row.ends_at + timedelta(days=400), row.starts_at + timedelta(days=400), row.ends_at + timedelta(days=400),
                     uuid.uuid4().hex],
                )  # fmt: skip
        return len(rows) / (time.perf_counter() - began)


def main() -> None:
    firm, service, key = busy_firm(10, 20)
    with within(firm):
        now = timezone.now()
        slots = free_slots(service, since=now, until=now + timedelta(days=28), at=now)
        one_advocate = [slot for slot in slots if slot.advocate_id == slots[0].advocate_id]
        Service.objects.filter(pk=service.pk).update(notice_minutes=0)
    with server("config.wsgi", settings="config.settings", host=firm.host, threads=8) as port:
        worst = []
        for slot in one_advocate[:5]:
            answers = rush(port, firm, key, service, [slot.starts_at.isoformat()] * CLIENTS)
            statuses = sorted(status for status, _ in answers)
            won = statuses.count(201)
            if set(statuses) - {201, 409}:
                raise SystemExit(f"a booking answered {set(statuses)}")
            worst.append(max(ms for _, ms in answers))
            print(
                f"  … {CLIENTS} clients on one slot of 10 advocates: {won} booked, slowest {worst[-1]:.0f} ms",
                flush=True,
            )
        free = [slot.starts_at.isoformat() for slot in slots[-FREE:]]
        began = time.perf_counter()
        for start in range(0, FREE, CLIENTS):
            rush(port, firm, key, service, free[start : start + CLIENTS])
        ours = FREE / (time.perf_counter() - began)
    with within(firm):
        rows = list(Booking.objects.standing()[:FREE])
    baseline = bare(firm, rows)
    line(
        "booking",
        ours=ours,
        baseline=baseline,
        unit="/s",
        more=f"aim: at least 0.25; race slowest {statistics.median(worst):.0f} ms",
    )
