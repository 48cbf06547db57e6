import json
import time
import zlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from lwg_intake.audit.record import coming_from
from lwg_intake.imports.format import FILES
from lwg_intake.imports.practice import NothingRead, Stopped, import_folder
from lwg_intake.imports.report import Report

BAR = 30
# As a shell has it.
INTERRUPTED = 130


class Command(BaseCommand):
    help = "Read a practice from a folder of CSV files. docs/import-format.md describes the files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder that holds clients.csv and the other files")
        parser.add_argument("--dry-run", action="store_true", help="try everything and keep nothing")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON, the rejected rows in it")
        parser.add_argument("--windows-1252", action="store_true", help="what a file is that is not UTF-8")
        parser.add_argument(
            "--rejected",
            type=Path,
            metavar="FOLDER",
            help="an empty or a new folder: write the rejected rows there, to correct and import again",
        )

    @coming_from("manage.py import_practice")
    def handle(
        self, *args: Any, folder: Path, dry_run: bool, json: bool, rejected: Path | None, **options: Any
    ) -> None:
        bar = Bar(self.stderr)
        try:
            if rejected:
                _refuse_to_write_over(folder, rejected)
            report = import_folder(folder, dry_run=dry_run, windows=options["windows_1252"], tell=bar.tell)
        except NothingRead as error:
            report = Report(notes=[str(error)])
        except Stopped as stopped:
            bar.end()
            self.stderr.write(str(stopped))
            raise SystemExit(INTERRUPTED) from None
        bar.end()
        for note in report.notes:
            self.stderr.write(note)
        if any(counts.ask for counts in report.files.values()):
            self.stderr.write("To say that files which are not UTF-8 are Windows-1252, give --windows-1252.")
        if rejected and report.files:
            _write_rejected(report, rejected)
        if json:
            self.stdout.write(_json(report))
        elif report.files:
            self.stdout.write(report.as_text())
        if not report.read_something:
            if report.files:
                self.stderr.write("Nothing could be read: correct the files as said above and import them again.")
            raise SystemExit(2)


class Bar:
    """How far the file being read is, on one line of a terminal; into a file or a pipe nothing is written."""

    def __init__(self, out: OutputWrapper) -> None:
        self.out, self.shown, self.began = out, 0.0, False

    def tell(self, name: str, done: int, size: int) -> None:
        now = time.monotonic()
        if not self.out.isatty() or (now - self.shown < 0.1 and 0 < done < size):
            return
        self.shown, self.began = now, True
        part = min(done / size, 1) if size else 1
        full = int(part * BAR)
        self.out.write(f"\r{name:<14}{'█' * full}{'░' * (BAR - full)} {part:>4.0%}", ending="")
        self.out.flush()

    def end(self) -> None:
        if self.began:
            self.out.write("\r" + " " * (BAR + 20) + "\r", ending="")


def _refuse_to_write_over(source: Path, folder: Path) -> None:
    """Raises NothingRead when the rejected rows would take the place of a file: of the source, or of any other."""
    if source.exists() and folder.exists() and folder.samefile(source):
        raise NothingRead(
            f"{folder} is the folder that is read: the rejected rows would take the place of its files. "
            "Give --rejected an empty or a new folder."
        )
    if there := next((path for file in FILES if (path := folder / f"{file.name}.csv").exists()), None):
        raise NothingRead(f"{there} exists, and is not written over. Give --rejected an empty or a new folder.")


def _write_rejected(report: Report, folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, counts in report.files.items():
            if packed := counts.rejects.packed():
                with (folder / f"{name}.csv").open("xb") as file:
                    file.write(zlib.decompress(packed))
    except OSError as error:
        raise CommandError(f"The rejected rows cannot be written to {folder}: {error.strerror}.") from None


def _json(report: Report) -> str:
    return json.dumps(report.as_json(), indent=2, ensure_ascii=False)
