"""Fillable fields, and boxes like them: which words printed above or beside each say what is entered in it."""

from __future__ import annotations

import re
from collections.abc import Callable

from reader.layout import Block, Cell, Line, Passage, Sheet, Table, Word, around
from reader.lines import passage_of


def _field_rows(fields: list[Cell]) -> list[list[Cell]]:
    """Fields grouped by the line they stand on, each left to right."""
    rows: list[list[Cell]] = []
    for entry in sorted(fields, key=lambda e: (e.box[1], e.box[0])):
        last = rows[-1][0].box if rows else None
        if last and min(last[3], entry.box[3]) - max(last[1], entry.box[1]) > 0.6 * min(
            last[3] - last[1], entry.box[3] - entry.box[1]
        ):
            rows[-1].append(entry)
        else:
            rows.append([entry])
    for row in rows:
        row.sort(key=lambda e: e.box[0])
    return rows


def under_heads(fields: list[Cell], tables: list[Table]) -> list[Cell]:
    """Give rows of fields to the table whose heading they stand under, column by column; the fields left over."""
    rest: list[Cell] = []
    for row in _field_rows(fields):
        table = next((t for t in tables if len(row) > 1 and _heads(t, row)), None)
        if table is None:
            rest += row
            continue
        head = table.rows[-1]
        cells = []
        for entry in row:
            above = max(head, key=lambda c: min(c.box[2], entry.box[2]) - max(c.box[0], entry.box[0]))
            cells.append(Cell(entry.box, entry.page, entry.text, column=above.column, span=above.span))
        table.rows.append(cells)
    return rest


def _heads(table: Table, row: list[Cell]) -> bool:
    """Whether each field of a row stands under a cell of its own at the foot of the table."""
    last = table.rows[-1]
    top, high = min(e.box[1] for e in row), max(e.box[3] - e.box[1] for e in row)
    if not -3 <= top - max(c.box[3] for c in last) <= max(8.0, 0.5 * high) or not len(row) <= len(last):
        return False
    under: list[int] = []
    for entry in row:
        middle = (entry.box[0] + entry.box[2]) / 2
        above = next((i for i, c in enumerate(last) if c.box[0] - 3 <= middle <= c.box[2] + 3), None)
        if above is None or above in under:
            return False
        under.append(above)
    return len(under) >= max(2, 0.6 * len(last))


def form_blocks(fields: list[Cell], lines: list[Line], sheet: Sheet) -> list[Block]:
    """Fields side by side become a small table under their labels; a field alone becomes a line of text.

    Labels used as headings of such tables are removed from ``lines``.
    """
    found: list[Block] = []
    for row in _field_rows(fields):
        beside = [_label_beside(entry, lines) for entry in row]
        heads = _heads_above(row, lines) if len(row) > 1 and not all(beside) else None
        if any(beside) and heads is None:
            for entry, label in zip(row, beside, strict=True):
                if label and entry.text:
                    line, number = label
                    line.pieces[number] = Passage.join([line.pieces[number], entry.text], " ")
                elif entry.text:
                    found.append(Line([entry.text], sheet.number, entry.box))
            continue
        if heads is not None:
            head = [
                Cell(around(word.box for word in words), sheet.number, passage_of(words), column=column)
                for column, words in enumerate(heads)
                if words
            ]
            body = [Cell(e.box, sheet.number, e.text, column=c) for c, e in enumerate(row)]
            found.append(Table([head, body], [e.box[0] for e in row], ruled=False))
            continue
        previous = found[-1] if found else None
        if len(row) > 1 and isinstance(previous, Table) and len(previous.rows[-1]) == len(row):
            previous.rows.append([Cell(e.box, sheet.number, e.text, column=c) for c, e in enumerate(row)])
            continue
        found += [Line([entry.text], sheet.number, entry.box) for entry in row if entry.text]
    for line in lines[:]:
        line.pieces = [piece for piece in line.pieces if piece.text]
        if not line.pieces:
            lines.remove(line)
    return found


def _heads_above(row: list[Cell], lines: list[Line]) -> list[list[Word]] | None:
    """The words printed just above each field of a row; they are taken out of ``lines``.

    None when fewer than six in ten of the fields have any.
    """
    heads: list[list[Word]] = [[] for _ in row]
    top = min(entry.box[1] for entry in row)
    used: list[Line] = []
    size = 0.0
    for line in sorted(lines, key=lambda line: -line.box[3]):  # the nearest first
        if not -4 <= top - line.box[3] < 16 or any(
            word.entry for piece in line.pieces for word in piece.words
        ):
            continue
        height = line.text.height
        if size and abs(height - size) > 0.15 * size:
            continue  # a title over the headings
        if used and line.text.bold != used[0].text.bold:
            continue  # a remark over the headings
        size = height
        words = [word for piece in line.pieces for word in piece.words]
        places = [
            next(
                (i for i, e in enumerate(row) if e.box[0] - 4 <= (w.box[0] + w.box[2]) / 2 <= e.box[2] + 4),
                None,
            )
            for w in words
        ]
        if not words or None in places:
            continue
        used.append(line)
        for word, place in zip(words, places, strict=True):
            if place is not None:
                heads[place].append(word)
    if sum(bool(words) for words in heads) < 0.6 * len(row) or len(row) < 2:
        return None
    for line in used:
        line.pieces = []
    return heads


def _label_beside(entry: Cell, lines: list[Line]) -> tuple[Line, int] | None:
    middle = (entry.box[1] + entry.box[3]) / 2
    best, nearest = None, 130.0
    for line in lines:
        if not line.box[1] - 2 <= middle <= line.box[3] + 2:
            continue
        for number, piece in enumerate(line.pieces):
            if not piece.text:
                continue
            gap = entry.box[0] - piece.words[-1].box[2]
            if -3 <= gap < nearest:
                best, nearest = (line, number), gap
    return best


def labelled_above(
    cell: Cell,
    inside: dict[int, list[Word]],
    index: int,
    outside: list[Word],
    is_label: Callable[[str], bool],
) -> bool:
    """Whether a box of its own holds what was typed under a label printed just above it, without a form field."""
    words = inside.get(index, [])
    left, top, right, bottom = cell.box
    if not words or bottom - top > 120 or any(word.bold for word in words):
        return False
    above = [
        word
        for word in outside
        if -2 <= top - word.box[3] < 8 and left - 4 <= (word.box[0] + word.box[2]) / 2 <= right + 4
    ]
    text = passage_of(above).flat.rstrip(" :")
    if not above or re.search(r"[☐☒]", text) or above[0].box[0] - left > 20:
        return False
    return is_label(text) and not any(is_label(line.flat) for line in passage_of(words).lines())
