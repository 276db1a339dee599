"""Money that comes, goes back, waits for a bank, or is taken back."""

from __future__ import annotations

import pytest
import requests
import stripe as official
from standin_process import error_of


def pay(stripe, method="pm_card_visa", amount=15000, options=None, **more):
    wanted = {"amount": amount, "currency": "usd", "payment_method": method, "confirm": True, **more}
    return stripe.v1.payment_intents.create(wanted, options or {})


def happened(stripe, **options) -> list[str]:
    return [event.type for event in reversed(stripe.v1.events.list({"limit": 100}, options).data)]


def test_a_payment_is_told_step_by_step(stripe):
    intent = pay(stripe, metadata={"booking": "7"})
    charge = stripe.v1.charges.retrieve(intent.latest_charge)
    assert happened(stripe) == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]
    assert (charge.amount_captured, charge.paid, charge.metadata["booking"]) == (15000, True, "7")
    balance = stripe.v1.balance_transactions.retrieve(charge.balance_transaction)
    assert (balance.amount, balance.fee, balance.net, balance.type) == (15000, 465, 14535, "charge")


@pytest.mark.parametrize(
    ("method", "code", "decline"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", None),
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
    ],
)
def test_a_declined_card_leaves_an_intent_that_another_card_can_pay(stripe, method, code, decline):
    with pytest.raises(official.CardError) as caught:
        pay(stripe, method)
    assert (caught.value.http_status, caught.value.code) == (402, code)
    assert error_of(caught).get("decline_code") == decline
    (intent,) = stripe.v1.payment_intents.list().data
    assert (intent.status, intent.last_payment_error.code) == ("requires_payment_method", code)
    assert (
        stripe.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"}).status == "succeeded"
    )
    assert [c.status for c in stripe.v1.charges.list({"payment_intent": intent.id}).data] == [
        "succeeded",
        "failed",
    ]


def test_a_bank_debit_waits_then_pays_or_fails(stripe, standins):
    standins.post("clock", {"now": "2026-03-02T10:00:00+00:00"})
    standins.post("stripe", {"bank_seconds": 3 * 86400})
    good, bad = pay(stripe, "pm_usBankAccount_success"), pay(stripe, "pm_usBankAccount_insufficientFunds")
    assert (good.status, bad.status) == ("processing", "processing")
    standins.post("clock", {"advance": 3 * 86400 - 1})
    assert stripe.v1.payment_intents.retrieve(good.id).status == "processing"
    standins.post("clock", {"advance": 1})
    good, bad = (stripe.v1.payment_intents.retrieve(one.id) for one in (good, bad))
    assert (good.status, good.amount_received) == ("succeeded", 15000)
    assert (bad.status, bad.last_payment_error.code) == ("requires_payment_method", "insufficient_funds")
    fee = stripe.v1.charges.retrieve(good.latest_charge, {"expand": ["balance_transaction"]})
    assert fee.balance_transaction.fee == 120


def test_money_on_hold_is_captured_or_let_go(stripe):
    held = pay(stripe, capture_method="manual")
    other = pay(stripe, capture_method="manual")
    assert (held.status, held.amount_capturable) == ("requires_capture", 15000)
    captured = stripe.v1.payment_intents.capture(held.id, {"amount_to_capture": 9000})
    assert (captured.status, captured.amount_received) == ("succeeded", 9000)
    assert stripe.v1.payment_intents.cancel(other.id).status == "canceled"
    with pytest.raises(official.InvalidRequestError) as caught:
        stripe.v1.payment_intents.cancel(held.id)
    assert caught.value.code == "payment_intent_unexpected_state"


def test_authentication_is_a_page_and_both_answers_count(stripe, ear):
    yes = pay(stripe, "pm_card_authenticationRequired", return_url=ear.url("/back/", host="127.0.0.1"))
    no = pay(stripe, "pm_card_authenticationRequired")
    assert yes.status == "requires_action"
    url = yes.next_action.redirect_to_url.url
    assert "Yes, authorize" in requests.get(url, timeout=5).text
    assert stripe.v1.payment_intents.retrieve(yes.id).status == "requires_action"
    answer = requests.post(url, data={"well": "yes"}, timeout=5, allow_redirects=False)
    assert answer.headers["Location"] == ear.url(f"/back/?payment_intent={yes.id}", host="127.0.0.1")
    requests.post(no.next_action.redirect_to_url.url, data={"well": "no"}, timeout=5)
    assert stripe.v1.payment_intents.retrieve(yes.id).status == "succeeded"
    assert stripe.v1.payment_intents.retrieve(no.id).status == "requires_payment_method"
    with pytest.raises(official.CardError) as caught:
        pay(stripe, "pm_card_authenticationRequired", off_session=True)
    assert caught.value.code == "authentication_required"


def test_refunds_in_parts_add_up_and_stop_at_the_whole(stripe):
    intent = pay(stripe)
    first = stripe.v1.refunds.create({"payment_intent": intent.id, "amount": 5000})
    with pytest.raises(official.InvalidRequestError) as caught:
        stripe.v1.refunds.create({"payment_intent": intent.id, "amount": 10001})
    assert "greater than unrefunded amount" in str(caught.value)
    rest = stripe.v1.refunds.create({"payment_intent": intent.id})
    charge = stripe.v1.charges.retrieve(intent.latest_charge)
    assert (first.amount, rest.amount, charge.amount_refunded, charge.refunded) == (5000, 10000, 15000, True)
    assert [r.id for r in charge.refunds.data] == [rest.id, first.id]
    with pytest.raises(official.InvalidRequestError) as caught:
        stripe.v1.refunds.create({"payment_intent": intent.id})
    assert caught.value.code == "charge_already_refunded"
    balances = stripe.v1.balance_transactions.list({"type": "refund"}).data
    assert sorted(b.amount for b in balances) == [-10000, -5000]


def test_a_refund_can_come_back(stripe, standins):
    standins.post("stripe", {"bank_seconds": 0})
    intent = pay(stripe, "pm_card_refundFail")
    refund = stripe.v1.refunds.create({"payment_intent": intent.id})
    stripe.v1.customers.list()
    failed = stripe.v1.refunds.retrieve(refund.id)
    assert (refund.status, failed.status, failed.failure_reason) == (
        "succeeded",
        "failed",
        "lost_or_stolen_card",
    )
    assert stripe.v1.charges.retrieve(intent.latest_charge).amount_refunded == 0
    assert "refund.failed" in happened(stripe)


def test_an_unpaid_intent_cannot_be_refunded(stripe):
    intent = stripe.v1.payment_intents.create({"amount": 900, "currency": "usd"})
    with pytest.raises(official.InvalidRequestError):
        stripe.v1.refunds.create({"payment_intent": intent.id})
    assert stripe.v1.refunds.list().data == []


@pytest.mark.parametrize(("words", "status"), [("winning_evidence", "won"), ("losing_evidence", "lost")])
def test_a_dispute_takes_the_money_and_gives_it_back_when_won(stripe, words, status):
    pay(stripe, "pm_card_createDispute")
    (dispute,) = stripe.v1.disputes.list().data
    assert (dispute.status, dispute.amount) == ("needs_response", 15000)
    ended = stripe.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": words}})
    net = sum(b.net for b in stripe.v1.balance_transactions.list().data)
    assert (ended.status, net) == (status, 14535 if status == "won" else -465 - 1500)
    with pytest.raises(official.InvalidRequestError):
        stripe.v1.refunds.create({"charge": dispute.charge})


def test_the_balance_is_the_sum_of_its_transactions_and_becomes_available(stripe, standins):
    standins.post("clock", {"now": "2026-03-02T10:00:00+00:00"})
    intent = pay(stripe)
    pay(stripe, amount=2000)
    stripe.v1.refunds.create({"payment_intent": intent.id, "amount": 4000})
    before = stripe.v1.balance.retrieve()
    standins.post("clock", {"advance": 2 * 86400})
    after = stripe.v1.balance.retrieve()
    net = 15000 - 465 + 2000 - 88 - 4000
    assert (before.pending[0].amount, before.available[0].amount) == (net, 0)
    assert (after.pending[0].amount, after.available[0].amount) == (0, net)


def test_methods_are_kept_listed_and_given_back(stripe):
    customer, other = (stripe.v1.customers.create({}) for _ in range(2))
    card = stripe.v1.payment_methods.attach("pm_card_mastercard", {"customer": customer.id})
    intent = stripe.v1.setup_intents.create(
        {"customer": customer.id, "payment_method": "pm_card_visa", "confirm": True}
    )
    assert intent.status == "succeeded"
    kept = stripe.v1.customers.payment_methods.list(customer.id).data
    assert [m.card.brand for m in kept] == ["visa", "mastercard"]
    with pytest.raises(official.InvalidRequestError):
        stripe.v1.payment_methods.attach(card.id, {"customer": other.id})
    with pytest.raises(official.CardError):
        stripe.v1.payment_methods.attach("pm_card_chargeDeclined", {"customer": customer.id})
    stripe.v1.payment_methods.detach(card.id)
    assert len(stripe.v1.payment_methods.list({"customer": customer.id}).data) == 1
    with pytest.raises(official.CardError) as caught:
        stripe.v1.setup_intents.create({"payment_method": "pm_card_chargeDeclined", "confirm": True})
    assert error_of(caught)["setup_intent"]["status"] == "requires_payment_method"
