"""Workers are killed in the middle of their work: 0 lost, 0 repeated, by the provider's own count."""

import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from lobby.opening import open_firm
from outbox import sending
from outbox.models import Channel, Message, State, allow
from outbox.sending import Words
from tenants.hosts import firm_by_id
from tenants.models import DueWork, Entitlement, Firm
from tenants.places import in_public, within
from tests.world import NOW

pytestmark = pytest.mark.commits


def firm_with_reminders(count):
    """A firm with that many reminders due now, each to a number of its own."""
    slug = f"kill-{uuid4().hex[:8]}"
    firm, _ = open_firm(
        name="Kill", slug=slug, owner_name="O", owner_email=f"o@{slug}.example", password_hash=make_password("x"),
        state="MT", timezone="America/Denver", language="en", at=NOW, ask_confirmation=False,
    )  # fmt: skip
    with in_public():
        Firm.objects.filter(pk=firm.id).update(owner_confirmed_at=NOW)
        # A trial pays for fewer texts than are to be sent here.
        Entitlement.objects.filter(firm_id=firm.id).update(texts_a_month=None)
    firm = firm_by_id(firm.id)
    with within(firm), transaction.atomic():
        for n in range(count):
            number = f"+1406{2000000 + n}"
            allow(number, how="form", at=NOW - timedelta(days=1))
            sending.write(
                "reminder", subject=f"booking:{n}", channel=Channel.SMS, to=number, words=Words(f"Your call {n}"),
                due_at=NOW, at=NOW - timedelta(hours=1), zone=firm.zone,
            )  # fmt: skip
    connection.close_if_unusable_or_obsolete()
    return firm


def run_and_kill(standins, kills, *, workers):
    """Runs workers and kills them all each time that many texts have left; their clock goes on between two lives."""
    at, deaths = NOW, 0
    for kill_at in [*kills, None, None]:
        standins._ask("/clock", {"now": at.isoformat(), "stopped": True})
        alive = [
            subprocess.Popen([sys.executable, "-m", "tests.outbox.worker", at.isoformat()])
            for _ in range(workers)
        ]
        while any(one.poll() is None for one in alive):
            if kill_at is not None and standins._ask("/stats")["twilio"]["messages"] >= kill_at:
                for one in alive:
                    one.kill()
                deaths += 1
                kill_at = None
            time.sleep(0.02)
        for one in alive:
            assert one.wait() in {0, -9}
        at += timedelta(minutes=3)  # longer than any lease
    return deaths


def sent(standins):
    return standins._ask("/messages?limit=100000")["messages"]


def outcome(firms):
    found = Counter()
    for firm in firms:
        with within(firm):
            found.update(Message.objects.filter(kind="reminder").values_list("state", flat=True))
            assert not DueWork.objects.filter(kind__startswith="outbox").exists()
        connection.close_if_unusable_or_obsolete()
    return found


def prove(standins, firms, count, kills, *, workers):
    deaths = run_and_kill(standins, kills, workers=workers)

    by_text = Counter((text["from"], text["to"]) for text in sent(standins))
    assert deaths == len(kills)
    assert set(by_text.values()) == {1}  # 0 repeated
    assert len(by_text) == count  # 0 lost
    assert outcome(firms) == {State.SENT: count}  # and all of it known


@pytest.mark.timeout(90)
def test_two_hundred_reminders_survive_two_kills(passing_firms, standins):
    prove(standins, [firm_with_reminders(200)], 200, [40, 110], workers=1)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_ten_thousand_reminders_survive_six_kills_of_four_workers(passing_firms, standins):
    firms = [firm_with_reminders(1000) for _ in range(10)]
    prove(standins, firms, 10_000, [300, 1500, 3200, 5000, 7000, 9000], workers=4)
