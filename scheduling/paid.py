"""Bookings that cost something: the time is held while the family pays, then booked, or free again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.timezone import localdate

from accounts import audit
from payments import paying
from payments.models import Checkout, Payment
from payments.subjects import Due, State
from scheduling import notices
from scheduling.availability import is_free
from scheduling.booking import busy_time, candidates, lock_advocate, release_lapsed
from scheduling.models import Because, Booking, Service
from tenants.places import current_firm
from web.dates import say_day

# A little longer than Stripe's shortest session, so that the last to pay still finds the time.
HOLD = paying.PAY_WITHIN + timedelta(minutes=4)
LATE = "late"


def describe(pk: UUID) -> str:
    """A booking in words for who pays it: the service and the day, nobody's name."""
    booking = Booking.objects.select_related("service").filter(pk=pk).first()
    if booking is None:
        return ""
    return f"{booking.service.local_name}, {say_day(localdate(booking.starts_at, booking.zone))}"


def amount_due(pk: UUID) -> Due | None:
    """The price less what was paid and not given back. A time that lapsed keeps its price: `settle` decides then."""
    booking = Booking.objects.select_related("contact", "student").filter(pk=pk).first()
    if booking is None:
        return None
    paid = sum(payment.left for payment in Payment.objects.standing().filter(subject=booking.subject))
    rest = max(0, booking.price - paid)
    state = State.VOID if booking.called_off_at else State.OPEN if rest else State.PAID
    return Due(rest, booking.currency, state, booking.contact, student=booking.student)


def lock(pk: UUID) -> None:
    """Bookings of an advocate change one at a time, and so does the payment of one."""
    booking = Booking.objects.select_related("advocate").filter(pk=pk).first()
    if booking:
        lock_advocate(booking.advocate)


def page(pk: UUID) -> str:
    return reverse("booking", args=[pk])


def is_paid_first(service: Service) -> bool:
    """Whether it is paid before it is booked; else what has a price is booked at once and invoiced."""
    return bool(service.price) and paying.account() is not None


def ask_to_pay(booking: Booking, *, at: datetime) -> Checkout:
    """The page at Stripe for this held booking. Raises Unavailable or Refused."""
    firm = current_firm()
    page = firm.url(f"/b/{booking.secret}/pay/")
    return paying.ask(
        booking.subject, name=f"{booking.service.local_name}, {firm.name}", amount=booking.price,
        currency=booking.currency, success_url=f"{page}?paid=1", cancel_url=page, language=booking.language,
        email=booking.contact.email, at=at,
    )  # fmt: skip


def let_go(booking: Booking, *, at: datetime) -> None:
    """Gives a held time back; a payment that is on its way is refunded when it comes."""
    with transaction.atomic():
        lock_advocate(booking.advocate)
        _release(booking, at=at)
    paying.withdraw(booking.subject, at=at)


def _release(booking: Booking, *, at: datetime) -> None:
    held = Booking.objects.filter(pk=booking.pk, held_until__isnull=False, called_off_at=None)
    if held.update(called_off_at=at, called_off_by="lapse"):
        audit.record("booking.released", by=None, at=at, about=booking)


def on_settled(sender: Any, *, checkout: Checkout, paid: bool, at: datetime, **_kwargs: Any) -> None:
    """A checkout of ours has ended: book, free, or, where the time has gone, refund."""
    if not checkout.subject.startswith("booking:"):
        return
    pk = checkout.subject.removeprefix("booking:")
    booking = Booking.objects.select_related("service", "advocate", "contact").filter(pk=pk).first()
    if booking is None:
        return
    if paid:
        settle(booking, checkout.payment, at=at)
    else:
        lock_advocate(booking.advocate)
        _release(booking, at=at)


@transaction.atomic
def settle(booking: Booking, payment: Payment, *, at: datetime) -> None:
    """It is paid: books the held time, or the same time with somebody who is free, or gives the money back."""
    lock_advocate(booking.advocate)
    booking = Booking.objects.select_for_update().select_related("service", "advocate", "contact").get(pk=booking.pk)  # fmt: skip
    if booking.held_until is None:
        # It stands already, or it was called off after it had been paid: this money is one too much.
        paying.give_back_payment(payment, reason=LATE, at=at)
        return
    stands = booking.called_off_at is None
    if at >= booking.starts_at or not (stands or _find_again(booking, at=at)):
        Booking.objects.filter(pk=booking.pk, called_off_at=None).update(
            called_off_at=at, called_off_by="lapse"
        )
        paying.give_back_payment(payment, reason=LATE, at=at)
        notices.say_later(booking, "paid_late", at=at)
        return
    booking.held_until = booking.called_off_at = None
    booking.called_off_by = ""
    booking.save()
    audit.record("booking.made", by=None, at=at, about=booking)
    notices.say_later(booking, "booked", at=at)


def _find_again(booking: Booking, *, at: datetime) -> bool:
    """Whether a lapsed booking's time is still free, with its advocate or else with another who gives the service."""
    service, start = booking.service, booking.starts_at
    if is_free(service, booking.advocate, start, at=at, any_notice=True):
        release_lapsed(booking.advocate, busy_time(service, start), at=at)
        return True
    for candidate in candidates(service, advocate=None, contact=booking.contact, language=booking.language):
        person = candidate.person
        if person == booking.advocate or not lock_advocate(person, wait=False):
            continue
        if is_free(service, person, start, at=at, any_notice=True):
            release_lapsed(person, busy_time(service, start), at=at)
            booking.advocate, booking.because = person, Because.ONLY
            return True
    return False
