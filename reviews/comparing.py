"""Two IEPs of one student on one screen."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from accounts.models import User
from clients.models import Student
from documents.models import Document
from reader import compare
from reader.compare import Comparison as Found
from reader.compare import GoalMatch, ServiceMatch, likeness
from reviews import points, structure
from reviews.deciding import NotYet
from reviews.models import Comparison, ReadingState, Review, StructuredIEP

SAME_NAME = 0.85


@dataclass
class GoalRow:
    """A goal before and after, with what changed in it."""

    status: str
    area: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    match: GoalMatch
    flags: list[str] = field(default_factory=list)


@dataclass
class SideBySide:
    """A value of the placement in both IEPs; `status` is same, changed, gone or new."""

    what: str
    before: Any
    after: Any

    @property
    def status(self) -> str:
        if self.before == self.after:
            return "same"
        return "gone" if self.after in (None, "") else "new" if self.before in (None, "") else "changed"


@dataclass
class Sheet:
    """What the page shows."""

    found: Found
    goals: list[GoalRow]
    services: list[ServiceMatch]
    minutes_before: float
    minutes_after: float
    sides: list[SideBySide]
    cautions: list[str]

    @property
    def summary(self) -> list[tuple[str, str]]:
        """What changed, most telling first: a kind of change and a sentence."""
        goals = Counter(row.status for row in self.goals)
        flags = Counter(flag for row in self.goals for flag in row.flags)
        services = Counter(row.status for row in self.services)
        supports = len(self.found.accommodations_removed)
        told = (
            ("dropped", goals["dropped"], ngettext("%(n)s goal gone", "%(n)s goals gone", goals["dropped"])),
            ("weaker", flags["weaker"], ngettext("%(n)s goal asks for less", "%(n)s goals ask for less", flags["weaker"])),
            ("still", flags["still"], ngettext("%(n)s goal with the same start", "%(n)s goals with the same start", flags["still"])),
            ("unchanged", goals["unchanged"], ngettext("%(n)s goal in the same words", "%(n)s goals in the same words", goals["unchanged"])),
            ("new", goals["new"], ngettext("%(n)s new goal", "%(n)s new goals", goals["new"])),
            ("cut", services["cut"], ngettext("less of %(n)s service", "less of %(n)s services", services["cut"])),
            ("removed", services["removed"], ngettext("%(n)s service gone", "%(n)s services gone", services["removed"])),
            ("increased", services["increased"], ngettext("more of %(n)s service", "more of %(n)s services", services["increased"])),
            ("gone", supports, ngettext("%(n)s support gone", "%(n)s supports gone", supports)),
        )  # fmt: skip
        return [(status, words % {"n": count}) for status, count, words in told if count]

    @property
    def minutes_change(self) -> float:
        return self.minutes_after - self.minutes_before


def readings_of(student: Student, user: User) -> list[StructuredIEP]:
    """The student's IEPs that were read and this person may see, by meeting, the earliest first."""
    seen = Document.objects.visible_to(user).filter(student=student)
    rows = StructuredIEP.objects.filter(
        version__document__in=seen, state=ReadingState.READ, kind_found="iep"
    ).select_related("version__document")
    return sorted(rows, key=lambda row: (str(row.data.get("meeting_date") or ""), row.version.uploaded_at))


def make(earlier: StructuredIEP, later: StructuredIEP, *, by: User, at: datetime) -> Comparison:
    """The comparison of two readings of one student; the same two give the same one. Raises NotYet."""
    a, b = earlier.version.document, later.version.document
    if a.student_id is None or a.student_id != b.student_id:
        raise NotYet(_("Only two IEPs of one student can be compared."))
    if earlier.pk == later.pk:
        raise NotYet(_("Please choose two different papers."))
    if not (earlier.is_iep and later.is_iep):
        raise NotYet(_("Only IEPs that were read can be compared."))
    found, made = Comparison.objects.get_or_create(
        earlier=earlier, later=later, defaults={"student_id": a.student_id, "made_by": by, "made_at": at}
    )
    if made:
        audit.record("comparison.made", by=by, at=at, about=found)
    return found


def sheet(comparison: Comparison) -> Sheet:
    """The differences, with the goals a person matched held together."""
    before, after = comparison.earlier.data, comparison.later.data
    old, new = structure.reading_of(before), structure.reading_of(after)
    # A goal without words is no goal: the reader compares the others, and their places are told as they stand.
    olds, news = ([n for n, goal in enumerate(data["goals"]) if goal.get("text")] for data in (before, after))
    old.goals, new.goals = [old.goals[n] for n in olds], [new.goals[n] for n in news]
    pairs = [
        (olds.index(a) if a >= 0 else a, news.index(b) if b >= 0 else b)
        for a, b in comparison.pairs if (a < 0 or a in olds) and (b < 0 or b in news)
    ]  # fmt: skip
    found = compare(old, new, goal_pairs=pairs)
    for match in found.goals:
        match.earlier = None if match.earlier is None else olds[match.earlier]
        match.later = None if match.later is None else news[match.later]
    rows = [
        GoalRow(
            match.status, match.area, before["goals"][match.earlier] if match.earlier is not None else None,
            after["goals"][match.later] if match.later is not None else None, match,
        )
        for match in found.goals
    ]  # fmt: skip
    for row in rows:
        if row.match.criterion_weaker:
            row.flags.append("weaker")
        if row.match.baseline_moved is False and row.status != "new":
            row.flags.append("still")
    total = [sum(number or 0 for number in side) for side in (
        [row.minutes_per_week_before for row in found.services],
        [row.minutes_per_week_after for row in found.services],
    )]  # fmt: skip
    timed = [row for row in found.services if not _is_ride(row, before, after)]
    sides = [SideBySide(what, structure.at(before, what), structure.at(after, what)) for what in SIDES]
    sides.append(SideBySide("transport", transport_of(before), transport_of(after)))
    return Sheet(found, rows, timed, total[0], total[1], sides, _cautions(before, after))


def _cautions(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Why the two may not be two years of one child, in the page's language."""
    told = []
    names = [str((data.get("student") or {}).get("name") or "") for data in (before, after)]
    if all(names) and likeness(*(" ".join(sorted(re.findall(r"\w+", name))) for name in names)) < SAME_NAME:
        told.append(
            _("The two papers give a different name: %(a)s and %(b)s.") % {"a": names[0], "b": names[1]}
        )
    born = [structure.day((data.get("student") or {}).get("dob")) for data in (before, after)]
    if born[0] and born[1] and born[0] != born[1]:
        days = [date_format(day, "DATE_FORMAT") for day in born if day]
        told.append(_("The two papers give a different date of birth: %(a)s and %(b)s.") % {"a": days[0], "b": days[1]})  # fmt: skip
    met = [structure.day(data.get("meeting_date")) for data in (before, after)]
    if met[0] and met[1] and met[0] > met[1]:
        told.append(_("The first paper is of a later meeting than the second."))
    return told


SIDES = (
    "school", "lre.percent_general_education", "esy.eligible", "assessments.participation", "progress_reporting.frequency",
)  # fmt: skip


def transport_of(data: dict[str, Any]) -> str:
    """Transportation as the IEP words it, or an empty string."""
    rides = (row for row in data["services"] if row.get("kind") == "transportation")
    return "; ".join(
        ", ".join(dict.fromkeys(text for text in (row.get("name"), row.get("as_written")) if text)) for row in rides
    )  # fmt: skip


def _is_ride(row: ServiceMatch, before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Transportation has no minutes, so that it stands among the sides and not among the services."""
    there = [data["services"][index] for data, index in ((before, row.earlier), (after, row.later)) if index is not None]  # fmt: skip
    return bool(there) and all(one.get("kind") == "transportation" for one in there)


def _rides(data: dict[str, Any]) -> set[str]:
    return {str(row.get("name")) for row in data["services"] if row.get("kind") == "transportation"}


def match_by_hand(comparison: Comparison, earlier: int, later: int, *, by: User, at: datetime) -> None:
    """A person says that these two goals (indexes from 0) are one. Raises NotYet for goals that are not there."""
    _match(comparison, earlier, later, [[earlier, later]], by=by, at=at)


def keep_apart(comparison: Comparison, earlier: int, later: int, *, by: User, at: datetime) -> None:
    """A person says that these two are not one: the earlier is gone, the later new. Raises NotYet for goals that are
    not there."""
    _match(comparison, earlier, later, [[earlier, -1], [-1, later]], by=by, at=at)


def _match(comparison: Comparison, earlier: int, later: int, pairs: list[list[int]], *, by: User, at: datetime) -> None:  # fmt: skip
    with transaction.atomic():
        row = Comparison.objects.select_for_update().select_related("earlier", "later").get(pk=comparison.pk)
        if not all(
            0 <= number < len(side.data["goals"]) and side.data["goals"][number].get("text")
            for side, number in ((row.earlier, earlier), (row.later, later))
        ):
            raise NotYet(_("Please choose a goal of each IEP."))
        row.pairs = [*(pair for pair in row.pairs if pair[0] != earlier and pair[1] != later), *pairs]
        row.save(update_fields=["pairs"])
        audit.record("comparison.matched", by=by, at=at, about=row)
    comparison.pairs = row.pairs


def forget_matches(comparison: Comparison, *, by: User, at: datetime) -> None:
    """Back to the goals as the reader matched them."""
    comparison.pairs = []
    comparison.save(update_fields=["pairs"])
    audit.record("comparison.matched", by=by, at=at, about=comparison)


def open_review_of(comparison: Comparison, user: User) -> Review:
    """The open review of the later IEP, of those this person sees. Raises NotYet where there is none."""
    rows = Review.objects.visible_to(user).open().filter(version=comparison.later.version_id)
    review = rows.order_by("number").last()
    if review is None:
        raise NotYet(_("There is no open review of the later IEP."))
    return review


def offer(comparison: Comparison, review: Review, *, by: User, at: datetime) -> int:
    """Adds what changed to an open review of the later IEP; answers how many points are new. Raises NotYet."""
    with transaction.atomic():
        review = Review.objects.select_for_update().get(pk=review.pk)
        if not review.is_open or review.version_id != comparison.later.version_id:
            raise NotYet(_("There is no open review of the later IEP."))
        there = set(review.points.values_list("title", flat=True))
        fresh = [
            point
            for point in points.of_comparison(
                sheet(comparison).found, comparison.later.data, rides=_rides(comparison.earlier.data)
            )
            if point.title not in there
        ]
        points.propose(review, fresh)
        audit.record("comparison.offered", by=by, at=at, about=review, points=len(fresh))
    return len(fresh)
