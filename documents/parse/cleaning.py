"""A PDF with what is seen on its pages, and nothing that acts."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import pikepdf

from documents.parse import MOST_PAGES, MOST_PIXELS, Refused

OF_PAGE = {
    "/Type",
    "/Parent",
    "/MediaBox",
    "/CropBox",
    "/Rotate",
    "/Resources",
    "/Contents",
    "/UserUnit",
    "/Group",
}
NOWHERE = ("/AA", "/AF", "/JS", "/OpenAction", "/Metadata", "/PieceInfo", "/OPI", "/Ref", "/PS", "/Thumb")


def clean(data: bytes, password: str = "") -> bytes:
    """The cleaned copy, not encrypted; form fields and notes are drawn into the page.

    Raises Refused: `needs_password`, `wrong_password`, `damaged`, `no_pages`, `too_many_pages`, `page_too_large`.
    """
    try:
        with pikepdf.open(io.BytesIO(data), password=password) as pdf:
            return _clean(pdf)
    except pikepdf.PasswordError:
        raise Refused("wrong_password" if password else "needs_password") from None
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, TypeError, KeyError, AttributeError, IndexError,
            RuntimeError, OverflowError):  # fmt: skip
        raise Refused("damaged") from None


def _clean(pdf: pikepdf.Pdf) -> bytes:
    if len(pdf.pages) > MOST_PAGES:
        raise Refused("too_many_pages")
    if not len(pdf.pages):
        raise Refused("no_pages")
    with contextlib.suppress(pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError):
        pdf.generate_appearance_streams()
        pdf.flatten_annotations("all")
    # Only pages, and what they show, go over into a new file.
    made = pikepdf.new()
    made.pages.extend(pdf.pages)
    if "/OCProperties" in pdf.Root:  # which layers are seen
        made.Root.OCProperties = made.copy_foreign(pdf.make_indirect(pdf.Root.OCProperties))
    for page in made.pages:
        for key in set(page.obj.keys()) - OF_PAGE:
            del page.obj[key]
    for thing in made.objects:
        if isinstance(thing, pikepdf.Stream | pikepdf.Dictionary):
            _strip(thing)
    out = io.BytesIO()
    made.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _strip(thing: Any) -> None:
    for key in NOWHERE:
        if key in thing:
            del thing[key]
    if not isinstance(thing, pikepdf.Stream) or thing.get("/Subtype") != "/Image":
        return
    width, height = thing.get("/Width", 0), thing.get("/Height", 0)
    if not isinstance(width, int) or not isinstance(height, int):
        width, height = int(width), int(height)
    if width * height > MOST_PIXELS:
        raise Refused("page_too_large")
    if thing.get("/Filter") == "/DCTDecode":
        raw = thing.read_raw_bytes()
        bare = without_notes(raw)
        if bare != raw:
            thing.write(bare, filter=pikepdf.Name.DCTDecode, decode_parms=thing.get("/DecodeParms"))  # type: ignore[arg-type]


def without_notes(jpeg: bytes) -> bytes:
    """A JPEG without its comments and application segments but Adobe's own, which says how colours are meant."""
    if not jpeg.startswith(b"\xff\xd8"):
        return jpeg
    kept, at = bytearray(b"\xff\xd8"), 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        marker = jpeg[at + 1]
        if marker == 0xDA:  # the picture itself
            return bytes(kept) + jpeg[at:]
        size = 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if not (0xE1 <= marker <= 0xED or marker in (0xEF, 0xFE)):
            kept += jpeg[at : at + size]
        at += size
    return jpeg
