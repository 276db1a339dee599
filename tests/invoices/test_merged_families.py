"""A family that is on file twice: its money is found, and can be used, once the two files are one."""

from datetime import timedelta

import pytest

from cases import opening
from clients import joining, merging
from clients.models import Contact, Family, Guardianship, Student
from invoices import balances, paid, retaining
from invoices.models import Invoice, Terms
from payments import ledger
from payments.ledger import Account
from tests.invoices.conftest import Desk
from tests.world import NOW, key

USD = {"currency": "usd"}


@pytest.fixture
def twin(harbor, ana, bea, clock):
    """Mateo once more, in a file of his own: with an open invoice, $50 too much paid, and a retainer of $300."""
    family = Family.objects.create(name="Riviera", confirmed_at=NOW)
    student = Student.objects.create(
        family=family, given_name="Mateo", family_name="Riviera", confirmed_at=NOW
    )
    contact = Contact.objects.create(family=family, name="Luz Riviera", confirmed_at=NOW)
    Guardianship.objects.create(contact=contact, student=student, relation="mother")
    case = opening.open_case(student=student, kind="iep", advocate=ana, by=ana, at=NOW - timedelta(days=30))
    desk = Desk(case, ana, bea, contact)
    desk.pay(desk.billed(10_000), 15_000)
    desk.held = desk.retainer(deposit=30_000)
    return desk


def test_what_was_paid_too_much_follows_and_pays_the_next_invoice(desk, twin, mateo, ana):
    old, new = twin.payer.family, desk.payer.family
    assert balances.credit_of(new.pk, **USD) == {}

    merging.merge(mateo, twin.case.student, by=ana, at=NOW)

    assert Family.objects.get(pk=old.pk).joined_into == new
    for family in (old.pk, new.pk):
        assert sum(balances.credit_of(family, **USD).values()) == 5_000
    assert ledger.balances(Account.FAMILY_CREDIT, **USD) == {new.pk: 5_000}
    assert set(Invoice.objects.values_list("family", flat=True)) == {new.pk}

    invoice = desk.billed(8_000)  # issuing uses the credit
    assert balances.outstanding(invoice) == 3_000
    assert balances.credit_of(new.pk, **USD) == {}
    assert ledger.out_of_balance() == {}


def test_money_held_for_a_case_stays_with_the_case(desk, twin, mateo, ana, bea):
    merging.merge(mateo, twin.case.student, by=ana, at=NOW)
    twin.held.refresh_from_db()
    twin.case.refresh_from_db()
    twin.case.student = mateo

    assert retaining.held(twin.held) == 30_000
    invoice = Desk(twin.case, ana, bea, twin.payer).billed(12_000)
    owed = balances.outstanding(invoice)
    assert retaining.use(twin.held, invoice, by=bea, at=NOW) == owed
    assert retaining.held(twin.held) == 30_000 - owed
    assert ledger.out_of_balance() == {}


def test_no_more_is_taken_than_both_files_hold(desk, twin, mateo, ana):
    merging.merge(mateo, twin.case.student, by=ana, at=NOW)
    family = desk.payer.family_id

    with pytest.raises(ledger.Overdrawn):
        ledger.post(
            "x", [ledger.debit(Account.FAMILY_CREDIT, 5_001, party=family), ledger.credit(Account.RECEIVABLE, 5_001, party=family)],
            key="x", about="x:1", at=NOW, by=None, currency="usd",
        )  # fmt: skip


def test_the_same_entry_asked_again_after_the_merge_is_the_same(desk, twin, mateo, ana):
    old, new = twin.payer.family_id, desk.payer.family_id

    def post(party):
        lines = [
            ledger.debit(Account.RECEIVABLE, 100, party=party),
            ledger.credit(Account.EARNED, 100, party=party),
        ]
        return ledger.post("x", lines, key="once", about="x:1", at=NOW, by=None, currency="usd")

    first = post(old)
    merging.merge(mateo, twin.case.student, by=ana, at=NOW)
    assert post(new) == first


def test_undone_each_has_its_own_again(desk, twin, mateo, ana):
    old, new = twin.payer.family_id, desk.payer.family_id
    record = merging.merge(mateo, twin.case.student, by=ana, at=NOW)
    merging.undo(record, by=ana, at=NOW)

    assert Family.objects.get(pk=old).joined_into is None
    assert sum(balances.credit_of(old, **USD).values()) == 5_000
    assert balances.credit_of(new, **USD) == {}
    assert Contact.objects.get(pk=twin.payer.pk).family_id == old
    assert Invoice.objects.get().family_id == old


def test_a_caller_who_is_somebody_we_know_brings_the_money_along(desk, twin, ana):
    Terms.objects.create(family=twin.payer.family, changed_at=NOW)
    Terms.objects.create(family=desk.payer.family, changed_at=NOW)  # each has its own; one stays
    joining.join(twin.payer, Contact.objects.get(pk=key("contact luz")), by=ana, at=NOW)

    assert sum(balances.credit_of(desk.payer.family_id, **USD).values()) == 5_000
    invoice = desk.billed(9_000)
    due = paid.family_due(twin.payer.family_id)  # a link to pay that was sent before
    assert due is not None
    assert due.amount == balances.outstanding(invoice) == 4_000


def test_a_family_with_another_child_keeps_its_file_and_its_money(desk, twin, mateo, ana):
    Student.objects.create(family=twin.payer.family, given_name="Sofía", confirmed_at=NOW)
    merging.merge(mateo, twin.case.student, by=ana, at=NOW)

    assert Family.objects.get(pk=twin.payer.family_id).joined_into is None
    assert sum(balances.credit_of(twin.payer.family_id, **USD).values()) == 5_000
    twin.held.refresh_from_db()
    assert retaining.held(twin.held) == 30_000
