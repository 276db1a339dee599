"""The firm's own Stripe account: made, completed at Stripe, ready, left."""

from __future__ import annotations

import hashlib
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.models import User
from payments import paying
from payments.models import StripeAccount
from payments.providers import stripe
from payments.providers.stripe import Revoked
from tenants import due
from tenants.numbers import note_account
from tenants.places import current_firm

RECONCILE = "payments.reconcile"
AT_NIGHT = time(3, 30)

# What Stripe asks for, by how its names begin, in the owner's words.
_WANTED = [
    ("external_account", gettext_lazy("The bank account that your money goes to")),
    ("tos_acceptance", gettext_lazy("Your yes to Stripe’s terms")),
    ("business_profile.url", gettext_lazy("Your website, or what you do in a sentence")),
    ("business_profile", gettext_lazy("What your firm does")),
    ("business_type", gettext_lazy("Whether you are a company or one person")),
    ("company", gettext_lazy("Your company’s name, address and tax number")),
    ("individual.verification", gettext_lazy("A picture of your passport or license")),
    ("individual", gettext_lazy("Your name, birthday and address")),
    ("representative", gettext_lazy("Who speaks for the firm")),
    ("owners", gettext_lazy("Who owns the firm")),
    ("directors", gettext_lazy("Who owns the firm")),
    ("executives", gettext_lazy("Who owns the firm")),
    ("person_", gettext_lazy("Details of a person in your firm")),
]


def wanted_words(account: StripeAccount) -> list[str]:
    """What Stripe still asks the owner for, each once, in plain words."""
    found = []
    for name in account.wanted:
        words = next((words for start, words in _WANTED if name.startswith(start)), None)
        found.append(str(words) if words else _("A few more details about your firm"))
    return list(dict.fromkeys(found))


def begin(*, by: User, at: datetime) -> str:
    """Where the owner goes on at Stripe. Makes the account the first time, or takes up one that was disconnected here.
    Raises Unavailable or Refused."""
    firm = current_firm()
    known = StripeAccount.objects.current()
    if known is None:
        left = StripeAccount.objects.filter(ended_because=StripeAccount.Ended.DISCONNECTED).first()
        known = _take_up(left, by=by, at=at) if left else _make(by=by, at=at)
    page = firm.url("/payments/settings/")
    return stripe.onboarding(known.account_id, back=f"{page}?back=1", again=f"{page}?again=1")


def plan_comparison(*, at: datetime) -> None:
    """The next comparison of Stripe's lists with ours, in the firm's own night."""
    local = localtime(at, current_firm().zone)
    night = local.replace(hour=AT_NIGHT.hour, minute=AT_NIGHT.minute, second=0, microsecond=0)
    due.plan(RECONCILE, "all", due_at=night if night > local else night + timedelta(days=1))


def _make(*, by: User, at: datetime) -> StripeAccount:
    # The same for every try, so that a lost answer makes no second account; another after one was taken from us.
    tries = StripeAccount.objects.count()
    key = hashlib.sha256(f"account {tries} of {current_firm().id}".encode()).hexdigest()
    account_id = stripe.new_account(email=by.email or "", key=key)
    with transaction.atomic():
        made, new = StripeAccount.objects.get_or_create(account_id=account_id, defaults={"connected_at": at})
        if new:
            note_account(account_id)
            plan_comparison(at=at)
            audit.record("stripe.connected", by=by, at=at, about=made)
    return made


@transaction.atomic
def _take_up(left: StripeAccount, *, by: User, at: datetime) -> StripeAccount:
    left.ended_at, left.ended_because, left.connected_at = None, "", at
    left.save(update_fields=["ended_at", "ended_because", "connected_at"])
    audit.record("stripe.connected", by=by, at=at, about=left)
    return left


def refresh(account_id: str, *, at: datetime) -> None:
    """Notes how the account stands at Stripe. Raises Unavailable."""
    row = StripeAccount.objects.filter(account_id=account_id).first()
    if row is None:
        return
    try:
        now = stripe.standing(account_id)
    except Revoked:
        paying.end_account(row, because=StripeAccount.Ended.REVOKED, at=at)
        return
    StripeAccount.objects.filter(pk=row.pk).update(
        charges_enabled=now.can_charge and row.ended_at is None, submitted=now.submitted, wanted=list(now.wanted),
        disabled_reason=now.disabled[:80], currency=now.currency[:3], looked_at=at,
    )  # fmt: skip


def disconnect(account: StripeAccount, *, by: User, at: datetime) -> None:
    """Takes no more cards. What was paid can still be given back, since the account stays the firm's own."""
    paying.end_account(account, because=StripeAccount.Ended.DISCONNECTED, by=by, at=at)
