"""The public site: what Roundtable is, sign-up, and the way back to one's firm."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import handing_over
from accounts.signing_in import network
from billing import plans, subscribing
from billing.providers import stripe
from lobby import finding, signing_up
from lobby.forms import FindForm, FirmStep, OwnerStep, PlaceStep
from lobby.opening import open_firm
from lobby.staff_help import topics_for
from tenants import throttle
from tenants.hosts import reference
from tenants.models import Firm
from tenants.opening import AddressTaken
from web.forms import posted
from web.views import too_many
from web.zones import us_zone, visitor_zone

FORM = require_http_methods(["GET", "HEAD", "POST"])


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "lobby/home.html")


@require_GET
def page(request: HttpRequest, name: str) -> HttpResponse:
    """Help, privacy, terms, accessibility: the same on the public host and on a firm's. Who works at the firm has a
    help of their own, which leads to the families'."""
    user = getattr(request, "user", None)
    if name == "help" and user and getattr(user, "is_staff_member", False) and request.GET.get("for") != "families":  # fmt: skip
        return render(request, "lobby/staff_help.html", {"topics": topics_for(user)})
    return render(request, f"lobby/{name}.html")


@require_GET
def pricing(request: HttpRequest) -> HttpResponse:
    """What firms can subscribe to; where Stripe is off nothing is charged, and the page says so."""
    context = {"on": stripe.is_on(), "plans": plans.all_plans(), "trial": plans.trial(), "tax": subscribing.tax_rate()}  # fmt: skip
    return render(request, "lobby/pricing.html", context)


@FORM
def sign_up(request: HttpRequest) -> HttpResponse:
    """Screen one: the firm and its address."""
    row = signing_up.find(request.POST.get("key", "") or request.GET.get("key", ""), at=timezone.now())
    form = FirmStep(posted(request), initial=row.answers if row else None)
    context = {
        "form": form,
        "key": request.POST.get("key", "") or request.GET.get("key", ""),
        "host": settings.PUBLIC_HOST,
    }
    if request.method != "POST":
        return render(request, "lobby/sign_up_firm.html", context)
    if not form.is_valid():
        return render(request, "lobby/sign_up_firm.html", context, status=422)
    if not throttle.may("sign up", network(request), limit=20, within=timedelta(hours=1), at=timezone.now()):
        return too_many(request, wait_seconds=3600)
    key = context["key"]
    if row is None:
        row, key = signing_up.begin()
    signing_up.keep(row, {"name": form.cleaned_data["name"], "slug": form.cleaned_data["slug"]})
    return redirect(f"{reverse('sign-up-owner')}?key={key}")


def _row(request: HttpRequest) -> tuple[Any, str]:
    key = request.POST.get("key", "") or request.GET.get("key", "")
    return signing_up.find(key, at=timezone.now()), key


def _address(row: Any) -> str:
    """Where the firm will be found, as far as it is chosen."""
    return f"{row.answers['slug']}.{settings.PUBLIC_HOST}"


@FORM
def sign_up_owner(request: HttpRequest) -> HttpResponse:
    """Screen two: the owner."""
    row, key = _row(request)
    if row is None or "slug" not in row.answers:
        return redirect("sign-up")
    form = OwnerStep(posted(request), initial=row.answers)
    context = {"form": form, "key": key, "address": _address(row)}
    if request.method != "POST":
        return render(request, "lobby/sign_up_owner.html", context)
    if not form.is_valid():
        return render(request, "lobby/sign_up_owner.html", context, status=422)
    filled = form.cleaned_data
    signing_up.keep(
        row, {"owner_name": filled["owner_name"], "owner_email": filled["owner_email"]},
        password_hash=make_password(filled["password"]),
    )  # fmt: skip
    return redirect(f"{reverse('sign-up-place')}?key={key}")


@FORM
def sign_up_place(request: HttpRequest) -> HttpResponse:
    """Screen three: state, hours, terms. The POST opens the firm and hands the owner over to its host."""
    row, key = _row(request)
    if row is None or "slug" not in row.answers:
        return redirect("sign-up")
    if row.firm_id:
        # The last button pressed twice: the firm is open already.
        return _opened(request, Firm.objects.get(pk=row.firm_id), None)
    if not row.password_hash:
        return redirect(f"{reverse('sign-up-owner')}?key={key}")
    form = PlaceStep(posted(request), initial={"timezone": us_zone(visitor_zone(request))})
    context = {"form": form, "key": key, "address": _address(row)}
    if request.method != "POST":
        return render(request, "lobby/sign_up_place.html", context)
    if not form.is_valid():
        return render(request, "lobby/sign_up_place.html", context, status=422)
    now, answers, filled = timezone.now(), row.answers, form.cleaned_data
    try:
        firm, owner_id = open_firm(
            name=answers["name"], slug=answers["slug"], owner_name=answers["owner_name"],
            owner_email=answers["owner_email"], password_hash=row.password_hash,
            state=filled["state"], timezone=filled["timezone"], language=get_language() or "en",
            hours=(filled["opens"], filled["closes"]), at=now,
        )  # fmt: skip
    except AddressTaken:
        # Somebody else was quicker: back to the first screen with everything typed still there.
        first = FirmStep({"name": answers["name"], "slug": answers["slug"]})
        first.is_valid()
        if "slug" not in first.errors:
            first.add_error(
                "slug", _("“%(slug)s” was taken this moment. Choose another.") % {"slug": answers["slug"]}
            )
        context = {"form": first, "key": key, "host": settings.PUBLIC_HOST}
        return render(request, "lobby/sign_up_firm.html", context, status=409)
    row.firm_id = firm.id
    row.password_hash = ""
    row.save(update_fields=["firm", "password_hash"])
    token = handing_over.give(firm, owner_id, at=now)
    return _opened(request, Firm.objects.get(pk=firm.id), token)


def _opened(request: HttpRequest, firm: Firm, token: str | None) -> HttpResponse:
    """The page whose one button posts the token to the firm's own host."""
    ref = reference(firm)
    context = {"opened": ref, "address": ref.url("/"), "welcome": ref.url("/welcome/"), "token": token, "sign_in": ref.url("/sign-in/staff/")}  # fmt: skip
    response = render(request, "lobby/opened.html", context)
    response.headers["Cache-Control"] = "no-store, private"
    # The firm's host checks where the form stood, so the Origin must travel to it.
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


@FORM
def find_my_firm(request: HttpRequest) -> HttpResponse:
    """Mails the list of firms to the address, and says the same to everyone."""
    form = FindForm(posted(request))
    if request.method != "POST":
        return render(request, "lobby/find.html", {"form": form})
    if not form.is_valid():
        return render(request, "lobby/find.html", {"form": form}, status=422)
    email = form.cleaned_data["email"].lower()
    now = timezone.now()
    if not throttle.may("find my firm", network(request), limit=20, within=timedelta(hours=1), at=now):
        return too_many(request, wait_seconds=3600)
    if throttle.may("find my firm for", email, limit=3, within=timedelta(hours=1), at=now):
        finding.mail_firms(email, language=get_language() or "en", at=now)
    return render(request, "lobby/find_sent.html", {"email": email})
