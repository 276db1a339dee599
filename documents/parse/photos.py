"""Photos, drawn anew at a size that can be read, as pages of one PDF. Nothing of the camera's own notes stays."""

from __future__ import annotations

import io
import warnings

import pi_heif
import pikepdf
from PIL import Image, ImageOps, UnidentifiedImageError

from documents.parse import MOST_PIXELS, Refused
from documents.parse.kinds import HEIC, JPEG

LONGEST = 2200  # pixels; at 200 to an inch that is a letter page
POINTS = 72 / 200

pi_heif.register_heif_opener(thumbnails=False)
pi_heif.options.DECODE_THREADS = 1
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def drawn(data: bytes, kind: str) -> tuple[bytes, int, int]:
    """The photo as a JPEG of at most 2,200 pixels a side, upright, without EXIF; and its width and height."""
    formats = ["HEIF"] if kind == HEIC else [kind.upper()]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture: Image.Image = Image.open(io.BytesIO(data), formats=formats)
            if picture.width * picture.height > MOST_PIXELS:
                raise Refused("page_too_large")
            turn = picture.getexif().get(0x0112, 1) if kind != HEIC else 1
            if kind == JPEG:
                picture.draft("RGB", (LONGEST, LONGEST))
            picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("page_too_large") from None
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        TypeError,
        EOFError,
        KeyError,
        ArithmeticError,
    ):
        raise Refused("damaged") from None
    if picture.mode not in {"L", "RGB", "RGBA"}:
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    if picture.mode == "RGBA":
        paper = Image.new("RGB", picture.size, "white")
        paper.paste(picture, mask=picture.getchannel("A"))
        picture = paper
    how = TURNS.get(turn)
    picture = ImageOps.exif_transpose(picture) if how is None else picture.transpose(how)
    clean = picture.convert("RGB")
    clean.info.clear()
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=85, exif=b"", icc_profile=None)
    return out.getvalue(), clean.width, clean.height


TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip


def bind(photos: list[tuple[bytes, int, int]]) -> bytes:
    """One PDF with a page for each photo."""
    pdf = pikepdf.new()
    for content, width, height in photos:
        image = pikepdf.Stream(pdf, content)
        image.stream_dict = pikepdf.Dictionary(
            Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=width, Height=height,
            ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
        )  # fmt: skip
        wide, high = round(width * POINTS, 2), round(height * POINTS, 2)
        page = pikepdf.Dictionary(
            Type=pikepdf.Name.Page, MediaBox=[0, 0, wide, high],
            Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(Photo=pdf.make_indirect(image))),
            Contents=pikepdf.Stream(pdf, f"q {wide} 0 0 {high} 0 0 cm /Photo Do Q".encode()),
        )  # fmt: skip
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()
