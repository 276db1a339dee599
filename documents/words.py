"""Words of a page that was a picture: so that they can be searched, marked and read out like printed ones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from documents.models import DocumentVersion

MOST_WORDS = 30_000
LONGEST = 200
LARGEST = 15_000.0  # points
SAME_LINE = 0.5  # of a word's height


def give(version: DocumentVersion, found: Mapping[int, Sequence[Sequence[Any]]]) -> int:
    """Gives pages without words those that were read from their picture; answers how many pages got some.

    `found` is by page number: `[left, top, right, bottom, word]` in points from the page's top left corner.
    Pages that have words of their own keep them, and what is no word with a place is left out.
    """
    pages = version.pages.filter(number__in=found).only("pk", "number", "words", "width", "height")
    changed = 0
    for page in pages:
        words = [word for word in found[page.number][:MOST_WORDS] if _is_word(word)]
        if len(words) <= len(page.words):
            continue
        page.words = [[*map(float, word[:4]), word[4][:LONGEST]] for word in words]
        page.text = _text(page.words)
        page.save(update_fields=["words", "text"])
        changed += 1
    return changed


def _is_word(word: Any) -> bool:
    return (
        isinstance(word, list | tuple) and len(word) == 5 and isinstance(word[4], str) and bool(word[4].strip())
        and all(type(edge) in (int, float) and math.isfinite(edge) and abs(edge) <= LARGEST for edge in word[:4])
    )  # fmt: skip


def _text(words: Sequence[Sequence[Any]]) -> str:
    """The words as lines, each as long as they stand beside each other."""
    lines: list[list[str]] = []
    middle = -math.inf
    for _left, top, _right, bottom, word in words:
        here = (top + bottom) / 2
        if not lines or abs(here - middle) > SAME_LINE * (bottom - top):
            lines.append([])
            middle = here
        lines[-1].append(word)
    return "\n".join(" ".join(line) for line in lines)
