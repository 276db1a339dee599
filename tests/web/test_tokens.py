"""The colours of tokens.css hold the contrasts its foot promises (WCAG 2.2 AA)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from web import brand

CSS = (Path(brand.__file__).parent.parent / "static/css/tokens.css").read_text()
BLOCK = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6}|#[0-9a-f]{3})\b")


def tokens(block: str) -> dict[str, str]:
    return {name: brand.read_hex(value) for name, value in BLOCK.findall(block)}


def blocks() -> tuple[str, str, str]:
    """The light block, the dark block of the device's wish, the dark block of the person's choice."""
    light = CSS[CSS.index(":root {") : CSS.index("/* Dark.")]
    wish = CSS[CSS.index(':root:not([data-theme="light"])') : CSS.index(':root[data-theme="dark"] {')]
    choice = CSS[CSS.index(':root[data-theme="dark"] {') : CSS.index("@media (prefers-reduced-motion")]
    return light, wish, choice


LIGHT = tokens(blocks()[0])
DARK = LIGHT | tokens(blocks()[1])
STATUSES = ["late", "soon", "ok", "info"]
TEXT = [
    *[(ink, on) for ink in ("ink", "ink-2", "ink-3") for on in ("bg", "surface", "surface-2", "sunken")],
    *[("brand-ink", on) for on in ("bg", "surface", "surface-2", "brand-soft")],
    ("on-brand", "brand"),
    ("on-brand", "brand-strong"),
    ("on-brand-soft", "brand-soft"),
    *[(status, on) for status in STATUSES for on in ("bg", "surface", "surface-2", f"{status}-soft")],
    *[(f"on-{status}-soft", f"{status}-soft") for status in [*STATUSES, "win"]],
    *[("on-solid", status) for status in STATUSES],
    *[("ink", f"{soft}-soft") for soft in [*STATUSES, "win", "brand"]],
    ("ink", "mark"),
    ("on-win", "win"),
]
GRAPHICS = [
    *[("line-strong", on) for on in ("bg", "surface", "surface-2", "sunken")],
    *[("focus", on) for on in ("bg", "surface", "sunken", "brand-soft")],
]


@pytest.mark.parametrize("mode", [LIGHT, DARK], ids=["light", "dark"])
def test_every_pair_of_text_is_readable(mode):
    assert [pair for pair in TEXT if brand.contrast(mode[pair[0]], mode[pair[1]]) < 4.5] == []


@pytest.mark.parametrize("mode", [LIGHT, DARK], ids=["light", "dark"])
def test_every_edge_and_ring_can_be_seen(mode):
    assert [pair for pair in GRAPHICS if brand.contrast(mode[pair[0]], mode[pair[1]]) < 3] == []


def test_the_lowest_contrasts_are_those_the_file_names():
    assert round(min(brand.contrast(LIGHT[a], LIGHT[b]) for a, b in TEXT), 2) == 4.63
    assert round(min(brand.contrast(LIGHT[a], LIGHT[b]) for a, b in GRAPHICS), 2) == 3.73


def test_the_two_dark_blocks_say_the_same():
    _light, wish, choice = blocks()
    assert tokens(wish) == tokens(choice)


def test_the_brand_rule_stands_on_the_grounds_of_the_file():
    assert {name: LIGHT[name] for name in brand.LIGHT_GROUNDS} == brand.LIGHT_GROUNDS
    assert {name: DARK[name] for name in brand.DARK_GROUNDS} == brand.DARK_GROUNDS
    assert LIGHT["brand"] == brand.DEFAULT


def test_paper_takes_the_light_colours_in_every_theme():
    printed = tokens((Path(brand.__file__).parent.parent / "static/css/print.css").read_text())
    grounds = {"bg", "surface", "surface-2", "sunken", "line", "line-strong", "ink", "ink-2", "ink-3"}
    assert {name: value for name, value in printed.items() if name not in grounds} == {
        name: value for name, value in LIGHT.items() if name not in grounds | {"focus"}
    }
