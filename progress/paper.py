"""The term's report on paper: a tagged PDF in its own language."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from progress import writing
from progress.models import TermReport
from tenants.places import FirmRef
from web import charts, papers
from web.phones import say_phone

# More goals than this get small charts, each beside its sentence, so that the report stays two pages.
FULL_CHARTS = 6


def pdf(report: TermReport, *, firm: FirmRef, at: datetime) -> bytes:
    """The report as a PDF. Raises web.papers.CannotBeSet."""
    return papers.set_pdf("progress/typst/term_report.typ", facts(report, firm=firm), at=at)


def facts(report: TermReport, *, firm: FirmRef) -> dict[str, Any]:
    """What the paper says, as plain data."""
    many = len(report.facts["goals"]) > FULL_CHARTS
    found = writing.shown(report, small=many)
    with translation.override(report.language):
        term = (
            f"{date_format(report.starts_on, 'DATE_FORMAT')} – {date_format(report.ends_on, 'DATE_FORMAT')}"
        )
        if report.approved_by and report.approved_at:
            on = date_format(report.approved_at.astimezone(firm.zone).date(), "DATE_FORMAT")
            by = f"{report.approved_by.name}, {on}"
        else:
            by = _("Draft, not approved.")
        return {
            "firm": firm.name, "firm_phone": say_phone(firm.phone) if firm.phone else "", "language": report.language,
            "words": {"page": _("Page"), "of": _("of")},
            "title": _("Progress report: %(name)s") % {"name": report.student.given_name}, "term": term, "by": by,
            "opening": found.opening, "wins": found.wins, "strategies": found.strategies, "next": found.next,
            "goals": [
                {
                    "name": goal.name, "sentence": goal.sentence, "school": goal.school, "svg": charts.on_paper(goal.chart),
                    "alt": goal.chart.summary,
                }
                for goal in found.goals
            ],
            "many": many, "minutes": found.minutes,
            "labels": {
                "wins": _("Small wins"), "goals": _("Goals"), "minutes": _("Service minutes"), "strategies": _("What helps"),
                "next": _("What we want to talk about next"), "school": _("The school writes"),
                "reading": _("Dots are numbers from home or school. The dashed line leads from the start to the star, the goal."),
                "law": _("Information, not legal advice."),
            },
        }  # fmt: skip
