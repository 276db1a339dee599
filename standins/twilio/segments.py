"""How many segments a text takes.

GSM 03.38 as in https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding: 160 septets in
one segment or 153 in each of several; anything else is UCS-2: 70 or 67 code units.
"""

from __future__ import annotations

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ!\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")
# What smart encoding replaces, of the characters people's keyboards make.
SMART = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "\u2009": " "}
)


def encoding(body: str) -> str:
    """`GSM-7` or `UCS-2`."""
    return "GSM-7" if all(char in BASIC or char in EXTENDED for char in body) else "UCS-2"


def segments(body: str) -> int:
    """Segments of `body`; an empty one takes one."""
    if encoding(body) == "GSM-7":
        length, single, several = sum(2 if char in EXTENDED else 1 for char in body), 160, 153
    else:
        length, single, several = len(body.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= single else -(-length // several)
