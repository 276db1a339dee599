"""From sign-up on the public host to the firm's own host: a token of sixty seconds, used once."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from accounts.models import User
from accounts.secrets import new_token
from tenants.models import Handover
from tenants.places import FirmRef, current_firm

LIFE = timedelta(seconds=60)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def give(firm: FirmRef, user_id: UUID, *, at: datetime) -> str:
    """A new token, on the public side."""
    token = new_token()
    Handover.objects.create(firm_id=firm.id, digest=_digest(token), user_id=user_id, lapses_at=at + LIFE)
    return token


def take(token: str, *, at: datetime) -> User | None:
    """The person the token was made for, at this firm, if it is new and unused; it is used now."""
    row = Handover.objects.filter(
        firm_id=current_firm().id, digest=_digest(token), lapses_at__gt=at, used_at=None
    )
    user_id = row.values_list("user_id", flat=True).first()
    if user_id is None or not row.update(used_at=at):
        return None
    return User.objects.staff().filter(pk=user_id).first()


def came_from_public_host(request: HttpRequest) -> bool:
    """Whether the form stood on the public host: by Origin, or by Referer where the browser sends none."""
    told = request.headers.get("Origin") or request.headers.get("Referer", "")
    at, public = urlsplit(told), urlsplit(settings.PUBLIC_URL)
    return (at.scheme, at.netloc) == (public.scheme, public.netloc)
