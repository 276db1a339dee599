"""Form-encoded parameters, nested by brackets, read one by one.

What was not read when `finish` is called is refused, so that nothing is ignored in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from standins.stripe.errors import StripeError, needed


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """`a[b][0]=c` as {"a": {"b": {"0": "c"}}}; `a[]=b` takes the next free index."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        steps = [name.partition("[")[0], *re.findall(r"\[([^\]]*)\]", name)]
        node = tree
        for index, step in enumerate(steps):
            key = step or str(len(node))
            if index == len(steps) - 1:
                node[key] = value
            else:
                below = node.setdefault(key, {})
                if not isinstance(below, dict):
                    below = node[key] = {}
                node = below
    return tree


class Params:
    def __init__(self, tree: dict[str, Any], *, under: str = "") -> None:
        self._tree = tree
        self._under = under
        self._read: set[str] = set()
        self._children: list[Params] = []

    def __contains__(self, name: str) -> bool:
        return name in self._tree

    def __bool__(self) -> bool:
        return bool(self._tree)

    def name(self, key: str) -> str:
        return f"{self._under}[{key}]" if self._under else key

    def _value(self, key: str) -> str | None:
        self._read.add(key)
        value = self._tree.get(key)
        if isinstance(value, dict):
            raise StripeError(f"Invalid string: {self.name(key)} is a hash.", param=self.name(key))
        return value or None

    def text(self, key: str, default: str | None = None) -> str | None:
        """The value, or `default` when absent or empty."""
        return self._value(key) or default

    def need(self, key: str) -> str:
        """The value. Raises StripeError when it is missing."""
        value = self._value(key)
        if value is None:
            raise needed(self.name(key))
        return value

    def url(self, key: str) -> str | None:
        """A web address. Raises StripeError when it is none."""
        value = self._value(key)
        if value is not None and not re.match(r"https?://[^/\s]+", value):
            raise StripeError("Not a valid URL", code="url_invalid", param=self.name(key))
        return value

    def whole(self, key: str, *, least: int | None = None, most: int | None = None) -> int | None:
        value = self._value(key)
        if value is None:
            return None
        if not re.fullmatch(r"-?\d{1,18}", value):
            raise StripeError(
                f"Invalid integer: {value}", code="parameter_invalid_integer", param=self.name(key)
            )
        number = int(value)
        if least is not None and number < least:
            raise StripeError(
                f"This value must be greater than or equal to {least}.",
                code="parameter_invalid_integer",
                param=self.name(key),
            )
        if most is not None and number > most:
            raise StripeError(
                f"This value must be less than or equal to {most}.",
                code="parameter_invalid_integer",
                param=self.name(key),
            )
        return number

    def need_whole(self, key: str, *, least: int | None = None) -> int:
        number = self.whole(key, least=least)
        if number is None:
            raise needed(self.name(key))
        return number

    def yes(self, key: str, default: bool = False) -> bool:
        value = self._value(key)
        if value is None:
            return default
        if value not in ("true", "false"):
            raise StripeError(f"Invalid boolean: {value}", param=self.name(key))
        return value == "true"

    def choice(self, key: str, options: Sequence[str], default: str | None = None) -> str | None:
        value = self._value(key)
        if value is not None and value not in options:
            raise StripeError(
                f"Invalid {self.name(key)}: must be one of {', '.join(options)}", param=self.name(key)
            )
        return value or default

    def moment(self, key: str, now: int) -> int | None:
        """Seconds since 1970; `now` means `now`."""
        if self._tree.get(key) == "now":
            self._read.add(key)
            return now
        return self.whole(key, least=0)

    def sub(self, key: str) -> Params:
        """The hash below `key`; empty when absent."""
        self._read.add(key)
        below = self._tree.get(key) or {}
        if not isinstance(below, dict):
            raise StripeError(f"Invalid object: {below}", param=self.name(key))
        child = Params(below, under=self.name(key))
        self._children.append(child)
        return child

    def rows(self, key: str) -> list[Params]:
        """The hashes of an array, in order."""
        self._read.add(key)
        below = self._tree.get(key) or {}
        if not isinstance(below, dict):
            raise StripeError("Invalid array", param=self.name(key))
        found = []
        for index, tree in below.items():
            if not isinstance(tree, dict):
                raise StripeError("Invalid object", param=f"{self.name(key)}[{index}]")
            found.append(Params(tree, under=f"{self.name(key)}[{index}]"))
        self._children += found
        return found

    def texts(self, key: str) -> list[str]:
        """The strings of an array, in order."""
        self._read.add(key)
        below = self._tree.get(key) or {}
        if not isinstance(below, dict) or any(isinstance(value, dict) for value in below.values()):
            raise StripeError("Invalid array", param=self.name(key))
        return list(below.values())

    def metadata(self, current: dict[str, str] | None = None) -> dict[str, str]:
        """`current` with the given keys set, and unset where the value is empty."""
        self._read.add("metadata")
        given = self._tree.get("metadata", {})
        if given == "":
            return {}
        if not isinstance(given, dict):
            raise StripeError("Invalid object", param=self.name("metadata"))
        merged = {**(current or {}), **given}
        for key, value in merged.items():
            if len(key) > 40 or len(value) > 500:
                raise StripeError(
                    "Metadata keys hold 40 characters at most, values 500.", param=self.name("metadata")
                )
        return {key: value for key, value in merged.items() if value != ""}

    def off(self, key: str) -> None:
        """Accept `key[enabled]=false`, as a client says that it does not want a feature; refuse true."""
        if self.sub(key).yes("enabled"):
            raise StripeError(f"{self.name(key)} is not modelled here.", param=self.name(key))

    def finish(self) -> None:
        """Raises StripeError for a parameter that nothing read."""
        for key in self._tree:
            if key not in self._read:
                raise StripeError(
                    f"Received unknown parameter: {self.name(key)} (or one that this stand-in does not model)",
                    code="parameter_unknown",
                    param=self.name(key),
                )
        for child in self._children:
            child.finish()
