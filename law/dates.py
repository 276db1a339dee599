"""Dates as people type them into files and commands: year-month-day and nothing else."""

from __future__ import annotations

import re
from datetime import date

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def iso_date(text: str) -> date:
    """The date in ``2025-09-03``.

    Raises:
        ValueError: anything else; other forms that Python reads, such as week dates, are refused too.
    """
    if not _ISO.fullmatch(text):
        raise ValueError(f"not a date: {text[:40]!r}")
    return date.fromisoformat(text)
