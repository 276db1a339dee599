"""Small wins, and strategies with how they went."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Count, OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models import Student
from documents.models import Document
from progress.models.sheets import DataSheet, Setting
from web.access import Can
from web.ids import new_id


class WinQuerySet(models.QuerySet["Win"]):
    def visible_to(self, user: User) -> Self:
        """Staff see all of the students they see; a family member those that were shared, and their own."""
        rows = self.filter(student__in=Student.keys_visible_to(user), withdrawn_at=None)
        if user.can(Can.SEE_STUDENTS):
            return rows
        if user.can(Can.VISIT_PORTAL):
            return rows.filter(Q(shared_at__isnull=False) | Q(by=user))
        return self.none()

    def shared(self) -> Self:
        """Those that home, school and advocate may read."""
        return self.filter(shared_at__isnull=False, withdrawn_at=None)


class Win(models.Model):
    """Something that went well, in the words of who saw it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="wins")
    sheet = models.ForeignKey(
        DataSheet,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="wins",
        verbose_name=_("goal"),
    )
    words = models.TextField(_("what went well"), max_length=1000)
    setting = models.CharField(_("where"), max_length=10, choices=Setting.choices, default=Setting.HOME)
    happened_on = models.DateField(_("day"))
    document = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # From when home, school and advocate may read it.
    shared_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = WinQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_on", "-pk"]
        indexes = [models.Index(fields=["student", "-happened_on"])]
        constraints = [
            models.CheckConstraint(condition=Q(setting__in=Setting.values), name="win_setting_is_known"),
            models.CheckConstraint(condition=~Q(words=""), name="win_has_words"),
        ]

    def __str__(self) -> str:
        return self.words[:80]


class StrategyQuerySet(models.QuerySet["Strategy"]):
    def visible_to(self, user: User) -> Self:
        """Staff see all of the students they see; a family member those that were shared, and their own."""
        rows = self.filter(student__in=Student.keys_visible_to(user))
        if user.can(Can.SEE_STUDENTS):
            return rows
        if user.can(Can.VISIT_PORTAL):
            return rows.filter(Q(shared_at__isnull=False) | Q(by=user))
        return self.none()

    def in_use(self) -> Self:
        return self.filter(ended_on=None)

    def shared(self) -> Self:
        return self.filter(shared_at__isnull=False)

    def counted(self) -> Self:
        """Each with how often it helped where, in `went`: rows of setting, outcome, number. Takes no further query."""
        counts = (
            StrategyResult.objects.filter(strategy=OuterRef("pk")).order_by().values("setting", "went")
            .annotate(n=Count("pk")).values_list(JSONObject(setting="setting", went="went", n="n"))
        )  # fmt: skip
        return self.annotate(went=ArraySubquery(counts))


class Strategy(models.Model):
    """Trigger → what we do → who. Each change of its words is kept as a version."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="strategies")
    trigger = models.CharField(_("when this happens"), max_length=300)
    response = models.TextField(_("what we do"), max_length=1000)
    who = models.CharField(_("who does it"), max_length=200, blank=True)
    started_on = models.DateField(_("since"))
    ended_on = models.DateField(_("until"), null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    shared_at = models.DateTimeField(null=True, blank=True)
    sheets = models.ManyToManyField(DataSheet, blank=True, related_name="strategies", verbose_name=_("goals"))

    objects = StrategyQuerySet.as_manager()

    class Meta:
        ordering = ["-started_on", "-pk"]
        verbose_name_plural = "strategies"
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=models.F("started_on")), name="strategy_ends_after_start"
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.trigger[:80]


class StrategyVersion(models.Model):
    """What a strategy said until somebody changed it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    strategy = models.ForeignKey(Strategy, on_delete=models.CASCADE, related_name="versions")
    trigger = models.CharField(max_length=300)
    response = models.TextField()
    who = models.CharField(max_length=200, blank=True)
    until: datetime = models.DateTimeField()  # type: ignore[assignment]
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-until", "-pk"]


class Went(models.TextChoices):
    WELL = "well", _("It helped")
    PARTLY = "partly", _("It helped a little")
    NOT = "not", _("It did not help")


class StrategyResult(models.Model):
    """How a strategy went, at home or at school, as somebody who used it says."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    strategy = models.ForeignKey(Strategy, on_delete=models.CASCADE, related_name="results")
    went = models.CharField(_("how it went"), max_length=6, choices=Went.choices)
    setting = models.CharField(_("where"), max_length=10, choices=Setting.choices)
    words = models.TextField(_("in your words"), max_length=1000, blank=True)
    happened_on = models.DateField(_("day"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-happened_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(went__in=Went.values), name="went_is_known"),
            models.CheckConstraint(condition=Q(setting__in=Setting.values), name="result_setting_is_known"),
        ]
