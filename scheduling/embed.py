"""The times on the firm's own website: a frame that a script puts there, and the booking itself in a page of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from csp.decorators import csp_replace
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_GET

from accounts.requests import FirmRequest
from scheduling.models import Service
from scheduling.public import times
from web.middleware import LANGUAGES, keep_language

# Any website may show these two pages: they only read, and what they lead to opens outside the frame.
framed: Any = csp_replace({"frame-ancestors": ["*"]})


def _asked(request: FirmRequest) -> str:
    """The language that the address asks for, or "": a browser keeps no choice for a frame on another site."""
    language = request.GET.get("language", "")
    return language if language in LANGUAGES else ""


def _elsewhere(request: FirmRequest) -> str:
    """The query without its language."""
    query = request.GET.copy()
    query.pop("language", None)
    return query.urlencode()


def in_asked_language(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Shows a page in the language of its address, where that names one."""

    @wraps(view)
    def answer(request: FirmRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        language = _asked(request)
        if not language:
            return view(request, *args, **kwargs)
        with translation.override(language):
            response = view(request, *args, **kwargs)
        response.headers["Content-Language"] = language
        return response

    return answer


def _frame(request: FirmRequest) -> dict[str, str]:
    here = _elsewhere(request)
    return {"asked": _asked(request), "here": f"&{here}" if here else ""}


@require_GET
@xframe_options_exempt
@framed
@in_asked_language
def embed(request: FirmRequest) -> HttpResponse:
    """What can be booked, as it stands in the frame."""
    context = {"services": Service.objects.published(), **_frame(request)}
    return render(request, "scheduling/embed.html", context)


@require_GET
@xframe_options_exempt
@framed
@in_asked_language
def embed_times(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The times of one service in the frame; choosing one goes on in the whole window."""
    context = {**times(request, get_object_or_404(Service.objects.published(), pk=pk)), **_frame(request)}
    if asked := context["asked"]:
        context["keep"] = f"&language={asked}"
        context["more"] += context["keep"]
    return render(request, "scheduling/embed_times.html", context)


@require_GET
def embed_next(request: FirmRequest, pk: UUID) -> HttpResponse:
    """From the frame to the booking in the whole window, which goes on in the language of the frame."""
    response = redirect(f"{reverse('book-details', args=[pk])}?{_elsewhere(request)}")
    keep_language(response, _asked(request))
    return response
