"""A second reading of the same data that walks the calendar one day at a time. It shares no code with law/.

Slow and plain on purpose: every answer comes from asking of each day in turn whether it counts.
"""

from datetime import date, timedelta
from pathlib import Path

import yaml

DATA = Path(__file__).parents[2] / "law" / "data"
ONE = timedelta(days=1)


def load(name):
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


FEDERAL = {row["id"]: row for row in load("federal_timelines.yaml")["timelines"]}
STATES = {row["state"]: row for row in load("state_evaluation_timelines.yaml")["states"]}

# Holidays written out by hand from the statutes, by the day they are kept.
_FEDERAL = """
    2024-01-01 2024-01-15 2024-02-19 2024-05-27 2024-06-19 2024-07-04 2024-09-02 2024-10-14 2024-11-11 2024-11-28
    2024-12-25 2025-01-01 2025-01-20 2025-02-17 2025-05-26 2025-06-19 2025-07-04 2025-09-01 2025-10-13 2025-11-11
    2025-11-27 2025-12-25 2026-01-01 2026-01-19 2026-02-16 2026-05-25 2026-06-19 2026-07-03 2026-09-07 2026-10-12
    2026-11-11 2026-11-26 2026-12-25 2027-01-01 2027-01-18 2027-02-15 2027-05-31 2027-06-18 2027-07-05 2027-09-06
    2027-10-11 2027-11-11 2027-11-25 2027-12-24 2027-12-31 2028-01-17 2028-02-21 2028-05-29 2028-06-19 2028-07-04
"""
FEDERAL_HOLIDAYS = {date.fromisoformat(day) for day in _FEDERAL.split()}
STATE_HOLIDAYS = {
    "VA": "2024-11-05 2024-11-29 2025-11-04 2025-11-28 2026-11-03 2026-11-27 2027-11-02 2027-11-26",
    "DC": "2024-04-16 2025-04-16 2026-04-16 2027-04-16",
    "NH": "2024-11-05 2026-11-03",
    "MD": """2024-02-12 2024-03-25 2024-03-29 2024-09-12 2024-11-05 2024-11-29 2025-02-12 2025-03-25 2025-04-18
             2025-09-12 2025-11-28 2026-02-12 2026-03-25 2026-04-03 2026-11-03 2026-11-27 2027-02-12 2027-03-25
             2027-03-26 2027-09-13 2027-11-26""",
}


def is_holiday(day, state):
    return day in FEDERAL_HOLIDAYS or day.isoformat() in STATE_HOLIDAYS.get(state, "").split()


class District:
    """Each known day is school, off, weekend or summer; a day that is not in the book is unknown."""

    def __init__(self, years, off):
        self.book, self.last_days, self.first_days = {}, [], []
        self.off = off
        for first, last in years:
            day = first
            while day <= last:
                closed = any(a <= day <= b for a, b, _ in off)
                self.book[day] = "weekend" if day.weekday() > 4 else "off" if closed else "school"
                day += ONE
            day = last
            while self.book[day] != "school":
                day -= ONE
            self.last_days.append(day)
            day = first
            while self.book[day] != "school":
                day += ONE
            self.first_days.append(day)
        for last, first in zip(self.last_days, self.first_days[1:], strict=False):
            day = last + ONE
            while day < first:
                self.book[day] = "summer"
                day += ONE

    def run_around(self, day):
        """The days without school around a day, if school days bound them on both sides."""
        days = [day]
        for step in (-ONE, ONE):
            other = day + step
            while self.book.get(other) in ("off", "weekend"):
                days.append(other)
                other += step
            if self.book.get(other) != "school":
                return []
        return sorted(days)

    def last_day_after(self, day):
        return min((last for last in self.last_days if last >= day), default=None)

    def in_year(self, day):
        return any(a <= day <= b for a, b in zip(self.first_days, self.last_days, strict=True))

    def next_first(self, day):
        return min((first for first in self.first_days if first > day), default=None)


def dropped(item, day, district):
    """Whether one not_counted item of a row takes a day out of the count."""
    if not item["confirmed"]:
        return False
    kind, what = item["kind"], district.book[day]
    if kind == "summer_between_terms":
        return what == "summer"
    if kind in ("break_at_least_school_days", "break_longer_than_school_days"):
        if what not in ("off", "weekend"):
            return False
        run = district.run_around(day)
        out = [d for d in run if district.book[d] == "off"]
        enough = len(out) >= item["n"] if kind == "break_at_least_school_days" else len(out) > item["n"]
        if not out or not enough:
            return False
        if item["includes_adjoining_weekends"]:
            return True
        if kind == "break_longer_than_school_days":
            return (
                day >= out[0]
            )  # the clock restarts when school days reconvene; the weekend in front is not stated
        return out[0] <= day <= out[-1]
    for first, last, name in district.off:
        if kind == "named_breaks" and not any(n.split()[0].lower() in name.lower() for n in item["names"]):
            continue
        while first.weekday() > 4:
            first += ONE
        while last.weekday() > 4:
            last -= ONE
        # what lies before the first or after the last day of instruction is no holiday in the year
        if first <= day <= last and what in ("off", "weekend") and district.in_year(day):
            return True
    return False


class Unknown(Exception):
    pass


def walk(start, n, unit, items, district, state, direction, holidays_count=False):
    """Day by day from a start until n days have counted."""
    day, step = start, -ONE if direction == "before" else ONE
    if unit in ("years", "months"):
        months = n * (12 if unit == "years" else 1) * (-1 if direction == "before" else 1)
        year, month = start.year, start.month
        for _ in range(abs(months)):
            month += 1 if months > 0 else -1
            if month == 13:
                year, month = year + 1, 1
            if month == 0:
                year, month = year - 1, 12
        number = start.day
        while True:
            try:
                return date(year, month, number)
            except ValueError:
                number -= 1
    while n > 0:
        day += step
        if unit == "school_days":
            if day not in district.book:
                raise Unknown
            n -= district.book[day] == "school"
        elif unit == "business_days":
            n -= day.weekday() < 5 and (holidays_count or not is_holiday(day, state))
        elif items:
            if day not in district.book:
                raise Unknown
            n -= not any(dropped(item, day, district) for item in items)
        else:
            n -= 1
    return day


# What the words of `then` mean, read a second time.
LATE = {
    ("CA", None): lambda last, nxt: nxt + 30 * ONE,
    ("CA", "ca_assessment_plan"): lambda last, nxt: nxt + 9 * ONE,
    ("IL", None): lambda last, nxt: nxt - ONE,
    ("IL", "il_implementation"): lambda last, nxt: nxt,
    ("MA", None): lambda last, nxt: last + 14 * ONE,
    ("TX", None): lambda last, nxt: date(last.year, 6, 30),
}


def late(row, state, rule_id, start, facts, district):
    rule = row.get("late_start")
    if not rule or (state, rule_id) not in LATE:
        return None
    if state == "TX" and facts.get("extended_by_student_absence", 0) >= 3:
        return None
    school = "window_school_days_before_last_instruction_day" in rule
    low, high = next(value for key, value in rule.items() if key.startswith("window"))
    days = [facts["written_referral_received"]] if facts.get("written_referral_received") else []
    if rule["keyed_to"] != "written_referral_received" or rule_id == "ca_assessment_plan":
        days = [start]
    elif start not in days:
        days.append(start)  # regional agencies apply California's rule to consent too
    for day in days:
        if day not in district.book:
            raise Unknown
        if not district.in_year(day):
            continue
        last = district.last_day_after(day)
        gap, cursor = 0, day
        while cursor < last:
            cursor += ONE
            gap += district.book[cursor] == "school" if school else 1
        if gap < low or (high is not None and gap > high):
            continue
        following = district.next_first(last)
        needs_next = (state, rule_id) not in (("MA", None), ("TX", None))
        if needs_next and following is None:
            raise Unknown
        due = LATE[state, rule_id](last, following)
        if due > start:
            return due
    return None


def due(rule_id, state, facts, district):
    """The date a row gives, or None where a day is not known. For rows with a number of days."""
    evaluation = rule_id == "initial_evaluation" and state
    if evaluation:
        row = STATES[state]["evaluation"]
        start, n, unit, direction = facts[row["counted_from"]], row["days"], row["unit"], "after"
    elif rule_id in FEDERAL:
        row = FEDERAL[rule_id]
        start, n, unit, direction = (
            facts[row["trigger"]["event"]],
            row["duration"],
            row["unit"],
            row["direction"],
        )
    else:
        row = next(r for r in STATES[state]["other_timelines"] if r["id"] == rule_id)
        start, n, unit, direction = facts[row["trigger"]], row["duration"], row["unit"], row["direction"]
    flags = row.get("count_rule", {})
    if flags.get("strictly_more"):
        n += 1
    items = [item for item in row.get("not_counted", []) if item["confirmed"]]
    counts = {"holidays_count": flags.get("holidays_on_business_days_count", False)}
    try:
        day = late(row, state, None if evaluation else rule_id, start, facts, district)
        if day is None:
            day = walk(start, n, unit, items, district, state, direction, **counts)
            if evaluation and state == "GA":
                if start not in district.book:
                    raise Unknown
                last = district.last_day_after(start)
                if district.in_year(start) and (last - start).days >= 30 and day > last:
                    # whether the summer counts then is open: the earlier date
                    kept = [item for item in items if item["kind"] != "summer_between_terms"]
                    day = walk(start, n, unit, kept, district, state, direction)
        for limit in row.get("also_limit", []):
            if limit["rule"] == "earlier_of" and limit["from"] in facts:
                other = walk(facts[limit["from"]], limit["days"], limit["unit"], [], district, state, "after")
                day = min(day, other)
        if row.get("if_due_date_in_summer"):
            if day not in district.book:
                raise Unknown
            if district.book[day] == "summer":
                day = district.next_first(day)
        absent = facts.get("extended_by_student_absence", 0)
        if any(e["by"] == "student_absence" for e in row.get("extensions", [])) and absent >= 3:
            day = walk(day, absent, unit, [], district, state, direction)
        return day
    except Unknown:
        return None
