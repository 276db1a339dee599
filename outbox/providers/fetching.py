"""Fetching what somebody else names: over https, from public addresses alone, and no more than we can hold."""

from __future__ import annotations

import ipaddress
import socket
import time
from urllib.parse import urlsplit

import requests

from outbox import reasons


class Refused(Exception):
    """It is not fetched; the message says why."""


def refuse_unless_public(url: str) -> None:
    """Raises Refused for an address that is not https, or whose host is not on the public internet."""
    at = urlsplit(url)
    if at.scheme != "https" or not at.hostname or at.port not in {None, 443}:
        raise Refused(reasons.ADDRESS_NOT_ASKED)
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(at.hostname, 443, proto=socket.IPPROTO_TCP)}
    except OSError:
        raise Refused(reasons.ADDRESS_NOT_ASKED) from None
    if not found or not all(ipaddress.ip_address(address).is_global for address in found):
        raise Refused(reasons.ADDRESS_NOT_ASKED)


def read(answer: requests.Response, *, most: int, until: float) -> bytes:
    """The body of an answer that is being streamed. Raises Refused when it is longer than `most` bytes, and
    requests.Timeout at `until` (of `time.monotonic`): a server that sends a byte now and then holds nobody up."""
    kept = bytearray()
    for chunk in answer.iter_content(16 * 1024):
        kept += chunk
        if time.monotonic() > until:
            raise requests.Timeout("it took too long")
        if len(kept) > most:
            raise Refused(reasons.TOO_LARGE)
    return bytes(kept)
