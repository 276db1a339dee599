"""The pages of a series: plan it, decide about dates that are not free, see it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import audit
from accounts.requests import FirmRequest
from cases.search import grown_ups
from scheduling import series as planning
from scheduling.availability import zone_of
from scheduling.forms import SeriesForm, as_uuid
from scheduling.models import Booking, Series
from scheduling.public import parse_moment
from scheduling.views import FAMILIES_SHOWN
from web.access import Can, requires
from web.forms import posted

KEPT = ("service", "advocate")  # stays chosen while the family is looked for
FORM = require_http_methods(["GET", "HEAD", "POST"])


def _decisions(post: QueryDict) -> dict[date, str | datetime]:
    """What was chosen for each date with a problem; what cannot be read is no decision."""
    found: dict[date, str | datetime] = {}
    for name, value in post.items():
        if not name.startswith("on-"):
            continue
        try:
            day = date.fromisoformat(name.removeprefix("on-"))
        except ValueError:
            continue
        decision = value if value in {planning.SKIP, planning.KEEP} else parse_moment(str(value))
        if decision is not None:
            found[day] = decision  # type: ignore[assignment]
    return found


@requires(Can.EDIT_BOOKINGS)
@FORM
def series_new(request: FirmRequest) -> HttpResponse:
    """Plans a series. Where dates are not free, each is shown with what can be done, and nothing is booked yet."""
    form = SeriesForm(posted(request), user=request.user, initial=_initial(request))
    context: dict[str, Any] = {"form": form, **_finding(request)}
    if request.method != "POST":
        part = request.headers.get("HX-Request") == "true"
        return render(request, "scheduling/_families.html" if part else "scheduling/series_new.html", context)
    if not form.is_valid():
        return render(request, "scheduling/series_new.html", context, status=422)
    filled = form.cleaned_data
    zone = zone_of(filled["advocate"])
    first = datetime.combine(filled["on"], filled["time"], zone)
    if first <= timezone.now():
        form.add_error("on", _("The first date lies behind us."))
        return render(request, "scheduling/series_new.html", context, status=422)
    try:
        made = planning.plan(
            filled["service"], advocate=filled["advocate"], contact=filled["contact"], student=filled["student"],
            rule=form.rule, first=first, zone=zone, skips_breaks=filled["skips_breaks"],
            decided=_decisions(request.POST), at=timezone.now(), by=request.user,
        )  # fmt: skip
    except planning.Undecided as open_:
        context |= {"occurrences": open_.occurrences, "zone": zone, "chosen": _decisions(request.POST)}
        return render(request, "scheduling/series_new.html", context, status=409)
    except planning.BadRule as problem:
        form.add_error(None, str(problem))
        return render(request, "scheduling/series_new.html", context, status=422)
    messages.success(request, _("The series is booked. The family is told once."))
    return redirect("series", made.pk)


def _finding(request: FirmRequest) -> dict[str, Any]:
    """The search for the family, as where a single call is booked: its words, who was found, and what stays chosen."""
    words = " ".join(request.GET.get("q", "").split())[:80]
    there = {name: request.GET[name] for name in KEPT if request.GET.get(name)}
    return {
        "q": words, "found": grown_ups(words, request.user, FAMILIES_SHOWN) if words else [], "there": there,
        "here": urlencode(there),
    }  # fmt: skip


def _initial(request: FirmRequest) -> dict[str, Any]:
    """Filled in from what the address says, or from the booking that is to come again."""
    first = {name: key for name in (*KEPT, "contact", "student") if (key := as_uuid(request.GET.get(name)))}
    if "contact" in first:
        return first
    try:
        pk = UUID(request.GET.get("booking", ""))
    except ValueError:
        return first
    booking = Booking.objects.visible_to(request.user).select_related("advocate").filter(pk=pk).first()
    if booking is None:
        return first
    return {"service": booking.service_id, "advocate": booking.advocate_id, "contact": booking.contact_id, "student": booking.student_id}  # fmt: skip


@requires(Can.SEE_BOOKINGS)
@require_GET
def series(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The dates of a series as they stand."""
    mine = Booking.objects.visible_to(request.user)
    rows = (
        Series.objects.filter(bookings__in=mine).distinct().select_related("service", "advocate", "contact")
    )
    found = get_object_or_404(rows, pk=pk)
    dates = mine.filter(series=found).select_related("service", "advocate", "contact").order_by("series_on")
    audit.record("series.read", by=request.user, at=timezone.now(), about=found)
    context = {"series": found, "bookings": dates, "zone": zone_of(found.advocate)}
    return render(request, "scheduling/series.html", context)
