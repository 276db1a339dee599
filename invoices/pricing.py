"""Setting what work costs: terms, hourly rates, flat fees, expenses. Each change is written in the log."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from cases.models import Case
from clients.models import Family
from invoices import rates
from invoices.models import Expense, FlatFee, Invoice, InvoiceLine, Rate, Terms
from web.again import LATELY


class CannotPrice(Exception):
    """What is set does not go with what is out already; the message says why."""


@transaction.atomic
def set_terms(*, family: Family | None = None, case: Case | None = None, by: User, at: datetime, **fields: Any) -> Terms:  # fmt: skip
    """Terms of a case, a family, or with neither the firm's. Raises CannotPrice for another currency after the first invoice."""
    row = Terms.objects.filter(family=family, case=case).first()
    was = (row.currency if row else "") or rates.CURRENCY
    now = (fields.get("currency", row.currency if row else "")) or rates.CURRENCY
    if now != was and Invoice.objects.exists():
        raise CannotPrice(_("Invoices are out in the other currency already."))
    made, _new = Terms.objects.update_or_create(family=family, case=case, defaults={**fields, "changed_at": at})  # fmt: skip
    audit.record("terms.set", by=by, at=at, about=made, **fields)
    return made


@transaction.atomic
def set_rate(*, person: User | None, case: Case | None, amount: int, from_on: date, by: User, at: datetime) -> Rate:  # fmt: skip
    """An hour's price in minor units from a day on; on the same day again it replaces the one that is there."""
    row, _new = Rate.objects.update_or_create(
        person=person, case=case, from_on=from_on, defaults={"amount": amount, "set_by": by, "set_at": at}
    )
    audit.record("rate.set", by=by, at=at, about=row, amount=row.amount, from_on=str(row.from_on))
    return row


@transaction.atomic
def remove_rate(row: Rate, *, by: User, at: datetime) -> None:
    """Takes a rate away; invoices keep what they were counted with."""
    audit.record("rate.removed", by=by, at=at, about=row, amount=row.amount)
    row.delete()


@transaction.atomic
def agree_fee(case: Case, *, name: str, amount: int, agreed_on: date, covers_time: bool, by: User, at: datetime) -> FlatFee:  # fmt: skip
    """A price in minor units for a piece of work; with `covers_time` the time from that day on is in it."""
    row = FlatFee.objects.create(
        case=case, name=name, amount=amount, agreed_on=agreed_on, covers_time=covers_time, set_by=by, set_at=at
    )  # fmt: skip
    audit.record("fee.set", by=by, at=at, about=row, amount=row.amount)
    return row


@transaction.atomic
def drop_fee(row: FlatFee, *, by: User, at: datetime) -> None:
    """The fee is asked for no longer. Raises CannotPrice when it is on an invoice."""
    if InvoiceLine.objects.standing().filter(fee=row).exists():
        raise CannotPrice(_("This fee is on an invoice."))
    if FlatFee.objects.filter(pk=row.pk, dropped_at=None).update(dropped_at=at):
        audit.record("fee.dropped", by=by, at=at, about=row)


def twin(
    case: Case, *, amount: int, on: date, description: str, at: datetime, **_more: Any
) -> Expense | None:
    """The same expense of the case, written down minutes ago."""
    return Expense.objects.filter(
        case=case, amount=amount, on=on, description=description, made_at__gt=at - LATELY
    ).first()


@transaction.atomic
def add_expense(case: Case, *, by: User, at: datetime, **fields: Any) -> Expense:
    """What somebody spent for a case, in minor units."""
    row = Expense.objects.create(case=case, spent_by=by, made_at=at, **fields)
    audit.record("expense.added", by=by, at=at, about=row, amount=row.amount)
    return row


def remove_expense(row: Expense, *, by: User, at: datetime) -> None:
    """Takes an expense away. Raises CannotPrice when it is on an invoice."""
    try:
        with transaction.atomic():
            audit.record("expense.removed", by=by, at=at, about=row, amount=row.amount)
            row.delete()
    except ProtectedError:
        raise CannotPrice(_("This expense is on an invoice.")) from None
