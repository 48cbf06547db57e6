from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from lwg_intake import dates
from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.checklists.models import Case
from lwg_intake.errors import NotThere, Refusal
from lwg_intake.files import as_csv, as_xlsx
from lwg_intake.records.models import Client
from returning import actions, tracker
from returning.forms import StartForm
from returning.selectors import PROCEDURE

PER_PAGE = 50
FILES = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        lambda lines: as_xlsx(lines, "Returning clients"),
    ),
}


@require_http_methods(["GET", "POST"])
@needs(Can.WORK_RETURNS)
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a return for a client, or go on with the one that is open."""
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
    running = Case.objects.filter(client=client, procedure=PROCEDURE, status__in=Case.OPEN).first()
    if running:
        return redirect("case", pk=running.pk)
    form = StartForm(request.POST or None)

    def page(refusal: Refusal | None = None) -> HttpResponse:
        return render(request, "returning/start.html", {"client": client, "form": form, "refusal": refusal})

    request.on_refusal = page  # type: ignore[attr-defined]
    if request.method == "GET":
        return page()
    if not form.is_valid():
        response = page()
        response.status_code = 422
        return response
    case = actions.start(client_id=pk, by=request.user, **form.cleaned_data)
    return redirect("case", pk=case.pk)


@require_GET
@needs(Can.SEE_CASES)
def tracker_page(request: HttpRequest) -> HttpResponse:
    """The Returning Client Tracker: filter, sort, pages."""
    found = tracker.TrackerFilter(request.GET, queryset=tracker.rows())
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    asked.pop("page", None)
    columns = [column for column in tracker.COLUMNS if not column.wide]
    now = request.GET.get("sort", "-asked_on")
    head = []
    for column in columns:
        turned = asked.copy()
        turned["sort"] = f"-{column.sort}" if now == column.sort else column.sort
        direction = {column.sort: "ascending", f"-{column.sort}": "descending"}.get(now, "") if column.sort else ""
        head.append((column.label, turned.urlencode() if column.sort else "", direction))
    table = [(row, [(column.label, column.text(row)) for column in columns]) for row in page]
    context = {"filter": found, "page": page, "head": head, "table": table, "asked": asked.urlencode()}
    return render(request, "returning/tracker.html", context)


@require_GET
@needs(Can.SEE_CASES)
def tracker_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The tracker with the same filters as a file, all columns."""
    if kind not in FILES:
        raise NotThere("The tracker comes as csv or xlsx.")
    filtered = tracker.TrackerFilter(request.GET, queryset=tracker.rows())
    if not filtered.is_valid():
        raise Refusal(
            "One of the filters is not understood, and a file of everything would mislead. Correct the filters."
        )
    found = filtered.qs
    record("tracker.exported", by=request.user, kind=kind, rows=found.count())
    content, write = FILES[kind]
    response = HttpResponse(write(tracker.cells(found.iterator(2000))), content_type=content)
    response["Content-Disposition"] = f'attachment; filename="returning-clients-{dates.today()}.{kind}"'
    return response
