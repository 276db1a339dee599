"""What the clock says besides a date: what is missing, what stops it, what makes it an estimate."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from law.calendars import NoSchool, SchoolCalendar
from law.clock import FactError, Status, add_months, deadline
from law.rules import RuleError, law
from tests.law.sample_calendars import ORDINARY, calendar

CALENDAR = calendar(ORDINARY)
CONSENT = {"evaluation_consent_received": date(2025, 9, 3)}


def words(messages, language="en"):
    return " ".join(message.words(language) for message in messages)


def test_montana_shows_the_date_its_arithmetic_and_its_citation():
    found = deadline("initial_evaluation", CONSENT, state="MT")

    assert (found.status, found.due_on, found.verified, found.reliable) == (
        Status.DATE,
        date(2025, 11, 2),
        True,
        True,
    )
    assert "10.16.3321" in found.citation
    assert found.arithmetic() == (
        "School received signed consent to evaluate: Wednesday, September 3, 2025. "
        "Wednesday, September 3, 2025 + 60 calendar days = Sunday, November 2, 2025."
    )
    assert found.arithmetic("es").endswith(
        "miércoles 3 de septiembre de 2025 + 60 días calendario = domingo 2 de noviembre de 2025."
    )
    assert found.act_by == date(2025, 10, 31)


def test_the_federal_evaluation_clock_alone_is_an_estimate():
    found = deadline("initial_evaluation", CONSENT)

    assert (found.due_on, found.reliable) == (date(2025, 11, 2), False)
    assert "say which state" in words(found.estimate)


def test_title_start_and_end_come_from_the_states_row():
    found = deadline("initial_evaluation", {"referral_received": date(2025, 9, 3)}, state="va")

    assert (found.state, found.title, found.trigger) == ("VA", "Eligibility decided", "referral_received")
    assert found.starts_with == "special education administrator receives referral"
    assert found.ends_with == "eligibility decided"


@pytest.mark.parametrize("code", ["AL", "KS", "ME"])
def test_a_state_without_a_confirmed_number_has_no_date(code):
    found = deadline("initial_evaluation", CONSENT, state=code, calendar=CALENDAR)

    assert (found.status, found.due_on) == (Status.UNKNOWN, None)
    assert found.citation in found.arithmetic()


@pytest.mark.parametrize(
    "rule", [r for r in law().state_rules.values() if r.needs_calendar and r.unit], ids=lambda r: r.id
)
def test_a_rule_that_needs_the_calendar_has_no_date_without_it(rule):
    found = deadline(rule.id, {rule.trigger: date(2025, 9, 3)})

    assert (found.status, found.due_on, found.missing[0].kind) == (Status.NEEDS_INPUT, None, "calendar")


def test_without_calendar_and_trigger_both_are_named():
    found = deadline("initial_evaluation", {}, state="CA")

    assert [(item.kind, item.key) for item in found.missing] == [
        ("event", "evaluation_consent_received"),
        ("calendar", ""),
    ]


def test_a_count_that_leaves_the_calendar_names_the_year_to_add():
    short = replace(CALENDAR, years=CALENDAR.years[1:2])
    after = deadline(
        "initial_evaluation", {"evaluation_consent_received": date(2026, 5, 1)}, state="NE", calendar=short
    )
    before = deadline(
        "initial_evaluation", {"evaluation_consent_received": date(2025, 8, 1)}, state="NE", calendar=short
    )

    assert (after.status, after.due_on) == (Status.NEEDS_INPUT, None)
    assert after.missing[0].words() == (
        "The school calendar ends on Friday, June 12, 2026: add the next school year."
    )
    assert before.missing[0].words() == (
        "The school calendar starts on Monday, August 25, 2025: add the school year before it."
    )


def test_a_missing_year_in_the_middle_is_no_long_summer():
    gap = replace(CALENDAR, years=(CALENDAR.years[0], CALENDAR.years[2]))
    found = deadline(
        "initial_evaluation", {"evaluation_consent_received": date(2025, 6, 2)}, state="NE", calendar=gap
    )

    assert found.status is Status.NEEDS_INPUT
    assert (
        found.missing[0].words() == "A school year is missing from the calendar after Friday, June 13, 2025."
    )


def test_an_empty_calendar_is_named_as_empty():
    found = deadline("initial_evaluation", CONSENT, state="NE", calendar=SchoolCalendar("", ()))

    assert found.missing[0].words() == "The school calendar has no school year yet."


def test_california_leaves_out_the_winter_break_and_says_what_the_weekend_in_front_would_do():
    facts = {"evaluation_consent_received": date(2025, 12, 1)}
    found = deadline("initial_evaluation", facts, state="CA", calendar=CALENDAR)

    assert found.due_on == date(2026, 2, 13)
    assert found.latest == date(2026, 2, 15)
    assert "Winter break" in found.arithmetic()
    assert "2 days later" in words(found.notes)


def test_a_break_counts_the_same_however_its_weekends_were_typed():
    facts = {"evaluation_consent_received": date(2025, 12, 1)}
    bare = SchoolCalendar(
        "", CALENDAR.years, (NoSchool(date(2025, 12, 22), date(2026, 1, 2), "Winter break"),)
    )
    full = SchoolCalendar(
        "", CALENDAR.years, (NoSchool(date(2025, 12, 20), date(2026, 1, 4), "Winter break"),)
    )

    for state in ("CA", "FL", "GA"):
        one = deadline("initial_evaluation", facts, state=state, calendar=bare)
        two = deadline("initial_evaluation", facts, state=state, calendar=full)
        assert (one.due_on, one.latest) == (two.due_on, two.latest)


def test_questions_come_first_and_settle_the_date_when_nothing_changes_it():
    facts = {"evaluation_consent_received": date(2025, 12, 1)}
    asked = deadline("initial_evaluation", facts, state="CA", calendar=CALENDAR)
    facts["extended_by_written_agreement"] = False
    answered = deadline("initial_evaluation", facts, state="CA", calendar=CALENDAR)

    assert [question.key for question in asked.questions] == ["extended_by_written_agreement"]
    assert (asked.reliable, asked.settled) == (True, False)
    assert (answered.reliable, answered.settled, answered.due_on) == (True, True, asked.due_on)


def test_a_date_that_could_bind_and_is_not_known_makes_an_estimate():
    facts = {"evaluation_consent_received": date(2025, 9, 20)}
    without = deadline("initial_evaluation", facts, state="MD")
    facts["written_referral_received"] = date(2025, 8, 20)
    with_referral = deadline("initial_evaluation", facts, state="MD")

    assert (without.due_on, without.reliable) == (date(2025, 11, 19), False)
    assert (with_referral.due_on, with_referral.reliable) == (date(2025, 11, 18), True)
    assert "When did the school get the written referral?" in words(without.estimate)


def test_california_asks_for_the_referral_only_while_it_could_matter():
    early = deadline(
        "initial_evaluation",
        {"evaluation_consent_received": date(2025, 9, 10)},
        state="CA",
        calendar=CALENDAR,
    )
    late = deadline(
        "initial_evaluation",
        {"evaluation_consent_received": date(2025, 9, 24)},
        state="CA",
        calendar=CALENDAR,
    )

    assert "written_referral_received" in [question.key for question in early.questions]
    assert "written_referral_received" not in [question.key for question in late.questions]
    assert (early.reliable, late.reliable) == (False, True)


def test_a_referral_late_in_the_year_before_sets_the_california_date():
    facts = {
        "evaluation_consent_received": date(2025, 8, 29),
        "written_referral_received": date(2025, 5, 27),
    }
    found = deadline("initial_evaluation", facts, state="CA", calendar=CALENDAR)

    assert found.due_on == date(2025, 9, 24)  # 30 days after 25 August


def test_a_late_start_date_that_would_lie_before_consent_is_not_shown():
    facts = {
        "evaluation_consent_received": date(2025, 10, 1),
        "written_referral_received": date(2025, 5, 27),
    }
    found = deadline("initial_evaluation", facts, state="CA", calendar=CALENDAR)

    assert found.due_on == date(2025, 11, 30)  # 30 in October, 30; no long break on the way
    assert not found.reliable
    assert "September 24" in words(found.estimate)


def test_an_agreed_date_takes_the_place_of_the_count_and_is_an_estimate():
    facts = CONSENT | {"extended_by_written_agreement": date(2025, 12, 12)}
    found = deadline("initial_evaluation", facts, state="MI", calendar=CALENDAR)

    assert (found.due_on, found.reliable) == (date(2025, 12, 12), False)


def test_days_agreed_are_added_in_the_units_of_the_extension():
    facts = CONSENT | {"extended_by_written_agreement": 5}
    found = deadline("initial_evaluation", facts, state="MI", calendar=CALENDAR)

    assert found.due_on == date(2025, 10, 23)  # school day 37 + 5 = 42


def test_an_agreement_without_its_length_asks_for_it():
    facts = CONSENT | {"extended_by_written_agreement": True}
    found = deadline("initial_evaluation", facts, state="MI", calendar=CALENDAR)

    assert (found.status, found.missing[0].kind, found.missing[0].key) == (
        Status.NEEDS_INPUT,
        "answer",
        "extended_by_written_agreement",
    )


def test_what_stops_the_clock_leaves_no_date():
    facts = {"evaluation_consent_received": date(2025, 9, 3), "conciliation_or_hearing_requested": True}
    found = deadline("initial_evaluation", facts, state="MN", calendar=CALENDAR)

    assert (found.status, found.due_on) == (Status.UNKNOWN, None)
    assert found.arithmetic("es").endswith("El plazo no corre: Se pide una conferencia de conciliación.")


def test_a_california_meeting_asked_for_orally_has_no_date():
    facts = {"iep_meeting_requested": date(2025, 9, 3), "request_in_writing": False}
    found = deadline("ca_parent_requested_iep_meeting", facts, calendar=CALENDAR)

    assert (found.status, found.due_on) == (Status.UNKNOWN, None)


def test_waiving_the_days_before_a_meeting_leaves_a_standard():
    facts = {"iep_meeting_date": date(2025, 10, 15), "extended_by_written_agreement": True}
    found = deadline("pa_report_before_meeting", facts, calendar=CALENDAR)

    assert (found.status, found.due_on) == (Status.STANDARD, None)
    assert "waive" in found.arithmetic()


def test_an_answer_that_may_change_the_count_makes_an_estimate():
    no = deadline(
        "initial_evaluation",
        CONSENT | {"absent_more_than_8_school_days": False},
        state="FL",
        calendar=CALENDAR,
    )
    yes = deadline(
        "initial_evaluation",
        CONSENT | {"absent_more_than_8_school_days": True},
        state="FL",
        calendar=CALENDAR,
    )

    assert (no.reliable, yes.reliable) == (True, False)
    assert no.due_on == yes.due_on


def test_days_left_out_on_unconfirmed_word_are_counted_and_said():
    found = deadline("initial_evaluation", CONSENT, state="CO", calendar=CALENDAR)

    assert (found.due_on, found.reliable) == (date(2025, 11, 2), False)
    assert "Not left out, because it is not confirmed" in words(found.notes)
    assert "sources disagree" in words(found.estimate)


def test_conflicting_sources_are_shown_with_the_date():
    found = deadline("initial_evaluation", CONSENT, state="NY")

    assert found.reliable
    assert "Guides differ on summer" in words(found.notes)


def test_georgia_shows_the_earlier_date_where_the_summer_is_open():
    facts = {"evaluation_consent_received": date(2026, 4, 20)}
    found = deadline("initial_evaluation", facts, state="GA", calendar=CALENDAR)

    assert found.due_on == date(2026, 6, 19)  # 10 in April, 31, 19
    assert found.latest == date(2026, 8, 30)  # 53 to 12 June, 24 August is 54
    assert not found.reliable


def test_georgia_far_from_the_end_of_the_year_says_that_the_open_question_does_not_matter():
    found = deadline("initial_evaluation", CONSENT, state="GA", calendar=CALENDAR)

    assert not found.reliable  # the row is not marked reliable, so no date from it is
    assert "does not reach the end of the school year" in words(found.estimate)


def test_an_inner_step_is_listed_and_does_not_move_the_date():
    facts = CONSENT | {"eligibility_determined": date(2025, 10, 1)}
    found = deadline("initial_evaluation", facts, state="KY", calendar=CALENDAR)

    assert found.due_on == date(2025, 12, 5)
    assert [(limit.on, limit.binds) for limit in found.limits] == [(date(2025, 10, 31), False)]


def test_a_limit_from_an_unknown_day_is_named():
    found = deadline("records_access_idea", {"records_requested": date(2025, 9, 3)})

    assert (found.due_on, found.reliable) == (date(2025, 10, 18), True)
    assert [(limit.event, limit.on) for limit in found.limits] == [("iep_meeting_date", None)]


def test_removals_that_add_up_are_no_count_from_a_day():
    facts = {"removal_cumulative": date(2025, 9, 3)}
    found = deadline("services_after_10_days", facts, calendar=CALENDAR)

    assert (found.status, found.missing[0].kind) == (Status.NEEDS_INPUT, "removals")


def test_the_first_day_out_is_explained_beside_the_limit():
    found = deadline("removal_10_consecutive", {"removal_start": date(2025, 9, 3)}, calendar=CALENDAR)

    assert found.due_on == date(2025, 9, 17)
    assert "day 10 out is Tuesday, September 16, 2025" in words(found.notes)


def test_state_holidays_that_are_not_known_are_said():
    facts = {"resolution_agreement_signed": date(2025, 11, 26)}
    federal = deadline("resolution_agreement_void", facts)
    louisiana = deadline("resolution_agreement_void", facts, state="LA")
    virginia = deadline("resolution_agreement_void", facts, state="VA")

    assert "without a state" in words(federal.notes)
    assert "list of this state's holidays is not in the data" in words(louisiana.notes)
    assert "holidays" not in words(virginia.notes)


def test_a_calendar_that_does_not_say_when_school_starts_makes_an_estimate():
    assumed = replace(CALENDAR, bounds_assumed=True)
    found = deadline("initial_evaluation", CONSENT, state="OK", calendar=assumed)

    assert not found.reliable
    assert "September through May" in words(found.estimate)


def test_an_assumed_age_of_majority_makes_an_estimate():
    birth = {"birth": date(2008, 5, 5)}

    assert deadline("transfer_of_rights", birth, state="AL").reliable
    assert not deadline("transfer_of_rights", birth, state="CA").reliable
    assert deadline("transfer_of_rights", birth).missing[0].kind == "state"


def test_a_hearing_clock_that_started_early_asks_when():
    facts = {"dp_complaint_received": date(2025, 9, 3), "hearing_clock_started_early": True}
    found = deadline("resolution_period", facts)

    assert (found.status, found.missing[0].key) == (Status.NEEDS_INPUT, "both_parties_waive_in_writing")


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"evaluation_consent_received": "2025-09-03"}, "needs a date"),
        ({"evaluation_consent_received": datetime(2025, 9, 3)}, "needs a date"),
        ({"evaluation_consent_received": date(1066, 1, 1)}, "out of range"),
        ({"consent": date(2025, 9, 3)}, "No rule knows"),
        (CONSENT | {"extended_by_written_agreement": "yes"}, "not an answer"),
        (CONSENT | {"extended_by_written_agreement": -3}, "out of range"),
        (CONSENT | {"extended_by_student_absence": True}, "not an answer"),
        (CONSENT | {"extended_by_written_agreement": date(2025, 9, 1)}, "not after the start"),
    ],
)
def test_facts_that_are_none_are_refused_in_a_sentence(facts, sentence):
    with pytest.raises(FactError, match=sentence):
        deadline("initial_evaluation", facts, state="MI", calendar=CALENDAR)


def test_a_waiver_before_the_complaint_is_refused():
    facts = {
        "dp_complaint_received": date(2025, 9, 3),
        "both_parties_waive_in_writing": date(2025, 9, 1),
    }
    with pytest.raises(FactError, match="comes before the complaint"):
        deadline("hearing_decision", facts)


@pytest.mark.parametrize(
    ("rule", "state", "sentence"),
    [
        ("no_such_rule", None, "There is no rule “no_such_rule”."),
        ("initial_evaluation", "ZZ", "There is no state “ZZ”"),
        ("ca_records", "TX", "is a rule of California, not Texas"),
    ],
)
def test_rules_and_states_that_are_none_are_refused_in_a_sentence(rule, state, sentence):
    with pytest.raises(RuleError, match=sentence):
        deadline(rule, {}, state=state)


@pytest.mark.parametrize(
    ("day", "months", "due"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2025, 3, 31), -1, date(2025, 2, 28)),
        (date(2025, 1, 15), -1, date(2024, 12, 15)),
    ],
)
def test_months_and_years(day, months, due):
    assert add_months(day, months) == due
