"""Time, rates, expenses, retainers, invoices."""

from invoices.models.bills import (
    Addressee,
    CreditNote,
    CreditNoteLine,
    Draft,
    DraftLine,
    Invoice,
    InvoiceLine,
    LineKind,
    WriteOff,
)
from invoices.models.expenses import Expense, ExpenseKind
from invoices.models.retainers import Estimate, Retainer
from invoices.models.terms import FlatFee, Rate, Terms
from invoices.models.time import Activity, Billing, SignOff, Skipped, TimeEntry, Timer, monday_of

__all__ = [
    "Activity",
    "Addressee",
    "Billing",
    "CreditNote",
    "CreditNoteLine",
    "Draft",
    "DraftLine",
    "Estimate",
    "Expense",
    "ExpenseKind",
    "FlatFee",
    "Invoice",
    "InvoiceLine",
    "LineKind",
    "Rate",
    "Retainer",
    "SignOff",
    "Skipped",
    "Terms",
    "TimeEntry",
    "Timer",
    "WriteOff",
    "monday_of",
]
