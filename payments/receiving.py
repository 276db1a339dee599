"""Money that came without Stripe: a check, cash, a transfer. Somebody of the firm writes it down."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from clients.models import Contact
from payments import bookkeeping, connecting, notices, paying, subjects
from payments.ledger import Account, Overdrawn
from payments.models import BY_HAND, Payment, Void
from payments.money import decimals
from tenants.places import current_firm
from web.again import LATELY

NOON = time(12)


class CannotRecord(ValueError):
    """This cannot be written down so; the message is a sentence."""


@transaction.atomic
def record(
    *, method: str, amount: int, currency: str, received_on: date, by: User, at: datetime, subject: str = "",
    contact: Contact | None = None, payer: str = "", reference: str = "", note: str = "", once: str | None = None,
    send_receipt: bool = False,
) -> Payment:  # fmt: skip
    """Notes a payment by check, cash, transfer or otherwise, of `amount` minor units.

    For a `subject` it counts towards what is due there; what is more becomes the family's credit. Without one, all of
    it is the credit of the `contact`'s family. `once` names the request: the same one again answers the same payment.
    A page that is open for the subject is closed. Raises CannotRecord, subjects.UnknownSubject, money.UnknownCurrency.
    """
    decimals(currency)
    if method not in BY_HAND or amount <= 0:
        raise CannotRecord(_("Please say how it was paid, and how much."))
    if received_on > timezone.localdate(at, current_firm().zone):
        raise CannotRecord(_("This day is still to come."))
    if subject:
        subjects.take_lock(subject)
    audit.take_turn()
    known = Payment.objects.filter(idempotency_key=once).first() if once else None
    if known:
        if (known.amount, known.method, known.subject) != (amount, method, subject):
            raise CannotRecord(
                _("This was already used to write down something else. Please reload the page.")
            )
        return known
    account, excess, student, case = Account.FAMILY_CREDIT, 0, None, None
    if subject:
        kind, _pk = subjects.kind_of(subject)
        owed = subjects.due(subject)
        if owed.currency != currency:
            raise CannotRecord(_("This is to be paid in %(code)s.") % {"code": owed.currency.upper()})
        account, contact, student, case = kind.account, owed.contact or contact, owed.student, owed.case
        excess = 0 if account == Account.TRUST_HELD else max(0, amount - owed.amount)
    names = subjects.names(subject)
    what = names.get(contact.language if contact else "en", "")
    if contact is None and (not subject or excess):
        raise CannotRecord(_("Please say whose money this is."))
    payment = Payment.objects.create(
        subject=subject, what=what, names=names, method=method, amount=amount, currency=currency, excess=excess, account=account,
        paid_at=min(at, datetime.combine(received_on, NOON, current_firm().zone)), recorded_at=at, recorded_by=by,
        payer=(payer or (contact.name if contact else ""))[:120], email=contact.email if contact else "", contact=contact,
        student=student, case=case, party=contact.family_id if contact else None, reference=reference[:80],
        note=note[:300], idempotency_key=once,
    )  # fmt: skip
    bookkeeping.book_payment(payment)
    audit.record("payment.recorded", by=by, at=at, about=payment, amount=amount, method=method)
    subjects.tell_paid(payment)
    connecting.plan_comparison(at=at)
    if subject:
        transaction.on_commit(lambda: paying.withdraw(subject, at=at))
    if send_receipt:
        notices.receipt(payment, at=at)
    return payment


def twin(
    *,
    method: str,
    amount: int,
    reference: str,
    received_on: date,
    at: datetime,
    once: str | None,
    **whose: Any,
) -> Payment | None:
    """A payment of the same `contact`, or for the same `subject`, that may be the one that is being written down: the
    check or transfer of that number, or without one the same way, amount and day, noted in the last minutes. Not the
    one that this very request made."""
    rows = Payment.objects.standing().filter(**whose, method=method, amount=amount, reference=reference[:80])
    if not reference:
        day = datetime.combine(received_on, time.min, current_firm().zone)
        rows = rows.filter(recorded_at__gt=at - LATELY, paid_at__gte=day, paid_at__lt=day + timedelta(days=1))
    return (rows.exclude(idempotency_key=once) if once else rows).first()


@transaction.atomic
def strike_out(payment: Payment, *, reason: str, by: User, at: datetime) -> Void:
    """Takes back what was written down by mistake. Raises CannotRecord when it came through Stripe, was given back in
    part, or its money has been used since."""
    audit.take_turn()
    payment = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    known = Void.objects.filter(payment=payment).first()
    if known:
        return known
    if not payment.is_by_hand:
        raise CannotRecord(_("This came through Stripe. Please give it back instead."))
    if payment.given_back:
        raise CannotRecord(_("Some of it was given back already."))
    void = Void.objects.create(payment=payment, by=by, at=at, reason=reason[:300])
    try:
        bookkeeping.book_void(payment, by=by, at=at)
    except Overdrawn as short:
        raise CannotRecord(str(short)) from None
    audit.record("payment.struck_out", by=by, at=at, about=payment, amount=payment.amount)
    subjects.tell_returned(payment, None)
    return void
