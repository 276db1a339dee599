"""The sentences of minutes: what a plan promises, why it cannot be counted, what to know beside the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from law.calendars import SchoolCalendar
from minutes.expanding import CannotCount, Promise, Unknown, WhyNot, amount_of
from reviews.models import ServiceRow
from web.dates import say_day


def number(value: float) -> str:
    """Without a needless ".0"."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def minutes(value: float) -> str:
    """ "90 minutes"."""
    return ngettext("%(n)s minute", "%(n)s minutes", round(value)) % {"n": number(value)}


def span(first: date, last: date) -> str:
    """ "Nov 2 – Nov 8, 2026"."""
    until = day(last)
    if first == last:
        return until
    return f"{say_day(first, style='bare') if first.year == last.year else day(first)} – {until}"


def day(on: date) -> str:
    """ "Nov 8, 2026"."""
    return say_day(on, style="bare_year")


def promise(found: Promise) -> str:
    """ "2 × 30 minutes a week"; an empty text for one that cannot be counted."""
    try:
        per, every, sessions, amount = amount_of(found)
    except CannotCount:
        return ""
    if sessions is None:
        how_much = minutes(amount)
    else:
        how_much = f"{sessions} × {minutes(amount)}"
    return f"{how_much} {period(per, every)}"


def period(per: str, every: int) -> str:
    """ "a week", "every 2 weeks"."""
    if every > 1:
        many = {
            "week": _("every %(n)s weeks"), "month": _("every %(n)s months"),
        }.get(per, _("every %(n)s cycles"))  # fmt: skip
        return many % {"n": every}
    if per.startswith("cycle"):
        return _("in a cycle of %(n)s school days") % {"n": per.removeprefix("cycle")}
    return {
        "day": _("each school day"), "week": _("a week"), "month": _("a month"), "six_weeks": _("each six weeks"),
        "nine_weeks": _("each nine weeks"), "quarter": _("a quarter"), "trimester": _("a trimester"),
        "semester": _("a semester"), "year": _("a school year"),
    }[per]  # fmt: skip


def row(found: Promise) -> str:
    dates = ""
    if found.first and found.last:
        dates = span(found.first, found.last)
    elif found.first:
        dates = _("from %(day)s") % {"day": span(found.first, found.first)}
    return ", ".join(filter(None, [promise(found), dates]))


def cannot(why: WhyNot, service: ServiceRow) -> str:
    """Why a service cannot be counted, and what would help."""
    written = (service.as_written or "").strip()
    quoted = _("The plan says “%(words)s”.") % {"words": written[:120]} if written else ""
    said = {
        WhyNot.NO_FREQUENCY: _("It cannot be counted: the plan gives no number of sessions in a time. You can ask how often it will be held."),
        WhyNot.NO_PERIOD: _("It cannot be counted: the plan does not say in what time the sessions are held."),
        WhyNot.NO_MINUTES: _("It cannot be counted: the plan does not say how many minutes a session has."),
        WhyNot.NO_SESSIONS: _("It cannot be counted: the plan says no sessions."),
        WhyNot.ODD_PART: _("It cannot be counted: the number of sessions does not come out whole in a school year."),
        WhyNot.NO_START: _("It cannot be counted: the plan does not say when the service starts."),
        WhyNot.ENDS_FIRST: _("It cannot be counted: the service ends before it starts. Please check its dates."),
    }[why]  # fmt: skip
    return " ".join(filter(None, [quoted, said]))


def notes(calendar: SchoolCalendar | None, unknown: Sequence[Unknown], *, has_rows: bool) -> list[str]:
    """What one must know to read the numbers."""
    if not has_rows:
        return []
    if calendar is None:
        return [_("There is no school calendar yet, so we do not know which days are school days. Nothing is counted until it is there.")]  # fmt: skip
    found = []
    if calendar.bounds_assumed:
        found.append(
            _("The calendar does not say when school starts and ends. These numbers are an estimate.")
        )
    merged = sorted({(one.first, one.last) for one in unknown})
    if merged:
        found.append(
            _("The school calendar says nothing about %(days)s. Those days are not counted.")
            % {"days": ", ".join(span(first, last) for first, last in merged[:4])}
        )
    return found


def rules() -> list[str]:
    """How we count, for the foot of each page."""
    return [
        _("We count school days only, by the district’s calendar."),
        _("A week owes its sessions as long as it has at least that many school days. With fewer days it owes what the days allow. The same goes for a month, a cycle or a marking period."),
        _("The first and last week of a service follow the same rule. Of a longer time that is cut by the service’s dates, the share of its school days is owed, rounded to whole sessions."),
        _("When a service changes in the middle of a week, each part owes its share. What came before the change stays as it was."),
        _("An amount of minutes a week without sessions shrinks with the school days of the week."),
        _("A week counts in the month of its last school day, once it is over."),
        _("An absence that names the service stands for one session. A whole day away stands only for what the other days of that week could not hold."),
        _("Absences of the student and closures have their own columns. They are never taken off in silence."),
        _("More minutes in one week do not fill a gap in another. A session marked as making up for an earlier day counts there."),
        _("Marking periods are those of the school calendar. Where it does not say them, we divide the school days of the year into equal parts."),
    ]  # fmt: skip
