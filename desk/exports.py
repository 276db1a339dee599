"""Lists that may be taken away as CSV files, each with its permission and a line in the log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts import audit
from accounts.requests import FirmRequest
from cases.models import Case
from clients.models import Contact
from desk import lists
from invoices import balances, durations
from invoices.models import Invoice, TimeEntry
from payments.models import Payment
from payments.money import plain
from scheduling.models import Booking
from web import tables
from web.access import Can, requires

CHUNK = 500


def families(user: Any) -> Iterator[list[Any]]:
    rows = (
        Contact.objects.visible_to(user)
        .select_related("family")
        .prefetch_related("points", "family__students")
    )
    for row in rows.order_by("family__name", "pk").iterator(chunk_size=CHUNK):
        children = ", ".join(str(student) for student in row.family.students.all())
        yield [row.family.name, row.name, row.get_role_display(), row.email, row.phone, row.language, children, lists.local(row.created_at)]  # fmt: skip


def cases(user: Any) -> Iterator[list[Any]]:
    rows = Case.objects.visible_to(user).select_related("student", "advocate").prefetch_related("closures")
    for row in rows.order_by("opened_at", "pk").iterator(chunk_size=CHUNK):
        end = row.closure
        yield [
            str(row.student), row.get_kind_display(), row.stage, row.advocate.name, lists.local(row.opened_at), row.next_step,
            row.next_step_on, lists.local(end.closed_at) if end else None, end.get_outcome_display() if end else "",
        ]  # fmt: skip


def bookings(user: Any) -> Iterator[list[Any]]:
    rows = Booking.objects.visible_to(user).select_related("service", "advocate", "contact", "student")
    for row in rows.order_by("starts_at", "pk").iterator(chunk_size=CHUNK):
        yield [
            lists.local(row.starts_at), lists.local(row.ends_at), row.service.name, row.advocate.name, row.contact.name,
            str(row.student) if row.student else "", lists.local(row.booked_at), lists.local(row.called_off_at), row.called_off_by,
            row.no_show_at is not None, plain(row.price, row.currency), row.currency.upper(),
        ]  # fmt: skip


def time(user: Any) -> Iterator[list[Any]]:
    rows = TimeEntry.objects.visible_to(user).select_related("person", "student", "case__student")
    billed = set(rows.billed().values_list("pk", flat=True))  # type: ignore[attr-defined]
    for row in rows.order_by("on", "pk").iterator(chunk_size=CHUNK):
        yield [
            row.on, row.person.name, str(row.student), row.case.get_kind_display() if row.case else "", row.minutes,
            durations.say(row.minutes), row.get_activity_display(), row.description, row.note, row.get_billing_display(), row.pk in billed,
        ]  # fmt: skip


def invoices(user: Any) -> Iterator[list[Any]]:
    rows = Invoice.objects.visible_to(user).select_related("family").order_by("year", "number")
    page: list[Invoice] = []
    for row in rows.iterator(chunk_size=CHUNK):
        page.append(row)
        if len(page) == CHUNK:
            yield from _invoices(page)
            page = []
    yield from _invoices(page)


def _invoices(page: list[Invoice]) -> Iterator[list[Any]]:
    owed = balances.outstanding_of(page)
    for row in page:
        amounts = (row.subtotal, row.discount, row.tax, row.total, owed[row.pk])
        yield [row.label, row.bill_to, row.family.name, row.issued_on, row.due_on, *(plain(amount, row.currency) for amount in amounts), row.currency.upper()]  # fmt: skip


def payments(user: Any) -> Iterator[list[Any]]:
    rows = Payment.objects.visible_to(user).select_related("void").order_by("paid_at", "pk")
    for row in rows.iterator(chunk_size=CHUNK):
        yield [
            lists.local(row.paid_at), row.payer, row.local_what, row.get_method_display(), row.reference, plain(row.amount, row.currency),
            row.currency.upper(), hasattr(row, "void"),
        ]  # fmt: skip


def register_all() -> None:
    """The lists of the house; called once at the start."""
    for name, label, can, head, rows in (
        ("families", _("Families and their grown-ups"), Can.SEE_FIGURES, ["Family", "Name", "Role", "E-mail", "Phone", "Language", "Children", "Added"], families),
        ("cases", _("Cases"), Can.SEE_FIGURES, ["Student", "Kind", "Stage", "Advocate", "Opened", "Next step", "Next step on", "Closed", "Outcome"], cases),
        ("bookings", _("Bookings"), Can.SEE_FIGURES, ["Starts", "Ends", "Service", "Advocate", "Contact", "Student", "Booked", "Called off", "Called off by", "Missed", "Price", "Currency"], bookings),
        ("time", _("Time worked"), Can.SEE_MONEY, ["Day", "Person", "Student", "Case", "Minutes", "Time", "What", "Description", "Note", "Billing", "Billed"], time),
        ("invoices", _("Invoices"), Can.SEE_MONEY, ["Number", "For", "Family", "Issued", "Due", "Subtotal", "Discount", "Tax", "Total", "Owed", "Currency"], invoices),
        ("payments", _("Payments"), Can.SEE_MONEY, ["Paid", "Payer", "For", "How", "Reference", "Amount", "Currency", "Struck out"], payments),
    ):  # fmt: skip
        tables.register(name, label=label, can=can, head=head, rows=rows)
    for name, label, can, head, rows in lists.LISTS:
        tables.register(name, label=label, can=can, head=head, rows=rows)


@requires(Can.SEE_MONEY)
@require_GET
def export_list(request: FirmRequest) -> HttpResponse:
    """Which lists can be taken away."""
    return render(request, "desk/exports.html", {"tables": tables.of(request.user)})


@requires(Can.SEE_MONEY)
@require_GET
def export(request: FirmRequest, name: str) -> StreamingHttpResponse:
    """One list as a CSV file. Made whole before it leaves, since what streams later stands in no firm."""
    table = tables.find(name, request.user)
    if table is None:
        raise Http404
    rows = list(table.rows(request.user))
    audit.record("list.exported", by=request.user, at=timezone.now(), list=name, rows=len(rows))
    return tables.answer(name, table.head, rows)
