"""Who from school sees a child's shared page: what the family granted, from when until when, and how it ended."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models.people import Contact, Guardianship, Student
from tenants.places import current_firm
from web.ids import new_id


class Part(models.TextChoices):
    """A part of a child's shared page. `ADDABLE` says to which a guest may add."""

    WINS = "wins", _("Small wins")
    PAGE = "page", _("Updates, questions and photos")
    STRATEGIES = "strategies", _("What helps: strategies")
    CHECKINS = "checkins", _("Check-ins and what we agreed")
    GOALS = "goals", _("Goals and their charts")
    POINTS = "points", _("The numbers behind the charts")
    MINUTES = "minutes", _("Service minutes")
    REPORTS = "reports", _("Progress reports")
    ABOUT = "about", _("About my child")


ADDABLE = (Part.WINS, Part.PAGE, Part.STRATEGIES, Part.CHECKINS, Part.POINTS, Part.MINUTES)


class GrantQuerySet(models.QuerySet["GuestGrant"]):
    def standing(self) -> Self:
        """Neither ended nor called off; it may still wait for the family, or have run past its last day."""
        return self.filter(ended_at__isnull=True)

    def in_force(self, *, at: datetime) -> Self:
        """Those that let somebody see something at that moment: granted by a grown-up who still holds the rights,
        begun, not lapsed, not ended, and not to an address of a person who is kept from the child."""
        on = timezone.localdate(at, timezone=current_firm().zone)
        holders = Guardianship.objects.filter(contact=OuterRef("granted_by"), student=OuterRef("student"))
        kept_away = (
            Guardianship.objects.filter(student=OuterRef("student"))
            .barred(on=on)
            .filter(
                Q(contact__user=OuterRef("user"))
                | Q(contact__points__kind="email", contact__points__value__iexact=OuterRef("email"))
            )
        )
        return self.filter(
            Q(ended_at__isnull=True) | Q(ended_at__gt=at), Exists(holders.holding_rights(on=on)), ~Exists(kept_away),
            granted_at__lte=at, starts_at__lte=at, lapses_on__gte=on, user__is_active=True,
        )  # fmt: skip

    def visible_to(self, user: User) -> Self:
        """Staff and families: the grants of students they see. A guest sees what they may do, not the grant."""
        return self.filter(student__in=Student.keys_visible_to(user))


class GuestGrant(models.Model):
    """What one named person may see of one child, and add. `clients.guests` has the verbs."""

    class Job(models.TextChoices):
        TEACHER = "teacher", _("Teacher")
        SPECIAL = "special", _("Special education teacher")
        THERAPIST = "therapist", _("Therapist")
        AIDE = "aide", _("Classroom aide")
        COUNSELOR = "counselor", _("Counselor or psychologist")
        NURSE = "nurse", _("School nurse")
        OTHER = "other", _("Someone else who helps")

    class Ended(models.TextChoices):
        FAMILY = "family", _("The family ended it")
        STAFF = "staff", _("The advocate's office ended it")
        LAPSED = "lapsed", _("The school year is over")
        RIGHTS = "rights", _("The person who gave it no longer holds the rights")
        REPLACED = "replaced", _("It was changed")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="guest_grants")
    # Known from the grant on; nobody while staff's draft waits for the family.
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="guest_grants"
    )
    email = models.EmailField()
    name = models.CharField(max_length=120)
    job = models.CharField(max_length=10, choices=Job.choices, default=Job.TEACHER)
    sees = ArrayField(models.CharField(max_length=12, choices=Part.choices))
    adds = ArrayField(models.CharField(max_length=12, choices=Part.choices), default=list, blank=True)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    prepared_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="grants_given"
    )
    granted_at = models.DateTimeField(null=True, blank=True)
    starts_at = models.DateTimeField()
    lapses_on = models.DateField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_why = models.CharField(max_length=8, choices=Ended.choices, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering = ["name", "-starts_at"]
        indexes = [models.Index(fields=["user", "student"])]
        constraints = [
            models.UniqueConstraint(fields=["student", "email"], condition=Q(ended_at__isnull=True), name="one_standing_grant_an_address"),
            models.CheckConstraint(condition=Q(adds__contained_by=F("sees")), name="guest_adds_only_to_what_is_seen"),
            models.CheckConstraint(
                condition=Q(granted_by__isnull=True, granted_at__isnull=True, user__isnull=True)
                | Q(granted_by__isnull=False, granted_at__isnull=False, user__isnull=False),
                name="grant_has_giver_and_guest_or_waits",
            ),
            models.CheckConstraint(
                condition=Q(granted_at__isnull=False) | Q(prepared_by__isnull=False, prepared_at__isnull=False),
                name="waiting_grant_was_prepared",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_why="") | (Q(ended_at__isnull=False) & ~Q(ended_why="")),
                name="ended_grant_says_why",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def is_over(self, *, on: date) -> bool:
        return self.ended_at is not None or self.lapses_on < on
