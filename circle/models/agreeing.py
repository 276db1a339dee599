"""The next check-in with what each side wants to ask, and what was agreed: who does it, by when."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from circle.models.page import Side
from clients.models import Student
from web.ids import new_id


class Asked(NamedTuple):
    """A question for a check-in, the side that asks, and the person's name."""

    words: str
    side: str
    by: str


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(student__in=Student.keys_visible_to(user))

    def ahead(self) -> Self:
        """Neither held nor called off, the nearest first."""
        return self.filter(over_at=None).order_by("starts_at", "pk")

    def next_of(self, student: Student) -> tuple[CheckIn | None, list[Asked]]:
        """The child's next check-in, and what each side wants to ask there, oldest first. One query."""
        rows: list[Any] = list(
            self.filter(student=student).ahead().order_by("starts_at", "pk", "questions__at", "questions__pk")
            .annotate(q_words=F("questions__words"), q_side=F("questions__side"), q_by=F("questions__by__name"))
        )  # fmt: skip
        asked = [
            Asked(row.q_words, row.q_side, row.q_by) for row in rows if row.pk == rows[0].pk and row.q_side
        ]
        return (rows[0] if rows else None), asked


class CheckIn(models.Model):
    """A low-stakes talk about how things go, at an agreed time."""

    class How(models.TextChoices):
        CALL = "call", _("By phone")
        VIDEO = "video", _("By video")
        SCHOOL = "school", _("At school")
        HOME = "home", _("At home")

    class Over(models.TextChoices):
        HELD = "held", _("We talked")
        OFF = "off", _("Called off")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="shared_check_ins")
    starts_at = models.DateTimeField()
    how = models.CharField(max_length=6, choices=How.choices, default=How.CALL)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    over = models.CharField(max_length=4, choices=Over.choices, blank=True)
    over_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    over_at = models.DateTimeField(null=True, blank=True)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(over="", over_at=None, over_by=None) | Q(over__in=["held", "off"], over_at__isnull=False, over_by__isnull=False),
                name="check_in_over_by_somebody",
            ),
        ]  # fmt: skip


class CheckInQuestion(models.Model):
    """What one side wants to ask or tell at the next check-in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    check_in = models.ForeignKey(CheckIn, on_delete=models.CASCADE, related_name="questions")
    words = models.CharField(max_length=500)
    side = models.CharField(max_length=6, choices=Side.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(side__in=Side.values), name="check_in_side_is_known")
        ]


class ActionQuerySet(models.QuerySet["Action"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(student__in=Student.keys_visible_to(user))

    def standing(self) -> Self:
        return self.filter(withdrawn_at=None)

    def open(self) -> Self:
        return self.standing().filter(done_at=None)


class Action(models.Model):
    """Something agreed: what, who does it, by when."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="actions")
    words = models.CharField(max_length=300)
    who = models.CharField(max_length=120)
    due_on = models.DateField(null=True, blank=True)
    side = models.CharField(max_length=6, choices=Side.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = [models.F("due_on").asc(nulls_last=True), "pk"]
        indexes = [models.Index(fields=["student", "due_on"])]
        constraints = [
            models.CheckConstraint(condition=Q(side__in=Side.values), name="action_side_is_known"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="action_done_by_somebody",
            ),
        ]

    def is_late(self, today: date) -> bool:
        return self.done_at is None and self.due_on is not None and self.due_on < today
