"""What nobody needs any more of signing in: sessions that ran out, codes long used, browsers long forgotten."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone

from accounts.models import Device, Session, SignInCode
from tenants import due
from tenants.places import current_firm

TIDY = "accounts.tidy"
AT = time(3, 10)
# So long a code's row is kept, for who asks why it did not work.
CODES_KEPT = timedelta(days=30)


def plan_next(*, at: datetime) -> None:
    """The next night by the firm's clock; planned by every sign-in, since without one there is nothing to tidy."""
    local = timezone.localtime(at, current_firm().zone)
    night = datetime.combine(local.date(), AT, local.tzinfo)
    due.plan(TIDY, "nightly", due_at=night if local < night else night + timedelta(days=1))


def tidy(keys: list[str], at: datetime) -> None:
    """The due-work handler."""
    Session.objects.filter(expire_date__lt=at).delete()
    SignInCode.objects.filter(made_at__lt=at - CODES_KEPT).delete()
    Device.objects.filter(lapses_at__lt=at).delete()
    due.settle(TIDY, *keys)
