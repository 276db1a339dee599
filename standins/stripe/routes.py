"""Which function answers which address."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Endpoint = Callable[..., dict[str, Any]]
_ROUTES: list[tuple[str, re.Pattern[str], Endpoint]] = []


def route(method: str, path: str) -> Callable[[Endpoint], Endpoint]:
    """Answer `method path` with the function below; `{name}` in the path becomes its argument."""
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))

    def register(endpoint: Endpoint) -> Endpoint:
        _ROUTES.append((method, pattern, endpoint))
        return endpoint

    return register


def find(method: str, path: str) -> tuple[Endpoint, dict[str, str]] | None:
    """What answers; a fixed path wins over one with a name in it."""
    matches = [
        (endpoint, found.groupdict())
        for wanted, pattern, endpoint in _ROUTES
        if wanted == method and (found := pattern.fullmatch(path))
    ]
    return min(matches, key=lambda match: len(match[1]), default=None)
