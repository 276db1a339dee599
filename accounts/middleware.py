"""Whose request it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts import signing_in
from accounts.models import Nobody

SEEN_EVERY = 60  # seconds between two notes of when a session was last used


class SessionMiddleware(DjangoSessionMiddleware):
    """Sessions on firms' hosts only: they lie in the firm's schema."""

    def process_request(self, request: HttpRequest) -> None:
        if request.firm is not None:  # type: ignore[attr-defined]
            super().process_request(request)

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        if getattr(request, "session", None) is None:
            return response
        return super().process_response(request, response)


class MessagesMiddleware(MessageMiddleware):
    """Messages between two pages, kept in the session, where there is one."""

    def process_request(self, request: HttpRequest) -> None:
        if getattr(request, "session", None) is not None:
            super().process_request(request)


class PersonMiddleware:
    """Sets `request.user` to the person of the session, or to nobody."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.user = Nobody()  # type: ignore[assignment]
        session = getattr(request, "session", None)
        if session is not None and session.get("user"):
            now = timezone.now()
            person = signing_in.person_of(session, at=now)
            if person is None:
                session.flush()
            else:
                request.user = person  # type: ignore[assignment]
                if now.timestamp() - session["seen"] >= SEEN_EVERY:
                    session["seen"] = now.timestamp()
        response = self.answer(request)
        if getattr(request.user, "is_authenticated", False):
            # A shared phone's Back button must not show a child's papers after signing out.
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response
