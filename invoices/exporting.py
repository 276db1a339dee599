"""Invoices, credit notes and the money that moved, in the columns that QuickBooks Online and Xero import; see
docs/decisions/books.md for where they come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import StreamingHttpResponse

from invoices import reporting
from invoices.models import CreditNote, Invoice, InvoiceLine, LineKind
from invoices.paper import say_rate
from payments.models import Account, EntryLine
from payments.money import allocate, plain
from web import tables

QUICKBOOKS = [
    "*InvoiceNo", "*Customer", "*InvoiceDate", "*DueDate", "Terms", "Location", "Memo", "Item(Product/Service)",
    "ItemDescription", "ItemQuantity", "ItemRate", "*ItemAmount", "Taxable", "TaxRate", "Service Date",
]  # fmt: skip
XERO = [
    "*ContactName", "EmailAddress", "POAddressLine1", "POAddressLine2", "POAddressLine3", "POAddressLine4", "POCity",
    "PORegion", "POPostalCode", "POCountry", "*InvoiceNumber", "Reference", "*InvoiceDate", "*DueDate", "Total",
    "InventoryItemCode", "*Description", "*Quantity", "*UnitAmount", "Discount", "*AccountCode", "*TaxType", "TaxAmount",
    "TrackingName1", "TrackingOption1", "TrackingName2", "TrackingOption2", "Currency", "BrandingTheme",
]  # fmt: skip
QUICKBOOKS_CREDIT = [
    "*CreditNoteNo", "*Customer", "*CreditNoteDate", "Memo", "Item(Product/Service)", "ItemDescription", "ItemQuantity",
    "ItemRate", "*ItemAmount", "Taxable", "TaxRate", "Service Date",
]  # fmt: skip
XERO_CREDIT = [
    "*ContactName", "*CreditNoteNumber", "Reference", "*CreditNoteDate", "Total", "*Description", "*Quantity", "*UnitAmount",
    "*AccountCode", "*TaxType", "TaxAmount", "Currency",
]  # fmt: skip
QUICKBOOKS_BANK = ["Date", "Description", "Amount"]
XERO_BANK = ["*Date", "*Amount", "Payee", "Description", "Reference", "Check Number"]
# Whose statement a file of money that moved stands for.
PURSES = {"stripe": Account.STRIPE, "bank": Account.OPERATING_CASH, "trust": Account.TRUST_CASH}
ITEMS = {
    LineKind.TIME: "Advocacy services", LineKind.FEE: "Flat fee", LineKind.BOOKING: "Consultation",
    LineKind.EXPENSE: "Reimbursed expense", LineKind.EXTRA: "Other",
}  # fmt: skip
# Xero's chart for the United States has 400 for sales; the bookkeeper maps it on import.
ACCOUNT = "400"


def _us(day: date) -> str:
    return day.strftime("%m/%d/%Y")


def _lines(invoice: Invoice) -> Iterator[InvoiceLine]:
    yield from invoice.lines.all()  # type: ignore[attr-defined]


def _quantity(line: InvoiceLine, currency: str) -> tuple[str, str]:
    """(quantity, price of one): one of the line's net amount, so that both programs come to our cents."""
    return "1", plain(line.amount - line.discount, currency)


def quickbooks(invoices: Any) -> Iterator[list[str]]:
    """A row for each line; what names the invoice stands on every row."""
    for invoice in invoices:
        for line in _lines(invoice):
            quantity, each = _quantity(line, invoice.currency)
            taxed = bool(invoice.tax_rate) and line.taxed
            yield [
                invoice.label, invoice.bill_to, _us(invoice.issued_on), _us(invoice.due_on), "", "", "", ITEMS[LineKind(line.kind)],
                line.description, quantity, each, each, "Y" if taxed else "N", say_rate(invoice.tax_rate) if taxed else "",
                _us(line.on) if line.on else "",
            ]  # fmt: skip


def xero(invoices: Any) -> Iterator[list[str]]:
    """A row for each line. The tax is spread over the taxed lines, which add up to the invoice's."""
    for invoice in invoices:
        lines = list(_lines(invoice))
        nets = [line.amount - line.discount if line.taxed else 0 for line in lines]
        taxes = allocate(invoice.tax, nets) if invoice.tax else [0] * len(lines)
        street, _newline, city = invoice.address.partition("\n")
        for line, tax in zip(lines, taxes, strict=True):
            quantity, each = _quantity(line, invoice.currency)
            kind = f"Sales tax {say_rate(invoice.tax_rate)}" if tax else "Tax Exempt"
            yield [
                invoice.bill_to, "", street, "", "", "", city, "", "", "US" if street else "", invoice.label, "",
                _us(invoice.issued_on), _us(invoice.due_on), plain(invoice.total, invoice.currency), "", line.description,
                quantity, each, "", ACCOUNT, kind, plain(tax, invoice.currency), "", "", "", "", invoice.currency.upper(), "",
            ]  # fmt: skip


@dataclass(frozen=True)
class _Credited:
    """A row of a credit note: what it takes back, net, and the tax in it."""

    kind: str
    description: str
    on: date | None
    net: int
    tax: int


def _credited(note: CreditNote) -> list[_Credited]:
    """Its lines, with the note's tax spread over the taxed ones; one row for a note over an amount."""
    rows = list(note.lines.all())  # type: ignore[attr-defined]
    if not rows:
        return [_Credited(LineKind.EXTRA, f"{note.invoice.label}: {note.reason}", None, note.amount - note.tax, note.tax)]  # fmt: skip
    weights = [row.amount if row.line.taxed else 0 for row in rows]
    taxes = allocate(note.tax, weights) if note.tax else [0] * len(rows)
    return [
        _Credited(row.line.kind, row.line.description, row.line.on, row.amount, tax)
        for row, tax in zip(rows, taxes, strict=True)
    ]


def quickbooks_credit(notes: Any) -> Iterator[list[str]]:
    for note in notes:
        invoice = note.invoice
        for row in _credited(note):
            net = plain(row.net, invoice.currency)
            yield [
                note.label, invoice.bill_to, _us(note.issued_on), f"Invoice {invoice.label}", ITEMS[LineKind(row.kind)], row.description,
                "1", net, net, "Y" if row.tax else "N", say_rate(invoice.tax_rate) if row.tax else "", _us(row.on) if row.on else "",
            ]  # fmt: skip


def xero_credit(notes: Any) -> Iterator[list[str]]:
    """Amounts above zero: the program knows that a credit note takes away."""
    for note in notes:
        invoice = note.invoice
        for row in _credited(note):
            kind = f"Sales tax {say_rate(invoice.tax_rate)}" if row.tax else "Tax Exempt"
            yield [
                invoice.bill_to, note.label, invoice.label, _us(note.issued_on), plain(note.amount, invoice.currency), row.description,
                "1", plain(row.net, invoice.currency), ACCOUNT, kind, plain(row.tax, invoice.currency), invoice.currency.upper(),
            ]  # fmt: skip


def moves(purse: Account, *, since: datetime, until: datetime, currency: str) -> list[reporting.Moved]:
    """What moved one of the ledger's accounts of money, the oldest first: together it is what the account changed by."""
    lines = EntryLine.objects.filter(
        account=purse, entry__currency=currency, entry__at__gte=since, entry__at__lt=until
    )
    return reporting.moved(lines.select_related("entry").order_by("entry__at", "id"))


KINDS = {
    "payment": "Payment", "payment.void": "Struck out", "refund": "Refund", "refund.failed": "Refund that failed", "fee": "Stripe fee",
    "invoice.paid_from_retainer": "Earned from a retainer", "invoice.returned_to_retainer": "Back into a retainer",
    "retainer.returned": "Retainer given back", "dispute.withdrawn": "Taken back by a bank", "dispute.reinstated": "Dispute won",
}  # fmt: skip


def quickbooks_bank(rows: Iterable[reporting.Moved], currency: str) -> Iterator[list[str]]:
    for row in rows:
        words = ", ".join(filter(None, [KINDS.get(row.kind, row.kind), row.payee, row.about, row.check]))
        yield [_us(row.on), words, plain(row.amount, currency)]


def xero_bank(rows: Iterable[reporting.Moved], currency: str) -> Iterator[list[str]]:
    for row in rows:
        words = ", ".join(filter(None, [KINDS.get(row.kind, row.kind), row.about]))
        yield [_us(row.on), plain(row.amount, currency), row.payee, words, row.reference, row.check]


def answer_credit_notes(notes: Any, *, to: str) -> StreamingHttpResponse:
    rows = notes.select_related("invoice").prefetch_related("lines__line").order_by("year", "number")
    if to == "xero":
        return tables.answer("credit-notes-xero", XERO_CREDIT, list(xero_credit(rows)), mark=False)
    return tables.answer(
        "credit-notes-quickbooks", QUICKBOOKS_CREDIT, list(quickbooks_credit(rows)), mark=False
    )


def answer_moves(
    purse: str, *, since: datetime, until: datetime, currency: str, to: str
) -> StreamingHttpResponse:
    """A bank statement, as both programs import one, of what the ledger says moved at one place (a key of PURSES)."""
    rows = moves(PURSES[purse], since=since, until=until, currency=currency)
    if to == "xero":
        return tables.answer(f"money-{purse}-xero", XERO_BANK, list(xero_bank(rows, currency)), mark=False)
    return tables.answer(
        f"money-{purse}-quickbooks", QUICKBOOKS_BANK, list(quickbooks_bank(rows, currency)), mark=False
    )


def answer(invoices: Any, *, to: str) -> StreamingHttpResponse:
    """The file for “quickbooks” or “xero”, oldest first. Made whole before it leaves: what streams later stands in no firm."""
    rows = invoices.prefetch_related("lines").order_by("year", "number").iterator(chunk_size=200)
    if to == "xero":
        return tables.answer("invoices-xero", XERO, list(xero(rows)), mark=False)
    return tables.answer("invoices-quickbooks", QUICKBOOKS, list(quickbooks(rows)), mark=False)
