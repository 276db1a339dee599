"""Saying who an unconfirmed file is: a new family, or one we know."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from clients import admitting
from clients.merging import join_families, merge
from clients.models import Contact, Family, Student
from tenants.models import Entitlement
from tenants.places import current_firm


class StudentsFull(Exception):
    """The plan holds no more students; the message is a sentence."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            _("Your plan holds %(n)d students, and so many are on file. The owner can choose a larger plan.")
            % {"n": limit}
        )


def check_students(*, more: int) -> None:
    """Raises StudentsFull when `more` students do not fit what the firm may have on file."""
    limit = Entitlement.objects.filter(firm_id=current_firm().id).values_list("students", flat=True).first()
    if limit is not None and more and Student.objects.exclude(confirmed_at=None).count() + more > limit:
        raise StudentsFull(limit)


@transaction.atomic
def confirm(contact: Contact, *, by: User, at: datetime) -> None:
    """It is a new family: the file stands on its own, and who may see the child signs in. Raises StudentsFull."""
    check_students(more=Student.objects.filter(family=contact.family_id, confirmed_at=None).count())
    Contact.objects.filter(pk=contact.pk).update(confirmed_at=at)
    Family.objects.filter(pk=contact.family_id, confirmed_at=None).update(confirmed_at=at)
    Student.objects.filter(family=contact.family_id, confirmed_at=None).update(confirmed_at=at)
    audit.record("contact.confirmed", by=by, at=at, about=contact)
    admitting.admit_if_ready(contact, by=by, at=at)


@transaction.atomic
def join(contact: Contact, into: Contact, *, by: User, at: datetime) -> None:
    """It is somebody we know: what hangs on the new file goes over to the old one, and nothing is lost.

    A student of the same first name in the known family is taken to be the same child; any other
    comes along as a new child of that family.
    """
    old_family = contact.family
    for student in old_family.students.all():
        known = into.family.students.filter(given_name__iexact=student.given_name).first()
        if known is not None and known.pk != student.pk:
            merge(known, student, by=by, at=at, reason="joined")
        elif old_family.pk != into.family_id:
            student.family = into.family
            student.confirmed_at = student.confirmed_at or at
            student.save(update_fields=["family", "confirmed_at"])
    contact.refresh_from_db()
    record = merge(into, contact, by=by, at=at, reason="joined")
    if old_family.pk != into.family_id and Family.objects.filter(pk=old_family.pk, joined_into=None).exists():
        record.moved += join_families(old_family, into.family)
        record.save(update_fields=["moved"])
    audit.record("contact.joined", by=by, at=at, about=into, was=str(contact.pk))
