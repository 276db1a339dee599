"""Invoices: drafts that change, issued papers that never do, credit notes, write-offs. What is owed lies in the ledger."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case
from clients.models import Contact, Family, Guardianship
from invoices.models.expenses import Expense
from invoices.models.terms import FlatFee
from invoices.models.time import TimeEntry
from scheduling.models import Booking
from tenants.places import current_firm
from web.access import Can
from web.ids import new_id


class LineKind(models.TextChoices):
    TIME = "time", _("Time")
    EXPENSE = "expense", _("Expense")
    FEE = "fee", _("Flat fee")
    BOOKING = "booking", _("Booking")
    EXTRA = "extra", _("Something else")


def _source_fits(kind: str) -> Q:
    sources = ("time", "expense", "fee", "booking")
    return Q(kind=kind, **{f"{name}__isnull": name != kind for name in sources})


class Draft(models.Model):
    """An invoice in the making for one case."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="invoice_drafts")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    # In thousandths of a percent. A discount is a share or an amount, not both.
    tax_rate = models.PositiveIntegerField(default=0)
    discount_rate = models.PositiveIntegerField(default=0)
    discount_amount = models.PositiveIntegerField(default=0)
    due_days = models.PositiveSmallIntegerField(default=30)
    note = models.CharField(max_length=1000, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(condition=Q(discount_rate=0) | Q(discount_amount=0), name="draft_has_one_discount"),
            models.CheckConstraint(condition=Q(discount_rate__lte=100_000, tax_rate__lte=100_000), name="draft_rates_100_percent_at_most"),
        ]  # fmt: skip


class DraftLine(models.Model):
    """Work picked for a draft; its price is counted when it is looked at, and kept when it is issued."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="lines")
    kind = models.CharField(max_length=7, choices=LineKind.choices)
    time = models.ForeignKey(TimeEntry, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    expense = models.ForeignKey(Expense, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    fee = models.ForeignKey(FlatFee, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    # Of a line that was typed.
    description = models.CharField(max_length=300, blank=True)
    amount = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_source_fits("time") | _source_fits("expense") | _source_fits("fee") | _source_fits("booking") | _source_fits("extra"), name="draft_line_fits_its_kind"),
            *(models.UniqueConstraint(fields=["draft", name], name=f"draft_has_{name}_once") for name in ("time", "expense", "fee", "booking")),
        ]  # fmt: skip


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def visible_to(self, user: User) -> Self:
        """All for those who see the firm's money; a family member those addressed to them, none about a child
        they are barred from."""
        if user.can(Can.SEE_MONEY):
            return self
        if not user.can(Can.VISIT_PORTAL):
            return self.none()
        today = timezone.localdate(timezone.now(), current_firm().zone)
        barred = Guardianship.objects.filter(contact__user=user, student=OuterRef("case__student"))
        mine = Addressee.objects.filter(invoice=OuterRef("pk"), contact__user=user)
        return self.filter(Exists(mine)).exclude(Exists(barred.barred(on=today)))


class Invoice(models.Model):
    """A paper that went out. Rows are only added: corrections are credit notes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="invoices")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="invoices")
    currency = models.CharField(max_length=3)
    language = models.CharField(max_length=5)
    # As they stood: whom it is for, and how it names the child.
    bill_to = models.CharField(max_length=120)
    address = models.CharField(max_length=300, blank=True)
    child = models.CharField(max_length=90)
    issued_on = models.DateField()
    due_on = models.DateField()
    subtotal = models.PositiveIntegerField()
    discount = models.PositiveIntegerField()
    tax_rate = models.PositiveIntegerField()
    tax = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    note = models.CharField(max_length=1000, blank=True)
    # Of our own arithmetic, so that a later change of it never counts an old paper anew.
    arithmetic = models.PositiveSmallIntegerField(default=1)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    idempotency_key = models.CharField(max_length=80, null=True, blank=True, unique=True)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="one_invoice_a_number"),
            models.CheckConstraint(condition=Q(total=F("subtotal") - F("discount") + F("tax")), name="invoice_adds_up"),
            models.CheckConstraint(condition=Q(number__gt=0), name="invoice_number_from_1"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["family", "-issued_on"]), models.Index(fields=["case"]), models.Index(fields=["due_on"])]  # fmt: skip

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Its number in words, such as “2026-0007”."""
        return f"{self.year}-{self.number:04d}"

    @property
    def subject(self) -> str:
        """What payments, the ledger and the outbox call it."""
        return f"invoice:{self.pk}"


class Addressee(models.Model):
    """Who gets an invoice. Beside the paper and not on it, so that two records of one person can still become one."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="addressees")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="invoices_addressed")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "contact"], name="one_addressee_a_contact")]


class LineQuerySet(models.QuerySet["InvoiceLine"]):
    def standing(self) -> Self:
        """Lines whose work counts as billed: no credit note took the invoice back whole, or freed the line."""
        return self.filter(
            ~Exists(CreditNote.objects.filter(invoice=OuterRef("invoice"), voids=True)),
            ~Exists(CreditNoteLine.objects.filter(line=OuterRef("pk"), frees=True)),
        )


class InvoiceLine(models.Model):
    """One line as it was counted: minutes worked and billed, rate, share the family pays."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=7, choices=LineKind.choices)
    on = models.DateField(null=True, blank=True)
    who = models.CharField(max_length=120, blank=True)
    description = models.CharField(max_length=300)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    billed_minutes = models.PositiveIntegerField(null=True, blank=True)
    rate = models.PositiveIntegerField(null=True, blank=True)
    pays_percent = models.PositiveSmallIntegerField(default=100)
    free = models.CharField(
        max_length=9, blank=True
    )  # why a line of time costs nothing: a Billing, or "flat"
    amount = models.PositiveIntegerField()
    discount = models.PositiveIntegerField(default=0)
    taxed = models.BooleanField(default=True)
    time = models.ForeignKey(TimeEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="invoice_lines")  # fmt: skip
    expense = models.ForeignKey(Expense, on_delete=models.PROTECT, null=True, blank=True, related_name="invoice_lines")  # fmt: skip
    fee = models.ForeignKey(FlatFee, on_delete=models.PROTECT, null=True, blank=True, related_name="invoice_lines")  # fmt: skip
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, null=True, blank=True, related_name="invoice_lines")  # fmt: skip

    objects = LineQuerySet.as_manager()

    class Meta:
        ordering = ["invoice", "position"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="one_line_a_position"),
            models.CheckConstraint(
                condition=Q(discount__lte=F("amount")), name="line_discount_within_amount"
            ),
        ]


class CreditNote(models.Model):
    """Takes an invoice back, in part or whole. `voids` when all of it went, and its work may be billed again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="credit_notes")
    amount = models.PositiveIntegerField()
    tax = models.PositiveIntegerField(default=0)  # the part of amount that is tax
    reason = models.CharField(max_length=300)
    voids = models.BooleanField(default=False)
    issued_on = models.DateField()
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    idempotency_key = models.CharField(max_length=80, null=True, blank=True, unique=True)

    class Meta:
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="one_credit_note_a_number"),
            models.UniqueConstraint(fields=["invoice"], condition=Q(voids=True), name="voided_once"),
            models.CheckConstraint(condition=Q(amount__gt=0, tax__lte=F("amount")), name="credit_note_is_something"),
        ]  # fmt: skip

    @property
    def label(self) -> str:
        return f"C{self.year}-{self.number:04d}"


class CreditNoteLine(models.Model):
    """How much of one line a credit note takes back: `amount` after its share of the discount and before tax. `frees`
    when nothing is left of the line and its work may be billed again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    note = models.ForeignKey(CreditNote, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(InvoiceLine, on_delete=models.PROTECT, related_name="credits")
    amount = models.PositiveIntegerField()
    frees = models.BooleanField(default=False)

    class Meta:
        ordering = ["note", "line__position"]
        constraints = [
            models.UniqueConstraint(fields=["note", "line"], name="credit_note_names_a_line_once"),
            models.UniqueConstraint(fields=["line"], condition=Q(frees=True), name="line_freed_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="credited_line_is_something"),
        ]  # fmt: skip


class WriteOff(models.Model):
    """What we stopped asking for, and why."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="write_offs")
    amount = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="write_off_is_something")]
