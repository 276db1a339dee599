"""The pace of a sender: no more texts a second than the carriers take from it, however many workers send."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from outbox.models import Sender

# A tenth slower than the carriers allow: a text that a busy worker lets go late must not fall into the next one's second.
SLACK = 1.1


@transaction.atomic
def next_moment(per_second: int, *, at: datetime) -> datetime:
    """When the next text may leave: `at`, or its turn after those that other workers took. Takes that turn."""
    sender = Sender.objects.select_for_update().get()
    moment = max(sender.free_at or at, at)
    Sender.objects.filter(pk=sender.pk).update(free_at=moment + timedelta(seconds=SLACK) / per_second)
    return moment
