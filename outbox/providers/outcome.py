"""What a provider's answer means to us."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Outcome(enum.Enum):
    SENT = "sent"
    AGAIN = "again"  # it surely did not leave: try later
    UNKNOWN = "unknown"  # it may have left: ask before trying again
    REFUSED = "refused"  # it will never leave


@dataclass(frozen=True)
class Answer:
    outcome: Outcome
    provider_id: str = ""
    reason: str = ""
    code: str = ""
    opted_out: bool = False
    dead_address: bool = False  # the mail server knows nobody there
