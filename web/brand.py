"""A firm's one colour becomes every brand token, light and dark, readable by construction.

The steps work in OKLCH (Björn Ottosson, "A perceptual color space for image processing", 2020), where lightness is
what the eye sees: the hue stays the firm's, chroma is capped, and lightness moves until each contrast holds.
Contrast is the ratio of WCAG 2.2.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# Grounds of tokens.css that brand colours stand on; a test compares them with the file.
LIGHT_GROUNDS = {"surface": "#ffffff", "bg": "#f6f5f2", "surface-2": "#faf9f7"}
DARK_GROUNDS = {"surface": "#1c2225", "bg": "#14181a", "surface-2": "#22292d", "sunken": "#2b3338"}
DEFAULT = "#0b5a6b"  # "lagoon", the brand block of tokens.css
CHROMA_CAP = 0.15
STEP = 0.01
VISIBLE = 0.02  # a change of chroma that people notice on a button

SWATCHES = [
    (DEFAULT, _("Lagoon")),
    ("#1d4f91", _("Harbor blue")),
    ("#4b3f8f", _("Iris")),
    ("#7a2e5d", _("Plum")),
    ("#9b2c3a", _("Brick")),
    ("#8a4b08", _("Amber")),
    ("#2f6b3a", _("Fern")),
    ("#41525c", _("Slate")),
]
DARKER = _("We made it a little darker so everyone can read it.")
CALMER = _("We made it a little calmer so everyone can read it.")

Lch = tuple[float, float, float]


@dataclass(frozen=True)
class Brand:
    """The tokens of one colour by name without dashes. `note` is the sentence to show when we had to move it, or ""."""

    given: str
    light: dict[str, str]
    dark: dict[str, str]
    note: str | Promise

    @property
    def shifted(self) -> bool:
        return bool(self.note)


def read_hex(text: str) -> str:
    """ "#7A2E5D", "7a2e5d" or "#abc" as "#rrggbb" in small letters. Raises ValueError with a sentence for people."""
    found = re.fullmatch(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", text.strip())
    if not found:
        raise ValueError(gettext("Write the color as # and six letters or digits, like #0b5a6b."))
    digits = found[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


@lru_cache(maxsize=512)
def brand(colour: str) -> Brand:
    """All brand tokens of a colour ("#7a2e5d"). Raises ValueError when it is no colour."""
    given = read_hex(colour)
    lightness, given_chroma, hue = to_lch(given)
    chroma = min(given_chroma, CHROMA_CAP)
    light = _light(lightness, chroma, hue)
    dark = _dark(lightness, chroma, hue)
    now_lightness, now_chroma, _now_hue = to_lch(light["brand"])
    note: str | Promise = ""
    if lightness - now_lightness > STEP:
        note = DARKER
    elif given_chroma - now_chroma > VISIBLE:
        note = CALMER
    return Brand(given=given, light=light, dark=dark, note=note)


def _light(lightness: float, chroma: float, hue: float) -> dict[str, str]:
    white = LIGHT_GROUNDS["surface"]
    soft = to_hex((0.955, min(chroma, 0.028), hue))
    grounds = [*LIGHT_GROUNDS.values(), soft]

    start = min(lightness, 0.50)
    filled, level = _until(start, -STEP, chroma, hue, lambda c: all(contrast(c, g) >= 4.6 for g in grounds))
    strong, _level = _until(level - 0.07, -STEP, chroma, hue, lambda c: contrast(c, white) >= 6.5)
    on_soft, _level = _until(0.38, -STEP, chroma, hue, lambda c: contrast(c, soft) >= 7)
    return {
        "brand": filled,
        "brand-strong": strong,
        "on-brand": white,
        "brand-ink": filled,
        "brand-soft": soft,
        "on-brand-soft": on_soft,
    }


def _dark(lightness: float, chroma: float, hue: float) -> dict[str, str]:
    surface, sunken = DARK_GROUNDS["surface"], DARK_GROUNDS["sunken"]
    soft = to_hex((0.31, min(chroma, 0.05), hue))
    on_brand = to_hex((0.22, min(chroma, 0.04), hue))

    def fills(c: str) -> bool:
        return contrast(c, surface) >= 7 and contrast(c, sunken) >= 3

    filled, level = _until(max(lightness, 0.74), STEP, chroma, hue, fills)
    ink, _level = _until(level, STEP, chroma, hue, lambda c: contrast(c, soft) >= 4.6)
    strong, _level = _until(
        level + 0.07, STEP, chroma, hue, lambda c: contrast(c, surface) >= 8 and contrast(on_brand, c) >= 8
    )
    on_soft, _level = _until(0.9, STEP, chroma, hue, lambda c: contrast(c, soft) >= 7)
    return {
        "brand": filled,
        "brand-strong": strong,
        "on-brand": on_brand,
        "brand-ink": ink,
        "brand-soft": soft,
        "on-brand-soft": on_soft,
    }


def _until(
    level: float, step: float, chroma: float, hue: float, holds: Callable[[str], bool]
) -> tuple[str, float]:
    """The first colour from `level` on, step by step, for which `holds`; black or white end the walk."""
    while True:
        level = min(max(level, 0.0), 1.0)
        colour = to_hex((level, chroma, hue))
        if holds(colour) or level in (0.0, 1.0):
            return colour, level
        level = round(level + step, 6)


def brand_css(colour: str) -> str:
    """The style sheet of one firm: its brand tokens, light and dark. Raises ValueError when it is no colour."""
    made = brand(colour)
    light, dark = _block(made.light), _block(made.dark)
    return (
        f":root{{{light}}}\n"
        f"@media(prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n"
        f":root[data-theme=dark]{{{dark}}}\n"
        f"@media print{{:root[data-theme=dark],:root:not([data-theme=light]){{{light}}}}}\n"
    )


def brand_version(colour: str) -> str:
    """Short fingerprint of the style sheet, for an address that may be cached for ever."""
    return hashlib.sha256(brand_css(colour).encode()).hexdigest()[:12]


def _block(tokens: dict[str, str]) -> str:
    return ";".join(f"--{name}:{value}" for name, value in tokens.items())


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two "#rrggbb" colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=4096)
def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb", 0 to 1 (WCAG 2.2, "relative luminance")."""
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: str) -> tuple[float, float, float]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return red, green, blue


def to_lch(colour: str) -> Lch:
    """Lightness (0 to 1), chroma and hue (radians) of "#rrggbb" in OKLCH."""
    r, g, b = _linear(colour)
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    medium = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    bb = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, bb), math.atan2(bb, a)


def _to_linear(lch: Lch) -> tuple[float, float, float]:
    lightness, chroma, hue = lch
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def to_hex(lch: Lch) -> str:
    """ "#rrggbb" of an OKLCH colour. A colour outside sRGB loses chroma, never lightness or hue, until it fits."""
    lightness, chroma, hue = lch
    if not _fits(_to_linear(lch)):
        low, high = 0.0, chroma
        for _round in range(18):
            middle = (low + high) / 2
            if _fits(_to_linear((lightness, middle, hue))):
                low = middle
            else:
                high = middle
        chroma = low
    return "#" + "".join(f"{_byte(part):02x}" for part in _to_linear((lightness, chroma, hue)))


def _fits(linear: tuple[float, float, float]) -> bool:
    return all(-1e-4 <= part <= 1 + 1e-4 for part in linear)


def _byte(linear: float) -> int:
    part = min(max(linear, 0.0), 1.0)
    return round(255 * (12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055))
