from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lwg_intake.checklists.printed import printed
from lwg_intake.checklists.registry import wings
from lwg_intake.policy.values import values


class Command(BaseCommand):
    help = "Print a procedure as a manager would read it, with the practice's present numbers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", nargs="?", help="such as: returning")

    def handle(self, *args: Any, **options: Any) -> None:
        known = {wing.procedure.key: wing for wing in wings()}
        if options["key"] not in known:
            raise CommandError(f"Name one of the procedures: {', '.join(known)}.")
        self.stdout.write(printed(known[options["key"]], values()))
