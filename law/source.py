"""Read the data files of this package and check them as they are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib.resources import files
from typing import Any

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class DataError(ValueError):
    """A row of the shipped data breaks its own rules; the message names the file, row and field."""


def read(name: str) -> Any:
    """Return what ``law/data/<name>`` holds."""
    text = files("law").joinpath("data", name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=_Loader)  # noqa: S506  (CSafeLoader is a safe loader)


class Row:
    """One mapping of a data file, read field by field so that a wrong or forgotten field is an error."""

    def __init__(self, where: str, fields: Mapping[str, Any]) -> None:
        self.where = where
        self._fields = dict(fields)
        self._read: set[str] = set()

    def _take(self, key: str) -> Any:
        self._read.add(key)
        return self._fields.get(key)

    def error(self, message: str) -> DataError:
        return DataError(f"{self.where}: {message}")

    def text(self, key: str) -> str:
        """A text that must be there and say something."""
        value = self._take(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(f"{key} is missing")
        return value.strip()

    def words(self, key: str) -> str:
        """A text that may be empty or missing."""
        value = self._take(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.error(f"{key} is not text")
        return value.strip()

    def number(self, key: str) -> int | None:
        value = self._take(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise self.error(f"{key} is not a whole number")
        return value

    def flag(self, key: str) -> bool:
        value = self._take(key)
        if not isinstance(value, bool):
            raise self.error(f"{key} is not true or false")
        return value

    def maybe(self, key: str) -> bool | None:
        value = self._take(key)
        if value is not None and not isinstance(value, bool):
            raise self.error(f"{key} is not true, false or empty")
        return value

    def one_of(self, key: str, allowed: Collection[str]) -> str:
        value = self.text(key)
        if value not in allowed:
            raise self.error(f"{key} is {value!r}, not one of {', '.join(sorted(allowed))}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._take(key) or []
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise self.error(f"{key} is not a list of texts")
        return tuple(item.strip() for item in value)

    def rows(self, key: str) -> list[Row]:
        value = self._take(key) or []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.error(f"{key} is not a list of rows")
        return [Row(f"{self.where} {key}[{i}]", item) for i, item in enumerate(value)]

    def row(self, key: str) -> Row | None:
        value = self._take(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.error(f"{key} is not a row")
        return Row(f"{self.where} {key}", value)

    def raw(self, key: str) -> Any:
        return self._take(key)

    def has(self, key: str) -> bool:
        return key in self._fields

    def finish(self) -> None:
        """Raise when a field was never read: a rule whose words nobody acts on is not encoded."""
        if left := sorted(set(self._fields) - self._read):
            raise self.error(f"fields not understood: {', '.join(left)}")
