"""What the worker does of an import: check it, let it in, take it back.

A task may come twice or never: the run's status says what is to be done, and a lock who does it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from lwg_intake.audit.record import record
from lwg_intake.errors import Stale
from lwg_intake.imports import undo
from lwg_intake.imports.format import BY_NAME
from lwg_intake.imports.kept import keep
from lwg_intake.imports.kinds import Mapping
from lwg_intake.imports.locks import alone_at, take_turns
from lwg_intake.imports.models import Run, RunFile
from lwg_intake.imports.opening import CsvTable, Table, Unreadable
from lwg_intake.imports.packed import content_of
from lwg_intake.imports.practice import Source, import_files, was_stopped
from lwg_intake.imports.progress import telling
from lwg_intake.imports.report import Report
from lwg_intake.imports.translating import Translated, file_of
from lwg_intake.transitions import move

log = logging.getLogger(__name__)


def work(run_id: int) -> None:
    """Do what a run waits for: check, apply or undo it."""
    with alone_at(run_id) as alone:
        run = Run.objects.filter(pk=run_id).select_related("by").first()
        if alone and run and run.is_at_work:
            _do(run)


def waiting() -> list[int]:
    """Runs that wait for the worker, and those that somebody is at."""
    return list(Run.objects.filter(status__in=Run.AT_WORK).values_list("pk", flat=True))


def _do(run: Run) -> None:
    doing = Run.Status(run.status)
    try:
        DEEDS[doing](run)
    except Stale:
        log.info("import %s was changed by someone else", run.pk)
    except Exception as error:
        # The error's class only: a database's words may quote the row.
        log.error("import %s failed: %s", run.pk, type(error).__name__)
        because = f"This did not work ({type(error).__name__}). What was being read was not kept; the rest stands."
        gone_in = run.files.exclude(applied_at=None).exists()
        to = Run.Status.APPLIED if gone_in else Run.Status.FAILED
        Run.objects.filter(pk=run.pk, status=doing).update(
            status=to, notes=[*run.notes, because], at_file="", undone_by=None, undone_at=None
        )


def _check(run: Run) -> None:
    report = Report(dry_run=True)
    with telling(run.pk) as tell, transaction.atomic():
        import_files(_sources(run), report, run, tell)
        transaction.set_rollback(True)
    with transaction.atomic():
        _find_doubts(run)
        for file in run.files.light():
            if counts := report.files.get(str(file.pk)):
                keep(file, counts)
        move(run, Run.Status.CHECKED, notes=report.notes, at_file="", percent=0)


def _apply(run: Run) -> None:
    """Files that went in before the worker was killed are not read again; the command's are not here to be read."""
    if run.by is None:
        was_stopped(run)
        return
    report = Report()
    with telling(run.pk) as tell:
        import_files(_sources(run), report, run, tell)
    with transaction.atomic():
        for file in run.files.light().filter(pk__in=[int(label) for label in report.files]):
            keep(file, report.files[str(file.pk)])
        run.files.update(content=None, first=[])
        move(run, Run.Status.APPLIED, applied_at=timezone.now(), notes=[*run.notes, *_unread(run, report)], at_file="")


def _undo(run: Run) -> None:
    with transaction.atomic():
        take_turns()
        if because := undo.why_not(run):
            move(run, Run.Status.APPLIED, notes=[*run.notes, because], undone_by=None, undone_at=None)
            return
        # Told on a connection of its own, which would wait for this one once the run's row is written.
        with telling(run.pk) as tell:
            done = undo.undo(run, tell)
        by = run.undone_by
        move(run, Run.Status.UNDONE, undone_at=timezone.now(), at_file="", percent=0)
        record("import.undone", by=by, on=run, deleted=done["deleted"], restored=done["restored"])


DEEDS = {Run.Status.CHECKING: _check, Run.Status.APPLYING: _apply, Run.Status.UNDOING: _undo}


def _sources(run: Run) -> list[Source]:
    return [_source(file) for file in run.files.filter(applied_at=None).exclude(file="").light()]


def _source(file: RunFile) -> Source:
    def opened() -> Table:
        table = CsvTable(content_of(file), file.windows)
        return Translated(table, Mapping.of_json(file.mapping)) if file.mapping else table

    made = file_of(Mapping.of_json(file.mapping)) if file.mapping else BY_NAME[file.file]
    return Source(made, opened, file.name, kept=file.pk)


def _unread(run: Run, report: Report) -> Iterable[str]:
    for file in run.files.light():
        counts = report.files.get(str(file.pk))
        if counts and counts.unread:
            yield f"{file.name} did not go in. {counts.rejected[0].reason}"


def _find_doubts(run: Run) -> None:
    """Who in the foreign files may be somebody on record: nobody is merged by guess."""
    for file in run.files.light().exclude(mapping=None):
        try:
            table = _source(file).open()
            file.doubts = table.persons() if isinstance(table, Translated) else []
        except Unreadable:
            file.doubts = []
        file.save(update_fields=["doubts"])
