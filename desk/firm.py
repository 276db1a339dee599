"""How the firm is doing: four numbers, then what stands behind them. Every figure is a plain sum over rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.requests import FirmRequest
from cases.models import Case, Deadline, EntryKind, TimelineEntry
from desk import work
from intake.models import Inquiry
from invoices import rates, reporting
from payments.money import decimals, say
from scheduling.models import Booking
from web import charts
from web.access import Can, requires
from web.dates import say_day

WEEKS, MONTHS, BACK = 8, 6, timedelta(days=90)
HALF_A_YEAR = timedelta(days=182)


def first_of(day: date, *, back: int = 0) -> date:
    """The first of the month so many months before a day's."""
    months = day.year * 12 + day.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def bookings_by_week(*, today: date, zone: ZoneInfo) -> list[tuple[date, int]]:
    """(Monday, bookings that stand and begin in that week), the last eight weeks with this one last."""
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=n) for n in reversed(range(WEEKS))]
    since, until = midnight(mondays[0], zone), midnight(monday + timedelta(weeks=1), zone)
    starts = Booking.objects.standing().between(since, until).values_list("starts_at", flat=True)
    days = [timezone.localdate(moment, zone) for moment in starts]
    counted = Counter(day - timedelta(days=day.weekday()) for day in days)
    return [(day, counted[day]) for day in mondays]


def no_shows(*, at: datetime) -> tuple[int, int]:
    """(calls that were missed, calls whose time came) in the last ninety days."""
    past = Booking.objects.standing().between(at - BACK, at)
    return past.filter(no_show_at__isnull=False).count(), past.count()


@dataclass(frozen=True)
class Conversion:
    """What became of families that asked for help in the last half year."""

    asked: int
    signed: int
    cases: int

    @property
    def percent(self) -> int:
        return 100 * self.cases // self.asked if self.asked else 0


def conversion(*, at: datetime) -> Conversion:
    rows = Inquiry.objects.filter(taken_at__gte=at - HALF_A_YEAR, taken_at__lte=at)
    keys = rows.values("pk")
    return Conversion(
        rows.count(), rows.filter(agreement__signature__isnull=False).count(), Case.objects.filter(inquiry_id__in=keys).count()
    )  # fmt: skip


def at_risk(*, today: date) -> list[tuple[User, int, int]]:
    """(person, dates that are late, dates of the next week), those with any, over the whole firm."""
    rows = Deadline.objects.standing().dated().filter(due_on__lte=today + timedelta(days=7))
    late = dict(rows.filter(due_on__lt=today).values_list("owner").annotate(n=Count("pk")).order_by())
    soon = dict(rows.filter(due_on__gte=today).values_list("owner").annotate(n=Count("pk")).order_by())
    people = User.objects.filter(pk__in={*late, *soon}).order_by("name")
    return [(person, late.get(person.pk, 0), soon.get(person.pk, 0)) for person in people]


def collected_by_month(*, today: date, zone: ZoneInfo, currency: str) -> list[tuple[date, int]]:
    """(first of the month, money that came in it in minor units), the last six months with this one last."""
    firsts = [first_of(today, back=n) for n in reversed(range(MONTHS))]
    ends = [*firsts[1:], first_of(today, back=-1)]
    return [
        (
            first,
            reporting.collected(since=midnight(first, zone), until=midnight(end, zone), currency=currency),
        )
        for first, end in zip(firsts, ends, strict=True)
    ]


def top(*, today: date, at: datetime, zone: ZoneInfo, currency: str) -> list[dict[str, Any]]:
    """The four numbers, each with the page that holds its rows."""
    now = reporting.figures(since=midnight(first_of(today), zone), until=at, currency=currency)
    return [
        {"label": _("Money owed"), "value": say(now.owed, currency), "url": reverse("ageing")},
        {
            "label": _("Collected this month"),
            "value": say(now.collected, currency),
            "url": reverse("takings"),
        },
        {"label": _("Not billed yet"), "value": say(now.unbilled, currency), "url": reverse("unbilled")},
        {"label": _("Client money held"), "value": say(now.trust, currency), "url": reverse("retainers")},
    ]


@requires(Can.SEE_FIGURES)
@require_GET
def overview(request: FirmRequest) -> HttpResponse:
    now, zone, currency = timezone.now(), request.firm.zone, rates.currency()
    today = timezone.localdate(now, zone)
    weeks = bookings_by_week(today=today, zone=zone)
    months = collected_by_month(today=today, zone=zone, currency=currency)
    whole = 10 ** decimals(currency)
    cases = work.caseload(request.user, today=today)
    led = [(row["person"].name, float(row["cases"])) for row in cases if row["cases"]]
    wins = TimelineEntry.objects.standing().filter(
        kind=EntryKind.WIN, happened_at__gte=now - BACK, happened_at__lte=now
    )
    context = {
        "figures": top(today=today, at=now, zone=zone, currency=currency),
        "money": charts.bar_chart([(say_day(first, style="month").title(), max(0, amount) / whole) for first, amount in months], unit=_("%(currency)s collected") % {"currency": currency.upper()}, said=[say(amount, currency) for _first, amount in months]),
        "bookings": charts.bar_chart([(say_day(monday, style="bare"), float(n)) for monday, n in weeks], unit=_("bookings")),
        "cases": charts.bar_chart(led, unit=_("open cases")) if led else None,
        "risk": at_risk(today=today), "missed": no_shows(at=now), "conversion": conversion(at=now),
        "wins": wins.count(), "newest": wins.select_related("student").order_by("-happened_at")[:3],
    }  # fmt: skip
    return render(request, "desk/firm.html", context)
