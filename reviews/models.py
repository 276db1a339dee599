"""What was read from an IEP, the review of it, the plan in force, and two years beside each other."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models import Student
from documents.models import Document, DocumentVersion
from web.access import Can
from web.ids import new_id


class ReadingState(models.TextChoices):
    WAITING = "waiting", _("Waiting to be read")
    READING = "reading", _("Being read")
    READ = "read", _("Read")
    FAILED = "failed", _("Could not be read")


class StructuredIEP(models.Model):
    """A document version as structure: the reader's JSON, in which a person's corrections are kept."""

    UNDER_WAY = (ReadingState.WAITING, ReadingState.READING)
    LEASE = timedelta(minutes=3)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.OneToOneField(DocumentVersion, on_delete=models.CASCADE, related_name="structured")
    state = models.CharField(max_length=10, choices=ReadingState.choices, default=ReadingState.WAITING)
    pages_done = models.PositiveIntegerField(default=0)
    pages_count = models.PositiveIntegerField(default=0)
    # What the reader says it is: iep, section_504_plan, evaluation_report …; how sure it is, 0 to 1.
    kind_found = models.CharField(max_length=80, blank=True)
    confidence = models.FloatField(default=0)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # The name in the paper, when it does not fit the student; who said that it is the right child.
    other_name = models.CharField(max_length=200, blank=True)
    child_confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    tries = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReadingState.values), name="reading_state_is_known")
        ]

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY

    @property
    def is_iep(self) -> bool:
        return self.kind_found == "iep"

    @property
    def names_another_child(self) -> bool:
        """The paper names a child whom nobody has said to be this student."""
        return bool(self.other_name) and self.child_confirmed_by_id is None


class Correction(models.Model):
    """A value that a person set right: its path in the structure, before and after."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    structured = models.ForeignKey(StructuredIEP, on_delete=models.CASCADE, related_name="corrections")
    path = models.CharField(max_length=80)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    @property
    def is_of_item(self) -> bool:
        """A whole goal or service was added or removed."""
        return isinstance(self.before or self.after, dict)

    @property
    def is_removal(self) -> bool:
        return self.is_of_item and self.after is None


class State(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    READING = "reading", _("Being read")
    TO_CHECK = "to_check", _("To check")
    SIGNED_OFF = "signed_off", _("Signed off")
    SENT = "sent", _("Sent")


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, user: User) -> Self:
        """Staff see the reviews of students they see; a family member those that were sent."""
        rows = self.filter(student__in=Student.keys_visible_to(user)).filter(
            Exists(Document.objects.standing().filter(versions=OuterRef("version")))
        )
        if user.can(Can.SEE_STUDENTS):
            return rows
        return rows.filter(state=State.SENT) if user.can(Can.VISIT_PORTAL) else self.none()

    def open(self) -> Self:
        return self.exclude(state=State.SENT)


class Review(models.Model):
    """An advocate's reading of one version of a paper, point by point."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="reviews")
    version = models.ForeignKey(DocumentVersion, on_delete=models.CASCADE, related_name="reviews")
    number = models.PositiveIntegerField(default=1)  # of this document version: 2 is the revision of 1
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    assigned_to = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    due_on = models.DateField(_("due"), null=True, blank=True)
    opened_at = models.DateTimeField()
    signed_off_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signed_off_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "opened_at"]
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="one_review_a_number"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="review_state_is_known"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in (State.QUEUED, State.READING, State.TO_CHECK)


class Status(models.TextChoices):
    STRONG = "strong", _("Strong")
    MUST_FIX = "must_fix", _("Must fix")
    ASK = "ask", pgettext_lazy("a point to ask about", "Ask")


class Severity(models.TextChoices):
    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")


class Author(models.TextChoices):
    READER = "reader", _("The reader")
    PERSON = "person", _("A person")


class Decision(models.TextChoices):
    OPEN = "", _("To check")
    KEPT = "kept", _("Kept")
    EDITED = "edited", _("Edited")
    DROPPED = "dropped", _("Dropped")


class PointQuerySet(models.QuerySet["Point"]):
    def told(self) -> Self:
        """Those a family reads: kept or edited."""
        return self.filter(decision__in=[Decision.KEPT, Decision.EDITED])


class Point(models.Model):
    """One observation: where it stands, what the law asks for, and a question in kind words."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="points")
    number = models.PositiveIntegerField()
    status = models.CharField(_("kind of point"), max_length=8, choices=Status.choices)
    severity = models.CharField(_("weight"), max_length=6, choices=Severity.choices, default=Severity.MEDIUM)
    page = models.PositiveIntegerField(_("page"), null=True, blank=True)
    # [[left, top, right, bottom], …] in points from the top left corner of that page.
    boxes = models.JSONField(default=list, blank=True)
    about = models.CharField(max_length=80, blank=True)  # a path in the structure, such as goals[2]
    quote = models.TextField(_("words of the paper"), blank=True)
    component = models.CharField(max_length=60, blank=True)
    citation = models.CharField(_("rule"), max_length=80, blank=True)
    title = models.CharField(_("in one line"), max_length=200)
    title_es = models.CharField(_("in one line, Spanish"), max_length=200, blank=True)
    why = models.TextField(_("why it matters"), blank=True)
    why_es = models.TextField(_("why it matters, Spanish"), blank=True)
    question = models.TextField(_("the question to ask"), blank=True)
    question_es = models.TextField(_("the question to ask, Spanish"), blank=True)
    why_not = models.TextField(_("why it may not matter"), blank=True)
    why_not_es = models.TextField(_("why it may not matter, Spanish"), blank=True)
    confidence = models.FloatField(default=1)
    author = models.CharField(max_length=6, choices=Author.choices, default=Author.READER)
    decision = models.CharField(max_length=8, choices=Decision.choices, default=Decision.OPEN, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(null=True, blank=True)

    objects = PointQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["review", "number"], name="one_point_a_review_number"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="point_status_is_known"),
            models.CheckConstraint(condition=Q(decision__in=Decision.values), name="point_decision_is_known"),
        ]

    @property
    def item(self) -> tuple[str, int] | None:
        """The goal or service it is about: its list in the structure, and its index from 0."""
        found = re.match(r"(goals|services)\[(\d+)\]", self.about)
        return (found[1], int(found[2])) if found else None

    def said(self, what: str, language: str | None = None) -> str:
        """A text of the point in a language, or in English where that one is missing."""
        spanish = (language or get_language() or "en").startswith("es")
        return (spanish and getattr(self, f"{what}_es")) or getattr(self, what)

    @property
    def local_title(self) -> str:
        return self.said("title")

    @property
    def local_why(self) -> str:
        return self.said("why")

    @property
    def local_question(self) -> str:
        return self.said("question")

    @property
    def local_why_not(self) -> str:
        return self.said("why_not")


class Question(models.Model):
    """What a family asks about a point, and the answer."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    point = models.ForeignKey(Point, on_delete=models.CASCADE, related_name="asked")
    words = models.TextField(_("your question"), max_length=2000)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answer = models.TextField(_("answer"), blank=True, max_length=4000)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]


class PlanInForce(models.Model):
    """What a school has agreed to do for a student, as an advocate accepted it from an IEP."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="plans")
    # None once the paper was removed: what was promised is still in force, and numbers hang on its goals.
    review = models.OneToOneField(Review, on_delete=models.SET_NULL, null=True, related_name="plan")
    meeting_on = models.DateField(null=True, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    review_due_on = models.DateField(null=True, blank=True)
    reevaluation_due_on = models.DateField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-accepted_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["student"], condition=Q(superseded_at=None), name="one_plan_in_force"
            )
        ]


class Goal(models.Model):
    """An annual goal of a plan in force."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    plan = models.ForeignKey(PlanInForce, on_delete=models.CASCADE, related_name="goals")
    number = models.PositiveIntegerField()
    area = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    baseline = models.TextField(blank=True)
    criterion = models.TextField(blank=True)
    measurement = models.TextField(blank=True)
    timeframe = models.TextField(blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="one_goal_a_number")]


class ServiceRow(models.Model):
    """A service of a plan in force, from a day to a day; a change closes the row and starts another."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    plan = models.ForeignKey(PlanInForce, on_delete=models.CASCADE, related_name="services")
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=40, blank=True)
    as_written = models.TextField(blank=True)
    minutes = models.FloatField(null=True, blank=True)  # a session
    per = models.CharField(max_length=20, blank=True)
    sessions = models.FloatField(null=True, blank=True)  # in that period
    minutes_per_week = models.FloatField(null=True, blank=True)
    location = models.CharField(max_length=300, blank=True)
    setting = models.CharField(max_length=60, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )

    class Meta:
        ordering = ["pk"]


class ComparisonQuerySet(models.QuerySet["Comparison"]):
    def visible_to(self, user: User) -> Self:
        if not user.can(Can.SEE_STUDENTS):
            return self.none()
        standing = Document.objects.standing()
        return self.filter(
            student__in=Student.keys_visible_to(user),
            earlier__version__document__in=standing,
            later__version__document__in=standing,
        )


class Comparison(models.Model):
    """Two IEPs of one student side by side, with the goals a person matched by hand."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="comparisons")
    earlier = models.ForeignKey(StructuredIEP, on_delete=models.CASCADE, related_name="+")
    later = models.ForeignKey(StructuredIEP, on_delete=models.CASCADE, related_name="+")
    # [[earlier goal, later goal], …], indexes from 0; -1 for a goal that was matched with none.
    pairs: Any = models.JSONField(default=list, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = ComparisonQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(fields=["earlier", "later"], name="one_comparison_a_pair"),
            models.CheckConstraint(condition=~Q(earlier=models.F("later")), name="two_papers_are_compared"),
        ]
