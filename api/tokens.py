"""A person's key in the Authorization header: `Bearer <key>`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import ApiToken, User
from accounts.secrets import digest

USED_EVERY = timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = get_authorization_header(request).split()
        if not words:
            return None
        if len(words) != 2 or words[0].lower() != b"bearer":
            raise AuthenticationFailed("Send the key as “Authorization: Bearer <key>”.")
        try:
            secret = words[1].decode()
        except UnicodeDecodeError:
            raise AuthenticationFailed("This key does not work.") from None
        token = (
            ApiToken.objects.select_related("user")
            .filter(digest=digest("api", secret), revoked_at=None)
            .first()
        )
        if token is None or not token.user.is_active:
            raise AuthenticationFailed("This key does not work.")
        now = timezone.now()
        if token.used_at is None or now - token.used_at > USED_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(used_at=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Roundtable"'


def describe() -> dict[str, Any]:
    return {"type": "http", "scheme": "bearer"}
