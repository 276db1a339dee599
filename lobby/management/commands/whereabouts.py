from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.models import User
from accounts.roles import STAFF
from lobby import demo
from tenants.hosts import reference
from tenants.models import Firm
from tenants.places import in_public, within


class Command(BaseCommand):
    help = "Prints the addresses and who can sign in."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        say = self.stdout.write
        say(f"\nRoundtable: {settings.PUBLIC_URL}/")
        with in_public():
            firms = [reference(firm) for firm in Firm.objects.filter(slug__in=["harbor", "birch"]).select_related("entitlement").order_by("-slug")]  # fmt: skip
        for firm in firms:
            say(f"\n{firm.name}: {firm.url('/')}")
            say(f"  book as a family     {firm.url('/book/')}")
            if settings.IS_LOCAL:
                say(f"  what left, answer it {firm.url('/outbox/')}")
            with within(firm):
                for person in User.objects.active().order_by("created_at"):
                    at = "/sign-in/staff/" if person.role in STAFF else "/sign-in/"
                    say(
                        f"  {person.get_role_display()!s:<12} {person.name:<14} {person.email:<24} {firm.url(at)}"
                    )
        if firms:
            say(f"\nStaff sign in with the password  {demo.password()}")
            say(f"and a code of the secret          {demo.TOTP}")
            say("or ask for the code of the moment:  bin/manage code ana@harbor")
            say(f"Families get a 6-digit code: read it at {settings.STANDINS_CONTROL}/mailbox/ or /phones/")
