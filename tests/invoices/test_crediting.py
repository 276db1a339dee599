"""An invoice is taken back by its lines or an amount, and what was paid too much goes where it is wanted."""

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from invoices import balances, crediting, issuing, retaining
from invoices.models import CreditNote, CreditNoteLine, InvoiceLine, TimeEntry
from payments import ledger
from payments.ledger import Account
from tests.world import NOW


@pytest.fixture
def invoice(desk):
    """Two hours and one at $150, $50 off, 10 % tax: 300 + 150 - 50 + 40."""
    desk.rate()
    desk.time(120)
    desk.time(60, description="Letter")
    return desk.invoice(discount_amount=5_000, tax_rate=10_000)


def credit(desk, invoice, **more):
    return crediting.credit(invoice, reason="Too much", by=desk.bea, at=NOW, **more)


def lines(invoice):
    return {row.line.position: row for row in crediting.left_of_lines(invoice)}


def test_a_line_is_credited_with_its_share_of_discount_and_tax(desk, invoice):
    row = lines(invoice)[2]
    note = credit(desk, invoice, lines=[(row.line, row.net)])

    assert (row.net, note.amount, note.tax, note.voids) == (15_000 - 1_667, 14_666, 1_333, False)
    assert balances.outstanding(invoice) == invoice.total - note.amount
    assert list(lines(invoice)) == [1]


def test_all_lines_in_parts_come_to_the_whole_invoice(desk, invoice):
    for part in (1, 4_999, 5_000):
        credit(desk, invoice, lines=[(lines(invoice)[1].line, part)])
    rest = [(row.line, row.net) for row in lines(invoice).values()]
    last = credit(desk, invoice, lines=rest)

    assert (last.voids, balances.outstanding(invoice)) == (True, 0)
    assert balances.credited(invoice) == (invoice.total, invoice.tax)
    assert TimeEntry.objects.unbilled().count() == 2


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(["line", "amount"]), st.integers(1, 2), st.integers(1, 40_000)), max_size=8))  # fmt: skip
def test_whatever_is_credited_in_whatever_order_the_tax_stays_within_the_invoices(desk, invoice, acts):
    with transaction.atomic():
        for how, position, part in acts:
            try:
                with transaction.atomic():
                    row = InvoiceLine.objects.get(invoice=invoice, position=position)
                    credit(desk, invoice, **({"lines": [(row, part)]} if how == "line" else {"amount": part}))
            except issuing.CannotIssue:
                pass
        before, _tax = balances.credited(invoice)
        if before < invoice.total:
            credit(desk, invoice, amount=invoice.total - before)
        assert balances.credited(invoice) == (invoice.total, invoice.tax)
        assert CreditNote.objects.filter(invoice=invoice, voids=True).count() == 1
        assert ledger.balance(Account.TAX_OWED, currency="usd") == 0
        transaction.set_rollback(True)


def test_more_than_is_left_of_a_line_is_refused_by_its_name(desk, invoice):
    row = lines(invoice)[2]
    with pytest.raises(issuing.CannotIssue, match=r"At most \$133.33 of “Letter”"):
        credit(desk, invoice, lines=[(row.line, row.net + 1)])


@pytest.mark.parametrize("free", [True, False])
def test_a_line_credited_whole_may_be_billed_again_when_that_is_wanted(desk, invoice, free):
    row = lines(invoice)[2]
    credit(desk, invoice, lines=[(row.line, row.net - 1)], free=free)
    assert TimeEntry.objects.unbilled().count() == 0

    credit(desk, invoice, lines=[(row.line, 1)], free=free)
    assert TimeEntry.objects.unbilled().count() == (1 if free else 0)


def test_what_a_note_says_of_its_lines_cannot_be_changed_by_the_firms_own_role(desk, invoice):
    credit(desk, invoice, lines=[(lines(invoice)[1].line, 100)])
    with pytest.raises(DatabaseError), transaction.atomic():
        CreditNoteLine.objects.update(amount=1)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM invoices_creditnoteline")


def test_what_a_retainer_paid_goes_back_into_it(desk):
    retainer = desk.retainer(deposit=50_000)
    invoice = desk.billed(30_000)
    retaining.use(retainer, invoice, by=desk.bea, at=NOW)
    credit(desk, invoice, amount=10_000, to_retainer=True)

    assert (retaining.held(retainer), balances.outstanding(invoice)) == (30_000, 0)
    assert balances.credit_of(invoice.family_id, currency="usd") == {}
    assert ledger.balance(Account.TRUST_CASH, currency="usd") == 30_000
    assert ledger.balance(Account.OPERATING_CASH, currency="usd") == 20_000
    assert ledger.out_of_balance() == {}


def test_without_an_open_retainer_that_is_refused(desk):
    invoice = desk.billed(30_000)
    desk.pay(invoice, 30_000)
    with pytest.raises(issuing.CannotIssue, match="no open retainer"):
        credit(desk, invoice, amount=10_000, to_retainer=True)
    assert not CreditNote.objects.exists()


def test_bea_credits_a_line_on_the_page(visitor, bea, desk, invoice):
    page = f"/invoices/{invoice.pk}/credit/"
    html = visitor.as_(bea).get(page).content.decode()
    assert "$133.33 left" in html
    assert "retainer" not in html

    wrong = visitor.post(page, {"what": "lines", "reason": "Too long", "surplus": "credit"})
    assert (wrong.status_code, "Write an amount beside each line" in wrong.content.decode()) == (422, True)
    assert visitor.post(page, {"what": "lines", "line_1": "133.33", "free": "on", "reason": "Too long", "surplus": "credit"}).status_code == 302  # fmt: skip
    assert CreditNoteLine.objects.get().frees
    assert visitor.get(f"/invoices/credit-notes/{CreditNote.objects.get().pk}/paper.pdf").status_code == 200
    assert visitor.post(page, {"what": "whole", "reason": "All", "surplus": "credit"}).status_code == 302
    assert balances.outstanding(invoice) == 0
