"""What a family sees of its bills: what is to pay, what was paid, receipts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.requests import FirmRequest
from clients.models import Contact
from clients.reaching import is_barred
from payments import ledger, links, paying, subjects
from payments.models import Account, Instructions, Payment
from payments.public import open_page
from payments.subjects import Due, UnknownSubject
from payments.views import pdf_answer
from web.access import Can, requires
from web.paging import page_of


def _me(user: User) -> Contact | None:
    contact = Contact.objects.filter(user=user).first()
    if contact is not None:
        contact.user = user  # what is addressed to them asks for it, and it is at hand
    return contact


def to_pay(contact: Contact | None) -> list[tuple[str, Due]]:
    """What this person still has to pay, without what is about a child they may not hear about."""
    if contact is None:
        return []
    now = timezone.now()
    return [row for row in subjects.open_for(contact) if not is_barred(contact, row[1].student, at=now)]


def credit_of(contact: Contact | None) -> int:
    """The family's credit, in cents."""
    return ledger.balance(Account.FAMILY_CREDIT, party=contact.family_id, currency="usd") if contact else 0


@requires(Can.VISIT_PORTAL)
@require_GET
def portal_payments(request: FirmRequest) -> HttpResponse:
    """Bills and payments."""
    contact = _me(request.user)
    rows = Payment.objects.visible_to(request.user).standing().prefetch_related("refunds", "disputes")
    row = Instructions.objects.first()
    context = {
        "to_pay": [(subject, subjects.describe(subject), due) for subject, due in to_pay(contact)],
        "page": page_of(rows, request, size=20), "contact": contact, "cards": paying.account() is not None,
        "instructions": row.local_text if row else "", "credit": credit_of(contact),
    }  # fmt: skip
    return render(request, "payments/portal.html", context)


@requires(Can.VISIT_PORTAL, even_read_only=True)
@require_POST
def portal_pay(request: FirmRequest) -> HttpResponse:
    """From the list straight to Stripe's page."""
    subject = request.POST.get("subject", "")[:80]
    owed = dict(to_pay(_me(request.user))).get(subject)
    try:
        if owed is None:
            raise UnknownSubject
        link = links.link_for(subject, at=timezone.now())
    except UnknownSubject:
        raise Http404 from None
    return open_page(request, link, owed)


@requires(Can.VISIT_PORTAL)
@require_GET
def portal_receipt(request: FirmRequest, pk: UUID) -> HttpResponse:
    return pdf_answer(get_object_or_404(Payment.objects.visible_to(request.user), pk=pk))


def home_section(request: Any, user: User) -> dict[str, Any]:
    """What the family's first page says of bills: how many wait."""
    rows = to_pay(_me(user))
    return {"count": len(rows), "rows": [(subjects.describe(subject), due) for subject, due in rows[:3]]}


def case_section(request: Any, case: Any) -> dict[str, Any]:
    """What the page of a case says of money: what came for it and what went back."""
    rows = (
        Payment.objects.visible_to(request.user)
        .standing()
        .filter(case=case)
        .prefetch_related("refunds", "disputes")
    )
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.currency] = sums.get(row.currency, 0) + row.amount - row.went_back
    return {"sums": sums, "count": len(rows)}
