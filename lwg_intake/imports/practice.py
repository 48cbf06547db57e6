"""Importing a practice: its files into the record, each whole or not at all, in parts of constant size."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from django.db import DatabaseError, transaction
from django.utils import timezone
from psycopg import errors

from lwg_intake.audit.models import next_row_change
from lwg_intake.audit.record import record
from lwg_intake.imports import care, coverage, events, ledger, people
from lwg_intake.imports.batches import Batches, Seen
from lwg_intake.imports.format import BY_NAME, FILES, File
from lwg_intake.imports.kept import keep_all
from lwg_intake.imports.ledger import first_changes
from lwg_intake.imports.locks import alone_at, take_turns
from lwg_intake.imports.merging import Merged
from lwg_intake.imports.models import Run, RunFile
from lwg_intake.imports.opening import Content, CsvTable, Table, Unreadable, whole
from lwg_intake.imports.private import without_diagnoses
from lwg_intake.imports.progress import Tell, telling
from lwg_intake.imports.reading import Sheet, dropped, head_of, read, refs_in
from lwg_intake.imports.report import Counts, Rejected, Report
from lwg_intake.imports.translating import Translated
from lwg_intake.transitions import move

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

TRIES = 3
# What comes of someone at work on the same rows: worth another try.
CLASHES = (errors.IntegrityError, errors.DeadlockDetected, errors.SerializationFailure)


class NothingRead(Exception):
    """There was nothing to import. The text says why, for staff."""


class Stopped(KeyboardInterrupt):
    """Somebody stopped the command. The text says what had gone in, for staff."""


@dataclass(frozen=True)
class Source:
    """One file of the practice, and how to open it; it is opened again when the first try met a clash.

    `name` is what it is called. `kept` is its row (RunFile) when it came with an upload; otherwise it gets one.
    """

    file: File
    open: Callable[[], Table]
    name: str
    kept: int | None = None

    @property
    def label(self) -> str:
        """By which the report knows it."""
        return str(self.kept) if self.kept else self.file.name


def import_folder(
    folder: Path, dry_run: bool = False, windows: bool = False, tell: Tell = lambda *progress: None
) -> Report:
    """Read every file of the practice that stands in the folder. With `dry_run` all is tried and nothing kept.

    `windows` says that files which are not UTF-8 are Windows-1252. Raises NothingRead when there is no such folder or
    none of the files in it.
    """
    names = _names(folder)
    report = Report(dry_run=dry_run)
    present = {name.casefold(): name for name in names}
    sources = [
        _source(file, folder / present[f"{file.name}.csv"], windows) for file in FILES if f"{file.name}.csv" in present
    ]
    if not sources:
        listed = ", ".join(f"{file.name}.csv" for file in FILES)
        raise NothingRead(
            f"The folder {folder} holds none of these files: {listed}. "
            "Reports of other systems come in on the page Imports."
        )
    for name in names:
        stem, _, kind = name.casefold().rpartition(".")
        if kind == "xlsx":
            report.notes.append(f"{name} was ignored: the command reads CSV files, the page Imports spreadsheets too.")
        elif kind == "csv" and stem not in BY_NAME:
            report.notes.append(f"{name} is none of the files of a practice and was ignored.")
    if dry_run:
        try:
            with transaction.atomic():
                import_files(sources, report, Run.objects.create(), tell)
                transaction.set_rollback(True)
        except KeyboardInterrupt:
            raise Stopped("The trial was stopped. Nothing was kept.") from None
        return report
    # Nobody sees the run before it is known to be worked on.
    with ExitStack() as stack:
        with transaction.atomic():
            run = Run.objects.create(status=Run.Status.APPLYING, began_at=timezone.now())
            stack.enter_context(alone_at(run.pk))
        told = stack.enter_context(telling(run.pk))

        def tell_both(file: str, done: int, size: int) -> None:
            tell(file, done, size)
            told(file, done, size)

        try:
            import_files(sources, report, run, tell_both)
            keep_all(run, report)
        except KeyboardInterrupt:
            was_stopped(run)
            raise Stopped(_how_far(sources, report)) from None
        except BaseException:
            was_stopped(run)
            raise
        move(run, Run.Status.APPLIED, applied_at=timezone.now(), notes=report.notes, at_file="")
    return report


def _how_far(sources: list[Source], report: Report) -> str:
    went_in = [
        source.name for source in sources if source.label in report.files and not report.files[source.label].unread
    ]
    others = [source.name for source in sources if source.name not in went_in]
    said = f"These went in, each whole: {', '.join(went_in)}." if went_in else "Nothing went in."
    return f"The command was stopped. {said} These did not: {', '.join(others)}. Run it again, and it finishes."


def was_stopped(run: Run) -> None:
    """Say of an import by the command that it ended before its last file. What went in before went in whole."""
    if run.files.exclude(applied_at=None).exists():
        to, how = Run.Status.APPLIED, "in the middle: the files below went in whole, and others did not"
    else:
        to, how = Run.Status.FAILED, "before any file had gone in"
    move(run, to, at_file="", notes=[f"The command was stopped {how}. Import the folder again."])


def _source(file: File, path: Path, windows: bool) -> Source:
    return Source(file, lambda: CsvTable(Content.of_path(path), windows), path.name)


def _names(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir())
    except FileNotFoundError:
        raise NothingRead(
            f"There is no folder {folder}. Give the folder that holds the files, such as clients.csv."
        ) from None
    except NotADirectoryError:
        raise NothingRead(f"{folder} is a file. Give the folder that holds it.") from None
    except OSError as error:
        raise NothingRead(f"The folder {folder} cannot be opened: {error.strerror}.") from None


def import_files(sources: Iterable[Source], report: Report, run: Run, tell: Tell) -> None:
    """Read the files in this order. For a trial the caller opens a transaction, and takes it back.

    Each file goes in whole, with its audit event, or not at all; the rows that cannot be used are in the report.
    """
    for source in sources:
        report.files[source.label] = _import_file(source, report, run, tell)


def _import_file(source: Source, report: Report, run: Run, tell: Tell) -> Counts:
    """One file in one transaction. A clash with someone at work is tried again, and then said."""
    for attempt in range(TRIES):
        try:
            table = source.open()
            with transaction.atomic():
                return _merge(source, table, report, run, tell)
        except Unreadable as error:
            return Counts.of_unread(error.rejected, error.ask)
        except DatabaseError as error:
            if not isinstance(error.__cause__, CLASHES):
                raise
            if attempt == TRIES - 1:
                break
    reason = "The record changed while this file was going in, so none of it was kept. Import it again."
    return Counts.of_unread(Rejected(1, "", "", reason))


def _merge(source: Source, table: Table, report: Report, run: Run, tell: Tell) -> Counts:
    file = source.file
    take_turns()
    foreign = table if isinstance(table, Translated) else None
    rows = table.rows()
    first = next(rows, (1, []))
    rows = chain([first], rows)
    # Rows of a foreign file are without them already, and are not read ahead: what is said of each has its turn.
    rows = rows if foreign else without_diagnoses(rows)
    head = head_of(file, *next(rows))
    kept = source.kept or _kept(run, source)
    counts, seen = Counts(), Seen(file)
    if foreign:
        counts.rejects.begin(foreign.header, foreign.original)
        foreign.tell = counts.rejects.add_in_part
    else:
        counts.rejects.begin(head.names)
    batches = Batches(head, rows, counts.rejects)
    tell(file.name, 0, table.size)
    with ledger.keeping(kept):
        for lines in batches:
            known = {name: people.ids(people.REFERRED[name], refs) for name, refs in refs_in(head, lines).items()}
            sheet = read(head, lines, known, counts.rejects)
            seen.drop_repeated(sheet)
            counts.add(WRITERS[file.name](sheet))
            counts.rejects.settle(max((line for line, _ in lines), default=0))
            if batches.sorted_given:
                tell(file.name, batches.sorted_given, batches.count)
            else:
                tell(file.name, table.done, table.size)
    counts.rows = batches.count
    figures = {**counts.figures(), "rejected": counts.rejects.count}
    RunFile.objects.filter(pk=kept).update(figures=figures, applied_at=timezone.now(), noted_up_to=next_row_change())
    record("import.file", by=run.by, on=RunFile(pk=kept), file=file.name, **figures, run=run.pk)
    report.notes += [
        f"{source.name}: the column {name} is not part of the format and was ignored." for name in head.ignored
    ]
    notes = [*dropped(len(whole(*first)) - len(head.names)), *(foreign.notes if foreign else [])]
    report.notes += [f"{source.name}: {note}" for note in notes]
    if report.dry_run:
        counts.first = first_changes(kept)
    return counts


def _kept(run: Run, source: Source) -> int:
    file = source.file
    return RunFile.objects.create(run=run, file=file.name, name=source.name, place=FILES.index(file)).pk
