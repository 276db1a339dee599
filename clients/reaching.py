"""How a contact may be reached. Every sender asks here: safe ways only, as they prefer, in their hours, and never
about a child they are barred from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from clients.models import Contact, ContactPoint, Guardianship, Student
from outbox import reasons
from outbox.hours import Hours
from outbox.models import Channel, firm_hours, may_text
from tenants.places import current_firm

# Kinds that go by one way alone; any other kind (a confirmation, a change) also goes by e-mail, for its attachments.
ONE_WAY = frozenset({"reminder", "nudge", "message-notice"})


@dataclass(frozen=True)
class Way:
    """One way to a contact: the channel, the number or address, and the hours in which we may begin."""

    channel: str
    to: str
    hours: Hours


def zone_of(contact: Contact) -> ZoneInfo:
    """The contact's zone, else the firm's."""
    return ZoneInfo(contact.timezone) if contact.timezone else current_firm().zone


def is_barred(contact: Contact, student: Student | None, *, at: datetime) -> bool:
    """Whether the contact is kept from hearing of the student: blocked from a day that has come, by the firm's clock."""
    if student is None:
        return False
    today = timezone.localdate(at, timezone=current_firm().zone)
    return Guardianship.objects.filter(contact=contact, student=student).barred(on=today).exists()


def channels_for(
    contact: Contact, kind: str, *, student: Student | None = None, at: datetime
) -> tuple[Way, ...]:
    """The ways to send this contact a message of this kind, the preferred one first; none when there is none.

    Reminders and nudges go one way. A contact who prefers texts but has not agreed to them, or has no safe
    number, is mailed; one who prefers calls is mailed and never texted.
    """
    if is_barred(contact, student, at=at):
        return ()
    hours = firm_hours().narrowed(contact.hours_from, contact.hours_to)
    points = [point for point in contact.points.all() if point.safe]
    email = next((Way(Channel.EMAIL, p.value, hours) for p in points if p.kind == "email"), None)
    text = next((Way(Channel.SMS, p.value, hours) for p in points if p.kind == "phone" and may_text(p.value)), None)  # fmt: skip
    prefers = contact.prefers
    if prefers in {Contact.Prefers.EMAIL, Contact.Prefers.CALL}:
        wanted = [email] if email or prefers == Contact.Prefers.CALL else [text]
    elif kind in ONE_WAY or prefers == Contact.Prefers.SMS:
        wanted = [text or email]
    else:
        wanted = [email, text]
    return tuple(way for way in wanted if way is not None)


def may_still_hear(contact: Contact, to: str, *, student: Student | None, at: datetime) -> str:
    """Why a message written earlier must not leave now, or nothing: barred since, or the way is no longer safe."""
    if is_barred(contact, student, at=at):
        return reasons.MAY_NOT_HEAR
    if contact.points.filter(value=to, safe=False).exists():
        return reasons.NOT_SAFE
    return ""


def may_hear_at(to: str, *, student: Student, at: datetime) -> str:
    """Why nothing about this child may go to an address or a number, or nothing: it is one of somebody kept from the
    child, or one that is not safe to use. For letters that are written to an address rather than to a contact."""
    today = timezone.localdate(at, timezone=current_firm().zone)
    tied = Guardianship.objects.filter(student=student, contact__points__value=to)
    if tied.barred(on=today).exists():
        return reasons.MAY_NOT_HEAR
    if tied.filter(contact__points__value=to, contact__points__safe=False).exists():
        return reasons.NOT_SAFE
    return ""


def may_all_still_hear(
    messages: Mapping[UUID, tuple[str, Contact, Student | None]], *, at: datetime
) -> dict[UUID, str]:
    """`may_still_hear` of many messages, each with where it goes, its contact and its child, in two queries."""
    contacts = {contact.pk for _to, contact, _student in messages.values()}
    students = {student.pk for _to, _contact, student in messages.values() if student is not None}
    today = timezone.localdate(at, timezone=current_firm().zone)
    ties = Guardianship.objects.filter(contact__in=contacts, student__in=students).barred(on=today)
    barred = set(ties.values_list("contact_id", "student_id")) if students else set()
    unsafe = set(
        ContactPoint.objects.filter(contact__in=contacts, safe=False).values_list("contact_id", "value")
    )
    found = {}
    for key, (to, contact, student) in messages.items():
        if student is not None and (contact.pk, student.pk) in barred:
            found[key] = reasons.MAY_NOT_HEAR
        elif (contact.pk, to) in unsafe:
            found[key] = reasons.NOT_SAFE
    return found


def hours_of(numbers: Collection[str]) -> dict[str, Hours]:
    """In which hours people at these numbers want texts; where two share a number, the hours of both hold."""
    rows = ContactPoint.objects.filter(kind="phone", value__in=numbers).exclude(
        contact__hours_from=None, contact__hours_to=None
    )
    found: dict[str, Hours] = {}
    for number, opens, closes in rows.values_list("value", "contact__hours_from", "contact__hours_to"):
        found[number] = found.get(number, Hours()).narrowed(opens, closes)
    return found
