from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing import setting_up
from billing.providers import stripe


class Command(BaseCommand):
    help = "Makes products, prices and the customer portal at Stripe, as the file of plans says. Safe to run again."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not stripe.is_on():
            raise CommandError(
                "STRIPE_API_KEY is not set: without it nothing is charged and nothing is gated."
            )
        try:
            setting_up.set_up_plans(at=timezone.now(), say=self.stdout.write)
        except (stripe.Refused, stripe.Unavailable) as problem:
            raise CommandError(f"Stripe did not do it: {problem}. Run this again.") from None
        self.stdout.write("The plans are at Stripe.")
