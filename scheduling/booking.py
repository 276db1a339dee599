"""Making, moving and calling off a booking. One winner for a slot, and a clear answer for everyone else."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _
from psycopg.errors import DeadlockDetected, ExclusionViolation

from accounts import audit
from accounts.models import User
from clients.filing import Caller, open_file
from clients.models import Contact, Student
from intake import asking, inquiries
from outbox.models import allow
from scheduling import notices
from scheduling.availability import Slot, free_slots, is_free
from scheduling.models import Booking, Service

SMS_WORDING_VERSION = "2026-11"
MINUTE = timedelta(minutes=1)


class SlotTaken(Exception):
    """Somebody else has it. `nearest` holds up to three free slots, the closest first."""

    def __init__(self, nearest: list[Slot]) -> None:
        super().__init__(_("That time was just taken."))
        self.nearest = nearest


class TooLate(Exception):
    """The window for changing or calling off has closed."""

    def __init__(self) -> None:
        super().__init__(_("It is too close to the call to change it here. Please phone us."))


@dataclass(frozen=True)
class Asker:
    """Who books: as they typed it, nothing of it checked against anyone we know."""

    name: str
    phone: str = ""
    email: str = ""
    child: str = ""
    language: str = "en"
    timezone: str = "America/New_York"
    texts_wording: str = ""  # the wording they ticked; empty when they did not
    network: str = ""
    contact: Contact | None = field(default=None)  # a family member who is signed in


def lock_advocate(advocate: User, *, wait: bool = True) -> bool:
    """Whether this transaction now holds the advocate's time, which one writes into at a time.

    With `wait` everybody waits in turn; without it the answer is at once.
    """
    lock = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(hashtextextended(current_schema() || %s, 1))", [str(advocate.pk)])
        return wait or bool(cursor.fetchone()[0])


def nearest(service: Service, starts_at: datetime, *, at: datetime, advocate: User | None = None, leave_out: Booking | None = None) -> list[Slot]:  # fmt: skip
    """Up to three free slots, the closest to `starts_at` first."""
    slots = free_slots(
        service, since=starts_at - timedelta(days=4), until=starts_at + timedelta(days=8), at=at,
        advocates=[advocate] if advocate else None, leave_out=leave_out,
    )  # fmt: skip
    one_each = {slot.starts_at: slot for slot in reversed(slots)}
    return sorted(one_each.values(), key=lambda slot: abs(slot.starts_at - starts_at))[:3]


def candidates(service: Service, *, advocate: User | None) -> list[User]:
    """Who could take it, the one booked longest ago first."""
    people = service.advocates.filter(is_active=True)
    if advocate is not None:
        people = people.filter(pk=advocate.pk)
    return list(
        people.annotate(last_booked=Max("bookings__booked_at")).order_by(
            F("last_booked").asc(nulls_first=True), "pk"
        )
    )


def book(
    service: Service,
    *,
    starts_at: datetime,
    asker: Asker,
    at: datetime,
    advocate: User | None = None,
    by: User | None = None,
    idempotency_key: str | None = None,
) -> Booking:
    """Books a slot. Raises SlotTaken, having written nothing, when it is not free."""
    if idempotency_key:
        known = Booking.objects.filter(idempotency_key=idempotency_key).first()
        if known:
            return known
    people = candidates(service, advocate=advocate)
    free = {slot.advocate_id for slot in free_slots(service, since=starts_at, until=starts_at + MINUTE, at=at, advocates=people) if slot.starts_at == starts_at}  # fmt: skip
    people = [person for person in people if person.pk in free]
    # First whoever nobody else is booking with at this moment, then in turn.
    for wait in (False, True):
        for person in people:
            try:
                with transaction.atomic():
                    if lock_advocate(person, wait=wait) and is_free(service, person, starts_at, at=at):
                        return _write(
                            service, person, starts_at, asker, at=at, by=by, idempotency_key=idempotency_key
                        )
            except IntegrityError as error:
                if idempotency_key and "idempotency_key" in str(error):
                    return Booking.objects.get(idempotency_key=idempotency_key)
                if not isinstance(error.__cause__, ExclusionViolation):
                    raise
            except OperationalError as error:
                if not isinstance(error.__cause__, DeadlockDetected):
                    raise
    raise SlotTaken(nearest(service, starts_at, at=at, advocate=advocate))


def _write(service: Service, advocate: User, starts_at: datetime, asker: Asker, *, at: datetime, by: User | None, idempotency_key: str | None) -> Booking:  # fmt: skip
    contact, student = _file(asker, advocate, at=at)
    inquiry = inquiries.booked(contact, student, advocate=advocate, at=at)
    response = None
    if inquiry and service.questions and service.questions.retired_at is None:
        response = asking.ask(service.questions, contact=contact, student=student, inquiry=inquiry)
    ends_at = starts_at + service.length
    booking = Booking.objects.create(
        service=service,
        advocate=advocate,
        contact=contact,
        student=student,
        response=response,
        starts_at=starts_at,
        ends_at=ends_at,
        busy=busy_time(service, starts_at),
        timezone=asker.timezone,
        language=asker.language,
        booked_at=at,
        booked_by=by,
        secret=secrets.token_urlsafe(24),
        idempotency_key=idempotency_key,
    )
    if asker.phone and asker.texts_wording:
        allow(
            asker.phone, how="form", at=at, wording=asker.texts_wording, version=SMS_WORDING_VERSION,
            language=asker.language, network=asker.network,
        )  # fmt: skip
    audit.record("booking.made", by=by, at=at, about=booking, network=asker.network)
    notices.say_later(booking, "booked", at=at)
    return booking


def busy_time(service: Service, starts_at: datetime) -> tuple[datetime, datetime]:
    return (
        starts_at - timedelta(minutes=service.buffer_before),
        starts_at + service.length + timedelta(minutes=service.buffer_after),
    )


def _file(asker: Asker, advocate: User, *, at: datetime) -> tuple[Contact, Student | None]:
    """A new, unconfirmed file. It never attaches itself to a family we know: anyone can type a number."""
    if asker.contact is not None:
        return asker.contact, None
    caller = Caller(
        name=asker.name, phone=asker.phone, email=asker.email, child=asker.child, language=asker.language,
        timezone=asker.timezone, team=(advocate,),
    )  # fmt: skip
    return open_file(caller, at=at)


def move(booking: Booking, *, starts_at: datetime, at: datetime, by: User | None = None) -> Booking:
    """Moves it to another slot of the same advocate. Raises SlotTaken or, for a family, TooLate."""
    try:
        with transaction.atomic():
            lock_advocate(booking.advocate)
            booking = Booking.objects.select_for_update(of=("self",)).select_related("service", "advocate", "contact", "student").get(pk=booking.pk)  # fmt: skip
            _refuse_if_late(booking, at=at, by=by)
            if not is_free(booking.service, booking.advocate, starts_at, at=at, leave_out=booking):
                raise SlotTaken([])
            before = booking.starts_at
            booking.starts_at = starts_at
            booking.ends_at = starts_at + booking.service.length
            booking.busy = busy_time(booking.service, starts_at)
            booking.sequence += 1
            booking.confirmed_at = booking.seen_at = None
            booking.save()
            audit.record("booking.moved", by=by, at=at, about=booking, before=before.isoformat(), after=starts_at.isoformat())  # fmt: skip
            notices.say_later(booking, "moved", at=at, by_staff=by is not None and by.is_staff_member)
            return booking
    except IntegrityError as error:
        if not isinstance(error.__cause__, ExclusionViolation):
            raise
    except OperationalError as error:
        if not isinstance(error.__cause__, DeadlockDetected):
            raise
    except SlotTaken:
        pass
    raise SlotTaken(nearest(booking.service, starts_at, at=at, advocate=booking.advocate, leave_out=booking))


def _refuse_if_late(booking: Booking, *, at: datetime, by: User | None) -> None:
    if by is not None and by.is_staff_member and booking.is_standing:
        return
    if not booking.can_be_changed(at=at):
        raise TooLate


@transaction.atomic
def call_off(booking: Booking, *, at: datetime, by: User | None = None) -> Booking:
    """Calls it off, once; the time is free again. Raises TooLate for a family inside the window."""
    booking = (
        Booking.objects.select_for_update(of=("self",))
        .select_related("service", "advocate", "contact", "student")
        .get(pk=booking.pk)
    )
    if not booking.is_standing:
        return booking
    _refuse_if_late(booking, at=at, by=by)
    by_staff = by is not None and by.is_staff_member
    booking.called_off_at, booking.called_off_by = at, "staff" if by_staff else "family"
    booking.sequence += 1
    booking.seen_at = None
    booking.save()
    audit.record("booking.called_off", by=by, at=at, about=booking)
    notices.say_later(booking, "called_off", at=at, by_staff=by_staff)
    return booking


@transaction.atomic
def confirm(booking: Booking, *, at: datetime) -> None:
    """The family says that it stands."""
    if booking.confirmed_at is None:
        Booking.objects.filter(pk=booking.pk, confirmed_at=None).update(confirmed_at=at)
        audit.record("booking.confirmed", by=None, at=at, about=booking)


def zone_or(text: str, fallback: ZoneInfo) -> ZoneInfo:
    """The zone named `text`, or the fallback for anything that is none."""
    try:
        return ZoneInfo(text) if text and "/" in text and ".." not in text else fallback
    except (KeyError, ValueError, OSError):
        return fallback
