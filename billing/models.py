"""What a firm pays Roundtable. These tables lie in `public`; a firm reads its own rows and writes none."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from math import ceil

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.models import Firm
from web.ids import new_id


def new_key() -> str:
    """An idempotency key: written down before the call it is for."""
    return secrets.token_urlsafe(24)


class Interval(models.TextChoices):
    MONTH = "month", _("Monthly")
    YEAR = "year", _("Yearly")


class Status(models.TextChoices):
    """Stripe's words for how a subscription stands; empty while there is none."""

    NONE = "", _("Not subscribed")
    INCOMPLETE = "incomplete", _("First payment under way")
    EXPIRED = "incomplete_expired", _("First payment never came")
    TRIALING = "trialing", _("Free trial, then paid")
    ACTIVE = "active", _("Active")
    PAST_DUE = "past_due", _("Payment late")
    UNPAID = "unpaid", _("Not paid")
    PAUSED = "paused", _("Paused")
    CANCELED = "canceled", _("Ended")


# A subscription that stands, whether or not it is paid: a second one beside it would be charged twice.
STANDING = frozenset({Status.TRIALING, Status.ACTIVE, Status.PAST_DUE, Status.UNPAID, Status.PAUSED})


class Subscription(models.Model):
    """One firm's trial and subscription, as Stripe told it last. A firm without this row is free of charge."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    firm = models.OneToOneField(Firm, on_delete=models.CASCADE, related_name="subscription")
    trial_ends_at = models.DateTimeField(null=True, blank=True)
    customer_key = models.CharField(max_length=64, default=new_key)
    customer_id = models.CharField(max_length=80, unique=True, null=True, blank=True)
    subscription_id = models.CharField(max_length=80, unique=True, null=True, blank=True)
    item_id = models.CharField(max_length=80, blank=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.NONE, blank=True)
    plan = models.CharField(max_length=40, blank=True)
    interval = models.CharField(max_length=5, choices=Interval.choices, blank=True)
    seats = models.PositiveIntegerField(default=0)
    # Minor units for one seat and period, before tax.
    amount = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    period_ends_at = models.DateTimeField(null=True, blank=True)
    # When it ends because it was cancelled, and when it had ended.
    ends_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    has_card = models.BooleanField(default=False)
    # What Stripe owes the firm, which the next invoices use up.
    credit = models.PositiveIntegerField(default=0)
    past_due_since = models.DateTimeField(null=True, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(subscription_id=None) | Q(customer_id__isnull=False), name="subscription_has_a_customer"
            ),
            models.CheckConstraint(
                condition=Q(currency="") | Q(currency__regex="^[a-z]{3}$"), name="subscription_currency_is_iso"
            ),
        ]  # fmt: skip

    @property
    def stands(self) -> bool:
        """Whether Stripe has a subscription of the firm that is not over."""
        return self.status in STANDING


class PlanPrice(models.Model):
    """A price made at Stripe: what one seat of a plan costs for a month or a year. Old ones stay for those who pay them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    plan = models.CharField(max_length=40)
    interval = models.CharField(max_length=5, choices=Interval.choices)
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    price_id = models.CharField(max_length=80, unique=True)
    current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "interval"], condition=Q(current=True), name="one_current_price_a_plan_and_interval"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="plan_price_is_something"),
        ]  # fmt: skip


class TaxRate(models.Model):
    """The tax that is added to what firms pay, as the operator typed it. Stripe's rates do not change, so neither does a row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    label = models.CharField(max_length=50)
    percent = models.DecimalField(max_digits=7, decimal_places=4)
    rate_id = models.CharField(max_length=80, unique=True)
    set_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(models.Value(1), condition=Q(ended_at=None), name="one_tax_rate_now"),
            models.CheckConstraint(condition=Q(percent__gte=0, percent__lte=100), name="tax_rate_is_a_percentage"),
        ]  # fmt: skip


class PortalSetting(models.Model):
    """Which parts of Stripe's customer portal are open: card, e-mail, invoices, cancelling; never plan or seats."""

    configuration_id = models.CharField(max_length=80, unique=True)
    made_at = models.DateTimeField()


class PlanCheckout(models.Model):
    """One page at Stripe on which a firm may subscribe."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    firm = models.ForeignKey(Firm, on_delete=models.CASCADE)
    plan = models.CharField(max_length=40)
    interval = models.CharField(max_length=5, choices=Interval.choices)
    seats = models.PositiveIntegerField()
    price_id = models.CharField(max_length=80)
    # What is left of the free days goes along; empty when it is too little for Stripe, or nothing.
    trial_ends_at = models.DateTimeField(null=True, blank=True)
    idempotency_key = models.CharField(max_length=64, unique=True, default=new_key)
    opened_at = models.DateTimeField()
    session_id = models.CharField(max_length=120, unique=True, null=True, blank=True)
    url = models.URLField(max_length=1000, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm"], condition=Q(ended_at=None), name="one_open_checkout_a_firm"),
            models.CheckConstraint(condition=Q(seats__gt=0), name="plan_checkout_has_seats"),
        ]  # fmt: skip


class PlanChange(models.Model):
    """A change of plan or seats as it was shown and then confirmed. Its id comes with the form: twice is once."""

    id = models.UUIDField(primary_key=True, editable=False)
    firm = models.ForeignKey(Firm, on_delete=models.CASCADE)
    plan = models.CharField(max_length=40)
    interval = models.CharField(max_length=5, choices=Interval.choices)
    seats = models.PositiveIntegerField()
    price_id = models.CharField(max_length=80)
    idempotency_key = models.CharField(max_length=64, unique=True, default=new_key)
    # The second from which Stripe counts what is left of the period: the one that was shown.
    prorated_at = models.DateTimeField()
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True, blank=True)
    refused = models.CharField(max_length=300, blank=True)


class PlanInvoice(models.Model):
    """An invoice of Stripe's to a firm, as it stands there. Amounts are minor units."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    firm = models.ForeignKey(Firm, on_delete=models.CASCADE)
    invoice_id = models.CharField(max_length=80, unique=True)
    number = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=20)
    total = models.IntegerField()
    tax = models.IntegerField(default=0)
    amount_due = models.IntegerField(default=0)
    currency = models.CharField(max_length=3)
    issued_at = models.DateTimeField()
    page_url = models.URLField(max_length=1000, blank=True)
    pdf_url = models.URLField(max_length=1000, blank=True)

    class Meta:
        ordering = ["-issued_at", "-id"]


class PlanEvent(models.Model):
    """What Stripe told the platform, once each, and when we had acted on it."""

    event_id = models.CharField(max_length=80, primary_key=True)
    kind = models.CharField(max_length=80)
    object_id = models.CharField(max_length=120)
    firm = models.ForeignKey(Firm, on_delete=models.CASCADE, null=True, blank=True)
    received_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)


class Erasure(models.Model):
    """A firm that stays read-only is erased on this day, after a long notice; paying calls it off."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    firm = models.ForeignKey(Firm, on_delete=models.CASCADE, related_name="erasures")
    reason = models.CharField(max_length=20)
    planned_at = models.DateTimeField()
    erase_on = models.DateField()
    called_off_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm"], condition=Q(called_off_at=None), name="one_erasure_planned_a_firm")
        ]  # fmt: skip


class Reconciliation(models.Model):
    """One night's comparison of Stripe's subscriptions with ours."""

    on = models.DateField(primary_key=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    compared = models.PositiveIntegerField(default=0)
    # [{firm, was, is}]: rows that differed and were put right.
    mended = models.JSONField(default=list)
    # Sentences about what a person must look at.
    open_questions = models.JSONField(default=list)


def days_until(moment: datetime, *, at: datetime) -> int:
    """Whole days that are left, begun ones counted; 0 once it has come."""
    return max(0, ceil((moment - at) / timedelta(days=1)))
