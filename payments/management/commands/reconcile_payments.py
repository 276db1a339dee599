from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from payments import reconciling
from payments.models import Finding
from tenants.hosts import reference
from tenants.models import Firm
from tenants.places import in_public, within


class Command(BaseCommand):
    help = "Compares a firm's payments with Stripe and with its ledger, mends what can be proved, names the rest."
    requires_system_checks = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("slug")

    def handle(self, *args: Any, **options: Any) -> None:
        with in_public():
            firm = Firm.objects.filter(slug=options["slug"]).select_related("entitlement").first()
        if firm is None:
            raise CommandError(f"No firm has the address “{options['slug']}”.")
        with within(reference(firm)):
            told = reconciling.reconcile(at=timezone.now())
            rows = list(Finding.objects.open())
        self.stdout.write(
            f"{told.payments} payments and {told.refunds} refunds at Stripe, {told.mended} mended."
        )
        for row in rows:
            self.stdout.write(f"{row.get_kind_display()}: {row.about} {row.detail}".rstrip())
        if told.unreachable:
            raise CommandError("Stripe did not answer: please try again later.")
        if rows:
            raise CommandError(f"{len(rows)} to look at.")
        self.stdout.write("All in order.")
