"""The papers of this app as PDFs."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from clients.models import AboutPage, Agreement, Signature
from tenants.places import current_firm
from web import papers
from web.dates import say_day, say_when
from web.phones import say_phone

# Letters on the page of “About my child”: the more is written, the smaller, so that it stays one page.
SIZES = ((1500, 11), (2600, 10), (4200, 9), (6500, 7.5), (9000, 6.5))


def frame(title: str, language: str) -> dict[str, Any]:
    """What `web/typst/paper.typ` asks of every paper."""
    firm = current_firm()
    return {
        "title": title, "language": language, "firm": firm.name, "firm_phone": say_phone(firm.phone) if firm.phone else "",
        "words": {"page": _("Page"), "of": _("of")},
    }  # fmt: skip


def agreement(row: Agreement) -> bytes:
    """The paper as it was sent; signed, with the signature and a page that says how it came to be."""
    data = frame(row.title, row.language)
    data["blocks"] = papers.blocks(row.body)
    data["words"] |= {
        "drawn": _("Signature, drawn by hand"),
        "certificate": _("How this paper was signed"),
        "certificate_text": _("This page belongs to the paper before it. The code below is made from the paper's words: change one letter, and another code comes out."),
    }  # fmt: skip
    signature = row.signed
    data["signature"] = _signature(row, signature) if signature else None
    return papers.set_pdf(
        "clients/typst/agreement.typ", data, at=signature.signed_at if signature else row.sent_at
    )


def _signature(row: Agreement, signature: Signature) -> dict[str, Any]:
    zone = current_firm().zone
    facts = [
        (_("Signed by"), signature.name),
        (_("Sent to"), row.contact.name),
        (_("For"), str(row.student) if row.student else row.contact.name),
        (_("When"), say_when(signature.signed_at, zone, style="day_year")),
        (_("Sent"), say_when(row.sent_at, zone, style="day_year")),
        (_("How"), str(signature.get_how_display())),
        (_("The code went to"), signature.proof),
        (_("Network address"), signature.network),
        (_("Browser"), signature.agent),
        (_("Paper"), f"{row.pk}, {_('version')} {row.version.number}"),
        (_("Code of its words (SHA-256)"), signature.digest),
    ]
    return {
        "name": signature.name, "drawn": signature.drawn, "day": say_day(signature.signed_at.astimezone(zone).date(), style="day_year"),
        "facts": [{"label": str(label), "value": str(value)} for label, value in facts if value],
    }  # fmt: skip


def sections(page: AboutPage) -> list[dict[str, str]]:
    """The headings and texts of the page that say something."""
    headings = {
        "strengths": _("Good at"), "helps": _("Helps with learning"), "triggers": _("Makes things hard"),
        "calming": _("Calms"), "works": _("Works at home"), "goals": _("What we hope for this year"),
    }  # fmt: skip
    return [
        {"label": headings[name], "text": text}
        for name in AboutPage.SECTIONS
        if (text := getattr(page, name))
    ]


def about(page: AboutPage) -> bytes:
    """“About my child” on one page."""
    student = page.student
    data = frame(_("About %(child)s") % {"child": student.given_name}, page.language)
    data["sections"] = sections(page)
    length = sum(len(row["text"]) + 60 * row["text"].count("\n") for row in data["sections"])
    data["size"] = next((size for most, size in SIZES if length <= most), 5)
    data["columns"] = 1 if length <= SIZES[0][0] else 2
    day = say_day(page.written_at.astimezone(current_firm().zone).date(), style="day_year")
    data["by"] = _("Written by %(name)s, %(day)s") % {"name": page.writer, "day": day}
    return papers.set_pdf("clients/typst/about.typ", data, at=page.written_at)
