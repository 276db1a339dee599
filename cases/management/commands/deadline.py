"""`bin/manage deadline RULE DATE [--state XX] [--calendar FILE]`: one date as JSON."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from law.cli import AnswerError, answer


class Command(BaseCommand):
    help = "Prints when a rule's clock runs out that started on a day, as one JSON object."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("rule", help="an id of a rule, such as initial_evaluation")
        parser.add_argument("date", help="the day it started, year-month-day")
        parser.add_argument("--state", help="two letters; without it the federal rule")
        parser.add_argument("--calendar", help="the district's school calendar, CSV or iCalendar")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = answer(options["rule"], options["date"], options["state"], options["calendar"])
        except AnswerError as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(json.dumps(found, ensure_ascii=False))
