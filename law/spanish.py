"""Spanish for words of the rules that were written in English."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from law.source import DataError, read


@cache
def _words() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for section, words in read("words_es.yaml").items():
        for english, spanish in words.items():
            if not isinstance(spanish, str) or not spanish.strip():
                raise DataError(f"words_es.yaml {section}: “{english}” has no Spanish")
            found[_key(str(english))] = spanish
    return found


def _key(english: str) -> str:
    return english[:1].upper() + english[1:]


def has_spanish(english: str) -> bool:
    """Whether there is Spanish for these words."""
    return _key(english) in _words()


def in_language(english: str, language: str) -> str:
    """The words in a language; English stays where nobody has put them into Spanish."""
    return _words().get(_key(english), english) if language == "es" else english
