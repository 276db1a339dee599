"""A bank takes a payment back, decides, and perhaps gives it back: the ledger says what Stripe's own balance says."""

import pytest

from outbox.models import Message
from payments import ledger, reconciling, refunding
from payments.ledger import Account
from payments.models import Dispute, Entry, Payment
from payments.providers import stripe
from payments.refunding import CannotRefund
from tests.payments.bills import Bills
from tests.payments.test_reconciling import NIGHT, compare
from tests.world import NOW


@pytest.fixture
def paid(bills, luz_rivera, cards, page, hear, clock):
    """A bill of $120 that Luz paid by card."""
    cards.pay(page(bills.add(12_000, luz_rivera)))
    hear()
    return Payment.objects.get()


@pytest.fixture
def dispute(paid, cards, hear, standins):
    standins._ask("/stripe", {"dispute": {"charge": paid.charge_id, "account": cards.account}})
    hear()
    return Dispute.objects.get()


def answer(dispute, cards, words):
    stripe.client().v1.disputes.update(dispute.provider_id, {"evidence": {"uncategorized_text": words}}, {"stripe_account": cards.account})  # fmt: skip


def at_stripe(cards):
    """What the account's balance comes to, by Stripe's own count."""
    found = stripe.client().v1.balance.retrieve({}, {"stripe_account": cards.account})
    return sum(part.amount for part in [*found.available, *found.pending] if part.currency == "usd")


def holds(*accounts):
    return tuple(ledger.balance(account, currency="usd") for account in accounts)


def test_while_the_bank_decides_the_money_is_gone_and_the_bill_stays_paid(dispute, paid, cards, bills):
    assert holds(Account.STRIPE) == (at_stripe(cards),)
    assert holds(Account.DISPUTED, Account.RECEIVABLE) == (12_000, -12_000)
    assert ledger.out_of_balance() == {}
    assert paid.is_disputed


def test_won_it_comes_back_with_its_fee(dispute, paid, cards, hear, olivia):
    before = ledger.balance(Account.FEES, currency="usd")
    answer(dispute, cards, "winning_evidence")
    hear()
    hear()

    assert holds(Account.STRIPE) == (at_stripe(cards),)
    assert holds(Account.DISPUTED, Account.RECEIVABLE) == (0, -12_000)
    assert before - ledger.balance(Account.FEES, currency="usd") == 1_500
    assert not Payment.objects.get().is_disputed
    assert Message.objects.filter(kind="told-dispute-ended", recipient=olivia.email).count() == 1


def test_lost_it_is_owed_again(dispute, paid, cards, hear, olivia):
    answer(dispute, cards, "losing_evidence")
    hear()
    hear()

    assert holds(Account.STRIPE) == (at_stripe(cards),)
    assert holds(Account.DISPUTED, Account.RECEIVABLE) == (0, 0)
    assert "is lost: $120.00" in Message.objects.get(kind="told-dispute-ended", recipient=olivia.email).title


def test_what_a_bank_took_back_cannot_be_given_back_too(dispute, paid, bea):
    with pytest.raises(CannotRefund, match="bank took this payment back"):
        refunding.refund(paid, amount=1_000, reason="Kind", by=bea, at=NOW)
    assert refunding.give_back_payment(paid, reason="called off", at=NOW) is None


def test_one_that_nobody_told_us_of_is_found_at_night(paid, cards, standins):
    standins._ask("/stripe", {"dispute": {"charge": paid.charge_id, "account": cards.account}})
    first, again = compare(), compare()

    assert (first.mended, again.mended, again.is_clean) == (1, 0, True)
    assert holds(Account.STRIPE) == (at_stripe(cards),)


def test_one_of_long_ago_that_ended_unheard_is_found_too(dispute, paid, cards):
    answer(dispute, cards, "losing_evidence")
    told = reconciling.reconcile(at=NIGHT, since=NIGHT)

    assert (told.mended, Dispute.objects.get().status) == (1, "lost")


def test_client_money_leaves_its_purse_at_once_and_never_twice(luz_rivera, cards, page, hear, clock, standins):  # fmt: skip
    bills = Bills(account=Account.TRUST_HELD)
    cards.pay(page(bills.add(50_000, luz_rivera)))
    hear()
    paid = Payment.objects.get()
    standins._ask("/stripe", {"dispute": {"charge": paid.charge_id, "account": cards.account}})
    hear()
    hear()
    assert holds(Account.TRUST_HELD, Account.TRUST_CASH, Account.DISPUTED) == (0, 0, 0)

    answer(Dispute.objects.get(), cards, "winning_evidence")
    hear()
    assert holds(Account.TRUST_HELD, Account.TRUST_CASH) == (50_000, 50_000)
    assert ledger.balance(Account.STRIPE, currency="usd") + 50_000 == at_stripe(cards)


def test_client_money_that_was_used_is_the_firms_loss_until_it_is_paid(luz_rivera, cards, page, hear, clock, standins, bea):  # fmt: skip
    bills = Bills(account=Account.TRUST_HELD)
    cards.pay(page(bills.add(50_000, luz_rivera)))
    hear()
    paid = Payment.objects.get()
    ledger.post(
        "invoice.paid_from_retainer",
        [
            ledger.debit(Account.TRUST_HELD, 50_000, party=paid.party, matter=paid.case_id), ledger.credit(Account.TRUST_CASH, 50_000),
            ledger.debit(Account.OPERATING_CASH, 50_000), ledger.credit(Account.EARNED, 50_000),
        ],
        key="used", about="invoice:1", at=NOW, by=bea, currency="usd",
    )  # fmt: skip
    standins._ask("/stripe", {"dispute": {"charge": paid.charge_id, "account": cards.account}})
    hear()
    assert holds(Account.DISPUTED) == (50_000,)

    answer(Dispute.objects.get(), cards, "losing_evidence")
    hear()
    assert holds(Account.DISPUTED, Account.RECEIVABLE) == (0, 50_000)
    assert Entry.objects.filter(kind="dispute.lost").count() == 1
