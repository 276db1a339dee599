"""A second counter of what a plan owes: slow and simple, day by day, knowing nothing of the first.

It is told days as a dictionary (day → is it a school day) and walks over each day, asking to which period it belongs.
A period's name is worked out from the day alone, and its days are collected by that name.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

ONE = timedelta(days=1)
EQUAL_PARTS = {"six_weeks": 6, "nine_weeks": 4, "quarter": 4, "trimester": 3, "semester": 2, "year": 1}


def every_day(first, last):
    found = []
    while first <= last:
        found.append(first)
        first = first + ONE
    return found


def rounded(top, bottom, way):
    return int((Decimal(top) / Decimal(bottom)).quantize(Decimal(1), rounding=way))


class Walk:
    """One calendar: years as (first, last), days off as a set, the weekdays of school, and for each year the last days
    of its marking periods, or none."""

    def __init__(self, years, off, weekdays, ends=()):
        self.years, self.off, self.weekdays = years, off, weekdays
        self.ends = list(ends) or [[] for _ in years]
        self.school = []  # school days by year, as a plain list of lists
        for first, last in years:
            self.school.append(
                [d for d in every_day(first, last) if d.weekday() in weekdays and d not in off]
            )

    def is_school_day(self, day):
        return any(day in days for days in self.school)

    def in_a_year(self, day):
        return any(first <= day <= last for first, last in self.years)

    def all_school_days(self):
        return [day for days in self.school for day in days]

    def period_of(self, day, per, every, service_first):
        """A name for the period a school day lies in: two days with one name lie in one period."""
        if per == "day":
            return ("day", day)
        if per == "week":
            anchor = service_first
            while anchor.weekday() != 0:
                anchor = anchor - ONE
            return ("week", (day - anchor).days // (7 * every))
        if per == "month":
            months = (day.year - service_first.year) * 12 + day.month - service_first.month
            return ("month", months // every)
        for n, days in enumerate(self.school):
            if day in days:
                place = days.index(day)
                if per.startswith("cycle"):
                    return (per, n, place // (int(per[5:]) * every))
                # the part whose share of the year the day falls in
                parts = EQUAL_PARTS[per]
                ends = self.ends[n]
                if parts > 1 and ends and len(ends) % parts == 0:
                    gone_by = sum(1 for end in ends if end < day)
                    return (per, n, gone_by // (len(ends) // parts))
                for part in range(parts):
                    if part * len(days) // parts <= place < (part + 1) * len(days) // parts:
                        return (per, n, part)
        raise AssertionError(day)

    def weekdays_of_months(self, first, every, counts):
        day, seen, found = first, 1, 0
        while True:
            if day.weekday() in self.weekdays and counts(day):
                found += 1
            following = day + ONE
            if following.month != day.month:
                if seen == every:
                    return found
                seen += 1
            day = following


def owed(walk, per, every, sessions, minutes, service, others):
    """{last school day of a period: (school days, sessions or None, minutes, sessions a day holds)} of one row.

    `service` is (first, last) of the row, `others` those of the rows before and after it.
    """
    first, last = service
    whole, mine = {}, {}
    for day in walk.all_school_days():
        if per in ("week", "month") and is_before_the_first(day, per, every, first):
            continue
        name = walk.period_of(day, per, every, first)
        whole.setdefault(name, []).append(day)
        if first <= day <= last:
            mine.setdefault(name, []).append(day)
    found = {}
    for name, days in mine.items():
        all_days = whole[name]
        lost_to_year = 0
        if per == "month":
            begins = month_on(first, name[1] * every)
            lost_to_year = walk.weekdays_of_months(begins, every, lambda d: not walk.in_a_year(d))
        long = per == "month" or per in EQUAL_PARTS
        size = len(all_days) + lost_to_year
        came_before = any(
            o_last < first and any(o_first <= d <= o_last for d in all_days if d < first)
            for o_first, o_last in others
        )
        comes_after = any(
            o_first > last and any(o_first <= d <= o_last for d in all_days if d > last)
            for o_first, o_last in others
        )
        changed = came_before or comes_after
        usual = usual_days(walk, per, every, all_days, first, name)
        if sessions is None:
            if long or changed:
                amount = rounded(Decimal(str(minutes)) * len(days), size, ROUND_HALF_UP)
            elif len(days) >= usual:
                amount = rounded(Decimal(str(minutes)), 1, ROUND_HALF_UP)
            else:
                amount = rounded(Decimal(str(minutes)) * len(days), usual, ROUND_HALF_UP)
            found[days[-1]] = (len(days), None, amount, 1)
            continue
        number = sessions
        if changed or (long and len(days) < size):
            way = ROUND_HALF_DOWN if comes_after and not came_before else ROUND_HALF_UP
            number = rounded(sessions * len(days), size, way)
        a_day = 1
        while a_day * usual < sessions:
            a_day += 1
        while number > a_day * len(days):
            number -= 1
        found[days[-1]] = (len(days), number, number * minutes, a_day)
    return found


def usual_days(walk, per, every, all_days, first, name):
    """How many school days such a period has when no holiday comes in between."""
    if per == "day":
        return 1
    if per == "week":
        return len(walk.weekdays) * every
    if per == "month":
        return walk.weekdays_of_months(month_on(first, name[1] * every), every, lambda d: True)
    if per.startswith("cycle"):
        return int(per[5:]) * every
    return len(all_days)


def is_before_the_first(day, per, every, first):
    """Weeks and months are counted from the one the service starts in; earlier ones are nobody's."""
    if per == "week":
        anchor = first
        while anchor.weekday() != 0:
            anchor = anchor - ONE
        return day < anchor
    return (day.year, day.month) < (first.year, first.month)


def month_on(first, months):
    year, month = first.year, first.month
    for _ in range(months):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    return date(year, month, 1)


def reckoned(period, held, missed):
    """The columns of one period, session by session: (delivered, made up, absent, closed, shortfall) in minutes.

    `period` is (days, sessions or None, minutes, minutes of a session, sessions a day holds). `held` are (day, minutes, makes up), `missed`
    (day, side, whole day).
    """
    days, sessions, owed_minutes, each, _a_day = period
    delivered = sum(m for _d, m, up in held if not up)
    made_up = sum(m for _d, m, up in held if up)
    open_minutes = owed_minutes - delivered - made_up
    if open_minutes < 0:
        open_minutes = 0
    answer = {"delivered": delivered, "made_up": made_up}
    named_days = {d for d, _side, whole in missed if not whole}
    gone = []  # whole days that nothing could be held on, in the order student, closed, school
    for side in ("student", "closed", "school"):
        minutes = 0.0
        for d, s, whole in missed:
            if s == side and not whole and d in days:
                minutes += each if sessions is not None else owed_minutes / len(days)
        for d, s, whole in missed:
            if s == side and whole and d in days and d not in named_days and d not in gone:
                before = _can_hold(period, len(days) - len(gone))
                gone.append(d)
                after = _can_hold(period, len(days) - len(gone))
                minutes += (before - after) * each if sessions is not None else owed_minutes / len(days)
        taken = min(minutes, open_minutes)
        if side != "school":
            open_minutes -= taken
            answer[side] = taken
    answer["shortfall"] = open_minutes
    return answer


def _can_hold(period, left):
    _days, sessions, _minutes, _each, a_day = period
    return min(sessions or 0, left * a_day)
