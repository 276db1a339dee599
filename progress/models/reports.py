"""The term's progress report."""

from __future__ import annotations

from typing import Any, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models import Student
from web.access import Can
from web.ids import new_id


class TermReportQuerySet(models.QuerySet["TermReport"]):
    def visible_to(self, user: User) -> Self:
        """Staff see all of the students they see; a family member those that were sent."""
        rows = self.filter(student__in=Student.keys_visible_to(user))
        if user.can(Can.SEE_STUDENTS):
            return rows
        return rows.filter(sent_at__isnull=False) if user.can(Can.VISIT_PORTAL) else self.none()


class TermReport(models.Model):
    """A term of a student on one or two pages: written from data, edited by a person, approved, sent."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="term_reports")
    language = models.CharField(_("language"), max_length=5, default="en")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    # What the report shows, as `progress.writing` took it from the data, and the sentences a person may change.
    facts: Any = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # Sentences that a person set, by name; writing the report anew from data leaves them alone.
    texts: Any = models.JSONField(default=dict)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = TermReportQuerySet.as_manager()

    class Meta:
        ordering = ["-ends_on", "-written_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="term_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(approved_at__isnull=False), name="a_report_is_approved_before_it_goes"
            ),
        ]  # fmt: skip

    @property
    def is_open(self) -> bool:
        return self.approved_at is None
