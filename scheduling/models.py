"""What families can book, when, and what they booked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models import Contact, Guardianship, Student
from intake.models import QuestionList, Response
from tenants.places import current_firm
from web.access import Can
from web.ids import new_id


class Format(models.TextChoices):
    PHONE = "phone", _("By phone")
    VIDEO = "video", _("By video")
    IN_PERSON = "in_person", _("In person")


class ServiceQuerySet(models.QuerySet["Service"]):
    def published(self) -> Self:
        return self.filter(published=True)


class Service(models.Model):
    """Something that can be booked, such as a free 20-minute call."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=80)
    name_es = models.CharField(max_length=80, blank=True)
    about = models.CharField(max_length=300, blank=True)
    about_es = models.CharField(max_length=300, blank=True)
    minutes = models.PositiveSmallIntegerField(default=20)
    format = models.CharField(max_length=10, choices=Format.choices, default=Format.PHONE)
    place = models.CharField(max_length=200, blank=True)
    published = models.BooleanField(default=False)
    buffer_before = models.PositiveSmallIntegerField(default=0)
    buffer_after = models.PositiveSmallIntegerField(default=0)
    notice_minutes = models.PositiveIntegerField(default=120)
    horizon_days = models.PositiveSmallIntegerField(default=30)
    step_minutes = models.PositiveSmallIntegerField(default=30)
    change_until_minutes = models.PositiveIntegerField(default=120)
    advocates = models.ManyToManyField(User, related_name="services", blank=True)
    questions = models.ForeignKey(
        QuestionList, on_delete=models.SET_NULL, null=True, blank=True, related_name="services"
    )
    created_at = models.DateTimeField(db_default=Now())

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=5, minutes__lte=480), name="service_lasts_5_to_480_minutes"),
            models.CheckConstraint(condition=Q(step_minutes__gte=5, step_minutes__lte=720), name="service_steps_5_to_720"),
            models.CheckConstraint(condition=Q(horizon_days__gte=1, horizon_days__lte=365), name="service_horizon_in_a_year"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def local_name(self) -> str:
        """The name in the page's language."""
        return self.name_es if get_language() == "es" and self.name_es else self.name

    @property
    def local_about(self) -> str:
        return self.about_es if get_language() == "es" and self.about_es else self.about

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)


class WeeklyHours(models.Model):
    """A stretch of the week in which an advocate takes bookings, by their own clock. Monday is 0."""

    advocate = models.ForeignKey(User, on_delete=models.CASCADE, related_name="weekly_hours")
    weekday = models.PositiveSmallIntegerField()
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="hours_on_a_weekday"),
            models.CheckConstraint(condition=Q(opens__lt=F("closes")), name="hours_open_before_they_close"),
        ]


class BookingQuerySet(models.QuerySet["Booking"]):
    def standing(self) -> Self:
        return self.filter(called_off_at__isnull=True)

    def visible_to(self, user: User) -> Self:
        """An advocate's own; all for those who see all; a family's own, but none about a child they are barred from."""
        if user.can(Can.SEE_ALL_BOOKINGS):
            return self
        if user.can(Can.SEE_BOOKINGS):
            return self.filter(advocate=user)
        return self.filter(contact__user=user).not_barred(at=timezone.now())

    def not_barred(self, *, at: datetime) -> Self:
        """Those whose contact may hear about the booking's child at that time."""
        today = timezone.localdate(at, timezone=current_firm().zone)
        barred = Guardianship.objects.filter(contact=OuterRef("contact"), student=OuterRef("student"))
        return self.exclude(Exists(barred.barred(on=today)))

    def between(self, start: datetime, end: datetime) -> Self:
        return self.filter(starts_at__gte=start, starts_at__lt=end)


class Booking(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="bookings")
    advocate = models.ForeignKey(User, on_delete=models.PROTECT, related_name="bookings")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="bookings")
    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, null=True, blank=True, related_name="bookings"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # The advocate's time that is taken, with the buffers on both sides.
    busy = DateTimeRangeField()
    response = models.OneToOneField(
        Response, on_delete=models.SET_NULL, null=True, blank=True, related_name="booking"
    )
    timezone = models.CharField(max_length=50)
    language = models.CharField(max_length=5, default="en")
    booked_at = models.DateTimeField()
    booked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Rises with every change, so that a calendar takes the newer one.
    sequence = models.PositiveIntegerField(default=0)
    secret = models.CharField(max_length=43, unique=True)
    idempotency_key = models.CharField(max_length=80, null=True, blank=True, unique=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    called_off_at = models.DateTimeField(null=True, blank=True)
    called_off_by = models.CharField(max_length=10, blank=True)  # family, staff
    seen_at = models.DateTimeField(null=True, blank=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            ExclusionConstraint(
                name="one_booking_at_a_time",
                expressions=[("advocate", RangeOperators.EQUAL), ("busy", RangeOperators.OVERLAPS)],
                condition=Q(called_off_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="booking_starts_before_it_ends"
            ),
        ]
        indexes = [
            models.Index(fields=["advocate", "starts_at"]),
            models.Index(fields=["contact", "starts_at"]),
        ]

    @property
    def zone(self) -> ZoneInfo:
        """The family's zone, chosen when booking."""
        return ZoneInfo(self.timezone)

    @property
    def is_standing(self) -> bool:
        return self.called_off_at is None

    @property
    def subject(self) -> str:
        """What the outbox calls this booking."""
        return f"booking:{self.pk}"

    def can_be_changed(self, *, at: datetime) -> bool:
        """Whether the family may still change it or call it off by itself."""
        return self.is_standing and at < self.starts_at - timedelta(minutes=self.service.change_until_minutes)
