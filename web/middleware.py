from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import is_valid_path
from django.utils import timezone, translation

LANGUAGES = {code for code, _ in settings.LANGUAGES}


def chosen_language(request: HttpRequest) -> str:
    """The person's choice, else the browser's, else the firm's."""
    cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if cookie in LANGUAGES:
        return cookie
    if request.headers.get("Accept-Language"):
        return translation.get_language_from_request(request)
    firm = getattr(request, "firm", None)
    return firm.language if firm else settings.LANGUAGE_CODE


def keep_language(response: HttpResponseBase, language: str) -> None:
    """Has this browser show pages in that language from now on, as the switch on every page does."""
    if language in LANGUAGES:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=settings.LANGUAGE_COOKIE_AGE, path=settings.LANGUAGE_COOKIE_PATH,
            domain=settings.LANGUAGE_COOKIE_DOMAIN, secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY, samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        )  # fmt: skip


class LanguageMiddleware:
    """Sets the language and the firm's zone for the request, and takes both back."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = chosen_language(request)
        firm = getattr(request, "firm", None)
        request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
        with translation.override(language), timezone.override(ZoneInfo(firm.timezone) if firm else None):
            response = self.answer(request)
        response.headers.setdefault("Content-Language", language)
        return response


def page_above(path: str) -> str:
    """The nearest address above one that leads somewhere: an act such as `/cases/…/log/` belongs to the page it hangs on."""
    while path.count("/") > 2:
        path = path[: path.rstrip("/").rindex("/") + 1]
        if is_valid_path(path):
            return path
    return "/"


class VisitMiddleware:
    """Answers a visit to an address that only takes forms: a page that came back with an error has such a one, and
    whoever loads it again, or changes its language, comes there."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.answer(request)
        if (
            response.status_code != 405
            or request.method != "GET"
            or "application/json" in response.get("Content-Type", "")
        ):
            return response
        page = render(request, "errors/405.html", {"above": page_above(request.path)}, status=405)
        page["Allow"] = response.get("Allow", "POST")
        return page
