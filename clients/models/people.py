"""Families, the students in them, and who may see a student: decided here, once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models.schools import District, School
from outbox.hours import CLOSES, OPENS
from tenants.places import current_firm
from web.access import Can
from web.ids import new_id


class FamilyQuerySet(models.QuerySet["Family"]):
    def one_with(self, family: UUID) -> Self:
        """The files that are one family with this one: itself, what it has joined, and what joined that."""
        now = Coalesce("joined_into", "pk")
        rows = self.annotate(now=now)
        return rows.filter(now__in=Family.objects.filter(pk=family).annotate(now=now).values("now"))


class Family(models.Model):
    """A household file. Unconfirmed until staff, or the person signed in, say who it is.

    A file whose people went into another one stays, empty, and says which: rows that are only added to, such as those
    of the ledger, name it for good.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True, blank=True)
    joined_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="joined"
    )

    objects = FamilyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "families"
        constraints = [
            models.CheckConstraint(
                condition=Q(joined_into=None) | ~Q(joined_into=F("pk")), name="family_joins_another"
            )
        ]

    def __str__(self) -> str:
        return self.name


class StudentQuerySet(models.QuerySet["Student"]):
    def visible_to(self, user: User) -> Self:
        """Staff see the students on whose care team they are (owners and administrators: all); a family
        member sees those whose guardianship lets them, unless blocked."""
        if user.can(Can.SEE_ALL_STUDENTS):
            return self
        if user.can(Can.SEE_STUDENTS):
            return self.filter(pk__in=CareTeamMember.objects.students_of(user))
        if user.can(Can.VISIT_PORTAL):
            today = timezone.localdate(timezone=current_firm().zone)
            return self.filter(
                Exists(
                    Guardianship.objects.filter(student=OuterRef("pk"), contact__user=user).seeing(on=today)
                )
            )
        return self.none()

    def shared_with(self, user: User, *, at: datetime) -> Self:
        """Those whose shared page the person may open at that moment: students they see anyway, and those that
        a family granted them a look at. Which parts of the page is `clients.guests`' to say."""
        from clients.models.guests import GuestGrant

        if not user.is_active:
            return self.none()
        granted = GuestGrant.objects.filter(student=OuterRef("pk"), user=user).in_force(at=at)
        if user.can(Can.SEE_STUDENTS):
            return self.visible_to(user)
        if user.can(Can.VISIT_PORTAL):
            today = timezone.localdate(at, timezone=current_firm().zone)
            own = Guardianship.objects.filter(student=OuterRef("pk"), contact__user=user)
            kept = Exists(own.barred(on=today))
            return self.filter(Exists(own.seeing(on=today)) | (Exists(granted) & ~kept))
        if user.can(Can.VISIT_SHARED_PAGE):
            return self.filter(Exists(granted))
        return self.none()


class Student(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="students")
    given_name = models.CharField(max_length=80)
    family_name = models.CharField(max_length=80, blank=True)
    born_on = models.DateField(null=True, blank=True)
    grade = models.CharField(max_length=20, blank=True)
    pronouns = models.CharField(max_length=40, blank=True)
    pronunciation = models.CharField(max_length=80, blank=True)
    home_language = models.CharField(max_length=40, blank=True)
    # In the family's words; what the school's papers say is read from them.
    disability = models.CharField(max_length=200, blank=True)
    district = models.ForeignKey(
        District, on_delete=models.PROTECT, null=True, blank=True, related_name="students"
    )
    school = models.ForeignKey(
        School, on_delete=models.PROTECT, null=True, blank=True, related_name="students"
    )
    created_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # Rises with each edit, so that two people who edit at once are told of each other.
    version = models.PositiveIntegerField(default=1)

    objects = StudentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["family_name", "given_name"])]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @staticmethod
    def keys_visible_to(user: User) -> models.QuerySet[Any, Any]:
        """The keys of the students that `visible_to` gives, for rows that hang on one. Where the care team alone
        decides, the table of students need not be asked: pages ask this question in nearly every statement."""
        if user.can(Can.SEE_STUDENTS) and not user.can(Can.SEE_ALL_STUDENTS):
            return CareTeamMember.objects.students_of(user)
        return Student.objects.visible_to(user).values("pk")

    @property
    def short_name(self) -> str:
        """First name and initial, as lists show it."""
        return f"{self.given_name} {self.family_name[:1]}.".strip() if self.family_name else self.given_name


class StudentName(models.Model):
    """A name that a student had before, or is also known by."""

    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="other_names")
    given_name = models.CharField(max_length=80, blank=True)
    family_name = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["student", "given_name", "family_name"], name="one_other_name_a_student"),
            models.CheckConstraint(condition=~Q(given_name="", family_name=""), name="student_name_is_not_empty"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user: User) -> Self:
        """Contacts of families of which the person sees a student; a family sees itself alone."""
        if user.can(Can.SEE_ALL_STUDENTS):
            return self
        if user.can(Can.SEE_STUDENTS):
            seen = Student.objects.visible_to(user).filter(family=OuterRef("family"))
            return self.filter(Exists(seen))
        return self.filter(user=user)


class Contact(models.Model):
    """A grown-up of a family."""

    class Role(models.TextChoices):
        SELF = "self", _("The student, grown up")
        PARENT = "parent", _("Parent")
        GUARDIAN = "guardian", _("Legal guardian")
        FOSTER = "foster", _("Foster parent")
        SURROGATE = "surrogate", _("Surrogate parent")
        RELATIVE = "relative", _("Relative")
        PROVIDER = "provider", _("Therapist or doctor")
        OTHER = "other", _("Someone else")

    HOLDERS = (Role.PARENT, Role.GUARDIAN, Role.FOSTER, Role.SURROGATE)

    class Prefers(models.TextChoices):
        ANY = "", _("Any way is fine")
        SMS = "sms", _("Texts")
        EMAIL = "email", _("E-mail")
        CALL = "call", _("Calls, no texts")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="contacts")
    user = models.OneToOneField(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="contact"
    )
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.PARENT)
    language = models.CharField(max_length=5, default="en")
    timezone = models.CharField(max_length=50, blank=True)
    interpreter = models.CharField(max_length=60, blank=True)  # the language one is needed for
    pronouns = models.CharField(max_length=40, blank=True)
    pronunciation = models.CharField(max_length=80, blank=True)
    prefers = models.CharField(max_length=5, choices=Prefers.choices, blank=True, default="")
    # When we may start a message, by their own clock; empty means the usual hours.
    hours_from = models.TimeField(null=True, blank=True)
    hours_to = models.TimeField(null=True, blank=True)
    street = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=2, blank=True)
    postal_code = models.CharField(max_length=10, blank=True)
    address_safe = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hours_from__isnull=True) | Q(hours_from__gte=OPENS, hours_from__lt=CLOSES),
                name="contact_hours_begin_within_ours",
            ),
            models.CheckConstraint(
                condition=Q(hours_to__isnull=True) | Q(hours_to__gt=OPENS, hours_to__lte=CLOSES),
                name="contact_hours_end_within_ours",
            ),
            models.CheckConstraint(
                condition=Q(hours_from__isnull=True)
                | Q(hours_to__isnull=True)
                | Q(hours_from__lt=F("hours_to")),
                name="contact_hours_begin_before_they_end",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whoever signs in as this contact reads the pages in the same language as what we write to them."""
        super().save(*args, **kwargs)
        if self.user_id and "language" in (kwargs.get("update_fields") or ["language"]):
            User.objects.filter(pk=self.user_id).exclude(language=self.language).update(language=self.language)  # fmt: skip

    @property
    def phone(self) -> str:
        return self._first("phone")

    @property
    def email(self) -> str:
        return self._first("email")

    def _first(self, kind: str) -> str:
        return next((point.value for point in self._points if point.kind == kind and point.safe), "")

    @cached_property
    def _points(self) -> list[ContactPoint]:
        return list(self.points.all())


class ContactName(models.Model):
    """A name that a contact had before, or is also known by."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="other_names")
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["contact", "name"], name="one_other_name_a_contact")]

    def __str__(self) -> str:
        return self.name


class ContactPoint(models.Model):
    """A phone number or an address of a contact, and whether it is safe to use."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="points")
    kind = models.CharField(max_length=5, choices=[("phone", _("Phone")), ("email", _("E-mail"))])
    value = models.CharField(max_length=254)
    label = models.CharField(max_length=40, blank=True)
    safe = models.BooleanField(default=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["contact", "kind", "value"], name="one_point_a_contact")
        ]
        indexes = [models.Index(fields=["kind", "value"])]


class GuardianshipQuerySet(models.QuerySet["Guardianship"]):
    def barred(self, *, on: date) -> Self:
        """Those whose contact is kept from the student on that day, by a block or by the young adult's own choice:
        no page, message, bill or feed about them."""
        return self.filter(Q(blocked_from__lte=on) | Exists(_refused()))

    def seeing(self, *, on: date) -> Self:
        """Those that let the contact see the student on that day."""
        rows = self.filter(may_see=True).filter(Q(blocked_from__isnull=True) | Q(blocked_from__gt=on))
        return rows.filter(~Exists(_refused()))

    def holding_rights(self, *, on: date) -> Self:
        """Those whose contact decides about the student's schooling on that day (34 CFR 300.30; 300.520): a parent,
        guardian, foster or surrogate parent, or a relative the child lives with, until a court or the student's
        coming of age ends it; from then on the student. Nobody who may not see."""
        from clients.models.adulthood import RightsTransfer

        grown = Exists(RightsTransfer.objects.filter(student=OuterRef("student"), on__lte=on))
        parent = Q(contact__role__in=Contact.HOLDERS) | Q(
            contact__role=Contact.Role.RELATIVE, lives_with=True
        )
        return (
            self.seeing(on=on)
            .filter(Q(rights_ended_on__isnull=True) | Q(rights_ended_on__gt=on))
            .filter((Q(contact__role=Contact.Role.SELF) & grown) | (parent & ~grown))
        )


def _refused() -> models.QuerySet[Any]:
    """The young adult's standing “no” to the contact of an outer guardianship."""
    from clients.models.adulthood import SharingChoice

    return SharingChoice.objects.filter(
        student=OuterRef("student"), contact=OuterRef("contact"), replaced_at__isnull=True, may_see=False
    )


# What people write most often for who they are to a child; said in the reader's language.
RELATIONS = {
    "mother": _("mother"), "father": _("father"), "mom": _("mother"), "dad": _("father"), "parent": _("parent"),
    "stepmother": _("stepmother"), "stepfather": _("stepfather"), "guardian": _("guardian"), "foster parent": _("foster parent"),
    "grandmother": _("grandmother"), "grandfather": _("grandfather"), "aunt": _("aunt"), "uncle": _("uncle"),
    "sister": _("sister"), "brother": _("brother"), "self": _("the young adult"),
}  # fmt: skip


class Guardianship(models.Model):
    """What a contact is to a student. Access follows from here, never from being in the family."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="guardianships")
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="guardianships")
    relation = models.CharField(max_length=40, blank=True)
    lives_with = models.BooleanField(default=True)
    may_see = models.BooleanField(default=True)
    blocked_from = models.DateField(null=True, blank=True)
    # A court order or the like ended their say in the child's schooling; what they see is another matter.
    rights_ended_on = models.DateField(null=True, blank=True)

    objects = GuardianshipQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "student"], name="one_guardianship_a_pair")]

    @property
    def relation_words(self) -> str:
        """Who they are to the child, in the reader's language where we know the word."""
        return str(RELATIONS.get(self.relation.strip().casefold(), self.relation))


class CareTeamQuerySet(models.QuerySet["CareTeamMember"]):
    def students_of(self, user: User) -> models.QuerySet[Any, Any]:
        """The keys of the students for whom this person works now."""
        return self.filter(user=user, until__isnull=True).values("student")


class CareTeamMember(models.Model):
    """A member of staff who works for a student, from a day until a day."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="care_team")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="care_team_of")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    objects = CareTeamQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["student", "user"], condition=Q(until__isnull=True), name="once_on_a_care_team")
        ]  # fmt: skip


def join_care_team(student: Student, user: User, *, at: datetime) -> CareTeamMember:
    member, _made = CareTeamMember.objects.get_or_create(
        student=student, user=user, until=None, defaults={"since": at}
    )
    return member
