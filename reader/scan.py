"""Scanned and photographed pages: straighten, read the words, find rulings and check boxes.

Engine and settings as measured (docs/decisions/reader-scans.md): rapidocr with its own models, one thread, 200
dots an inch. Ruled cells, not the engine, decide which words belong together; check boxes are found in the
picture, because no engine reads them.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from reader.errors import TooLarge, Unreadable
from reader.layout import EMPTY, TICKED, Box, Sheet, Word
from reader.pdf import bracketed

DOTS = 200  # dots an inch for reading
SCALE = 72 / DOTS  # points a dot
PIXELS_AT_MOST = 120_000_000
SPACE_WEIGHT = 30.0  # the recogniser's space is weighed up so much; without it words run together

Picture = Any  # numpy array, height × width (grey) or height × width × 3 (red, green, blue)


def sheet_of_page(document: Any, index: int) -> Sheet:
    """Render a PDF page at 200 dots an inch and read its picture."""
    page = document[index]
    try:
        width, height = page.get_size()
        scale = min(DOTS / 72, math.sqrt(PIXELS_AT_MOST / max(width * height, 1)))
        picture = page.render(scale=scale).to_numpy()
    finally:
        page.close()
    return sheet_of_pixels(picture[:, :, :3], index + 1, width, height)


def add_rulings(sheet: Sheet, document: Any, index: int) -> None:
    """Give a scanned page that already has a text layer the rulings and check boxes of its picture."""
    page = document[index]
    try:
        picture = page.render(scale=DOTS / 72, grayscale=True).to_numpy()
    finally:
        page.close()
    binary = _binary(np.ascontiguousarray(picture.reshape(picture.shape[:2])))
    across, down = _rulings(binary)
    sheet.across += [(y * SCALE, a * SCALE, b * SCALE) for y, a, b in across]
    sheet.down += [(x * SCALE, a * SCALE, b * SCALE) for x, a, b in down]
    marks = [
        Word(TICKED if ticked else EMPTY, sheet.number, _scaled(box, SCALE, SCALE))
        for box, ticked in _check_boxes(binary)
    ]
    sheet.words = _with_boxes(sheet.words, marks)


def sheets_of_picture(data: bytes, progress: Callable[[int, int], None] | None = None) -> list[Sheet]:
    """Read a picture file (PNG, JPEG, WebP, TIFF with several pages, HEIC).

    Raises :class:`Unreadable` for a damaged file, :class:`TooLarge` for one of too many pixels.
    """
    from PIL import Image, ImageOps, ImageSequence

    Image.MAX_IMAGE_PIXELS = PIXELS_AT_MOST
    try:
        if data[4:8] == b"ftyp":
            import pi_heif

            pi_heif.register_heif_opener()
        picture = Image.open(io.BytesIO(data))
        if picture.width * picture.height > PIXELS_AT_MOST:
            raise TooLarge("This picture is too large to be read. Please take it again at a smaller size.")
        frames = [ImageOps.exif_transpose(frame).convert("RGB") for frame in ImageSequence.Iterator(picture)]
    except TooLarge:
        raise
    except Image.DecompressionBombError as error:
        raise TooLarge(
            "This picture is too large to be read. Please take it again at a smaller size."
        ) from error
    except Exception as error:  # Pillow raises many kinds on damaged files
        raise Unreadable(
            "This picture is damaged and could not be opened. Please take it again and send the new one."
        ) from error
    found = []
    for number, frame in enumerate(frames, start=1):
        # the page is taken to be as wide as US Letter, standing or lying
        wide = frame.width > frame.height
        width = 792.0 if wide else 612.0
        height = width * frame.height / frame.width
        target = (round(width / SCALE), round(height / SCALE))
        found.append(sheet_of_pixels(np.asarray(frame.resize(target)), number, width, height))
        if progress is not None:
            progress(number, len(frames))
    return found


def sheet_of_pixels(picture: Picture, number: int, width: float, height: float) -> Sheet:
    """Words, rulings and boxes of one page's picture (height × width × 3), ``width`` × ``height`` points large.

    A page lying on its side or head is turned, a photographed sheet flattened, a skewed one straightened. What
    is found stands in the straightened page; ``Word.shown`` is its place in the picture as sent.
    """
    import cv2

    grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)
    best: tuple[float, Sheet] | None = None
    for turns in _turns(grey):
        flat, warp = _straight(np.ascontiguousarray(np.rot90(grey, turns)))
        sheet = _sheet(flat, number, width, height, _back(grey, turns, warp))
        sense = _sense(sheet.words)
        if best is None or sense > best[0]:
            best = (sense, sheet)
        if sense >= 0.04 or len(sheet.words) < 20:
            break
    assert best is not None
    return best[1]


def _turns(grey: Picture) -> tuple[int, ...]:
    """Quarter turns to try, likeliest first: lines of text make rows vary more than columns."""
    import cv2

    small = cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    ink = cv2.adaptiveThreshold(small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 12).astype(
        float
    )
    rows, columns = (float(np.square(np.diff(ink.sum(axis=axis))).mean()) for axis in (1, 0))
    return (1, 3, 0) if columns / ink.shape[0] > 2.0 * rows / ink.shape[1] else (0, 2)


_COMMON = frozenset(
    {
        "the",
        "of",
        "and",
        "to",
        "in",
        "a",
        "is",
        "for",
        "with",
        "will",
        "student",
        "on",
        "or",
        "by",
        "be",
        "not",
        "this",
    }
    | {"at", "de", "la", "el", "en", "y", "con", "para", "que", "los", "las", "del"}
)


def _sense(words: list[Word]) -> float:
    """The share of words that every page of prose holds; near none when read upside down."""
    return sum(word.text.lower().strip(".,:;") in _COMMON for word in words) / max(len(words), 1)


def _back(grey: Picture, turns: int, warp: Any) -> Any:
    """The matrix from the straightened page to the picture as sent, in pixels."""
    high, wide = grey.shape
    to_turned = {
        0: np.eye(3),
        1: np.array([[0, 1, 0], [-1, 0, wide - 1], [0, 0, 1.0]]),
        2: np.array([[-1, 0, wide - 1], [0, -1, high - 1], [0, 0, 1.0]]),
        3: np.array([[0, -1, high - 1], [1, 0, 0], [0, 0, 1.0]]),
    }[turns]
    return np.linalg.inv(warp @ to_turned)


def _sheet(flat: Picture, number: int, width: float, height: float, back: Any) -> Sheet:
    sheet = Sheet(number, flat.shape[1] * SCALE, flat.shape[0] * SCALE, scanned=True)
    binary = _binary(flat)
    across, down = _rulings(binary)
    bars = _dark_bars(flat)
    down = [ruling for ruling in down if not any(_in_bar(ruling, bar) for bar in bars)]
    boxes = _check_boxes(binary)
    sheet.across = [(y * SCALE, a * SCALE, b * SCALE) for y, a, b in across]
    sheet.down = [(x * SCALE, a * SCALE, b * SCALE) for x, a, b in down]
    found: list[Word] = []
    for text, box in _read_words(flat):
        found += _split_words(text, box, binary, [b for b, _ in boxes], number)
    marks = [Word(TICKED if ticked else EMPTY, number, _scaled(box, SCALE, SCALE)) for box, ticked in boxes]
    sheet.words = [
        word._replace(shown=_shown(word.box, back, width, height))
        for word in _with_boxes(bracketed(found), marks)
    ]
    sheet.shown = (width, height)
    return sheet


def _shown(box: Box, back: Any, width: float, height: float) -> Box:
    """A box of the straightened page as a box of the picture as sent, in points."""
    left, top, right, bottom = (side / SCALE for side in box)
    corners = np.array([[left, right, right, left], [top, top, bottom, bottom], [1, 1, 1, 1]])
    x, y, w = back @ corners
    x, y = x / w * SCALE, y / w * SCALE
    return (
        float(min(max(x.min(), 0), width)),
        float(min(max(y.min(), 0), height)),
        float(min(max(x.max(), 0), width)),
        float(min(max(y.max(), 0), height)),
    )


def _scaled(box: tuple[float, float, float, float], sx: float, sy: float) -> Box:
    return (box[0] * sx, box[1] * sy, box[2] * sx, box[3] * sy)


# ---------------------------------------------------------------- straightening


def _straight(grey: Picture) -> tuple[Picture, Any]:
    """The page flat and level, and the matrix that made it so (pixels)."""
    import cv2

    matrix = _paper(grey)
    if matrix is not None:
        warp, size = matrix
        flat = cv2.warpPerspective(grey, warp, size, flags=cv2.INTER_LINEAR, borderValue=255)
    else:
        warp, flat = np.eye(3), grey
    angle = _skew(flat)
    if abs(angle) > 0.05:
        high, wide = flat.shape
        turn = np.vstack([cv2.getRotationMatrix2D((wide / 2, high / 2), angle, 1.0), [0, 0, 1]])
        flat = cv2.warpAffine(flat, turn[:2], (wide, high), flags=cv2.INTER_LINEAR, borderValue=255)
        warp = turn @ warp
    return flat, warp


def _paper(grey: Picture) -> tuple[Any, tuple[int, int]] | None:
    """For a photo of a page on a darker ground: the warp that makes the sheet fill the picture."""
    import cv2

    high, wide = grey.shape
    factor = 600 / max(high, wide)
    small = cv2.GaussianBlur(cv2.resize(grey, None, fx=factor, fy=factor), (5, 5), 0)
    rim = np.concatenate([small[:6].ravel(), small[-6:].ravel(), small[:, :6].ravel(), small[:, -6:].ravel()])
    middle = small[small.shape[0] // 4 : -small.shape[0] // 4, small.shape[1] // 4 : -small.shape[1] // 4]
    if np.median(middle) - np.percentile(rim, 25) < 40:
        return None
    _, mask = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    page = max(contours, key=cv2.contourArea)
    if cv2.contourArea(page) < 0.35 * small.size:
        return None
    hull = cv2.convexHull(page)
    corners = None
    for share in (0.01, 0.02, 0.03, 0.05):
        shape = cv2.approxPolyDP(hull, share * cv2.arcLength(hull, True), True)
        if len(shape) == 4:
            corners = shape.reshape(4, 2).astype(np.float64) / factor
            break
    if corners is None:
        return None
    total, slope = corners.sum(axis=1), np.diff(corners, axis=1).ravel()
    ordered = np.array(
        [corners[total.argmin()], corners[slope.argmin()], corners[total.argmax()], corners[slope.argmax()]],
        dtype=np.float32,
    )
    across = max(math.dist(ordered[1], ordered[0]), math.dist(ordered[2], ordered[3]))
    along = max(math.dist(ordered[3], ordered[0]), math.dist(ordered[2], ordered[1]))
    if not 0.4 < across / max(along, 1) < 2.5:
        return None
    paper = (8.5, 11.0) if along > across else (11.0, 8.5)
    size = (round(paper[0] * DOTS), round(paper[1] * DOTS))
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], dtype=np.float32)
    return cv2.getPerspectiveTransform(ordered, target), size


def _skew(grey: Picture) -> float:
    """Degrees to turn the page so that its lines lie level: the angle whose row sums vary most."""
    import cv2

    factor = 800 / max(grey.shape)
    small = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    ink = (cv2.adaptiveThreshold(small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 12)).astype(
        np.float32
    )
    high, wide = ink.shape

    def score(angle: float) -> float:
        turn = cv2.getRotationMatrix2D((wide / 2, high / 2), angle, 1.0)
        rows = cv2.warpAffine(ink, turn, (wide, high), flags=cv2.INTER_LINEAR).sum(axis=1)
        return float(np.square(np.diff(rows)).sum())

    best = max(np.arange(-4, 4.01, 0.5), key=score)
    return float(max(np.arange(best - 0.5, best + 0.51, 0.1), key=score))


# ---------------------------------------------------------------- rulings and boxes


def _binary(grey: Picture) -> Picture:
    """Ink as 255 on 0, shade and paper colour removed."""
    import cv2

    ground = cv2.medianBlur(cv2.dilate(grey, np.ones((9, 9), np.uint8)), 31)
    even = 255 - cv2.absdiff(grey, ground)
    return cv2.adaptiveThreshold(even, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 12)


def _rulings(binary: Picture) -> tuple[list[tuple[float, float, float]], list[tuple[float, float, float]]]:
    """Drawn lines: across as (y, left, right) and down as (x, top, bottom), in pixels."""
    import cv2

    high, wide = binary.shape
    across, down = [], []
    closed = cv2.morphologyEx(binary, cv2.MORPH_CLOSE, np.ones((1, 3), np.uint8))
    lines = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, max(wide // 24, 20)), np.uint8))
    lines = cv2.dilate(lines, np.ones((3, 9), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(lines)
    for x, y, w, h, _area in stats[1:count]:
        if h < 26 and w > 50:
            across.append((float(y + h / 2), float(x), float(x + w)))
    closed = cv2.morphologyEx(binary, cv2.MORPH_CLOSE, np.ones((5, 3), np.uint8))
    lines = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((max(high // 76, 20), 1), np.uint8))
    lines = cv2.dilate(lines, np.ones((9, 3), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(lines)
    for x, y, w, h, _area in stats[1:count]:
        if w < 26 and h > 40:
            down.append((float(x + w / 2), float(y), float(y + h)))
    return across, down


def _dark_bars(grey: Picture) -> list[tuple[int, int, int, int]]:
    """Filled bars that carry light letters, as (left, top, right, bottom) in pixels."""
    import cv2

    dark = (grey < 0.45 * np.median(grey)).astype(np.uint8) * 255
    filled = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    filled = cv2.morphologyEx(filled, cv2.MORPH_OPEN, np.ones((22, 70), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(filled)
    return [(x, y, x + w, y + h) for x, y, w, h, _ in stats[1:count].tolist() if h < 140]


def _in_bar(ruling: tuple[float, float, float], bar: tuple[int, int, int, int]) -> bool:
    """Whether a line down the page is the edge of a letter in a bar, not of the bar itself."""
    x, top, bottom = ruling
    left, upper, right, lower = bar
    return left + 8 < x < right - 8 and top > upper - 12 and bottom < lower + 12


def _check_boxes(binary: Picture) -> list[tuple[tuple[float, float, float, float], bool]]:
    """Small squares with all four sides inked, and whether their inner half holds ink."""
    import cv2

    least, most = 5.5 / SCALE, 16 / SCALE
    contours, _ = cv2.findContours(binary, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found: list[tuple[tuple[float, float, float, float], bool]] = []
    for contour in contours:
        x, y, w, h = cv2.boundingRect(contour)
        if not (least <= w <= most and least <= h <= most and abs(w - h) <= 0.2 * max(w, h)):
            continue
        patch = binary[y : y + h, x : x + w] > 0
        rim = max(2, round(min(w, h) * 0.16))
        sides = (
            patch[:rim].any(axis=0).mean(),
            patch[-rim:].any(axis=0).mean(),
            patch[:, :rim].any(axis=1).mean(),
            patch[:, -rim:].any(axis=1).mean(),
        )
        if min(sides) < 0.88:
            continue
        straight = (
            patch[:rim].sum(axis=1).max() / w,
            patch[-rim:].sum(axis=1).max() / w,
            patch[:, :rim].sum(axis=0).max() / h,
            patch[:, -rim:].sum(axis=0).max() / h,
        )
        if min(straight) < 0.7:
            continue
        corner = max(3, round(min(w, h) * 0.2))
        corners = (
            patch[:corner, :corner],
            patch[:corner, -corner:],
            patch[-corner:, :corner],
            patch[-corner:, -corner:],
        )
        if min(float(c.mean()) for c in corners) < 0.3:
            continue  # a letter's bowl
        edge = max(x - 5, 0), min(x + w + 5, binary.shape[1])
        if (binary[y : y + h, edge[0] : max(x - 1, 0)] > 0).mean() > 0.06 or (
            binary[y : y + h, x + w + 1 : edge[1]] > 0
        ).mean() > 0.06:
            continue  # stands inside a word
        inner = patch[h // 4 : h - h // 4, w // 4 : w - w // 4]
        box = (float(x), float(y), float(x + w), float(y + h))
        if any(abs(box[0] - b[0]) < 0.6 * w and abs(box[1] - b[1]) < 0.6 * h for b, _ in found):
            continue
        found.append((box, bool(inner.mean() > 0.18)))
    return found


def _with_boxes(words: list[Word], marks: list[Word]) -> list[Word]:
    """Add box glyphs; what the engine read in a box's place is dropped or cut off."""
    kept = list(words)
    for mark in marks:
        beside = any(
            -2 <= word.box[0] - mark.box[2] < 22 and abs(word.middle - (mark.box[1] + mark.box[3]) / 2) < 7
            for word in words
        ) or any(abs(word.box[0] - mark.box[0]) < 4 and abs(word.middle - mark.middle) < 6 for word in words)
        alone = not any(
            abs(word.middle - mark.middle) < 6
            and word.box[0] < mark.box[2]
            and word.box[2] > mark.box[0]
            and len(word.text) > 3
            and word.box[2] - word.box[0] > 3 * (mark.box[2] - mark.box[0])
            for word in words
        )
        if not beside and not alone:
            continue
        changed = []
        for word in kept:
            overlap = min(word.box[2], mark.box[2]) - max(word.box[0], mark.box[0])
            if overlap <= 1 or abs(word.middle - mark.middle) > 7:
                changed.append(word)
                continue
            if overlap > 0.6 * (word.box[2] - word.box[0]) or len(word.text) <= 1:
                continue  # the box itself, read as a letter
            share = overlap / (word.box[2] - word.box[0])
            drop = max(0, round(share * len(word.text)))
            if word.box[0] >= mark.box[0] - 3:
                text = word.text[drop:] if not word.text[:1].isupper() else word.text
                changed.append(
                    word._replace(text=text.lstrip("口□☐☑|[]"), box=(mark.box[2] + 0.5, *word.box[1:]))
                )
            else:
                changed.append(word)
        kept = [word for word in changed if word.text]
        kept.append(mark)
    return kept


# ---------------------------------------------------------------- words


@lru_cache(maxsize=1)
def _engine() -> Any:
    """The reading engine, loaded once a process (about 0.7 GB)."""
    import logging

    from rapidocr import RapidOCR
    from rapidocr.ch_ppocr_rec.utils import CTCLabelDecode

    logging.getLogger("RapidOCR").setLevel(logging.WARNING)
    engine = RapidOCR(
        params={
            "Global.use_cls": False,
            "Global.log_level": "warning",
            "Det.limit_type": "max",
            "Det.limit_side_len": 1280,
            "Rec.rec_batch_num": 1,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    if not getattr(CTCLabelDecode, "weighs_spaces", False):
        decode = CTCLabelDecode.__call__

        def weighed(self: Any, preds: Any, *args: Any, **kwargs: Any) -> Any:
            preds = np.array(preds, copy=True)
            preds[..., -1] *= SPACE_WEIGHT
            return decode(self, preds, *args, **kwargs)

        # the engine has no setting for it
        setattr(CTCLabelDecode, "__call__", weighed)  # noqa: B010
        setattr(CTCLabelDecode, "weighs_spaces", True)  # noqa: B010
    return engine


def _read_words(grey: Picture) -> list[tuple[str, tuple[float, float, float, float]]]:
    """Text lines with their boxes, in pixels."""
    result = _engine()(np.dstack([grey] * 3))
    if result is None or result.boxes is None:
        return []
    found = []
    for corners, text in zip(result.boxes, result.txts, strict=True):
        xs, ys = [p[0] for p in corners], [p[1] for p in corners]
        if text.strip():
            found.append((text, (float(min(xs)), float(min(ys)), float(max(xs)), float(max(ys)))))
    return found


_WIDE = set("mwMWQGOD@%—")
_THIN = set("iljtfrI.,:;'!|()[] ")


def _split_words(
    text: str, box: tuple[float, float, float, float], binary: Picture, boxes: list[tuple], page: int
) -> list[Word]:
    """Words of a text line, cut where the picture shows the widest gaps.

    Check boxes in the line are blanked first, unless the engine seems to have read them as letters.
    """
    text = re.sub(r"[.…·]{2,}|(?<=\s)[.…·](?=\s|$|[A-Z0-9])|^[.…·](?=\S)", "  ", text)  # leaders
    text = re.sub(r"(?<=[a-z]{2})([.:;,])(?=[A-Z])", r"\1 ", text)
    text = re.sub(r"(?<=[a-z)])(\[|\()(?=[Xx ]?[\])])", r" \1", text)
    tokens = [token for token in text.split() if token.strip("口□☐☑■▪")]
    if not tokens:
        return []
    left, top, right, bottom = (round(side) for side in box)
    patch = binary[max(top, 0) : bottom, max(left, 0) : right] > 0
    weights = [
        sum(1.5 if c in _WIDE else 0.55 if c in _THIN else 1.2 if c.isupper() else 1.0 for c in t)
        for t in tokens
    ]
    inside = [b for b in boxes if b[0] < right and b[2] > left and top < (b[1] + b[3]) / 2 < bottom]
    best: tuple[float, list[tuple[int, int]]] | None = None
    at_start = [b for b in inside if b[0] - left < 0.5 * (bottom - top)]
    read_as_letter = len(tokens[0]) < 3 or not at_start  # else the box that begins the line was left out
    for blank in ((True, False) if read_as_letter else (True,)) if inside else (False,):
        ink = patch.copy()
        if blank:
            for b in inside:
                ink[:, max(int(b[0]) - left - 2, 0) : int(b[2]) - left + 2] = False
        spans = _spans(ink.sum(axis=0) > 0, len(tokens))
        if spans is None:
            continue
        total, drawn = sum(weights), sum(b - a for a, b in spans)
        error = sum(
            abs(w / total - (b - a) / max(drawn, 1)) for w, (a, b) in zip(weights, spans, strict=True)
        )
        if best is None or error < best[0] - 0.02:
            best = (error, spans)
    if best is None or best[0] > 0.6:
        spans = []
        at, total = 0.0, sum(weights) + 0.5 * (len(tokens) - 1)
        begin = 0.0 if read_as_letter else max(b[2] for b in at_start) + 4 - left
        for weight in weights:
            scale = (right - left - begin) / total
            spans.append((round(begin + scale * at), round(begin + scale * (at + weight))))
            at += weight + 0.5
    else:
        spans = best[1]
    spans = _past_rule(spans, tokens, bottom - top)
    trim = 0.12 * (bottom - top)
    return [
        Word(token, page, _scaled((left + a, top + trim, left + b, bottom - trim), SCALE, SCALE))
        for token, (a, b) in zip(tokens, spans, strict=True)
    ]


def _past_rule(spans: list[tuple[int, int]], tokens: list[str], high: int) -> list[tuple[int, int]]:
    """The spans, with a first word that a drawn line at the left seemed to be set behind it, before the second."""
    if len(spans) < 2 or len(tokens[0]) < 3:
        return spans
    (a, b), (c, d) = spans[:2]
    if b - a > 0.15 * high or c - b > high or d - c < 0.2 * high * len(tokens[0]):
        return spans
    cut = c + round((d - c) * len(tokens[0]) / (len(tokens[0]) + len(tokens[1]) + 1))
    return [(c, cut), (cut + 1, d), *spans[2:]]


def _spans(columns: Picture, count: int) -> list[tuple[int, int]] | None:
    """Cut a line's inked columns into ``count`` stretches at its widest gaps."""
    inked = np.flatnonzero(columns)
    if len(inked) == 0:
        return None
    steps = np.diff(inked)
    if count - 1 > int((steps > 1).sum()):
        return None
    cuts = np.sort(np.argsort(steps)[::-1][: count - 1]) if count > 1 else np.array([], dtype=int)
    starts = [int(inked[0]), *(int(inked[c + 1]) for c in cuts)]
    ends = [*(int(inked[c]) + 1 for c in cuts), int(inked[-1]) + 1]
    return list(zip(starts, ends, strict=True))
