"""Invoices in the columns that QuickBooks Online and Xero import; see docs/decisions/books.md for where they come from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import StreamingHttpResponse

from invoices.models import Invoice, InvoiceLine, LineKind
from invoices.paper import say_rate
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


def answer(invoices: Any, *, to: str) -> StreamingHttpResponse:
    """The file for “quickbooks” or “xero”, oldest first. Made whole before it leaves: what streams later stands in no firm."""
    rows = invoices.prefetch_related("lines").order_by("year", "number").iterator(chunk_size=200)
    if to == "xero":
        return tables.answer("invoices-xero", XERO, list(xero(rows)), mark=False)
    return tables.answer("invoices-quickbooks", QUICKBOOKS, list(quickbooks(rows)), mark=False)
