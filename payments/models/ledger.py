"""The tables of the ledger. `payments.ledger` is how they are written and read."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from web.ids import new_id


class Account(models.TextChoices):
    """The accounts of the ledger. Those of client money and of what is owed carry a family as party, and a case."""

    OPERATING_CASH = "operating_cash", _("The firm’s own money")
    TRUST_CASH = "trust_cash", _("Client money in the bank")
    STRIPE = "stripe", _("On its way at Stripe")
    DISPUTED = "disputed", _("Taken back by a bank, not decided yet")
    RECEIVABLE = "receivable", _("Owed by families")
    TRUST_HELD = "trust_held", _("Held for families")
    FAMILY_CREDIT = "family_credit", _("Families’ credit")
    EARNED = "earned", _("Earned")
    TAX_OWED = "tax_owed", _("Tax owed")
    WRITE_OFF = "write_off", _("Written off")
    FEES = "fees", _("Fees")


class Entry(models.Model):
    """Something that moved money, in lines that add up to zero. Only added to; made by `payments.ledger.post`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=160, unique=True)
    about = models.CharField(max_length=80, db_index=True)
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["at"], name="entry_by_time")]
        constraints = [
            models.CheckConstraint(condition=Q(currency__regex="^[a-z]{3}$"), name="entry_currency_is_iso")
        ]


class EntryLine(models.Model):
    """One side of an entry: a debit above zero, a credit below. `party` is a family's id, `matter` a case's."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="lines")
    account = models.CharField(max_length=20)
    party = models.UUIDField(null=True, blank=True)
    matter = models.UUIDField(null=True, blank=True)
    amount = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["account", "party", "matter"], name="line_by_purse"),
            models.Index(fields=["matter"], name="line_by_matter"),
        ]
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="line_moves_something")]
