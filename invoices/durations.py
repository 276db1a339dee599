"""Minutes as people type and read them, and the rounding that an invoice applies. What was worked is never changed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MOST = 24 * 60
STEPS = (1, 5, 6, 10, 15)

_CLOCK = re.compile(r"^(\d{1,2}):([0-5]\d)$")
_HOURS = re.compile(r"^(\d{0,2})(?:[.,](\d{1,2}))?\s*h(?:ours?|rs?)?$")
# A number with decimals counts hours, as other programs have it; a whole number counts minutes.
_DECIMAL = re.compile(r"^(\d{0,2})[.,](\d{1,2})$")
_BOTH = re.compile(r"^(\d{1,2})\s*h(?:ours?|rs?)?\s*(\d{1,2})\s*(?:m(?:in(?:utes?)?)?)?$")
_MINUTES = re.compile(r"^(\d{1,4})\s*(?:m(?:in(?:utes?)?)?)?$")


class NotADuration(ValueError):
    """What was typed is no length of time; the message says what is understood."""


class How(models.TextChoices):
    UP = "up", gettext_lazy("up")
    NEAREST = "nearest", gettext_lazy("to the nearest")


@dataclass(frozen=True)
class Rounding:
    """A rule for minutes: to a whole number of `step` minutes, up or to the nearest (half goes up)."""

    step: int = 1
    how: str = How.UP

    def apply(self, minutes: int) -> int:
        """The minutes to bill. Up: any begun step counts. Nearest: less than half a step counts nothing."""
        if self.how == How.NEAREST:
            return (2 * minutes + self.step) // (2 * self.step) * self.step
        return -(-minutes // self.step) * self.step


def read(text: str) -> int:
    """Minutes from “1h20”, “1:20”, “80”, “1.5”, “1.5h” or “45 min”. Raises NotADuration; also for none and for more than a day."""
    words = " ".join(text.lower().split())
    if not words.isascii():
        found = None
    elif match := _CLOCK.match(words):
        found = int(match[1]) * 60 + int(match[2])
    elif match := _DECIMAL.match(words) or _HOURS.match(words):
        # Tenths and hundredths of an hour, to the nearest minute.
        part = (match[2] or "0").ljust(2, "0")
        found = int(match[1] or 0) * 60 + (int(part) * 60 + 50) // 100
    elif match := _BOTH.match(words):
        found = int(match[1]) * 60 + int(match[2])
    elif match := _MINUTES.match(words):
        found = int(match[1])
    else:
        found = None
    if found is None:
        raise NotADuration(_("Write a length of time like 1h20, 1:20, 1.5 (hours) or 80 (minutes)."))
    if not 1 <= found <= MOST:
        raise NotADuration(_("A length of time lies between 1 minute and 24 hours."))
    return found


def say(minutes: int) -> str:
    """ "1:20", hours and minutes, as sheets show it."""
    return f"{minutes // 60}:{minutes % 60:02d}"
