"""Sign-up in three screens. Between them the answers are kept in one row of `public`, known by a secret in the form."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tenants.models import Firm, Opening
from tenants.reserved import is_free_word

LIFE = timedelta(hours=24)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def begin() -> tuple[Opening, str]:
    """A new sign-up and its key (“id.secret”), which the forms carry."""
    secret = secrets.token_urlsafe(24)
    row = Opening.objects.create(secret_digest=_digest(secret))
    return row, f"{row.pk}.{secret}"


def find(key: str, *, at: datetime) -> Opening | None:
    pk, _, secret = key.partition(".")
    try:
        row = Opening.objects.filter(pk=UUID(pk), created_at__gt=at - LIFE).first()
    except ValueError:
        return None
    return row if row and secrets.compare_digest(row.secret_digest, _digest(secret)) else None


def keep(row: Opening, answers: dict[str, Any], *, password_hash: str = "") -> None:
    row.answers = {**row.answers, **answers}
    row.password_hash = password_hash or row.password_hash
    row.save(update_fields=["answers", "password_hash"])


def slug_of(name: str) -> str:
    """A web address made of a name: “Peña & Hijos” becomes “pena-hijos”."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")


def is_free(slug: str) -> bool:
    return is_free_word(slug) and not Firm.objects.filter(slug=slug).exists()


def suggestions(slug: str) -> list[str]:
    """Up to three free addresses near a taken one."""
    base = slug[:30].strip("-") or "advocacy"
    near = [
        f"{base}-advocacy",
        f"{base}-firm",
        f"{base}-2",
        f"{base}-3",
        f"{base}-{secrets.randbelow(900) + 100}",
    ]
    return [word for word in near if is_free(word)][:3]
