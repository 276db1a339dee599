"""The staff's front door."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit, passwords
from accounts.requests import FirmRequest
from accounts.roles import Role
from cases import clock
from cases.models import Why
from desk import work
from desk.forms import BrandForm, FirmForm, initial
from tenants import due
from tenants.models import Firm
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
    items = work.needs(user, team=team, now=now)
    context = {
        "now": now,
        "first_name": user.name.split()[0],
        "team": team,
        "headline": work.headline(items),
        "items": items[: work.SHOWN],
        "all": len(items),
        "agenda": work.agenda(user, team=team, now=now),
        "ask_confirmation": user.role == Role.OWNER and not user.email_confirmed_at,
    }
    if user.can(Can.SEE_CASES):
        rows = work.deadlines_of(user, team=team)
        context |= {
            "ribbon": work.weeks(rows, today=now.date(), team=team),
            "win": work.newest_win(user, since=now - timedelta(days=30)),
            "waiting": work.waiting(user, team=team, now=now),
        }
    return render(request, "desk/today.html", context)


@requires(Can.SET_FIRM)
@FORM
def firm_settings(request: FirmRequest) -> HttpResponse:
    """What sign-up asked, and the firm's colour."""
    firm = Firm.objects.get(pk=current_firm().id)
    posted = request.POST.get("part")
    form = FirmForm(request.POST if posted == "firm" else None, initial=initial(firm))
    colour = BrandForm(request.POST if posted == "brand" else None, initial={"brand": firm.brand})
    context = {"form": form, "colour": colour, "swatches": brand.SWATCHES}
    if request.method != "POST":
        return render(request, "desk/firm_settings.html", context)
    shown = colour if posted == "brand" else form
    if not shown.is_valid():
        return render(request, "desk/firm_settings.html", context, status=422)
    with transaction.atomic():
        for key, value in shown.cleaned_data.items():
            setattr(firm, key, value)
        firm.save(update_fields=list(shown.cleaned_data))
        if "state" in shown.cleaned_data and shown.cleaned_data["state"] != current_firm().state:
            due.plan(clock.RECOUNT, f"{Why.STATE}/firm", due_at=timezone.now())
        audit.record("firm.changed", by=request.user, at=timezone.now(), fields=sorted(shown.cleaned_data))
    note = brand.brand(firm.brand).note if posted == "brand" else ""
    messages.success(request, f"{_('Saved.')} {note}".strip())
    return redirect("firm-settings")


@requires(Can.SET_FIRM)
@require_POST
def confirmation_mail(request: FirmRequest) -> HttpResponse:
    """Sends the owner the mail that lets the firm text."""
    user = request.user
    if user.email and not user.email_confirmed_at:
        passwords.send_confirmation(user, at=timezone.now())
        messages.success(request, _("We sent a mail to %(email)s.") % {"email": user.email})
    return redirect("today")
