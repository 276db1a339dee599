"""Facts that cannot be: an event in the future, a meeting a century ago, eligibility before consent.

Said when someone types them, in their language; the clock itself only refuses dates that are out of range.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from law.clock import add_months
from law.messages import Message, message
from law.rules import event_of

# Public Law 94-142, the first federal special-education law, took effect in October 1977; nobody has an IEP from before.
FIRST_DAY = date(1977, 10, 1)

# What is planned rather than done may lie ahead.
_MAY_LIE_AHEAD = frozenset(
    {
        "age_of_majority",
        "dp_hearing_start",
        "eligibility_meeting_date",
        "exit_from_school",
        "expedited_hearing_date",
        "iep_meeting_date",
        "private_removal_date",
        "progress_period_end",
        "resolution_period_day_30",
        "resolution_period_end",
        "school_year_start",
        "third_birthday",
    }
)

# Each event cannot come before the one it needs.
_ORDER = (
    ("written_referral_received", "evaluation_consent_received"),
    ("evaluation_requested", "evaluation_consent_received"),
    ("referral_received", "evaluation_consent_received"),
    ("oral_referral", "written_referral_received"),
    ("assessment_plan_received", "evaluation_consent_received"),
    ("evaluation_consent_received", "evaluation_completed"),
    ("evaluation_consent_received", "eligibility_determined"),
    ("evaluation_completed", "eligibility_determined"),
    ("evaluation_completed", "evaluation_report_completed"),
    ("evaluation_report_completed", "evaluation_report_disseminated"),
    ("eligibility_determined", "iep_developed"),
    ("reevaluation_requested", "reevaluation_consent_received"),
    ("dp_complaint_filed", "dp_complaint_received"),
    ("dp_complaint_received", "sufficiency_notice_received"),
    ("dp_complaint_received", "resolution_period_end"),
    ("dp_complaint_received", "both_parties_waive_in_writing"),
    ("dp_complaint_received", "parties_agree_in_writing_no_agreement_possible"),
    ("dp_complaint_received", "dp_hearing_start"),
    ("dp_hearing_start", "hearing_decision_date"),
    ("hearing_decision_date", "hearing_decision_received"),
    ("expedited_complaint_filed", "expedited_complaint_received"),
    ("expedited_complaint_filed", "expedited_hearing_date"),
    ("discipline_change_decision", "manifestation_found"),
    ("violation_date", "state_complaint_filed"),
)


def problems(facts: Mapping[str, date | bool | int], *, today: date) -> list[Message]:
    """What cannot be true about a case's dates, one sentence each; empty when nothing is impossible.

    Args:
        facts: dates by event id; answers are ignored.
        today: the date where the reader is.
    """
    dates = {
        key: value for key, value in facts.items() if isinstance(value, date) and not isinstance(value, bool)
    }
    found = []
    for key, on in dates.items():
        event = event_of(key)
        if key == "birth":
            if on > today:
                found.append(message("future", event=event, on=on))
            elif add_months(on, 12 * 23) < today:
                # services end at 21 at the latest, some states serve through the year of the 22nd birthday
                found.append(message("age", on=today, age=_age(on, today), event=event))
            continue
        if on < FIRST_DAY:
            found.append(message("too_old", event=event, on=on))
        elif on > today and key not in _MAY_LIE_AHEAD:
            found.append(message("future", event=event, on=on))
        birth = dates.get("birth")
        if birth is not None and on < birth:
            found.append(
                message("order", first=event_of("birth"), first_on=birth, second=event, second_on=on)
            )
    for first, second in _ORDER:
        if first in dates and second in dates and dates[second] < dates[first]:
            found.append(
                message(
                    "order",
                    first=event_of(first),
                    first_on=dates[first],
                    second=event_of(second),
                    second_on=dates[second],
                )
            )
    return found


def _age(birth: date, today: date) -> int:
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
