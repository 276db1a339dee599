"""Every key that goes to Redis while the tests run, as it leaves; one without a firm's name in front is told."""

from __future__ import annotations

import re
from typing import Any

from django.core.cache.backends.redis import RedisCacheClient

FIRMS_OWN = re.compile(r"t_[a-z2-7]{26}:\d+:.")
# Keys of the public side that may be: at most ten, each with its reason.
ALLOWED: dict[str, str] = {}
BAD: set[str] = set()
COUNTED = [0]
_ONE = ("add", "get", "set", "touch", "delete", "incr", "has_key")
_MANY = ("get_many", "set_many", "delete_many")


def listen() -> None:
    for name in _ONE + _MANY:
        original = getattr(RedisCacheClient, name)

        def noting(self: Any, first: Any, *args: Any, _original: Any = original, _many: bool = name in _MANY, **more: Any) -> Any:  # fmt: skip
            for key in list(first) if _many else [first]:
                note(str(key))
            return _original(self, first, *args, **more)

        setattr(RedisCacheClient, name, noting)


def note(key: str) -> None:
    COUNTED[0] += 1
    if not FIRMS_OWN.match(key) and key not in ALLOWED:
        BAD.add(key)
