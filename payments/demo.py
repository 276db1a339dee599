"""The demo firm is paid: an account at the stand-in for Stripe, a call paid by card, a check."""

from __future__ import annotations

from datetime import datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.utils.timezone import localdate

from accounts.models import User
from accounts.roles import Role
from clients.models import Contact
from payments import connecting, paying, receiving, refunding
from payments.models import Checkout, Instructions, Payment, StripeAccount
from payments.providers import stripe
from tenants.places import current_firm

CARD = "4242424242424242"  # Stripe's published test number; it opens nothing


def _post(address: str, form: dict[str, str]) -> None:
    """Sends a form to the provider on this machine; where its answer leads is not followed."""
    at = urlsplit(address)
    connection = HTTPConnection(at.hostname or "127.0.0.1", at.port, timeout=10)
    try:
        connection.request(
            "POST", at.path, urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"}
        )
        connection.getresponse().read()
    finally:
        connection.close()


def connect(*, at: datetime) -> bool:
    """Harbor's own account, completed as its owner would; whether cards can be taken. Only where the provider is the
    stand-in on this machine."""
    if not (settings.IS_LOCAL and stripe.is_on()):
        return False
    owner = User.objects.filter(role=Role.OWNER).first()
    assert owner
    page = connecting.begin(by=owner, at=at)
    _post(page, {"do": "finish"})
    account = StripeAccount.objects.current()
    assert account
    connecting.refresh(account.account_id, at=at)
    return paying.account() is not None


def pay(checkout: Checkout, *, name: str, email: str, at: datetime) -> Payment | None:
    """Pays on the stand-in's page, as a parent would with a card."""
    form = {"method": "card", "number": CARD, "expiry": "12 / 34", "cvc": "123", "name": name, "email": email}
    _post(checkout.url, form)
    paying.settle(checkout, at=at)
    return Payment.objects.filter(checkout=checkout).first()


def seed(rivera: Contact, *, paid: Payment | None, at: datetime) -> None:
    """How to pay without a card; a check on account; a part of the card payment given back."""
    bea = User.objects.get(role=Role.BILLING)
    Instructions.objects.update_or_create(
        id=1,
        defaults={
            "text": "Checks to Harbor Advocacy, PO Box 142, Helena, MT 59601. Please write the bill’s number on them.",
            "text_es": "Cheques a Harbor Advocacy, PO Box 142, Helena, MT 59601. Por favor, escriba en ellos el número de la cuenta.",
        },
    )  # fmt: skip
    receiving.record(
        contact=rivera, method="check", amount=8_000, currency="usd", reference="1204", by=bea, at=at,
        received_on=localdate(at - timedelta(days=39), current_firm().zone),
    )  # fmt: skip
    if paid:
        refunding.refund(paid, amount=2_000, reason="The call ended early", by=bea, at=at)
