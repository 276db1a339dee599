"""`/outbox/` on a firm's host, in the local set-up only: what left this firm, and a way to answer a text."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from outbox.models import Inbound, Message
from tenants.numbers import own_number
from web.access import public
from web.phones import phone


@require_GET
def outbox(request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
    messages = Message.objects.order_by("-written_at")[:100]
    context = {
        "messages_left": messages,
        "inbound": Inbound.objects.order_by("-at")[:20],
        "last_number": next((m.recipient for m in messages if m.channel == "sms"), ""),
        "problem": problem,
        "standins": settings.STANDINS_CONTROL,
    }
    return render(request, "lobby/outbox.html", context, status=status)


@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """Texts the firm as the family would, through the stand-in and its signed callback."""
    try:
        sender = phone(request.POST.get("from", ""))
    except ValueError as problem:
        return _again(request, str(problem))
    body = request.POST.get("body", "").strip()
    if not body:
        return _again(request, _("Type what the text says."))
    told: dict[str, Any] = {"from": sender, "to": own_number(), "body": body[:1600]}
    asked = urllib.request.Request(  # noqa: S310 (settings allow http to this machine only)
        f"{settings.STANDINS_CONTROL}/inbound",
        json.dumps(told).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(asked, timeout=10):  # noqa: S310
            pass
    except urllib.error.URLError:
        return _again(request, _("The stand-in did not take the text."))
    return redirect("outbox")


def _again(request: HttpRequest, problem: str) -> HttpResponse:
    request.method = "GET"
    return outbox(request, problem=problem, status=422)


WHY = "local set-up only: both providers are stand-ins on this machine"
urlpatterns = [
    path("outbox/", public(outbox, why=WHY), name="outbox"),
    path("outbox/answer/", public(answer, why=WHY), name="outbox-answer"),
]
