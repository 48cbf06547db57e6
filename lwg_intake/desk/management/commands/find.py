import json
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from lwg_intake.audit.record import coming_from
from lwg_intake.desk.actions.search import search

COLUMNS = ("client_ref", "name", "preferred_name", "dob", "phone", "status")


class Command(BaseCommand):
    help = "Find a client by name, telephone number, date of birth, e-mail address or record number; best first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text", nargs="+", help="What the caller says, such as: smith 0388")
        parser.add_argument("--json", action="store_true", help="Print JSON and nothing else.")

    @coming_from("manage.py find")
    def handle(self, *args: Any, text: list[str], **options: Any) -> None:
        found = search(" ".join(text), by=None)
        results = [
            dict(
                zip(
                    COLUMNS,
                    (hit.ref, hit.name, hit.preferred_name, hit.dob and hit.dob.isoformat(), hit.phone, hit.status),
                    strict=True,
                )
            )
            for hit in found.hits
        ]
        try:
            self._print(results, found.instead, json_only=options["json"])
            self.stdout.flush()
        except BrokenPipeError:  # As by "| head -1": whoever reads has enough, also of what Python writes at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def _print(self, results: list[dict[str, Any]], instead: str, *, json_only: bool) -> None:
        if json_only:
            self.stdout.write(json.dumps({"results": results}, ensure_ascii=False, indent=1))
        elif not results:
            self.stdout.write(instead)
        else:
            self._table(results)

    def _table(self, results: list[dict[str, Any]]) -> None:
        titles = ("Record", "Name", "Called", "Born", "Phone", "Status")
        rows = [titles, *(tuple(str(result[column] or "") for column in COLUMNS) for result in results)]
        widths = [max(len(row[n]) for row in rows) for n in range(len(COLUMNS))]
        for row in rows:
            self.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
