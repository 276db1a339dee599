from __future__ import annotations

from django.http import HttpRequest

from accounts.models import User
from tenants.places import FirmRef


class FirmRequest(HttpRequest):
    """A request on a firm's host by somebody whom `requires` has let in."""

    firm: FirmRef
    user: User  # type: ignore[assignment]
