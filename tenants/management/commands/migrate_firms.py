from typing import Any

from django.core.management.base import BaseCommand

from tenants import migrating


class Command(BaseCommand):
    help = "Brings public, the snapshot and every firm's schema up to date."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        migrating.migrate_public(say=self.stdout.write)
        migrating.record_snapshot()
        changed = migrating.migrate_firms(say=self.stdout.write)
        self.stdout.write(f"{changed} firms changed")
