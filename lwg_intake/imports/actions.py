"""Imports in the browser: uploaded, checked, applied, taken back. The worker does the work; each deed has its event."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.errors import NotThere, Refusal, Stale
from lwg_intake.imports import undo
from lwg_intake.imports.format import BY_NAME, FILES
from lwg_intake.imports.kept import keep
from lwg_intake.imports.kinds import Mapping, mark_of, preset_of
from lwg_intake.imports.locks import alone_at, take_turns
from lwg_intake.imports.models import Kind, Person, Run, RunFile
from lwg_intake.imports.opening import CsvTable, Table, Unreadable
from lwg_intake.imports.packed import content_of
from lwg_intake.imports.practice import Source, import_files, was_stopped
from lwg_intake.imports.progress import telling
from lwg_intake.imports.report import Report
from lwg_intake.imports.translating import Translated, file_of
from lwg_intake.imports.uploads import Upload, told_apart
from lwg_intake.transitions import move

log = logging.getLogger(__name__)


def upload(*, uploads: list[Upload], by: User) -> Run:
    """Keep the files until they are applied, and have them checked. Raises Refusal when none can be kept."""
    require(by, Can.IMPORT)
    files = [(name, upload, None if name else _mapping(upload)) for name, upload in told_apart(uploads)]
    order = [file.name for file in FILES]
    files.sort(key=lambda one: order.index(made) if (made := _makes(one[0], one[2])) else len(order))
    with transaction.atomic():
        run = Run.objects.create(by=by)
        for place, (name, upload, mapping) in enumerate(files):
            RunFile.objects.create(
                run=run, place=place, file=_makes(name, mapping), name=upload.name, size=upload.size,
                content=upload.packed, header=[] if name else list(upload.header), mapping=mapping,
            )  # fmt: skip
        record("import.uploaded", by=by, on=run, files=[_makes(name, mapping) for name, _, mapping in files])
        _wake(run)
    return run


def _mapping(upload: Upload) -> dict[str, Any] | None:
    """What is known of a foreign file's columns: somebody said it once, or it is a report that everybody has."""
    kind = Kind.objects.filter(mark=mark_of(upload.header)).first()
    if kind:
        return kind.mapping
    known = preset_of(upload.header)
    return known[1].as_json() if known else None


def _makes(name: str, mapping: dict[str, Any] | None) -> str:
    return str(mapping["makes"]) if mapping else name


def say_columns(*, file_id: int, mapping: Mapping, by: User) -> Run:
    """Somebody says what the columns of a foreign file mean: kept for all such files, and this one is checked again.

    Raises Refusal when something is missing without which no row can be read.
    """
    if missing := mapping.missing():
        raise Refusal(f"Choose a column for: {', '.join(missing)}.")
    with transaction.atomic():
        file = RunFile.objects.filter(pk=file_id).first()
        run = _run(file.run_id if file else 0, by)
        if file is None or not file.header or max(mapping.columns.values()) >= len(file.header):
            raise NotThere("There is no such file whose columns could be mapped.")
        mark, made = mark_of(file.header), {"mapping": mapping.as_json(), "made_by": by, "made_at": timezone.now()}
        kind, _ = Kind.objects.update_or_create(mark=mark, defaults={"name": file.name[:120], **made})
        RunFile.objects.filter(pk=file_id).update(mapping=mapping.as_json(), file=mapping.makes)
        move(run, Run.Status.CHECKING, notes=[])
        record("import.mapped", by=by, on=kind, **mapping.as_json())
        _wake(run)
    return run


def decide(*, run_id: int, person_id: int, verdict: str, client_id: int | None = None, by: User) -> Person:
    """Say who somebody in a foreign file is. With the last of an import decided, it is checked again.

    Raises Stale when someone else decided first.
    """
    with transaction.atomic():
        run = _run(run_id, by)
        person = Person.objects.filter(pk=person_id).first()
        if person is None or verdict not in Person.Verdict.values or verdict == Person.Verdict.OPEN:
            raise NotThere("There is nobody to decide about here.")
        if verdict == Person.Verdict.SAME and client_id not in person.candidates:
            raise Refusal("Choose who it is, or say that it is somebody else.")
        same = client_id if verdict == Person.Verdict.SAME else None
        now = timezone.now()
        open_ones = Person.objects.filter(verdict=Person.Verdict.OPEN)
        if not open_ones.filter(pk=person_id).update(verdict=verdict, client_id=same, decided_by=by, decided_at=now):
            raise Stale("Someone else decided about this person first.")
        record("import.person_decided", by=by, on=person, verdict=verdict, client=same)
        if run.status == Run.Status.CHECKED and not run.open_doubts().exists():
            move(run, Run.Status.CHECKING, notes=[])
            _wake(run)
    return person


def believe_windows(*, file_id: int, by: User) -> Run:
    """Somebody says that a file which is not UTF-8 is Windows-1252: it is checked again."""
    with transaction.atomic():
        file = RunFile.objects.select_related("run").filter(pk=file_id).first()
        run = _run(file.run_id if file else 0, by)
        RunFile.objects.filter(pk=file_id).update(windows=True, ask=False)
        move(run, Run.Status.CHECKING, notes=[])
        record("import.windows", by=by, on=run, file=file_id)
        _wake(run)
    return run


def check_again(*, run_id: int, by: User) -> Run:
    """Look again at what the import would change."""
    with transaction.atomic():
        run = _run(run_id, by)
        move(run, Run.Status.CHECKING, notes=[])
        record("import.checked_again", by=by, on=run)
        _wake(run)
    return run


def apply(*, run_id: int, by: User) -> Run:
    """Let the files in, as they were checked."""
    with transaction.atomic():
        run = _run(run_id, by)
        if not run.files.filter(unread=False).exclude(file="").exists():
            raise Refusal("No file of this import can be read, so there is nothing to let in. Correct them and upload.")
        move(run, Run.Status.APPLYING, began_at=timezone.now())
        record("import.applied", by=by, on=run)
        _wake(run)
    return run


def discard(*, run_id: int, by: User) -> Run:
    """Throw away what was uploaded; nothing of it had gone in."""
    with transaction.atomic():
        run = _run(run_id, by)
        move(run, Run.Status.DISCARDED)
        run.files.update(content=None, first=[], listed=[], reasons=[], rejects=b"")
        record("import.discarded", by=by, on=run)
    return run


def take_back(*, run_id: int, by: User) -> Run:
    """Undo an import, while nothing was built on it. Raises Refusal with what was."""
    with transaction.atomic():
        run = _run(run_id, by)
        if run.status == Run.Status.APPLIED and (because := undo.why_not(run)):
            raise Refusal(because)
        move(run, Run.Status.UNDOING, undone_by=by, undone_at=timezone.now())
        record("import.undo_asked", by=by, on=run)
        _wake(run)
    return run


def _run(run_id: int, by: User) -> Run:
    require(by, Can.IMPORT)
    run = Run.objects.filter(pk=run_id).first()
    if run is None:
        raise NotThere("There is no such import.")
    return run


# The worker's part. A task may come twice or never: the run's status says what is to be done, and a lock who does it.


def work(run_id: int) -> None:
    """Do what a run waits for: check, apply or undo it."""
    with alone_at(run_id) as alone:
        run = Run.objects.filter(pk=run_id).select_related("by").first()
        if alone and run and run.is_at_work:
            _do(run)


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


def _wake(run: Run) -> None:
    """Tell the worker, once this is committed. Where the queue is down, the timetable finds the run by itself."""
    from lwg_intake.imports.tasks import work_on

    def tell() -> None:
        work_on.delay(run.pk)

    transaction.on_commit(tell, robust=True)


def waiting() -> list[int]:
    """Runs that wait for the worker, and those that somebody is at."""
    return list(Run.objects.filter(status__in=Run.AT_WORK).values_list("pk", flat=True))
