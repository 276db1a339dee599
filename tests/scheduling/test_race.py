"""Fifty people press “book” for one time, on a real server: one of them has it, and the rest are told three others."""

import http.client
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils import timezone

from accounts.models import ApiToken, User
from accounts.secrets import digest
from embedded.home import free_port
from lobby.opening import open_firm
from scheduling.availability import free_slots
from scheduling.models import Booking, Service
from tenants.migrating import admin, admin_in
from tenants.places import within

pytestmark = [pytest.mark.commits, pytest.mark.timeout(100)]
CLIENTS = 50


@contextmanager
def server(module):
    port = free_port()
    process = subprocess.Popen([
        sys.executable, "-m", "gunicorn", module, "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
        "--workers", "2", "--threads", "8", "--backlog", "256", "--log-level", "error", "--no-control-socket",
    ])  # fmt: skip
    try:
        end = time.monotonic() + 40
        while True:
            try:
                asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                asked.request("GET", "/readyz")
                if asked.getresponse().status == 200:
                    break
            except OSError:
                assert process.poll() is None
                assert time.monotonic() < end
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


class Firm:
    """A firm of its own with one advocate and a key to the API."""

    def __init__(self):
        slug = f"race-{uuid4().hex[:8]}"
        self.ref, _ = open_firm(
            name="Race", slug=slug, owner_name="O", owner_email=f"o@{slug}.example", password_hash=make_password("x"),
            state="MT", timezone="America/Denver", language="en", at=timezone.now(), ask_confirmation=False,
        )  # fmt: skip
        with within(self.ref):
            owner, self.service = User.objects.get(), Service.objects.get()
            ApiToken.objects.create(
                user=owner, name="race", may_write=True, made_at=timezone.now(), digest=digest("api", "race")
            )
        connection.close_if_unusable_or_obsolete()

    def slots(self):
        now = timezone.now()
        with within(self.ref):
            found = free_slots(
                self.service, since=now + timedelta(days=1), until=now + timedelta(days=29), at=now
            )
        connection.close_if_unusable_or_obsolete()
        return [slot.starts_at.isoformat() for slot in found]

    def booked(self, moment):
        with within(self.ref):
            count = Booking.objects.standing().filter(starts_at=moment).count()
        connection.close_if_unusable_or_obsolete()
        return count


def press(firm, port, moment):
    """Fifty at the same moment: what each was answered, and how long the slowest waited (seconds)."""
    begin, answers, slowest = threading.Barrier(CLIENTS), [], [0.0]

    def one(n):
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        asked.connect()
        body = json.dumps(
            {
                "service": str(firm.service.pk),
                "starts_at": moment,
                "name": f"P{n}",
                "email": f"p{n}@x.example",
            }
        )
        begin.wait()
        since = time.monotonic()
        asked.request("POST", "/api/v1/bookings/", body, {
            "Host": f"{firm.ref.host}:8000", "Authorization": "Bearer race", "Content-Type": "application/json",
        })  # fmt: skip
        answer = asked.getresponse()
        answers.append((answer.status, json.loads(answer.read())))
        slowest[0] = max(slowest[0], time.monotonic() - since)
        asked.close()

    people = [threading.Thread(target=one, args=(n,)) for n in range(CLIENTS)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    return answers, slowest[0]


def race(rounds):
    firm, slowest = Firm(), 0.0
    with server("config.wsgi:application") as port:
        for moment in firm.slots()[:: max(1, len(firm.slots()) // rounds)][:rounds]:
            answers, waited = press(firm, port, moment)
            slowest = max(slowest, waited)
            assert Counter(status for status, _ in answers) == {201: 1, 409: CLIENTS - 1}
            assert {len(told["nearest"]) for status, told in answers if status == 409} == {3}
            assert {told["error"]["code"] for status, told in answers if status == 409} == {"slot_taken"}
            assert firm.booked(moment) == 1
    print(f"\n{rounds} rounds of {CLIENTS}: one winner each; the slowest waited {slowest:.2f} s")


def test_one_wins_and_the_rest_are_told_three_others(passing_firms):
    race(4)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_one_wins_in_forty_rounds(passing_firms):
    race(40)


def test_without_the_lock_and_the_constraint_it_oversells(passing_firms):
    """The negative control: were this to pass as the race does, the race would prove nothing."""
    firm = Firm()
    with admin_in(firm.ref.schema_name), admin().cursor() as cursor:
        cursor.execute("ALTER TABLE scheduling_booking DROP CONSTRAINT one_booking_at_a_time")
    winners = []
    with server("bench.unlocked:application") as port:
        for moment in firm.slots()[::8][:4]:
            press(firm, port, moment)
            winners.append(firm.booked(moment))
            if max(winners) > 1:
                break
    assert max(winners) > 1


def test_the_constraint_alone_stops_a_second_booking_without_the_lock(passing_firms):
    firm = Firm()
    moment = firm.slots()[3]
    with server("bench.unlocked:application") as port:
        answers, _ = press(firm, port, moment)

    assert firm.booked(moment) == 1
    assert {status for status, _ in answers} == {201, 409}
