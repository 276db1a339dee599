"""What a review's page shows of the paper: one page, its words, and the numbered places of its points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.models import DocumentVersion, Page
from reviews.models import Decision, Point
from reviews.reading_level import grade

KINDS = {
    "iep": gettext_lazy("IEP"),
    "section_504_plan": gettext_lazy("504 plan"),
    "evaluation_report": gettext_lazy("evaluation report"),
    "prior_written_notice": gettext_lazy("prior written notice"),
    "progress_report": gettext_lazy("progress report"),
    "behavior_plan": gettext_lazy("behavior plan"),
    "report_card": gettext_lazy("report card"),
}
BADGE = 9.0  # radius of a number on the page, in points


@dataclass(frozen=True)
class Mark:
    """A point on the page: its boxes in points, and where its number stands."""

    point: Point
    boxes: list[dict[str, float]]
    x: float
    y: float
    current: bool


@dataclass(frozen=True)
class View:
    page: Page
    pages: int
    marks: list[Mark]
    words: list[dict[str, Any]]

    @property
    def before(self) -> int | None:
        return self.page.number - 1 if self.page.number > 1 else None

    @property
    def after(self) -> int | None:
        return self.page.number + 1 if self.page.number < self.pages else None


def kind_words(kind: str) -> str:
    """What the reader calls a document, in the page's language."""
    found = [str(KINDS[part]) for part in kind.split("_and_") if part in KINDS]
    return _(" and ").join(found) if found else _("another paper")


def at_page(
    version: DocumentVersion, wanted: str | None, points: Iterable[Point], current: Point | None
) -> View | None:
    """The page that was asked for, else the page of the current point, else the first; None without pages."""
    count = version.pages_count
    if wanted and wanted.isdecimal() and len(wanted) < 6:
        number = int(wanted)
    else:
        number = current.page or 1 if current else 1
    page = version.pages.defer("search", "text").filter(number=min(max(number, 1), max(count, 1))).first()
    if page is None:
        return None
    here = [p for p in points if p.page == page.number and p.boxes and p.decision != Decision.DROPPED]
    return View(page, count, _marks(here, current), [_word(word) for word in page.words])


def _marks(points: Iterable[Point], current: Point | None) -> list[Mark]:
    made: list[Mark] = []
    taken: list[tuple[float, float]] = []
    for point in points:
        boxes = [
            {"x": left - 2, "y": top - 1.5, "width": right - left + 4, "height": bottom - top + 3}
            for left, top, right, bottom in point.boxes
        ]
        # Beside the line that begins farthest left, where nothing is printed before it.
        beside = min(boxes, key=lambda box: box["x"]) if len(boxes) > 1 else boxes[0]
        x, y = max(BADGE + 1, beside["x"] - BADGE - 3), beside["y"] + beside["height"] / 2
        while any(abs(x - a) < 2 * BADGE and abs(y - b) < 2 * BADGE for a, b in taken):
            y += 2 * BADGE + 1
        taken.append((x, y))
        made.append(Mark(point, boxes, x, y, current is not None and point.pk == current.pk))
    return made


def _word(word: Sequence[Any]) -> dict[str, Any]:
    left, top, right, bottom, text = word
    height = max(bottom - top, 1.0)
    return {
        "text": text, "left": left, "width": max(right - left, 0.5), "height": height,
        "down": round(bottom - height * 0.22, 1),
    }  # fmt: skip


def level_of(points: Iterable[Point], language: str) -> int | None:
    """The school grade that a review's words need."""
    texts = [
        point.said(name, language).rstrip(".?!") + "."
        for point in points
        if point.decision != Decision.DROPPED
        for name in ("title", "why", "question", "why_not")
        if point.said(name, language)
    ]
    return grade(" ".join(texts), language)
