"""The staff's front door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit, passwords
from accounts.requests import FirmRequest
from accounts.roles import Role
from cases import clock
from cases.models import Why
from clients.models import Student
from desk import work
from desk.forms import BrandForm, FirmForm, LogoForm, initial
from scheduling.models import Booking
from tenants import due
from tenants.models import Firm, FirmLogo
from tenants.places import current_firm
from web import brand
from web.access import Can, requires

FORM = require_http_methods(["GET", "HEAD", "POST"])


@requires(Can.WORK_HERE)
@require_GET
def today(request: FirmRequest) -> HttpResponse:
    """What needs this person first, their three weeks, their day."""
    user = request.user
    now = timezone.localtime(timezone.now(), current_firm().zone)
    team = request.GET.get("who") == "team"
    rows = work.deadlines_of(user, team=team)
    dates = work.Dates.of(rows, today=now.date()) if user.can(Can.SEE_CASES) else work.Dates()
    found = work.needs(user, team=team, now=now, dates=dates)
    context = {
        "now": now,
        "first_name": user.name.split()[0],
        "team": team,
        "headline": work.headline(found),
        "items": found.items,
        "all": found.all,
        "agenda": work.agenda(user, team=team, now=now),
        "ask_confirmation": user.role == Role.OWNER and not user.email_confirmed_at,
    }
    if user.can(Can.SET_FIRM) and not found.items and not context["agenda"]:
        context["is_new"] = not (Student.objects.exists() or Booking.objects.exists())
        context["address"] = current_firm().url("/book/")
    if user.can(Can.SEE_CASES):
        context |= {
            "ribbon": work.weeks(rows, user=user, today=now.date(), team=team),
            "win": work.newest_win(user, team=team, since=now - timedelta(days=30)),
            "waiting": work.waiting(user, team=team, now=now, dates=dates),
        }
    return render(request, "desk/today.html", context)


@requires(Can.SET_FIRM)
@FORM
def firm_settings(request: FirmRequest) -> HttpResponse:
    """What sign-up asked, the firm's colour and its logo: three forms on one page."""
    firm = Firm.objects.get(pk=current_firm().id)
    part = request.POST.get("part", "")
    forms = {
        "firm": FirmForm(request.POST if part == "firm" else None, initial=initial(firm)),
        "brand": BrandForm(request.POST if part == "brand" else None, initial={"brand": firm.brand}),
        "logo": LogoForm(*((request.POST, request.FILES) if part == "logo" else ())),
    }
    context = {
        "form": forms["firm"],
        "colour": forms["brand"],
        "logo": forms["logo"],
        "swatches": brand.SWATCHES,
    }
    if request.method != "POST":
        return render(request, "desk/firm_settings.html", context)
    if part not in forms or not forms[part].is_valid():
        return render(request, "desk/firm_settings.html", context, status=422)
    with transaction.atomic():
        note = save_settings(firm, part, forms[part].cleaned_data)
        audit.record("firm.changed", by=request.user, at=timezone.now(), part=part)
        if firm.state != current_firm().state:
            due.plan(clock.RECOUNT, f"{Why.STATE}/firm", due_at=timezone.now())
    messages.success(request, f"{_('Saved.')} {note}".strip())
    return redirect("firm-settings")


def save_settings(firm: Firm, part: str, filled: dict[str, Any]) -> str:
    """Writes one part; the sentence to add when we had to shift the colour."""
    if part == "logo":
        mark = filled["logo"]
        FirmLogo.objects.update_or_create(
            firm=firm,
            defaults={"content": mark.content, "content_type": mark.content_type, "version": mark.version},
        )
        filled = {"logo": mark.version}
    for key, value in filled.items():
        setattr(firm, key, value)
    firm.save(update_fields=list(filled))
    return str(brand.brand(firm.brand).note) if part == "brand" else ""


@require_GET
def logo(request: FirmRequest, version: str) -> HttpResponse:
    """The firm's logo; its address changes with the picture, so it may be kept for ever."""
    mark = get_object_or_404(FirmLogo, firm_id=current_firm().id, version=version)
    response = HttpResponse(bytes(mark.content), content_type=mark.content_type)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@requires(Can.SET_FIRM, even_read_only=True)
@require_POST
def confirmation_mail(request: FirmRequest) -> HttpResponse:
    """Sends the owner the mail that lets the firm text."""
    user = request.user
    if user.email and not user.email_confirmed_at:
        passwords.send_confirmation(user, at=timezone.now())
        messages.success(request, _("We sent a mail to %(email)s.") % {"email": user.email})
    return redirect("today")
