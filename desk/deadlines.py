"""All deadlines: filtered by the address, handed to somebody else, marked done."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts import audit
from accounts.models import User
from accounts.requests import FirmRequest
from cases import clock, warnings
from cases.models import Deadline, Status
from desk import work
from law.dates import iso_date
from web import search
from web.access import Can, requires
from web.paging import page_of

WHEN = [
    ("", gettext_lazy("Any time")), ("late", gettext_lazy("Late")), ("today", gettext_lazy("Today")),
    ("week", gettext_lazy("Next 7 days")), ("weeks", gettext_lazy("Next 3 weeks")), ("missing", gettext_lazy("Without a date")),
    ("done", gettext_lazy("Done")),
]  # fmt: skip
OWED = [
    ("", gettext_lazy("Anyone")),
    ("school", gettext_lazy("School or state")),
    ("us", gettext_lazy("Parents or us")),
]


def chosen(request: FirmRequest, *, today: date) -> QuerySet[Deadline]:
    """The rows that the address asks for; words it does not know choose nothing away."""
    asked = request.GET
    rows = Deadline.objects.visible_to(request.user)
    when = asked.get("when", "")
    rows = rows.filter(done_at__isnull=False) if when == "done" else rows.standing()
    if when == "late":
        rows = rows.filter(due_on__lt=today)
    elif when in {"today", "week", "weeks"}:
        rows = rows.filter(due_on__gte=today, due_on__lt=today + timedelta(days={"today": 1, "week": 7, "weeks": 21}[when]))  # fmt: skip
    elif when == "missing":
        rows = rows.filter(status__in=[Status.NEEDS_INPUT, Status.UNKNOWN])
    elif day := _day(when):
        rows = rows.filter(due_on=day)
    elif not when:
        rows = rows.exclude(status=Status.STANDARD)
    who = asked.get("who", "mine")
    if person := _key(who):
        rows = rows.filter(owner=person)
    elif who != "team":
        rows = rows.filter(owner=request.user)
    if asked.get("owed") == "school":
        rows = rows.filter(owed_by__in=["school", "SEA", "hearing_officer", "lead_agency"])
    elif asked.get("owed") == "us":
        rows = rows.filter(owed_by__in=["parent", "either_party"])
    if asked.get("sure") == "estimate":
        rows = rows.filter(verified=False, due_on__isnull=False)
    return rows


def _day(words: str) -> date | None:
    try:
        return iso_date(words)
    except ValueError:
        return None


def _key(words: str) -> UUID | None:
    try:
        return UUID(words)
    except ValueError:
        return None


@requires(Can.SEE_CASES)
@require_GET
def deadline_list(request: FirmRequest) -> HttpResponse:
    today = timezone.localdate(timezone.now(), request.firm.zone)
    rows = chosen(request, today=today).for_lists()  # type: ignore[attr-defined]
    page = page_of(rows.order_by("due_on", "case", "pk"), request)
    context = {
        "page": page, "today": today, "whens": WHEN, "owers": OWED, "when": request.GET.get("when", ""),
        "day": _day(request.GET.get("when", "")), "who": request.GET.get("who", "mine"),
        "owed": request.GET.get("owed", ""), "people": list(User.objects.advocates().order_by("name")),
    }  # fmt: skip
    return render(request, "desk/deadlines.html", context)


@requires(Can.EDIT_CASES)
@require_POST
@transaction.atomic
def deadline_bulk(request: FirmRequest) -> HttpResponse:
    """Several deadlines at once: to somebody else, or done."""
    keys = [key for key in map(_key, request.POST.getlist("pk")[:500]) if key]
    rows = Deadline.objects.visible_to(request.user).filter(pk__in=keys)
    now, user = timezone.now(), request.user
    if not keys:
        messages.error(request, _("Tick the dates you mean first."))
    elif "done" in request.POST:
        n = clock.mark_done(rows, by=user, at=now)
        messages.success(request, ngettext("%(n)s date is done.", "%(n)s dates are done.", n) % {"n": n})
    elif (
        taker := User.objects.advocates()
        .filter(pk__in=filter(None, [_key(request.POST.get("owner", ""))]))
        .first()
    ):
        found = list(rows.standing().select_related("case__student"))  # type: ignore[attr-defined]
        visible = Deadline.objects.visible_to(taker).filter(pk__in=[row.pk for row in found])
        n = visible.update(owner=taker)
        warnings.plan(
            Deadline.objects.filter(pk__in=[row.pk for row in found]).select_related("owner"), at=now
        )
        audit.record("deadlines.reassigned", by=user, at=now, owner=str(taker.pk), n=n)
        words = ngettext("%(n)s date goes to %(name)s.", "%(n)s dates go to %(name)s.", n)
        messages.success(request, words % {"n": n, "name": taker.name})
        if n < len(found):
            messages.warning(request, _("%(name)s is not on the care team of the others. Hand the case over first.") % {"name": taker.name})  # fmt: skip
    else:
        messages.error(request, _("Choose who takes them."))
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"{reverse('deadlines')}{'?' + query if query else ''}")


@requires(Can.SEE_CASES)
@require_GET
def caseload(request: FirmRequest) -> HttpResponse:
    """Who has how much."""
    today = timezone.localdate(timezone.now(), request.firm.zone)
    rows: list[dict[str, Any]] = work.caseload(request.user, today=today)
    return render(
        request, "desk/caseload.html", {"rows": rows, "most": max([row["cases"] for row in rows] + [1])}
    )


@requires(Can.SEE_STUDENTS)
@require_GET
def search_page(request: FirmRequest) -> HttpResponse:
    """The search as a page, and as the list under the palette."""
    words = request.GET.get("q", "")
    palette = request.headers.get("HX-Request") == "true"
    found = search.find(words, request.user, limit=5 if palette else 25)
    template = "desk/search_results.html" if palette else "desk/search.html"
    return render(request, template, {"q": words, "found": found})
