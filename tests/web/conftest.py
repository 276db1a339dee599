from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.test import RequestFactory, override_settings
from django.utils import translation

MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",
    "tests.web.pages.standing",
    "web.middleware.LanguageMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def spanish() -> Iterator[None]:
    with translation.override("es"):
        yield


@pytest.fixture
def get() -> Callable[..., Any]:
    """Answers a path of the frames' site as a visitor gets it, without a network."""
    with override_settings(
        MIDDLEWARE=MIDDLEWARE, MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage"
    ):
        handler = WSGIHandler()

    def answer(path: str, *, language: str = "en", data: dict[str, str] | None = None, **cookies: str) -> Any:
        factory = RequestFactory(headers={"accept-language": language})
        factory.cookies.load({name: value for name, value in cookies.items()})
        request = factory.post(path, data) if data is not None else factory.get(path)
        request.META["SERVER_NAME"] = "localhost"
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        with override_settings(
            MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage",
            ROOT_URLCONF="tests.web.pages",
        ):
            return handler.get_response(request)

    return answer


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of the frames' site on a free port."""
    with override_settings(
        MIDDLEWARE=MIDDLEWARE,
        MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage",
        ROOT_URLCONF="tests.web.pages",
    ):
        server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet, ipv6=False)
        server.set_app(StaticFilesHandler(WSGIHandler()))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_address[1]}"
        server.shutdown()
        server.server_close()


@pytest.fixture
def tab(chromium: Any, site: str) -> Iterator[Callable[..., Any]]:
    """Opens a page of the site: width, light or dark, language."""
    contexts = []

    def open_page(
        path: str, *, width: int = 1440, scheme: str = "light", language: str = "en-US", **more: Any
    ) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": 844},
            color_scheme=scheme,
            locale=language,
            bypass_csp=True,
            **more,
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(site + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
