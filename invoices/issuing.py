"""Issuing: a draft becomes a paper that never changes, with the next number of the year and its entry in the ledger.

Every act here takes the firm's turn first (`audit.take_turn`), as the ledger does: what it reads of balances and
numbers stays so until it has written.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid5

from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from clients.models import Contact
from invoices import balances, counting, drafting, rates, reminding
from invoices.models import Addressee, Draft, Invoice, InvoiceLine, WriteOff
from payments import ledger
from payments.models import Account
from payments.money import say
from tenants.places import current_firm
from web.ids import new_id


class CannotIssue(Exception):
    """The draft cannot become an invoice, or the invoice cannot be taken back so; the message says why."""


def next_number(model: type[models.Model], year: int) -> int:
    """The next number of a year. The firm's turn is ours, so nobody else counts meanwhile."""
    last: int | None = model._default_manager.filter(year=year).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def address_of(contact: Contact) -> str:
    """A contact's address in lines, or nothing where it is not safe to write there."""
    if not contact.address_safe:
        return ""
    place = " ".join(filter(None, [contact.state, contact.postal_code]))
    return "\n".join(filter(None, [contact.street, ", ".join(filter(None, [contact.city, place]))]))


def initials(*names: str) -> str:
    return " ".join(f"{name[0].upper()}." for name in names if name)


@transaction.atomic
def issue(draft: Draft, *, by: User, at: datetime, idempotency_key: str = "") -> Invoice:
    """Issues a draft, and puts the family's credit to it. With a key, once for the key.

    Raises CannotIssue when it is empty, a rate is missing, the discount is more than the lines, or some of it was billed
    meanwhile.
    """
    audit.take_turn()
    known = Invoice.objects.filter(idempotency_key=idempotency_key).first() if idempotency_key else None
    if known:
        return known
    found = Draft.objects.select_for_update(of=("self",)).filter(pk=draft.pk)
    draft_now = found.select_related("case__student__family", "contact").first()
    if draft_now is None:
        raise CannotIssue(_("This draft is gone: it was issued or thrown away."))
    sheet = drafting.sheet(draft_now, at=at)
    if sheet.gone:
        raise CannotIssue(
            _("Some of this work was billed or changed meanwhile. Look at the draft once more.")
        )
    if not sheet.items:
        raise CannotIssue(_("There is nothing on this draft."))
    if sheet.without_rate:
        who = ", ".join(sorted({item.who for item in sheet.without_rate}))
        raise CannotIssue(_("No rate is set for %(who)s. Set one first.") % {"who": who})
    if sheet.discount_over:
        raise CannotIssue(_("The discount is more than what is billed. Make it smaller."))
    if sheet.totals.total > 2_000_000_000:
        raise CannotIssue(_("That is more than one invoice can hold."))
    invoice = _write(draft_now, sheet, by=by, at=at, key=idempotency_key)
    draft_now.delete()
    balances.use_credit(invoice, by=by, at=at)
    reminding.plan(invoice, at=at)
    return invoice


def _write(draft: Draft, sheet: drafting.Sheet, *, by: User, at: datetime, key: str) -> Invoice:
    case, contact, sums = draft.case, draft.contact, sheet.totals
    terms = rates.terms_of(case)
    today = timezone.localdate(at, current_firm().zone)
    student = case.student
    invoice = Invoice.objects.create(
        year=today.year, number=next_number(Invoice, today.year), family=student.family, case=case, currency=draft.currency,
        language=contact.language, bill_to=contact.name, address=address_of(contact),
        child=initials(student.given_name, student.family_name) if terms.initials else student.given_name,
        issued_on=today, due_on=today + timedelta(days=draft.due_days), subtotal=sums.subtotal, discount=sums.discount,
        tax_rate=draft.tax_rate, tax=sums.tax, total=sums.total, note=draft.note, arithmetic=counting.ARITHMETIC,
        issued_by=by, issued_at=at, idempotency_key=key or None,
    )  # fmt: skip
    Addressee.objects.create(invoice=invoice, contact=contact)
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice,
            position=n,
            kind=item.kind,
            on=item.on,
            who=item.who,
            description=item.description,
            minutes=item.minutes,
            billed_minutes=item.billed_minutes,
            rate=item.rate,
            pays_percent=item.pays_percent,
            free=item.free,
            amount=item.amount,
            discount=discount,
            taxed=item.taxed,
            **({item.kind: item.source} if item.source is not None else {}),
        )
        for n, (item, discount) in enumerate(zip(sheet.items, sums.discounts, strict=True), start=1)
    )
    if sums.total:
        family, matter = invoice.family_id, invoice.case_id
        ledger.post(
            "invoice.issued",
            [
                ledger.debit(Account.RECEIVABLE, sums.total, party=family, matter=matter),
                ledger.credit(Account.EARNED, sums.total - sums.tax, party=family, matter=matter),
                ledger.credit(Account.TAX_OWED, sums.tax, party=family, matter=matter),
            ],
            key=f"{invoice.subject}:issued", about=invoice.subject, at=at, by=by, currency=invoice.currency,
        )  # fmt: skip
    audit.record("invoice.issued", by=by, at=at, about=invoice, number=invoice.label, total=invoice.total)
    return invoice


@transaction.atomic
def write_off(
    invoice: Invoice, *, amount: int, reason: str, by: User, at: datetime, once: str = ""
) -> WriteOff:
    """Stops asking for what is still owed of an invoice, or a part of it; `once` names the request, and the same again
    answers what it made. Raises CannotIssue."""
    audit.take_turn()
    key = uuid5(invoice.pk, once) if once else new_id()
    known = WriteOff.objects.filter(pk=key).first()
    if known:
        if known.amount != amount:
            raise CannotIssue(_("This key was used for another request."))
        return known
    owed = balances.outstanding(invoice)
    if not 0 < amount <= owed:
        raise CannotIssue(_("At most %(owed)s is still owed.") % {"owed": say(owed, invoice.currency)})  # fmt: skip
    row = WriteOff.objects.create(pk=key, invoice=invoice, amount=amount, reason=reason, by=by, at=at)
    whose = {"party": invoice.family_id, "matter": invoice.case_id}
    ledger.post(
        "invoice.written_off",
        [ledger.debit(Account.WRITE_OFF, amount, **whose), ledger.credit(Account.RECEIVABLE, amount, **whose)],
        key=f"write-off:{row.pk}", about=invoice.subject, at=at, by=by, currency=invoice.currency,
    )  # fmt: skip
    audit.record("invoice.written_off", by=by, at=at, about=invoice, amount=amount)
    balances.settled(invoice, at=at)
    return row
