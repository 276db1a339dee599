"""A firm signs up, subscribes, adds a seat, lets a card fail and recovers."""

import re
import secrets
import time
from datetime import timedelta

import pyotp
import pytest
from django.utils import timezone

from billing import setting_up
from billing.models import Status, Subscription
from tenants.hosts import reference
from tenants.models import Firm
from tenants.opening import throw_away
from tenants.places import in_public
from tests.browser.conftest import STRIPE_SECRET
from tests.browser.test_walk import is_well

pytestmark = [pytest.mark.browser, pytest.mark.commits]
DAY = 86400


@pytest.fixture
def owner(chromium):
    """A page under the site's own policy: a form that may not lead to Stripe stays where it is."""
    context = chromium.new_context(
        viewport={"width": 1440, "height": 900}, locale="en-US", timezone_id="America/Denver"
    )
    page = context.new_page()
    page.set_default_timeout(20000)
    yield page
    context.close()


@pytest.fixture
def told(served, standins):
    """The stand-in tells the served product; a firm that the walk opened is thrown away."""
    hook = f"http://localhost:{served}/hooks/stripe/"
    standins._ask(
        "/stripe", {"endpoints": [{"url": hook, "secret": STRIPE_SECRET, "events": ["*"], "connect": False}]}
    )
    setting_up.set_up_plans(at=timezone.now())
    slug = f"plan-{secrets.token_hex(4)}"
    yield slug
    standins._ask("/clock", {"real": True})
    with in_public():
        firm = Firm.objects.filter(slug=slug).select_related("entitlement").first()
    if firm:
        throw_away(reference(firm))


def sign_up(page, served, slug):
    page.goto(f"http://localhost:{served}/pricing/")
    page.get_by_role("link", name="Start free").first.click()
    page.get_by_label("Name of your firm").fill("Plan Advocacy")
    page.get_by_label("Your web address").fill(slug)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Your name").fill("Petra Peak")
    page.get_by_label("E-mail").fill(f"petra@{slug}.example")
    page.get_by_label("Password").fill("quiet mountain lake boat")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("State").select_option("MT")
    page.get_by_label(re.compile("I accept")).check()
    page.get_by_role("button", name="Open my booking page").click()
    page.get_by_role("button", name="Go to my firm").click()
    page.wait_for_url("**/sign-in/set-up/")
    page.get_by_text("I cannot scan it").click()
    page.locator("[name=code]").fill(pyotp.TOTP(page.locator("code.key").inner_text()).now())
    page.get_by_role("button", name="Turn it on").click()
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_url("**/today/")


def until(slug, holds):
    """The row once Stripe's word has arrived."""
    end = time.monotonic() + 30
    while True:
        with in_public():
            row = Subscription.objects.get(firm__slug=slug)
        if holds(row) or time.monotonic() > end:
            return row
        time.sleep(0.2)


@pytest.mark.timeout(400)
def test_from_sign_up_to_a_card_that_failed_and_recovered(owner, desktop, served, told, standins):
    home = f"http://{told}.localhost:{served}"
    sign_up(owner, served, told)

    # Of the free days one is left: too little for Stripe to take along, so the first month is paid at once.
    with in_public():
        Subscription.objects.filter(firm__slug=told).update(
            trial_ends_at=timezone.now() + timedelta(hours=20)
        )
    owner.goto(f"{home}/plan/")
    assert "1 free day is left." in owner.locator("main").inner_text()
    assert "Free days" in owner.locator("main").inner_text()
    owner.get_by_label("Plan", exact=True).select_option("practice")
    owner.get_by_label("Seats").fill("2")
    owner.get_by_role("button", name="Go to Stripe and subscribe").click()
    owner.wait_for_url("**/stripe/pay/**")
    owner.locator("[name=email]").fill(f"petra@{told}.example")
    owner.locator("[name=number]").fill("4242 4242 4242 4242")
    owner.locator("[name=expiry]").fill("12 / 34")
    owner.locator("[name=cvc]").fill("123")
    owner.locator("form button").first.click()
    owner.wait_for_url("**/plan/?back=1")
    assert until(told, lambda row: row.stands).status == Status.ACTIVE
    owner.reload()
    assert "Thank you. Your plan is set." in owner.locator("main").inner_text()

    owner.goto(f"{home}/plan/")
    owner.get_by_label("Seats").fill("3")
    owner.get_by_role("button", name="See what it costs").click()
    owner.wait_for_url("**/plan/change/**")
    assert "Charged to your card today" in owner.locator("main").inner_text()
    owner.get_by_role("button", name=re.compile("Change the plan and pay")).click()
    owner.wait_for_url("**/plan/")
    assert "Practice, 3 seats, monthly" in owner.locator("main").inner_text()

    # In the portal another card, which will not pay the next month.
    owner.get_by_role("button", name="Card, invoices, cancel").click()
    owner.wait_for_url("**/stripe/portal/**")
    owner.locator("[name=number]").fill("4000000000000341")
    owner.get_by_role("button", name="Use this card").click()
    from billing.providers import stripe

    stripe.client().v1.subscriptions.update(
        until(told, lambda row: True).subscription_id or "", {"default_payment_method": ""}
    )
    standins._ask("/clock", {"advance": 31 * DAY + 7200})
    late = until(told, lambda row: row.status == Status.PAST_DUE)
    assert late.status == Status.PAST_DUE
    owner.goto(f"{home}/today/")
    assert "The last payment did not go through." in owner.locator("main").inner_text()

    owner.goto(f"{home}/plan/")
    owner.get_by_role("button", name="Card, invoices, cancel").click()
    owner.wait_for_url("**/stripe/portal/**")
    owner.locator("[name=number]").fill("4242424242424242")
    owner.get_by_role("button", name="Use this card").click()
    assert until(told, lambda row: row.status == Status.ACTIVE).status == Status.ACTIVE
    owner.goto(f"{home}/today/")
    assert "The last payment did not go through." not in owner.locator("main").inner_text()

    # The same pages without a barrier, wide and narrow.
    desktop.context.add_cookies(owner.context.cookies())
    for width in (1440, 390):
        desktop.set_viewport_size({"width": width, "height": 844})
        for path in ("/plan/", "/plan/change/?plan=practice&interval=year&seats=4"):
            desktop.goto(f"{home}{path}")
            is_well(desktop)
        desktop.goto(f"http://localhost:{served}/pricing/")
        is_well(desktop)
