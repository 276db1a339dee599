"""A district's school calendar: its years, its days off, its school week."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from clients.models import District
from web.ids import new_id


def _monday_to_friday() -> list[int]:
    return [0, 1, 2, 3, 4]


class SchoolCalendar(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.OneToOneField(District, on_delete=models.PROTECT, related_name="calendar")
    # Monday is 0; districts with a four-day week leave one out.
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=_monday_to_friday)
    # The file it came from did not say when school starts and ends: dates counted with it are estimates.
    bounds_assumed = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.district.name


class SchoolYear(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    calendar = models.ForeignKey(SchoolCalendar, on_delete=models.CASCADE, related_name="years")
    first_on = models.DateField()
    last_on = models.DateField()
    # The last day of each marking period, in order, the last one with the year; empty when nobody has said them.
    period_ends = ArrayField(models.DateField(), default=list, blank=True)

    class Meta:
        ordering = ["first_on"]
        constraints = [
            models.CheckConstraint(condition=Q(first_on__lt=F("last_on")), name="school_year_starts_before_it_ends"),
            models.UniqueConstraint(fields=["calendar", "first_on"], name="one_school_year_a_first_day"),
        ]  # fmt: skip

    @property
    def name(self) -> str:
        return f"{self.first_on.year}–{self.last_on.year}"


class NoSchool(models.Model):
    """Days without instruction, both ends included."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    year = models.ForeignKey(SchoolYear, on_delete=models.CASCADE, related_name="days_off")
    first_on = models.DateField()
    last_on = models.DateField()
    name = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["first_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_on__lte=F("last_on")), name="no_school_starts_before_it_ends"
            )
        ]
