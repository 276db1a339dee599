"""Invoices add up, are numbered without a gap, never change, and are taken back by credit notes alone."""

import threading
from datetime import date
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from cases import opening
from clients.models import Contact, Family, Guardianship, Student
from invoices import balances, counting, crediting, drafting, issuing
from invoices.models import Billing, CreditNote, FlatFee, Invoice, InvoiceLine, WriteOff
from lobby.opening import open_firm
from payments import ledger
from payments.models import Account
from tenants.places import within
from tests.world import NOW

TODAY = date(2026, 11, 24)
amounts = st.lists(st.tuples(st.integers(0, 10**7), st.booleans()), min_size=1, max_size=12)


@given(amounts, st.integers(0, 100_000), st.integers(0, 10**7), st.integers(0, 30_000), st.booleans())
def test_every_split_adds_up_to_the_last_unit(lines, discount_rate, discount_amount, tax_rate, by_rate):
    """In minor units, whatever they are: cents, yen or thousandths of a dinar."""
    values, taxed = [amount for amount, _ in lines], [is_taxed for _, is_taxed in lines]
    told = {"discount_rate": discount_rate} if by_rate else {"discount_amount": discount_amount}

    sums = counting.totals(values, taxed, tax_rate=tax_rate, **told)

    assert sum(sums.discounts) == sums.discount
    assert all(0 <= part <= value for part, value in zip(sums.discounts, values, strict=True))
    assert sums.subtotal - sums.discount + sums.tax == sums.total
    net = sum(v - d for v, d, t in zip(values, sums.discounts, taxed, strict=True) if t)
    assert abs(sums.tax * 100_000 - net * tax_rate) * 2 <= 100_000


@given(st.integers(1, 10**8), st.integers(0, 10**7), st.lists(st.integers(1, 1000), min_size=1, max_size=6))
def test_the_tax_of_credit_notes_adds_up_to_the_invoices(total, tax, parts):
    tax = min(tax, total)
    cuts = [total * sum(parts[: n + 1]) // sum(parts) for n in range(len(parts))]

    taxes, before = [], 0
    for cut in cuts:
        taxes.append(counting.tax_within(cut, of=total, tax=tax) - sum(taxes))
        assert 0 <= taxes[-1] <= max(cut - before, 0) + 1
        before = cut

    assert sum(taxes) == tax


@pytest.mark.parametrize(("currency", "rate", "expected"), [("usd", 15_000, 3_000), ("jpy", 15_000, 3_000), ("kwd", 45_500, 9_100)])  # fmt: skip
def test_an_invoice_adds_up_in_currencies_of_two_none_and_three_decimals(desk, currency, rate, expected):
    from invoices.models import Terms

    Terms.objects.create(currency=currency, round_to=6, tax_rate=8_875, changed_at=NOW)
    desk.rate(rate)
    desk.time(7)
    invoice = desk.invoice(discount_rate=10_000)

    net = expected - expected // 10
    assert (invoice.currency, invoice.subtotal, invoice.discount) == (currency, expected, expected // 10)
    assert invoice.tax == (net * 8_875 * 2 + 100_000) // 200_000
    assert balances.outstanding(invoice) == invoice.total == net + invoice.tax
    assert ledger.out_of_balance() == {}


def test_an_invoice_holds_time_fees_and_expenses_each_once(desk):
    from invoices.models import Expense

    desk.rate(15_000)
    desk.time(60)
    desk.time(30, billing=Billing.NO_CHARGE)
    desk.fee(50_000)
    Expense.objects.create(case=desk.case, on=TODAY, kind="copies", amount=1_250, description="Copies", spent_by=desk.ana, made_at=NOW)  # fmt: skip

    invoice = desk.invoice()

    found = sorted(invoice.lines.values_list("kind", "amount", "free"))
    assert found == [
        ("expense", 1_250, ""),
        ("fee", 50_000, ""),
        ("time", 0, "no_charge"),
        ("time", 15_000, ""),
    ]
    assert invoice.total == 66_250
    assert drafting.unbilled(desk.case, at=NOW) == []


def test_a_rate_of_the_person_on_the_case_says_over_all_others_from_its_day_on(desk):
    desk.rate(10_000)
    desk.rate(12_000, person=desk.ana)
    desk.rate(13_000, case=desk.case)
    desk.rate(14_000, person=desk.ana, case=desk.case, from_on=date(2026, 11, 20))
    desk.time(60, on=date(2026, 11, 19))
    desk.time(60, on=date(2026, 11, 20))

    assert list(desk.invoice().lines.values_list("amount", flat=True)) == [13_000, 14_000]


def test_the_sliding_scale_and_pro_bono(desk):
    desk.rate(15_000)
    terms = desk.terms(pays_percent=40)
    desk.time(60)
    assert desk.invoice().total == 6_000

    terms.pays_percent = 0
    terms.save()
    desk.time(60)
    invoice = desk.invoice()
    assert (invoice.total, invoice.lines.get().free, balances.outstanding(invoice)) == (0, "pro_bono", 0)


def test_time_in_a_flat_fee_is_shown_and_costs_nothing(desk):
    desk.rate(15_000)
    desk.fee(50_000, covers_time=True)
    desk.time(90)

    invoice = desk.invoice()

    assert invoice.total == 50_000
    assert invoice.lines.get(kind="time").free == "flat"


def test_without_a_rate_nothing_is_issued(desk):
    desk.time(60)

    with pytest.raises(issuing.CannotIssue, match="No rate is set for Ana Reyes"):
        desk.invoice()
    assert not Invoice.objects.exists()


def test_an_issued_paper_cannot_be_changed_by_the_firms_own_role(desk):
    invoice = desk.billed()
    crediting.credit(invoice, amount=100, reason="Too much", by=desk.bea, at=NOW)
    issuing.write_off(invoice, amount=100, reason="Small", by=desk.bea, at=NOW)

    for model in (Invoice, InvoiceLine, CreditNote, WriteOff):
        row = model.objects.get()
        for act in (
            lambda row=row: row.save(),
            lambda row=row: type(row).objects.filter(pk=row.pk)._raw_delete("default"),
        ):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                act()


def test_two_presses_of_one_button_make_one_invoice(desk):
    desk.fee()
    draft = desk.draft()

    first = issuing.issue(draft, by=desk.bea, at=NOW, idempotency_key="k")
    again = issuing.issue(draft, by=desk.bea, at=NOW, idempotency_key="k")

    assert first == again
    with pytest.raises(issuing.CannotIssue, match="gone"):
        issuing.issue(draft, by=desk.bea, at=NOW)
    assert Invoice.objects.count() == 1


def test_work_that_was_billed_meanwhile_is_not_billed_again(desk):
    desk.fee()
    draft = desk.draft()
    other = FlatFee.objects.get()
    FlatFee.objects.filter(pk=other.pk).update(dropped_at=NOW)

    with pytest.raises(issuing.CannotIssue, match="meanwhile"):
        issuing.issue(draft, by=desk.bea, at=NOW)


def test_a_whole_credit_note_frees_the_work_and_a_part_does_not(desk):
    desk.rate()
    desk.time(60)
    invoice = desk.invoice()

    crediting.credit(invoice, amount=5_000, reason="Part", by=desk.bea, at=NOW)
    assert drafting.unbilled(desk.case, at=NOW) == []
    note = crediting.credit(invoice, amount=10_000, reason="Rest", by=desk.bea, at=NOW)

    assert note.voids
    assert balances.outstanding(invoice) == 0
    assert [item.amount for item in drafting.unbilled(desk.case, at=NOW)] == [15_000]
    with pytest.raises(issuing.CannotIssue, match=r"At most \$0.00"):
        crediting.credit(invoice, amount=1, reason="More", by=desk.bea, at=NOW)


def test_crediting_a_paid_invoice_keeps_the_money_as_the_familys_credit(desk):
    invoice = desk.billed(10_000)
    desk.pay(invoice, 10_000)

    crediting.credit(invoice, amount=4_000, reason="Too long", by=desk.bea, at=NOW)

    assert balances.outstanding(invoice) == 0
    assert balances.credit_of(invoice.family_id, currency="usd") == {invoice.case_id: 4_000}
    later = desk.billed(10_000)
    assert balances.outstanding(later) == 6_000
    assert balances.credit_of(invoice.family_id, currency="usd") == {}
    assert ledger.out_of_balance() == {}


def test_writing_off_takes_no_more_than_is_owed(desk):
    invoice = desk.billed(10_000)
    desk.pay(invoice, 7_500)

    with pytest.raises(issuing.CannotIssue, match=r"At most \$25.00"):
        issuing.write_off(invoice, amount=2_501, reason="Hardship", by=desk.bea, at=NOW)
    issuing.write_off(invoice, amount=2_500, reason="Hardship", by=desk.bea, at=NOW)

    assert balances.outstanding(invoice) == 0
    assert ledger.balance(Account.WRITE_OFF, currency="usd") == 2_500


def test_a_payment_goes_to_the_oldest_first_and_the_rest_is_credit(desk):
    first, second = desk.billed(10_000), desk.billed(20_000)

    desk.pay(None, 25_000, subject=f"family:{first.family_id}")
    assert balances.outstanding_of([first, second]) == {first.pk: 0, second.pk: 5_000}
    desk.pay(second, 8_000)

    assert balances.outstanding(second) == 0
    assert balances.credit_of(first.family_id, currency="usd") == {None: 3_000}
    assert ledger.out_of_balance() == {}


@pytest.mark.commits
@pytest.mark.timeout(100)
def test_numbers_have_no_gap_however_many_issue_at_once():
    """Twenty drafts in eight threads, every third of which falls down after it has its number."""
    slug = f"numbers-{uuid4().hex[:8]}"
    firm, _owner = open_firm(
        name="Numbers", slug=slug, owner_name="O", owner_email=f"o@{slug}.example", password_hash=make_password("x"),
        state="MT", timezone="America/Denver", language="en", at=timezone.now(), ask_confirmation=False,
    )  # fmt: skip
    now = timezone.now()
    with within(firm):
        owner = User.objects.get()
        family = Family.objects.create(name="F", confirmed_at=now)
        student = Student.objects.create(family=family, given_name="K", confirmed_at=now)
        payer = Contact.objects.create(family=family, name="P")
        Guardianship.objects.create(contact=payer, student=student)
        drafts = []
        for n in range(20):
            case = opening.open_case(student=student, kind="other", advocate=owner, by=owner, at=now)
            FlatFee.objects.create(case=case, name=f"Fee {n}", amount=100 + n, agreed_on=now.date(), set_by=owner, set_at=now)  # fmt: skip
            drafts.append(drafting.begin(case, payer, by=owner, at=now))
    connection.close_if_unusable_or_obsolete()

    def work(share):
        try:
            with within(firm):
                for n in share:
                    try:
                        with transaction.atomic():
                            issuing.issue(drafts[n], by=owner, at=now)
                            if n % 3 == 0:
                                raise KeyError(n)
                    except KeyError:
                        issuing.issue(drafts[n], by=owner, at=now)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(range(start, 20, 8),)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with within(firm):
        assert sorted(Invoice.objects.values_list("number", flat=True)) == list(range(1, 21))
        assert ledger.out_of_balance() == {}
        assert ledger.balance(Account.RECEIVABLE, currency="usd") == sum(100 + n for n in range(20))
