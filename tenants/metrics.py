"""What a monitoring system reads at `/metrics`: figures over all firms, none of them about a person."""

from __future__ import annotations

import ipaddress
import logging
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min
from django.db.utils import ProgrammingError
from django.http import HttpRequest

from tenants import throttle
from tenants.backend.base import NoFirm
from tenants.models import DueWork
from tenants.places import in_public

log = logging.getLogger("roundtable.metrics")
TRIP = "guard trip"
PRIVILEGE = "42501"  # SQLSTATE insufficient_privilege
SEND, RECONCILE = "outbox.send", "outbox.reconcile"


def may_read(request: HttpRequest) -> bool:
    """Whoever bears METRICS_TOKEN, or a program on this machine that no proxy stands before."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.METRICS_TOKEN:
        return secrets.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    if {"HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP"} & set(request.META):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def note_trip(problem: BaseException, *, at: datetime) -> None:
    """Counts a request that ran into one of the walls between firms."""
    if isinstance(problem, NoFirm) or (
        isinstance(problem, ProgrammingError) and getattr(problem.__cause__, "sqlstate", "") == PRIVILEGE
    ):
        log.error("a wall between firms was met: %s", type(problem).__name__)
        with in_public():
            throttle.note(TRIP, "", at=at)


def text(*, at: datetime) -> str:
    """All figures in Prometheus' text format."""
    with in_public():
        late = {
            row["kind"]: (row["n"], (at - row["first"]).total_seconds())
            for row in DueWork.objects.filter(due_at__lte=at, firm__opened_at__isnull=False, firm__suspended_at=None)
            .values("kind").annotate(n=Count("pk"), first=Min("due_at"))
        }  # fmt: skip
        unknown = DueWork.objects.filter(kind=RECONCILE).count()
        trips = throttle.count(TRIP, "", within=timedelta(days=1), at=at)
    lines = [
        "# HELP roundtable_oldest_due_message_seconds How long the oldest message that is due has waited.",
        "# TYPE roundtable_oldest_due_message_seconds gauge",
        f"roundtable_oldest_due_message_seconds {late.get(SEND, (0, 0.0))[1]:.0f}",
        "# HELP roundtable_overdue_work Things whose time has come, by kind.",
        "# TYPE roundtable_overdue_work gauge",
        *[f'roundtable_overdue_work{{kind="{kind}"}} {n}' for kind, (n, _) in sorted(late.items())],
        "# HELP roundtable_oldest_due_seconds How long the oldest of them has waited, by kind.",
        "# TYPE roundtable_oldest_due_seconds gauge",
        *[
            f'roundtable_oldest_due_seconds{{kind="{kind}"}} {age:.0f}'
            for kind, (_, age) in sorted(late.items())
        ],
        "# HELP roundtable_unknown_texts Texts of which it is not known whether they left.",
        "# TYPE roundtable_unknown_texts gauge",
        f"roundtable_unknown_texts {unknown}",
        "# HELP roundtable_guard_trips_day Requests of the last day that met a wall between firms.",
        "# TYPE roundtable_guard_trips_day gauge",
        f"roundtable_guard_trips_day {trips}",
    ]
    return "\n".join(lines) + "\n"
