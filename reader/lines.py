"""Words of a page grouped into printed rows, rows into pieces between wide gaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from reader.layout import EMPTY, TICKED, Line, Passage, Word, around


def rows_of(words: Iterable[Word]) -> list[list[Word]]:
    """Words grouped into printed rows, each left to right."""
    rows: list[list[Word]] = []
    tops: list[tuple[float, float]] = []
    for word in sorted(words, key=lambda w: (w.middle, w.box[0])):
        for index in range(len(rows) - 1, max(len(rows) - 4, -1), -1):
            top, bottom = tops[index]
            overlap = min(bottom, word.box[3]) - max(top, word.box[1])
            if overlap > 0.55 * min(bottom - top, word.height):
                rows[index].append(word)
                if word.height < 1.4 * (bottom - top):
                    tops[index] = ((top + word.box[1]) / 2, (bottom + word.box[3]) / 2)
                break
        else:
            rows.append([word])
            tops.append((word.box[1], word.box[3]))
    for row in rows:
        row.sort(key=lambda w: w.box[0])
    rows.sort(key=lambda row: sum(w.middle for w in row) / len(row))
    return rows


def _pieces(row: Sequence[Word]) -> list[Passage]:
    """Split a printed row at gaps wider than words of one phrase would have."""
    groups: list[list[Word]] = [[row[0]]]
    for before, word in pairwise(row):
        size = min(before.height, word.height, 14.0)
        if word.box[0] - before.box[2] > 1.35 * size and before.text not in (TICKED, EMPTY):
            groups.append([word])
        else:
            groups[-1].append(word)
    return [Passage.of(group) for group in groups]


def lines_of(words: Iterable[Word]) -> list[Line]:
    found = []
    for row in rows_of(words):
        pieces = _pieces(row)
        found.append(Line(pieces, row[0].page, around(word.box for word in row)))
    return found


def passage_of(words: Iterable[Word]) -> Passage:
    """Words of one cell as a passage, rows separated by newlines and wide gaps by tabs."""
    return Passage.join((Passage.join(_pieces(row), "\t") for row in rows_of(words)), "\n")
