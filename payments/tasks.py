from __future__ import annotations

from contextlib import suppress

from django.utils import timezone

from payments import hearing, paying, refunding
from payments.models import Checkout
from payments.providers.stripe import Refused, Unavailable
from tenants.tasks import firm_task


@firm_task
def refund_now(*, keys: list[str]) -> None:
    refunding.make_refunds(keys, timezone.now())


@firm_task
def act_now(*, keys: list[str]) -> None:
    hearing.act_on_events(keys, timezone.now())


@firm_task
def look_now(*, keys: list[str]) -> None:
    """How checkouts ended, before their time: what Stripe does not answer now is found by the check at its end."""
    for checkout in Checkout.objects.unsettled().filter(pk__in=keys):
        with suppress(Refused, Unavailable):
            paying.settle(checkout, at=timezone.now())
