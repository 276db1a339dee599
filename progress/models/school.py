"""What the school reports of a goal, in its own words."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models import Student
from documents.models import Document
from progress.models.sheets import DataSheet
from web.access import Can
from web.ids import new_id


class Called(models.TextChoices):
    """What the school's words come to. Its synonyms are in `progress/data/school_words.yaml`."""

    MET = "met", _("Met")
    PROGRESS = "progress", _("Making progress")
    SLOW = "slow", _("Some progress, not enough")
    NONE = "none", _("No progress")
    NOT_STARTED = "not_started", _("Not worked on yet")
    UNCLEAR = "", _("Not clear")


class SchoolReportQuerySet(models.QuerySet["SchoolReport"]):
    def visible_to(self, user: User) -> Self:
        if user.can(Can.SEE_STUDENTS) or user.can(Can.VISIT_PORTAL):
            return self.standing().filter(student__in=Student.keys_visible_to(user))
        return self.none()

    def standing(self) -> Self:
        return self.filter(withdrawn_at=None)


class SchoolReport(models.Model):
    """One line of a school's progress report: a goal, a period, the school's words, its number."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="school_reports")
    sheet = models.ForeignKey(DataSheet, on_delete=models.PROTECT, related_name="school_reports")
    starts_on = models.DateField(_("period from"), null=True, blank=True)
    ends_on = models.DateField(_("period until"))
    words = models.TextField(_("the school's words"), max_length=4000)
    called = models.CharField(_("what it comes to"), max_length=12, choices=Called.choices, blank=True)
    value = models.FloatField(_("the school's number"), null=True, blank=True)
    document = models.ForeignKey(
        Document, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("paper")
    )
    page = models.PositiveIntegerField(_("page"), null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = SchoolReportQuerySet.as_manager()

    class Meta:
        ordering = ["ends_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(called__in=Called.values), name="called_is_known"),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(starts_on__lte=F("ends_on")),
                name="report_period_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="school_report_withdrawn_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["sheet", "ends_on"],
                condition=Q(withdrawn_at=None),
                name="one_school_report_a_period",
            ),
        ]
