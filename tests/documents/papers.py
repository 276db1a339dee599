"""Small papers made by code, and ways to send them."""

from __future__ import annotations

import io
import re
from typing import Any

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def pdf(*pages: str, size: tuple[int, int] = (612, 792)) -> bytes:
    """A PDF with a line of words on each page."""
    made = pikepdf.new()
    for words in pages or ("Reading goal",):
        made.pages.append(page(made, words, size))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def page(made: pikepdf.Pdf, words: str, size: tuple[int, int] = (612, 792)) -> pikepdf.Page:
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )  # fmt: skip
    shown = words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)").encode("cp1252")
    content = b"BT /F 12 Tf 72 700 Td (" + shown + b") Tj ET"
    return pikepdf.Page(made.make_indirect(pikepdf.Dictionary(
        Type=pikepdf.Name.Page, MediaBox=[0, 0, *size],
        Resources=pikepdf.Dictionary(Font=pikepdf.Dictionary(F=made.make_indirect(font))),
        Contents=pikepdf.Stream(made, content),
    )))  # fmt: skip


def photo(
    size: tuple[int, int] = (300, 400), *, kind: str = "JPEG", exif: bytes = b"", colour: str = "navy"
) -> bytes:
    out = io.BytesIO()
    more = {"exif": exif} if exif else {}
    Image.new("RGB", size, colour).save(out, kind, **more)
    return out.getvalue()


def upload(content: bytes, name: str = "iep.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def places(page: Any) -> list[str]:
    """The names of the places for files that a page has, as a browser sends them."""
    inputs = re.findall(r'<input\b[^>]*type="file"[^>]*>', page.content.decode())
    return [re.search(r'\bname="(\w+)"', one)[1] for one in inputs]  # type: ignore[index]
