"""The demo's minutes: this school year's sessions of two children, with gaps as they happen. All in it is invented."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from cases import calendars
from clients.models import CareTeamMember, Contact, Student
from minutes import recording, tally
from minutes.models import DeliveredSession, Evidence, MissedKind
from minutes.page import year_of
from minutes.papers import save_worksheet
from reviews import plans
from reviews.models import PlanInForce, Review, ServiceRow
from tenants.places import current_firm
from web.ids import new_id

PROVIDERS = ["Ms. Park", "Mr. Delgado", "Ms. Whitfield", "Ms. Osei"]


def seed(rivera: Contact, okafor: Contact, *, at: datetime) -> None:
    """Gives children whose IEP was read a plan in force, and writes down what their school held of it."""
    if DeliveredSession.objects.exists():
        return
    today = timezone.localdate(at, current_firm().zone)
    for family in (rivera.family, okafor.family):
        for student in Student.objects.filter(family=family).order_by("created_at"):
            review = (
                Review.objects.filter(student=student, version__structured__kind_found="iep")
                .order_by("opened_at")
                .last()
            )
            if review is not None:
                _child(student, review, today, at=at)


def _child(student: Student, review: Review, today: date, *, at: datetime) -> None:
    by = User.objects.filter(
        pk__in=CareTeamMember.objects.filter(student=student, until=None).values("user")
    ).first()
    assert by is not None
    if student.district_id is None:
        Student.objects.filter(pk=student.pk).update(
            district=Student.objects.filter(family=student.family)
            .exclude(district=None)
            .values("district")[:1]
        )
        student.refresh_from_db()
    calendar = calendars.of_district(student.district_id)
    year = calendar.year_of(today) or calendar.instruction[-1] if calendar else None
    if year is None:
        return
    plan = student.plans.filter(superseded_at=None).first() or plans.accept(review, by=by, at=at)
    first = year.first + timedelta(days=5)
    _move(plan, first, year.last)
    found = tally.table(student, start=year.first, end=min(today, year.last), today=today)
    for n, line in enumerate(found.lines):
        for at_window, one in enumerate(line.windows):
            _window(student, line, one, n, at_window, by, today, at=at)
    if student.given_name == "Mateo":
        save_worksheet(
            student, year_of(today).first, today,
            {
                "missed": "In October Mateo had reading help on 16 of 24 days. On the others he stayed in class and did a worksheet alone.",
                "effect": "He read 59 words a minute at the end of September and 60 at the end of October; before that he gained about one a week.",
                "would_help": "A short daily session for some weeks would fit him better than long ones.",
                "questions": "Who steps in when Ms. Park is away?\nWhen could the missed sessions be made up without taking him out of reading?",
            },
            based_on=0, by=by, at=at,
        )  # fmt: skip


def _move(plan: PlanInForce, first: date, last: date) -> None:
    """The paper's own years are fixed; the demo's plan runs this school year."""
    PlanInForce.objects.filter(pk=plan.pk).update(starts_on=first, ends_on=last)
    ServiceRow.objects.filter(plan=plan).update(starts_on=first, ends_on=last)


def _window(
    student: Student, line: tally.Line, one: tally.WindowCount, n: int, nth: int, by: User, today: date, *, at: datetime
) -> None:  # fmt: skip
    window, service = one.window, recording.Service(line.key, line.name, tuple(line.rows))
    many = window.sessions if window.sessions is not None else len(window.days)
    minutes = window.session_minutes or window.minutes / max(many, 1)
    for k in range(many):
        day = window.days[min(k * max(1, len(window.days) // max(many, 1)), len(window.days) - 1)]
        turn = (nth * 7 + k * 3 + n) % 17
        shared: dict[str, Any] = {
            "on": day,
            "service": service,
            "by": by,
            "at": at,
            "today": today,
            "sure": True,
        }
        if turn == 4 and many <= 3:
            recording.log_missed(student, key=new_id(), kind=MissedKind.STUDENT, evidence=Evidence.NOTE, note="Doctor’s visit", **shared)  # fmt: skip
        elif turn == 9 and many <= 3:
            recording.log_missed(
                student, key=new_id(), kind=MissedKind.PROVIDER, evidence=Evidence.TEXT, **shared
            )
        elif turn in (1, 11, 14):
            continue
        else:
            recording.log_session(
                student, key=new_id(), minutes=max(1, round(minutes) - (5 if turn == 7 else 0)), provider=PROVIDERS[n % 4],
                evidence=Evidence.SEEN if turn == 3 else Evidence.LOG, **shared,
            )  # fmt: skip
