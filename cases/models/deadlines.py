"""What happened that the law counts from, and the dates that follow, with their history."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models.matters import Case, Closure
from clients.models import Student
from law.rules import event_of
from web.ids import new_id


class CaseEvent(models.Model):
    """Something of `law.events` that happened in a case, on a day. Corrected or taken back, never deleted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=60)
    on = models.DateField()
    note = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "on"], condition=Q(withdrawn_at__isnull=True), name="one_event_a_kind_and_day"
            )
        ]  # fmt: skip

    @property
    def words(self) -> str:
        return event_of(self.kind).words("es" if get_language() == "es" else "en")


class Status(models.TextChoices):
    DATE = "date", _("Date")
    NEEDS_INPUT = "needs_input", _("Something is missing")
    STANDARD = "standard", _("No number of days in the law")
    UNKNOWN = "unknown", _("No date")


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(case__student__in=Student.keys_visible_to(user))

    def standing(self) -> Self:
        """Neither done, set aside nor dropped, in an open case."""
        over = Closure.objects.filter(case=models.OuterRef("case"), reopened_at=None)
        return self.filter(~models.Exists(over), done_at=None, set_aside_at=None, dropped_at=None)

    def dated(self) -> Self:
        return self.filter(due_on__isnull=False)

    def for_lists(self) -> Self:
        """Without the arithmetic, with the names a row shows."""
        return self.select_related("case__student", "owner").defer("trace", "answers")


class Deadline(models.Model):
    """One rule's answer to one event, as the clock gave it last."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="deadlines")
    event = models.ForeignKey(CaseEvent, on_delete=models.CASCADE, related_name="deadlines")
    rule = models.CharField(max_length=60)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="deadlines")
    # Answers to this deadline's questions: True, False, a number of days, or an ISO date.
    answers = models.JSONField(default=dict)
    state = models.CharField(max_length=2, blank=True)
    status = models.CharField(max_length=12, choices=Status.choices)
    due_on = models.DateField(null=True, blank=True)
    title = models.CharField(max_length=300)
    title_es = models.CharField(max_length=300)
    kind = models.CharField(max_length=20)
    owed_by = models.CharField(max_length=20)
    citation = models.TextField(blank=True)
    # Reliable and with every question answered: only then is it shown as verified.
    verified = models.BooleanField(default=False)
    asks = models.BooleanField(default=False)
    trace = models.JSONField(default=dict)  # {"en": {...}, "es": {...}} of law.deadlines.Deadline.as_dict
    made_at = models.DateTimeField(db_default=Now())
    counted_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    set_aside_at = models.DateTimeField(null=True, blank=True)
    set_aside_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    set_aside_why = models.CharField(max_length=300, blank=True)
    # Its event was taken back, or the rule no longer holds for it.
    dropped_at = models.DateTimeField(null=True, blank=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "rule"], name="one_deadline_an_event_and_rule"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="deadline_status_is_known"),
            models.CheckConstraint(
                condition=Q(status="date", due_on__isnull=False) | (~Q(status="date") & Q(due_on__isnull=True)),
                name="deadline_has_a_date_when_its_status_says_so",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["due_on"],
                condition=Q(done_at__isnull=True, set_aside_at__isnull=True, dropped_at__isnull=True),
                name="standing_deadlines",
            ),
            models.Index(
                fields=["owner", "due_on"],
                condition=Q(done_at__isnull=True, set_aside_at__isnull=True, dropped_at__isnull=True),
                name="standing_deadlines_of_owner",
            ),
        ]

    @property
    def local_title(self) -> str:
        return self.title_es if get_language() == "es" else self.title

    @property
    def words(self) -> dict[str, Any]:
        """The arithmetic and everything beside it, in the page's language."""
        found: dict[str, Any] = self.trace.get("es" if get_language() == "es" else "en") or {}
        return found

    @property
    def is_standing(self) -> bool:
        return self.done_at is None and self.set_aside_at is None and self.dropped_at is None


class Why(models.TextChoices):
    MADE = "made", _("The event was recorded")
    FACT = "fact", _("A fact changed")
    ANSWER = "answer", _("A question was answered")
    CALENDAR = "calendar", _("The school calendar changed")
    NO_CALENDAR = "no_calendar", _("The school calendar was deleted")
    STATE = "state", _("The state or the district changed")
    TAKEN_BACK = "taken_back", _("The event was taken back")
    PROOF = "proof", _("The nightly check counted again")
    LAW = "law", _("The rule itself changed")


class DeadlineChange(models.Model):
    """Old and new date of a deadline, when and why."""

    deadline = models.ForeignKey(Deadline, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    why = models.CharField(max_length=12, choices=Why.choices)
    detail = models.CharField(max_length=300, blank=True)
    old_status = models.CharField(max_length=12, blank=True)
    new_status = models.CharField(max_length=12)
    old_due_on = models.DateField(null=True, blank=True)
    new_due_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=Q(why__in=Why.values), name="change_why_is_known")]


class WarningChannel(models.TextChoices):
    EMAIL = "email", _("By e-mail")
    SMS = "sms", _("By text, else by e-mail")
    NONE = "none", _("Only on the Today page")


def _leads() -> list[int]:
    return [14, 7, 2, 0]


class WarningSetting(models.Model):
    """How long before a date a person is warned, and how. The row without a person is the firm's."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="warning_setting"
    )
    leads = ArrayField(models.PositiveSmallIntegerField(), default=_leads)
    channel = models.CharField(max_length=5, choices=WarningChannel.choices, default=WarningChannel.EMAIL)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(user__isnull=True), name="one_warning_setting_of_the_firm"
            )
        ]


class DeadlineFeed(models.Model):
    """A person's secret address of their deadlines for a calendar program."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="deadline_feeds")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)


def is_late(deadline: Deadline, today: date) -> bool:
    return deadline.due_on is not None and deadline.due_on < today and deadline.is_standing
