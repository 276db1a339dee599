"""Calls from the stand-ins to the product: loopback only.

Python's resolver does not know `harbor.localhost`, so every such name connects to 127.0.0.1 and
keeps its name in the Host header.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from threading import Lock
from urllib.parse import urlsplit


class NotLoopback(ValueError):
    """An address that is not on this machine, or not plain http."""


class Unanswered(Exception):
    """Nobody answered: refused, closed or too slow."""


def address(url: str) -> tuple[str, int]:
    """Where to connect for `url`. Raises NotLoopback unless it is http on this machine."""
    parts = urlsplit(url)
    name = (parts.hostname or "").lower().rstrip(".")
    if parts.scheme != "http":
        raise NotLoopback(f"{url!r} is not a plain http address, and the stand-ins call nothing else.")
    try:
        port = parts.port or 80
    except ValueError as error:
        raise NotLoopback(f"{url!r} has no usable port.") from error
    if name == "localhost" or name.endswith(".localhost"):
        return "127.0.0.1", port
    try:
        if ipaddress.ip_address(name).is_loopback:
            return name, port
    except ValueError:
        pass
    raise NotLoopback(f"{url!r} is not on this machine, and the stand-ins call nothing else.")


class Caller:
    """Posts to loopback and counts what came of it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.counts: Counter[str] = Counter()

    def _count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, method: str = "POST", timeout: float = 15
    ) -> tuple[int, bytes]:
        """The answer's status and body. Raises NotLoopback or Unanswered."""
        try:
            host, port = address(url)
        except NotLoopback:
            self._count("refused")
            raise
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = HTTPConnection(host, port, timeout=timeout)
        try:
            connection.request(
                method,
                path,
                body,
                {"Host": parts.netloc.rpartition("@")[2], "Connection": "close", **headers},
            )
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException) as error:
            self._count("unanswered")
            raise Unanswered(str(error)) from error
        finally:
            connection.close()
        self._count("answered" if answer.status < 300 else f"answered_{answer.status}")
        return answer.status, content
