"""What holds for every date and every calendar: 500 examples in an ordinary run, 20,000 with ``-m slow``."""

import os
import time
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from law.calendars import NoSchool, SchoolCalendar, SchoolYear
from law.clock import Deadline, Status, add_months, deadline
from law.holidays import holiday_on
from law.rules import Unit, law, rule_of

settings.register_profile(
    "law_ci", max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("law_slow", settings.get_profile("law_ci"), max_examples=20_000)

ONE = timedelta(days=1)
ZONES = ("UTC", "Pacific/Kiritimati", "America/Los_Angeles")


def proof(*strategies):
    """One body, two tests: the ordinary count and, marked slow, the full one."""

    def both(body):
        name = body.__name__.removeprefix("prove_")
        ordinary = settings.get_profile("law_ci")(given(*strategies)(body))
        full = settings.get_profile("law_slow")(given(*strategies)(body))
        globals()[f"test_{name}"] = ordinary
        globals()[f"test_{name}_20_000_times"] = pytest.mark.slow(pytest.mark.timeout(1800)(full))
        return body

    return both


def counted(rule):
    return rule.duration is not None and rule.unit is not None and rule.trigger != "removal_cumulative"


KEYS = [(rule.id, None) for rule in law().federal.values() if counted(rule)]
KEYS += [("initial_evaluation", code) for code, state in law().states.items() if counted(state.evaluation)]
KEYS += [(rule.id, rule.state) for rule in law().state_rules.values() if counted(rule)]
RULE = {key: rule_of(*key) for key in KEYS}
SCHOOL = [key for key in KEYS if RULE[key].unit is Unit.SCHOOL_DAYS]
FORWARD_SCHOOL = [key for key in SCHOOL if RULE[key].direction == "after"]
PLAIN = [key for key in KEYS if not RULE[key].needs_calendar]

days = st.dates(date(2024, 8, 1), date(2027, 3, 1))


@st.composite
def calendars(draw):
    """Three school years with breaks and single days off anywhere in them."""
    years, off = [], []
    for year in (2024, 2025, 2026):
        first = draw(st.dates(date(year, 7, 20), date(year, 9, 10)))
        last = draw(st.dates(date(year + 1, 5, 20), date(year + 1, 6, 28)))
        years.append(SchoolYear(first, last))
        for _ in range(draw(st.integers(0, 6))):
            start = draw(st.dates(first, last))
            length = draw(st.integers(0, 16))
            off.append(NoSchool(start, min(start + length * ONE, last), draw(st.sampled_from(NAMES))))
    return SchoolCalendar("", tuple(years), tuple(off))


NAMES = ("Winter break", "Spring break", "Thanksgiving break", "Holiday", "Snow", "")


def ask(key, start, calendar=None, **more) -> Deadline:
    rule_id, state = key
    return deadline(rule_id, {RULE[key].trigger: start, **more}, state=state, calendar=calendar)


@proof(st.sampled_from(FORWARD_SCHOOL), days, calendars(), st.data())
def prove_an_added_holiday_never_makes_a_school_day_deadline_earlier(key, start, calendar, data):
    before = ask(key, start, calendar)
    off = data.draw(st.dates(date(2024, 9, 15), date(2027, 5, 15)))
    after = ask(key, start, calendar.with_no_school(NoSchool(off, off, "Snow")))

    if before.due_on and after.due_on:
        assert after.due_on >= before.due_on
    elif after.due_on:
        pytest.fail("a holiday cannot make an unknown date known")


@proof(st.sampled_from(PLAIN), st.dates(date(1990, 1, 1), date(2100, 1, 1)), calendars())
def prove_rules_in_calendar_days_ignore_the_school_calendar(key, start, calendar):
    assert ask(key, start, calendar) == ask(key, start, None)


@proof(st.sampled_from(KEYS), days, calendars())
def prove_day_0_is_excluded(key, start, calendar):
    """Nothing about the start itself can matter to a plain count: it is never one of the days counted."""
    rule, found = RULE[key], ask(key, start, calendar)
    if found.due_on is None or rule.duration == 0:
        return
    if any(step.kind in ("late_start", "limit", "summer_roll") for step in found.steps):
        return
    if rule.direction == "after":
        assert found.due_on >= start + ONE
    else:
        assert found.due_on <= start - ONE
    if rule.unit is Unit.SCHOOL_DAYS and rule.direction == "after" and not rule.late_start:
        counted_days = calendar.school_days_between(start + ONE, found.due_on)
        assert counted_days == rule.duration
        closed = calendar.with_no_school(NoSchool(start, start, "Snow"))
        assert ask(key, start, closed).due_on == found.due_on


@proof(st.sampled_from(PLAIN), st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def prove_no_date_rolls_off_a_weekend_or_holiday(key, start):
    rule, found = RULE[key], ask(key, start)
    n = rule.duration + rule.strictly_more
    sign = 1 if rule.direction == "after" else -1
    if rule.unit is Unit.CALENDAR_DAYS:
        assert found.due_on == start + sign * n * ONE
    elif rule.unit is Unit.YEARS:
        assert (found.due_on.year, found.due_on.month) == (start.year + sign * n, start.month)
        assert found.due_on.day == start.day or (start.month, start.day, found.due_on.day) == (2, 29, 28)
    else:
        assert found.due_on.weekday() < 5
        assert rule.holidays_count or holiday_on(found.due_on, found.state) is None
    if found.act_by:
        assert found.act_by < found.due_on
        assert found.act_by.weekday() < 5


@proof(st.sampled_from(KEYS), days, calendars())
def prove_the_trace_recounts_to_the_same_date(key, start, calendar):
    found = ask(key, start, calendar)
    if found.due_on is None:
        return
    assert recount(found, RULE[key].direction) == found.due_on


def recount(found, direction):
    """Follow the steps as a reader would: nothing but what they say."""
    sign, on = (-1 if direction == "before" else 1), None
    for index, step in enumerate(found.steps):
        if step.kind in ("start", "derived", "adjusted"):
            on = step.last
        elif step.kind == "count":
            assert step.first == on
            if step.unit in (Unit.YEARS, Unit.MONTHS):
                on = add_months(on, sign * step.days * (12 if step.unit is Unit.YEARS else 1))
            else:
                skipped = 0
                for other in found.steps[index + 1 :]:
                    if other.kind not in ("left_out", "weekends"):
                        break
                    skipped += other.days
                on += sign * (step.days + skipped) * ONE
            assert on == step.last
        elif step.kind in ("late_start", "summer_roll"):
            on = step.last
        elif step.kind == "limit":
            limit = next(item for item in found.limits if item.message == step.message)
            on = step.last if limit.binds else on
    return on


@proof(st.sampled_from(KEYS), days, calendars())
def prove_the_answer_is_the_same_in_every_time_zone(key, start, calendar):
    was = os.environ.get("TZ")
    try:
        answers = []
        for zone in ZONES:
            os.environ["TZ"] = zone
            time.tzset()
            answers.append(ask(key, start, calendar).as_dict("es"))
    finally:
        os.environ.pop("TZ") if was is None else os.environ.update(TZ=was)
        time.tzset()
    assert answers[0] == answers[1] == answers[2]


@proof(st.sampled_from(KEYS), days, calendars())
def prove_what_is_not_reliable_says_why_and_what_has_no_date_says_so(key, start, calendar):
    found = ask(key, start, calendar)
    assert (found.due_on is not None) == (found.status is Status.DATE)
    if found.due_on is None:
        assert found.missing or found.reasons
        assert not found.reliable
    else:
        assert found.reliable == (not found.estimate)
        assert not found.reliable or found.verified
    for language in ("en", "es"):
        assert found.arithmetic(language)
