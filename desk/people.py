"""What the house knows of its staff beyond their account: rate, hours, cases. Shown on the pages of `accounts`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Sum
from django.utils import timezone

from accounts.models import User
from accounts.roles import STAFF
from cases.models import Case
from invoices import durations, rates
from invoices.models import TimeEntry
from payments.money import say
from scheduling.models import WeeklyHours


def weekly_minutes() -> dict[Any, int]:
    """Minutes a week in which each person takes bookings."""
    found: dict[Any, int] = {}
    for row in WeeklyHours.objects.all():
        day = datetime(2000, 1, 1)  # noqa: DTZ001 (only the difference counts)
        span = datetime.combine(day, row.closes) - datetime.combine(day, row.opens)
        found[row.advocate_id] = found.get(row.advocate_id, 0) + int(span.total_seconds() // 60)
    return found


def staff_section(request: Any, people: Any) -> dict[str, Any]:
    """Each person's rate, weekly hours, open cases and time of the last four weeks; and who left."""
    today = timezone.localdate(timezone.now(), request.firm.zone)
    table, hours = rates.Rates([]), weekly_minutes()
    led = dict(Case.objects.open().values_list("advocate").annotate(n=Count("pk")).order_by())
    since = today - timedelta(days=28)
    worked = dict(TimeEntry.objects.filter(on__gt=since, on__lte=today).values_list("person").annotate(sum=Sum("minutes")).order_by())  # fmt: skip
    currency = rates.currency()
    rows = []
    for person in people:
        rate = table.hour(person=person.pk, case=None, on=today)
        rows.append({
            "person": person, "rate": say(rate, currency, brief=True) if rate is not None else "",
            "hours": durations.say(hours.get(person.pk, 0)) if person.pk in hours else "", "cases": led.get(person.pk, 0),
            "worked": durations.say(worked.get(person.pk, 0)),
        })  # fmt: skip
    return {"rows": rows, "former": User.objects.filter(is_active=False, role__in=STAFF).order_by("name")}


def member_section(request: Any, person: User) -> dict[str, Any]:
    """One person's rate and hours, and the cases to hand over before they leave."""
    found = staff_section(request, [person])["rows"][0]
    led = Case.objects.open().filter(advocate=person).select_related("student").order_by("opened_at")[:100]
    return {**found, "led": led, "may_rate": True}
