"""When calls of one service are reminded of, where that differs from the firm's own plan: the page."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.requests import FirmRequest
from messaging import plans
from messaging.models import ReminderPlan
from messaging.texts_settings import PlanForm
from scheduling.models import Service
from web.access import Can, requires
from web.forms import posted


@requires(Can.SET_SERVICES)
@require_http_methods(["GET", "HEAD", "POST"])
def service_reminders(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Up to three reminders of this service's calls; `do=firm` goes back to the firm's plan."""
    service, now = get_object_or_404(Service, pk=pk), timezone.now()
    own = ReminderPlan.objects.filter(service=pk).first()
    if request.method == "POST" and request.POST.get("do") == "firm":
        with transaction.atomic():
            ReminderPlan.objects.filter(service=pk).delete()
            audit.record("reminders.changed", by=request.user, at=now, about=service, own=False)
        messages.success(request, _("This service follows the firm’s reminders again."))
        return redirect("service-reminders", pk)
    form = PlanForm(posted(request), steps=plans.written(pk))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            ReminderPlan.objects.update_or_create(
                service=pk, defaults={"steps": form.steps(), "changed_by": request.user, "changed_at": now}
            )
            audit.record("reminders.changed", by=request.user, at=now, about=service, own=True)
        messages.success(request, _("Saved. Calls booked or moved from now on are reminded so."))
        return redirect("service-reminders", pk)
    context = {"form": form, "service": service, "own": own}
    return render(request, "scheduling/reminders.html", context, status=422 if form.is_bound else 200)
