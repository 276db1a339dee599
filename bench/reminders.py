"""Reminders to a provider that answers at once, by two workers; the baseline is what the database alone does for them.

`python -m bench.reminders ours|bare SINCE` is one worker: it waits for a line, then works until nothing is due.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

WORKERS, FIRMS, TEXTS = 2, 4, 750
PACE, PACED = 40, 120


def instant(times: list[float]) -> Any:
    """The official client's own way to the network, with nobody at the other end: it notes when, and says yes."""
    from twilio.http.http_client import TwilioHttpClient
    from twilio.http.response import Response

    class Instant(TwilioHttpClient):
        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
            times.append(time.time())
            return Response(201, json.dumps({"sid": f"SM{uuid4().hex}", "status": "queued"}))

    return Instant()


def firm_with_texts(count: int, *, at: datetime, per_second: int | None = None) -> Any:
    """A firm with an account of its own and that many reminders of real bookings due, each to a number of its own."""
    from accounts.models import User
    from bench.firms import new_firm
    from clients.models import Contact, ContactPoint, Family
    from outbox.models import Channel, Consent, Message, Registration, Sender
    from outbox.sending import DUE
    from scheduling.models import Booking, Service
    from tenants.hosts import firm_by_id
    from tenants.models import DueWork, Firm
    from tenants.places import in_public, within

    made = new_firm("remind")
    with in_public():
        Firm.objects.filter(pk=made.id).update(owner_confirmed_at=at)
    firm = firm_by_id(made.id)
    assert firm
    with within(firm):
        sender = Sender(
            account_sid="AC" + "0" * 32, number="+14065550100", registration=Registration.VERIFIED, changed_at=at,
            per_second=per_second,
        )  # fmt: skip
        sender.keep_token("0" * 32)
        sender.save()
        service, advocate = Service.objects.get(), User.objects.get()
        family = Family.objects.create(name="Bench")
        contacts = Contact.objects.bulk_create(
            [Contact(family=family, name=f"Parent {n}") for n in range(count)]
        )
        numbers = [f"+1406{2000000 + n}" for n in range(count)]
        ContactPoint.objects.bulk_create(
            ContactPoint(contact=contact, kind="phone", value=number)
            for contact, number in zip(contacts, numbers, strict=True)
        )
        Consent.objects.bulk_create(
            Consent(number=number, given=True, how="form", at=at) for number in numbers
        )
        starts = [at + timedelta(days=1, minutes=30 * n) for n in range(count)]
        bookings = Booking.objects.bulk_create(
            Booking(
                service=service, advocate=advocate, contact=contact, starts_at=start, ends_at=start + timedelta(minutes=20),
                busy=(start, start + timedelta(minutes=20)), timezone="America/Denver", booked_at=at, secret=uuid4().hex,
            )
            for contact, start in zip(contacts, starts, strict=True)
        )  # fmt: skip
        texts = Message.objects.bulk_create(
            Message(
                kind="reminder", subject=booking.subject, occurrence="day-before/0", recipient=number, channel=Channel.SMS,
                body="Bench: Call with Ana tomorrow. Reply C to confirm.", due_at=at, timezone="America/Denver", answers=False,
                event_at=booking.starts_at, segments=1,
            )
            for booking, number in zip(bookings, numbers, strict=True)
        )  # fmt: skip
        DueWork.objects.bulk_create(DueWork(firm_id=firm.id, kind=DUE, key=str(text.pk), due_at=at) for text in texts)  # fmt: skip
    return firm


def bare(keys: list[str], at: datetime) -> None:
    """The statements of sending, with nothing around them: take the rows, note each attempt and each answer, settle."""
    from django.db import connection, transaction

    from tenants.places import current_firm

    with connection.cursor() as cursor:
        for start in range(0, len(keys), 50):
            some = keys[start : start + 50]
            with transaction.atomic():
                cursor.execute("SELECT id FROM outbox_message WHERE id = ANY(%s::uuid[]) AND state = 'due' FOR UPDATE SKIP LOCKED", [some])  # fmt: skip
                cursor.execute("UPDATE outbox_message SET state = 'leased', leased_until = %s WHERE id = ANY(%s::uuid[])", [at, some])  # fmt: skip
            for key in some:
                cursor.execute("UPDATE outbox_message SET state = 'sending', attempted_at = %s, attempts = attempts + 1 WHERE id = %s AND state = 'leased'", [at, key])  # fmt: skip
                cursor.execute("UPDATE outbox_message SET state = 'sent', sent_at = %s, provider_id = %s WHERE id = %s", [at, uuid4().hex, key])  # fmt: skip
            cursor.execute("DELETE FROM public.tenants_duework WHERE firm_id = %s AND kind = 'outbox.send' AND key = ANY(%s)", [current_firm().id, some])  # fmt: skip


def work(how: str, at: datetime) -> None:
    """One worker, from the line it waits for until nothing is due; prints when each text left."""
    import django

    django.setup()
    from twilio.rest import Client

    from outbox.providers import twilio
    from outbox.sending import deliver
    from tenants import due
    from tenants.hosts import firm_by_id
    from tenants.places import within

    times: list[float] = []
    nobody = instant(times)
    twilio._client = lambda sid, token, base: Client(sid, token, http_client=nobody)  # type: ignore[assignment]
    print("ready", flush=True)
    sys.stdin.readline()
    paced, idle = how == "paced", 0
    while idle < (40 if paced else 1):
        now = datetime.now(at.tzinfo) if paced else at
        found = due.claim(at=now, limit=due.BATCH)
        idle = 0 if found else idle + 1
        for (firm_id, kind), keys in found.items():
            firm = firm_by_id(firm_id)
            if firm is None or kind != "outbox.send" or not firm.slug.startswith("remind-"):
                continue
            with within(firm):
                (bare if how == "bare" else deliver)(keys, now)
        if paced:
            time.sleep(0.05)
    print(json.dumps(times), flush=True)


def race(how: str, at: datetime) -> tuple[float, list[float]]:
    """Seconds that the workers took together, and when each text left."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.reminders", how, at.isoformat()], env=env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for _ in range(WORKERS)
    ]  # fmt: skip
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
    began = time.perf_counter()
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("\n")
        worker.stdin.flush()
    told = [worker.communicate()[0] for worker in workers]
    took = time.perf_counter() - began
    if any(worker.returncode for worker in workers):
        raise SystemExit("a worker failed")
    return took, sorted(moment for words in told for moment in json.loads(words))


def main() -> None:
    from django.utils import timezone

    from bench.measuring import line, progress

    # Ten in the morning in Denver, on the day this runs, so that no sending hour is in the way.
    at = timezone.now().replace(hour=17, minute=0, second=0, microsecond=0)
    for _ in range(FIRMS):
        firm_with_texts(TEXTS, at=at)
    took, times = race("ours", at)
    if len(times) != FIRMS * TEXTS:
        raise SystemExit(f"{len(times)} texts left instead of {FIRMS * TEXTS}")
    progress(f"{len(times)} reminders in {took:.1f} s")
    for _ in range(FIRMS):
        firm_with_texts(TEXTS, at=at)
    bare_took, _none = race("bare", at)
    busiest = _paced(timezone.now())
    line(
        "reminders", ours=FIRMS * TEXTS / took, baseline=FIRMS * TEXTS / bare_took, unit="/s",
        more=f"aim: at least 500/s; a sender of {PACE}/s left {busiest} in its busiest second",
    )  # fmt: skip


def _paced(now: datetime) -> int:
    """The most texts of a sender with a pace that left within any one second, with the same workers."""
    from outbox.models import Message
    from tenants.places import within

    firm = firm_with_texts(PACED, at=now)
    with within(firm):
        # The answers to what people did leave at any hour, so that this can be run at night too.
        Message.objects.update(answers=True, written_at=now)
        from outbox.models import Sender

        Sender.objects.update(per_second=PACE)
    _took, times = race("paced", now)
    if len(times) != PACED:
        raise SystemExit(f"{len(times)} texts of the paced sender left instead of {PACED}")
    return max(sum(start <= other < start + 1 for other in times) for start in times)


if __name__ == "__main__":
    work(sys.argv[1], datetime.fromisoformat(sys.argv[2]))
