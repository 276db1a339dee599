"""Bills as families see them: what is open, what each holds, paying, receipts, and their money with us."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import audit
from accounts.requests import FirmRequest
from cases.models import Case
from invoices import balances, paper, retaining
from invoices.drafting import payer_of
from invoices.forms import today
from invoices.models import Addressee, Invoice, Retainer
from invoices.views.bills import entry_of, history, pdf_answer
from invoices.views.money import moves_of
from payments import links, paying, subjects
from payments.money import say
from payments.public import open_page
from web.access import Can, requires


def _mine(request: FirmRequest) -> Any:
    return Invoice.objects.visible_to(request.user).select_related("case__student", "family")


def retainers_of(request: FirmRequest) -> list[dict[str, Any]]:
    """Retainers of the cases of children this person may see, for those who get the case's bills: another household
    learns nothing of them."""
    cases = Case.objects.visible_to(request.user)
    rows = Retainer.objects.filter(case__in=cases).select_related("case__student").order_by("-opened_at")
    billed = set(Addressee.objects.filter(contact__user=request.user).values_list("invoice__case", flat=True))
    found = []
    for row in rows:
        payer = payer_of(row.case)
        if row.case_id not in billed and (payer is None or payer.user_id != request.user.pk):
            continue
        there = retaining.held(row)
        if row.closed_at is None or there:
            found.append({
                "row": row, "held": say(there, row.currency), "moves": moves_of(row), "low": retaining.is_low(row, there),
                "missing": retaining.missing(row, there), "missing_words": say(retaining.missing(row, there), row.currency),
            })  # fmt: skip
    return found


def bills_section(request: FirmRequest, contact: Any) -> dict[str, Any]:
    """On the family's page of bills and payments: each invoice, and money left with us."""
    rows = list(_mine(request).prefetch_related("credit_notes").order_by("-issued_on", "-number")[:200])
    owed = balances.outstanding_of(rows)

    def status(row: Invoice) -> tuple[str, str]:
        credited = sum(note.amount for note in row.credit_notes.all())  # type: ignore[attr-defined]
        return balances.status_words(row, owed[row.pk], today=today(), credited_amount=credited)

    return {
        "invoices": [(row, say(row.total, row.currency), status(row)) for row in rows],
        "retainers": retainers_of(request), "takes_cards": paying.account() is not None, "firm": request.firm,
    }  # fmt: skip


@requires(Can.VISIT_PORTAL)
@require_GET
def bill(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(_mine(request), pk=pk)
    owed = balances.outstanding(row)
    amount, _tax = balances.credited(row)
    audit.record("invoice.read", by=request.user, at=timezone.now(), about=row)
    context = {
        "invoice": row, "owed": owed, "owed_words": say(owed, row.currency), "total_words": say(row.total, row.currency),
        "status": balances.status_words(row, owed, today=today(), credited_amount=amount),
        "history": [entry for entry in history(row) if entry["entry"].kind != "invoice.issued"],
        "lines": [(line, paper.worked(line), paper.priced(line, row.currency), say(line.amount, row.currency)) for line in row.lines.all()],
        "sums": {name: say(getattr(row, name), row.currency) for name in ("subtotal", "discount", "tax", "total")},
        "tax_words": paper.say_rate(row.tax_rate), "takes_cards": paying.account() is not None,
        "notes": [(note, say(note.amount, row.currency)) for note in row.credit_notes.all()],
    }  # fmt: skip
    return render(request, "portal/bill.html", context)


@requires(Can.VISIT_PORTAL)
@require_GET
def bill_pdf(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(_mine(request), pk=pk)
    audit.record("invoice.read", by=request.user, at=timezone.now(), about=row)
    return pdf_answer(lambda: paper.invoice_pdf(row, firm=request.firm), f"invoice-{row.label}")


@requires(Can.VISIT_PORTAL)
@require_GET
def bill_receipt(request: FirmRequest, pk: UUID, entry: UUID) -> HttpResponse:
    row = get_object_or_404(_mine(request), pk=pk)
    found = entry_of(row, entry)
    return pdf_answer(lambda: paper.receipt_pdf(row, found, firm=request.firm, at=timezone.now()), f"receipt-{row.label}")  # fmt: skip


@requires(Can.VISIT_PORTAL, even_read_only=True)
@require_POST
def bill_pay(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Straight to the page with the card form; where there is nothing to pay any more, a sentence."""
    row = get_object_or_404(_mine(request), pk=pk)
    return to_pay(request, row.subject, fallback=("portal-bill", pk))


@requires(Can.VISIT_PORTAL, even_read_only=True)
@require_POST
def retainer_pay(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Fills a retainer up."""
    rows = Retainer.objects.open().filter(case__in=Case.objects.visible_to(request.user))
    row = get_object_or_404(rows, pk=pk)
    return to_pay(request, row.subject, fallback=("portal-payments",))


def to_pay(request: FirmRequest, subject: str, *, fallback: tuple[Any, ...]) -> HttpResponse:
    """To the payment page of a subject, or back with the reason why not."""
    now, due = timezone.now(), subjects.due(subject)
    if due.state != subjects.State.OPEN or due.amount <= 0:
        messages.info(request, _("There is nothing to pay here any more. Thank you."))
        return redirect(*fallback)
    return open_page(request, links.link_for(subject, at=now), due)
