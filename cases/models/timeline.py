"""Anything that happened to a student: who, when it happened, when it was recorded, and for whose eyes."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models.matters import Case
from clients.models import Student
from web.ids import new_id


class EntryKind(models.TextChoices):
    CALL = "call", _("Call")
    EMAIL = "email", _("E-mail")
    TEXT = "text", _("Text")
    VISIT = "visit", _("Visit")
    NOTE = "note", _("Note")
    WIN = "win", _("Small win")
    EVENT = "event", _("Event")
    MEETING = "meeting", _("Meeting")
    STAGE = "stage", _("Stage")
    DOCUMENT = "document", _("Document")
    MESSAGE = "message", _("Message")
    DATA = "data", _("Data point")
    REMOVAL = "removal", _("Removal")
    LETTER = "letter", _("Letter")


# What a person types; the others are written by the work they belong to.
CONTACT_LOG = (EntryKind.CALL, EntryKind.EMAIL, EntryKind.TEXT, EntryKind.VISIT, EntryKind.NOTE)


# Of these only the day is known; their time is noon.
WHOLE_DAY = frozenset({EntryKind.WIN, EntryKind.EVENT, EntryKind.REMOVAL})


class EntryQuerySet(models.QuerySet["TimelineEntry"]):
    def visible_to(self, user: User) -> Self:
        """Staff see all of the students they see; families and guests the shared entries alone."""
        rows = self.filter(student__in=Student.keys_visible_to(user))
        return rows if user.is_staff_member else rows.filter(shared=True)


class TimelineEntry(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="timeline")
    case = models.ForeignKey(Case, on_delete=models.SET_NULL, null=True, blank=True, related_name="timeline")
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    text = models.TextField()
    who = models.CharField(max_length=120, blank=True)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    shared = models.BooleanField(default=False)
    # What proves it, by kind and key, so that apps above can be named without being known.
    evidence_kind = models.CharField(max_length=20, blank=True)
    evidence_id = models.CharField(max_length=60, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="entry_kind_is_known"),
            models.CheckConstraint(
                condition=Q(evidence_kind="", evidence_id="") | (~Q(evidence_kind="") & ~Q(evidence_id="")),
                name="entry_evidence_has_kind_and_key",
            ),
        ]
        indexes = [
            models.Index(fields=["student", "-happened_at"]),
            models.Index(fields=["evidence_kind", "evidence_id"]),
        ]

    @property
    def said_as(self) -> str:
        """In which style its time is said: with the time of day only where that is known."""
        return "on" if self.kind in WHOLE_DAY else "brief"
