"""A month of availability for 10 advocates with 150 bookings each, as JSON over HTTP.

The baselines of the same run: django-appointment from PyPI, in an environment of its own, for one
advocate times ten; and one SQL statement that reads the same bookings.
"""

from __future__ import annotations

import json
import statistics
import time
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench import appointment
from bench.firms import busy_firm
from bench.measuring import get, line, median_ms, progress, server
from scheduling.availability import free_slots
from scheduling.models import Booking
from tenants.places import FirmRef, within

ADVOCATES, BOOKINGS = 10, 150


def over_http(firm: FirmRef, path: str, key: str) -> tuple[float, int]:
    """Median milliseconds, and how many slots came."""
    host = firm.host
    with server("config.wsgi", settings="config.settings", host=host) as port:
        headers = {"Authorization": f"Bearer {key}"}
        took, found = [], 0
        for _ in range(25):
            began = time.perf_counter()
            status, body = get(port, f"{host}:{port}", path, headers)
            took.append((time.perf_counter() - began) * 1000)
            if status != 200:
                raise SystemExit(f"availability answered {status}")
            found = len(json.loads(body)["slots"])
    return statistics.median(took[5:]), found


def measure(advocates: int, bookings: int, name: str) -> float:
    firm, service, key = busy_firm(advocates, bookings)
    now = timezone.now()
    with within(firm):
        with CaptureQueriesContext(connection) as queries:
            free_slots(service, since=now, until=now + timedelta(days=31), at=now)
        ours, found = over_http(firm, f"/api/v1/services/{service.pk}/availability/", key)
        sql = median_ms(
            lambda: list(
                Booking.objects.standing()
                .filter(busy__overlap=(now, now + timedelta(days=31)))
                .order_by("busy")
                .values_list("advocate_id", "busy")
            )
        )
    line(f"{name}-sql", ours=ours, baseline=sql, unit="ms", more=f"queries={len(queries)} slots={found}")
    return ours


def main() -> None:
    ours = measure(ADVOCATES, BOOKINGS, "availability")
    measure(50, 1000, "availability-50x1000")
    progress("django-appointment, in an environment of its own")
    theirs = appointment.measure(bookings=BOOKINGS)
    if theirs is None:
        print("name=availability baseline=django-appointment could not be installed here", flush=True)
        return
    ms, queries = theirs
    line(
        "availability",
        ours=ours,
        baseline=ms * ADVOCATES,
        unit="ms",
        more=f"theirs={queries} queries an advocate",
    )
