"""Word files and plain text, set anew as a PDF: only their words come along."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import typst
from lxml import etree

from documents.parse import Refused
from documents.parse.kinds import CONTROL

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
MOST_XML = 40 * 1024 * 1024
MOST_BLOCKS = 60_000
MOST_COLUMNS = 40

LAYOUT = rb"""
#let blocks = json(bytes(sys.inputs.blocks))
#set page(paper: "us-letter", margin: 2cm)
#set text(size: 11pt, font: ("Libertinus Serif", "DejaVu Sans Mono"))
#set par(justify: false)
#let lines(words) = words.split("\n").join(linebreak())
#for block in blocks {
  if block.kind == "heading" { heading(level: block.level, lines(block.words)) }
  else if block.kind == "item" { list.item(lines(block.words)) }
  else if block.kind == "table" {
    table(columns: block.columns * (1fr,), stroke: 0.5pt, ..block.cells.map(words => text(size: 9pt, lines(words))))
  } else { par(lines(block.words)) }
}
"""

Block = dict[str, Any]


def set_pdf(blocks: list[Block]) -> bytes:
    """A PDF of these blocks. Their words are data: nothing in them is read as markup."""
    compiler = typst.Compiler(
        LAYOUT,
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[]),
        sys_inputs={"blocks": json.dumps(blocks)},
    )
    made = compiler.compile(format="pdf")
    assert isinstance(made, bytes)
    return made


def blocks_of_text(text: str) -> list[Block]:
    """A paragraph for each run of lines."""
    paragraphs = _plain(text).replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n").split("\n\n")
    blocks = [{"kind": "text", "words": words.strip("\n")} for words in paragraphs if words.strip()]
    return blocks or [{"kind": "text", "words": " "}]


def blocks_of_docx(data: bytes) -> list[Block]:
    """Headings, paragraphs, list items and tables of a Word file, in order."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("word/document.xml") as part:
            xml = part.read(MOST_XML + 1)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        EOFError,
        ValueError,
        KeyError,
        OSError,
    ):
        raise Refused("damaged") from None
    except Exception as problem:  # zlib's own error has no name worth importing it for
        if type(problem).__module__ == "zlib":
            raise Refused("damaged") from None
        raise
    if len(xml) > MOST_XML:
        raise Refused("too_complex")
    if b"<!DOCTYPE" in xml[:65536] or b"<!ENTITY" in xml:
        raise Refused("entities")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        body = etree.fromstring(xml, parser).find(f"{W}body")
    except etree.XMLSyntaxError:
        raise Refused("damaged") from None
    if body is None:
        raise Refused("damaged")
    blocks: list[Block] = []
    for block in _blocks(body):
        blocks.append(block)
        if len(blocks) > MOST_BLOCKS:
            raise Refused("too_complex")
    return blocks or [{"kind": "text", "words": " "}]


def _blocks(parent: Any) -> Iterator[Block]:
    for element in parent:
        if element.tag == f"{W}p":
            words = _words(element)
            if words.strip():
                yield _paragraph(element, words)
        elif element.tag == f"{W}tbl":
            yield from _table(element)
        elif element.tag == f"{W}sdt":
            content = element.find(f"{W}sdtContent")
            if content is not None:
                yield from _blocks(content)


def _paragraph(element: Any, words: str) -> Block:
    style = element.find(f"{W}pPr/{W}pStyle")
    name = (style.get(f"{W}val") or "").lower() if style is not None else ""
    if name.startswith(("heading", "título", "titulo")) and name[-1:].isdigit():
        return {"kind": "heading", "level": min(max(int(name[-1]), 1), 6), "words": words}
    if name == "title":
        return {"kind": "heading", "level": 1, "words": words}
    if element.find(f"{W}pPr/{W}numPr") is not None:
        return {"kind": "item", "words": words}
    return {"kind": "text", "words": words}


def _table(element: Any) -> Iterator[Block]:
    rows = [
        ["\n".join(_words(paragraph) for paragraph in cell.iter(f"{W}p")) for cell in row.iter(f"{W}tc")][
            :MOST_COLUMNS
        ]
        for row in element.findall(f"{W}tr")
    ]
    columns = max((len(row) for row in rows), default=0)
    if columns:
        cells = [cell for row in rows for cell in row + [""] * (columns - len(row))]
        yield {"kind": "table", "columns": columns, "cells": cells}


def _words(paragraph: Any) -> str:
    found: list[str] = []
    for element in paragraph.iter():
        if element.tag == f"{W}t":
            if not any(above.tag == FALLBACK for above in element.iterancestors()):
                found.append(element.text or "")
        elif element.tag == f"{W}tab":
            found.append("\t" if element.getparent().tag == f"{W}r" else "")
        elif element.tag in (f"{W}br", f"{W}cr"):
            found.append("\n")
    return _plain("".join(found))


def _plain(text: str) -> str:
    return CONTROL.sub("", text)
