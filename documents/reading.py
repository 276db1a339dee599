"""What a reading page shows: one page of a version, its picture under its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest

from documents import searching
from documents.models import Document, DocumentVersion, Page


@dataclass(frozen=True)
class Word:
    """A word where it stands on the page, in points. `down` is its line of writing."""

    text: str
    left: float
    top: float
    width: float
    height: float
    down: float
    wanted: bool


@dataclass(frozen=True)
class View:
    """One page that is being read."""

    document: Document
    version: DocumentVersion
    page: Page
    words: list[Word]
    query: str
    is_newest: bool

    @property
    def number(self) -> int:
        return self.page.number

    @property
    def before(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def after(self) -> int | None:
        return self.number + 1 if self.number < self.version.pages_count else None

    @property
    def numbers(self) -> range:
        return range(1, self.version.pages_count + 1)

    @property
    def more(self) -> str:
        """What the addresses of other pages carry on."""
        from urllib.parse import urlencode

        kept = {} if self.is_newest else {"version": self.version.number}
        return urlencode({**kept, **({"q": self.query} if self.query else {})})


def asked_version(document: Document, request: HttpRequest) -> DocumentVersion | None:
    """The version that `?version=` names, else the newest that can be read, else the newest. 404 for one that is not there."""
    wanted = request.GET.get("version")
    if wanted is None:
        return document.shown or document.newest
    for version in document.versions.all():
        if str(version.number) == wanted:
            return version
    raise Http404


def view_of(document: Document, version: DocumentVersion, request: HttpRequest) -> View | None:
    """The page that `?page=` names (the nearest there is), or None while nothing can be read, and for a clip."""
    if not version.is_ready or version.is_clip:
        return None
    wanted = request.GET.get("page", "1")
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 6 else 1
    number = min(max(number, 1), version.pages_count)
    page = version.pages.defer("search", "text").get(number=number)
    query = request.GET.get("q", "")[:200]
    newest = document.shown
    return View(
        document, version, page, _words(page, query), query, newest is not None and newest.pk == version.pk
    )


def _words(page: Page, query: str) -> list[Word]:
    wanted = [searching.folded(term) for term in searching.terms(query)]
    found: list[Word] = []
    box: Any
    for *box, text in page.words:
        left, top, right, bottom = box
        height = max(bottom - top, 1.0)
        found.append(Word(
            text, left, top, max(right - left, 0.5), height, round(bottom - height * 0.22, 1),
            bool(wanted) and searching.is_wanted(text, wanted),
        ))  # fmt: skip
    return found
