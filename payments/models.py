"""Money in from families: what was asked for, what came, what went back. Amounts are integers of minor units."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from web.ids import new_id


def new_key() -> str:
    """An idempotency key: written down before the call it is for."""
    return secrets.token_urlsafe(24)


class StripeAccount(models.Model):
    """The firm's own account at Stripe, into which families pay."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account_id = models.CharField(max_length=80, unique=True)
    charges_enabled = models.BooleanField(default=False)
    connected_at = models.DateTimeField()


class CheckoutQuerySet(models.QuerySet["Checkout"]):
    def open(self, *, at: datetime) -> Self:
        """Those that can still be paid."""
        return self.filter(ended_at=None, charge=None, expires_at__gt=at).exclude(session_id=None)


class Checkout(models.Model):
    """One request to pay, on Stripe's page. `subject` says what for, such as “booking:<id>”."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.CharField(max_length=80, db_index=True)
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    account_id = models.CharField(max_length=80)
    idempotency_key = models.CharField(max_length=64, unique=True, default=new_key)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    session_id = models.CharField(max_length=120, unique=True, null=True, blank=True)
    url = models.URLField(max_length=1000, blank=True)
    # When it could no longer be paid: expired, withdrawn, or never opened.
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = CheckoutQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="checkout_asks_for_something"),
            models.CheckConstraint(
                condition=Q(currency__regex="^[a-z]{3}$"), name="checkout_currency_is_iso"
            ),
        ]


class Charge(models.Model):
    """Money that came."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    checkout = models.OneToOneField(Checkout, on_delete=models.PROTECT, related_name="charge")
    payment_intent = models.CharField(max_length=120, unique=True)
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    paid_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="charge_is_something")]


class Refund(models.Model):
    """Money that goes back. It is asked for until the provider has answered."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="refunds")
    amount = models.PositiveIntegerField()
    reason = models.CharField(max_length=40)
    idempotency_key = models.CharField(max_length=64, unique=True, default=new_key)
    asked_at = models.DateTimeField()
    provider_id = models.CharField(max_length=120, unique=True, null=True, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    refused = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_is_something"),
            # Everything this app gives back, it gives back once.
            models.UniqueConstraint(fields=["charge", "reason"], name="one_refund_a_reason"),
        ]


class Event(models.Model):
    """What Stripe told us, once each, and when we had acted on it."""

    event_id = models.CharField(max_length=120, primary_key=True)
    kind = models.CharField(max_length=80)
    object_id = models.CharField(max_length=120)
    received_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)


class Account(models.TextChoices):
    """The accounts of the ledger. Those of client money and of what is owed carry a family as party, and a case."""

    OPERATING_CASH = "operating_cash", _("The firm’s own money")
    TRUST_CASH = "trust_cash", _("Client money in the bank")
    STRIPE = "stripe", _("On its way at Stripe")
    RECEIVABLE = "receivable", _("Owed by families")
    TRUST_HELD = "trust_held", _("Held for families")
    FAMILY_CREDIT = "family_credit", _("Families’ credit")
    EARNED = "earned", _("Earned")
    TAX_OWED = "tax_owed", _("Tax owed")
    WRITE_OFF = "write_off", _("Written off")
    FEES = "fees", _("Fees")


class Entry(models.Model):
    """Something that moved money, in lines that add up to zero. Only added to; made by `payments.ledger.post`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=160, unique=True)
    about = models.CharField(max_length=80, db_index=True)
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["at"], name="entry_by_time")]
        constraints = [
            models.CheckConstraint(condition=Q(currency__regex="^[a-z]{3}$"), name="entry_currency_is_iso")
        ]


class EntryLine(models.Model):
    """One side of an entry: a debit above zero, a credit below. `party` is a family's id, `matter` a case's."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="lines")
    account = models.CharField(max_length=20)
    party = models.UUIDField(null=True, blank=True)
    matter = models.UUIDField(null=True, blank=True)
    amount = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["account", "party", "matter"], name="line_by_purse"),
            models.Index(fields=["matter"], name="line_by_matter"),
        ]
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="line_moves_something")]
