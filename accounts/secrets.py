"""Things that prove who someone is, kept as digests only."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from django.conf import settings

from tenants.places import current_firm


def new_token() -> str:
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """Six digits, the first of which may be 0."""
    return f"{secrets.randbelow(10**6):06d}"


def digest(kind: str, secret: str) -> str:
    """A keyed digest that holds the firm and the kind, so that a secret of one is nothing at another."""
    text = f"{current_firm().id}\n{kind}\n{secret}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(one, other)


def address_digest(email: str) -> str:
    """What “find my firm” keeps of an address, the same at every firm."""
    text = f"find-my-firm\n{email.strip().lower()}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
