"""How often something may be tried. Kept in the database, so that it holds when Redis does not answer."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings

from tenants.models import Attempt
from tenants.places import firm_or_none

# The longest time a limit looks back is thirty days.
KEPT = timedelta(days=31)


def _key(what: str, who: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"{what}\n{who}".encode(), hashlib.sha256).hexdigest()


def count(what: str, who: str, *, within: timedelta, at: datetime) -> int:
    """How often `who` (an account, a network, a number) tried `what` in the time before `at`."""
    firm = firm_or_none()
    rows = Attempt.objects.filter(key=_key(what, who), made_at__gt=at - within)
    return (rows.filter(firm_id=firm.id) if firm else rows.filter(firm=None)).count()


def note(what: str, who: str, *, at: datetime) -> None:
    firm = firm_or_none()
    Attempt.objects.create(firm_id=firm.id if firm else None, key=_key(what, who), made_at=at)


def forget(*, at: datetime) -> int:
    """Takes away tries that no limit looks back to any more, of all firms; how many. Call it in public."""
    return Attempt.objects.filter(made_at__lt=at - KEPT).delete()[0]


def may(what: str, who: str, *, limit: int, within: timedelta, at: datetime) -> bool:
    """Notes a try and says whether it is still under the limit; a refused try is not noted."""
    if count(what, who, within=within, at=at) >= limit:
        return False
    note(what, who, at=at)
    return True
