"""A goal's data sheet, its points with their history, and the lines where something changed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models import Student
from documents.models import Document
from reviews.models import Goal
from web.access import Can
from web.ids import new_id


class Measure(models.TextChoices):
    """How a goal is counted. Values are in the unit of the sheet: see `progress.measures`."""

    TRIALS = "trials", _("Right out of a number of tries")
    PERCENT = "percent", _("Percent")
    FREQUENCY = "frequency", _("How often")
    RATE = "rate", _("How many a minute")
    WORDS = "words", _("Words a minute")
    DURATION = "duration", _("How long it lasts")
    LATENCY = "latency", _("How long until it starts")
    RUBRIC = "rubric", _("Score on a rubric")
    PROMPTS = "prompts", _("How much help is needed")


class Direction(models.TextChoices):
    UP = "up", _("More is better")
    DOWN = "down", _("Less is better")


class TimeUnit(models.TextChoices):
    SECONDS = "s", _("seconds")
    MINUTES = "min", _("minutes")


class PromptLevel(models.IntegerChoices):
    """The usual least-to-most ladder of prompts; a higher number is more independent."""

    FULL_PHYSICAL = 0, _("Hand over hand")
    PARTIAL_PHYSICAL = 1, _("A light touch")
    MODEL = 2, _("Somebody shows it")
    VERBAL = 3, _("Words")
    GESTURE = 4, _("A look or a sign")
    INDEPENDENT = 5, _("Alone")


class Setting(models.TextChoices):
    HOME = "home", _("At home")
    SCHOOL = "school", _("At school")
    ELSEWHERE = "elsewhere", _("Elsewhere")


class SheetQuerySet(models.QuerySet["DataSheet"]):
    def visible_to(self, user: User) -> Self:
        """The sheets of students this person sees as staff or family."""
        if user.can(Can.SEE_STUDENTS) or user.can(Can.VISIT_PORTAL):
            return self.filter(student__in=Student.keys_visible_to(user))
        return self.none()

    def shared_with(self, user: User, *, at: datetime) -> Self:
        """The sheets of students whose shared page this person may open; `clients.guests` says which part of it."""
        return self.filter(student__in=Student.objects.shared_with(user, at=at))

    def open(self) -> Self:
        """Those that points are logged on: not ended, and not carried on by another."""
        return self.filter(ended_at=None)

    def quiet(self, *, today: date) -> Self:
        """Open sheets without a point for longer than they expect, the longest silence first."""
        return self.open().filter(quiet_on__lte=today).order_by("quiet_on", "pk")


class DataSheet(models.Model):
    """What is counted for one goal, from where, to where, by when; an advocate set it up."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="sheets")
    # A goal that a person takes out of the plan leaves the sheet, which keeps the words it was made from.
    goal = models.ForeignKey(Goal, on_delete=models.SET_NULL, null=True, blank=True, related_name="sheets")
    number = models.PositiveIntegerField(default=1)
    area = models.CharField(_("area"), max_length=200, blank=True)
    goal_text = models.TextField(_("goal"))
    measure = models.CharField(_("how it is counted"), max_length=10, choices=Measure.choices)
    # Trials in a set, or the highest score of a rubric.
    out_of = models.FloatField(_("out of"), null=True, blank=True)
    # Frequency: minutes of watching that a value is given for; empty means a plain count.
    per_minutes = models.FloatField(_("in how many minutes"), null=True, blank=True)
    time_unit = models.CharField(_("counted in"), max_length=3, choices=TimeUnit.choices, blank=True)
    direction = models.CharField(
        _("direction"), max_length=4, choices=Direction.choices, default=Direction.UP
    )
    baseline = models.FloatField(_("start"))
    target = models.FloatField(_("target"))
    starts_on = models.DateField(_("start day"))
    target_on = models.DateField(_("annual date"))
    # After how many days without a point somebody should ask.
    expect_days = models.PositiveSmallIntegerField(_("days without a point before we ask"), default=14)
    quiet_on = models.DateField()
    carries_on = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="carried_on_by"
    )
    set_up_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_up_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = SheetQuerySet.as_manager()

    class Meta:
        ordering = ["number", "set_up_at"]
        indexes = [
            models.Index(fields=["quiet_on"], condition=Q(ended_at=None), name="open_sheets_by_silence")
        ]
        constraints = [
            models.CheckConstraint(condition=Q(measure__in=Measure.values), name="measure_is_known"),
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="direction_is_known"),
            models.CheckConstraint(condition=Q(target_on__gt=F("starts_on")), name="sheet_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(direction=Direction.UP, target__gt=F("baseline"))
                | Q(direction=Direction.DOWN, target__lt=F("baseline"))
                | Q(target=F("baseline")),
                name="target_lies_in_its_direction",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="an_end_has_its_author",
            ),
            models.UniqueConstraint(fields=["goal"], condition=Q(ended_at=None), name="one_open_sheet_a_goal"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.area or self.goal_text[:80]

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def sign(self) -> int:
        """1 when more is better, -1 when less is."""
        return 1 if self.direction == Direction.UP else -1


class PointQuerySet(models.QuerySet["DataPoint"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(sheet__in=DataSheet.objects.visible_to(user))

    def standing(self) -> Self:
        """Those that were not withdrawn."""
        return self.filter(withdrawn_at=None)


class DataPoint(models.Model):
    """One value, where and when it was seen, and by whom."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Made on the device, so that a point that is sent twice is one.
    key = models.UUIDField(editable=False)
    sheet = models.ForeignKey(DataSheet, on_delete=models.PROTECT, related_name="points")
    # In the sheet's unit. `part` and `whole` are what was counted: right answers and tries, times and minutes.
    value = models.FloatField()
    part = models.FloatField(null=True, blank=True)
    whole = models.FloatField(null=True, blank=True)
    setting = models.CharField(_("where"), max_length=10, choices=Setting.choices)
    note = models.CharField(_("note"), max_length=500, blank=True)
    happened_at = models.DateTimeField()
    happened_on = models.DateField()  # by the firm's clock
    # Seconds by which the device's clock was wrong, already taken into happened_at; 0 when it was right.
    clock_offset = models.IntegerField(default=0)
    document = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    logged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    logged_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawal_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = PointQuerySet.as_manager()

    class Meta:
        ordering = ["happened_at", "pk"]
        indexes = [models.Index(fields=["sheet", "happened_on"])]
        constraints = [
            models.UniqueConstraint(fields=["logged_by", "key"], name="one_point_a_key"),
            models.CheckConstraint(condition=Q(setting__in=Setting.values), name="point_setting_is_known"),
            models.CheckConstraint(condition=Q(value__gte=0), name="point_is_not_below_zero"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawal_reason="")),
                name="a_withdrawal_has_author_and_reason",
            ),
        ]

    @property
    def clock_was_wrong_by(self) -> timedelta:
        return timedelta(seconds=abs(self.clock_offset))


class PointRevision(models.Model):
    """What a point said before it was corrected."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    point = models.ForeignKey(DataPoint, on_delete=models.CASCADE, related_name="revisions")
    value = models.FloatField()
    part = models.FloatField(null=True, blank=True)
    whole = models.FloatField(null=True, blank=True)
    setting = models.CharField(max_length=10, choices=Setting.choices)
    note = models.CharField(max_length=500, blank=True)
    happened_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]


class PhaseQuerySet(models.QuerySet["Phase"]):
    def visible_to(self, user: User) -> Self:
        """Staff see all of the students they see; a family member not those of a strategy that is not shared."""
        rows = self.filter(student__in=Student.keys_visible_to(user))
        if user.can(Can.SEE_STUDENTS):
            return rows
        if user.can(Can.VISIT_PORTAL):
            return rows.filter(Q(strategy=None) | Q(strategy__shared_at__isnull=False) | Q(strategy__by=user))
        return self.none()


class Phase(models.Model):
    """A day from which something is done differently: a line on the charts of one goal, or of all."""

    class Kind(models.TextChoices):
        PLAN = "plan", _("New plan")
        STRATEGY = "strategy", _("Strategy")
        OTHER = "other", _("Change")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="phases")
    # No sheet: the line stands on every chart of the student.
    sheet = models.ForeignKey(
        DataSheet, on_delete=models.CASCADE, null=True, blank=True, related_name="phases"
    )
    strategy = models.ForeignKey(
        "progress.Strategy", on_delete=models.CASCADE, null=True, blank=True, related_name="phases"
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    words = models.CharField(_("what changed"), max_length=120)
    on = models.DateField(_("from"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = PhaseQuerySet.as_manager()

    class Meta:
        ordering = ["on", "pk"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=["plan", "strategy", "other"]), name="phase_kind_is_known")]  # fmt: skip
