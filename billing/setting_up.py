"""The operator's side at Stripe: products, prices, tax, the portal. Safe to do again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Literal

from django.db import transaction

from billing import plans
from billing.models import PlanPrice, PortalSetting, TaxRate
from billing.plans import Plan
from billing.providers import stripe
from tenants.places import in_public

Say = Callable[[str], None]
INTERVALS: tuple[Literal["month"], Literal["year"]] = ("month", "year")


def set_up_plans(*, at: datetime, say: Say = lambda words: None) -> None:
    """Makes at Stripe what the file of plans says, and notes the ids. A price that changed gets a new one; firms that
    pay the old one keep it until they change. Raises Refused or Unavailable.
    """
    with in_public():
        for plan in plans.all_plans():
            product = stripe.make_product(f"{stripe.MARK}_{plan.key}", name=f"Roundtable {plan.names['en']}")
            for interval in INTERVALS:
                _set_up_price(plan, product, interval, say=say)
        configuration = stripe.portal_configuration()
        PortalSetting.objects.get_or_create(configuration_id=configuration, defaults={"made_at": at})


def _set_up_price(plan: Plan, product: str, interval: Literal["month", "year"], *, say: Say) -> None:
    lookup_key, amount = f"{stripe.MARK}_{plan.key}_{interval}", plan.price(interval)
    price = stripe.price_by_key(lookup_key)
    if price is None or (price.amount, price.currency, price.product) != (amount, plan.currency, product):
        price = stripe.make_price(lookup_key, product=product, interval=interval, amount=amount, currency=plan.currency)  # fmt: skip
        say(f"{plan.key}, a {interval}: {price.id}")
    with transaction.atomic():
        PlanPrice.objects.filter(plan=plan.key, interval=interval, current=True).exclude(price_id=price.id).update(current=False)  # fmt: skip
        PlanPrice.objects.update_or_create(
            price_id=price.id,
            defaults={"plan": plan.key, "interval": interval, "amount": amount, "currency": plan.currency, "current": True},
        )  # fmt: skip


def set_tax(percent: Decimal, *, label: str, at: datetime) -> TaxRate | None:
    """The tax from now on; zero ends it. The night's comparison gives it to the subscriptions there are."""
    with in_public():
        now = TaxRate.objects.filter(ended_at=None).first()
        if now is not None and now.percent == percent and now.label == label:
            return now
        # Twice in one minute is one rate; the same rate set anew another day is another.
        key = hashlib.sha256(f"{label}\n{percent}\n{at:%Y%m%d%H%M}".encode()).hexdigest()
        rate_id = stripe.make_tax_rate(label=label, percent=percent, key=key) if percent else ""
        with transaction.atomic():
            TaxRate.objects.filter(ended_at=None).update(ended_at=at)
            return TaxRate.objects.create(label=label, percent=percent, rate_id=rate_id, set_at=at) if percent else None  # fmt: skip
