"""What the reader knows of how forms are worded, loaded from ``data/*.yaml``.

Nothing here is about one form: an entry's origin says where its wording was met, so that a benchmark can
withhold what was learnt from the layout it scores.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """Lower case, accents removed, curly quotes straightened; the same length is not kept."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", text)
    text = "".join(letter for letter in text if not unicodedata.combining(letter)).lower()
    return text.replace("\u2019", "'").replace("\u2018", "'").replace("\u2013", "-").replace("\u2014", "-")


@lru_cache(maxsize=20_000)
def squeezed(text: str) -> str:
    """Letters, digits and percent signs alone: how labels are compared, so lost spaces do not matter."""
    return re.sub(r"[^a-z0-9%]+", "", re.sub(r"(?<=[a-z])\s*#", " no", plain(text)))


def unbracketed(text: str) -> str:
    return re.sub(r"\([^)]*\)?|\[[^\]]*\]", " ", text)


_SPANISH = re.compile(
    r"[áéíóúñ¿¡]|\b(?:de|del|la|el|los|las|y|para|con|por|padres?|madre|escuela|fecha|nombre|grado|metas?|objetivos?|lugar|inicio"
    r"|fin|servicios?|firmas?|distrito|estudiante|proveedor|puesto|cargo|elegibilidad|adaptaciones|acomodaciones|modificaciones"
    r"|evaluaciones|estatales|lectura|escritura|conducta|frecuencia|comentarios|participantes|representante|fortalezas|transporte)\b",
    re.I,
)


@lru_cache(maxsize=20_000)
def unglossed(text: str) -> str:
    """A label or title without its Spanish after a slash: "Goal 1 / Meta 1 — Area / Área" is "Goal 1 — Area"."""
    if "/" not in text or _SPANISH.search(text.partition("/")[0]):
        return text
    return _GLOSS.sub(lambda gloss: " " if _SPANISH.search(gloss[1]) else gloss[0], text).rstrip()


# behind a slash on its line, or on the lines below a slash at a line's end
_GLOSS = re.compile(r"\s*/(?:[ \t]*|\s*\n\s*)([^/:—–\n]+(?:\n[a-záéíóúñ][^/:—–\n]*)*)")


def _load(name: str) -> Any:
    return yaml.safe_load((DATA / f"{name}.yaml").read_text("utf-8"))


class Knowledge:
    """Labels, headings, column names and wordings, by squeezed text.

    ``without`` holds origins to leave out and squeezed wordings to withhold.
    """

    def __init__(self, *, without: Collection[str] = (), loose: bool = False) -> None:
        """``loose``: labels may differ by one letter, for words read from pictures."""
        self._without = frozenset(without)
        self.labels = self._indexed(_load("labels"))
        self.headings = self._indexed(_load("headings"))
        columns = _load("columns")
        self._named: dict[str, str | None] = {}  # labels looked up before
        self._told: dict[str, str | None] = {}
        self._heads: dict[tuple[str, str], str | None] = {}  # column headings looked up before
        self._telling: dict[tuple[str, str], str | None] = {}
        self._nearly: dict[str, str] = {}
        if loose:
            for key, role in self.labels.items():
                if len(key) >= 9:
                    for cut in range(len(key)):
                        self._nearly.setdefault(key[:cut] + key[cut + 1 :], role)
        self.columns = {kind: self._indexed(roles) for kind, roles in columns.items()}
        self.any_column = frozenset(key for roles in self.columns.values() for key in roles)
        self.words: dict[str, Any] = _load("words")
        self.grammar: dict[str, Any] = _load("grammar")
        self.kinds: dict[str, list[str]] = _load("kinds")
        self.states: dict[str, Any] = _load("states")
        self.defects: dict[str, dict[str, str]] = _load("defects")
        self._label_starts = [
            (squeezed(start), role) for role, starts in self.words["label_starts"].items() for start in starts
        ]
        self._label_starts = [pair for pair in self._label_starts if pair[0] not in self._without]
        spaced = {
            " ".join(re.findall(r"[a-z0-9%&]+", plain(str(wording))))
            for origins in _load("headings").values()
            for wordings in origins.values()
            for wording in wordings
        }
        self._label_words = [
            (
                rule["field"],
                [tuple(plain(group).split()) for group in rule["all"]],
                tuple(plain(rule.get("not", "")).split()),
                rule.get("least", 0),
                rule.get("most", 260),
            )
            for rule in self.words["label_words"]
        ]
        self._long_headings = sorted(
            (words for words in spaced if len(words) >= 10 and squeezed(words) in self.headings),
            key=len,
            reverse=True,
        )
        self.yes = frozenset(squeezed(word) for word in self.words["yes"])
        self.no = frozenset(squeezed(word) for word in self.words["no"])
        self.blank = frozenset(squeezed(word) for word in self.words["blank"])
        self._heading_words = [
            (kind, re.compile("|".join(rf"\b{plain(telling)}" for telling in tellings)))
            for kind, tellings in self.words["heading_words"].items()
        ]
        self._areas = [
            (area, re.compile("|".join(rf"\b{re.escape(plain(name))}" for name in names)))
            for area, names in self.words["areas"].items()
        ]
        self._roles = re.compile(
            "|".join(rf"(?<!\w){re.escape(plain(r))}s?(?!\w)" for r in self.words["roles"])
        )
        self._supports = re.compile(
            "|".join(rf"\b{plain(wording)}" for wording in self.words["support_words"])
        )
        self._document_kinds = [
            squeezed(w) for wordings in self.kinds.values() for w in wordings if len(w) > 8
        ]
        self.state_words, self.state_marks = _state_patterns(self.states)
        self._vague = _verbs(self.grammar["vague_verbs"])
        self._saved = _verbs(self.grammar["figure_saves"])
        self._unseen = _verbs(self.grammar["never_observable"])
        self.disabilities = {
            squeezed(wording): category
            for category, wordings in self.words["disabilities"].items()
            for wording in wordings
        }

    def _indexed(self, source: dict[str, dict[str, list[Any]]]) -> dict[str, str]:
        found: dict[str, str] = {}
        for role, origins in source.items():
            for origin, wordings in origins.items():
                if origin in self._without:
                    continue
                for wording in wordings:
                    key = squeezed(str(wording))
                    if key and key not in self._without:
                        found.setdefault(key, role)
        return found

    def label(self, text: str) -> str | None:
        """The field a label names; remarks in parentheses, numbering and a plural s may differ."""
        if text in self._named:
            return self._named[text]
        if len(self._named) > 50_000:
            self._named.clear()
        role = self._named[text] = self._label(text)
        return role

    def _label(self, text: str) -> str | None:
        candidates = _variants(text)
        if not candidates:
            return None
        for candidate in candidates:
            role = self.labels.get(candidate)
            if role is not None:
                return role
        if len(candidates[0]) > 20:
            for start, role in self._label_starts:
                if any(candidate.startswith(start) for candidate in candidates):
                    return role
        if self._nearly and 8 <= len(candidates[0]) <= 90:
            key = candidates[0]
            for cut in range(-1, len(key)):
                role = self._nearly.get(key if cut < 0 else key[:cut] + key[cut + 1 :])
                if role is not None:
                    return role
        return None

    def label_by_words(self, text: str) -> str | None:
        """The field a label not known as a whole most likely names, by its telling words."""
        if text not in self._told:
            if len(self._told) > 50_000:
                self._told.clear()
            self._told[text] = self._by_words(text)
        return self._told[text]

    def _by_words(self, text: str) -> str | None:
        text = unglossed(text)
        bare = unbracketed(text).strip(" :?.")
        bare = re.sub(r"(?i)\b(?:to|must|shall) be completed\b", "due", bare)  # one that is to come
        words = set(re.findall(r"[a-z0-9%-]+", plain(bare)))
        if (
            len(words) == 1
            and _begins(words, ("eligib", "elegib", "exceptional", "disabilit", "discapac"))
            and bare[:1].isupper()
        ):
            return "eligibility.primary"
        if not 1 < len(words) <= 40 or not (bare[:1].isupper() or bare[:2] == "% "):
            return None
        bracketed = words | set(re.findall(r"[a-z0-9%-]+", plain(text)))
        for told in (words, bracketed) if bracketed != words and len(text) <= 90 else (words,):
            for field, groups, unless, least, most in self._label_words:
                if not least <= len(bare) <= most:
                    continue
                if all(_begins(told, group) for group in groups) and not (unless and _begins(told, unless)):
                    return field
        return None

    def goal_slot(self, text: str) -> str | None:
        """What a short label inside a goal names, by its telling words."""
        bare = unbracketed(text)
        words = set(re.findall(r"[a-z]+", plain(bare)))
        if len(bare) > 110 or not words:
            return None
        for rule in self.words["goal_label_words"]:
            if _begins(words, tuple(rule["words"].split())):
                return str(rule["slot"])
        return None

    def postsecondary_area(self, text: str) -> str | None:
        """The area a postsecondary goal's label names."""
        words = set(re.findall(r"[a-z]+", plain(text)))
        for area, tellings in self.words["transition_label_words"].items():
            if _begins(words, tuple(tellings.split())):
                return str(area)
        return None

    def column(self, kind: str, text: str) -> str | None:
        """The role of a column heading in a table listing ``kind`` (services, goals, team, …)."""
        return self._once(self._heads, (kind, text), self._column)

    @staticmethod
    def _once(
        known: dict[tuple[str, str], str | None], key: tuple[str, str], ask: Callable[[str, str], str | None]
    ) -> str | None:
        """What was found for a key before, else what is found now."""
        if key not in known:
            if len(known) > 50_000:
                known.clear()
            known[key] = ask(*key)
        return known[key]

    def _column(self, kind: str, text: str) -> str | None:
        table = self.columns[kind]
        if kind == "goals" and (numbered := re.fullmatch(r"(?s)(\D{6,40}?)\s*#?\s*\d", text.strip())):
            text = numbered[1] if self.columns[kind].get(squeezed(numbered[1])) == "objectives" else text
        for candidate in _variants(text):
            role = table.get(candidate)
            if role is not None:
                return role
        if kind == "accommodations" and len(text) < 140 and self.lists_supports(text):
            return "name"
        first = text.strip().split("\n")[0]
        if first == text.strip() and len(first) > 90:
            return None
        if first != text.strip():
            for candidate in _variants(first):
                role = table.get(candidate)
                if role == "name" and kind == "services":  # unless the lines below name something else
                    return self.column_by_word(kind, text.strip()[len(first) :]) or role
                if role is not None:
                    return role
        return None

    def lists_supports(self, text: str) -> bool:
        """Whether a column heading names two kinds of supports: aids, accommodations, modifications."""
        words = set(re.findall(r"[a-z]+", plain(text)))
        named = [
            start
            for start in ("accommodat", "modificat", "aid", "adaptac", "acomodac")
            if _begins(words, (start,))
        ]
        return len(named) > 1 and not _begins(words, ("goal", "need", "meta", "necesid"))

    def column_by_word(self, kind: str, text: str) -> str | None:
        """The role of a column whose heading is not known as a whole, by its telling words."""
        return self._once(self._telling, (kind, text), self._column_by_word)

    def _column_by_word(self, kind: str, text: str) -> str | None:
        if len(text) > 90 and len(text := unbracketed(text).strip()) > 90:
            return None
        words = set(re.findall(r"[a-z]+", plain(text)))
        if kind == "services" and _begins(words, ("accommodat", "modif", "supports", "aids", "adaptac")):
            return None
        if (
            kind == "goals"
            and _begins(words, ("progress",))
            and not _begins(words, ("measur", "method", "evaluat", "report"))
        ):
            return "other"
        for role, tellings in self.words["column_words"].get(kind, {}).items():
            if words & {plain(telling) for telling in tellings}:
                return str(role)
        return None

    def worded_as_support(self, text: str) -> bool:
        """Whether a text has words that accommodations are made of: extra time, seats, breaks, tests read aloud."""
        return bool(self._supports.search(plain(text)))

    def tells_of_service(self, label: str) -> bool:
        """Whether a line's label tells when, how much, where or by whom a service is given."""
        role = self.column("services", label) or self.column_by_word("services", label)
        return role in ("amount", "frequency", "start", "dates", "location", "provider")

    def is_head(self, text: str) -> bool:
        """Whether a text may head a column: a known column heading, or a label of a value below."""
        return self.is_column(text) or (len(text) < 50 and self.label(text) is not None)

    def may_head(self, text: str) -> bool:
        """Whether a few words set as a heading may head a column of services or supports, by the words that tell of one."""
        return (
            len(text.split()) <= 6
            and not re.search(r"\d|[.;]", text)
            and any(self.column_by_word(kind, text) is not None for kind in ("services", "accommodations"))
        )

    def is_list(self, text: str) -> bool:
        """Whether a text heads a list of supports."""
        return self.label(text) in ("accommodations", "modifications", "supports_for_personnel") or (
            self.column("accommodations", text) == "name"
        )

    def is_column(self, text: str) -> bool:
        return any(candidate in self.any_column for candidate in _variants(text))

    def heading(self, text: str, *, styled: bool) -> str | None:
        """The part of an IEP a title opens. ``styled``: set in capitals, bold or larger than the text."""
        text = re.sub(r"(?<=[a-z])\((s|es)\)", r"\1", unglossed(text))
        told = re.search(r":\s*(\S.*)$", text.strip())
        titled = told is not None and all(w[:1].isupper() for w in told[1].split() if len(w) > 3)
        if told and not (titled and styled) and self.headings.get(squeezed(text)) is None:
            return None  # a label with its value
        text = re.sub(
            r"(?i)^\W*(?:form|section|page)\s+[\w-]{1,3}(?:,?\s*part\s+\w{1,3})?\s*[:.]\s+(?=[A-Z])", "", text
        )
        bare = re.sub(
            r"^\W*(?:(?:section|part|sección|parte|página|page)\s+)?(?:[ivx]{1,5}|\d{1,2}|[a-z])?[.):\s·•|–—-]+(?=\S)",
            "",
            text.strip(),
            flags=re.I,
        )
        for candidate in (*_variants(text), *_variants(bare)):
            kind = self.headings.get(candidate)
            if kind is not None and (styled or len(candidate) > 8):
                return kind
        if not styled or len(text) > 160 or _OFFICE.match(text):
            return None
        words = " ".join(re.findall(r"[a-z0-9%&]+", plain(bare)))
        for heading in self._long_headings:
            if f" {heading} " in f" {words} " and len(heading) >= 0.5 * len(words):
                return self.headings[squeezed(heading)]
        return None

    def names_a_kind(self, text: str) -> bool:
        """Whether a title names a kind of document rather than a part of one."""
        key = squeezed(text)
        return any(key.startswith(kind) for kind in self._document_kinds)

    def heading_by_word(self, text: str) -> str | None:
        """The part a title not known as a whole most likely opens, by its telling words."""
        text = unglossed(text)
        if _OFFICE.match(text):
            return None
        pieces = [" ".join(re.findall(r"[a-z0-9%&]+", plain(piece))) for piece in text.split(",")]
        kinds = [next((k for k, pattern in self._heading_words if pattern.search(p)), None) for p in pieces]
        if len(pieces) > 1 and kinds[0] is not None and len({kind for kind in kinds if kind}) > 1:
            return kinds[0]  # a title that lists parts opens the first
        words = " ".join(pieces)
        return next((kind for kind, pattern in self._heading_words if pattern.search(words)), None)

    def area(self, title: str) -> str | None:
        """The area (reading, behavior, motor, …) a heading of the present levels or goals names."""
        words = f" {plain(title)} "
        return next((area for area, pattern in self._areas if pattern.search(words)), None)

    def is_role(self, text: str) -> bool:
        """Whether a text names what somebody does on a team rather than who it is."""
        return len(text) < 80 and bool(self._roles.search(plain(text)))

    def vague(self, behavior: str, *, has_criterion: bool) -> bool:
        """Whether a goal's verb names nothing that can be seen or heard."""
        words = re.sub(
            r"^(?:be able to|independently|consistently|also|correctly|appropriately|successfully)\s+",
            "",
            plain(behavior).lstrip(),
        )
        if self._unseen.match(words):
            return True
        if has_criterion and self._saved.match(words):
            return False
        return bool(self._vague.match(words))

    def kind_of_service(self, name: str) -> str:
        if _TAUGHT.match(name):
            return "special_education"
        text = f" {plain(name)} "
        for kind, wordings in self.words["services"].items():
            for wording in wordings:
                needle = plain(wording)
                found = text.find(needle)
                while found >= 0:
                    before, after = text[found - 1], text[found + len(needle)]
                    if not before.isalnum() and (len(needle) > 3 or not after.isalnum()):
                        return str(kind)
                    found = text.find(needle, found + 1)
        return "special_education"

    def disability(self, text: str) -> str | None:
        """The federal category a wording names, if it is one."""
        degree = re.sub(
            r"(?i)^(?:mild|moderate|severe|profound|significant|functional|leve|moderad[oa]|sever[oa]) ",
            "",
            text,
        )
        for candidate in (*_variants(text), *_variants(degree)):
            category = self.disabilities.get(candidate)
            if category is not None:
                return category
        kind = re.match(r"([^/:–—-]{6,60}?)\s*(?:/|:|\s[–—-])\s*\S", text)  # "… Disability - Dyslexia"
        return self.disabilities.get(squeezed(kind[1])) if kind and len(text) < 70 else None

    def says_nothing(self, text: str) -> bool:
        """Whether a box holds only a blank line, "N/A", "see present levels" or the like."""
        key = squeezed(re.sub(r"[_.\s]+", " ", text))
        return not key or key in self.blank

    def wordings(self) -> Iterator[str]:
        """Every squeezed label, heading and column heading."""
        yield from self.labels
        yield from (start for start, _ in self._label_starts)
        yield from self.headings
        for roles in self.columns.values():
            yield from roles


_TAUGHT = re.compile(
    r"(?i)\W*(?:(?:specially[ -]designed|specialized|special education) (?:academic )?instruction\b|sdi\b|travel (?:training|instruction)\b)"
)  # whatever is taught; travel training is special education (34 CFR 300.39(a)(2)(ii))
_OFFICE = re.compile(
    r"(?i)\W*(?:the )?(?:state )?(?:division|department|office|bureau|board|center) (?:of|for)\b"
)


def _begins(words: set[str], starts: tuple[str, ...]) -> bool:
    return any(word.startswith(starts) for word in words)


def _verbs(verbs: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(re.escape(plain(verb)) for verb in verbs)})(?:r|n|s|an|ing)?\b")


def _state_patterns(states: dict[str, Any]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Words (lower case) and short marks (capitals) to the states they vote for."""
    words: dict[str, list[str]] = {}
    marks: dict[str, list[str]] = {}
    for state, wordings in states.items():
        if len(state) != 2:
            continue
        for wording in map(str, wordings):
            if len(wording) <= 5 and wording.replace("-", "").isalpha():
                marks.setdefault(wording.upper(), []).append(state)
            else:
                words.setdefault(plain(wording), []).append(state)
    return words, marks


@lru_cache(maxsize=50_000)
def _variants(text: str) -> list[str]:
    text = unglossed(text.strip())
    seen: list[str] = []
    bare = re.sub(r"^\s*(?:\d{1,2}|[a-z])[.)]\s*", "", text)
    for candidate in (
        (text, unbracketed(text), bare, unbracketed(bare)) if bare != text else (text, unbracketed(text))
    ):
        key = squeezed(candidate)
        for form in (key, key[:-1] if key.endswith("s") else key):
            if form and form not in seen:
                seen.append(form)
    return seen


@lru_cache(maxsize=2)
def everything(*, loose: bool = False) -> Knowledge:
    """All knowledge, loaded once; ``loose`` for documents read from pictures."""
    return Knowledge(loose=loose)
