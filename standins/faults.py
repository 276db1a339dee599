"""Faults on demand: what goes wrong, where, how often.

A fault is JSON, posted to `/control/faults` alone or in a list:

    {"service": "twilio" | "stripe" | "mail",
     "kind": see KINDS,
     "times": how many requests it strikes (default 1; null: until reset),
     "rate": strikes that share of the matching requests (default 1.0; drawn from a seeded source),
     "seed": of that draw (default 0),
     "skip": lets that many matching requests pass first (default 0),
     "seconds": for delay and timeout (default 2 and 60),
     "method": only this HTTP method,
     "path": a regular expression searched in the path (for webhook kinds: in the event's type or
             the callback's message status; for mail: in the recipient's address),
     "to": only messages to this number (Twilio)}
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

KINDS = {
    "error_before": "answers 500 and does nothing",
    "error_after": "does the work, answers 500",
    "lost_answer": "does the work, closes the connection without an answer",
    "drop": "closes the connection and does nothing (mail: after DATA, before keeping it)",
    "timeout": "does nothing, holds the connection for `seconds`, closes it",
    "timeout_after": "does the work, holds the connection for `seconds`, closes it",
    "error_kept": "Stripe: does the work, answers 500, and again 500 to the same idempotency key",
    "rate_limit": "answers 429 and does nothing",
    "delay": "waits `seconds`, then works as always",
    "duplicate": "a callback or webhook is delivered twice",
    "reorder": "a message's callbacks (Twilio), or this webhook and the next (Stripe), arrive in reverse",
    "lose": "a callback or webhook is never delivered",
    "reject": "mail: 550 to the recipient",
    "temporary": "mail: 451 to the recipient",
}
HTTP_KINDS = {
    "error_before",
    "error_after",
    "lost_answer",
    "drop",
    "timeout",
    "timeout_after",
    "rate_limit",
    "delay",
}
WEBHOOK_KINDS = {"duplicate", "reorder", "lose"}
MAIL_KINDS = {"reject", "temporary", "drop", "lost_answer", "delay"}
_ALLOWED = {
    "twilio": HTTP_KINDS | WEBHOOK_KINDS,
    "stripe": HTTP_KINDS | WEBHOOK_KINDS | {"error_kept"},
    "mail": MAIL_KINDS,
}
_FIELDS = {"service", "kind", "times", "rate", "seed", "skip", "seconds", "method", "path", "to"}


class BadFault(ValueError):
    """A fault that cannot be understood; the message says why."""


@dataclass
class Fault:
    service: str
    kind: str
    times: int | None = 1
    rate: float = 1.0
    seed: int = 0
    skip: int = 0
    seconds: float | None = None
    method: str | None = None
    path: str | None = None
    to: str | None = None
    struck: int = 0
    _draw: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.service not in _ALLOWED:
            raise BadFault(f"service must be one of {', '.join(_ALLOWED)}, not {self.service!r}.")
        if self.kind not in _ALLOWED[self.service]:
            kinds = ", ".join(sorted(_ALLOWED[self.service]))
            raise BadFault(f"{self.service} knows the kinds {kinds}, not {self.kind!r}.")
        try:
            re.compile(self.path or "")
        except re.error as error:
            raise BadFault(f"path is not a regular expression: {error}.") from error
        self._draw = random.Random(self.seed)  # noqa: S311

    @property
    def wait(self) -> float:
        """Seconds to wait for delay and timeout."""
        if self.seconds is not None:
            return self.seconds
        return 60.0 if self.kind.startswith("timeout") else 2.0

    def strikes(self, *, method: str, path: str, to: str) -> bool:
        if self.method and self.method.upper() != method.upper():
            return False
        if self.path and not re.search(self.path, path):
            return False
        if self.to and self.to != to:
            return False
        if self.times is not None and self.struck >= self.times:
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self._draw.random() >= self.rate:
            return False
        self.struck += 1
        return True


class Faults:
    """The faults asked for, and how often each kind struck."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[Fault] = []
        self.struck: Counter[str] = Counter()

    def add(self, wanted: Mapping[str, Any]) -> Fault:
        """Add one fault from its JSON. Raises BadFault with a sentence when it makes no sense."""
        unknown = set(wanted) - _FIELDS
        if unknown:
            raise BadFault(
                f"A fault has no {', '.join(sorted(unknown))}; it has {', '.join(sorted(_FIELDS))}."
            )
        if "service" not in wanted or "kind" not in wanted:
            raise BadFault("A fault needs a service and a kind.")
        fault = Fault(**wanted)
        with self._lock:
            self._faults.append(fault)
        return fault

    def strike(
        self, service: str, kinds: set[str], *, method: str = "", path: str = "", to: str = ""
    ) -> Fault | None:
        """The first fault of `kinds` that strikes this request, counted; or None."""
        with self._lock:
            for fault in self._faults:
                if (
                    fault.service == service
                    and fault.kind in kinds
                    and fault.strikes(method=method, path=path, to=to)
                ):
                    self.struck[f"{service}.{fault.kind}"] += 1
                    return fault
        return None

    def count(self, service: str, kind: str) -> None:
        """Count a fault that a magic number or address caused."""
        with self._lock:
            self.struck[f"{service}.{kind}"] += 1

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()
            self.struck.clear()
