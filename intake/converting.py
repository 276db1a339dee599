"""An inquiry becomes a case."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from cases import opening
from cases.models import Kind
from clients import admitting
from clients.joining import confirm
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
    case = opening.open_case(
        student=inquiry.student, kind=kind, advocate=advocate, by=by, at=at, inquiry_id=inquiry.pk
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
