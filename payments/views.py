"""How the firm is paid, what came, and what went back."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.requests import FirmRequest
from clients.models import Contact
from payments import connecting, receipts, receiving, refunding, subjects
from payments.forms import FindForm, InstructionsForm, RecordForm, RefundForm, VoidForm
from payments.models import Finding, Instructions, Payment, Refund, StripeAccount
from payments.money import say
from payments.providers import stripe
from payments.receiving import CannotRecord
from payments.refunding import CannotRefund
from payments.subjects import Due, State, UnknownSubject
from tenants.places import current_firm
from web.access import Can, requires
from web.dates import say_day, say_time
from web.forms import posted
from web.paging import page_of

FORM = require_http_methods(["GET", "HEAD", "POST"])
CONTACTS_SHOWN = 20


@requires(Can.SET_FIRM)
@FORM
def payment_settings(request: FirmRequest) -> HttpResponse:
    """Getting paid: the firm's Stripe account, and how to pay without a card. The POST asks Stripe for the next step."""
    if request.method == "POST":
        return _settings_done(request)
    return _settings(request)


def _settings(request: FirmRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    account = StripeAccount.objects.current()
    left = StripeAccount.objects.exclude(ended_at=None).order_by("-ended_at").first()
    row = Instructions.objects.first()
    context = {
        "on": stripe.is_on(), "account": account, "left": left if account is None else None,
        "wanted": connecting.wanted_words(account) if account else [], "instructions": InstructionsForm(instance=row),
        "findings": Finding.objects.open(), "back": "back" in request.GET, "again": "again" in request.GET, **more,
    }  # fmt: skip
    return render(request, "payments/settings.html", context, status=status)


def _settings_done(request: FirmRequest) -> HttpResponse:
    account, do, now = StripeAccount.objects.current(), request.POST.get("do"), timezone.now()
    if do == "instructions":
        form = InstructionsForm(request.POST, instance=Instructions.objects.first())
        if not form.is_valid():
            return _settings(request, status=422, instructions=form)
        form.save()
        audit.record("payment_instructions.set", by=request.user, at=now)
        messages.success(request, _("Saved."))
        return redirect("payment-settings")
    try:
        if account and do == "refresh":
            connecting.refresh(account.account_id, at=now)
            return redirect("payment-settings")
        return _settings(request, next=connecting.begin(by=request.user, at=now))
    except (stripe.Unavailable, stripe.Refused):
        messages.error(request, _("Stripe does not answer as it should. Please try again in a moment."))
        return redirect("payment-settings")


@requires(Can.SET_FIRM)
@require_POST
def payment_disconnection(request: FirmRequest) -> HttpResponse:
    account = StripeAccount.objects.current()
    if account:
        connecting.disconnect(account, by=request.user, at=timezone.now())
        messages.success(
            request, _("Families cannot pay by card any more. What was paid can still be given back.")
        )
    return redirect("payment-settings")


@requires(Can.SET_FIRM)
@require_POST
def finding_closure(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Somebody has looked at it and put it right."""
    finding = get_object_or_404(Finding.objects.open(), pk=pk)
    finding.closed_at, finding.closed_by = timezone.now(), request.user
    finding.save(update_fields=["closed_at", "closed_by"])
    audit.record("finding.closed", by=request.user, at=finding.closed_at, about=finding)
    messages.success(request, _("Saved."))
    return redirect("payment-settings")


def _found(request: FirmRequest) -> tuple[FindForm, QuerySet[Payment]]:
    form = FindForm(request.GET)
    form.is_valid()
    asked, zone = form.cleaned_data, request.firm.zone
    rows = Payment.objects.visible_to(request.user)
    if words := asked.get("q"):
        rows = rows.filter(Q(payer__icontains=words) | Q(what__icontains=words) | Q(names__icontains=words) | Q(reference__icontains=words) | Q(shown__icontains=words))  # fmt: skip
    if asked.get("method"):
        rows = rows.filter(method=asked["method"])
    for name, lookup, moment in (("since", "paid_at__gte", time.min), ("until", "paid_at__lte", time.max)):
        if asked.get(name) and 2000 <= asked[name].year <= 2100:
            rows = rows.filter(**{lookup: datetime.combine(asked[name], moment, zone)})
    return form, rows


@requires(Can.SEE_MONEY)
@require_GET
def payment_list(request: FirmRequest) -> HttpResponse:
    """What came, newest first."""
    form, rows = _found(request)
    page = page_of(rows.select_related("void").prefetch_related("refunds", "disputes"), request)
    context = {"form": form, "page": page, "filtered": any(form.cleaned_data.values())}
    return render(request, "payments/list.html", context)


def _payment(request: FirmRequest, pk: UUID) -> Payment:
    rows = Payment.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("contact", "case", "checkout", "recorded_by", "void__by"), pk=pk
    )


def _detail(request: FirmRequest, payment: Payment, *, status: int = 200, **more: Any) -> HttpResponse:
    first = {"once": str(uuid4())}
    context = {
        "payment": payment, "refunds": payment.refunds.select_related("payment", "by"), "disputes": payment.disputes.all(),
        "refund_form": RefundForm(payment=payment, initial=first), "void_form": VoidForm(), "page_of_subject": subjects.page(payment.subject, user=request.user),
        "may_edit": request.user.can(Can.EDIT_MONEY), **more,
    }  # fmt: skip
    return render(request, "payments/payment.html", context, status=status)


@requires(Can.SEE_MONEY)
@require_GET
def payment(request: FirmRequest, pk: UUID) -> HttpResponse:
    return _detail(request, _payment(request, pk))


@requires(Can.EDIT_MONEY)
@require_POST
def payment_refund(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Gives some or all of it back."""
    row = _payment(request, pk)
    form = RefundForm(request.POST, payment=row)
    if not form.is_valid():
        return _detail(request, row, status=422, refund_form=form)
    asked, now = form.cleaned_data, timezone.now()
    once = f"form:{asked['once']}" if asked["once"] else None
    if form.asks(_given_back(refunding.twin(row, amount=asked["amount"], at=now, once=once))):
        return _detail(request, row, status=422, refund_form=form)
    try:
        made = refunding.refund(
            row, amount=asked["amount"], reason=asked["reason"], by=request.user, at=now, once=once
        )
    except CannotRefund as problem:
        form.add_error("amount", str(problem))
        return _detail(request, row, status=422, refund_form=form)
    said = (
        _("Noted: %(amount)s given back by hand.") if row.is_by_hand else _("%(amount)s is on its way back.")
    )
    messages.success(request, said % {"amount": made.amount_words})
    return redirect("payment", pk)


def _given_back(twin: Refund | None) -> str:
    if twin is None:
        return ""
    told = {"amount": twin.amount_words, "time": say_time(twin.asked_at, current_firm().zone)}
    return _("%(amount)s of this payment was given back at %(time)s already. Is this another one?") % told


@requires(Can.EDIT_MONEY)
@require_POST
def payment_void(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Strikes out what was written down by mistake."""
    row = _payment(request, pk)
    form = VoidForm(request.POST)
    if not form.is_valid():
        return _detail(request, row, status=422, void_form=form)
    try:
        receiving.strike_out(row, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
    except CannotRecord as problem:
        form.add_error("reason", str(problem))
        return _detail(request, row, status=422, void_form=form)
    messages.success(request, _("Struck out. It does not count any more."))
    return redirect("payment", pk)


@requires(Can.SEE_MONEY)
@require_GET
def payment_receipt(request: FirmRequest, pk: UUID) -> HttpResponse:
    return pdf_answer(_payment(request, pk))


def pdf_answer(row: Payment) -> HttpResponse:
    answer = HttpResponse(receipts.pdf(row), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="receipt-{row.number}.pdf"'
    return answer


@requires(Can.EDIT_MONEY)
@FORM
def payment_new(request: FirmRequest) -> HttpResponse:
    """Writes down a check, cash or a transfer: first whose, then what."""
    subject = request.GET.get("subject", "")[:80]
    owed = _one(subject) if subject else None
    contact = owed.contact if owed else _contact(request.GET.get("contact", ""))
    if contact is None:
        return _whose(request)
    rows = [(subject, owed)] if owed else subjects.open_for(contact)
    choices = [(name, due, f"{subjects.describe(name)}, {_still(due)}") for name, due in rows]
    currency = rows[0][1].currency if rows else "usd"
    first = {
        "once": str(uuid4()),
        "received_on": timezone.localdate(timezone=request.firm.zone),
        "method": "check",
    }
    form = RecordForm(posted(request), owed=choices, currency=currency, mail=contact.email, initial=first)
    context = {"form": form, "contact": contact}
    if not form.is_valid():
        return render(request, "payments/new.html", context, status=422 if form.is_bound else 200)
    asked, now = dict(form.cleaned_data), timezone.now()
    once = f"form:{asked['once']}" if asked["once"] else None
    same = {name: asked[name] for name in ("method", "amount", "reference", "received_on")}
    if form.asks(_written_down(receiving.twin(contact=contact, **same, at=now, once=once))):
        return render(request, "payments/new.html", context, status=422)
    del asked["once"], asked["again"]
    try:
        made = receiving.record(
            **asked, contact=contact, currency=currency, by=request.user, at=now, once=once
        )
    except (CannotRecord, UnknownSubject) as problem:
        form.add_error(None, str(problem))
        return render(request, "payments/new.html", context, status=422)
    messages.success(request, _("Written down: %(amount)s.") % {"amount": made.amount_words})
    return redirect("payment", made.pk)


def _written_down(twin: Payment | None) -> str:
    if twin is None:
        return ""
    told = {
        "amount": twin.amount_words, "how": twin.get_method_display(), "number": twin.reference,
        "day": say_day(timezone.localtime(twin.paid_at, current_firm().zone).date()),
    }  # fmt: skip
    if twin.reference:
        return (
            _("%(how)s %(number)s over %(amount)s is written down already, for %(day)s. Is this another one?")
            % told
        )
    return (
        _("%(amount)s by %(how)s is written down for %(day)s already, minutes ago. Is this another one?")
        % told
    )


def _still(due: Due) -> str:
    return _("%(amount)s to pay") % {"amount": say(due.amount, due.currency)}


def _one(subject: str) -> Due | None:
    try:
        found = subjects.due(subject)
    except UnknownSubject:
        return None
    return found if found.state == State.OPEN else None


def _contact(text: str) -> Contact | None:
    try:
        return Contact.objects.filter(pk=UUID(text)).prefetch_related("points").first()
    except ValueError:
        return None


def _whose(request: FirmRequest) -> HttpResponse:
    """Choose the family's grown-up by name."""
    words = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:80]
    found = Contact.objects.filter(Q(name__icontains=words) | Q(family__name__icontains=words)) if words else Contact.objects.none()  # fmt: skip
    context = {
        "words": words,
        "asked": "q" in request.GET,
        "contacts": found.select_related("family").order_by("name", "pk")[:CONTACTS_SHOWN],
    }
    return render(request, "payments/whose.html", context)
