"""Reading IEPs: the score with each layout's own wording withheld first, then the plain one, then the speed."""

from __future__ import annotations

from tests.reader.bench import main

__all__ = ["main"]
