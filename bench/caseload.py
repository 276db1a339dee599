"""A firm of 5,000 cases: the pages an advocate opens all day, over HTTP, with the queries each takes.

The baseline of each line is one SQL statement that reads fifty of the same cases with their students, in the
same run.
"""

from __future__ import annotations

import http.client
import secrets
import time
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from accounts.sessions import SessionStore
from bench.measuring import line, median_ms, progress, server
from cases.models import Case
from clients.models import Student
from lobby.load import open_loaded_firm
from tenants.places import FirmRef, within

CASES, TIMES = 5_000, 60


def pages(firm: FirmRef, advocate: User) -> dict[str, str]:
    """Name of the line → address, of an advocate's own case where there is one."""
    with within(firm):
        case = Case.objects.filter(student__in=Student.keys_visible_to(advocate)).order_by("pk")[50]
    return {
        "today": "/today/",
        "caseload": "/cases/",
        "deadlines": "/deadlines/",
        "students": "/students/",
        "case": f"/cases/{case.pk}/",
        "student": f"/students/{case.student_id}/",
        "search": "/search/?q=Riviera",
        "search-phone": "/search/?q=555+0123",
    }


def signed_in(firm: FirmRef, user: User) -> str:
    now = timezone.now().timestamp()
    with within(firm):
        store = SessionStore()
        store.update({"user": str(user.pk), "epoch": user.epoch, "started": now, "seen": now})
        store.save(must_create=True)
    return str(store.session_key)


def timed(port: int, firm: FirmRef, path: str, key: str) -> list[float]:
    """Milliseconds of each GET after the first few, sorted."""
    took = []
    for n in range(TIMES + 5):
        asked: Any = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        began = time.perf_counter()
        asked.request("GET", path, headers={"Host": f"{firm.host}:{port}", "Cookie": f"{settings.SESSION_COOKIE_NAME}={key}"})  # fmt: skip
        answer = asked.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}")
        if n >= 5:
            took.append((time.perf_counter() - began) * 1000)
    return sorted(took)


def queries(firm: FirmRef, path: str, key: str) -> int:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    with CaptureQueriesContext(connection) as caught:
        client.get(path, HTTP_HOST=f"{firm.host}:8000")
    return sum(1 for query in caught if not query["sql"].startswith(("SET", "SAVEPOINT", "RELEASE", "BEGIN")))


def main() -> None:
    progress(f"a firm of {CASES} cases")
    began = time.perf_counter()
    firm = open_loaded_firm(f"caseload-{secrets.token_hex(3)}", cases=CASES, at=timezone.now())
    print(f"name=seed-load ours={time.perf_counter() - began:.1f}s cases={CASES}", flush=True)
    with within(firm):
        people = {"owner": User.objects.get(role=Role.OWNER), "advocate": User.objects.filter(role=Role.ADVOCATE).order_by("email")[0]}  # fmt: skip
        sql = median_ms(lambda: list(Case.objects.select_related("student").order_by("-opened_at")[:50]))
    addresses = pages(firm, people["advocate"])
    with server("config.wsgi", settings="config.settings", host=firm.host, path="/livez") as port:
        for short, person in people.items():
            key = signed_in(firm, person)
            for name, path in addresses.items():
                took = timed(port, firm, path, key)
                line(
                    f"{name}-{short}", ours=took[int(len(took) * 0.95)], baseline=sql, unit="ms",
                    more=f"p50={took[len(took) // 2]:.1f}ms queries={queries(firm, path, key)}",
                )  # fmt: skip
