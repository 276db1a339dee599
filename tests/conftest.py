from __future__ import annotations

import fcntl
import gc
import json
import os
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.test import Client
from django.test.client import ClientHandler
from django.utils import timezone

from tests import cache_keys, world
from tests.world import CANARY, NOW, Cast

cache_keys.listen()
# A test process keeps much and throws little away: looking for rings of objects less often saves a tenth of its time.
gc.set_threshold(100_000, 50, 1000)


# Few tests that take long: begun last, one process would stand idle while the other goes through them.
LONG = ("house", "tenants", "browser", "payments", "api")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.parent.name not in LONG)


@pytest.fixture(autouse=True)
def cache_keys_carry_their_firm() -> Iterator[None]:
    """Fails the test in whose time a key without a firm went to Redis."""
    yield
    found = sorted(cache_keys.BAD)
    cache_keys.BAD.clear()
    assert found == []


@pytest.fixture
def passing_firms(firms: dict[str, Cast]) -> Iterator[None]:
    """Firms that the test opens for real are thrown away after it."""
    from tenants.hosts import reference
    from tenants.models import Firm, Opening
    from tenants.opening import throw_away
    from tenants.places import in_public

    yield
    connections["default"].close_if_unusable_or_obsolete()
    with in_public():
        Opening.objects.all().delete()
        for firm in Firm.objects.exclude(pk__in=[cast.firm.id for cast in firms.values()]):
            throw_away(reference(firm))


@pytest.fixture(scope="session", autouse=True)
def firms(django_db_blocker: Any, django_test_environment: None) -> Iterator[dict[str, Cast]]:
    """`harbor` and `birch`, opened once for this process."""
    from tenants import migrating

    # pytest-django puts a mailbox in memory there; ours goes to the stand-in like any other mail.
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with django_db_blocker.unblock():
        # Roles belong to the cluster, which the test processes share: one prepares at a time.
        with (settings.LOCAL_DIR / "prepare.lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            migrating.prepare()
            opened = {
                "harbor": world.open_cast("harbor", "Harbor Advocacy"),
                "birch": world.open_cast("birch", f"Birch {CANARY}", canary=CANARY),
            }
        yield opened
        for connection in connections.all():
            connection.close()


@pytest.fixture(autouse=True)
def nothing_stays(request: pytest.FixtureRequest, firms: dict[str, Cast]) -> Iterator[None]:
    """Each test's rows are rolled back, unless it is marked `commits` and works in a firm of its own."""
    from django.core.cache import cache

    from tenants import hosts

    connection = connections["default"]
    if request.node.get_closest_marker("commits"):
        yield
        connection.close_if_unusable_or_obsolete()
        return
    atomic = transaction.atomic()
    atomic._from_testcase = True  # type: ignore[attr-defined]
    atomic.__enter__()
    try:
        yield
    finally:
        transaction.set_rollback(True)
        atomic.__exit__(None, None, None)
        connection.close_if_unusable_or_obsolete()
        hosts.forget()
        cache.clear()


def _to_the_end(click: Callable[..., None]) -> Callable[..., None]:
    """Playwright's click waits until the next page begins, not until it stands: a question asked of it right away,
    as count() or a whole page's text, would now and then be answered from half a page."""

    def and_wait(locator: Any, **options: Any) -> None:
        click(locator, **options)
        if not locator.page.is_closed():
            locator.page.wait_for_load_state()

    return and_wait


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One for all tests of a process: a second Playwright beside it would not start."""
    from playwright.sync_api import Locator, sync_playwright

    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert path, "browser tests need Chromium; bin/test installs it or leaves them out"
    # Its loop runs in the thread of the tests, and Django would take that for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Locator, "click", _to_the_end(Locator.click))
        browser = playwright.chromium.launch(executable_path=path, args=[
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync",
        ])  # fmt: skip
        yield browser
        browser.close()


@pytest.fixture
def harbor(firms: dict[str, Cast]) -> Iterator[Cast]:
    """The test stands in Harbor."""
    from tenants.places import within

    with within(firms["harbor"].firm):
        yield firms["harbor"]


@pytest.fixture
def birch(firms: dict[str, Cast]) -> Cast:
    return firms["birch"]


def _person(short: str, name: str = "") -> Any:
    @pytest.fixture(name=name or short)
    def person(harbor: Cast) -> Any:
        from accounts.models import User

        return User.objects.get(pk=harbor.people[short])

    return person


olivia, adam, ana, marcus = _person("olivia"), _person("ada", "adam"), _person("ana"), _person("marcus")
bo, bea, luz, ngozi, gus = _person("bo"), _person("bea"), _person("luz"), _person("ngozi"), _person("gus")


@pytest.fixture
def work_due(harbor: Cast) -> Any:
    """Does in Harbor what is due by a moment, as the sweep would hand it out."""
    from tenants import due

    def work(at: datetime = NOW) -> None:
        for _ in range(5):
            found = due.claim(at=at)
            if not found:
                return
            for (_firm, kind), keys in found.items():
                due.handle(kind, keys, at=at)

    return work


@pytest.fixture
def service(harbor: Cast) -> Any:
    from scheduling.models import Service

    return Service.objects.get()


@pytest.fixture
def mateo(harbor: Cast) -> Any:
    from clients.models import Student

    return Student.objects.get(pk=world.key("student Mateo"))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets what `timezone.now()` answers; it begins at world.NOW."""
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


class Clock:
    def __init__(self) -> None:
        self.now: datetime = NOW


@lru_cache
def _handler(enforce_csrf_checks: bool) -> ClientHandler:
    """The middleware, built once: each client would go through every static file anew."""
    return ClientHandler(enforce_csrf_checks)


class Browser(Client):
    """Django's client, on the handler that all of them share."""

    def __init__(self, enforce_csrf_checks: bool = False, **more: Any) -> None:
        super().__init__(enforce_csrf_checks, **more)
        self.handler = _handler(enforce_csrf_checks)


class Visitor:
    """A browser at one firm. What a request commits to do afterwards is done at once."""

    def __init__(self, cast: Cast | None) -> None:
        self.cast = cast
        self.client = Browser(raise_request_exception=True)
        self.host = cast.firm.host if cast else settings.PUBLIC_HOST
        self.headers: dict[str, str] = {"Accept-Language": "en"}

    def as_(self, user: Any) -> Visitor:
        """Signed in as this person, as at the end of a whole sign-in."""
        from accounts.sessions import SessionStore
        from tenants.places import within

        now = timezone.now().timestamp()
        assert self.cast
        with within(self.cast.firm):
            store = SessionStore()
            store.update({"user": str(user.pk), "epoch": user.epoch, "started": now, "seen": now})
            store.save(must_create=True)
        self.client.cookies[settings.SESSION_COOKIE_NAME] = store.session_key
        return self

    def get(self, path: str, **more: Any) -> Any:
        return self._send("get", path, **more)

    def post(self, path: str, data: Any = None, **more: Any) -> Any:
        return self._send("post", path, data=data or {}, **more)

    def _send(self, method: str, path: str, **more: Any) -> Any:
        from django.test.testcases import TestCase

        with TestCase.captureOnCommitCallbacks(execute=True):
            headers = {**self.headers, **more.pop("headers", {})}
            return getattr(self.client, method)(path, HTTP_HOST=f"{self.host}:8000", headers=headers, **more)


@pytest.fixture
def visitor(harbor: Cast) -> Visitor:
    return Visitor(harbor)


@pytest.fixture
def stranger(firms: dict[str, Cast]) -> Visitor:
    """Somebody at the public host."""
    return Visitor(None)


class Standins:
    """What the stand-ins for Twilio and the mail server have taken."""

    def _ask(self, path: str, told: Any = None) -> Any:
        request = urllib.request.Request(
            f"{settings.STANDINS_CONTROL}{path}",
            json.dumps(told).encode() if told is not None else None,
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def reset(self) -> None:
        from tests.harness import ACCOUNT, NUMBERS

        self._ask("/reset", {})
        self._ask("/twilio", {
            "accounts": [{"sid": ACCOUNT, "auth_token": settings.TWILIO_AUTH_TOKEN}],
            "numbers": [{"phone_number": number, "account": ACCOUNT} for number in NUMBERS],
            "callbacks": "none",
        })  # fmt: skip

    def texts(self, to: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask(f"/messages?to={to.replace('+', '%2B')}")["messages"]
        return found

    def mail(self, to: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask(f"/mail?to={to}")["mail"]
        return found

    def fault(self, **told: Any) -> None:
        self._ask("/faults", told)


@pytest.fixture
def standins() -> Standins:
    found = Standins()
    found.reset()
    return found
