"""The times on the firm's own website: a frame that a script puts there, and the booking itself in a page of its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from csp.decorators import csp_replace
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_GET

from accounts.requests import FirmRequest
from scheduling.models import Service
from scheduling.public import times

# Any website may show these two pages: they only read, and what they lead to opens outside the frame.
framed: Any = csp_replace({"frame-ancestors": ["*"]})


@require_GET
@xframe_options_exempt
@framed
def embed(request: FirmRequest) -> HttpResponse:
    """What can be booked, as it stands in the frame."""
    return render(request, "scheduling/embed.html", {"services": Service.objects.published()})


@require_GET
@xframe_options_exempt
@framed
def embed_times(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The times of one service in the frame; choosing one goes on in the whole window."""
    service = get_object_or_404(Service.objects.published(), pk=pk)
    return render(request, "scheduling/embed_times.html", times(request, service))
