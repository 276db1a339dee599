from typing import Any

import pyotp
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from lobby import demo
from tenants.hosts import reference
from tenants.models import Firm
from tenants.places import in_public, within


class Command(BaseCommand):
    help = "The second-factor code of the moment for a demo person, such as ana@harbor."
    requires_system_checks = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("person")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IS_LOCAL:
            raise CommandError("Codes are told only on a local set-up.")
        name, _, slug = options["person"].partition("@")
        with in_public():
            firm = Firm.objects.filter(slug=slug).select_related("entitlement").first()
        if firm is None or slug not in {"harbor", "birch"}:
            raise CommandError(f"“{slug}” is no demo firm: try ana@harbor.")
        with within(reference(firm)):
            if not User.objects.staff().filter(email=f"{name}@{slug}.example").exists():
                raise CommandError(f"Nobody at {firm.name} signs in as “{name}”.")
        self.stdout.write(pyotp.TOTP(demo.TOTP).now())
