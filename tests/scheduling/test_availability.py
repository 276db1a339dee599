"""What is shown can be booked, and what is not shown cannot."""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduling import booking as bookings
from scheduling.availability import Rules, free_slots, is_free, open_stretches, starts
from scheduling.booking import Asker, SlotTaken
from scheduling.models import Booking, WeeklyHours
from tests.world import NOW

DENVER = ZoneInfo("America/Denver")
LUZ = Asker(name="Luz", email="luz@home.example", timezone="America/Denver")
# The weeks in which clocks go back and forward, from the Friday before.
BACK, FORWARD = datetime(2026, 10, 30, 12, tzinfo=UTC), datetime(2027, 3, 12, 12, tzinfo=UTC)


def minutes(n):
    return timedelta(minutes=n)


def brute(stretches, busy, rules, *, since, until):
    """Every minute asked by itself: is it a step of its stretch, inside it, free on both sides, in time?"""
    found = []
    for opens, closes in stretches:
        minute = opens
        while minute < closes:
            step = (minute - opens) % rules.step == timedelta()
            fits = minute + rules.length <= closes
            begins, ends = minute - rules.before, minute + rules.length + rules.after
            free = all(ends <= start or end <= begins for start, end in busy)
            if step and fits and free and since <= minute < until:
                found.append(minute)
            minute += minutes(1)
    return found


def calendar(chance):
    """A few days of open stretches and busy times, as odd as they come."""
    day = datetime(2026, 10, 31, tzinfo=UTC) + timedelta(days=chance.randrange(4))
    hours = {}
    for weekday in range(7):
        edges = sorted(chance.sample(range(0, 24 * 60 - 1, chance.choice([1, 5, 15, 30])), 4))
        pairs = [(edges[0], edges[1]), (edges[2], edges[3])][: chance.randrange(3)]
        hours[weekday] = [(time(a // 60, a % 60), time(b // 60, b % 60)) for a, b in pairs]
    zone = ZoneInfo(chance.choice(["America/Denver", "America/New_York", "Pacific/Guam", "America/Phoenix"]))
    stretches = open_stretches(hours, zone, day.date(), day.date() + timedelta(days=2))
    busy, end = [], day - timedelta(days=1)
    while len(busy) < chance.randrange(12):
        start = end + minutes(chance.choice([0, 1, 10, 30, 45, 240]))
        end = start + minutes(chance.choice([5, 20, 30, 55, 90]))
        busy.append((start, end))
    rules = Rules(
        length=minutes(chance.choice([5, 20, 30, 45, 60])), before=minutes(chance.choice([0, 0, 5, 15])),
        after=minutes(chance.choice([0, 0, 10, 30])), step=minutes(chance.choice([5, 7, 15, 20, 30, 60])),
        notice=minutes(0), horizon=30,
    )  # fmt: skip
    since = day + minutes(chance.randrange(24 * 60))
    return stretches, busy, rules, since, since + minutes(chance.randrange(48 * 60))


def compare(seeds):
    shown = 0
    for seed in seeds:
        stretches, busy, rules, since, until = calendar(random.Random(seed))
        fast = starts(stretches, busy, rules, since=since, until=until)
        assert (seed, fast) == (seed, brute(stretches, busy, rules, since=since, until=until))
        shown += len(fast)
    return shown


def test_the_fast_way_finds_what_a_minute_by_minute_search_finds():
    assert compare(range(300)) > 1000


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_fast_way_finds_it_in_ten_thousand_calendars():
    assert compare(range(10_000)) > 30_000


@pytest.fixture
def crowded(service, ana):
    """Ana's two weeks with some calls in them, and buffers."""
    service.buffer_before, service.buffer_after, service.notice_minutes = 10, 15, 60
    service.save()
    WeeklyHours.objects.filter(advocate=ana).delete()
    WeeklyHours.objects.bulk_create(
        WeeklyHours(advocate=ana, weekday=day, opens=opens, closes=closes)
        for day in range(7)
        for opens, closes in ((time(0, 30), time(4)), (time(9), time(12)), (time(22, 15), time(23, 45)))
    )
    return service


@pytest.mark.parametrize("now", [BACK, FORWARD])
def test_over_both_clock_changes_shown_means_bookable_and_not_shown_means_not(crowded, ana, now):
    week = {"since": now, "until": now + timedelta(days=4), "at": now, "advocates": [ana]}
    chance = random.Random(7)
    for _ in range(6):
        slot = chance.choice(free_slots(crowded, **week))
        bookings.book(crowded, starts_at=slot.starts_at, asker=LUZ, at=now, advocate=ana)
    shown = {slot.starts_at for slot in free_slots(crowded, **week)}
    assert len(shown) > 20
    first = now.replace(second=0, microsecond=0)
    tried = [first + minutes(5 * n) for n in range(4 * 24 * 12)]

    told = {moment for moment in tried if is_free(crowded, ana, moment, at=now)}
    assert told == shown
    for moment in chance.sample(sorted(set(tried) - shown), 40):
        with pytest.raises(SlotTaken):
            bookings.book(crowded, starts_at=moment, asker=LUZ, at=now, advocate=ana)
    for moment in chance.sample(sorted(shown), 12):
        if is_free(crowded, ana, moment, at=now):  # an earlier one of these may have taken its buffer
            assert bookings.book(crowded, starts_at=moment, asker=LUZ, at=now, advocate=ana)


def test_the_hour_that_comes_twice_is_offered_twice_and_the_one_that_is_skipped_never(service, ana):
    service.step_minutes = 30
    service.save()
    WeeklyHours.objects.filter(advocate=ana).delete()
    WeeklyHours.objects.create(advocate=ana, weekday=6, opens=time(0, 30), closes=time(4))

    def local(now, day):
        slots = free_slots(service, since=now, until=now + timedelta(days=3), at=now, advocates=[ana])
        return [s.starts_at.astimezone(DENVER).strftime("%H:%M") for s in slots if s.starts_at.astimezone(DENVER).date() == day]  # fmt: skip

    assert local(BACK, date(2026, 11, 1)) == ["00:30", "01:00", "01:30", "01:00", "01:30", "02:00", "02:30", "03:00", "03:30"]  # fmt: skip
    assert local(FORWARD, date(2027, 3, 14)) == ["00:30", "01:00", "01:30", "03:00", "03:30"]


def test_a_buffer_keeps_the_next_call_away(service, ana):
    service.buffer_after = 10
    service.step_minutes = 5
    service.save()
    first = free_slots(service, since=NOW, until=NOW + timedelta(days=7), at=NOW, advocates=[ana])[
        0
    ].starts_at
    bookings.book(service, starts_at=first, asker=LUZ, at=NOW, advocate=ana)
    booked = Booking.objects.get()

    assert (booked.busy.lower, booked.busy.upper) == (first, first + minutes(30))
    assert not is_free(service, ana, first + minutes(25), at=NOW)
    assert is_free(service, ana, first + minutes(30), at=NOW)


def test_notice_and_horizon_are_kept_to_the_minute(service, ana):
    service.notice_minutes, service.horizon_days = 24 * 60, 3
    service.save()
    slots = free_slots(service, since=NOW, until=NOW + timedelta(days=60), at=NOW, advocates=[ana])

    assert slots[0].starts_at == NOW + timedelta(days=1)  # noon in Denver, a step of the next day
    assert slots[-1].starts_at.astimezone(DENVER).date() == date(2026, 11, 27)
    assert not is_free(service, ana, NOW + timedelta(days=1) - minutes(30), at=NOW)
    assert not is_free(service, ana, NOW + timedelta(days=1), at=NOW + timedelta(seconds=1))


def test_who_is_away_from_the_firm_is_not_offered(service, ana, marcus):
    ana.is_active = False
    ana.save()
    slots = free_slots(service, since=NOW, until=NOW + timedelta(days=7), at=NOW)

    assert {slot.advocate_id for slot in slots} == {marcus.pk}


def test_a_month_is_four_queries_at_most_however_many_are_booked(service, ana, marcus):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked():
        with CaptureQueriesContext(connection) as queries:
            free_slots(service, since=NOW, until=NOW + timedelta(days=31), at=NOW)
        return len(queries)

    before = asked()
    slots = free_slots(service, since=NOW, until=NOW + timedelta(days=7), at=NOW)
    for slot in slots[::20]:
        bookings.book(service, starts_at=slot.starts_at, asker=LUZ, at=NOW)
    assert asked() == before <= 4
