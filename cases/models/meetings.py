"""Meetings: when and where, who comes, what the parent asks, what was asked for and decided."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models.matters import Case
from clients.models import Student
from web.ids import new_id


class MeetingKind(models.TextChoices):
    IEP = "iep", _("IEP meeting")
    ELIGIBILITY = "eligibility", _("Eligibility meeting")
    S504 = "s504", _("504 meeting")
    MANIFESTATION = "manifestation", _("Manifestation meeting")
    RESOLUTION = "resolution", _("Resolution meeting")
    MEDIATION = "mediation", _("Mediation")
    SCHOOL = "school", _("Talk with the school")
    FAMILY = "family", _("Talk with the family")


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(case__student__in=Student.keys_visible_to(user))

    def standing(self) -> Self:
        return self.filter(called_off_at=None)

    def between(self, start: datetime, end: datetime) -> Self:
        return self.filter(starts_at__gte=start, starts_at__lt=end)


class Meeting(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="meetings")
    kind = models.CharField(max_length=14, choices=MeetingKind.choices)
    advocate = models.ForeignKey(User, on_delete=models.PROTECT, related_name="meetings")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.CharField(max_length=200, blank=True)
    # Each way; the advocate's hours are blocked from leaving until being back.
    travel_minutes = models.PositiveSmallIntegerField(default=0)
    agenda = models.TextField(blank=True)
    follow_up = models.TextField(blank=True)
    follow_up_sent_at = models.DateTimeField(null=True, blank=True)
    prep_asked_at = models.DateTimeField(null=True, blank=True)
    called_off_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="meeting_starts_before_it_ends"),
            models.CheckConstraint(condition=Q(travel_minutes__lte=600), name="meeting_travel_within_10_hours"),
            models.CheckConstraint(condition=Q(kind__in=MeetingKind.values), name="meeting_kind_is_known"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["advocate", "starts_at"]), models.Index(fields=["starts_at"])]

    @property
    def leave_at(self) -> datetime:
        return self.starts_at - timedelta(minutes=self.travel_minutes)

    @property
    def back_at(self) -> datetime:
        return self.ends_at + timedelta(minutes=self.travel_minutes)


class Attendance(models.TextChoices):
    INVITED = "invited", _("Invited")
    CAME = "came", _("Came")
    ABSENT = "absent", _("Did not come")
    EXCUSED = "excused", _("Excused in writing")


class Attendee(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendees")
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=80, blank=True)
    attendance = models.CharField(max_length=8, choices=Attendance.choices, default=Attendance.INVITED)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(attendance__in=Attendance.values), name="attendance_is_known")
        ]


class Concern(models.Model):
    """A question or worry of the parent, from the form before the meeting or said to us."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="concerns")
    text = models.TextField()
    is_question = models.BooleanField(default=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answer = models.TextField(blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]


class Result(models.TextChoices):
    ASKED = "asked", _("Asked, no answer yet")
    AGREED = "agreed", _("Agreed")
    REFUSED = "refused", _("Refused")
    DEFERRED = "deferred", _("Put off")


class MeetingRequest(models.Model):
    """Something asked of the school at a meeting, and what became of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="requests")
    text = models.TextField()
    result = models.CharField(max_length=8, choices=Result.choices, default=Result.ASKED)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(result__in=Result.values), name="result_is_known")]


class Decision(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="decisions")
    text = models.TextField()
    who = models.CharField(max_length=120, blank=True)
    due_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
