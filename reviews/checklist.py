"""What the law's checklist asks of a paper, item by item: seen, thin, or not seen.

The items and their citations stand in `law/`, how each is looked for and what is asked in `data/checklist.yaml`.
An item is present when a rule finds it in what was read, or the paper's own words show it. Observations, never verdicts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, cast

import yaml
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from documents.models import DocumentVersion
from law import contents
from reviews import structure
from reviews.models import Point, Severity, Status

SCHOOL_AGE = 6  # years
Data = dict[str, Any]


class Seen(models.TextChoices):
    PRESENT = "present", _("Seen")
    WEAK = "weak", _("Thin")
    MISSING = "missing", _("Not seen")


@dataclass(frozen=True)
class Paper:
    """What was read from a paper, and its words page by page, without case, accents and line breaks."""

    data: Data
    pages: Mapping[int, str]

    def page_with(self, patterns: list[str]) -> int | None:
        """The first page on which one of these patterns stands."""
        return next((n for n, text in self.pages.items() if any(re.search(p, text) for p in patterns)), None)

    @property
    def flags(self) -> set[str]:
        """The (component, weight) of what the reader found wrong, as `component` and `component:weak`."""
        return {row["component_id"] for row in self.data["defects"]} | {f"{row['component_id']}:weak" for row in self.data["remarks"]}  # fmt: skip


@dataclass(frozen=True)
class Check:
    """One item of the checklist and how it stands in a paper. `about` is a path in the structure, or empty."""

    id: str
    section: str
    citation: str
    verified: bool
    seen: Seen
    weight: Severity
    page: int | None
    about: str
    words: Mapping[str, Mapping[str, str]]  # name, ask, why_not → en, es

    def said(self, what: str, language: str | None = None) -> str:
        spanish = (language or get_language() or "en").startswith("es")
        return self.words[what]["es" if spanish else "en"]

    @property
    def name(self) -> str:
        return self.said("name")

    @property
    def question(self) -> str:
        return self.said("ask")

    @property
    def why_not(self) -> str:
        return self.said("why_not")

    def as_point(self) -> Point:
        """The check as a point of a review, not yet of any."""
        titles = {language: f"{self.words['name'][language]}: {end}" for language, end in (("en", "not seen"), ("es", "no se ve"))}  # fmt: skip
        if self.seen == Seen.WEAK:
            titles = {language: f"{self.words['name'][language]}: {end}" for language, end in (("en", "could be clearer"), ("es", "podría ser más claro"))}  # fmt: skip
        return Point(
            status=Status.ASK, severity=self.weight, page=self.page, about=self.about, component=self.id, citation=self.citation,
            title=titles["en"][:200], title_es=titles["es"][:200],
            question=self.words["ask"]["en"], question_es=self.words["ask"]["es"],
            why_not=self.words["why_not"]["en"], why_not_es=self.words["why_not"]["es"],
        )  # fmt: skip


@cache
def known() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(files("reviews").joinpath("data", "checklist.yaml").read_text(encoding="utf-8"))  # fmt: skip
    return found


def section_name(section: str) -> str:
    spanish = (get_language() or "en").startswith("es")
    return cast(str, known()["sections"][section]["name"]["es" if spanish else "en"])


def paper_of(data: Data, version: DocumentVersion) -> Paper:
    return Paper(data, {number: folded(text) for number, text in version.pages.values_list("number", "text")})


def folded(text: str) -> str:
    """Lower case, without accents and line breaks."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


def checks(paper: Paper) -> list[Check]:
    """Every item that applies to this paper, in the order of the law's checklist."""
    found = []
    for section, items in contents.iep().sections.items():
        for item in items:
            how = known()["items"].get(item.id)
            if how is None or not APPLIES[how.get("applies", "iep")](paper):
                continue
            rule: Rule = RULES[how["by"]]
            seen, about, page = rule(paper, item.id, how)
            if seen is None:
                continue
            place = structure.places(paper.data, f"{about}.text", f"{about}.name", about) if about else []
            found.append(
                Check(
                    item.id, section, item.citation, item.verified, seen, Severity(how["weight"]),
                    place[0]["page"] if place else page, about,
                    {"name": how["name"], "ask": how["ask"], "why_not": how.get("why_not") or known()["sections"][section]["why_not"]},
                )
            )  # fmt: skip
    return found


# ---------------------------------------------------------------- what applies

Applies = Callable[[Paper], bool]


def _is(kind: str) -> Applies:
    return lambda paper: kind in paper.data["document_kind"]


def _factor(name: str) -> Applies:
    return lambda paper: _is("iep")(paper) and bool(paper.data["special_factors"].get(name))


def _age(paper: Paper) -> float | None:
    """The child's age in years at the meeting, or at the start of the IEP."""
    born, then = (
        paper.data["student"].get("dob"),
        paper.data.get("meeting_date") or paper.data.get("iep_start"),
    )
    try:
        return (date.fromisoformat(str(then)) - date.fromisoformat(str(born))).days / 365.25
    except ValueError:
        return None


def _preschool(paper: Paper) -> bool:
    grade, age = folded(str(paper.data["student"].get("grade") or "")), _age(paper)
    return bool(re.search(r"\bpre|\bpk\b|\bvpk\b", grade)) or (age is not None and age < SCHOOL_AGE - 1)


def _share(paper: Paper) -> float | None:
    return cast("float | None", paper.data["lre"].get("percent_general_education"))


APPLIES: Mapping[str, Applies] = {
    "iep": _is("iep"),
    "notice": _is("prior_written_notice"),
    "preschool": lambda paper: _is("iep")(paper) and _preschool(paper),
    "school_age": lambda paper: _is("iep")(paper) and not _preschool(paper),
    "alternate": lambda paper: _is("iep")(paper) and bool(paper.data["assessments"].get("alternate")),
    "transition": lambda paper: _is("iep")(paper) and bool(paper.data["transition"].get("required")),
    "rights": lambda paper: _is("iep")(paper) and paper.data.get("transfer_of_rights_present") is not None,
    "behavior": _factor("behavior"),
    "english_learner": _factor("english_learner"),
    "visual_impairment": _factor("visual_impairment"),
    "apart": lambda paper: _is("iep")(paper) and (_share(paper) is None or cast(float, _share(paper)) < 100),
    "summer_decided": lambda paper: _is("iep")(paper) and paper.data["esy"].get("eligible") is not None,
    "summer_given": lambda paper: _is("iep")(paper) and bool(paper.data["esy"].get("eligible")),
    "excused": lambda paper: _is("iep")(paper) and paper.page_with([r"\bexcus(?:ed|al)\b(?!.{0,40}\b(?:absence|from class))"]) is not None,
    "from_part_c": lambda paper: _is("iep")(paper) and _preschool(paper) and paper.page_with([r"\bpart c\b", "early intervention", "early steps"]) is not None,
}  # fmt: skip

# ---------------------------------------------------------------- how it is looked for

Found = tuple[Seen | None, str, int | None]
Rule = Callable[[Paper, str, Mapping[str, Any]], Found]


def _told(there: Any, about: str = "") -> Found:
    return (Seen.PRESENT, about, None) if there else (Seen.MISSING, "", None)


def _defects(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
    """What the reader's own findings say of it."""
    for slot, seen in (("defects", Seen.MISSING), ("remarks", Seen.WEAK)):
        for row in paper.data[slot]:
            if row["component_id"] == item:
                return seen, row["about"], None
    return Seen.PRESENT, "", None


def _signs(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
    page = paper.page_with(how["signs"])
    return (Seen.PRESENT if page else Seen.MISSING), "", page


def _harm(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
    """Only what the paper says against the rule is told."""
    page = paper.page_with(how["harm"])
    return (Seen.WEAK if page else None), "", page


def _levels(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
    levels = paper.data["present_levels"]
    if not levels:
        return Seen.MISSING, "", None
    first = f"present_levels.{next(iter(levels))}"
    return (Seen.WEAK if item in paper.flags else Seen.PRESENT), first, None


def _goals(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
    if not paper.data["goals"]:
        return Seen.MISSING, "", None
    seen, about, page = _defects(paper, item, how)
    unmeasured = [goal for goal in paper.data["goals"] if not goal.get("is_measurable")]
    if seen == Seen.MISSING and len(unmeasured) < len(paper.data["goals"]):
        seen = Seen.WEAK
    return seen, about or "goals[0]", page


def _needs(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
    if not paper.data["goals"] or not paper.data["present_levels"]:
        return Seen.MISSING, "", None
    return _defects(paper, item, how)


def _measurement(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
    if not paper.data["goals"]:
        return Seen.MISSING, "", None
    seen, about, page = _defects(paper, item, how)
    measured = any(goal.get("measurement") for goal in paper.data["goals"])
    return (Seen.WEAK if seen == Seen.MISSING and measured else seen), about, page


def _reports(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
    told = paper.data["progress_reporting"]
    if told.get("frequency"):
        return Seen.PRESENT, "progress_reporting.frequency", None
    return (Seen.WEAK if told.get("present") else Seen.MISSING), "", None


def _service(kind: str) -> Rule:
    def rule(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
        found = [i for i, row in enumerate(paper.data["services"]) if row.get("kind") == kind]
        return _told(found, f"services[{found[0]}]" if found else "")

    return rule


def _supports(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
    listed = paper.data["accommodations"]
    loose = [
        text
        for text in listed
        if re.search(r"as needed|discretion|when appropriate|segun sea necesario", folded(text))
    ]
    if loose:
        return Seen.WEAK, f"accommodations[{listed.index(loose[0])}]", None
    if listed:
        return Seen.PRESENT, "accommodations[0]", None
    return _service("supplementary")(paper, item, how)


def _staff(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
    return _told(paper.data["modifications"], "modifications[0]") if paper.data["modifications"] else _signs(paper, item, how)  # fmt: skip


def _apart(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
    share = _share(paper)
    if share is not None and share >= 100:
        return Seen.PRESENT, "lre.percent_general_education", None
    return _told(paper.data["lre"].get("explanation_present"), "lre.explanation_present")


def _tests(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
    told = paper.data["assessments"]
    if told.get("accommodations"):
        return Seen.PRESENT, "assessments.accommodations[0]", None
    if told.get("participation") or told.get("state_tests") or told.get("alternate"):
        return Seen.PRESENT, "assessments.participation" if told.get("participation") else "", None
    return Seen.MISSING, "", None


def _details(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
    if not paper.data["services"]:
        return Seen.MISSING, "", None
    seen, about, page = _defects(paper, item, how)
    timed = any(row.get("minutes_per_week") is not None for row in paper.data["services"])
    return (Seen.WEAK if seen == Seen.MISSING and timed else seen), about if about != "services" else "services[0]", page  # fmt: skip


def _factor_told(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
    if paper.data["special_factors"].get(how["factor"]) is not None:
        return Seen.PRESENT, f"special_factors.{how['factor']}", None
    return _signs(paper, item, how)


def _member(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
    for index, member in enumerate(paper.data["team"]):
        role = folded(str(member.get("role") or ""))
        if any(re.search(pattern, role) for pattern in how["signs"]):
            return Seen.PRESENT, f"team[{index}].role", None
    return Seen.MISSING, "", None


def _student(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
    return _told("student_invited_transition" not in paper.flags)


def _summer(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
    told = paper.data["esy"]
    name = next((name for name in ("eligible", "considered") if told.get(name) is not None), None)
    return _told(name, f"esy.{name}")


def _share_told(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
    return _told(_share(paper) is not None, "lre.percent_general_education")


def _placement_team(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
    return _member(paper, item, known()["items"]["parents"])


def _meeting(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
    return _told(paper.data.get("meeting_date"), "meeting_date")


def _figures(paper: Paper, item: str, how: Mapping[str, Any]) -> Found:
    """Each goal has a number at its start and at its end."""
    goals = paper.data["goals"]
    counted = [bool(re.search(r"\d", goal.get("baseline") or "") and re.search(r"\d", goal.get("criterion") or "")) for goal in goals]  # fmt: skip
    if not any(counted):
        return Seen.MISSING, "", None
    return (Seen.PRESENT if all(counted) else Seen.WEAK), f"goals[{counted.index(all(counted))}]", None


RULES: Mapping[str, Rule] = {
    "defects": _defects, "signs": _signs, "harm": _harm, "levels": _levels, "goals": _goals, "needs": _needs,
    "measurement": _measurement, "reports": _reports, "special_education": _service("special_education"),
    "related": _service("related"), "supports": _supports, "staff": _staff, "apart": _apart, "tests": _tests,
    "details": _details, "factor": _factor_told, "member": _member, "student": _student, "summer": _summer,
    "share": _share_told, "placement_team": _placement_team, "meeting": _meeting, "figures": _figures,
}  # fmt: skip
