"""The firm's own Stripe account: made, completed at Stripe, ready."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import User
from payments.models import StripeAccount
from payments.providers import stripe
from tenants.numbers import note_account
from tenants.places import current_firm


def begin(*, by: User, at: datetime) -> str:
    """Where the owner goes on at Stripe. Makes the account the first time. Raises Unavailable or Refused."""
    firm = current_firm()
    known = StripeAccount.objects.first()
    if known is None:
        # The same for every try of this firm, so that a lost answer makes no second account.
        key = hashlib.sha256(f"account of {firm.id}".encode()).hexdigest()
        account_id = stripe.new_account(email=by.email or "", key=key)
        with transaction.atomic():
            known, new = StripeAccount.objects.get_or_create(
                account_id=account_id, defaults={"connected_at": at}
            )
            if new:
                note_account(account_id)
                audit.record("stripe.connected", by=by, at=at, about=known)
    page = firm.url("/payments/settings/")
    return stripe.onboarding(known.account_id, back=f"{page}?back=1", again=page)
