"""`bin/manage read_iep FILE… --out DIR`: each file's structure as JSON."""

from __future__ import annotations

import io
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reader import cli


class Command(BaseCommand):
    help = "Reads IEPs and writes DIR/<stem>.json for each; a file that is refused writes none and says why."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--out", required=True, metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        said = io.StringIO()
        code = cli.read_iep(options["files"], options["out"], errors=said)
        self.stderr.write(said.getvalue(), ending="")
        if code:
            sys.exit(code)
