"""Firms and bookings to measure with."""

from __future__ import annotations

import random
import secrets
from datetime import UTC, datetime, time, timedelta

from django.utils import timezone

from accounts.models import ApiToken, User
from accounts.roles import Role
from accounts.secrets import digest
from clients.models import Contact, Family
from lobby.opening import open_firm
from scheduling.models import Booking, Service, WeeklyHours
from tenants.migrating import analyze
from tenants.opening import AddressTaken
from tenants.places import FirmRef, within


def new_firm(slug: str) -> FirmRef:
    slug = f"{slug}-{secrets.token_hex(3)}"
    try:
        firm, _ = open_firm(
            name=slug.title(), slug=slug, owner_name="Bench Owner", owner_email=f"{slug}@bench.example",
            password_hash="!", state="MT", timezone="America/Denver", language="en", at=timezone.now(),
            ask_confirmation=False,
        )  # fmt: skip
    except AddressTaken as taken:
        raise SystemExit(f"{taken} is taken") from None
    return firm


def busy_firm(advocates: int, bookings: int) -> tuple[FirmRef, Service, str]:
    """A firm with that many advocates, each with that many bookings in the coming month, and a key to its API."""
    firm = new_firm("busy")
    with within(firm):
        service = Service.objects.get()
        service.advocates.clear()
        family = Family.objects.create(name="Bench")
        contact = Contact.objects.create(family=family, name="Bench")
        rng = random.Random(7)
        first = datetime.now(UTC).replace(hour=16, minute=0, second=0, microsecond=0) + timedelta(days=1)
        rows = []
        for n in range(advocates):
            person = User.objects.create(
                name=f"Advocate {n}", email=f"a{n}@bench.example", role=Role.ADVOCATE, password="!"
            )
            service.advocates.add(person)
            WeeklyHours.objects.bulk_create(
                WeeklyHours(advocate=person, weekday=day, opens=time(9), closes=time(17)) for day in range(7)
            )
            # Twenty minutes each half hour, or, where that is not room enough, ten each quarter.
            step, long = (30, 20) if bookings <= 480 else (15, 10)
            slots = [(day, n) for day in range(30) for n in range(600 // step)]
            for day, n in rng.sample(slots, bookings):
                starts = first + timedelta(days=day, minutes=step * n)
                ends = starts + timedelta(minutes=long)
                rows.append(Booking(
                    service=service, advocate=person, contact=contact, starts_at=starts, ends_at=ends, busy=(starts, ends),
                    timezone="America/Denver", booked_at=timezone.now(), secret=secrets.token_urlsafe(24),
                ))  # fmt: skip
        Booking.objects.bulk_create(rows, batch_size=2000)
        secret = secrets.token_urlsafe(32)
        owner = User.objects.get(role=Role.OWNER)
        ApiToken.objects.create(
            user=owner, name="bench", digest=digest("api", secret), made_at=timezone.now(), may_write=True
        )
    analyze(firm)
    return firm, service, secret
