"""Imports: what was, what waits, and one import from its check to its undoing."""

from __future__ import annotations

import zlib

from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.checklists.forms import whole
from lwg_intake.errors import NotThere, Refusal
from lwg_intake.imports import actions, undo
from lwg_intake.imports.kinds import MAKES, PRESETS, TARGETS, Mapping, guessed, labelled
from lwg_intake.imports.models import Person, Run, RunFile
from lwg_intake.imports.packed import first_rows
from lwg_intake.imports.persons import beside
from lwg_intake.imports.uploads import TooMuch, received
from lwg_intake.records.models import Client

SHOWN = 50
FILES = Prefetch("files", RunFile.objects.light())


@needs(Can.IMPORT)
def imports(request: HttpRequest) -> HttpResponse:
    """Choose files, and see every import that was."""
    if request.method != "POST":
        return _page(request)
    request.on_refusal = lambda refusal: _page(request, refusal)  # type: ignore[attr-defined]
    if getattr(request, "too_much", False):
        raise TooMuch(
            f"This is more than the {settings.IMPORT_UPLOAD_MB:,} MB that are read at once. Send fewer files, split a "
            "large one, or export a shorter span of time."
        )
    uploads = [received(file.name or "file", file.read()) for file in request.FILES.getlist("files")]
    return redirect("import", actions.upload(uploads=uploads, by=request.user).pk)


def _page(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    runs = Run.objects.select_related("by", "undone_by").prefetch_related(FILES).order_by("-pk")
    before = whole(request.GET.get("before", ""))
    found = list(runs.filter(pk__lt=before)[: SHOWN + 1] if before else runs[: SHOWN + 1])
    context = {
        "runs": found[:SHOWN], "older": found[SHOWN - 1].pk if len(found) > SHOWN else None, "is_first": not before,
        "refusal": refusal, "sent": len(request.FILES.getlist("files")),
        "most": settings.IMPORT_UPLOAD_MB, "known": [preset.name for preset in PRESETS],
    }  # fmt: skip
    return render(request, "desk/imports.html", context)


@require_GET
@needs(Can.IMPORT)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: what it would change, or did. Its rows are of clients, so opening it is recorded."""
    run = _run(pk)
    if "HX-Request" in request.headers and run.is_at_work:
        return render(request, "desk/import_progress.html", {"run": run})
    if "HX-Request" in request.headers:
        # The worker is done: the page as a whole says what came of it.
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    return _one(request, run)


def _one(request: HttpRequest, run: Run, refusal: Refusal | None = None) -> HttpResponse:
    files = list(run.files.all())
    shown = {change["client"] for file in files for change in file.first if change.get("client")}
    why_not = undo.why_not(run) if run.status == Run.Status.APPLIED else undo.Because()
    shown |= {why_not.client} if why_not.client else set()
    record("import.opened", by=request.user, on=run, clients=len(shown), shown=sorted(shown))
    doubts = run.open_doubts().count() if run.status == Run.Status.CHECKED else 0
    return render(
        request,
        "desk/import.html",
        {
            "run": run,
            "refusal": refusal,
            "files": files,
            "doubts": doubts,
            "decided": run.decided().count() if run.status == Run.Status.CHECKED else 0,
            "total": run.total,
            "may_apply": any(not file.unread and file.file for file in files),
            "unread": sum(file.unread and not file.ask for file in files),
            "asks": sum(file.ask or file.wants_columns for file in files),
            "notes": [note for note in run.notes if note != why_not],
            "why_not": why_not,
            # Said where the deed would stand, and there alone.
            "is_why_not": bool(why_not) and str(refusal) == why_not,
        },
    )


@require_POST
@needs(Can.IMPORT)
def deed(request: HttpRequest, pk: int, do: str) -> HttpResponse:
    """Let it in, throw it away, look again, or take it back."""
    if do not in DEEDS:
        raise NotThere("There is no such deed.")
    request.on_refusal = lambda refusal: _one(request, _run(pk), refusal)  # type: ignore[attr-defined]
    said = DEEDS[do][1]
    DEEDS[do][0](run_id=pk, by=request.user)
    if said:
        messages.success(request, said)
    return redirect("import", pk)


DEEDS = {
    "apply": (actions.apply, ""),
    "discard": (actions.discard, "Thrown away: nothing of it had gone in."),
    "check": (actions.check_again, ""),
    "undo": (actions.take_back, ""),
}


@require_POST
@needs(Can.IMPORT)
def windows(request: HttpRequest, pk: int) -> HttpResponse:
    """This file is Windows-1252."""
    return redirect("import", actions.believe_windows(file_id=pk, by=request.user).pk)


@needs(Can.IMPORT)
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what the columns of a foreign file mean, beside its first rows."""
    file = RunFile.objects.filter(pk=pk).exclude(header=[]).light().first()
    if file is None:
        raise NotThere("There is no such file whose columns could be mapped.")
    mapping = _mapping(file, request.POST)
    request.on_refusal = lambda refusal: _columns(request, file, mapping, refusal)  # type: ignore[attr-defined]
    if request.method != "POST" or "show" in request.POST:
        record("import.columns_opened", by=request.user, on=file)
        return _columns(request, file, mapping)
    if request.POST.get("makes", mapping.makes) != mapping.makes:
        raise Refusal(f"The fields of {MAKES[mapping.makes]} are shown now: choose their columns, then keep them.")
    run = actions.say_columns(file_id=pk, mapping=mapping, by=request.user)
    return redirect("import", run.pk)


def _mapping(file: RunFile, typed: QueryDict) -> Mapping:
    """As it was typed; before anything was, as it is known, or as the columns' names have it.

    Another kind of file keeps the fields that both have.
    """
    known = Mapping.of_json(file.mapping) if file.mapping else guessed(file.header)
    makes = typed.get("makes", "")
    if makes not in TARGETS:
        return known
    chosen = _chosen(typed, makes)
    wanted = typed.get("kind", makes)
    if wanted == makes or wanted not in TARGETS:
        return Mapping(makes, chosen)
    other = known if known.makes == wanted else guessed(file.header, wanted)
    before = _chosen(typed, wanted, f"{wanted}-") or other.columns
    own = _own(wanted, makes)
    shared = {target.key for target in TARGETS[wanted]} - own
    kept = {key: at for key, at in before.items() if key in own}
    return Mapping(wanted, kept | {key: at for key, at in chosen.items() if key in shared})


def _own(makes: str, other: str) -> set[str]:
    """The fields that the one kind of file has and the other lacks; of one name, they may still be two."""
    return {target.key for target in TARGETS[makes] if target not in TARGETS[other]}


def _chosen(typed: QueryDict, makes: str, prefix: str = "") -> dict[str, int]:
    """The columns chosen for the fields of one kind of file."""
    told = {target.key: typed.get(f"{prefix}{target.key}", "") for target in TARGETS[makes]}
    return {key: int(at) for key, at in told.items() if at.isascii() and at.isdigit() and len(at) < 6}


def _aside(typed: QueryDict, shown: str) -> dict[str, int]:
    """What was chosen for fields of the kind that is not shown, by the names under which the page sends it along."""
    found = {}
    for makes in TARGETS.keys() - {shown}:
        columns = _chosen(typed, makes, "" if typed.get("makes") == makes else f"{makes}-")
        found.update({f"{makes}-{key}": at for key, at in columns.items() if key in _own(makes, shown)})
    return found


def _columns(request: HttpRequest, file: RunFile, mapping: Mapping, refusal: Refusal | None = None) -> HttpResponse:
    first = first_rows(file)
    labels = labelled(file.header)
    samples = [next((row[n] for row in first if n < len(row) and row[n].strip()), "") for n in range(len(labels))]
    choices = [
        {"index": n, "label": f"{label} – {sample[:30]}" if sample else label}
        for n, (label, sample) in enumerate(zip(labels, samples, strict=True))
    ]
    rows = [{"target": target, "at": mapping.columns.get(target.key)} for target in TARGETS[mapping.makes]]
    context = {
        "file": file, "run": file.run, "mapping": mapping, "rows": rows, "choices": choices, "makes": MAKES,
        "labels": labels, "first": first, "refusal": refusal, "aside": _aside(request.POST, mapping.makes),
    }  # fmt: skip
    return render(request, "desk/import_columns.html", context)


@needs(Can.IMPORT)
def persons(request: HttpRequest, pk: int) -> HttpResponse:
    """People of a foreign file who may be on record already, side by side with whom they may be."""
    run = _run(pk)
    if request.method == "POST":
        verdict, _, client = request.POST.get("who", "").partition(":")
        person = whole(request.POST.get("person", "")) or 0
        if verdict == Person.Verdict.OPEN:
            actions.ask_again(run_id=pk, person_id=person, by=request.user)
        else:
            actions.decide(run_id=pk, person_id=person, verdict=verdict, client_id=whole(client), by=request.user)
        run.refresh_from_db()
        then = "The file is checked again with it." if run.is_at_work else "It stands below, and can be asked again."
        if verdict != Person.Verdict.OPEN:
            messages.success(request, f"The answer is kept. {then}")
        return redirect("import" if run.is_at_work else "import-persons", pk)
    count = run.open_doubts().count()
    open_ones = list(run.open_doubts()[:SHOWN])
    decided = list(run.decided().select_related("client", "decided_by")[:SHOWN]) if run.status == "checked" else []
    known = Client.objects.prefetch_related("assignments__clinician")
    clients = known.in_bulk({pk for person in open_ones for pk in person.candidates})
    record(
        "import.persons_compared",
        by=request.user,
        on=run,
        clients=len(clients),
        shown=sorted(clients.keys() | {one.client_id for one in decided if one.client_id}),
    )
    pairs = [
        {
            "person": person,
            "candidates": [
                {"client": clients[pk], "facts": beside(person.facts, clients[pk])}
                for pk in person.candidates
                if pk in clients
            ],
        }
        for person in open_ones
    ]
    return render(request, "desk/import_persons.html", {"run": run, "pairs": pairs, "count": count, "decided": decided})


@require_GET
@needs(Can.IMPORT)
def rejected(request: HttpRequest, pk: int) -> HttpResponse:
    """A file's rejected rows, each with its reason, to correct and import again."""
    file = RunFile.objects.filter(pk=pk).only("file", "name", "rejects", "run").first()
    if file is None or not file.rejects:
        raise NotThere("There is no such file of rejected rows.")
    record("import.rejected_read", by=request.user, on=file)
    answer = HttpResponse(zlib.decompress(file.rejects), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, f"{file.name.rpartition('.')[0] or file.name}.csv")
    return answer


def _run(pk: int) -> Run:
    run = Run.objects.select_related("by", "undone_by").prefetch_related(FILES).filter(pk=pk).first()
    if run is None:
        raise NotThere("There is no such import.")
    return run
