"""Payments while Stripe drops, delays, fails after doing it and says things twice or never, and our own processes are
killed: 0 lost, 0 charged twice, the ledger adds up, and the nightly comparison is clean."""

import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from embedded.home import free_port
from payments import ledger, reconciling, subjects
from payments.ledger import Account
from payments.models import Checkout, Payment, Refund, StripeAccount
from payments.providers import stripe
from tenants import due
from tenants.numbers import note_account
from tenants.places import within
from tests.payments import storm
from tests.payments.test_ledger import firm_of_its_own

pytestmark = pytest.mark.commits
SECRET = "whsec_of_the_storm"
WEATHER = [
    *({"service": "stripe", "kind": kind, "rate": rate, "times": None, "seed": n, "path": "/v1/"} for n, (kind, rate) in enumerate([
        ("error_before", 0.03), ("error_after", 0.03), ("lost_answer", 0.03), ("drop", 0.03), ("error_kept", 0.02),
        ("rate_limit", 0.02),
    ])),
    {"service": "stripe", "kind": "delay", "rate": 0.03, "times": None, "seed": 7, "seconds": 0.2, "path": "/v1/"},
    *({"service": "stripe", "kind": kind, "rate": rate, "times": None, "seed": n} for n, (kind, rate) in enumerate([
        ("lose", 0.15), ("duplicate", 0.2), ("reorder", 0.1),
    ], 20)),
]  # fmt: skip


class Crowd:
    """The processes, which begin again when they are killed."""

    def __init__(self, firm, count, folder):
        self.stop, self.port = folder / "stop", free_port()
        env = {**os.environ, "STRIPE_CONNECT_WEBHOOK_SECRET": SECRET}
        half = count * 2 // 3
        python = [sys.executable, "-m"]
        # Bills in the middle are paid by two families' phones at once.
        self.commands = {
            "site": [*python, "gunicorn", "tests.payments.storm_site", "--bind", f"127.0.0.1:{self.port}", "--workers", "1",
                     "--threads", "4", "--worker-class", "gthread", "--log-level", "critical", "--no-control-socket"],
            "one": [*python, "tests.payments.storm", "families", str(firm.id), "0", str(half), "1"],
            "two": [*python, "tests.payments.storm", "families", str(firm.id), str(count // 3), str(count), "2"],
            "worker": [*python, "tests.payments.storm", "worker", str(firm.id), str(self.stop)],
        }  # fmt: skip
        self.env = env
        self.running = {name: self.begin(name) for name in self.commands}

    def begin(self, name):
        return subprocess.Popen(self.commands[name], env=self.env)

    def kill(self, name):
        self.running[name].kill()
        self.running[name].wait()
        self.running[name] = self.begin(name)

    def families_are_done(self):
        return all(self.running[name].poll() is not None for name in ("one", "two"))

    def end(self):
        self.stop.touch()
        self.running["site"].terminate()
        for one in self.running.values():
            one.wait(120)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for one in self.running.values():
            one.kill()
            one.wait()


def prove(standins, folder, count, kills):
    with firm_of_its_own() as firm:
        account = _account(standins, firm)
        with Crowd(firm, count, folder) as crowd:
            standins._ask("/stripe", {
                "endpoints": [{"url": f"http://localhost:{crowd.port}/hooks/stripe/connect/", "secret": SECRET, "connect": True}],
                "bank_seconds": 2, "webhook_retries": [0.3, 1.0],
            })  # fmt: skip
            standins._ask("/faults", WEATHER)
            deaths = _kill_while_they_pay(standins, crowd, kills)
            crowd.end()
        struck = standins._ask("/faults")["struck"]
        standins._ask("/stripe", {"bank_seconds": 0})
        _clear_the_weather()
        assert deaths == len(kills)
        assert len(struck) == 10  # every kind of weather there was
        _morning_after(firm)
        _agree(firm, account, count)


def _clear_the_weather():
    asked = urllib.request.Request(f"{settings.STANDINS_CONTROL}/faults", method="DELETE")
    with urllib.request.urlopen(asked, timeout=10):
        pass


def _account(standins, firm):
    account = stripe.new_account(email="o@storm.example", key=f"storm-{firm.id}")
    standins._ask("/stripe", {"onboard": account})
    with within(firm):
        StripeAccount.objects.create(account_id=account, charges_enabled=True, connected_at=timezone.now())
        note_account(account)
    connection.close_if_unusable_or_obsolete()
    return account


def _kill_while_they_pay(standins, crowd, kills):
    """Kills a process each time so many payments have been made; a family that dies begins again from the start."""
    waiting, deaths = list(kills), 0
    while not crowd.families_are_done():
        paid = standins._ask("/stats")["stripe"]["payments"]["count"]
        if waiting and paid >= waiting[0][0]:
            crowd.kill(waiting.pop(0)[1])
            deaths += 1
        time.sleep(0.1)
    return deaths


def _morning_after(firm):
    """What is due is done until nothing is, some hours on; then the night's comparison."""
    storm.register()
    try:
        with within(firm):
            at = timezone.now()
            for hours in (0, 1, 2, 8, 16):
                at = at + timedelta(hours=hours)
                for _ in range(200):
                    found = due.claim(at=at)
                    if not found:
                        break
                    for (_firm, kind), keys in found.items():
                        if kind.startswith("payments.") and kind != "payments.reconcile":
                            due.handle(kind, keys, at=at)
            reconciling.reconcile(at=at)
    finally:
        subjects._kinds.pop("bill")


def _agree(firm, account, count):
    with within(firm):
        at_stripe = [row for row in stripe.charges(account=account, since=timezone.now() - timedelta(days=1)) if row.status == "succeeded"]  # fmt: skip
        back = list(stripe.refunds(account=account, since=timezone.now() - timedelta(days=1)))
        subject_of = {str(pk): subject for pk, subject in Checkout.objects.values_list("pk", "subject")}
        charged = Counter(subject_of.get(row.checkout, row.id) for row in at_stripe)
        wanted = {f"bill:{storm.bill(n)}": storm.price(storm.bill(n)) for n in range(count)}

        twice = {subject for subject, times in charged.items() if times > 1}
        pages = Checkout.objects.filter(subject__in=twice).values_list("subject", "session_id", "opened_at", "settled_at", "failure")  # fmt: skip
        assert (twice, list(pages)) == (set(), [])  # 0 charged twice
        assert set(charged) == set(wanted)  # 0 lost
        ours = dict(Payment.objects.values_list("subject", "amount"))
        assert ours == wanted
        assert Payment.objects.count() == count
        assert Payment.objects.filter(fee=None).count() == Payment.objects.exclude(excess=0).count() == 0
        assert Counter(row.refund for row in back) == Counter(str(row.pk) for row in Refund.objects.all())
        assert {row.state for row in Refund.objects.all()} == {"made"}
        assert sum(row.amount for row in back) == sum(Refund.objects.values_list("amount", flat=True)) > 0
        assert ledger.out_of_balance() == {}
        balance = stripe.client().v1.balance.retrieve({}, {"stripe_account": account})
        held = sum(part.amount for part in [*balance.available, *balance.pending] if part.currency == "usd")
        assert ledger.balance(Account.STRIPE, currency="usd") == held
        told = reconciling.reconcile(at=timezone.now() + timedelta(days=2))
        assert (told.payments, told.refunds, told.mended, told.is_clean) == (count, len(back), 0, True)


@pytest.mark.timeout(900)
def test_five_hundred_payments_survive_the_storm(standins, tmp_path):
    prove(
        standins, tmp_path, 500, [(60, "worker"), (120, "one"), (200, "site"), (280, "two"), (350, "worker")]
    )


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_ten_thousand_payments_survive_the_storm(standins, tmp_path):
    kills = [(at, name) for at in range(700, 9_500, 1_100) for name in ["worker", "one", "site", "two"]][:24]
    prove(standins, tmp_path, 10_000, kills)
