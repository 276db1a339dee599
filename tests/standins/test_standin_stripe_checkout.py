"""Checkout's page: pay, fail, come back, walk away."""

from __future__ import annotations

import pytest
import requests
import stripe as official

OK = "http://harbor.localhost:8000/booked/?session={CHECKOUT_SESSION_ID}"
BACK = "http://harbor.localhost:8000/book/"
GOOD, BAD = "4242424242424242", "4000000000000002"


def open_session(stripe, *, options=None, **more):
    wanted = {
        "mode": "payment",
        "success_url": OK,
        "cancel_url": BACK,
        "line_items": [
            {
                "price_data": {
                    "currency": "usd",
                    "unit_amount": 15000,
                    "product_data": {"name": "Consultation <1 h>"},
                },
                "quantity": 1,
            }
        ],
        "metadata": {"booking": "7"},
        **more,
    }
    return stripe.v1.checkout.sessions.create(wanted, options or {})


def submit(session, **fields):
    form = {"email": "luz@example.org", "name": "Luz Rivera", "method": "card", **fields}
    return requests.post(session.url, data=form, timeout=5, allow_redirects=False)


def happened(stripe, prefix="checkout.") -> list[str]:
    events = reversed(stripe.v1.events.list({"limit": 100}).data)
    return [event.type for event in events if event.type.startswith(prefix)]


def test_looking_changes_nothing_and_paying_leads_back(stripe):
    session = open_session(stripe, payment_intent_data={"metadata": {"booking": "7"}})
    page = requests.get(session.url, timeout=5)
    assert "Consultation &lt;1 h&gt;" in page.text
    assert f'href="{BACK}"' in page.text
    assert "<script" not in page.text
    assert (session.payment_intent, stripe.v1.payment_intents.list().data) == (None, [])
    answer = submit(session, number="4242 4242 4242 4242", expiry="12 / 34", cvc="123")
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        OK.format(CHECKOUT_SESSION_ID=session.id),
    )
    paid = stripe.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert (paid.customer_details.email, paid.metadata["booking"]) == ("luz@example.org", "7")
    assert (paid.payment_intent.amount_received, paid.payment_intent.metadata["booking"]) == (15000, "7")
    assert happened(stripe) == ["checkout.session.completed"]


def test_submitting_twice_pays_once(stripe):
    session = open_session(stripe)
    answers = [submit(session, number=GOOD) for _ in range(2)]
    assert [a.status_code for a in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert len(stripe.v1.charges.list().data) == 1
    assert requests.get(session.url, timeout=5).status_code == 410


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (BAD, "Your card was declined."),
        ("4000000000009995", "insufficient funds"),
        ("1", "number is incorrect"),
    ],
)
def test_a_card_that_fails_leaves_the_page_open_for_another(stripe, number, said):
    session = open_session(stripe)
    refused = submit(session, number=number)
    assert (refused.status_code, said in refused.text, "luz@example.org" in refused.text) == (402, True, True)
    assert stripe.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert submit(session, number=GOOD).status_code == 303
    assert len(stripe.v1.payment_intents.list().data) == 1


def test_a_session_left_alone_expires(stripe, standins):
    standins.post("clock", {"now": "2026-03-02T10:00:00+00:00"})
    now = 1772445600
    session = open_session(stripe, expires_at=now + 1800)
    submit(session, number=BAD)
    standins.post("clock", {"advance": 1801})
    left = stripe.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (left.status, left.payment_intent.status) == ("expired", "canceled")
    assert submit(session, number=GOOD).status_code == 410
    assert happened(stripe) == ["checkout.session.expired"]
    with pytest.raises(official.InvalidRequestError):
        stripe.v1.checkout.sessions.expire(session.id)
    with pytest.raises(official.InvalidRequestError) as caught:
        open_session(stripe, expires_at=now + 1802)
    assert caught.value.param == "expires_at"


def test_expiring_it_by_hand_frees_the_slot(stripe):
    session = open_session(stripe)
    assert stripe.v1.checkout.sessions.expire(session.id).status == "expired"
    assert submit(session, number=GOOD).status_code == 410
    assert stripe.v1.charges.list().data == []


@pytest.mark.parametrize(
    ("account", "event", "status"),
    [
        ("pm_usBankAccount_success", "checkout.session.async_payment_succeeded", "paid"),
        ("pm_usBankAccount_insufficientFunds", "checkout.session.async_payment_failed", "unpaid"),
    ],
)
def test_a_bank_account_completes_now_and_pays_later(stripe, standins, account, event, status):
    standins.post("clock", {"now": "2026-03-02T10:00:00+00:00"})
    session = open_session(stripe)
    assert submit(session, method="us_bank_account", account=account).status_code == 303
    waiting = stripe.v1.checkout.sessions.retrieve(session.id)
    assert (waiting.status, waiting.payment_status) == ("complete", "unpaid")
    standins.post("clock", {"advance": 10})
    assert stripe.v1.checkout.sessions.retrieve(session.id).payment_status == status
    assert happened(stripe) == ["checkout.session.completed", event]


def test_the_banks_question_comes_between(stripe):
    session = open_session(stripe)
    asked = submit(session, number="4000002500003155")
    hidden = asked.text.partition('name="payment_method" value="')[2].partition('"')[0]
    form = {"payment_method": hidden, "email": "luz@example.org", "well": "no"}
    refused = requests.post(f"{session.url}authenticate/", data=form, timeout=5)
    assert (refused.status_code, stripe.v1.charges.list().data) == (402, [])
    agreed = requests.post(
        f"{session.url}authenticate/", data={**form, "well": "yes"}, timeout=5, allow_redirects=False
    )
    assert agreed.status_code == 303
    assert stripe.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_a_page_in_spanish_for_a_family_that_reads_spanish(stripe):
    page = requests.get(open_session(stripe, locale="es").url, timeout=5).text
    assert ('<html lang="es">' in page, "Número de tarjeta" in page) == (True, True)


def test_a_session_on_a_firms_account_pays_the_firm(stripe, connected):
    on_it = {"stripe_account": connected}
    session = open_session(stripe, options=on_it)
    assert submit(session, number=GOOD).status_code == 303
    assert stripe.v1.balance_transactions.list().data == []
    assert [b.amount for b in stripe.v1.balance_transactions.list({}, on_it).data] == [15000]


def price(stripe, amount=4900) -> str:
    return stripe.v1.prices.create(
        {
            "currency": "usd",
            "unit_amount": amount,
            "recurring": {"interval": "month"},
            "product_data": {"name": "Practice"},
        }
    ).id


def test_subscribing_on_the_page(stripe):
    session = open_session(
        stripe,
        mode="subscription",
        line_items=[{"price": price(stripe), "quantity": 3}],
        subscription_data={"metadata": {"firm": "harbor"}},
    )
    assert submit(session, number=BAD).status_code == 402
    assert stripe.v1.subscriptions.list({"status": "all"}).data == []
    assert submit(session, number=GOOD).status_code == 303
    done = stripe.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription.latest_invoice"]})
    subscription = done.subscription
    assert (subscription.status, subscription.metadata["firm"]) == ("active", "harbor")
    assert (subscription.latest_invoice.amount_paid, done.payment_status) == (14700, "paid")
    assert subscription.default_payment_method is not None


def test_a_trial_on_the_page_needs_no_card_when_told_so(stripe):
    session = open_session(
        stripe,
        mode="subscription",
        line_items=[{"price": price(stripe), "quantity": 1}],
        payment_method_collection="if_required",
        subscription_data={
            "trial_period_days": 14,
            "trial_settings": {"end_behavior": {"missing_payment_method": "pause"}},
        },
    )
    assert submit(session, number="").status_code == 303
    done = stripe.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]})
    assert (done.subscription.status, done.payment_status) == ("trialing", "no_payment_required")
    assert done.subscription.trial_settings.end_behavior.missing_payment_method == "pause"


def test_keeping_a_card_on_the_page(stripe):
    customer = stripe.v1.customers.create({"email": "luz@example.org"})
    session = open_session(stripe, mode="setup", line_items=[], customer=customer.id, currency="usd")
    assert submit(session, number=BAD).status_code == 402
    assert submit(session, number=GOOD).status_code == 303
    done = stripe.v1.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent"]})
    assert done.setup_intent.status == "succeeded"
    assert len(stripe.v1.payment_methods.list({"customer": customer.id}).data) == 1


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"line_items": []}, "line_items"),
        ({"mode": None}, "mode"),
        ({"success_url": None}, "success_url"),
        ({"success_url": "harbor"}, "success_url"),
        ({"cancel_url": "javascript:alert(1)"}, "cancel_url"),
        ({"customer": "cus_none"}, "customer"),
        ({"mode": "subscription"}, "line_items"),
        ({"allowed_payment_method_types": ["klarna"]}, "allowed_payment_method_types"),
        ({"discounts": [{"coupon": "x"}]}, "discounts"),
    ],
)
def test_a_session_that_makes_no_sense_is_refused_by_name(stripe, more, param):
    with pytest.raises(official.InvalidRequestError) as caught:
        open_session(stripe, **more)
    assert caught.value.param == param
    assert stripe.v1.checkout.sessions.list().data == []


def test_tax_on_a_line_is_in_the_total(stripe):
    rate = stripe.v1.tax_rates.create({"display_name": "Tax", "percentage": 8.25, "inclusive": False})
    line = {
        "price_data": {"currency": "usd", "unit_amount": 3333, "product_data": {"name": "Hour"}},
        "quantity": 3,
        "tax_rates": [rate.id],
    }
    session = open_session(stripe, line_items=[line])
    assert (session.amount_subtotal, session.amount_total) == (9999, 9999 + 825)
    assert stripe.v1.checkout.sessions.line_items.list(session.id).data[0].amount_tax == 825
