"""C, R and X: a family answers a text about its call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from outbox import sending
from outbox.models import Channel, Inbound, Message
from outbox.receiving import simple
from scheduling import booking as bookings
from scheduling import notices
from scheduling.models import Booking
from tenants.places import current_firm
from web.phones import say_phone


def booking_meant(number: str, *, at: datetime) -> Booking | None:
    """The call that our last texts to this number were about, if it still lies ahead; else their next one."""
    ahead = (
        Booking.objects.standing()
        .not_barred(at=at)
        .filter(starts_at__gt=at)
        .select_related("service", "advocate", "contact", "student")
    )
    subject = (
        Message.objects.filter(recipient=number, channel=Channel.SMS, subject__startswith="booking:", sent_at__isnull=False)
        .order_by("-sent_at")
        .values_list("subject", flat=True)
        .first()
    )  # fmt: skip
    if subject:
        found = ahead.filter(pk=notices.booking_id(subject)).first()
        if found:
            return found
    return (
        ahead.filter(contact__points__kind="phone", contact__points__value=number)
        .order_by("starts_at")
        .first()
    )


def act(sender: Any, *, inbound: Inbound, at: datetime, **_kwargs: Any) -> str:
    """Does what C, R or X asks and answers in the booking's language; anything else is for a person to read."""
    letter = simple(inbound.body)
    if letter not in {"c", "r", "x"}:
        return ""
    booking = booking_meant(inbound.number, at=at)
    if booking is None:
        return ""
    with translation.override(booking.language):
        facts = {"firm": current_firm().name, "when": notices._brief(booking), "link": notices.link(booking)}
        if letter == "c":
            bookings.confirm(booking, at=at)
            text = _("%(firm)s: Thank you. We will talk %(when)s.") % facts
        elif letter == "r" and booking.can_be_changed(at=at):
            text = _("%(firm)s: Pick another time here: %(link)s") % facts
        elif letter == "x" and booking.can_be_called_off(at=at):
            bookings.call_off(booking, at=at)
            # The notice of the call-off itself goes out as the answer.
            return "call_off"
        else:
            letter = "late"
            number = say_phone(current_firm().phone or inbound.to)
            text = _("%(firm)s: It is too close to the call to change it by text. Please call us: %(phone)s") % {**facts, "phone": number}  # fmt: skip
    sending.write(
        "reply", subject=f"inbound:{inbound.pk}", channel=Channel.SMS, to=inbound.number,
        words=sending.Words(text), due_at=at, at=at, zone=booking.zone, language=booking.language, answers=True,
    )  # fmt: skip
    return {"c": "confirm", "r": "change", "late": "too_late"}[letter]
