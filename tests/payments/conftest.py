import json
import time
from types import SimpleNamespace

import pytest
import requests
from django.conf import settings

from clients.models import Contact
from payments import links, subjects
from payments.models import StripeAccount
from payments.providers import stripe
from standins.stripe.events import signature
from tenants.numbers import note_account
from tests.payments.bills import Bills
from tests.world import NOW, key

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

    def pay(checkout, number=GOOD_CARD, bank=""):
        form = {"email": "luz@home.example", "name": "Luz", "method": "card", "number": number, "expiry": "12 / 34", "cvc": "123"}  # fmt: skip
        if bank:
            form = {"email": "luz@home.example", "name": "Luz", "method": "us_bank_account", "account": bank}
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

    def now_at(moment):
        standins._ask("/clock", {"now": moment.isoformat(), "stopped": False})

    yield SimpleNamespace(account=account, pay=pay, events=events, tell=tell, now_at=now_at)
    standins._ask("/clock", {"real": True})


@pytest.fixture
def hear(cards, work_due):
    """Every event so far arrives, oldest first, and is acted on."""

    def hear(at=NOW):
        for event in cards.events():
            assert cards.tell(event).status_code == 204
        work_due(at)

    return hear


@pytest.fixture
def luz_rivera(harbor):
    return Contact.objects.get(pk=key("contact luz"))


@pytest.fixture
def bills(harbor):
    yield Bills()
    subjects._kinds.pop("bill", None)


@pytest.fixture
def page(cards):
    """Asks for a bill on a page at Stripe, as its link does."""

    def page(bill, *, at=NOW, **more):
        return links.ask(
            links.link_for(bill.subject, at=at), subjects.due(bill.subject), language="en", at=at, **more
        )

    return page
