"""A real browser whose requests the test client answers, in the test's own transaction.

Playwright keeps a loop in its thread, where Django gives out other connections; so the browser is driven in
one thread, and its requests are answered in another that holds the test's connection.
"""

from __future__ import annotations

import contextvars
import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.db import connections

from documents.models import Document, DocumentVersion, Page
from reader import read
from reviews import reading, sandbox
from reviews.models import Review, StructuredIEP
from tests.reader.bench import path_of

ADDRESS = "http://harbor.localhost:8000"
TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "woff2": "font/woff2"}


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other test processes read at the same time, one after the other: a test waits for its turn."""
    monkeypatch.setattr(sandbox, "WAIT", 300.0)


@cache
def _read(name: str) -> tuple[str, tuple[str, ...]]:
    found = read(path_of(name).read_bytes())
    return json.dumps(found.as_json()), tuple(found.text)


@pytest.fixture
def stored(clock: Any) -> Callable[..., Review]:
    """`stored("d09", student=…, by=…)`: a sample as a paper that was read, without sending it through the sandbox."""

    def made(name: str, *, student: Any, by: Any, title: str = "IEP") -> Review:
        told, texts = _read(name)
        data, now = json.loads(told), clock.now
        document = Document.objects.create(
            student=student, kind="iep", title=title, added_by=by, added_at=now
        )
        version = DocumentVersion.objects.create(
            document=document, number=1, state="ready", uploaded_by=by, uploaded_at=now, ready_at=now,
            pages_count=len(texts),
        )  # fmt: skip
        for size, text in zip(data["page_sizes"], texts, strict=True):
            Page.objects.create(
                version=version, number=size["number"], width=size["width"], height=size["height"], text=text,
                picture_size=1,
            )  # fmt: skip
        structured = StructuredIEP.objects.create(
            version=version, state="read", pages_done=len(texts), pages_count=len(texts), data=data, read_at=now,
            kind_found=data["document_kind"], confidence=1,
        )  # fmt: skip
        review = reading.open_review(version, at=now)
        reading.fill(review, structured)
        return review

    return made


class Remote:
    """A thing of the browser's thread, used from the test's."""

    def __init__(self, thing: Any, driver: ThreadPoolExecutor) -> None:
        self._thing, self._driver = thing, driver

    def __getattr__(self, name: str) -> Any:
        value = self._driver.submit(getattr, self._thing, name).result()
        if not callable(value):
            return self._wrapped(value)

        def call(*args: Any, **more: Any) -> Any:
            plain = [arg._thing if isinstance(arg, Remote) else arg for arg in args]
            return self._wrapped(self._driver.submit(value, *plain, **more).result())

        return call

    def _wrapped(self, value: Any) -> Any:
        return Remote(value, self._driver) if type(value).__module__.startswith("playwright") else value


@pytest.fixture
def browser_tab(harbor: Any, visitor: Any) -> Iterator[Callable[..., Any]]:
    """`browser_tab(person, path)` opens a page of Harbor, signed in as this person."""
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert path, "browser tests need Chromium; bin/test installs it or leaves them out"
    connection, place = connections["default"], contextvars.copy_context()
    connection.inc_thread_sharing()

    def share() -> None:
        connections["default"] = connection

    def told(
        method: str, address: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        url = urlsplit(address)
        more: dict[str, Any] = {"headers": {"Accept-Language": headers.get("accept-language", "en")}}
        if method == "POST":
            kind = headers.get("content-type", "application/x-www-form-urlencoded")
            more |= {"data": body, "content_type": kind}
        got = visitor._send(method.lower(), url.path + (f"?{url.query}" if url.query else ""), **more)
        answered = b"".join(got.streaming_content) if got.streaming else got.content
        kept = {k: v for k, v in got.headers.items() if k.lower() not in {"content-length", "set-cookie"}}
        return got.status_code, kept, answered

    def answer(route: Any) -> None:
        request = route.request
        where = urlsplit(request.url).path
        if where.startswith("/static/"):
            found = finders.find(where.removeprefix("/static/"))
            if not found:
                return route.fulfill(status=404)
            kind = TYPES.get(where.rpartition(".")[2], "application/octet-stream")
            return route.fulfill(path=found, content_type=kind)
        asked = (request.method, request.url, request.headers, request.post_data_buffer or b"")
        status, headers, body = server.submit(place.run, told, *asked).result()
        return route.fulfill(status=status, headers=headers, body=body)

    with ThreadPoolExecutor(1) as driver, ThreadPoolExecutor(1) as server:
        server.submit(share).result()
        playwright = driver.submit(lambda: sync_playwright().start()).result()

        def opened(where: str, width: int, language: str) -> Any:
            context = browser.new_context(viewport={"width": width, "height": 900}, locale=language)
            context.route("**/*", answer)
            page = context.new_page()
            page.set_default_timeout(20_000)
            page.goto(ADDRESS + where)
            return page

        def open_page(person: Any, where: str, *, width: int = 1440, language: str = "en-US") -> Any:
            visitor.as_(person)
            return Remote(driver.submit(opened, where, width, language).result(), driver)

        browser = driver.submit(
            lambda: playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        ).result()
        try:
            yield open_page
        finally:
            driver.submit(browser.close).result()
            driver.submit(playwright.stop).result()
            connection.dec_thread_sharing()
