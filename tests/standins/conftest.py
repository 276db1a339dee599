"""One process of stand-ins for all tests, reset before each; clients; an ear."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from standin_process import SID, STRIPE_KEY, TOKEN, Ear, ElsewhereHttpClient, Heard, Standins, started
from stripe import StripeClient
from twilio.rest import Client


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
