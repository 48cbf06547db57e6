"""Imports in the browser: uploaded, checked, applied, taken back. The worker does the work; each deed has its event."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.errors import NotThere, Refusal, Stale
from lwg_intake.imports import undo
from lwg_intake.imports.format import FILES
from lwg_intake.imports.kinds import Mapping, labelled, mark_of, preset_of
from lwg_intake.imports.models import Kind, Person, Run, RunFile
from lwg_intake.imports.tasks import work_on
from lwg_intake.imports.uploads import Upload, told_apart
from lwg_intake.transitions import move


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
                told=list(upload.told),
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

    Raises Refusal when something is missing without which no row can be read, or one column would be two things.
    """
    if missing := mapping.missing():
        raise Refusal(f"Choose a column for: {', '.join(missing)}.")
    with transaction.atomic():
        file = RunFile.objects.filter(pk=file_id).first()
        run = _run(file.run_id if file else 0, by)
        if file is None or not file.header or max(mapping.columns.values()) >= len(file.header):
            raise NotThere("There is no such file whose columns could be mapped.")
        if doubled := mapping.doubled():
            column, meant = labelled(file.header)[doubled[0]], " and ".join(f"“{label}”" for label in doubled[1])
            raise Refusal(f"The column “{column}” is chosen for {meant}. Choose it for one of them only.")
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
        _run(run_id, by)
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
        record("import.person_decided", by=by, on=person, verdict=verdict, shown=[same] if same else [])
        for waiting in Run.objects.filter(status=Run.Status.CHECKED, files__doubts__contains=[person_id]).distinct():
            if not waiting.open_doubts().exists():
                move(waiting, Run.Status.CHECKING, notes=[])
                _wake(waiting)
    return person


def ask_again(*, run_id: int, person_id: int, by: User) -> Person:
    """Put somebody about whom was decided before a person once more. What went in meanwhile stays.

    Raises NotThere where nothing was decided.
    """
    with transaction.atomic():
        run = _run(run_id, by)
        person = run.decided().filter(pk=person_id).select_for_update(of=("self",)).first()
        if person is None:
            raise NotThere("There is nobody about whom was decided here.")
        shown = [person.client_id] if person.client_id else []
        record("import.person_asked_again", by=by, on=person, verdict=person.verdict, shown=shown)
        person.verdict, person.client, person.decided_by, person.decided_at = Person.Verdict.OPEN, None, None, None
        person.save()
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
        if run.status in (Run.Status.UNDOING, Run.Status.UNDONE):
            raise Refusal(f"This import is {run.get_status_display().lower()} already, as {run.undone_by} asked.")
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


def _wake(run: Run) -> None:
    """Tell the worker, once this is committed. Where the queue is down, the timetable finds the run by itself."""
    transaction.on_commit(lambda: work_on.delay(run.pk), robust=True)
