"""Harbor and Roundtable's own account at the stand-in: pay, be told, move a test clock."""

import json
import time
from datetime import timedelta

import pytest
import requests
from django.conf import settings

from billing import keeping, setting_up, subscribing
from billing.models import Subscription
from billing.providers import stripe
from standins.stripe.events import signature
from tenants.hosts import firm_by_id
from tenants.models import Entitlement
from tenants.places import in_public
from tests.world import NOW

SECRET = "whsec_of_the_platform"
GOOD, BROKE, FAILS_LATER = "4242424242424242", "4000000000000002", "4000000000000341"


class Roundtable:
    """What the platform's account does, and what Harbor's row says of it."""

    def __init__(self, harbor, stranger, standins):
        self.firm, self.stranger, self.standins = harbor.firm, stranger, standins
        self.clock = ""

    def row(self):
        return Subscription.objects.get(firm_id=self.firm.id)

    def limits(self):
        return Entitlement.objects.get(firm_id=self.firm.id)

    def firm_now(self):
        return firm_by_id(self.firm.id)

    def on_a_test_clock(self, at=NOW):
        """Harbor's customer follows a test clock that stands at `at`."""
        client = stripe.client()
        self.clock = client.v1.test_helpers.test_clocks.create({"frozen_time": int(at.timestamp())}).id
        customer = client.v1.customers.create(
            {"name": "Harbor", "email": "olivia@harbor.example", "test_clock": self.clock}
        ).id
        with in_public():
            Subscription.objects.update_or_create(firm_id=self.firm.id, defaults={"customer_id": customer})
        return customer

    def advance(self, to):
        stripe.client().v1.test_helpers.test_clocks.advance(self.clock, {"frozen_time": int(to.timestamp())})

    def pay(self, url, number=GOOD):
        form = {"email": "olivia@harbor.example", "name": "Olivia", "method": "card", "number": number, "expiry": "12 / 34", "cvc": "123"}  # fmt: skip
        return requests.post(url, data=form, timeout=10, allow_redirects=False)

    def new_card(self, number):
        """As in the customer portal; what is open is tried with it at once."""
        url = subscribing.portal()
        return requests.post(url, data={"do": "card", "number": number}, timeout=10, allow_redirects=False)

    def no_faults(self):
        requests.delete(f"{settings.STANDINS_CONTROL}/faults", timeout=10)

    def events(self):
        return [event.to_dict() for event in reversed(stripe.client().v1.events.list({"limit": 100}).data)]

    def tell(self, event, *, secret=SECRET, at=None):
        from django.test.testcases import TestCase

        body = json.dumps(event, default=str).encode()
        header = signature(secret, body, int(at if at is not None else time.time()))
        with TestCase.captureOnCommitCallbacks(execute=True):
            return self.stranger.client.post(
                "/hooks/stripe/", body, content_type="application/json", HTTP_HOST=f"{self.stranger.host}:8000",
                headers={"Stripe-Signature": header},
            )  # fmt: skip


@pytest.fixture
def roundtable(harbor, stranger, standins, monkeypatch, clock):
    monkeypatch.setattr(settings, "STRIPE_WEBHOOK_SECRET", SECRET)
    standins._ask("/clock", {"now": NOW.isoformat(), "stopped": False})
    setting_up.set_up_plans(at=NOW)
    yield Roundtable(harbor, stranger, standins)
    standins._ask("/clock", {"real": True})


@pytest.fixture
def trial(roundtable):
    """Harbor's free days began now."""
    keeping.begin_trial(roundtable.firm, at=NOW)
    return roundtable


@pytest.fixture
def subscribed(roundtable, olivia):
    """Harbor pays for the larger plan with seven seats, without free days, on a test clock."""
    roundtable.on_a_test_clock()
    choice = subscribing.choice_of("practice", "month", 7)
    page = subscribing.checkout(choice, by=olivia, at=NOW)
    assert roundtable.pay(page).status_code in {302, 303}
    keeping.bring_up_to_date(roundtable.firm, at=NOW)
    return roundtable


def days(n):
    return timedelta(days=n)


@pytest.fixture
def choice():
    def made(plan="practice", interval="month", seats=7):
        found = subscribing.choice_of(plan, interval, seats)
        assert found is not None
        return found

    return made
