"""Photos on a child's page: which pages of which papers stand there, and who gets them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from circle.models import Post
from clients.guests import Parts
from clients.models import Part, Student
from documents import refusals
from documents.models import Document, DocumentVersion, Page, State
from progress.models import DataPoint, Win


def shown(documents: Iterable[UUID | None]) -> dict[UUID, list[Page]]:
    """The pages of each of these papers as they are seen; nothing of a paper that was removed or is not ready."""
    wanted = {key for key in documents if key}
    found: dict[UUID, list[Page]] = {}
    if wanted:
        rows = Page.objects.filter(
            version__document__in=wanted, version__state=State.READY, version__document__removal=None
        )
        latest: dict[UUID, int] = {}
        for page in (
            rows.select_related("version")
            .defer("words", "text", "search")
            .order_by("-version__number", "number")
        ):
            document, number = page.version.document_id, page.version.number
            if latest.setdefault(document, number) == number:
                found.setdefault(document, []).append(page)
    return found


def waiting(documents: Iterable[UUID | None]) -> dict[UUID, str]:
    """What became of papers that have no page to show yet: a sentence, or nothing while they are being looked at."""
    wanted = {key for key in documents if key}
    rows = DocumentVersion.objects.filter(document__in=wanted, document__removal=None).exclude(
        state=State.READY
    )
    return {
        row.document_id: "" if row.is_under_way else refusals.sentence(row.reason) for row in rows if wanted
    }


def on_page(student: Student, parts: Parts) -> QuerySet[Document]:
    """The papers whose pictures stand on the parts of the page that this person sees."""
    where = Q(pk=None)
    if parts.may(Part.PAGE):
        posts = Post.objects.filter(student=student).standing().exclude(under__withdrawn_at__isnull=False)
        where |= Q(pk__in=posts.values("document"))
    if parts.may(Part.WINS):
        where |= Q(pk__in=Win.objects.filter(student=student).shared().values("document"))
    if parts.may(Part.POINTS):
        points = DataPoint.objects.filter(sheet__student=student).standing()
        where |= Q(pk__in=points.values("document"))
    return Document.objects.standing().filter(student=student).filter(where)
