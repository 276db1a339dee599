"""Undo before confirm: what was just done stands in the corner with a way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest
from django.utils.functional import Promise

_TAG = "undo:"


class NoticeCookie(CookieStorage):
    """`MESSAGE_STORAGE`: notices wait in a signed cookie that no sibling host can set, so they need no session."""

    cookie_name = "__Host-notices"


@dataclass(frozen=True)
class Undo:
    message: str
    undo_url: str


def offer_undo(request: HttpRequest, text: str | Promise, *, url: str) -> None:
    """Say on the next page what was done and offer to undo it by a POST to `url`."""
    messages.success(request, text, extra_tags=f"{_TAG}{url}")


def undo_of(message: Any) -> Undo | None:
    """The offer in a Django message, or None when the message offers nothing."""
    tag = message.extra_tags or ""
    return Undo(str(message.message), tag.removeprefix(_TAG)) if tag.startswith(_TAG) else None
