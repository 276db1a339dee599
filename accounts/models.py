"""People who sign in at a firm, and what they sign in with."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.roles import MAY, STAFF, Role
from web.access import Can
from web.ids import new_id


class Nobody:
    """Whoever has not signed in."""

    pk = None
    is_authenticated = False
    is_anonymous = True
    is_active = False
    is_staff_member = False
    name = ""

    def can(self, can: Can) -> bool:
        return False


class UserManager(BaseUserManager["User"]):
    def create_user(self, *, email: str | None, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def normalize(self, email: str | None) -> str | None:
        """Addresses are compared without regard to case, so they are kept in lower case."""
        return email.strip().lower() or None if email else None


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def staff(self) -> Self:
        return self.active().filter(role__in=STAFF)

    def advocates(self) -> Self:
        """Staff who may hold consultations."""
        return self.staff().filter(role__in=[Role.OWNER, Role.ADMIN, Role.ADVOCATE])


class User(AbstractBaseUser):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True, null=True, blank=True)
    phone = models.CharField(max_length=16, unique=True, null=True, blank=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=12, choices=Role.choices)
    language = models.CharField(max_length=5, default="en")
    languages_spoken = models.JSONField(default=list, blank=True)
    timezone = models.CharField(max_length=50, blank=True)
    email_confirmed_at = models.DateTimeField(null=True, blank=True)
    phone_confirmed_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())
    totp_secret = models.BinaryField(null=True, blank=True, editable=False)
    # The last 30-second step a code was taken for, so that no code is taken twice.
    totp_last_step = models.BigIntegerField(default=0)
    # Raised when a password, factor or role changes: sessions of an earlier one end.
    epoch = models.PositiveIntegerField(default=0)

    objects = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_is_known"),
            models.CheckConstraint(
                condition=models.Q(email__isnull=False) | models.Q(phone__isnull=False),
                name="user_can_be_reached",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def can(self, can: Can) -> bool:
        return self.is_active and can in MAY[self.role]

    @property
    def is_staff_member(self) -> bool:
        return self.role in STAFF

    @property
    def has_second_factor(self) -> bool:
        return bool(self.totp_secret)

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()

    def end_other_sessions(self) -> None:
        """Every session of this person ends at its next request; the caller renews its own."""
        type(self).objects.filter(pk=self.pk).update(epoch=models.F("epoch") + 1)
        self.refresh_from_db(fields=["epoch"])


class Session(AbstractBaseSession):
    """A signed-in browser. Lies in the firm's schema, so its key means nothing at another firm."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    device = models.CharField(max_length=120, blank=True)
    network = models.CharField(max_length=45, blank=True)
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(null=True)

    @property
    def mark(self) -> str:
        """Names the session on a page without its key."""
        from accounts.secrets import digest

        return digest("session mark", self.session_key)[:32]

    @classmethod
    def get_session_store_class(cls) -> Any:
        from accounts.sessions import SessionStore

        return SessionStore


class Device(models.Model):
    """A browser that a family chose to have remembered."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120, blank=True)
    remembered_at = models.DateTimeField()
    lapses_at = models.DateTimeField()


class SignInCode(models.Model):
    """Six digits that sign a family member in: ten minutes, five tries, only the newest."""

    LIFE = timedelta(minutes=10)
    TRIES = 5

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True)
    digest = models.CharField(max_length=64)
    channel = models.CharField(max_length=5)
    made_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)


class RecoveryCode(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)


class Invitation(models.Model):
    """An address asked to join the firm's staff in a role."""

    LIFE = timedelta(days=7)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField()
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=12, choices=Role.choices)
    language = models.CharField(max_length=5, default="en", db_default="en")
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    accepted_by = models.OneToOneField(User, on_delete=models.SET_NULL, null=True, related_name="invitation")
    withdrawn_at = models.DateTimeField(null=True)

    def is_open(self, *, at: datetime) -> bool:
        return not self.accepted_by_id and not self.withdrawn_at and at < self.invited_at + self.LIFE


class ApiToken(models.Model):
    """A person's key to the API; it can do no more than they can."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    may_write = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class AuditEntry(models.Model):
    """One line of the firm's log: who did or read what, chained to the line before. Only added to."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=120, blank=True)
    action = models.CharField(max_length=60)
    about_kind = models.CharField(max_length=40, blank=True)
    about = models.CharField(max_length=60, blank=True)
    detail = models.JSONField(default=dict)
    network = models.CharField(max_length=45, blank=True)
    before = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        indexes = [models.Index(fields=["about_kind", "about"]), models.Index(fields=["-at"])]
