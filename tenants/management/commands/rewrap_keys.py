from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from tenants.keys import WrongKey, rewrap
from tenants.migrating import admin_in
from tenants.models import Firm


class Command(BaseCommand):
    help = "Wraps every firm's data key with MASTER_KEY instead of OLD_MASTER_KEY."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        old = settings.OLD_MASTER_KEY
        if old is None:
            raise CommandError("OLD_MASTER_KEY is not set: it is the key that wraps them now.")
        with admin_in("public"), transaction.atomic(using="admin"):
            firms = list(Firm.objects.using("admin").select_for_update())
            for firm in firms:
                try:
                    firm.wrapped_key = rewrap(bytes(firm.wrapped_key), old=old, new=settings.MASTER_KEY)
                except WrongKey:
                    raise CommandError(
                        f"The key of {firm.slug} was not wrapped with OLD_MASTER_KEY; nothing is changed."
                    ) from None
                firm.save(using="admin", update_fields=["wrapped_key"])
        self.stdout.write(f"{len(firms)} keys are wrapped anew.")
