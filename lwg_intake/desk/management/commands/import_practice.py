import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from lwg_intake.imports.practice import NothingRead, import_folder
from lwg_intake.imports.report import Report


class Command(BaseCommand):
    help = "Read a practice from a folder of CSV files. docs/import-format.md describes the files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder that holds clients.csv and the other files")
        parser.add_argument("--dry-run", action="store_true", help="try everything and keep nothing")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON, every rejected row in it")

    def handle(self, *args: Any, folder: Path, dry_run: bool, json: bool, **options: Any) -> None:
        try:
            report = import_folder(folder, dry_run=dry_run)
        except NothingRead as error:
            report = Report(notes=[str(error)])
        for note in report.notes:
            self.stderr.write(note)
        if json:
            self.stdout.write(_json(report))
        elif report.files:
            self.stdout.write(report.as_text())
        if not report.read_something:
            if report.files:
                self.stderr.write("Nothing could be read: correct the files as said above and import them again.")
            raise SystemExit(2)


def _json(report: Report) -> str:
    return json.dumps(report.as_json(), indent=2, ensure_ascii=False)
