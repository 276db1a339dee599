"""When something can be booked: one function, used by every path."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models import User
from cases import meetings
from scheduling.models import Booking, Service, WeeklyHours
from tenants.places import current_firm

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, order=True)
class Slot:
    """A start (UTC) at which this advocate is free for the whole service, buffers included."""

    starts_at: datetime
    advocate_id: UUID


@dataclass(frozen=True)
class Rules:
    """What a service asks of a slot. Durations; the horizon in days of the advocate's own calendar."""

    length: timedelta
    before: timedelta
    after: timedelta
    step: timedelta
    notice: timedelta
    horizon: int

    @classmethod
    def of(cls, service: Service) -> Rules:
        def minutes(n: int) -> timedelta:
            return timedelta(minutes=n)

        return cls(
            length=service.length,
            before=minutes(service.buffer_before),
            after=minutes(service.buffer_after),
            step=minutes(service.step_minutes),
            notice=minutes(service.notice_minutes),
            horizon=service.horizon_days,
        )


def open_stretches(
    hours: Mapping[int, Sequence[tuple[object, object]]], zone: ZoneInfo, first: date, last: date
) -> list[Stretch]:
    """Weekly hours of the advocate's clock as instants, from `first` to `last`. Monday is 0.

    Where the clocks change in between, the stretch is as long as the day made it.
    """
    found = []
    day = first
    while day <= last:
        for opens, closes in hours.get(day.weekday(), ()):
            start = datetime.combine(day, opens, zone).astimezone(UTC)  # type: ignore[arg-type]
            end = datetime.combine(day, closes, zone).astimezone(UTC)  # type: ignore[arg-type]
            if start < end:
                found.append((start, end))
        day += timedelta(days=1)
    return found


def starts(
    stretches: Iterable[Stretch], busy: Sequence[Stretch], rules: Rules, *, since: datetime, until: datetime
) -> list[datetime]:
    """Starts from `since` (inclusive) to `until` (exclusive) that fit. `busy` is sorted by its starts and does not overlap.

    The steps are counted from the opening of each stretch. A busy time that ends when the slot's
    own begins does not touch it.
    """
    ends = [end for _, end in busy]
    found = []
    for opens, closes in stretches:
        start = opens
        if start < since:
            start += -(-(since - start) // rules.step) * rules.step
        last = closes - rules.length
        # The first busy time that ends after our own would begin.
        at = bisect_left(ends, start - rules.before + timedelta(microseconds=1))
        while start <= last and start < until:
            begins, ends_at = start - rules.before, start + rules.length + rules.after
            while at < len(busy) and busy[at][1] <= begins:
                at += 1
            if at < len(busy) and busy[at][0] < ends_at:
                # Taken: step on to the first start whose own time begins after it.
                free_from = busy[at][1] + rules.before
                start += max(1, -(-(free_from - start) // rules.step)) * rules.step
                continue
            found.append(start)
            start += rules.step
    return found


def merged(busy: Iterable[Stretch]) -> list[Stretch]:
    """Busy times in order, those that touch or overlap as one: bookings never overlap, meetings may."""
    found: list[Stretch] = []
    for begins, ends in sorted(busy):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return found


def zone_of(advocate: User) -> ZoneInfo:
    return ZoneInfo(advocate.timezone) if advocate.timezone else current_firm().zone


def free_slots(
    service: Service,
    *,
    since: datetime,
    until: datetime,
    at: datetime,
    advocates: Sequence[User] | None = None,
    leave_out: Booking | None = None,
) -> list[Slot]:
    """Every slot of the service from `since` to `until` (exclusive), in order. Four queries, however long.

    `at` is now; `leave_out` is a booking that is being moved and does not stand in its own way.
    """
    rules = Rules.of(service)
    people = list(service.advocates.filter(is_active=True)) if advocates is None else list(advocates)
    since = max(since, at + rules.notice)
    if not people or since >= until:
        return []
    hours: dict[UUID, dict[int, list[tuple[object, object]]]] = defaultdict(lambda: defaultdict(list))
    for advocate_id, weekday, opens, closes in WeeklyHours.objects.filter(advocate__in=people).values_list(
        "advocate_id", "weekday", "opens", "closes"
    ):
        hours[advocate_id][weekday].append((opens, closes))
    busy: dict[UUID, list[Stretch]] = defaultdict(list)
    margin = rules.length + rules.before + rules.after
    taken = Booking.objects.standing().filter(
        advocate__in=people, busy__overlap=(since - margin, until + margin)
    )
    if leave_out is not None:
        taken = taken.exclude(pk=leave_out.pk)
    for advocate_id, stretch in taken.order_by("busy").values_list("advocate_id", "busy"):
        busy[advocate_id].append((stretch.lower, stretch.upper))
    for advocate_id, away, back in meetings.busy(people, since - margin, until + margin):
        busy[advocate_id].append((away, back))
    found = []
    for person in people:
        zone = zone_of(person)
        first = since.astimezone(zone).date() - timedelta(days=1)
        horizon = at.astimezone(zone).date() + timedelta(days=rules.horizon)
        last = min(until.astimezone(zone).date(), horizon)
        stretches = open_stretches(hours[person.pk], zone, first, last)
        found += [
            Slot(start, person.pk)
            for start in starts(stretches, merged(busy[person.pk]), rules, since=since, until=until)
        ]
    return sorted(found)


def is_free(service: Service, advocate: User, starts_at: datetime, *, at: datetime, leave_out: Booking | None = None) -> bool:  # fmt: skip
    """Whether exactly this slot is offered: the same function, asked for one minute."""
    slots = free_slots(
        service, since=starts_at, until=starts_at + timedelta(minutes=1), at=at, advocates=[advocate], leave_out=leave_out
    )  # fmt: skip
    return any(slot.starts_at == starts_at for slot in slots)
