import json
import time
from types import SimpleNamespace

import pytest
import requests
from django.conf import settings

from payments.models import StripeAccount
from payments.providers import stripe
from standins.stripe.events import signature
from tenants.numbers import note_account
from tests.world import NOW

SECRET = "whsec_test_of_the_suite"
GOOD_CARD = "4242424242424242"


@pytest.fixture
def cards(harbor, standins, monkeypatch, stranger):
    """Harbor takes cards: an account at the stand-in, whose clock shows the test's time, and ways to pay and to be told."""
    monkeypatch.setattr(settings, "STRIPE_CONNECT_WEBHOOK_SECRET", SECRET)
    standins._ask("/clock", {"now": NOW.isoformat(), "stopped": False})
    account = stripe.new_account(email="olivia@harbor.example", key=f"acct-{time.monotonic_ns()}")
    standins._ask("/stripe", {"onboard": account})
    StripeAccount.objects.create(account_id=account, charges_enabled=True, connected_at=NOW)
    note_account(account)

    def pay(checkout, number=GOOD_CARD):
        form = {"email": "luz@home.example", "name": "Luz", "method": "card", "number": number, "expiry": "12 / 34", "cvc": "123"}  # fmt: skip
        return requests.post(checkout.url, data=form, timeout=10, allow_redirects=False)

    def events():
        found = stripe.client().v1.events.list({"limit": 100}, {"stripe_account": account}).data
        return [{**event.to_dict(), "account": account} for event in reversed(found)]

    def tell(event, *, secret=SECRET, at=None):
        body = json.dumps(event, default=str).encode()
        header = signature(secret, body, int(at if at is not None else time.time()))
        return stranger.client.post(
            "/hooks/stripe/connect/", body, content_type="application/json", HTTP_HOST=f"{stranger.host}:8000",
            headers={"Stripe-Signature": header},
        )  # fmt: skip

    yield SimpleNamespace(account=account, pay=pay, events=events, tell=tell)
    standins._ask("/clock", {"real": True})
