"""Checks, cash and transfers: written down once, counted where they belong, struck out with a reason."""

from datetime import timedelta

import pytest

from outbox.models import Message
from payments import ledger, receiving, refunding
from payments.ledger import Account
from payments.models import Payment
from payments.money import UnknownCurrency
from payments.receiving import CannotRecord
from payments.subjects import UnknownSubject
from tests.world import NOW, key

RIVERA = key("family Rivera")


@pytest.fixture
def record(bea):
    def record(**more):
        told = {
            "method": "check",
            "amount": 4_000,
            "currency": "usd",
            "received_on": NOW.date(),
            "by": bea,
            "at": NOW,
        }
        return receiving.record(**{**told, **more})

    return record


def balance(account):
    return ledger.balance(account, currency="usd")


def test_a_check_counts_towards_its_bill(bills, luz_rivera, record, bea):
    bill = bills.add(10_000, luz_rivera)
    payment = record(subject=bill.subject, reference="1204", payer="Abuela Rivera")

    assert (payment.how, payment.payer, payment.what, payment.recorded_by) == ("Check, no. 1204", "Abuela Rivera", "Bill 2026-001", bea)  # fmt: skip
    assert bills.due(bill.pk).amount == 6_000
    assert (balance(Account.OPERATING_CASH), balance(Account.RECEIVABLE)) == (4_000, -4_000)
    assert bill.told == [("paid", 4_000)]


def test_what_is_more_than_the_bill_is_the_familys_credit(bills, luz_rivera, record):
    record(subject=bills.add(3_000, luz_rivera).subject)

    assert (balance(Account.RECEIVABLE), balance(Account.FAMILY_CREDIT)) == (-3_000, 1_000)
    assert ledger.balances(Account.FAMILY_CREDIT, currency="usd") == {RIVERA: 1_000}


def test_money_on_account_is_all_credit(luz_rivera, record):
    record(contact=luz_rivera, method="cash")

    assert ledger.balances(Account.FAMILY_CREDIT, currency="usd") == {RIVERA: 4_000}


def test_the_same_request_twice_is_one_payment(luz_rivera, record):
    assert record(contact=luz_rivera, once="form:1") == record(contact=luz_rivera, once="form:1")
    with pytest.raises(CannotRecord, match="reload"):
        record(contact=luz_rivera, once="form:1", amount=5_000)
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"amount": 0}, CannotRecord), ({"method": "card"}, CannotRecord), ({"contact": None}, CannotRecord),
        ({"received_on": (NOW + timedelta(days=2)).date()}, CannotRecord), ({"currency": "xxx"}, UnknownCurrency),
        ({"subject": "bill:nothing"}, UnknownSubject), ({"subject": "teapot:1"}, UnknownSubject),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence(bills, luz_rivera, record, more, why):
    with pytest.raises(why) as refused:
        record(**{"contact": luz_rivera, **more})
    assert str(refused.value).endswith(".")
    assert not Payment.objects.exists()


def test_a_bill_in_another_currency_is_refused(bills, luz_rivera, record):
    with pytest.raises(CannotRecord, match="EUR"):
        record(subject=bills.add(3_000, luz_rivera, currency="eur").subject)


def test_a_mistake_is_struck_out_once_with_its_reason(bills, luz_rivera, record, bea):
    bill = bills.add(10_000, luz_rivera)
    payment = record(subject=bill.subject)
    void = receiving.strike_out(payment, reason="The check was for another family", by=bea, at=NOW)

    assert receiving.strike_out(payment, reason="again", by=bea, at=NOW) == void
    assert (balance(Account.OPERATING_CASH), bills.due(bill.pk).amount) == (0, 10_000)
    assert bill.told == [("paid", 4_000), ("returned", 4_000)]
    assert Payment.objects.get().left == 0


def test_credit_that_was_used_keeps_its_payment_from_being_struck_out(luz_rivera, record, bea):
    payment = record(contact=luz_rivera)
    ledger.post("used", [ledger.debit(Account.FAMILY_CREDIT, 1, party=RIVERA), ledger.credit(Account.RECEIVABLE, 1, party=RIVERA)], key="u", about="x:1", at=NOW, by=bea, currency="usd")  # fmt: skip
    with pytest.raises(CannotRecord, match="not the firm’s own"):
        receiving.strike_out(payment, reason="x", by=bea, at=NOW)
    assert not hasattr(Payment.objects.get(), "void")


def test_one_that_was_given_back_in_part_stays(luz_rivera, record, bea):
    payment = record(contact=luz_rivera)
    refunding.refund(payment, amount=1_000, reason="x", by=bea, at=NOW)
    with pytest.raises(CannotRecord, match="given back already"):
        receiving.strike_out(payment, reason="x", by=bea, at=NOW)


def test_what_comes_in_the_morning_counts_at_once(luz_rivera, bea, clock):
    """A day stands for its noon, but never for a time that is still to come."""
    morning = NOW.replace(hour=15)  # eight in Montana
    made = receiving.record(contact=luz_rivera, method="cash", amount=100, currency="usd", received_on=NOW.date(), by=bea, at=morning)  # fmt: skip

    assert made.paid_at == morning


def test_a_receipt_leaves_when_asked_for(luz_rivera, record):
    record(contact=luz_rivera)
    record(contact=luz_rivera, send_receipt=True)

    assert Message.objects.filter(kind="receipt", recipient="luz@harbor.example").count() == 1
