"""Anything that happened to a student: who, when it happened, when it was recorded, and for whose eyes."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models.matters import Case
from clients.models import Student
from web.access import Can
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


# A person may type a win too. What the work wrote has evidence of its own, and is set right there.
BY_HAND = (*CONTACT_LOG, EntryKind.WIN)
HAND_EVIDENCE = ("", "document")

# Of these only the day is known; their time is noon.
WHOLE_DAY = frozenset({EntryKind.WIN, EntryKind.EVENT, EntryKind.REMOVAL})


class EntryQuerySet(models.QuerySet["TimelineEntry"]):
    def visible_to(self, user: User) -> Self:
        """Staff see all of the students they see, struck-out ones too; families and guests what is shared and stands."""
        rows = self.filter(student__in=Student.keys_visible_to(user))
        return rows if user.is_staff_member else rows.standing().filter(shared=True)

    def standing(self) -> Self:
        return self.filter(struck_at=None)

    def correctable_by(self, user: User) -> Self:
        """What stands of the contact log and was typed by this person, or by anybody for who runs the firm."""
        rows = self.visible_to(user).standing().filter(kind__in=BY_HAND, evidence_kind__in=HAND_EVIDENCE)
        rows = rows.exclude(recorded_by=None)
        return rows if user.can(Can.SET_CASES) else rows.filter(recorded_by=user)


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
    # Typed by mistake: it stays for the office, with the reason, and counts no more.
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    strike_reason = models.CharField(max_length=200, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="entry_kind_is_known"),
            models.CheckConstraint(
                condition=Q(evidence_kind="", evidence_id="") | (~Q(evidence_kind="") & ~Q(evidence_id="")),
                name="entry_evidence_has_kind_and_key",
            ),
            models.CheckConstraint(
                condition=Q(struck_at=None, struck_by=None, strike_reason="")
                | (Q(struck_at__isnull=False, struck_by__isnull=False) & ~Q(strike_reason="")),
                name="entry_struck_out_by_somebody_for_a_reason",
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

    def may_be_corrected_by(self, user: User) -> bool:
        """The rule of `correctable_by` for an entry this person sees."""
        return (
            self.struck_at is None
            and self.kind in BY_HAND
            and self.evidence_kind in HAND_EVIDENCE
            and self.recorded_by_id is not None
            and (self.recorded_by_id == user.pk or user.can(Can.SET_CASES))
        )


class EntryRevision(models.Model):
    """What an entry of the contact log said before it was corrected. The office alone reads it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entry = models.ForeignKey(TimelineEntry, on_delete=models.CASCADE, related_name="revisions")
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    text = models.TextField()
    who = models.CharField(max_length=120, blank=True)
    happened_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    @property
    def said_as(self) -> str:
        return "on" if self.kind in WHOLE_DAY else "brief"
