"""Asking a family for a paper, reminding, and settling it by what they send."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.models import User
from clients import reaching
from clients.models import Contact, Student
from documents.models import Document, Kind, Request
from outbox import reasons, sending
from outbox.models import Channel, Message
from outbox.segments import plain
from tenants.places import current_firm
from web.dates import say_day

NOT_A_GUARDIAN = gettext_lazy(
    "This person may not see the student’s papers, so they cannot be asked for one."
)
PAST = gettext_lazy("This day is past. Please choose a later one.")


def ask(
    *,
    contact: Contact,
    student: Student,
    kind: str,
    by: User,
    at: datetime,
    words: str = "",
    due_on: date | None = None,
) -> Request:
    """Asks a contact for a paper, tells them, and plans the reminders."""
    with transaction.atomic():
        request = Request.objects.create(
            contact=contact, student=student, kind=kind, words=words, due_on=due_on, asked_by=by, asked_at=at
        )
        _tell(request, "paper-request", due_at=at, at=at)
        _plan_reminders(request, at=at)
        audit.record("paper_request.asked", by=by, at=at, about=request)
    return request


def settle(request: Request, document: Document, *, at: datetime) -> None:
    """What was asked for has come, from whomever of those who were asked for the same: no more reminders."""
    same = Request.objects.open().filter(student=request.student, kind=request.kind, words=request.words)
    for asked in Request.objects.open().filter(Q(pk=request.pk) | Q(pk__in=same)):
        asked.settled_by, asked.settled_at = document, at
        asked.save(update_fields=["settled_by", "settled_at"])
        sending.call_off(subject=asked.subject, reason=reasons.PAPER_CAME, at=at)


def settle_by_kind(document: Document, *, at: datetime) -> None:
    """A paper that a family member sends by another way than the request's own is what that person was asked for, when
    one paper of its kind was."""
    if document.added_by is None or document.added_by.is_staff_member or document.kind == Kind.OTHER:
        return
    asked = Request.objects.open().filter(
        student=document.student_id, kind=document.kind, contact__user=document.added_by
    )
    if len(found := list(asked[:2])) == 1:
        settle(found[0], document, at=at)


def reopen(document: Document, *, at: datetime) -> None:
    """What came cannot be read, so what it settled is asked for again."""
    for request in Request.objects.filter(settled_by=document):
        request.settled_by = request.settled_at = None
        request.save(update_fields=["settled_by", "settled_at"])
        _plan_reminders(request, at=at, after=document.pk.hex[-12:])


def call_off(request: Request, *, by: User, at: datetime) -> None:
    """We do not need it any more; doing it twice is once."""
    with transaction.atomic():
        if Request.objects.open().filter(pk=request.pk).update(called_off_at=at):
            sending.call_off(subject=request.subject, reason=reasons.REQUEST_CALLED_OFF, at=at)
            audit.record("paper_request.called_off", by=by, at=at, about=request)


def may_leave(message: Message, *, at: datetime) -> str:
    """The outbox asks before a word about a paper leaves: the person may still hear of the child, and it is still wanted."""
    kind, _colon, key = message.subject.partition(":")
    if kind != "paper-request":
        return ""
    request = Request.objects.filter(pk=key).select_related("contact", "student").first()
    if request is None:
        return ""
    if not request.is_open:
        return reasons.NOT_WANTED
    return reaching.may_still_hear(request.contact, message.recipient, student=request.student, at=at)


def _plan_reminders(request: Request, *, at: datetime, after: str = "") -> None:
    """Two days before, and on the day itself, at ten in the morning where the family lives. `after` names what came
    in vain: a reminder that was called off keeps its row, and one written anew is another."""
    if request.due_on is None:
        return
    zone = reaching.zone_of(request.contact)
    for occurrence, day in (("before", request.due_on - Request.REMIND_BEFORE), ("day", request.due_on)):
        due_at = datetime.combine(day, time(10), tzinfo=zone)
        if due_at > at + timedelta(hours=12):
            _tell(request, "paper-reminder", due_at=due_at, at=at, occurrence=f"{occurrence} {after}".strip())


def _tell(request: Request, kind: str, *, due_at: datetime, at: datetime, occurrence: str = "") -> None:
    """By e-mail and, where texts were agreed to, by text; neither holds the child's name or which paper it is."""
    contact, firm = request.contact, current_firm()
    link = firm.url(f"/portal/papers/requests/{request.pk}/")
    with translation.override(contact.language):
        facts = {
            "firm": firm, "contact": contact, "link": link, "language": contact.language,
            "reminder": kind == "paper-reminder",
            "by_when": say_day(request.due_on, today=at.astimezone(reaching.zone_of(contact)).date()) if request.due_on else "",
        }  # fmt: skip
        title = (
            _("A reminder: one paper for %(firm)s") if facts["reminder"] else _("%(firm)s asks for one paper")
        ) % {"firm": firm.name}
        common: dict[str, Any] = {"subject": request.subject, "occurrence": occurrence, "due_at": due_at, "at": at, "zone": reaching.zone_of(contact), "language": contact.language}  # fmt: skip
        # A reminder goes by one way, as the person prefers; the question itself by e-mail too.
        for way in reaching.channels_for(
            contact, "nudge" if facts["reminder"] else kind, student=request.student, at=at
        ):
            if way.channel == Channel.EMAIL:
                words = sending.Words(
                    body=render_to_string("mail/paper_request.txt", facts).strip() + "\n",
                    html=render_to_string("mail/paper_request.html", {**facts, "title": title}),
                    title=title,
                )
            else:
                text = _("%(firm)s: Please send us one paper: %(link)s STOP ends texts.") % {"firm": firm.name, "link": link}  # fmt: skip
                words = sending.Words(plain(text))
            sending.write(kind, channel=way.channel, to=way.to, words=words, hours=way.hours, **common)
