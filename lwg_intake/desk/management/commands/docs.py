from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lwg_intake.desk.generated import outdated


class Command(BaseCommand):
    help = "Bring the generated parts of the docs up to date, or check that they are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail where a page is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        pages = outdated(write=not options["check"])
        if options["check"] and pages:
            raise CommandError(f"Out of date: {', '.join(pages)}. Run: uv run manage.py docs")
        self.stdout.write(f"Written: {', '.join(pages)}" if pages else "The docs agree with the code.")
