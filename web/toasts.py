"""Undo before confirm: what was just done stands in the corner with a way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

_TAG = "undo:"


@dataclass(frozen=True)
class Undo:
    message: str
    undo_url: str


def offer_undo(request: HttpRequest, text: StrOrPromise, *, url: str) -> None:
    """Say on the next page what was done and offer to undo it by a POST to `url`."""
    messages.success(request, text, extra_tags=f"{_TAG}{url}")


def undo_of(message: Any) -> Undo | None:
    """The offer in a Django message, or None when the message offers nothing."""
    tag = message.extra_tags or ""
    return Undo(str(message.message), tag.removeprefix(_TAG)) if tag.startswith(_TAG) else None
