"""Runs `documents.parse` as a child process, and believes nothing it says without looking.

The child has no secrets in its environment, no database, no network, an end to its memory and time, and
the lowest priority. It is stopped when its time is over. What it answers is checked field by field.
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
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

SECONDS = 60.0  # for a look at the file, and for each batch of pages
BATCH = 10
MOST_PAGES = 500
MOST_ANSWERED = 160 * 1024 * 1024
MOST_HEAD = 8 * 1024 * 1024
MOST_PICTURE = 12 * 1024 * 1024
MOST_TEXT = 200_000
MOST_WORDS = 30_000
LARGEST_PAGE = 15_000.0
CLIPS = {"mp4", "mov", "webm"}
KINDS = {"pdf", "jpeg", "png", "heic", "docx", "text", *CLIPS}


class Refused(Exception):
    """The file is not taken; `code` is one of `refusals.SENTENCES`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Busy(Exception):
    """Another file is being opened on this machine; try again in a moment."""


@dataclass(frozen=True)
class Inspected:
    """What came. `kinds` holds one for each part; `copy` is a clean PDF, or empty for a clip."""

    kinds: list[str]
    pages: int
    copy: bytes


@dataclass(frozen=True)
class Rendered:
    """A page: `picture` is WebP, sizes and boxes are points from the top left corner."""

    number: int
    width: float
    height: float
    text: str
    words: list[list[Any]]
    picture: bytes


@dataclass(frozen=True)
class Film:
    """A clean film and its length."""

    content: bytes
    seconds: float


@dataclass(frozen=True)
class Apart:
    """How far the child is from the rest of the machine: what the page about files tells."""

    network_closed: bool
    files_closed: bool


def inspect(parts: list[bytes], *, password: str = "") -> Inspected:
    """What these bytes are, and a clean copy. Raises Refused or Busy."""
    for head, content in _answers({"act": "inspect", "password": password}, parts):
        if head.get("frame") == "found":
            return _inspected(head, content, len(parts))
    raise Refused("damaged")


def render(copy: bytes, *, first: int, count: int = BATCH) -> list[Rendered]:
    """Pages `first` (from 0) to `first + count` of a copy. Raises Refused or Busy."""
    pages = [
        _rendered(head, content, first, count)
        for head, content in _answers({"act": "render", "first": first, "count": count}, [copy])
        if head.get("frame") == "page"
    ]
    if [page.number for page in pages] != list(range(first + 1, first + 1 + len(pages))):
        raise Refused("damaged")
    return pages


def film(data: bytes) -> Film:
    """A short film with its picture and sound alone. Raises Refused or Busy."""
    for head, content in _answers({"act": "film"}, [data]):
        if head.get("frame") == "film":
            seconds = head.get("seconds")
            if len(content) != len(data) or content[4:8] != b"ftyp" or not _number(seconds, 0, 86_400):
                raise Refused("damaged")
            return Film(content, float(seconds))  # type: ignore[arg-type]
    raise Refused("damaged")


def look_apart() -> Apart:
    """Starts a child on a harmless file and says what it could close."""
    for head, _content in _answers({"act": "inspect"}, [b"ok"]):
        if head.get("frame") == "apart":
            return Apart(head.get("network") is True, head.get("files") is True)
    return Apart(False, False)


def _inspected(head: dict[str, Any], copy: bytes, parts: int) -> Inspected:
    kinds, pages = head.get("kinds"), head.get("pages")
    if not isinstance(kinds, list) or len(kinds) != parts or not all(kind in KINDS for kind in kinds):
        raise Refused("damaged")
    if CLIPS & set(kinds):
        if parts != 1 or copy or type(pages) is not int or pages:
            raise Refused("damaged")
        return Inspected(kinds, 0, b"")
    if type(pages) is not int or not 1 <= pages <= MOST_PAGES or not copy.startswith(b"%PDF-"):
        raise Refused("damaged")
    return Inspected(kinds, pages, copy)


def _rendered(head: dict[str, Any], picture: bytes, first: int, count: int) -> Rendered:
    number, width, height = head.get("number"), head.get("width"), head.get("height")
    text, words = head.get("text"), head.get("words")
    fits = (
        type(number) is int and first < number <= first + count
        and _number(width, 1, LARGEST_PAGE) and _number(height, 1, LARGEST_PAGE)
        and isinstance(text, str) and len(text) <= MOST_TEXT
        and isinstance(words, list) and len(words) <= MOST_WORDS and all(map(_is_word, words))
        and picture[:4] == b"RIFF" and picture[8:12] == b"WEBP" and len(picture) <= MOST_PICTURE
    )  # fmt: skip
    if not fits:
        raise Refused("damaged")
    assert isinstance(number, int)
    assert isinstance(text, str)
    assert isinstance(words, list)
    return Rendered(
        number, float(width), float(height), _plain(text),  # type: ignore[arg-type]
        [[*map(float, word[:4]), _plain(word[4])[:200]] for word in words], picture,
    )  # fmt: skip


def _number(value: Any, least: float, most: float) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and least <= value <= most


def _is_word(word: Any) -> bool:
    return (
        isinstance(word, list) and len(word) == 5 and isinstance(word[4], str)
        and all(_number(edge, -2 * LARGEST_PAGE, 2 * LARGEST_PAGE) for edge in word[:4])
    )  # fmt: skip


def _plain(text: str) -> str:
    """Without characters that PostgreSQL or a page could not hold, or that turn the reading around."""
    return "".join(
        letter
        for letter in text
        if letter == "\n" or unicodedata.category(letter) not in {"Cc", "Cs", "Cf", "Cn"}
    )


def _answers(asked: dict[str, Any], parts: list[bytes]) -> Iterator[tuple[dict[str, Any], bytes]]:
    """The frames a child answers. Raises Refused when it refuses, dies, says too much or too long."""
    question = json.dumps({**asked, "sizes": [len(part) for part in parts]}).encode() + b"\n"
    with turn():
        answer = _run([question, *parts])
    at, ended = 0, False
    while at < len(answer) and not ended:
        line = answer.find(b"\n", at, at + MOST_HEAD)
        if line < 0:
            raise Refused("too_complex")
        try:
            head = json.loads(answer[at:line])
            size = head["size"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Refused("damaged") from None
        at = line + 1 + (size if type(size) is int and size >= 0 else len(answer))
        if at > len(answer):
            raise Refused("too_complex")
        if head.get("frame") == "refused":
            code = head.get("code")
            raise Refused(code if isinstance(code, str) else "damaged")
        ended = head.get("frame") == "end"
        yield head, answer[line + 1 : at]
    if not ended:
        # It was stopped, by us or by a limit, before it could finish.
        raise Refused("too_complex")


def environment() -> dict[str, str]:
    """All that the child is told of this machine."""
    return {
        "PATH": "/usr/bin:/bin", "PYTHONPATH": str(settings.BASE_DIR), "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0", "RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1", "LANG": "C.UTF-8",
    }  # fmt: skip


def _run(pieces: list[bytes]) -> bytes:
    child = subprocess.Popen(
        [sys.executable, "-m", "documents.parse"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        cwd="/", env=environment(), close_fds=True, start_new_session=True,
    )  # fmt: skip
    assert child.stdin
    assert child.stdout
    feeder = threading.Thread(target=_feed, args=(child.stdin, pieces), daemon=True)
    feeder.start()
    try:
        return _listen(child.stdout, until=time.monotonic() + SECONDS)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        feeder.join()
        child.stdout.close()


def _feed(pipe: Any, pieces: list[bytes]) -> None:
    with contextlib.suppress(OSError, ValueError):
        for piece in pieces:
            pipe.write(piece)
    with contextlib.suppress(OSError, ValueError):
        pipe.close()


def _listen(pipe: Any, *, until: float) -> bytes:
    """What is said until it ends, the time is over, or it is too much."""
    heard = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while (left := until - time.monotonic()) > 0 and len(heard) <= MOST_ANSWERED:
            if not selector.select(left):
                break
            piece = os.read(pipe.fileno(), 1024 * 1024)
            if not piece:
                break
            heard += piece
    return bytes(heard)


WAIT = 8.0  # seconds for a turn before the worker does something else


@contextlib.contextmanager
def turn() -> Iterator[None]:
    """One file at a time for every two processors of this machine. Raises Busy when none is free for a while."""
    slots = max(1, (os.cpu_count() or 1) // 2)
    folder = Path(tempfile.gettempdir()) / f"roundtable-turns-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    end = time.monotonic() + WAIT
    while True:
        for slot in range(slots):
            lock = os.open(folder / str(slot), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                continue
            try:
                yield
            finally:
                os.close(lock)
            return
        if time.monotonic() > end:
            raise Busy
        time.sleep(0.05)
