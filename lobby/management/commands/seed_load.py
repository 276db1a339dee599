"""`bin/manage seed_load --firms N --cases M`: firms as they look after three years, to measure and try things with."""

from __future__ import annotations

import secrets
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from lobby import demo, load
from tenants import migrating


class Command(BaseCommand):
    help = "Opens made-up firms of any size. Only where the stand-ins run, never beside real families."
    requires_system_checks = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--firms", type=int, default=1)
        parser.add_argument("--cases", type=int, default=500, help="for each firm")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IS_LOCAL:
            raise CommandError("Made-up firms are opened only on a local set-up.")
        firms, cases = options["firms"], options["cases"]
        if not 1 <= firms <= 1000 or not 1 <= cases <= 100_000:
            raise CommandError("Between 1 and 1,000 firms, and between 1 and 100,000 cases for each.")
        migrating.prepare()
        for n in range(1, firms + 1):
            began = time.perf_counter()
            firm = load.open_loaded_firm(
                f"load-{secrets.token_hex(3)}", cases=cases, at=timezone.now(), seed=n
            )
            advocate = load.people(firm, demo.password(), demo.TOTP)
            self.stdout.write(
                f"{n}/{firms} {firm.url('/sign-in/')} {advocate.email}, {cases} cases in {time.perf_counter() - began:.1f} s"
            )
