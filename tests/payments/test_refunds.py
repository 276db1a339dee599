"""Giving money back: in parts, never more than is left, made once, and known wherever it was made."""

import itertools
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from outbox.models import Message
from payments import ledger, receiving, refunding
from payments.ledger import Account
from payments.models import Dispute, Finding, Payment, Refund
from payments.providers import stripe
from payments.refunding import CannotRefund
from tests.world import NOW

ENDS = ["payment_intent.succeeded", "checkout.session.completed", "refund.created", "charge.refunded"]


@pytest.fixture
def paid(bills, luz_rivera, cards, page, hear, clock):
    """A bill of $120 that Luz paid by card."""
    bill = bills.add(12_000, luz_rivera)
    cards.pay(page(bill))
    hear()
    return Payment.objects.get()


def give(payment, amount, by, *, reason="Two hours less", once=None):
    return refunding.refund(payment, amount=amount, reason=reason, by=by, at=NOW, once=once)


def at_stripe(cards):
    return stripe.client().v1.refunds.list({}, {"stripe_account": cards.account}).data


def test_parts_go_back_and_never_more_than_is_left(paid, bea, cards, work_due):
    for amount in (5_000, 4_000, 3_000):
        give(paid, amount, bea)
    with pytest.raises(CannotRefund, match="All of it"):
        give(paid, 1, bea)
    work_due()

    assert sorted(refund.amount for refund in at_stripe(cards)) == [3_000, 4_000, 5_000]
    assert {(row.state, row.by, row.reason) for row in Refund.objects.all()} == {
        ("made", bea, "Two hours less")
    }
    assert ledger.balance(Account.STRIPE, currency="usd") == -378  # Stripe keeps its fee
    assert ledger.balance(Account.RECEIVABLE, currency="usd") == 0
    assert Message.objects.filter(kind="refund", recipient="luz@harbor.example").count() == 3


@pytest.mark.parametrize("amount", [0, -5, 12_001])
def test_an_amount_that_is_not_there_is_refused_in_a_sentence(paid, bea, amount):
    with pytest.raises(CannotRefund, match=r"At most \$120.00"):
        give(paid, amount, bea)
    assert not Refund.objects.exists()


def test_the_same_request_twice_is_one_refund(paid, bea):
    assert give(paid, 5_000, bea, once="form:1") == give(paid, 5_000, bea, once="form:1")
    with pytest.raises(CannotRefund, match="reload"):
        give(paid, 6_000, bea, once="form:1")
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("kind", ["error_before", "error_after", "lost_answer", "error_kept", "drop"])
def test_whatever_becomes_of_the_answer_it_is_made_once(paid, bea, cards, standins, work_due, kind):
    standins.fault(service="stripe", kind=kind, times=3, method="POST", path="/v1/refunds$")
    give(paid, 5_000, bea)
    for n in range(1, 9):
        work_due(NOW + n * timedelta(minutes=2))

    assert [refund.amount for refund in at_stripe(cards)] == [5_000]
    assert Refund.objects.get().state == "made"


def test_one_that_stripe_refuses_leaves_the_money_and_tells_the_owner(
    paid, bea, cards, olivia, work_due, standins
):
    standins._ask("/stripe", {"dispute": {"charge": paid.charge_id, "account": cards.account}})
    give(paid, 5_000, bea)
    work_due()

    refund = Refund.objects.get()
    assert (refund.state, "charged back" in refund.refused) == ("refused", True)
    assert (paid.left, ledger.balance(Account.STRIPE, currency="usd")) == (12_000, 12_000 - 378)
    assert Message.objects.get(kind="told-refund-failed").recipient == olivia.email


def test_one_that_comes_back_from_the_bank_is_undone_and_told(
    bills, luz_rivera, bea, olivia, cards, page, hear, clock
):
    bill = bills.add(12_000, luz_rivera)
    cards.pay(page(bill), number="4000000000005126")
    hear()
    give(Payment.objects.get(), 12_000, bea)
    hear()
    assert Refund.objects.get().state == "made"
    later = NOW + timedelta(minutes=5)
    cards.now_at(later)
    hear(later)

    assert Refund.objects.get().state == "failed"
    assert (Payment.objects.get().left, ledger.balance(Account.RECEIVABLE, currency="usd")) == (
        12_000,
        -12_000,
    )
    assert bill.told == [("paid", 12_000), ("returned", 12_000), ("paid", 12_000)]
    assert Message.objects.filter(kind="told-refund-failed", recipient=olivia.email).count() == 1


def test_one_made_on_stripes_own_pages_is_found_once(paid, cards, hear):
    options = {"stripe_account": cards.account}
    stripe.client().v1.refunds.create({"payment_intent": paid.payment_intent, "amount": 2_500}, options)
    hear()
    for event in cards.events():
        cards.tell({**event, "id": f"{event['id']}again"})
    hear()

    refund = Refund.objects.get()
    assert (refund.amount, refund.state, refund.made_in_dashboard, refund.by) == (2_500, "made", True, None)
    assert ledger.balance(Account.RECEIVABLE, currency="usd") == -9_500


def test_client_money_that_was_used_cannot_be_asked_back_here_and_is_listed_when_stripe_gave_it(luz_rivera, bea, cards, page, hear, clock):  # fmt: skip
    from payments import subjects
    from tests.payments.bills import Bills

    bill = Bills(account=Account.TRUST_HELD).add(12_000, luz_rivera)
    cards.pay(page(bill))
    hear()
    payment = Payment.objects.get()
    ledger.post(
        "used", [ledger.debit(Account.TRUST_HELD, 10_000, party=payment.party), ledger.credit(Account.TRUST_CASH, 10_000),
                 ledger.debit(Account.OPERATING_CASH, 10_000), ledger.credit(Account.EARNED, 10_000)],
        key="used", about="x:1", at=NOW, by=bea, currency="usd",
    )  # fmt: skip
    with pytest.raises(CannotRefund, match=r"only \$20.00"):
        give(payment, 5_000, bea)
    stripe.client().v1.refunds.create({"payment_intent": payment.payment_intent, "amount": 5_000}, {"stripe_account": cards.account})  # fmt: skip
    hear()
    subjects._kinds.pop("bill")

    assert Finding.objects.get().kind == Finding.Kind.TRUST_SHORT
    assert ledger.balance(Account.TRUST_HELD, currency="usd") == 2_000
    assert ledger.balance(Account.RECEIVABLE, party=payment.party, currency="usd") == 5_000
    assert ledger.out_of_balance() == {}


def test_a_list_of_several_pages_is_read_whole_and_of_its_own_account(paid, bea, cards, work_due):
    for amount in (1_000, 2_000, 3_000):
        give(paid, amount, bea)
    work_due()
    first = stripe.client().v1.refunds.list({"limit": 1}, {"stripe_account": cards.account})

    assert first.has_more
    assert sorted(row.amount for row in stripe._every(first)) == [1_000, 2_000, 3_000]


def test_a_dispute_is_noted_and_the_owner_told_once(paid, cards, hear, olivia, standins):
    standins._ask("/stripe", {"dispute": {"charge": paid.charge_id, "account": cards.account}})
    hear()
    for event in cards.events():
        cards.tell({**event, "id": f"{event['id']}again"})
    hear()

    assert (Dispute.objects.get().amount, Dispute.objects.get().payment) == (12_000, paid)
    assert Message.objects.filter(kind="told-dispute", recipient=olivia.email).count() == 1


def test_an_event_about_this_payment_in_another_firms_name_touches_nothing(
    paid, cards, birch, work_due, standins
):
    """Birch's account tells of a refund of Harbor's payment: neither firm's rows move."""
    from payments.models import StripeAccount
    from tenants.numbers import note_account
    from tenants.places import within

    other = stripe.new_account(email="zoe@birch.example", key="another")
    with within(birch.firm):
        StripeAccount.objects.create(account_id=other, charges_enabled=True, connected_at=NOW)
        note_account(other)
    stripe.client().v1.refunds.create({"payment_intent": paid.payment_intent, "amount": 2_500}, {"stripe_account": cards.account})  # fmt: skip
    for event in cards.events():
        cards.tell({**event, "account": other})
    work_due()

    assert not Refund.objects.exists()
    with within(birch.firm):
        assert not Refund.objects.exists()


def test_a_check_is_given_back_by_hand(bills, luz_rivera, bea, clock):
    bill = bills.add(12_000, luz_rivera)
    payment = receiving.record(subject=bill.subject, method="check", amount=12_000, currency="usd", received_on=NOW.date(), by=bea, at=NOW)  # fmt: skip
    give(payment, 2_000, bea)

    assert (Refund.objects.get().state, payment.left) == ("made", 10_000)
    assert ledger.balance(Account.OPERATING_CASH, currency="usd") == 10_000


@pytest.mark.commits
def test_six_refunds_at_once_take_no_more_than_was_paid(standins):
    from tests.payments.test_ledger import firm_of_its_own

    with firm_of_its_own() as firm:
        from accounts.models import User
        from clients.models import Contact, Family
        from tenants.places import within

        with within(firm):
            contact = Contact.objects.create(family=Family.objects.create(name="R"), name="Luz")
            by = User.objects.get()
            payment = receiving.record(contact=contact, method="cash", amount=1_000, currency="usd", received_on=NOW.date(), by=by, at=NOW)  # fmt: skip
        begin, refused = threading.Barrier(6), []

        def one():
            try:
                with within(firm):
                    begin.wait()
                    give(payment, 300, by)
            except CannotRefund as why:
                refused.append(why)
            finally:
                connection.close()

        threads = [threading.Thread(target=one) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with within(firm):
            assert (len(refused), payment.left) == (3, 100)
            assert ledger.balance(Account.FAMILY_CREDIT, currency="usd") == 100


def test_every_order_of_the_events_of_a_payment_and_its_refund_ends_alike(
    bills, luz_rivera, bea, cards, page, clock, work_due
):
    """Each order from the beginning, with each event told twice."""
    bill = bills.add(12_000, luz_rivera)
    cards.pay(page(bill))
    intent = stripe.client().v1.payment_intents.list({}, {"stripe_account": cards.account}).data[0]
    stripe.client().v1.refunds.create(
        {"payment_intent": intent.id, "amount": 2_500}, {"stripe_account": cards.account}
    )
    events = [event for event in cards.events() if event["type"] in ENDS]
    assert len(events) == len(ENDS)
    for order in itertools.permutations(events):
        with transaction.atomic():
            for event in order:
                cards.tell(event)
                cards.tell({**event, "id": f"{event['id']}again"})
                work_due()
            assert list(Payment.objects.values_list("amount", "fee")) == [(12_000, 378)]
            assert list(Refund.objects.values_list("amount", "made_in_dashboard")) == [(2_500, True)]
            assert ledger.balance(Account.STRIPE, currency="usd") == 12_000 - 378 - 2_500
            assert (ledger.out_of_balance(), Finding.objects.count()) == ({}, 0)
            transaction.set_rollback(True)
