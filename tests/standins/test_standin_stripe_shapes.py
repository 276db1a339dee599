"""Every kind of object served, held against the published example of its kind."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from standin_process import ROOT, STRIPE_KEY

PUBLISHED = json.loads((ROOT / "standins/data/stripe.json").read_text())
EXAMPLES, NULLABLE = PUBLISHED["resources"], PUBLISHED["nullable_or_absent"]
# Hashes with one key for each type of thing, of which the example shows one; and what people may write in.
UNIONS = {
    "metadata",
    "payment_method_details",
    "destination_details",
    "payment_method_options",
    "parent",
    "payment",
    "pricing",
    "next_action",
    "last_payment_error",
    "source_types",
    "capabilities",
    "request",
}
# Optional in the published description, absent from its example.
ALSO = {
    ("webhook_endpoint", "secret"),
    ("payment_method", "us_bank_account"),
    ("refund", "failure_reason"),
    ("refund", "failure_balance_transaction"),
    ("event", "account"),
}


def differences(got: Any, example: Any, at: str) -> list[str]:
    """Where `got` has another type, or nested keys the example does not have."""
    if got is None or example is None:
        return []
    if isinstance(got, bool) != isinstance(example, bool):
        return [f"{at}: {got!r} for {example!r}"]
    if isinstance(got, int | float) and isinstance(example, int | float):
        return []
    if type(got) is not type(example):
        return [f"{at}: {got!r} for {example!r}"]
    if isinstance(got, list):
        return differences(got[0], example[0], f"{at}[0]") if got and example else []
    if isinstance(got, dict) and at.rpartition(".")[2] not in UNIONS and example:
        found = [f"{at}.{key} is not published" for key in set(got) - set(example)]
        return found + [
            d for key in set(got) & set(example) for d in differences(got[key], example[key], f"{at}.{key}")
        ]
    return []


def check(kind: str, got: dict[str, Any]) -> None:
    """Same keys, same types, null only where it may be."""
    example, nullable = EXAMPLES[kind], set(NULLABLE.get(kind, []))
    extra = {key for key in set(got) - set(example) if (kind, key) not in ALSO}
    lacking = set(example) - set(got)
    if kind == "payment_method" and got["type"] != "card":
        lacking -= {"card"}
    assert (extra, lacking) == (set(), set())
    compared = set(example) - ({"data"} if kind == "event" else set())
    nulls = {key for key, value in got.items() if value is None}
    assert {key for key in nulls if key not in nullable and example.get(key) is not None} == set()
    assert differences({key: got[key] for key in got if key in compared}, example, kind) == []


class Api:
    def __init__(self, standins) -> None:
        self.base = standins.stripe

    def __call__(self, method: str, path: str, **form: Any) -> dict[str, Any]:
        answer = requests.request(
            method,
            f"{self.base}/v1/{path}",
            data=form if method == "POST" else None,
            params=form if method != "POST" else None,
            headers={"Authorization": f"Bearer {STRIPE_KEY}"},
            timeout=5,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def objects(stripe, standins, ear) -> dict[str, list[dict[str, Any]]]:
    """The raw JSON of at least one object of each kind, after a little life."""
    v1 = stripe.v1
    standins.post("stripe", {"bank_seconds": 0})
    rate = v1.tax_rates.create({"display_name": "Sales tax", "percentage": 7.5, "inclusive": False})
    price = v1.prices.create(
        {
            "currency": "usd",
            "unit_amount": 4900,
            "recurring": {"interval": "month"},
            "product_data": {"name": "Practice"},
        }
    )
    clock = v1.test_helpers.test_clocks.create({"frozen_time": 1767225600})
    customer = v1.customers.create({"email": "olivia@harbor.example", "test_clock": clock.id})
    method = v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    bank = v1.payment_methods.attach("pm_usBankAccount_success", {"customer": customer.id})
    v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": method.id}})
    subscription = v1.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": price.id, "quantity": 2}],
            "default_tax_rates": [rate.id],
        }
    )
    item = subscription["items"].data[0].id
    v1.subscription_items.update(item, {"quantity": 3})
    v1.payment_intents.create({"amount": 900, "currency": "usd"})
    declined = requests.post(
        f"{standins.stripe}/v1/payment_intents",
        data={
            "amount": 900,
            "currency": "usd",
            "payment_method": "pm_card_chargeDeclined",
            "confirm": "true",
        },
        headers={"Authorization": f"Bearer {STRIPE_KEY}"},
        timeout=5,
    )
    assert declined.status_code == 402
    paid = v1.payment_intents.create(
        {"amount": 900, "currency": "usd", "payment_method": "pm_card_createDispute", "confirm": True}
    )
    debit = v1.payment_intents.create(
        {
            "amount": 900,
            "currency": "usd",
            "customer": customer.id,
            "payment_method": bank.id,
            "confirm": True,
        }
    )
    assert (paid.status, debit.status) == ("succeeded", "processing")
    refunded = v1.payment_intents.create(
        {"amount": 900, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    )
    v1.refunds.create({"payment_intent": refunded.id, "amount": 400})
    v1.setup_intents.create({"customer": customer.id, "payment_method": method.id, "confirm": True})
    account = v1.accounts.create({"type": "express", "email": "zoe@birch.example"})
    session = v1.checkout.sessions.create(
        {
            "mode": "subscription",
            "success_url": ear.url(),
            "line_items": [{"price": price.id, "quantity": 1}],
        }
    )
    raw = Api(standins)
    posted = [
        raw("POST", "webhook_endpoints", **{"url": ear.url(), "enabled_events[]": "*"}),
        raw(
            "POST",
            "account_links",
            account=account.id,
            type="account_onboarding",
            return_url=ear.url(),
            refresh_url=ear.url(),
        ),
        raw("POST", f"accounts/{account.id}/login_links"),
        raw("POST", "billing_portal/sessions", customer=customer.id, return_url=ear.url()),
        raw("POST", "invoices/create_preview", subscription=subscription.id),
        raw("GET", "balance"),
        raw("GET", "account"),
        raw("GET", f"subscription_items/{item}"),
    ]
    lists = [
        *(
            "accounts",
            "balance_transactions",
            "billing_portal/configurations",
            "charges",
            "checkout/sessions",
        ),
        *(
            "customers",
            "disputes",
            "events",
            "invoices",
            "invoice_payments",
            "invoiceitems",
            "payment_intents",
        ),
        *("prices", "products", "refunds", "setup_intents", "subscriptions", "tax_rates"),
        *("test_helpers/test_clocks", "webhook_endpoints", f"customers/{customer.id}/payment_methods"),
        f"checkout/sessions/{session.id}/line_items",
        f"invoices/{subscription.latest_invoice}/lines",
    ]
    posted += [one for path in lists for one in raw("GET", path, limit=100)["data"]]
    posted += [
        raw("DELETE", f"test_helpers/test_clocks/{clock.id}"),
        raw("DELETE", f"webhook_endpoints/{posted[0]['id']}"),
        raw("GET", f"customers/{customer.id}"),
    ]
    found: dict[str, list[dict[str, Any]]] = {}
    for one in posted:
        kind = ("deleted_" if one.get("deleted") else "") + one["object"]
        found.setdefault(kind, []).append(one)
    return found


def test_every_object_has_the_published_shape(objects):
    wrong = {}
    for kind, rows in objects.items():
        for one in rows:
            try:
                check(kind, one)
            except AssertionError as error:
                wrong[kind] = str(error).partition("\n")[0]
    assert wrong == {}
    left = (
        set(EXAMPLES) - set(objects) - {"deleted_invoice", "deleted_invoiceitem", "deleted_subscription_item"}
    )
    assert left == set(), "a kind without an example made"


def test_the_comparison_notices_a_wrong_shape():
    refund = dict(EXAMPLES["refund"])
    check("refund", refund)
    for broken in (
        {**refund, "amount": "100"},
        {**refund, "amount": None},
        {**refund, "colour": "red"},
        {key: value for key, value in refund.items() if key != "status"},
        {**EXAMPLES["refund"], "destination_details": 7},
    ):
        with pytest.raises(AssertionError):
            check("refund", broken)
    with pytest.raises(AssertionError):
        check(
            "price", {**EXAMPLES["price"], "recurring": {**EXAMPLES["price"]["recurring"], "colour": "red"}}
        )


def test_an_event_holds_the_object_in_its_shape(objects):
    kinds = set()
    for event in objects["event"]:
        held = event["data"]["object"]
        if held["object"] in EXAMPLES:
            check(held["object"], held)
            kinds.add(held["object"])
    assert {"invoice", "charge", "payment_intent", "subscription", "refund", "dispute"} <= kinds
