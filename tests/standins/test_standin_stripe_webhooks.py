"""Signed webhooks: to whom, how often, in which order."""

from __future__ import annotations

import json

import pytest
import requests
import stripe as official
from standin_process import STRIPE_KEY, started

SECRET = "whsec_test"


def listening(stripe, ear, *, events=("customer.created",), connect=False):
    return stripe.v1.webhook_endpoints.create(
        {"url": ear.url("/hooks/stripe/"), "enabled_events": list(events), "connect": connect}
    )


def types(ear) -> list[str]:
    return [json.loads(heard.body)["type"] for heard in ear.heard]


def test_an_event_arrives_signed_once_and_can_be_fetched(stripe, standins, ear):
    endpoint = listening(stripe, ear)
    customer = stripe.v1.customers.create({"name": "Luz"}, {"idempotency_key": "k1"})
    (heard,) = ear.wait_for(1)
    event = official.Webhook.construct_event(
        heard.body, heard.headers["Stripe-Signature"], endpoint.secret, tolerance=300
    )
    assert (event.type, event.data.object["id"]) == ("customer.created", customer.id)
    assert event.request.idempotency_key == "k1"
    with pytest.raises(official.SignatureVerificationError):
        official.Webhook.construct_event(
            heard.body + b" ", heard.headers["Stripe-Signature"], endpoint.secret
        )
    with pytest.raises(official.SignatureVerificationError):
        official.Webhook.construct_event(heard.body, heard.headers["Stripe-Signature"], "whsec_other")
    standins.settle()
    assert stripe.v1.events.retrieve(event.id).pending_webhooks == 0
    assert len(ear.heard) == 1


def test_an_endpoint_hears_only_what_it_asked_for(stripe, standins, ear):
    listening(stripe, ear, events=["customer.updated"])
    customer = stripe.v1.customers.create({"name": "Luz"})
    stripe.v1.customers.update(customer.id, {"name": "Luz Rivera"})
    standins.settle()
    assert types(ear) == ["customer.updated"]
    assert json.loads(ear.heard[0].body)["data"]["previous_attributes"] == {"name": "Luz"}


def test_a_failed_delivery_is_tried_again_until_it_is_taken(stripe, standins, ear):
    listening(stripe, ear)
    ear.answer = lambda heard: (500 if len(ear.heard) < 3 else 200, b"")
    stripe.v1.customers.create({"name": "Luz"})
    standins.settle()
    assert len({heard.body for heard in ear.heard}) == 1
    assert len(ear.heard) == 3
    assert standins.get("stats")["stripe"]["webhooks"] == {"retried": 2, "delivered": 1}


def test_after_the_last_try_it_is_given_up_and_can_be_sent_again(stripe, standins, ear):
    listening(stripe, ear)
    ear.answer = lambda heard: (503, b"")
    stripe.v1.customers.create({"name": "Luz"})
    standins.settle()
    assert len(ear.heard) == 4
    event = stripe.v1.events.list({"type": "customer.created"}).data[0]
    assert event.pending_webhooks == 1
    ear.answer = lambda heard: (200, b"")
    standins.post("stripe", {"resend": {"event": event.id}})
    standins.settle()
    assert stripe.v1.events.retrieve(event.id).pending_webhooks == 0


def test_after_a_restart_what_was_not_taken_is_sent_again(tmp_path, ear):
    child, standins = started("--state", str(tmp_path))
    client = official.StripeClient(STRIPE_KEY, base_addresses={"api": standins.stripe})
    listening(client, ear)
    ear.answer = lambda heard: (503, b"")
    client.v1.customers.create({"name": "Luz"})
    ear.wait_for(1)
    child.kill()
    child.wait(timeout=10)
    ear.answer = lambda heard: (200, b"")
    ear.heard.clear()
    child, standins = started("--state", str(tmp_path))
    ear.wait_for(1)
    standins.settle()
    assert types(ear) == ["customer.created"]
    child.terminate()
    assert child.wait(timeout=10) == 0


@pytest.mark.parametrize(
    ("kind", "names"), [("duplicate", ["A", "A", "B"]), ("reorder", ["B", "A"]), ("lose", ["B"])]
)
def test_deliveries_repeat_turn_round_or_get_lost(stripe, standins, ear, kind, names):
    listening(stripe, ear)
    standins.post("faults", {"service": "stripe", "kind": kind, "path": "customer.created"})
    stripe.v1.customers.create({"name": "A"})
    if kind == "duplicate":
        standins.settle()
    stripe.v1.customers.create({"name": "B"})
    standins.settle()
    assert [json.loads(heard.body)["data"]["object"]["name"] for heard in ear.heard] == names


def test_events_of_connected_accounts_go_to_the_connect_endpoint(stripe, standins, ear, connected):
    standins.post(
        "stripe",
        {
            "endpoints": [
                {"url": ear.url("/hooks/stripe/"), "secret": SECRET, "events": ["customer.created"]},
                {
                    "url": ear.url("/hooks/stripe/connect/"),
                    "secret": SECRET,
                    "events": ["customer.created"],
                    "connect": True,
                },
            ]
        },
    )
    stripe.v1.customers.create({"name": "Firm"})
    stripe.v1.customers.create({"name": "Family"}, {"stripe_account": connected})
    standins.settle()
    heard = {h.path: json.loads(h.body) for h in ear.heard}
    assert heard["/hooks/stripe/"]["data"]["object"]["name"] == "Firm"
    assert "account" not in heard["/hooks/stripe/"]
    assert heard["/hooks/stripe/connect/"]["account"] == connected


@pytest.mark.parametrize(
    "url", ["https://example.com/hook", "http://10.1.2.3/hook", "http://harbor.example/"]
)
def test_an_address_elsewhere_is_refused(stripe, url):
    with pytest.raises(official.InvalidRequestError) as caught:
        stripe.v1.webhook_endpoints.create({"url": url, "enabled_events": ["*"]})
    assert (caught.value.code, caught.value.param) == ("url_invalid", "url")


def test_endpoints_can_be_changed_and_removed(stripe, standins, ear):
    endpoint = listening(stripe, ear)
    changed = stripe.v1.webhook_endpoints.update(endpoint.id, {"disabled": True})
    stripe.v1.customers.create({"name": "Luz"})
    standins.settle()
    assert (changed.status, ear.heard) == ("disabled", [])
    assert stripe.v1.webhook_endpoints.delete(endpoint.id).deleted is True
    assert stripe.v1.webhook_endpoints.list().data == []


def test_control_names_what_it_does_not_know(standins):
    answer = requests.post(f"{standins.control}/stripe", json={"colour": "red"}, timeout=5)
    assert (answer.status_code, "Not known: colour" in answer.json()["message"]) == (400, True)
    answer = requests.post(f"{standins.control}/stripe", json={"revoke": "acct_none"}, timeout=5)
    assert answer.json()["message"] == "There is no connected account acct_none."
    unknown = requests.get(
        f"{standins.stripe}/v1/quotes", headers={"Authorization": f"Bearer {STRIPE_KEY}"}, timeout=5
    )
    assert unknown.status_code == 404
