import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lwg_intake.audit.chain import seal, verify
from lwg_intake.errors import Refusal


class Command(BaseCommand):
    help = (
        "Recompute the chain over the audit's events and row changes, and name each that was altered, is missing or "
        "was cut off the end. Ends with 1 if there is one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", default="", help="a head from the log, “position digest”, to compare with")
        parser.add_argument("--seal", action="store_true", help="first give what waits its place in the chain")

    def handle(self, *args: Any, head: str, seal: bool, **options: Any) -> None:
        if seal:
            self._seal()
        try:
            found = verify(head)
        except ValueError as error:
            raise CommandError(str(error)) from error
        for finding in found.findings:
            self.stdout.write(str(finding))
        self.stdout.write(f"{found.links:,} events and row changes in the chain, {found.waiting:,} waiting.")
        if found.late:
            self.stdout.write(f"Warning: {found.late:,} of these for more than an hour. Does the worker run?")
        if found.head:
            self.stdout.write(f"Head: {found.head}")
        if found.findings:
            count = len(found.findings)
            self.stdout.write(f"{count:,} {'thing is' if count == 1 else 'things are'} not as it was written.")
            sys.exit(1)
        self.stdout.write("Everything in the chain is as it was written.")

    def _seal(self) -> None:
        try:
            seal(everything=True)
        except Refusal as refusal:
            self.stdout.write(str(refusal))
