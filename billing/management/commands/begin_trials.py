from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing import keeping
from billing.providers import stripe


class Command(BaseCommand):
    help = "Begins the free days of every firm that has neither trial nor plan: for an installation that begins to charge."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not stripe.is_on():
            raise CommandError(
                "STRIPE_API_KEY is not set: without it nothing is charged and nothing is gated."
            )
        self.stdout.write(f"{keeping.begin_trials(at=timezone.now())} firms began their free days.")
