"""Every figure equals a plain SQL sum; files for the books hold nothing a spreadsheet would run."""

import csv
from datetime import date, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditEntry
from cases import timeline
from cases.models import Task, TimelineEntry
from clients.models import Student
from desk import firm as owners_page
from intake.models import Inquiry
from invoices import balances, crediting, drafting, exporting, reporting, retaining
from invoices.models import Expense, Invoice, Retainer, Terms
from payments.money import say
from tests.world import NOW
from web import tables

TODAY = date(2026, 11, 24)
ZONE = ZoneInfo("America/Denver")


def sql(words, *values):
    with connection.cursor() as cursor:
        cursor.execute(words, values)
        return cursor.fetchall()


@pytest.fixture
def busy(desk):
    """Invoices of every age, some paid in part, some credited; unbilled time; money held."""
    desk.rate()
    for days in (-90, -61, -60, -31, -30, -1, 0, 20, 100):
        desk.at = NOW + timedelta(days=-days - 30) if days >= 0 else NOW + timedelta(days=days - 30)
        desk.fee(10_000 + days)
        desk.invoice()
    desk.at = NOW
    rows = list(Invoice.objects.order_by("due_on"))
    desk.pay(rows[0], 4_000)
    desk.pay(rows[3], rows[3].total)
    desk.terms(round_to=6)
    desk.time(7)
    desk.time(64)
    desk.retainer(deposit=75_000)
    return desk


def test_ageing_equals_sql(busy):
    found = reporting.ageing(today=TODAY, currency="usd")

    owed = """
      SELECT i.due_on, sum(l.amount) FROM invoices_invoice i
      JOIN payments_entry e ON e.about = 'invoice:' || i.id OR e.about IN
        (SELECT 'payment:' || p.id FROM payments_payment p WHERE p.subject = 'invoice:' || i.id)
      JOIN payments_entryline l ON l.entry_id = e.id AND l.account = 'receivable'
      GROUP BY i.id, i.due_on HAVING sum(l.amount) > 0
    """
    expected = [0] * 5
    for due_on, amount in sql(owed):
        late = (TODAY - due_on).days
        expected[0 if late < 1 else 1 if late < 31 else 2 if late < 61 else 3 if late < 91 else 4] += int(
            amount
        )
    assert [sum(row.parts[n] for row in found) for n in range(5)] == expected
    assert min(expected) > 0
    assert sum(row.total for row in found) == sum(expected) == reporting.figures(since=NOW, until=NOW, currency="usd").owed  # fmt: skip


@pytest.mark.parametrize(("late", "expected"), [(-5, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4), (900, 4)])  # fmt: skip
def test_the_buckets_begin_and_end_where_they_say(late, expected):
    assert reporting.bucket(TODAY - timedelta(days=late), TODAY) == expected


def test_the_four_numbers_equal_sql(visitor, olivia, busy):
    page = visitor.as_(olivia).get("/firm/").content.decode()

    (owed,) = sql("SELECT sum(amount) FROM payments_entryline WHERE account = 'receivable'")[0]
    (trust,) = sql("SELECT -sum(amount) FROM payments_entryline WHERE account = 'trust_held'")[0]
    month = "SELECT coalesce(sum(l.amount), 0) FROM payments_entryline l JOIN payments_entry e ON e.id = l.entry_id WHERE l.account IN ('operating_cash', 'stripe') AND e.kind <> 'fee' AND e.at >= '2026-11-01 00:00 America/Denver' AND e.at < %s"  # fmt: skip
    (collected,) = sql(month, NOW)[0]
    # 7 minutes count 12 and 64 count 66 at $150 an hour.
    unbilled = sql("SELECT sum(ceil(minutes / 6.0) * 6 * 15000 / 60) FROM invoices_timeentry WHERE billing = 'billable' AND NOT EXISTS (SELECT 1 FROM invoices_invoiceline WHERE time_id = invoices_timeentry.id)")[0][0]  # fmt: skip
    assert int(unbilled) == 19_500
    for amount in (owed, trust, collected, unbilled):
        assert f"<b>{say(int(amount), 'usd')}</b>" in page
    assert page.count('<ul class="figures') == 1
    assert page.split('<ul class="figures')[1].split("</ul>")[0].count("<li>") == 4


def test_each_number_opens_its_rows(visitor, bea, olivia, busy):
    visitor.as_(olivia)
    for item in owners_page.top(today=TODAY, at=NOW, zone=ZONE, currency="usd"):
        page = visitor.get(item["url"])
        assert page.status_code == 200
        assert item["value"] in page.content.decode()


def test_calls_conversion_wins_and_dates_equal_sql(visitor, olivia, ana, busy):
    Inquiry.objects.create(contact=busy.payer, taken_at=NOW - timedelta(days=10))
    one = Inquiry.objects.create(contact=busy.payer, taken_at=NOW - timedelta(days=20))
    type(busy.case).objects.filter(pk=busy.case.pk).update(inquiry_id=one.pk)
    timeline.add(
        student=busy.case.student, kind="win", text="He read a page alone", happened_at=NOW, at=NOW, by=ana
    )

    found = owners_page.conversion(at=NOW)
    assert (found.asked, found.cases, found.percent) == (2, 1, 50)
    weeks = owners_page.bookings_by_week(today=TODAY, zone=ZONE)
    (standing,) = sql("SELECT count(*) FROM scheduling_booking WHERE called_off_at IS NULL AND held_until IS NULL AND starts_at >= %s AND starts_at < %s", "2026-10-05 00:00 America/Denver", "2026-11-30 00:00 America/Denver")[0]  # fmt: skip
    assert sum(n for _day, n in weeks) == standing
    assert [day.isoformat() for day, _n in (weeks[0], weeks[-1])] == ["2026-10-05", "2026-11-23"]
    page = visitor.as_(olivia).get("/firm/").content.decode()
    assert "1 small win in 90 days" in page
    assert page.count('<svg class="chart"') >= 2


def test_the_owners_page_is_the_owners(visitor, ana, bea):
    assert visitor.as_(ana).get("/firm/").status_code == 403
    assert visitor.as_(bea).get("/firm/").status_code == 403


# -- files --------------------------------------------------------------------------------------------


@given(st.text(max_size=40))
def test_no_cell_begins_like_a_formula(text):
    cell = tables.cell(text)

    assert not cell.lstrip(" ").startswith(tables.FORMULA) or tables.is_number(cell)
    assert cell.removeprefix("'") == text.replace("\x00", "").removeprefix("'") or cell == text.replace(
        "\x00", ""
    )


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1+2",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "＝1",
        '=HYPERLINK("http://x")',
        "+15551234567+1",
        "+15551234567\n=1",
        " +15551234567",
        "+0555123456",
        "+1555123456789012",
        "+١٥٥٥١٢٣٤٥٦٧",
    ],
)
def test_what_a_spreadsheet_would_run_is_made_text(text):
    assert tables.cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "cell"), [(-5, "-5"), ("-12.50", "-12.50"), (None, ""), (True, "yes"), (date(2026, 1, 2), "2026-01-02"), ("Luz", "Luz"), ("+15551234567", "+15551234567"), ("+525512345678", "+525512345678")])  # fmt: skip
def test_plain_values_stay_as_they_are(value, cell):
    assert tables.cell(value) == cell


def body(answer):
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def test_the_books_have_the_published_columns_and_add_up(visitor, bea, desk):
    desk.rate()
    desk.time(7, description="=cmd|' /C calc'!A0")
    desk.fee(33_333)
    invoice = desk.invoice(discount_rate=7_000, tax_rate=8_875)
    visitor.as_(bea)
    told = {"since": "2026-11-01", "until": "2026-11-30"}

    rows = list(
        csv.DictReader(StringIO(body(visitor.post("/invoices/books/", {**told, "to": "quickbooks"}))))
    )
    assert list(rows[0]) == exporting.QUICKBOOKS
    net = sum(round(float(row["*ItemAmount"]) * 100) for row in rows)
    assert net == invoice.subtotal - invoice.discount
    assert {row["ItemDescription"] for row in rows} == {"'=cmd|' /C calc'!A0", "IEP review"}
    assert {row["*InvoiceNo"] for row in rows} == {invoice.label}
    assert rows[0]["*InvoiceDate"] == "11/24/2026"

    rows = list(csv.DictReader(StringIO(body(visitor.post("/invoices/books/", {**told, "to": "xero"})))))
    assert list(rows[0]) == exporting.XERO
    assert len(exporting.XERO) == 29
    assert sum(round(float(row["TaxAmount"]) * 100) for row in rows) == invoice.tax
    assert AuditEntry.objects.filter(action="invoices.exported").count() == 2
    assert visitor.post("/invoices/books/", {"to": "quickbooks", "since": "2026-12-01", "until": "2026-11-01"}).status_code == 422  # fmt: skip


@pytest.mark.parametrize("to", ["quickbooks", "xero"])
def test_credit_notes_go_to_the_books_and_add_up(visitor, bea, desk, to):
    desk.rate()
    desk.time(60, description="=1+1")
    desk.fee(33_333)
    invoice = desk.invoice(tax_rate=8_875)
    rows = {row.line.description: row for row in crediting.left_of_lines(invoice)}
    by_line = crediting.credit(invoice, lines=[(row.line, 3_333) for row in rows.values()], reason="r", by=bea, at=NOW)  # fmt: skip
    by_sum = crediting.credit(invoice, amount=5_000, reason="Kind", by=bea, at=NOW)

    told = {"what": "credit-notes", "to": to, "since": "2026-11-01", "until": "2026-11-30"}
    found = list(csv.DictReader(StringIO(body(visitor.as_(bea).post("/invoices/books/", told)))))
    net, number = {
        "quickbooks": ("*ItemAmount", "*CreditNoteNo"),
        "xero": ("*UnitAmount", "*CreditNoteNumber"),
    }[to]
    for note in (by_line, by_sum):
        mine = [row for row in found if row[number] == note.label]
        assert sum(round(float(row[net]) * 100) for row in mine) == note.amount - note.tax
        if to == "xero":
            assert sum(round(float(row["TaxAmount"]) * 100) for row in mine) == note.tax
    assert "'=1+1" in {row.get("ItemDescription") or row.get("*Description") for row in found}


@pytest.mark.parametrize("to", ["quickbooks", "xero"])
@pytest.mark.parametrize("purse", ["stripe", "bank", "trust"])
def test_the_money_that_moved_comes_to_what_the_ledger_says(visitor, bea, busy, to, purse):
    retainer, invoice = Retainer.objects.get(), Invoice.objects.order_by("-due_on").first()
    retaining.use(retainer, invoice, by=bea, at=NOW)
    told = {"what": purse, "to": to, "since": "2026-01-01", "until": "2026-12-31"}
    found = list(csv.DictReader(StringIO(body(visitor.as_(bea).post("/invoices/books/", told)))))

    amount = "Amount" if to == "quickbooks" else "*Amount"
    (booked,) = sql("SELECT coalesce(sum(amount), 0) FROM payments_entryline WHERE account = %s", exporting.PURSES[purse])[0]  # fmt: skip
    assert sum(round(float(row[amount]) * 100) for row in found) == booked
    assert bool(found) == (purse != "stripe")


NAMES = sorted(tables._tables)  # every list that is registered


@pytest.mark.parametrize("name", NAMES)
def test_any_list_is_taken_away_neutralised_and_logged(visitor, olivia, desk, name):
    from clients.models import Contact

    Contact.objects.filter(pk=desk.payer.pk).update(name="=1+1")
    desk.payer.refresh_from_db()
    desk.rate()
    desk.time(60, description="@SUM(A1)")
    desk.pay(desk.invoice(), 100)
    desk.time(30, description="=2+2")
    desk.retainer(deposit=500)
    retaining.estimate(desk.case, minutes_low=60, minutes_high=120, rate=15_000, by=desk.bea, at=NOW)
    TimelineEntry.objects.create(
        student=desk.case.student, kind="win", text="@SUM(A1)", happened_at=NOW, recorded_at=NOW
    )
    Task.objects.create(case=desk.case, title="=1+1", due_on=TODAY, owner=desk.ana)

    answer = visitor.as_(olivia).get(f"/exports/{name}.csv")

    text = body(answer)
    assert answer["Content-Disposition"] == f'attachment; filename="{name}.csv"'
    cells = [cell for row in csv.reader(StringIO(text)) for cell in row]
    assert not any(
        cell.startswith(("=", "@", "+"))
        for cell in cells
        if not cell[1:].isdigit() and not cell.startswith("+1406")
    )
    assert AuditEntry.objects.get(action="list.exported").detail["list"] == name


def test_every_list_page_leads_to_its_file(visitor, olivia, ana, busy):
    pages = {
        "/students/": "students", "/cases/": "cases", "/deadlines/": "deadlines", "/caseload/": "caseload", "/intake/": "inquiries",
        "/documents/": "papers", "/reviews/": "reviews", "/bookings/": "bookings", "/time/": "time", "/invoices/": "invoices",
        "/invoices/unbilled/": "unbilled-by-advocate", "/invoices/ageing/": "ageing", "/invoices/ageing/?by=case": "ageing-by-case",
        "/invoices/ageing/?by=advocate": "ageing-by-advocate", "/invoices/retainers/": "retainers", "/invoices/takings/": "payments",
        "/payments/": "refunds", "/staff/": "staff", "/access-log/": "log", "/districts/": "schools", "/settings/billing/": "prices",
    }  # fmt: skip
    visitor.as_(olivia)
    for path, name in pages.items():
        page = visitor.get(path)
        assert page.status_code == 200, path
        assert f'href="/exports/{name}.csv"' in page.content.decode(), path
    assert "/exports/" not in visitor.as_(ana).get("/students/").content.decode()


@pytest.mark.parametrize("by", ["family", "case", "advocate"])
def test_what_is_owed_is_the_same_however_it_is_sorted(visitor, bea, busy, by):
    rows = reporting.ageing(today=TODAY, currency="usd", by=by)

    (owed,) = sql("SELECT sum(amount) FROM payments_entryline WHERE account = 'receivable'")[0]
    assert sum(row.total for row in rows) == owed
    page = visitor.as_(bea).get(f"/invoices/ageing/?by={by}").content.decode()
    name = {"family": busy.case.student.family.name, "case": str(busy.case), "advocate": "Ana"}[by]
    assert name in page
    assert say(int(owed), "usd") in page


def test_unbilled_work_is_the_same_by_case_and_by_person(busy):
    ada = Student.objects.create(family=busy.case.student.family, given_name="Nia", confirmed_at=NOW)
    busy.fee(12_000)
    Expense.objects.create(case=busy.case, on=TODAY, kind="copies", amount=700, description="Copies", spent_by=busy.bea, made_at=NOW)  # fmt: skip
    busy.time(60, case=None, student=ada, description="Before there was a case")
    cases, people = reporting.unbilled_by_case(at=NOW), reporting.unbilled_by_person(at=NOW)

    assert sum(row.total for row in cases) == sum(row.total for row in people) > 12_700
    assert sum(row.minutes for row in cases) == sum(row.minutes for row in people)
    assert next(row for row in cases if row.of == ada).time == 15_000
    assert {row.of: row.other for row in people} == {busy.ana: 12_000, busy.bea: 700}


def test_time_without_a_case_is_worth_what_the_invoice_will_ask(busy):
    """Half the rate for this case: time that names the child alone is billed in it, and counts so."""
    Terms.objects.filter(case=busy.case).update(pays_percent=50)
    busy.time(60, case=None, description="Names the child alone")

    (row,) = reporting.unbilled_by_case(at=NOW)
    assert row.total == drafting.sheet(busy.draft(), at=NOW).totals.total
    assert row.time == 17_250  # 138 minutes at half of $150


def test_lists_ask_for_their_permission(visitor, ana, bea):
    assert visitor.as_(ana).get("/exports/time.csv").status_code == 403
    visitor.as_(bea)
    assert visitor.get("/exports/families.csv").status_code == 404
    assert visitor.get("/exports/nothing.csv").status_code == 404
    assert visitor.get("/exports/time.csv").status_code == 200
    assert "families.csv" not in visitor.get("/exports/").content.decode()


def test_the_budget_counts_billable_time_of_the_case(desk):
    retaining.estimate(desk.case, minutes_low=60, minutes_high=120, rate=100, by=desk.bea, at=NOW)
    desk.time(90)
    desk.time(45, billing="no_charge")
    found = reporting.budget_of(desk.case)
    assert (found.used, found.left, found.percent) == (90, 30, 75)
    desk.time(45)
    assert reporting.budget_of(desk.case).left == -15
    assert balances.all_outstanding(currency="usd") == {}


def test_an_invoice_that_is_overdue_waits_on_the_day_of_who_looks_after_the_money(
    visitor, bea, ana, olivia, desk, clock
):
    visitor.as_(bea)
    assert "Nothing waits for you." in visitor.get("/today/").content.decode()
    invoice = desk.billed(21_000)
    paid = desk.billed(5_000)
    desk.pay(paid, 5_000)
    clock.now = NOW + timedelta(days=400)
    page = visitor.as_(bea).get("/today/").content.decode()
    assert f"Invoice {invoice.label} is overdue" in page
    assert "$210.00 to pay." in page
    assert f'href="/invoices/{invoice.pk}/"' in page
    assert paid.label not in page
    assert "One thing is late." in page
    words = f"Invoice {invoice.label} is overdue"
    assert words in visitor.as_(olivia).get("/today/?who=team").content.decode()
    assert words not in visitor.as_(ana).get("/today/?who=team").content.decode()
