"""How the firm is paid."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import FirmRequest
from payments import connecting
from payments.models import Refund, StripeAccount
from payments.providers import stripe
from web.access import Can, requires

FORM = require_http_methods(["GET", "HEAD", "POST"])


@requires(Can.SET_FIRM)
@FORM
def payment_settings(request: FirmRequest) -> HttpResponse:
    """Whether families can pay by card; the POST asks Stripe for the next step, and for how the account stands."""
    account = StripeAccount.objects.first()
    context: dict[str, Any] = {"on": stripe.is_on(), "account": account, "refused": Refund.objects.exclude(refused="").select_related("payment")}  # fmt: skip
    if request.method != "POST":
        return render(request, "payments/settings.html", context)
    try:
        if account and request.POST.get("do") == "refresh":
            connecting.refresh(account.account_id, at=timezone.now())
            return redirect("payment-settings")
        context["next"] = connecting.begin(by=request.user, at=timezone.now())
        context["account"] = StripeAccount.objects.first()
    except (stripe.Unavailable, stripe.Refused):
        messages.error(request, _("Stripe does not answer as it should. Please try again in a moment."))
        return redirect("payment-settings")
    return render(request, "payments/settings.html", context)
