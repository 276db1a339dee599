"""The rows of the lists that may be taken away, beside the first six in `exports`: work, people, papers, money."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry, User
from accounts.roles import STAFF
from cases.models import Case, Deadline, EntryKind, Meeting, Task, TimelineEntry
from clients.models import District, Family, School, Student
from desk import people, work
from documents.models import Document
from intake.models import Inquiry, Stage
from invoices import rates, reporting, retaining
from invoices.models import CreditNote, Estimate, Expense, FlatFee, Rate, Retainer, TimeEntry
from payments import ledger
from payments.models import Account, EntryLine, Payment, Refund
from payments.money import plain
from reviews.models import Review
from tenants.places import current_firm
from web.access import Can

CHUNK = 500
Rows = Iterator[list[Any]]


def local(moment: Any) -> Any:
    """A moment on the firm's own clock, as a spreadsheet writes it."""
    return timezone.localtime(moment, current_firm().zone).replace(tzinfo=None) if moment else None


def _today() -> Any:
    return timezone.localdate(timezone.now(), current_firm().zone)


# -- people and work -------------------------------------------------------------------------------


def students(user: User) -> Rows:
    rows = Student.objects.visible_to(user).select_related("family", "district", "school")
    for row in rows.order_by("family_name", "given_name", "pk").iterator(chunk_size=CHUNK):
        yield [row.given_name, row.family_name, row.family.name, row.born_on, row.grade, row.district, row.school, row.home_language, local(row.created_at)]  # fmt: skip


def schools(user: User) -> Rows:
    for row in District.objects.all().iterator(chunk_size=CHUNK):
        yield [row.name, "", row.state, row.phone, row.email, row.address]
    for school in School.objects.select_related("district").iterator(chunk_size=CHUNK):
        of = school.district
        yield [of.name if of else "", school.name, of.state if of else "", school.phone, "", school.address]


def inquiries(user: User) -> Rows:
    rows = Inquiry.objects.visible_to(user).with_stage().select_related("contact", "student", "advocate")
    for row in rows.order_by("taken_at", "pk").iterator(chunk_size=CHUNK):
        stage: Any = row
        yield [
            local(row.taken_at), row.contact.name, row.student, row.get_source_display(), row.referred_by, Stage(stage.stage).label,
            row.advocate.name if row.advocate else "", row.urgent_on, row.urgent_about,
        ]  # fmt: skip


def deadlines(user: User) -> Rows:
    rows = Deadline.objects.visible_to(user).filter(dropped_at=None).select_related("case__student", "owner").defer("trace", "answers")  # fmt: skip
    for row in rows.order_by("due_on", "pk").iterator(chunk_size=CHUNK):
        yield [row.due_on, row.local_title, row.case.student, row.case.get_kind_display(), row.owner.name, row.owed_by, row.verified, local(row.done_at), local(row.set_aside_at), row.set_aside_why]  # fmt: skip


def tasks(user: User) -> Rows:
    rows = Task.objects.visible_to(user).select_related("case__student", "owner")
    for row in rows.order_by("due_on", "pk").iterator(chunk_size=CHUNK):
        yield [row.due_on, row.title, row.case.student, row.case.get_kind_display(), row.owner.name, local(row.made_at), local(row.done_at)]  # fmt: skip


def meetings(user: User) -> Rows:
    rows = Meeting.objects.visible_to(user).select_related("case__student", "advocate")
    for row in rows.order_by("starts_at", "pk").iterator(chunk_size=CHUNK):
        yield [local(row.starts_at), local(row.ends_at), row.get_kind_display(), row.case.student, row.advocate.name, row.place, row.travel_minutes, local(row.follow_up_sent_at), local(row.called_off_at)]  # fmt: skip


def papers(user: User) -> Rows:
    rows = Document.objects.visible_to(user).select_related("student", "family", "added_by")
    for row in rows.order_by("added_at", "pk").iterator(chunk_size=CHUNK):
        yield [local(row.added_at), row.title, row.get_kind_display(), row.student or row.family, row.language, row.shared, row.added_by.name if row.added_by else row.sender]  # fmt: skip


def reviews(user: User) -> Rows:
    rows = Review.objects.visible_to(user).select_related("student", "assigned_to", "signed_off_by", "version__document")  # fmt: skip
    for row in rows.order_by("opened_at", "pk").iterator(chunk_size=CHUNK):
        yield [row.student, row.version.document.title, row.get_state_display(), row.assigned_to.name if row.assigned_to else "", row.due_on, local(row.opened_at), row.signed_off_by.name if row.signed_off_by else "", local(row.signed_off_at), local(row.sent_at)]  # fmt: skip


def wins(user: User) -> Rows:
    rows = TimelineEntry.objects.visible_to(user).standing().filter(kind=EntryKind.WIN).select_related("student", "recorded_by")  # fmt: skip
    for row in rows.order_by("happened_at", "pk").iterator(chunk_size=CHUNK):
        yield [local(row.happened_at), row.student, row.text, row.recorded_by.name if row.recorded_by else ""]


def caseload(user: User) -> Rows:
    for row in work.caseload(user, today=_today()):
        yield [row["person"].name, row["cases"], row["late"], row["week"]]


def staff(user: User) -> Rows:
    today = _today()
    hours, table, currency = people.weekly_minutes(), rates.Rates([]), rates.currency()
    led: dict[Any, int] = {}
    for pk in Case.objects.open().values_list("advocate", flat=True):
        led[pk] = led.get(pk, 0) + 1
    since = today - timedelta(days=28)
    worked = dict(TimeEntry.objects.filter(on__gt=since, on__lte=today).values_list("person").annotate(sum=Sum("minutes")).order_by())  # fmt: skip
    for row in User.objects.filter(role__in=STAFF).order_by("-is_active", "name", "pk"):
        hour = table.hour(person=row.pk, case=None, on=today)
        yield [row.name, row.get_role_display(), row.email, row.is_active, plain(hour, currency) if hour is not None else "", currency.upper(), hours.get(row.pk, 0), led.get(row.pk, 0), worked.get(row.pk, 0)]  # fmt: skip


def log(user: User) -> Rows:
    """The firm's log, the oldest first: each line with the code that chains it to the one before."""
    for row in AuditEntry.objects.order_by("id").iterator(chunk_size=CHUNK):
        yield [local(row.at), row.actor_name, row.action, row.about_kind, row.about, row.network, row.digest]


# -- money -----------------------------------------------------------------------------------------


def _unbilled(rows: Iterable[reporting.Unbilled]) -> Rows:
    currency = rates.currency()
    for row in rows:
        of = row.of.name if isinstance(row.of, User) else row.of
        yield [of, row.minutes, *(plain(amount, currency) for amount in (row.time, row.other, row.total)), currency.upper()]  # fmt: skip


def unbilled(user: User) -> Rows:
    return _unbilled(reporting.unbilled_by_case(at=timezone.now()))


def unbilled_by_advocate(user: User) -> Rows:
    return _unbilled(reporting.unbilled_by_person(at=timezone.now()))


def _ageing(by: str) -> Any:
    def rows(user: User) -> Rows:
        currency = rates.currency()
        for row in reporting.ageing(today=_today(), currency=currency, by=by):
            of = row.of if isinstance(row.of, Case) else row.of.name
            yield [of, *(plain(part, currency) for part in (*row.parts, row.total)), currency.upper()]

    return rows


def retainers(user: User) -> Rows:
    for row in Retainer.objects.select_related("case__student__family").order_by("opened_at", "pk"):
        there = retaining.held(row)
        yield [row.case, row.case.student.family.name, local(row.opened_at), local(row.closed_at), *(plain(amount, row.currency) for amount in (row.asked, row.threshold, there)), row.currency.upper(), retaining.is_low(row, there)]  # fmt: skip


def client_money(user: User) -> Rows:
    """Each time client money came or went, with what it was about."""
    cases = {case.pk: case for case in Case.objects.select_related("student")}
    for row in EntryLine.objects.filter(account=Account.TRUST_HELD).select_related("entry").order_by("entry__at", "id"):  # fmt: skip
        yield [local(row.entry.at), cases.get(row.matter) if row.matter else "", row.entry.kind, row.entry.about, plain(-row.amount, row.entry.currency), row.entry.currency.upper()]  # fmt: skip


def estimates(user: User) -> Rows:
    currency = rates.currency()
    for row in Estimate.objects.select_related("case__student", "agreement__signature").order_by("made_at", "pk"):  # fmt: skip
        amounts = (row.rate, retaining.least(row), retaining.most(row), retaining.to_ask(row))
        yield [local(row.made_at), row.case, row.minutes_low, row.minutes_high, *(plain(amount, currency) for amount in amounts), currency.upper(), bool(row.agreement and row.agreement.signed)]  # fmt: skip


def expenses(user: User) -> Rows:
    currency = rates.currency()
    unbilled = set(Expense.objects.unbilled().values_list("pk", flat=True))
    for row in Expense.objects.visible_to(user).select_related("case__student", "spent_by").order_by("on", "pk"):  # fmt: skip
        yield [row.on, row.case, row.get_kind_display(), row.description, plain(row.amount, currency), plain(row.tax, currency), currency.upper(), row.billable, row.spent_by.name, row.pk not in unbilled]  # fmt: skip


def prices(user: User) -> Rows:
    """Hourly rates and flat fees."""
    currency = rates.currency()
    for row in Rate.objects.select_related("person", "case__student").order_by("from_on", "pk"):
        yield [row.from_on, _("An hour"), row.person.name if row.person else "", row.case or "", plain(row.amount, currency), currency.upper()]  # fmt: skip
    for fee in FlatFee.objects.filter(dropped_at=None).select_related("case__student").order_by("agreed_on", "pk"):  # fmt: skip
        yield [fee.agreed_on, fee.name, "", fee.case, plain(fee.amount, currency), currency.upper()]


def credit_notes(user: User) -> Rows:
    for row in CreditNote.objects.select_related("invoice").order_by("issued_at", "pk"):
        yield [row.label, row.invoice.label, row.invoice.bill_to, row.issued_on, plain(row.amount, row.invoice.currency), plain(row.tax, row.invoice.currency), row.invoice.currency.upper(), row.reason]  # fmt: skip


def refunds(user: User) -> Rows:
    rows = Refund.objects.filter(payment__in=Payment.objects.visible_to(user)).select_related("payment")
    for row in rows.order_by("asked_at", "pk"):
        yield [local(row.asked_at), row.payment.number, row.payment.payer, plain(row.amount, row.payment.currency), row.payment.currency.upper(), row.state, row.reason, local(row.made_at)]  # fmt: skip


def credit(user: User) -> Rows:
    """What families have paid too much, and not yet used or got back."""
    currency = rates.currency()
    there = {key: amount for key, amount in ledger.balances(Account.FAMILY_CREDIT, by="party", currency=currency).items() if amount}  # fmt: skip
    names = dict(Family.objects.filter(pk__in=[key for key in there if key]).values_list("pk", "name"))
    for key, amount in there.items():
        yield [names.get(key, "") if key else "", plain(amount, currency), currency.upper()]


_AGES = [
    "Not due yet",
    "1 to 30 days",
    "31 to 60 days",
    "61 to 90 days",
    "Over 90 days",
    "Together",
    "Currency",
]
_WORTH = ["Minutes", "Time worked", "Fees and expenses", "Together", "Currency"]
LISTS: Sequence[tuple[str, Any, Can, list[str], Any]] = [
    ("students", _("Students"), Can.SEE_FIGURES, ["Given name", "Family name", "Family", "Born", "Grade", "District", "School", "Home language", "Added"], students),
    ("schools", _("Districts and schools"), Can.SEE_FIGURES, ["District", "School", "State", "Phone", "E-mail", "Address"], schools),
    ("inquiries", _("Intake"), Can.SEE_FIGURES, ["Taken", "Who asked", "Student", "How they came", "Sent by", "Stage", "Advocate", "Urgent on", "Urgent about"], inquiries),
    ("deadlines", _("Deadlines"), Can.SEE_FIGURES, ["Due", "What", "Student", "Case", "Whose", "Owed by", "Verified", "Done", "Set aside", "Why set aside"], deadlines),
    ("tasks", _("Tasks"), Can.SEE_FIGURES, ["Due", "What", "Student", "Case", "Whose", "Written", "Done"], tasks),
    ("meetings", _("Meetings"), Can.SEE_FIGURES, ["Starts", "Ends", "Kind", "Student", "Advocate", "Place", "Minutes each way", "Follow-up sent", "Called off"], meetings),
    ("papers", _("Papers"), Can.SEE_FIGURES, ["Added", "Title", "Kind", "Of", "Language", "Shared", "Added by"], papers),
    ("reviews", _("Reviews"), Can.SEE_FIGURES, ["Student", "Paper", "State", "Assigned to", "Due", "Opened", "Signed off by", "Signed off", "Sent"], reviews),
    ("wins", _("Small wins"), Can.SEE_FIGURES, ["When", "Student", "What went well", "Written down by"], wins),
    ("caseload", _("Caseload"), Can.SEE_FIGURES, ["Advocate", "Open cases", "Late", "Next 7 days"], caseload),
    ("staff", _("Staff"), Can.SEE_FIGURES, ["Name", "Role", "E-mail", "Works here", "An hour", "Currency", "Minutes a week", "Open cases", "Minutes in 4 weeks"], staff),
    ("log", _("Access log"), Can.READ_AUDIT, ["When", "Who", "What", "About", "Key", "Network address", "Code"], log),
    ("unbilled", _("Not billed yet, by case"), Can.SEE_MONEY, ["Case", *_WORTH], unbilled),
    ("unbilled-by-advocate", _("Not billed yet, by person"), Can.SEE_MONEY, ["Person", *_WORTH], unbilled_by_advocate),
    ("ageing", _("Who owes what, by family"), Can.SEE_MONEY, ["Family", *_AGES], _ageing("family")),
    ("ageing-by-case", _("Who owes what, by case"), Can.SEE_MONEY, ["Case", *_AGES], _ageing("case")),
    ("ageing-by-advocate", _("Who owes what, by advocate"), Can.SEE_MONEY, ["Advocate", *_AGES], _ageing("advocate")),
    ("retainers", _("Retainers"), Can.SEE_MONEY, ["Case", "Family", "Opened", "Closed", "Asked for", "Ask again below", "Held for the case", "Currency", "Low"], retainers),
    ("client-money", _("Client money that moved"), Can.SEE_MONEY, ["When", "Case", "What", "About", "Amount", "Currency"], client_money),
    ("estimates", _("Estimates"), Can.SEE_MONEY, ["Made", "Case", "Minutes, least", "Minutes, most", "An hour", "Least", "Most", "Retainer", "Currency", "Signed"], estimates),
    ("expenses", _("Expenses"), Can.SEE_MONEY, ["Day", "Case", "What for", "Description", "Amount", "Tax in it", "Currency", "The family pays", "Spent by", "Billed"], expenses),
    ("prices", _("Rates and flat fees"), Can.SEE_MONEY, ["From", "What", "Person", "Case", "Amount", "Currency"], prices),
    ("credit-notes", _("Credit notes"), Can.SEE_MONEY, ["Number", "Invoice", "For", "Issued", "Amount", "Tax in it", "Currency", "Why"], credit_notes),
    ("refunds", _("Refunds"), Can.SEE_MONEY, ["Asked", "Payment", "Payer", "Amount", "Currency", "State", "Why", "Went back"], refunds),
    ("credit", _("Credit of families"), Can.SEE_MONEY, ["Family", "Credit", "Currency"], credit),
]  # fmt: skip
