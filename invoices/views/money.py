"""A case's money: budget, estimate, retainer, terms, rates, fees, expenses. And the firm's own terms."""

from __future__ import annotations

import re
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import FirmRequest
from cases.models import Case
from clients.agreements import NobodyToReach
from invoices import balances, drafting, durations, pricing, rates, reporting, retaining, telling
from invoices.forms import (
    DepositForm,
    EstimateForm,
    ExpenseForm,
    FeeForm,
    FirmTermsForm,
    RateForm,
    RetainerForm,
    SendEstimateForm,
    TermsForm,
    today,
)
from invoices.models import Estimate, Expense, FlatFee, Invoice, InvoiceLine, Rate, Retainer, Terms
from payments import ledger, receiving
from payments.models import Account
from payments.money import say
from web.access import Can, requires
from web.forms import posted
from web.paging import page_of

FORM = require_http_methods(["GET", "HEAD", "POST"])
FIRM: dict[str, Any] = {"family": None, "case": None}
# Several forms stand on one page, with fields of one name: their ids differ.
RATE, FEE, DEPOSIT = "rate_%s", "fee_%s", "deposit_%s"


def _case(pk: UUID) -> Case:
    """A case for those who see the firm's money; what the page shows of it is its name."""
    return get_object_or_404(Case.objects.select_related("student__family", "advocate"), pk=pk)


def budget_section(request: Any, case: Case) -> dict[str, Any]:
    """The budget on the page of a case, for those who work on it."""
    return {"case": case, "budget": say_budget(case), "may_see": request.user.can(Can.SEE_MONEY)}


def closing_section(request: Any, case: Case) -> dict[str, Any]:
    """What the page for closing a case says of its money: what is owed, what is on no invoice, what is held."""
    invoices = {row.pk: row for row in Invoice.objects.filter(case=case)}
    owed: dict[str, list[int]] = {}
    for pk, amount in balances.outstanding_of(invoices.values()).items():
        if amount > 0:
            owed.setdefault(invoices[pk].currency, []).append(amount)
    items = drafting.unbilled(case, at=timezone.now())
    unbilled, unpriced = sum(item.amount for item in items), sum(item.minutes or 0 for item in items if item.has_no_rate)  # fmt: skip
    currency = rates.terms_of(case).currency
    retainer = Retainer.objects.open().filter(case=case).first()
    held = retaining.held(retainer) if retainer else 0
    return {
        "case": case, "owed": [(say(sum(amounts), of), len(amounts)) for of, amounts in sorted(owed.items())],
        "unbilled": say(unbilled, currency) if unbilled else "", "without_rate": durations.say(unpriced) if unpriced else "",
        "held": say(held, retainer.currency) if retainer and held > 0 else "",
    }  # fmt: skip


def say_budget(case: Case) -> dict[str, Any] | None:
    found = reporting.budget_of(case)
    if found is None:
        return None
    return {
        "used": durations.say(found.used), "left": durations.say(abs(found.left)), "over": found.left < 0, "percent": found.percent,
        "range": f"{found.estimate.minutes_low / 60:g}–{found.estimate.minutes_high / 60:g}",
    }  # fmt: skip


def moves_of(retainer: Retainer) -> list[dict[str, Any]]:
    """What came into a retainer and what it was used for, the newest first."""
    return [
        {"at": row.entry.at, "what": retainer_words(row.entry), "amount": say(-row.amount, retainer.currency)}
        for row in reversed(retaining.lines_of(retainer))
    ]


def retainer_words(entry: Any) -> str:
    """What moved client money, in words."""
    if entry.kind == "invoice.paid_from_retainer":
        found = Invoice.objects.filter(pk=entry.about.removeprefix("invoice:")).first()
        return _("Invoice %(number)s") % {"number": found.label if found else "?"}
    if entry.kind == "invoice.returned_to_retainer":
        return _("Back from a bill that was credited")
    if entry.kind == "dispute.withdrawn":
        return _("Taken back by a bank")
    if entry.kind in {"retainer.returned", "refund"}:
        return _("Given back")
    return _("Taken back") if entry.kind == "payment.void" else _("Paid in")


@requires(Can.SEE_MONEY)
@require_GET
def case_money(request: FirmRequest, pk: UUID) -> HttpResponse:
    return _case_page(request, _case(pk))


def _case_page(request: FirmRequest, case: Case, **wrong: Any) -> HttpResponse:
    """The page of a case's money; a form in `wrong` stands in its section as it was sent, with what is wrong."""
    now = timezone.now()
    currency = rates.terms_of(case).currency
    retainer = Retainer.objects.filter(case=case).select_related("case__student").first()
    there = retaining.held(retainer) if retainer else 0
    gap = retaining.missing(retainer, there) if retainer else 0
    invoices = list(Invoice.objects.filter(case=case))
    owed = balances.outstanding_of(invoices)
    billed = InvoiceLine.objects.standing().filter(invoice__case=case)
    billed_fees, billed_expenses = set(billed.values_list("fee", flat=True)), set(billed.values_list("expense", flat=True))  # fmt: skip
    estimates = Estimate.objects.filter(case=case).select_related("agreement__signature")
    context = {
        "case": case, "budget": say_budget(case), "currency": currency, "terms": rates.terms_of(case), "today": today(),
        "estimates": [(row, f"{row.minutes_low / 60:g}", f"{row.minutes_high / 60:g}", say(retaining.least(row), currency), say(retaining.most(row), currency), say(retaining.to_ask(row), currency), bool(row.agreement and row.agreement.can_be_signed(at=now))) for row in estimates],
        "retainer": retainer, "held": say(there, currency), "low": retainer is not None and retaining.is_low(retainer, there),
        "asked": say(retainer.asked, currency) if retainer else "", "threshold": say(retainer.threshold, currency) if retainer else "",
        "moves": moves_of(retainer) if retainer else [], "missing": say(gap, currency) if gap else "",
        "asked_at": telling.asked_for(retainer).values_list("written_at", flat=True).first() if retainer else None,
        "invoices": [(row, say(row.total, row.currency), say(owed[row.pk], row.currency), balances.status_words(row, owed[row.pk], today=today())) for row in invoices],
        "fees": [(row, say(row.amount, currency), row.pk in billed_fees) for row in FlatFee.objects.filter(case=case, dropped_at=None)],
        "expenses": [(row, say(row.amount, currency), row.pk in billed_expenses) for row in Expense.objects.filter(case=case).select_related("spent_by")],
        "rates": [(row, say(row.amount, currency)) for row in Rate.objects.filter(case=case).select_related("person")],
        "rate_form": RateForm(initial={"from_on": today()}, auto_id=RATE), "fee_form": FeeForm(initial={"agreed_on": today()}, auto_id=FEE),
        "deposit_form": DepositForm(initial={"amount": gap or None, "received_on": today()}, auto_id=DEPOSIT), "once": uuid4().hex,
        "send_form": SendEstimateForm(), "papers": retaining.papers().exists(),
        "may_edit": request.user.can(Can.EDIT_MONEY), **wrong,
    }  # fmt: skip
    return render(request, "invoices/case_money.html", context, status=422 if wrong else 200)


@requires(Can.EDIT_MONEY)
@FORM
def case_terms(request: FirmRequest, pk: UUID) -> HttpResponse:
    """How this case is billed, or with ?whole=family how all of the family is."""
    case = _case(pk)
    whole = request.GET.get("whole") == "family"
    place: dict[str, Any] = {"family": case.student.family} if whole else {"case": case}
    return _terms(request, place, TermsForm, "invoices/terms.html", {"case": case, "whole": whole}, pk)


@requires(Can.EDIT_MONEY)
@FORM
def billing_settings(request: FirmRequest) -> HttpResponse:
    """How the firm bills, and what an hour of each person costs."""
    return _terms(request, FIRM, FirmTermsForm, "invoices/settings.html", _firm_rates(), None)


def _firm_rates() -> dict[str, Any]:
    currency = rates.currency()
    rows = Rate.objects.filter(case=None).select_related("person").order_by("person__name", "-from_on")
    return {
        "rates": [(row, say(row.amount, currency)) for row in rows],
        "rate_form": RateForm(initial={"from_on": today()}, auto_id=RATE),
    }


def _terms(request: FirmRequest, place: dict[str, Any], form_of: Any, template: str, context: dict[str, Any], pk: UUID | None) -> HttpResponse:  # fmt: skip
    form = form_of(posted(request), initial=_first_terms(form_of, place))
    if form.is_valid():
        try:
            pricing.set_terms(**place, by=request.user, at=timezone.now(), **form.cleaned_data)
        except pricing.CannotPrice as why:
            form.add_error("currency", str(why))
        else:
            messages.success(request, _("Saved."))
            return redirect("case-money", pk) if pk else redirect("billing-settings")
    return render(request, template, {**context, "form": form}, status=422 if form.errors else 200)


def _first_terms(form_of: Any, place: dict[str, Any]) -> dict[str, Any]:
    """What the form of terms shows before anybody types."""
    row = Terms.objects.filter(**{**FIRM, **place}).first()
    first = {name: getattr(row, name) for name in form_of.base_fields} if row else {}
    if "initials" in first and first["initials"] is not None:
        first["initials"] = "1" if first["initials"] else "0"
    return first


def _rate(request: FirmRequest, form: RateForm, case: Case | None) -> bool:
    if not form.is_valid():
        return False
    pricing.set_rate(**form.cleaned_data, case=case, by=request.user, at=timezone.now())
    messages.success(request, _("The rate is set."))
    return True


@requires(Can.EDIT_MONEY)
@require_POST
def rate_new(request: FirmRequest) -> HttpResponse:
    """Sets what an hour costs in the firm; what could not be read stays in its form, on the page of the settings."""
    form = RateForm(request.POST, auto_id=RATE)
    if _rate(request, form, None):
        return redirect("billing-settings")
    terms = FirmTermsForm(initial=_first_terms(FirmTermsForm, FIRM))
    context = {**_firm_rates(), "form": terms, "rate_form": form}
    return render(request, "invoices/settings.html", context, status=422)


@requires(Can.EDIT_MONEY)
@require_POST
def case_rate(request: FirmRequest, pk: UUID) -> HttpResponse:
    case, form = _case(pk), RateForm(request.POST, auto_id=RATE)
    return redirect("case-money", pk) if _rate(request, form, case) else _case_page(request, case, rate_form=form)  # fmt: skip


@requires(Can.EDIT_MONEY)
@require_POST
def rate_removal(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Takes a rate away; invoices keep what they were counted with."""
    row = get_object_or_404(Rate, pk=pk)
    pricing.remove_rate(row, by=request.user, at=timezone.now())
    return redirect("case-money", row.case_id) if row.case_id else redirect("billing-settings")


@requires(Can.EDIT_MONEY)
@require_POST
def case_fee(request: FirmRequest, pk: UUID) -> HttpResponse:
    case, form = _case(pk), FeeForm(request.POST, auto_id=FEE)
    if not form.is_valid():
        return _case_page(request, case, fee_form=form)
    pricing.agree_fee(case, **form.cleaned_data, by=request.user, at=timezone.now())
    messages.success(request, _("The fee is agreed."))
    return redirect("case-money", pk)


@requires(Can.EDIT_MONEY)
@require_POST
def fee_removal(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(FlatFee, pk=pk)
    try:
        pricing.drop_fee(row, by=request.user, at=timezone.now())
    except pricing.CannotPrice as why:
        messages.error(request, str(why))
    return redirect("case-money", row.case_id)


@requires(Can.SEE_MONEY)
@require_GET
def retainer_list(request: FirmRequest) -> HttpResponse:
    """Client money by case; together it is what the ledger holds for families."""
    currency = rates.currency()
    held = ledger.balances(Account.TRUST_HELD, by="matter", currency=currency)
    newest: dict[UUID, Retainer] = {}
    for row in Retainer.objects.order_by("opened_at"):
        newest[row.case_id] = row
    cases = Case.objects.filter(pk__in=[key for key in {*held, *newest} if key]).select_related(
        "student__family"
    )
    rows = [(case, newest.get(case.pk), held.get(case.pk, 0)) for case in cases]
    rows.sort(key=lambda found: (-found[2], str(found[0].pk)))
    context = {
        "rows": [(case, row, say(there, currency), row is not None and retaining.is_low(row, there)) for case, row, there in rows],
        "total": say(sum(held.values()), currency), "elsewhere": say(held[None], currency) if held.get(None) else "",
    }  # fmt: skip
    return render(request, "invoices/retainers.html", context)


@requires(Can.SEE_MONEY)
@require_GET
def takings(request: FirmRequest) -> HttpResponse:
    """What became the firm's own money this month, entry by entry."""
    zone, currency, now = request.firm.zone, rates.currency(), timezone.now()
    first = datetime.combine(today().replace(day=1), time(), zone)
    rows = reporting.takings(since=first, until=now, currency=currency)
    total = reporting.collected(since=first, until=now, currency=currency)
    page = page_of(rows, request)
    told = [(row, say(row.amount, currency), kind_words(row.kind)) for row in reporting.moved(page)]
    context = {"page": page, "rows": told, "total": say(total, currency), "first": first.date()}
    return render(request, "invoices/takings.html", context)


def kind_words(kind: str) -> str:
    """What moved the firm's own money, in words."""
    said = {
        "payment": _("Payment"), "refund": _("Given back"), "refund.failed": _("It did not go back"), "payment.void": _("Struck out"),
        "invoice.paid_from_retainer": _("From the retainer"), "invoice.returned_to_retainer": _("Back into the retainer"),
        "dispute.withdrawn": _("Taken back by a bank"), "dispute.reinstated": _("Back from a bank"),
    }  # fmt: skip
    return said.get(kind, _("Other"))


# -- estimates and retainers -----------------------------------------------------------------------


@requires(Can.EDIT_MONEY)
@FORM
def estimate_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    case = _case(pk)
    rate = rates.Rates([case.pk]).hour(person=case.advocate_id, case=case.pk, on=today())
    form = EstimateForm(posted(request), case=case, initial={"rate": rate, "retainer_percent": 50})
    if form.is_valid():
        found = form.cleaned_data
        made = retaining.estimate(
            case, minutes_low=_minutes(found["hours_low"]), minutes_high=_minutes(found["hours_high"]), rate=found["rate"],
            retainer_percent=found["retainer_percent"], note=found["note"], agreement=found["agreement"], by=request.user, at=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("Estimated: a retainer of %(amount)s.") % {"amount": say(retaining.to_ask(made), rates.currency())})  # fmt: skip
        return redirect("case-money", pk)
    return render(request, "invoices/estimate.html", {"case": case, "form": form}, status=422 if form.errors else 200)  # fmt: skip


@requires(Can.EDIT_MONEY)
@require_POST
def estimate_send(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Sends a paper with the estimate in it to be signed."""
    row = get_object_or_404(Estimate.objects.select_related("case__student"), pk=pk)
    form = SendEstimateForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose the paper first."))
        return redirect("case-money", row.case_id)
    try:
        retaining.send_to_sign(row, form.cleaned_data["template"], by=request.user, at=timezone.now())
    except (retaining.CannotHold, NobodyToReach) as why:
        messages.error(request, str(why))
    else:
        messages.success(request, _("The agreement is on its way."))
    return redirect("case-money", row.case_id)


def _minutes(hours: Decimal) -> int:
    return int(hours * 60 + Decimal("0.5"))


@requires(Can.EDIT_MONEY)
@FORM
def retainer_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    case = _case(pk)
    estimate = Estimate.objects.in_force(case)
    asked = retaining.to_ask(estimate) if estimate else None
    first = {"asked": asked or None, "threshold": asked // 4 if asked else None}
    form = RetainerForm(posted(request), initial=first)
    if form.is_valid():
        try:
            retaining.open_retainer(case, **form.cleaned_data, estimate=estimate, by=request.user, at=timezone.now())  # fmt: skip
        except retaining.CannotHold as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, _("The retainer is open. Send the request next."))
            return redirect("case-money", pk)
    return render(request, "invoices/retainer_new.html", {"case": case, "form": form}, status=422 if form.errors else 200)  # fmt: skip


def _retainer(pk: UUID) -> Retainer:
    return get_object_or_404(Retainer.objects.select_related("case__student"), pk=pk)


@requires(Can.EDIT_MONEY)
@require_POST
def retainer_deposit(request: FirmRequest, pk: UUID) -> HttpResponse:
    """A check or cash into the trust account; the form's own key makes a double press one deposit."""
    row, form = _retainer(pk), DepositForm(request.POST, auto_id=DEPOSIT)
    once = re.sub(r"[^0-9a-z]", "", request.POST.get("once", ""))[:32] or uuid4().hex
    key, now = f"deposit:{row.pk.hex}:{once}"[:80], timezone.now()
    if form.is_valid() and receiving.twin(subject=row.subject, **form.cleaned_data, at=now, once=key):
        form.add_error("reference", _("The same deposit is written down already. If this is another one, give the number of its check."))  # fmt: skip
    if not form.is_valid():
        return _case_page(request, _case(row.case_id), deposit_form=form, once=once)
    try:
        retaining.deposit(row, **form.cleaned_data, once=key, by=request.user, at=now)
    except (retaining.CannotHold, receiving.CannotRecord) as why:
        messages.error(request, str(why))
    else:
        messages.success(request, _("The deposit is written down."))
    return redirect("case-money", row.case_id)


@requires(Can.EDIT_MONEY)
@require_POST
def retainer_request(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Asks the family for what is missing of a retainer."""
    row = get_object_or_404(Retainer.objects.open().select_related("case__student"), pk=pk)
    written = telling.ask_for(row, by=request.user, at=timezone.now())
    if written:
        messages.success(request, ngettext("It goes out in %(n)s message.", "It goes out in %(n)s messages.", written) % {"n": written})  # fmt: skip
    elif not retaining.missing(row, retaining.held(row)):
        messages.info(request, _("Nothing is missing in this retainer."))
    else:
        messages.error(
            request, _("There is no safe way to reach this family. Call them, or write down a deposit.")
        )
    return redirect("case-money", row.case_id)


@requires(Can.EDIT_MONEY)
@require_POST
def retainer_closure(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Ends it; what is left is the family's and is to be paid back to them."""
    row = _retainer(pk)
    rest = retaining.close(row, by=request.user, at=timezone.now())
    if rest:
        messages.success(request, _("The retainer is closed. Pay %(amount)s back to the family from the trust account.") % {"amount": say(rest, row.currency)})  # fmt: skip
    else:
        messages.success(request, _("The retainer is closed."))
    return redirect("case-money", row.case_id)


# -- expenses --------------------------------------------------------------------------------------


@requires(Can.LOG_TIME)
@FORM
def expense_new(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What somebody spent for a case they work on."""
    case = get_object_or_404(Case.objects.visible_to(request.user).select_related("student__family"), pk=pk)
    form = ExpenseForm(
        posted(request), user=request.user, case=case, initial={"on": today(), "billable": True}
    )
    now = timezone.now()
    if form.is_valid() and not form.asks(_same(form, case, at=now)):
        del form.cleaned_data["again"]
        pricing.add_expense(case, **form.cleaned_data, by=request.user, at=now)
        messages.success(request, _("The expense is written down."))
        return redirect("case", pk)
    return render(request, "invoices/expense.html", {"case": case, "form": form}, status=422 if form.errors else 200)  # fmt: skip


def _same(form: ExpenseForm, case: Case, *, at: datetime) -> str:
    found = pricing.twin(case, at=at, **form.cleaned_data)
    told = {"amount": say(found.amount, rates.currency()), "what": found.description} if found else {}
    return _("%(amount)s for “%(what)s” is written down already, minutes ago. Is this another one?") % told if found else ""  # fmt: skip


@requires(Can.EDIT_MONEY)
@require_POST
def expense_removal(request: FirmRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Expense, pk=pk)
    try:
        pricing.remove_expense(row, by=request.user, at=timezone.now())
    except pricing.CannotPrice as why:
        messages.error(request, str(why))
    return redirect("case-money", row.case_id)
