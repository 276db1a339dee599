"""Two IEPs of one child: what was dropped, added, carried over, cut."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from difflib import SequenceMatcher
from typing import Any

from reader.knowledge import plain, squeezed
from reader.reading import Goal, Reading, Service, Text

SAME = 0.97  # likeness of two goals' words, dates left out, from which a goal counts as carried over
ALIKE = 0.82  # likeness from which goals of differently named areas count as one goal rewritten
NAME = 0.86  # likeness of two names of one service or accommodation


@dataclass
class GoalMatch:
    """A goal of the earlier and one of the later IEP, or one of them alone. Indexes count from 0."""

    status: str  # unchanged | rewritten | dropped | new
    area: str
    earlier: int | None = None
    later: int | None = None
    likeness: float = 0.0
    criterion_before: str | None = None
    criterion_after: str | None = None
    criterion_weaker: bool | None = None  # none where the figures cannot be compared
    baseline_before: str | None = None
    baseline_after: str | None = None
    baseline_moved: bool | None = None


@dataclass
class ServiceMatch:
    """A service before and after; minutes a week, none where no amount is written."""

    status: str  # cut | increased | unchanged | removed | new
    name: str
    earlier: int | None = None
    later: int | None = None
    minutes_per_week_before: float | None = None
    minutes_per_week_after: float | None = None
    location_before: str | None = None
    location_after: str | None = None


@dataclass
class Comparison:
    """The differences between two readings of one child's IEPs."""

    earlier: str
    later: str
    goals: list[GoalMatch] = field(default_factory=list)
    goal_words: dict[str, list[str]] = field(default_factory=dict)
    services: list[ServiceMatch] = field(default_factory=list)
    accommodations_removed: list[str] = field(default_factory=list)
    accommodations_added: list[str] = field(default_factory=list)
    modifications_removed: list[str] = field(default_factory=list)
    modifications_added: list[str] = field(default_factory=list)
    before_after: dict[str, Any] = field(default_factory=dict)
    cautions: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The differences, and under ``details`` how goals and services were matched."""

        def names(status: str) -> list[str]:
            return [match.name for match in self.services if match.status == status]

        def amounts(status: str) -> list[dict[str, Any]]:
            return [
                {
                    "name": match.name,
                    "minutes_per_week_before": match.minutes_per_week_before,
                    "minutes_per_week_after": match.minutes_per_week_after,
                }
                for match in self.services
                if match.status == status
            ]

        return {
            "earlier": self.earlier,
            "later": self.later,
            "goals_carried_over_unchanged": self.goal_words["unchanged"],
            "goals_dropped": self.goal_words["dropped"],
            "goals_rewritten_same_area": self.goal_words["rewritten"],
            "goals_new": self.goal_words["new"],
            "services_cut": amounts("cut"),
            "services_increased": amounts("increased"),
            "services_unchanged": names("unchanged"),
            "services_removed": names("removed"),
            "services_new": names("new"),
            "accommodations_removed": self.accommodations_removed,
            "accommodations_added": self.accommodations_added,
            "modifications_added": self.modifications_added,
            **self.before_after,
            "details": {
                "goals": [asdict(match) for match in self.goals],
                "services": [asdict(match) for match in self.services],
                "modifications_removed": self.modifications_removed,
                "cautions": self.cautions,
            },
        }


def compare(
    old: Reading,
    new: Reading,
    *,
    earlier: str = "earlier",
    later: str = "later",
    goal_pairs: Iterable[tuple[int, int]] | None = None,
) -> Comparison:
    """Compare two readings.

    ``earlier``, ``later``: names for the two documents. ``goal_pairs``: pairs of indexes of goals that a person
    matched, -1 for a goal that is no goal of the other document; the reader matches only the rest.
    """
    found = Comparison(earlier, later)
    found.cautions = _cautions(old, new)
    _goals(found, old.goals, new.goals, list(goal_pairs or ()))
    _services(found, old.services, new.services)
    found.accommodations_removed, found.accommodations_added = _lists(old.accommodations, new.accommodations)
    found.modifications_removed, found.modifications_added = _lists(old.modifications, new.modifications)
    for key, before, after in (
        ("lre_percent", old.lre.percent_general_education, new.lre.percent_general_education),
        ("esy_eligible", old.esy.eligible, new.esy.eligible),
        ("transfer_of_rights", old.transfer_of_rights_present, new.transfer_of_rights_present),
    ):
        found.before_after[f"{key}_before"] = before.value if before is not None else None
        found.before_after[f"{key}_after"] = after.value if after is not None else None
    return found


def _cautions(old: Reading, new: Reading) -> list[str]:
    found = []
    for name, a, b in (
        ("name", old.student.name, new.student.name),
        ("date of birth", old.student.dob, new.student.dob),
    ):
        if a is not None and b is not None:
            mine, theirs = (sorted(plain(v.value).replace("-", " ").split()) for v in (a, b))
            if likeness(" ".join(mine), " ".join(theirs)) < 0.85:
                found.append(f"The two documents give a different {name}: {a.value} and {b.value}.")
    if old.meeting_date and new.meeting_date and old.meeting_date.value > new.meeting_date.value:
        found.append("The first document is of a later meeting than the second.")
    return found


def likeness(a: str, b: str) -> float:
    """0 to 1; spaces, case, accents and punctuation do not count."""
    a, b = squeezed(a), squeezed(b)
    if a == b:
        return 1.0
    return SequenceMatcher(None, a, b, autojunk=False).ratio() if a and b else 0.0


def _core(goal: Goal) -> str:
    """A goal's words without its date, which changes every year."""
    assert goal.text is not None
    words = goal.text.value
    return words.replace(goal.timeframe.value, "") if goal.timeframe is not None else words


def _area(goal: Goal) -> str:
    return goal.area.value if goal.area is not None else ""


def _said(goal: Goal) -> str:
    assert goal.text is not None
    return f"{_area(goal)}: {goal.text.value}" if goal.area is not None else goal.text.value


def _goals(found: Comparison, old: Sequence[Goal], new: Sequence[Goal], given: list[tuple[int, int]]) -> None:
    pairs = {a: b for a, b in given if a >= 0 and b >= 0}
    free_old = [i for i in range(len(old)) if i not in {a for a, _b in given}]
    free_new = [j for j in range(len(new)) if j not in {b for _a, b in given}]

    def match(score: Callable[[Goal, Goal], float], least: float) -> None:
        ranked = sorted(((score(old[i], new[j]), -i, -j) for i in free_old for j in free_new), reverse=True)
        for value, i, j in ranked:
            if value >= least and -i in free_old and -j in free_new:
                pairs[-i] = -j
                free_old.remove(-i)
                free_new.remove(-j)

    match(
        lambda a, b: likeness(_core(a), _core(b)) if _figures(_core(a)) == _figures(_core(b)) else 0.0, SAME
    )
    match(lambda a, b: likeness(_area(a), _area(b)) if _area(a) and _area(b) else 0.0, 0.92)
    match(lambda a, b: likeness(_core(a), _core(b)), ALIKE)
    found.goal_words = {"unchanged": [], "dropped": [], "rewritten": [], "new": []}
    for i, goal in enumerate(old):
        if i not in pairs:
            found.goals.append(GoalMatch("dropped", _area(goal), earlier=i))
            found.goal_words["dropped"].append(_said(goal))
            continue
        after = new[pairs[i]]
        alike = likeness(_core(goal), _core(after))
        same = alike >= SAME and _figures(_core(goal)) == _figures(_core(after))
        status = "unchanged" if same else "rewritten"
        assert after.text is not None
        found.goal_words[status].append(
            after.text.value if status == "unchanged" else _area(after) or _area(goal)
        )
        a, b = _value(goal.criterion), _value(after.criterion)
        c, d = _value(goal.baseline), _value(after.baseline)
        found.goals.append(
            GoalMatch(
                status,
                _area(after) or _area(goal),
                i,
                pairs[i],
                round(alike, 3),
                a,
                b,
                _weaker(a, b),
                c,
                d,
                None if c is None or d is None else likeness(c, d) < SAME and _figures(c) != _figures(d),
            )
        )
    for j, goal in enumerate(new):
        if j not in pairs.values():
            found.goals.append(GoalMatch("new", _area(goal), later=j))
            found.goal_words["new"].append(_said(goal))


def _value(value: Text | None) -> str | None:
    return value.value if value is not None else None


def _figures(words: str) -> list[str]:
    return re.findall(r"\d+(?:\.\d+)?", words)


def _share(words: str) -> float | None:
    """The first share a criterion asks for: 80%, or 4 out of 5."""
    percent = re.search(r"(\d+(?:\.\d+)?)\s?%", words)
    if percent:
        return float(percent[1]) / 100
    ratio = re.search(r"(\d+)\s*(?:out of|of|/|de)\s*(\d+)", words)
    return int(ratio[1]) / int(ratio[2]) if ratio and int(ratio[2]) else None


def _weaker(before: str | None, after: str | None) -> bool | None:
    if before is None:
        return None
    if after is None:
        return True
    a, b = _share(before), _share(after)
    if a is not None and b is not None and abs(a - b) > 0.001:
        return b < a
    if likeness(re.sub(r"\d+", "", before), re.sub(r"\d+", "", after)) < 0.9:
        return None
    moved = [
        (float(y) < float(x))
        != bool(re.search(r"(?:no more than|fewer than|at most|within|under)\W+$", before[: m.start()], re.I))
        for m, x, y in zip(
            re.finditer(r"\d+(?:\.\d+)?", before), _figures(before), _figures(after), strict=False
        )
        if x != y
    ]
    return any(moved) if moved else False


def _services(found: Comparison, old: Sequence[Service], new: Sequence[Service]) -> None:
    free = list(range(len(new)))
    ranked = sorted(
        (
            (likeness(a.name.value, b.name.value), a.minutes_per_week == b.minutes_per_week, -i, -j)
            for i, a in enumerate(old)
            for j, b in enumerate(new)
            if a.name is not None and b.name is not None
        ),
        reverse=True,
    )
    pairs: dict[int, int] = {}
    for value, _, i, j in ranked:
        if value >= NAME and -i not in pairs and -j in free:
            pairs[-i] = -j
            free.remove(-j)
    for i, service in enumerate(old):
        name = service.name.value if service.name is not None else ""
        if i not in pairs:
            found.services.append(
                ServiceMatch("removed", name, i, None, _number(service), None, _value(service.location))
            )
            continue
        after = new[pairs[i]]
        a, b = _number(service), _number(after)
        if a == b or (a is not None and b is not None and abs(a - b) <= 0.01 * max(a, b)):
            status = "unchanged"
        elif b is None or (a is not None and b < a):
            status = "cut"
        else:
            status = "increased"
        found.services.append(
            ServiceMatch(status, name, i, pairs[i], a, b, _value(service.location), _value(after.location))
        )
    for j in free:
        service = new[j]
        name = service.name.value if service.name is not None else ""
        found.services.append(
            ServiceMatch("new", name, None, j, None, _number(service), None, _value(service.location))
        )


def _number(service: Service) -> float | None:
    return float(service.minutes_per_week.value) if service.minutes_per_week is not None else None


def _lists(old: Sequence[Text], new: Sequence[Text]) -> tuple[list[str], list[str]]:
    """(only in the old, only in the new)."""
    free = list(new)
    removed = []
    for value in old:
        best = max(free, key=lambda other: likeness(value.value, other.value), default=None)
        if best is not None and likeness(value.value, best.value) >= NAME:
            free.remove(best)
        else:
            removed.append(value.value)
    return removed, [value.value for value in free]
