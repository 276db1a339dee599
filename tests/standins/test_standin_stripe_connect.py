"""A firm's own account: onboarding, charging for itself, being cut off."""

from __future__ import annotations

import pytest
import requests
import stripe as official
from standin_process import error_of

INTENT = {"amount": 900, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}


def link(stripe, ear, account: str) -> str:
    wanted = {
        "account": account,
        "type": "account_onboarding",
        "return_url": ear.url("/settings/payments/"),
        "refresh_url": ear.url("/settings/payments/again/"),
    }
    return stripe.v1.account_links.create(wanted).url


def leads_to(method: str, url: str, **form: str) -> str:
    answer = requests.request(method, url, data=form, timeout=5, allow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_an_account_charges_after_its_onboarding_and_not_before(stripe, standins, ear):
    account = stripe.v1.accounts.create({"type": "standard", "email": "olivia@harbor.example"})
    on_it = {"stripe_account": account.id}
    assert (account.charges_enabled, account.requirements.disabled_reason) == (False, "requirements.past_due")
    with pytest.raises(official.InvalidRequestError) as caught:
        stripe.v1.payment_intents.create(INTENT, on_it)
    assert caught.value.code == "account_invalid"

    url = link(stripe, ear, account.id)
    assert "Give everything and finish" in requests.get(url, timeout=5).text
    assert stripe.v1.accounts.retrieve(account.id).charges_enabled is False
    assert leads_to("POST", url, do="later") == ear.url("/settings/payments/")
    assert stripe.v1.accounts.retrieve(account.id).charges_enabled is False
    assert leads_to("GET", url) == ear.url("/settings/payments/again/")

    standins.post(
        "stripe",
        {"endpoints": [{"url": ear.url("/hooks/stripe/connect/"), "connect": True, "secret": "whsec_c"}]},
    )
    assert leads_to("POST", link(stripe, ear, account.id), do="finish") == ear.url("/settings/payments/")
    assert stripe.v1.accounts.retrieve(account.id).charges_enabled is True
    (heard,) = ear.wait_for(1)
    event = official.Webhook.construct_event(heard.body, heard.headers["Stripe-Signature"], "whsec_c")
    assert (event.type, event.account) == ("account.updated", account.id)
    assert stripe.v1.payment_intents.create(INTENT, on_it).status == "succeeded"
    assert stripe.v1.payment_intents.list().data == []


def test_a_link_lapses_after_five_minutes(stripe, standins, ear, connected):
    standins.post("clock", {"now": "2026-03-02T10:00:00+00:00"})
    url = link(stripe, ear, connected)
    standins.post("clock", {"advance": 301})
    assert leads_to("GET", url) == ear.url("/settings/payments/again/")


@pytest.mark.parametrize("account", ["acct_unknown", "revoked"])
def test_an_account_out_of_reach_is_403(stripe, standins, ear, connected, account):
    if account == "revoked":
        standins.post("stripe", {"endpoints": [{"url": ear.url(), "connect": True}]})
        standins.post("stripe", {"revoke": connected})
        account = connected
        assert b"account.application.deauthorized" in ear.wait_for(1)[0].body
    with pytest.raises(official.PermissionError) as caught:
        stripe.v1.payment_intents.create(INTENT, {"stripe_account": account})
    assert (caught.value.http_status, error_of(caught)["code"]) == (403, "account_invalid")
    with pytest.raises(official.PermissionError):
        stripe.v1.accounts.retrieve(account)


def test_an_account_takes_only_its_currencies(stripe, standins, connected):
    standins.post("stripe", {"currencies": {connected: ["usd"]}})
    with pytest.raises(official.InvalidRequestError) as caught:
        stripe.v1.payment_intents.create({**INTENT, "currency": "eur"}, {"stripe_account": connected})
    assert caught.value.param == "currency"
    assert stripe.v1.payment_intents.create({**INTENT, "currency": "eur"}).status == "succeeded"
