"""The Stripe stand-in's manners: keys, accounts, idempotency, lists, expansion, faults."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import requests
import stripe as official
from standin_process import STRIPE_KEY, error_of, started
from stripe import StripeClient

INTENT: Any = {"amount": 15000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}


def count(standins) -> int:
    return standins.get("stats")["stripe"]["payments"]["count"]


def test_a_wrong_key_is_refused(standins):
    stranger = StripeClient("sk_test_other", base_addresses={"api": standins.stripe})
    with pytest.raises(official.AuthenticationError) as caught:
        stranger.v1.customers.list()
    assert caught.value.http_status == 401


def test_the_same_key_gives_the_same_answer_and_does_it_once(stripe, standins):
    options = {"idempotency_key": "booking-7"}
    first = stripe.v1.payment_intents.create(INTENT, options)
    again = stripe.v1.payment_intents.create(INTENT, options)
    assert again.id == first.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert count(standins) == 1


def test_a_failure_is_given_again_too(stripe):
    options = {"idempotency_key": "booking-8"}
    seen = []
    for _ in range(2):
        with pytest.raises(official.CardError) as caught:
            stripe.v1.payment_intents.create({**INTENT, "payment_method": "pm_card_chargeDeclined"}, options)
        seen.append((caught.value.http_status, error_of(caught)["payment_intent"]["id"]))
    assert seen[0] == seen[1]
    assert len(stripe.v1.payment_intents.list().data) == 1


def test_the_same_key_with_other_parameters_is_an_error(stripe):
    stripe.v1.payment_intents.create(INTENT, {"idempotency_key": "k"})
    with pytest.raises(official.IdempotencyError) as caught:
        stripe.v1.payment_intents.create({**INTENT, "amount": 15001}, {"idempotency_key": "k"})
    assert caught.value.http_status == 400


def test_a_key_is_an_accounts_own(stripe, connected):
    stripe.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})
    other = stripe.v1.customers.create({"name": "B"}, {"idempotency_key": "k", "stripe_account": connected})
    assert other.name == "B"


def test_a_key_in_use_is_409(stripe, standins):
    standins.post("faults", {"service": "stripe", "kind": "delay", "seconds": 0.3, "method": "POST"})
    answers = []

    def pay() -> None:
        answer = requests.post(
            f"{standins.stripe}/v1/payment_intents",
            data={"amount": "15000", "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true"},
            headers={"Authorization": f"Bearer {STRIPE_KEY}", "Idempotency-Key": "twice"},
            timeout=5,
        )
        answers.append((answer.status_code, answer.json().get("error", {}).get("code")))

    both = [threading.Thread(target=pay) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(answers) == [(200, None), (409, "idempotency_key_in_use")]
    assert count(standins) == 1


@pytest.mark.parametrize(
    ("kind", "error", "done"),
    [
        ("error_before", official.APIError, 0),
        ("error_after", official.APIError, 1),
        ("error_kept", official.APIError, 1),
        ("lost_answer", official.APIConnectionError, 1),
        ("drop", official.APIConnectionError, 0),
        ("rate_limit", official.RateLimitError, 0),
        ("timeout", official.APIConnectionError, 0),
        ("timeout_after", official.APIConnectionError, 1),
    ],
)
def test_after_any_fault_the_same_key_pays_once(stripe, standins, kind, error, done):
    standins.post("faults", {"service": "stripe", "kind": kind, "seconds": 0.05, "method": "POST"})
    with pytest.raises(error):
        stripe.v1.payment_intents.create(INTENT, {"idempotency_key": "k"})
    assert count(standins) == done
    if kind == "error_kept":
        with pytest.raises(official.APIError):
            stripe.v1.payment_intents.create(INTENT, {"idempotency_key": "k"})
    else:
        assert stripe.v1.payment_intents.create(INTENT, {"idempotency_key": "k"}).status == "succeeded"
    assert count(standins) == 1
    assert standins.get("stats")["faults"] == {f"stripe.{kind}": 1}


def test_the_clients_own_retries_get_through(standins, stripe):
    patient = StripeClient(STRIPE_KEY, base_addresses={"api": standins.stripe}, max_network_retries=2)
    standins.post("faults", {"service": "stripe", "kind": "error_after", "method": "POST"})
    assert patient.v1.payment_intents.create(INTENT).status == "succeeded"
    assert count(standins) == 1


@pytest.mark.parametrize(
    ("wanted", "code", "param"),
    [
        ({"currency": "usd"}, "parameter_missing", "amount"),
        ({"amount": "ten", "currency": "usd"}, "parameter_invalid_integer", "amount"),
        ({"amount": 49, "currency": "usd"}, "amount_too_small", "amount"),
        ({"amount": 100_000_000, "currency": "usd"}, "amount_too_large", "amount"),
        ({"amount": 5001, "currency": "kwd"}, "invalid_amount", "amount"),
        ({"amount": 500, "currency": "xyz"}, None, "currency"),
        ({"amount": 500, "currency": "usd", "customer": "cus_none"}, "resource_missing", "customer"),
        ({"amount": 500, "currency": "usd", "colour": "red"}, "parameter_unknown", "colour"),
        (
            {"amount": 500, "currency": "usd", "automatic_payment_methods": {"colour": "red"}},
            "parameter_unknown",
            "automatic_payment_methods[colour]",
        ),
        ({"amount": 500, "currency": "usd", "confirm": True}, "parameter_missing", "payment_method"),
    ],
)
def test_a_bad_request_is_refused_by_name_and_makes_nothing(stripe, wanted, code, param):
    with pytest.raises(official.InvalidRequestError) as caught:
        stripe.v1.payment_intents.create(wanted)
    assert (caught.value.code, caught.value.param) == (code, param)
    assert stripe.v1.payment_intents.list().data == []
    assert stripe.v1.events.list().data == []


def test_what_is_not_there_is_404(stripe):
    for fetch in (stripe.v1.customers, stripe.v1.invoices, stripe.v1.checkout.sessions, stripe.v1.refunds):
        with pytest.raises(official.InvalidRequestError) as caught:
            fetch.retrieve("none_1")
        assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


def test_lists_page_both_ways_and_filter(stripe, standins):
    made = []
    for index in range(7):
        standins.post("clock", {"now": f"2026-03-0{index + 1}T00:00:00+00:00"})
        made.append(stripe.v1.customers.create({"email": f"p{index % 2}@example.org"}).id)
    newest = list(reversed(made))
    first = stripe.v1.customers.list({"limit": 3})
    assert ([c.id for c in first.data], first.has_more) == (newest[:3], True)
    second = stripe.v1.customers.list({"limit": 3, "starting_after": newest[2]})
    assert [c.id for c in second.data] == newest[3:6]
    before = stripe.v1.customers.list({"limit": 3, "ending_before": newest[4]})
    assert [c.id for c in before.data] == newest[1:4]
    assert [c.id for c in stripe.v1.customers.list({"limit": 2}).auto_paging_iter()] == newest
    assert len(stripe.v1.customers.list({"email": "p1@example.org"}).data) == 3
    middle = {"gte": 1772496000, "lt": 1772668800}  # 3 and 4 March 2026
    assert [c.id for c in stripe.v1.customers.list({"created": middle}).data] == [made[3], made[2]]


def test_expansion_goes_as_deep_as_asked(stripe):
    customer = stripe.v1.customers.create({"name": "Luz"})
    intent = stripe.v1.payment_intents.create(
        {**INTENT, "customer": customer.id, "expand": ["latest_charge.balance_transaction", "customer"]}
    )
    assert intent.customer.name == "Luz"
    assert intent.latest_charge.balance_transaction.net == 15000 - 465
    listed = stripe.v1.charges.list({"expand": ["data.payment_intent"]})
    assert listed.data[0].payment_intent.id == intent.id
    with pytest.raises(official.InvalidRequestError):
        stripe.v1.payment_intents.retrieve(intent.id, {"expand": ["amount"]})


def test_metadata_is_merged_and_unset(stripe):
    customer = stripe.v1.customers.create({"metadata": {"a": "1", "b": "2"}})
    updated = stripe.v1.customers.update(customer.id, {"metadata": {"b": "", "c": "3"}})
    assert updated.metadata.to_dict() == {"a": "1", "c": "3"}


def test_a_restart_keeps_objects_keys_and_what_is_due(tmp_path):
    def opened() -> tuple:
        child, standins = started("--state", str(tmp_path))
        return child, standins, StripeClient(STRIPE_KEY, base_addresses={"api": standins.stripe})

    child, standins, stripe = opened()
    standins.post("clock", {"now": "2026-03-02T10:00:00+00:00"})
    debit = {**INTENT, "payment_method": "pm_usBankAccount_success"}
    intent = stripe.v1.payment_intents.create(debit, {"idempotency_key": "k"})
    child.kill()
    child.wait(timeout=10)

    child, standins, stripe = opened()
    assert stripe.v1.payment_intents.create(debit, {"idempotency_key": "k"}).id == intent.id
    assert stripe.v1.payment_intents.retrieve(intent.id).status == "succeeded"
    assert len(stripe.v1.payment_intents.list().data) == 1
    child.terminate()
    assert child.wait(timeout=10) == 0


def test_accounts_do_not_see_each_others_objects(stripe, connected):
    mine = stripe.v1.customers.create({"name": "Firm"})
    theirs = stripe.v1.customers.create({"name": "Family"}, {"stripe_account": connected})
    assert [c.id for c in stripe.v1.customers.list().data] == [mine.id]
    assert [c.id for c in stripe.v1.customers.list({}, {"stripe_account": connected}).data] == [theirs.id]
    with pytest.raises(official.InvalidRequestError):
        stripe.v1.customers.retrieve(theirs.id)
    with pytest.raises(official.InvalidRequestError):
        stripe.v1.customers.retrieve(mine.id, {}, {"stripe_account": connected})
