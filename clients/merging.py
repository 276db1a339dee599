"""Two records of one person become one. What hung on the one that goes hangs on the one that stays; nothing is lost."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from clients import admitting, guests
from clients.models import (
    Contact,
    ContactName,
    ContactPoint,
    Family,
    Guardianship,
    MergeRecord,
    Student,
    StudentName,
)

Person = TypeVar("Person", Student, Contact)
# What the record that stays takes over where it has nothing of its own.
_FILL = {
    "student": ("family_name", "born_on", "grade", "pronouns", "pronunciation", "home_language", "disability", "district_id", "school_id"),
    "contact": ("interpreter", "pronouns", "pronunciation", "prefers", "timezone", "street", "city", "state", "postal_code"),
}  # fmt: skip


class CannotMerge(Exception):
    """The two cannot be one record; the message says why."""


def as_json(row: models.Model) -> dict[str, Any]:
    fields = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    found: dict[str, Any] = json.loads(json.dumps(fields, cls=DjangoJSONEncoder))
    return found


@transaction.atomic
def merge(kept: Person, gone: Person, *, by: User, at: datetime, reason: str = "") -> MergeRecord:
    """Moves everything from `gone` to `kept` and deletes `gone`; the row kept by MergeRecord can bring it back.

    A block or an unsafe number of either one holds for both. Raises CannotMerge.
    """
    if kept.pk == gone.pk:
        raise CannotMerge(_("This is the same record."))
    kind = kept._meta.model_name or ""
    if isinstance(kept, Contact) and isinstance(gone, Contact):
        if kept.user_id and gone.user_id and not any(admitting.drop_unused(one, by=by, at=at) for one in (gone, kept)):  # fmt: skip
            raise CannotMerge(_("Both sign in with an account of their own. Close one account first."))
        _strictest_points(kept, gone)
    _strictest_guardianships(kind, kept, gone)
    was, name = as_json(gone), str(gone)
    moved: list[list[str]] = []
    folded: list[dict[str, Any]] = []
    for relation in gone._meta.related_objects:
        _move(relation, kept, gone, moved, folded)
    for field in _FILL[kind]:
        if not getattr(kept, field):
            setattr(kept, field, getattr(gone, field))
    kept.confirmed_at = kept.confirmed_at or gone.confirmed_at
    kept.version += 1
    user_id = getattr(gone, "user_id", None)
    if isinstance(kept, Contact) and user_id:
        Contact.objects.filter(pk=gone.pk).update(user=None)
        kept.user_id = user_id
    kept.save()
    gone.delete()
    _keep_name(kept, was)
    moved += _join_what_is_left(was["family_id"], kept.family_id)
    for student in (
        [kept]
        if isinstance(kept, Student)
        else Student.objects.filter(guest_grants__granted_by=kept).distinct()
    ):
        guests.settle(student, at=at)
    record = MergeRecord.objects.create(
        kind=kind, kept=kept.pk, gone=was["id"], name=name, was=was, moved=moved, folded=folded, reason=reason,
        merged_by=by, merged_at=at,
    )  # fmt: skip
    audit.record(f"{kind}.merged", by=by, at=at, about=kept, was=was["id"], moved=len(moved))
    return record


def _join_what_is_left(old: str, new: UUID) -> list[list[str]]:
    """A family file that is left without a child, or without a grown-up, joins the one its person went to."""
    family = Family.objects.filter(pk=old, joined_into=None).exclude(pk=new).first()
    if family is None or (family.students.exists() and family.contacts.exists()):
        return []
    return join_families(family, Family.objects.get(pk=new))


def join_families(old: Family, new: Family) -> list[list[str]]:
    """Moves the people of a family file, and what other apps keep of the family, into another one.

    What the ledger says of the old file is found under the new one from then on (`Family.objects.one_with`). Answers
    each move as [label, key, field, where it was, where it is], as `MergeRecord.moved` keeps it.
    """
    moved = []
    for relation in Family._meta.related_objects:
        model, name = relation.related_model, relation.field.name
        for row in model._base_manager.filter(**{name: old}):
            try:
                with transaction.atomic():
                    model._base_manager.filter(pk=row.pk).update(**{name: new})
                moved.append([model._meta.label, str(row.pk), name, str(old.pk), str(new.pk)])
            except IntegrityError:
                continue  # the new family has its own, such as terms of billing, and keeps them
    Family.objects.filter(pk=old.pk).update(joined_into=new)
    moved.append([Family._meta.label, str(old.pk), "joined_into", "", str(new.pk)])
    return moved


def _move(relation: Any, kept: Any, gone: Any, moved: list[list[str]], folded: list[dict[str, Any]]) -> None:
    """One kind of row; a row that the kept record has already is folded: written down, then taken away."""
    model, name = relation.related_model, relation.field.name
    for row in model._base_manager.filter(**{name: gone}):
        try:
            with transaction.atomic():
                model._base_manager.filter(pk=row.pk).update(**{name: kept})
            moved.append([model._meta.label, str(row.pk), name])
        except IntegrityError:
            folded.append({"model": model._meta.label, "field": name, "row": as_json(row)})
            row.delete()


def _strictest_points(kept: Contact, gone: Contact) -> None:
    for point in gone.points.filter(safe=False):
        ContactPoint.objects.filter(contact=kept, kind=point.kind, value=point.value).update(safe=False)


def _strictest_guardianships(kind: str, kept: Any, gone: Any) -> None:
    """A block, or the end of somebody's say, that stands in either record holds from the earlier day."""
    other = "student" if kind == "contact" else "contact"
    theirs = {getattr(row, f"{other}_id"): row for row in gone.guardianships.all()}
    for row in kept.guardianships.filter(**{f"{other}__in": list(theirs)}):
        pair = (row, theirs[getattr(row, f"{other}_id")])
        ends = {
            name: min((day for tie in pair if (day := getattr(tie, name))), default=None)
            for name in ("blocked_from", "rights_ended_on")
        }
        Guardianship.objects.filter(pk=row.pk).update(**ends)


def _keep_name(kept: Any, was: dict[str, Any]) -> None:
    """The name that goes is still found."""
    if isinstance(kept, Student):
        if (was["given_name"], was["family_name"]) != (kept.given_name, kept.family_name):
            StudentName.objects.get_or_create(student=kept, given_name=was["given_name"], family_name=was["family_name"])  # fmt: skip
    elif was["name"] != kept.name:
        ContactName.objects.get_or_create(contact=kept, name=was["name"])


@transaction.atomic
def undo(record: MergeRecord, *, by: User, at: datetime) -> None:
    """Brings the record back with all that hung on it at the time. What the kept one took over stays with it too."""
    model = apps.get_model("clients", record.kind)
    if model._base_manager.filter(pk=record.gone).exists() or not model._base_manager.filter(pk=record.kept).exists():  # fmt: skip
        raise CannotMerge(_("This can no longer be undone."))
    was = dict(record.was)
    if record.kind == "contact" and was.get("user_id"):
        Contact.objects.filter(pk=record.kept, user=was["user_id"]).update(user=None)
    model(**{field.attname: field.to_python(was[field.attname]) for field in model._meta.concrete_fields}).save(force_insert=True)  # fmt: skip
    for label, pk, field, *ends in record.moved:
        was_at, is_at = (ends[0] or None, ends[1]) if ends else (record.gone, record.kept)
        apps.get_model(label)._base_manager.filter(pk=pk, **{field: is_at}).update(**{field: was_at})
    for row in record.folded:
        folded = apps.get_model(row["model"])
        folded(**{f.attname: f.to_python(row["row"][f.attname]) for f in folded._meta.concrete_fields}).save(force_insert=True)  # fmt: skip
    audit.record(f"{record.kind}.merge_undone", by=by, at=at, kept=str(record.kept), gone=str(record.gone))
    record.delete()
