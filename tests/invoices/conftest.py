from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from cases import opening
from cases.models import Case
from clients.models import Contact
from invoices import drafting, issuing, retaining, timing
from invoices.models import Draft, FlatFee, Invoice, Rate, Terms
from payments import receiving
from tests.world import NOW, key

TODAY = date(2026, 11, 24)


class Desk:
    """Ana's case for Mateo, at $150 an hour, and the ways time and money move in it."""

    def __init__(self, case: Case, ana: Any, bea: Any, luz: Contact) -> None:
        self.case, self.ana, self.bea, self.payer = case, ana, bea, luz
        self.at = NOW

    def rate(
        self, amount: int = 15_000, *, person: Any = None, case: Any = None, from_on: date = date(2026, 1, 1)
    ) -> Rate:
        return Rate.objects.create(
            person=person, case=case, amount=amount, from_on=from_on, set_by=self.bea, set_at=NOW
        )

    def terms(self, **fields: Any) -> Terms:
        return Terms.objects.create(case=self.case, changed_at=NOW, **fields)

    def time(self, minutes: int = 60, *, on: date = TODAY, **more: Any) -> Any:
        facts = {
            "person": self.ana,
            "student": self.case.student,
            "case": self.case,
            "activity": "call",
            "description": "Call with the school team",
        }
        return timing.add(**{**facts, **more}, on=on, minutes=minutes, at=NOW)

    def fee(self, amount: int = 50_000, **more: Any) -> FlatFee:
        return FlatFee.objects.create(
            case=self.case,
            name="IEP review",
            amount=amount,
            agreed_on=TODAY,
            set_by=self.bea,
            set_at=NOW,
            **more,
        )

    def draft(self, **fields: Any) -> Draft:
        draft = drafting.begin(self.case, self.payer, by=self.bea, at=self.at)
        if fields:
            Draft.objects.filter(pk=draft.pk).update(**fields)
            draft.refresh_from_db()
        return draft

    def invoice(self, **fields: Any) -> Invoice:
        return issuing.issue(self.draft(**fields), by=self.bea, at=self.at)

    def billed(self, amount: int = 10_000) -> Invoice:
        """An invoice over a flat amount."""
        self.fee(amount)
        return self.invoice()

    def pay(self, invoice: Any, amount: int, *, subject: str = "") -> Any:
        """A check for an invoice, or for another subject."""
        return receiving.record(
            method="check",
            amount=amount,
            currency="usd",
            received_on=TODAY,
            by=self.bea,
            at=self.at,
            subject=subject or invoice.subject,
            once=str(uuid4()),
        )

    def retainer(self, *, asked: int = 75_000, threshold: int = 20_000, deposit: int = 0) -> Any:
        made = retaining.open_retainer(self.case, asked=asked, threshold=threshold, by=self.bea, at=self.at)
        if deposit:
            retaining.deposit(
                made,
                amount=deposit,
                method="check",
                received_on=TODAY,
                once=str(uuid4()),
                by=self.bea,
                at=self.at,
            )
        return made


@pytest.fixture
def case(harbor: Any, ana: Any, mateo: Any) -> Case:
    return opening.open_case(student=mateo, kind="iep", advocate=ana, by=ana, at=NOW - timedelta(days=30))


@pytest.fixture
def desk(case: Case, ana: Any, bea: Any, clock: Any) -> Desk:
    return Desk(case, ana, bea, Contact.objects.get(pk=key("contact luz")))
