from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import audit
from accounts.models import AuditEntry
from tenants.hosts import reference
from tenants.models import Firm
from tenants.places import in_public, within


class Command(BaseCommand):
    help = "Checks a firm's log line by line and names the lines that were altered."
    requires_system_checks = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("slug")

    def handle(self, *args: Any, **options: Any) -> None:
        with in_public():
            firm = Firm.objects.filter(slug=options["slug"]).select_related("entitlement").first()
        if firm is None:
            raise CommandError(f"No firm has the address “{options['slug']}”.")
        with within(reference(firm)):
            bad = list(audit.broken())
            lines = AuditEntry.objects.count()
        for entry in bad:
            self.stdout.write(
                f"line {entry.pk} of {entry.at:%Y-%m-%d %H:%M:%S} UTC ({entry.action}) does not fit"
            )
        if bad:
            raise CommandError(f"{len(bad)} of {lines} lines do not fit the chain.")
        self.stdout.write(f"{lines} lines, all in order.")
