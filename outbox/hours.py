"""When what we start may leave: 9:00 to 20:00 where the recipient is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

OPENS, CLOSES = time(9, 0), time(20, 0)
LEAST_BEFORE_EVENT = timedelta(minutes=60)


@dataclass(frozen=True)
class Hours:
    """A window in local time. A firm or a person narrows it, never widens it."""

    opens: time = OPENS
    closes: time = CLOSES

    def narrowed(self, opens: time | None, closes: time | None) -> Hours:
        """Within these hours and those too. Where they share no minute, the narrower wish holds within ours: else
        nothing would ever leave."""
        found = Hours(max(self.opens, opens or self.opens), min(self.closes, closes or self.closes))
        if found.opens < found.closes:
            return found
        theirs = Hours(max(OPENS, opens or OPENS), min(CLOSES, closes or CLOSES))
        return theirs if theirs.opens < theirs.closes else self


def _local(moment: datetime, zone: ZoneInfo, at: time) -> datetime:
    """The instant when that local day's clock shows `at`."""
    return datetime.combine(moment.astimezone(zone).date(), at, zone).astimezone(moment.tzinfo)


def next_opening(moment: datetime, zone: ZoneInfo, hours: Hours = Hours()) -> datetime:
    """`moment` itself when it lies within the hours, else the next time they open."""
    opens, closes = _local(moment, zone, hours.opens), _local(moment, zone, hours.closes)
    if moment < opens:
        return opens
    if moment < closes:
        return moment
    tomorrow = moment.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, hours.opens, zone).astimezone(moment.tzinfo)


def last_minute_before(moment: datetime, zone: ZoneInfo, hours: Hours = Hours()) -> datetime:
    """The last allowed minute before `moment`, which lies outside the hours."""
    opens = _local(moment, zone, hours.opens)
    day = moment.astimezone(zone).date()
    if moment < opens:
        day -= timedelta(days=1)
    closes = datetime.combine(day, hours.closes, zone)
    return (closes - timedelta(minutes=1)).astimezone(moment.tzinfo)


def text_time(
    due: datetime,
    *,
    zone: ZoneInfo,
    now: datetime,
    event: datetime | None = None,
    hours: Hours = Hours(),
) -> datetime | None:
    """When a text that is due at `due` may leave, or None when no allowed minute is left.

    It waits for the next opening if that leaves an hour before the event; else it goes in the last
    allowed minute before it was due.
    """
    opening = next_opening(due, zone, hours)
    if opening == due or event is None or opening <= event - LEAST_BEFORE_EVENT:
        return opening
    earlier = last_minute_before(due, zone, hours)
    return earlier if earlier >= now else None
