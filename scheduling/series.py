"""Recurring bookings: every occurrence is checked before anything is booked, and changed for itself or with those after it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from cases import calendars
from clients.models import Contact, Student
from scheduling import booking as bookings
from scheduling import notices
from scheduling.availability import Slot, Taken, free_slots, merged
from scheduling.booking import SlotTaken, busy_time, lock_advocate
from scheduling.models import Because, Booking, Series, Service

LONGEST = 60  # occurrences
FARTHEST = timedelta(days=61 * 366)  # a rule that gives one date a year
EVERY = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
DAY = timedelta(days=1)

BreakFinder = Callable[[Student, date, date], Collection[date]]
_break_finders: list[BreakFinder] = []


def on_breaks(find: BreakFinder) -> None:
    """Registers who knows on which days of a stretch a student's school is closed."""
    _break_finders.append(find)


def school_breaks(student: Student, first: date, last: date) -> set[date]:
    """Weekdays without school, by the calendar of the student's district where we have one."""
    calendar = calendars.of_district(student.district_id)
    if calendar is None:
        return set()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return {day for day in days if day.weekday() < 5 and calendar.is_school_day(day) is False}


class BadRule(ValueError):
    """The rule cannot be followed; the message says why."""


@dataclass(frozen=True)
class Occurrence:
    """One of a series before it is booked. `on` is the date the rule gave, whatever becomes of it."""

    on: date
    starts_at: datetime
    # "": free; "break": school is closed; "closed": outside the hours or over a limit; "taken": something is there.
    problem: str = ""
    nearest: list[Slot] = field(default_factory=list)

    @property
    def may_keep(self) -> bool:
        """Whether it can be booked all the same: only another booking or kept time forbids that."""
        return self.problem in {"break", "closed"}


def occurrences(rule: str, first: datetime, zone: ZoneInfo) -> list[datetime]:
    """The starts (aware) of a rule of RFC 5545 from `first` on, at the same wall-clock time of `zone` every time.

    Raises BadRule for a rule that is none, has no end, gives more than 60, or comes more often than once a day.
    """
    wall = first.astimezone(zone).replace(tzinfo=None)
    try:
        parts = dict(
            part.split("=", 1) for part in rule.strip().upper().removeprefix("RRULE:").split(";") if part
        )
        if parts.get("FREQ") not in EVERY or parts.keys() & {"BYHOUR", "BYMINUTE", "BYSECOND"}:
            raise ValueError(rule)
        count = min(int(parts.pop("COUNT", LONGEST + 1)), LONGEST + 1)
        # An end for every search: a rule may name a day that never comes, such as February 30.
        last = f"{wall + FARTHEST:%Y%m%dT%H%M%S}"
        parts["UNTIL"] = min(_wall_clock(parts.get("UNTIL", last), zone), last)
        text = ";".join(f"{name}={value}" for name, value in parts.items())
        found = list(islice(rrulestr(text, dtstart=wall), count))
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise BadRule(_("This rule cannot be read.")) from error
    if not found or len(found) > LONGEST:
        raise BadRule(_("A series has between 1 and %(n)s dates.") % {"n": LONGEST})
    return [moment.replace(tzinfo=zone) for moment in found]


def _wall_clock(until: str, zone: ZoneInfo) -> str:
    """An UNTIL as the wall clock of `zone` shows it: RFC 5545 writes it in UTC."""
    if not until.endswith("Z"):
        return until
    moment = datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return f"{moment.astimezone(zone):%Y%m%dT%H%M%S}"


def check(
    service: Service, advocate: User, starts: Sequence[datetime], *, at: datetime, zone: ZoneInfo,
    student: Student | None = None, skips_breaks: bool = False,
) -> list[Occurrence]:  # fmt: skip
    """Each start with what stands in its way. As many queries for one as for sixty."""
    first, last = starts[0], starts[-1]
    since, until = first - 3 * DAY, last + 3 * DAY
    free = free_slots(service, since=since, until=until, at=at, advocates=[advocate], any_notice=True)
    open_at = {slot.starts_at for slot in free}
    busy = merged(Taken.of(service, [advocate], since=since, until=until, at=at).busy[advocate.pk])
    off: set[date] = set()
    if skips_breaks and student is not None:
        for find in _break_finders:
            off |= set(find(student, since.astimezone(zone).date(), until.astimezone(zone).date()))
    found = []
    for start in starts:
        begins, ends = busy_time(service, start)
        on = start.astimezone(zone).date()
        if any(a < ends and begins < b for a, b in busy):
            problem = "taken"
        elif on in off:
            problem = "break"
        else:
            problem = "" if start in open_at else "closed"
        near = [slot for slot in free if abs(slot.starts_at - start) < 3 * DAY] if problem else []
        # Another day without school is no help; where none is asked for, `off` is empty.
        near = [slot for slot in near if slot.starts_at.astimezone(zone).date() not in off]
        near.sort(key=lambda slot: abs(slot.starts_at - start))
        found.append(Occurrence(on, start, problem, near[:3]))
    return found


class Undecided(Exception):
    """Some occurrences cannot be as asked; nothing was written. `occurrences` are all, as they stand now."""

    def __init__(self, occurrences: list[Occurrence]) -> None:
        super().__init__(_("Some of the dates need a decision."))
        self.occurrences = occurrences


SKIP, KEEP = "skip", "keep"


def plan(
    service: Service, *, advocate: User, contact: Contact, student: Student | None, rule: str, first: datetime,
    zone: ZoneInfo, skips_breaks: bool, decided: Mapping[date, str | datetime], at: datetime, by: User,
) -> Series:  # fmt: skip
    """Books a whole series, or nothing. `decided` says of a date with a problem: skip, keep, or the moment to move it to.

    Raises Undecided with every occurrence when a problem has no decision or a decision no longer holds, and BadRule.
    """
    starts = occurrences(rule, first, zone)
    with transaction.atomic():
        lock_advocate(advocate)
        checked = check(
            service, advocate, starts, at=at, zone=zone, student=student, skips_breaks=skips_breaks
        )
        chosen: list[tuple[date, datetime]] = []
        for one in checked:
            decision = decided.get(one.on)
            if one.problem == "" and decision is None:
                chosen.append((one.on, one.starts_at))
            elif decision == SKIP:
                continue
            elif decision == KEEP and (one.may_keep or not one.problem):
                chosen.append((one.on, one.starts_at))
            elif isinstance(decision, datetime):
                chosen.append((one.on, decision))
            else:
                raise Undecided(checked)
        if not chosen:
            raise BadRule(_("Every date is left out, so there is nothing to book."))
        moved = [start for on, start in chosen if isinstance(decided.get(on), datetime)]
        if not _all_free(service, advocate, moved, at=at) or _touch(
            service, [start for _on, start in chosen]
        ):
            raise Undecided(checked)
        series = Series.objects.create(
            service=service, advocate=advocate, contact=contact, student=student, rule=rule, starts_at=first,
            timezone=str(zone), skips_breaks=skips_breaks, made_by=by, made_at=at,
        )  # fmt: skip
        made = Booking.objects.bulk_create(
            _occurrence(series, on, start, at=at, by=by) for on, start in sorted(chosen)
        )
        audit.record("series.made", by=by, at=at, about=series, bookings=len(made))
        _tell(made, "series", at=at)
    return series


def _all_free(service: Service, advocate: User, starts: list[datetime], *, at: datetime) -> bool:
    if not starts:
        return True
    shown = free_slots(service, since=min(starts), until=max(starts) + timedelta(minutes=1), at=at, advocates=[advocate], any_notice=True)  # fmt: skip
    return set(starts) <= {slot.starts_at for slot in shown}


def _touch(service: Service, starts: list[datetime]) -> bool:
    """Whether two of these would overlap each other, buffers included."""
    times = sorted(busy_time(service, start) for start in starts)
    return any(ends > begins for (_begin, ends), (begins, _end) in pairwise(times))


def _occurrence(series: Series, on: date, start: datetime, *, at: datetime, by: User) -> Booking:
    service, contact = series.service, series.contact
    bookings.release_lapsed(series.advocate, busy_time(service, start), at=at)
    return Booking(
        series=series, series_on=on, service=service, advocate=series.advocate, contact=contact,
        student=series.student, starts_at=start, ends_at=start + service.length, busy=busy_time(service, start),
        timezone=contact.timezone or series.timezone, language=contact.language, booked_at=at, booked_by=by,
        secret=secrets.token_urlsafe(24), because=Because.CHOSEN, meeting_url=service.room(), price=service.price,
        currency=service.currency, seen_at=bookings.seen(series.advocate, by, at=at),
    )  # fmt: skip


def _tell(changed: Sequence[Booking], what: str, *, at: datetime) -> None:
    """One message speaks of all; the others only have their reminders planned anew."""
    for n, booking in enumerate(sorted(changed, key=lambda booking: booking.starts_at)):
        notices.say_later(booking, what if n == 0 else "planned", at=at, by_staff=True)


def from_here(booking: Booking) -> list[Booking]:
    """This occurrence and those after it that still stand, by the dates the rule gave."""
    rows = Booking.objects.standing().filter(series=booking.series_id, series_on__gte=booking.series_on)
    return list(rows.select_related("service", "advocate", "contact", "student").order_by("series_on"))


def move_from(
    booking: Booking, *, starts_at: datetime, at: datetime, by: User, any_notice: bool = True
) -> list[Booking]:
    """Moves this occurrence to `starts_at` and those after it by as many days to the same time of the wall clock.

    Without `any_notice` the minimum notice binds the first of them, as it does a single booking; how far ahead one may
    book binds none, since a series reaches further. All or none: raises SlotTaken, whose `at` is the start that was not free.
    """
    series = booking.series
    if series is None:
        raise ValueError("the booking belongs to no series")
    zone = ZoneInfo(series.timezone)
    to = starts_at.astimezone(zone)
    shift = to.date() - booking.starts_at.astimezone(zone).date()
    if not any_notice and starts_at < at + timedelta(minutes=booking.service.notice_minutes):
        raise SlotTaken(bookings.nearest(booking.service, starts_at, at=at, advocate=booking.advocate, leave_out=booking))  # fmt: skip
    with transaction.atomic():
        lock_advocate(booking.advocate)
        rows = from_here(booking)
        # The last first when they move later, so that none stands in the way of another.
        changed = []
        for row in sorted(rows, key=lambda row: row.starts_at, reverse=starts_at > booking.starts_at):
            day = row.starts_at.astimezone(zone).date() + shift
            start = datetime.combine(day, to.time(), zone)
            try:
                changed.append(bookings.move(row, starts_at=start, at=at, by=by, any_notice=True, quiet=True))
            except SlotTaken as taken:
                taken.at = start
                raise
        audit.record("series.moved", by=by, at=at, about=series, bookings=len(changed))
        _tell(changed, "series_moved", at=at)
    return changed


@transaction.atomic
def call_off_from(booking: Booking, *, at: datetime, by: User) -> int:
    """Calls off this occurrence and those after it; answers how many."""
    rows = from_here(booking)
    for n, row in enumerate(rows):
        bookings.call_off(row, at=at, by=by, quiet=n > 0)
    audit.record("series.ended", by=by, at=at, about=booking.series, bookings=len(rows))
    return len(rows)
