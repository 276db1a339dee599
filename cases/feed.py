"""A person's deadlines for their calendar program: a secret address that can be taken back."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from accounts import audit
from accounts.models import User
from accounts.secrets import digest
from cases.models import Deadline, DeadlineFeed
from tenants.places import current_firm


@transaction.atomic
def make(user: User, *, at: datetime) -> str:
    """A new address; the one before stops working. The secret is shown once and kept as a digest."""
    revoke(user, at=at)
    secret = secrets.token_urlsafe(32)
    DeadlineFeed.objects.create(user=user, digest=digest("feed", secret), made_at=at)
    audit.record("feed.made", by=user, at=at)
    return secret


def revoke(user: User, *, at: datetime) -> int:
    return DeadlineFeed.objects.filter(user=user, revoked_at=None).update(revoked_at=at)


def owner_of(secret: str) -> User | None:
    """Whose feed this is, while it stands and they work here."""
    row = (
        DeadlineFeed.objects.filter(digest=digest("feed", secret), revoked_at=None, user__is_active=True)
        .select_related("user")
        .first()
    )
    return row.user if row else None


def calendar_of(user: User, *, at: datetime) -> bytes:
    """The person's standing deadlines of students they may see, as all-day events. Initials, no family names."""
    rows = Deadline.objects.visible_to(user).standing().dated().filter(owner=user).for_lists()
    found = Calendar()
    found.add("prodid", "-//Roundtable//EN")
    found.add("version", "2.0")
    found.add("x-wr-calname", _("Deadlines, %(firm)s") % {"firm": current_firm().name})
    for row in rows.filter(due_on__gte=at.date() - timedelta(days=365)):
        assert row.due_on is not None
        event = Event()
        event.add("uid", f"deadline-{row.pk}@{current_firm().host}")
        event.add("dtstamp", row.counted_at)
        event.add("dtstart", row.due_on)
        event.add("dtend", row.due_on + timedelta(days=1))
        estimate = "" if row.verified else " (" + _("estimate") + ")"
        event.add("summary", f"{row.case.student.short_name}: {row.local_title}{estimate}")
        event.add("url", current_firm().url(f"/deadlines/{row.pk}/"))
        event.add("transp", "TRANSPARENT")
        found.add_component(event)
    return found.to_ical()
