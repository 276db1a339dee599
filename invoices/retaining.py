"""Estimates and retainers: client money for a case, apart from what is earned until an invoice takes it."""

from __future__ import annotations

from datetime import date, datetime
from math import ceil
from uuid import uuid4

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from accounts.models import User
from cases.models import Case
from clients import agreements
from clients.models import Agreement, AgreementTemplate
from invoices import balances, drafting, rates
from invoices.counting import share
from invoices.models import Estimate, Invoice, Retainer
from payments import ledger, receiving
from payments.models import Account, Entry, EntryLine, Payment
from payments.money import say


class CannotHold(Exception):
    """The retainer does not allow it; the message says why."""


def least(estimate: Estimate) -> int:
    """The least an estimate comes to, in minor units."""
    return rates.worth(estimate.minutes_low, estimate.rate)


def most(estimate: Estimate) -> int:
    """The most an estimate comes to, in minor units."""
    return rates.worth(estimate.minutes_high, estimate.rate)


def to_ask(estimate: Estimate) -> int:
    """The retainer to ask for: its percentage of the least amount."""
    return share(least(estimate), estimate.retainer_percent * 1000)


@transaction.atomic
def estimate(
    case: Case, *, minutes_low: int, minutes_high: int, rate: int, by: User, at: datetime, retainer_percent: int = 50,
    note: str = "", agreement: Agreement | None = None,
) -> Estimate:  # fmt: skip
    """Writes down what a case may take: a range of minutes at an hour's rate in minor units."""
    made = Estimate.objects.create(
        case=case, minutes_low=minutes_low, minutes_high=minutes_high, rate=rate, retainer_percent=retainer_percent,
        note=note, agreement=agreement, made_by=by, made_at=at,
    )  # fmt: skip
    audit.record("estimate.made", by=by, at=at, about=made, case=str(case.pk))
    return made


def estimate_words(estimate: Estimate) -> str:
    """What the family agrees to, in the language that is active."""
    currency, ask = rates.terms_of(estimate.case).currency, to_ask(estimate)
    facts = {
        "low": f"{estimate.minutes_low / 60:g}", "high": f"{estimate.minutes_high / 60:g}", "rate": say(estimate.rate, currency),
        "least": say(least(estimate), currency), "most": say(most(estimate), currency), "retainer": say(ask, currency),
    }  # fmt: skip
    if estimate.minutes_low == estimate.minutes_high:
        hours = ngettext("We expect %(low)s hour at %(rate)s an hour: %(least)s in all.", "We expect %(low)s hours at %(rate)s an hour: %(least)s in all.", ceil(estimate.minutes_low / 60)) % facts  # fmt: skip
    else:
        hours = _("We expect %(low)s to %(high)s hours at %(rate)s an hour: %(least)s to %(most)s in all.") % facts  # fmt: skip
    told = [
        hours,
        _("This is an estimate. We tell you before it comes to more."),
    ]
    if ask:
        told.append(_("Before we begin we ask for a retainer of %(retainer)s. It stays your money until the work is done.") % facts)  # fmt: skip
    return " ".join(told)


def may_agree(case: Case) -> QuerySet[Agreement]:
    """The papers in which this family may have agreed to an estimate: of the child, or of the family without a child."""
    of = Q(student=case.student_id) | Q(contact__family=case.student.family_id, student=None)
    return Agreement.objects.filter(of, withdrawn_at=None)


def papers() -> QuerySet[AgreementTemplate]:
    """The papers in which a family may agree to an estimate, agreements first."""
    kinds = AgreementTemplate.Kind
    return AgreementTemplate.objects.filter(retired_at=None, kind__in=[kinds.AGREEMENT, kinds.CONSENT]).order_by("kind", "name", "pk")  # fmt: skip


@transaction.atomic
def send_to_sign(estimate: Estimate, template: AgreementTemplate, *, by: User, at: datetime) -> Agreement:
    """Sends whoever pays for the case a paper that says what it may cost. Raises CannotHold once one is signed or where
    nobody may get it, agreements.NobodyToReach."""
    case = estimate.case
    estimate = Estimate.objects.select_for_update(of=("self",)).select_related("agreement__signature", "case__student").get(pk=estimate.pk)  # fmt: skip
    if estimate.agreement and estimate.agreement.signed:
        raise CannotHold(_("The family has signed this estimate."))
    contact = drafting.payer_of(case)
    if contact is None:
        raise CannotHold(_("Nobody in this family may get bills. Add a grown-up who may see the child."))
    if estimate.agreement and estimate.agreement.can_be_signed(at=at):
        agreements.withdraw(estimate.agreement, by=by, at=at)
    made = agreements.send(template, contact=contact, student=case.student, by=by, at=at, estimate=lambda: estimate_words(estimate))  # fmt: skip
    Estimate.objects.filter(pk=estimate.pk).update(agreement=made)
    audit.record("estimate.sent", by=by, at=at, about=estimate, agreement=str(made.pk))
    return made


@transaction.atomic
def open_retainer(case: Case, *, asked: int, threshold: int, by: User, at: datetime, estimate: Estimate | None = None) -> Retainer:  # fmt: skip
    """Asks the family of a case to leave money with us. Raises CannotHold while one is open."""
    Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
    if Retainer.objects.open().filter(case=case).exists():
        raise CannotHold(_("This case has an open retainer already."))
    made = Retainer.objects.create(
        case=case, estimate=estimate, currency=rates.terms_of(case).currency, asked=asked, threshold=threshold,
        opened_by=by, opened_at=at,
    )  # fmt: skip
    audit.record("retainer.opened", by=by, at=at, about=made, asked=asked)
    return made


def held(retainer: Retainer) -> int:
    """What lies with us of this family for this case, in minor units."""
    return ledger.balance(Account.TRUST_HELD, matter=retainer.case_id, currency=retainer.currency)


def lines_of(retainer: Retainer) -> QuerySet[EntryLine]:
    """What moved the client money of a retainer's case, the oldest first, each line with its entry; credits are below zero."""
    return ledger.lines(Account.TRUST_HELD, matter=retainer.case_id, currency=retainer.currency)


def is_low(retainer: Retainer, there: int) -> bool:
    return retainer.closed_at is None and there < retainer.threshold


def missing(retainer: Retainer, there: int) -> int:
    """What would fill it up to what was asked for."""
    return max(0, retainer.asked - there)


def deposit(
    retainer: Retainer, *, amount: int, method: str, received_on: date, once: str, by: User, at: datetime, reference: str = ""
) -> Payment:  # fmt: skip
    """Client money came by hand, into the trust account. Raises CannotHold when it is closed, receiving.CannotRecord."""
    if Retainer.objects.filter(pk=retainer.pk, closed_at__isnull=False).exists():
        raise CannotHold(_("This retainer is closed."))
    return receiving.record(
        method=method, amount=amount, currency=retainer.currency, received_on=received_on, by=by, at=at,
        subject=retainer.subject, reference=reference, once=once,
    )  # fmt: skip


def topped_up(retainer: Retainer) -> None:
    """After money came: it may be said again when it is low."""
    if held(retainer) >= retainer.threshold:
        Retainer.objects.filter(pk=retainer.pk).update(warned_at=None)


@transaction.atomic
def use(retainer: Retainer, invoice: Invoice, *, by: User, at: datetime, amount: int | None = None, once: str = "") -> int:  # fmt: skip
    """Pays an invoice of the case from its retainer: earned now, so it leaves the trust account. Answers the amount.

    Without an amount it is as much as is owed and there; `once` names the request, and the same again answers what it
    moved. Raises CannotHold for another case's invoice, for more than
    is owed, and when nothing is there; ledger.Overdrawn for more than is held.
    """
    audit.take_turn()
    key = f"{retainer.subject}:{once or uuid4()}"
    known = Entry.objects.filter(key=key).first() if once else None
    if known:
        moved: int = sum(line.amount for line in known.lines.all() if line.account == Account.TRUST_HELD)
        if known.about != invoice.subject or amount not in (None, moved):
            raise CannotHold(_("This key was used for another request."))
        return moved
    if retainer.closed_at is not None:
        raise CannotHold(_("This retainer is closed."))
    if invoice.case_id != retainer.case_id or invoice.currency != retainer.currency:
        raise CannotHold(_("This retainer is for another case."))
    owed, there = balances.outstanding(invoice), held(retainer)
    wanted = min(owed, there) if amount is None else amount
    if not owed:
        raise CannotHold(_("Nothing is owed on this invoice."))
    if wanted > owed:
        raise CannotHold(_("Only %(owed)s is owed on this invoice.") % {"owed": say(owed, invoice.currency)})
    if wanted <= 0:
        raise CannotHold(_("There is no money in this retainer."))
    family, matter = invoice.family_id, invoice.case_id
    ledger.post(
        "invoice.paid_from_retainer",
        [
            ledger.debit(Account.TRUST_HELD, wanted, party=family, matter=matter),
            ledger.credit(Account.TRUST_CASH, wanted),
            ledger.debit(Account.OPERATING_CASH, wanted),
            ledger.credit(Account.RECEIVABLE, wanted, party=family, matter=matter),
        ],
        key=key, about=invoice.subject, at=at, by=by, currency=invoice.currency,
    )  # fmt: skip
    audit.record("retainer.used", by=by, at=at, about=retainer, invoice=invoice.label, amount=wanted)
    balances.settled(invoice, at=at)
    look(retainer, at=at)
    return wanted


def look(retainer: Retainer, *, at: datetime) -> None:
    """Says once that it is low: to billing staff, and kindly to the family."""
    from invoices import telling

    if is_low(retainer, held(retainer)) and Retainer.objects.filter(pk=retainer.pk, warned_at=None).update(warned_at=at):  # fmt: skip
        telling.say_low(retainer, at=at)


@transaction.atomic
def close(retainer: Retainer, *, by: User, at: datetime) -> int:
    """Ends a retainer and gives the rest back to the family; the amount given back, in minor units."""
    audit.take_turn()
    if not Retainer.objects.filter(pk=retainer.pk, closed_at=None).update(closed_at=at, closed_by=by):
        return 0
    rest = held(retainer)
    if rest:
        family, matter = retainer.case.student.family_id, retainer.case_id
        ledger.post(
            "retainer.returned",
            [ledger.debit(Account.TRUST_HELD, rest, party=family, matter=matter), ledger.credit(Account.TRUST_CASH, rest)],
            key=f"{retainer.subject}:returned", about=retainer.subject, at=at, by=by, currency=retainer.currency,
        )  # fmt: skip
    audit.record("retainer.closed", by=by, at=at, about=retainer, returned=rest)
    return rest
