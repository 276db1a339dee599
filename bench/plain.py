"""Makes the tables of the single-tenant twin, for `bench.tax`: `python -m bench.plain`."""

from __future__ import annotations

import os

import django
import psycopg


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.plain_settings"
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from scheduling.models import Service

    at = settings.DATABASES["default"]
    with psycopg.connect(
        dbname=at["NAME"], user=at["USER"], password=at["PASSWORD"] or None, host=at["HOST"],
        port=at["PORT"] or None, autocommit=True,
    ) as admin:  # fmt: skip
        admin.execute("DROP SCHEMA IF EXISTS plain CASCADE")
        admin.execute("CREATE SCHEMA plain")
        admin.execute(
            "DO $$ BEGIN CREATE ROLE plain NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        )
    call_command("migrate", verbosity=0, skip_checks=True)
    Service.objects.create(
        name="Free 20-minute call", about="You talk, we listen. No papers needed.", minutes=20, published=True
    )


if __name__ == "__main__":
    main()
