"""What we start leaves between 9:00 and 20:00 where the recipient is."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from outbox.hours import Hours, next_opening, text_time
from web.zones import US_ZONES

ZONES = [zone.key for zone in US_ZONES]
DENVER = ZoneInfo("America/Denver")
# Days of 2026 and 2027 on which US clocks change, with the days around them.
CHANGES = [datetime(2026, 11, 1), datetime(2027, 3, 14), datetime(2026, 3, 8)]


def at(text, zone=DENVER):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def leaves(due, *, event=None, now=None):
    found = text_time(
        at(due), zone=DENVER, now=at(now or "2026-11-20 00:00"), event=at(event) if event else None
    )
    return found and found.astimezone(DENVER).strftime("%d %H:%M")


@pytest.mark.parametrize(
    ("due", "event", "said"),
    [
        ("2026-11-24 09:00", None, "24 09:00"),
        ("2026-11-24 14:30", "2026-11-24 16:30", "24 14:30"),
        ("2026-11-24 19:59", None, "24 19:59"),
        ("2026-11-24 20:00", None, "25 09:00"),
        ("2026-11-24 08:59", None, "24 09:00"),
        ("2026-11-24 03:00", None, "24 09:00"),
        ("2026-11-24 08:30", "2026-11-24 10:30", "24 09:00"),
        ("2026-11-24 08:00", "2026-11-24 10:00", "24 09:00"),  # an hour before, to the minute
        ("2026-11-24 07:59", "2026-11-24 09:59", "23 19:59"),  # a minute less: the evening before
        ("2026-11-24 06:00", "2026-11-24 08:00", "23 19:59"),
        ("2026-11-24 20:30", "2026-11-24 22:30", "24 19:59"),
        ("2026-11-24 23:00", "2026-11-25 11:00", "25 09:00"),
    ],
)
def test_a_text_waits_for_the_opening_or_goes_before_it_is_due(due, event, said):
    assert leaves(due, event=event) == said


def test_one_whose_last_minute_is_past_does_not_leave():
    assert leaves("2026-11-24 06:00", event="2026-11-24 08:00", now="2026-11-23 20:30") is None
    assert leaves("2026-11-24 06:00", event="2026-11-24 08:00", now="2026-11-23 19:59") == "23 19:59"


def test_hours_are_narrowed_and_never_widened():
    assert Hours().narrowed(time(10), time(18)) == Hours(time(10), time(18))
    assert Hours().narrowed(time(7), time(22)) == Hours()
    assert Hours().narrowed(None, time(12)) == Hours(time(9), time(12))


def test_two_wishes_that_share_no_minute_leave_the_persons():
    """An empty window would put a text off for ever."""
    assert Hours().narrowed(None, time(12)).narrowed(time(13), None) == Hours(time(13), time(20))
    assert Hours().narrowed(time(21), None) == Hours()


@pytest.mark.parametrize("key", [*ZONES, "Pacific/Guam", "America/Phoenix", "Pacific/Pago_Pago"])
def test_every_moment_of_the_weeks_in_which_clocks_change_in_every_zone(key):
    """Each half-hour of due time, for an event two hours later: inside the hours, and never after it was worth it."""
    zone = ZoneInfo(key)
    for change in CHANGES:
        start = (change - timedelta(days=2)).replace(tzinfo=zone).astimezone(UTC)
        now = start - timedelta(days=7)
        for n in range(2 * 24 * 4):
            due = start + timedelta(minutes=30 * n)
            event = due + timedelta(hours=2)
            found = text_time(due, zone=zone, now=now, event=event)
            assert found is not None  # none missed
            local = found.astimezone(zone)
            assert time(9) <= local.time() < time(20)
            assert found <= event - timedelta(hours=1)
            inside = time(9) <= due.astimezone(zone).time() < time(20)
            assert not inside or found == due
            assert due - timedelta(hours=14) <= found <= due + timedelta(hours=1)


@pytest.mark.parametrize("key", ZONES)
def test_an_opening_is_nine_by_the_clock_on_the_wall_whatever_the_clock_did(key):
    zone = ZoneInfo(key)
    for change in CHANGES:
        for hour in (0, 1, 2, 3, 8):
            for fold in (0, 1):
                moment = change.replace(hour=hour, minute=30, tzinfo=zone, fold=fold).astimezone(UTC)
                opening = next_opening(moment, zone).astimezone(zone)
                assert (opening.date(), opening.time()) == (change.date(), time(9))


def test_guam_is_a_day_ahead():
    guam = ZoneInfo("Pacific/Guam")
    noon_in_denver = at("2026-11-24 12:00")
    found = text_time(noon_in_denver, zone=guam, now=noon_in_denver)

    assert found.astimezone(guam) == datetime(2026, 11, 25, 9, tzinfo=guam)
