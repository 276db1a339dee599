"""Time as it was worked: entries, timers, signed weeks, suggestions passed over."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import TruncWeek
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case
from clients.models import Student
from invoices.durations import MOST
from web.access import Can
from web.ids import new_id


class Activity(models.TextChoices):
    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")
    REVIEW = "review", _("Reading papers")
    LETTER = "letter", _("Writing")
    PREPARE = "prepare", _("Preparing")
    RESEARCH = "research", _("Research")
    MESSAGE = "message", _("Messages")
    TRAVEL = "travel", _("Travel")
    OFFICE = "office", _("Office work")
    OTHER = "other", _("Something else")


class Billing(models.TextChoices):
    BILLABLE = "billable", _("Billable")
    NO_CHARGE = "no_charge", _("No charge")
    PRO_BONO = "pro_bono", _("Pro bono")


class TimeQuerySet(models.QuerySet["TimeEntry"]):
    def visible_to(self, user: User) -> Self:
        """Everybody's for those who see the firm's money; else one's own."""
        return self if user.can(Can.SEE_MONEY) else self.filter(person=user)

    def billed(self) -> Self:
        from invoices.models.bills import InvoiceLine

        return self.filter(Exists(InvoiceLine.objects.standing().filter(time=OuterRef("pk"))))

    def unbilled(self) -> Self:
        from invoices.models.bills import InvoiceLine

        return self.filter(~Exists(InvoiceLine.objects.standing().filter(time=OuterRef("pk"))))

    def with_locks(self) -> Self:
        """Adds `is_billed` and `is_signed` to each entry."""
        from invoices.models.bills import InvoiceLine

        signed = SignOff.objects.standing().filter(person=OuterRef("person"), week=OuterRef("monday"))
        lines = InvoiceLine.objects.standing().filter(time=OuterRef("pk"))
        return self.annotate(monday=TruncWeek("on"), is_billed=Exists(lines), is_signed=Exists(signed))


class TimeEntry(models.Model):
    """What somebody did for a student on a day, in whole minutes as they were."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="time_entries")
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="time_entries")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="time_entries")  # fmt: skip
    on = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    activity = models.CharField(max_length=8, choices=Activity.choices)
    # What the family reads on its invoice; the note stays with us.
    description = models.CharField(max_length=300)
    note = models.CharField(max_length=1000, blank=True)
    billing = models.CharField(max_length=9, choices=Billing.choices, default=Billing.BILLABLE)
    # What it was drafted from, by kind and key, so that nothing is drafted twice.
    source_kind = models.CharField(max_length=10, blank=True)
    source_id = models.UUIDField(null=True, blank=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = TimeQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=MOST), name="time_is_1_minute_to_a_day"),
            models.CheckConstraint(condition=Q(activity__in=Activity.values), name="time_activity_is_known"),
            models.CheckConstraint(condition=Q(billing__in=Billing.values), name="time_billing_is_known"),
            models.CheckConstraint(
                condition=Q(source_kind="", source_id=None) | (~Q(source_kind="") & Q(source_id__isnull=False)),
                name="time_source_has_kind_and_key",
            ),
            models.UniqueConstraint(fields=["person", "source_kind", "source_id"], name="time_drafted_once"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["person", "on"]), models.Index(fields=["case", "on"]), models.Index(fields=["student", "on"])]  # fmt: skip


class Timer(models.Model):
    """A clock that runs, or rests with what it has counted. Being a row, it outlives the tab it was started in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="timers")
    student = models.ForeignKey(Student, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    activity = models.CharField(max_length=8, choices=Activity.choices, default=Activity.OTHER)
    description = models.CharField(max_length=300, blank=True)
    begun_at = models.DateTimeField()
    # Since when it runs; empty while it rests.
    started_at = models.DateTimeField(null=True, blank=True)
    seconds = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-begun_at"]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(started_at__isnull=False), name="one_running_timer_a_person"),
            models.CheckConstraint(condition=Q(activity__in=Activity.values), name="timer_activity_is_known"),
        ]  # fmt: skip

    @property
    def is_running(self) -> bool:
        return self.started_at is not None

    def counted(self, *, at: datetime) -> int:
        """Seconds until `at`."""
        running = at - self.started_at if self.started_at else timedelta()
        return self.seconds + max(0, int(running.total_seconds()))

    def minutes(self, *, at: datetime) -> int:
        """Whole minutes until `at`: to the nearest, one at least, a day at most."""
        return min(MOST, max(1, (self.counted(at=at) + 30) // 60))


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


class SignOffQuerySet(models.QuerySet["SignOff"]):
    def standing(self) -> Self:
        return self.filter(reopened_at=None)


class SignOff(models.Model):
    """A week somebody said is complete: its entries stay as they are until the owner opens it again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="signed_weeks")
    week = models.DateField()  # its Monday
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    objects = SignOffQuerySet.as_manager()

    class Meta:
        ordering = ["-week", "-signed_at"]
        constraints = [
            models.UniqueConstraint(fields=["person", "week"], condition=Q(reopened_at__isnull=True), name="one_sign_off_a_week"),
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="signed_week_begins_on_monday"),
            models.CheckConstraint(
                condition=Q(reopened_at=None, reopened_by=None) | Q(reopened_at__isnull=False, reopened_by__isnull=False),
                name="reopened_by_somebody",
            ),
        ]  # fmt: skip


class Skipped(models.Model):
    """A suggestion that somebody passed over; it is not made to them again."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    source_kind = models.CharField(max_length=10)
    source_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "source_kind", "source_id"], name="skipped_once")]  # fmt: skip
