"""What an IEP should hold and this one does not show: observations with a citation, never verdicts.

Overdue dates are judged only from dates inside the document, never from today's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from reader.dates import years_after
from reader.identity import day
from reader.knowledge import Knowledge, plain
from reader.labels import Entry
from reader.parts import Part
from reader.reading import Defect, Evidence, Goal, Reading, Text, Value
from reader.transition import AREAS


class _Finder:
    def __init__(self, reading: Reading, knowledge: Knowledge) -> None:
        self.reading = reading
        self.knowledge = knowledge
        self.found: list[Defect] = []
        self.remarks: list[Defect] = []

    def add(
        self,
        component: str,
        description: str,
        *,
        source: Value[Any] | None = None,
        about: str = "",
        weak: bool = False,
    ) -> None:
        rule = self.knowledge.defects[component]
        defect = Defect(
            component,
            rule["citation"],
            description,
            source.places if source is not None else (),
            about,
            "weak" if weak else "missing",
        )
        (self.remarks if weak else self.found).append(defect)


def gather_evidence(parts: Sequence[Part], entries: Sequence[Entry]) -> Evidence:
    """What the document shows as a whole, for :func:`find_defects`."""
    return Evidence(
        alternate_reason=_says_why_alternate(parts, entries),
        transition_services=_has_services(parts, entries),
        student_invited=_says_invited(parts),
        blank_after_school=_blank_after_school(entries),
    )


def find_defects(reading: Reading, knowledge: Knowledge) -> tuple[list[Defect], list[Defect]]:
    """(defects, remarks): what is missing, and what is there but thin. Empty for documents that are no IEP.

    Looks at nothing but the reading and its evidence, so that it can be asked again after a correction.
    """
    if reading.document_kind.value != "iep":
        return [], []
    finder = _Finder(reading, knowledge)
    _goals(finder)
    _needs(finder)
    _services(finder)
    _placement(finder)
    _assessments(finder)
    _transition(finder)
    _dates(finder)
    if reading.progress_reporting.present is not None and not reading.progress_reporting.present.value:
        finder.add(
            "progress_reporting",
            "No schedule for reports to the parents on progress toward the goals was found.",
            source=reading.progress_reporting.present,
            about="progress_reporting",
            weak=not reading.progress_reporting.present.words,  # no box for it was found either
        )
    return finder.found, finder.remarks


def _called(goal: Goal, index: int) -> str:
    number = goal.number.value if goal.number else str(index + 1)
    return f"Goal {number} ({goal.area.value})" if goal.area else f"Goal {number}"


_IN_NO_GOAL = {  # part -> (component, what to say when no goal has it)
    "baseline": ("plaafp", "No baseline was found for any goal; it may stand elsewhere in this form."),
    "measurement": (
        "progress_measurement",
        "No way to measure progress was found for any goal; it may stand elsewhere in this form.",
    ),
}


def _goals(finder: _Finder) -> None:
    reading = finder.reading
    # what one goal of several lacks was left out; what all of them lack stands where it was not looked for
    nowhere = [
        part
        for part in _IN_NO_GOAL
        if len(reading.goals) > 1 and all(getattr(goal, part) is None for goal in reading.goals)
    ]
    for part in nowhere:
        component, remark = _IN_NO_GOAL[part]
        finder.add(component, remark, source=reading.goals[0].text, about="goals", weak=True)
    for index, goal in enumerate(reading.goals):
        name, about = _called(goal, index), f"goals[{index}]"
        lacks = [part for part in ("behavior", "criterion") if getattr(goal, part) is None]
        if lacks:
            words = {
                "behavior": "a behavior that can be seen or heard",
                "criterion": "a criterion for mastery",
            }
            finder.add(
                "annual_goals_academic_functional",
                f"{name} does not state {' or '.join(words[part] for part in lacks)}.",
                source=goal.text,
                about=about,
            )
        if goal.baseline is None and "baseline" not in nowhere:
            finder.add(
                "plaafp",
                f"{name} has no baseline that says where the child starts.",
                source=goal.text,
                about=about,
            )
        if goal.measurement is None and "measurement" not in nowhere:
            finder.add(
                "progress_measurement",
                f"{name} does not say how progress will be measured.",
                source=goal.text,
                about=about,
            )
        elif goal.measurement is not None and re.fullmatch(
            r"(?i)teacher observations?|observations?|observación(?: del maestro| de la maestra)?",
            goal.measurement.value.strip(" ."),
        ):
            finder.add(
                "progress_measurement",
                f"{name} is measured by observation alone.",
                source=goal.measurement,
                about=about,
                weak=True,
            )
        if reading.assessments.alternate and reading.assessments.alternate.value and not goal.objectives:
            finder.add(
                "benchmarks_objectives",
                f"{name} has no benchmarks or short-term objectives, and an alternate assessment is chosen.",
                source=goal.text,
                about=about,
            )
        start, aim = _percent(goal.baseline), _percent(goal.criterion)
        if start is not None and aim is not None and aim <= start and not _grows(goal):
            finder.add(
                "annual_goals_academic_functional",
                f"{name} aims at {aim}%, and the baseline is {start}% already.",
                source=goal.criterion,
                about=about,
                weak=True,
            )
    if not reading.goals:
        finder.add(
            "annual_goals_academic_functional", "No measurable annual goals were found.", about="goals"
        )


def _grows(goal: Goal) -> bool:
    """Another figure than the percentage rises: "80 words a minute with 95 % accuracy" after 62."""
    before, after = (
        [float(number) for number in re.findall(r"\b\d+(?:\.\d+)?\b(?!\s?%|\.\d)", value.value)]
        if value
        else []
        for value in (goal.baseline, goal.criterion)
    )
    return bool(before and after and after[0] > before[0])


def _needs(finder: _Finder) -> None:
    """Areas that the present levels name as a need, and neither a goal nor a service is about."""
    reading, words = finder.reading, finder.knowledge.words
    if not reading.goals:
        return
    goals = [
        f"{goal.area.value if goal.area else ''} {goal.text.value if goal.text else ''}"
        for goal in reading.goals
    ]
    served = plain(" ".join([*goals, *(service.name.value for service in reading.services if service.name)]))
    need, none = (re.compile("|".join(words[name]), re.I) for name in ("need_words", "no_need_words"))
    for heading, level in reading.present_levels.items():
        area = area_of(heading, finder.knowledge)
        if area is None or area in words["not_a_need"] or not need.search(none.sub("", level.value)):
            continue
        if any(re.search(rf"\b{re.escape(plain(word))}", served) for word in words["areas"][area]):
            continue
        component = "goals_curriculum" if area in words["academic_areas"] else "goals_other_needs"
        finder.add(
            component,
            f"The present levels name a need in {area}, and no goal and no service for it was found.",
            source=level,
            about=f"present_levels.{heading}",
            weak=True,
        )


def area_of(heading: str, knowledge: Knowledge) -> str | None:
    """The area of learning that a heading names, or None: the one whose word is longest."""
    said = plain(heading)
    found = [
        (len(word), area)
        for area, words in knowledge.words["areas"].items()
        for word in (area, *words)
        if re.search(rf"\b{re.escape(plain(word))}", said)
    ]
    return max(found)[1] if found else None


def _percent(value: Text | None) -> int | None:
    found = re.search(r"(\d{1,3})\s?%", value.value) if value is not None else None
    return int(found[1]) if found else None


def _services(finder: _Finder) -> None:
    reading = finder.reading
    open_ended = []
    for service in reading.services:
        kind = service.kind.value if service.kind else ""
        if kind == "transportation" or service.minutes_per_week is not None:
            continue
        if kind == "supplementary" and service.as_written is not None and service.per is not None:
            continue
        if service.name is not None:
            open_ended.append(service)
    if open_ended:
        names = "; ".join(
            f"{s.name.value} ({s.as_written.value if s.as_written else 'nothing written'})"
            for s in open_ended
            if s.name
        )
        finder.add(
            "service_details",
            f"Services without an amount and frequency: {names}.",
            source=open_ended[0].name,
            about="services",
        )
    if not reading.services:
        finder.add(
            "special_education_services", "No special education services were found.", about="services"
        )
    missing_place = [
        s for s in reading.services if s.location is None and s.kind and s.kind.value != "transportation"
    ]
    if missing_place and len(missing_place) < len(reading.services):
        finder.add(
            "service_details",
            "Services without a location: " + "; ".join(s.name.value for s in missing_place if s.name) + ".",
            source=missing_place[0].name,
            about="services",
            weak=True,
        )


def _placement(finder: _Finder) -> None:
    lre = finder.reading.lre
    share = lre.percent_general_education
    if share is not None and share.value >= 100:
        return
    if lre.explanation_present is None or not lre.explanation_present.value:
        finder.add(
            "nonparticipation_explanation",
            "No reason was found for the time away from children without disabilities.",
            source=lre.explanation_present or share,
            about="lre",
            weak=lre.explanation_present is None
            and share is None,  # nothing about placement was found at all
        )


_WHY_ALTERNATE = re.compile(
    r"(?i)(?:cannot|can not|unable to|is not able to)[^.]{0,80}(?:regular|general|state)[^.]{0,60}assessment[^.]{0,20}(?:because|due)|alternate assessment is appropriate because|(?:cannot|can not) be taken|meets the (?:guidelines|criteria)[^.]{0,80}(?:alternate|significant cognitive)|no puede[^.]{0,80}porque"
)


def _says_why_alternate(parts: Sequence[Part], entries: Sequence[Entry]) -> bool:
    reasons = [entry.value.flat for entry in entries if entry.role == "assessment.alternate_reason"]
    if any(len(re.findall(r"[^\W\d_]{2,}", reason)) >= 5 for reason in reasons):
        return True
    asked = re.compile(
        r"(?i)\bwhy\b[^☐☒]{0,90}\b(?:regular|alternate)\b[^.?:☐☒]{0,120}[.?:]\s+([^☐☒]{40,260})"
    )
    for part in parts:
        told = asked.search(part.prose.flat) if part.kind == "assessments" else None
        if told and re.search(
            r"(?i)\b(?:because|cannot|unable|no level|learns?|based on|below|porque|no puede)\b", told[1]
        ):
            return True  # the question, and a reason under it
    return any(part.kind == "assessments" and _WHY_ALTERNATE.search(part.prose.flat) for part in parts)


def _assessments(finder: _Finder) -> None:
    alternate = finder.reading.assessments.alternate
    if alternate is None or not alternate.value or finder.reading.evidence.alternate_reason:
        return
    finder.add(
        "alternate_assessment_statement",
        "An alternate assessment is chosen without saying why the regular one cannot be used and why this one fits.",
        source=alternate,
        about="assessments",
    )


def _transition(finder: _Finder) -> None:
    reading = finder.reading
    transition = reading.transition
    required = transition.required is not None and transition.required.value
    vague = [re.compile(pattern, re.I) for pattern in finder.knowledge.grammar["postsecondary_vague"]]
    if required and not transition.postsecondary_goals:
        finder.add(
            "transition_postsecondary_goals",
            "The student is 16 or older during this IEP, and no measurable postsecondary goals were found.",
            about="transition",
        )
    elif required and set(reading.evidence.blank_after_school or ()) - {
        g.area for g in transition.postsecondary_goals
    }:
        finder.add(
            "transition_postsecondary_goals",
            "A goal after school for education or training, or for employment, is left blank.",
            source=transition.postsecondary_goals[0].text,
            about="transition",
        )
    for index, goal in enumerate(transition.postsecondary_goals):
        if (
            goal.text
            and not re.search(r"(?i)\bwill\b|rá\b", goal.text.value)
            and any(p.search(goal.text.value) for p in vague)
        ):
            finder.add(
                "transition_postsecondary_goals",
                f"The {goal.area} goal states an interest rather than what the student will do.",
                source=goal.text,
                about=f"transition.postsecondary_goals[{index}]",
            )
    if required and not reading.evidence.transition_services:
        finder.add(
            "transition_services",
            "No transition services and no course of study were found.",
            about="transition",
        )
    if reading.transfer_of_rights_present is not None and not reading.transfer_of_rights_present.value:
        finder.add(
            "transfer_of_rights_statement",
            "No statement that the student was told of the rights that transfer at the age of majority was found.",
            source=reading.transfer_of_rights_present,
            about="transfer_of_rights_present",
        )
    if required and reading.team and not _student_invited(finder):
        finder.add(
            "student_invited_transition",
            "Transition must be discussed, and nothing shows that the student was invited or took part.",
            source=reading.team[0].name,
            about="team",
        )


def _blank_after_school(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Areas of goals after school that must be there (training, work) and whose box in a table holds nothing."""
    blank = {
        AREAS[entry.role or ""]
        for entry in entries
        if entry.part == "transition"
        and entry.how in ("row", "column")
        and entry.role in ("transition.education", "transition.employment")
        and not entry.value
    }
    return tuple(sorted(blank))


def _has_services(parts: Sequence[Part], entries: Sequence[Entry]) -> bool:
    for entry in entries:
        if entry.role == "courses" and len(re.findall(r"[^\W\d_]{3,}", entry.value.flat)) >= 2:
            return True
    for part in parts:
        titled = part.kind == "transition" and re.search(
            r"(?i)services|activit|servicios|actividades", part.title.flat
        )
        if titled and len(re.findall(r"[^\W\d_]{3,}", part.prose.flat)) >= 6:
            return True
        if part.kind in ("transition", "services"):
            text = plain(re.sub(r"_+", " ", part.prose.flat))
            if (
                re.search(
                    r"(?:transition service|service/activity|servicios de transicion|activit)[^.]{0,10}[:/]?\s*\w+",
                    text,
                )
                and len(text) > 250
            ):
                return True
            for table in part.tables:
                if (
                    len(table.rows) > 1
                    and any(len(cell.text.flat) > 8 for row in table.rows[1:] for cell in row)
                    and part.kind == "transition"
                ):
                    return True
    return False


def _student_invited(finder: _Finder) -> bool:
    roles = {plain(role) for role in finder.knowledge.words["student_roles"]}
    name = finder.reading.student.name
    for member in finder.reading.team:
        if member.role and plain(member.role.value) in roles:
            return True
        if name and member.name and plain(member.name.value) == plain(name.value):
            return True
    return bool(finder.reading.evidence.student_invited)


def _says_invited(parts: Sequence[Part]) -> bool:
    text = "\n".join(part.prose.flat for part in parts)
    return bool(
        re.search(
            r"(?i)date student (?:was )?(?:notified|invited)[^\d]{0,60}\d|(?:student|child) (?:was )?invited(?: to the meeting)?\s*[?:]?\s*(?:☒\s*yes|yes)|student (?:attended|participated|led)",
            text,
        )
    )


def _dates(finder: _Finder) -> None:
    reading = finder.reading
    meeting = day(reading.meeting_date)
    due, start, end = day(reading.reevaluation_due), day(reading.iep_start), day(reading.iep_end)
    if meeting and due and due < meeting:
        finder.add(
            "triennial_reevaluation",
            f"The reevaluation was due {due.isoformat()}, before this meeting of {meeting.isoformat()}.",
            source=reading.reevaluation_due,
            about="reevaluation_due",
        )
    elif (
        meeting and due is None and (last := day(reading.last_evaluation)) and years_after(last, 3) < meeting
    ):
        finder.add(
            "triennial_reevaluation",
            f"The last evaluation is of {last.isoformat()}, more than three years before this meeting.",
            source=reading.last_evaluation,
            about="last_evaluation",
        )
    previous = day(reading.previous_meeting)
    if meeting and previous and years_after(previous, 1) < meeting:
        finder.add(
            "annual_iep_review",
            f"The IEP before this one is of {previous.isoformat()}, more than a year before this meeting of {meeting.isoformat()}.",
            source=reading.previous_meeting,
            about="previous_meeting",
        )
    elif start and end and years_after(start, 1) < end and (end - start).days > 372:
        finder.add(
            "annual_iep_review",
            f"This IEP runs from {start.isoformat()} to {end.isoformat()}, more than a year.",
            source=reading.iep_end,
            about="iep_end",
        )
    if start and end and end < start:
        finder.add(
            "service_details",
            f"The IEP ends {end.isoformat()}, before it starts {start.isoformat()}.",
            source=reading.iep_end,
            about="iep_end",
            weak=True,
        )
