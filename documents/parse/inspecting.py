"""What came, and a clean PDF of it."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2
from PIL import Image

from documents.parse import MOST_PAGES, Output, Refused, cleaning, clips, kinds, photos, words


def warm_up() -> None:
    """Loads all that is loaded late, while files can still be opened."""
    Image.init()
    made = words.set_pdf([{"kind": "text", "words": "a"}])
    clean = cleaning.clean(_locked(made))  # the library for encryption looks for random numbers once
    page = pypdfium2.PdfDocument(clean)[0]
    page.get_textpage().get_text_bounded()
    picture = page.render(scale=0.1).to_pil()
    for form, more in (("WEBP", {"lossless": True}), ("JPEG", {}), ("PNG", {})):
        out = io.BytesIO()
        picture.save(out, form, **more)
        Image.open(io.BytesIO(out.getvalue())).load()
    for name in ("utf-8-sig", "utf-16", "cp1252", "cp437", "latin-1"):
        "a".encode(name).decode(name)


def _locked(made: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(made)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="a", user="", R=6))
    return out.getvalue()


def inspect(parts: list[bytes], password: str, output: Output) -> None:
    """Answers `found` with the kind of each part, the number of pages and the clean copy; of a clip there is none."""
    found = [kinds.identify(part) for part in parts]
    if len(parts) > 1 and not set(found) <= kinds.PICTURES:
        raise Refused("only_photos_together")
    if len(parts) > MOST_PAGES:
        raise Refused("too_many_pages")
    if found[0] in kinds.CLIPS:
        clips.check(parts[0], found[0])
        output.frame("found", b"", kinds=found, pages=0)
        return
    if found[0] in kinds.PICTURES:
        copy = photos.bind([photos.drawn(part, kind) for part, kind in zip(parts, found, strict=True)])
    elif found[0] == kinds.PDF:
        copy = cleaning.clean(parts[0], password)
    else:
        blocks = (
            words.blocks_of_docx(parts[0])
            if found[0] == kinds.DOCX
            else words.blocks_of_text(kinds.text(parts[0]))
        )
        copy = cleaning.clean(words.set_pdf(blocks))
    output.frame("found", copy, kinds=found, pages=_pages(copy))


def _pages(copy: bytes) -> int:
    """How many pages the program that draws them finds, each with a size."""
    try:
        pdf = pypdfium2.PdfDocument(copy)
        count = len(pdf)
    except pypdfium2.PdfiumError:
        raise Refused("damaged") from None
    if not count:
        raise Refused("no_pages")
    if count > MOST_PAGES:
        raise Refused("too_many_pages")
    return count
