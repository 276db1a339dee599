"""Somebody asks for help: what they told us, what we checked, and how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models import Agreement, Contact, District, School, Student
from documents.models import Document
from web.access import Can
from web.ids import new_id


class QuestionList(models.Model):
    """Questions that are asked together, such as before a first call."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=80)
    intro = models.CharField(max_length=300, blank=True)
    intro_es = models.CharField(max_length=300, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def local_intro(self) -> str:
        return self.intro_es if get_language() == "es" and self.intro_es else self.intro


class Question(models.Model):
    """A place in a list. Its words are the newest version's; an answer points at the version it was asked in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    list = models.ForeignKey(QuestionList, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]


class QuestionVersion(models.Model):
    """The words of a question from one day on. Never changed."""

    class Kind(models.TextChoices):
        SHORT = "short", _("A short text")
        LONG = "long", _("A long text")
        CHOICE = "choice", _("One of several")
        YES_NO = "yes_no", _("Yes or no")
        DATE = "date", _("A date")
        FILE = "file", _("A file or photos")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.SHORT)
    label = models.CharField(max_length=200)
    label_es = models.CharField(max_length=200, blank=True)
    hint = models.CharField(max_length=200, blank=True)
    hint_es = models.CharField(max_length=200, blank=True)
    choices = models.JSONField(default=list, blank=True)  # [[English, Spanish], …]
    needed = models.BooleanField(default=False)
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["question", "number"], name="one_question_version_a_number"),
            models.CheckConstraint(
                condition=~Q(kind="choice") | ~Q(choices=[]), name="choice_question_has_choices"
            ),
        ]

    @property
    def local_label(self) -> str:
        return self.label_es if get_language() == "es" and self.label_es else self.label

    @property
    def local_hint(self) -> str:
        return self.hint_es if get_language() == "es" and self.hint_es else self.hint

    @property
    def local_choices(self) -> list[tuple[str, str]]:
        """What is kept, and what is shown in the page's language."""
        spanish = get_language() == "es"
        return [(english, other if spanish and other else english) for english, other in self.choices]


class InquiryQuerySet(models.QuerySet["Inquiry"]):
    def visible_to(self, user: User) -> Self:
        """Those who see every student see all; others what they took, what is theirs, and what is nobody's yet."""
        if user.can(Can.SEE_ALL_STUDENTS):
            return self
        if user.can(Can.TAKE_INTAKE):
            return self.filter(Q(advocate=user) | Q(taken_by=user) | Q(advocate__isnull=True))
        return self.none()

    def with_stage(self) -> Self:
        """Each row's `stage`, which follows from what was done and is stored nowhere."""
        checked = ConflictReport.objects.filter(inquiry=OuterRef("pk")).order_by("-made_at", "-pk")
        return self.annotate(
            last_decision=models.Subquery(checked.values("decision")[:1]),
            stage=Case(
                When(Exists(CaseOpening.objects.filter(inquiry=OuterRef("pk"))), then=Value(Stage.CASE)),
                When(Exists(NotAFit.objects.filter(inquiry=OuterRef("pk"))), then=Value(Stage.NOT_A_FIT)),
                When(agreement__signature__isnull=False, then=Value(Stage.SIGNED)),
                When(agreement__isnull=False, agreement__withdrawn_at__isnull=True, then=Value(Stage.SENT)),
                When(last_decision__in=["clear", "proceed"], then=Value(Stage.CHECKED)),
                default=Value(Stage.NEW),
                output_field=models.CharField(),
            ),
        )

    def standing(self) -> Self:
        """Neither a case nor turned away."""
        return self.filter(opening__isnull=True, not_a_fit__isnull=True)


class Stage(models.TextChoices):
    NEW = "new", _("New")
    CHECKED = "checked", _("Checked")
    SENT = "sent", _("Agreement sent")
    SIGNED = "signed", _("Signed")
    CASE = "case", _("Case opened")
    NOT_A_FIT = "not_a_fit", _("Not a fit")


class Inquiry(models.Model):
    """A family that asks for help, from the first call on."""

    class Source(models.TextChoices):
        PHONE = "phone", _("Phone call")
        BOOKING = "booking", _("Booked a call")
        EMAIL = "email", _("E-mail")
        REFERRAL = "referral", _("Sent by somebody")
        EVENT = "event", _("Workshop or event")
        OTHER = "other", _("Another way")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="inquiries")
    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, null=True, blank=True, related_name="inquiries"
    )
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.PHONE)
    referred_by = models.CharField(max_length=120, blank=True)
    concern = models.TextField(blank=True, max_length=10000)
    urgent_on = models.DateField(null=True, blank=True)
    urgent_about = models.CharField(max_length=120, blank=True)
    district = models.ForeignKey(District, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    school = models.ForeignKey(School, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    district_name = models.CharField(max_length=120, blank=True)  # as told, until it is one we know
    school_name = models.CharField(max_length=120, blank=True)
    other_people = models.TextField(blank=True, max_length=2000)  # a name on each line
    advocate = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="inquiries"
    )
    taken_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    taken_at = models.DateTimeField()
    agreement = models.OneToOneField(
        Agreement, on_delete=models.SET_NULL, null=True, blank=True, related_name="inquiry"
    )
    version = models.PositiveIntegerField(default=1)

    objects = InquiryQuerySet.as_manager()

    class Meta:
        ordering = ["-taken_at"]
        verbose_name_plural = "inquiries"
        indexes = [models.Index(fields=["-taken_at"])]

    @property
    def other_names(self) -> list[str]:
        return [name for line in self.other_people.splitlines() if (name := line.strip())]

    @property
    def newest_report(self) -> ConflictReport | None:
        return self.reports.order_by("-made_at", "-pk").first()


class ConflictReport(models.Model):
    """Who of this inquiry we know already: what was asked, what was found, who decided what about it."""

    class Decision(models.TextChoices):
        CLEAR = "clear", _("No conflict")
        PROCEED = "proceed", _("Known, and we can work for them")
        STOP = "stop", _("A conflict: we cannot")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="reports")
    asked = models.JSONField()  # [{"what", "name"}, …]
    found = models.JSONField()  # [{"kind", "id", "name", "for", "why", "score"}, …]
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    decision = models.CharField(max_length=8, choices=Decision.choices, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="decision_has_an_author",
            ),
            models.CheckConstraint(
                condition=Q(decision__in=["", "clear"]) | ~Q(reason=""), name="decision_has_a_reason"
            ),
        ]


class NotAFit(models.Model):
    """We do not take this one: why, and to whom we sent them."""

    inquiry = models.OneToOneField(Inquiry, on_delete=models.CASCADE, related_name="not_a_fit")
    reason = models.CharField(max_length=500)
    referral = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class CaseOpening(models.Model):
    """The inquiry became a case: by a signed agreement, or by the owner's word, whose reason is kept."""

    inquiry = models.OneToOneField(Inquiry, on_delete=models.PROTECT, related_name="opening")
    case = models.UUIDField(null=True)
    kind = models.CharField(max_length=20)
    override_reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Response(models.Model):
    """One family's answers to one list, saved as they go, opened again by its link."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    list = models.ForeignKey(QuestionList, on_delete=models.PROTECT, related_name="responses")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="responses")
    student = models.ForeignKey(
        Student, on_delete=models.CASCADE, null=True, blank=True, related_name="responses"
    )
    inquiry = models.ForeignKey(
        Inquiry, on_delete=models.SET_NULL, null=True, blank=True, related_name="responses"
    )
    secret = models.CharField(max_length=43, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    saved_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    idempotency_key = models.CharField(max_length=64, null=True, blank=True, unique=True)

    class Meta:
        ordering = ["-created_at"]

    def finish(self, *, at: datetime) -> None:
        self.finished_at = at
        self.save(update_fields=["finished_at"])


class Answer(models.Model):
    """A question as it was asked, and what was answered so far."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="answers")
    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="answers")
    position = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    # What was sent where a file is asked for; what is sent again is its next version.
    document = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["response", "version"], name="one_answer_a_question_asked")
        ]

    @property
    def shown(self) -> Any:
        """The answer in the page's language, where it is one of several."""
        if self.version.kind == QuestionVersion.Kind.CHOICE:
            return dict(self.version.local_choices).get(self.text, self.text)
        if self.version.kind == QuestionVersion.Kind.YES_NO and self.text:
            return _("Yes") if self.text == "yes" else _("No")
        return self.text
