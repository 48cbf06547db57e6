"""Importing a practice: a folder of CSV files into the record."""

from collections.abc import Callable
from pathlib import Path

from django.db import DatabaseError, connection, transaction
from psycopg import errors

from lwg_intake.audit.record import record
from lwg_intake.imports import care, coverage, events, people
from lwg_intake.imports.format import BY_NAME, FILES, File
from lwg_intake.imports.merging import Merged
from lwg_intake.imports.reading import Sheet, Unreadable, read
from lwg_intake.imports.report import Counts, Rejected, Report
from lwg_intake.records.models import Client, Clinician

WRITERS: dict[str, Callable[[Sheet], Merged]] = {
    "clinicians": people.clinicians,
    "clients": people.clients,
    "assignments": care.assignments,
    "appointments": events.appointments,
    "contacts": events.contacts,
    "terminations": care.terminations,
    "insurance": coverage.insurance,
    "documents": coverage.documents,
}

REFERRED: dict[str, type[Client | Clinician]] = {"clients": Client, "clinicians": Clinician}

# Any fixed number: two imports at once take turns, file by file.
LOCK = 7_320_118
TRIES = 3
# What comes of someone at work on the same rows: worth another try.
CLASHES = (errors.IntegrityError, errors.DeadlockDetected, errors.SerializationFailure)


class NothingRead(Exception):
    """There was nothing to import. The text says why, for staff."""


def import_folder(folder: Path, dry_run: bool = False) -> Report:
    """Read every file of the practice that stands in the folder. With `dry_run` all is tried and nothing kept.

    Each file goes in whole, with its audit event, or not at all; the rows that cannot be used are in the report.
    Raises NothingRead when there is no such folder or none of the files in it.
    """
    try:
        present = sorted(path.name for path in folder.iterdir())
    except FileNotFoundError:
        raise NothingRead(
            f"There is no folder {folder}. Give the folder that holds the files, such as clients.csv."
        ) from None
    except NotADirectoryError:
        raise NothingRead(f"{folder} is a file. Give the folder that holds it.") from None
    except OSError as error:
        raise NothingRead(f"The folder {folder} cannot be opened: {error.strerror}.") from None
    report = Report(dry_run=dry_run)
    files = [file for file in FILES if f"{file.name}.csv" in present]
    if not files:
        listed = ", ".join(f"{file.name}.csv" for file in FILES)
        raise NothingRead(f"The folder {folder} holds none of these files: {listed}.")
    for name in present:
        if name.endswith(".csv") and name.removesuffix(".csv") not in BY_NAME:
            report.notes.append(f"{name} is none of the files of a practice and was ignored.")
    if dry_run:
        with transaction.atomic():
            _import(folder, files, report)
            transaction.set_rollback(True)
    else:
        _import(folder, files, report)
    return report


def _import(folder: Path, files: list[File], report: Report) -> None:
    for file in files:
        report.files[file.name] = _import_file(file, folder / f"{file.name}.csv", report)


def _import_file(file: File, path: Path, report: Report) -> Counts:
    """One file in one transaction. A clash with someone at work is tried again, and then said."""
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                return _merge(file, path, report)
        except Unreadable as error:
            return Counts(rejected=[error.rejected], unread=True)
        except DatabaseError as error:
            if not isinstance(error.__cause__, CLASHES):
                raise
            if attempt == TRIES - 1:
                break
    reason = "The record changed while this file was going in, so none of it was kept. Import it again."
    return Counts(rejected=[Rejected(1, "", "", reason)], unread=True)


def _merge(file: File, path: Path, report: Report) -> Counts:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    known = {name: people.ids(REFERRED[name]) for name in {column.refers for column in file.columns if column.refers}}
    sheet = read(file, path, known)
    merged = WRITERS[file.name](sheet)
    counts = Counts(sheet.count, len(merged.created), len(merged.updated), len(merged.unchanged), sheet.rejected)
    figures = {name: value for name, value in counts.as_json().items() if name != "rejected"}
    record("import.file", by=None, file=file.name, **figures, rejected=len(counts.rejected))
    report.notes += [
        f"{file.name}.csv: the column {name} is not part of the format and was ignored." for name in sheet.ignored
    ]
    return counts
