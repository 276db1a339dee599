from __future__ import annotations

import importlib
import os
import sys

import django

NAMES = (
    "availability",
    "booking",
    "tax",
    "signup",
    "ids",
    "reader",
    "scan",
    "caseload",
    "search",
    "progress",
    "reminders",
    "sweep",
)


def main() -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from tenants import migrating

    migrating.prepare()
    chosen = sys.argv[1:] or NAMES
    for name in chosen:
        if name not in NAMES:
            print(f"“{name}” is no benchmark: {', '.join(NAMES)}.", file=sys.stderr)
            return 2
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
