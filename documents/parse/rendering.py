"""One picture and the words of each page, from a clean copy."""

from __future__ import annotations

import ctypes
import io
import math
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from documents.parse import PICTURE_WIDTH, Output, Refused

MOST_DRAWN = 12_000_000  # pixels of one picture
LONGEST_SIDE = 16_000  # WebP ends at 16,383
MOST_CHARACTERS = 60_000
FINE = 20  # device units to a point, when places are asked for
GREYS = [round(level / 17) * 17 for level in range(256)]
SEPARATORS = {0, 0x20, 0xA0, 0x09, 0x0A, 0x0D, 0xFFFE, 0x2028, 0x2029}


def render(copy: bytes, first: int, count: int, output: Output) -> None:
    """Answers `page` for each of `count` pages from `first` (counted from 0)."""
    try:
        pdf = pypdfium2.PdfDocument(copy)
        for number in range(first, min(first + count, len(pdf))):
            page = pdf[number]
            width, height = page.get_size()
            if not (
                math.isfinite(width)
                and math.isfinite(height)
                and 1 <= width <= 15_000
                and 1 <= height <= 15_000
            ):
                raise Refused("page_too_large")
            text, words = words_of(page)
            output.frame(
                "page", picture_of(page, width, height), number=number + 1, width=round(width, 2),
                height=round(height, 2), text=text, words=words,
            )  # fmt: skip
            page.close()
    except pypdfium2.PdfiumError:
        raise Refused("damaged") from None


def picture_of(page: Any, width: float, height: float) -> bytes:
    """WebP: text in 16 greys without loss, 1,400 pixels wide; a page that is a photo in colour at quality 60."""
    scale = min(
        PICTURE_WIDTH / width, math.sqrt(MOST_DRAWN / (width * height)), LONGEST_SIDE / max(width, height)
    )
    photo = _is_photo(page, width * height)
    picture: Image.Image = page.render(scale=scale, grayscale=not photo).to_pil()
    out = io.BytesIO()
    if photo:
        picture.convert("RGB").save(out, "WEBP", quality=60, method=3)
    else:
        picture.convert("L").point(GREYS).save(out, "WEBP", lossless=True, quality=50, method=3)
    return out.getvalue()


def _is_photo(page: Any, area: float) -> bool:
    covered = 0.0
    for thing in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=2):
        try:
            left, bottom, right, top = thing.get_bounds()
        except pypdfium2.PdfiumError:
            continue
        covered += max(0.0, right - left) * max(0.0, top - bottom)
    return covered > area / 2


def words_of(page: Any) -> tuple[str, list[list[Any]]]:
    """The page's text, and each word with its box `[left, top, right, bottom, word]` in points from the top left
    corner of the page as it is seen."""
    textpage = page.get_textpage()
    count = min(textpage.count_chars(), MOST_CHARACTERS)
    words: list[list[Any]] = []
    lines: list[str] = []
    box: list[float] | None = None
    letters: list[str] = []

    def close() -> None:
        nonlocal box
        word = "".join(letters)
        if word and box is not None:
            words.append([*[round(edge / FINE, 1) for edge in box], word])
        lines.append(word)
        letters.clear()
        box = None

    place = _Places(page, textpage)
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(textpage, index)
        if code in SEPARATORS or code > 0x10FFFF or 0xD800 <= code < 0xE000 or code < 0x20:
            if letters:
                close()
            lines.append("\n" if code in (0x0A, 0x0D) else " ")
            continue
        around = place(index)
        if box is not None and around is not None and _apart(box, around):
            close()
            lines.append(" ")
        letters.append(chr(code))
        if around is not None:
            box = around if box is None else [min(box[0], around[0]), min(box[1], around[1]), max(box[2], around[2]), max(box[3], around[3])]  # fmt: skip
    close()
    return _tidy("".join(lines)), words


class _Places:
    """Where a character is seen, in 1/20 point from the top left."""

    def __init__(self, page: Any, textpage: Any) -> None:
        self.page, self.textpage = page, textpage
        width, height = page.get_size()
        self.size = (round(width * FINE), round(height * FINE))
        self.rect = pdfium.FS_RECTF()

    def __call__(self, index: int) -> list[float] | None:
        if not pdfium.FPDFText_GetLooseCharBox(self.textpage, index, self.rect):
            return None
        x1, y1 = self._seen(self.rect.left, self.rect.top)
        x2, y2 = self._seen(self.rect.right, self.rect.bottom)
        return [min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)]

    def _seen(self, x: float, y: float) -> tuple[int, int]:
        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(self.page, 0, 0, *self.size, 0, x, y, across, down)
        return across.value, down.value


def _apart(box: list[float], around: list[float]) -> bool:
    """Whether a character stands away from the word before it: another line, or a wide gap."""
    height = max(box[3] - box[1], 1)
    return (
        around[1] > box[3]
        or around[3] < box[1]
        or around[0] - box[2] > height
        or box[0] - around[0] > 4 * height
    )


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.replace("\r", "\n").split("\n"))
    return "\n".join(line for line in lines if line)
