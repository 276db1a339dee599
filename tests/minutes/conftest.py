"""Mateo's plan: speech twice a week, occupational therapy in a six-day cycle, counseling without a number."""

from __future__ import annotations

from datetime import date

import pytest

from cases.models import NoSchool, SchoolCalendar, SchoolYear
from clients.models import District, Student
from documents.models import DocumentVersion
from minutes.models import DeliveredSession, MissedSession
from reviews.models import PlanInForce, Review, ServiceRow
from tests.world import NOW, key


@pytest.fixture
def district(harbor, ana):
    """School from September 2, 2026 to June 4, 2027; Thanksgiving is November 26 and 27."""
    district = District.objects.create(name="Hill District", state="MT")
    calendar = SchoolCalendar.objects.create(district=district, changed_at=NOW, changed_by=ana)
    year = SchoolYear.objects.create(calendar=calendar, first_on=date(2026, 9, 2), last_on=date(2027, 6, 4))
    NoSchool.objects.create(year=year, first_on=date(2026, 9, 7), last_on=date(2026, 9, 7), name="Labor Day")
    NoSchool.objects.create(
        year=year, first_on=date(2026, 11, 26), last_on=date(2026, 11, 27), name="Thanksgiving"
    )
    return district


@pytest.fixture
def plan(harbor, ana, mateo, district):
    DeliveredSession.objects.all().delete()
    MissedSession.objects.all().delete()
    Student.objects.filter(pk=mateo.pk).update(district=district)
    mateo.refresh_from_db()
    review = Review.objects.create(
        student=mateo, version=DocumentVersion.objects.get(pk=key("version Mateo")), opened_at=NOW
    )
    return PlanInForce.objects.create(
        student=mateo, review=review, starts_on=date(2026, 9, 2), ends_on=date(2027, 6, 4), accepted_by=ana, accepted_at=NOW
    )  # fmt: skip


def a_row(plan, name, **values):
    found = {
        "minutes": 30,
        "sessions": 2,
        "per": "week",
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        **values,
    }
    return ServiceRow.objects.create(plan=plan, name=name, **found)


@pytest.fixture
def speech(plan):
    return a_row(plan, "Speech therapy", setting="outside_general_education")


@pytest.fixture
def counseling(plan):
    return a_row(plan, "Counseling", minutes=None, sessions=None, per="", as_written="as needed")


def held(student, service, on, minutes=30, **more):
    values = {"evidence": "log", "recorded_at": NOW, "service_name": service.name, **more}
    return DeliveredSession.objects.create(student=student, service=service, on=on, minutes=minutes, **values)


def missed(student, service, on, kind, **more):
    values = {"evidence": "note", "recorded_at": NOW, "service_name": service.name if service else "", **more}
    return MissedSession.objects.create(student=student, service=service, on=on, kind=kind, **values)


@pytest.fixture
def november(mateo, speech, ana):
    """Weeks of November 2, 9, 16: two held; one held, one absent; none, the provider away for one."""
    held(mateo, speech, date(2026, 11, 3), recorded_by=ana, provider="Ms. Park")
    held(mateo, speech, date(2026, 11, 5), recorded_by=ana, provider="Ms. Park")
    held(mateo, speech, date(2026, 11, 10), recorded_by=ana, document_id=key("document Mateo"), page=1)
    missed(mateo, speech, date(2026, 11, 12), "student", recorded_by=ana)
    missed(mateo, speech, date(2026, 11, 17), "provider", recorded_by=ana)
