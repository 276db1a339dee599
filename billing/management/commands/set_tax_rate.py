from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing import setting_up
from billing.providers import stripe


class Command(BaseCommand):
    help = "The tax that is added to what firms pay, in percent; 0 for none. Subscriptions there are get it in the night."
    requires_system_checks = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("percent", help="such as 8.25")
        parser.add_argument("--label", default="Sales tax", help="what invoices call it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            percent = Decimal(options["percent"])
        except InvalidOperation:
            raise CommandError(f"“{options['percent']}” is not a number such as 8.25.") from None
        if not percent.is_finite() or not 0 <= percent <= 100 or percent != round(percent, 4):
            raise CommandError("A tax rate lies between 0 and 100 and has at most four places.")
        label = options["label"].strip()
        if not 0 < len(label) <= 50:
            raise CommandError("The label has 1 to 50 letters.")
        if not stripe.is_on():
            raise CommandError("STRIPE_API_KEY is not set: without it nothing is charged.")
        try:
            setting_up.set_tax(percent, label=label, at=timezone.now())
        except (stripe.Refused, stripe.Unavailable) as problem:
            raise CommandError(f"Stripe did not do it: {problem}.") from None
        self.stdout.write(f"{label}: {percent} %." if percent else "No tax is added.")
