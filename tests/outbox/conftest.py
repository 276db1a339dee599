from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from outbox import sending
from outbox.models import Channel, Message, allow
from outbox.sending import Words
from tests.world import NOW

NUMBER = "+14065550177"


class Office:
    """Writes a message at the firm and sends it as a worker does."""

    at: datetime = NOW

    def write(self, kind: str = "reminder", to: str = NUMBER, **more: Any) -> Message:
        channel = Channel.EMAIL if "@" in to else Channel.SMS
        facts: dict[str, Any] = {
            "subject": "booking:1", "channel": channel, "to": to, "words": Words("Harbor: your call is at 2.", title="Your call"),
            "due_at": self.at, "at": self.at - timedelta(hours=1), "zone": more.pop("zone", self.zone),
        }  # fmt: skip
        return sending.write(kind, **facts | more)

    def deliver(self, *messages: Message, after: timedelta = timedelta()) -> int:
        self.at += after
        return sending.deliver([str(message.pk) for message in messages], self.at)

    def reconcile(self, *messages: Message, after: timedelta = timedelta(minutes=3)) -> None:
        self.at += after
        sending.reconcile([str(message.pk) for message in messages], self.at)

    def __init__(self, firm: Any) -> None:
        self.zone = firm.zone


@pytest.fixture
def office(harbor: Any, standins: Any) -> Office:
    standins._ask("/clock", {"now": NOW.isoformat(), "stopped": True})
    allow(NUMBER, how="form", at=NOW - timedelta(days=1), wording="yes", version="test")
    return Office(harbor.firm)


def state(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.reason
