"""What families can book, when, and what they booked."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case
from clients.models import Contact, Guardianship, Student
from intake.models import QuestionList, Response
from law.holidays import holidays
from payments.money import say
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
    # By video: the room that is always the same; empty when each booking gets a room of its own.
    meeting_link = models.URLField(max_length=300, blank=True)
    # In person: kept free on both sides, besides the buffers.
    travel_minutes = models.PositiveSmallIntegerField(default=0)
    # The language it is given in; empty when it is the family's own.
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, blank=True)
    # In the currency's minor units; 0 is free.
    price = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, default="usd")
    published = models.BooleanField(default=False)
    buffer_before = models.PositiveSmallIntegerField(default=0)
    buffer_after = models.PositiveSmallIntegerField(default=0)
    notice_minutes = models.PositiveIntegerField(default=120)
    horizon_days = models.PositiveSmallIntegerField(default=30)
    step_minutes = models.PositiveSmallIntegerField(default=30)
    change_until_minutes = models.PositiveIntegerField(default=120)
    call_off_until_minutes = models.PositiveIntegerField(default=120)
    # How often one advocate gives it, by their own calendar; empty is without a limit.
    a_day = models.PositiveSmallIntegerField(null=True, blank=True)
    a_week = models.PositiveSmallIntegerField(null=True, blank=True)
    advocates = models.ManyToManyField(User, related_name="services", blank=True)
    # Families may send the newest IEP with the booking.
    takes_iep = models.BooleanField(default=False)
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
            models.CheckConstraint(condition=Q(currency__regex="^[a-z]{3}$"), name="service_currency_is_iso"),
            models.CheckConstraint(condition=Q(travel_minutes__lte=480), name="service_travel_within_8_hours"),
            models.CheckConstraint(condition=(Q(a_day=None) | Q(a_day__gte=1)) & (Q(a_week=None) | Q(a_week__gte=1)), name="service_limits_are_one_or_more"),
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
    def price_words(self) -> str:
        return say(self.price, self.currency, brief=True) if self.price else ""

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    @property
    def before(self) -> timedelta:
        """What is kept free before: the buffer and the way there."""
        return timedelta(minutes=self.buffer_before + self.travel)

    @property
    def after(self) -> timedelta:
        return timedelta(minutes=self.buffer_after + self.travel)

    @property
    def travel(self) -> int:
        return self.travel_minutes if self.format == Format.IN_PERSON else 0

    def room(self) -> str:
        """Where a new booking meets by video: the service's own link, else a room nobody can guess."""
        if self.format != Format.VIDEO:
            return ""
        return self.meeting_link or f"{settings.MEETING_BASE}/{secrets.token_urlsafe(18)}"


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

    def clean(self) -> None:
        """Raises ValidationError, beside `opens`, for a stretch that meets another of the day, or for a third one."""
        if self.advocate_id is None or self.weekday is None or self.opens is None or self.closes is None:
            return
        others = list(WeeklyHours.objects.filter(advocate=self.advocate_id, weekday=self.weekday).exclude(pk=self.pk))  # fmt: skip
        if any(self.opens < row.closes and row.opens < self.closes for row in others):
            raise ValidationError({"opens": _("These hours overlap others of the same day.")})
        if len(others) > 1:
            raise ValidationError({"opens": _("A day has two stretches at most.")})


class AdvocateLimit(models.Model):
    """How many bookings of all services together an advocate takes, by their own calendar; empty is without a limit."""

    advocate = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="booking_limit"
    )
    a_day = models.PositiveSmallIntegerField(null=True, blank=True)
    a_week = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(a_day=None) | Q(a_day__gte=1)) & (Q(a_week=None) | Q(a_week__gte=1)),
                name="advocate_limits_are_one_or_more",
            )
        ]


class DateHours(models.Model):
    """What an advocate's hours are on one date, instead of the weekly ones. Without times the day is closed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    advocate = models.ForeignKey(User, on_delete=models.CASCADE, related_name="date_hours")
    on = models.DateField()
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)

    class Meta:
        ordering = ["on", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens=None, closes=None)
                | Q(opens__isnull=False, closes__isnull=False, opens__lt=F("closes")),
                name="date_hours_are_both_or_neither",
            ),
            models.UniqueConstraint(
                fields=["advocate", "on", "opens"], nulls_distinct=False, name="date_hours_once"
            ),
        ]

    def refuse_past(self, *, today: date) -> None:
        """Raises ValidationError, beside `on`, for a date that has passed. `today` is by the advocate's own clock."""
        if self.on is not None and self.on < today:
            raise ValidationError({"on": _("This date has passed. Choose today or a later one.")})

    def clean(self) -> None:
        """Raises ValidationError for a line that meets another of the same date, beside the field to change."""
        if self.advocate_id is None or self.on is None:
            return
        for row in DateHours.objects.filter(advocate=self.advocate_id, on=self.on).exclude(pk=self.pk):
            if row.opens == self.opens:
                raise ValidationError({"on": _("This date has such a line already.")})
            if row.opens is None or row.closes is None:
                raise ValidationError({"on": _("This date is closed. Change that line, or remove it first.")})
            if self.opens is None or self.closes is None:
                raise ValidationError({"on": _("This date has other hours. Remove them first.")})
            if self.opens < row.closes and row.opens < self.closes:
                raise ValidationError({"opens": _("These hours overlap others of the same day.")})


class Closure(models.Model):
    """Days on which the whole firm takes no bookings, by each advocate's own calendar. Both ends belong to it."""

    LONGEST = timedelta(days=120)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=80)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")), name="closure_ends_after_it_starts"
            )
        ]

    def clean(self) -> None:
        """Raises ValidationError, beside `ends_on`, for a closure of more than four months: a year was mistyped."""
        if self.starts_on and self.ends_on and self.ends_on - self.starts_on > self.LONGEST:
            raise ValidationError({"ends_on": _("A closure lasts four months at most.")})

    @property
    def local_name(self) -> str:
        """What it is for, in the page's language where it is one of our own holidays."""
        day = holidays(self.starts_on.year).get(self.starts_on)
        known = day is not None and self.name in {day.en, day.es}
        return day.words(get_language() or "en") if day and known else self.name


class Block(models.Model):
    """Time an advocate keeps free of bookings. Why is their own business."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    advocate = models.ForeignKey(User, on_delete=models.CASCADE, related_name="blocks")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="block_starts_before_it_ends"
            )
        ]
        indexes = [models.Index(fields=["advocate", "starts_at"])]


class Series(models.Model):
    """Bookings that come again by a rule, such as a check-in every week. Each is a booking of its own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="series")
    advocate = models.ForeignKey(User, on_delete=models.PROTECT, related_name="series")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="series")
    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, null=True, blank=True, related_name="series"
    )
    # RFC 5545, counted by the wall clock of `timezone` from `starts_at` on.
    rule = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    timezone = models.CharField(max_length=50)
    skips_breaks = models.BooleanField(default=True)
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-made_at"]
        verbose_name_plural = "series"


class CalendarFeed(models.Model):
    """One person's bookings as a calendar at a secret address. Only the digest of the secret is kept."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="calendar_feed"
    )
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()


class BookingCheck(models.Model):
    """Six digits that were sent to whoever books, where the booking looked like a program's: ten minutes, five tries."""

    LIFE = timedelta(minutes=10)
    TRIES = 5

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    address = models.CharField(max_length=254, db_index=True)
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    passed_at = models.DateTimeField(null=True)


class Because(models.TextChoices):
    """Why a booking went to its advocate."""

    CHOSEN = "chosen", _("The family asked for them.")
    KNOWN = "known", _("They know the family already.")
    LANGUAGE = "language", _("They speak the family’s language.")
    TURN = "turn", _("It was their turn.")
    ONLY = "only", _("Nobody else was free.")


class BookingQuerySet(models.QuerySet["Booking"]):
    def standing(self) -> Self:
        """What is booked; not what is held while somebody pays."""
        return self.filter(called_off_at__isnull=True, held_until__isnull=True)

    def taking_time(self, *, at: datetime) -> Self:
        """What stands in the way of another booking: the booked, and the held whose time has not run out."""
        return self.filter(Q(held_until__isnull=True) | Q(held_until__gt=at), called_off_at__isnull=True)

    def visible_to(self, user: User) -> Self:
        """An advocate's own; all for those who see all; a family's own, but none about a child they are barred from. Not what is only held."""
        booked = self.filter(held_until__isnull=True)
        if user.can(Can.SEE_ALL_BOOKINGS):
            return booked
        if user.can(Can.SEE_BOOKINGS):
            return booked.filter(advocate=user)
        return booked.filter(contact__user=user).not_barred(at=timezone.now())

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
    # Where staff said so; without, it is worked out from the day.
    case = models.ForeignKey(Case, on_delete=models.SET_NULL, null=True, blank=True, related_name="bookings")
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
    # Why it went to this advocate; empty for what was booked before we noted it.
    because = models.CharField(max_length=10, choices=Because.choices, blank=True)
    # Where they meet by video.
    meeting_url = models.URLField(max_length=400, blank=True)
    # As it was when booked, in minor units.
    price = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, default="usd")
    # Kept for somebody who is paying, until then; empty once it is booked.
    held_until = models.DateTimeField(null=True, blank=True)
    series = models.ForeignKey(
        Series, on_delete=models.PROTECT, null=True, blank=True, related_name="bookings"
    )
    # Which of the series it is, wherever it has been moved to: the date that the rule gave.
    series_on = models.DateField(null=True, blank=True)
    no_show_at = models.DateTimeField(null=True, blank=True)
    # Rises with every change, so that a calendar takes the newer one.
    sequence = models.PositiveIntegerField(default=0)
    secret = models.CharField(max_length=43, unique=True)
    idempotency_key = models.CharField(max_length=80, null=True, blank=True, unique=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    called_off_at = models.DateTimeField(null=True, blank=True)
    called_off_by = models.CharField(max_length=10, blank=True)  # family, staff, lapse
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
            models.UniqueConstraint(fields=["series", "series_on"], name="one_booking_an_occurrence"),
            models.CheckConstraint(
                condition=Q(series=None, series_on=None) | Q(series__isnull=False, series_on__isnull=False),
                name="booking_of_a_series_has_its_date",
            ),
        ]
        indexes = [
            models.Index(fields=["advocate", "starts_at"]),
            models.Index(fields=["contact", "starts_at"]),
            models.Index(fields=["advocate", "-booked_at"]),
        ]

    @property
    def price_words(self) -> str:
        return say(self.price, self.currency, brief=True) if self.price else ""

    @property
    def zone(self) -> ZoneInfo:
        """The family's zone, chosen when booking."""
        return ZoneInfo(self.timezone)

    @property
    def is_standing(self) -> bool:
        return self.called_off_at is None and self.held_until is None

    @property
    def subject(self) -> str:
        """What the outbox calls this booking."""
        return f"booking:{self.pk}"

    @property
    def last_change_at(self) -> datetime:
        return self.starts_at - timedelta(minutes=self.service.change_until_minutes)

    @property
    def last_call_off_at(self) -> datetime:
        return self.starts_at - timedelta(minutes=self.service.call_off_until_minutes)

    def can_be_changed(self, *, at: datetime) -> bool:
        """Whether the family may still move it by itself."""
        return self.is_standing and at < self.last_change_at

    def can_be_called_off(self, *, at: datetime) -> bool:
        """Whether the family may still call it off by itself."""
        return self.is_standing and at < self.last_call_off_at
