from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from lwg_intake.access.looking import look_up
from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.checklists.models import Case
from lwg_intake.errors import Refusal
from lwg_intake.placement import tracker as shared
from lwg_intake.records.models import Client
from returning import actions, tracker
from returning.forms import StartForm
from returning.models import Return
from returning.selectors import PROCEDURE


@require_http_methods(["GET", "POST"])
@needs(Can.WORK_RETURNS)
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a return for a client, or go on with the one that is open."""
    client = look_up(Client.objects, pk, request.user)
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
    found = tracker.TrackerFilter(request.GET, queryset=Return.objects.all())
    return render(request, "returning/tracker.html", shared.page(request, tracker.COLUMNS, found, tracker.rows()))


@require_GET
@needs(Can.SEE_CASES)
def tracker_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The tracker with the same filters as a file, all columns."""
    found = tracker.TrackerFilter(request.GET, queryset=tracker.rows())
    return shared.file(request, kind, "Returning clients", tracker.COLUMNS, found)
