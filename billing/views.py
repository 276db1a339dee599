"""What the firm pays Roundtable: its plan, its seats, its invoices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import FirmRequest
from billing import keeping, plans, subscribing, use
from billing.forms import ChoiceForm, ConfirmForm, seal
from billing.models import Erasure, PlanInvoice, Status, Subscription
from billing.providers import stripe
from billing.standing import standing_of
from billing.subscribing import CannotSubscribe
from web.access import Can, requires

FORM = require_http_methods(["GET", "HEAD", "POST"])
# A form's answer leads on to Stripe's own pages.
_BASE = urlsplit(settings.STRIPE_API_BASE or "")
STRIPE_PAGES = (
    [f"{_BASE.scheme}://{_BASE.netloc}"] if _BASE.netloc else ["https://checkout.stripe.com", "https://billing.stripe.com"]
)  # fmt: skip


def to_stripe(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Lets the forms of the page lead to Stripe."""
    decorated: Callable[..., HttpResponse] = csp_update({"form-action": STRIPE_PAGES})(view)  # type: ignore[arg-type, assignment]
    return decorated


def _page(
    request: FirmRequest, *, form: ChoiceForm | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    now, row = timezone.now(), subscribing.subscription()
    used = use.use(at=now)
    standing = standing_of(row, at=now) if row else None
    context = {
        "on": stripe.is_on(), "row": row, "standing": standing, "plan": plans.plan_of(row.plan) if row else None,
        "plans": plans.all_plans(), "trial_days": plans.trial().days, "tax": subscribing.tax_rate(),
        "charge": subscribing.next_charge(row) if row else None, "lines": use.lines(used), "form": form or _choosing(row, used),
        "invoices": PlanInvoice.objects.filter(firm_id=request.firm.id)[:24],
        "erasure": Erasure.objects.filter(firm_id=request.firm.id, called_off_at=None).first(),
        "may_set": request.user.can(Can.SET_BILLING), "may_open": request.user.can(Can.SET_STAFF), "back": "back" in request.GET, "zone": request.firm.zone,
        **more,
    }  # fmt: skip
    return render(request, "billing/plan.html", context, status=status)


def _choosing(row: Subscription | None, used: use.Use) -> ChoiceForm:
    """The form with what the firm has, or with the smallest plan that holds it."""
    if row and row.stands:
        return ChoiceForm(
            initial={"plan": row.plan, "interval": row.interval, "seats": max(row.seats, used.seats)}
        )
    seats = max(used.seats, 1)
    fits = [plan for plan in plans.all_plans() if not use.too_small(plan, max(seats, plan.seats_from), used)]
    plan = min(fits or plans.all_plans()[-1:], key=lambda one: one.month * max(seats, one.seats_from))
    return ChoiceForm(initial={"plan": plan.key, "interval": "month", "seats": max(seats, plan.seats_from)})


@requires(Can.SEE_PLAN)
@to_stripe
@require_GET
def plan(request: FirmRequest) -> HttpResponse:
    """The plan, its use, the next charge and the invoices."""
    return _page(request)


def _at_stripe(request: FirmRequest, ask: Callable[[], str], form: ChoiceForm | None = None) -> HttpResponse:
    """On to the address that `ask` gives, or the page with a sentence why not."""
    try:
        return HttpResponseRedirect(ask())
    except CannotSubscribe as problem:
        if form is None:
            messages.error(request, str(problem))
            return redirect("firm-plan")
        form.add_error(None, str(problem))
        return _page(request, form=form, status=422)
    except (stripe.Unavailable, stripe.Refused):
        messages.error(request, _("Stripe does not answer as it should. Nothing was charged. Please try again in a moment."))  # fmt: skip
        return redirect("firm-plan")


@requires(Can.SET_BILLING)
@to_stripe
@require_POST
def plan_checkout(request: FirmRequest) -> HttpResponse:
    """On to Stripe's page to subscribe."""
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    return _at_stripe(request, lambda: subscribing.checkout(form.choice(), by=request.user, at=timezone.now()), form)  # fmt: skip


@requires(Can.SET_BILLING)
@require_POST
def plan_portal(request: FirmRequest) -> HttpResponse:
    """On to Stripe's page for the card, the invoices and cancelling."""
    return _at_stripe(request, subscribing.portal)


@requires(Can.SET_BILLING)
@to_stripe
@FORM
def plan_change(request: FirmRequest) -> HttpResponse:
    """A GET shows what a change costs; the POST makes the change that was shown."""
    if request.method == "POST":
        return _confirm(request)
    form, now = ChoiceForm(request.GET), timezone.now()
    if not form.is_valid():
        return _page(request, form=form, status=422)
    choice = form.choice()
    try:
        shown = subscribing.preview(choice, at=now)
    except CannotSubscribe as problem:
        form.add_error(None, str(problem))
        return _page(request, form=form, status=422)
    except (stripe.Unavailable, stripe.Refused):
        messages.error(request, _("Stripe does not answer as it should. Please try again in a moment."))
        return redirect("firm-plan")
    row = subscribing.subscription()
    context = {
        "choice": choice, "shown": shown, "row": row, "now": plans.plan_of(row.plan) if row else None, "sealed": seal(choice, at=now),
        "tax": subscribing.tax_rate(), "trialing": bool(row and row.status == Status.TRIALING), "zone": request.firm.zone,
        "limits": choice.plan.limits(choice.seats), "restarts": bool(row and row.interval != choice.interval),
    }  # fmt: skip
    return render(request, "billing/change.html", context)


def _confirm(request: FirmRequest) -> HttpResponse:
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(line) for line in form.errors.get("shown", [])))
        return redirect("firm-plan")
    shown = form.cleaned_data["shown"]
    choice = subscribing.choice_of(shown["plan"], shown["interval"], shown["seats"])
    try:
        if choice is None:
            raise CannotSubscribe(_("This plan is no longer on sale. Choose another."))
        subscribing.change(
            choice, key=shown["key"], shown_at=datetime.fromtimestamp(shown["at"], UTC), by=request.user, at=timezone.now()
        )  # fmt: skip
    except CannotSubscribe as problem:
        messages.error(request, str(problem))
    except stripe.Refused as problem:
        messages.error(request, _("Nothing was changed. Stripe says: %(words)s") % {"words": problem})
    except stripe.Unavailable:
        messages.error(request, _("Stripe did not answer, so we do not know yet whether the change was made. We look again in two minutes; you need not do it twice."))  # fmt: skip
    else:
        messages.success(request, _("The plan is changed."))
    return redirect("firm-plan")


def _looked(request: FirmRequest, do: Callable[[], Any]) -> HttpResponse:
    try:
        do()
    except CannotSubscribe as problem:
        messages.error(request, str(problem))
    except (stripe.Unavailable, stripe.Refused):
        messages.error(request, _("Stripe does not answer as it should. Please try again in a moment."))
    return redirect("firm-plan")


@requires(Can.SET_BILLING)
@require_POST
def plan_look(request: FirmRequest) -> HttpResponse:
    """Asks Stripe now how the plan stands."""
    return _looked(request, lambda: keeping.bring_up_to_date(request.firm, at=timezone.now()))


@requires(Can.SET_BILLING)
@require_POST
def plan_restart(request: FirmRequest) -> HttpResponse:
    """A paused plan goes on."""
    return _looked(request, lambda: subscribing.start_again(by=request.user, at=timezone.now()))
