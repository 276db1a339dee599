"""Charts as SVG drawn on the server: each with a sentence that says the same and a table of its numbers.

Looks are classes of `parts.css` (`aim`, `got`, `goal`, `grid`), so charts follow the firm's colour, dark mode and print.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from html import escape
from itertools import pairwise
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from web.dates import say_day

LONG = 380  # days of a picture from which its months are told with their years


class Point(NamedTuple):
    """A value measured on a day."""

    on: date
    value: float


@dataclass(frozen=True)
class Chart:
    """A drawn chart for `components/chart.html`. `rows` hold (column name, value) pairs; `talk` may be empty."""

    svg: SafeString
    summary: str
    columns: list[str]
    rows: list[list[tuple[str, str]]]
    unit: str = ""
    talk: str = ""

    @property
    def table(self) -> SafeString:
        """Its numbers as a table. Written here, not in a template: a page of many goals has hundreds of cells."""
        heads = "".join(f'<th scope="col" role="columnheader">{escape(name)}</th>' for name in self.columns)
        cells = {name: f'<td role="cell" data-l="{escape(name)}">' for name in self.columns}
        body = "".join(
            f'<tr role="row">{"".join(f"{cells[label]}{escape(str(value))}</td>" for label, value in row)}</tr>'
            for row in self.rows
        )
        return SafeString(
            f'<table class="table" role="table"><caption class="vh">{escape(self.summary)}</caption>'
            f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead><tbody role="rowgroup">{body}</tbody></table>'
        )


@dataclass(frozen=True)
class _Frame:
    """Maps days and values to the picture. `lows` and `highs` are (x of days as ordinals, y of values)."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    days: tuple[int, int]
    values: tuple[float, float]
    ticks: list[float] = field(default_factory=list)

    def x(self, on: date) -> float:
        return round(self.left + (on.toordinal() - self.days[0]) * self._a_day, 1)

    def y(self, value: float) -> float:
        return round(self.height - self.bottom - (value - self.values[0]) * self._a_unit, 1)

    @cached_property
    def _a_day(self) -> float:
        """How wide a day is."""
        first, last = self.days
        return (self.width - self.left - self.right) / max(last - first, 1)

    @cached_property
    def _a_unit(self) -> float:
        """How high one of what is counted is."""
        low, high = self.values
        return (self.height - self.top - self.bottom) / (high - low)

    def at(self, point: Point) -> str:
        return f"{self.x(point.on):.1f},{self.y(point.value):.1f}"


STAR = "m0,-9 2.1,5.9 6.2,.2 -4.9,3.9 1.7,6 -5.1,-3.5 -5.1,3.5 1.7,-6 -4.9,-3.9 6.2,-.2z"


def goal_chart(
    points: Sequence[Point], *, start: Point, goal: Point, unit: str, small: bool = False, name: str = ""
) -> Chart:
    """A goal's progress: the points so far, a dashed aim line from `start` to `goal`, and a star at the goal.

    `unit` says what is counted ("words a minute"). `small` leaves out the axes. A goal below its start counts down.
    Raises ValueError when the goal does not lie after the start.
    """
    if goal.on <= start.on:
        raise ValueError(_("A goal ends after it starts."))
    points = sorted(points, key=lambda point: point.on)
    shown = [start, *points, goal]
    frame = _frame(shown, small=small)
    parts = [] if small else [_axes(frame)]
    parts.append(format_html('<path class="aim" d="M{} L{}"/>', frame.at(start), frame.at(goal)))
    if len(points) > 1:
        parts.append(format_html('<polyline class="got" points="{}"/>', " ".join(map(frame.at, points))))
    parts += [
        format_html('<circle cx="{}" cy="{}" r="4"/>', frame.x(point.on), frame.y(point.value))
        for point in points
    ]
    x, y = frame.x(goal.on), frame.y(goal.value)
    parts.append(format_html('<path class="goal" transform="translate({} {})" d="{}"/>', x, y, STAR))
    if not small:
        parts.append(
            format_html(
                '<text class="end" x="{}" y="{}">{}</text>',
                round(x + 12, 1),
                round(y - 14, 1),
                _("Goal: %s") % say_number(goal.value),
            )
        )
        if points:
            parts.append(_now(frame, points[-1]))
    summary = _goal_summary(points, start, goal, unit)
    columns = [_("Date"), unit[:1].upper() + unit[1:], _("Aim")]
    rows = [
        [
            (columns[0], say_day(point.on, style="brief", today=goal.on)),
            (columns[1], say_number(point.value)),
            (columns[2], say_number(round(aim(start, goal, point.on), 1))),
        ]
        for point in points
    ]
    return Chart(
        _svg(frame, name or summary, parts),
        summary,
        columns,
        rows,
        unit,
        talk(points, start=start, goal=goal),
    )


@dataclass(frozen=True)
class Series:
    """Points of one source, drawn in a shape and a colour of their own: `home`, `school`, `elsewhere`, `report`."""

    key: str
    label: str
    points: Sequence[Point]


def _shape(key: str, x: float, y: float, r: float) -> str:
    """The mark of a source around x,y: each is told by its shape as well as its colour."""
    if key == "home":
        return f'<circle class="p-home" cx="{x}" cy="{y}" r="{r}"/>'
    if key == "school":
        half, side = r * 0.85, round(r * 1.7, 1)
        return f'<rect class="p-school" x="{round(x - half, 1)}" y="{round(y - half, 1)}" width="{side}" height="{side}"/>'
    top = round(y - r, 1)
    if key == "elsewhere":
        return f'<path class="p-elsewhere" d="M{x} {top}l{r} {round(r * 1.8, 1)}h-{2 * r}z"/>'
    return f'<path class="p-report" d="M{x} {top}l{r} {r}l-{r} {r}l-{r} -{r}z"/>'


def data_chart(
    series: Sequence[Series], *, start: Point, goal: Point, unit: str, summary: str, phases: Sequence[date] = (),
    trend: tuple[Point, Point] | None = None, small: bool = False, talk: str = "", name: str = "", most_rows: int | None = None,
) -> Chart:  # fmt: skip
    """A goal's data by source: start, dashed aim line and star at the goal, a numbered line for each phase, the trend.

    `summary` says the same in words. `small` leaves out axes, numbers and legend. The table holds every point with
    its source, the newest first, or the newest `most_rows`. Raises ValueError when the goal does not lie after the start.
    """
    if goal.on <= start.on:
        raise ValueError(_("A goal ends after it starts."))
    flat = sorted(((point, one) for one in series for point in one.points), key=lambda pair: pair[0].on)
    shown = [start, goal, *(point for point, _one in flat), *(trend or ())]
    frame = _frame(shown, small=small, height=84 if small else 250, low=28 if small else 56)
    parts = [] if small else [_axes(frame)]
    first, last = frame.days
    for at, on in enumerate(sorted(phases), start=1):
        if first < on.toordinal() < last:
            x = frame.x(on)
            parts.append(
                SafeString(f'<path class="phase" d="M{x} {frame.top - 8}V{frame.height - frame.bottom}"/>')
            )
            if not small:
                parts.append(SafeString(f'<text class="mid" x="{x}" y="{frame.top - 12}">{at}</text>'))
    parts.append(SafeString(f'<path class="aim" d="M{frame.at(start)} L{frame.at(goal)}"/>'))
    if trend:
        parts.append(SafeString(f'<path class="trend" d="M{frame.at(trend[0])} L{frame.at(trend[1])}"/>'))
    if small:
        drawn = flat[-12:]
        if len(flat) > 1:
            line = " ".join(frame.at(point) for point, _one in flat)
            parts.append(SafeString(f'<polyline class="got" points="{line}"/>'))
            drawn = flat[-1:]
    else:
        drawn = flat
    size = 4 if small or len(flat) > 80 else 5
    marks = "".join(_shape(one.key, frame.x(point.on), frame.y(point.value), size) for point, one in drawn)
    parts.append(SafeString(marks))
    x, y = frame.x(goal.on), frame.y(goal.value)
    parts.append(SafeString(f'<path class="goal" transform="translate({x} {y})" d="{STAR}"/>'))
    if not small:
        parts += [
            format_html(
                '<text class="end" x="{}" y="{}">{}</text>',
                round(x + 12, 1),
                round(y - 14 if y > 30 else y + 24, 1),
                _("Goal: %s") % say_number(goal.value),
            ),
            _legend(frame, [one for one in series if one.points]),
        ]
    columns = [_("Date"), unit[:1].upper() + unit[1:], _("Where"), _("Aim")]
    rows = (
        []
        if small
        else [
            [
                (columns[0], say_day(point.on, style="brief", today=goal.on)),
                (columns[1], say_number(round(point.value, 1))),
                (columns[2], one.label),
                (columns[3], say_number(round(aim(start, goal, point.on), 1))),
            ]
            for point, one in reversed(flat if most_rows is None else flat[-most_rows:])
        ]
    )
    return Chart(_svg(frame, name or summary, parts), summary, columns, rows, unit, talk)


def _legend(frame: _Frame, series: Sequence[Series]) -> SafeString:
    """The shapes and what they stand for, under the axis."""
    if not series:
        return SafeString("")
    step = (frame.width - 16) / max(len(series), 2)
    y = frame.height - 8
    return SafeString(
        "".join(
            f"{_shape(one.key, round(14 + at * step, 1), y - 5, 5)}"
            f'<text x="{round(24 + at * step, 1)}" y="{y}">{escape(str(one.label))}</text>'
            for at, one in enumerate(series)
        )
    )


PAPER = (
    "text{font-family:'Atkinson Hyperlegible Next';font-size:13px;fill:#4b5459}.end{text-anchor:end}.mid{text-anchor:middle}"
    ".grid{stroke:#d7d3c8;fill:none}.aim{stroke:#4b5459;stroke-width:2;stroke-dasharray:6 5;fill:none}"
    ".got{stroke:#0b5a6b;stroke-width:3;fill:none;stroke-linejoin:round}.trend{stroke:#1d2326;stroke-width:2;fill:none}"
    ".phase{stroke:#4b5459;stroke-width:1.2;stroke-dasharray:2 3;fill:none}.goal{fill:#f2b134;stroke:#5c3c00;stroke-width:1.5}"
    "circle{fill:#fff;stroke:#0b5a6b;stroke-width:3}.p-home{fill:#0b5a6b;stroke:#fff;stroke-width:1}"
    ".p-school{fill:#8a5200;stroke:#fff;stroke-width:1}.p-elsewhere{fill:#2457a5;stroke:#fff;stroke-width:1}"
    ".p-report{fill:#fff;stroke:#8a5200;stroke-width:2}rect{fill:#0b5a6b}"
)


def on_paper(chart: Chart) -> str:
    """The chart as an SVG file with its looks in it, for a PDF."""
    return chart.svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace(">", f"><style>{PAPER}</style>", 1)  # fmt: skip


def _now(frame: _Frame, point: Point) -> SafeString:
    """The last value in words, under its point unless the labels of the axis stand there."""
    x, y = frame.x(point.on), frame.y(point.value)
    level = y + 24 if y + 24 < frame.height - frame.bottom else y - 14
    return format_html(
        '<text x="{}" y="{}">{}</text>',
        round(x + 8, 1),
        round(level, 1),
        _("Now: %s") % say_number(point.value),
    )


def aim(start: Point, goal: Point, on: date) -> float:
    """The value of the straight aim line on a day."""
    return start.value + (goal.value - start.value) * ((on - start.on).days / (goal.on - start.on).days)


def talk(points: Sequence[Point], *, start: Point, goal: Point) -> str:
    """A sentence when the last four points lie on one side of the aim line, else "".

    The four-point rule of progress monitoring (Fuchs, Fuchs, Hintze and Lembke; National Center on Student
    Progress Monitoring, 2006): four in a row are a reason to look at the plan or to raise the goal.
    """
    last = sorted(points, key=lambda point: point.on)[-4:]
    if len(last) < 4:
        return ""
    up = 1 if goal.value >= start.value else -1
    sides = {math.copysign(1, gap) if (gap := up * (p.value - aim(start, goal, p.on))) else 0.0 for p in last}
    if sides == {1.0}:
        return _("Four points in a row are ahead of the line. It may be time to aim higher together.")
    if sides == {-1.0}:
        return _("Four points in a row are behind the line. It is a good time to ask what would help.")
    return ""


def _goal_summary(points: Sequence[Point], start: Point, goal: Point, unit: str) -> str:
    said = {
        "unit": unit[:1].upper() + unit[1:],
        "start": say_number(start.value),
        "goal": say_number(goal.value),
        "by": say_day(goal.on, style="bare"),
        "since": say_day(start.on, style="bare"),
    }
    if not points:
        return _("%(unit)s: %(start)s on %(since)s. Goal: %(goal)s by %(by)s. No points yet.") % said
    now = points[-1]
    gap = (now.value - aim(start, goal, now.on)) * (1 if goal.value >= start.value else -1)
    said["now"] = say_number(now.value)
    if gap > 0:
        return (
            _("%(unit)s: %(start)s on %(since)s, now %(now)s. Goal: %(goal)s by %(by)s. Ahead of the line.")
            % said
        )
    if gap < 0:
        return (
            _("%(unit)s: %(start)s on %(since)s, now %(now)s. Goal: %(goal)s by %(by)s. Behind the line.")
            % said
        )
    return _("%(unit)s: %(start)s on %(since)s, now %(now)s. Goal: %(goal)s by %(by)s. On the line.") % said


def line_chart(points: Sequence[Point], *, unit: str) -> Chart:
    """Values over time. Raises ValueError without points."""
    if not points:
        raise ValueError(_("A chart needs at least one number."))
    points = sorted(points, key=lambda point: point.on)
    frame = _frame(points)
    parts = [_axes(frame)]
    if len(points) > 1:
        parts.append(format_html('<polyline class="got" points="{}"/>', " ".join(map(frame.at, points))))
    parts += [format_html('<circle cx="{}" cy="{}" r="4"/>', frame.x(p.on), frame.y(p.value)) for p in points]
    first, last = points[0], points[-1]
    summary = _("%(unit)s: %(first)s on %(since)s, %(last)s on %(until)s.") % {
        "unit": unit[:1].upper() + unit[1:],
        "first": say_number(first.value),
        "since": say_day(first.on, style="bare"),
        "last": say_number(last.value),
        "until": say_day(last.on, style="bare"),
    }
    columns = [_("Date"), unit[:1].upper() + unit[1:]]
    rows = [
        [(columns[0], say_day(p.on, style="brief", today=last.on)), (columns[1], say_number(p.value))]
        for p in points
    ]
    return Chart(_svg(frame, summary, parts), summary, columns, rows, unit)


def bar_chart(bars: Sequence[tuple[str, float]], *, unit: str, said: Sequence[str] = ()) -> Chart:
    """Amounts side by side: (label, value) pairs, values not below zero. `said` is each value in words where a number
    alone would not do, such as money to the cent. Raises ValueError otherwise."""
    if not bars:
        raise ValueError(_("A chart needs at least one number."))
    if any(value < 0 for _label, value in bars):
        raise ValueError(_("Bars show amounts from zero up."))
    longest = max(len(label) for label, _value in bars)
    height, top, row, left = 34 * len(bars) + 8, 8, 34, min(10 * longest + 14, 190)
    wide = 400 - left - 60
    most = max(value for _label, value in bars) or 1
    words = list(said) or [say_number(value) for _label, value in bars]
    if len(words) != len(bars):
        raise ValueError("Every bar needs its words.")
    # What is written beside a bar is about 8 wide a letter.
    wide = min(wide, 400 - left - 14 - 8 * max(map(len, words)))
    parts = []
    for at, (label, value) in enumerate(bars):
        y = top + at * row
        length = round(value / most * wide, 1)
        parts.append(format_html('<text class="end" x="{}" y="{}">{}</text>', left - 10, y + 16, label))
        parts.append(
            format_html('<rect x="{}" y="{}" width="{}" height="20" rx="3"/>', left, y, max(length, 1.5))
        )
        parts.append(
            format_html('<text x="{}" y="{}">{}</text>', round(left + length + 8, 1), y + 16, words[at])
        )
    most_at = max(range(len(bars)), key=lambda at: bars[at][1])
    summary = ngettext(
        "%(unit)s, %(count)s row. Most: %(label)s with %(value)s.",
        "%(unit)s, %(count)s rows. Most: %(label)s with %(value)s.",
        len(bars),
    ) % {
        "unit": unit[:1].upper() + unit[1:],
        "count": len(bars),
        "label": bars[most_at][0],
        "value": words[most_at],
    }
    columns = [_("What"), unit[:1].upper() + unit[1:]]
    rows = [
        [(columns[0], label), (columns[1], word)] for (label, _value), word in zip(bars, words, strict=True)
    ]
    frame = _Frame(400, height, left, 0, top, 0, (0, 1), (0, 1))
    return Chart(_svg(frame, summary, parts), summary, columns, rows, unit)


def say_number(value: float) -> str:
    """A value without a needless ".0"."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def _frame(points: Sequence[Point], *, small: bool = False, height: int = 190, low: int = 32) -> _Frame:
    ticks = _ticks(min(p.value for p in points), max(p.value for p in points))
    days = (min(p.on for p in points).toordinal(), max(p.on for p in points).toordinal())
    if small:
        least, most = min(p.value for p in points), max(p.value for p in points)
        return _Frame(300, 84, 10, 12, 14, 12, days, (least, most if most > least else least + 1))
    left = 16 + 11 * max(len(say_number(tick)) for tick in ticks)
    return _Frame(400, height, left, 18, 36, low, days, (ticks[0], ticks[-1]), ticks)


def _ticks(low: float, high: float) -> list[float]:
    """Three to five round values that hold both ends."""
    spread = (high - low) or max(abs(high), 1)
    for step in (base * 10**power for power in range(-2, 9) for base in (1, 2, 5)):
        first, last = math.floor(low / step), math.ceil(high / step)
        if last - first <= 4 and step * 5 >= spread:
            last += 1 if first == last else 0
            return [round(step * at, 6) for at in range(first, last + 1)]
    return [low, high + 1]


def _axes(frame: _Frame) -> SafeString:
    foot = frame.height - frame.bottom + 24
    first, last = frame.days
    long = last - first > LONG
    months = "".join(
        f'<text class="mid" x="{frame.x(day)}" y="{foot}">{escape(say_day(day, style="month"))}{f" ’{day:%y}" if long else ""}</text>'
        for day in _months(first, last, most=3 if long else 4)
        if not long or frame.x(day) <= frame.width - 28
    )
    return SafeString(_grid_lines(frame) + months)


def _months(first: int, last: int, *, most: int = 4) -> list[date]:
    """Up to `most` + 1 days to label, months apart, the first day of the picture among them."""
    start, end = date.fromordinal(first), date.fromordinal(last)
    months = [start]
    while (following := _next_month(months[-1])) <= end:
        months.append(following)
    every = max(1, math.ceil((len(months) - 1) / most))
    chosen = months[::every]
    # Labels closer than this many days of the span would touch.
    room = (last - first) / 8
    return [chosen[0], *[b for a, b in pairwise(chosen) if (b - a).days >= room]]


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _svg(frame: _Frame, name: str, parts: Sequence[SafeString]) -> SafeString:
    body = SafeString("".join(parts))
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        frame.width,
        frame.height,
        name,
        body,
    )


@dataclass(frozen=True)
class Stack:
    """What was promised and what became of it: parts of one column, from the bottom up."""

    label: str
    promised: float
    parts: tuple[float, ...]


def stacked_chart(
    columns: Sequence[Stack], *, unit: str, promised: str, parts: Sequence[str], name: str = ""
) -> Chart:
    """Columns side by side, each an outline as high as what was promised, filled with its parts from the bottom up.

    `promised` and `parts` name what is counted; at most three parts. Raises ValueError without columns, for negative
    amounts or too many parts.
    """
    if not columns:
        raise ValueError(_("A chart needs at least one number."))
    if len(parts) > 3 or any(len(column.parts) != len(parts) for column in columns):
        raise ValueError(_("A column has up to three parts, each with a name."))
    if any(value < 0 for column in columns for value in (column.promised, *column.parts)):
        raise ValueError(_("Bars show amounts from zero up."))
    most = max(max(column.promised, sum(column.parts)) for column in columns)
    ticks = _ticks(0, most or 1)
    left = 16 + 11 * max(len(say_number(tick)) for tick in ticks)
    frame = _Frame(400, 210, left, 18, 36, 32, (0, len(columns)), (ticks[0], ticks[-1]), ticks)
    step = (frame.width - left - frame.right) / len(columns)
    wide = round(min(step * 0.7, 48), 1)
    drawn = [_grid_lines(frame)]
    for at, column in enumerate(columns):
        x = round(left + step * at + (step - wide) / 2, 1)
        foot = 0.0
        for number, value in enumerate(column.parts):
            if value:
                y = frame.y(foot + value)
                high = round(frame.y(foot) - y, 1)
                drawn.append(
                    format_html('<rect class="part-{}" x="{}" y="{}" width="{}" height="{}"/>', number + 1, x, y, wide, high)
                )  # fmt: skip
            foot += value
        y = frame.y(column.promised)
        high = round(frame.y(0) - y, 1)
        drawn.append(
            format_html('<rect class="owed" x="{}" y="{}" width="{}" height="{}"/>', x, y, wide, high)
        )
        if len(columns) <= 8 or at % 2 == 0:
            middle = round(x + wide / 2, 1)
            drawn.append(format_html('<text class="mid" x="{}" y="{}">{}</text>', middle, frame.height - 8, column.label))  # fmt: skip
    summary = _("%(unit)s: %(all)s %(promised)s, %(rest)s.") % {
        "unit": unit[:1].upper() + unit[1:],
        "all": say_number(sum(column.promised for column in columns)),
        "promised": promised.lower(),
        "rest": ", ".join(
            f"{say_number(sum(column.parts[at] for column in columns))} {part.lower()}" for at, part in enumerate(parts)
        ),
    }  # fmt: skip
    heads = [_("When"), promised, *parts]
    rows = [
        list(zip(heads, [column.label, *map(say_number, (column.promised, *column.parts))], strict=True))
        for column in columns
    ]
    return Chart(_svg(frame, name or summary, drawn), summary, heads, rows, unit)


def _grid_lines(frame: _Frame) -> SafeString:
    right = frame.width - frame.right
    return SafeString(
        "".join(
            f'<path class="grid" d="M{frame.left} {(y := frame.y(tick))}H{right}"/>'
            f'<text class="end" x="{frame.left - 8}" y="{round(y + 4.5, 1)}">{escape(say_number(tick))}</text>'
            for tick in frame.ticks
        )
    )
