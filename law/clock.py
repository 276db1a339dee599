"""When is it due: a rule, the facts and a calendar give a date and the arithmetic behind it, or say what is missing.

Pure: the answer depends on the arguments alone, and no clock or time zone is read. Day 1 is the day after the
trigger (the day before it, counting back); no date moves off a weekend or holiday unless the rule says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from law.calendars import SchoolCalendar
from law.counting import (
    Count,
    Counter,
    Uncountable,
    add_months,
    first_unknown,
    missing_year,
    touches_weekends,
)
from law.deadlines import Deadline, Limit, Missing, Status, Step
from law.holidays import holiday_on, state_list_known
from law.messages import Amount, Message, Quote, Spoken, message, text
from law.rules import (
    AlsoLimit,
    Event,
    Extension,
    LateStart,
    NotCounted,
    Question,
    Rule,
    Unit,
    event_of,
    law,
    rule_of,
    state_of,
)
from law.spanish import in_language

__all__ = ["Deadline", "FactError", "Facts", "Limit", "Missing", "Status", "Step", "add_months", "deadline"]

_DAY = timedelta(days=1)
_EARLIEST, _LATEST = date(1900, 1, 1), date(2200, 12, 31)

Facts = Mapping[str, bool | int | date]


class FactError(ValueError):
    """A fact that no rule knows, or of the wrong kind; the message says so in a sentence."""


def deadline(
    rule_id: str,
    facts: Facts,
    *,
    state: str | None = None,
    calendar: SchoolCalendar | None = None,
) -> Deadline:
    """When a rule's clock runs out.

    Args:
        rule_id: an id of :mod:`law.rules`; with a state, its own rule where it replaces the federal one.
        facts: dates by event id (``{"evaluation_consent_received": date(2025, 9, 3)}``) and answers by question key:
            True or False, for an extension also the days added (int) or the date agreed, for absences a number of
            school days. Facts the rule does not use are ignored.
        state: two letters, or None for the federal rule.
        calendar: the district's, for rules that need one; others never look at it.

    Returns:
        A date with its arithmetic; or, with ``due_on`` None, ``needs_input`` and what is missing, ``standard`` where the law
        gives no number of days, ``unknown`` where the number was not confirmed or the clock does not run.

    Raises:
        RuleError: no such rule or state.
        FactError: a fact nobody knows, of the wrong kind or out of range.
    """
    rule = rule_of(rule_id, state)
    home = state_of(state).code if state else rule.state
    _check_facts(facts)
    return _Clock(rule, facts, home, calendar).answer()


def _check_facts(facts: Facts) -> None:
    events, answers = law().events, _answers()
    for key, value in facts.items():
        if key in events:
            if isinstance(value, datetime) or not isinstance(value, date):
                raise FactError(f"“{key}” needs a date, not {value!r}.")
            if not _EARLIEST <= value <= _LATEST:
                raise FactError(f"“{key}” on {value} is out of range.")
        elif key in answers:
            kind = answers[key]
            good = {
                "yes_no": isinstance(value, bool),
                "days": isinstance(value, int) and not isinstance(value, bool),
                "yes_no_days_or_date": isinstance(value, (bool, int))
                or (isinstance(value, date) and not isinstance(value, datetime)),
            }[kind]
            if not good:
                raise FactError(f"“{key}” was answered with {value!r}, which is not an answer to it.")
            if isinstance(value, int) and not 0 <= value <= 3660:
                raise FactError(f"“{key}”: {value} days is out of range.")
            if isinstance(value, date) and not _EARLIEST <= value <= _LATEST:
                raise FactError(f"“{key}” on {value} is out of range.")
        else:
            raise FactError(f"No rule knows the fact “{key}”.")


@lru_cache(maxsize=1)
def _answers() -> Mapping[str, str]:
    """The kind of answer each question key takes, over all rules."""
    kinds: dict[str, str] = {}
    everything = (
        *law().federal.values(),
        *law().state_rules.values(),
        *(state.evaluation for state in law().states.values()),
    )
    for rule in everything:
        for extension in rule.extensions:
            kinds[extension.key] = "yes_no_days_or_date"
        for question in (*rule.ask, *rule.stops_if):
            if question.answer != "date":
                kinds[question.key] = question.answer
    return kinds


class _Clock:
    """One calculation. Collects steps, notes and doubts on the way."""

    def __init__(self, rule: Rule, facts: Facts, state: str | None, calendar: SchoolCalendar | None) -> None:
        self.rule, self.facts, self.state = rule, facts, state
        self.calendar = calendar if rule.needs_calendar else None
        self.sign: Literal[1, -1] = -1 if rule.direction == "before" else 1
        self.steps: list[Step] = []
        self.notes: list[Message] = []
        self.doubts: list[Message] = []
        self.limits: list[Limit] = []
        self.latest: date | None = None

    # what it comes to

    def answer(self) -> Deadline:
        rule = self.rule
        started = self._start()
        for stop in rule.stops_if:
            if self.facts.get(stop.key) is True:
                return self._without_date(Status.UNKNOWN, started, reasons=[message("stopped", words=stop)])
        for ask in rule.ask:
            if ask.effect == "stops" and self.facts.get(ask.key) is ask.when:
                key = "stopped_by_yes" if ask.when else "stopped_by_no"
                return self._without_date(Status.UNKNOWN, started, reasons=[message(key, words=ask)])
        if rule.kind == "standard":
            reasons = [message("standard", words=Quote(rule.standard))]
            return self._without_date(Status.STANDARD, started, reasons=reasons)
        if rule.duration is None or rule.unit is None:
            return self._without_date(
                Status.UNKNOWN, started, reasons=[message("no_number", citation=rule.citation)]
            )
        if self.sign < 0 and (waiver := self._waiver()):
            return self._without_date(
                Status.STANDARD, started, reasons=[message("waived", words=Quote(waiver.words))]
            )
        missing = []
        if rule.trigger == "removal_cumulative":
            missing.append(Missing("removals", rule.trigger, message("missing_removals")))
        elif started is None:
            missing.append(self._missing_start())
        if rule.needs_calendar and self.calendar is None:
            missing.append(Missing("calendar", "", message("missing_calendar")))
        if missing or started is None:
            return self._without_date(Status.NEEDS_INPUT, started, missing=missing)
        try:
            end = self._count_all(started)
        except Uncountable as stuck:
            return self._without_date(Status.NEEDS_INPUT, started, missing=list(stuck.missing))
        return self._with_date(started, end)

    def _blank(self, status: Status, started: date | None) -> Deadline:
        rule = self.rule
        asked = {question.key for question in rule.ask}
        conditions = [q for q in rule.stops_if if q.key not in asked]
        conditions += [
            Question(e.key, "extends", e.words or e.citation, in_language(e.words or e.citation, "es"))
            for e in rule.extensions
            if e.key not in asked
        ]
        unique = {q.key: q for q in reversed(conditions) if q.key not in self.facts}
        notes = [text(rule.notes)] if rule.notes else []
        if rule.count_rule and rule.count_rule not in rule.notes:
            notes.append(text(rule.count_rule))
        if rule.disputed:
            notes.append(message("disputed", words=rule.disputed))
        if rule.replaced_by_state and rule.date_reliable:
            notes.append(message("state_may_differ", words=rule.replaced_by_state))
        notes += [message("exception", words=words) for words in rule.exceptions]
        for item in rule.not_counted:
            if not item.confirmed:
                notes.append(message("unconfirmed_days", words=item.words or item.kind))
        return Deadline(
            rule=rule.id,
            state=self.state,
            status=status,
            due_on=None,
            verified=rule.verified,
            reliable=False,
            citation=rule.citation,
            kind=rule.kind,
            title=rule.title,
            starts_with=rule.starts_with,
            ends_with=rule.ends_with,
            owed_by=rule.owed_by,
            trigger=rule.trigger,
            started_on=started,
            questions=tuple(question for question in rule.ask if not self._answered(question)),
            conditions=tuple(reversed(unique.values())),
            standard=rule.standard,
            notes=tuple(notes),
        )

    def _without_date(
        self,
        status: Status,
        started: date | None,
        *,
        reasons: list[Message] | None = None,
        missing: list[Missing] | None = None,
    ) -> Deadline:
        blank = self._blank(status, started)
        return replace(
            blank,
            steps=tuple(self.steps[:1]) if started else (),
            missing=tuple(missing or ()),
            reasons=tuple(reasons or ()),
            notes=blank.notes + tuple(self.notes),
            limits=tuple(self._limits(None)) if status is Status.NEEDS_INPUT else (),
        )

    def _with_date(self, started: date, end: date) -> Deadline:
        rule, blank = self.rule, self._blank(Status.DATE, started)
        if rule.late_start and self._late_start_is_settled(rule.late_start, started):
            settled = set(rule.late_start.keyed_to)
            blank = replace(blank, questions=tuple(q for q in blank.questions if q.key not in settled))
        doubts = self._standing_doubts() + self.doubts
        # a date that could bind and is not known leaves the count open; whether something happened that would change
        # the clock is asked, and until someone says so it has not
        doubts += [message("open_question", question=q) for q in blank.questions if q.effect == "fact"]
        notes = list(blank.notes) + self.notes
        if self.latest is not None and self.latest > end:
            later = Amount((self.latest - end).days, "days")
            notes.append(message("weekends_open", n=later, on=self.latest))
        act_by = None
        if rule.kind in ("deadline", "limitation") and not self._business(end):
            act_by = end - _DAY
            while not self._business(act_by):
                act_by -= _DAY
            notes.append(message("falls_on", on=end, before=act_by))
        return replace(
            blank,
            due_on=end,
            reliable=rule.date_reliable and not doubts,
            steps=tuple(self.steps),
            estimate=tuple(doubts),
            notes=tuple(notes),
            limits=tuple(self.limits),
            latest=self.latest if self.latest is not None and self.latest > end else None,
            act_by=act_by,
        )

    def _standing_doubts(self) -> list[Message]:
        """Why the row itself gives no more than an estimate."""
        rule, doubts = self.rule, []
        if not rule.verified and rule.id == "due_process_limitation" and rule.state:
            doubts.append(message("state_unchecked"))
        elif not rule.verified and rule.id.startswith("transfer_of_rights") and rule.state:
            doubts.append(message("majority_assumed", age=state_of(rule.state).majority.age))
        elif not rule.verified:
            doubts.append(message("not_verified"))
        doubts += [message("not_encoded", words=Quote(words)) for words in rule.not_encoded]
        if rule.replaced_by_state and not rule.date_reliable:
            doubts.append(message("state_decides" if self.state is None else "state_unchecked"))
        if self.calendar is not None and self.calendar.bounds_assumed:
            doubts.append(message("bounds_assumed"))
        return doubts

    def _business(self, day: date) -> bool:
        return day.weekday() < 5 and holiday_on(day, self.state) is None

    # where it starts

    def _start(self) -> date | None:
        """The day the count runs from, from the facts or from another event."""
        trigger, given = self.rule.trigger, self.facts.get(self.rule.trigger)
        adjusted = self._adjustment()
        if trigger == "resolution_period_end" and adjusted:
            event, day = adjusted
            self.steps.append(Step("adjusted", message("adjusted", event=event, on=day), last=day))
            return day
        if isinstance(given, date):
            event = event_of(trigger)
            self.steps.append(Step("start", message("start", event=event, on=given), last=given))
            return given
        source, derived = self._derived(trigger)
        if source is None or derived is None:
            return None
        source_on = self._date_of(source)
        assert source_on is not None
        words = message(
            "derived", event=event_of(trigger), on=derived, source=event_of(source), source_on=source_on
        )
        self.steps.append(Step("derived", words, first=source_on, last=derived))
        return derived

    def _derived(self, trigger: str) -> tuple[str | None, date | None]:
        born, complaint = self.facts.get("birth"), self.facts.get("dp_complaint_received")
        if trigger == "third_birthday" and isinstance(born, date):
            return "birth", add_months(born, 36)
        if trigger == "age_of_majority" and isinstance(born, date) and self.state:
            return "birth", add_months(born, 12 * state_of(self.state).majority.age)
        if trigger == "resolution_period_end" and isinstance(complaint, date):
            return "dp_complaint_received", complaint + timedelta(days=30)  # 34 CFR 300.510(b)(1)
        return None, None

    def _date_of(self, event: str) -> date | None:
        value = self.facts.get(event)
        return value if isinstance(value, date) else None

    def _missing_start(self) -> Missing:
        trigger = self.rule.trigger
        if trigger == "age_of_majority" and "birth" in self.facts and not self.state:
            return Missing("state", "", message("missing_state"))
        return Missing("event", trigger, message("missing_event", event=event_of(trigger)))

    def _adjustment(self) -> tuple[Event, date] | None:
        """The earliest recorded event that starts the hearing clock instead of day 30, 34 CFR 300.510(c)."""
        found = []
        for adjustment in self.rule.start_adjustments:
            day = self.facts.get(adjustment.event)
            if isinstance(day, date) and adjustment.event != "resolution_period_day_30":
                complaint = self.facts.get("dp_complaint_received")
                if isinstance(complaint, date) and day < complaint:
                    words = event_of(adjustment.event).en
                    raise FactError(f"“{words}” on {day} comes before the complaint of {complaint}.")
                found.append((day, event_of(adjustment.event)))
        if not found:
            return None
        day, event = min(found, key=lambda item: item[0])
        return event, day

    # the count

    def _count_all(self, started: date) -> date:
        rule = self.rule
        assert rule.duration is not None
        assert rule.unit is not None
        if rule.holidays_count is False and rule.unit is Unit.BUSINESS_DAYS:
            self._note_state_holidays()
        if rule.start_adjustments and rule.trigger != "resolution_period_end":
            if adjusted := self._adjustment():
                return self._ended_early(*adjusted)
            if any(self.facts.get(q.key) is True for q in rule.ask if q.effect == "start_adjustment"):
                raise Uncountable(self._missing_adjustment())
        late = self._late_start(started)
        end = late if late is not None else self._main_count(started)
        end = self._apply_limits(end)
        end = self._summer_roll(end)
        end = self._extend(end)
        for question in rule.ask:
            if (
                question.effect in ("estimate", "counts_summer")
                and self.facts.get(question.key) is question.when
            ):
                self.doubts.append(message("answer_changes", question=question))
        if rule.trigger in ("removal_start", "iaes_start"):
            self._note_day_out(started)
        return end

    def _main_count(self, started: date) -> date:
        rule = self.rule
        assert rule.duration is not None
        assert rule.unit is not None
        n = rule.duration + 1 if rule.strictly_more else rule.duration
        items = tuple(item for item in rule.not_counted if item.confirmed)
        summer_in = any(
            question.effect == "counts_summer" and self.facts.get(question.key) is question.when
            for question in rule.ask
        )
        late = rule.late_start
        if late and late.count_in and self._in_window(late, started) is not None:
            whole = self._count(started, n, rule.unit, items)
            year = self._calendar().year_of(started)
            if year and whole.end > year.last:
                items = tuple(item for item in items if item.kind != late.count_in)
                self.latest = whole.end
                self.doubts.append(message("summer_counted", then=Quote(late.then)))
        if summer_in:
            items = tuple(item for item in items if item.kind != "summer_between_terms")
        counted = self._count(started, n, rule.unit, items)
        self._show_count(started, n, rule.unit, counted)
        if any(item.weekends is None and touches_weekends(item) for item in items):
            wide = self._count(started, n, rule.unit, items, wide=True).end
            self.latest = max(wide, self.latest or wide)
        if any(item.kind == "school_holidays" for item in items):
            self.notes.append(message("holidays_taken"))
        if rule.partial_scope and not self._reaches_last_day(started, counted.end):
            self.doubts.append(message("out_of_scope"))
        return counted.end

    def _calendar(self) -> SchoolCalendar:
        assert self.calendar is not None
        return self.calendar

    def _reaches_last_day(self, started: date, end: date) -> bool:
        return any(started < year.last <= end for year in self._calendar().instruction)

    def _count(
        self, started: date, n: int, unit: Unit, items: tuple[NotCounted, ...], wide: bool = False
    ) -> Count:
        """Count ``n`` units from a day in the rule's way."""
        counter = Counter(self.sign, self.calendar, self.state, self.rule.holidays_count)
        try:
            return counter.count(started, n, unit, items, wide=wide)
        except (OverflowError, ValueError):
            raise FactError(f"{n} {unit} from {started} is out of range.") from None

    def _show_count(self, started: date, n: int, unit: Unit, counted: Count) -> None:
        if n == 0:
            words = message("same_day", end=counted.end)
        else:
            key = "count" if self.sign > 0 else "count_back"
            words = message(key, start=started, amount=Amount(n, unit), end=counted.end)
        self.steps.append(Step("count", words, started, counted.end, n, unit))
        for item in counted.left_out:
            key = "left_out_day" if item.first == item.last else "left_out"
            params: dict[str, Spoken | date] = {"name": item.name, "first": item.first}
            if key == "left_out":
                params |= {"last": item.last, "days": Amount(item.days, "days")}
            self.steps.append(Step("left_out", message(key, **params), item.first, item.last, item.days))
        if counted.weekends:
            days = Amount(counted.weekends, "days")
            self.steps.append(Step("weekends", message("weekends", days=days), days=counted.weekends))

    def _note_state_holidays(self) -> None:
        back = "_back" if self.sign < 0 else ""
        if self.state is None:
            self.notes.append(message("state_holidays_unsaid" + back))
        elif not state_list_known(self.state):
            self.notes.append(message("state_holidays_missing" + back))

    def _note_day_out(self, started: date) -> None:
        """The first day of a removal is day 1 out, though day 0 of the count."""
        n, calendar = self.rule.duration or 0, self._calendar()
        if calendar.is_school_day(started) and (day := calendar.school_day_after(started, n - 1)):
            self.notes.append(message("day_out", n=n, on=day))

    # what changes it

    def _in_window(self, late: LateStart, day: date) -> int | None:
        """How far before the last day of instruction a day is, if that lies in the window."""
        calendar = self._calendar()
        if not calendar.knows(day, day):
            raise Uncountable(missing_year(calendar, day))
        year = calendar.year_of(day)
        if year is None:
            return None
        before = (
            calendar.school_days_between(day + _DAY, year.last)
            if late.window_unit is Unit.SCHOOL_DAYS
            else (year.last - day).days
        )
        low, high = late.window
        return before if before >= low and (high is None or before <= high) else None

    def _late_start(self, started: date) -> date | None:
        late, calendar = self.rule.late_start, self.calendar
        if late is None or late.date_from is None or calendar is None:
            return None
        absent = self.facts.get("extended_by_student_absence", 0)
        if late.not_if_absent is not None and isinstance(absent, int) and absent >= late.not_if_absent:
            return None
        for event in late.keyed_to:
            day = started if event == self.rule.trigger else self._date_of(event)
            if day is None:
                continue
            before = self._in_window(late, day)
            if before is None:
                continue
            year = calendar.year_of(day)
            assert year is not None
            end = self._late_date(late, year.last)
            if end <= started:
                ignored = message("late_start_ignored", end=end)
                self.doubts.append(ignored)
                continue
            words = message(
                "late_start",
                event=event_of(event),
                on=day,
                days=Amount(before, late.window_unit),
                last=year.last,
                then=Quote(late.then),
                end=end,
            )
            self.steps.append(Step("late_start", words, day, end))
            return end
        return None

    def _late_start_is_settled(self, late: LateStart, started: date) -> bool:
        """Whether the other events the late rule is keyed to need not be asked for.

        It holds already, whichever fell late; or a late event of the year before could only give a date that lies
        before this start.
        """
        if any(step.kind == "late_start" for step in self.steps):
            return True
        year = self._calendar().year_of(started)
        return (
            year is not None
            and late.date_from == "next_first_day"
            and year.first + timedelta(days=late.days) <= started
        )

    def _late_date(self, late: LateStart, last_day: date) -> date:
        calendar = self._calendar()
        if late.date_from == "last_day":
            base = last_day
        elif late.date_from == "june_30":
            base = date(last_day.year, 6, 30)
        else:
            following = calendar.next_year(last_day)
            if following is None:
                raise Uncountable(missing_year(calendar, first_unknown(calendar, last_day, 1)))
            base = following.first
        return base + timedelta(days=late.days)

    def _limits(self, end: date | None) -> list[Limit]:
        found = []
        for limit in self.rule.also_limit:
            event, amount = event_of(limit.start), Amount(limit.days, limit.unit)
            on = self._limit_date(limit)
            start = self._limit_start(limit)
            if on is None or start is None:
                words = message("limit_unknown", event=event, amount=amount)
                found.append(Limit(None, limit.start, limit.rule, False, limit.citation, words))
                continue
            binds = end is not None and (
                (limit.rule == "earlier_of" and on < end) or (limit.rule == "later_of" and on > end)
            )
            key = (
                "inner_step"
                if limit.rule == "both"
                else "limit_binds"
                if binds or end is None
                else "limit_does_not_bind"
            )
            words = message(key, amount=amount, event=event, start=start, end=on)
            found.append(Limit(on, limit.start, limit.rule, binds, limit.citation, words))
            if binds:
                end = on
        return found

    def _limit_start(self, limit: AlsoLimit) -> date | None:
        return self._date_of(limit.start)

    def _limit_date(self, limit: AlsoLimit) -> date | None:
        start = self._limit_start(limit)
        if start is None:
            return None
        try:
            return Counter(1, self.calendar, self.state).count(start, limit.days, limit.unit).end
        except Uncountable:
            return None

    def _apply_limits(self, end: date) -> date:
        self.limits = self._limits(end)
        for limit in self.limits:
            if limit.on is None:
                continue
            self.steps.append(Step("limit", limit.message, last=limit.on))
            if limit.binds:
                end = limit.on
        if any(limit.binds for limit in self.limits) and self.latest is not None:
            self.latest = None
        return end

    def _summer_roll(self, end: date) -> date:
        if not self.rule.summer_roll:
            return end
        calendar = self._calendar()
        if not calendar.knows(end, end):
            raise Uncountable(missing_year(calendar, end))
        if not calendar.in_summer(end):
            return end
        following = calendar.next_year(end)
        assert following is not None
        words = message("summer_roll", words=Quote(self.rule.summer_roll.rstrip(".")), end=following.first)
        self.steps.append(Step("summer_roll", words, end, following.first))
        return following.first

    def _waiver(self) -> Extension | None:
        """An agreement that takes the place of a count back from a meeting."""
        return next((e for e in self.rule.extensions if self.facts.get(e.key) is True), None)

    def _extend(self, end: date) -> date:
        for extension in self.rule.extensions:
            answer = self.facts.get(extension.key)
            if answer is None or answer is False:
                continue
            question = next((q for q in self.rule.ask if q.key == extension.key), None)
            at_least = question.at_least if question else None
            if at_least is not None and isinstance(answer, int) and answer < at_least:
                continue
            words = text(extension.words or extension.citation)
            if answer is True and extension.days is None:
                missing = message("missing_agreed_date", words=words)
                raise Uncountable(Missing("answer", extension.key, missing))
            if isinstance(answer, date):
                if self.sign > 0 and isinstance(start := self.steps[0].last, date) and answer <= start:
                    raise FactError(f"The agreed date {answer} is not after the start, {start}.")
                end = answer
                self.steps.append(Step("extension", message("extended_to", words=words, end=end), last=end))
            else:
                days = extension.days if answer is True else int(answer)
                unit = extension.unit or self.rule.unit
                assert days is not None
                assert unit is not None
                if days == 0:
                    continue
                items = tuple(item for item in self.rule.not_counted if item.confirmed)
                longer = self._count(end, days, unit, items).end
                amount = Amount(days, unit)
                words_ = message("extended_days", words=words, amount=amount, end=longer)
                self.steps.append(Step("extension", words_, end, longer, days, unit))
                end = longer
            self.latest = None
            self.doubts.append(message("extension_counted", words=words))
        return end

    def _ended_early(self, event: Event, day: date) -> date:
        """The resolution period ends when the hearing clock starts, 34 CFR 300.510(c)."""
        self.steps.append(Step("adjusted", message("adjusted", event=event, on=day), last=day))
        for question in self.rule.ask:
            if question.effect == "start_adjustment":
                self.doubts.append(message("answer_changes", question=question))
        return day

    def _missing_adjustment(self) -> Missing:
        names = [
            event_of(a.event).en for a in self.rule.start_adjustments if a.event != "resolution_period_day_30"
        ]
        return Missing(
            "event",
            self.rule.start_adjustments[0].event,
            message("missing_adjustment", events="; ".join(names)),
        )

    def _answered(self, question: Question) -> bool:
        if question.effect == "start_adjustment":
            return self.facts.get(question.key) is False or self._adjustment() is not None
        return question.key in self.facts
