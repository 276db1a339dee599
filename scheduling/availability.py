"""When something can be booked: one function, used by every path."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import BigIntegerRangeField
from django.db import models
from django.db.models import Aggregate, F, Func, Value
from django.db.models.functions import Cast

from accounts.models import User
from cases import meetings
from scheduling.models import (
    AdvocateLimit,
    Block,
    Booking,
    BookingQuerySet,
    Closure,
    DateHours,
    Service,
    WeeklyHours,
)
from tenants.places import current_firm

Stretch = tuple[datetime, datetime]
Limit = tuple[int | None, int | None]
NO_LIMIT: Limit = (None, None)


class Slot(NamedTuple):
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
        return cls(
            length=service.length,
            before=service.before,
            after=service.after,
            step=timedelta(minutes=service.step_minutes),
            notice=timedelta(minutes=service.notice_minutes),
            horizon=service.horizon_days,
        )


def open_stretches(
    hours: Mapping[int, Sequence[tuple[object, object]]],
    zone: ZoneInfo,
    first: date,
    last: date,
    *,
    on_dates: Mapping[date, Sequence[tuple[object, object]]] = MappingProxyType({}),
    closed: Collection[date] = (),
) -> list[Stretch]:
    """Weekly hours of the advocate's clock as instants, from `first` to `last`. Monday is 0.

    `on_dates` replaces a date's weekly hours, and what is `closed` has none. Where the clocks change in
    between, the stretch is as long as the day made it.
    """
    found = []
    day = first
    while day <= last:
        for opens, closes in () if day in closed else on_dates.get(day, hours.get(day.weekday(), ())):
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
            # Free: so is every step up to the next busy time.
            fits = last if at == len(busy) else min(last, busy[at][0] - rules.length - rules.after)
            while start <= fits and start < until:
                found.append(start)
                start += rules.step
    return found


def zone_of(advocate: User) -> ZoneInfo:
    return ZoneInfo(advocate.timezone) if advocate.timezone else current_firm().zone


def merged(busy: Iterable[Stretch]) -> list[Stretch]:
    """Busy times in order, those that touch or overlap as one: bookings never overlap, meetings may."""
    found: list[Stretch] = []
    for begins, ends in sorted(busy):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return found


@dataclass
class Openings:
    """When people are open for bookings, whoever has booked: weekly hours, other hours on a date, closures."""

    weekly: dict[UUID, dict[int, list[tuple[object, object]]]]
    on_dates: dict[UUID, dict[date, list[tuple[object, object]]]]
    closed: set[date]
    # How many bookings they take by day and by week.
    limits: dict[UUID, Limit]

    @classmethod
    def of(cls, people: Sequence[User], *, first: date, last: date) -> Openings:
        """Of these people, from one date to another. Two queries."""
        limits = AdvocateLimit.objects.filter(advocate__in=people).values_list(
            "advocate_id", "a_day", "a_week"
        )
        found = cls(
            defaultdict(lambda: defaultdict(list)), defaultdict(lambda: defaultdict(list)), set(),
            {person: (a_day, a_week) for person, a_day, a_week in limits},
        )  # fmt: skip
        weekly = WeeklyHours.objects.filter(advocate__in=people).order_by().values_list(
            "advocate_id", "weekday", _null(DATE), _null(DATE), "opens", "closes"
        )  # fmt: skip
        dates = DateHours.objects.filter(advocate__in=people, on__range=(first, last)).order_by().values_list(
            "advocate_id", _null(models.PositiveSmallIntegerField()), "on", _null(DATE), "opens", "closes"
        )  # fmt: skip
        closures = Closure.objects.filter(starts_on__lte=last, ends_on__gte=first).order_by().values_list(
            _null(models.UUIDField()), _null(models.PositiveSmallIntegerField()), "starts_on", "ends_on",
            _null(TIME), _null(TIME),
        )  # fmt: skip
        for person, weekday, on, until, opens, closes in weekly.union(dates, closures, all=True):
            if weekday is not None:
                found.weekly[person][weekday].append((opens, closes))
            elif until is not None:
                days = range((min(until, last) - max(on, first)).days + 1)
                found.closed.update(max(on, first) + timedelta(days=n) for n in days)
            else:
                found.on_dates[person][on] += [(opens, closes)] if opens is not None else []
        return found

    def stretches(self, person: User, zone: ZoneInfo, first: date, last: date) -> list[Stretch]:
        return open_stretches(
            self.weekly.get(person.pk, {}), zone, first, last,
            on_dates=self.on_dates.get(person.pk, {}), closed=self.closed,
        )  # fmt: skip


DATE, TIME, MOMENT = models.DateField(), models.TimeField(), models.DateTimeField()
WEEK, DAY = timedelta(days=7), timedelta(days=1)


def _null(kind: models.Field[Any, Any]) -> Cast:
    """An empty column of that kind, which the other half of a union fills."""
    return Cast(Value(None), kind)


class Seconds(models.Field):
    """Since 1970, as the database gives them: Django would ask of each number of a FloatField whether it is one."""

    def db_type(self, connection: Any) -> str:
        return "double precision"


def _seconds(moment: Any) -> Func:
    """Not a column of moments, thousands of which take Django longer to read than all the rest takes."""
    return Func(Value("epoch"), moment, function="date_part", output_field=Seconds())


def _islands(rows: BookingQuerySet, need: timedelta) -> Any:
    """The bookings' busy times, a row for each advocate: those as one between which there is less than `need` free.

    PostgreSQL joins them, so that a month of a busy firm comes as a few lines of text, which `_read_islands` reads.
    Each is made longer by `need` and open at both ends: two of them then overlap where nothing of that length
    fits in between, and a gap of exactly `need` stays. In microseconds, so that it can be done with whole numbers.
    """
    longer = Func(
        _micros(Func(F("busy"), function="lower", output_field=MOMENT)),
        _micros(Func(F("busy"), function="upper", output_field=MOMENT) + Value(need)),
        Value("()"),
        function="int8range",
        output_field=BigIntegerRangeField(),
    )
    return (
        rows.order_by()
        .values("advocate_id")
        .annotate(islands=Cast(Aggregate(longer, function="range_agg"), models.TextField()))
        .values_list("advocate_id", _null(Seconds()), _null(Seconds()), _null(models.UUIDField()), "islands")
    )


def _micros(moment: Any) -> Any:
    return Cast(_seconds(moment) * Value(1_000_000.0, output_field=Seconds()), models.BigIntegerField())


def _read_islands(text: str, need: timedelta) -> list[Stretch]:
    """`{[a,b),[c,d)}` in microseconds since 1970. Open at both ends, a range of whole numbers is said from the next one on."""
    numbers = [int(number) for number in text.translate(_ONLY_NUMBERS).split(",")] if len(text) > 2 else []
    return [
        (EPOCH + timedelta(microseconds=begins - 1), EPOCH + timedelta(microseconds=ends) - need)
        for begins, ends in zip(numbers[::2], numbers[1::2], strict=True)
    ]


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONLY_NUMBERS = str.maketrans("", "", "{[)}")


@dataclass
class Taken:
    """What is in the way, by advocate: busy times (those as one between which the service does not fit), and,
    where there is a limit, when this service, and any, is given already."""

    busy: dict[UUID, list[Stretch]]
    given: dict[UUID, list[datetime]]
    booked: dict[UUID, list[datetime]]

    @classmethod
    def of(
        cls, service: Service, people: Sequence[User], *, since: datetime, until: datetime, at: datetime,
        leave_out: Booking | None = None, limits: Iterable[Limit] = (),
    ) -> Taken:  # fmt: skip
        """Of these people, between two moments. One query for bookings, blocks and meetings."""
        need = service.length + service.before + service.after
        # A limit by the week looks at the whole weeks, in whatever zone.
        by_week = bool(service.a_week) or any(a_week for _a_day, a_week in limits)
        by_day = bool(service.a_day) or any(a_day for a_day, _a_week in limits)
        margin = need + (WEEK + DAY if by_week else 2 * DAY if by_day else timedelta())
        since, until = since - margin, until + margin
        rows = Booking.objects.taking_time(at=at).filter(advocate__in=people, busy__overlap=(since, until))
        if leave_out is not None:
            rows = rows.exclude(pk=leave_out.pk)
        found = cls(defaultdict(list), defaultdict(list), defaultdict(list))
        nothing = _null(models.UUIDField()), _null(models.TextField())
        parts = [
            Block.objects.filter(advocate__in=people, starts_at__lt=until, ends_at__gt=since)
            .order_by()
            .values_list("advocate_id", _seconds(F("starts_at")), _seconds(F("ends_at")), *nothing),
            meetings.away(people, since, until)
            .order_by()
            .values_list("advocate_id", _seconds(F("away")), _seconds(F("back")), *nothing),
        ]
        if by_week or by_day:
            parts.append(
                rows.order_by().values_list(
                    "advocate_id",
                    _seconds(F("starts_at")),
                    _null(Seconds()),
                    "service_id",
                    _null(models.TextField()),
                )
            )
        for person, begins, ends, of_service, islands in _islands(rows, need).union(*parts, all=True):
            if islands is not None:
                found.busy[person] += _read_islands(islands, need)
                continue
            start = datetime.fromtimestamp(begins, UTC)
            if of_service is None:
                found.busy[person].append((start, datetime.fromtimestamp(ends, UTC)))
                continue
            found.booked[person].append(start)
            if of_service == service.pk:
                found.given[person].append(start)
        return found

    def within_limits(self, service: Service, person: User, zone: ZoneInfo, limit: Limit = NO_LIMIT) -> Callable[[datetime], bool] | None:  # fmt: skip
        """Whether one more at that start stays within the limits, the service's and the advocate's own, by day and week
        of the advocate's calendar; None where there is no limit."""
        checks = [
            _fits([moment.astimezone(zone).date() for moment in moments], a_day, a_week)
            for moments, (a_day, a_week) in (
                (self.given[person.pk], (service.a_day, service.a_week)), (self.booked[person.pk], limit)
            )
            if a_day or a_week
        ]  # fmt: skip

        def fits(start: datetime) -> bool:
            day = start.astimezone(zone).date()
            return all(check(day) for check in checks)

        return fits if checks else None


def _fits(dates: Sequence[date], a_day: int | None, a_week: int | None) -> Callable[[date], bool]:
    days, weeks = Counter(dates), Counter(day.isocalendar()[:2] for day in dates)

    def fits(day: date) -> bool:
        return not ((a_day and days[day] >= a_day) or (a_week and weeks[day.isocalendar()[:2]] >= a_week))

    return fits


def free_slots(
    service: Service,
    *,
    since: datetime,
    until: datetime,
    at: datetime,
    advocates: Sequence[User] | None = None,
    leave_out: Booking | None = None,
    openings: Openings | None = None,
    any_notice: bool = False,
) -> list[Slot]:
    """Every slot of the service from `since` to `until` (exclusive), in order. Four queries at most, however long.

    `at` is now; `leave_out` is a booking that is being moved and does not stand in its own way; `openings`
    saves reading the hours again; `any_notice` is staff, whom the minimum notice and the horizon do not bind.
    """
    rules = Rules.of(service)
    people = list(service.advocates.filter(is_active=True)) if advocates is None else list(advocates)
    people.sort(key=attrgetter("pk"))
    since = max(since, at if any_notice else at + rules.notice)
    if not people or since >= until:
        return []
    if openings is None:
        openings = Openings.of(people, first=since.date() - 2 * DAY, last=until.date() + 2 * DAY)
    taken = Taken.of(
        service, people, since=since, until=until, at=at, leave_out=leave_out, limits=openings.limits.values()
    )
    found = []
    for person in people:
        zone = zone_of(person)
        first = since.astimezone(zone).date() - DAY
        last = until.astimezone(zone).date()
        if not any_notice:
            last = min(last, at.astimezone(zone).date() + timedelta(days=rules.horizon))
        stretches = openings.stretches(person, zone, first, last)
        fits = taken.within_limits(service, person, zone, openings.limits.get(person.pk, NO_LIMIT))
        found += [
            Slot(start, person.pk)
            for start in starts(stretches, merged(taken.busy[person.pk]), rules, since=since, until=until)
            if fits is None or fits(start)
        ]
    return sorted(found, key=attrgetter("starts_at"))


def is_free(
    service: Service, advocate: User, starts_at: datetime, *, at: datetime, leave_out: Booking | None = None,
    openings: Openings | None = None, any_notice: bool = False,
) -> bool:  # fmt: skip
    """Whether exactly this slot is offered: the same function, asked for one minute."""
    slots = free_slots(
        service, since=starts_at, until=starts_at + timedelta(minutes=1), at=at, advocates=[advocate],
        leave_out=leave_out, openings=openings, any_notice=any_notice,
    )  # fmt: skip
    return any(slot.starts_at == starts_at for slot in slots)
