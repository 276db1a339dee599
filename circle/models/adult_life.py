"""Getting ready for adult life: the young person's own words, goals after school, steps, and agencies that help."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models import Student
from web.ids import new_id


class Area(models.TextChoices):
    """The areas of measurable postsecondary goals, 34 CFR 300.320(b)(1)."""

    LEARNING = "learning", _("Education and training")
    WORK = "work", _("Work")
    LIVING = "living", _("Living on their own, where it helps")


class PlanQuerySet(models.QuerySet["TransitionPlan"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(student__in=Student.keys_visible_to(user))


class TransitionPlan(models.Model):
    """The small plan of one young person. The school's plan stands in the IEP; this is what the circle does.

    A student has one; two only where two records of them became one, and then both are shown as one.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="transition_plans")
    opened_at = models.DateTimeField()

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["opened_at", "pk"]


class OwnWords(models.Model):
    """What the young person says about their life, as it stood at one time. The newest is shown."""

    QUESTIONS = ("likes", "good_at", "after_school", "help")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    plan = models.ForeignKey(TransitionPlan, on_delete=models.CASCADE, related_name="own_words")
    likes = models.TextField(_("What I like"), max_length=1500, blank=True)
    good_at = models.TextField(_("What I am good at"), max_length=1500, blank=True)
    after_school = models.TextField(_("What I want after school"), max_length=1500, blank=True)
    help = models.TextField(_("What helps me, and what I want to do alone"), max_length=1500, blank=True)
    # Who held the pen; the words are the young person's.
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["-written_at", "-pk"]


class PostSchoolGoal(models.Model):
    """What the young person wants to do after school, in one area."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    plan = models.ForeignKey(TransitionPlan, on_delete=models.CASCADE, related_name="goals")
    area = models.CharField(max_length=8, choices=Area.choices)
    words = models.CharField(max_length=500)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=Q(area__in=Area.values), name="goal_area_is_known")]


class TransitionStep(models.Model):
    """One step on the way: what, who, by when."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    plan = models.ForeignKey(TransitionPlan, on_delete=models.CASCADE, related_name="steps")
    goal = models.ForeignKey(
        PostSchoolGoal, on_delete=models.SET_NULL, null=True, blank=True, related_name="steps"
    )
    words = models.CharField(max_length=300)
    who = models.CharField(max_length=120)
    due_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = [models.F("due_on").asc(nulls_last=True), "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="step_done_by_somebody",
            )
        ]

    def is_late(self, today: date) -> bool:
        return self.done_at is None and self.due_on is not None and self.due_on < today


class Agency(models.Model):
    """An agency that may help or pay later, and whom to ask there (34 CFR 300.321(b)(3))."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    plan = models.ForeignKey(TransitionPlan, on_delete=models.CASCADE, related_name="agencies")
    name = models.CharField(max_length=120)
    what_for = models.CharField(max_length=200, blank=True)
    person = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=16, blank=True)
    email = models.EmailField(blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["name", "pk"]
