"""ClamAV's daemon, where one is configured: https://docs.clamav.net (INSTREAM)."""

from __future__ import annotations

import socket
import struct
from enum import StrEnum

from django.conf import settings

CHUNK = 64 * 1024
SECONDS = 60.0


class Verdict(StrEnum):
    CLEAN = "clean"
    INFECTED = "infected"


class NoAnswer(Exception):
    """The scanner did not answer, or not in words that we know; try again later."""


def is_on() -> bool:
    return settings.CLAMD is not None


def scan(content: bytes) -> Verdict:
    """What the scanner says of these bytes. Raises NoAnswer."""
    try:
        with _connect() as line:
            line.sendall(b"zINSTREAM\0")
            for at in range(0, len(content), CHUNK):
                piece = content[at : at + CHUNK]
                line.sendall(struct.pack("!I", len(piece)) + piece)
            line.sendall(struct.pack("!I", 0))
            answer = b""
            while b"\0" not in answer and len(answer) < 4096:
                more = line.recv(4096)
                if not more:
                    break
                answer += more
    except OSError as error:
        raise NoAnswer(type(error).__name__) from None
    words = answer.rstrip(b"\0\n").decode("utf-8", "replace")
    if words == "stream: OK":
        return Verdict.CLEAN
    if words.endswith(" FOUND"):
        return Verdict.INFECTED
    raise NoAnswer(words[:120])


def _connect() -> socket.socket:
    place, port = settings.CLAMD
    if port is not None:
        return socket.create_connection((place, port), timeout=SECONDS)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(SECONDS)
    line.connect(place)
    return line
