"""Words for tired people: short sentences, plain words, and schools as partners."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from web import catalogue

TEMPLATES = catalogue.ROOT / "templates"
# What families read: public pages, booking, their own pages, signing in with a code, errors, shared parts, mails.
FAMILY = [
    "errors",
    "portal",
    "mail",
    "scheduling/book*",
    "scheduling/_*",
    "scheduling/manage*",
    "accounts/sign_in*",
    "lobby/help*",
]
UNKIND = re.compile(r"\b(other side|demands?|must comply|fail(?:ed|ure) to|adversar\w+|opponents?)\b", re.I)


def family_messages() -> list[str]:
    """English messages of the pages families see, placeholders replaced by a plain word."""
    texts = set()
    for pattern in FAMILY:
        for place in TEMPLATES.glob(pattern):
            for path in place.rglob("*") if place.is_dir() else [place]:
                if path.suffix in catalogue.TEMPLATES:
                    texts |= {message for message in catalogue.messages_of(path)}
    return [catalogue.PLACEHOLDER.sub("name", text) for text in texts]


def sentences(text: str) -> list[list[str]]:
    found = [re.findall(r"[A-Za-z’'-]+", part) for part in re.split(r"[.?!:]+(?:\s|$)|\n", text)]
    return [words for words in found if words]


def syllables(word: str) -> int:
    """Groups of vowels, without a silent e at the end: within a few per cent of a dictionary over a whole text."""
    word = re.sub(r"[^a-z]", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = word.endswith("e") and not word.endswith("le") and groups > 1
    return max(groups - silent, 1)


def grade(texts: list[str]) -> float:
    """School grade by Flesch and Kincaid (1975) of all whole sentences, labels of three words or fewer left out."""
    said = [words for text in texts for words in sentences(text) if len(words) > 3]
    words = [word for sentence in said for word in sentence]
    return 0.39 * len(words) / len(said) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def test_the_measure_tells_plain_from_heavy():
    assert grade(["You can try again in a few minutes.", "Call us and we will help you."]) < 3
    assert grade(["The multidisciplinary evaluation necessitates parental authorization beforehand."]) > 12


def test_families_read_at_grade_six_or_below():
    assert grade(family_messages()) <= 6


def test_a_sentence_for_families_has_twenty_words_at_most():
    assert [
        " ".join(words) for text in family_messages() for words in sentences(text) if len(words) > 20
    ] == []


@pytest.mark.parametrize(
    "path",
    sorted({path for path in catalogue.sources() if path.suffix in catalogue.TEMPLATES}),
    ids=lambda path: path.name,
)
def test_schools_are_partners_in_every_sentence(path: Path):
    assert [text for text in catalogue.messages_of(path) if UNKIND.search(text)] == []
