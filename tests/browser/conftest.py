"""A real server on the test's own database, a firm of its own, and Chromium."""

from __future__ import annotations

import http.client
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.harness import ROOT
from tests.world import Cast, open_cast

STRIPE_SECRET = "whsec_of_the_walks"
CONNECT_SECRET = "whsec_of_the_browser_tests"


@dataclass
class Site:
    port: int
    cast: Cast

    def at(self, path: str, host: str = "") -> str:
        """An address on the firm's host, or on the public one."""
        return f"http://{host or self.cast.firm.host}:{self.port}{path}"


@pytest.fixture(scope="session")
def served(firms: Any) -> Iterator[int]:
    """The product, served by gunicorn, with tasks run where they are rung for."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {
        **os.environ,
        "PUBLIC_URL": f"http://localhost:{port}",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "STRIPE_WEBHOOK_SECRET": STRIPE_SECRET,
        "STRIPE_CONNECT_WEBHOOK_SECRET": CONNECT_SECRET,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4",
         "--no-control-socket", "--log-level", "error"],
        cwd=ROOT, env=env,
    )  # fmt: skip
    end = time.monotonic() + 40
    while time.monotonic() < end:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                break
        except OSError:
            time.sleep(0.1)
    yield port
    process.terminate()
    process.wait(20)


@pytest.fixture
def site(served: int) -> Iterator[Site]:
    from tenants.opening import throw_away

    cast = open_cast(f"walk-{secrets.token_hex(4)}", "Walk Advocacy")
    yield Site(served, cast)
    throw_away(cast.firm)


@pytest.fixture
def phone(chromium: Any) -> Iterator[Any]:
    """A page on a phone in English; an error of the page's script fails the test."""
    yield from _page(chromium, width=390, height=844, locale="en-US", touch=True)


@pytest.fixture
def telefono(chromium: Any) -> Iterator[Any]:
    yield from _page(chromium, width=320, height=700, locale="es-US", touch=True)


@pytest.fixture
def desktop(chromium: Any) -> Iterator[Any]:
    yield from _page(chromium, width=1440, height=900, locale="en-US")


def _page(chromium: Any, *, width: int, height: int, locale: str, touch: bool = False) -> Iterator[Any]:
    context = chromium.new_context(
        viewport={"width": width, "height": height}, locale=locale, timezone_id="America/Denver", has_touch=touch,
        bypass_csp=True,  # axe is put into the page by the test
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(60000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert wrong == []
