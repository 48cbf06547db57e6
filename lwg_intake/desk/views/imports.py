"""Imports: what was, what waits, and one import from its check to its undoing."""

from __future__ import annotations

import zlib

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.errors import NotThere, Refusal
from lwg_intake.imports import actions, undo
from lwg_intake.imports.models import Run, RunFile
from lwg_intake.imports.uploads import TooMuch, received

SHOWN = 50


@needs(Can.IMPORT)
def imports(request: HttpRequest) -> HttpResponse:
    """Choose files, and see every import that was."""
    if request.method != "POST":
        return _page(request)
    request.on_refusal = lambda refusal: _page(request, refusal)  # type: ignore[attr-defined]
    if getattr(request, "too_much", False):
        raise TooMuch("This is more than is read at once. Send fewer files, or use the command import_practice.")
    uploads = [received(file.name or "file", file.read()) for file in request.FILES.getlist("files")]
    return redirect("import", actions.upload(uploads=uploads, by=request.user).pk)


def _page(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    runs = Run.objects.select_related("by").prefetch_related("files")[:SHOWN]
    context = {"runs": runs, "refusal": refusal, "most": settings.IMPORT_UPLOAD_MB}
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
    record("import.opened", by=request.user, on=run)
    files = list(run.files.defer("content", "rejects"))
    return render(
        request,
        "desk/import.html",
        {
            "run": run,
            "files": files,
            "may_apply": any(not file.unread and file.file for file in files),
            "why_not": undo.why_not(run) if run.status == Run.Status.APPLIED else "",
        },
    )


@require_POST
@needs(Can.IMPORT)
def deed(request: HttpRequest, pk: int, do: str) -> HttpResponse:
    """Let it in, throw it away, look again, or take it back."""
    if do not in DEEDS:
        raise NotThere("There is no such deed.")
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


@require_GET
@needs(Can.IMPORT)
def rejected(request: HttpRequest, pk: int) -> HttpResponse:
    """A file's rejected rows, each with its reason, to correct and import again."""
    file = RunFile.objects.filter(pk=pk).only("file", "name", "rejects", "run").first()
    if file is None or not file.rejects:
        raise NotThere("There is no such file of rejected rows.")
    record("import.rejected_read", by=request.user, on=file)
    answer = HttpResponse(zlib.decompress(file.rejects), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file.file or "rejected"}.csv"'
    return answer


def _run(pk: int) -> Run:
    run = Run.objects.select_related("by", "undone_by").filter(pk=pk).first()
    if run is None:
        raise NotThere("There is no such import.")
    return run
