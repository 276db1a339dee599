"""What was owed, held, excused and is missing: windows and entries in, counts out. No database.

Nothing is taken off in silence: absences of the student and closures have columns of their own, a session beyond what
a window owes never fills another window, and one that makes up for an earlier day counts there, by its own column.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date

from minutes.expanding import Window


@dataclass(frozen=True, slots=True)
class Amount:
    """Sessions and minutes."""

    sessions: int = 0
    minutes: float = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.sessions + other.sessions, self.minutes + other.minutes)

    def __bool__(self) -> bool:
        return bool(self.sessions or self.minutes)


@dataclass(frozen=True, slots=True)
class Count:
    """The columns of the table.

    `shortfall` is owed less delivered, made_up, student_absent and closed, never below nothing; `school` is the part of
    it for which a reason on the school's side was written down. `beyond` was held on top of what was owed.
    """

    owed: Amount = Amount()
    delivered: Amount = Amount()
    made_up: Amount = Amount()
    student_absent: Amount = Amount()
    closed: Amount = Amount()
    shortfall: Amount = Amount()
    school: Amount = Amount()
    beyond: Amount = Amount()

    def __add__(self, other: Count) -> Count:
        return Count(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def excused(self) -> Amount:
        return self.student_absent + self.closed

    @property
    def not_delivered(self) -> Amount:
        """What is missing before anything is excused."""
        return self.shortfall + self.excused


@dataclass(frozen=True, slots=True)
class Held:
    """A session that was held: the day in whose window it counts, and whether it makes up for that day."""

    on: date
    minutes: float
    makes_up: bool = False


@dataclass(frozen=True, slots=True)
class NotHeld:
    """A session that was not held. `side`: student, closed or school. `whole_day`: no service is named."""

    on: date
    side: str
    minutes: float | None = None
    whole_day: bool = False


@dataclass
class _Room:
    """What is left of a window's gap while reasons are set against it."""

    sessions: int
    minutes: float

    def take(self, sessions: int, minutes: float) -> Amount:
        found = Amount(min(sessions, self.sessions), min(minutes, self.minutes))
        self.sessions -= found.sessions
        self.minutes -= found.minutes
        return found


def count(window: Window, held: Sequence[Held], not_held: Sequence[NotHeld]) -> Count:
    """The count of one window with the entries that fall into it."""
    on_time = _sum(one for one in held if not one.makes_up)
    made_up = _sum(one for one in held if one.makes_up)
    owed = Amount(window.sessions or 0, window.minutes)
    had = on_time + made_up
    room = _Room(max(0, owed.sessions - had.sessions), max(0.0, owed.minutes - had.minutes))
    lost = {side: _lost(window, not_held, side) for side in ("student", "closed", "school")}
    absent = room.take(*lost["student"])
    closed = room.take(*lost["closed"])
    shortfall = Amount(room.sessions, room.minutes)
    school = room.take(*lost["school"])
    # In an amount of minutes nothing is counted by sessions.
    beyond_sessions = max(0, had.sessions - owed.sessions) if window.sessions is not None else 0
    beyond = Amount(beyond_sessions, max(0, had.minutes - owed.minutes))
    return Count(owed, on_time, made_up, absent, closed, shortfall, school, beyond)


def _sum(held: Iterable[Held]) -> Amount:
    total = Amount()
    for one in held:
        total += Amount(1, one.minutes)
    return total


def _lost(window: Window, not_held: Sequence[NotHeld], side: str) -> tuple[int, float]:
    """Sessions and minutes that a side's entries account for.

    An entry that names the service stands for one session. A whole day stands only for what the days that are left
    in the window can no longer hold.
    """
    days = set(window.days)
    named = [one for one in not_held if one.side == side and not one.whole_day and one.on in days]
    sessions = len(named) if window.sessions is not None else 0
    a_day = window.minutes / len(days)
    usual = window.session_minutes if window.session_minutes is not None else a_day
    minutes = float(sum(one.minutes if one.minutes is not None else usual for one in named))
    # Days that this side took whole, beyond those the sides before it took.
    order = ("student", "closed", "school")
    named_days = {one.on for one in not_held if not one.whole_day}
    taken: dict[date, str] = {}
    for one in sorted((o for o in not_held if o.whole_day and o.on in days and o.on not in named_days), key=lambda o: order.index(o.side)):  # fmt: skip
        taken.setdefault(one.on, one.side)
    before = sum(order.index(s) < order.index(side) for s in taken.values())
    mine = sum(s == side for s in taken.values())
    if window.sessions is None:
        return sessions, minutes + mine * a_day
    fewer = _held_by(window, len(days) - before) - _held_by(window, len(days) - before - mine)
    return sessions + fewer, minutes + fewer * usual


def _held_by(window: Window, days: int) -> int:
    return min(window.sessions or 0, days * window.holds)
