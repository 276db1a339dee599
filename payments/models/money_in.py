"""What was asked for, what came and what went back, by card, bank, check or cash."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q, Sum
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case
from clients.models import Contact, Guardianship, Student
from payments.models.ledger import Account
from payments.money import say
from tenants.places import current_firm
from web.access import Can
from web.ids import new_id


def new_key() -> str:
    """An idempotency key, or the secret of a link: written down before it is used."""
    return secrets.token_urlsafe(24)


class Method(models.TextChoices):
    CARD = "card", _("Card")
    BANK = "us_bank_account", _("Bank account")
    CHECK = "check", pgettext_lazy("a way to pay", "Check")
    CASH = "cash", _("Cash")
    TRANSFER = "transfer", _("Bank transfer")
    OTHER = "other", _("Another way")


# What somebody of the firm writes down; the others come through Stripe.
BY_HAND = (Method.CHECK, Method.CASH, Method.TRANSFER, Method.OTHER)


# How Stripe calls a dispute that is no more.
DISPUTES_OVER = ("won", "lost", "warning_closed", "prevented")


class StripeAccountQuerySet(models.QuerySet["StripeAccount"]):
    def current(self) -> StripeAccount | None:
        """The account the firm uses, if any; not one that it left, or that was taken from us."""
        return self.filter(ended_at=None).order_by("-connected_at").first()


class StripeAccount(models.Model):
    """The firm's own account at Stripe, into which families pay; as Stripe last described it."""

    class Ended(models.TextChoices):
        REVOKED = "revoked", _("Access was taken away at Stripe")
        DISCONNECTED = "disconnected", _("Disconnected here")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account_id = models.CharField(max_length=80, unique=True)
    charges_enabled = models.BooleanField(default=False)
    submitted = models.BooleanField(default=False)
    # What Stripe still asks for, by its names; why it stopped the account, if it did.
    wanted = models.JSONField(default=list)
    disabled_reason = models.CharField(max_length=80, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    connected_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=12, blank=True, choices=Ended.choices)

    objects = StripeAccountQuerySet.as_manager()


class Instructions(models.Model):
    """How to pay without a card, in the firm's words: one row, or none."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    text = models.CharField(max_length=500, blank=True)
    text_es = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "instructions"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_row_of_instructions")]

    @property
    def local_text(self) -> str:
        return self.text_es if get_language() == "es" and self.text_es else self.text


class CheckoutQuerySet(models.QuerySet["Checkout"]):
    def open(self, *, at: datetime) -> Self:
        """Those whose page can be paid now."""
        return self.filter(settled_at=None, processing_at=None, expires_at__gt=at).exclude(session_id=None)

    def unsettled(self) -> Self:
        """Those of which we do not know yet how they ended: one for each subject at most."""
        return self.filter(settled_at=None)


class Checkout(models.Model):
    """One request to pay, on Stripe's page. `subject` says what for, such as “booking:<id>”."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.CharField(max_length=80, db_index=True)
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    account_id = models.CharField(max_length=80)
    idempotency_key = models.CharField(max_length=64, unique=True, default=new_key)
    tries = models.PositiveSmallIntegerField(default=0)
    # What the call says, so that a second one with the same key says the same.
    wording = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    session_id = models.CharField(max_length=120, unique=True, null=True, blank=True)
    url = models.URLField(max_length=1000, blank=True)
    # A bank has the debit since then; the payment it may become.
    processing_at = models.DateTimeField(null=True, blank=True)
    payment_intent = models.CharField(max_length=120, blank=True, db_index=True)
    # When we knew how it ended: paid, or never to be (expired, withdrawn, failed at the bank, never opened).
    settled_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=300, blank=True)

    objects = CheckoutQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="checkout_asks_for_something"),
            models.CheckConstraint(
                condition=Q(currency__regex="^[a-z]{3}$"), name="checkout_currency_is_iso"
            ),
            models.UniqueConstraint(
                fields=["subject"], condition=Q(settled_at=None), name="one_open_checkout_a_subject"
            ),
        ]


class PaymentQuerySet(models.QuerySet["Payment"]):
    def standing(self) -> Self:
        """What came and was not struck out."""
        return self.filter(void=None)

    def visible_to(self, user: User) -> Self:
        """All for those who see the firm's money; an advocate's cases; a family's own, but none about a child they
        are barred from."""
        if user.can(Can.SEE_MONEY):
            return self
        if user.can(Can.SEE_CASE_MONEY):
            return self.filter(case__in=Case.objects.visible_to(user))
        if user.can(Can.VISIT_PORTAL):
            today = timezone.localdate(timezone=current_firm().zone)
            barred = Guardianship.objects.filter(contact=OuterRef("contact"), student=OuterRef("student"))
            return self.filter(contact__user=user).exclude(Exists(barred.barred(on=today)))
        return self.none()


class Payment(models.Model):
    """Money that came. What it was for is its `subject`, such as “invoice:<id>”; empty for a family's credit."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.CharField(max_length=80, blank=True, db_index=True)
    # The subject in words, in the payer's language, as it was called when it was paid; and so in each of ours.
    what = models.CharField(max_length=200, blank=True)
    names = models.JSONField(default=dict, blank=True)
    method = models.CharField(max_length=16, choices=Method.choices)
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    paid_at = models.DateTimeField()
    # Whose it is: the payer, and the family and case it counts for.
    payer = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="payments"
    )
    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, null=True, blank=True, related_name="payments"
    )
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="payments")
    # The account of the ledger that it went to, and the part above what was due, which is the family's.
    account = models.CharField(max_length=20, choices=Account.choices, default=Account.EARNED)
    party = models.UUIDField(null=True, blank=True)
    excess = models.PositiveIntegerField(default=0)
    # Through Stripe
    checkout = models.OneToOneField(
        Checkout, on_delete=models.PROTECT, null=True, blank=True, related_name="payment"
    )
    payment_intent = models.CharField(max_length=120, unique=True, null=True, blank=True)
    charge_id = models.CharField(max_length=120, blank=True)
    shown = models.CharField(max_length=40, blank=True)  # “Visa 4242”
    fee = models.PositiveIntegerField(null=True, blank=True)
    # By hand: the number of the check, where it was paid in, who wrote it down.
    reference = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=300, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField()
    idempotency_key = models.CharField(max_length=80, unique=True, null=True, blank=True)
    # Opens its receipt without signing in.
    secret = models.CharField(max_length=43, unique=True, default=new_key)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["-paid_at", "-id"]
        indexes = [models.Index(fields=["-paid_at", "-id"], name="payments_newest_first")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_is_something"),
            models.CheckConstraint(condition=Q(excess__lte=models.F("amount")), name="payment_excess_is_part_of_it"),
            models.CheckConstraint(condition=Q(currency__regex="^[a-z]{3}$"), name="payment_currency_is_iso"),
            models.CheckConstraint(
                condition=Q(method__in=BY_HAND, checkout=None, payment_intent=None)
                | (~Q(method__in=BY_HAND) & Q(checkout__isnull=False, payment_intent__isnull=False)),
                name="payment_is_by_hand_or_through_stripe",
            ),
        ]  # fmt: skip

    @property
    def is_by_hand(self) -> bool:
        return self.method in BY_HAND

    @property
    def is_struck_out(self) -> bool:
        return hasattr(self, "void")

    @property
    def given_back(self) -> int:
        """What went back or is on its way back, in minor units."""
        rows = self.refunds.standing().aggregate(sum=Sum("amount"))
        return int(rows["sum"] or 0)

    @property
    def went_back(self) -> int:
        """The same from refunds that a list has fetched already."""
        return sum(row.amount for row in self.refunds.all() if row.state in {"asked", "made"})

    @property
    def left(self) -> int:
        """What can still be given back."""
        return 0 if self.is_struck_out else self.amount - self.given_back

    @property
    def is_disputed(self) -> bool:
        """Whether the payer's bank has taken it back, or has not decided yet: then it cannot be given back too."""
        return any(row.is_lost or not row.is_over for row in self.disputes.all())

    @property
    def paid_on(self) -> date:
        """The day it came, by the firm's clock."""
        return timezone.localdate(self.paid_at, current_firm().zone)

    @property
    def local_what(self) -> str:
        """What it was for, in the language of whoever reads it now."""
        return self.names.get(get_language() or "en") or self.what

    @property
    def amount_words(self) -> str:
        return say(self.amount, self.currency)

    @property
    def how(self) -> str:
        """How it was paid, in words: “Card, Visa 4242”, “Check, no. 1204”."""
        more = self.shown or (str(_("no. %s")) % self.reference if self.reference else "")
        return f"{self.get_method_display()}, {more}" if more else str(self.get_method_display())

    @property
    def number(self) -> str:
        """How a receipt calls it: short, and no two of a firm alike."""
        return f"{self.paid_at:%Y}-{self.pk.hex[-10:]}".upper()


class Void(models.Model):
    """A payment written down by mistake is struck out, with the reason; the ledger takes it back."""

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, primary_key=True, related_name="void")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300)


class RefundQuerySet(models.QuerySet["Refund"]):
    def standing(self) -> Self:
        """What went back, or is asked for and not refused."""
        return self.filter(refused="", failed_at=None)


class Refund(models.Model):
    """Money that goes back. It is asked for until the provider has answered."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = models.PositiveIntegerField()
    # The part that comes out of what was paid above what was due.
    from_excess = models.PositiveIntegerField(default=0)
    # Why the system gave it back by itself, once for each cause; empty where a person did, or Stripe's own pages.
    cause = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()
    idempotency_key = models.CharField(max_length=64, unique=True, default=new_key)
    tries = models.PositiveSmallIntegerField(default=0)
    once = models.CharField(max_length=80, unique=True, null=True, blank=True)
    made_in_dashboard = models.BooleanField(default=False)
    provider_id = models.CharField(max_length=120, unique=True, null=True, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    refused = models.CharField(max_length=300, blank=True)
    # It came back from the bank: the family does not have it.
    failed_at = models.DateTimeField(null=True, blank=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_is_something"),
            models.UniqueConstraint(fields=["payment", "cause"], condition=~Q(cause=""), name="one_refund_a_cause"),
        ]  # fmt: skip

    @property
    def state(self) -> str:
        """made, failed, refused or asked."""
        if self.refused:
            return "refused"
        if self.failed_at:
            return "failed"
        return "made" if self.made_at else "asked"

    @property
    def amount_words(self) -> str:
        return say(self.amount, self.payment.currency)


class Event(models.Model):
    """What Stripe told us, once each, and when we had acted on it."""

    event_id = models.CharField(max_length=120, primary_key=True)
    kind = models.CharField(max_length=80)
    account_id = models.CharField(max_length=80, blank=True)
    object_id = models.CharField(max_length=120)
    received_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)


class Dispute(models.Model):
    """A payer's bank takes a payment back and asks the firm for its side, which the firm gives at Stripe."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider_id = models.CharField(max_length=120, unique=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    amount = models.PositiveIntegerField()
    reason = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=40)
    opened_at = models.DateTimeField()
    looked_at = models.DateTimeField()

    @property
    def is_over(self) -> bool:
        """Whether the bank has decided, or only asked and let it be."""
        return self.status in DISPUTES_OVER

    @property
    def is_lost(self) -> bool:
        return self.status == "lost"


class PayLinkQuerySet(models.QuerySet["PayLink"]):
    def valid(self) -> Self:
        return self.filter(revoked_at=None)


class PayLink(models.Model):
    """An address where one subject can be paid without signing in. It stays the same until it is taken back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.CharField(max_length=80)
    token = models.CharField(max_length=43, unique=True, default=new_key)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = PayLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject"], condition=Q(revoked_at=None), name="one_link_a_subject")
        ]  # fmt: skip

    @property
    def url(self) -> str:
        return current_firm().url(f"/pay/{self.token}/")


class FindingQuerySet(models.QuerySet["Finding"]):
    def open(self) -> Self:
        return self.filter(closed_at=None)


class Finding(models.Model):
    """Something about money that a person must look at: what the nightly comparison could not mend by itself."""

    class Kind(models.TextChoices):
        UNKNOWN_PAYMENT = "unknown_payment", _("Stripe has a payment of ours that we do not know")
        MISSING_PAYMENT = "missing_payment", _("We have a payment that Stripe does not")
        OTHER_AMOUNT = "other_amount", _("Stripe and we have another amount")
        MISSING_REFUND = "missing_refund", _("We have a refund that Stripe does not")
        LEDGER = "ledger", _("The ledger and the payments differ")
        OUT_OF_REACH = "out_of_reach", _("Access ended while somebody may have paid")
        TRUST_SHORT = "trust_short", _("Client money that was used went back to the family")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    # What it is about, so that it is found once: “payment:<id>”, “charge:<Stripe's id>”.
    about = models.CharField(max_length=140)
    detail = models.CharField(max_length=300, blank=True)
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["-found_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "about"], condition=Q(closed_at=None), name="one_open_finding")
        ]  # fmt: skip


def payment_id(subject: str) -> UUID | None:
    """The payment that a message's subject (“payment:<id>”) names, if it names one."""
    try:
        return UUID(subject.removeprefix("payment:")) if subject.startswith("payment:") else None
    except ValueError:
        return None
