from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from billing import keeping, setting_up
from tenants import migrating
from web import catalogue


class Command(BaseCommand):
    help = "Brings the database up to date and, with --demo, opens the demo firms."
    requires_system_checks = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--demo", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("Preparing the database …")
        catalogue.compile_catalogues()
        migrating.prepare(say=self.stdout.write)
        if settings.LOCAL_DIR is None:
            call_command("collectstatic", interactive=False, verbosity=0)
        keeping.lift_limits()
        if settings.IS_LOCAL:
            setting_up.set_up_plans(at=timezone.now())
        if options["demo"]:
            from lobby import demo

            self.stdout.write("Opening the demo firms …")
            demo.seed(at=timezone.now())
