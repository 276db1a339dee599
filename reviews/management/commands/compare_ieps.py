"""`bin/manage compare_ieps OLD NEW`: what two IEPs of one child differ in, as JSON."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reader import Refused, cli


class Command(BaseCommand):
    help = "Compares two IEPs of one child and prints the differences as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("old", metavar="OLD")
        parser.add_argument("new", metavar="NEW")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = cli.compare_ieps(options["old"], options["new"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        except OSError as problem:
            raise CommandError(f"{problem.filename}: cannot be opened ({problem.strerror}).") from None
        self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
