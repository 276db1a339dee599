"""A page costs as many queries with three rows of everything as with one: asked of every page that takes no id."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import audit
from accounts.models import ApiToken, Invitation, User
from accounts.sessions import SessionStore
from cases import opening
from clients.models import (
    Contact,
    ContactPoint,
    District,
    Family,
    Guardianship,
    School,
    Student,
    join_care_team,
)
from documents.models import Document, Kind
from invoices import timing
from outbox import receiving
from scheduling import booking as bookings
from scheduling.availability import free_slots
from scheduling.models import Closure, Service
from tenants import hosts
from tests.conftest import Visitor
from tests.house.matrix import MATRIX
from tests.house.test_matrix import firm_routes, key_of
from tests.world import NOW

PAGES = sorted(
    name
    for name, (methods, _who) in MATRIX.items()
    if "GET" in methods
    and not firm_routes()[name].pattern.converters
    and not firm_routes()[name].pattern.regex.groupindex
    # The same for everyone and slow to make; and the log, which asks once for each kind of thing its lines are about.
    and name not in {"api-schema", "kit", "access-log"}
)  # fmt: skip


def one_more_of_everything(n, service, ana, olivia):
    """What an office has in a day: a family with its child, case, paper, call and text, a colleague, a key, a line in the log."""
    family = Family.objects.create(name=f"Family {n}", confirmed_at=NOW)
    district = District.objects.create(name=f"District {n}", state="MT")
    school = School.objects.create(name=f"School {n}", district=district)
    contact = Contact.objects.create(family=family, name=f"Parent {n}", language="en", timezone="America/Denver", confirmed_at=NOW)  # fmt: skip
    phone = f"+1406555017{n}"
    ContactPoint.objects.create(contact=contact, kind="phone", value=phone)
    student = Student.objects.create(family=family, given_name=f"Child {n}", family_name="X", confirmed_at=NOW, district=district, school=school)  # fmt: skip
    Guardianship.objects.create(contact=contact, student=student)
    join_care_team(student, ana, at=NOW)
    case = opening.open_case(student=student, kind="evaluation", advocate=ana, by=ana, at=NOW)
    Document.objects.create(student=student, kind=Kind.IEP, title=f"IEP {n}", added_by=ana, added_at=NOW)
    timing.add(person=ana, student=student, case=case, on=NOW.date(), minutes=6, activity="call", description="Call", at=NOW)  # fmt: skip
    slot = free_slots(service, since=NOW, until=NOW + timedelta(days=9), at=NOW, advocates=[ana])[0]
    asker = bookings.Asker(name=f"Caller {n}", email=f"caller{n}@home.example", child="Kim", timezone="America/Denver")  # fmt: skip
    bookings.book(service, starts_at=slot.starts_at, asker=asker, at=NOW, advocate=ana)
    receiving.receive(provider_id=f"SM{n:032}", number=phone, to="+14065550150", body="When?", media=[], opt_out="", at=NOW)  # fmt: skip
    Service.objects.create(name=f"Talk {n}", minutes=30, published=True).advocates.add(ana)
    User.objects.create(name=f"Colleague {n}", role="advocate", email=f"colleague{n}@harbor.example", password="!")  # fmt: skip
    Invitation.objects.create(name="P", email=f"p{n}@x.example", role="advocate", digest=f"d{n}", invited_by=olivia, invited_at=NOW)  # fmt: skip
    ApiToken.objects.create(user=olivia, name=f"Key {n}", made_at=NOW, digest=f"key {n}")
    day = NOW.date() + timedelta(days=30 + n)
    Closure.objects.create(name=f"Day {n}", starts_on=day, ends_on=day)
    store = SessionStore()
    store.update({"user": str(olivia.pk), "epoch": olivia.epoch, "started": NOW.timestamp(), "seen": NOW.timestamp()})  # fmt: skip
    store.save(must_create=True)
    audit.record("student.read", by=ana, at=NOW, about=student)


def counted(harbor, olivia):
    """Queries of each page, as the owner opens it."""
    found = {}
    for name in PAGES:
        visitor, headers = Visitor(harbor), {}
        if name.startswith("api-"):
            headers = {"Authorization": f"Bearer {key_of(olivia)}"}
        else:
            visitor.as_(olivia)
        path = reverse(name, urlconf="config.urls")
        with CaptureQueriesContext(connection) as queries:
            answer = visitor.get(path, headers=headers)
        if answer.status_code == 200:
            found[name] = len(queries)
    return found


@pytest.mark.timeout(240)
def test_every_page_asks_as_much_of_three_rows_as_of_one(harbor, service, ana, olivia, clock, standins, monkeypatch):  # fmt: skip
    monkeypatch.setattr(hosts, "SECONDS", 600.0)
    one_more_of_everything(0, service, ana, olivia)
    counted(harbor, olivia)  # reading is a line in the log, of kinds that are all there from now on
    few = counted(harbor, olivia)
    for n in (1, 2, 3):
        one_more_of_everything(n, service, ana, olivia)
    many = counted(harbor, olivia)

    assert {name: (few.get(name), many[name]) for name in many if many[name] > few.get(name, 0)} == {}
    assert len(many) > 60


def test_the_log_asks_as_much_of_three_lines_as_of_one(harbor, ana, olivia, clock):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert Visitor(harbor).as_(olivia).get("/access-log/?person=Ana").status_code == 200
        return len(queries)

    def read(n):
        family = Family.objects.create(name=f"Family {n}")
        audit.record("student.read", by=ana, at=NOW, about=Student.objects.create(family=family, given_name=f"Child {n}"))  # fmt: skip

    read(0)
    asked()
    few = asked()
    read(1)
    read(2)
    assert asked() == few
