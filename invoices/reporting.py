"""What is owed and since when, what is not billed yet, what is left of a budget. All summed from rows, nothing kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from cases.models import Case
from clients.models import Family, Student
from invoices import balances, rates
from invoices.drafting import case_for, unpaid_bookings, work_of
from invoices.models import Billing, Estimate, Expense, FlatFee, Invoice, InvoiceLine, TimeEntry
from payments import ledger
from payments.models import Account, EntryLine, Method, Payment
from payments.models.money_in import payment_id
from tenants.places import current_firm

BUCKETS = ("current", "1-30", "31-60", "61-90", "90+")


def bucket(due_on: date, today: date) -> int:
    """Which of BUCKETS an amount due on that day lies in: 0 until it is due, then by days late."""
    late = (today - due_on).days
    return 0 if late <= 0 else min(4, 1 + (late - 1) // 30)


@dataclass
class Aged:
    """What is owed by one family, in one case or in the cases of one advocate, by how long it has been due, in minor units."""

    of: Family | Case | User
    parts: list[int] = field(default_factory=lambda: [0] * len(BUCKETS))

    @property
    def total(self) -> int:
        return sum(self.parts)


def open_invoices(*, currency: str) -> list[tuple[Invoice, int]]:
    """Invoices with something to pay and how much, the longest due first."""
    owed = balances.all_outstanding(currency=currency)
    rows = Invoice.objects.filter(pk__in=owed).select_related("family", "case__student", "case__advocate").order_by("due_on", "year", "number")  # fmt: skip
    return [(invoice, owed[invoice.pk]) for invoice in rows]


def ageing(*, today: date, currency: str, by: str = "family") -> list[Aged]:
    """What families owe, the most first; by family, by case, or by the advocate who leads the case."""
    found: dict[UUID, Aged] = {}
    for invoice, owed in open_invoices(currency=currency):
        whose: Family | Case | User = {
            "family": invoice.family,
            "case": invoice.case,
            "advocate": invoice.case.advocate,
        }[by]  # type: ignore[assignment]
        row = found.setdefault(whose.pk, Aged(whose))
        row.parts[bucket(invoice.due_on, today)] += owed
    return sorted(found.values(), key=lambda row: (-row.total, str(row.of.pk)))


@dataclass
class Unbilled:
    """Work of one case, person or student without a case that is on no invoice: minutes as worked, worth in minor units."""

    of: Case | User | Student
    minutes: int = 0
    time: int = 0
    other: int = 0
    without_rate: int = 0  # minutes of billable time that nobody set a rate for

    @property
    def total(self) -> int:
        return self.time + self.other


def _priced(entries: Iterable[TimeEntry]) -> list[tuple[TimeEntry, rates.Price, Case | None]]:
    """Entries with what they come to and the case that bills them: their own, else their student's newest, as on its draft."""
    rows = list(entries)
    loose = {row.student_id for row in rows if row.case_id is None}
    newest = {case.student_id: case for case in Case.objects.filter(student__in=loose).select_related("student").order_by("opened_at")}  # fmt: skip
    homes = [row.case or newest.get(row.student_id) for row in rows]
    keys = {case.pk for case in homes if case}
    terms, table = rates.terms_for(homes), rates.Rates(keys)
    fees: dict[UUID, list[FlatFee]] = defaultdict(list)
    for fee in FlatFee.objects.filter(case__in=keys, dropped_at=None):
        fees[fee.case_id].append(fee)
    return [
        (row, rates.price(row, terms=terms[home.pk if home else None], rates=table, fees=fees[home.pk] if home else ()), home)
        for row, home in zip(rows, homes, strict=True)
    ]  # fmt: skip


def _add(row: Unbilled, entry: TimeEntry, price: rates.Price) -> None:
    row.minutes += entry.minutes
    row.time += price.amount
    row.without_rate += entry.minutes if price.has_no_rate else 0


def unbilled_by_case(*, at: datetime) -> list[Unbilled]:
    """Cases with work to bill, the most first. Time of a student that names no case counts to their newest,
    a booking to the case it was for; students who have no case yet stand for themselves."""
    found: dict[UUID, Unbilled] = {}
    entries = TimeEntry.objects.unbilled().select_related("person", "case__student", "student")
    for entry, price, home in _priced(entries):
        of: Case | Student = home or entry.student
        _add(found.setdefault(of.pk, Unbilled(of)), entry, price)
    bookings = list(unpaid_bookings(at).filter(currency=rates.currency()).select_related("student"))
    cases = Case.objects.filter(student__in={row.student_id for row in bookings}).select_related("student")
    by_student: dict[UUID, list[Case]] = defaultdict(list)
    for case in cases.prefetch_related("closures"):
        by_student[case.student_id].append(case)
    for booking in bookings:
        its = case_for(booking, by_student[booking.student_id]) or booking.student
        found.setdefault(its.pk, Unbilled(its)).other += booking.price
    for expense in Expense.objects.unbilled().filter(billable=True).select_related("case__student"):
        found.setdefault(expense.case_id, Unbilled(expense.case)).other += expense.amount
    for fee in unbilled_fees().select_related("case__student"):
        found.setdefault(fee.case_id, Unbilled(fee.case)).other += fee.amount
    return sorted(found.values(), key=lambda row: (-row.total, -row.minutes))


def unbilled_fees() -> QuerySet[FlatFee]:
    """Flat fees that were agreed and are on no invoice."""
    billed = InvoiceLine.objects.standing().filter(fee=OuterRef("pk"))
    return FlatFee.objects.filter(~Exists(billed), dropped_at=None)


def unbilled_by_person(*, at: datetime) -> list[Unbilled]:
    """Staff with work on no invoice, the most first: time of whoever worked it, expenses of whoever spent them, bookings
    of whoever held them, and flat fees of whoever leads the case. Together it is what the cases come to."""
    found: dict[UUID, Unbilled] = {}
    entries = TimeEntry.objects.unbilled().select_related("person", "case__student", "student")
    for entry, price, _home in _priced(entries):
        _add(found.setdefault(entry.person_id, Unbilled(entry.person)), entry, price)
    for booking in unpaid_bookings(at).filter(currency=rates.currency()).select_related("advocate"):
        found.setdefault(booking.advocate_id, Unbilled(booking.advocate)).other += booking.price
    for expense in Expense.objects.unbilled().filter(billable=True).select_related("spent_by"):
        found.setdefault(expense.spent_by_id, Unbilled(expense.spent_by)).other += expense.amount
    for fee in unbilled_fees().select_related("case__advocate"):
        found.setdefault(fee.case.advocate_id, Unbilled(fee.case.advocate)).other += fee.amount
    return sorted(found.values(), key=lambda row: (-row.total, -row.minutes))


@dataclass(frozen=True)
class Budget:
    """An estimate against what was worked: minutes, and what is left of the most and of the least."""

    estimate: Estimate
    used: int

    @property
    def left(self) -> int:
        """Minutes until the most that was estimated; below zero when it is passed."""
        return self.estimate.minutes_high - self.used

    @property
    def percent(self) -> int:
        return min(100, 100 * self.used // self.estimate.minutes_high)


def budget_of(case: Case) -> Budget | None:
    """The estimate in force of a case against its billable time since the case began."""
    estimate = Estimate.objects.in_force(case)
    if estimate is None:
        return None
    used = TimeEntry.objects.filter(work_of(case), billing=Billing.BILLABLE).aggregate(sum=Sum("minutes"))[
        "sum"
    ]
    return Budget(estimate, used or 0)


@dataclass(frozen=True)
class Figures:
    """The four numbers of the firm's money, in minor units of one currency."""

    owed: int
    collected: int
    unbilled: int
    trust: int


CASH = (Account.OPERATING_CASH, Account.STRIPE)


def collected(*, since: datetime, until: datetime, currency: str) -> int:
    """Money that became the firm's own in a time: payments less what went back, before Stripe's fees; client money counts when it is earned."""
    rows = EntryLine.objects.filter(_money_in(since, until), entry__currency=currency)
    return int(rows.aggregate(sum=Sum("amount"))["sum"] or 0)


def takings(*, since: datetime, until: datetime, currency: str) -> QuerySet[EntryLine]:
    """The lines that `collected` sums, the newest first."""
    rows = EntryLine.objects.filter(_money_in(since, until), entry__currency=currency)
    return rows.select_related("entry").order_by("-entry__at", "-id")


@dataclass(frozen=True)
class Moved:
    """A line of the ledger in words: when, how much in minor units, of whom and about what, and the page that shows it."""

    on: date
    at: datetime
    amount: int
    kind: str
    payee: str
    about: str
    check: str
    reference: str
    url: str


def moved(lines: Iterable[EntryLine]) -> list[Moved]:
    """Lines, which come with their entry, as a person reads them; in three queries."""
    found = list(lines)
    ids = {line.pk: payment_id(line.entry.about) for line in found}
    payments = Payment.objects.in_bulk([pk for pk in ids.values() if pk])
    keys = [
        line.entry.about.removeprefix("invoice:") for line in found if line.entry.about.startswith("invoice:")
    ]
    invoices = {f"invoice:{row.pk}": row for row in Invoice.objects.filter(pk__in=keys)}
    rows = []
    for line in found:
        pk = ids[line.pk]
        payment, invoice = payments.get(pk) if pk else None, invoices.get(line.entry.about)
        by_check = payment is not None and payment.method == Method.CHECK
        rows.append(Moved(
            timezone.localdate(line.entry.at, current_firm().zone), line.entry.at, line.amount, line.entry.kind,
            payment.payer if payment else invoice.bill_to if invoice else "",
            payment.local_what if payment else _("Invoice %(number)s") % {"number": invoice.label} if invoice else "",
            payment.reference if payment and by_check else "", payment.number if payment else "",
            reverse("payment", args=[pk]) if payment else reverse("invoice", args=[invoice.pk]) if invoice else "",
        ))  # fmt: skip
    return rows


def _money_in(since: datetime, until: datetime) -> Q:
    # Money that moves from Stripe to the bank is in both accounts and adds up to nothing; what Stripe keeps is a cost.
    return Q(account__in=CASH, entry__at__gte=since, entry__at__lt=until) & ~Q(entry__kind="fee")


def figures(*, since: datetime, until: datetime, currency: str) -> Figures:
    """Money owed and held at `until`, collected between the two, and work not billed by then."""
    return Figures(
        owed=ledger.balance(Account.RECEIVABLE, currency=currency),
        collected=collected(since=since, until=until, currency=currency),
        unbilled=sum(row.total for row in unbilled_by_case(at=until)),
        trust=ledger.balance(Account.TRUST_HELD, currency=currency),
    )
