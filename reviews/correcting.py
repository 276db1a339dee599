"""Setting right what the reader got wrong: values, whole goals and services, and what follows from them.

Each change is a `Correction`, so that it can be told who changed what, and a removed item put back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from reviews import points, structure
from reviews.models import (
    Author,
    Comparison,
    Correction,
    Decision,
    Point,
    ReadingState,
    Review,
    State,
    StructuredIEP,
)

Data = dict[str, Any]
MOST_ITEMS = 100  # goals, or services, of one IEP


class CannotBe(Exception):
    """The change cannot be made; the message is a sentence."""


def correct(
    structured: StructuredIEP,
    changes: Mapping[str, Any],
    *,
    by: User,
    at: datetime,
    boxes: Mapping[str, Data] | None = None,
) -> int:
    """Sets values right; answers how many changed. `boxes` says where on the page a person saw some of them.

    Raises KeyError for a path that is not there.
    """
    with transaction.atomic():
        row = _held(structured)
        before = row.data
        real = {path: value for path, value in changes.items() if structure.at(before, path) != value}
        if not real and not boxes:
            return 0
        data = structure.corrected(before, real)
        real |= _following(before, data, real)
        data = structure.placed_by_hand(structure.corrected(before, real), dict(boxes or {}))
        Correction.objects.bulk_create(
            Correction(
                structured=row, path=path, before=structure.at(before, path), after=value, by=by, at=at
            )
            for path, value in real.items()
        )
        _keep(row, data, before=before)
        audit.record("reading.corrected", by=by, at=at, about=row, values=len(real))
    structured.data = row.data
    return len(real)


def _following(before: Data, after: Data, changed: Mapping[str, Any]) -> dict[str, Any]:
    """What else changes in the goals and services of which a person changed something."""
    found: dict[str, Any] = {}
    for path in {path.partition(".")[0] for path in changed if path.startswith(("goals[", "services["))}:
        names = {name.partition(".")[2] for name in changed if name.startswith(f"{path}.")}
        item = structure.completed(path.partition("[")[0], structure.at(after, path), names)
        found |= {
            f"{path}.{name}": value
            for name, value in item.items()
            if name not in names and value != structure.at(before, f"{path}.{name}")
        }
    return found


def add(
    structured: StructuredIEP,
    slot: str,
    item: Data,
    *,
    by: User,
    at: datetime,
    boxes: Mapping[str, Data] | None = None,
) -> str:
    """A goal or service that the reader did not see, at the end of the others; answers its path.

    `boxes` is by the item's field. Raises CannotBe.
    """
    with transaction.atomic():
        row = _held(structured)
        before = row.data
        if len(before[slot]) >= MOST_ITEMS:
            raise CannotBe(_("There are too many of them already."))
        data, path = structure.with_item(
            before, slot, structure.completed(slot, item, {name for name, value in item.items() if value})
        )
        data = structure.placed_by_hand(data, {f"{path}.{name}": box for name, box in (boxes or {}).items()})
        Correction.objects.create(
            structured=row, path=path, before=None, after=structure.at(data, path), by=by, at=at
        )
        _keep(row, data, before=before)
        audit.record("reading.item_added", by=by, at=at, about=row, path=path)
    structured.data = row.data
    return path


def remove(structured: StructuredIEP, path: str, *, by: User, at: datetime) -> Correction:
    """Takes a goal or service out that the paper does not hold; those behind it move up. Raises CannotBe."""
    with transaction.atomic():
        row = _held(structured)
        before = row.data
        try:
            data = structure.without(before, path)
        except KeyError:
            raise CannotBe(_("This is not there any more.")) from None
        made = Correction.objects.create(
            structured=row, path=path, before=structure.at(before, path), after=None, by=by, at=at
        )
        _move_up(row, path)
        _keep(row, data, before=before, removed=path)
        audit.record("reading.item_removed", by=by, at=at, about=row, path=path)
    structured.data = row.data
    return made


def put_back(correction: Correction, *, by: User, at: datetime) -> str:
    """A removed goal or service again, at the end of the others; answers its path. Raises CannotBe."""
    slot = correction.path.partition("[")[0]
    removed = correction.before
    if not correction.is_removal or removed is None or slot not in structure.SLOTS:
        raise CannotBe(_("This is not there any more."))
    known = structure.empty(slot)
    item = {name: value for name, value in removed.items() if name in known}
    return add(correction.structured, slot, item, by=by, at=at)


def _held(structured: StructuredIEP) -> StructuredIEP:
    row = StructuredIEP.objects.select_for_update().get(pk=structured.pk)
    if row.state != ReadingState.READ:
        raise CannotBe(_("The paper is still being read."))
    return row


def _keep(row: StructuredIEP, data: Data, *, before: Data, removed: str = "") -> None:
    row.data = structure.rechecked(data)
    row.save(update_fields=["data"])
    was = {
        (component, status, moved)
        for component, status, about in map(_key, points.of_reading(before))
        if (moved := structure.after_removal(about, removed) if removed else about) is not None
    }
    for review in Review.objects.filter(version=row.version_id, state=State.TO_CHECK):
        _renew(review, row.data, was)


def _key(point: Point) -> tuple[str, str, str]:
    return point.component, str(point.status), point.about


def _renew(review: Review, data: Data, was: set[tuple[str, str, str]]) -> None:
    """Points that no longer hold go, unless a person decided on them; new ones come."""
    now = points.of_reading(data)
    keys = {_key(point) for point in now}
    there = list(review.points.all())
    gone = [
        point.pk
        for point in there
        if point.decision == Decision.OPEN and point.author == Author.READER and _key(point) in was - keys
    ]
    review.points.filter(pk__in=gone).delete()
    held = {_key(point) for point in there}
    points.propose(review, [point for point in now if _key(point) not in held])


def _move_up(row: StructuredIEP, removed: str) -> None:
    """Points and matches that name an item behind the removed one name it by its new place."""
    for point in Point.objects.filter(review__version=row.version_id).exclude(about=""):
        moved = structure.after_removal(point.about, removed)
        if moved is None and point.decision == Decision.OPEN and point.author == Author.READER:
            point.delete()
        elif moved != point.about:
            point.about = moved or ""
            point.save(update_fields=["about"])
    if not removed.startswith("goals["):
        return
    index = int(removed[6:-1])
    for side, name in ((0, "earlier"), (1, "later")):
        for comparison in Comparison.objects.filter(**{name: row}):
            comparison.pairs = [
                [number - (number > index) if at == side else number for at, number in enumerate(pair)]
                for pair in comparison.pairs
                if pair[side] != index
            ]
            comparison.save(update_fields=["pairs"])
