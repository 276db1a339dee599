"""What the stand-ins remember: named stores in memory, optionally kept in a file of JSON lines.

One line is one change, `[store, key, value]`, a null value being a deletion. Starting reads the
file and writes it anew without what was overwritten, so a restart keeps the outbox.
"""

from __future__ import annotations

import json
from pathlib import Path
from threading import RLock
from typing import Any, TextIO


class Journal:
    def __init__(self, directory: Path | None) -> None:
        self.lock = RLock()
        self._stores: dict[str, dict[str, Any]] = {}
        self._path = directory / "standins.jsonl" if directory else None
        self._file: TextIO | None = None
        if self._path:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._read(self._path)
            self._rewrite()

    def store(self, name: str) -> dict[str, Any]:
        """The live dictionary of `name`; change it through `save` and `delete`."""
        with self.lock:
            return self._stores.setdefault(name, {})

    def save(self, name: str, key: str, value: Any) -> None:
        """Set `key`; `value` must be JSON. Call again after changing a value in place."""
        with self.lock:
            self.store(name)[key] = value
            self._append(name, key, value)

    def delete(self, name: str, key: str) -> None:
        with self.lock:
            if self.store(name).pop(key, None) is not None:
                self._append(name, key, None)

    def clear(self, *prefixes: str) -> None:
        """Forget every store whose name starts with one of `prefixes`."""
        with self.lock:
            for name, store in self._stores.items():
                if name.startswith(prefixes):
                    store.clear()
            if self._path:
                self._rewrite()

    def close(self) -> None:
        with self.lock:
            if self._file:
                self._file.close()
                self._file = None

    def _append(self, name: str, key: str, value: Any) -> None:
        if self._file:
            self._file.write(json.dumps([name, key, value], separators=(",", ":")) + "\n")
            self._file.flush()

    def _read(self, path: Path) -> None:
        if not path.exists():
            return
        for line in path.read_text("utf-8").splitlines():
            try:
                name, key, value = json.loads(line)
            except ValueError:
                continue  # a line cut short by a kill
            if value is None:
                self.store(name).pop(key, None)
            else:
                self.store(name)[key] = value

    def _rewrite(self) -> None:
        assert self._path
        self.close()
        fresh = self._path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as out:
            for name, store in self._stores.items():
                for key, value in store.items():
                    out.write(json.dumps([name, key, value], separators=(",", ":")) + "\n")
        fresh.replace(self._path)
        self._file = self._path.open("a", encoding="utf-8")
