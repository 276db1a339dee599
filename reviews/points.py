"""From a reading to the points of a review: strong ones first, then what to fix and what to ask.

What is said stands in `data/points.yaml`; where the reader saw it, in its anchors. A point is a proposal: a
person keeps, edits or drops it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from law import contents
from reader import Comparison
from reader.defects import area_of
from reader.knowledge import everything
from reviews import structure
from reviews.models import Point, Review, Severity, Status

MOST_STRONG_GOALS = 2
ORDER = {Status.STRONG: 0, Status.MUST_FIX: 1, Status.ASK: 2}
WEIGHT = {Severity.HIGH: 0, Severity.MEDIUM: 1, Severity.LOW: 2}
Data = dict[str, Any]


@cache
def wording() -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = yaml.safe_load(
        files("reviews").joinpath("data", "points.yaml").read_text(encoding="utf-8")
    )
    return found


def citation(component: str) -> str:
    """The rule a component of the checklist rests on, or an empty string."""
    try:
        return contents.iep().item(component).citation
    except KeyError:
        return ""


def draft(group: str, name: str, *, what: tuple[str, str] = ("", ""), **more: Any) -> Point:
    """A point with the words of `data/points.yaml`; `what` is what it is about, in English and in Spanish."""
    said = wording()[group][name]
    component = said.get("component", name)
    texts = {}
    for key in ("title", "why", "question", "why_not"):
        for suffix, language, about in (("", "en", what[0]), ("_es", "es", what[1] or what[0])):
            texts[key + suffix] = said.get(key, {}).get(language, "").replace("{what}", about)
    texts["title"], texts["title_es"] = texts["title"][:200], texts["title_es"][:200]
    return Point(
        status=said.get("status", Status.STRONG), severity=said.get("severity", Severity.LOW),
        component=component, citation=more.pop("citation", "") or citation(component), **texts, **more,
    )  # fmt: skip


def of_reading(data: Data) -> list[Point]:
    """The points a reading gives, in the order of a review. None for what is no IEP."""
    if data["document_kind"] != "iep":
        return []
    found = [*_strong(data), *_defects(data), *_checklist(data)]
    return sorted(found, key=lambda point: (ORDER[Status(point.status)], WEIGHT[Severity(point.severity)], point.page or 999))  # fmt: skip


def propose(review: Review, points: Iterable[Point]) -> list[Point]:
    """Keeps points as the next of a review."""
    last = review.points.order_by("-number").values_list("number", flat=True).first() or 0
    made = list(points)
    for number, point in enumerate(made, start=last + 1):
        point.review, point.number = review, number
    return Point.objects.bulk_create(made)


def _called(data: Data, about: str) -> tuple[str, str]:
    """A goal, or an area of the present levels, as families know it."""
    if about.startswith("present_levels."):
        area = wording()["areas"].get(area_of(about.partition(".")[2], everything()) or "")
        return (area["en"], area["es"]) if area else ("", "")
    steps = structure.steps(about)
    goal = structure.at(data, about)
    if steps[:1] != ["goals"] or len(steps) < 2 or not isinstance(goal, dict):
        return "", ""
    number = goal.get("number") or int(steps[1]) + 1
    area = f" ({goal['area']})" if goal.get("area") else ""
    return f"Goal {number}{area}"[:120], f"La meta {number}{area}"[:120]


def seen(data: Data, about: str, places: list[Data] | None = None, quote: str = "") -> Data:
    """Page, boxes, words and trust of what a point is about."""
    paths = [f"{about}.text", f"{about}.name", f"{about}.as_written", about] if about else []
    places = places or structure.places(data, *paths)
    page = places[0]["page"] if places else None
    sure = [data["anchors"][path]["confidence"] for path in paths if path in data["anchors"]]
    return {
        "about": about[:80], "page": page, "boxes": [place["box"] for place in places if place["page"] == page],
        "quote": (quote or structure.words(data, *paths))[:1200], "confidence": sure[0] if sure else 0.8,
    }  # fmt: skip


def _defects(data: Data) -> Iterable[Point]:
    for group, slot in (("missing", "defects"), ("weak", "remarks")):
        for defect in data[slot]:
            component, about = defect["component_id"], defect["about"]
            if component not in wording()[group]:
                group_of = "missing" if component in wording()["missing"] else ""
                if not group_of:
                    continue
            else:
                group_of = group
            what = _called(data, about)
            if not what[0]:
                what = ("The plan", "El plan")
            facts = seen(data, about, defect["places"])
            if about == "services":
                facts["quote"] = defect["description"][:1200]
            yield draft(group_of, component, what=what, citation=defect["citation"], **facts)


def _checklist(data: Data) -> Iterable[Point]:
    """What 34 CFR 300.320 and 300.324 ask for, and the reader met nowhere."""
    levels = (
        " ".join(data["present_levels"]).lower()
        + " "
        + " ".join(str(text).lower() for text in data["present_levels"].values())
    )
    if not data["present_levels"]:
        yield draft("checklist", "plaafp_levels", confidence=0.7)
        return
    if not any(
        word in levels for word in ("parent", "family", "mother", "father", "padre", "madre", "familia")
    ):
        yield draft("checklist", "parent_concerns", confidence=0.7)
    if not any(word in levels for word in ("strength", "enjoys", "strong", "fortaleza", "likes")):
        yield draft("checklist", "strengths", confidence=0.6)
    if data["esy"].get("considered") is None and data["esy"].get("eligible") is None:
        yield draft("checklist", "esy_individual", confidence=0.7)
    tests = data["assessments"]
    if not tests.get("participation") and not tests.get("state_tests") and not tests.get("alternate"):
        yield draft("checklist", "assessment_accommodations", confidence=0.7)


def _strong(data: Data) -> Iterable[Point]:
    whole = [
        index
        for index, goal in enumerate(data["goals"])
        if goal.get("is_measurable")
        and goal.get("baseline")
        and goal.get("criterion")
        and goal.get("measurement")
    ]
    for index in whole[:MOST_STRONG_GOALS]:
        about = f"goals[{index}]"
        yield draft("strong", "goal", what=_called(data, about), **seen(data, about))
    services = data["services"]
    if services and all(row.get("minutes_per_week") is not None or row.get("kind") == "transportation" for row in services):  # fmt: skip
        yield draft("strong", "services", **seen(data, "services[0]"))
    if len(data["accommodations"]) >= 3:
        yield draft("strong", "supports", **seen(data, "accommodations[0]"))
    if data["progress_reporting"].get("frequency"):
        yield draft("strong", "reports", **seen(data, "progress_reporting.frequency"))
    if data["lre"].get("explanation_present"):
        yield draft("strong", "placement", **seen(data, "lre.explanation_present"))
    if data["transition"].get("postsecondary_goals"):
        yield draft("strong", "later_life", **seen(data, "transition.postsecondary_goals[0]"))


def of_comparison(found: Comparison, later: Data, *, rides: Collection[str] = ()) -> list[Point]:
    """What two years side by side give a review of the later one. `rides` names the earlier one's transportation."""
    points: list[Point] = []
    for match in found.goals:
        area = match.area or ""
        if match.status == "dropped":
            what = (f"Last year’s goal ({area})", f"La meta del año pasado ({area})")
            points.append(draft("compared", "dropped", what=what, confidence=0.9))
            continue
        if match.later is None or match.status == "new":
            continue
        about = f"goals[{match.later}]"
        what, facts = _called(later, about), seen(later, about)
        if match.status == "unchanged":
            points.append(draft("compared", "recycled", what=what, **facts))
        if match.criterion_weaker:
            points.append(draft("compared", "weaker", what=what, **facts))
        if match.baseline_moved is False:
            points.append(draft("compared", "still", what=what, **facts))
    for row in found.services:
        if row.status == "removed" and row.name in rides:
            points.append(draft("compared", "ride_gone", what=(row.name, row.name), confidence=0.9))
        elif row.status == "removed":
            points.append(draft("compared", "service_gone", what=(row.name, row.name), confidence=0.9))
        elif row.status == "cut":
            before, after = (
                f"{number:g}" if number is not None else "?"
                for number in (row.minutes_per_week_before, row.minutes_per_week_after)
            )
            what = (f"{row.name}, {before} → {after} minutes a week", f"{row.name}, {before} → {after} minutos por semana")  # fmt: skip
            points.append(draft("compared", "less_time", what=what, **seen(later, f"services[{row.later}]")))
    for support in found.accommodations_removed:
        points.append(draft("compared", "support_gone", what=(support, support), confidence=0.85))
    shares = found.before_after.get("lre_percent_before"), found.before_after.get("lre_percent_after")
    if shares[0] is not None and shares[1] is not None and shares[1] < shares[0]:
        what_share = f"{shares[0]:g}% → {shares[1]:g}%"
        points.append(draft("compared", "less_together", what=(what_share, what_share), **seen(later, "lre.percent_general_education")))  # fmt: skip
    return points
