"""The demo's reviews: Mateo's IEP checked half-way, and two years of one child. All in them is invented."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from accounts.models import User
from clients.models import CareTeamMember, Contact, Guardianship, Student, join_care_team
from documents import adding, checking
from documents.adding import Sent
from documents.models import Kind
from reviews import comparing, deciding, reading
from reviews.models import Decision, Review, State, Status, StructuredIEP

HERE = Path(__file__).parent
PATIENCE = 600.0  # seconds


def seed(rivera: Contact, okafor: Contact, *, at: datetime) -> None:
    """Reads what the Riveras sent and checks half of it; adds a child with two IEPs to the Okafors."""
    review = Review.objects.filter(student__family=rivera.family).first()
    if review is not None:
        _half_way(review, at=at)
    _two_years(okafor, at=at)


def _read(version_id: UUID, *, at: datetime) -> None:
    """Reads a version now. Another site on this machine may be reading; its turn is waited for."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        reading.read(version_id, at=at)
        if not StructuredIEP.objects.get(version=version_id).is_under_way:
            return
    raise TimeoutError("The demo papers could not be read: another reading on this machine does not end.")


def _half_way(review: Review, *, at: datetime) -> None:
    _read(review.version_id, at=at)
    advocate = review.assigned_to
    assert advocate is not None
    structured = StructuredIEP.objects.get(version=review.version_id)
    deciding.confirm_child(structured, by=advocate, at=at)
    points = list(review.points.all())
    for point in points[: len(points) // 2]:
        deciding.decide(point, Decision.KEPT, by=advocate, at=at)
    deciding.add_point(
        review, by=advocate, at=at, status=Status.ASK, page=3, citation="34 CFR 300.320(a)(4)",
        title="Who helps with writing in the general class?",
        title_es="¿Quién ayuda con la escritura en la clase general?",
        why="Writing help is listed outside the class only.",
        why_es="La ayuda con la escritura solo aparece fuera de la clase.",
        question="What help with writing will he have during science and social studies?",
        question_es="¿Qué ayuda con la escritura tendrá en ciencias y estudios sociales?",
    )  # fmt: skip


def _two_years(contact: Contact, *, at: datetime) -> None:
    child = Student.objects.create(
        family=contact.family, given_name="Imani", family_name="Okafor-Lindqvist", grade="3", confirmed_at=at
    )
    Guardianship.objects.create(contact=contact, student=child, relation="mother")
    team = CareTeamMember.objects.filter(student__family=contact.family, until=None).values("user")
    staff = list(User.objects.filter(pk__in=team).order_by("name"))
    for member in staff:
        join_care_team(child, member, at=at)
    assert contact.user is not None
    for name, title, days in (("earlier.pdf", "IEP, grade 2", 380), ("later.pdf", "IEP, grade 3", 6)):
        version = adding.add(
            [Sent((HERE / name).read_bytes(), name)], of=child, kind=Kind.IEP, title=title, by=contact.user,
            at=at - timedelta(days=days), language="en",
        )  # fmt: skip
        checking.check(version.pk, at=at)
        _read(version.pk, at=at)
    first, last = comparing.readings_of(child, staff[0])[:2]
    made = comparing.make(first, last, by=staff[0], at=at)
    comparing.offer(made, Review.objects.get(version=last.version_id), by=staff[0], at=at)
    # Last year's review was long sent.
    sent_at = at - timedelta(days=370)
    old = Review.objects.get(version=first.version_id)
    old.points.update(decision=Decision.KEPT, by=staff[0], at=sent_at)
    old.state, old.signed_off_by, old.signed_off_at, old.sent_at = State.SENT, staff[0], sent_at, sent_at
    old.save()
