"""Districts, schools and the people in them: one record for the whole firm."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models
from django.utils.translation import gettext_lazy as _

from web.ids import new_id
from web.states import STATES


class District(models.Model):
    """A school district or another agency that answers for a child's schooling."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=2, choices=STATES)
    phone = models.CharField(max_length=16, blank=True)
    email = models.EmailField(blank=True)
    address = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["name", "state"], name="one_district_a_name_and_state")
        ]

    def __str__(self) -> str:
        return self.name

    def call_also(self, names: Sequence[str]) -> None:
        """These and no others are its other names from now on."""
        self.other_names.exclude(name__in=names).delete()
        DistrictName.objects.bulk_create([DistrictName(district=self, name=name) for name in names], ignore_conflicts=True)  # fmt: skip


class DistrictName(models.Model):
    """Another name that people use for a district, such as “SD2”."""

    district = models.ForeignKey(District, on_delete=models.CASCADE, related_name="other_names")
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["district", "name"], name="one_other_name_a_district")]

    def __str__(self) -> str:
        return self.name


class School(models.Model):
    class Kind(models.TextChoices):
        ELEMENTARY = "elementary", _("Elementary school")
        MIDDLE = "middle", _("Middle school")
        HIGH = "high", _("High school")
        PRESCHOOL = "preschool", _("Preschool")
        CHARTER = "charter", _("Charter school")
        PRIVATE = "private", _("Private school")
        OTHER = "other", _("Another kind")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(
        District, on_delete=models.PROTECT, null=True, blank=True, related_name="schools"
    )
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.OTHER)
    phone = models.CharField(max_length=16, blank=True)
    address = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "name"], name="one_school_a_name", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.name


class SchoolPerson(models.Model):
    """Somebody who works at a school or for a district."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, null=True, blank=True, related_name="people")
    district = models.ForeignKey(
        District, on_delete=models.CASCADE, null=True, blank=True, related_name="people"
    )
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=80, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=16, blank=True)
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(school__isnull=False) | models.Q(district__isnull=False),
                name="school_person_works_somewhere",
            )
        ]

    def __str__(self) -> str:
        return self.name
