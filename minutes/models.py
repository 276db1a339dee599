"""Sessions that were held, and those that were not, each as somebody wrote it down."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models import Student
from documents.models import Document
from reviews.models import ServiceRow
from web.ids import new_id

LONGEST = 720  # minutes of one session


class Evidence(models.TextChoices):
    """How it is known."""

    LOG = "log", _("The school’s log")
    NOTE = "note", _("A parent’s note")
    TEXT = "text", _("A text message")
    SEEN = "seen", _("Seen by the advocate")
    PROVIDER = "provider", _("Written by who gave it")
    SAID = "said", _("Told to us")


class Setting(models.TextChoices):
    UNKNOWN = "", _("Not said")
    IN_CLASS = "in_class", _("In the general class")
    OUTSIDE = "outside", _("Outside the general class")
    COMMUNITY = "community", _("In the community")
    HOME = "home", _("At home")
    ONLINE = "online", _("Online")


class MissedKind(models.TextChoices):
    """Why a session was not held."""

    STUDENT = "student", _("The student was absent")
    CLOSED = "closed", _("School was closed")
    PROVIDER = "provider", _("The provider was absent")
    SCHOOL = "school", _("Testing, an event or no room")
    UNKNOWN = "unknown", _("No reason was given")


# With whom the reason lies: shown in its own column, never taken off in silence.
STUDENT_SIDE = frozenset({MissedKind.STUDENT})
NOBODY = frozenset({MissedKind.CLOSED})
SCHOOL_SIDE = frozenset({MissedKind.PROVIDER, MissedKind.SCHOOL, MissedKind.UNKNOWN})


class EntryQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Those of students whom the person sees."""
        return self.filter(student__in=Student.keys_visible_to(user))

    def standing(self) -> Self:
        """Neither corrected nor struck out."""
        return self.filter(ended_at=None)


class Entry(models.Model):
    """What both have: whose, which service, when, how it is known, who wrote it down, and what became of it.

    A correction is a new row that names the old one; the old one stays, ended, with a reason.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # The sender's own number of this entry: sent twice, it is kept once.
    key = models.UUIDField(default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="%(class)ss")
    # The row is taken anew when a plan is accepted again; the name finds it back.
    service = models.ForeignKey(
        ServiceRow, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    service_name = models.CharField(_("service"), max_length=300, blank=True)
    on = models.DateField(_("day"))
    evidence = models.CharField(_("how it is known"), max_length=8, choices=Evidence.choices)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    page = models.PositiveIntegerField(_("page"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=2000)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(_("reason"), max_length=200, blank=True)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )

    objects = EntryQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["on", "pk"]
        indexes = [
            models.Index(fields=["student", "on"], condition=Q(ended_at=None), name="%(class)s_standing")
        ]
        constraints = [
            models.UniqueConstraint(fields=["student", "key"], name="%(class)s_is_kept_once"),
            models.CheckConstraint(
                condition=Q(evidence__in=Evidence.values), name="%(class)s_evidence_known"
            ),
            models.CheckConstraint(
                condition=Q(page=None) | Q(document__isnull=False, page__gt=0),
                name="%(class)s_page_of_a_paper",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="%(class)s_ended_by_somebody",
            ),
        ]

    route = ""

    def get_absolute_url(self) -> str:
        return reverse(self.route, args=[self.pk])

    @property
    def stands(self) -> bool:
        return self.ended_at is None


class DeliveredSession(Entry):
    """A session that was held."""

    route = "session"

    minutes = models.PositiveSmallIntegerField(_("minutes"))
    provider = models.CharField(_("who gave it"), max_length=120, blank=True)
    setting = models.CharField(
        _("where"), max_length=10, choices=Setting.choices, blank=True, default=Setting.UNKNOWN
    )
    group_size = models.PositiveSmallIntegerField(_("children in the group"), null=True, blank=True)
    # The day of the missed session that this one makes up for.
    makes_up_for_on = models.DateField(_("makes up for"), null=True, blank=True)

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=LONGEST), name="session_takes_some_time"),
            models.CheckConstraint(condition=Q(setting__in=Setting.values), name="session_setting_known"),
            models.CheckConstraint(condition=Q(group_size=None) | Q(group_size__gte=1), name="session_group_has_one"),
            models.CheckConstraint(
                condition=Q(makes_up_for_on=None) | Q(makes_up_for_on__lt=models.F("on")), name="session_makes_up_later"
            ),
        ]  # fmt: skip

    @property
    def counts_on(self) -> date:
        """The day in whose week or month it counts."""
        return self.makes_up_for_on or self.on


class MissedSession(Entry):
    """A session that was not held, or, with no service named, a whole day on which none was."""

    route = "missed-session"

    kind = models.CharField(_("why not"), max_length=8, choices=MissedKind.choices)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)  # else a usual session

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=MissedKind.values), name="missed_kind_known"),
            models.CheckConstraint(
                condition=Q(minutes=None) | Q(minutes__gte=1, minutes__lte=LONGEST), name="missed_some_time"
            ),
        ]

    @property
    def is_whole_day(self) -> bool:
        return self.service_id is None and not self.service_name


class WorksheetQuerySet(models.QuerySet["Worksheet"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(student__in=Student.keys_visible_to(user))


class Worksheet(models.Model):
    """What a count cannot say, in people's words: beside the minutes of a stretch of time, for the team's talk."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="worksheets")
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    missed = models.TextField(_("what was missed, in the day of the child"), blank=True, max_length=6000)
    effect = models.TextField(_("what the data show since"), blank=True, max_length=6000)
    would_help = models.TextField(_("what would help now"), blank=True, max_length=6000)
    questions = models.TextField(_("questions for the team"), blank=True, max_length=6000)
    version = models.PositiveIntegerField(default=1)
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    objects = WorksheetQuerySet.as_manager()

    class Meta:
        ordering = ["-saved_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "from_on", "until_on"], name="one_worksheet_a_stretch"
            ),
            models.CheckConstraint(
                condition=Q(from_on__lte=models.F("until_on")), name="worksheet_takes_time"
            ),
        ]
