import json
from argparse import ArgumentTypeError
from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from caseload.sweeps import sweep
from lwg_intake.audit.record import coming_from
from lwg_intake.errors import Refusal


def day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no day. Write it as year-month-day, such as 2026-11-22.") from None
    if not 1900 <= found.year <= 2999:
        raise ArgumentTypeError(f"{text} is too far away. Give a day between 1900 and 2999.")
    return found


class Command(BaseCommand):
    help = "Judge every open assignment as of a day, and suggest which to look at and why. Nothing is closed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", type=day, help="the day to judge (today unless given)")
        parser.add_argument("--dry-run", action="store_true", help="say what would be opened, and keep nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    @coming_from("manage.py sweep")
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = sweep(options["on"], options["dry_run"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found), default=str))
            return
        would = "would open" if options["dry_run"] else "opened"
        self.stdout.write(
            f"{found.on}: {would} {len(found.opened)}, withdrew {len(found.withdrawn)}, "
            f"held back {len(found.guarded)}; {found.seconds} s, {found.statements} statements."
        )
