"""A new file for somebody who calls or books. It stays unconfirmed until staff say who it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.models import User
from clients.models import Contact, ContactPoint, Family, Guardianship, Student, join_care_team
from tenants.places import current_firm


@dataclass(frozen=True)
class Caller:
    """Who asks for help, as told. `phone` is E.164, `email` lower case, `child` a first name or a whole name."""

    name: str
    phone: str = ""
    email: str = ""
    child: str = ""
    child_family_name: str = ""
    born_on: date | None = None
    grade: str = ""
    relation: str = ""
    language: str = "en"
    interpreter: str = ""
    timezone: str = ""
    safe: bool = True
    team: tuple[User, ...] = field(default=())


def open_file(caller: Caller, *, at: datetime) -> tuple[Contact, Student | None]:
    """A family, its contact and, where one was named, the child with its care team.

    It never attaches itself to a family we know: anyone can say a number.
    """
    family = Family.objects.create(name=caller.child_family_name or caller.name)
    contact = Contact.objects.create(
        family=family, name=caller.name, language=caller.language, timezone=caller.timezone,
        interpreter=caller.interpreter,
    )  # fmt: skip
    ContactPoint.objects.bulk_create(
        ContactPoint(contact=contact, kind=kind, value=value, safe=caller.safe)
        for kind, value in (("phone", caller.phone), ("email", caller.email))
        if value
    )
    if not caller.child:
        return contact, None
    student = Student.objects.create(
        family=family, given_name=caller.child, family_name=caller.child_family_name, born_on=caller.born_on,
        grade=caller.grade,
    )  # fmt: skip
    Guardianship.objects.create(contact=contact, student=student, relation=caller.relation)
    for person in caller.team:
        join_care_team(student, person, at=at)
    return contact, student


@transaction.atomic
def add_grown_up(student: Student, contact: Contact, *, relation: str, phone: str, email: str, by: User, at: datetime) -> Contact:  # fmt: skip
    """One more grown-up around a student, confirmed. `contact` is not saved yet; `phone` is E.164, `email` lower case.

    What they may see is decided on its own, with the family's papers at hand: at first nothing.
    """
    contact.family, contact.confirmed_at = student.family, at
    contact.timezone = current_firm().timezone
    contact.save()
    for kind, value in (("phone", phone), ("email", email)):
        if value:
            ContactPoint.objects.create(contact=contact, kind=kind, value=value)
    Guardianship.objects.create(
        contact=contact, student=student, relation=relation, may_see=False, lives_with=False
    )
    audit.record("contact.added", by=by, at=at, about=contact)
    return contact


@transaction.atomic
def add_child(
    contact: Contact, facts: dict[str, Any], *, relation: str, lives_with: bool, may_see: bool, team: Iterable[User],
    by: User, at: datetime,
) -> Student:  # fmt: skip
    """One more child of a family on file, such as a brother, or the child of a call in which no name was told.

    `facts` are fields of Student. What the contact is to the child is said here; every other grown-up of the family sees
    nothing until somebody says so. The child is confirmed with the contact.
    """
    student = Student.objects.create(
        family=contact.family, confirmed_at=at if contact.confirmed_at else None, **facts
    )
    Guardianship.objects.create(
        contact=contact, student=student, relation=relation, lives_with=lives_with, may_see=may_see
    )
    for person in team:
        join_care_team(student, person, at=at)
    audit.record("student.added", by=by, at=at, about=student, contact=str(contact.pk))
    return student
