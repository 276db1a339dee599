"""Filing what comes in, writing what goes out, and the thread as it is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from clients import reaching
from clients.models import CareTeamMember, Contact, ContactPoint, Guardianship, Student
from documents import adding
from documents.models import Document, Request
from messaging import pictures, wording
from messaging.models import By, Picture, PortalMessage, Reading, Received, Thread, Written
from outbox import reasons, sending
from outbox.hours import Hours, next_opening
from outbox.models import Channel, Consent, Inbound, Message, State, allow, firm_hours, withdraw
from tenants.places import current_firm
from web.ids import new_id

# What a machine has dealt with; a person need not answer it.
DEALT_WITH = {"stop", "start", "help", "confirm", "change", "too_late", "call_off"}
# Kinds that are never shown: codes, and what was said to staff.
HIDDEN = ("code",)
# Links in what the product sends by itself open a booking or a paper as the family: they are not shown here.
_LINK = re.compile(r"https?://\S+")
AT_ONCE = timedelta(minutes=10)
# Who prefers these is texted only after texting us.
NO_TEXTS = {Contact.Prefers.EMAIL, Contact.Prefers.CALL}


class CannotWrite(Exception):
    """Why a message may not be written, as a sentence."""


@transaction.atomic
def thread_of(contact: Contact, *, at: datetime) -> Thread:
    """The contact's thread. Of several, which merging two files leaves, the oldest takes in the others."""
    Contact.objects.select_for_update().get(pk=contact.pk)
    found = list(Thread.objects.filter(contact=contact).order_by("opened_at", "pk"))
    if not found:
        return Thread.objects.create(contact=contact, opened_at=at)
    for other in found[1:]:
        _take_in(found[0], other)
    return found[0]


def _take_in(into: Thread, other: Thread) -> None:
    """Moves everything said in `other` to `into`, and removes `other`."""
    other.received.update(thread=into)
    other.written.update(thread=into)
    other.portal_messages.update(thread=into)
    into.last_at = _later(into.last_at, other.last_at)
    into.last_in_at = _later(into.last_in_at, other.last_in_at)
    into.last_out_at = _later(into.last_out_at, other.last_out_at)
    into.settled_at = None
    into.assigned_to = into.assigned_to or other.assigned_to
    into.save()
    other.delete()


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)


def owner_of(number: str) -> Contact | None:
    """The contact whose number it is. None for a stranger, and where two families have the same number."""
    found = list(
        Contact.objects.filter(points__kind="phone", points__value=number)
        .order_by("confirmed_at", "created_at")
        .distinct()[:5]
    )
    if len({contact.family_id for contact in found}) != 1:
        return None
    if len(found) == 1:
        return found[0]
    # Two grown-ups of one household share a phone: the one we wrote to last, else the one we have known longest.
    last = (
        Thread.objects.filter(contact__in=found, last_out_at__isnull=False).order_by("-last_out_at").first()
    )
    return last.contact if last else found[0]


@transaction.atomic
def file_text(sender: Any, *, inbound: Inbound, at: datetime, **_kwargs: Any) -> None:
    """Puts a text that came in into its thread: the contact's, or one of an unknown number."""
    if not inbound.number:
        return
    contact = owner_of(inbound.number)
    if contact is not None:
        thread = thread_of(contact, at=at)
    else:
        thread = Thread.objects.get_or_create(
            contact=None, number=inbound.number, defaults={"opened_at": at}
        )[0]
    for_person = inbound.meant not in DEALT_WITH
    received, new = Received.objects.get_or_create(
        inbound=inbound,
        defaults={"thread": thread, "may_mean_stop": for_person and wording.may_mean_stop(inbound.body)},
    )
    if new and inbound.media:
        pictures.note(received, at=at)
    _came_in(thread, at=at, for_person=for_person)


def _came_in(thread: Thread, *, at: datetime, for_person: bool) -> None:
    thread.last_at = at
    if for_person:
        thread.last_in_at, thread.snoozed_until, thread.settled_at = at, None, None
    thread.save(update_fields=["last_at", "last_in_at", "snoozed_until", "settled_at"])


# -- reading ------------------------------------------------------------------------------------------


@dataclass
class Entry:
    """One thing said, as the thread shows it."""

    at: datetime
    incoming: bool
    way: str
    body: str
    who: str
    title: str = ""
    state: str = ""
    said: str = ""  # how far it got, or what became of it
    flagged: Received | None = None
    documents: list[Document] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    key: str = ""


def addresses_of(thread: Thread) -> list[str]:
    """Numbers and addresses whose messages belong to this thread alone, none that another family has too."""
    if thread.contact is None:
        return [thread.number]
    elsewhere = ContactPoint.objects.filter(value=OuterRef("value"), kind=OuterRef("kind")).exclude(
        contact__family=thread.contact.family_id
    )
    points = ContactPoint.objects.filter(contact=thread.contact).exclude(Exists(elsewhere))
    return list(points.values_list("value", flat=True))


def _messages(thread: Thread) -> QuerySet[Message]:
    """What we wrote to this thread's person, the newest first: by hand, and by itself."""
    mine = Q(written__thread=thread) | Q(subject=thread.subject)
    rows = Message.objects.filter(mine | Q(recipient__in=addresses_of(thread))).exclude(kind__in=HIDDEN)
    return rows.exclude(kind__startswith="told-").order_by("-written_at")


# A reminder that waits for its day is not said yet; what a person wrote is theirs to see at once.
_PLANNED = Q(state__in=[State.DUE, State.LEASED], written=None)


def planned(thread: Thread, *, at: datetime) -> list[Entry]:
    """What will be sent by itself to this thread's person, the next first."""
    rows = _messages(thread).filter(_PLANNED, due_at__gt=at).order_by("due_at")
    return [
        Entry(
            at=message.due_at, incoming=False, way=message.get_channel_display(), title=message.title,
            body=_LINK.sub("…", message.body), who="", state=message.state, key=str(message.pk),
        )
        for message in rows
    ]  # fmt: skip


def entries(thread: Thread, *, user: User, at: datetime, limit: int = 100) -> list[Entry]:
    """The newest things said in a thread, oldest first. Papers are those that this person may see.

    What is only planned, or was taken back before it left, was not said. A family sees what has left.
    """
    found: list[Entry] = []
    sent = _messages(thread).select_related("written__by")
    sent = sent.exclude(_PLANNED, due_at__gt=at).exclude(
        state=State.SUPPRESSED, reason__in=reasons.TAKEN_BACK
    )
    if not user.is_staff_member:
        sent = sent.filter(state__in=[State.SENT, State.UNKNOWN])
    for message in sent[:limit]:
        writer = getattr(message, "written", None)
        found.append(
            Entry(
                at=message.sent_at or message.written_at, incoming=False, way=message.get_channel_display(),
                title=message.title, body=message.body if writer else _LINK.sub("…", message.body),
                who=writer.by.name if writer else "",
                state=message.state, said=state_words(message), key=str(message.pk),
            )
        )  # fmt: skip
    texts = (
        thread.received.select_related("inbound")
        .prefetch_related("pictures__document")
        .order_by("-inbound__at")
    )
    name = thread.contact.name if thread.contact else ""
    for received in texts[:limit]:
        inbound = received.inbound
        found.append(
            Entry(
                at=inbound.at, incoming=True, way=str(By.SMS.label), body=inbound.body, who=name,
                said=became(inbound.meant), pictures=list(received.pictures.all()) if user.is_staff_member else [], key=str(inbound.pk),
                flagged=received if received.may_mean_stop and received.decided_at is None else None,
            )
        )  # fmt: skip
    seen = {document.pk: document for document in _documents(thread, user)}
    rows = thread.portal_messages.select_related("by").prefetch_related("documents").order_by("-at")
    for row in rows[:limit]:
        found.append(
            Entry(
                at=row.at, incoming=row.from_family, way=str(By.PORTAL.label), body=row.body, who=row.by.name,
                documents=[seen[d.pk] for d in row.documents.all() if d.pk in seen], key=str(row.pk),
            )
        )  # fmt: skip
    return sorted(found, key=lambda entry: (entry.at, entry.key))[-limit:]


def _documents(thread: Thread, user: User) -> list[Document]:
    ids = PortalMessage.documents.through.objects.filter(portalmessage__thread=thread).values("document")
    return list(Document.objects.visible_to(user).filter(pk__in=ids).prefetch_related("versions"))


def became(meant: str) -> str:
    """What became of a text that the product dealt with by itself."""
    return {
        "stop": _("Texts were ended"), "start": _("Texts were allowed again"), "help": _("Help was sent"),
        "confirm": _("The call was confirmed"), "change": _("A link to change the call was sent"),
        "too_late": _("Asked to call us: too close to the call"), "call_off": _("The call was called off"),
    }.get(meant, "")  # fmt: skip


def state_words(message: Message) -> str:
    """How far a message got, with the provider's own words where it failed."""
    if message.delivery in {"delivered", "undelivered", "failed"}:
        words = str(message.get_delivery_display())
        return f"{words} ({message.delivery_error})" if message.delivery_error else words
    words = str(message.get_state_display())
    return f"{words}: {reasons.in_words(message.reason)}" if message.reason else words


def previews(rows: Sequence[Thread]) -> dict[Any, str]:
    """The newest incoming words of each thread, for the list: at most one query a table, whatever the rows."""
    found: dict[Any, tuple[datetime, str]] = {}
    ids = [thread.pk for thread in rows]
    texts = Received.objects.filter(thread__in=ids).order_by("thread", "-inbound__at").distinct("thread")
    for key, at, body in texts.values_list("thread", "inbound__at", "inbound__body"):
        found[key] = (at, body)
    written = PortalMessage.objects.filter(thread__in=ids, from_family=True)
    for key, at, body in (
        written.order_by("thread", "-at").distinct("thread").values_list("thread", "at", "body")
    ):
        if key not in found or at > found[key][0]:
            found[key] = (at, body or _("A paper"))
    return {key: body for key, (_at, body) in found.items()}


def requests_of(thread: Thread, user: User) -> list[Request]:
    """Papers that this contact was asked for and that have not come."""
    if thread.contact is None:
        return []
    rows = Request.objects.visible_to(user).open().filter(contact=thread.contact)
    return list(rows.select_related("student"))


def segment_price() -> int:
    """What one segment costs, in hundredths of a cent."""
    return settings.TEXT_PRICE


def mark_read(thread: Thread, user: User, *, at: datetime) -> None:
    Reading.objects.update_or_create(thread=thread, user=user, defaults={"read_at": at})


def mark_unread(thread: Thread, user: User) -> None:
    Reading.objects.filter(thread=thread, user=user).delete()


# -- writing ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Text:
    """What may be sent to a thread by text: the number, and why not."""

    number: str
    why_not: str
    consent: Consent | None


def zone_of(thread: Thread) -> ZoneInfo:
    return reaching.zone_of(thread.contact) if thread.contact else current_firm().zone


def hours_of(thread: Thread) -> Hours:
    """The hours in which what we start may leave, as the contact wants it."""
    contact = thread.contact
    hours = firm_hours()
    return hours.narrowed(contact.hours_from, contact.hours_to) if contact else hours


def may_leave(message: Message, *, at: datetime) -> str:
    """The outbox asks before a message of a thread leaves: the way may no longer be safe."""
    if not message.subject.startswith("thread:") or message.kind.startswith("told-"):
        return ""
    written = Written.objects.filter(message=message).select_related("thread__contact").first()
    thread = (
        written.thread
        if written
        else Thread.objects.filter(pk=message.subject.removeprefix("thread:"))
        .select_related("contact")
        .first()
    )
    if thread is None or thread.contact is None:
        return ""
    return reaching.may_still_hear(thread.contact, message.recipient, student=None, at=at)


def language_of(thread: Thread) -> str:
    return thread.contact.language if thread.contact else current_firm().language


def text_to(thread: Thread) -> Text:
    """The number a text would go to, the last word of consent about it, and why it may not go."""
    number = thread.contact.phone if thread.contact else thread.number
    if not number:
        return Text("", _("There is no number that is safe to text."), None)
    word = Consent.objects.standing(number)
    if word is None:
        return Text(number, _("Nobody has agreed to texts at this number yet."), None)
    if not word.given:
        return Text(number, _("Texts to this number were ended. Only they can allow them again, with START."), word)  # fmt: skip
    if thread.contact and thread.contact.prefers in NO_TEXTS and not thread.received.exists():
        return Text(number, _("They asked to be reached another way: %(way)s.") % {"way": thread.contact.get_prefers_display()}, word)  # fmt: skip
    if not current_firm().texts_on:
        return Text(number, _("Texts are off until the owner confirms an e-mail address."), word)
    return Text(number, "", word)


def names_of(thread: Thread) -> list[str]:
    """Names of the children this thread may be about, longest first; a parent's own name is no secret."""
    if thread.contact is None:
        return []
    own = {word.casefold() for word in thread.contact.name.split()}
    rows = Student.objects.filter(family=thread.contact.family_id).values_list("given_name", "family_name")
    words = {name for pair in rows for name in pair if name and name.casefold() not in own}
    return sorted(words, key=lambda name: (-len(name), name))


def students_of(thread: Thread, user: User) -> list[Student]:
    """Children of the contact that this person may see, under whom an attached paper is filed."""
    if thread.contact is None:
        return []
    ties = Guardianship.objects.filter(contact=thread.contact).seeing(
        on=timezone.localdate(timezone=current_firm().zone)
    )
    rows = Student.objects.visible_to(user).filter(guardianships__in=ties)
    return list(rows.order_by("given_name", "pk"))


def leaves_at(thread: Thread, *, at: datetime) -> datetime:
    """When a text written now would leave: at once as the answer to one just received, else in the hours."""
    if answers_now(thread, at=at):
        return at
    return next_opening(at, zone_of(thread), hours_of(thread))


def answers_now(thread: Thread, *, at: datetime) -> bool:
    return thread.last_in_at is not None and at < thread.last_in_at + AT_ONCE


@transaction.atomic
def send_text(thread: Thread, body: str, *, by: User, at: datetime) -> Message:
    """Texts the contact. Raises CannotWrite with the reason when it may not be sent so."""
    target = text_to(thread)
    if target.why_not:
        raise CannotWrite(target.why_not)
    wrong = [finding.text for finding in wording.lint(body, names=names_of(thread)) if finding.must]
    if wrong:
        raise CannotWrite(" ".join(wrong))
    return _leave(
        thread, Channel.SMS, target.number, sending.Words(body), by=by, at=at,
        answers=answers_now(thread, at=at),
    )  # fmt: skip


@transaction.atomic
def send_mail(thread: Thread, title: str, body: str, *, by: User, at: datetime) -> Message:
    """Mails the contact. Raises CannotWrite when there is no safe address."""
    contact = thread.contact
    if contact is None or not contact.email:
        raise CannotWrite(_("There is no e-mail address that is safe to use."))
    firm, language = current_firm(), language_of(thread)
    with translation.override(language):
        facts = {
            "firm": firm, "title": title, "text": body, "language": language, "by": by.name,
            "link": firm.url("/portal/messages/") if contact.user_id else "",
        }  # fmt: skip
        words = sending.Words(
            body=render_to_string("mail/message.txt", facts).strip() + "\n",
            html=render_to_string("mail/message.html", facts),
            title=title,
        )
    return _leave(thread, Channel.EMAIL, contact.email, words, by=by, at=at, answers=True)


def _leave(thread: Thread, channel: str, to: str, words: sending.Words, *, by: User, at: datetime, answers: bool) -> Message:  # fmt: skip
    message = sending.write(
        "message", subject=thread.subject, occurrence=str(new_id()), channel=channel, to=to, words=words, due_at=at,
        at=at, zone=zone_of(thread), language=language_of(thread), answers=answers, hours=hours_of(thread),
    )  # fmt: skip
    Written.objects.create(message=message, thread=thread, by=by)
    _went_out(thread, at=at)
    audit.record("message.written", by=by, at=at, about=thread, channel=channel)
    return message


def _went_out(thread: Thread, *, at: datetime) -> None:
    thread.last_at = thread.last_out_at = at
    thread.save(update_fields=["last_at", "last_out_at"])


@transaction.atomic
def post(
    thread: Thread,
    body: str,
    *,
    by: User,
    at: datetime,
    from_family: bool,
    files: Sequence[adding.Sent] = (),
    student: Student | None = None,
) -> PortalMessage:
    """A message in the portal, with papers; the other side is told that there is one, never what it says.

    Raises documents.storage.NoRoom, and CannotWrite when papers come and no child is known to file them under.
    """
    message = PortalMessage.objects.create(thread=thread, by=by, from_family=from_family, body=body, at=at)
    if files:
        if student is None:
            raise CannotWrite(_("Choose whose paper it is."))
        title = files[0].name or _("Sent with a message")
        version = adding.add(
            files, of=student, kind="other", title=title[:140], by=by, at=at, shared=True,
            language=language_of(thread),
        )  # fmt: skip
        message.documents.add(version.document)
    if from_family:
        _came_in(thread, at=at, for_person=True)
        mark_read(thread, by, at=at)
        tell_staff(thread, at=at)
    else:
        _went_out(thread, at=at)
        tell_family(thread, at=at)
    audit.record("message.written", by=by, at=at, about=thread, channel=By.PORTAL)
    return message


def unread_from_firm(thread: Thread, user: User) -> Any:
    """Portal messages of the firm that this family member has not read."""
    reading = Reading.objects.filter(thread=thread, user=user).first()
    rows = thread.portal_messages.filter(from_family=False)
    return rows.filter(at__gt=reading.read_at) if reading else rows


def tell_family(thread: Thread, *, at: datetime) -> None:
    """“You have a message from Harbor”, once for as long as they have not read: nothing of what it says."""
    contact, firm = thread.contact, current_firm()
    if contact is None or contact.user is None:
        return
    first = unread_from_firm(thread, contact.user).order_by("at", "pk").first()
    if first is None:
        return
    link = firm.url("/portal/messages/")
    with translation.override(contact.language):
        title = _("You have a message from %(firm)s") % {"firm": firm.name}
        facts = {
            "firm": firm, "title": title, "language": contact.language, "link": link, "button": _("Read it"),
            "text": _("Sign in to read it and to answer. We do not put what it says into an e-mail."),
        }  # fmt: skip
        common: dict[str, Any] = {
            "subject": thread.subject, "occurrence": str(first.pk), "due_at": at, "at": at,
            "zone": zone_of(thread), "language": contact.language,
        }  # fmt: skip
        for way in reaching.channels_for(contact, "message-notice", at=at):
            if way.channel == Channel.SMS:
                text = _("%(firm)s: You have a message from us: %(link)s STOP ends texts.") % {
                    "firm": firm.name,
                    "link": link,
                }
                words = sending.Words(text)
            else:
                words = sending.Words(
                    body=render_to_string("mail/link.txt", facts).strip() + "\n",
                    html=render_to_string("mail/link.html", facts),
                    title=title,
                )
            sending.write(
                "message-notice", channel=way.channel, to=way.to, hours=way.hours, words=words, **common
            )


def responsible(thread: Thread) -> list[User]:
    """Who answers a thread: whom it was given to, else the care team of the contact's children."""
    if thread.assigned_to and thread.assigned_to.is_active:
        return [thread.assigned_to]
    team = CareTeamMember.objects.filter(until=None, student__guardianships__contact=thread.contact)
    return list(User.objects.active().filter(pk__in=team.values("user")).order_by("pk"))


def tell_staff(thread: Thread, *, at: datetime) -> None:
    """An e-mail to who answers the thread, at most one an hour, without what was said."""
    firm = current_firm()
    for person in responsible(thread):
        if not person.email:
            continue
        with translation.override(person.language):
            title = _("A family wrote to you")
            facts = {
                "firm": firm, "title": title, "language": person.language, "button": _("Open Messages"),
                "text": _("There is a new message in the portal."), "link": firm.url(f"/messages/{thread.pk}/"),
            }  # fmt: skip
            words = sending.Words(
                body=render_to_string("mail/link.txt", facts).strip() + "\n",
                html=render_to_string("mail/link.html", facts),
                title=title,
            )
        sending.write(
            "told-message", subject=thread.subject, occurrence=f"{at:%Y%m%d%H}", channel=Channel.EMAIL,
            to=person.email, words=words, due_at=at, at=at, zone=firm.zone, language=person.language, answers=True,
        )  # fmt: skip


# -- sorting ------------------------------------------------------------------------------------------


@transaction.atomic
def give(thread: Thread, to: User | None, *, by: User, at: datetime) -> None:
    thread.assigned_to = to
    thread.save(update_fields=["assigned_to"])
    audit.record("thread.given", by=by, at=at, about=thread, to=str(to.pk) if to else "")


@transaction.atomic
def link(thread: Thread, contact: Contact, *, by: User, at: datetime) -> Thread:
    """A number that nobody knew is this contact's: what was said joins their thread, and the number their file.

    Raises CannotWrite when the number is another family's as well.
    """
    number = thread.number
    if (
        ContactPoint.objects.filter(kind="phone", value=number)
        .exclude(contact__family=contact.family_id)
        .exists()
    ):
        raise CannotWrite(_("Another family has this number too. Correct that first."))
    ContactPoint.objects.get_or_create(contact=contact, kind="phone", value=number)
    into = thread_of(contact, at=at)
    _take_in(into, thread)
    pictures.claim(into, at=at)
    audit.record("thread.linked", by=by, at=at, about=into)
    return into


@transaction.atomic
def end_texts(received: Received, *, by: User, at: datetime) -> None:
    """The words meant that texts should end."""
    withdraw(received.inbound.number, how="staff", at=at, by=by.pk)
    Received.objects.filter(pk=received.pk).update(decided_at=at)
    audit.record("consent.withdrawn", by=by, at=at, about=received.thread)


def not_meant(received: Received, *, by: User, at: datetime) -> None:
    """The words did not mean that texts should end."""
    Received.objects.filter(pk=received.pk).update(decided_at=at)
    audit.record("consent.kept", by=by, at=at, about=received.thread)


def allow_texts(thread: Thread, how_they_agreed: str, *, by: User, at: datetime) -> None:
    """Staff write down that somebody agreed to texts. Raises CannotWrite after a no: only they can take it back."""
    target = text_to(thread)
    if not target.number or (target.consent is not None and not target.consent.given):
        raise CannotWrite(target.why_not)
    allow(
        target.number, how="staff", at=at, wording=how_they_agreed, version="staff",
        language=language_of(thread), by=by.pk,
    )  # fmt: skip
    audit.record("consent.given", by=by, at=at, about=thread)


@transaction.atomic
def refuse_texts(thread: Thread, *, by: User, at: datetime) -> None:
    """They told somebody of the firm that they want no more texts. Raises CannotWrite without a number."""
    target = text_to(thread)
    if not target.number:
        raise CannotWrite(target.why_not)
    withdraw(target.number, how="staff", at=at, by=by.pk)
    audit.record("consent.withdrawn", by=by, at=at, about=thread)


def unread_count(user: User, *, at: datetime) -> int:
    """How many threads wait for this person: theirs or nobody's, with something they have not read."""
    rows = Thread.objects.visible_to(user).waiting(at=at).unread_by(user)
    return rows.filter(Q(assigned_to=user) | Q(assigned_to=None)).count()
