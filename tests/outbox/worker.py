"""A worker of its own process: takes what is due at the moment it is told, until nothing is. To be killed."""

from __future__ import annotations

import os
import sys
from datetime import datetime

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()

from tenants import due  # noqa: E402
from tenants.hosts import firm_by_id  # noqa: E402
from tenants.places import within  # noqa: E402


def main(at: datetime) -> None:
    while found := due.claim(at=at):
        for (firm_id, kind), keys in found.items():
            firm = firm_by_id(firm_id)
            assert firm
            with within(firm):
                for start in range(0, len(keys), due.BATCH):
                    due.handle(kind, keys[start : start + due.BATCH], at=at)


if __name__ == "__main__":
    main(datetime.fromisoformat(sys.argv[1]))
