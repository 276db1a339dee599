from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils import timezone

from lobby.opening import open_firm
from tenants.opening import AddressTaken
from web.states import STATES


class Command(BaseCommand):
    help = "Opens a ready firm and prints its address."
    requires_system_checks = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--slug", required=True)
        parser.add_argument("--owner-email", required=True)
        parser.add_argument("--owner-password", required=True)
        parser.add_argument("--owner-name", default="")
        parser.add_argument("--state", default="")
        parser.add_argument("--timezone", default="America/New_York")
        parser.add_argument(
            "--trial", action="store_true", help="free days as after a sign-up; without, free of charge"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        from scheduling.booking import zone_or
        from tenants.places import ZoneInfo

        email, state = options["owner_email"], options["state"].upper()
        try:
            validate_email(email)
            validate_password(options["owner_password"])
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from None
        if state and state not in dict(STATES):
            raise CommandError(f"“{options['state']}” is not a state: write two letters, such as CA.")
        zone = options["timezone"]
        if str(zone_or(zone, ZoneInfo("UTC"))) != zone:
            raise CommandError(f"“{zone}” is not a time zone, such as America/Denver.")
        try:
            firm, _ = open_firm(
                name=options["name"], slug=options["slug"], owner_name=options["owner_name"] or email.split("@")[0],
                owner_email=email, password_hash=make_password(options["owner_password"]), state=state,
                timezone=zone, language=settings.LANGUAGE_CODE, at=timezone.now(),
                with_trial=options["trial"],
            )  # fmt: skip
        except AddressTaken:
            raise CommandError(
                f"The address “{options['slug']}” is taken, reserved, or no valid label."
            ) from None
        self.stdout.write(firm.url("/"))
