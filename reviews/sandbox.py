"""Runs `reviews.child`, and believes nothing it says without looking.

The child has no secrets in its environment, no database, no network, an end to its memory and the lowest
priority; it is stopped when it says nothing for a while, or too much.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import math
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from documents import sandbox as documents

SILENCE = 60.0  # seconds without a page after which it is stopped
MOST_ANSWERED = 24 * 1024 * 1024
WAIT = 4.0
# The engine takes and gives back large pieces of memory with every line: without this each is cleared anew by the
# kernel, a twentieth of the time.
KEEPS_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "2000000000", "MALLOC_TRIM_THRESHOLD_": "2000000000"}


class Refused(Exception):
    """The paper could not be read; the message is a sentence."""


class Busy(Exception):
    """Another paper is being read on this machine; try again in a moment."""


@dataclass(frozen=True)
class Answer:
    """The reader's JSON, and by number the words of pages that were read from their picture."""

    data: dict[str, Any]
    words: dict[int, list[Any]]


def read(content: bytes, *, pictures: bool, progress: Callable[[int, int], None]) -> Answer:
    """What the reader finds in a document.

    `pictures`: some pages have to be read from their picture. `progress(done, pages)` is called after every
    page. Raises Refused or Busy.
    """
    words: dict[int, list[Any]] = {}
    with turn():
        child = subprocess.Popen(
            [sys.executable, "-m", "reviews.child"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd="/", env={**documents.environment(), **KEEPS_MEMORY}, close_fds=True, start_new_session=True,
        )  # fmt: skip
        assert child.stdin
        assert child.stdout
        question = json.dumps({"size": len(content), "pictures": pictures}).encode() + b"\n"
        feeder = threading.Thread(target=_feed, args=(child.stdin, question + content), daemon=True)
        feeder.start()
        try:
            for told in _lines(child.stdout):
                if "done" in told:
                    progress(_count(told["done"]), _count(told.get("pages")))
                elif "page" in told:
                    seen = cleaned(told.get("words"))
                    words[_count(told["page"])] = seen if isinstance(seen, list) else []
                elif "read" in told:
                    found = cleaned(told["read"])
                    if isinstance(found, dict):
                        return Answer(found, words)
                    break
                else:
                    raise Refused(str(cleaned(told.get("refused", "")))[:300])
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            feeder.join()
            child.stdout.close()
    raise Refused("This paper is too large or too complex to be read.")


def _feed(pipe: Any, content: bytes) -> None:
    with contextlib.suppress(OSError, ValueError):
        pipe.write(content)
    with contextlib.suppress(OSError, ValueError):
        pipe.close()


def _lines(pipe: Any) -> Iterator[dict[str, Any]]:
    """What is said, line by line, until it ends, says nothing for too long, or it is too much."""
    heard, said = bytearray(), 0
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while said <= MOST_ANSWERED and selector.select(SILENCE):
            piece = os.read(pipe.fileno(), 1024 * 1024)
            if not piece:
                return
            heard += piece
            said += len(piece)
            while (end := heard.find(b"\n")) >= 0:
                line = bytes(heard[:end])
                del heard[: end + 1]
                try:
                    told = json.loads(line)
                except (ValueError, RecursionError):
                    return
                if not isinstance(told, dict):
                    return
                yield told


def _count(value: Any) -> int:
    return value if type(value) is int and 0 <= value <= documents.MOST_PAGES else 0


def cleaned(item: Any, depth: int = 0) -> Any:
    """Plain JSON values alone, without characters that PostgreSQL or a page could not hold."""
    if depth > 12:
        return None
    if isinstance(item, dict):
        return {_plain(str(key))[:120]: cleaned(value, depth + 1) for key, value in item.items()}
    if isinstance(item, list):
        return [cleaned(value, depth + 1) for value in item]
    if isinstance(item, str):
        return _plain(item)
    if isinstance(item, float):
        return item if math.isfinite(item) else None
    return item


def _plain(text: str) -> str:
    return "".join(
        letter
        for letter in text
        if letter in "\n\t" or unicodedata.category(letter) not in {"Cc", "Cs", "Cf", "Cn"}
    )


@contextlib.contextmanager
def turn() -> Iterator[None]:
    """One reading at a time on this machine, beside the quick look at what is uploaded. Raises Busy."""
    folder = Path(tempfile.gettempdir()) / f"roundtable-turns-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    end = time.monotonic() + WAIT
    while True:
        lock = os.open(folder / "reading", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            if time.monotonic() > end:
                raise Busy from None
            time.sleep(0.05)
            continue
        try:
            yield
        finally:
            os.close(lock)
        return
