"""Bookings that look as if a program made them: six digits to the address they name, before anything is booked. No puzzles.

Suspicious is, of somebody who is not signed in:

* the fourth booking from one network in an hour, or the second from a program that leaves out the field people never see,
* the third booking with one number or address in a day,
* any booking while the firm gets more of them in ten minutes than families make.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.secrets import digest, new_code, same
from outbox import sending
from outbox.models import Channel
from outbox.providers import twilio
from scheduling.booking import Asker, zone_or
from scheduling.models import BookingCheck
from tenants import throttle
from tenants.places import current_firm

HOUR, DAY, MINUTES = timedelta(hours=1), timedelta(days=1), timedelta(minutes=10)
FROM_A_NETWORK, WITHOUT_THE_FIELD, BY_AN_ADDRESS, BY_STRANGERS = 3, 1, 2, 12
CODES_A_DAY_AN_ADDRESS, CODES_AN_HOUR_A_NETWORK = 5, 8


class CannotCheck(Exception):
    """Nothing can be sent to whoever books; the message says what to do instead."""


class WrongCode(Exception):
    """The digits are not the ones we sent, or they have run out."""

    def __init__(self) -> None:
        super().__init__(_("This code is not right, or it has run out. Look at our newest message."))


@dataclass(frozen=True)
class Question:
    """A code is on its way; the booking goes on when it comes back."""

    id: str
    to: str


def is_suspicious(asker: Asker, *, whole_form: bool, at: datetime) -> bool:
    """Whether this booking must be checked first. `whole_form` is whether the field that people never see was sent, empty."""
    if asker.contact is not None:
        return False
    allowed = FROM_A_NETWORK if whole_form else WITHOUT_THE_FIELD
    return (
        throttle.count("booked from", asker.network, within=HOUR, at=at) >= allowed
        or any(
            throttle.count("booked by", value, within=DAY, at=at) >= BY_AN_ADDRESS
            for value in (asker.phone, asker.email)
            if value
        )
        or throttle.count("booked", "strangers", within=MINUTES, at=at) >= BY_STRANGERS
    )


def note(asker: Asker, *, at: datetime) -> None:
    """It was booked: what the next one is measured by."""
    if asker.contact is not None:
        return
    throttle.note("booked from", asker.network, at=at)
    throttle.note("booked", "strangers", at=at)
    for value in (asker.phone, asker.email):
        if value:
            throttle.note("booked by", value, at=at)


def ask(asker: Asker, *, at: datetime) -> Question:
    """Sends six digits: by e-mail where there is an address, else by text. Raises CannotCheck."""
    firm = current_firm()
    channel, to = (Channel.EMAIL, asker.email) if asker.email else (Channel.SMS, asker.phone)
    if channel == Channel.SMS and not (twilio.is_on() and firm.texts_on):
        raise CannotCheck(_("Add an e-mail address, so that we can send you a code. Or call us."))
    if not (
        throttle.may("booking code to", to, limit=CODES_A_DAY_AN_ADDRESS, within=DAY, at=at)
        and throttle.may(
            "booking code from", asker.network, limit=CODES_AN_HOUR_A_NETWORK, within=HOUR, at=at
        )
    ):
        raise CannotCheck(
            _("We have sent as many codes as we can for now. Please call us, and we book it for you.")
        )
    code = new_code()
    with transaction.atomic():
        BookingCheck.objects.filter(address=to, passed_at=None).update(tries=BookingCheck.TRIES)
        row = BookingCheck.objects.create(address=to, digest=digest("booking", code), made_at=at)
        with translation.override(asker.language):
            facts = {"firm": firm.name, "code": code}
            text = _("%(firm)s: your code for the booking is %(code)s. It works for 10 minutes.") % facts
            title = _("Your code for the booking: %(code)s") % facts
        sending.write(
            "code", subject=f"check:{row.pk}", channel=channel, to=to, words=sending.Words(text, title=title),
            due_at=at, at=at, zone=zone_or(asker.timezone, firm.zone), language=asker.language, answers=True,
        )  # fmt: skip
    return Question(str(row.pk), to)


@transaction.atomic
def take(key: str, code: str, asker: Asker, *, at: datetime) -> bool:
    """Whether these are the digits we sent to this person, now or a moment ago. Ten minutes, five tries."""
    reached = [value for value in (asker.email, asker.phone) if value]
    try:
        row = BookingCheck.objects.select_for_update().filter(pk=UUID(key), address__in=reached).first()
    except ValueError:
        return False
    if row is None or at >= row.made_at + BookingCheck.LIFE:
        return False
    if row.passed_at is not None:
        return True
    if row.tries >= BookingCheck.TRIES:
        return False
    row.tries += 1
    digits = "".join(letter for letter in code if letter.isdigit())
    if same(row.digest, digest("booking", digits)):
        row.passed_at = at
    row.save(update_fields=["tries", "passed_at"])
    return row.passed_at is not None
