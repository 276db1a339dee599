"""How many segments a text takes, and which characters make it dear."""

from __future__ import annotations

GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = set("^{}\\[~]|€\f")
PLAIN = {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "•": "-"}


def plain(text: str) -> str:
    """The same words with typographic marks made plain, so that one curly quote does not double the price."""
    return "".join(PLAIN.get(letter, letter) for letter in text)


def count(text: str) -> tuple[int, bool]:
    """Segments (GSM-7: 160 or 153 characters each, UCS-2: 70 or 67), and whether UCS-2 is needed."""
    if all(letter in GSM or letter in GSM_TWICE for letter in text):
        length = sum(2 if letter in GSM_TWICE else 1 for letter in text)
        return (1 if length <= 160 else -(-length // 153)), False
    length = len(text.encode("utf-16-be")) // 2
    return (1 if length <= 70 else -(-length // 67)), True
