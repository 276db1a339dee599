"""The stand-ins as a process of their own, and an ear that hears what they post."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from stripe import StripeClient
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

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


@pytest.fixture(scope="session")
def process() -> Iterator[Standins]:
    child, standins = started()
    yield standins
    child.terminate()
    assert child.wait(timeout=10) == 0


@pytest.fixture
def standins(process: Standins) -> Standins:
    process.post("reset")
    process.post("twilio", {"step_seconds": 0.005})
    return process


@pytest.fixture
def twilio(standins: Standins) -> Client:
    return Client(SID, TOKEN, http_client=ElsewhereHttpClient(standins.twilio, timeout=5))


@pytest.fixture
def stripe(standins: Standins) -> StripeClient:
    standins.post("stripe", {"webhook_retries": [0.05, 0.05, 0.05], "webhook_delay": 0.005})
    return StripeClient(STRIPE_KEY, base_addresses={"api": standins.stripe}, max_network_retries=0)


@pytest.fixture
def connected(stripe: StripeClient, standins: Standins) -> str:
    """A firm's own account, onboarded."""
    account = stripe.v1.accounts.create({"type": "standard", "email": "olivia@harbor.example"})
    standins.post("stripe", {"onboard": account.id})
    return account.id


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


@pytest.fixture
def ear() -> Iterator[Ear]:
    ear = Ear()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            heard = Heard(self.path, dict(self.headers.items()), body)
            ear.heard.append(heard)
            status, content = ear.answer(heard)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ear.port = server.server_address[1]
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield ear
    server.shutdown()
    server.server_close()
