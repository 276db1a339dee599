"""A matter for one student: its stage, who leads it, its tasks, how it ended."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models import Student
from web.ids import new_id


class Kind(models.TextChoices):
    EVALUATION = "evaluation", _("Evaluation")
    IEP = "iep", _("IEP")
    S504 = "s504", _("Section 504 plan")
    DISCIPLINE = "discipline", _("Discipline")
    PLACEMENT = "placement", _("Placement")
    RECORDS = "records", _("School records")
    COMPLAINT = "complaint", _("State complaint")
    MEDIATION = "mediation", _("Mediation")
    DUE_PROCESS = "due_process", _("Due process")
    TRANSITION = "transition", _("Transition to adult life")
    OTHER = "other", _("Something else")


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User) -> Self:
        """Cases of the students this person may see."""
        return self.filter(student__in=Student.keys_visible_to(user))

    def open(self) -> Self:
        return self.filter(~Exists(Closure.objects.filter(case=OuterRef("pk"), reopened_at=None)))

    def closed(self) -> Self:
        return self.filter(Exists(Closure.objects.filter(case=OuterRef("pk"), reopened_at=None)))

    def without_next_step(self) -> Self:
        """Open cases with nothing written as next step and no open task."""
        return self.open().filter(
            ~Exists(Task.objects.filter(case=OuterRef("pk"), done_at=None)), next_step=""
        )


class Case(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="cases")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    stage = models.CharField(max_length=20)
    about = models.TextField(blank=True)
    next_step = models.CharField(max_length=200, blank=True)
    next_step_on = models.DateField(null=True, blank=True)
    advocate = models.ForeignKey(User, on_delete=models.PROTECT, related_name="cases_led")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # The inquiry it came from, which lies in an app above; only its key is kept.
    inquiry_id = models.UUIDField(null=True, blank=True, unique=True)
    # Rises with every edit, so that two people who edit at once are told.
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=Kind.values), name="case_kind_is_known")]
        indexes = [models.Index(fields=["advocate"]), models.Index(fields=["student"])]

    def __str__(self) -> str:
        return f"{self.student.short_name}: {self.get_kind_display()}"

    @property
    def closure(self) -> Closure | None:
        """How it ended, unless it is open."""
        return next((row for row in self.closures.all() if row.reopened_at is None), None)


class Outcome(models.TextChoices):
    REACHED = "reached", _("Goal reached")
    PARTLY = "partly", _("Goal partly reached")
    NOT_REACHED = "not_reached", _("Goal not reached")
    WITHDRAWN = "withdrawn", _("The family stopped")
    MOVED = "moved", _("The family moved away")
    REFERRED = "referred", _("Passed on to someone else")


class Closure(models.Model):
    """The end of a case, with its reason; a reopening ends it and is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="closures")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    reason = models.TextField()
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(reopened_at__isnull=True), name="one_closure_at_a_time"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="closure_outcome_is_known"),
        ]  # fmt: skip


class StageChange(models.Model):
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="stage_changes")
    old = models.CharField(max_length=20, blank=True)
    new = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "pk"]


class HandOver(models.Model):
    """One advocate gave the case to another, with a word about where it stands."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="hand_overs")
    giver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    stays = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at"]


class TaskTemplate(models.Model):
    """A task that a case gets when it comes to a stage. The firm edits its own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    stage = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    days = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["kind", "stage", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "stage", "title"], name="one_template_a_stage_and_title")
        ]


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(case__student__in=Student.keys_visible_to(user))

    def open(self) -> Self:
        return self.filter(done_at=None)


class TaskCause(models.TextChoices):
    """What makes a task of ours. Its title is kept in the words of whose it is, and said to each reader in theirs."""

    REMOVALS_WARNED = "removals_warned", _("Act before the 11th day: %(days)s of 10 school days out")
    REMOVALS_PASSED = "removals_passed", _("Ask if this is a change of placement: %(days)s school days out")
    URGENT = "urgent", _("Cannot wait: %(what)s")


def said_title(cause: str, what: str) -> str:
    """The title of a task of ours, in the active language."""
    return str(TaskCause(cause).label) % {"what": what, "days": what}


class Task(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks")
    title = models.CharField(max_length=200)
    due_on = models.DateField(null=True, blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tasks")
    made_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    cause = models.CharField(
        max_length=20, blank=True, default=""
    )  # of TaskCause: it may settle the task too

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["owner", "due_on"], condition=Q(done_at__isnull=True), name="open_tasks_of_owner")
        ]  # fmt: skip

    @property
    def local_title(self) -> str:
        """The title, in the reader's language where the words are ours."""
        what = self.title.partition(": ")[2]
        if self.cause not in TaskCause.values or not what:
            return self.title
        return said_title(self.cause, what if self.cause == TaskCause.URGENT else what.split()[0])
