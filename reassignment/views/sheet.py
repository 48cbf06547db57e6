from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from lwg_intake.access.needs import needs
from lwg_intake.audit.record import record
from lwg_intake.checklists.forms import whole
from lwg_intake.errors import Refusal
from lwg_intake.files import as_csv, as_xlsx
from reassignment.actions import sheet as actions
from reassignment.selectors import departures as selectors
from reassignment.selectors import sheet as sheets
from reassignment.views.departures import SEES, head, seen

FILES = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        lambda lines: as_xlsx(lines, "Roster"),
    ),
}


@needs(*SEES)
@require_GET
def export(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The roster as a file."""
    if kind not in FILES:
        raise Http404
    departure = seen(request, pk)
    found = selectors.of(departure)
    shown = [line.row["client"] for line in found]
    record("roster.exported", by=request.user, on=departure, kind=kind, rows=len(found), shown=shown)
    mime, write = FILES[kind]
    response = HttpResponse(write(sheets.cells(found)), content_type=mime)
    response["Content-Disposition"] = f'attachment; filename="roster-{departure.pk}.{kind}"'
    return response


@needs(*SEES)
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The filled sheet back in: what it would change is shown first, and where somebody was faster."""
    departure = seen(request, pk)
    context = head(request, departure, "sheet")
    request.on_refusal = lambda refusal: render(  # type: ignore[attr-defined]
        request, "reassignment/departures/sheet.html", context | {"refusal": refusal}
    )
    if request.method == "POST":
        if getattr(request, "too_much", False):
            raise Refusal("This file is larger than 2 MB: a roster is not.")
        file = request.FILES.get("file")
        if file is None:
            raise Refusal("Choose the filled sheet first.")
        if (file.size or 0) > sheets.LARGEST:
            raise Refusal("This file is larger than 2 MB: a roster is not.")
        rows = sheets.read(file.name or "", file.read())
        context |= {"differences": sheets.differences(departure, rows), "read": True}
    return render(request, "reassignment/departures/sheet.html", context)


@needs(*SEES)
@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Write what was chosen of the sheet, each row only if nobody changed it since the preview."""
    departure = seen(request, pk)
    context = head(request, departure, "sheet")
    chosen = [n for n in request.POST.getlist("apply") if n.isascii() and n.isdigit() and len(n) < 19]
    request.on_refusal = lambda refusal: render(  # type: ignore[attr-defined]
        request, "reassignment/departures/sheet.html", context | {"refusal": refusal}
    )
    if not chosen:
        raise Refusal("Nothing was ticked, and nothing was changed. Upload the sheet again, and tick what to apply.")
    wanted = []
    for number in chosen[: sheets.MOST_ROWS]:
        version = whole(request.POST.get(f"version-{number}", ""))
        said = sheets.Entry(*(request.POST.get(f"{n}-{number}", "")[:400] for n in range(len(sheets.EDITED))))
        wanted.append((int(number), -1 if version is None else version, said))
    done, refused = actions.apply(departure_id=pk, wanted=wanted, by=request.user)
    if done:
        messages.success(request, f"{done} row{'s' if done != 1 else ''} taken from the sheet.")
    for sentence in refused:
        messages.error(request, sentence)
    return redirect("departure", pk=pk)
