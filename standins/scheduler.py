"""Work that happens a little later: status callbacks, webhooks, their retries."""

from __future__ import annotations

import heapq
import itertools
import sys
import time
import traceback
from collections.abc import Callable
from threading import Condition, Thread


class Scheduler:
    """Runs callables after a delay on a few threads."""

    def __init__(self, *, workers: int = 8) -> None:
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._running = 0
        self._number = itertools.count()
        self._changed = Condition()
        self._stopping = False
        self._threads = [Thread(target=self._work, daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        """Run `work` after `seconds` of real time."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._number), work))
            self._changed.notify()

    def pending(self) -> int:
        with self._changed:
            return len(self._due) + self._running

    def idle(self, timeout: float, *, within: float = 3600) -> bool:
        """Wait until nothing runs and nothing is due within `within` seconds; False on timeout."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            with self._changed:
                soon = self._due and self._due[0][0] <= time.monotonic() + within
                if not soon and not self._running:
                    return True
            time.sleep(0.005)
        return False

    def forget(self) -> None:
        """Drop what has not started."""
        with self._changed:
            self._due.clear()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._due.clear()
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._stopping and (not self._due or self._due[0][0] > time.monotonic()):
                    wait = self._due[0][0] - time.monotonic() if self._due else None
                    self._changed.wait(wait)
                if self._stopping:
                    return
                work = heapq.heappop(self._due)[2]
                self._running += 1
            try:
                work()
            except Exception:
                traceback.print_exc(file=sys.stderr)
            finally:
                with self._changed:
                    self._running -= 1
