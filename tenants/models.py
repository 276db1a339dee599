"""What all firms share: who they are, what is due when, what they may use."""

from __future__ import annotations

import base64
import uuid
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models.functions import Now
from django_tenants.models import DomainMixin, TenantMixin

from tenants import keys
from web.ids import new_id


def new_schema_name() -> str:
    """`t_` and 26 letters that say nothing of the firm; text a person typed never becomes a schema."""
    return "t_" + base64.b32encode(uuid.uuid4().bytes).decode().rstrip("=").lower()


class Firm(TenantMixin):
    """An advocacy firm. Its families and cases lie in the schema that bears its role's name."""

    auto_create_schema = False
    auto_drop_schema = False

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    schema_name = models.CharField(max_length=63, unique=True, default=new_schema_name, editable=False)
    slug = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=2, blank=True)
    timezone = models.CharField(max_length=50, default="America/New_York")
    language = models.CharField(max_length=5, default="en")
    phone = models.CharField(max_length=16, blank=True)
    brand = models.CharField(max_length=7, default="#0b5a6b")
    # The firm's data key, wrapped by MASTER_KEY: what it sealed is lost when this is.
    wrapped_key = models.BinaryField(default=keys.new_wrapped_key, editable=False)
    logo = models.CharField(max_length=120, blank=True)
    # The connection its schema lies on; one today, more when firms are spread over servers.
    database = models.CharField(max_length=30, default="default")
    terms_version = models.CharField(max_length=20, blank=True)
    terms_accepted_at = models.DateTimeField(null=True, blank=True)
    # Until the owner has confirmed an address, the firm sends e-mail only.
    owner_confirmed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    opened_at = models.DateTimeField(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(slug__regex=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"), name="firm_slug_is_a_label"),
            models.CheckConstraint(condition=models.Q(brand__regex=r"^#[0-9a-f]{6}$"), name="firm_brand_is_a_hex"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    # The schema is made and dropped by `tenants.opening`, so these two only write the row.
    def save(self, *args: Any, **kwargs: Any) -> None:
        models.Model.save(self, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        return models.Model.delete(self, *args, **kwargs)

    def confirm_owner(self, *, at: datetime) -> None:
        """An owner has shown that an address is theirs: texts may leave from now on."""
        if self.owner_confirmed_at is None:
            self.owner_confirmed_at = at
            self.save(update_fields=["owner_confirmed_at"])


class FirmLogo(models.Model):
    """The firm's mark, drawn anew by us; `Firm.logo` holds its version."""

    firm = models.OneToOneField(Firm, on_delete=models.CASCADE, primary_key=True)
    content = models.BinaryField()
    content_type = models.CharField(max_length=20)
    version = models.CharField(max_length=12)


class Domain(DomainMixin):
    """A host of the firm's own, besides `<slug>.<public host>`."""


class Entitlement(models.Model):
    """What a firm may use, written by billing and read by everyone else."""

    firm = models.OneToOneField(Firm, on_delete=models.CASCADE, primary_key=True)
    seats = models.PositiveIntegerField(null=True, blank=True)
    students = models.PositiveIntegerField(null=True, blank=True)
    texts_a_month = models.PositiveIntegerField(null=True, blank=True)
    storage_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    read_only_since = models.DateTimeField(null=True, blank=True)


class ProviderAddress(models.Model):
    """Which firm a provider's address belongs to: a texted number, a Stripe account."""

    firm = models.ForeignKey(Firm, on_delete=models.CASCADE)
    kind = models.CharField(
        max_length=20, choices=[("number", "Texted number"), ("stripe", "Stripe account")]
    )
    address = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "address"], name="one_firm_an_address")]


class DueWorkQuerySet(models.QuerySet["DueWork"]):
    def due(self, *, at: datetime) -> Self:
        """Rows whose time has come and that no worker holds."""
        return self.filter(due_at__lte=at).filter(
            models.Q(leased_until__isnull=True) | models.Q(leased_until__lte=at)
        )


class DueWork(models.Model):
    """Something that a firm must do at a time. One indexed table for all firms: the sweep reads nothing else."""

    firm = models.ForeignKey(Firm, on_delete=models.CASCADE)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)

    objects = DueWorkQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "kind", "key"], name="one_row_a_thing_due")]
        indexes = [models.Index(fields=["due_at"]), models.Index(fields=["firm", "due_at"])]


class PersonDigest(models.Model):
    """Keyed digest of an e-mail address that can sign in at a firm: what “find my firm” looks up."""

    firm = models.ForeignKey(Firm, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "digest"], name="one_row_a_person_and_firm")]


class Attempt(models.Model):
    """One try at something that is throttled: what is tried, for which account or network, when."""

    firm = models.ForeignKey(Firm, on_delete=models.CASCADE, null=True, blank=True)
    key = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["key", "made_at"]), models.Index(fields=["made_at"])]


class Opening(models.Model):
    """A sign-up under way: three screens, then a firm."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    secret_digest = models.CharField(max_length=64)
    answers = models.JSONField(default=dict)
    # Only the hash of the password is kept between the screens.
    password_hash = models.CharField(max_length=256, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    firm = models.OneToOneField(Firm, on_delete=models.CASCADE, null=True, blank=True)


class Handover(models.Model):
    """A token that signs the new owner in at the firm's own host, once, within a minute."""

    firm = models.ForeignKey(Firm, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    user_id = models.UUIDField()
    lapses_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)


class Snapshot(models.Model):
    """The SQL that makes an empty firm's schema: what our own migrations said, recorded once."""

    fingerprint = models.CharField(max_length=64, unique=True)
    sql = models.TextField()
    made_at = models.DateTimeField(db_default=Now())
