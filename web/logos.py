"""A firm's logo, drawn anew so that nothing but its pixels is kept."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 512 * 1024
MOST_PIXELS = 16_000_000
BOX = (640, 240)  # shown at most 40 px high: sharp on screens of three times the pixels, and in print
FORMATS = ("PNG", "JPEG", "WEBP")


@dataclass(frozen=True)
class Logo:
    """A clean PNG. `version` is a short fingerprint for addresses that may be cached for ever."""

    content: bytes
    width: int
    height: int
    version: str
    content_type: str = "image/png"


def clean_logo(data: bytes) -> Logo:
    """Read a PNG, JPEG or WebP of at most 512 KB and draw it anew, at most 640 by 240 pixels, without metadata.

    Raises ValueError with a sentence for people when it is too large or no such picture.
    """
    if len(data) > MOST_BYTES:
        raise ValueError(_("This picture is larger than 512 KB. Please pick a smaller one."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
            if picture.width * picture.height > MOST_PIXELS:
                raise ValueError(_("This picture has too many pixels. Please pick a smaller one."))
            picture = ImageOps.exif_transpose(picture)
            drawn = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        raise ValueError(_("We could not read this picture. Please pick a PNG, JPEG or WebP file.")) from None
    drawn.thumbnail(BOX, Image.Resampling.LANCZOS)
    clean = Image.new(drawn.mode, drawn.size)
    clean.paste(drawn)
    out = io.BytesIO()
    clean.save(out, "PNG", optimize=True)
    content = out.getvalue()
    return Logo(content, clean.width, clean.height, hashlib.sha256(content).hexdigest()[:12])
