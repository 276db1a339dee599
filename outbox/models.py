"""What leaves a firm: every text and e-mail is a row first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from outbox import reasons
from outbox.hours import Hours
from outbox.signals import delivery_changed, texts_allowed
from tenants import keys
from web.ids import new_id


class Channel(models.TextChoices):
    SMS = "sms", _("Text")
    EMAIL = "email", _("E-mail")


class State(models.TextChoices):
    DUE = "due", _("Waiting")
    LEASED = "leased", _("Taken by a worker")
    SENDING = "sending", _("Handed over, answer awaited")
    SENT = "sent", _("Sent")
    UNKNOWN = "unknown", _("Not known whether it left")
    FAILED = "failed", _("Could not be sent")
    SUPPRESSED = "suppressed", _("Held back")


class Delivery(models.TextChoices):
    """What the provider reports, in the order in which a message goes through it."""

    NONE = "", _("No word yet")
    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Leaving")
    SENT = "sent", _("Left")
    DELIVERED = "delivered", _("Delivered")
    UNDELIVERED = "undelivered", _("Not delivered")
    FAILED = "failed", _("Failed")


RANK = {"": 0, "accepted": 1, "scheduled": 1, "queued": 1, "sending": 2, "sent": 3, "delivered": 4, "undelivered": 4, "failed": 4}  # fmt: skip


class Message(models.Model):
    """One text or e-mail to one recipient. `(kind, subject, occurrence, recipient, channel)` is written once.

    `subject` names what it is about (“booking:<id>”), `occurrence` which of several (“day-before/2”).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    occurrence = models.CharField(max_length=60, blank=True)
    recipient = models.CharField(max_length=254)
    channel = models.CharField(max_length=5, choices=Channel.choices)
    language = models.CharField(max_length=5, default="en")
    title = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    html = models.TextField(blank=True)
    attachments = models.JSONField(default=list)  # [{name, type, base64}]
    # It answers something the person just did, so sending hours do not hold it.
    answers = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    # The recipient's zone, whose hours hold it, and what it reminds of: asked again when it leaves.
    timezone = models.CharField(max_length=50, db_default="UTC")
    event_at = models.DateTimeField(null=True, blank=True)
    written_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=10, choices=State.choices, default=State.DUE)
    reason = models.CharField(max_length=200, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    attempted_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    provider_id = models.CharField(max_length=64, blank=True)
    delivery = models.CharField(max_length=12, choices=Delivery.choices, blank=True, default="")
    delivery_error = models.CharField(max_length=20, blank=True)
    segments = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject", "occurrence", "recipient", "channel"],
                name="one_message_an_occurrence",
            ),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="message_state_is_known"),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"]),
            models.Index(fields=["subject"]),
            models.Index(fields=["recipient", "-due_at"]),
            models.Index(
                fields=["provider_id"], condition=~models.Q(provider_id=""), name="message_by_provider_id"
            ),
            models.Index(fields=["attempted_at"], condition=models.Q(channel="sms"), name="text_by_attempt"),
        ]

    @property
    def reason_words(self) -> str:
        """Why it did not leave, in the reader's language."""
        return reasons.in_words(self.reason)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class ConsentQuerySet(models.QuerySet["Consent"]):
    def standing(self, number: str) -> Consent | None:
        """The last word about texts to this number, or None when nothing was ever said."""
        return self.filter(number=number).order_by("-at", "-id").first()


class Consent(models.Model):
    """One word about texts to a number: yes with the wording shown, or no. Rows are only added."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=16, db_index=True)
    given = models.BooleanField()
    how = models.CharField(max_length=20)  # form, text, staff, provider
    wording = models.TextField(blank=True)
    wording_version = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=5, default="en")
    network = models.CharField(max_length=45, blank=True)
    by = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField()

    objects = ConsentQuerySet.as_manager()


class Inbound(models.Model):
    """A text that someone sent to the firm's number."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider_id = models.CharField(max_length=64, unique=True)
    number = models.CharField(max_length=16, db_index=True)
    to = models.CharField(max_length=16)
    body = models.TextField(blank=True)
    media = models.JSONField(default=list)
    at = models.DateTimeField()
    meant = models.CharField(max_length=12, blank=True)  # stop, start, help, or what an app made of it


class MailStop(models.Model):
    """An address that gets no more mail: it came back, or whoever reads there asked for none of what we start."""

    class Why(models.TextChoices):
        BOUNCED = "bounced", _("Mail came back")
        ASKED = "asked", _("They asked for no more")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    address = models.CharField(max_length=254)
    why = models.CharField(max_length=8, choices=Why.choices)
    said = models.CharField(max_length=200, blank=True)  # the mail server's words
    at = models.DateTimeField()
    # Somebody has corrected it, or they asked for mail again.
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["address", "why"], condition=models.Q(lifted_at__isnull=True), name="one_standing_stop"
            )
        ]  # fmt: skip


def stop_mail(address: str, *, why: str, at: datetime, said: str = "") -> None:
    """No more mail to this address; doing it twice is once."""
    MailStop.objects.bulk_create(
        [MailStop(address=address.lower(), why=why, said=said[:200], at=at)], ignore_conflicts=True
    )


class Registration(models.TextChoices):
    """How far the carriers' registration of a sender is."""

    VERIFIED = "verified", _("Registered")
    PENDING = "pending", _("Registration under way")
    FAILED = "failed", _("Registration refused")


class Sender(models.Model):
    """A firm's own account at Twilio, or its limits on the platform's. One row, or none."""

    one = models.BooleanField(default=True, unique=True, editable=False)
    account_sid = models.CharField(max_length=34, blank=True)
    sealed_token = models.BinaryField(null=True, blank=True, editable=False)
    # Texts leave through the messaging service where there is one, else from the number.
    service_sid = models.CharField(max_length=34, blank=True)
    number = models.CharField(max_length=16, blank=True)
    registration = models.CharField(
        max_length=10, choices=Registration.choices, default=Registration.PENDING
    )  # fmt: skip
    checked_at = models.DateTimeField(null=True, blank=True)
    monthly_cap = models.PositiveIntegerField(null=True, blank=True)
    # Texts a second that the carriers take from this sender; empty leaves the pace to the provider.
    per_second = models.PositiveSmallIntegerField(null=True, blank=True)
    # From when on the next text may leave, at that pace.
    free_at = models.DateTimeField(null=True, blank=True)
    # The firm's own sending hours, by each recipient's clock; empty is 9:00 to 20:00.
    hours_from = models.TimeField(null=True, blank=True)
    hours_to = models.TimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(account_sid="") | ~models.Q(service_sid="", number=""), name="own_account_has_a_sender"
            ),
            models.CheckConstraint(
                condition=models.Q(registration__in=Registration.values), name="registration_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(per_second=None) | models.Q(per_second__gte=1), name="pace_is_one_or_more"
            ),
        ]  # fmt: skip

    @property
    def hours(self) -> Hours:
        return Hours().narrowed(self.hours_from, self.hours_to)

    @property
    def is_own(self) -> bool:
        return bool(self.account_sid)

    def keep_token(self, token: str) -> None:
        self.sealed_token = keys.seal(token.encode(), about=TOKEN)

    def token(self) -> str:
        """The account's token. Raises tenants.keys.WrongKey."""
        return keys.unseal(bytes(self.sealed_token or b""), about=TOKEN).decode()


def firm_hours() -> Hours:
    """In which hours the firm wants what it starts to leave. One query."""
    row = Sender.objects.only("hours_from", "hours_to").first()
    return row.hours if row else Hours()


TOKEN = "twilio auth token"  # noqa: S105 (what is sealed, not the token)


def may_text(number: str) -> bool:
    """Whether the last word about this number is a yes."""
    word = Consent.objects.standing(number)
    return bool(word and word.given)


def agreed_numbers(numbers: Collection[str]) -> set[str]:
    """Those of these numbers whose last word is a yes. One query."""
    words = Consent.objects.filter(number__in=numbers).order_by("number", "-at", "-id").distinct("number")
    return {number for number, given in words.values_list("number", "given") if given}


@transaction.atomic
def allow(number: str, *, how: str, at: datetime, wording: str = "", version: str = "", language: str = "en", network: str = "", by: UUID | None = None) -> None:  # fmt: skip
    """Texts may go to this number. What a no had held back is planned again where its time lies ahead; what went by
    another way meanwhile is for the app that sent it there to take back."""
    from outbox.sending import plan_again

    Consent.objects.create(number=number, given=True, how=how, wording=wording, wording_version=version, language=language, network=network, by=by, at=at)  # fmt: skip
    held = Message.objects.filter(
        recipient=number,
        channel=Channel.SMS,
        state=State.SUPPRESSED,
        reason=reasons.TEXTS_ENDED,
        due_at__gt=at,
    )
    for message in held.select_for_update().order_by("due_at"):
        plan_again(message)
        delivery_changed.send(sender=Message, message=message, at=at)
    texts_allowed.send(sender=Consent, number=number, at=at)


@transaction.atomic
def withdraw(number: str, *, how: str, at: datetime, by: UUID | None = None) -> None:
    """No more texts to this number, rows that a worker already holds included. Bookings stand, and what was to
    be said by text may go another way."""
    Consent.objects.create(number=number, given=False, how=how, by=by, at=at)
    waiting = Message.objects.filter(
        recipient=number, channel=Channel.SMS, state__in=[State.DUE, State.LEASED], answers=False
    )
    held = list(waiting.select_for_update())
    waiting.filter(pk__in=[message.pk for message in held]).update(
        state=State.SUPPRESSED, reason=reasons.TEXTS_ENDED, leased_until=None
    )
    for message in held:
        message.state = State.SUPPRESSED
        delivery_changed.send(sender=Message, message=message, at=at)
