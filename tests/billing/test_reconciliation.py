"""Every night both sides are compared, and what differs is put right."""

import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from billing import keeping, setting_up, subscribing
from billing.models import PlanPrice, Reconciliation, Subscription, TaxRate
from billing.providers import stripe
from tenants.places import in_public
from tests.world import NOW


def test_nothing_differs(subscribed):
    report = keeping.reconcile(at=NOW)
    assert (report.compared, report.mended, report.open_questions) == (1, [], [])
    assert keeping.reconcile(at=NOW + timedelta(hours=1)) is None


def test_what_was_changed_at_stripe_and_never_told_is_mended(subscribed):
    row = subscribed.row()
    stripe.client().v1.subscription_items.update(row.item_id, {"quantity": 8})
    report = keeping.reconcile(at=NOW)

    assert [(one["was"]["seats"], one["is"]["seats"]) for one in report.mended] == [("7", "8")]
    assert subscribed.limits().seats == 8


def test_a_row_that_was_spoilt_is_mended(subscribed):
    with in_public():
        Subscription.objects.filter(firm_id=subscribed.firm.id).update(status="canceled", seats=1)
    assert len(keeping.reconcile(at=NOW).mended) == 1
    assert (subscribed.row().status, subscribed.row().seats) == ("active", 7)


def test_a_subscription_of_nobody_is_reported_and_left_alone(subscribed):
    client = stripe.client()
    stranger = client.v1.customers.create({"name": "Nobody's"})
    client.v1.payment_methods.attach("pm_card_visa", {"customer": stranger.id})
    card = client.v1.payment_methods.list({"customer": stranger.id}).data[0].id
    with in_public():
        price = PlanPrice.objects.get(plan="solo", interval="month").price_id
    made = client.v1.subscriptions.create(
        {"customer": stranger.id, "items": [{"price": price}], "default_payment_method": card}
    )

    assert keeping.reconcile(at=NOW).open_questions == [
        f"Subscription {made.id} at Stripe belongs to no firm."
    ]


def test_a_subscription_that_is_not_at_stripe_locks_nobody_out(subscribed):
    with in_public():
        Subscription.objects.filter(firm_id=subscribed.firm.id).update(customer_id="cus_of_another_account")
    report = keeping.reconcile(at=NOW)

    assert len(report.open_questions) == 2
    assert not subscribed.firm_now().read_only


def test_a_new_tax_reaches_those_who_pay_already(subscribed):
    from decimal import Decimal

    setting_up.set_tax(Decimal("5"), label="GST", at=NOW)
    keeping.reconcile(at=NOW)
    assert len(stripe.states_of(subscribed.row().customer_id)[0].tax_rates) == 1
    setting_up.set_tax(Decimal("0"), label="GST", at=NOW)
    keeping.reconcile(at=NOW, again=True)
    assert stripe.states_of(subscribed.row().customer_id)[0].tax_rates == ()


def test_stripe_down_leaves_the_night_undone(subscribed):
    subscribed.standins.fault(service="stripe", kind="error_before", times=None)
    with pytest.raises(stripe.Unavailable):
        keeping.reconcile(at=NOW)
    subscribed.no_faults()
    assert keeping.reconcile(at=NOW) is not None
    with in_public():
        assert Reconciliation.objects.get().ended_at == NOW


def test_the_commands_say_what_they_did(subscribed, capsys, settings):
    call_command("set_up_plans")
    call_command("set_tax_rate", "8.25")
    call_command("reconcile_subscriptions")
    call_command("begin_trials")
    said = capsys.readouterr().out
    assert "The plans are at Stripe." in said
    assert "Sales tax: 8.25 %." in said
    assert "1 compared, 0 mended, 0 to look at" in said
    with in_public():
        assert TaxRate.objects.get(ended_at=None).percent == 8.25
    for wrong in ("a lot", "-1", "101", "1.23456", "nan"):
        with pytest.raises(CommandError):
            call_command("set_tax_rate", "--", wrong)
    settings.STRIPE_API_KEY = ""
    with pytest.raises(CommandError, match="STRIPE_API_KEY is not set"):
        call_command("set_up_plans")
    call_command("reconcile_subscriptions")
    assert re.search(r"nothing is gated: limits lifted for \d+ firms", capsys.readouterr().out)


def test_setting_up_twice_makes_nothing_twice_and_a_new_price_takes_the_key(
    roundtable, tmp_path, settings, olivia
):
    setting_up.set_up_plans(at=NOW)
    with in_public():
        assert PlanPrice.objects.count() == 6
    old = settings.PLANS_FILE
    settings.PLANS_FILE = tmp_path / "plans.toml"
    settings.PLANS_FILE.write_text(old.read_text().replace("month = 4500", "month = 4700"))
    setting_up.set_up_plans(at=NOW)
    with in_public():
        rows = PlanPrice.objects.filter(plan="practice", interval="month").order_by("amount")
        assert [(row.amount, row.current) for row in rows] == [(4500, False), (4700, True)]
    roundtable.on_a_test_clock()
    roundtable.pay(subscribing.checkout(subscribing.choice_of("practice", "month", 7), by=olivia, at=NOW))
    assert keeping.bring_up_to_date(roundtable.firm, at=NOW).amount == 4700
