"""Every night Stripe's lists, our rows and the ledger are compared: what can be proved is mended, the rest is listed."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from payments import ledger, receiving, reconciling, refunding
from payments.ledger import Account
from payments.models import Checkout, Entry, EntryLine, Finding, Payment, Refund, StripeAccount
from payments.providers import stripe
from tenants.models import DueWork
from tests.world import NOW

NIGHT = NOW + timedelta(hours=15)


@pytest.fixture
def paid(bills, luz_rivera, cards, page, hear, clock):
    """A bill of $120 that Luz paid by card, and we know it."""
    cards.pay(page(bills.add(12_000, luz_rivera)))
    hear()
    return Payment.objects.get()


def compare(**more):
    return reconciling.reconcile(at=NIGHT, since=NOW - timedelta(days=1), **more)


def kinds():
    return set(Finding.objects.open().values_list("kind", flat=True))


def test_when_all_agrees_nothing_is_said(paid):
    told = compare()

    assert (told.payments, told.refunds, told.mended, told.is_clean) == (1, 0, 0, True)


def test_a_payment_nobody_told_us_of_is_found_and_mended(bills, luz_rivera, cards, page, clock):
    bill = bills.add(12_000, luz_rivera)
    cards.pay(page(bill))
    told = compare()

    assert (told.mended, told.is_clean, Payment.objects.get().amount) == (1, True, 12_000)
    assert bill.told == [("paid", 12_000)]
    assert compare().mended == 0


def test_a_payment_on_a_page_that_we_had_given_up_is_noted_too(bills, luz_rivera, cards, page, clock):
    """It was ended here while Stripe still took it: the money counts all the same."""
    checkout = page(bills.add(12_000, luz_rivera))
    Checkout.objects.update(settled_at=NOW)
    cards.pay(checkout)

    assert (compare().mended, Payment.objects.count()) == (1, 1)


def test_a_refund_made_elsewhere_is_found(paid, cards):
    stripe.client().v1.refunds.create({"payment_intent": paid.payment_intent, "amount": 2_500}, {"stripe_account": cards.account})  # fmt: skip
    told = compare()

    assert (told.mended, told.is_clean, Refund.objects.get().amount) == (1, True, 2_500)
    assert ledger.balance(Account.STRIPE, currency="usd") == 12_000 - 378 - 2_500


def test_a_refund_that_failed_unheard_is_undone(bills, luz_rivera, bea, cards, page, hear, clock, work_due):
    cards.pay(page(bills.add(12_000, luz_rivera)), number="4000000000005126")
    hear()
    refunding.refund(Payment.objects.get(), amount=12_000, reason="x", by=bea, at=NOW)
    work_due()
    cards.now_at(NIGHT)

    assert (compare().mended, Refund.objects.get().state) == (1, "failed")


def test_a_fee_that_we_had_not_heard_of_is_noted(paid):
    Payment.objects.filter(pk=paid.pk).update(fee=None)
    told = compare()

    assert (told.mended, Payment.objects.get().fee) == (1, 378)


def test_a_payment_that_stripe_does_not_have_is_listed(paid, cards):
    Checkout.objects.update(session_id="cs_test_nothing")
    Payment.objects.update(payment_intent="pi_nothing")
    told = compare()

    assert kinds() == {Finding.Kind.MISSING_PAYMENT, Finding.Kind.UNKNOWN_PAYMENT}
    assert (told.findings, told.is_clean) == (2, False)
    assert compare().findings == 2  # the same two, not four


def test_another_amount_is_listed_and_the_ledger_too(paid):
    Payment.objects.update(amount=11_000)
    compare()

    assert kinds() == {Finding.Kind.OTHER_AMOUNT, Finding.Kind.LEDGER}


def test_a_refund_that_stripe_does_not_have_is_listed(paid, bea, work_due):
    refunding.refund(paid, amount=500, reason="x", by=bea, at=NOW)
    work_due()
    Refund.objects.update(provider_id="re_nothing")
    compare()

    assert Finding.Kind.MISSING_REFUND in kinds()


def test_payments_of_somebody_else_on_the_same_account_are_none_of_ours(paid, cards):
    """The firm's own account may take money from elsewhere."""
    stripe.client().v1.payment_intents.create(
        {"amount": 900, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}, {"stripe_account": cards.account}
    )  # fmt: skip
    told = compare()

    assert (told.payments, told.is_clean) == (1, True)


def test_an_account_that_is_gone_is_noticed(paid, cards, standins):
    standins._ask("/stripe", {"revoke": cards.account})
    compare()

    assert StripeAccount.objects.get().ended_because == "revoked"


def test_while_stripe_is_silent_nothing_is_concluded(paid, standins):
    standins.fault(service="stripe", kind="error_before", times=9, path="/v1/")
    told = compare()

    assert (told.unreachable, told.findings) == (1, 0)


def test_it_comes_again_every_night(harbor, olivia, standins, clock, work_due):
    from payments import connecting

    connecting.begin(by=olivia, at=NOW)
    first = DueWork.objects.get(kind=connecting.RECONCILE).due_at
    work_due(first)

    assert first.astimezone(harbor.firm.zone).strftime("%a %H:%M") == "Wed 03:30"
    assert DueWork.objects.get(kind=connecting.RECONCILE).due_at == first + timedelta(days=1)


def test_the_command_says_what_it_did(paid, luz_rivera, bea):
    out = StringIO()
    receiving.record(contact=luz_rivera, method="cash", amount=500, currency="usd", received_on=NOW.date(), by=bea, at=NOW)  # fmt: skip
    call_command("reconcile_payments", "harbor", stdout=out)
    assert out.getvalue() == "1 payments and 0 refunds at Stripe, 0 mended.\nAll in order.\n"
    Payment.objects.filter(pk=paid.pk).update(amount=11_000)
    with pytest.raises(CommandError, match="2 to look at"):
        call_command("reconcile_payments", "harbor", stdout=out)
    with pytest.raises(CommandError, match="No firm"):
        call_command("reconcile_payments", "nobody")


def test_entries_that_are_missing_are_written_again(luz_rivera, bea, clock):
    """As after a restore that lost some: the rows are there, the ledger is not."""
    payment = Payment.objects.create(
        method="check", amount=700, currency="usd", paid_at=NOW, recorded_at=NOW, recorded_by=bea, contact=luz_rivera,
        account=Account.FAMILY_CREDIT, party=luz_rivera.family_id,
    )  # fmt: skip
    Refund.objects.create(payment=payment, amount=200, asked_at=NOW, made_at=NOW)
    assert not Entry.objects.exists()
    told = compare()

    assert (told.mended, told.is_clean) == (2, True)
    assert ledger.balance(Account.FAMILY_CREDIT, currency="usd") == 500
    assert EntryLine.objects.count() == 4
