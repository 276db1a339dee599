"""Families at each step of the demo firm's intake."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from accounts.models import User
from clients import agreements
from clients.filing import Caller
from clients.models import AgreementTemplate, Signature
from intake import conflicts, inquiries
from intake.models import ConflictReport, Inquiry

CLEAR, PROCEED = ConflictReport.Decision.CLEAR, ConflictReport.Decision.PROCEED


def seed(*, ana: User, bo: User, at: datetime) -> None:
    """One new, one checked, one waiting for a signature, one signed, one turned away."""
    year = at.year
    new = _call("Maria Elena Riviera", "+14065550131", "Matteo", "Riviera", date(year - 9, 3, 14), "3", "They say he must repeat the grade, and nobody has tested him.", ana, bo, at - timedelta(hours=3))  # fmt: skip
    Inquiry.objects.filter(pk=new.pk).update(urgent_on=(at + timedelta(days=9)).date(), urgent_about="IEP meeting", district_name="SD4")  # fmt: skip
    checked = _call("Sam Whitfield", "+14065550132", "Jonah", "Whitfield", date(year - 14, 1, 8), "9", "Suspended seven days since September.", None, bo, at - timedelta(days=2))  # fmt: skip
    _decide(checked, PROCEED, "His aunt is the principal of another school. He knows that we work with it.", bo, at - timedelta(days=2))  # fmt: skip
    for name, phone, child, days, sign in (("Thi Tran", "+14065550133", "Lily", 5, False), ("Dana Brooks", "+14065550134", "Nadia", 8, True)):  # fmt: skip
        row = _call(name, phone, child, name.split()[-1], date(year - 7, 6, 1), "1", "The evaluation is late.", ana, bo, at - timedelta(days=days))  # fmt: skip
        _decide(row, CLEAR, "", ana, at - timedelta(days=days - 1))
        template = AgreementTemplate.objects.get(kind=AgreementTemplate.Kind.AGREEMENT)
        sent = inquiries.send_agreement(row, template, by=ana, at=at - timedelta(days=days - 1))
        if sign:
            agreements.sign(sent, name=name, how=Signature.How.LINK, by=None, at=at - timedelta(days=1), network="203.0.113.31", agent="Chrome, Android")  # fmt: skip
    away = _call("Ray Colton", "+14065550135", "Drew", "Colton", None, "11", "Needs a lawyer for a hearing.", ana, bo, at - timedelta(days=12))  # fmt: skip
    inquiries.turn_away(away, reason="Needs an attorney at a hearing next week.", referral="Disability Rights Montana", by=ana, at=at - timedelta(days=12))  # fmt: skip


def _call(name: str, phone: str, child: str, surname: str, born_on: date | None, grade: str, concern: str, advocate: User | None, by: User, at: datetime) -> Inquiry:  # fmt: skip
    caller = Caller(
        name=name, phone=phone, email=f"{name.split()[0].lower()}@family.example", child=child, child_family_name=surname,
        born_on=born_on, grade=grade, relation="parent", timezone="America/Denver",
        team=tuple(person for person in (advocate, by) if person),
    )  # fmt: skip
    return inquiries.take_call(caller, told={"concern": concern}, by=by, advocate=advocate, at=at)


def _decide(inquiry: Inquiry, decision: str, reason: str, by: User, at: datetime) -> None:
    report = conflicts.check(inquiry, by=by, at=at)
    if report.found and not reason:
        decision, reason = PROCEED, "Only the name is alike."
    conflicts.decide(report, decision, reason=reason, by=by, at=at)
