"""Special-education terms in English and Spanish, with plain words for both, and where they occur in a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from law.source import DataError, Row, read


@dataclass(frozen=True, slots=True)
class Term:
    """``verified_es``: the Spanish term was read in a stored source, which ``source`` names."""

    id: str
    en: str
    abbr: str
    es: str
    es_variants: tuple[str, ...]
    plain_en: str
    plain_es: str
    citation: str
    verified_es: bool
    source: str

    def name(self, language: str = "en") -> str:
        return self.es if language == "es" else self.en

    def plain(self, language: str = "en") -> str:
        """The term in plain words, for a tooltip."""
        return self.plain_es if language == "es" else self.plain_en


@dataclass(frozen=True, slots=True)
class Found:
    """A term in a text: the characters from ``start`` up to ``end``."""

    term: Term
    start: int
    end: int


# Abbreviations that more often mean something else: states, words, a number.
_AMBIGUOUS = {
    "en": frozenset({"504", "AT", "ED", "HI", "ID", "MD", "RED"}),
    "es": frozenset({"504", "AT", "ED", "EL", "HI", "ID", "MD", "RED", "para"}),
}


@cache
def terms() -> Mapping[str, Term]:
    """All terms by id, in the order of the file.

    Raises:
        DataError: a term without its words in both languages, or verified without a source.
    """
    found = {}
    for i, item in enumerate(read("glossary.yaml")):
        row = Row(f"glossary.yaml[{i}] {item.get('id')}", item)
        term = Term(
            id=row.text("id"),
            en=row.text("en"),
            abbr=row.words("abbr"),
            es=row.text("es"),
            es_variants=row.texts("es_variants"),
            plain_en=row.text("plain_en"),
            plain_es=row.text("plain_es"),
            citation=row.words("citation"),
            verified_es=row.flag("verified_es"),
            source=row.words("source"),
        )
        row.finish()
        if term.verified_es and not term.source:
            raise row.error("the Spanish term is verified without a source")
        if term.id in found:
            raise DataError(f"{row.where}: the id is there twice")
        found[term.id] = term
    return found


def fold(text: str) -> str:
    """Lower case without accents, one character for each of ``text``, so that positions stay the same."""
    return "".join(_fold_one(character) for character in text)


@lru_cache(maxsize=4096)
def _fold_one(character: str) -> str:
    for part in unicodedata.normalize("NFD", character):
        if not unicodedata.combining(part):
            lowered = part.lower()
            return lowered if len(lowered) == 1 else part
    # a combining mark typed after its letter
    return "\u0301"


_MARK = "\u0301*"  # decomposed accents between letters do not stand in the way


def _without_note(name: str) -> str:
    return re.sub(r"\s*\([^)]*\)", "", name).strip()


@cache
def _names(language: str) -> Mapping[str, Term]:
    """What a term may be called in a text, folded, each name with its term; the first term keeps a shared name."""
    names: dict[str, Term] = {}
    for term in terms().values():
        given = (term.es, *term.es_variants) if language == "es" else (term.en,)
        for name in given:
            names.setdefault(fold(_without_note(name)), term)
    for term in terms().values():
        if language == "en":
            plural = fold(_without_note(term.en))
            names.setdefault(plural + "s", term)
            if plural.endswith("s"):
                names.setdefault(plural[:-1], term)
    names.pop("", None)
    return names


@cache
def _abbreviations() -> Mapping[str, Term]:
    found: dict[str, Term] = {}
    for term in terms().values():
        if term.abbr:
            found.setdefault(term.abbr, term)
    return found


@cache
def _pattern(language: str) -> re.Pattern[str]:
    names = sorted(_names(language), key=len, reverse=True)
    spelled = (
        r"\s+".join(_MARK.join(map(re.escape, word)) + _MARK for word in name.split()) for name in names
    )
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(spelled)})(?![^\W_])")


@cache
def _abbreviation_pattern(language: str) -> re.Pattern[str]:
    names = sorted(set(_abbreviations()) - _AMBIGUOUS[language], key=len, reverse=True)
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, names))})(?![^\W_])")


def look_up(words: str, language: str = "en") -> Term | None:
    """The term that words name: by id, name, abbreviation or a Spanish variant; accents and case do not matter."""
    words = words.strip()
    if words in terms():
        return terms()[words]
    key = " ".join(fold(_without_note(words)).replace("\u0301", "").split())
    by_name = _names(language).get(key)
    return by_name or _abbreviations().get(words) or _abbreviations().get(words.upper())


def find(text: str, language: str = "en", *, once: bool = False) -> list[Found]:
    """Where terms stand in a text, the longest first at each place and none overlapping, in order.

    Args:
        text: at any length; matching ignores case and accents, but abbreviations must stand as written.
        language: ``en`` or ``es``, of the text.
        once: only the first place of each term, for tooltips.
    """
    folded = fold(text)
    spans = [
        Found(
            _names(language)[" ".join(match.group().replace("\u0301", "").split())],
            match.start(),
            match.end(),
        )
        for match in _pattern(language).finditer(folded)
    ]
    taken = sorted((found.start, found.end) for found in spans)
    for match in _abbreviation_pattern(language).finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            spans.append(Found(_abbreviations()[match.group()], match.start(), match.end()))
    spans.sort(key=lambda found: found.start)
    if not once:
        return spans
    seen: set[str] = set()
    first = []
    for found in spans:
        if found.term.id not in seen:
            seen.add(found.term.id)
            first.append(found)
    return first
