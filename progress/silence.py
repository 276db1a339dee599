"""From when a goal counts as silent: so many days after its newest number, days of a school break left out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max, QuerySet

from cases import calendars
from law.calendars import SchoolCalendar
from progress.models import DataPoint, DataSheet

_DAY = timedelta(days=1)


def quiet_day(since: date, days: int, calendar: SchoolCalendar | None) -> date:
    """The day on which so many days have gone by since a number.

    Weekends count, for home writes numbers down too; the calendar's days off and its summers do not. Without a
    calendar, and beyond the years it knows, every day counts.
    """
    day, left = since, days
    while left > 0:
        day += _DAY
        if calendar is None or not _is_break(day, calendar):
            left -= 1
    return day


def _is_break(day: date, calendar: SchoolCalendar) -> bool:
    return calendar.in_summer(day) or any(span.start <= day <= span.end for span in calendar.no_school)


def count_again(rows: QuerySet[DataSheet]) -> None:
    """Counts the silence of these open sheets anew. Two queries for all, three for each district, one to write."""
    found = list(rows.filter(ended_at=None).select_related("student"))
    keys = {key for sheet in found for key in (sheet.pk, sheet.carries_on_id) if key}
    points = DataPoint.objects.standing().filter(sheet__in=keys)
    newest = dict(points.order_by().values_list("sheet").annotate(last=Max("happened_on")))
    by_district: dict[UUID | None, SchoolCalendar | None] = {}
    for sheet in found:
        district = sheet.student.district_id
        if district not in by_district:
            by_district[district] = calendars.of_district(district)
        seen = [newest[key] for key in (sheet.pk, sheet.carries_on_id) if key in newest]
        sheet.quiet_on = quiet_day(max([sheet.starts_on, *seen]), sheet.expect_days, by_district[district])
    DataSheet.objects.bulk_update(found, ["quiet_on"], batch_size=500)


def calendar_changed(sender: Any, *, district: UUID, **_: Any) -> None:
    """Another break, another silence."""
    count_again(DataSheet.objects.filter(student__district=district))


def student_saved(sender: Any, instance: Any, created: bool, update_fields: Any, **_: Any) -> None:
    """Another district has other breaks."""
    if not created and (update_fields is None or {"district", "district_id"} & set(update_fields)):
        count_again(DataSheet.objects.filter(student=instance))
