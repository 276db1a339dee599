"""Subscriptions under a test clock: trial, seats, renewal, failure, recovery, ending; the portal."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import requests
import stripe as official

START = 1767225600  # 1 January 2026, 00:00 UTC
DAY, HOUR = 86400, 3600
FEBRUARY = START + 31 * DAY


class Firm:
    """A customer under a test clock, and a price for each seat and month."""

    def __init__(self, stripe, *, method: str | None = "pm_card_visa", amount: int = 4900) -> None:
        self.v1 = stripe.v1
        self.clock = self.v1.test_helpers.test_clocks.create({"frozen_time": START}).id
        self.customer = self.v1.customers.create(
            {"email": "olivia@harbor.example", "test_clock": self.clock}
        ).id
        self.price = self.v1.prices.create(
            {
                "currency": "usd",
                "unit_amount": amount,
                "recurring": {"interval": "month"},
                "product_data": {"name": "Practice"},
            }
        ).id
        if method:
            self.use(method)
        self.subscription = ""

    def use(self, method: str) -> str:
        kept = self.v1.payment_methods.attach(method, {"customer": self.customer}).id
        self.v1.customers.update(self.customer, {"invoice_settings": {"default_payment_method": kept}})
        return kept

    def subscribe(self, quantity: int = 1, **more: Any) -> Any:
        wanted = {"customer": self.customer, "items": [{"price": self.price, "quantity": quantity}], **more}
        made = self.v1.subscriptions.create(wanted)
        self.subscription = made.id
        return made

    def at(self, moment: int) -> Any:
        """The subscription when the clock shows `moment`."""
        clock = self.v1.test_helpers.test_clocks.advance(self.clock, {"frozen_time": moment})
        assert clock.status == "advancing"
        assert self.v1.test_helpers.test_clocks.retrieve(self.clock).status == "ready"
        return self.now() if self.subscription else None

    def now(self) -> Any:
        return self.v1.subscriptions.retrieve(self.subscription)

    def item(self) -> str:
        return self.now()["items"].data[0].id

    def seats(self, quantity: int, **more: Any) -> Any:
        return self.v1.subscriptions.update(
            self.subscription, {"items": [{"id": self.item(), "quantity": quantity}], **more}
        )

    def invoices(self) -> list[Any]:
        """Oldest first."""
        return list(reversed(self.v1.invoices.list({"customer": self.customer, "limit": 50}).data))

    def told(self, *prefixes: str) -> list[str]:
        names = [event.type for event in reversed(self.v1.events.list({"limit": 100}).data)]
        return [name for name in names if name.startswith(prefixes)]


@pytest.fixture
def firm(stripe) -> Firm:
    return Firm(stripe)


def test_the_first_month_is_paid_and_the_next_an_hour_after_it_begins(firm):
    made = firm.subscribe(2)
    item = made["items"].data[0]
    assert (made.status, item.current_period_start, item.current_period_end) == ("active", START, FEBRUARY)
    (first,) = firm.invoices()
    assert (first.status, first.billing_reason, first.amount_paid) == ("paid", "subscription_create", 9800)
    firm.at(FEBRUARY + HOUR - 1)
    assert [(i.status, i.billing_reason) for i in firm.invoices()][1:] == [("draft", "subscription_cycle")]
    renewed = firm.at(FEBRUARY + HOUR)
    second = firm.invoices()[1]
    assert (second.status, second.amount_paid, second.number[-4:]) == ("paid", 9800, "0002")
    assert renewed["items"].data[0].current_period_end == FEBRUARY + 28 * DAY
    payments = firm.v1.invoices.retrieve(second.id, {"expand": ["payments"]}).payments.data
    intent = firm.v1.payment_intents.retrieve(payments[0].payment.payment_intent)
    assert (payments[0].status, intent.status, intent.amount) == ("paid", "succeeded", 9800)
    assert second.parent.subscription_details.subscription == made.id


def test_months_keep_the_day_they_began_where_there_is_one(firm):
    firm.at(START + 30 * DAY + 12 * HOUR)  # 31 January, noon
    firm.subscribe()
    ends = [firm.now()["items"].data[0].current_period_end]
    for _ in range(3):
        ends.append(firm.at(ends[-1] + 2 * HOUR)["items"].data[0].current_period_end)
    days = [(end - START - 12 * HOUR) // DAY for end in ends]
    assert days == [58, 89, 119, 150]  # 28 February, 31 March, 30 April, 31 May


def test_a_trial_without_a_card_runs_out_and_paying_restores(stripe):
    firm = Firm(stripe, method=None)
    made = firm.subscribe(trial_period_days=14)
    assert (made.status, made.trial_end) == ("trialing", START + 14 * DAY)
    assert [i.total for i in firm.invoices()] == [0]
    firm.at(START + 11 * DAY)
    assert firm.told("customer.subscription.trial") == ["customer.subscription.trial_will_end"]
    assert firm.at(START + 14 * DAY + HOUR).status == "past_due"
    owed = firm.invoices()[1]
    assert (owed.status, owed.attempt_count, owed.amount_remaining) == ("open", 1, 4900)
    assert firm.at(START + 14 * DAY + HOUR + 15 * DAY).status == "unpaid"
    assert firm.v1.invoices.retrieve(owed.id).attempt_count == 4
    card = firm.use("pm_card_visa")
    assert firm.v1.invoices.pay(owed.id, {"payment_method": card}).status == "paid"
    assert firm.now().status == "active"


@pytest.mark.parametrize(("missing", "status"), [("cancel", "canceled"), ("pause", "paused")])
def test_a_trial_without_a_card_ends_as_its_settings_say(stripe, missing, status):
    firm = Firm(stripe, method=None)
    firm.subscribe(trial_period_days=14, trial_settings={"end_behavior": {"missing_payment_method": missing}})
    assert firm.at(START + 15 * DAY).status == status
    assert len(firm.invoices()) == 1
    if status == "paused":
        firm.use("pm_card_visa")
        assert firm.v1.subscriptions.resume(firm.subscription).status == "active"
        assert firm.invoices()[1].amount_paid == 4900


@pytest.mark.parametrize(
    ("then", "status"), [("unpaid", "unpaid"), ("canceled", "canceled"), ("past_due", "past_due")]
)
def test_a_failing_card_is_tried_again_and_then_given_up(stripe, standins, then, status):
    standins.post("stripe", {"dunning": {"retry_days": [1, 2], "then": then}})
    firm = Firm(stripe)
    firm.subscribe()
    firm.use("pm_card_chargeCustomerFail")
    assert firm.at(FEBRUARY + HOUR).status == "past_due"
    owed = firm.invoices()[1]
    assert (owed.attempt_count, owed.next_payment_attempt) == (1, FEBRUARY + HOUR + DAY)
    assert firm.v1.customers.retrieve(firm.customer).delinquent is True
    assert firm.at(FEBRUARY + HOUR + DAY).status == "past_due"
    assert firm.at(FEBRUARY + HOUR + 3 * DAY).status == status
    last = firm.invoices()[1]
    assert (last.attempt_count, last.next_payment_attempt, last.status) == (3, None, "open")
    assert firm.told("invoice.payment_failed") == ["invoice.payment_failed"] * 3
    firm.at(FEBRUARY + 30 * DAY)
    held = {"unpaid": ["draft"], "canceled": [], "past_due": ["open"]}[then]
    assert [i.status for i in firm.invoices()[2:]] == held


def test_a_new_card_before_the_retry_makes_it_active_again(firm):
    firm.subscribe()
    firm.use("pm_card_chargeCustomerFail")
    firm.at(FEBRUARY + HOUR)
    firm.use("pm_card_visa")
    assert firm.at(FEBRUARY + HOUR + 3 * DAY).status == "active"
    assert firm.v1.customers.retrieve(firm.customer).delinquent is False


def test_a_first_payment_that_fails_is_incomplete_and_expires(stripe):
    firm = Firm(stripe)
    firm.use("pm_card_chargeCustomerFail")
    assert firm.subscribe().status == "incomplete"
    assert firm.at(START + 23 * HOUR).status == "incomplete_expired"
    with pytest.raises(official.CardError):
        firm.subscribe(payment_behavior="error_if_incomplete")
    assert len(firm.v1.subscriptions.list({"customer": firm.customer, "status": "all"}).data) == 1


def test_a_default_incomplete_subscription_waits_for_its_intent(stripe):
    firm = Firm(stripe, method=None)
    made = firm.subscribe(
        payment_behavior="default_incomplete", expand=["latest_invoice.confirmation_secret"]
    )
    assert made.status == "incomplete"
    intent = made.latest_invoice.confirmation_secret.client_secret.partition("_secret_")[0]
    firm.v1.payment_intents.confirm(intent, {"payment_method": "pm_card_visa"})
    assert firm.now().status == "active"
    with pytest.raises(official.InvalidRequestError):
        Firm(stripe, method=None).subscribe()


def share(amount: int, left: int, whole: int) -> int:
    """`amount` × left / whole to the cent, halves up."""
    exact = Fraction(amount * left, whole)
    return int(exact + Fraction(1, 2))


@pytest.mark.parametrize(("before", "after"), [(2, 3), (3, 1), (1, 7)])
def test_seats_are_prorated_to_the_second_as_the_preview_said(stripe, before, after):
    firm = Firm(stripe, amount=3333)
    firm.subscribe(before)
    at = START + 10 * DAY + 12345
    firm.at(at)
    left, whole = FEBRUARY - at, 31 * DAY
    expected = [-share(3333 * before, left, whole), share(3333 * after, left, whole)]
    change = {
        "subscription": firm.subscription,
        "subscription_details": {
            "items": [{"id": firm.item(), "quantity": after}],
            "proration_behavior": "always_invoice",
        },
    }
    preview = firm.v1.invoices.create_preview(change)
    assert [line.amount for line in preview.lines.data] == expected
    assert len(firm.invoices()) == 1
    firm.seats(after, proration_behavior="always_invoice")
    bill = firm.invoices()[1]
    assert ([line.amount for line in bill.lines.data], bill.total) == (expected, preview.total)
    assert bill.billing_reason == "subscription_update"
    credit = min(sum(expected), 0)
    assert firm.v1.customers.retrieve(firm.customer).balance == credit
    firm.at(FEBRUARY + HOUR)
    assert firm.invoices()[2].amount_paid == max(3333 * after + credit, 0)


def test_prorations_wait_for_the_next_invoice_unless_asked_otherwise(firm):
    firm.subscribe(1)
    firm.at(START + DAY)
    firm.seats(2)
    assert len(firm.invoices()) == 1
    waiting = firm.v1.invoice_items.list({"customer": firm.customer, "pending": True}).data
    assert sum(item.amount for item in waiting) == share(9800, 30, 31) - share(4900, 30, 31)
    firm.at(FEBRUARY + HOUR)
    lines = firm.invoices()[1].lines.data
    assert sum(line.amount for line in lines) == 9800 + share(9800, 30, 31) - share(4900, 30, 31)
    proration = lines[0].parent.subscription_item_details
    assert (proration.proration, proration.subscription_item) == (True, firm.item())
    firm.seats(3, proration_behavior="none")
    assert firm.v1.invoice_items.list({"customer": firm.customer, "pending": True}).data == []


def test_a_trial_changes_seats_for_nothing_and_can_end_now(firm):
    firm.subscribe(1, trial_period_days=14)
    firm.seats(4)
    firm.at(START + 2 * DAY)
    ended = firm.v1.subscriptions.update(firm.subscription, {"trial_end": "now"})
    assert (ended.status, firm.invoices()[1].amount_paid) == ("active", 4 * 4900)
    assert ended["items"].data[0].current_period_start == START + 2 * DAY


def test_going_to_a_yearly_price_starts_a_new_period_and_credits_the_old(firm):
    firm.subscribe(1)
    yearly = firm.v1.prices.create(
        {
            "currency": "usd",
            "unit_amount": 49000,
            "recurring": {"interval": "year"},
            "product_data": {"name": "Practice"},
        }
    )
    firm.at(START + 10 * DAY)
    changed = firm.v1.subscriptions.update(
        firm.subscription, {"items": [{"id": firm.item(), "price": yearly.id}]}
    )
    bill = firm.invoices()[1]
    assert bill.amount_paid == 49000 - share(4900, 21, 31)
    assert changed["items"].data[0].current_period_end == START + 375 * DAY


def test_tax_is_added_or_included_and_shown_by_rate(stripe):
    for inclusive, total in ((False, 10535), (True, 9800)):
        firm = Firm(stripe)
        rate = firm.v1.tax_rates.create({"display_name": "Tax", "percentage": 7.5, "inclusive": inclusive}).id
        firm.subscribe(2, default_tax_rates=[rate])
        (bill,) = firm.invoices()
        tax = 735 if not inclusive else 9800 - round(9800 / 1.075)
        assert (bill.subtotal, bill.total, bill.total_excluding_tax) == (9800, total, total - tax)
        assert [(t.amount, t.tax_rate_details.tax_rate) for t in bill.total_taxes] == [(tax, rate)]


def test_cancelling_at_the_periods_end_can_be_taken_back(firm):
    firm.subscribe()
    stopping = firm.v1.subscriptions.update(firm.subscription, {"cancel_at_period_end": True})
    assert (stopping.cancel_at, stopping.status) == (FEBRUARY, "active")
    kept = firm.v1.subscriptions.update(firm.subscription, {"cancel_at_period_end": False})
    assert kept.cancel_at is None
    assert firm.at(FEBRUARY + HOUR).status == "active"
    firm.v1.subscriptions.update(firm.subscription, {"cancel_at_period_end": True})
    ended = firm.at(FEBRUARY + 29 * DAY)
    assert (ended.status, len(firm.invoices())) == ("canceled", 2)
    assert firm.told("customer.subscription.deleted") == ["customer.subscription.deleted"]


def test_cancelling_at_once_can_credit_what_is_left(firm):
    firm.subscribe()
    firm.at(START + 10 * DAY)
    ended = firm.v1.subscriptions.cancel(firm.subscription, {"prorate": True, "invoice_now": True})
    assert ended.status == "canceled"
    assert firm.v1.customers.retrieve(firm.customer).balance == -share(4900, 21, 31)
    with pytest.raises(official.InvalidRequestError):
        firm.v1.subscriptions.cancel(firm.subscription)


def test_an_invoice_sent_is_paid_on_its_page_by_a_second_card(stripe):
    firm = Firm(stripe, method=None)
    firm.subscribe(collection_method="send_invoice", days_until_due=14)
    firm.at(START + HOUR)
    (bill,) = firm.invoices()
    assert (bill.status, bill.due_date) == ("open", START + HOUR + 14 * DAY)
    page = requests.get(bill.hosted_invoice_url, timeout=5).text
    assert "49.00 USD" in page
    refused = requests.post(bill.hosted_invoice_url, data={"number": "4000000000000002"}, timeout=5)
    assert (refused.status_code, "Your card was declined." in refused.text) == (402, True)
    requests.post(bill.hosted_invoice_url, data={"number": "4242424242424242"}, timeout=5)
    assert firm.v1.invoices.retrieve(bill.id).status == "paid"
    pdf = requests.get(bill.invoice_pdf, timeout=5)
    assert (pdf.headers["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")


def test_invoices_by_hand_are_drafted_finalised_voided_and_written_off(firm):
    v1 = firm.v1
    v1.invoice_items.create(
        {"customer": firm.customer, "amount": 2500, "currency": "usd", "description": "Set-up"}
    )
    one = v1.invoices.create({"customer": firm.customer, "pending_invoice_items_behavior": "include"})
    assert (one.status, one.total) == ("draft", 2500)
    assert v1.invoices.finalize_invoice(one.id).status == "open"
    assert v1.invoices.void_invoice(one.id).status == "void"
    two = v1.invoices.create({"customer": firm.customer})
    v1.invoice_items.create({"customer": firm.customer, "invoice": two.id, "amount": 700, "currency": "usd"})
    v1.invoices.finalize_invoice(two.id)
    assert v1.invoices.mark_uncollectible(two.id).status == "uncollectible"
    three = v1.invoices.create({"customer": firm.customer})
    assert v1.invoices.delete(three.id).deleted is True
    with pytest.raises(official.InvalidRequestError):
        v1.invoices.void_invoice(one.id)


def test_a_bank_debit_pays_a_renewal_days_later_or_fails_it(stripe, standins):
    standins.post("stripe", {"bank_seconds": 4 * DAY})
    for method, status in (
        ("pm_usBankAccount_success", "active"),
        ("pm_usBankAccount_accountClosed", "past_due"),
    ):
        firm = Firm(stripe)
        firm.subscribe()
        firm.use(method)
        assert firm.at(FEBRUARY + HOUR).status == "active"
        assert firm.invoices()[1].status == "open"
        assert firm.at(FEBRUARY + HOUR + 4 * DAY).status == status
        assert firm.invoices()[1].status == ("paid" if status == "active" else "open")


def test_without_a_test_clock_subscriptions_follow_the_stand_ins_clock(stripe, standins):
    standins.post("clock", {"now": "2026-01-01T00:00:00+00:00"})
    v1 = stripe.v1
    customer = v1.customers.create({"payment_method": "pm_card_visa"})
    method = v1.payment_methods.list({"customer": customer.id}).data[0].id
    price = v1.prices.create(
        {
            "currency": "usd",
            "unit_amount": 1900,
            "recurring": {"interval": "month"},
            "product_data": {"name": "Solo"},
        }
    )
    made = v1.subscriptions.create(
        {"customer": customer.id, "items": [{"price": price.id}], "default_payment_method": method}
    )
    standins.post("clock", {"advance": 60 * DAY})
    assert [i.status for i in v1.invoices.list({"subscription": made.id}).data] == ["paid"] * 3


def test_a_person_changes_the_card_and_stops_in_the_portal(firm, ear):
    firm.subscribe()
    firm.use("pm_card_chargeCustomerFail")
    firm.at(FEBRUARY + HOUR)
    session = firm.v1.billing_portal.sessions.create(
        {"customer": firm.customer, "return_url": ear.url("/billing/")}
    )
    page = requests.get(session.url, timeout=5).text
    assert "Subscription: past_due" in page
    assert f'href="{ear.url("/billing/")}"' in page
    requests.post(session.url, data={"do": "card", "number": "4242424242424242"}, timeout=5)
    assert firm.now().status == "active"
    wrong = requests.post(session.url, data={"do": "card", "number": "1234"}, timeout=5)
    assert wrong.status_code == 402
    requests.post(session.url, data={"do": "cancel", "subscription": firm.subscription}, timeout=5)
    assert firm.now().cancel_at_period_end is True
    requests.post(session.url, data={"do": "resume", "subscription": firm.subscription}, timeout=5)
    assert firm.now().cancel_at_period_end is False
