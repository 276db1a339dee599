"""An inquiry becomes a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from cases import opening
from cases.models import Kind, Task, TaskCause, said_title
from clients import admitting, matching
from clients.joining import confirm
from clients.models import District, School
from intake.inquiries import Finished, NotChecked, may_go_on
from intake.models import CaseOpening, Inquiry
from web.access import Can

KINDS = Kind.choices


class NotSigned(Exception):
    """The agreement is not signed, and this person may not, or did not, decide to go without it."""

    def __init__(self) -> None:
        super().__init__(_("The agreement is not signed yet. The owner may open the case without it, with a reason."))  # fmt: skip


class NoStudent(Exception):
    def __init__(self) -> None:
        super().__init__(_("A case is about a child. Add the child's name first."))


@transaction.atomic
def open_case(inquiry: Inquiry, *, kind: str, advocate: User, by: User, at: datetime, override_reason: str = "") -> CaseOpening:  # fmt: skip
    """Confirms the family, opens the case and writes down how it came to be.

    Raises Finished, NoStudent, NotChecked, StudentsFull, or NotSigned unless `by` may override and gives a reason.
    """
    inquiry = Inquiry.objects.select_for_update(of=("self",)).select_related("contact", "student", "agreement").get(pk=inquiry.pk)  # fmt: skip
    if hasattr(inquiry, "opening") or hasattr(inquiry, "not_a_fit"):
        raise Finished
    if inquiry.student is None:
        raise NoStudent
    if not may_go_on(inquiry):
        raise NotChecked
    signed = inquiry.agreement is not None and inquiry.agreement.signed is not None
    if not signed and not (override_reason and by.can(Can.OVERRIDE_AGREEMENT)):
        raise NotSigned
    if inquiry.contact.confirmed_at is None:
        confirm(inquiry.contact, by=by, at=at)
    admitting.admit_if_ready(inquiry.contact, by=by, at=at)
    _place(inquiry)
    case = opening.open_case(
        student=inquiry.student, kind=kind, advocate=advocate, by=by, at=at, inquiry_id=inquiry.pk
    )
    if inquiry.urgent_on or inquiry.urgent_about:
        with translation.override(advocate.language):
            title = said_title(TaskCause.URGENT, inquiry.urgent_about or _("the day the family named"))
        Task.objects.create(
            case=case, title=title, due_on=inquiry.urgent_on, owner=advocate, cause=TaskCause.URGENT
        )
    made = CaseOpening.objects.create(
        inquiry=inquiry,
        case=case.pk,
        kind=kind,
        override_reason="" if signed else override_reason,
        by=by,
        at=at,
    )
    audit.record("inquiry.converted", by=by, at=at, about=inquiry, signed=signed)
    return made


def _place(inquiry: Inquiry) -> None:
    """The student goes to the district and the school of the inquiry, where nobody has said another.

    A name that was told counts where exactly one place we know goes by it.
    """
    student = inquiry.student
    assert student is not None
    school = student.school or inquiry.school or _known("school", inquiry.school_name)
    named = inquiry.district or _known("district", inquiry.district_name)
    own = student.school.district if student.school else None
    district = student.district or own or named or (school.district if school else None)
    if (
        student.school is None
        and school
        and school.district_id
        and district
        and school.district_id != district.pk
    ):
        school = None
    if (student.district, student.school) != (district, school):
        student.district, student.school = district, school
        student.version += 1
        student.save(update_fields=["district", "school", "version"])


def _known(kind: str, told: str) -> Any:
    """The one district or school that goes by this name: exactly, or else by the words that tell it from others."""
    hits = [hit for hit in matching.places_like(told) if hit.kind == kind and "name" in hit.why]
    hits = [hit for hit in hits if hit.score == 1] or hits
    rows: Any = District.objects if kind == "district" else School.objects
    return rows.get(pk=hits[0].pk) if len(hits) == 1 else None
