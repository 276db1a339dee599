"""How hard a text is to read, as a school grade: for families, so that a review stays readable.

English: Flesch–Kincaid grade (Kincaid et al. 1975). Spanish: Crawford's formula (1984). Syllables are
counted by groups of vowels, which is near enough for both.
"""

from __future__ import annotations

import re

SENTENCES = re.compile(r"[.!?…]+(?:\s|$)")
WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
VOWELS = re.compile(r"[aeiouyáéíóúü]+", re.IGNORECASE)
STRONG = re.compile(
    r"[aeoáéíóú](?=[aeoáéíóú])", re.IGNORECASE
)  # two such vowels are two syllables in Spanish
LEAST_WORDS = 10
# Words of grammar, which no text of some length does without.
COMMON = {
    "en": frozenset(
        ["the", "and", "of", "to", "in", "will", "with", "for", "by", "on", "a", "is", "given", "when"]
    ),
    "es": frozenset(
        [
            "el",
            "la",
            "los",
            "las",
            "y",
            "de",
            "del",
            "en",
            "que",
            "con",
            "para",
            "por",
            "un",
            "una",
            "se",
            "su",
        ]
    ),
}


def tongue_of(text: str) -> str:
    """The language a text is written in, English or Spanish, by its words of grammar; English where they say nothing."""
    words = [word.lower() for word in WORDS.findall(text)]
    found = {tongue: sum(word in common for word in words) for tongue, common in COMMON.items()}
    return "es" if found["es"] > found["en"] else "en"


def grade(text: str, language: str = "en") -> int | None:
    """The school grade (1 to 16) a text needs; None for one too short to say."""
    words = WORDS.findall(text)
    if len(words) < LEAST_WORDS:
        return None
    sentences = max(1, len(SENTENCES.findall(text)))
    if language.startswith("es"):
        syllables = sum(max(1, len(VOWELS.findall(w)) + len(STRONG.findall(w))) for w in words)
        found = -0.205 * (100 * sentences / len(words)) + 0.049 * (100 * syllables / len(words)) - 3.407
    else:
        found = 0.39 * len(words) / sentences + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59
    return min(16, max(1, round(found)))


def _syllables(word: str) -> int:
    word = word.lower()
    count = len(VOWELS.findall(word))
    if word.endswith("e") and not word.endswith(("le", "ee")) and count > 1:
        count -= 1
    return max(1, count)
