"""What a booking has us say: at once, the day before, two hours before. Written again when it changes.

The booking's transaction only notes that something is to be said; setting the words, the mails and the
calendar file takes longer than booking, and nobody should hold an advocate's time meanwhile.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from clients.reaching import Way, channels_for, may_still_hear
from outbox import sending
from outbox.hours import text_time
from outbox.models import Channel, Message, State
from outbox.segments import plain
from scheduling import ics
from scheduling.models import Booking
from tenants import due
from tenants.places import current_firm
from tenants.tasks import run_later
from web.dates import say_when

SAY = "scheduling.say"
REMINDERS = (("day-before", timedelta(days=1)), ("two-hours", timedelta(hours=2)))
AT_LEAST_APART = timedelta(hours=6)


def link(booking: Booking) -> str:
    return current_firm().url(f"/b/{booking.secret}/")


def when(booking: Booking) -> str:
    return say_when(booking.starts_at, booking.zone)


def _fits(text: str, extra: str) -> str:
    """Adds the link when the text still fits one segment with it."""
    longer = f"{text} {extra}"
    return longer if len(longer) <= 160 else text


def _brief(booking: Booking) -> str:
    return say_when(booking.starts_at, booking.zone, style="brief")


def text_booked(booking: Booking) -> str:
    words = _("%(firm)s: Call with %(advocate)s %(when)s, %(how)s. Reply C to confirm, R to change, X to call off. STOP ends texts.") % _facts(booking)  # fmt: skip
    return _fits(words, link(booking))


def text_reminder(booking: Booking) -> str:
    words = _("%(firm)s: Reminder: call with %(advocate)s %(when)s, %(how)s. Reply C to confirm, R to change, X to call off. STOP ends texts.") % _facts(booking)  # fmt: skip
    return _fits(words, link(booking))


def text_moved(booking: Booking) -> str:
    words = _("%(firm)s: Your call is now %(when)s, %(how)s, with %(advocate)s. Reply C to confirm, R to change, X to call off. STOP ends texts.") % _facts(booking)  # fmt: skip
    return _fits(words, link(booking))


def text_called_off(booking: Booking) -> str:
    words = _("%(firm)s: The call on %(when)s is called off. To book again: %(book)s") % {
        **_facts(booking),
        "book": current_firm().url("/book/"),
    }
    return words


def _facts(booking: Booking) -> dict[str, str]:
    return {
        "firm": current_firm().name,
        "advocate": booking.advocate.name.split()[0],
        "when": _brief(booking),
        "how": str(booking.service.get_format_display()).lower(),
    }


def _mail(
    booking: Booking, template: str, title: str, *, at: datetime, with_calendar: bool = True
) -> sending.Words:
    context = {
        "booking": booking,
        "firm": current_firm(),
        "when": when(booking),
        "link": link(booking),
        "book_link": current_firm().url("/book/"),
        "language": booking.language,
        "title": title,
    }
    attachments = []
    if with_calendar:
        method = "REQUEST" if booking.is_standing else "CANCEL"
        attachments = [{
            "name": "call.ics",
            "type": f"text/calendar; method={method}; charset=utf-8",
            "base64": base64.b64encode(ics.calendar(booking, at=at)).decode(),
        }]  # fmt: skip
    return sending.Words(
        body=render_to_string(f"mail/{template}.txt", context).strip() + "\n",
        html=render_to_string(f"mail/{template}.html", context),
        title=title,
        attachments=attachments,
    )


def _send(booking: Booking, kind: str, way: Way, words: sending.Words, *, due_at: datetime, at: datetime, answers: bool, occurrence: str = "") -> Message:  # fmt: skip
    if way.channel == Channel.SMS:
        words = sending.Words(plain(words.body))
    return sending.write(
        kind, subject=booking.subject, occurrence=occurrence or str(booking.sequence), channel=way.channel, to=way.to,
        words=words, due_at=due_at, at=at, zone=booking.zone, language=booking.language,
        event_at=booking.starts_at, answers=answers, hours=way.hours,
    )  # fmt: skip


def _to_family(booking: Booking, kind: str, text: Callable[[Booking], str], template: str, title: Callable[[], str], *, at: datetime, answers: bool) -> None:  # fmt: skip
    """Says it by the ways the contact may be reached, as they prefer."""
    with translation.override(booking.language):
        for way in channels_for(booking.contact, kind, student=booking.student, at=at):
            words = _mail(booking, template, title(), at=at) if way.channel == Channel.EMAIL else sending.Words(text(booking))  # fmt: skip
            _send(booking, kind, way, words, due_at=at, at=at, answers=answers)


def may_leave(message: Message, *, at: datetime) -> str:
    """The outbox asks before a message about a booking leaves: what was safe when it was written may not be so now."""
    if not message.subject.startswith("booking:") or message.kind.startswith("told-"):
        return ""
    booking = (
        Booking.objects.filter(pk=message.subject.removeprefix("booking:"))
        .select_related("contact", "student")
        .first()
    )
    if booking is None:
        return ""
    return may_still_hear(booking.contact, message.recipient, student=booking.student, at=at)


def _to_advocate(booking: Booking, kind: str, title: Callable[[], str], *, at: datetime) -> None:
    advocate = booking.advocate
    if not advocate.email:
        return
    with translation.override(advocate.language):
        zone_words = say_when(booking.starts_at, current_firm().zone)
        context = {"booking": booking, "when": zone_words, "firm": current_firm(), "link": current_firm().url("/today/"), "title": title(), "language": advocate.language}  # fmt: skip
        words = sending.Words(
            body=render_to_string("mail/to_advocate.txt", context).strip() + "\n",
            html=render_to_string("mail/to_advocate.html", context),
            title=title(),
        )
    sending.write(
        kind, subject=booking.subject, occurrence=str(booking.sequence), channel=Channel.EMAIL, to=advocate.email,
        words=words, due_at=at, at=at, zone=current_firm().zone, language=advocate.language, answers=True,
    )  # fmt: skip


def plan_reminders(booking: Booking, *, at: datetime) -> None:
    """The day before and two hours before, by text where agreed, else by e-mail. Two that would leave within
    six hours are one, and where no hour is left for a text an e-mail goes."""
    way = next(iter(channels_for(booking.contact, "reminder", student=booking.student, at=at)), None)
    if way is None:
        return
    mail = Way(Channel.EMAIL, booking.contact.email, way.hours) if booking.contact.email else None
    if way.channel == Channel.SMS and mail and not current_firm().texts_on:
        way = mail
    by_text = way.channel == Channel.SMS
    planned: list[datetime] = []
    with translation.override(booking.language):
        for name, ahead in REMINDERS:
            due_at = booking.starts_at - ahead
            leaves = (
                text_time(due_at, zone=booking.zone, now=at, event=booking.starts_at, hours=way.hours)
                if by_text
                else None
            )
            leaves = leaves or due_at
            if due_at <= at or any(abs(leaves - other) < AT_LEAST_APART for other in planned):
                continue
            planned.append(leaves)
            occurrence = f"{name}/{booking.sequence}"
            sent = _send(booking, "reminder", way, sending.Words(text_reminder(booking)), due_at=due_at, at=at, answers=False, occurrence=occurrence) if by_text else None  # fmt: skip
            if mail and (sent is None or sent.state == State.SUPPRESSED):
                title = _("Reminder: your call on %(when)s") % {"when": when(booking)}
                _send(booking, "reminder", mail, _mail(booking, "reminder", title, at=at, with_calendar=False), due_at=due_at, at=at, answers=False, occurrence=occurrence)  # fmt: skip


def booked(booking: Booking, *, at: datetime, by_staff: bool = False) -> None:
    _to_family(
        booking, "booked", text_booked, "booked",
        lambda: _("Your call with %(firm)s, %(when)s") % {"firm": current_firm().name, "when": when(booking)},
        at=at, answers=True,
    )  # fmt: skip
    plan_reminders(booking, at=at)
    _to_advocate(booking, "told-booked", lambda: _("New booking: %(when)s") % {"when": say_when(booking.starts_at, current_firm().zone)}, at=at)  # fmt: skip


def moved(booking: Booking, *, at: datetime, by_staff: bool) -> None:
    _to_family(
        booking, "moved", text_moved, "moved",
        lambda: _("New time for your call: %(when)s") % {"when": when(booking)},
        at=at, answers=not by_staff,
    )  # fmt: skip
    plan_reminders(booking, at=at)
    _to_advocate(booking, "told-moved", lambda: _("Booking moved to %(when)s") % {"when": say_when(booking.starts_at, current_firm().zone)}, at=at)  # fmt: skip


def called_off(booking: Booking, *, at: datetime, by_staff: bool) -> None:
    _to_family(
        booking, "called-off", text_called_off, "called_off",
        lambda: _("Called off: your call on %(when)s") % {"when": when(booking)},
        at=at, answers=not by_staff,
    )  # fmt: skip
    _to_advocate(booking, "told-called-off", lambda: _("Called off: %(when)s") % {"when": say_when(booking.starts_at, current_firm().zone)}, at=at)  # fmt: skip


def say_later(booking: Booking, what: str, *, at: datetime, by_staff: bool = False) -> None:
    """Notes, in the booking's own transaction, that the family and the advocate are to be told, and rings for it."""
    from scheduling.tasks import say_now

    key = f"{booking.pk}/{booking.sequence}/{what}/{'staff' if by_staff else 'family'}"
    sending.call_off(subject=booking.subject, reason=f"the booking was {what.replace('_', ' ')}")
    due.plan(SAY, key, due_at=at)
    run_later(say_now, keys=[key])


def say(keys: list[str], at: datetime) -> None:
    """Writes the messages, once; a change that has been overtaken by a newer one says nothing."""
    for key in keys:
        pk, sequence, what, who = key.split("/")
        with transaction.atomic():
            booking = (
                Booking.objects.filter(pk=pk, sequence=int(sequence))
                .select_related("service", "advocate", "contact", "student")
                .first()
            )
            if booking is not None:
                {"booked": booked, "moved": moved, "called_off": called_off}[what](
                    booking, at=at, by_staff=who == "staff"
                )
            due.settle(SAY, key)
