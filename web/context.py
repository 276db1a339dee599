"""What every page's frame needs: the firm, the person, the look and the languages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language

from web import theme


def languages() -> list[dict[str, Any]]:
    """Every language pages come in: `code`, `name` in that language, and whether it is the one shown now."""
    now = get_language()
    return [{"code": code, "name": name, "current": code == now} for code, name in settings.LANGUAGES]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of `base.html`. `request.firm` may be missing or None (public host, early errors)."""
    try:
        worker = reverse("service-worker")
    except NoReverseMatch:
        worker = ""
    return {
        "firm": getattr(request, "firm", None),
        "user": getattr(request, "user", None),
        "theme": theme.chosen(request),
        "shortcuts": theme.shortcuts_on(request),
        "languages": languages(),
        "service_worker": worker,
    }
