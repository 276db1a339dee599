"""How well a reading agrees with the truth of a document, field by field, as F1.

Text is compared without case, accents, punctuation and line breaks. A wrong value counts as one false positive
and one false negative. Each group of fields gets one F1 over all documents; the overall figure is their mean.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from typing import Any

GROUPS = (
    "document_kind", "state_style", "student", "place", "dates", "eligibility", "team", "present_levels", "goals",
    "goal_parts", "services", "service_parts", "accommodations", "modifications", "assessments", "lre", "esy",
    "transition", "transfer_of_rights", "progress_reporting", "special_factors", "defects",
)  # fmt: skip
DATES = ("meeting_date", "iep_start", "iep_end", "annual_review_due", "reevaluation_due")
PARTS = ("baseline", "condition", "behavior", "criterion", "timeframe", "measurement")
FEDERAL = {
    "emotional impairment": "emotional disturbance",
    "emotional disability": "emotional disturbance",
    "health impairment": "other health impairment",
    "developmentally delayed": "developmental delay",
    "language impaired": "speech or language impairment",
    "autism spectrum disorder": "autism",
}

Same = Callable[[Any, Any], bool]


def bare(text: Any) -> str:
    folded = unicodedata.normalize("NFKD", str(text))
    folded = "".join(letter for letter in folded if not unicodedata.combining(letter)).lower()
    return re.sub(r"[^a-z0-9%]+", " ", folded.replace("\u2019", "'")).strip()


def likeness(a: Any, b: Any) -> float:
    a, b = bare(a), bare(b)
    if a == b:
        return 1.0
    return SequenceMatcher(None, a, b, autojunk=False).ratio() if a and b else 0.0


def like(a: Any, b: Any, least: float) -> bool:
    """Alike, or one holds the other and is at most 60 % longer."""
    if likeness(a, b) >= least:
        return True
    shorter, longer = sorted((bare(a), bare(b)), key=len)
    return bool(shorter) and len(longer) <= 1.6 * len(shorter) and f" {shorter} " in f" {longer} "


def near(a: Any, b: Any, share: float = 0.01) -> bool:
    return isinstance(b, int | float) and not isinstance(b, bool) and abs(a - b) <= share * abs(a)


class Score:
    """Counts of right, wrong and missed by group and field."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        self.wrong: list[str] = []

    def add(self, group: str, field: str, right: int = 0, wrong: int = 0, missed: int = 0) -> None:
        count = self.counts[group, field]
        count[0] += right
        count[1] += wrong
        count[2] += missed

    def one(
        self,
        group: str,
        field: str,
        want: Any,
        got: Any,
        same: Same | None = None,
        *,
        no_is_none: bool = False,
    ) -> None:
        empty = (None, "", [], {})
        if want in empty:
            if got not in empty and not (no_is_none and got is False):
                self.add(group, field, wrong=1)
        elif got in empty:
            self.add(group, field, missed=1)
        elif isinstance(want, bool) or isinstance(got, bool):
            self.add(group, field, *((1,) if want is got else (0, 1, 1)))
        elif (same or (lambda a, b: bare(a) == bare(b)))(want, got):
            self.add(group, field, right=1)
        else:
            self.add(group, field, 0, 1, 1)

    def many(
        self,
        group: str,
        field: str,
        want: Sequence[Any],
        got: Sequence[Any],
        score: Callable[[Any, Any], float],
        least: float,
    ) -> dict[int, int]:
        """Match greedily, best first; the pairs by index."""
        ranked = sorted(
            ((score(a, b), -i, -j) for i, a in enumerate(want) for j, b in enumerate(got)), reverse=True
        )
        pairs: dict[int, int] = {}
        for value, i, j in ranked:
            if value >= least and -i not in pairs and -j not in pairs.values():
                pairs[-i] = -j
        self.add(group, field, len(pairs), len(got) - len(pairs), len(want) - len(pairs))
        return pairs

    def merge(self, other: Score) -> None:
        for key, (right, wrong, missed) in other.counts.items():
            self.add(*key, right, wrong, missed)

    def f1(self, group: str) -> float | None:
        right, wrong, missed = (
            sum(c[k] for (g, _), c in self.counts.items() if g == group) for k in range(3)
        )
        return 2 * right / (2 * right + wrong + missed) if right + wrong + missed else None

    @property
    def overall(self) -> float:
        values = [value for value in map(self.f1, GROUPS) if value is not None]
        return sum(values) / len(values) if values else 0.0

    def faults(self) -> list[str]:
        """Fields not wholly right, as ``group.field right/wrong/missed``."""
        return [f"{g}.{f} {a}/{b}/{c}" for (g, f), (a, b, c) in self.counts.items() if b or c]


def _yes(same: bool) -> float:
    return 1.0 if same else 0.0


def _grade(text: Any) -> str:
    words = re.sub(
        r"(?<=\d)(st|nd|rd|th)\b", "", re.sub(r"^0+(?=\d)", "", bare(text).replace("grade", "").strip())
    )
    return "pk" if words.startswith(("pk", "pre")) else words


def _flat(item: Any) -> str:
    if isinstance(item, dict):
        return " ".join(f"{_flat(k)} {_flat(v)}" for k, v in item.items())
    if isinstance(item, list):
        return " ".join(map(_flat, item))
    return "" if item is None else str(item)


def score(want: dict[str, Any], got: dict[str, Any]) -> Score:
    """The score of one reading (as JSON) against the truth of its document."""
    found = Score()
    found.one("document_kind", "document_kind", want["document_kind"], got["document_kind"])
    found.one("state_style", "state_style", want["state_style"], got["state_style"])
    a, b = want["student"], got["student"]
    found.one(
        "student",
        "name",
        a["name"],
        b["name"],
        lambda x, y: likeness(*(" ".join(sorted(bare(v).split())) for v in (x, y))) >= 0.9,
    )
    found.one("student", "dob", a["dob"], b["dob"])
    found.one("student", "grade", a["grade"], b["grade"], lambda x, y: _grade(x) == _grade(y))
    found.one(
        "student",
        "student_id",
        a["student_id"],
        b["student_id"],
        lambda x, y: re.sub(r"\W", "", x).lower() == re.sub(r"\W", "", y).lower(),
    )
    for field in ("school", "district"):
        found.one("place", field, want[field], got[field], lambda x, y: like(x, y, 0.85))
    for field in DATES:
        found.one("dates", field, want.get(field), got.get(field))

    def federal(name: Any) -> str:
        return FEDERAL.get(bare(name), bare(name))

    a, b = want["eligibility"], got["eligibility"]
    found.many(
        "eligibility",
        "categories",
        a["categories"],
        b["categories"],
        lambda x, y: _yes(federal(x) == federal(y)),
        1,
    )
    found.one("eligibility", "primary", a["primary"], b["primary"], lambda x, y: federal(x) == federal(y))
    pairs = found.many(
        "team", "name", want["team"], got["team"], lambda x, y: likeness(x["name"], y["name"] or ""), 0.88
    )
    for i, j in pairs.items():
        found.one(
            "team", "role", want["team"][i]["role"], got["team"][j]["role"], lambda x, y: like(x, y, 0.6)
        )
    words = bare(_flat(got["present_levels"]))
    for keywords in want["present_levels"].values():
        for keyword in keywords:
            found.add("present_levels", "keywords", *((1,) if bare(keyword) in words else (0, 0, 1)))
    _score_goals(found, want["goals"], got["goals"])
    _score_services(found, want["services"], got["services"])
    for field in ("accommodations", "modifications"):
        found.many(
            field,
            field,
            want[field],
            got[field],
            lambda x, y: 1.0 if like(x, y, 0.85) else likeness(x, y),
            0.85,
        )
    a, b = want["assessments"], got["assessments"]
    found.one("assessments", "participation", a["participation"], b["participation"])
    found.one("assessments", "alternate", a["alternate"], b["alternate"])
    for field in ("state_tests", "accommodations"):
        found.many("assessments", field, a[field], b[field], lambda x, y: _yes(like(x, y, 0.8)), 0.8)
    a, b = want["lre"], got["lre"]
    found.one(
        "lre",
        "percent",
        a["percent_general_education"],
        b["percent_general_education"],
        lambda x, y: abs(x - y) <= 1,
    )
    found.one("lre", "explanation", a["explanation_present"], b["explanation_present"], no_is_none=True)
    for field in ("considered", "eligible"):
        found.one("esy", field, want["esy"][field], got["esy"][field], no_is_none=True)
    a, b = want["transition"], got["transition"]
    found.one("transition", "present", a["present"], b["present"], no_is_none=True)
    found.many(
        "transition",
        "goals",
        [g["text"] for g in a["postsecondary_goals"]],
        [g["text"] for g in b["postsecondary_goals"]],
        likeness,
        0.9,
    )
    found.one(
        "transfer_of_rights",
        "present",
        want["transfer_of_rights_present"],
        got["transfer_of_rights_present"],
        no_is_none=True,
    )
    a, b = want["progress_reporting"], got["progress_reporting"]
    found.one("progress_reporting", "present", a["present"], b["present"], no_is_none=True)
    found.one("progress_reporting", "frequency", a["frequency"], b["frequency"], _as_often)
    for field, value in want["special_factors"].items():
        found.one("special_factors", field, value, got["special_factors"].get(field))
    ids = [[d["component_id"] for d in side["defects"]] for side in (want, got)]
    found.many("defects", "component_id", *ids, lambda x, y: _yes(x == y), 1)
    return found


def _as_often(a: str, b: str) -> bool:
    little = set(
        [
            "with",
            "the",
            "as",
            "on",
            "at",
            "a",
            "of",
            "report",
            "reports",
            "card",
            "cards",
            "progress",
            "least",
            "same",
            "time",
            "often",
        ]
    )
    x, y = (set(bare(v).split()) - little for v in (a, b))
    return likeness(a, b) >= 0.6 or (bool(x & y) and y <= x)


def _score_goals(found: Score, want: list[dict], got: list[dict]) -> None:
    pairs = found.many("goals", "text", want, got, lambda x, y: likeness(x["text"], y["text"] or ""), 0.9)
    for i, a in enumerate(want):
        b = got[pairs[i]] if i in pairs else {}
        found.one("goal_parts", "area", a["area"], b.get("area"), lambda x, y: like(x, y, 0.6))
        for field in PARTS:
            found.one("goal_parts", field, a[field], b.get(field), lambda x, y: like(x, y, 0.75))
        found.one("goal_parts", "is_measurable", a["is_measurable"], b.get("is_measurable"))
        found.many(
            "goal_parts",
            "missing_parts",
            a["missing_parts"],
            b.get("missing_parts", []),
            lambda x, y: _yes(x == y),
            1,
        )


def _score_services(found: Score, want: list[dict], got: list[dict]) -> None:
    def name(a: dict, b: dict) -> float:
        return 1.0 if like(a["name"], b["name"] or "", 0.8) else likeness(a["name"], b["name"] or "")

    def timed(a: dict, b: dict) -> float:
        x, y = a["minutes_per_week"], b["minutes_per_week"]
        return name(a, b) if (y is None if x is None else near(x, y)) else 0.0

    strict = found.many("services", "name_and_minutes", want, got, timed, 0.8)
    loose = found.many("services", "name", want, got, name, 0.8)
    pairs = loose | strict
    for i, a in enumerate(want):
        b = got[pairs[i]] if i in pairs else {}
        for field in ("kind", "per", "start", "end"):
            found.one("service_parts", field, a[field], b.get(field))
        for field in ("minutes", "sessions"):
            found.one("service_parts", field, a[field], b.get(field), lambda x, y: near(x, y, 0.001))
        for field in ("location", "provider"):
            found.one("service_parts", field, a[field], b.get(field), lambda x, y: like(x, y, 0.7))


def total(scores: Iterable[Score]) -> Score:
    found = Score()
    for part in scores:
        found.merge(part)
    return found
