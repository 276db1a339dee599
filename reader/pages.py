"""From words and rulings to structure: cells and tables, lines, columns of text, running heads, stitched pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from reader.fields import form_blocks, labelled_above, under_heads
from reader.layout import Block, Box, Cell, Line, Passage, Sheet, Table, Word, around, capitals
from reader.lines import lines_of, passage_of, rows_of

IsColumn = Callable[[str], bool]
Rule = tuple[float, float, float]  # position, from, to

RULES_AT_MOST = 1_200  # drawn lines of one direction on a page that is still taken for a form
STRIP = 9.0  # points; an empty row no higher holds no writing
JOIN = 3.0  # points within which drawn lines count as touching


def arrange(
    sheet: Sheet,
    is_column: IsColumn,
    is_list: IsColumn = lambda _text: False,
    may_head: IsColumn = lambda _text: False,
) -> None:
    """Fill ``sheet.blocks`` with the page's tables and lines in reading order.

    ``is_column`` says whether a string is a known column heading, which lets tables without rulings be found;
    ``is_list`` whether it heads a list, so that two of them beside each other are lists and not a table;
    ``may_head`` whether its words tell of a column where it is set as a heading.
    """
    tables = [table for table in _grids(sheet) if table.rows and not _frames_page(table, sheet)]
    cells: list[Cell] = []
    places: dict[int, range] = {}  # the cells of each table, by their number
    for table in tables:
        places[id(table)] = range(len(cells), len(cells) + sum(map(len, table.rows)))
        cells += table.cells()
    inside: dict[int, list[Word]] = {}
    outside: list[Word] = []
    order = sorted(range(len(cells)), key=lambda i: _area(cells[i].box))
    bands: dict[int, list[int]] = {}  # cells by 20-point bands of the page, smallest first
    for index in order:
        for band in range(int((cells[index].box[1] - 2) // 20), int((cells[index].box[3] + 2) // 20) + 1):
            bands.setdefault(band, []).append(index)

    def cell_at(x: float, y: float, slack: float) -> int | None:
        for index in bands.get(int(y // 20), ()):
            left, top, right, bottom = cells[index].box
            if left - slack <= x <= right + slack and top - slack <= y <= bottom + slack:
                return index
        return None

    for word in sheet.words:
        place = cell_at((word.box[0] + word.box[2]) / 2, word.middle, 1.0)
        if place is None:
            outside.append(word)
        else:
            inside.setdefault(place, []).append(word)
    loose_fields: list[Cell] = []
    entries: dict[int, list[Cell]] = {}
    for entry in sheet.fields:
        place = cell_at((entry.box[0] + entry.box[2]) / 2, (entry.box[1] + entry.box[3]) / 2, 2.0)
        if place is None:
            loose_fields.append(entry)
        else:
            entries.setdefault(place, []).append(entry)
    for table in tables[:]:
        own = places[id(table)]
        framed = all(index in entries and index not in inside for index in own)
        if framed:  # the fields' own frames: what they hold is told by the words above them
            loose_fields += [entry for index in own for entry in entries.pop(index)]
        elif (
            len(own) == 1
            and own[0] not in entries
            and labelled_above(cells[own[0]], inside, own[0], outside, is_column)
        ):
            typed = [word._replace(entry=True) for word in inside.pop(own[0])]
            loose_fields.append(Cell(cells[own[0]].box, sheet.number, passage_of(typed)))
        else:
            continue
        tables.remove(table)
    for index, cell in enumerate(cells):
        text = passage_of(inside.get(index, ()))
        filled = sorted(entries.get(index, ()), key=lambda e: (round(e.box[1] / 6), e.box[0]))
        cell.text = Passage.join([text, *(entry.text for entry in filled)], "\n")
    tables = [table for table in map(_tidied, tables) if table is not None]
    for table in tables:
        table.rows = [inner for row in table.rows for inner in _headed_inside(row, is_column)]

    lines = _captioned(lines_of(outside), sheet)
    lines = _side_by_side(_wrapped(lines), sheet, is_list)
    lines, unruled = _aligned(lines, sheet, is_column, loose_fields, may_head)
    loose_fields = under_heads(loose_fields, tables)
    form = form_blocks(loose_fields, lines, sheet)
    if any(isinstance(block, Line) for block in form):
        lines = _put_in(lines, [block for block in form if isinstance(block, Line)])
    tables += [*unruled, *(block for block in form if isinstance(block, Table))]
    sheet.blocks = _in_order(tables, _columns(lines, sheet))


def _headed_inside(row: list[Cell], is_column: IsColumn) -> list[list[Cell]]:
    """A row of one cell whose first line heads columns set by alignment alone, as two rows; else the row."""
    lines = row[0].text.lines() if len(row) == 1 else []
    if len(lines) < 2 or "\t" not in lines[0].text:
        return [row]
    head = lines[0].split("\t")
    known = [is_column(piece.flat) and not re.search(r"[☐☒:\d]", piece.text) for piece in head]
    if sum(known) < max(1, 0.5 * len(known)) or any(len(piece.flat.split()) > 5 for piece in head):
        return [row]
    smaller = lines[0].height < 0.93 * lines[1].height
    if not (all(known) or smaller or lines[0].bold != lines[1].bold):
        return [row]
    starts = [piece.words[0].box[0] for piece in head]
    columns: list[list[Word]] = [[] for _ in head]
    for line in lines[1:]:
        slot = 0
        for number, word in enumerate(line.words):
            apart = number == 0 or word.box[0] - line.words[number - 1].box[2] > 0.2 * word.height
            at = max((i for i, start in enumerate(starts) if start <= word.box[0] + 2), default=0)
            begins = abs(word.box[0] - starts[at]) < 3 or (
                number > 0 and word.box[0] - line.words[number - 1].box[2] > 1.35 * word.height
            )
            if number == 0 or (at > slot and apart and begins):
                slot = at
            columns[slot].append(word)
    if not all(columns) or any(
        words[-1].box[2] > starts[slot + 1] + 40 for slot, words in enumerate(columns[:-1])
    ):
        return [row]
    left, top, right, bottom = row[0].box
    middle = lines[0].words[0].box[3] + 1
    edges = [left, *(start - 3 for start in starts[1:]), right]

    def cells(texts: list[Passage], upper: float, lower: float) -> list[Cell]:
        return [
            Cell((edges[n], upper, edges[n + 1], lower), row[0].page, text, column=n)
            for n, text in enumerate(texts)
        ]

    return [cells(head, top, middle), cells([passage_of(words) for words in columns], middle, bottom)]


def _frames_page(table: Table, sheet: Sheet) -> bool:
    """Whether one cell goes around most of a page: a frame, not a box to write in."""
    if len(table.rows) != 1 or len(table.rows[0]) != 1:
        return False
    left, top, right, bottom = table.rows[0][0].box
    return bottom - top > 0.75 * sheet.height and right - left > 0.7 * sheet.width


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _in_order(tables: list[Table], lines: list[Line]) -> list[Block]:
    """Top to bottom; lines already put in column order keep it."""
    found: list[Block] = []
    for table in sorted(tables, key=lambda t: t.box[1]):
        top = table.box[1] + 2
        found += [line for line in lines if line.middle_y() < top]
        lines = [line for line in lines if line.middle_y() >= top]
        found.append(table)
    return [*found, *lines]


# ---------------------------------------------------------------- ruled tables


def _merged(rules: Iterable[Rule]) -> list[Rule]:
    """Join pieces of one drawn line."""
    found: list[list[float]] = []
    for position, start, end in sorted(rules):
        near = (
            other
            for other in reversed(found[-60:])
            if position - other[0] <= 2.0 and start <= other[2] + JOIN and end >= other[1] - JOIN
        )
        joined = next(near, None)
        if joined is None:
            found.append([position, start, end])
        else:
            joined[1], joined[2] = min(joined[1], start), max(joined[2], end)
    return [(position, start, end) for position, start, end in found]


def _grids(sheet: Sheet) -> list[Table]:
    across, down = _merged(sheet.across), _merged(sheet.down)
    if len(across) > RULES_AT_MOST or len(down) > RULES_AT_MOST:
        return []  # a drawing, not a form
    parent = list(range(len(across) + len(down)))

    def find(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for h, (y, left, right) in enumerate(across):
        for v, (x, top, bottom) in enumerate(down):
            if left - JOIN <= x <= right + JOIN and top - JOIN <= y <= bottom + JOIN:
                parent[find(h)] = find(len(across) + v)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for index in range(len(parent)):
        pair = groups.setdefault(find(index), ([], []))
        if index < len(across):
            pair[0].append(across[index])
        else:
            pair[1].append(down[index - len(across)])
    found = []
    for rows, columns in groups.values():
        if len(columns) >= 2 and rows:
            found.append(_grid(rows, columns, sheet.number))
    return found


def _clustered(values: Iterable[float]) -> list[float]:
    found: list[list[float]] = []
    for value in sorted(values):
        if found and value - found[-1][-1] <= JOIN:
            found[-1].append(value)
        else:
            found.append([value])
    return [sum(group) / len(group) for group in found]


def _grid(across: list[Rule], down: list[Rule], page: int) -> Table:
    """Cells of one connected set of rulings. Sides left open at a page's end are closed and remembered."""
    xs = _clustered(x for x, _, _ in down)
    ys = _clustered(y for y, _, _ in across)
    top, bottom = min(t for _, t, _ in down), max(b for _, _, b in down)
    opened_above = top < ys[0] - 5
    opened_below = bottom > ys[-1] + 5
    if opened_above:
        ys.insert(0, top)
    if opened_below:
        ys.append(bottom)
    columns, rows = len(xs) - 1, len(ys) - 1
    if columns < 1 or rows < 1 or columns > 40 or rows > 400:
        return Table([])
    parent = list(range(columns * rows))

    def find(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    def wall(x: float, y: float) -> bool:
        return any(abs(line[0] - x) <= JOIN and line[1] - 1 <= y <= line[2] + 1 for line in down)

    def floor(y: float, x: float) -> bool:
        return any(abs(line[0] - y) <= JOIN and line[1] - 1 <= x <= line[2] + 1 for line in across)

    for row in range(rows):
        for column in range(columns):
            here = row * columns + column
            x, y = (xs[column] + xs[column + 1]) / 2, (ys[row] + ys[row + 1]) / 2
            if column + 1 < columns and not wall(xs[column + 1], y):
                parent[find(here)] = find(here + 1)
            if row + 1 < rows and not floor(ys[row + 1], x):
                parent[find(here)] = find(here + columns)
    squares: dict[int, list[tuple[int, int]]] = {}
    for row in range(rows):
        for column in range(columns):
            squares.setdefault(find(row * columns + column), []).append((row, column))
    cells: dict[int, list[Cell]] = {}
    for group in squares.values():
        r0, r1 = min(r for r, _ in group), max(r for r, _ in group)
        c0, c1 = min(c for _, c in group), max(c for _, c in group)
        if len(group) != (r1 - r0 + 1) * (c1 - c0 + 1):
            continue  # the outside leaking in, or a drawing
        if c0 == 0 and not any(wall(xs[0], (ys[r] + ys[r + 1]) / 2) for r in range(r0, r1 + 1)):
            continue
        if c1 == columns - 1 and not any(wall(xs[-1], (ys[r] + ys[r + 1]) / 2) for r in range(r0, r1 + 1)):
            continue
        cells.setdefault(r0, []).append(
            Cell(
                (xs[c0], ys[r0], xs[c1 + 1], ys[r1 + 1]),
                page,
                column=c0,
                span=c1 - c0 + 1,
                open_above=opened_above and r0 == 0,
                open_below=opened_below and r1 == rows - 1,
            )
        )
    return Table([sorted(cells[row], key=lambda cell: cell.column) for row in sorted(cells)], xs)


def _tidied(table: Table) -> Table | None:
    """Without empty rows at the ends; none when nothing is written in it or it is one frame around text."""
    rows = [
        row
        for row in table.rows
        if any(cell.text for cell in row) or (len(row) > 1 and row[0].box[3] - row[0].box[1] > STRIP)
    ]
    if not any(cell.text for row in rows for cell in row):
        return None
    if rows and rows[0] and len(rows[0]) > 1 and not any(cell.text for cell in rows[0]):
        rows = rows[1:]
    last = max((cell.column for row in rows for cell in row), default=0)
    if last > 1 and all(not cell.text for row in rows for cell in row if cell.column == last):
        rows = [[cell for cell in row if cell.column != last or len(row) == 1] for row in rows]
    return Table(rows, table.edges, table.ruled)


# ---------------------------------------------------------------- tables without rulings


def _aligned(
    lines: list[Line], sheet: Sheet, is_column: IsColumn, fields: list[Cell], may_head: IsColumn
) -> tuple[list[Line], list[Table]]:
    """Find tables set by alignment alone: a row of known column headings, then rows under them.

    A line with form ``fields`` to be filled beside its words heads nothing.
    """
    rest: list[Line] = []
    tables: list[Table] = []
    index = 0

    def heads(line: Line) -> bool:
        known = [is_column(piece.flat) and not re.search(r"[☐☒:]", piece.text) for piece in line.pieces]
        if len(known) > 1 and any(
            entry.box[1] - 2 <= line.middle_y() <= entry.box[3] + 2 and entry.box[0] > line.box[0]
            for entry in fields
        ):
            return False
        filled = [piece for piece in line.pieces if any(_just_under(entry, piece, line) for entry in fields)]
        if len(filled) >= max(2, 0.6 * len(line.pieces)):
            return False  # each names the field under it
        if len(known) > 2 and any(known) and (line.text.bold or capitals(line.text.text)):
            known = [a or may_head(piece.flat) for a, piece in zip(known, line.pieces, strict=True)]
            return sum(known) >= 0.75 * len(known)
        return len(known) >= 2 and sum(known) >= max(2, 0.6 * len(known))

    while index < len(lines):
        line, used = _whole_heading(lines, index)
        if not heads(line):
            line, used = lines[index], 1
        if not heads(line):
            rest.append(line)
            index += 1
            continue
        starts = [piece.words[0].box[0] for piece in line.pieces]
        edges = [starts[0] - 4, *(start - 4 for start in starts[1:]), sheet.width]
        index += used
        run: list[tuple[Line, dict[int, Passage]]] = []  # the lines under the heading and their columns
        last = line
        while index < len(lines):
            here = lines[index]
            slots = _slots(here, edges)
            gap, height = here.box[1] - last.box[3], here.box[3] - here.box[1]
            if slots is None or gap > 2.6 * height or heads(here):
                break
            if run and list(slots) == [0] and (here.pieces[0].bold or gap > 1.2 * height):
                break
            run.append((here, slots))
            last = here
            index += 1
        if not run:
            rest.append(line)
            continue
        rows = [[_cell_at(piece, i, edges, line) for i, piece in enumerate(line.pieces)]]
        rows += _rows_of_run(
            run, edges, [y for y, a, b in sheet.across if a <= starts[0] + 20 and b > starts[0]]
        )
        tables.append(Table(rows, edges, ruled=False))
    return rest, tables


def _whole_heading(lines: list[Line], index: int) -> tuple[Line, int]:
    """A line of headings with the lines on which some of them go on, each under its beginning and set like it."""
    line, used = lines[index], 1
    if len(line.pieces) < 2 or not (line.text.bold or capitals(line.text.text)):
        return line, used
    starts = [piece.words[0].box[0] for piece in line.pieces]
    pieces = list(line.pieces)
    while index + used < len(lines) and used < 4:
        above, here = lines[index + used - 1], lines[index + used]
        alike = here.text.bold == line.text.bold and capitals(here.text.text) == capitals(line.text.text)
        places = [
            next((n for n, start in enumerate(starts) if abs(piece.words[0].box[0] - start) < 3), None)
            for piece in here.pieces
        ]
        if (
            not alike
            or None in places
            or len(here.pieces) >= len(starts)
            or here.box[1] - above.box[3] > 0.5 * line.text.height
            or re.search(r"[\d☐☒:]", here.text.text)
        ):
            break
        for place, piece in zip(places, here.pieces, strict=True):
            assert place is not None
            pieces[place] = Passage.join([pieces[place], piece], " ")
        used += 1
    if used == 1:
        return line, used
    return Line(pieces, line.page, around(lines[n].box for n in range(index, index + used))), used


def _just_under(entry: Cell, piece: Passage, line: Line) -> bool:
    """Whether a field stands close under a piece of a line."""
    left, top, right, _ = entry.box
    return -4 <= top - line.box[3] < 16 and left - 4 <= piece.words[0].box[0] <= right


def _rows_of_run(
    run: list[tuple[Line, dict[int, Passage]]], edges: list[float], rules: list[float]
) -> list[list[Cell]]:
    """Rows of a table without cells: a line that fills few columns close under another goes on with it."""
    gaps = [below.box[1] - above.box[3] for (above, _), (below, _) in pairwise(run)]
    close = 1.35 * max(min(gaps), 0.0) + 1.0 if gaps and max(gaps) > 1.5 * max(min(gaps), 0.5) else -1.0
    rows: list[list[Cell]] = []
    for number, (here, slots) in enumerate(run):
        gap = gaps[number - 1] if number else 0.0
        ruled = number > 0 and any(run[number - 1][0].middle_y() < y < here.middle_y() for y in rules)
        partial = len(slots) < len(edges) - 1
        if (
            rows
            and not ruled
            and (
                (0 not in slots and gap < 0.9 * here.pieces[0].height)
                or (partial and gap <= close)
                or (list(slots) == [0] and gap < 0.9 * here.pieces[0].height and _goes_on_below(rows[-1]))
            )
        ):
            for slot, piece in slots.items():
                cell = next((c for c in rows[-1] if c.column == slot), None)
                if cell is None:
                    rows[-1].append(_cell_at(piece, slot, edges, here))
                else:
                    cell.text = Passage.join([cell.text, piece], "\n")
                    cell.box = around((cell.box, here.box))
        else:
            rows.append([_cell_at(piece, slot, edges, here) for slot, piece in sorted(slots.items())])
    return rows


def _goes_on_below(row: list[Cell]) -> bool:
    """Whether the first cell of a row is a sentence that has not ended."""
    text = row[0].text.flat if row and row[0].column == 0 else ""
    return len(text.split()) >= 6 and text[-1:] not in ".!?:;"


def _cell_at(piece: Passage, slot: int, edges: list[float], line: Line) -> Cell:
    return Cell((edges[slot], line.box[1], edges[slot + 1], line.box[3]), line.page, piece, column=slot)


def _cut_at(piece: Passage, edges: list[float]) -> list[Passage]:
    """A piece cut before the words that begin where a column does, for columns set closer than words far apart."""
    cuts = [0]
    for number, (before, word) in enumerate(pairwise(piece.words), start=1):
        starts_column = any(-1.0 <= word.box[0] - edge - 4 <= 2.5 for edge in edges[1:-1])
        if starts_column and word.box[0] - before.box[2] > 0.75 * word.height:
            cuts.append(number)
    bounds = [*cuts, len(piece.words)]
    return [Passage.of(piece.words[a:b]) for a, b in pairwise(bounds)] if len(cuts) > 1 else [piece]


def _slots(line: Line, edges: list[float]) -> dict[int, Passage] | None:
    """Which column each piece of the line stands in; none when a piece crosses columns."""
    found: dict[int, Passage] = {}
    for piece in [part for whole in line.pieces for part in _cut_at(whole, edges)]:
        left, right = piece.words[0].box[0], piece.words[-1].box[2]
        slot = max((i for i in range(len(edges) - 1) if edges[i] <= left + 3), default=None)
        if slot is None or slot in found:
            return None
        if right > edges[slot + 1] + 6 and slot + 2 < len(edges):
            return None
        found[slot] = piece
    return found


# ---------------------------------------------------------------- columns of running text


CAPTION = 0.85  # of the value's type size; a name printed beneath a value is set smaller


def _captioned(lines: list[Line], sheet: Sheet) -> list[Line]:
    """Lines where values stand on a drawn line with their names small beneath it, as "name: value"."""
    found: list[Line] = []
    for line in lines:
        above = found[-1] if found else None
        joined = _under(above, line, sheet) if above is not None else None
        if joined is None or above is None:
            found.append(line)
            continue
        found[-1] = joined
        begun = _begun_above(found[-2], above, line, sheet) if len(found) > 1 else None
        if begun is not None:
            for index, words in begun.items():
                cut = joined.pieces[index].text.find(": ") + 2
                joined.pieces[index] = Passage.join(
                    [joined.pieces[index].cut(0, cut), words, joined.pieces[index].cut(cut)], " "
                )
            del found[-2]
    return found


def _begun_above(before: Line, above: Line, names: Line, sheet: Sheet) -> dict[int, Passage] | None:
    """The pieces of a line with which values begin that go on below it, by the index of their names."""
    gap = above.box[1] - before.box[3]
    if gap > 0.6 * (above.box[3] - above.box[1]) or len(before.pieces) >= len(above.pieces):
        return None
    if any(before.middle_y() < y < above.middle_y() for y, _, _ in sheet.across):
        return None
    found: dict[int, Passage] = {}
    for piece in before.pieces:
        left = piece.words[0].box[0]
        index = next((n for n, name in enumerate(names.pieces) if abs(name.words[0].box[0] - left) < 3), None)
        if (
            index is None
            or ":" in piece.text
            or piece.bold
            or _explains(piece.flat)
            or not any(abs(value.words[0].box[0] - left) < 3 for value in above.pieces)
        ):
            return None
        found[index] = piece
    return found


def _under(above: Line, line: Line, sheet: Sheet) -> Line | None:
    """The two lines as one when the lower names the values of the upper, else None."""
    gap = line.box[1] - above.box[3]
    small = max(word.height for piece in line.pieces for word in piece.words)
    large = max(word.height for piece in above.pieces for word in piece.words)
    if not -2 <= gap <= large or small > CAPTION * large:
        return None
    beside = _remarks(above, line) if len(line.pieces) < len(above.pieces) else []
    if beside is None:
        return None
    if above.text.bold or capitals(above.text.text) or any(_explains(p.flat) for p in line.pieces):
        return None  # a heading with a line under it, and what is to be written there
    taken: dict[int, Passage] = {}
    for index, piece in enumerate(line.pieces):
        start = piece.words[0].box[0]
        ruled = any(
            above.middle_y() < y < line.middle_y() and left <= start + 6 and right > start + 6
            for y, left, right in sheet.across
        )
        if not ruled or re.search(r"\d{2}", piece.text):
            return None
        value = [v for v in above.pieces if abs(v.words[0].box[0] - start) < 12]
        if value:
            taken[index] = value[0]
    if len(taken) + len(beside) != len(above.pieces):
        return None
    pieces = [
        Passage.join([piece, taken[index]] if index in taken else [piece], ": ")
        for index, piece in enumerate(line.pieces)
    ]
    pieces = sorted([*pieces, *beside], key=lambda piece: piece.words[0].box[0])
    return Line(pieces, line.page, around([above.box, line.box]))


def _remarks(above: Line, line: Line) -> list[Passage] | None:
    """The pieces of a line of values that no name under it names, each printed in bold beside a value; none if one is not."""
    found = [
        piece
        for piece in above.pieces
        if not any(abs(name.words[0].box[0] - piece.words[0].box[0]) < 12 for name in line.pieces)
    ]
    return found if found and all(piece.bold for piece in found) else None


def _explains(text: str) -> bool:
    """Whether small print is a remark rather than a name: a sentence, or longer than a label would be."""
    return len(text.split()) > 9 or text.rstrip().endswith((".", ";", ":"))


def _put_in(lines: list[Line], more: list[Line]) -> list[Line]:
    """Further lines among lines already in reading order, each before the first that stands lower."""
    found = list(lines)
    for line in sorted(more, key=lambda line: (line.middle_y(), line.box[0])):
        key = (line.middle_y(), line.box[0])
        at = next((i for i, other in enumerate(found) if (other.middle_y(), other.box[0]) > key), len(found))
        found.insert(at, line)
    return found


def _wrapped(lines: list[Line]) -> list[Line]:
    """Entries set beside each other ("School: Loon Lake | Grade: 2"), what goes on below put back to its entry."""
    found: list[Line] = []
    for line in lines:
        above = found[-1] if found else None
        places = _goes_on(above, line) if above is not None else None
        if above is None or places is None:
            found.append(line)
            continue
        pieces = list(above.pieces)
        for place, piece in zip(places, line.pieces, strict=True):
            pieces[place] = Passage.join([pieces[place], piece], " ")
        found[-1] = Line(pieces, above.page, around([above.box, line.box]))
    return found


def _goes_on(above: Line, line: Line) -> list[int] | None:
    """Which entries of the line above the pieces of a line go on with; None when it is a line of its own."""
    labelled = [bool(_LABELLED.match(piece.text)) for piece in above.pieces]
    if len(labelled) < 2 or sum(labelled) < max(2, 0.6 * len(labelled)):
        return None
    if line.box[1] - above.box[3] > 0.9 * (line.box[3] - line.box[1]) or len(line.pieces) > len(above.pieces):
        return None
    if any(re.search(r"[:☐☒•]", piece.text) or piece.bold != above.pieces[0].bold for piece in line.pieces):
        return None
    places = []
    for piece in line.pieces:
        left = piece.words[0].box[0]
        place = next(
            (i for i, p in enumerate(above.pieces) if labelled[i] and abs(p.words[0].box[0] - left) < 4), None
        )
        if place is None or place in places:
            return None
        places.append(place)
    return places


_BULLETED = re.compile(r"^\W*[•·▪‣●○◦*–-]\s")
_BOXED = re.compile(r"^\W*[☐☒]")
_LABELLED = re.compile(r"^[A-ZÁÉÍÓÚ][^:]{1,60}:")


def _side_by_side(lines: list[Line], sheet: Sheet, is_list: IsColumn) -> list[Line]:
    """Two lists or blocks of labels under bold headings beside each other, one after the other."""
    found: list[Line] = []
    index = 0
    while index < len(lines):
        band = _band(lines, index, sheet, is_list) if len(lines[index].pieces) == 2 else None
        if band is None and (stepped := _stepped_heads(lines, index)) is not None:
            band = _band([stepped, *lines[index + 2 :]], 0, sheet, is_list)
            band = (band[0] + 1, *band[1:]) if band is not None else None
        if band is None:
            found.append(lines[index])
            index += 1
            continue
        used, left, right = band
        found += [*left, *right]
        index += used
    return found


def _stepped_heads(lines: list[Line], index: int) -> Line | None:
    """Two bold headings beside each other, the right one a little lower, as one line of both."""
    if index + 1 >= len(lines):
        return None
    left, right = lines[index], lines[index + 1]
    if (
        len(left.pieces) == len(right.pieces) == 1
        and left.text.bold
        and right.text.bold
        and right.box[0] > left.box[2] + left.text.height
        and right.box[1] < left.box[3] - 0.2 * left.text.height
    ):
        return Line([*left.pieces, *right.pieces], left.page, around([left.box, right.box]))
    return None


def _band(
    lines: list[Line], index: int, sheet: Sheet, is_list: IsColumn
) -> tuple[int, list[Line], list[Line]] | None:
    """(lines used, those of the left, those of the right) of two columns whose headings stand at ``index``."""
    heads = lines[index].pieces
    if not all(
        (head.bold or capitals(head.text))
        and len(head.flat.split()) <= 9
        and not re.search(r"[☐☒]|:\s*\S", head.text)
        for head in heads
    ):
        return None
    gutter = heads[1].words[0].box[0] - 3
    end = index + 1
    while end < len(lines):
        above, here = lines[end - 1], lines[end]
        words = [word for piece in here.pieces for word in piece.words]
        crossed = any(word.box[0] < gutter - 1 and word.box[2] > gutter + 1 for word in words)
        ruled = any(
            above.middle_y() < y < here.middle_y() and a < gutter - 40 and b > gutter + 40
            for y, a, b in sheet.across
        )
        if crossed or ruled or here.box[1] - above.box[3] > 2.2 * (here.box[3] - here.box[1]):
            break
        if (
            len(here.pieces) == 1
            and here.pieces[0].bold
            and here.box[2] < gutter
            and capitals(here.text.text)
        ):
            break  # the next heading of the page
        end += 1
    words = [word for line in lines[index:end] for piece in line.pieces for word in piece.words]
    left = lines_of(word for word in words if word.box[2] <= gutter + 1)
    right = lines_of(word for word in words if word.box[2] > gutter + 1)
    if end - index < 3 or len(left) < 2 or len(right) < 2:
        return None
    boxed = [sum(bool(_BOXED.match(line.text.text)) for line in half) for half in (left, right)]
    bullets = [sum(bool(_BULLETED.match(line.text.text)) for line in half) for half in (left, right)]
    labels = [sum(bool(_LABELLED.match(line.text.text)) for line in half) for half in (left, right)]
    lists = all(is_list(head.flat) for head in heads)
    beside = max(boxed) > 2 and (min(boxed) > 2 or labels[boxed[0] > boxed[1]] > 2)  # choices beside labels
    if not lists and not beside and max(bullets) < 2 and (min(labels) < 1 or sum(labels) < 4):
        return None
    return end - index, left, right


def _columns(lines: list[Line], sheet: Sheet) -> list[Line]:
    """Put text set in two columns of prose into reading order."""
    edge = 0.06 * sheet.height
    body = [line for line in lines if line.box[1] > edge and line.box[3] < sheet.height - edge]
    words = [word for line in body for piece in line.pieces for word in piece.words if not word.entry]
    if len(words) < 120:
        return lines
    left, right = min(w.box[0] for w in words), max(w.box[2] for w in words)
    best: tuple[float, float, float, float] | None = None
    for step in range(30, 71, 2):
        x = left + (right - left) * step / 100
        crossing = sorted(w.middle for w in words if w.box[0] < x + 2 and w.box[2] > x - 2)
        stops = [min(w.box[1] for w in words) - 1, *crossing, max(w.box[3] for w in words) + 1]
        for start, end in pairwise(stops):
            if end - start > (best[0] if best else 140):
                best = (end - start, x, start, end)
    if best is None:
        return lines
    _, x, start, end = best
    start, end = start + 2, end - 2  # a box stands a little off the middle of the words on its line
    band = [w for w in words if start < w.middle < end]
    halves = [[w for w in band if w.box[2] <= x + 2], [w for w in band if w.box[0] >= x - 2]]
    for half in halves:
        rows = rows_of(half)
        if len(half) < 30 or len(half) / max(len(rows), 1) < 4.5:
            return lines
    start, end = max(start, edge), min(end, sheet.height - edge)
    before = [line for line in lines if line.middle_y() <= start]
    after = [line for line in lines if line.middle_y() >= end]
    return [*before, *lines_of(halves[0]), *lines_of(halves[1]), *after]


# ---------------------------------------------------------------- whole document

_PAGE_NUMBER = re.compile(r"^(page|página|pg\.?|p\.)?\s*\d{1,3}\s*((of|de|/)\s*\d{1,3})?$", re.I)


def alike(a: str, b: str, least: float = 0.86) -> bool:
    """Whether two strings are nearly one; quick to say no."""
    if a == b:
        return True
    a, b = a[:400], b[:400]
    if 2 * min(len(a), len(b)) <= least * (len(a) + len(b)):
        return False
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return matcher.quick_ratio() > least and matcher.ratio() > least


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", re.sub(r"[^a-z0-9]+", "", text.lower()))


def drop_running_heads(sheets: Sequence[Sheet]) -> None:
    """Move lines that repeat at the top or bottom of most pages to ``sheet.running``."""
    if len(sheets) < 2:
        return
    edges: list[list[tuple[Block, str]]] = []
    for sheet in sheets:
        found: list[tuple[Block, str]] = []
        for block in (*sheet.blocks[:4], *sheet.blocks[-4:]):
            top, bottom = block.box[1], block.box[3]
            if bottom > 0.13 * sheet.height and top < 0.87 * sheet.height:
                continue
            if isinstance(block, Table) and len(block.rows) > 2:
                continue
            if not any(block is other for other, _ in found):
                found.append((block, _shape(_text_of(block))))
        edges.append(found)
    shapes: list[tuple[str, set[int]]] = []
    for number, found in enumerate(edges):
        for _, shape in found:
            for other, pages in shapes:
                if alike(shape, other):
                    pages.add(number)
                    break
            else:
                shapes.append((shape, {number}))
    common = [shape for shape, pages in shapes if len(pages) >= max(2, 0.5 * len(sheets)) and shape]
    for sheet, found in zip(sheets, edges, strict=True):
        for block, shape in found:
            repeats = any(alike(shape, other) for other in common)
            if repeats or _PAGE_NUMBER.match(_text_of(block)):
                sheet.blocks = [other for other in sheet.blocks if other is not block]
                if isinstance(block, Line):
                    sheet.running.append(block.text)
                else:
                    sheet.running += [cell.text for cell in block.cells() if cell.text]


def _text_of(block: Block) -> str:
    if isinstance(block, Line):
        return block.text.flat
    return " ".join(cell.text.flat for cell in block.cells())


def stitch(sheets: Sequence[Sheet]) -> list[Block]:
    """All blocks in order, tables that run over a page end joined into one."""
    flow: list[Block] = []
    for sheet in sheets:
        for position, block in enumerate(sheet.blocks):
            previous = flow[-1] if flow else None
            tables = isinstance(block, Table) and isinstance(previous, Table)
            if position == 0 and tables and _continues(previous, block):  # type: ignore[arg-type]
                _append(previous, block)  # type: ignore[arg-type]
            else:
                flow.append(block)
    return flow


def _continues(table: Table, following: Table) -> bool:
    if same_row(table.rows[0], following.rows[0]):
        return True
    if table.columns != following.columns:
        return False
    if len(table.edges) != len(following.edges) or not table.edges:
        return False
    shift = following.edges[0] - table.edges[0]
    near = all(abs(a + shift - b) <= 8 for a, b in zip(table.edges, following.edges, strict=True))
    return near and abs(shift) < 40


def same_row(row: list[Cell], other: list[Cell]) -> bool:
    mine, theirs = (_shape("".join(c.text.text for c in cells)) for cells in (row, other))
    if not mine or not theirs or len(row) != len(other):
        return False
    return alike(mine, theirs, 0.9)


def _append(table: Table, following: Table) -> None:
    rows = following.rows
    repeated = 0
    while repeated < min(len(rows), len(table.rows), 3) and same_row(table.rows[repeated], rows[repeated]):
        repeated += 1
    rows = rows[repeated:]
    if not repeated and rows and _swallowed_head(table.rows[0], rows[0]):
        repeated = 1
    last = table.rows[-1] if table.rows else []
    if rows and len(table.rows) > repeated and _cut(last, rows[0], repeated > 0):
        for cell in rows[0]:
            match = next((c for c in last if c.column == cell.column), None)
            if match is None:
                last.append(cell)
            else:
                match.text = Passage.join([match.text, cell.text], "\n")
        rows = rows[1:]
    table.rows += rows


def _swallowed_head(head: list[Cell], row: list[Cell]) -> bool:
    """A repeated heading drawn without a line below it, in one cell with the rest of a cut row: cut it off."""
    if len(head) != len(row) or len(head) < 2:
        return False
    titles = [_shape(cell.text.text) for cell in head]
    if not all(titles) or not all(
        _shape(c.text.text).startswith(t) for c, t in zip(row, titles, strict=True)
    ):
        return False
    for cell, title in zip(row, titles, strict=True):
        end = 0
        while end < len(cell.text) and _shape(cell.text.text[:end]) != title:
            end += 1
        cell.text = cell.text.cut(end)
        cell.open_above = True
    return True


def _cut(row: list[Cell], following: list[Cell], repeated_head: bool) -> bool:
    """Whether ``following`` is the rest of ``row``, which the page's end cut in two."""
    written = [cell for cell in following if cell.text]
    if any(cell.open_below for cell in row) or any(cell.open_above for cell in following):
        return len(row) > 1 or len(following) == 1
    if len(row) != len(following) or not written:
        return False
    first = following[0].text.flat
    if not first:
        return True
    above = {cell.column: cell.text.flat for cell in row}
    if repeated_head and any(
        re.match(r"[a-z]{2,}", cell.text.text)
        and re.search(r"[\w,-]$", above.get(cell.column, ""))
        and len(above[cell.column].split()) > 4
        for cell in written[1:]
    ):
        return True  # a sentence in one of its columns goes on
    before = row[0].text.flat
    return (
        first[:1].islower() and not before.endswith((".", "!", "?", ":")) and (repeated_head or bool(before))
    )
