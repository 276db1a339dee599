"""Invoices: what is open, what is not billed, drafts, papers, and what is done about them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.requests import FirmRequest
from cases.models import Case
from invoices import (
    balances,
    crediting,
    drafting,
    exporting,
    issuing,
    paper,
    rates,
    reporting,
    retaining,
    telling,
)
from invoices.forms import BooksForm, CreditForm, DraftForm, ExtraForm, WriteOffForm, today
from invoices.models import CreditNote, Draft, DraftLine, Invoice, LineKind, Retainer
from payments import ledger
from payments.models import Account, Entry
from payments.money import say
from payments.refunding import CannotRefund
from web.access import Can, requires
from web.forms import posted
from web.paging import page_of
from web.papers import CannotBeSet

FORM = require_http_methods(["GET", "HEAD", "POST"])
SHOW = [("open", gettext_lazy("To pay")), ("late", gettext_lazy("Overdue")), ("all", gettext_lazy("All"))]


def pdf_answer(make: Callable[[], bytes], name: str) -> HttpResponse:
    """A PDF to look at; a sentence when it could not be set."""
    try:
        data = make()
    except CannotBeSet:
        return HttpResponse(_("The paper could not be made. Please tell us."), status=503, content_type="text/plain; charset=utf-8")  # fmt: skip
    response = HttpResponse(data, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "no-store, private"
    return response


@requires(Can.SEE_MONEY)
@require_GET
def invoice_list(request: FirmRequest) -> HttpResponse:
    """Open invoices, those overdue, or all."""
    show = request.GET.get("show", "open")
    rows: Any = Invoice.objects.visible_to(request.user).select_related("family", "case__student")
    if show in {"open", "late"}:
        owed = dict(reporting.open_invoices(currency=rates.currency()))
        keys = [row.pk for row in owed if show == "open" or row.due_on < today()]
        rows = rows.filter(pk__in=keys).order_by("due_on", "year", "number")
    page = page_of(rows, request)
    owed_of = balances.outstanding_of(list(page))
    context = {
        "page": page, "show": show, "shows": SHOW, "today": today(), "drafts": Draft.objects.select_related("case__student")[:20],
        "rows": [(row, say(owed_of[row.pk], row.currency), balances.status_words(row, owed_of[row.pk], today=today()), say(row.total, row.currency)) for row in page],
    }  # fmt: skip
    return render(request, "invoices/list.html", context)


@requires(Can.SEE_MONEY)
@require_GET
def unbilled(request: FirmRequest) -> HttpResponse:
    """Work on no invoice, by case and by person."""
    currency = rates.currency()

    def shown(rows: list[reporting.Unbilled]) -> list[Any]:
        return [(row, row.minutes // 60, f"{row.minutes % 60:02d}", say(row.time, currency), say(row.other, currency), say(row.total, currency)) for row in rows]  # fmt: skip

    now = timezone.now()
    by_case = reporting.unbilled_by_case(at=now)
    context = {
        "cases": [(*found, isinstance(found[0].of, Case)) for found in shown(by_case[:200])],
        "people": shown(reporting.unbilled_by_person(at=now)),
        "total": say(sum(row.total for row in by_case), currency), "more": max(0, len(by_case) - 200),
    }  # fmt: skip
    return render(request, "invoices/unbilled.html", context)


BY = [("family", gettext_lazy("By family")), ("case", gettext_lazy("By case")), ("advocate", gettext_lazy("By advocate"))]  # fmt: skip


@requires(Can.SEE_MONEY)
@require_GET
def ageing(request: FirmRequest) -> HttpResponse:
    """What families owe, by how long it has been due: by family, by case, or by who leads the case."""
    currency, by = rates.currency(), request.GET.get("by", "family")
    by = by if by in dict(BY) else "family"
    rows = reporting.ageing(today=today(), currency=currency, by=by)
    sums = [sum(row.parts[n] for row in rows) for n in range(len(reporting.BUCKETS))]
    context = {
        "rows": [(row.of, [say(part, currency) if part else "–" for part in row.parts], say(row.total, currency)) for row in rows],
        "sums": [say(part, currency) for part in sums], "total": say(sum(sums), currency), "by": by, "bys": BY,
        "heads": [_("Not due yet"), _("1 to 30 days"), _("31 to 60 days"), _("61 to 90 days"), _("Over 90 days")],
    }  # fmt: skip
    return render(request, "invoices/ageing.html", context)


# -- drafts --------------------------------------------------------------------------------------


@requires(Can.EDIT_MONEY)
@require_POST
def draft_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    """A draft of everything unbilled of a case."""
    case = get_object_or_404(Case.objects.select_related("student__family"), pk=pk)
    payer = drafting.payer_of(case)
    if payer is None:
        messages.error(
            request, _("Nobody in this family may get bills. Add a grown-up who may see the child.")
        )
        return redirect("unbilled")
    return redirect("draft", drafting.begin(case, payer, by=request.user, at=timezone.now()).pk)


def _draft(pk: UUID) -> Draft:
    return get_object_or_404(Draft.objects.select_related("case__student__family", "contact"), pk=pk)


def _draft_page(request: FirmRequest, draft: Draft, form: Any, extra: Any) -> HttpResponse:
    sheet, currency = drafting.sheet(draft, at=timezone.now()), draft.currency
    shown = [(item, True) for item in sheet.items if item.kind != LineKind.EXTRA] + [(item, False) for item in sheet.others]  # fmt: skip
    shown.sort(key=lambda pair: (pair[0].on or today(), pair[0].key))
    sums = sheet.totals
    context = {
        "draft": draft, "form": form, "extra": extra, "sheet": sheet, "currency": currency,
        "items": [(item, ticked, say(item.amount, currency), _worked(item)) for item, ticked in shown],
        "extras": [(item, say(item.amount, currency)) for item in sheet.items if item.kind == LineKind.EXTRA],
        "sums": {name: say(getattr(sums, name), currency) for name in ("subtotal", "discount", "tax", "total")},
        "tax_words": paper.say_rate(draft.tax_rate),
    }  # fmt: skip
    wrong = any(found is not None and found.errors for found in (form, extra))
    return render(request, "invoices/draft.html", context, status=422 if wrong else 200)


def _worked(item: drafting.Item) -> str:
    if item.minutes is None:
        return ""
    if item.free or item.billed_minutes == item.minutes:
        return paper.say_minutes(item.minutes)
    return _("%(worked)s → %(billed)s") % {"worked": paper.say_minutes(item.minutes), "billed": paper.say_minutes(item.billed_minutes or 0)}  # fmt: skip


@requires(Can.EDIT_MONEY)
@FORM
def draft(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What is on it, with a tick for each piece of work, and what it comes to. One that was issued leads to its invoice,
    for whoever pressed twice or had it open in another tab."""
    issued = Invoice.objects.filter(idempotency_key=f"draft:{pk}").first()
    if issued:
        return redirect("invoice", issued.pk)
    row = _draft(pk)
    form = _kept(request, row)
    if form.is_valid():
        return _issue(request, row) if request.POST.get("then") == "issue" else redirect("draft", pk)
    return _draft_page(request, row, form, ExtraForm())


def _kept(request: FirmRequest, row: Draft) -> DraftForm:
    """The draft's form; whatever button was pressed, its settings and ticks are stored when they are whole."""
    first = {name: getattr(row, name) or None for name in ("discount_rate", "discount_amount", "tax_rate")}
    first |= {"contact": row.contact_id, "due_days": row.due_days, "note": row.note}
    form = DraftForm(posted(request), people=drafting.people_of(row.case), initial=first)
    if form.is_valid():
        with transaction.atomic():
            for name, value in form.cleaned_data.items():
                setattr(row, name, value)
            row.save()
            drafting.pick(row, request.POST.getlist("item")[:2000], at=timezone.now())
            too_much = drafting.sheet(row, at=timezone.now()).discount_over
            transaction.set_rollback(bool(too_much))
        if too_much:
            row.refresh_from_db()
            form.add_error("discount_amount", _("The discount is more than what is billed. Make it smaller."))
    return form


@requires(Can.EDIT_MONEY)
@require_POST
def draft_line(request: FirmRequest, pk: UUID) -> HttpResponse:
    """A line that was typed, with the settings as they stand beside it."""
    row, extra = _draft(pk), ExtraForm(request.POST)
    form = _kept(request, row)
    if not (extra.is_valid() and form.is_valid()):
        return _draft_page(request, row, form, extra)
    DraftLine.objects.create(draft=row, kind=LineKind.EXTRA, **extra.cleaned_data)
    return redirect("draft", pk)


@requires(Can.EDIT_MONEY)
@require_POST
def draft_line_removal(request: FirmRequest, pk: UUID) -> HttpResponse:
    line = get_object_or_404(DraftLine, pk=pk, kind=LineKind.EXTRA)
    row = _draft(line.draft_id)
    form = _kept(request, row)
    if not form.is_valid():
        return _draft_page(request, row, form, ExtraForm())
    line.delete()
    return redirect("draft", row.pk)


@requires(Can.EDIT_MONEY)
@require_POST
def draft_removal(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = _draft(pk)
    drafting.throw_away(row, by=request.user, at=timezone.now())
    messages.success(request, _("The draft is thrown away. The work on it stays unbilled."))
    return redirect("invoices")


def _issue(request: FirmRequest, row: Draft) -> HttpResponse:
    try:
        invoice = issuing.issue(row, by=request.user, at=timezone.now(), idempotency_key=f"draft:{row.pk}")
    except issuing.CannotIssue as why:
        messages.error(request, str(why))
        return redirect("draft", row.pk) if Draft.objects.filter(pk=row.pk).exists() else redirect("invoices")
    messages.success(request, _("Invoice %(number)s is issued. Send it next.") % {"number": invoice.label})
    return redirect("invoice", invoice.pk)


# -- invoices ------------------------------------------------------------------------------------


def _invoice(request: FirmRequest, pk: UUID) -> Invoice:
    rows = Invoice.objects.visible_to(request.user).select_related("family", "case__student", "issued_by")
    return get_object_or_404(rows, pk=pk)


PAYING = {"payment", "invoice.paid_from_retainer", "invoice.paid_from_credit"}


def history(invoice: Invoice, *, to_family: bool = True) -> list[dict[str, Any]]:
    """What the ledger says of an invoice: each entry and what it changed of what is owed, with the credit note it is of."""
    found = []
    notes = {f"credit-note:{note.pk}": note for note in invoice.credit_notes.all()}  # type: ignore[attr-defined]
    for entry in balances.entries_of(invoice):
        moved = sum(line.amount for line in entry.lines.all() if line.account == Account.RECEIVABLE)
        if not moved:  # a fee of Stripe's, which is the firm's
            continue
        found.append({"entry": entry, "what": what(entry, to_family=to_family), "note": notes.get(entry.key), "amount": say(moved, invoice.currency), "is_payment": moved < 0 and entry.kind in PAYING})  # fmt: skip
    return found


def what(entry: Entry, *, to_family: bool = True) -> str:
    """An entry of an invoice in words."""
    said = {
        "invoice.kept_as_credit": _("Kept as credit"),
        "invoice.returned_to_retainer": _("Back into the retainer"),
        "dispute.lost": _("Taken back by a bank"),
        "dispute.not_lost": _("Back from a bank"),
        "invoice.issued": _("Issued"),
        "invoice.credited": pgettext("the sum of a credit note", "Credited"),
        "invoice.written_off": _("Written off"),
    }
    if entry.kind in said:
        return said[entry.kind]
    if entry.kind == "payment.void":
        return _("Struck out")
    if entry.kind in {"refund", "refund.failed"}:
        return _("Given back") if entry.kind == "refund" else _("It did not go back")
    return paper.how_paid(entry, to_family=to_family)


@requires(Can.SEE_MONEY)
@require_GET
def invoice(request: FirmRequest, pk: UUID) -> HttpResponse:
    row, user = _invoice(request, pk), request.user
    owed = balances.outstanding(row)
    amount, _tax = balances.credited(row)
    retainer = Retainer.objects.open().filter(case=row.case_id, currency=row.currency).select_related("case__student").first()  # fmt: skip
    there = retaining.held(retainer) if retainer else 0
    credit = sum(balances.credit_of(row.family_id, currency=row.currency).values())
    context = {
        "invoice": row, "owed": owed, "owed_words": say(owed, row.currency), "total_words": say(row.total, row.currency),
        "status": balances.status_words(row, owed, today=today(), credited_amount=amount), "history": history(row, to_family=False),
        "lines": [(line, paper.worked(line), paper.priced(line, row.currency, to_family=False), say(line.amount, row.currency)) for line in row.lines.all()],  # type: ignore[attr-defined]
        "sums": {name: say(getattr(row, name), row.currency) for name in ("subtotal", "discount", "tax", "total")},
        "tax_words": paper.say_rate(row.tax_rate),
        "addressees": row.addressees.select_related("contact"), "sent": telling.sent(row),  # type: ignore[attr-defined]
        "credit": say(credit, row.currency) if owed > 0 and credit else "", "retainer": retainer, "held": say(min(owed, there), row.currency), "can_use": bool(there) and owed > 0,
        "left": row.total - amount - balances.written_off(row), "may_edit": user.can(Can.EDIT_MONEY),
    }  # fmt: skip
    return render(request, "invoices/invoice.html", context)


@requires(Can.SEE_MONEY)
@require_GET
def invoice_pdf(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = _invoice(request, pk)
    audit.record("invoice.read", by=request.user, at=timezone.now(), about=row)
    return pdf_answer(lambda: paper.invoice_pdf(row, firm=request.firm), f"invoice-{row.label}")


@requires(Can.SEE_MONEY)
@require_GET
def credit_note_pdf(request: FirmRequest, pk: UUID) -> HttpResponse:
    note = get_object_or_404(CreditNote.objects.select_related("invoice"), pk=pk)
    return pdf_answer(lambda: paper.credit_note_pdf(note, firm=request.firm), f"credit-note-{note.label}")


def entry_of(invoice: Invoice, pk: UUID) -> Entry:
    """An entry of the ledger that is a payment of this invoice. Raises Http404."""
    found = next(
        (row["entry"] for row in history(invoice) if row["entry"].pk == pk and row["is_payment"]), None
    )
    if found is None:
        raise Http404
    return found


@requires(Can.SEE_MONEY)
@require_GET
def receipt_pdf(request: FirmRequest, pk: UUID, entry: UUID) -> HttpResponse:
    row = _invoice(request, pk)
    found = entry_of(row, entry)
    return pdf_answer(lambda: paper.receipt_pdf(row, found, firm=request.firm, at=timezone.now()), f"receipt-{row.label}")  # fmt: skip


@requires(Can.EDIT_MONEY)
@require_POST
def invoice_send(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = _invoice(request, pk)
    written = telling.send(row, by=request.user, at=timezone.now())
    if written:
        messages.success(request, ngettext("It goes out in %(n)s message.", "It goes out in %(n)s messages.", written) % {"n": written})  # fmt: skip
    else:
        messages.error(request, _("There is no safe way to reach this family. Print the invoice, or call."))
    return redirect("invoice", pk)


@requires(Can.EDIT_MONEY)
@FORM
def invoice_credit(request: FirmRequest, pk: UUID) -> HttpResponse:
    """A credit note over a part or the rest."""
    row = _invoice(request, pk)
    left = row.total - balances.credited(row)[0] - balances.written_off(row)
    lines = crediting.left_of_lines(row)
    retainer = Retainer.objects.open().filter(case=row.case_id, currency=row.currency).exists()
    form = CreditForm(posted(request), left=left, lines=lines, retainer=retainer)
    if form.is_valid():
        try:
            note = crediting.credit(row, **form.wanted(), by=request.user, at=timezone.now())
        except (issuing.CannotIssue, CannotRefund) as why:
            form.add_error("amount" if form.cleaned_data["what"] != "lines" else None, str(why))
        else:
            messages.success(request, _("Credit note %(number)s is issued.") % {"number": note.label})
            return redirect("invoice", pk)
    context = {"invoice": row, "form": form, "left": say(left, row.currency)}  # fmt: skip
    return render(request, "invoices/credit.html", context, status=422 if form.errors else 200)


@requires(Can.EDIT_MONEY)
@FORM
def invoice_write_off(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = _invoice(request, pk)
    owed = balances.outstanding(row)
    form = WriteOffForm(posted(request), initial={"amount": owed, "once": uuid4().hex})
    if form.is_valid():
        try:
            issuing.write_off(row, amount=form.cleaned_data["amount"], reason=form.cleaned_data["reason"], once=form.cleaned_data["once"], by=request.user, at=timezone.now())  # fmt: skip
        except issuing.CannotIssue as why:
            form.add_error("amount", str(why))
        else:
            messages.success(request, _("Written off."))
            return redirect("invoice", pk)
    context = {"invoice": row, "form": form, "owed": say(owed, row.currency)}
    return render(request, "invoices/write_off.html", context, status=422 if form.errors else 200)


@requires(Can.EDIT_MONEY)
@require_POST
def invoice_retainer(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Pays it from the case's retainer, as far as that goes."""
    row = _invoice(request, pk)
    retainer = get_object_or_404(Retainer.objects.open().select_related("case__student"), case=row.case_id)
    try:
        used = retaining.use(retainer, row, by=request.user, at=timezone.now())
    except (retaining.CannotHold, ledger.Overdrawn) as why:
        messages.error(request, str(why))
    else:
        messages.success(
            request, _("%(amount)s came from the retainer.") % {"amount": say(used, row.currency)}
        )
    return redirect("invoice", pk)


@requires(Can.EDIT_MONEY)
@require_POST
def invoice_family_credit(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Pays it from what the family has paid too much."""
    row = _invoice(request, pk)
    used = balances.use_credit(row, by=request.user, at=timezone.now())
    if used:
        messages.success(request, _("%(amount)s came from the family’s credit.") % {"amount": say(used, row.currency)})  # fmt: skip
    else:
        messages.info(request, _("There is no credit to use, or nothing is owed."))
    return redirect("invoice", pk)


@requires(Can.SEE_MONEY)
@FORM
def books(request: FirmRequest) -> HttpResponseBase:
    """Invoices, credit notes or the money that moved in a time, as a file for the bookkeeper's program."""
    first = today().replace(day=1)
    last = first - timedelta(days=1)
    form = BooksForm(
        posted(request), initial={"what": "invoices", "to": "quickbooks", "since": last.replace(day=1), "until": last}
    )  # fmt: skip
    if form.is_valid():
        what, to = form.cleaned_data["what"] or "invoices", form.cleaned_data["to"]
        days = (form.cleaned_data["since"], form.cleaned_data["until"])
        audit.record("books.exported" if what != "invoices" else "invoices.exported", by=request.user, at=timezone.now(), to=to, what=what)  # fmt: skip
        if what == "invoices":
            return exporting.answer(Invoice.objects.filter(issued_on__range=days), to=to)
        if what == "credit-notes":
            return exporting.answer_credit_notes(CreditNote.objects.filter(issued_on__range=days), to=to)
        since, until = (datetime.combine(day, time(), request.firm.zone) for day in (days[0], days[1] + timedelta(days=1)))  # fmt: skip
        return exporting.answer_moves(what, since=since, until=until, currency=rates.currency(), to=to)
    return render(request, "invoices/books.html", {"form": form}, status=422 if form.errors else 200)
