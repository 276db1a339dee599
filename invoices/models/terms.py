"""What work costs: terms for a client or a case, dated hourly rates, flat fees."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case
from clients.models import Family
from invoices.durations import STEPS, How
from web.ids import new_id


class Terms(models.Model):
    """How the firm, a family or a case is billed. What is empty is as the next wider one says: case, family, firm."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    family = models.OneToOneField(Family, on_delete=models.CASCADE, null=True, blank=True, related_name="billing_terms")  # fmt: skip
    case = models.OneToOneField(Case, on_delete=models.CASCADE, null=True, blank=True, related_name="billing_terms")  # fmt: skip
    round_to = models.PositiveSmallIntegerField(null=True, blank=True, choices=[(n, str(n)) for n in STEPS])
    round_how = models.CharField(max_length=7, choices=How.choices, blank=True)
    # The sliding scale: how many hundredths of the rate the family pays. Nothing is pro bono.
    pays_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    # In thousandths of a percent: 8.875 % is 8875.
    tax_rate = models.PositiveIntegerField(null=True, blank=True)
    due_days = models.PositiveSmallIntegerField(null=True, blank=True)
    # Papers name the child by initials alone.
    initials = models.BooleanField(null=True, blank=True)
    # Of the firm's own row: what its rates, fees and invoices are in.
    currency = models.CharField(max_length=3, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(family=None) | Q(case=None), name="terms_of_family_or_case"),
            models.CheckConstraint(condition=Q(round_to=None) | Q(round_to__in=STEPS), name="terms_round_to_a_known_step"),
            models.CheckConstraint(condition=Q(round_how="") | Q(round_how__in=How.values), name="terms_round_a_known_way"),
            models.CheckConstraint(condition=Q(pays_percent=None) | Q(pays_percent__lte=100), name="terms_pay_100_percent_at_most"),
            models.CheckConstraint(condition=Q(tax_rate=None) | Q(tax_rate__lte=100_000), name="terms_tax_100_percent_at_most"),
            models.CheckConstraint(condition=Q(due_days=None) | Q(due_days__lte=365), name="terms_due_within_a_year"),
            # The firm's own row is the one that belongs to nobody.
            models.UniqueConstraint(fields=["family", "case"], nulls_distinct=False, name="one_terms_of_the_firm"),
        ]  # fmt: skip


class RateQuerySet(models.QuerySet["Rate"]):
    def of(self, *, person: User | None, case: Case | None, on: date) -> Self:
        """The rates that hold on a day, the narrowest first: person on the case, the case, the person, the firm."""
        rows = self.filter(from_on__lte=on)
        rows = rows.filter(Q(person=person) | Q(person=None)) if person else rows.filter(person=None)
        rows = rows.filter(Q(case=case) | Q(case=None)) if case else rows.filter(case=None)
        return rows.order_by(
            F("case").asc(nulls_last=True), F("person").asc(nulls_last=True), "-from_on", "-pk"
        )


class Rate(models.Model):
    """An hour's price from a day on, in minor units of the firm's currency."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="rates")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, blank=True, related_name="rates")
    amount = models.PositiveIntegerField()
    from_on = models.DateField()
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField()

    objects = RateQuerySet.as_manager()

    class Meta:
        ordering = ["-from_on"]
        constraints = [
            models.UniqueConstraint(fields=["person", "case", "from_on"], nulls_distinct=False, name="one_rate_a_day")
        ]  # fmt: skip


class FlatFee(models.Model):
    """A price agreed for a piece of work in a case, whatever time it takes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="flat_fees")
    name = models.CharField(max_length=160)
    amount = models.PositiveIntegerField()
    # The time in this case from then on is in the price: shown on the invoice, charged nothing.
    covers_time = models.BooleanField(_("the time is in this price"), default=False)
    agreed_on = models.DateField()
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-agreed_on", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="flat_fee_is_something")]
