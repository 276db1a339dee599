"""Time: timers, entries, signed weeks. What is billed or signed stays as it is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from cases.models import Case
from clients.models import Student
from invoices.models import Activity, Billing, InvoiceLine, SignOff, Skipped, TimeEntry, Timer, monday_of
from web.access import Can
from web.again import LATELY


class Locked(Exception):
    """The entry or its week can no longer be changed; the message says why."""


def minutes_on(person: User, on: date) -> int:
    """What a person's entries of a day come to; more than 24 hours are kept, and said."""
    return TimeEntry.objects.filter(person=person, on=on).aggregate(n=Sum("minutes", default=0))["n"]


def is_signed(person: User, on: date) -> bool:
    return SignOff.objects.standing().filter(person=person, week=monday_of(on)).exists()


def lock_of(entry: TimeEntry) -> str:
    """Why an entry stays as it is, in words, or nothing."""
    billed = InvoiceLine.objects.standing().filter(time=entry).exists()
    return lock_words(billed=billed, signed=is_signed(entry.person, entry.on))


def lock_words(*, billed: bool, signed: bool) -> str:
    if billed:
        return _("This time is on an invoice, so it stays as it is.")
    return _("This week is signed off. The owner can open it again.") if signed else ""


def _take_turn(person: User) -> None:
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)


def _refuse_signed(person: User, on: date) -> None:
    # Taken by signing off too, so that nothing slips into a week while it is being signed.
    _take_turn(person)
    if is_signed(person, on):
        raise Locked(_("This week is signed off. The owner can open it again."))


def twin(
    *, person: User, student: Student, on: date, minutes: int, description: str, at: datetime, **_more: Any
) -> TimeEntry | None:  # fmt: skip
    """The same work of the same length, written down by the same person minutes ago. In a transaction, nobody else
    writes time of that person until its end."""
    _take_turn(person)
    return TimeEntry.objects.filter(
        person=person,
        student=student,
        on=on,
        minutes=minutes,
        description=description,
        made_at__gt=at - LATELY,
    ).first()


@transaction.atomic
def add(
    *,
    person: User,
    student: Student,
    on: date,
    minutes: int,
    activity: str,
    description: str,
    at: datetime,
    case: Case | None = None,
    note: str = "",
    billing: str = Billing.BILLABLE,
    source: tuple[str, UUID] | None = None,
) -> TimeEntry:
    """Writes down time of a person, in raw minutes. Raises Locked when the week is signed.

    With a `source` it is written once: a second time answers the entry that is there.
    """
    _refuse_signed(person, on)
    if source:
        known = TimeEntry.objects.filter(person=person, source_kind=source[0], source_id=source[1]).first()
        if known:
            return known
    entry = TimeEntry.objects.create(
        person=person, student=student, case=case, on=on, minutes=minutes, activity=activity, description=description,
        note=note, billing=billing, source_kind=source[0] if source else "", source_id=source[1] if source else None,
        made_at=at, changed_at=at,
    )  # fmt: skip
    audit.record("time.added", by=person, at=at, about=entry, minutes=minutes)
    return entry


@transaction.atomic
def change(entry: TimeEntry, fields: dict[str, Any], *, by: User, at: datetime) -> TimeEntry:
    """Changes an entry that is neither billed nor signed, nor would come into a signed week. Raises Locked."""
    entry = TimeEntry.objects.select_for_update(of=("self",)).select_related("person").get(pk=entry.pk)
    _refuse_signed(entry.person, fields.get("on", entry.on))
    if why := lock_of(entry):
        raise Locked(why)
    before = {name: str(getattr(entry, name)) for name in ("minutes", "on", "billing")}
    for name, value in fields.items():
        setattr(entry, name, value)
    entry.changed_at = at
    entry.save()
    after = {name: str(getattr(entry, name)) for name in before}
    moved = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    audit.record("time.changed", by=by, at=at, about=entry, moved=moved)
    return entry


@transaction.atomic
def remove(entry: TimeEntry, *, by: User, at: datetime) -> None:
    """Takes an entry away. Raises Locked."""
    entry = TimeEntry.objects.select_for_update(of=("self",)).select_related("person").get(pk=entry.pk)
    _refuse_signed(entry.person, entry.on)
    if why := lock_of(entry):
        raise Locked(why)
    if InvoiceLine.objects.filter(time=entry).exists():
        raise Locked(_("This time was on an invoice that was taken back. Mark it as no charge instead."))
    audit.record(
        "time.removed", by=by, at=at, about=entry, minutes=entry.minutes, case=str(entry.case_id or "")
    )
    entry.delete()


# -- the timer ---------------------------------------------------------------------------------


def _mine(person: User) -> Any:
    # One after the other, however many tabs press at once.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    return Timer.objects.filter(person=person)


def _rest(timer: Timer, *, at: datetime) -> None:
    timer.seconds, timer.started_at = timer.counted(at=at), None
    timer.save(update_fields=["seconds", "started_at"])


@transaction.atomic
def start(
    person: User,
    *,
    at: datetime,
    student: Student | None = None,
    case: Case | None = None,
    activity: str = Activity.OTHER,
    description: str = "",
) -> Timer:
    """Starts a timer; the one that ran rests, with what it has counted."""
    for running in _mine(person).filter(started_at__isnull=False):
        _rest(running, at=at)
    return Timer.objects.create(
        person=person, student=student, case=case, activity=activity, description=description, begun_at=at, started_at=at
    )  # fmt: skip


@transaction.atomic
def pause(timer: Timer, *, at: datetime) -> None:
    timer = _mine(timer.person).get(pk=timer.pk)
    if timer.is_running:
        _rest(timer, at=at)


@transaction.atomic
def resume(timer: Timer, *, at: datetime) -> None:
    """Lets a resting timer run on; another that runs rests."""
    for running in _mine(timer.person).filter(started_at__isnull=False).exclude(pk=timer.pk):
        _rest(running, at=at)
    Timer.objects.filter(pk=timer.pk, started_at=None).update(started_at=at)


@transaction.atomic
def finish(timer: Timer, *, at: datetime, **fields: Any) -> TimeEntry:
    """Makes an entry of a timer, and the timer is gone. Raises Locked, and Timer.DoesNotExist the second time."""
    timer = _mine(timer.person).get(pk=timer.pk)
    entry = add(person=timer.person, at=at, **fields)
    timer.delete()
    return entry


@transaction.atomic
def drop(timer: Timer) -> None:
    _mine(timer.person).filter(pk=timer.pk).delete()


# -- signed weeks ------------------------------------------------------------------------------


@transaction.atomic
def sign_off(person: User, week: date, *, by: User, at: datetime) -> SignOff:
    """Says that a week (any day of it) is complete; doing it twice is once.."""
    monday = monday_of(week)
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    known = SignOff.objects.standing().filter(person=person, week=monday).first()
    if known:
        return known
    made = SignOff.objects.create(person=person, week=monday, signed_at=at, signed_by=by)
    minutes = sum(TimeEntry.objects.filter(person=person, on__range=_days(monday)).values_list("minutes", flat=True))  # fmt: skip
    audit.record("week.signed", by=by, at=at, about=made, week=monday.isoformat(), minutes=minutes)
    return made


@transaction.atomic
def reopen(signed: SignOff, *, by: User, at: datetime, reason: str = "") -> None:
    """The owner opens a signed week again; that it was signed stays on record. Raises Locked for anybody else."""
    if not by.can(Can.OPEN_WEEKS):
        raise Locked(_("Only the owner opens a signed week again."))
    done = SignOff.objects.standing().filter(pk=signed.pk).update(reopened_at=at, reopened_by=by, reason=reason)  # fmt: skip
    if done:
        audit.record("week.reopened", by=by, at=at, about=signed, week=signed.week.isoformat())


def _days(monday: date) -> tuple[date, date]:
    return monday, date.fromordinal(monday.toordinal() + 6)


def skip(person: User, kind: str, source: UUID, *, at: datetime) -> None:
    """Passes a suggestion over, for good."""
    try:
        with transaction.atomic():
            Skipped.objects.create(person=person, source_kind=kind, source_id=source, at=at)
    except IntegrityError:
        return
