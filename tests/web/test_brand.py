from __future__ import annotations

import random

import pytest

from web.brand import (
    CALMER,
    DARK_GROUNDS,
    DARKER,
    LIGHT_GROUNDS,
    SWATCHES,
    brand,
    brand_css,
    brand_version,
    contrast,
    read_hex,
)

# The corners and edges of the colour cube, where rounding and gamut bite, and 2,400 colours from all over it.
EDGES = [
    f"#{r:02x}{g:02x}{b:02x}"
    for r in (0, 1, 128, 254, 255)
    for g in (0, 1, 128, 254, 255)
    for b in (0, 1, 128, 254, 255)
]
RANDOM = random.Random(20261125)
COLOURS = EDGES + [f"#{RANDOM.randrange(1 << 24):06x}" for _ in range(2400)]


def test_light_colours_are_readable_whatever_the_firm_gives():
    def fails(colour: str) -> bool:
        made = brand(colour).light
        grounds = [*LIGHT_GROUNDS.values(), made["brand-soft"]]
        return (
            min(contrast(made["brand-ink"], ground) for ground in grounds) < 4.6
            or contrast(made["on-brand"], made["brand"]) < 4.6
            or contrast(made["on-brand"], made["brand-strong"]) < 6.5
            or contrast(made["on-brand-soft"], made["brand-soft"]) < 7
            or contrast("#1d2326", made["brand-soft"]) < 4.5  # --ink on a chosen row
            or contrast("#4b5459", made["brand-soft"]) < 4.5  # --ink-2
            or contrast("#1d4ed8", made["brand-soft"]) < 3  # --focus
        )

    assert [colour for colour in COLOURS if fails(colour)] == []


def test_dark_colours_are_readable_whatever_the_firm_gives():
    def fails(colour: str) -> bool:
        made = brand(colour).dark
        return (
            contrast(made["brand"], DARK_GROUNDS["surface"]) < 7
            or contrast(made["brand"], DARK_GROUNDS["sunken"]) < 3
            or min(
                contrast(made["brand-ink"], made[g] if g in made else DARK_GROUNDS[g])
                for g in ("bg", "surface", "surface-2", "brand-soft")
            )
            < 4.6
            or contrast(made["on-brand"], made["brand"]) < 4.6
            or contrast(made["on-brand"], made["brand-strong"]) < 8
            or contrast(made["brand-strong"], DARK_GROUNDS["surface"]) < 8
            or contrast(made["on-brand-soft"], made["brand-soft"]) < 7
            or contrast("#eceff0", made["brand-soft"]) < 4.5
            or contrast("#bcc5ca", made["brand-soft"]) < 4.5
            or contrast("#a9c8ff", made["brand-soft"]) < 3
        )

    assert [colour for colour in COLOURS if fails(colour)] == []


def test_a_readable_colour_stays_as_it_was_given():
    made = brand("#7A2E5D")

    assert made.light["brand"] == "#7a2e5d"
    assert (made.note, made.shifted) == ("", False)
    assert (made.light["brand-strong"], made.light["on-brand-soft"]) == ("#64194a", "#6c2150")
    assert (made.dark["brand"], made.dark["on-brand"], made.dark["brand-soft"]) == (
        "#e791c2",
        "#28131f",
        "#422636",
    )


def test_the_hue_stays_the_firms():
    from web.brand import to_lch

    hue = to_lch("#7a2e5d")[2]
    made = brand("#7a2e5d")
    assert [
        abs(to_lch(made.dark[name])[2] - hue) < 0.06 for name in ("brand", "brand-strong", "on-brand-soft")
    ] == [True] * 3


@pytest.mark.parametrize(("colour", "note"), [("#ffd400", DARKER), ("#0000ff", CALMER), ("#0b5a6b", "")])
def test_a_colour_that_had_to_move_says_how(colour, note):
    assert brand(colour).note == note


def test_the_eight_swatches_need_no_move():
    assert [brand(colour).shifted for colour, _name in SWATCHES] == [False] * 8


def test_the_sheet_sets_light_dark_choice_and_print():
    sheet = brand_css("#7a2e5d")

    assert sheet.startswith(":root{--brand:#7a2e5d;--brand-strong:#64194a;--on-brand:#ffffff;")
    assert sheet.count("--brand:#e791c2") == 2
    assert sheet.count("--brand:#7a2e5d") == 2
    assert len(sheet) < 1200


def test_an_address_changes_with_the_colour():
    assert brand_version("#7a2e5d") == brand_version("#7A2E5D") != brand_version("#7a2e5e")


@pytest.mark.parametrize("text", ["", "red", "#12345", "#1234567", "#ggg000", "url(x)", "#fff;}"])
def test_what_is_no_colour_is_told(text, english):
    with pytest.raises(ValueError, match="Write the color as # and six letters or digits"):
        read_hex(text)


def test_short_colours_are_read():
    assert read_hex(" #AbC ") == "#aabbcc"
