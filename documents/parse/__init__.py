"""Opens one uploaded file, in a process of its own: `python -m documents.parse`. Knows nothing of the product.

On standard input: one line of JSON, then the bytes it announces.

    {"act": "inspect", "sizes": [n, …], "password": ""}      what is it, and a clean copy as PDF
    {"act": "render", "sizes": [n], "first": 0, "count": 10}  pictures and words of some pages of such a copy
    {"act": "film", "sizes": [n]}                             a short film without place, device and notes

On standard output: frames, each one line of JSON and `size` bytes: `apart`, then `found` with the copy, or
`page` for each page, `film` with the clean film, or `refused` with a code of `Refused`; then `end`.
"""

from __future__ import annotations

from typing import Any, BinaryIO

MOST_PAGES = 500
MOST_PIXELS = 40_000_000
PICTURE_WIDTH = 1400


class Refused(Exception):
    """The file is not taken; `code` says why, the product knows the sentence."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Output:
    """Writes frames."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def frame(self, name: str, content: bytes = b"", **more: Any) -> None:
        import json

        head = json.dumps({"frame": name, "size": len(content), **more}, separators=(",", ":"))
        self.stream.write(head.encode() + b"\n" + content)
        self.stream.flush()
