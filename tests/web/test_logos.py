from __future__ import annotations

import io

import pytest
from PIL import Image, PngImagePlugin

from web.logos import clean_logo


def picture(kind: str, size: tuple[int, int] = (800, 300), mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "#7a2e5d").save(out, kind, **more)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_drawn_anew_as_png_within_its_box(kind):
    logo = clean_logo(picture(kind))
    with Image.open(io.BytesIO(logo.content)) as drawn:
        assert (drawn.format, drawn.size) == ("PNG", (640, 240))
    assert (logo.width, logo.height, logo.content_type) == (640, 240, "image/png")


def test_nothing_but_pixels_is_kept():
    secret = PngImagePlugin.PngInfo()
    secret.add_text("Comment", "where it was taken")
    data = picture("PNG", pnginfo=secret) + b"<script>alert(1)</script>"
    assert b"where it was taken" in data
    logo = clean_logo(data)
    assert [word for word in (b"where it was taken", b"<script>", b"tEXt") if word in logo.content] == []


def test_a_photo_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    logo = clean_logo(picture("JPEG", (100, 50), exif=exif))
    assert (logo.width, logo.height) == (50, 100)


def test_see_through_stays_see_through():
    logo = clean_logo(picture("PNG", mode="RGBA"))
    with Image.open(io.BytesIO(logo.content)) as drawn:
        assert drawn.mode == "RGBA"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "PNG, JPEG or WebP"),
        (b"", "PNG, JPEG or WebP"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "PNG, JPEG or WebP"),
        (picture("GIF"), "PNG, JPEG or WebP"),
        (picture("PNG")[:-60], "PNG, JPEG or WebP"),
        (b"\0" * (512 * 1024 + 1), "larger than 512 KB"),
        (picture("PNG", (5000, 4000), mode="1"), "too many pixels"),
        (picture("PNG", (20000, 12000), mode="1"), "PNG, JPEG or WebP|too many pixels"),
    ],
)
def test_what_is_no_such_picture_is_told(data, said, english):
    with pytest.raises(ValueError, match=said):
        clean_logo(data)
