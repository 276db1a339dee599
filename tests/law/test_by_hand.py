"""Dates worked out by hand, with pencil and a wall calendar: the rule, its facts, the date, and how it was reached.

The school calendar is ORDINARY of sample_calendars. Its school days, numbered from 1 on Monday 25 August 2025:
Fri 5 Sep = 9, Fri 12 Sep = 14, 19 Sep = 19, 26 Sep = 24, 3 Oct = 29, 10 Oct = 34, 17 Oct = 38 (13 Oct off), 24 Oct = 43,
31 Oct = 48, 7 Nov = 53, 14 Nov = 57 (11 Nov off), 21 Nov = 62, (Thanksgiving week off) 5 Dec = 67, 12 Dec = 72,
19 Dec = 77, (two weeks off) 9 Jan = 82, 16 Jan = 87, 23 Jan = 91 (19 Jan off), 30 Jan = 96, 6 Feb = 101, 13 Feb = 106,
20 Feb = 110 (16 Feb off), 27 Feb = 115, 6 Mar = 120, 13 Mar = 125, 20 Mar = 130, 27 Mar = 135, 3 Apr = 140, (week off)
17 Apr = 145, 24 Apr = 150, 1 May = 155, 8 May = 160, 15 May = 165, 22 May = 170, 29 May = 174 (25 May off), 5 Jun = 179,
12 Jun = 184, the last; then 24 Aug 2026 = 185, 28 Aug = 189, 4 Sep = 194, 11 Sep = 198 (7 Sep off), 18 Sep = 203,
25 Sep = 208.
"""

from datetime import date

import pytest

from law.clock import deadline
from law.rules import rule_of
from tests.law.sample_calendars import ORDINARY, calendar

CALENDAR = calendar(ORDINARY)


def on(day):
    return date.fromisoformat(day)


# (rule, state, start, other facts, due, how)
TABLE = [
    # calendar days
    ("initial_evaluation", "MT", "2026-01-01", {}, "2026-03-02", "30 in Jan, 28 in Feb, 2"),
    ("initial_evaluation", "MT", "2024-01-15", {}, "2024-03-15", "16 in Jan, 29 in Feb, 15"),
    ("initial_evaluation", "MT", "2025-12-20", {}, "2026-02-18", "11 in Dec, 31 in Jan, 18"),
    ("iep_meeting_after_eligibility", None, "2026-05-29", {}, "2026-06-28", "2 in May, 28; a Sunday"),
    ("dp_response", None, "2026-03-07", {}, "2026-03-17", "10 in Mar, over the change of clocks"),
    ("initial_evaluation", "MT", "2025-09-03", {}, "2025-11-02", "27 in Sep, 31 in Oct, 2; a Sunday"),
    ("initial_evaluation", None, "2025-09-03", {}, "2025-11-02", "the same, federal"),
    ("initial_evaluation", "NJ", "2025-09-03", {}, "2025-12-02", "90: 27, 31, 30, 2"),
    ("initial_evaluation", "WV", "2025-09-03", {}, "2025-11-22", "80: 27, 31, 22"),
    (
        "initial_evaluation",
        "MD",
        "2025-09-20",
        {"written_referral_received": "2025-08-20"},
        "2025-11-18",
        "60 from consent is 19 Nov; 90 from referral is 11 + 30 + 31 + 18 = 18 Nov, earlier",
    ),
    ("initial_evaluation", "NC", "2025-10-01", {}, "2025-12-30", "90 from referral: 30, 30, 30"),
    ("records_access_idea", None, "2025-11-10", {}, "2025-12-25", "45: 20 in Nov, 25"),
    (
        "records_access_idea",
        None,
        "2025-11-10",
        {"iep_meeting_date": "2025-12-01"},
        "2025-12-01",
        "before the meeting, if that is sooner",
    ),
    (
        "records_before_meeting",
        None,
        "2026-02-10",
        {"records_requested": "2025-12-01"},
        "2026-01-15",
        "45 from the request: 30 in Dec, 15",
    ),
    ("state_complaint_decision", None, "2025-12-01", {}, "2026-01-30", "30 in Dec, 30"),
    ("resolution_meeting", None, "2026-02-20", {}, "2026-03-07", "8 in Feb, 7; a Saturday"),
    ("ocr_complaint", None, "2025-09-01", {}, "2026-02-28", "180: 29, 31, 30, 31, 31, 28"),
    ("civil_action", None, "2025-12-15", {}, "2026-03-15", "90: 16, 31, 28, 15"),
    ("civil_action", "NH", "2025-12-15", {}, "2026-04-14", "120: 16, 31, 28, 31, 14"),
    # the hearing clock
    ("hearing_decision", None, "2026-02-04", {}, "2026-03-21", "45: 24 in Feb, 21"),
    # counted back
    ("part_c_transition_plan", None, "2026-06-01", {}, "2026-03-03", "90 back: to 1 May 31, to 1 Apr 61, 29"),
    ("dp_amendment", None, "2026-03-03", {}, "2026-02-26", "5 back: 28 Feb is 3"),
    ("fee_offer", None, "2026-03-03", {}, "2026-02-20", "more than 10 back, so 11: 28 Feb is 3, 8 more"),
    ("md_meeting_notice", "MD", "2026-01-05", {}, "2025-12-26", "10 back: 31 Dec is 5, 5 more"),
    ("ma_summaries", "MA", "2026-03-01", {}, "2026-02-27", "2 back"),
    # years
    ("triennial_reevaluation", None, "2024-02-29", {}, "2027-02-28", "no 29 February in 2027"),
    ("annual_iep_review", None, "2024-02-29", {}, "2025-02-28", "no 29 February in 2025"),
    ("triennial_reevaluation", None, "2025-09-03", {}, "2028-09-03", "the same day"),
    ("transition_services_16", None, "2008-02-29", {}, "2024-02-29", "2024 has a 29 February"),
    ("state_complaint_lookback", None, "2025-03-31", {}, "2026-03-31", "the same day"),
    ("due_process_limitation", None, "2024-02-29", {}, "2026-02-28", "two years"),
    ("due_process_limitation", "WI", "2025-05-10", {}, "2026-05-10", "one year in Wisconsin"),
    ("transfer_of_rights_notice", None, "2028-02-29", {}, "2027-02-28", "one year back"),
    ("pa_reevaluation_id", "PA", "2024-02-29", {}, "2026-02-28", "two years"),
    # business days
    ("resolution_agreement_void", None, "2025-11-26", {}, "2025-12-02", "Thu out; Fri, Mon, Tue"),
    ("resolution_agreement_void", "VA", "2025-11-26", {}, "2025-12-03", "Thu, Fri out; Mon, Tue, Wed"),
    ("resolution_agreement_void", None, "2026-07-02", {}, "2026-07-08", "Fri 3 Jul is the holiday"),
    ("hearing_disclosure", None, "2025-12-01", {}, "2025-11-21", "back: 28, (27), 26, 25, 24, 21 Nov"),
    (
        "unilateral_placement_notice",
        None,
        "2025-12-01",
        {},
        "2025-11-17",
        "10 weekdays back, Thanksgiving counts: 28 to 24 are 5, 21 to 17 are 10",
    ),
    ("dc_oral_referral_documented", "DC", "2026-04-15", {}, "2026-04-21", "16 Apr is a holiday there"),
    (
        "initial_evaluation",
        "VA",
        "2026-09-15",
        {},
        "2026-12-22",
        "65: 3 to 18 Sep, 8, 13, 18, 22 (12 Oct), 27, 32, 36 (3 Nov), 40 (11 Nov), 45, 48 (26, 27 Nov), 53, 58, 63 to 18 Dec",
    ),
    (
        "initial_evaluation",
        "LA",
        "2026-01-05",
        {},
        "2026-04-01",
        "60: 4 to 9 Jan, 9, 13 (19 Jan), 18, 23, 28, 32 (16 Feb), 37, 42, 47, 52, 57 to 27 Mar, then Mon, Tue, Wed",
    ),
    ("nh_referral_disposition", "NH", "2026-10-26", {}, "2026-11-18", "15: 4, 8 (3 Nov), 12 (11 Nov), 3"),
    ("ca_records", "CA", "2025-12-22", {}, "2025-12-30", "23, 24, (25), 26, 29, 30 Dec"),
    # school days, by the numbers above
    ("initial_evaluation", "MI", "2025-09-03", {}, "2025-10-16", "day 7 + 30 = 37"),
    ("initial_evaluation", "NE", "2025-09-03", {}, "2025-11-06", "7 + 45 = 52"),
    ("initial_evaluation", "IL", "2025-09-03", {}, "2025-12-05", "7 + 60 = 67"),
    ("manifestation_determination", None, "2025-11-21", {}, "2025-12-12", "62 + 10 = 72"),
    ("manifestation_determination", None, "2025-12-17", {}, "2026-01-14", "75 + 10 = 85, over winter break"),
    ("initial_evaluation", "MN", "2026-06-01", {}, "2026-09-22", "175 + 30 = 205, over the summer"),
    ("removal_10_consecutive", None, "2025-09-03", {}, "2025-09-17", "7 + 10 = 17"),
    ("il_documents_before_meeting", "IL", "2026-01-05", {}, "2025-12-17", "78 − 3 = 75"),
    ("initial_evaluation", "DE", "2025-11-03", {}, "2026-01-28", "49 + 45 = 94; 90 calendar days are 1 Feb"),
    ("initial_evaluation", "DE", "2026-05-04", {}, "2026-08-02", "156 + 45 is in September; 90 days: 27, 30, 31, 2"),
    ("initial_evaluation", "TX", "2025-09-03", {}, "2025-11-06", "7 + 45 = 52"),
    (
        "initial_evaluation",
        "TX",
        "2025-09-03",
        {"extended_by_student_absence": 4},
        "2025-11-13",
        "52 + 4 absent = 56",
    ),
    (
        "initial_evaluation",
        "TX",
        "2025-09-03",
        {"extended_by_student_absence": 2},
        "2025-11-06",
        "fewer than 3 absences add nothing",
    ),
    ("initial_evaluation", "NV", "2025-09-03", {"extended_by_superintendent": True}, "2025-12-05", "52 + 15"),
    # late in the year
    ("initial_evaluation", "MA", "2026-04-15", {}, "2026-06-26", "143, 41 left: 14 days after 12 June"),
    ("initial_evaluation", "TX", "2026-04-15", {}, "2026-06-30", "41 left: 30 June"),
    ("initial_evaluation", "IL", "2026-04-15", {}, "2026-08-23", "41 left: before 24 August"),
    ("il_implementation", "IL", "2026-06-01", {}, "2026-08-24", "175, 9 left: start of the next year"),
    ("il_implementation", "IL", "2026-05-29", {}, "2026-06-12", "174, 10 left: 184"),
    ("initial_evaluation", "CA", "2026-05-20", {}, "2026-09-23", "23 days before the end: 24 Aug + 30"),
    ("ca_assessment_plan", "CA", "2026-06-05", {}, "2026-09-02", "7 days before the end: day 10 of the year"),
    ("tx_ard_meeting", "TX", "2026-05-29", {}, "2026-08-24", "28 June is in the summer"),
    # the edges of the windows
    ("initial_evaluation", "TX", "2026-04-23", {}, "2026-06-30", "149, 35 left: inside"),
    ("initial_evaluation", "TX", "2026-04-24", {}, "2026-09-08", "150, 34 left: 150 + 45 = 195"),
    ("initial_evaluation", "TX", "2026-04-03", {}, "2026-06-30", "140, 44 left: inside"),
    ("initial_evaluation", "TX", "2026-04-02", {}, "2026-06-12", "139, 45 left: 184, the last day"),
    ("initial_evaluation", "MA", "2026-04-30", {}, "2026-06-26", "154, 30 left: inside"),
    ("initial_evaluation", "MA", "2026-05-01", {}, "2026-09-15", "155, 29 left: 155 + 45 = 200"),
    ("initial_evaluation", "MA", "2026-04-02", {}, "2026-06-26", "139, 45 left: inside"),
    ("initial_evaluation", "MA", "2026-04-01", {}, "2026-06-11", "138, 46 left: 183"),
    ("initial_evaluation", "IL", "2026-06-11", {}, "2026-08-23", "183, 1 left: inside"),
    ("initial_evaluation", "IL", "2026-06-12", {}, "2026-11-16", "184, none left: 244; 13 Nov is 243"),
    ("initial_evaluation", "IL", "2026-03-13", {}, "2026-08-23", "125, 59 left: inside"),
    ("initial_evaluation", "IL", "2026-03-12", {}, "2026-06-12", "124, 60 left: 184"),
    ("il_implementation", "IL", "2026-06-12", {}, "2026-08-24", "184, none left: inside"),
    ("initial_evaluation", "CA", "2026-05-13", {}, "2026-09-23", "30 days before the end: inside"),
    ("initial_evaluation", "CA", "2026-05-12", {}, "2026-09-21", "31 days before: 31 to 12 June, 24 Aug is 32"),
    ("initial_evaluation", "CA", "2026-06-12", {}, "2026-09-23", "the last day: inside"),
    ("initial_evaluation", "CA", "2026-06-13", {}, "2026-10-22", "in the summer: 24 Aug is 1"),
    # breaks left out
    ("initial_evaluation", "CA", "2025-12-01", {}, "2026-02-13", "20 to 21 Dec; 5 Jan is 21, so 39 on"),
    (
        "initial_evaluation",
        "CA",
        "2025-11-12",
        {},
        "2026-01-25",
        "Thanksgiving week is 5 school days, not more: 18 to 30 Nov, 39 to 21 Dec, 5 Jan is 40",
    ),
    ("initial_evaluation", "CA", "2026-05-01", {}, "2026-09-10", "42 to 12 June; 24 Aug is 43"),
    ("ca_assessment_plan", "CA", "2025-12-15", {}, "2026-01-13", "6 to 21 Dec; 5 Jan is 7"),
    ("initial_evaluation", "GA", "2026-03-20", {}, "2026-05-28", "14 to 3 Apr; both weekends out; 13 Apr is 15"),
    (
        "initial_evaluation",
        "FL",
        "2025-11-03",
        {},
        "2026-01-21",
        "19 to 23 Nov (11 out), 21 to 30 Nov, 42 to 21 Dec, 44 to 4 Jan, 58 to 18 Jan, 19 Jan out, 20, 21",
    ),
    ("initial_evaluation", "PA", "2026-05-01", {}, "2026-09-10", "summer out, as in California"),
    ("initial_evaluation", "PA", "2025-12-01", {}, "2026-01-30", "the winter break counts"),
    ("initial_evaluation", "PA", "2026-05-01", {"preschool_early_intervention": True}, "2026-06-30", "30, 30"),
    ("nj_identification_meeting", "NJ", "2025-12-15", {}, "2026-01-16", "6 to 21 Dec, 3 Jan is 7"),
    ("nj_identification_meeting", "NJ", "2026-06-05", {}, "2026-06-25", "the summer counts"),
]  # fmt: skip


@pytest.mark.parametrize(("rule_id", "state", "start", "more", "due", "how"), TABLE)
def test_worked_by_hand(rule_id, state, start, more, due, how):
    facts = {rule_of(rule_id, state).trigger: on(start)}
    facts |= {key: on(value) if isinstance(value, str) else value for key, value in more.items()}

    assert deadline(rule_id, facts, state=state, calendar=CALENDAR).due_on == on(due), how


def test_there_are_at_least_sixty_of_them():
    assert len(TABLE) >= 60


# Starts worked out from other events.
DERIVED = [
    ("hearing_decision", None, {"dp_complaint_received": "2026-01-05"}, "2026-03-21"),
    (
        "hearing_decision",
        None,
        {"dp_complaint_received": "2026-01-05", "both_parties_waive_in_writing": "2026-01-12"},
        "2026-02-26",
    ),
    (
        "resolution_period",
        None,
        {"dp_complaint_received": "2026-01-05", "both_parties_waive_in_writing": "2026-01-12"},
        "2026-01-12",
    ),
    ("part_c_transition_plan", None, {"birth": "2023-06-01"}, "2026-03-03"),
    ("transfer_of_rights", "AL", {"birth": "2007-05-05"}, "2026-05-05"),
    ("transfer_of_rights", "NE", {"birth": "2007-02-28"}, "2026-02-28"),
    ("transfer_of_rights_notice", "CA", {"birth": "2008-02-29"}, "2025-02-28"),
]


@pytest.mark.parametrize(("rule_id", "state", "facts", "due"), DERIVED)
def test_starts_that_follow_from_another_event(rule_id, state, facts, due):
    given = {key: on(value) for key, value in facts.items()}

    assert deadline(rule_id, given, state=state).due_on == on(due)
