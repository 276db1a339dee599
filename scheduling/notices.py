"""What a booking has us say: at once, the day before, two hours before. Written again when it changes.

The booking's transaction only notes that something is to be said; setting the words, the mails and the
calendar file takes longer than booking, and nobody should hold an advocate's time meanwhile.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, TextField, Value
from django.db.models.functions import Cast, Concat
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from clients.reaching import Way, channels_for, is_barred, may_all_still_hear
from messaging import plans, wordings
from outbox import reasons, sending
from outbox.hours import Hours, text_time
from outbox.models import Channel, Message, State
from outbox.segments import plain
from scheduling import ics
from scheduling.models import Booking
from tenants import due
from tenants.places import current_firm
from tenants.tasks import run_later
from web.dates import say_when

SAY = "scheduling.say"
# Why what still waits about a booking is taken back; all else that is said of it changes it.
WHY = {
    "moved": reasons.BOOKING_MOVED, "series_moved": reasons.BOOKING_MOVED,
    "called_off": reasons.BOOKING_CALLED_OFF, "ended": reasons.BOOKING_CALLED_OFF,
}  # fmt: skip
AT_LEAST_APART = timedelta(hours=6)


def link(booking: Booking) -> str:
    return current_firm().url(f"/b/{booking.secret}/")


def when(booking: Booking) -> str:
    return say_when(booking.starts_at, booking.zone)


def _fits(text: str, extra: str) -> str:
    """Adds the link when the text still fits one segment with it."""
    longer = f"{text} {extra}"
    return longer if extra not in text and len(longer) <= 160 else text


def _brief(booking: Booking) -> str:
    return say_when(booking.starts_at, booking.zone, style="brief")


def text_booked(booking: Booking) -> str:
    return _fits(wordings.say("booked", booking.language, _facts(booking)), link(booking))


def text_reminder(booking: Booking, *, at: datetime) -> str:
    """What is said when it leaves at that time: R and X are offered while they would still act."""
    kind = "reminder" if _may_act(booking, at=at) else "reminder-close"
    return _fits(wordings.say(kind, booking.language, _facts(booking)), link(booking))


def _may_act(booking: Booking, *, at: datetime) -> bool:
    return booking.can_be_changed(at=at) or booking.can_be_called_off(at=at)


def text_moved(booking: Booking) -> str:
    return _fits(wordings.say("moved", booking.language, _facts(booking)), link(booking))


def text_called_off(booking: Booking) -> str:
    return wordings.say("called-off", booking.language, _facts(booking))


def _facts(booking: Booking) -> dict[str, str]:
    return {
        "firm": current_firm().name,
        "advocate": booking.advocate.name.split()[0],
        "when": _brief(booking),
        "link": link(booking),
        "book": current_firm().url("/book/"),
        "how": str(booking.service.get_format_display()).lower(),
    }


def _mail(
    booking: Booking,
    template: str,
    title: str,
    *,
    at: datetime,
    with_calendar: bool = True,
    rows: Sequence[Booking] = (),
    leaves: datetime | None = None,
) -> sending.Words:
    context = {
        "may_act": _may_act(booking, at=leaves or at),
        "booking": booking,
        "firm": current_firm(),
        "when": when(booking),
        "link": link(booking),
        "book_link": current_firm().url("/book/"),
        "language": booking.language,
        "title": title,
        "rows": [(when(row), link(row)) for row in rows],
    }
    attachments = []
    if with_calendar:
        method = "REQUEST" if booking.is_standing else "CANCEL"
        attachments = [{
            "name": "call.ics",
            "type": f"text/calendar; method={method}; charset=utf-8",
            "base64": base64.b64encode(ics.calendar(*(rows or [booking]), at=at)).decode(),
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


def _to_family(booking: Booking, kind: str, text: Callable[[Booking], str], template: str, title: Callable[[], str], *, at: datetime, answers: bool, rows: Sequence[Booking] = ()) -> None:  # fmt: skip
    """Says it by the ways the contact may be reached, as they prefer."""
    with translation.override(booking.language):
        for way in channels_for(booking.contact, kind, student=booking.student, at=at):
            words = _mail(booking, template, title(), at=at, rows=rows) if way.channel == Channel.EMAIL else sending.Words(text(booking))  # fmt: skip
            _send(booking, kind, way, words, due_at=at, at=at, answers=answers)


def booking_id(subject: str) -> UUID:
    """The booking that a message's subject (“booking:<id>”) names; an id of nothing when it names none."""
    try:
        return UUID(subject.removeprefix("booking:"))
    except ValueError:
        return UUID(int=0)


def may_not_leave(messages: Sequence[Message], *, at: datetime) -> dict[UUID, str]:
    """The outbox asks before messages about bookings leave: what was safe when it was written may not be so now."""
    ours = {
        message.pk: booking_id(message.subject)
        for message in messages
        if message.subject.startswith("booking:") and not message.kind.startswith("told-")
    }
    if not ours:
        return {}
    rows = Booking.objects.select_related("contact", "student").in_bulk(set(ours.values()))
    about = {
        message.pk: (message.recipient, booking.contact, booking.student)
        for message in messages
        if message.pk in ours and (booking := rows.get(ours[message.pk])) is not None
    }
    return may_all_still_hear(about, at=at)


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
    """As the firm's plan for the service says: by text where agreed, else by e-mail. Two that would leave within
    six hours are one, and where no hour is left for a text an e-mail goes."""
    way = next(iter(channels_for(booking.contact, "reminder", student=booking.student, at=at)), None)
    if way is None:
        return
    mail = Way(Channel.EMAIL, booking.contact.email, way.hours) if booking.contact.email else None
    if way.channel == Channel.SMS and mail and not current_firm().texts_on:
        way = mail
    planned: list[datetime] = []
    with translation.override(booking.language):
        for step in plans.steps_for(booking.service_id):
            due_at = booking.starts_at - step.ahead
            by_text = way.channel == Channel.SMS and (step.wants_text or mail is None)
            leaves = (
                text_time(due_at, zone=booking.zone, now=at, event=booking.starts_at, hours=way.hours)
                if by_text
                else None
            )
            leaves = leaves or due_at
            if due_at <= at or any(abs(leaves - other) < AT_LEAST_APART for other in planned):
                continue
            planned.append(leaves)
            occurrence = f"{step.name}/{booking.sequence}"
            sent = _send(booking, "reminder", way, sending.Words(text_reminder(booking, at=leaves)), due_at=due_at, at=at, answers=False, occurrence=occurrence) if by_text else None  # fmt: skip
            if mail and (sent is None or sent.state == State.SUPPRESSED or step.wants_mail):
                title = _("Reminder: your call on %(when)s") % {"when": when(booking)}
                _send(booking, "reminder", mail, _mail(booking, "reminder", title, at=at, with_calendar=False, leaves=due_at), due_at=due_at, at=at, answers=False, occurrence=occurrence)  # fmt: skip


def fall_back(sender: Any, *, message: Message, at: datetime, **_kwargs: Any) -> None:
    """A reminder that could not go by text goes by e-mail, once, while the call lies ahead."""
    lost = message.state in {State.FAILED, State.SUPPRESSED} or message.delivery in {"failed", "undelivered"}
    if message.kind != "reminder" or message.channel != Channel.SMS or not lost:
        return
    booking = (
        Booking.objects.standing()
        .filter(pk=booking_id(message.subject), starts_at__gt=at)
        .select_related("service", "advocate", "contact", "student")
        .first()
    )
    if booking is None or is_barred(booking.contact, booking.student, at=at) or not booking.contact.email:
        return
    mail = Way(Channel.EMAIL, booking.contact.email, Hours())
    with translation.override(booking.language):
        title = _("Reminder: your call on %(when)s") % {"when": when(booking)}
        words = _mail(booking, "reminder", title, at=at, with_calendar=False, leaves=max(at, message.due_at))
        sent = _send(booking, "reminder", mail, words, due_at=max(at, message.due_at), at=at, answers=False, occurrence=message.occurrence)  # fmt: skip
        if sent.state == State.SUPPRESSED and sent.reason == reasons.GOES_BY_TEXT:
            sending.plan_again(sent)  # texts were ended, allowed and ended again


def by_text_again(sender: Any, *, message: Message, at: datetime, **_kwargs: Any) -> None:
    """A reminder waits to go by text again: the e-mail that was to go instead stays here, unless the plan wants both."""
    if (
        message.kind != "reminder"
        or message.channel != Channel.SMS
        or message.state != State.DUE
        or message.attempts
    ):
        return
    booking = Booking.objects.filter(pk=booking_id(message.subject)).first()
    if booking is None:
        return
    step = message.occurrence.split("/")[0]
    if any(one.name == step and one.wants_mail for one in plans.steps_for(booking.service_id)):
        return
    instead = Message.objects.filter(
        kind="reminder", subject=message.subject, occurrence=message.occurrence, channel=Channel.EMAIL
    )
    sending.take_back(instead, reason=reasons.GOES_BY_TEXT)


def remind_anew(sender: Any, *, number: str, at: datetime, **_kwargs: Any) -> None:
    """Texts may go to a number: standing calls for which no reminder was ever written, as they were booked when no way was
    open, get theirs. Written soon after, outside the transaction in which somebody said yes."""
    from scheduling.tasks import say_now

    reminded = Message.objects.filter(
        kind="reminder", subject=Concat(Value("booking:"), Cast(OuterRef("pk"), TextField()))
    )
    rows = (
        Booking.objects.standing()
        .filter(
            starts_at__gt=at, booked_at__lt=at, contact__points__kind="phone", contact__points__value=number
        )
        .exclude(Exists(reminded))
        .distinct()
    )
    keys = [f"{row.pk}/{row.sequence}/planned/family" for row in rows]
    for key in keys:
        due.plan(SAY, key, due_at=at)
    if keys:
        run_later(say_now, keys=keys)


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


def series(booking: Booking, *, at: datetime, by_staff: bool, again: bool = False) -> None:
    """One message for a whole series: its dates, and a calendar file with all of them."""
    rows = list(
        Booking.objects.standing()
        .filter(series=booking.series_id, starts_at__gte=booking.starts_at)
        .select_related("service", "advocate", "contact", "student")
        .order_by("starts_at")
    )
    text: Callable[[Booking], str] = lambda first: _("%(firm)s: %(n)s calls with %(advocate)s, the first %(when)s, %(how)s. We remind you before each. STOP ends texts.") % {**_facts(first), "n": len(rows)}  # fmt: skip  # noqa: E731
    _to_family(
        booking, "series", text, "series",
        lambda: (_("New times for your calls with %(firm)s: %(n)s dates") if again else _("Your calls with %(firm)s: %(n)s dates")) % {"firm": current_firm().name, "n": len(rows)},
        at=at, answers=not by_staff, rows=rows,
    )  # fmt: skip
    plan_reminders(booking, at=at)
    _to_advocate(booking, "told-booked", lambda: _("New series from %(when)s") % {"when": say_when(booking.starts_at, current_firm().zone)}, at=at)  # fmt: skip


def series_moved(booking: Booking, *, at: datetime, by_staff: bool) -> None:
    series(booking, at=at, by_staff=by_staff, again=True)


def text_paid_late(booking: Booking) -> str:
    return _("%(firm)s: Your payment came after the time on %(when)s had been given away. You get all of it back. Pick another time: %(book)s") % {**_facts(booking), "book": current_firm().url("/book/")}  # fmt: skip


def paid_late(booking: Booking, *, at: datetime, by_staff: bool) -> None:
    """The time had gone when the money came: we are sorry, and the money goes back."""
    _to_family(
        booking, "paid-late", text_paid_late, "paid_late",
        lambda: _("Your payment comes back to you: the time on %(when)s had gone") % {"when": when(booking)},
        at=at, answers=True,
    )  # fmt: skip


def planned(booking: Booking, *, at: datetime, by_staff: bool) -> None:
    """Another message speaks of it: only its reminders are written."""
    plan_reminders(booking, at=at)


def ended(booking: Booking, *, at: datetime, by_staff: bool) -> None:
    """Another message has said that it is called off."""


def say_later(booking: Booking, what: str, *, at: datetime, by_staff: bool = False) -> None:
    """Notes, in the booking's own transaction, that the family and the advocate are to be told, and rings for it."""
    from scheduling.tasks import say_now

    key = f"{booking.pk}/{booking.sequence}/{what}/{'staff' if by_staff else 'family'}"
    if what != "booked":
        sending.call_off(subject=booking.subject, reason=WHY.get(what, reasons.BOOKING_CHANGED), at=at)
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
                SAYS[what](booking, at=at, by_staff=who == "staff")
            due.settle(SAY, key)


SAYS: dict[str, Callable[..., None]] = {
    "booked": booked, "moved": moved, "called_off": called_off, "series": series, "series_moved": series_moved,
    "paid_late": paid_late, "planned": planned, "ended": ended,
}  # fmt: skip
