"""What the pages about a student's goals show, in few queries however many years there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from accounts.models import User
from clients.models import Student
from progress import measures, school, sheets, trend, words
from progress.models import DataPoint, DataSheet, Phase, SchoolReport, Setting
from web.charts import Chart, Point, Series, data_chart

# A small chart draws so many points, the newest: a year of weeks.
MOST_SMALL = 60
MOST_ROWS = 6  # numbers beside a chart on a page of many
MOST_PHASES = 6  # changes marked in a chart on a page of many, the newest
A_YEAR = timedelta(days=400)  # of the school's reports, the last ones with it


class Seen(NamedTuple):
    """One point as charts need it."""

    on: date
    value: float
    setting: str


@dataclass
class Line:
    """A goal with its data in pictures and words."""

    sheet: DataSheet
    chart: Chart
    sentence: str
    trend: str
    talk: str
    silence: str
    last_on: date | None
    count: int
    doubt: school.Doubt | None = None
    phases: list[tuple[int, Phase]] = field(default_factory=list)
    reports: list[SchoolReport] = field(default_factory=list)


def points_of(keys: Sequence[UUID], *, newest: int | None = None) -> dict[UUID, list[Seen]]:
    """The standing points of these sheets by sheet, oldest first; at most the `newest` of each. One query, no objects."""
    rows = DataPoint.objects.standing().filter(sheet__in=keys)
    if newest is not None:
        place = Window(
            RowNumber(), partition_by="sheet", order_by=[F("happened_on").desc(), F("happened_at").desc()]
        )
        rows = rows.annotate(place=place).filter(place__lte=newest)
    found: dict[UUID, list[Seen]] = defaultdict(list)
    for sheet, on, value, setting in rows.order_by("happened_on", "happened_at").values_list(
        "sheet", "happened_on", "value", "setting"
    ):
        found[sheet].append(Seen(on, value, setting))
    return found


def merged(points: Mapping[UUID, list[Seen]], keys: Sequence[UUID]) -> list[Seen]:
    """The points of a sheet and of those it carries on, oldest first."""
    if len(keys) == 1:
        return points.get(keys[0], [])
    return sorted((one for key in keys for one in points.get(key, [])), key=lambda one: one.on)


def series_of(seen: Sequence[Seen], reports: Sequence[SchoolReport]) -> list[Series]:
    """Points by setting, and the numbers of the school's reports."""
    by_setting: dict[str, list[Point]] = {key: [] for key in Setting.values}
    for one in seen:
        by_setting[one.setting].append(Point(one.on, one.value))
    told = [Point(row.ends_on, row.value) for row in reports if row.value is not None]
    found = [Series(key, str(Setting(key).label), points) for key, points in by_setting.items()]
    return [*found, Series("report", str(SchoolReport._meta.get_field("value").verbose_name), told)]


def line_of(
    sheet: DataSheet,
    seen: Sequence[Seen],
    reports: Sequence[SchoolReport],
    phases: Sequence[Phase],
    *,
    today: date,
    small: bool,
    most_rows: int | None = None,
    most_phases: int = 0,
) -> Line:
    """A goal's line; `seen` may hold points of the sheets it carries on. `most_rows` of the table are kept, and the
    newest `most_phases` of the changes; 0 for all."""
    values = [(one.on, one.value) for one in seen]
    current = [pair for pair in values if pair[0] >= sheet.starts_on]
    robust = trend.theil_sen(current)
    start, goal = words.ends_of(sheet)
    told = words.sentence(sheet, current, today=today)
    own = [(one.on, one.value) for one in seen if one.setting == Setting.SCHOOL]
    drawn = seen if not small else seen[-MOST_SMALL:]
    relevant = sorted(
        (row for row in phases if row.sheet_id in (None, sheet.pk) and row.on <= sheet.target_on),
        key=lambda row: row.on,
    )[-most_phases:]
    chart = data_chart(
        series_of(drawn, reports), start=Point(*start), goal=Point(*goal), unit=measures.unit(sheet), summary=told,
        phases=[row.on for row in relevant], small=small, most_rows=most_rows, name=f"{sheet}: {told}",
        trend=(Point(*robust.start), Point(*robust.end)) if robust and not small else None,
    )  # fmt: skip
    last_on = values[-1][0] if values else None
    return Line(
        sheet, chart, told, words.trend_words(sheet, current, robust), words.talk(sheet, current),
        words.silence(sheet, last_on, today=today), last_on, len(values), school.doubt(sheet, reports, own),
        list(enumerate(relevant, start=1)),
    )  # fmt: skip


@dataclass
class Overview:
    """All goals of a student: those with a sheet, and those that wait for one."""

    lines: list[Line]
    waiting: list[sheets.Open]
    ended: list[DataSheet]


def overview(student: Student, user: User, *, today: date) -> Overview:
    """The student's goals as this person sees them. Six queries."""
    everything = list(DataSheet.objects.visible_to(user).filter(student=student))
    current = [sheet for sheet in everything if sheet.is_open]
    chain = sheets.chains(everything)
    keys = [key for sheet in current for key in chain[sheet.pk]]
    points = points_of(keys, newest=MOST_SMALL) if keys else {}
    phases = list(Phase.objects.visible_to(user).filter(student=student)) if current else []
    reports: dict[Any, list[SchoolReport]] = defaultdict(list)
    if keys:
        recent = SchoolReport.objects.visible_to(user).filter(sheet__in=keys, ends_on__gte=today - A_YEAR)
        for row in recent:
            reports[row.sheet_id].append(row)
    goals = sheets.goals_in_force(student)
    lines = []
    for sheet in current:
        seen = sorted((one for key in chain[sheet.pk] for one in points.get(key, [])), key=lambda one: one.on)
        told = [row for key in chain[sheet.pk] for row in reports[key]]
        lines.append(line_of(sheet, seen, told, phases, today=today, small=True))
    carried = {sheet.carries_on_id for sheet in everything}
    ended = [sheet for sheet in everything if not sheet.is_open and sheet.pk not in carried]
    return Overview(lines, sheets.waiting(goals, everything), ended)


def untold(student: Student, user: User, period: tuple[date, date]) -> list[DataSheet]:
    """The goals of which the school has told nothing for a marking period that is over. Two queries.

    Parents are told how their child gets on as often as the plan says, as with report cards: 34 CFR 300.320(a)(3)(ii).
    """
    everything = list(DataSheet.objects.visible_to(user).filter(student=student))
    chain = sheets.chains(everything)
    rows = SchoolReport.objects.standing().filter(sheet__student=student, ends_on__gte=period[0])
    told = set(rows.values_list("sheet", flat=True))
    return [
        sheet
        for sheet in everything
        if sheet.is_open and sheet.starts_on < period[1] and not told & set(chain[sheet.pk])
    ]


def one(sheet: DataSheet, user: User, *, today: date) -> Line:
    """One goal on its own page: every point of it and of the sheets it carries on."""
    keys = [sheet.pk]
    if sheet.carries_on_id:
        everything = list(DataSheet.objects.visible_to(user).filter(student=sheet.student_id))
        keys = sheets.chains(everything).get(sheet.pk, keys)
    seen = merged(points_of(keys), keys)
    phases = list(Phase.objects.visible_to(user).filter(student=sheet.student_id).select_related("strategy"))
    reports = list(
        SchoolReport.objects.visible_to(user).filter(sheet__in=keys).select_related("document", "by")
    )
    line = line_of(sheet, seen, reports, phases, today=today, small=False)
    line.reports = sorted(reports, key=lambda row: row.ends_on, reverse=True)
    return line
