"""The demo firms' plans: Harbor pays for six seats, Birch has some free days left."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from accounts.models import User
from billing import keeping, plans, subscribing
from billing.models import PlanPrice, Subscription, TaxRate
from billing.providers import stripe
from tenants.places import current_firm, in_public

log = logging.getLogger("roundtable.billing")
SEATS = 6


def subscribed(owner: User, *, at: datetime) -> None:
    """The current firm pays for the plan that holds six seats, by a test card. A silent Stripe leaves it on its free days."""
    plan, firm = plans.plan_of("practice"), current_firm()
    if not stripe.is_on() or plan is None:
        return
    try:
        with in_public():
            price = PlanPrice.objects.get(plan=plan.key, interval="month", current=True)
            rate = TaxRate.objects.filter(ended_at=None).first()
            customer = subscribing.customer_of(firm, by=owner, language="en")
            stripe.subscribe_with_test_card(
                customer=customer, price=price.price_id, seats=SEATS, tax_rate=rate.rate_id if rate else "", key=f"demo-{firm.id}"
            )  # fmt: skip
        keeping.bring_up_to_date(firm, at=at)
    except (stripe.Unavailable, stripe.Refused, PlanPrice.DoesNotExist) as problem:
        log.warning("the demo firm stays on its free days: %s", problem)


def on_trial(*, days_left: int, at: datetime) -> None:
    """The current firm's free days end in so many days."""
    firm = current_firm()
    with in_public():
        Subscription.objects.filter(firm_id=firm.id).update(trial_ends_at=at + timedelta(days=days_left))
    keeping.bring_up_to_date(firm, at=at)
