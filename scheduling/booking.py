"""Making, moving and calling off a booking. One winner for a slot, and a clear answer for everyone else."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.utils.translation import gettext as _
from psycopg.errors import DeadlockDetected, ExclusionViolation

from accounts import audit
from accounts.models import User
from cases.models import Case
from clients.filing import Caller, open_file
from clients.models import CareTeamMember, Contact, Student
from intake import asking, inquiries
from messaging.checking_in import newest
from outbox.models import Consent, allow
from outbox.starting import was_stopped
from payments import paying
from scheduling import notices
from scheduling.availability import DAY, Openings, Slot, free_slots, is_free
from scheduling.models import Because, Booking, Service
from tenants.places import current_firm

SMS_WORDING_VERSION = "2026-11"
MINUTE = timedelta(minutes=1)
HOLDS_AT_ONCE = 2


class SlotTaken(Exception):
    """Somebody else has it. `nearest` holds up to three free slots, the closest first."""

    def __init__(self, nearest: list[Slot]) -> None:
        super().__init__(_("That time was just taken."))
        self.nearest = nearest
        self.at: datetime | None = None


class TooManyHolds(Exception):
    """Two times are kept for this person already, while they pay."""

    def __init__(self) -> None:
        super().__init__(
            _("We keep two times for you already. Pay for one of them, or wait half an hour and try again.")
        )


class TooLate(Exception):
    """The window for changing or calling off has closed."""

    def __init__(self) -> None:
        super().__init__(_("It is too close to the call to change it here. Please phone us."))


class CalledOff(TooLate):
    """It was called off, so that there is nothing to change."""

    def __init__(self) -> None:
        Exception.__init__(self, _("This call was called off. You can book another time."))


def refusal(booking: Booking) -> TooLate:
    """Why a family cannot change a booking any more."""
    return TooLate() if booking.called_off_at is None else CalledOff()


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
    contact: Contact | None = field(default=None)  # on file: signed in, or chosen by staff
    student: Student | None = field(default=None)  # the child of that contact whom it is about


def on_file(contact: Contact, student: Student | None, *, zone: ZoneInfo, texts_wording: str = "", network: str = "") -> Asker:  # fmt: skip
    """A contact we know, as the file says; `zone` where it says none. `student` is the child it is about."""
    return Asker(
        name=contact.name, phone=contact.phone, email=contact.email, language=contact.language,
        timezone=contact.timezone or str(zone), texts_wording=texts_wording, network=network, contact=contact,
        student=student,
    )  # fmt: skip


def lock_advocate(advocate: User, *, wait: bool = True) -> bool:
    """Whether this transaction now holds the advocate's time, which one writes into at a time.

    With `wait` everybody waits in turn; without it the answer is at once.
    """
    lock = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(hashtextextended(current_schema() || %s, 1))", [str(advocate.pk)])
        return wait or bool(cursor.fetchone()[0])


def nearest(service: Service, starts_at: datetime, *, at: datetime, advocate: User | None = None, leave_out: Booking | None = None, any_notice: bool = False) -> list[Slot]:  # fmt: skip
    """Up to three free slots, the closest to `starts_at` first."""
    slots = free_slots(
        service, since=starts_at - timedelta(days=4), until=starts_at + timedelta(days=8), at=at,
        advocates=[advocate] if advocate else None, leave_out=leave_out, any_notice=any_notice,
    )  # fmt: skip
    one_each = {slot.starts_at: slot for slot in reversed(slots)}
    return sorted(one_each.values(), key=lambda slot: abs(slot.starts_at - starts_at))[:3]


@dataclass(frozen=True)
class Candidate:
    """Who could take a booking, and what speaks for them."""

    person: User
    knows: bool
    speaks: bool

    def because(self, others: list[Candidate], *, chosen: bool) -> Because:
        """Why it goes to this one, where `others` were free too."""
        if chosen:
            return Because.CHOSEN
        if self.knows:
            return Because.KNOWN
        if not others:
            return Because.ONLY
        return Because.LANGUAGE if self.speaks and not all(c.speaks for c in others) else Because.TURN


def candidates(service: Service, *, advocate: User | None, contact: Contact | None = None, language: str = "en") -> list[Candidate]:  # fmt: skip
    """Who could take it, in order: who knows the family, then who speaks its language, then who was booked longest ago."""
    people = service.advocates.filter(is_active=True)
    if advocate is not None:
        people = people.filter(pk=advocate.pk)
    newest = Booking.objects.filter(advocate=OuterRef("pk")).order_by("-booked_at").values("booked_at")[:1]
    people = people.annotate(last_booked=Subquery(newest), knows=_knows(contact))
    spoken = service.language or language
    found = [
        Candidate(
            person, bool(person.knows), spoken in (person.languages_spoken or [current_firm().language])
        )
        for person in people.order_by(F("last_booked").asc(nulls_first=True), "pk")
    ]
    return sorted(found, key=lambda candidate: (not candidate.knows, not candidate.speaks))


def _knows(contact: Contact | None) -> Exists | Value:
    """Whether an advocate works for a child of this contact, or has been booked by them before."""
    if contact is None:
        return Value(False)
    team = CareTeamMember.objects.filter(
        user=OuterRef("pk"), until=None, student__guardianships__contact=contact
    )
    return Exists(team) | Exists(Booking.objects.standing().filter(advocate=OuterRef("pk"), contact=contact))  # type: ignore[return-value]


def book(
    service: Service,
    *,
    starts_at: datetime,
    asker: Asker,
    at: datetime,
    advocate: User | None = None,
    by: User | None = None,
    idempotency_key: str | None = None,
    any_notice: bool = False,
    hold: timedelta | None = None,
) -> Booking:
    """Books a slot, or keeps it for as long as `hold`. Raises SlotTaken, having written nothing, when it is not free.

    `any_notice` is staff, whom the minimum notice does not bind. Raises TooManyHolds for the third at once.
    """
    if idempotency_key:
        known = Booking.objects.filter(idempotency_key=idempotency_key).first()
        if known:
            return known
    people = candidates(service, advocate=advocate, contact=asker.contact, language=asker.language)
    openings = Openings.of([c.person for c in people], first=starts_at.date() - 2 * DAY, last=starts_at.date() + 2 * DAY)  # fmt: skip
    # First whoever nobody else is booking with at this moment, then in turn.
    for wait in (False, True):
        untried = people
        while untried:
            candidate, untried = untried[0], untried[1:]
            try:
                with transaction.atomic():
                    if hold:
                        _lock_holds(asker, at=at)
                    if not lock_advocate(candidate.person, wait=wait):
                        continue
                    free = {slot.advocate_id for slot in free_slots(
                        service, since=starts_at, until=starts_at + MINUTE, at=at, openings=openings,
                        advocates=[c.person for c in [candidate, *untried]], any_notice=any_notice,
                    ) if slot.starts_at == starts_at}  # fmt: skip
                    untried = [c for c in untried if c.person.pk in free]
                    if candidate.person.pk in free:
                        return _write(
                            service, candidate.person, starts_at, asker, at=at, by=by, idempotency_key=idempotency_key,
                            because=candidate.because(untried, chosen=advocate is not None), held_until=at + hold if hold else None,
                        )  # fmt: skip
            except IntegrityError as error:
                if idempotency_key and "idempotency_key" in str(error):
                    return Booking.objects.get(idempotency_key=idempotency_key)
                if not isinstance(error.__cause__, ExclusionViolation):
                    raise
            except OperationalError as error:
                if not isinstance(error.__cause__, DeadlockDetected):
                    raise
    raise SlotTaken(nearest(service, starts_at, at=at, advocate=advocate, any_notice=any_notice))


def _lock_holds(asker: Asker, *, at: datetime) -> None:
    """Holds of one person are counted one at a time. Raises TooManyHolds where two are open."""
    who = asker.phone or asker.email or (str(asker.contact.pk) if asker.contact else asker.network)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || %s, 2))", [who])
    reached = Q(contact__points__value__in=[value for value in (asker.phone, asker.email) if value])
    if asker.contact is not None:
        reached |= Q(contact=asker.contact)
    held = Booking.objects.filter(reached, called_off_at=None, held_until__gt=at)
    if held.distinct().count() >= HOLDS_AT_ONCE:
        raise TooManyHolds


def release_lapsed(advocate: User, busy: tuple[datetime, datetime], *, at: datetime) -> None:
    """Holds whose time has run out give their time back to whoever books it now. Call it under the advocate's lock."""
    Booking.objects.filter(
        advocate=advocate, called_off_at=None, held_until__lte=at, busy__overlap=busy
    ).update(called_off_at=at, called_off_by="lapse")


def _write(service: Service, advocate: User, starts_at: datetime, asker: Asker, *, at: datetime, by: User | None, idempotency_key: str | None, because: str = "", held_until: datetime | None = None) -> Booking:  # fmt: skip
    release_lapsed(advocate, busy_time(service, starts_at), at=at)
    with audit.together():
        booking = _rows(service, advocate, starts_at, asker, at=at, by=by, idempotency_key=idempotency_key, because=because, held_until=held_until)  # fmt: skip
        audit.record("booking.held" if held_until else "booking.made", by=by, at=at, about=booking, network=asker.network)  # fmt: skip
        if not held_until:
            notices.say_later(booking, "booked", at=at)
    return booking


def _rows(service: Service, advocate: User, starts_at: datetime, asker: Asker, *, at: datetime, by: User | None, idempotency_key: str | None, because: str, held_until: datetime | None) -> Booking:  # fmt: skip
    """The booking, with its file, its inquiry and the questions that come with it."""
    contact, student = _file(asker, advocate, at=at)
    inquiry = inquiries.booked(contact, student, advocate=advocate, at=at, fresh=asker.contact is None)
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
        because=because,
        meeting_url=service.room(),
        price=service.price,
        currency=service.currency,
        held_until=held_until,
        seen_at=seen(advocate, by, at=at),
    )
    word = Consent.objects.standing(asker.phone) if asker.phone and asker.texts_wording else None
    # A box takes back no STOP: that is done by START. Another no is taken back by who has signed in, since anyone can
    # type a number.
    own_word = asker.contact is not None and by is None and not was_stopped(asker.phone)
    if asker.phone and asker.texts_wording and (word is None or word.given or own_word):
        allow(
            asker.phone, how="staff" if by else "form", at=at, wording=asker.texts_wording, version=SMS_WORDING_VERSION,
            language=asker.language, network=asker.network, by=by.pk if by else None,
        )  # fmt: skip
    return booking


def seen(advocate: User, by: User | None, *, at: datetime) -> datetime | None:
    """When the advocate saw what was done: at once where they did it, not yet where somebody else did."""
    return at if by == advocate else None


def busy_time(service: Service, starts_at: datetime) -> tuple[datetime, datetime]:
    return starts_at - service.before, starts_at + service.length + service.after


def _file(asker: Asker, advocate: User, *, at: datetime) -> tuple[Contact, Student | None]:
    """A new, unconfirmed file. It never attaches itself to a family we know: anyone can type a number."""
    if asker.contact is not None:
        return asker.contact, asker.student
    caller = Caller(
        name=asker.name, phone=asker.phone, email=asker.email, child=asker.child, language=asker.language,
        timezone=asker.timezone, team=(advocate,),
    )  # fmt: skip
    return open_file(caller, at=at)


def move(booking: Booking, *, starts_at: datetime, at: datetime, by: User | None = None, any_notice: bool = False, quiet: bool = False) -> Booking:  # fmt: skip
    """Moves it to another slot of the same advocate. Raises SlotTaken or, for a family, TooLate.

    `quiet` leaves it to the caller to tell the family.
    """
    try:
        with transaction.atomic():
            lock_advocate(booking.advocate)
            booking = Booking.objects.select_for_update(of=("self",)).select_related("service", "advocate", "contact", "student").get(pk=booking.pk)  # fmt: skip
            _refuse_if_late(booking, booking.can_be_changed(at=at), by=by)
            if not is_free(booking.service, booking.advocate, starts_at, at=at, leave_out=booking, any_notice=any_notice):  # fmt: skip
                raise SlotTaken([])
            release_lapsed(booking.advocate, busy_time(booking.service, starts_at), at=at)
            before = booking.starts_at
            booking.starts_at = starts_at
            booking.ends_at = starts_at + booking.service.length
            booking.busy = busy_time(booking.service, starts_at)
            booking.sequence += 1
            booking.confirmed_at, booking.seen_at = None, seen(booking.advocate, by, at=at)
            booking.save()
            audit.record("booking.moved", by=by, at=at, about=booking, before=before.isoformat(), after=starts_at.isoformat())  # fmt: skip
            if not quiet:
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
    raise SlotTaken(
        nearest(
            booking.service,
            starts_at,
            at=at,
            advocate=booking.advocate,
            leave_out=booking,
            any_notice=any_notice,
        )
    )


def _refuse_if_late(booking: Booking, in_time: bool, *, by: User | None) -> None:
    """The windows bind families, not staff."""
    if not in_time and not (by is not None and by.is_staff_member and booking.is_standing):
        raise refusal(booking)


@transaction.atomic
def call_off(booking: Booking, *, at: datetime, by: User | None = None, quiet: bool = False) -> Booking:
    """Calls it off, once; the time is free again. Raises TooLate for a family inside the window.

    `quiet` says nothing to anybody, since the caller does; reminders are taken back all the same.
    """
    booking = (
        Booking.objects.select_for_update(of=("self",))
        .select_related("service", "advocate", "contact", "student")
        .get(pk=booking.pk)
    )
    if booking.called_off_at is not None:
        return booking
    _refuse_if_late(booking, booking.can_be_called_off(at=at), by=by)
    by_staff = by is not None and by.is_staff_member
    booking.called_off_at, booking.called_off_by = at, "staff" if by_staff else "family"
    booking.sequence += 1
    booking.seen_at = seen(booking.advocate, by, at=at)
    booking.save()
    audit.record("booking.called_off", by=by, at=at, about=booking)
    if booking.price:
        paying.give_back(booking.subject, reason="called off", at=at)
    notices.say_later(booking, "ended" if quiet else "called_off", at=at, by_staff=by_staff)
    return booking


@transaction.atomic
def note_no_show(booking: Booking, *, at: datetime, by: User) -> None:
    """Nobody came. Raises ValueError before it began."""
    if at < booking.starts_at:
        raise ValueError(_("It has not begun yet."))
    if booking.is_standing and booking.no_show_at is None:
        Booking.objects.filter(pk=booking.pk).update(no_show_at=at)
        audit.record("booking.missed", by=by, at=at, about=booking)


@transaction.atomic
def say_child(booking: Booking, student: Student, *, at: datetime, by: User) -> None:
    """The booking is about this child of its contact."""
    Booking.objects.filter(pk=booking.pk, student=None).update(student=student)
    audit.record("booking.changed", by=by, at=at, about=booking, student=str(student.pk))


@transaction.atomic
def say_case(booking: Booking, case: Case | None, *, at: datetime, by: User) -> None:
    """The booking belongs to this case of its child; None has it worked out from its day again."""
    Booking.objects.filter(pk=booking.pk).update(case=case)
    audit.record("booking.changed", by=by, at=at, about=booking, case=str(case.pk) if case else "")


def last_call(at: datetime) -> Subquery:
    """When the contact of the outer query last had a call that took place."""
    held = Booking.objects.standing().filter(contact=OuterRef("pk"), ends_at__lte=at, no_show_at=None)
    return newest(held, "ends_at")


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
