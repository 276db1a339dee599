"""Finding words in papers, to the page."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlencode

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.models import User
from clients.models import Student
from documents.models import Document, DocumentVersion, Kind, Page, State
from web import search

MOST = 40
TERMS = 12
SHORTEST = 4  # letters typed before pages are looked through while one still types
# Characters of no language around what was found, so that the text can be escaped before they become tags.
BEGIN, END = "\ue000", "\ue001"


@dataclass(frozen=True)
class Hit:
    """A page that holds every word, and some of the words around the first ones."""

    document: Document
    page: int
    snippet: SafeString


def terms(words: str) -> list[str]:
    return re.findall(r"\w+", words)[:TERMS]


def find(words: str, *, user: User, student: Student | None = None) -> list[Hit]:
    """Pages of papers that this person may see, in their newest readable version, with words that begin like these."""
    wanted = terms(words)
    if not wanted:
        return []
    query = SearchQuery(" & ".join(f"{term}:*" for term in wanted), config="words", search_type="raw")
    documents = Document.objects.visible_to(user)
    if student is not None:
        documents = documents.filter(student=student)
    newer = DocumentVersion.objects.filter(
        document=OuterRef("version__document"), state=State.READY, number__gt=OuterRef("version__number")
    )
    pages = (
        Page.objects.filter(version__state=State.READY, version__document__in=documents, search=query)
        .exclude(Exists(newer))
        .annotate(
            rank=SearchRank(F("search"), query),
            snippet=SearchHeadline(
                "text", query, config="words", start_sel=BEGIN, stop_sel=END, max_words=24, min_words=12
            ),
        )
        .select_related("version__document__student")
        .only("number", "version__document__title", "version__document__kind", "version__document__student")
        .order_by("-rank", "-version__uploaded_at", "number")[:MOST]
    )
    return [Hit(page.version.document, page.number, _marked(page.snippet)) for page in pages]


def papers(words: str, user: User, limit: int) -> tuple[list[search.Hit], int]:
    """Papers by their name or kind, for the search over everything; words may name the child too: “iep mateo”."""
    rows, named = Document.objects.visible_to(user), Q()
    for term in terms(words):
        kinds = [kind for kind, label in Kind.choices if len(term) > 2 and folded(term) in folded(str(label))]
        its_own = Q(title__icontains=term) | Q(kind__in=kinds)
        child = Q(student__given_name__istartswith=term) | Q(student__family_name__icontains=term)
        rows, named = rows.filter(its_own | child), named | its_own
    if not named:
        return [], 0
    rows = rows.filter(named).select_related("student").order_by("-added_at", "-pk")
    found = [
        search.Hit(row.title, row.student.short_name if row.student else "", reverse("document", args=[row.pk]), "doc")
        for row in rows[:limit]
    ]  # fmt: skip
    # To count further than a person reads on would look at every paper of the firm.
    return found, len(found) if len(found) < limit else rows[:MOST].count()


def pages(words: str, user: User, limit: int) -> tuple[list[search.Hit], int]:
    """Pages by the words on them, for the search over everything: each leads to its page, where they are marked."""
    found = find(words, user=user) if len(words) >= SHORTEST else []
    hits = [
        search.Hit(
            _("%(title)s, page %(n)s") % {"title": hit.document.title, "n": hit.page},
            " ".join(unescape(strip_tags(hit.snippet)).split()),
            f"{reverse('document', args=[hit.document.pk])}?{urlencode({'page': hit.page, 'q': words})}", "folder",
        )
        for hit in found[:limit]
    ]  # fmt: skip
    return hits, len(found)


def _marked(snippet: str) -> SafeString:
    return mark_safe(str(escape(snippet)).replace(BEGIN, "<mark>").replace(END, "</mark>"))  # noqa: S308 (escaped first)


def folded(word: str) -> str:
    """Without case and accents, as the search compares."""
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def is_wanted(word: str, wanted: list[str]) -> bool:
    """Whether a word of a page is one that the search found."""
    pieces = [folded(piece) for piece in re.findall(r"\w+", word)]
    return any(piece.startswith(term) for term in wanted for piece in pieces)
