"""The law as data: rules with their citation, the events that start them, and which rule holds in a state.

Read once from ``law/data`` into frozen values; a row without a source, with a field nobody reads, or with words
that no reading covers is an error, so a rule cannot ship half understood.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from typing import Literal, get_args

from law.source import DataError, Row, read


class RuleError(ValueError):
    """There is no such rule, event or state; the message says so in a sentence."""


class Unit(StrEnum):
    CALENDAR_DAYS = "calendar_days"
    BUSINESS_DAYS = "business_days"
    SCHOOL_DAYS = "school_days"
    MONTHS = "months"
    YEARS = "years"


KINDS = ("deadline", "limitation", "limit", "minimum_gap", "age_milestone", "standard")
Direction = Literal["after", "before"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens on a day and starts, ends or moves a clock."""

    id: str
    group: str
    en: str
    es: str
    derived: bool

    def words(self, language: str = "en") -> str:
        return self.es if language == "es" else self.en


@dataclass(frozen=True, slots=True)
class NotCounted:
    """Days a rule leaves out. ``weekends`` None: the rule does not say whether weekends touching a break count."""

    kind: str
    n: int | None
    names: tuple[str, ...]
    weekends: bool | None
    citation: str
    confirmed: bool
    words: str


@dataclass(frozen=True, slots=True)
class AlsoLimit:
    """Another clock that binds too. ``earlier_of`` moves the date; ``both`` is an inner step that does not."""

    days: int
    unit: Unit
    start: str
    end: str
    rule: Literal["earlier_of", "later_of", "both"]
    citation: str


@dataclass(frozen=True, slots=True)
class LateStart:
    """A rule for a start close to the end of the school year; ``then`` are the law's words, the rest our reading."""

    window: tuple[int, int | None]
    window_unit: Unit
    keyed_to: tuple[str, ...]
    then: str
    citation: str
    confirmed: bool
    date_from: Literal["next_first_day", "last_day", "june_30"] | None
    days: int
    count_in: str
    not_if_absent: int | None


@dataclass(frozen=True, slots=True)
class Extension:
    """More time that counts only when someone says it happened. ``days`` None: the agreement sets the length."""

    by: str
    days: int | None
    unit: Unit | None
    citation: str
    confirmed: bool
    words: str

    @property
    def key(self) -> str:
        return f"extended_by_{self.by}"


Effect = Literal["extends", "stops", "estimate", "counts_summer", "fact", "start_adjustment"]


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask before the date is relied on. The answer goes into the facts under ``key``."""

    key: str
    effect: Effect
    en: str
    es: str
    when: bool = True
    at_least: int | None = None

    @property
    def answer(self) -> Literal["yes_no", "yes_no_days_or_date", "days", "date"]:
        if self.effect == "fact":
            return "date"
        if self.at_least is not None:
            return "days"
        return "yes_no_days_or_date" if self.effect == "extends" else "yes_no"

    def words(self, language: str = "en") -> str:
        return self.es if language == "es" else self.en


@dataclass(frozen=True, slots=True)
class StartAdjustment:
    event: str
    effect: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One clock. ``state`` None: federal. ``duration`` None: no number of days, see ``standard`` or ``notes``."""

    id: str
    state: str | None
    category: str
    title: str
    trigger: str
    trigger_words: str
    duration: int | None
    unit: Unit | None
    direction: Direction
    owed_by: str
    citation: str
    source: str
    kind: str
    standard: str
    notes: str
    exceptions: tuple[str, ...]
    verified: bool
    date_reliable: bool
    arithmetic: str
    needs_calendar: bool
    starts_with: str
    ends_with: str
    not_counted: tuple[NotCounted, ...] = ()
    also_limit: tuple[AlsoLimit, ...] = ()
    late_start: LateStart | None = None
    extensions: tuple[Extension, ...] = ()
    stops_if: tuple[Question, ...] = ()
    ask: tuple[Question, ...] = ()
    not_encoded: tuple[str, ...] = ()
    partial_scope: str = ""
    disputed: str = ""
    summer_roll: str = ""
    count_rule: str = ""
    count_rule_citation: str = ""
    holidays_count: bool = False
    strictly_more: bool = False
    start_adjustments: tuple[StartAdjustment, ...] = ()
    replaced_by_state: str = ""
    reliable_only_if: str = ""

    @property
    def question_keys(self) -> frozenset[str]:
        """Every key an answer to this rule may come under."""
        keys = {q.key for q in (*self.ask, *self.stops_if)} | {e.key for e in self.extensions}
        return frozenset(keys)


@dataclass(frozen=True, slots=True)
class AgeOfMajority:
    age: int
    citation: str
    notes: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Recording:
    """Whether one party may record a conversation: a general statute, not a rule about IEP meetings."""

    rule: str
    citation: str
    notes: str
    verified: bool


@dataclass(frozen=True, slots=True)
class State:
    code: str
    name: str
    notes: str
    evaluation: Rule
    rules: tuple[Rule, ...]
    due_process_years: int | None
    due_process_citation: str
    due_process_notes: str
    due_process_verified: bool
    majority: AgeOfMajority
    recording: Recording
    same_length_as_federal: bool | None
    source_type: str


@dataclass(frozen=True, slots=True)
class Law:
    """Everything the files say, by id."""

    federal: Mapping[str, Rule]
    states: Mapping[str, State]
    events: Mapping[str, Event]
    disclaimer: str
    common_exceptions: tuple[str, ...]
    weekend_rule: str
    state_rules: Mapping[str, Rule] = field(default_factory=dict)
    outlying: Mapping[str, State] = field(default_factory=dict)


NOT_COUNTED_KINDS = frozenset(
    {
        "summer_between_terms",
        "break_at_least_school_days",
        "break_longer_than_school_days",
        "named_breaks",
        "school_holidays",
        "student_absence_at_least_school_days",
    }
)
ARITHMETIC = frozenset({"plain", "encoded", "partial"})
OWED_BY = frozenset({"school", "parent", "SEA", "hearing_officer", "either_party", "lead_agency"})

# A state row that takes the place of a federal one, besides the evaluation, the filing limit and the age of majority.
_REPLACES = {("NH", "civil_action"): "nh_civil_action"}


@dataclass(frozen=True, slots=True)
class _Readings:
    late_start: Mapping[str, Row]
    summer_roll: frozenset[str]
    questions: Mapping[str, Question]
    stops: Mapping[str, Question]


def _readings() -> _Readings:
    raw = read("readings.yaml")
    questions, stops = {}, {}
    for i, item in enumerate(raw["questions"]):
        row = Row(f"readings.yaml questions[{i}]", item)
        ask = row.text("ask")
        when = row.maybe("when")
        questions[ask] = Question(
            key=row.text("key"),
            effect=row.one_of("effect", get_args(Effect)),  # type: ignore[arg-type]
            en=row.words("en") or ask,
            es=row.text("es"),
            when=True if when is None else when,
            at_least=row.number("at_least"),
        )
        row.finish()
    for i, item in enumerate(raw["stops"]):
        row = Row(f"readings.yaml stops[{i}]", item)
        words = row.text("words")
        stops[words] = Question(key=row.text("key"), effect="stops", en=words, es=row.text("es"))
        row.finish()
    late = {key: Row(f"readings.yaml late_start {key}", item) for key, item in raw["late_start"].items()}
    return _Readings(late, frozenset(raw["summer_roll"]), questions, stops)


def _unit(row: Row, key: str = "unit") -> Unit | None:
    word = row.words(key)
    if not word:
        return None
    try:
        return Unit(word)
    except ValueError:
        raise row.error(f"{key} is {word!r}, not a unit of time") from None


def _not_counted(row: Row) -> NotCounted:
    item = NotCounted(
        kind=row.one_of("kind", NOT_COUNTED_KINDS),
        n=row.number("n"),
        names=row.texts("names"),
        weekends=row.maybe("includes_adjoining_weekends"),
        citation=row.text("citation"),
        confirmed=row.flag("confirmed"),
        words=row.words("words"),
    )
    if "school_days" in item.kind and item.n is None:
        raise row.error("n is missing")
    row.finish()
    return item


def _also_limit(row: Row) -> AlsoLimit:
    days, unit = row.number("days"), _unit(row)
    if days is None or unit is None:
        raise row.error("days and unit are needed")
    limit = AlsoLimit(
        days=days,
        unit=unit,
        start=row.text("from"),
        end=row.words("to"),
        rule=row.one_of("rule", ("earlier_of", "later_of", "both")),  # type: ignore[arg-type]
        citation=row.text("citation"),
    )
    row.finish()
    return limit


def _extension(row: Row) -> Extension:
    extension = Extension(
        by=row.text("by"),
        days=row.number("days"),
        unit=_unit(row),
        citation=row.text("citation"),
        confirmed=row.flag("confirmed"),
        words=row.words("words"),
    )
    row.finish()
    return extension


def _late_start(row: Row, reading: Row | None) -> LateStart:
    if reading is None:
        raise row.error("nothing in readings.yaml says what this means as a date")
    school = row.raw("window_school_days_before_last_instruction_day")
    calendar = row.raw("window_calendar_days_before_last_instruction_day")
    window = school or calendar
    if not isinstance(window, list) or len(window) != 2:
        raise row.error("the window needs a lower and an upper end")
    also = reading.words("also_keyed_to")
    date_from = reading.words("from")
    count_in = reading.words("count_in")
    if bool(date_from) == bool(count_in):
        raise reading.error("says neither a date nor what is counted, or both")
    late = LateStart(
        window=(window[0], window[1]),
        window_unit=Unit.SCHOOL_DAYS if school else Unit.CALENDAR_DAYS,
        keyed_to=(row.text("keyed_to"), *([also] if also else [])),
        then=row.text("then"),
        citation=row.text("citation"),
        confirmed=row.flag("confirmed"),
        date_from=date_from or None,  # type: ignore[arg-type]
        days=reading.number("days") or 0,
        count_in=count_in,
        not_if_absent=reading.number("not_if_absent_school_days"),
    )
    row.finish()
    reading.finish()
    return late


def _question(row: Row, words: str, known: Mapping[str, Question]) -> Question:
    if words not in known:
        raise row.error(f"nothing in readings.yaml says what an answer to {words!r} does")
    return known[words]


def _finish_rule(row: Row, rule: Rule, readings: _Readings) -> Rule:
    """Read the counting keys that federal and state rows share, and check that they fit together."""
    name = f"{rule.state} {rule.id}"
    late = row.row("late_start")
    roll = row.words("if_due_date_in_summer")
    if bool(roll) != (name in readings.summer_roll):
        raise row.error("if_due_date_in_summer and its reading do not agree")
    count = row.row("count_rule")
    done = replace(
        rule,
        not_counted=tuple(_not_counted(r) for r in row.rows("not_counted")),
        also_limit=tuple(_also_limit(r) for r in row.rows("also_limit")),
        late_start=_late_start(late, readings.late_start.get(name)) if late else None,
        extensions=tuple(_extension(r) for r in row.rows("extensions")),
        stops_if=tuple(_question(row, words, readings.stops) for words in row.texts("stops_if")),
        ask=tuple(_question(row, words, readings.questions) for words in row.texts("ask")),
        not_encoded=row.texts("not_encoded"),
        partial_scope=row.words("partial_scope"),
        disputed=row.words("disputed"),
        summer_roll=roll,
    )
    if count:
        done = replace(
            done,
            count_rule=count.text("words"),
            count_rule_citation=count.text("citation"),
            holidays_count=bool(count.maybe("holidays_on_business_days_count")),
            strictly_more=bool(count.maybe("strictly_more")),
        )
        count.finish()
    row.finish()
    _check(row, done)
    return done


def _check(row: Row, rule: Rule) -> None:
    counted = rule.duration is not None and rule.unit is not None
    if rule.kind == "standard":
        if rule.duration is not None or not rule.standard:
            raise row.error("a standard has words and no number of days")
        return
    if rule.arithmetic not in ARITHMETIC:
        raise row.error(f"arithmetic is {rule.arithmetic!r}")
    if (rule.arithmetic == "partial") != bool(rule.not_encoded):
        raise row.error("partial and not_encoded go together")
    if not counted and (rule.date_reliable or rule.arithmetic != "partial"):
        raise row.error("no number of days, and yet not marked as such")
    if rule.date_reliable and (not rule.verified or rule.arithmetic == "partial"):
        raise row.error("reliable needs a verified number and whole arithmetic")
    needs = rule.unit is Unit.SCHOOL_DAYS or bool(rule.not_counted or rule.late_start or rule.summer_roll)
    if needs and not rule.needs_calendar:
        raise row.error("counts by the school calendar but does not ask for one")
    keys = [e.key for e in rule.extensions]
    if len(keys) != len(set(keys)):
        raise row.error("two extensions by the same hand cannot be told apart")
    extends = {q.key for q in rule.ask if q.effect == "extends"}
    if extends - set(keys):
        raise row.error(
            f"asks about {', '.join(sorted(extends - set(keys)))}, which is no extension of the row"
        )


def _federal(raw: Mapping[str, object], readings: _Readings) -> Rule:
    row = Row(f"federal_timelines.yaml {raw.get('id')}", raw)
    trigger = row.row("trigger")
    if trigger is None:
        raise row.error("trigger is missing")
    verified = row.flag("verified")
    source = row.words("source")
    if verified and not source:
        raise row.error("verified without a source")
    kind = row.one_of("kind", KINDS)
    title = row.text("title")
    rule = Rule(
        id=row.text("id"),
        state=None,
        category=row.text("category"),
        title=title,
        trigger=trigger.text("event"),
        trigger_words=trigger.text("words"),
        duration=row.number("duration"),
        unit=_unit(row),
        direction=row.one_of("direction", ("after", "before")),  # type: ignore[arg-type]
        owed_by=row.one_of("owed_by", OWED_BY),
        citation=row.text("citation"),
        source=source or row.text("citation"),
        kind=kind,
        standard=row.words("standard"),
        notes=row.words("notes"),
        exceptions=row.texts("exceptions"),
        verified=verified,
        date_reliable=bool(row.maybe("date_reliable")),
        arithmetic=row.words("arithmetic"),
        needs_calendar=bool(row.maybe("needs_calendar")),
        starts_with=trigger.text("words"),
        ends_with=title,
    )
    adjustments = tuple(
        StartAdjustment(event=item.text("event"), effect=item.text("effect"))
        for item in row.rows("start_adjustments")
    )
    replaced = row.raw("replaced_by_state")
    rule = replace(
        rule,
        start_adjustments=adjustments,
        replaced_by_state=("state law sets this date" if replaced is True else replaced or ""),
        reliable_only_if=row.words("reliable_only_if"),
    )
    return _finish_rule(row, rule, readings)


def _state_rule(code: str, raw: Mapping[str, object], readings: _Readings) -> Rule:
    row = Row(f"state_evaluation_timelines.yaml {raw.get('id')}", raw)
    rule = Rule(
        id=row.text("id"),
        state=code,
        category="state",
        title=row.words("clock_title") or row.text("title"),
        trigger=row.text("trigger"),
        trigger_words=row.text("starts_with"),
        duration=row.number("duration"),
        unit=_unit(row),
        direction=row.one_of("direction", ("after", "before")),  # type: ignore[arg-type]
        owed_by=row.one_of("owed_by", OWED_BY),
        citation=row.text("citation"),
        source=row.words("arithmetic_source") or row.text("citation"),
        kind="deadline",
        standard="",
        notes=row.words("notes"),
        exceptions=(),
        verified=row.flag("verified"),
        date_reliable=row.flag("date_reliable"),
        arithmetic=row.one_of("arithmetic", ARITHMETIC),
        needs_calendar=row.flag("needs_calendar"),
        starts_with=row.text("starts_with"),
        ends_with=row.text("ends_with"),
    )
    row.text("title")
    if not rule.id.startswith(code.lower() + "_"):
        raise row.error("the id does not start with its state")
    return _finish_rule(row, rule, readings)


def _evaluation(code: str, raw: Mapping[str, object], common: tuple[str, ...], readings: _Readings) -> tuple:
    row = Row(f"state_evaluation_timelines.yaml {code} evaluation", raw)
    rule = Rule(
        id="initial_evaluation",
        state=code,
        category="evaluation",
        title=row.text("clock_title"),
        trigger=row.text("counted_from"),
        trigger_words=row.text("starts_with"),
        duration=row.number("days"),
        unit=_unit(row),
        direction="after",
        owed_by="school",
        citation=row.text("citation"),
        source=row.words("arithmetic_source") or row.text("citation"),
        kind="deadline",
        standard="",
        notes=row.words("notes"),
        exceptions=common,
        verified=row.flag("verified"),
        date_reliable=row.flag("date_reliable"),
        arithmetic=row.one_of("arithmetic", ARITHMETIC),
        needs_calendar=row.flag("needs_calendar"),
        starts_with=row.text("starts_with"),
        ends_with=row.text("ends_with"),
    )
    same = row.maybe("same_length_as_federal")
    source_type = row.words("source_type")
    if rule.verified and not source_type:
        raise row.error("verified without a source")
    row.words("counted_to")
    row.raw("alternative_limit")  # said again, in a form that can be counted, by also_limit
    return _finish_rule(row, rule, readings), same, source_type


def _state(
    raw: Mapping[str, object], common: tuple[str, ...], default_age: int, readings: _Readings
) -> State:
    row = Row(f"state_evaluation_timelines.yaml {raw.get('state')}", raw)
    code = row.text("state")
    evaluation, same, source_type = _evaluation(code, row.raw("evaluation"), common, readings)
    limit, recording, majority = (
        row.row("due_process_limit"),
        row.row("recording"),
        row.row("age_of_majority"),
    )
    if limit is None or recording is None:
        raise row.error("due_process_limit and recording are needed")
    if majority is None:
        age = AgeOfMajority(default_age, "", "", False)
    else:
        number = majority.number("age")
        if number is None:
            raise majority.error("age is missing")
        age = AgeOfMajority(
            number, majority.text("citation"), majority.words("notes"), majority.flag("verified")
        )
        majority.finish()
    state = State(
        code=code,
        name=row.text("name"),
        notes=row.words("notes"),
        evaluation=evaluation,
        rules=tuple(_state_rule(code, item, readings) for item in row.raw("other_timelines")),
        due_process_years=limit.number("years"),
        due_process_citation=limit.words("citation"),
        due_process_notes=limit.words("notes"),
        due_process_verified=limit.flag("verified"),
        majority=age,
        recording=Recording(
            recording.text("rule"),
            recording.words("citation"),
            recording.words("notes"),
            recording.flag("verified"),
        ),
        same_length_as_federal=same,
        source_type=source_type,
    )
    row.finish()
    return state


def _outlying(raw: Mapping[str, object], federal: Rule, default_age: int) -> State:
    """A State under IDEA whose own rules have not been read: the federal ones, and never a date to rely on for them."""
    row = Row(f"outlying.yaml {raw.get('code')}", raw)
    age, citation = row.number("age_of_majority"), row.words("citation")
    state = State(
        code=row.text("code"),
        name=row.text("name"),
        notes="",
        evaluation=federal,
        rules=(),
        due_process_years=None,
        due_process_citation="",
        due_process_notes="",
        due_process_verified=False,
        majority=AgeOfMajority(default_age if age is None else age, citation, "", False),
        recording=Recording("", "", "", False),
        same_length_as_federal=None,
        source_type="",
    )
    row.finish()
    return state


@cache
def law() -> Law:
    """Everything in the data files, read and checked once for the process.

    Raises:
        DataError: a row has no source, has a field nobody reads, or contradicts itself.
    """
    readings = _readings()
    events = {}
    for i, item in enumerate(read("events.yaml")):
        row = Row(f"events.yaml[{i}]", item)
        event = Event(
            row.text("id"), row.text("group"), row.text("en"), row.text("es"), bool(row.maybe("derived"))
        )
        row.finish()
        events[event.id] = event
    raw_federal, raw_states = read("federal_timelines.yaml"), read("state_evaluation_timelines.yaml")
    common = tuple(
        text for key, text in raw_states["meta"]["common_exceptions"].items() if key != "applies_to"
    )
    federal = [_federal(item, readings) for item in raw_federal["timelines"]]
    age = raw_states["meta"]["defaults"]["age_of_majority"]
    states = [_state(item, common, age, readings) for item in raw_states["states"]]
    own_evaluation = next(rule for rule in federal if rule.id == "initial_evaluation")
    outlying = [_outlying(item, own_evaluation, age) for item in read("outlying.yaml")]
    state_rules = [rule for state in states for rule in state.rules]
    ids = [rule.id for rule in (*federal, *state_rules)]
    if twice := sorted({i for i in ids if ids.count(i) > 1}):
        raise DataError(f"two rules share an id: {', '.join(twice)}")
    for rule in (*federal, *(s.evaluation for s in states), *state_rules):
        named = {rule.trigger, *(limit.start for limit in rule.also_limit)}
        named |= {adjustment.event for adjustment in rule.start_adjustments}
        named |= set(rule.late_start.keyed_to) if rule.late_start else set()
        if unknown := sorted(named - set(events)):
            raise DataError(f"{rule.id}: events.yaml does not know {', '.join(unknown)}")
    return Law(
        federal={rule.id: rule for rule in federal},
        states={state.code: state for state in states},
        events=events,
        disclaimer=raw_federal["meta"]["disclaimer"],
        common_exceptions=common,
        weekend_rule=raw_federal["meta"]["weekend_rule"]["rule"],
        state_rules={rule.id: rule for rule in state_rules},
        outlying={state.code: state for state in outlying},
    )


def state_of(code: str) -> State:
    """The state, DC, Puerto Rico or outlying area with a two-letter code, in any case.

    Raises:
        RuleError: no such state.
    """
    key = code.strip().upper()
    try:
        return law().states.get(key) or law().outlying[key]
    except KeyError:
        raise RuleError(f"There is no state “{code}” in the data; use two letters, such as CA.") from None


def event_of(event_id: str) -> Event:
    """The event with an id.

    Raises:
        RuleError: no such event.
    """
    try:
        return law().events[event_id]
    except KeyError:
        raise RuleError(f"There is no event “{event_id}”.") from None


def rule_of(rule_id: str, state: str | None = None) -> Rule:
    """The rule with an id, as it stands in a state.

    Args:
        rule_id: a federal id, or a state's own id (``ca_assessment_plan``).
        state: two letters. With one, a federal rule the state replaces comes back as the state's rule; without
            one, federal ids give the federal rule and a state's own id implies its state.

    Raises:
        RuleError: no such rule or state, or a rule of another state.
    """
    home = state_of(state) if state else None
    if rule_id in law().state_rules:
        rule = law().state_rules[rule_id]
        if home and rule.state != home.code:
            raise RuleError(
                f"“{rule_id}” is a rule of {law().states[rule.state or ''].name}, not {home.name}."
            )
        return rule
    if rule_id not in law().federal:
        raise RuleError(f"There is no rule “{rule_id}”.")
    rule = law().federal[rule_id]
    if home is None:
        return rule
    if rule_id == "initial_evaluation":
        return home.evaluation
    if replacement := _REPLACES.get((home.code, rule_id)):
        return law().state_rules[replacement]
    if rule_id == "due_process_limitation":
        return _filing_limit(rule, home)
    if rule_id in ("transfer_of_rights", "transfer_of_rights_notice"):
        notes = [home.majority.notes, rule.notes]
        citations = [rule.citation, home.majority.citation]
        return replace(
            rule,
            state=home.code,
            citation="; ".join(filter(None, citations)),
            notes=" ".join(filter(None, notes)),
            verified=rule.verified and home.majority.verified,
            date_reliable=rule.verified and home.majority.verified,
            replaced_by_state="",
        )
    return rule


def _filing_limit(federal: Rule, state: State) -> Rule:
    """Two years unless the state's limit was read; never reliable, for 300.511(f) is not arithmetic."""
    return replace(
        federal,
        state=state.code,
        duration=federal.duration if state.due_process_years is None else state.due_process_years,
        citation="; ".join(filter(None, [federal.citation, state.due_process_citation])),
        notes=" ".join(filter(None, [state.due_process_notes, federal.notes])),
        verified=state.due_process_verified,
        not_encoded=federal.not_encoded
        if state.due_process_years is None
        else tuple(text for text in federal.not_encoded if not text.startswith("State limits")),
        replaced_by_state="",
    )


def rules_in(state: str | None = None) -> tuple[Rule, ...]:
    """Every rule that holds in a state (the federal ones alone without one), in the order of the data."""
    out = [rule_of(rule_id, state) for rule_id in law().federal]
    if state:
        taken = {rule.id for rule in out}
        out += [rule for rule in state_of(state).rules if rule.id not in taken]
    return tuple(out)


# An event that gives the date of others: their rules start with it.
_DERIVES = {
    "birth": ("third_birthday", "age_of_majority"),
    "dp_complaint_received": ("resolution_period_end",),
}


def rules_started_by(event: str, state: str | None = None) -> list[str]:
    """Ids of the rules an event starts in a state, in the order of the data.

    Args:
        event: an id of :func:`events`.
        state: two letters; without one the federal rules alone.

    Raises:
        RuleError: no such event or state.
    """
    event_of(event)
    triggers = {event, *_DERIVES.get(event, ())}
    return [rule.id for rule in rules_in(state) if rule.trigger in triggers]


def events(state: str | None = None) -> tuple[Event, ...]:
    """The events that start a rule in a state, or any rule anywhere without one, in the order of the data."""
    if state is None:
        return tuple(law().events.values())
    used = {rule.trigger for rule in rules_in(state)}
    for rule in rules_in(state):
        used |= {limit.start for limit in rule.also_limit}
        used |= {adjustment.event for adjustment in rule.start_adjustments}
        used |= set(rule.late_start.keyed_to) if rule.late_start else set()
    derived_from = {source for source, derived in _DERIVES.items() if used & set(derived)}
    return tuple(event for event in law().events.values() if event.id in used | derived_from)
