"""The stand-ins' clock: real time, moved or stopped on demand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock


class Clock:
    """UTC time that a test may stop, set and move."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._offset = timedelta(0)
        self._stopped_at: datetime | None = None

    def now(self) -> datetime:
        """The stand-ins' time, aware, in UTC."""
        with self._lock:
            return self._stopped_at or datetime.now(UTC) + self._offset

    def set(self, at: datetime, *, stopped: bool = True) -> None:
        """Show `at` (aware) from now on, standing still unless `stopped` is false."""
        with self._lock:
            self._stopped_at = at.astimezone(UTC) if stopped else None
            self._offset = at.astimezone(UTC) - datetime.now(UTC)

    def advance(self, seconds: float) -> None:
        """Move forward by `seconds`; a stopped clock stays stopped."""
        with self._lock:
            self._offset += timedelta(seconds=seconds)
            if self._stopped_at:
                self._stopped_at += timedelta(seconds=seconds)

    def real(self) -> None:
        """Show real time again."""
        with self._lock:
            self._offset, self._stopped_at = timedelta(0), None
