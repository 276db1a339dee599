"""Light, dark or as the device says; and whether letter shortcuts are on. Kept in cookies: no account needed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase

THEMES = ("light", "dark")
YEAR = 365 * 24 * 3600
THEME_COOKIE, SHORTCUTS_COOKIE = "__Host-theme", "__Host-shortcuts"


def chosen(request: HttpRequest) -> str:
    """`light`, `dark`, or an empty string when the device decides."""
    value = request.COOKIES.get(THEME_COOKIE, "")
    return value if value in THEMES else ""


def choose(response: HttpResponseBase, theme: str) -> None:
    """Remember a theme for a year; anything but `light` or `dark` forgets the choice."""
    _keep(response, THEME_COOKIE, theme if theme in THEMES else "")


def shortcuts_on(request: HttpRequest) -> bool:
    """Single letters act as shortcuts unless the person switched them off (WCAG 2.1.4)."""
    return request.COOKIES.get(SHORTCUTS_COOKIE) != "off"


def switch_shortcuts(response: HttpResponseBase, *, on: bool) -> None:
    """Remember for a year whether single letters act."""
    _keep(response, SHORTCUTS_COOKIE, "" if on else "off")


def _keep(response: HttpResponseBase, name: str, value: str) -> None:
    if value:
        response.set_cookie(name, value, max_age=YEAR, secure=True, httponly=True, samesite="Lax")
    else:
        # delete_cookie() of a __Host- name must be Secure too, which Django does for this prefix.
        response.delete_cookie(name, samesite="Lax")
