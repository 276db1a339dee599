"""What runs in processes of its own while payments are made in bad weather: families who pay, the firm's worker, its
web server. Each may be killed at any moment and begun again."""

from __future__ import annotations

import os
import random
import sys
import time
from contextlib import suppress
from uuid import UUID

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()

import requests
import stripe
from django.utils import timezone

from payments import paying, refunding, subjects
from payments.models import Account, Payment
from payments.paying import AlreadyPaid, OnItsWay
from payments.providers.stripe import Unavailable
from payments.refunding import CannotRefund
from payments.subjects import Due, State
from tenants import due
from tenants.hosts import firm_by_id
from tenants.places import within

# The client waits between its own tries; here it need not be kind to anybody.
stripe.HTTPClient.INITIAL_DELAY, stripe.HTTPClient.MAX_DELAY = 0.02, 0.1

BANK = {"method": "us_bank_account", "account": "pm_usBankAccount_success"}
CARD = {"method": "card", "number": "4242424242424242", "expiry": "12 / 34", "cvc": "123"}


def bill(n: int) -> UUID:
    return UUID(int=n)


def price(pk: UUID) -> int:
    return 1_000 + pk.int * 37 % 9_000


def left(pk: UUID) -> Due:
    paid = sum(row.amount - row.excess for row in Payment.objects.filter(subject=f"bill:{pk}"))
    rest = max(0, price(pk) - paid)
    return Due(rest, "usd", State.OPEN if rest else State.PAID, None)


def register() -> None:
    subjects.register(
        "bill", describe=lambda pk: f"Bill {pk.int}", amount_due=left, account=Account.RECEIVABLE
    )


def pay(n: int, chance: random.Random) -> None:
    """A family that wants to have paid: it tries again until it is told so, presses twice, opens two pages."""
    subject = f"bill:{bill(n)}"
    while left(bill(n)).amount:
        try:
            page = paying.ask(
                subject, name="Bill", amount=price(bill(n)), currency="usd", success_url="http://h.localhost/",
                cancel_url="http://h.localhost/", language="en", bank=True, at=timezone.now(),
            )  # fmt: skip
        except (AlreadyPaid, OnItsWay):
            return
        except Unavailable:
            continue
        for _ in range(chance.choice([1, 1, 2])):
            requests.post(
                page.url, data=BANK if chance.random() < 0.1 else CARD, timeout=20, allow_redirects=False
            )
        return


def families(first: int, last: int, seed: int) -> None:
    chance = random.Random(seed)
    order = list(range(first, last))
    chance.shuffle(order)
    for n in order:
        pay(n, chance)


def worker(stop: str) -> None:
    """The firm's work, as the sweep hands it out, and refunds of every fifth payment, in one or two parts."""
    while not os.path.exists(stop):
        for row in Payment.objects.filter(refunds=None).order_by("paid_at")[:20]:
            if UUID(row.subject.partition(":")[2]).int % 5 == 0:
                parts = [row.amount // 3, row.amount - row.amount // 3 - 1][: 1 + row.amount % 2]
                for n, part in enumerate(parts):
                    with suppress(CannotRefund):
                        refunding.refund(row, amount=part, reason="Fewer hours", by=None, at=timezone.now(), once=f"{row.pk}:{n}")  # fmt: skip
        found = due.claim(at=timezone.now())
        for (_firm, kind), keys in found.items():
            due.handle(kind, keys, at=timezone.now())
        if not found:
            time.sleep(0.05)


def main(role: str, firm_id: str, *rest: str) -> None:
    register()
    firm = firm_by_id(UUID(firm_id))
    assert firm
    with within(firm):
        if role == "families":
            families(*map(int, rest))
        else:
            worker(rest[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
