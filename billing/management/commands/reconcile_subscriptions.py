from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing import keeping
from billing.providers import stripe


class Command(BaseCommand):
    help = "Compares every subscription at Stripe with ours, puts right what differs, and says what it found."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not stripe.is_on():
            lifted = keeping.lift_limits()
            self.stdout.write(f"Stripe is off, so nothing is gated: limits lifted for {lifted} firms.")
            return
        try:
            report = keeping.reconcile(at=timezone.now(), again=True)
        except (stripe.Refused, stripe.Unavailable) as problem:
            raise CommandError(f"Stripe does not answer: {problem}. Nothing was compared.") from None
        if report is None:
            raise CommandError("Another comparison is under way.")
        for one in report.mended:
            changed = ", ".join(f"{name}: {one['was'][name]} → {one['is'][name]}" for name in one["is"])
            self.stdout.write(f"mended firm {one['firm']}: {changed}")
        for sentence in report.open_questions:
            self.stdout.write(f"look at this: {sentence}")
        self.stdout.write(
            f"{report.compared} compared, {len(report.mended)} mended, {len(report.open_questions)} to look at"
        )
