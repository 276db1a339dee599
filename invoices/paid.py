"""How invoices, retainers and a family's bills together are paid; `payments` asks here."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.models import Contact, Family, Student
from invoices import balances, rates, reminding, retaining
from invoices.drafting import payer_of
from invoices.models import Addressee, Invoice, Retainer
from payments.ledger import Account
from payments.models import Payment, Refund
from payments.subjects import Due, State, register


def _invoice(pk: UUID) -> Invoice | None:
    return Invoice.objects.select_related("case__student", "family").filter(pk=pk).first()


def describe_invoice(pk: UUID) -> str:
    invoice = _invoice(pk)
    return _("Invoice %(number)s") % {"number": invoice.label} if invoice else _("An invoice")


def invoice_due(pk: UUID) -> Due | None:
    """What is owed now. One that was credited whole says so, and asks for nothing."""
    invoice = _invoice(pk)
    if invoice is None:
        return None
    owed = max(0, balances.outstanding(invoice))
    whole = balances.credited(invoice)[0] >= invoice.total
    state = State.OPEN if owed else State.CREDITED if whole else State.PAID
    row = Addressee.objects.filter(invoice=invoice).select_related("contact").order_by("pk").first()
    return Due(
        owed, invoice.currency, state, row.contact if row else None, invoice.case.student, invoice.case
    )


def invoice_paid(pk: UUID, payment: Payment) -> None:
    invoice = _invoice(pk)
    if invoice:
        reminding.look_again(invoice, at=payment.recorded_at)


def invoice_returned(pk: UUID, payment: Payment, refund: Refund | None) -> None:
    """What went back is owed again, unless the family has a credit for it, as after a credit note."""
    invoice = _invoice(pk)
    if invoice:
        at = refund.asked_at if refund else timezone.now()
        balances.use_credit(invoice, by=None, at=at)
        reminding.look_again(invoice, at=at)


def open_invoices(contact: Contact) -> list[UUID]:
    """Invoices addressed to somebody, about children they may hear of, with something to pay."""
    rows = Invoice.objects.filter(addressees__contact=contact).order_by("due_on", "year", "number")
    if contact.user is not None:
        rows = rows.filter(pk__in=Invoice.objects.visible_to(contact.user))
    found = list(rows)
    owed = balances.outstanding_of(found)
    return [row.pk for row in found if owed[row.pk] > 0]


def describe_retainer(pk: UUID) -> str:
    return _("Retainer: money for work to come")


def retainer_due(pk: UUID) -> Due | None:
    """What would fill it up; a closed one takes nothing."""
    row = Retainer.objects.select_related("case__student").filter(pk=pk).first()
    if row is None:
        return None
    missing = 0 if row.closed_at else retaining.missing(row, retaining.held(row))
    state = State.VOID if row.closed_at else State.OPEN if missing else State.PAID
    return Due(missing, row.currency, state, payer_of(row.case), row.case.student, row.case)


def retainer_paid(pk: UUID, payment: Payment) -> None:
    row = Retainer.objects.select_related("case__student").filter(pk=pk).first()
    if row:
        retaining.topped_up(row)


def retainer_returned(pk: UUID, payment: Payment, refund: Refund | None) -> None:
    row = Retainer.objects.select_related("case__student").filter(pk=pk).first()
    if row:
        retaining.look(row, at=refund.asked_at if refund else timezone.now())


def describe_family(pk: UUID) -> str:
    return _("Your open invoices")


def family_due(pk: UUID) -> Due | None:
    """All that a family owes, for one payment over several invoices."""
    family = Family.objects.one_with(pk).filter(joined_into=None).first()
    if family is None:
        return None
    currency = rates.currency()
    rows = balances.open_of(family.pk, currency=currency)
    owed = sum(balances.outstanding_of(rows).values())
    row = Addressee.objects.filter(invoice__in=rows).select_related("contact").order_by("pk").first()
    contact = row.contact if row else Contact.objects.filter(family=family).order_by("created_at").first()
    student = Student.objects.filter(pk=rows[0].case.student_id).first() if rows else None
    return Due(owed, currency, State.OPEN if owed else State.PAID, contact, student)


def family_paid(pk: UUID, payment: Payment) -> None:
    """Spreads it over the open invoices, the oldest due first; what is left stays the family's credit."""
    family = Family.objects.one_with(pk).filter(joined_into=None).first()
    balances.spread_credit(
        family.pk if family else pk, currency=payment.currency, by=payment.recorded_by, at=payment.recorded_at
    )


def register_all() -> None:
    register(
        "invoice", describe=describe_invoice, amount_due=invoice_due, on_paid=invoice_paid, on_returned=invoice_returned,
        account=Account.RECEIVABLE, open_for=open_invoices, page=lambda pk: reverse("invoice", args=[pk]),
    )  # fmt: skip
    register(
        "retainer", describe=describe_retainer, amount_due=retainer_due, on_paid=retainer_paid, on_returned=retainer_returned,
        account=Account.TRUST_HELD,
    )  # fmt: skip
    register("family", describe=describe_family, amount_due=family_due, on_paid=family_paid, account=Account.FAMILY_CREDIT)  # fmt: skip
