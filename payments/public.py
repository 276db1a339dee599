"""What a payer sees without signing in: a link to pay by, and a receipt. No child's name is on either."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import FirmRequest
from accounts.signing_in import network
from clients.reaching import is_barred
from payments import links, paying, receipts, subjects
from payments.models import Checkout, Instructions, PayLink, Payment
from payments.paying import AlreadyPaid, OnItsWay
from payments.providers.stripe import Refused, Unavailable, WrongCurrency
from payments.subjects import Due, State, UnknownSubject
from payments.tasks import look_now
from payments.views import pdf_answer
from tenants import throttle
from tenants.tasks import run_later
from web.views import too_many

TRIES_AN_HOUR = 30  # from one network


@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: FirmRequest, token: str) -> HttpResponse:
    """What is to pay, and the button that opens Stripe's page. Opening it changes nothing."""
    link = PayLink.objects.valid().filter(token=token).first()
    try:
        owed = subjects.due(link.subject) if link else None
    except UnknownSubject:
        owed = None
    now = timezone.now()
    if link is None or owed is None or (owed.contact and is_barred(owed.contact, owed.student, at=now)):
        raise Http404
    if request.method != "POST":
        return _page(request, link, owed)
    if request.POST.get("do") == "look":
        return _look(request, link, at=now)
    return open_page(request, link, owed)


def open_page(request: FirmRequest, link: PayLink, owed: Due) -> HttpResponse:
    """Goes on to Stripe's page, or says clearly why not."""
    now = timezone.now()
    if not throttle.may("pay", network(request), limit=TRIES_AN_HOUR, within=timedelta(hours=1), at=now):
        return too_many(request, wait_seconds=3600)
    if owed.state != State.OPEN or owed.amount <= 0:
        return _page(request, link, owed, status=409)
    try:
        checkout = links.ask(link, owed, language=get_language() or "en", at=now)
    except (AlreadyPaid, OnItsWay) as said:
        return _page(request, link, subjects.due(link.subject), status=409, said=str(said))
    except WrongCurrency:
        return _page(request, link, owed, status=409, problem="currency")
    except Refused:
        return _page(request, link, owed, status=409, problem="refused")
    except Unavailable:
        return _page(request, link, owed, status=503, problem="silent")
    # A form's answer may not lead elsewhere (the page's own policy), so the next page leads there by itself.
    return render(request, "payments/opening.html", {"checkout": checkout, "owed": owed, "link": link})


def _look(request: FirmRequest, link: PayLink, *, at: datetime) -> HttpResponse:
    paying.look(link.subject, at=at)
    unsettled = Checkout.objects.unsettled().filter(subject=link.subject)
    waiting = subjects.due(link.subject).state == State.OPEN and unsettled.filter(processing_at=None).exists()
    return looked(
        request, reverse("pay", args=[link.token]) + ("?paid=1" if waiting else ""), waiting=waiting
    )


def looked(request: FirmRequest, address: str, *, waiting: bool) -> HttpResponse:
    """After asking Stripe again: on to `address`. The page that asks by itself stays as it is while nothing has changed."""
    if not request.headers.get("HX-Request"):
        return redirect(address)
    return HttpResponse(status=204) if waiting else HttpResponse(headers={"HX-Redirect": address})


def _page(request: FirmRequest, link: PayLink, owed: Due, *, status: int = 200, **more: Any) -> HttpResponse:
    row = Instructions.objects.first()
    if request.GET.get("paid") == "1" and owed.state == State.OPEN:
        _ring(link)
    on_its_way = Checkout.objects.unsettled().filter(subject=link.subject).exclude(processing_at=None)
    context = {
        "link": link, "owed": owed, "what": subjects.describe(link.subject), "cards": paying.account() is not None,
        "payments": Payment.objects.standing().filter(subject=link.subject).prefetch_related("refunds"), "on_its_way": on_its_way.first(),
        "waiting": request.GET.get("paid") == "1", "instructions": row.local_text if row else "", **more,
    }  # fmt: skip
    return render(request, "payments/pay.html", context, status=status)


def _ring(link: PayLink) -> None:
    """Whoever comes back from Stripe has most likely paid: it is looked at now, in case its webhook is late or lost."""
    waits = Checkout.objects.open(at=timezone.now()).filter(subject=link.subject).first()
    if waits and throttle.may(
        "pay-look", str(waits.pk), limit=3, within=timedelta(minutes=1), at=timezone.now()
    ):
        run_later(look_now, keys=[str(waits.pk)])


def _receipt(secret: str) -> Payment:
    row = Payment.objects.select_related("contact", "student", "checkout").filter(secret=secret).first()
    if row is None or (row.contact and is_barred(row.contact, row.student, at=timezone.now())):
        raise Http404
    return row


@require_GET
def receipt(request: FirmRequest, secret: str) -> HttpResponse:
    row = _receipt(secret)
    return render(request, "payments/receipt.html", {"payment": row, "facts": receipts.facts(row)})


@require_GET
def receipt_pdf(request: FirmRequest, secret: str) -> HttpResponse:
    return pdf_answer(_receipt(secret))
