"""From a call or a booking to an inquiry, and on to an agreement or a kind no."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from clients import agreements, joining, merging
from clients.filing import Caller, add_child, open_file
from clients.models import Agreement, AgreementTemplate, Contact, Guardianship, Student
from intake import conflicts
from intake.models import ConflictReport, Inquiry, NotAFit
from outbox import sending
from outbox.models import Channel
from tenants.places import current_firm


class NotChecked(Exception):
    """No conflict check with a decision that lets us work for them."""

    def __init__(self) -> None:
        super().__init__(_("Check for conflicts first, and write the decision."))


class Finished(Exception):
    """The inquiry is a case or was turned away."""

    def __init__(self) -> None:
        super().__init__(_("This inquiry is finished."))


@transaction.atomic
def take_call(
    caller: Caller, *, told: dict[str, Any], other_parent: str = "", by: User, advocate: User | None, at: datetime
) -> Inquiry:  # fmt: skip
    """A new file and its inquiry. `told` holds fields of Inquiry: source, concern, urgent_on, district_name …"""
    contact, student = open_file(caller, at=at)
    if other_parent:
        second = Contact.objects.create(family=contact.family, name=other_parent)
        if student:
            # They are on file for the conflict check; what they may see is for the family's papers to say.
            Guardianship.objects.create(contact=second, student=student, may_see=False, lives_with=False)
    inquiry = Inquiry.objects.create(
        contact=contact, student=student, taken_by=by, taken_at=at, advocate=advocate, **told
    )
    audit.record("inquiry.taken", by=by, at=at, about=inquiry, source=inquiry.source)
    return inquiry


def booked(contact: Contact, student: Student | None, *, advocate: User, at: datetime, fresh: bool = False) -> Inquiry | None:  # fmt: skip
    """The first booking of somebody nobody has confirmed opens an inquiry; any other booking opens none.

    `fresh` is a file opened just now, which has no inquiry yet.
    """
    if contact.confirmed_at is not None or (not fresh and contact.inquiries.exists()):
        return None
    inquiry = Inquiry.objects.create(
        contact=contact, student=student, source=Inquiry.Source.BOOKING, taken_at=at, advocate=advocate
    )
    audit.record("inquiry.taken", by=None, at=at, about=inquiry, source=inquiry.source)
    return inquiry


@transaction.atomic
def name_child(inquiry: Inquiry, facts: dict[str, Any], *, relation: str, lives_with: bool, may_see: bool, by: User, at: datetime) -> Student:  # fmt: skip
    """The child of an inquiry in which none was named. Raises Finished, also where a child is named already."""
    inquiry = Inquiry.objects.select_for_update(of=("self",)).select_related("contact__family", "advocate").get(pk=inquiry.pk)  # fmt: skip
    _refuse_if_finished(inquiry)
    if inquiry.student_id is not None:
        raise Finished
    team = {person.pk: person for person in (by, inquiry.advocate) if person}
    student = add_child(inquiry.contact, facts, relation=relation, lives_with=lives_with, may_see=may_see, team=team.values(), by=by, at=at)  # fmt: skip
    Inquiry.objects.filter(pk=inquiry.pk).update(student=student)
    return student


def own_record(inquiry: Inquiry, kind: str, name: str) -> Contact | Student | None:
    """Who called, or a child of the file that came with the call, when that is whom this name was looked up for."""
    contact = inquiry.contact
    if contact.confirmed_at is not None:
        return None
    rows: list[Any] = [contact] if kind == "contact" else list(contact.family.students.all()) if kind == "student" else []  # fmt: skip
    return next((row for row in rows if name == str(row) or name in {o.name for o in row.other_names.all()}), None)  # fmt: skip


@transaction.atomic
def say_same(inquiry: Inquiry, own: Contact | Student, known: Contact | Student, *, by: User, at: datetime) -> ConflictReport:  # fmt: skip
    """The check found the very person: the new file goes over to the known one, and the names are looked up again.

    Raises CannotMerge, Finished.
    """
    _refuse_if_finished(inquiry)
    if isinstance(own, Contact) and isinstance(known, Contact):
        joining.join(own, known, by=by, at=at)
    elif isinstance(own, Student) and isinstance(known, Student):
        merging.merge(known, own, by=by, at=at, reason="joined")
    return conflicts.check(Inquiry.objects.get(pk=inquiry.pk), by=by, at=at)


def _refuse_if_finished(inquiry: Inquiry) -> None:
    if hasattr(inquiry, "opening") or hasattr(inquiry, "not_a_fit"):
        raise Finished


def families_of(user: User) -> QuerySet[Contact]:
    """The keys of the families whose inquiries this person sees."""
    return Contact.objects.filter(inquiries__in=Inquiry.objects.visible_to(user)).values("family")  # type: ignore[return-value]


def may_go_on(inquiry: Inquiry) -> bool:
    """Whether the newest report was decided in the family's favour."""
    report = inquiry.newest_report
    return report is not None and report.decision in {
        ConflictReport.Decision.CLEAR,
        ConflictReport.Decision.PROCEED,
    }


@transaction.atomic
def send_agreement(
    inquiry: Inquiry, template: AgreementTemplate, *, by: User, at: datetime, idempotency_key: str = ""
) -> Agreement:
    """Sends it to sign; one sent before and not signed is called back. Raises NotChecked, Finished, NobodyToReach.

    The same `idempotency_key` again answers with the paper that it sent.
    """
    if idempotency_key:
        Inquiry.objects.select_for_update(of=("self",)).get(pk=inquiry.pk)
        known = Agreement.objects.filter(idempotency_key=idempotency_key).first()
        if known is not None:
            return known
    _refuse_if_finished(inquiry)
    if not may_go_on(inquiry):
        raise NotChecked
    before = inquiry.agreement
    if before is not None and before.signed is not None:
        raise Finished
    if before is not None and before.can_be_signed(at=at):
        agreements.withdraw(before, by=by, at=at)
    inquiry.agreement = agreements.send(
        template,
        contact=inquiry.contact,
        student=inquiry.student,
        by=by,
        at=at,
        idempotency_key=idempotency_key,
    )
    inquiry.save(update_fields=["agreement"])
    return inquiry.agreement


@transaction.atomic
def turn_away(inquiry: Inquiry, *, reason: str, referral: str, by: User, at: datetime) -> NotAFit:
    """Not a fit: why, and where we sent them. An agreement that waits is called back."""
    _refuse_if_finished(inquiry)
    if inquiry.agreement is not None and inquiry.agreement.can_be_signed(at=at):
        agreements.withdraw(inquiry.agreement, by=by, at=at)
    row = NotAFit.objects.create(inquiry=inquiry, reason=reason, referral=referral, by=by, at=at)
    audit.record("inquiry.turned_away", by=by, at=at, about=inquiry)
    return row


def heard_signed(sender: Any, *, agreement: Agreement, at: datetime, **_kwargs: Any) -> None:
    """Tells the inquiry's advocate (else who sent the paper) that it is signed."""
    inquiry = Inquiry.objects.filter(agreement=agreement).select_related("advocate").first()
    person = inquiry.advocate if inquiry and inquiry.advocate else agreement.sent_by
    if inquiry is None or not person.email:
        return
    firm = current_firm()
    with translation.override(person.language):
        title = _("Signed: a new family's agreement")
        context = {
            "title": title, "text": _("The agreement is signed. You can open the case."), "button": _("Open the inquiry"),
            "link": firm.url(f"/intake/{inquiry.pk}/"), "firm": firm, "language": person.language,
        }  # fmt: skip
        words = sending.Words(
            render_to_string("mail/link.txt", context).strip() + "\n", title=title,
            html=render_to_string("mail/link.html", context),
        )  # fmt: skip
    sending.write(
        "told-signed", subject=f"inquiry:{inquiry.pk}", channel=Channel.EMAIL, to=person.email, words=words, due_at=at,
        at=at, zone=firm.zone, language=person.language, answers=True,
    )  # fmt: skip
