"""Drafts: what of a case is not billed yet, which of it was picked, what it comes to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from accounts import audit
from accounts.models import User
from cases.models import Case
from clients.models import Contact
from invoices import counting, rates
from invoices.counting import Totals
from invoices.models import Draft, DraftLine, Expense, FlatFee, InvoiceLine, LineKind, TimeEntry
from payments.models import Payment
from scheduling.models import Booking
from tenants.places import current_firm

SOURCES = ("time", "expense", "fee", "booking")


@dataclass(frozen=True)
class Item:
    """A line that could be, or is, on a draft. `source` is the row it comes from, None for one that was typed."""

    kind: str
    source: Any
    on: date | None
    who: str
    description: str
    amount: int
    minutes: int | None = None
    billed_minutes: int | None = None
    rate: int | None = None
    pays_percent: int = 100
    free: str = ""
    taxed: bool = True
    line: UUID | None = None  # of the draft, where it was typed

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.source.pk if self.source is not None else self.line}"

    @property
    def has_no_rate(self) -> bool:
        return self.kind == LineKind.TIME and not self.free and self.rate is None


def work_of(case: Case) -> Q:
    """Rows of time of a case, and of its student where they name no case."""
    return Q(case=case) | Q(case=None, student=case.student_id)


def unpaid_bookings(at: datetime) -> Any:
    """Bookings with a price that are over and were neither paid nor billed."""
    subject = Concat(Value("booking:"), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    return Booking.objects.standing().filter(
        ~Exists(InvoiceLine.objects.standing().filter(booking=OuterRef("pk"))),
        ~Exists(Payment.objects.standing().filter(subject=subject)),
        price__gt=0, ends_at__lte=at, student__isnull=False,
    )  # fmt: skip


def case_for(booking: Booking, cases: Iterable[Case]) -> Case | None:
    """Which of a student's cases a booking is for: the one that staff said. Without: one that was open then, else the first
    that was opened after it (a first call), else the last that was; of several one that the booking's advocate leads,
    else the newest. `cases` come with their closures."""
    rows = sorted(cases, key=lambda case: case.opened_at)
    said = next((case for case in rows if case.pk == booking.case_id), None)
    if said is not None:
        return said
    open_then = [
        case for case in rows if case.opened_at <= booking.starts_at and not _closed(case, booking.starts_at)
    ]
    later = [case for case in rows if case.opened_at > booking.starts_at]
    found = list(reversed(open_then)) or later or list(reversed(rows))
    return next(
        (case for case in found if case.advocate_id == booking.advocate_id), found[0] if found else None
    )


def _closed(case: Case, at: datetime) -> bool:
    return any(
        row.closed_at <= at and (row.reopened_at is None or row.reopened_at > at)
        for row in case.closures.all()
    )  # type: ignore[attr-defined]


def unbilled(case: Case, *, at: datetime) -> list[Item]:
    """Everything of a case that could be on its next invoice, priced as it stands now, the oldest first."""
    terms = rates.terms_of(case)
    fees = list(FlatFee.objects.filter(case=case, dropped_at=None))
    entries = list(TimeEntry.objects.filter(work_of(case)).unbilled().select_related("person"))
    table = rates.Rates([case.pk])
    found = [_time(entry, rates.price(entry, terms=terms, rates=table, fees=fees)) for entry in entries]
    for expense in Expense.objects.filter(case=case, billable=True).unbilled():
        found.append(Item(LineKind.EXPENSE, expense, expense.on, "", expense.description, expense.amount, taxed=False))  # fmt: skip
    billed = InvoiceLine.objects.standing().filter(fee=OuterRef("pk"))
    for fee in FlatFee.objects.filter(~Exists(billed), case=case, dropped_at=None):
        found.append(Item(LineKind.FEE, fee, fee.agreed_on, "", fee.name, fee.amount))
    zone = current_firm().zone
    bookings = unpaid_bookings(at).filter(student=case.student_id, currency=terms.currency)
    all_cases = list(Case.objects.filter(student=case.student_id).prefetch_related("closures"))
    for booking in bookings.select_related("service", "advocate"):
        if case_for(booking, all_cases) != case:
            continue
        on = timezone.localdate(booking.starts_at, zone)
        found.append(Item(LineKind.BOOKING, booking, on, booking.advocate.name, booking.service.local_name, booking.price))  # fmt: skip
    return sorted(found, key=lambda item: (item.on or date.max, item.kind, item.key))


def _time(entry: TimeEntry, price: rates.Price) -> Item:
    return Item(
        LineKind.TIME, entry, entry.on, entry.person.name, entry.description, price.amount, minutes=price.minutes,
        billed_minutes=price.billed_minutes, rate=price.rate, pays_percent=price.pays_percent, free=price.free,
    )  # fmt: skip


def payer_of(case: Case) -> Contact | None:
    """Who gets the case's invoices: whoever got the last one, else the first who may see the child, at home first."""
    today = timezone.localdate(timezone.now(), current_firm().zone)
    seeing = (
        case.student.guardianships.seeing(on=today).select_related("contact").order_by("-lives_with", "pk")
    )  # type: ignore[attr-defined]
    people = [row.contact for row in seeing]
    last = case.invoices.order_by("-issued_at").first()  # type: ignore[attr-defined]
    if last:
        known = set(last.addressees.values_list("contact", flat=True))
        people.sort(key=lambda person: person.pk not in known)
    return people[0] if people else None


def people_of(case: Case) -> QuerySet[Contact]:
    """Whom an invoice of a case may be addressed to: the grown-ups who may see the child."""
    today = timezone.localdate(timezone.now(), current_firm().zone)
    seeing = case.student.guardianships.seeing(on=today)  # type: ignore[attr-defined]
    return Contact.objects.filter(pk__in=seeing.values("contact")).order_by("name")


@transaction.atomic
def throw_away(draft: Draft, *, by: User, at: datetime) -> None:
    """The draft is gone; the work on it stays unbilled."""
    audit.record("draft.removed", by=by, at=at, about=draft)
    draft.delete()


@transaction.atomic
def begin(case: Case, contact: Contact, *, by: User, at: datetime) -> Draft:
    """A draft of everything unbilled of a case; while one is open it is that one, as it was left."""
    Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
    known = Draft.objects.filter(case=case).first()
    if known:
        return known
    terms = rates.terms_of(case)
    draft = Draft.objects.create(
        case=case, contact=contact, currency=terms.currency, tax_rate=terms.tax_rate, due_days=terms.due_days,
        made_by=by, made_at=at,
    )  # fmt: skip
    pick(draft, [item.key for item in unbilled(case, at=at)], at=at)
    audit.record("draft.made", by=by, at=at, about=draft, case=str(case.pk))
    return draft


def pick(draft: Draft, keys: Iterable[str], *, at: datetime) -> None:
    """Sets which unbilled work the draft holds; keys it does not know are passed over. Typed lines stay."""
    wanted = set(keys)
    draft.lines.exclude(kind=LineKind.EXTRA).delete()  # type: ignore[attr-defined]
    DraftLine.objects.bulk_create(
        DraftLine(draft=draft, kind=item.kind, **{item.kind: item.source})
        for item in unbilled(draft.case, at=at)
        if item.key in wanted
    )


@dataclass(frozen=True)
class Sheet:
    """A draft as it stands: what is on it, what could be, what it comes to, what was picked and billed since."""

    items: list[Item]
    others: list[Item]
    totals: Totals
    gone: int
    discount_over: int = 0
    """By how much the discount that was typed is more than what is billed, in minor units."""

    @property
    def without_rate(self) -> list[Item]:
        return [item for item in self.items if item.has_no_rate]


def sheet(draft: Draft, *, at: datetime) -> Sheet:
    """Counts a draft with today's rates and terms."""
    lines = list(draft.lines.all())  # type: ignore[attr-defined]
    picked = {
        f"{line.kind}:{getattr(line, f'{line.kind}_id')}" for line in lines if line.kind != LineKind.EXTRA
    }
    could = unbilled(draft.case, at=at)
    items = [item for item in could if item.key in picked]
    gone = len(picked) - len(items)
    items += [
        Item(LineKind.EXTRA, None, None, "", line.description, line.amount, line=line.pk)
        for line in lines
        if line.kind == LineKind.EXTRA
    ]
    sums = counting.totals(
        [item.amount for item in items], [item.taxed for item in items], tax_rate=draft.tax_rate,
        discount_rate=draft.discount_rate, discount_amount=draft.discount_amount,
    )  # fmt: skip
    over = max(0, draft.discount_amount - sums.subtotal)
    return Sheet(items, [item for item in could if item.key not in picked], sums, gone, over)
