"""Words, rulings, form entries and check boxes of a PDF page, through pdfium."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from reader.errors import NeedsPassword, Unreadable
from reader.layout import EMPTY, TICKED, Box, Cell, Passage, Sheet, Word

# Glyphs that forms use as check boxes. The private-use ones are Wingdings and Zapf Dingbats as pdfium maps them.
TICKED_GLYPHS = "⦿◉🔘☒☑✓✔✗✘✕✖🗹🗵⊠■◼\uf0fe\uf0fd\uf053\uf054\uf052\uf0fc\uf078"
EMPTY_GLYPHS = "☐□▢◻❏❑❒⬜\uf0a8\uf06f\uf071\uf072\uf0a3\uf030"
CUT = "\u00ad"  # ends the first half of a word that a line's end cuts
HYPHENED = frozenset(
    (
        "co",
        "non",
        "self",
        "pre",
        "post",
        "semi",
        "multi",
        "cross",
        "well",
        "high",
        "low",
        "short",
        "long",
        "half",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "ten",
        "all",
        "in",
    )
)  # what keeps its hyphen before small letters
Placing = Callable[[float, float, float, float], Box]  # page coordinates to a displayed box
_BRACKETED = re.compile(rf"^[\[(]\s?([xX✓✔*{TICKED}]?)[{EMPTY}]?\s?[\])]$")
_NORMAL = {**dict.fromkeys(TICKED_GLYPHS, TICKED), **dict.fromkeys(EMPTY_GLYPHS, EMPTY)}


def open_pdf(data: bytes, password: str | None = None) -> pdfium.PdfDocument:
    """Open a PDF from bytes.

    Raises :class:`NeedsPassword` for an encrypted file without the right password and :class:`Unreadable` for
    one that pdfium cannot parse or that has no page.
    """
    try:
        document = pdfium.PdfDocument(data, password=password)
        pages = len(document)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise NeedsPassword(
                "This PDF is locked with a password. Please type the password, or send a copy without one."
                if password is None
                else "That password does not open this PDF. Please check it and try again."
            ) from error
        raise Unreadable(
            "This PDF is damaged and could not be opened. Please save or scan it again and send the new copy."
        ) from error
    if pages == 0:
        raise Unreadable("This PDF has no pages.")
    if document.get_formtype():
        document.init_forms()
    return document


def sheet(document: pdfium.PdfDocument, index: int) -> Sheet:
    """The page at ``index`` (from 0) as a :class:`Sheet`: words, rulings, form fields, boxes."""
    try:
        page = document[index]
    except pdfium.PdfiumError as error:
        raise Unreadable(f"Page {index + 1} of this PDF is damaged and could not be opened.") from error
    try:
        width, height = page.get_size()
        place = _placing(page, width, height)
        found = Sheet(number=index + 1, width=width, height=height)
        text_page = page.get_textpage()
        try:
            found.words = unbroken(_printed(list(_words(text_page.raw, place, found))))
        finally:
            text_page.close()
        squares = _rulings(page, place, found)
        _drawn_boxes(found, squares)
        _form(document, page, place, found)
        return found
    finally:
        page.close()


def _printed(words: list[Word]) -> list[Word]:
    """Without a watermark: "DRAFT" or "COPY" set across the page in letters many times the usual size."""
    if len(words) < 20:
        return words
    usual = sorted(word.height for word in words)[len(words) // 2]
    return [word for word in words if word.height < max(5 * usual, 60.0)]


def image_share(document: pdfium.PdfDocument, index: int) -> float:
    """How much of the page's area its largest picture covers, 0 to 1."""
    page = document[index]
    try:
        width, height = page.get_size()
        share = 0.0
        for item in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=3):
            left, bottom, right, top = item.get_bounds()
            share = max(share, (right - left) * (top - bottom) / max(width * height, 1.0))
        return min(share, 1.0)
    finally:
        page.close()


def _placing(page: pdfium.PdfPage, width: float, height: float) -> Placing:
    """A function from page coordinates (left, bottom, right, top) to a displayed box."""
    scale = 100
    x, y = ctypes.c_int(), ctypes.c_int()

    def device(px: float, py: float) -> tuple[float, float]:
        pdfium_c.FPDF_PageToDevice(page.raw, 0, 0, int(width * scale), int(height * scale), 0, px, py, x, y)
        return x.value / scale, y.value / scale

    ox, oy = device(0, 0)
    ax, ay = device(1000, 0)
    bx, by = device(0, 1000)
    a, b, c, d = (ax - ox) / 1000, (ay - oy) / 1000, (bx - ox) / 1000, (by - oy) / 1000

    def box(left: float, bottom: float, right: float, top: float) -> Box:
        x0, y0 = ox + a * left + c * bottom, oy + b * left + d * bottom
        x1, y1 = ox + a * right + c * top, oy + b * right + d * top
        return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

    return box


def _words(text_page: Any, place: Placing, found: Sheet) -> Iterator[Word]:
    count = pdfium_c.FPDFText_CountChars(text_page)
    if count <= 0:
        return
    rect = pdfium_c.FS_RECTF()
    font = ctypes.create_string_buffer(96)
    flags = ctypes.c_int()
    unicode_at, loose_at = pdfium_c.FPDFText_GetUnicode, pdfium_c.FPDFText_GetLooseCharBox

    def box_of(index: int) -> tuple[float, float, float, float]:
        if not loose_at(text_page, index, rect):
            return (0.0, 0.0, 0.0, 0.0)
        return (rect.left, rect.bottom, rect.right, rect.top)

    def emit(start: int, letters: str) -> Iterator[Word]:
        left, bottom, right, top = box_of(start)
        if len(letters) > 1:
            other = box_of(start + len(letters) - 1)
            level = min(top, other[3]) - max(bottom, other[1])
            width = (other[2] - left) / len(letters)
            if level < 0.3 * (top - bottom) or not 0 <= width < 1.3 * (top - bottom):
                for cut in range(1, len(letters)):
                    here, before = box_of(start + cut), box_of(start + cut - 1)
                    level = min(here[3], before[3]) - max(here[1], before[1])
                    if level < 0.3 * (top - bottom) or not -2 < here[0] - before[2] < top - bottom:
                        yield from emit(start, letters[:cut])
                        yield from emit(start + cut, letters[cut:])
                        return
            left, bottom = min(left, other[0]), min(bottom, other[1])
            right, top = max(right, other[2]), max(top, other[3])
        length = pdfium_c.FPDFText_GetFontInfo(text_page, start, font, 96, flags)
        name = font.raw[: max(min(length, 96) - 1, 0)].lower()
        bold = b"bold" in name or b"black" in name or b"heavy" in name or bool(flags.value & (1 << 18))
        box = place(left, bottom, right, top)
        if -5 <= box[0] <= found.width + 5 and -5 <= box[1] <= found.height + 5:
            yield Word(letters, found.number, box, bold)

    letters: list[str] = []
    first = 0
    for index in range(count):
        code = unicode_at(text_page, index)
        letter = chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
        if letter in ("\ufffe", "\u00ad", "\u0002"):
            if letters:
                pieces = list(emit(first, "".join(letters)))
                yield from pieces[:-1]
                yield from (last._replace(text=last.text + CUT) for last in pieces[-1:])
                letters.clear()
            continue
        if not letter or letter.isspace() or code < 32:
            if letters:
                yield from emit(first, "".join(letters))
                letters.clear()
            continue
        mark = _NORMAL.get(letter)
        if letters and (mark or letters[0] in (TICKED, EMPTY)):
            yield from emit(first, "".join(letters))
            letters.clear()
        if not letters:
            first = index
        letters.append(mark or letter)
    if letters:
        yield from emit(first, "".join(letters))


def unbroken(words: list[Word]) -> list[Word]:
    """Words that a line's end cuts in two made whole; they stand where their first half does."""
    plainly = {word.text.lower().strip(".,;:()") for word in words}
    found: list[Word] = []
    for word in words:
        before = found[-1] if found else None
        if before is None or not before.text.endswith(CUT):
            found.append(word)
        elif word.middle > before.middle and word.box[0] < before.box[2]:
            found[-1] = before._replace(text=_joined(before.text[:-1], word.text, plainly))
        else:
            found[-1] = before._replace(text=before.text.replace(CUT, "-"))
            found.append(word)
    return [word._replace(text=word.text.replace(CUT, "-")) if CUT in word.text else word for word in found]


def _joined(first: str, second: str, known: set[str]) -> str:
    """Two halves of a word; the hyphen stays where the word has one of its own."""
    bare = second.lower().strip(".,;:()")
    if f"{first.lower()}-{bare}" in known:
        own = True
    elif f"{first.lower()}{bare}" in known:
        own = False
    else:
        own = not second[:1].islower() or first.lower() in HYPHENED
    return f"{first}{'-' if own else ''}{second}"


def _rulings(page: pdfium.PdfPage, place: Placing, found: Sheet) -> list[Box]:
    """Fill the sheet's rulings from drawn paths; return small squares, which may be check boxes."""
    squares: list[Box] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    for item in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_PATH], max_depth=4):
        box = place(*item.get_bounds())
        wide, high = box[2] - box[0], box[3] - box[1]
        if high <= 3 and wide >= 8:
            found.across.append(((box[1] + box[3]) / 2, box[0], box[2]))
            continue
        if wide <= 3 and high >= 5:
            found.down.append(((box[0] + box[2]) / 2, box[1], box[3]))
            continue
        pdfium_c.FPDFPath_GetDrawMode(item.raw, fill, stroke)
        if 5 <= wide <= 16 and 5 <= high <= 16 and abs(wide - high) < 3:
            squares.append(box)
            continue
        if fill.value and 3 < wide < 5 and abs(wide - high) < 1:
            squares.append(box)  # what fills a box of small type; alone, it is a bullet
            continue
        if not stroke.value:
            continue
        matrix = item.get_matrix()
        points: list[tuple[float, float]] = []
        count = pdfium_c.FPDFPath_CountSegments(item.raw)
        if count > 400:
            continue
        start: tuple[float, float] | None = None
        for number in range(count):
            segment = pdfium_c.FPDFPath_GetPathSegment(item.raw, number)
            pdfium_c.FPDFPathSegment_GetPoint(segment, x, y)
            px, py = matrix.on_point(x.value, y.value)
            moved = place(px, py, px, py)[:2]
            kind = pdfium_c.FPDFPathSegment_GetType(segment)
            if kind == pdfium_c.FPDF_SEGMENT_MOVETO:
                start = moved
                points = [moved]
                continue
            if kind == pdfium_c.FPDF_SEGMENT_LINETO and points:
                _rule(points[-1], moved, found)
            points.append(moved)
            if pdfium_c.FPDFPathSegment_GetClose(segment) and start:
                _rule(moved, start, found)
    return squares


def _rule(a: tuple[float, float], b: tuple[float, float], found: Sheet) -> None:
    if abs(a[1] - b[1]) < 1.0 and abs(a[0] - b[0]) > 8:
        found.across.append(((a[1] + b[1]) / 2, min(a[0], b[0]), max(a[0], b[0])))
    elif abs(a[0] - b[0]) < 1.0 and abs(a[1] - b[1]) > 5:
        found.down.append(((a[0] + b[0]) / 2, min(a[1], b[1]), max(a[1], b[1])))


def _drawn_boxes(found: Sheet, squares: list[Box]) -> None:
    """Turn drawn squares beside text into box glyphs; an X or tick inside marks them."""
    taken: list[Box] = []
    for box in sorted(squares, key=lambda b: -(b[2] - b[0])):
        if box[2] - box[0] < 5:
            break
        if any(_inside(box, other, 2.0) for other in taken):
            continue
        inner = [
            o
            for o in squares
            if o is not box and _inside(o, box, 1.0) and o[2] - o[0] > 0.35 * (box[2] - box[0])
        ]
        marks = [
            word
            for word in found.words
            if _inside((word.box[0], word.middle, word.box[2], word.middle), box, 2.0)
        ]
        if any(len(word.text) > 1 or word.text not in "xX✓✔•*" + TICKED for word in marks):
            continue
        if sum(abs(o[2] - o[0] - box[2] + box[0]) < 0.6 for o in squares) < 4 and not any(
            0 <= w.box[0] - box[2] < 14 and abs(w.middle - (box[1] + box[3]) / 2) < 6 for w in found.words
        ):
            continue
        crossed = any(
            _inside((line[1], line[0], line[2], line[0]), box, 1.0)
            and line[2] - line[1] < box[2] - box[0] - 1
            for line in found.across
        )
        taken.append(box)
        for word in marks:
            found.words.remove(word)
        ticked = bool(marks) or len(inner) >= 1 or crossed
        found.words.append(Word(TICKED if ticked else EMPTY, found.number, box))


def _inside(inner: Box, outer: Box, slack: float) -> bool:
    return (
        inner[0] >= outer[0] - slack
        and inner[1] >= outer[1] - slack
        and inner[2] <= outer[2] + slack
        and inner[3] <= outer[3] + slack
    )


def _form(document: pdfium.PdfDocument, page: pdfium.PdfPage, place: Placing, found: Sheet) -> None:
    """Add entries of fillable fields: text as cells, buttons as box glyphs.

    Printed appearances of the same entries are dropped, so nothing is read twice.
    """
    if document.formenv is None:
        return
    env = document.formenv.raw
    rect = pdfium_c.FS_RECTF()
    for index in range(pdfium_c.FPDFPage_GetAnnotCount(page.raw)):
        note = pdfium_c.FPDFPage_GetAnnot(page.raw, index)
        if not note:
            continue
        try:
            if pdfium_c.FPDFAnnot_GetSubtype(note) != pdfium_c.FPDF_ANNOT_WIDGET:
                continue
            if not pdfium_c.FPDFAnnot_GetRect(note, rect):
                continue
            box = place(rect.left, rect.bottom, rect.right, rect.top)
            kind = pdfium_c.FPDFAnnot_GetFormFieldType(env, note)
            if kind in (pdfium_c.FPDF_FORMFIELD_CHECKBOX, pdfium_c.FPDF_FORMFIELD_RADIOBUTTON):
                ticked = pdfium_c.FPDFAnnot_IsChecked(env, note)
                found.words = [w for w in found.words if not _inside(w.box, box, 1.5)]
                found.words.append(Word(TICKED if ticked else EMPTY, found.number, box, entry=True))
            elif kind in (
                pdfium_c.FPDF_FORMFIELD_TEXTFIELD,
                pdfium_c.FPDF_FORMFIELD_COMBOBOX,
                pdfium_c.FPDF_FORMFIELD_LISTBOX,
            ):
                value = _value(env, note)
                found.words = [w for w in found.words if not _inside(w.box, box, 1.5)]
                found.fields.append(Cell(box, found.number, _entry(value, found.number, box)))
        finally:
            pdfium_c.FPDFPage_CloseAnnot(note)


def _value(env: Any, note: Any) -> str:
    size = pdfium_c.FPDFAnnot_GetFormFieldValue(env, note, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    pdfium_c.FPDFAnnot_GetFormFieldValue(
        env, note, ctypes.cast(buffer, ctypes.POINTER(pdfium_c.FPDF_WCHAR)), size
    )
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")


def _entry(value: str, page: int, box: Box) -> Passage:
    """The entry's words, each anchored to the whole field: fields are small and reflow their text."""
    rows = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return Passage.join(
        (Passage.of(Word(text, page, box, entry=True) for text in row.split()) for row in rows), "\n"
    )


_LINED = re.compile(r"_+[xX✓✔]_*|_*[xX✓✔]_+")


def _lined(words: list[Word]) -> list[Word]:
    """Replace choices marked on short lines ("_X_ Yes ___ No") by box glyphs, on pages where one is marked so."""
    if not any(_LINED.fullmatch(word.text) for word in words):
        return words
    found: list[Word] = []
    for word, after in zip(words, [*words[1:], None], strict=True):
        beside = (
            after is not None and abs(after.middle - word.middle) < 4 and 0 <= after.box[0] - word.box[2] < 12
        )
        if _LINED.fullmatch(word.text):
            word = word._replace(text=TICKED)
        elif re.fullmatch(r"_{2,6}", word.text) and beside and after is not None and after.text[:1].isalpha():
            blank = found and found[-1].text.endswith(":")  # a line to write on
            word = word if blank else word._replace(text=EMPTY)
        found.append(word)
    return found


_ANSWERS = ("yes", "sí", "si")
_LETTER = ("x", "✓", "✔")


def _lettered(words: list[Word]) -> list[Word]:
    """Replace a letter set behind Yes or No ("Yes ▁ No X") by box glyphs before both words."""
    found: list[Word] = []
    index = 0
    behind = any(
        a.text.lower() in _ANSWERS and b.text.lower() == "no" and c.text.lower() in _LETTER
        for a, b, c in zip(words, words[1:], words[2:], strict=False)
    )  # on this page a letter stands behind the word it marks
    while index < len(words):
        answers = _answer_with_letter(words, index, behind=behind)
        if answers is None:
            found.append(words[index])
            index += 1
            continue
        affirmed, no, used = answers
        for word, marked in ((words[index], affirmed), (no, not affirmed)):
            left, top, _, bottom = word.box
            found.append(Word(TICKED if marked else EMPTY, word.page, (left - 0.6, top, left - 0.1, bottom)))
            found.append(word)
        index += used
    return found


def _answer_with_letter(words: list[Word], index: int, *, behind: bool) -> tuple[bool, Word, int] | None:
    """(whether Yes is marked, the word No, words used) where Yes, No and one letter follow each other on a line."""
    if words[index].text.lower() not in _ANSWERS:
        return None
    near = words[index : index + 4]
    near = [
        w
        for w, before in zip(near, [near[0], *near], strict=False)
        if abs(w.middle - near[0].middle) < 4 and w.box[0] - before.box[2] < 40
    ]
    told = [word.text.lower() for word in near]
    if told[1:3] and told[1] in _LETTER and told[2:3] == ["no"] and told[3:4] != ["x"]:
        nearer = behind or near[1].box[0] - near[0].box[2] <= near[2].box[0] - near[1].box[2]
        return nearer, near[2], 3
    if told[1:2] == ["no"] and len(near) > 2 and told[2] in _LETTER and near[2].box[0] - near[1].box[2] < 16:
        return False, near[1], 3
    return None


def _circled(words: list[Word]) -> list[Word]:
    """Replace round buttons ("○ Yes ● No") by box glyphs, on pages that have empty ones; elsewhere "●" is a bullet."""
    if not any(word.text in "○◯" for word in words):
        return words
    glyphs = {"○": EMPTY, "◯": EMPTY, "●": TICKED, "⬤": TICKED}
    return [word._replace(text=glyphs.get(word.text, word.text)) for word in words]


def bracketed(words: list[Word]) -> list[Word]:
    """Replace printed boxes such as ``[X]``, ``[ ]``, ``( )`` and ``( X )`` by box glyphs."""
    found: list[Word] = []
    words = _lettered(_lined(_circled(words)))
    index = 0
    while index < len(words):
        word = words[index]
        joined, used = word.text, 1
        if word.text in ("[", "(", "[x", "[X", "(x", "(X") and index + 1 < len(words):
            for ahead in words[index + 1 : index + 3]:
                if abs(ahead.middle - word.middle) > 4 or ahead.box[0] - word.box[0] > 40:
                    break
                joined, used = joined + ahead.text, used + 1
                if ahead.text.endswith(("]", ")")):
                    break
        match = _BRACKETED.match(joined)
        if match:
            last = words[index + used - 1]
            box = (word.box[0], word.box[1], last.box[2], last.box[3])
            found.append(Word(TICKED if match[1] else EMPTY, word.page, box))
            index += used
            continue
        glued = re.match(r"^\[([xX]?)\](\S+)$", word.text)
        if glued:
            found.append(Word(TICKED if glued[1] else EMPTY, word.page, word.box))
            found.append(word._replace(text=glued[2]))
        else:
            found.append(word)
        index += 1
    return found
