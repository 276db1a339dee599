"""Which terms and which rate hold for a piece of work, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import Q

from cases.models import Case
from invoices.durations import How, Rounding
from invoices.models import Billing, FlatFee, Rate, Terms, TimeEntry
from payments.money import rounded

CURRENCY = "usd"
DUE_DAYS = 30
# The widest first; a narrower row says over a wider one.
_FIELDS = ("round_to", "round_how", "pays_percent", "tax_rate", "due_days", "initials", "currency")


@dataclass(frozen=True)
class InForce:
    """The terms of a case with nothing left open. `tax_rate` is in thousandths of a percent."""

    rounding: Rounding = Rounding()  # noqa: RUF009 (frozen)
    pays_percent: int = 100
    tax_rate: int = 0
    due_days: int = DUE_DAYS
    initials: bool = False
    currency: str = CURRENCY


def terms_of(case: Case | None) -> InForce:
    """What holds for a case: what it says itself, else its family, else the firm, else we. None asks for the firm's."""
    return terms_for([case])[case.pk if case else None]


def terms_for(cases: Iterable[Case | None]) -> dict[UUID | None, InForce]:
    """The terms of many cases by their ids, in one query; `student` should be selected."""
    rows = {case.pk if case else None: case for case in cases}
    real = [case for case in rows.values() if case]
    wanted = Q(family=None, case=None) | Q(case__in=[case.pk for case in real]) | Q(family__in={case.student.family_id for case in real})  # fmt: skip
    by_case: dict[UUID, Terms] = {}
    by_family: dict[UUID, Terms] = {}
    firm: list[Terms] = []
    for row in Terms.objects.filter(wanted):
        if row.case_id:
            by_case[row.case_id] = row
        elif row.family_id:
            by_family[row.family_id] = row
        else:
            firm.append(row)
    return {
        key: _in_force([
            *([by_case[case.pk]] if case and case.pk in by_case else []),
            *([by_family[case.student.family_id]] if case and case.student.family_id in by_family else []), *firm,
        ])
        for key, case in rows.items()
    }  # fmt: skip


def _in_force(rows: Sequence[Terms]) -> InForce:
    """The narrowest row first: the first that says something is right."""

    def said(name: str) -> Any:
        return next((value for row in rows if (value := getattr(row, name)) not in (None, "")), None)

    found = {name: said(name) for name in _FIELDS}
    step, how = found.pop("round_to"), found.pop("round_how")
    more = {name: value for name, value in found.items() if value is not None}
    return InForce(rounding=Rounding(step or 1, how or How.UP), **more)


def currency() -> str:
    """What the firm's rates, fees and invoices are in: an ISO code in small letters."""
    row = Terms.objects.filter(family=None, case=None).exclude(currency="").first()
    return row.currency if row else CURRENCY


class Rates:
    """The rates that may concern some cases, read once."""

    def __init__(self, cases: Iterable[UUID | None]) -> None:
        keys = {key for key in cases if key}
        rows = Rate.objects.filter(Q(case__in=keys) | Q(case=None)).order_by("-from_on", "-pk")
        self._rows: dict[tuple[UUID | None, UUID | None], list[Rate]] = {}
        for row in rows:
            self._rows.setdefault((row.case_id, row.person_id), []).append(row)

    def hour(self, *, person: UUID | None, case: UUID | None, on: date) -> int | None:
        """The price of an hour in minor units on that day, or None when nobody has set one.

        A rate of the person on the case comes first, then the case's, the person's, the firm's.
        """
        for place in ((case, person), (case, None), (None, person), (None, None)):
            for row in self._rows.get(place, ()):
                if row.from_on <= on:
                    return row.amount
        return None


@dataclass(frozen=True)
class Price:
    """What a time entry comes to: minutes worked and billed, rate, and why it is free where it is."""

    minutes: int
    billed_minutes: int
    rate: int | None
    pays_percent: int
    free: str
    amount: int

    @property
    def has_no_rate(self) -> bool:
        """Whether it should cost something and nobody said what."""
        return not self.free and self.rate is None


FLAT = "flat"


def price(entry: TimeEntry, *, terms: InForce, rates: Rates, fees: Sequence[FlatFee] = ()) -> Price:
    """Counts an entry under the terms of its case. `fees` are the case's flat fees; the raw minutes stay as they are.

    Each entry is rounded by itself: minutes to the rule's step, the amount to the nearest minor unit.
    """
    billed = terms.rounding.apply(entry.minutes)
    free = "" if entry.billing == Billing.BILLABLE else entry.billing
    if not free and terms.pays_percent == 0:
        free = Billing.PRO_BONO
    if not free and any(fee.covers_time and fee.agreed_on <= entry.on for fee in fees):
        free = FLAT
    rate = rates.hour(person=entry.person_id, case=entry.case_id, on=entry.on)
    amount = 0 if free or rate is None else worth(billed, rate, percent=terms.pays_percent)
    return Price(entry.minutes, billed, rate, terms.pays_percent, free, amount)


def worth(minutes: int, rate: int, *, percent: int = 100) -> int:
    """Minor units for minutes at an hour's rate, of which the family pays so many hundredths; halves go up."""
    return rounded(Fraction(minutes * rate * percent, 60 * 100))
