"""The stages of each kind of case: what staff call them, and what a family reads as “what happens next”."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from cases.models.matters import Kind

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words


@dataclass(frozen=True)
class Stage:
    """`name` is for staff, `next` for the family."""

    id: str
    name: Words
    next: Words


_START = Stage(
    "start", _("Getting to know"), _("We get to know your child. Please send us the papers you have.")
)
_GATHER = Stage("records", _("Records"), _("We ask the school for your child's papers and read them."))
_FOLLOW = Stage("follow_up", _("Follow-up"), _("We write down what was agreed and check that it happens."))
_WATCH = Stage("in_place", _("In place"), _("The plan is in place. Tell us how it goes."))

STAGES: dict[str, tuple[Stage, ...]] = {
    Kind.EVALUATION: (
        _START,
        Stage("asked", _("Evaluation asked for"), _("The school must answer whether it will test your child.")),
        Stage("consent", _("Consent given"), _("The school tests your child. The law gives it a set time.")),
        Stage("results", _("Results"), _("We read the results and get ready for the meeting.")),
        Stage("eligibility", _("Eligibility meeting"), _("You and the school decide if your child needs an IEP.")),
        _FOLLOW,
    ),
    Kind.IEP: (
        _START,
        _GATHER,
        Stage("prepare", _("Prepare the meeting"), _("We get ready for the IEP meeting. Tell us your questions.")),
        Stage("meeting", _("IEP meeting"), _("You, the school and your advocate meet about the IEP.")),
        _FOLLOW,
        _WATCH,
    ),
    Kind.S504: (
        _START,
        Stage("asked", _("504 plan asked for"), _("The school must look at whether your child needs a 504 plan.")),
        Stage("meeting", _("504 meeting"), _("You, the school and your advocate meet about the 504 plan.")),
        _WATCH,
    ),
    Kind.DISCIPLINE: (
        _START,
        Stage("counting", _("Counting days"), _("We count the days your child was sent home. Tell us about each one.")),
        Stage("manifestation", _("Manifestation meeting"), _("You and the school look at whether the conduct comes from the disability.")),
        Stage("plan", _("Behavior plan"), _("The school makes or changes a plan that helps your child behave well.")),
        _WATCH,
    ),
    Kind.PLACEMENT: (
        _START,
        _GATHER,
        Stage("visit", _("Visits"), _("We look at the places where your child could learn.")),
        Stage("meeting", _("Placement meeting"), _("You and the school decide where your child learns.")),
        _WATCH,
    ),
    Kind.RECORDS: (
        _START,
        Stage("asked", _("Records asked for"), _("The school must show you your child's papers in a set time.")),
        Stage("reading", _("Reading"), _("We read the papers and tell you what we found.")),
    ),
    Kind.COMPLAINT: (
        _START,
        Stage("facts", _("Gather facts"), _("We gather the facts and the papers that show them.")),
        Stage("filed", _("Filed"), _("The state looks into it and must answer in a set time.")),
        Stage("decision", _("Decision"), _("We read the decision with you and check that it is carried out.")),
    ),
    Kind.MEDIATION: (
        _START,
        Stage("asked", _("Mediation asked for"), _("A neutral person will help you and the school to talk.")),
        Stage("session", _("Session"), _("You and the school meet with the neutral person.")),
        _FOLLOW,
    ),
    Kind.DUE_PROCESS: (
        _START,
        Stage("filed", _("Complaint filed"), _("The school must answer, and both sides meet to try to agree.")),
        Stage("resolution", _("Resolution period"), _("Both sides try to agree before a hearing.")),
        Stage("hearing", _("Hearing"), _("A hearing officer listens to both sides.")),
        Stage("decision", _("Decision"), _("We read the decision with you and check that it is carried out.")),
    ),
    Kind.TRANSITION: (
        _START,
        Stage("goals", _("Goals after school"), _("We ask your child about work, study and life after school.")),
        Stage("agencies", _("Agencies"), _("We find out who else can help after school ends.")),
        _WATCH,
    ),
    Kind.OTHER: (
        _START,
        Stage("working", _("Working on it"), _("We are working on it and will tell you the next step.")),
        _FOLLOW,
    ),
}  # fmt: skip

# What the firm begins with; it edits its own afterwards. (kind, stage): (task, days from the change of stage)
FIRST_TASKS: dict[tuple[str, str], tuple[tuple[str, int | None], ...]] = {
    (Kind.EVALUATION, "start"): (("Ask the family for papers they have", 3),),
    (Kind.EVALUATION, "asked"): (("Check that the school answered the request in writing", 10),),
    (Kind.EVALUATION, "consent"): (("Record the day the school received consent", 1), ("Ask the school for the test dates", 14)),
    (Kind.EVALUATION, "results"): (("Get the evaluation report before the meeting", 5),),
    (Kind.EVALUATION, "eligibility"): (("Send the parent the form before the meeting", 2),),
    (Kind.EVALUATION, "follow_up"): (("Send the follow-up letter", 2),),
    (Kind.IEP, "start"): (("Ask the family for the newest IEP", 3),),
    (Kind.IEP, "records"): (("Ask the school for records", 2),),
    (Kind.IEP, "prepare"): (("Write the agenda", 5), ("Send the parent the form before the meeting", 2)),
    (Kind.IEP, "follow_up"): (("Send the follow-up letter", 2), ("Check the first services after the meeting", 21)),
    (Kind.IEP, "in_place"): (("Ask the family how it goes", 30),),
    (Kind.S504, "asked"): (("Check that the school answered the request in writing", 10),),
    (Kind.DISCIPLINE, "start"): (("Ask the family for each day the child was sent home", 2),),
    (Kind.DISCIPLINE, "manifestation"): (("Record the day of the school's decision", 1), ("Ask for the records before the meeting", 2)),
    (Kind.RECORDS, "asked"): (("Record the day records were asked for", 1),),
    (Kind.COMPLAINT, "facts"): (("List the facts with dates and papers", 7),),
    (Kind.COMPLAINT, "filed"): (("Send the school district its copy the same day", 0),),
    (Kind.DUE_PROCESS, "filed"): (("Record the day the complaint was received", 1),),
}  # fmt: skip


def stage_of(kind: str, stage: str) -> Stage:
    """The stage with this id; the first of the kind for an id that no longer exists."""
    found = STAGES.get(kind, STAGES[Kind.OTHER])
    return next((item for item in found if item.id == stage), found[0])


def first_stage(kind: str) -> Stage:
    return STAGES[kind][0]
