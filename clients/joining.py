"""Saying who an unconfirmed file is: a new family, or one we know."""

from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.db.models import QuerySet

from accounts import audit
from accounts.models import User
from clients.models import CareTeamMember, Contact, ContactPoint, Family, Guardianship, Student


def may_be_same(contact: Contact, *, user: User) -> QuerySet[Contact]:
    """Other contacts, among those this person sees, that share a number or an address with this one."""
    values = [point.value for point in contact.points.all()]
    return (
        Contact.objects.visible_to(user)
        .filter(points__value__in=values)
        .exclude(pk=contact.pk)
        .select_related("family")
        .distinct()
        .order_by("name")
    )


@transaction.atomic
def confirm(contact: Contact, *, by: User, at: datetime) -> None:
    """It is a new family: the file stands on its own."""
    Contact.objects.filter(pk=contact.pk).update(confirmed_at=at)
    Family.objects.filter(pk=contact.family_id, confirmed_at=None).update(confirmed_at=at)
    Student.objects.filter(family=contact.family_id, confirmed_at=None).update(confirmed_at=at)
    audit.record("contact.confirmed", by=by, at=at, about=contact)


@transaction.atomic
def join(contact: Contact, into: Contact, *, by: User, at: datetime) -> None:
    """It is somebody we know: what hangs on the new file goes over to the old one, and nothing is lost.

    A student of the same first name in the known family is taken to be the same child; any other
    comes along as a new child of that family.
    """
    old_family = contact.family
    for point in contact.points.all():
        ContactPoint.objects.get_or_create(contact=into, kind=point.kind, value=point.value, defaults={"label": point.label, "safe": point.safe})  # fmt: skip
    for student in old_family.students.all():
        known = into.family.students.filter(given_name__iexact=student.given_name).first()
        if known is None:
            student.family = into.family
            student.confirmed_at = student.confirmed_at or at
            student.save(update_fields=["family", "confirmed_at"])
            Guardianship.objects.filter(contact=contact, student=student).update(contact=into)
            continue
        for member in student.care_team.filter(until=None):
            CareTeamMember.objects.get_or_create(student=known, user=member.user, until=None, defaults={"since": member.since})  # fmt: skip
        _hand_over(student, known)
        student.delete()
    _hand_over(contact, into)
    audit.record("contact.joined", by=by, at=at, about=into, was=str(contact.pk))
    contact.delete()
    if not old_family.contacts.exists() and not old_family.students.exists():
        _hand_over(old_family, into.family)
        old_family.delete()


def _hand_over(old: models.Model, new: models.Model) -> None:
    """What other apps hang on one (bookings, papers, …) hangs on the other."""
    for relation in old._meta.related_objects:
        if relation.related_model._meta.app_label != "clients":
            rows = relation.related_model._base_manager.filter(**{relation.field.name: old})
            rows.update(**{relation.field.name: new})
