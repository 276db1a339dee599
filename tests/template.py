"""An empty, migrated database, which each test process gets a copy of."""

import django

if __name__ == "__main__":
    django.setup()
    from tenants import migrating

    migrating.prepare()
