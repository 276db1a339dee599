"""The first wall: the host chooses the firm, and there is no fallback."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import set_urlconf
from django.utils import timezone

from tenants import metrics
from tenants.hosts import firm_at
from tenants.places import FirmRef, in_public, nowhere, within
from web import views

log = logging.getLogger("roundtable.health")

Answer = Callable[[HttpRequest], HttpResponseBase]
HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


class ServerHealthMiddleware:
    """`/livez`, `/readyz` and `/metrics` on every host, before anything looks at the host."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == "/livez":
            return HttpResponse("ok", content_type="text/plain")
        if request.path == "/readyz":
            return self.readiness()
        if request.path == "/metrics":
            return self.figures(request)
        return self.answer(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> None:
        try:
            metrics.note_trip(problem, at=timezone.now())
        except DatabaseError:
            log.exception("a guard trip could not be counted")

    def figures(self, request: HttpRequest) -> HttpResponse:
        if not metrics.may_read(request):
            return HttpResponse("Not for you.", status=403, content_type="text/plain")
        try:
            return HttpResponse(
                metrics.text(at=timezone.now()), content_type="text/plain; version=0.0.4; charset=utf-8"
            )
        except DatabaseError:
            return HttpResponse("no database", status=503, content_type="text/plain")
        finally:
            connections["default"].close_if_unusable_or_obsolete()

    def readiness(self) -> HttpResponse:
        try:
            with in_public(), connections["default"].cursor() as cursor:
                cursor.execute("SELECT 1 FROM public.tenants_firm LIMIT 1")
        except Exception:  # whatever the reason, this process cannot serve now
            return HttpResponse("no database", status=503, content_type="text/plain")
        finally:
            connections["default"].close_if_unusable_or_obsolete()
        return HttpResponse("ready", content_type="text/plain")


class FirmMiddleware:
    """Runs the rest inside the host's firm, on the public side, or answers “no such firm”."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        raw = request.META.get("HTTP_HOST", "")
        host, _, port = raw.lower().partition(":")
        if not HOST.fullmatch(host) or (port and not port.isdigit()):
            with nowhere():
                return HttpResponse("Bad host.", status=400, content_type="text/plain")
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            # No address of ours holds a NUL, and PostgreSQL would refuse to look for one.
            with nowhere():
                return HttpResponse("Bad address.", status=400, content_type="text/plain")
        if host == settings.PUBLIC_HOST:
            request.firm = None  # type: ignore[attr-defined]
            request.urlconf = "config.urls_public"  # type: ignore[attr-defined]
            set_urlconf("config.urls_public")
            with in_public():
                return self.answer(request)
        firm = firm_at(host)
        if firm is None:
            request.firm = None  # type: ignore[attr-defined]
            request.urlconf = "config.urls_public"  # type: ignore[attr-defined]
            with nowhere():
                return views.unknown_host(request)
        request.firm = firm  # type: ignore[attr-defined]
        request.urlconf = "config.urls"  # type: ignore[attr-defined]
        set_urlconf("config.urls")
        if firm.suspended:
            with nowhere():
                return views.suspended(request)
        with within(firm):
            response = self.answer(request)
        if response.streaming:
            # The body is read after this function has returned, so it must stand in the firm again.
            response.streaming_content = _streamed(firm, response.streaming_content)  # type: ignore[attr-defined]
        return response


def _streamed(firm: FirmRef, content: Any) -> Iterator[bytes]:
    chunks = iter(content)
    while True:
        with within(firm):
            try:
                chunk = next(chunks)
            except StopIteration:
                return
        yield chunk
