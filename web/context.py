"""What every page's frame needs: the firm, the person, the look and the languages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language

from web import theme
from web.brand import DEFAULT, brand_version


def languages() -> list[dict[str, Any]]:
    """Every language pages come in: `code`, `name` in that language, and whether it is the one shown now."""
    now = get_language()
    return [{"code": code, "name": name, "current": code == now} for code, name in settings.LANGUAGES]


def brand_url(firm: Any, request: HttpRequest) -> str:
    """Where the firm's colours are served, or "" when they are the ones of tokens.css."""
    colour = getattr(firm, "brand", "")
    if not colour or colour == DEFAULT:
        return ""
    return address("brand", request, firm.slug, brand_version(colour))


def address(name: str, request: HttpRequest, *args: str) -> str:
    """The address of a route on the request's host, or "" when that host has no such route."""
    try:
        return reverse(name, urlconf=getattr(request, "urlconf", None), args=args)
    except NoReverseMatch:
        return ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of `base.html`. `request.firm` may be missing or None (public host, early errors)."""
    firm = getattr(request, "firm", None)
    return {
        "firm": firm,
        "brand_url": brand_url(firm, request),
        "user": getattr(request, "user", None),
        "theme": theme.chosen(request),
        "shortcuts": theme.shortcuts_on(request),
        "languages": languages(),
        "service_worker": address("service-worker", request),
    }
