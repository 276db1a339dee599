"""Invoices, credit notes and receipts on paper: tagged PDFs in the family's language."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from invoices import balances
from invoices.models import CreditNote, Invoice, InvoiceLine
from invoices.rates import FLAT
from payments.models import Account, Entry, Instructions
from payments.money import say
from tenants.places import FirmRef
from web import papers
from web.dates import say_day
from web.phones import say_phone

FILE = "invoices/typst/bill.typ"


def say_minutes(minutes: int) -> str:
    return ngettext("%(n)s min", "%(n)s min", minutes) % {"n": minutes}


def say_rate(thousandths: int) -> str:
    """A rate of thousandths of a percent: "8.875%"."""
    return f"{(Decimal(thousandths) / 1000).normalize():f}%"


def worked(line: InvoiceLine) -> str:
    """How a line of time was counted: the minutes worked, and those billed where the rule made them more or fewer."""
    if line.minutes is None:
        return ""
    if line.billed_minutes == line.minutes or line.free:
        return say_minutes(line.minutes)
    return _("%(worked)s worked, %(billed)s billed") % {"worked": say_minutes(line.minutes), "billed": say_minutes(line.billed_minutes or 0)}  # fmt: skip


def priced(line: InvoiceLine, currency: str, *, to_family: bool = True) -> str:
    """The rate of a line, or why it costs nothing; said to the family, or to the office about it."""
    if line.free == FLAT:
        return _("in the flat fee")
    if line.free:
        return _("pro bono") if line.free == "pro_bono" else _("no charge")
    if line.rate is None:
        return ""
    rate = _("%(rate)s an hour") % {"rate": say(line.rate, currency, brief=True)}
    if line.pays_percent == 100:
        return rate
    if not to_family:
        return _("%(rate)s, of which the family pays %(percent)s%%") % {
            "rate": rate,
            "percent": line.pays_percent,
        }
    return _("%(rate)s, of which you pay %(percent)s%%") % {"rate": rate, "percent": line.pays_percent}  # fmt: skip


def _day(on: date | None) -> str:
    return say_day(on, style="bare_year") if on else ""


def _head(invoice: Invoice, firm: FirmRef) -> dict[str, Any]:
    return {
        "firm": firm.name, "firm_phone": say_phone(firm.phone) if firm.phone else "", "language": invoice.language,
        "words": {"page": _("Page"), "of": _("of")}, "labels": {"to": _("For")}, "to": invoice.bill_to,
        "address": invoice.address, "intro": "", "note": "", "outro": "", "rows": [], "head": [], "widths": [], "numbers": 1,
    }  # fmt: skip


def _how_to_pay() -> str:
    """The firm's words for those who pay without a card, in the active language."""
    row = Instructions.objects.first()
    return _("How to pay: %(words)s") % {"words": row.local_text} if row and row.local_text else ""


def invoice_facts(invoice: Invoice, *, firm: FirmRef) -> dict[str, Any]:
    """What the paper says, as plain data, in the active language. What was billed never changes; how to pay is as
    the firm says it today."""

    def money(amount: int) -> str:
        return say(amount, invoice.currency)

    rows = [
        [_day(line.on), "\n".join(filter(None, [line.description, line.who])), "\n".join(filter(None, [worked(line), priced(line, invoice.currency)])), money(line.amount)]
        for line in invoice.lines.all()  # type: ignore[attr-defined]
    ]  # fmt: skip
    sums = [(_("Together"), invoice.subtotal, False)] if invoice.discount or invoice.tax else []
    if invoice.discount:
        sums.append((_("Discount"), -invoice.discount, False))
    if invoice.tax:
        sums.append((_("Tax %(rate)s") % {"rate": say_rate(invoice.tax_rate)}, invoice.tax, False))
    sums.append((_("To pay"), invoice.total, True))
    return _head(invoice, firm) | {
        "title": _("Invoice %(number)s") % {"number": invoice.label},
        "facts": [
            {"label": _("Date"), "value": _day(invoice.issued_on)},
            {"label": _("Please pay by"), "value": _day(invoice.due_on)},
            {"label": _("Work for"), "value": invoice.child},
        ],
        "head": [_("Day"), _("What we did"), _("Time worked"), _("Amount")], "widths": [0, 3, 2, 0], "rows": rows,
        "sums": [{"label": label, "value": money(amount), "strong": strong} for label, amount, strong in sums],
        "note": invoice.note,
        "outro": "\n".join(filter(None, [_("Minutes are shown as they were worked. If a rule rounds them, both are shown."), _how_to_pay()])),
    }  # fmt: skip


def invoice_pdf(invoice: Invoice, *, firm: FirmRef) -> bytes:
    """The invoice as it was issued. Raises web.papers.CannotBeSet."""
    with translation.override(invoice.language):
        return papers.set_pdf(FILE, invoice_facts(invoice, firm=firm), at=invoice.issued_at)


def credit_note_pdf(note: CreditNote, *, firm: FirmRef) -> bytes:
    """Raises web.papers.CannotBeSet."""
    invoice = note.invoice
    with translation.override(invoice.language):
        net = note.amount - note.tax
        sums = [(_("Without tax"), net), (_("Tax"), note.tax)] if note.tax else []
        data = _head(invoice, firm) | {
            "title": _("Credit note %(number)s") % {"number": note.label},
            "facts": [
                {"label": _("Date"), "value": _day(note.issued_on)},
                {"label": _("For invoice"), "value": f"{invoice.label}, {_day(invoice.issued_on)}"},
                {"label": _("Work for"), "value": invoice.child},
            ],
            "intro": note.reason,
            "head": [_("Day"), _("What we did"), _("Amount")] if note.lines.exists() else [], "widths": [0, 1, 0],  # type: ignore[attr-defined]
            "rows": [
                [_day(row.line.on), "\n".join(filter(None, [row.line.description, row.line.who])), say(row.amount, invoice.currency)]
                for row in note.lines.select_related("line")  # type: ignore[attr-defined]
            ],
            "sums": [{"label": label, "value": say(amount, invoice.currency), "strong": False} for label, amount in sums]
            + [{"label": pgettext("the sum of a credit note", "Credited"), "value": say(note.amount, invoice.currency), "strong": True}],
        }  # fmt: skip
        return papers.set_pdf(FILE, data, at=note.issued_at)


def how_paid(entry: Entry, *, to_family: bool = True) -> str:
    """In words, in the active language; said to the family, or to the office about it."""
    if entry.kind == "invoice.paid_from_retainer":
        return _("From your retainer") if to_family else _("From the retainer")
    if entry.kind == "invoice.paid_from_credit":
        return _("From your credit") if to_family else _("From the family’s credit")
    if any(line.account == Account.STRIPE for line in entry.lines.all()):  # type: ignore[attr-defined]
        return _("Online")
    return _("Check or cash")


def receipt_pdf(invoice: Invoice, entry: Entry, *, firm: FirmRef, at: datetime) -> bytes:
    """What came for an invoice by one entry of the ledger, and what was left then. Raises web.papers.CannotBeSet."""
    amount = -sum(line.amount for line in entry.lines.all() if line.account == Account.RECEIVABLE)  # type: ignore[attr-defined]
    owed = balances.outstanding(invoice)
    with translation.override(invoice.language):
        on = entry.at.astimezone(firm.zone).date()
        data = _head(invoice, firm) | {
            "title": _("Receipt"),
            "facts": [
                {"label": _("Date"), "value": _day(on)},
                {"label": _("For invoice"), "value": invoice.label},
                {"label": _("How"), "value": how_paid(entry)},
            ],
            "intro": _("Thank you. We have received your payment."),
            "sums": [
                {"label": _("Received"), "value": say(amount, invoice.currency), "strong": True},
                {"label": _("Still to pay today"), "value": say(max(0, owed), invoice.currency), "strong": False},
            ],
        }  # fmt: skip
        return papers.set_pdf(FILE, data, at=at)
