"""Logging a point: once however often it is sent, at the right time whatever the device's clock says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from accounts.models import User
from cases import calendars
from clients import guests
from clients.models import Part
from documents import adding
from documents.models import Document, Kind
from progress import measures, sheets, silence
from progress.measures import Impossible
from progress.models import DataPoint, DataSheet, PointRevision
from tenants.places import current_firm
from web.access import Can
from web.dates import say_day

# A clock that is off by less says the time as well as anybody does.
CLOSE = timedelta(minutes=5)
# Points may be older than the plan, such as last year's; further back it is a slip of the hand.
LONG_BEFORE = timedelta(days=730)


@dataclass(frozen=True)
class Logged:
    """A point and whether it is new; false when the same point had come before."""

    point: DataPoint
    made: bool


class OtherPoint(Exception):
    """The key belongs to another point of this person; the message is a sentence."""


def may_log(user: User, sheet: DataSheet, *, at: datetime) -> bool:
    """Whether this person may add points to the sheet: staff who may edit, the family, a guest who was let."""
    return sheet.is_open and guests.may(user, sheet.student, Part.POINTS, add=True, at=at)


def log(
    sheet: DataSheet,
    *,
    by: User,
    at: datetime,
    key: UUID,
    setting: str,
    value: float | None = None,
    part: float | None = None,
    whole: float | None = None,
    note: str = "",
    happened_at: datetime | None = None,
    device_at: datetime | None = None,
    files: Sequence[adding.Sent] = (),
) -> Logged:
    """Adds a point; sending the same `key` again answers the point that is there.

    Args:
        key: made by the device for this point.
        value, part, whole: what was counted; see `measures.reckon`.
        happened_at: when it was seen; None for now. With `device_at` it was read from the device's clock.
        device_at: what the device's clock says while it sends. A clock that is wrong is corrected by the difference.
        files: a photo or a work sample.

    Raises Impossible with the field and a sentence, OtherPoint, documents.storage.NoRoom.
    """
    there = DataPoint.objects.filter(logged_by=by, key=key).first()
    if there is not None:
        if there.sheet_id != sheet.pk:
            raise OtherPoint(_("This number was sent for another goal. Please type it again."))
        return Logged(there, False)
    if not sheet.is_open:
        raise Impossible("value", _("This goal takes no more numbers. Its sheet has ended."))
    counted = measures.reckon(sheet, value=value, part=part, whole=whole)
    moment, offset = when(happened_at, device_at, at=at)
    on = _day(moment, sheet)
    with transaction.atomic():
        point = DataPoint(
            key=key, sheet=sheet, value=counted, part=part, whole=whole, setting=setting, note=" ".join(note.split())[:500],
            happened_at=moment, happened_on=on, clock_offset=offset, logged_by=by, logged_at=at,
        )  # fmt: skip
        DataPoint.objects.bulk_create([point], ignore_conflicts=True)
        kept = DataPoint.objects.get(logged_by=by, key=key)
        if kept.pk != point.pk:
            return Logged(kept, False)
        if files:
            point.document = _file(sheet, files, by=by, at=at)
            point.save(update_fields=["document"])
        calendar = calendars.of_district(sheet.student.district_id)
        quiet = silence.quiet_day(on, sheet.expect_days, calendar)
        DataSheet.objects.filter(pk=sheet.pk).update(quiet_on=Greatest(F("quiet_on"), Value(quiet)))
        audit.record("point.logged", by=by, at=at, about=point, sheet=str(sheet.pk))
    return Logged(point, True)


def _file(sheet: DataSheet, files: Sequence[adding.Sent], *, by: User, at: datetime) -> Document:
    title = _("Work sample: %(goal)s") % {"goal": str(sheet)[:100]}
    version = adding.add(files, of=sheet.student, kind=Kind.WORK_SAMPLE, title=title, by=by, at=at, shared=True)  # fmt: skip
    return version.document


def when(happened_at: datetime | None, device_at: datetime | None, *, at: datetime) -> tuple[datetime, int]:
    """When it happened by our clock, and the seconds by which the device's was corrected.

    Raises Impossible for a time that lies ahead.
    """
    if happened_at is None:
        return at, 0
    offset = at - device_at if device_at is not None else timedelta(0)
    if abs(offset) <= CLOSE:
        offset = timedelta(0)
    moment = (happened_at + offset).replace(microsecond=0)
    if moment > at + CLOSE:
        today = say_day(timezone.localdate(at, current_firm().zone))
        raise Impossible("happened_at", _("This time lies ahead. Here it is %(today)s. Is the date on your device right?") % {"today": today})  # fmt: skip
    return min(moment, at), round(offset.total_seconds())


def _day(moment: datetime, sheet: DataSheet) -> Any:
    on = timezone.localdate(moment, current_firm().zone)
    if on < sheet.starts_on - LONG_BEFORE:
        raise Impossible("happened_at", _("This day is long before the plan. Please look at the year."))
    return on


def clock_words(point: DataPoint) -> str:
    """What to say when the device's clock was wrong, or ""."""
    if not point.clock_offset:
        return ""
    minutes = abs(point.clock_offset) / 60
    days, hours = round(minutes / 1440), round(minutes / 60)
    if minutes >= 60 * 20:
        size = ngettext("about %(n)s day", "about %(n)s days", days) % {"n": days}
    elif minutes >= 90:
        size = ngettext("about %(n)s hour", "about %(n)s hours", hours) % {"n": hours}
    else:
        size = ngettext("%(n)s minute", "%(n)s minutes", round(minutes)) % {"n": round(minutes)}
    day = say_day(point.happened_on)
    if point.clock_offset > 0:
        return _("The clock of the device was %(size)s behind. We wrote the number down for %(day)s.") % {"size": size, "day": day}  # fmt: skip
    return _("The clock of the device was %(size)s ahead. We wrote the number down for %(day)s.") % {"size": size, "day": day}  # fmt: skip


def may_correct(user: User, point: DataPoint, *, at: datetime) -> bool:
    """Who logged it, while they may add to the goal's numbers, and staff of the student who may edit."""
    own = point.logged_by_id == user.pk or user.can(Can.EDIT_STUDENTS)
    return own and guests.may(user, point.sheet.student, Part.POINTS, add=True, at=at)


def correct(
    point: DataPoint, *, by: User, at: datetime, setting: str, value: float | None = None, part: float | None = None,
    whole: float | None = None, note: str = "", happened_at: datetime | None = None, reason: str = "",
) -> DataPoint:  # fmt: skip
    """Sets a point right; what it said before is kept. Raises Impossible."""
    with transaction.atomic():
        point = DataPoint.objects.select_for_update(of=("self",)).select_related("sheet").get(pk=point.pk)
        if point.withdrawn_at:
            raise Impossible("value", _("This number was taken back. It cannot be changed any more."))
        counted = measures.reckon(point.sheet, value=value, part=part, whole=whole)
        moment, _offset = when(happened_at or point.happened_at, None, at=at)
        PointRevision.objects.create(
            point=point, value=point.value, part=point.part, whole=point.whole, setting=point.setting, note=point.note,
            happened_at=point.happened_at, by=by, at=at, reason=reason[:200],
        )  # fmt: skip
        point.value, point.part, point.whole, point.setting = counted, part, whole, setting
        point.note = " ".join(note.split())[:500]
        point.happened_at, point.happened_on = moment, _day(moment, point.sheet)
        point.save()
        sheets.refresh(point.sheet)
        audit.record("point.corrected", by=by, at=at, about=point)
    return point


def withdraw(point: DataPoint, *, reason: str, by: User, at: datetime) -> None:
    """Takes a point back, with the reason; it stays in the history and leaves the chart, its photo the family's papers.
    Twice is once."""
    with transaction.atomic():
        done = DataPoint.objects.filter(pk=point.pk, withdrawn_at=None).update(
            withdrawn_by=by, withdrawn_at=at, withdrawal_reason=reason[:200]
        )
        if done:
            if point.document_id:
                Document.objects.filter(pk=point.document_id).update(shared=False)
            sheets.refresh(point.sheet)
            audit.record("point.withdrawn", by=by, at=at, about=point)
