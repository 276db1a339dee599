"""What a text may say: no child's name, no diagnosis, no word that ends texts outside the one fixed sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from outbox import segments
from outbox.receiving import STOP_WORDS, simple

# The one sentence that may say how to end texts, in each language.
STOP_SENTENCES = ("STOP ends texts.", "STOP: fin de textos.")
# Words that name a disability or a record of one, in English and Spanish, as families and schools write them.
DIAGNOSES = {
    "autism", "autistic", "asperger", "aspergers", "adhd", "add", "dyslexia", "dyslexic", "dysgraphia", "dyscalculia",
    "down syndrome", "cerebral palsy", "epilepsy", "bipolar", "depression", "anxiety", "ptsd", "ocd", "odd",
    "intellectual disability", "learning disability", "emotional disturbance", "speech impairment", "tourette",
    "schizophrenia", "diagnosis", "diagnosed", "disability", "disabled", "medication",
    "autismo", "autista", "tdah", "dislexia", "disgrafia", "discalculia", "sindrome de down", "paralisis cerebral",
    "epilepsia", "depresion", "ansiedad", "discapacidad", "discapacidad intelectual", "diagnostico", "diagnosticado",
    "medicamento", "trastorno",
}  # fmt: skip
# “Add” and “odd” are words of every day; the letters name a diagnosis only in capitals.
_ONLY_IN_CAPITALS = {"add", "odd"}
# What people say every day; in capitals, or in words that a firm keeps for all its texts, they end texts all the same.
_EVERYDAY = {"end", "baja", "pare", "quit", "revoke"}
_STOPPING = sorted(STOP_WORDS, key=len)
_END = re.compile(
    r"\b(stop|quit|no more|dont|do not|don t|never|leave me|remove|unsubscribe|take me off)\b.*\b(text|texts|texting|message|messages|messaging|contact|contacting|alone|list|number)\b"
    r"|\b(no|deje|dejen|pare|paren|basta)\b.*\b(mensaje|mensajes|texto|textos|textees|textear|escriba|escriban|escribir|escribirme|moleste|molesten|contacten)\b"
    r"|\b(please stop|stop please|just stop|stop it|wrong number|numero equivocado|por favor (pare|paren|alto|basta))\b"
)


@dataclass(frozen=True)
class Finding:
    """Something a text should not say; `must` when it may not be sent so."""

    text: str
    must: bool = True


def may_mean_stop(body: str) -> bool:
    """Whether words of everyday language may ask that texts end. A person decides; nothing is done by itself."""
    return bool(_END.search(simple(body.replace("’", "'").replace("'", ""))))


def _has(words: str, text: str) -> bool:
    return f" {words} " in f" {text} "


def lint(body: str, *, names: Iterable[str] = (), strict: bool = False) -> list[Finding]:
    """What is wrong with the words of a text.

    Args:
        names: given and family names of the children it may be about.
        strict: of words that go to many people, where a word that ends texts has no place at all.
    """
    found = []
    rest = body
    for sentence in STOP_SENTENCES:
        rest = rest.replace(sentence, " ")
    plain = simple(rest)
    for name in names:
        if len(name) > 1 and _has(simple(name), plain):
            found.append(
                Finding(
                    _("Leave out the child’s name, “%(name)s”: others may hold the phone.") % {"name": name}
                )
            )
    for word in sorted(DIAGNOSES):
        if word in _ONLY_IN_CAPITALS:
            if re.search(rf"\b{word.upper()}\b", rest):
                found.append(_diagnosis(word.upper()))
        elif _has(word, plain):
            found.append(_diagnosis(word))
    for word in _STOPPING:
        shouted = word in _EVERYDAY and re.search(rf"\b{word.upper()}\b", rest)
        if shouted or (_has(word, plain) and (strict or word not in _EVERYDAY)):
            found.append(
                Finding(
                    _("“%(word)s” ends texts when somebody sends it back. Say it another way.")
                    % {"word": word},
                    must=strict,
                )
            )
            break
    return found


def _diagnosis(word: str) -> Finding:
    return Finding(
        _("Leave out “%(word)s”: a text says nothing of a child’s health or disability.") % {"word": word}
    )


@dataclass(frozen=True)
class Size:
    """What a text takes: characters, segments, its price in hundredths of a cent, and a cheaper writing if any."""

    characters: int
    segments: int
    is_dear: bool
    price: int
    plainer: str

    @property
    def cents(self) -> str:
        """The price in cents, such as “1.1”."""
        return f"{self.price / 100:.1f}"


def size(body: str, *, price: int) -> Size:
    """Measures a text; `price` is of one segment, in hundredths of a cent."""
    count, is_dear = segments.count(body)
    plainer = segments.plain(body)
    cheaper = plainer if plainer != body and segments.count(plainer)[0] <= count else ""
    return Size(len(body), count, is_dear, count * price, cheaper)
