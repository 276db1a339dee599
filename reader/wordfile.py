"""Word documents: blocks in order, laid out on plain pages of the reader's own.

A .docx has no pages until a program sets it, so the reader sets the words itself, in lines of a fixed width on
pages of US Letter size; the boxes are those of this layout (``PageInfo.source == "laid_out"``).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from reader.errors import TooLarge, Unreadable
from reader.layout import EMPTY, TICKED, Cell, Passage, Sheet, Table, Word
from reader.pdf import EMPTY_GLYPHS, TICKED_GLYPHS, bracketed

WIDTH, HEIGHT, MARGIN = 612.0, 792.0, 36.0
LETTER, LEADING = 4.9, 12.0  # points a letter and a line take in the reader's own layout
UNPACKED_AT_MOST = 200_000_000


class _Setter:
    """Sets words line by line on growing pages."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = [Sheet(1, WIDTH, HEIGHT)]
        self.y = MARGIN

    @property
    def sheet(self) -> Sheet:
        return self.sheets[-1]

    def new_page(self) -> None:
        self.sheets.append(Sheet(len(self.sheets) + 1, WIDTH, HEIGHT))
        self.y = MARGIN

    def room(self, height: float) -> None:
        if self.y + height > HEIGHT - MARGIN and self.y > MARGIN:
            self.new_page()

    def rows(self, runs: list[tuple[str, bool]], left: float, right: float, top: float) -> list[list[Word]]:
        """Words of runs in lines between ``left`` and ``right``; newlines and wide blanks are kept."""
        lines: list[list[Word]] = [[]]
        x = left
        for text, bold in runs:
            for piece in re.findall(r"\n|\t| {3,}|\S+| ", text):
                if piece == "\n":
                    lines.append([])
                    x = left
                elif not piece.strip():
                    x += 28 if len(piece) > 2 or piece == "\t" else LETTER * 0.6
                else:
                    width = LETTER * len(piece)
                    if x + width > right and lines[-1]:
                        lines.append([])
                        x = left
                    y = top + LEADING * (len(lines) - 1)
                    box = (x, y, x + width, y + LEADING - 2)
                    before = lines[-1][-1] if lines[-1] else None
                    if (
                        before is not None
                        and before.box[2] >= x - 0.1
                        and before.bold == bold
                        and piece not in (TICKED, EMPTY)
                        and before.text not in (TICKED, EMPTY)
                    ):
                        joined = Word(
                            before.text + piece,
                            before.page,
                            (before.box[0], before.box[1], x + width, before.box[3]),
                            bold,
                        )
                        lines[-1][-1] = joined
                    else:
                        lines[-1].append(Word(piece, self.sheet.number, box, bold))
                    x += width
        return [line for line in lines if line]

    def paragraph(self, runs: list[tuple[str, bool]]) -> None:
        lines = self.rows(runs, MARGIN, WIDTH - MARGIN, self.y)
        if not lines:
            self.y += LEADING / 2
            return
        self.room(LEADING * len(lines))
        lines = self.rows(runs, MARGIN, WIDTH - MARGIN, self.y)
        from reader.pages import lines_of

        for line in lines:
            self.sheet.blocks += lines_of(bracketed(line))
        self.y += LEADING * len(lines) + 4

    def table(self, grid: list[list[tuple[int, int, list[tuple[str, bool]]]]], columns: int) -> None:
        """``grid``: rows of (column, span, runs)."""
        from reader.pages import passage_of

        width = (WIDTH - 2 * MARGIN) / max(columns, 1)
        edges = [MARGIN + width * i for i in range(columns + 1)]
        rows: list[list[Cell]] = []
        for row in grid:
            heights = [
                len(self.rows(runs, edges[column] + 3, edges[min(column + span, columns)] - 3, 0))
                for column, span, runs in row
            ]
            height = LEADING * max([1, *heights]) + 4
            self.room(height)
            cells = []
            for column, span, runs in row:
                left, right = edges[column], edges[min(column + span, columns)]
                words = [
                    word
                    for line in self.rows(runs, left + 3, right - 3, self.y + 2)
                    for word in bracketed(line)
                ]
                box = (left, self.y, right, self.y + height)
                cells.append(Cell(box, self.sheet.number, passage_of(words), column=column, span=span))
            rows.append(cells)
            self.y += height
        self.y += 6
        if any(cell.text for row in rows for cell in row):
            self.sheets[rows[0][0].page - 1].blocks.append(Table(rows, edges))


def sheets_of(data: bytes) -> list[Sheet]:
    """The pages of a .docx as set by the reader, their blocks in order.

    Raises :class:`Unreadable` for a damaged file and :class:`TooLarge` for one that unpacks to too much.
    """
    import docx

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(item.file_size for item in packed.infolist()) > UNPACKED_AT_MOST:
                raise TooLarge(
                    "This Word document is too large to be read. Please save it as a PDF and send that."
                )
        document = docx.Document(io.BytesIO(data))
        setter = _Setter()
        for head in _running(document):
            setter.sheets[0].running.append(head)
        for item in document.iter_inner_content():
            if hasattr(item, "rows"):
                grid, columns = _grid(item)
                if grid:
                    setter.table(grid, columns)
            else:
                if "w:br" in item._p.xml and 'w:type="page"' in item._p.xml and setter.y > MARGIN:
                    setter.new_page()
                setter.paragraph(list(_runs(item)))
    except TooLarge:
        raise
    except Exception as error:  # python-docx raises many kinds on damaged files
        raise Unreadable(
            "This Word document is damaged and could not be opened. Please save it again, or send it as a PDF."
        ) from error
    return setter.sheets


def _running(document: Any) -> Iterator[Passage]:
    seen: set[str] = set()
    for section in document.sections:
        for part in (section.header, section.footer):
            for paragraph in part.paragraphs:
                text = paragraph.text
                if text.strip() and text not in seen:
                    seen.add(text)
                    pieces = [p for p in re.split(r"\t| {3,}", text) if p.strip()]
                    yield Passage.join(
                        (
                            Passage.of(Word(w, 1, (MARGIN, 12.0, WIDTH - MARGIN, 24.0)) for w in p.split())
                            for p in pieces
                        ),
                        "\t",
                    )


def _runs(paragraph: Any) -> Iterator[tuple[str, bool]]:
    """Text with its weight; content controls and check boxes included."""
    style_bold = bool(getattr(getattr(paragraph.style, "font", None), "bold", False))
    if (paragraph._p.pPr is not None and paragraph._p.pPr.numPr is not None) or "List Bullet" in (
        paragraph.style.name or ""
    ):
        yield "• ", False
    word = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    w14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
    for element in paragraph._p.iter():
        tag = element.tag
        if tag == f"{w14}checked" or tag == f"{word}checked":
            value = element.get(f"{w14}val") or element.get(f"{word}val") or "1"
            if tag == f"{word}checked":
                yield (TICKED if value in ("1", "true") else EMPTY) + " ", False
        elif tag == f"{word}sym":
            code = int(element.get(f"{word}char") or "0", 16)
            glyph = chr(code)
            low = chr(code | 0xF000) if code < 0x100 else glyph
            if glyph in TICKED_GLYPHS or low in TICKED_GLYPHS:
                yield TICKED + " ", False
            elif glyph in EMPTY_GLYPHS or low in EMPTY_GLYPHS:
                yield EMPTY + " ", False
        elif tag == f"{word}t":
            run = element.getparent()
            mark = run.find(f"{word}rPr/{word}b") if run is not None else None
            bold = style_bold if mark is None else mark.get(f"{word}val") not in ("0", "false")
            text = element.text or ""
            for glyph in TICKED_GLYPHS:
                if glyph in text:
                    text = text.replace(glyph, f"{TICKED} ")
            for glyph in EMPTY_GLYPHS:
                if glyph in text:
                    text = text.replace(glyph, f"{EMPTY} ")
            yield text, bold
        elif tag in (f"{word}tab",) and element.getparent().tag == f"{word}r":
            yield "\t", False
        elif tag in (f"{word}br", f"{word}cr") and element.get(f"{word}type") != "page":
            yield "\n", False


def _grid(table: Any) -> tuple[list[list[tuple[int, int, list[tuple[str, bool]]]]], int]:
    """Rows of (column, span, runs); cells merged downwards appear once."""
    columns = len(table.columns)
    grid = []
    seen: set[Any] = set()  # the elements themselves, which keeps them alive
    for row in table.rows:
        cells = []
        spans: dict[Any, list[int]] = {}
        order = []
        for column, cell in enumerate(row.cells):
            key = cell._tc
            if key not in spans:
                order.append((key, cell))
            spans.setdefault(key, []).append(column)
        for key, cell in order:
            if key in seen:
                continue
            seen.add(key)
            runs: list[tuple[str, bool]] = []
            for item in cell.iter_inner_content():
                if hasattr(item, "rows"):
                    for inner in item.rows:
                        for text in inner.cells:
                            runs += [(text.text + "\n", False)]
                else:
                    runs += [*_runs(item), ("\n", False)]
            cells.append((spans[key][0], len(spans[key]), runs))
        if cells:
            grid.append(cells)
    return grid, columns
