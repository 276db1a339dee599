"""What a goal's data says, in plain sentences for families and staff alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from progress import measures
from progress.models import DataSheet, Measure
from progress.trend import LEAST, Trend, Value, aim, side
from web.charts import say_number
from web.dates import say_day


def ends_of(sheet: DataSheet) -> tuple[Value, Value]:
    """The start and the goal of the sheet's aim line."""
    return (sheet.starts_on, sheet.baseline), (sheet.target_on, sheet.target)


def sentence(sheet: DataSheet, values: Sequence[Value], *, today: date) -> str:
    """One sentence: where it started, where it is, whether that is where the line is."""
    start, goal = ends_of(sheet)
    said = {
        "start": measures.say(sheet, sheet.baseline),
        "goal": measures.say(sheet, sheet.target),
        "by": _by(sheet.target_on, today),
    }
    if not values:
        return _("It started at %(start)s. The goal is %(goal)s by %(by)s. No number yet.") % said
    on, now = values[-1]
    said["now"] = measures.say(sheet, now)
    gap = (now - aim(start, goal, on)) * sheet.sign
    if (now - sheet.target) * sheet.sign >= 0:
        return _("It started at %(start)s and is %(now)s now. That is the goal of %(goal)s.") % said
    if gap >= 0:
        return _("It started at %(start)s and is %(now)s now. It is on the way to %(goal)s by %(by)s.") % said
    return (
        _("It started at %(start)s and is %(now)s now. It is behind the line to %(goal)s by %(by)s.") % said
    )


def _by(day: date, today: date) -> str:
    return say_day(day, style="bare" if day.year == today.year else "bare_year")


def trend_words(sheet: DataSheet, values: Sequence[Value], trend: Trend | None) -> str:
    """What the points of the last time say about where it goes, and when they say nothing yet."""
    if trend is None:
        if len(values) >= LEAST:
            return _("Trend: not enough yet. The numbers come from too few days.")
        return ngettext(
            "Trend: not enough yet. It takes %(least)s numbers; there is %(n)s.",
            "Trend: not enough yet. It takes %(least)s numbers; there are %(n)s.",
            len(values),
        ) % {"least": LEAST, "n": len(values)}  # fmt: skip
    count = {"n": trend.count}
    if trend.could_be_chance:
        return _("Trend of the last %(n)s numbers: none that is clear. They may as well stand still.") % count
    size = say_number(round(abs(trend.slope), 1 if abs(trend.slope) >= 0.1 else 2))
    said = {"size": size, "unit": _trend_unit(sheet), **count}
    if trend.slope > 0:
        return _("Trend of the last %(n)s numbers: up by about %(size)s %(unit)s each week.") % said
    return _("Trend of the last %(n)s numbers: down by about %(size)s %(unit)s each week.") % said


def _trend_unit(sheet: DataSheet) -> str:
    if sheet.measure == Measure.TRIALS:
        return _("of %(n)s") % {"n": say_number(sheet.out_of or 0)}
    if sheet.measure == Measure.PERCENT:
        return _("percentage points")
    if sheet.measure == Measure.RUBRIC:
        return _("points")
    if sheet.measure == Measure.PROMPTS:
        return _("steps")
    return measures.unit(sheet)


def talk(sheet: DataSheet, values: Sequence[Value]) -> str:
    """What four numbers in a row on one side of the line are a reason for, or ""."""
    start, goal = ends_of(sheet)
    where = side(values, start=start, goal=goal, up=sheet.sign > 0)
    if where > 0:
        return _("Four points in a row are ahead of the line. It may be time to aim higher together.")
    if where < 0:
        return _("Four points in a row are behind the line. It is a good time to ask what would help.")
    return ""


def silence(sheet: DataSheet, last_on: date | None, *, today: date) -> str:
    """ "No number for 23 days.", or "" while it is not silent."""
    if not sheet.is_open or sheet.quiet_on > today:
        return ""
    if last_on is None:
        return _("No number since the plan began.")
    # As Today counts it: days of a school break are left out.
    days = (today - sheet.quiet_on).days + sheet.expect_days
    return ngettext("No number for %(n)s day.", "No number for %(n)s days.", days) % {"n": days}
