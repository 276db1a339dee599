"""Days a child was kept out for conduct, each as it was reported."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from clients.models import Student
from law.removals import KINDS
from web.ids import new_id


class RemovalQuerySet(models.QuerySet["Removal"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(student__in=Student.keys_visible_to(user))


class Removal(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="removals")
    first_on = models.DateField()
    last_on = models.DateField()
    kind = models.CharField(max_length=16, choices=[(str(kind), kind) for kind in KINDS])
    # Left out: counted from the school calendar.
    school_days = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    # For kinds that may count: what a person decided, None while open.
    counts = models.BooleanField(null=True, blank=True)
    behavior = models.CharField(max_length=120, blank=True)
    note = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = RemovalQuerySet.as_manager()

    class Meta:
        ordering = ["first_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(first_on__lte=F("last_on")), name="removal_starts_before_it_ends"),
            models.CheckConstraint(
                condition=Q(school_days__isnull=True) | Q(school_days__gt=0), name="removal_takes_some_time"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[str(kind) for kind in KINDS]), name="removal_kind_is_known"
            ),
        ]  # fmt: skip
