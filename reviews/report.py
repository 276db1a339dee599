"""The review on paper: a tagged PDF in English or Spanish."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pypdfium2
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reviews import comparing, naming
from reviews.models import Comparison, Point, Review, Status, StructuredIEP
from reviews.reading_level import tongue_of
from tenants.places import FirmRef
from web import papers
from web.phones import say_phone

LANGUAGES = ("en", "es")
SIZES = (9.5, 9, 8.5, 8)  # points, the largest first with which two years fit on a page


def pdf(review: Review, *, language: str, firm: FirmRef, at: datetime) -> bytes:
    """The report of a review's kept points. Raises web.papers.CannotBeSet."""
    return papers.set_pdf("reviews/typst/report.typ", facts(review, language=language, firm=firm), at=at)


def facts(review: Review, *, language: str, firm: FirmRef) -> dict[str, Any]:
    """What the report says, in this language, as plain data."""
    told = list(review.points.told())
    structured = StructuredIEP.objects.filter(version=review.version_id).first()
    data = structured.data if structured and structured.is_iep else {}
    with translation.override(language):
        signed = review.signed_off_by
        paper = tongue_of(
            " ".join(
                [
                    *(point.quote for point in told),
                    *(goal.get("text") or "" for goal in data.get("goals", [])),
                ]
            )
        )
        when = review.signed_off_at.astimezone(firm.zone).date() if review.signed_off_at else None
        return {
            **_head(firm, language), "paper_language": paper,
            "title": _("IEP review: %(name)s") % {"name": review.student.given_name},
            "by": " ".join(filter(None, [
                signed.name + "," if signed else _("Draft, not signed off."),
                date_format(when, "DATE_FORMAT") if when else "",
                _("Version %(n)s.") % {"n": review.number} if review.number > 1 else "",
            ])),
            "intro": _("This is what we saw in the IEP. Strong points come first. Then come questions you can ask the school. It is information, not legal advice."),
            "parts": [
                {"heading": heading, "points": [_point(point, language) for point in told if point.status == status]}
                for status, heading in (
                    (Status.STRONG, _("What is strong")),
                    (Status.MUST_FIX, _("What must be fixed")),
                    (Status.ASK, _("What to ask")),
                )
                if any(point.status == status for point in told)
            ],
            "labels": {
                "page": _("page"), "why": _("Why it matters"), "question": _("You can ask"),
                "why_not": _("Why it may not matter"), "quote": _("The paper says"), "rule": _("Rule"),
            },
            "services": {
                "heading": _("Services in this IEP"),
                "head": [_("Service"), _("Minutes a week"), _("Where"), _("From"), _("Until")],
                "rows": [
                    [
                        {"paper": row.get("name") or row.get("as_written") or ""},
                        f"{row['minutes_per_week']:g}" if row.get("minutes_per_week") is not None else _("not stated"),
                        {"paper": row.get("location") or ""}, naming.said_day(row.get("start")), naming.said_day(row.get("end")),
                    ]
                    for row in data.get("services", [])
                ],
            },
            "goals": {
                "heading": _("Goals in this IEP"),
                "head": [_("Goal"), _("Start"), _("Target")],
                "rows": [
                    [{"paper": " ".join(filter(None, [f"{goal.get('area')}:" if goal.get("area") else "", goal.get("text")]))},
                     *(_or(goal.get(name), _("not stated")) for name in ("baseline", "criterion"))]
                    for goal in data.get("goals", [])
                ],
            },
        }  # fmt: skip


def _head(firm: FirmRef, language: str) -> dict[str, Any]:
    return {
        "firm": firm.name, "firm_phone": say_phone(firm.phone) if firm.phone else "", "language": language,
        "words": {"page": _("Page"), "of": _("of")},
    }  # fmt: skip


def _or(words: str | None, none: str) -> dict[str, str] | str:
    """A cell: words of the paper, which keep their language, or ours."""
    return {"paper": words} if words else none


def _point(point: Point, language: str) -> dict[str, Any]:
    return {
        "number": point.number, "page": point.page or 0, "quote": point.quote, "citation": point.citation,
        **{name: point.said(name, language) for name in ("title", "why", "question", "why_not")},
    }  # fmt: skip


def comparison_pdf(comparison: Comparison, *, language: str, firm: FirmRef, at: datetime) -> bytes:
    """Two years on one page, or on as few as their words need. Raises web.papers.CannotBeSet."""
    with translation.override(language):
        sheet = comparing.sheet(comparison)
        said = {"unchanged": _("Unchanged"), "rewritten": _("Rewritten"), "dropped": _("Dropped"), "new": _("New"),
                "cut": _("Less"), "increased": _("More"), "removed": _("Gone")}  # fmt: skip
        none = "–"

        def minutes(number: float | None) -> str:
            return f"{number:g}" if number is not None else none

        facts = {
            **_head(firm, language), "cautions": sheet.cautions,
            "paper_language": tongue_of(" ".join((row.after or row.before or {}).get("text", "") for row in sheet.goals)),
            "title": _("Two IEPs of %(name)s") % {"name": comparison.student.given_name},
            "by": " → ".join(naming.said_day(side.data.get("meeting_date")) for side in (comparison.earlier, comparison.later)),
            "tables": [
                {
                    "heading": _("Goals"), "widths": [1, 3, 3],
                    "head": [_("What changed"), _("Before"), _("After")],
                    "rows": [
                        [said[row.status] + (", " + _("asks for less") if "weaker" in row.flags else "") + (", " + _("same start") if "still" in row.flags else ""),
                         _or((row.before or {}).get("text"), none), _or((row.after or {}).get("text"), none)]
                        for row in sheet.goals
                    ],
                },
                {
                    "heading": _("Services, minutes a week"), "widths": [1.6, 4, 1.2, 1.4],
                    "head": [_("What changed"), _("Service"), _("Before"), _("After")],
                    "rows": [
                        [said[row.status], {"paper": row.name}, minutes(row.minutes_per_week_before), minutes(row.minutes_per_week_after)]
                        for row in sheet.services
                    ] + [["", _("All together"), minutes(sheet.minutes_before), minutes(sheet.minutes_after)]],
                },
                {
                    "heading": _("Supports"), "widths": [2, 3, 3],
                    "head": [_("What"), _("Only before"), _("Only after")],
                    "rows": [
                        [_("Accommodations"), _or("; ".join(sheet.found.accommodations_removed), none), _or("; ".join(sheet.found.accommodations_added), none)],
                        [_("Modifications"), _or("; ".join(sheet.found.modifications_removed), none), _or("; ".join(sheet.found.modifications_added), none)],
                    ],
                },
                {
                    "heading": _("Placement and transport"), "widths": [2, 3, 3],
                    "head": [_("What"), _("Before"), _("After")],
                    "rows": [[naming.called(row.what), naming.compared(row.before), naming.compared(row.after)] for row in sheet.sides],
                },
            ],
        }  # fmt: skip
    for size in SIZES:
        made = papers.set_pdf("reviews/typst/comparison.typ", {**facts, "size": size, "narrow": True}, at=at)
        if len(pypdfium2.PdfDocument(made)) == 1:
            break
    return made
