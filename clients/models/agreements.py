"""Papers that a family signs: templates with versions, the paper as it was sent, its signature, releases."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models.people import Contact, Student
from clients.models.schools import District, School
from web.access import Can
from web.ids import new_id


class AgreementTemplate(models.Model):
    """A kind of paper the firm has signed. Its words are the newest version's."""

    class Kind(models.TextChoices):
        AGREEMENT = "agreement", _("Agreement to work together")
        RELEASE = "release", _("Permission to share or to ask for papers")
        CONSENT = "consent", _("Another consent")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.AGREEMENT)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def newest(self) -> TemplateVersion:
        return self.versions.latest("number")


class TemplateVersion(models.Model):
    """The words of a template from one day on. Never changed: papers that were sent point here."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    template = models.ForeignKey(AgreementTemplate, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    body = models.TextField(max_length=30000)
    title_es = models.CharField(max_length=120, blank=True)
    body_es = models.TextField(blank=True, max_length=30000)
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="one_template_version_a_number")
        ]


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def visible_to(self, user: User) -> Self:
        """Staff: papers of contacts they see. A family member: their own, unless barred from the child."""
        if user.can(Can.SEE_STUDENTS):
            return self.filter(contact__in=Contact.objects.visible_to(user))
        seen = Student.objects.visible_to(user)
        return self.filter(contact__user=user).filter(Q(student__isnull=True) | Q(student__in=seen))

    def open(self, *, at: datetime) -> Self:
        """Those that can still be signed."""
        return self.filter(signature__isnull=True, withdrawn_at__isnull=True, lapses_at__gt=at)


class Agreement(models.Model):
    """One paper sent to one person, with its words as they stood."""

    LIFE = timedelta(days=30)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="agreements")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="agreements")
    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, null=True, blank=True, related_name="agreements"
    )
    language = models.CharField(max_length=5)
    title = models.CharField(max_length=120)
    body = models.TextField()
    digest = models.CharField(max_length=64)
    secret = models.CharField(max_length=43, unique=True)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    idempotency_key = models.CharField(max_length=64, null=True, blank=True, unique=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at"]
        indexes = [models.Index(fields=["contact", "-sent_at"])]

    def __str__(self) -> str:
        return self.title

    @property
    def signed(self) -> Signature | None:
        return getattr(self, "signature", None)

    def can_be_signed(self, *, at: datetime) -> bool:
        return self.signed is None and self.withdrawn_at is None and at < self.lapses_at

    def computed_digest(self) -> str:
        return digest_of(self.title, self.body, self.language)


def digest_of(title: str, body: str, language: str) -> str:
    """SHA-256, in hex, over a paper's language, title and words."""
    return hashlib.sha256(f"{language}\n{title}\n\n{body}".encode()).hexdigest()


class SigningCode(models.Model):
    """Six digits sent to the signer's own number or address: ten minutes, five tries, only the newest."""

    LIFE = timedelta(minutes=10)
    TRIES = 5

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="codes")
    digest = models.CharField(max_length=64)
    sent_to = models.CharField(max_length=254)
    made_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)


class Signature(models.Model):
    """Who signed which words, when, from where. Only added."""

    class How(models.TextChoices):
        PORTAL = "portal", _("Signed in to the family pages")
        LINK = "link", _("By a link and a 6-digit code")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, related_name="signature")
    name = models.CharField(max_length=120)
    drawn = models.TextField(blank=True)  # an SVG path of our own making, or nothing when typed
    how = models.CharField(max_length=6, choices=How.choices)
    proof = models.CharField(max_length=254, blank=True)  # where the code went
    signed_at = models.DateTimeField()
    network = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=300, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="signature_has_a_name")]

    @property
    def is_by_another_name(self) -> bool:
        """Whether the name that was typed is far from the one the paper was sent to: somebody should ask."""
        return is_another_name(self.name, sent_to=self.agreement.contact.name)


def is_another_name(typed: str, *, sent_to: str) -> bool:
    """Whether a typed name is far from that of the person a paper was sent to, or says only a last name."""
    from clients import matching

    name = matching.name_in(typed)
    return not name.given or matching.likeness(name, matching.name_in(sent_to))[0] < 0.6


class ReleaseQuerySet(models.QuerySet["Release"]):
    def in_force(self, *, on: date) -> Self:
        """Signed, not called back, not expired on that day."""
        return self.filter(
            agreement__signature__isnull=False, called_back_at__isnull=True, expires_on__gte=on
        )

    def visible_to(self, user: User) -> Self:
        return self.filter(student__in=Student.keys_visible_to(user))


class Release(models.Model):
    """A signed permission to share with, or to ask papers of, somebody outside the firm."""

    class Scope(models.TextChoices):
        RECORDS = "records", _("Ask for school records")
        TALK = "talk", _("Talk about the child")
        SEND = "send", _("Send papers")
        MEETINGS = "meetings", _("Come to meetings")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="releases")
    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, related_name="release")
    scope = ArrayField(models.CharField(max_length=10, choices=Scope.choices))
    recipient = models.CharField(max_length=160)
    district = models.ForeignKey(District, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    expires_on = models.DateField()
    called_back_at = models.DateTimeField(null=True, blank=True)
    called_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["-expires_on"]
        constraints = [models.CheckConstraint(condition=~Q(scope=[]), name="release_has_a_scope")]

    @property
    def scope_words(self) -> list[str]:
        return [str(self.Scope(item).label) for item in self.scope]
