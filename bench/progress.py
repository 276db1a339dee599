"""The pages of a student with five years of data: 20 goals, 4,000 points, 3,000 sessions, over HTTP.

The baseline of the same run reads what the page shows by plain SQL: the sheets, their points, the phases, the
school's reports, and nothing else is done with it.
"""

from __future__ import annotations

import random
import statistics
import time
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from accounts.sessions import SessionStore
from bench.firms import new_firm
from bench.measuring import get, line, median_ms, progress, server
from circle.models import Action, CheckIn, CheckInQuestion, Post
from clients.models import AboutPage, Contact, Family, Guardianship, Student
from minutes.models import DeliveredSession, Evidence
from progress.models import (
    DataPoint,
    DataSheet,
    Phase,
    SchoolReport,
    Strategy,
    StrategyResult,
    TermReport,
    Win,
)
from tenants.migrating import analyze
from tenants.places import FirmRef, within

GOALS, POINTS, SESSIONS, YEARS, TIMES = 20, 4000, 3000, 5, 60


def five_years() -> tuple[FirmRef, Student, dict[str, str]]:
    """A firm with that student, and cookies of the owner and of the mother."""
    firm = new_firm("progress")
    now, dice = timezone.now(), random.Random(11)
    with within(firm):
        owner = User.objects.get(role=Role.OWNER)
        mother = User.objects.create_user(
            email="mother@bench.example", name="Bench Mother", role=Role.FAMILY, phone="+14065550199"
        )
        family = Family.objects.create(name="Bench", confirmed_at=now)
        contact = Contact.objects.create(family=family, name="Bench Mother", user=mother, confirmed_at=now)
        student = Student.objects.create(
            family=family, given_name="Bench", family_name="Child", confirmed_at=now
        )
        Guardianship.objects.create(contact=contact, student=student)
        today = now.date()
        first = today - timedelta(days=365 * YEARS)
        sheets = [
            DataSheet.objects.create(
                student=student, number=n, area=f"Area {n}", goal_text=f"The child will do the thing number {n}.", measure="words",
                baseline=20, target=120, starts_on=first, target_on=today + timedelta(days=30), quiet_on=today, set_up_by=owner, set_up_at=now,
            )
            for n in range(1, GOALS + 1)
        ]  # fmt: skip
        rows = []
        for n in range(POINTS):
            moment = now - timedelta(days=dice.uniform(0, 365 * YEARS))
            rows.append(
                DataPoint(
                    key=uuid4(), sheet=sheets[n % GOALS], value=dice.randint(20, 120), setting=dice.choice(["home", "school", "elsewhere"]),
                    happened_at=moment, happened_on=moment.date(), logged_by=owner, logged_at=moment,
                )
            )  # fmt: skip
        DataPoint.objects.bulk_create(rows, batch_size=1000)
        SchoolReport.objects.bulk_create(
            SchoolReport(student=student, sheet=sheet, ends_on=today - timedelta(days=90 * term), words="Making progress", called="progress", value=40, by=owner, at=now)
            for sheet in sheets for term in range(1, 4 * YEARS)
        )  # fmt: skip
        Phase.objects.bulk_create(
            Phase(
                student=student,
                kind="other",
                words=f"Change {n}",
                on=today - timedelta(days=60 * n),
                by=owner,
                at=now,
            )
            for n in range(1, 20)
        )
        Win.objects.bulk_create(Win(student=student, words=f"Win {n}", happened_on=today, by=owner, at=now, shared_at=now) for n in range(100))  # fmt: skip
        DeliveredSession.objects.bulk_create(
            DeliveredSession(
                student=student, key=uuid4(), on=today - timedelta(days=n * 365 * YEARS // SESSIONS), service_name="Speech", minutes=30,
                evidence=Evidence.LOG, recorded_by=owner, recorded_at=now,
            )
            for n in range(SESSIONS)
        )  # fmt: skip
        _page(student, owner, mother, now=now)
        cookies = {}
        for name, person in (("owner", owner), ("mother", mother)):
            store = SessionStore()
            store.update({"user": str(person.pk), "epoch": person.epoch, "started": now.timestamp(), "seen": now.timestamp()})  # fmt: skip
            store.save(must_create=True)
            cookies[name] = f"{settings.SESSION_COOKIE_NAME}={store.session_key}"
    analyze(firm)
    return firm, student, cookies


def _page(student: Student, owner: User, mother: User, *, now: datetime) -> None:
    """What else stands on the shared page after five years: talk with answers, strategies, a check-in, reports."""
    ago = [now - timedelta(days=n) for n in range(300)]
    posts = [Post(student=student, kind="update", words=f"Update {n}. He read for ten minutes.", side="home", by=mother, at=at) for n, at in enumerate(ago)]  # fmt: skip
    Post.objects.bulk_create(posts)
    Post.objects.bulk_create(Post(student=student, under=post, kind="answer", words="Wonderful", side="office", by=owner, at=post.at) for post in posts)  # fmt: skip
    strategies = [Strategy(student=student, trigger=f"Trigger {n}", response="Wait ten seconds", started_on=now.date(), by=owner, at=now, shared_at=now) for n in range(8)]  # fmt: skip
    Strategy.objects.bulk_create(strategies)
    StrategyResult.objects.bulk_create(StrategyResult(strategy=strategies[n % 8], went="well", setting="home", happened_on=at.date(), by=mother, at=at) for n, at in enumerate(ago))  # fmt: skip
    check_in = CheckIn.objects.create(
        student=student, starts_at=now + timedelta(days=3), how="call", by=mother, at=now
    )
    CheckInQuestion.objects.bulk_create(CheckInQuestion(check_in=check_in, words=f"Question {n}", side="home", by=mother, at=now) for n in range(4))  # fmt: skip
    Action.objects.bulk_create(
        Action(student=student, words=f"Agreed {n}", who="Mother", side="home", by=mother, at=now)
        for n in range(6)
    )
    AboutPage.objects.create(
        student=student, number=1, strengths="Kind", writer="Bench Mother", written_at=now
    )
    TermReport.objects.bulk_create(
        TermReport(
            student=student, starts_on=at.date() - timedelta(days=60), ends_on=at.date(), written_by=owner, written_at=at, approved_by=owner,
            approved_at=at, sent_at=at,
        )
        for at in ago[::30]
    )  # fmt: skip


def queries_of(firm: FirmRef, path: str, cookie: str) -> int:
    """How many queries a warm request costs, counted in this process."""
    client = Client()
    name, _equals, value = cookie.partition("=")
    client.cookies[name] = value
    client.get(path, HTTP_HOST=firm.host)
    with CaptureQueriesContext(connection) as found:
        if client.get(path, HTTP_HOST=firm.host).status_code != 200:
            raise SystemExit(f"{path} did not open")
    return len(found)


def plain(student: Student) -> None:
    """What the page reads, by hand."""
    with connection.cursor() as cursor:
        for statement in (
            "SELECT * FROM progress_datasheet WHERE student_id = %s",
            "SELECT p.sheet_id, p.happened_on, p.value, p.setting FROM progress_datapoint p JOIN progress_datasheet s ON s.id = p.sheet_id"
            " WHERE s.student_id = %s AND p.withdrawn_at IS NULL ORDER BY p.happened_on, p.happened_at",
            "SELECT * FROM progress_phase WHERE student_id = %s",
            "SELECT * FROM progress_schoolreport WHERE student_id = %s",
            "SELECT * FROM progress_win WHERE student_id = %s ORDER BY happened_on DESC LIMIT 3",
        ):  # fmt: skip
            cursor.execute(statement, [student.pk])
            cursor.fetchall()


def main() -> None:
    progress(f"a student with {GOALS} goals, {POINTS} points and {SESSIONS} sessions")
    firm, student, cookies = five_years()
    with within(firm):
        first = DataSheet.objects.filter(student=student).first()
        assert first is not None
        baseline = median_ms(lambda: plain(student))
    pages = (
        ("progress", f"/students/{student.pk}/progress/", "owner"),
        ("progress-goal", f"/progress/sheets/{first.pk}/", "owner"),
        ("progress-portal", "/portal/progress/", "mother"),
        ("progress-shared", f"/shared/{student.pk}/", "mother"),
    )
    counts = {path: queries_of(firm, path, cookies[who]) for _name, path, who in pages}
    with server("config.wsgi", settings="config.settings", host=firm.host) as port:
        for name, path, who in pages:
            took, size = [], 0
            for _ in range(TIMES + 5):
                began = time.perf_counter()
                status, body = get(port, f"{firm.host}:{port}", path, {"Cookie": cookies[who]})
                took.append((time.perf_counter() - began) * 1000)
                size = len(body)
                if status != 200:
                    raise SystemExit(f"{path} answered {status}")
            took = sorted(took[5:])
            p95 = statistics.quantiles(took, n=20)[-1]
            line(
                name, ours=p95, baseline=baseline, unit="ms",
                more=f"p50={statistics.median(took):.1f}ms queries={counts[path]} kB={size / 1024:.0f} aim: p95 100 ms, 15 queries",
            )  # fmt: skip
