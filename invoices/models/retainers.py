"""What a case may cost, and money a family leaves with us for it. Balances lie in the ledger alone."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from cases.models import Case
from clients.models import Agreement
from web.ids import new_id


class EstimateQuerySet(models.QuerySet["Estimate"]):
    def in_force(self, case: Case) -> Estimate | None:
        """What the family of a case last agreed to; before it signed any, the newest."""
        signed = F("agreement__signature__signed_at").desc(nulls_last=True)
        return self.filter(case=case).order_by(signed, "-made_at").first()


class Estimate(models.Model):
    """A range of minutes at an hour's rate. The retainer that is asked for is a percentage of its least amount."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="estimates")
    minutes_low = models.PositiveIntegerField()
    minutes_high = models.PositiveIntegerField()
    rate = models.PositiveIntegerField()
    retainer_percent = models.PositiveSmallIntegerField(default=50)
    note = models.CharField(max_length=500, blank=True)
    # The paper in which the family agreed to it.
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, null=True, blank=True, related_name="estimates")  # fmt: skip
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = EstimateQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(condition=Q(minutes_low__gt=0, minutes_low__lte=F("minutes_high")), name="estimate_is_a_range"),
            models.CheckConstraint(condition=Q(retainer_percent__lte=100), name="retainer_100_percent_at_most"),
        ]  # fmt: skip


class RetainerQuerySet(models.QuerySet["Retainer"]):
    def open(self) -> Self:
        return self.filter(closed_at=None)


class Retainer(models.Model):
    """Client money held for a case: what was asked for, and below what the family is asked to fill it up."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="retainers")
    estimate = models.ForeignKey(Estimate, on_delete=models.PROTECT, null=True, blank=True, related_name="retainers")  # fmt: skip
    currency = models.CharField(max_length=3)
    asked = models.PositiveIntegerField()
    # Evergreen: below this it is filled up again to what was asked; 0 for never.
    threshold = models.PositiveIntegerField(default=0)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    # Whether we have said that it is low, since it last was not.
    warned_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = RetainerQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(closed_at__isnull=True), name="one_open_retainer_a_case"),
            models.CheckConstraint(condition=Q(asked__gt=0), name="retainer_asks_for_something"),
            models.CheckConstraint(condition=Q(threshold__lte=F("asked")), name="retainer_threshold_within_asked"),
        ]  # fmt: skip

    @property
    def subject(self) -> str:
        return f"retainer:{self.pk}"
