"""The stand-ins as a process of their own, how clients reach it, and an ear that hears what it posts."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from twilio.http.http_client import TwilioHttpClient

ROOT = Path(__file__).parents[2]
STRIPE_KEY = "sk_test_standin"
SID, TOKEN = "AC00000000000000000000000000000001", "standin-auth-token"


class ElsewhereHttpClient(TwilioHttpClient):
    """Sends every request to `base`, the original host as the first segment of the path."""

    def __init__(self, base: str, *, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self.base = base.rstrip("/")

    def request(self, method, url, *args, **kwargs):
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        return super().request(method, f"{self.base}/{parts.netloc}{parts.path}{query}", *args, **kwargs)


@dataclass
class Standins:
    twilio: str
    mail: str
    control: str
    stripe: str

    def get(self, path: str, **query: Any) -> Any:
        answer = requests.get(f"{self.control}/{path}", params=query, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None) -> Any:
        answer = requests.post(f"{self.control}/{path}", json=body or {}, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def settle(self) -> None:
        assert self.post("settle", {"seconds": 10})["settled"]


def started(*options: str) -> tuple[subprocess.Popen[str], Standins]:
    process = subprocess.Popen(
        [sys.executable, "-m", "standins", "--port", "0", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    return process, Standins(**json.loads(process.stdout.readline()))


@dataclass
class Heard:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass
class Ear:
    """A server that keeps every post and answers `answer` (status, body)."""

    port: int = 0
    heard: list[Heard] = field(default_factory=list)
    answer: Callable[[Heard], tuple[int, bytes]] = lambda heard: (204, b"")

    def url(self, path: str = "/hook/", *, host: str = "harbor.localhost") -> str:
        return f"http://{host}:{self.port}{path}"

    def wait_for(self, count: int, *, seconds: float = 5) -> list[Heard]:
        until = time.monotonic() + seconds
        while len(self.heard) < count and time.monotonic() < until:
            time.sleep(0.005)
        assert len(self.heard) >= count, f"{len(self.heard)} of {count} arrived"
        return self.heard


def error_of(caught: Any) -> dict[str, Any]:
    """The error as Stripe sent it, of a caught exception of the official client."""
    found: dict[str, Any] = json.loads(caught.value.http_body)["error"]
    return found
