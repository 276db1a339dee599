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

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
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
        from reader.lines import lines_of

        for line in lines:
            self.sheet.blocks += lines_of(bracketed(line))
        self.y += LEADING * len(lines) + 4

    def table(self, grid: list[list[tuple[int, int, list[tuple[str, bool]]]]], columns: int) -> None:
        """``grid``: rows of (column, span, runs)."""
        from reader.lines import passage_of

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
        styles = _Styles(document)
        for item in _blocks(document.element.body):
            if item.tag == f"{W}tbl":
                grid, columns = _grid(item, styles)
                if grid:
                    setter.table(grid, columns)
                continue
            if setter.y > MARGIN and any(br.get(f"{W}type") == "page" for br in item.iter(f"{W}br")):
                setter.new_page()
            setter.paragraph(list(_runs(item, styles)))
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


class _Styles:
    """Which paragraph styles are bold: by their own word, or because they are headings."""

    def __init__(self, document: Any) -> None:
        self._bold: dict[str, bool] = {}
        self._listed: set[str] = set()
        for style in document.styles:
            name = style.name or ""
            font = getattr(style, "font", None)
            heading = re.match(r"(?i)heading|title|subtitle|título", name) is not None
            self._bold[style.style_id] = heading or bool(getattr(font, "bold", False))
            if "list bullet" in name.lower():
                self._listed.add(style.style_id)

    def of(self, paragraph: Any) -> tuple[bool, bool]:
        """(bold, list item)"""
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            return False, False
        named = properties.find(f"{W}pStyle")
        style = named.get(f"{W}val") if named is not None else ""
        return self._bold.get(style, False), properties.find(f"{W}numPr") is not None or style in self._listed


def _blocks(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables in order; content controls are opened."""
    for child in parent:
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif child.tag == f"{W}sdt":
            yield from _blocks(_content(child))
        elif child.tag in (f"{W}ins", f"{W}smartTag", f"{W}customXml"):
            yield from _blocks(child)


def _content(control: Any) -> Any:
    found = control.find(f"{W}sdtContent")
    return found if found is not None else ()


def _runs(paragraph: Any, styles: _Styles) -> Iterator[tuple[str, bool]]:
    """Text with its weight; content controls, check boxes and symbols included, deleted text left out."""
    heavy, listed = styles.of(paragraph)
    if listed:
        yield "• ", False
    hidden: set[Any] = set()  # parts said twice: the older form of a drawing
    for element in paragraph.iter():
        tag = element.tag
        if tag == FALLBACK:
            hidden.update(element.iter())
        if element in hidden:
            continue
        if tag == f"{W}checkBox":
            state = element.find(f"{W}checked")
            state = element.find(f"{W}default") if state is None else state
            marked = state is not None and state.get(f"{W}val", "1") in ("1", "true", "on")
            yield (TICKED if marked else EMPTY) + " ", False
        elif tag == f"{W}sym":
            code = int(element.get(f"{W}char") or "0", 16)
            glyphs = {chr(code), chr(code | 0xF000) if code < 0x100 else chr(code)}
            if glyphs & set(TICKED_GLYPHS):
                yield TICKED + " ", False
            elif glyphs & set(EMPTY_GLYPHS):
                yield EMPTY + " ", False
        elif tag == f"{W}t":
            run = element.getparent()
            mark = run.find(f"{W}rPr/{W}b") if run is not None else None
            bold = heavy if mark is None else mark.get(f"{W}val") not in ("0", "false")
            yield _boxed(element.text or ""), bold
        elif tag == f"{W}tab" and element.getparent().tag == f"{W}r":
            yield "\t", False
        elif tag in (f"{W}br", f"{W}cr") and element.get(f"{W}type") != "page":
            yield "\n", False


def _boxed(text: str) -> str:
    for glyphs, box in ((TICKED_GLYPHS, TICKED), (EMPTY_GLYPHS, EMPTY)):
        for glyph in glyphs:
            if glyph in text:
                text = text.replace(glyph, f"{box} ")
    return text


def _grid(table: Any, styles: _Styles) -> tuple[list[list[tuple[int, int, list[tuple[str, bool]]]]], int]:
    """Rows of (column, span, runs); the lower parts of a cell merged downwards are left out."""
    grid = []
    columns = 1
    for row in _inside(table, f"{W}tr"):
        before = row.find(f"{W}trPr/{W}gridBefore")
        column = int(before.get(f"{W}val") or 0) if before is not None else 0
        cells = []
        for cell in _inside(row, f"{W}tc"):
            wide = cell.find(f"{W}tcPr/{W}gridSpan")
            span = max(int(wide.get(f"{W}val") or 1), 1) if wide is not None else 1
            merged = cell.find(f"{W}tcPr/{W}vMerge")
            if merged is None or merged.get(f"{W}val") == "restart":
                cells.append((column, span, _cell_runs(cell, styles)))
            column += span
        columns = max(columns, column)
        if cells:
            grid.append(cells)
    return grid, columns


def _inside(parent: Any, tag: str) -> Iterator[Any]:
    """Rows of a table or cells of a row; content controls are opened."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag == f"{W}sdt":
            yield from _inside(_content(child), tag)


def _cell_runs(cell: Any, styles: _Styles) -> list[tuple[str, bool]]:
    found: list[tuple[str, bool]] = []
    for item in _blocks(cell):
        paragraphs = item.iter(f"{W}p") if item.tag == f"{W}tbl" else (item,)
        for paragraph in paragraphs:
            found += [*_runs(paragraph, styles), ("\n", False)]
    return found
