"""What the firm paid for a family."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case
from documents.models import Document
from web.access import Can
from web.ids import new_id


class ExpenseKind(models.TextChoices):
    TRAVEL = "travel", _("Travel")
    COPIES = "copies", _("Copies and postage")
    RECORDS = "records", _("School records")
    EXPERT = "expert", _("Outside expert")
    FILING = "filing", _("Filing fee")
    OTHER = "other", _("Something else")


class ExpenseQuerySet(models.QuerySet["Expense"]):
    def visible_to(self, user: User) -> Self:
        """All for those who see the firm's money; else what one spent oneself."""
        return self if user.can(Can.SEE_MONEY) else self.filter(spent_by=user)

    def unbilled(self) -> Self:
        from invoices.models.bills import InvoiceLine

        return self.filter(~Exists(InvoiceLine.objects.standing().filter(expense=OuterRef("pk"))))


class Expense(models.Model):
    """Money spent for a case; `tax` is the part of `amount` that was tax, for the books."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="expenses")
    on = models.DateField()
    kind = models.CharField(max_length=8, choices=ExpenseKind.choices)
    amount = models.PositiveIntegerField()
    tax = models.PositiveIntegerField(default=0)
    description = models.CharField(max_length=300)
    billable = models.BooleanField(default=True)
    receipt = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    spent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = ExpenseQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="expense_is_something"),
            models.CheckConstraint(condition=Q(tax__lte=models.F("amount")), name="expense_tax_is_a_part"),
            models.CheckConstraint(condition=Q(kind__in=ExpenseKind.values), name="expense_kind_is_known"),
        ]
        indexes = [models.Index(fields=["case", "on"])]
