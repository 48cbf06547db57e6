"""Starting a reassignment, and its tracker. The case itself is the engine's page."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lwg_intake.access.looking import look_up
from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.errors import Refusal
from lwg_intake.placement import tracker as shared
from lwg_intake.records.models import Assignment, Client, Handover
from lwg_intake.records.snapshot import snapshot
from reassignment import tracker
from reassignment.actions import requests as actions
from reassignment.forms.requests import DeclineForm, StartForm
from reassignment.models import Reassignment
from reassignment.rules.words import Initiator, Reason
from reassignment.selectors import requests as selectors


@require_http_methods(["GET", "POST"])
@needs(Can.WORK_REASSIGNMENTS)
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a reassignment for one of a client's services, or go on with the one that is open."""
    client = look_up(Client.objects, pk, request.user)
    running = snapshot(client).running
    found = [(assignment, selectors.open_for(assignment)) for assignment in running]
    free = [assignment for assignment, under_way in found if under_way is None]
    form = _form(request, free, {"assignment": free[0].pk, "service": free[0].service} if len(free) == 1 else {})
    # Between assignment and removal both clinicians are on record, and both lead to the one change.
    under_way = list({there.pk: there for _, there in found if there}.values())
    page = partial(_page, request, client=client, form=form, free=free, under_way=under_way)
    request.on_refusal = page  # type: ignore[attr-defined]
    if request.method == "GET":
        return page()
    if not form.is_valid():
        return page(status=422)
    given = dict(form.cleaned_data)
    assignment = next(a for a in free if str(a.pk) == given.pop("assignment"))
    case = actions.open_reassignment(assignment=assignment, initiator=Initiator.CLIENT, by=request.user, **given)
    return redirect("case", pk=case.pk)


@require_http_methods(["GET", "POST"])
@needs(Can.WORK_REASSIGNMENTS)
def asked(request: HttpRequest, pk: int) -> HttpResponse:
    """Take up what a clinician asked for."""
    rows = Handover.objects.filter(kind=Handover.Kind.REASSIGN).select_related(
        "assignment__client", "assignment__clinician", "asked_by", "taken_up_by"
    )
    handover = get_object_or_404(rows, pk=pk)
    assignment = handover.assignment
    under_way = selectors.open_for(assignment)
    free = [] if under_way or handover.taken_up_at else [assignment]
    known = {"assignment": assignment.pk, "service": assignment.service, "because": handover.because,
             "reason": Reason.OTHER}  # fmt: skip
    form = _form(request, [assignment], known)
    page = partial(
        _page, request, client=assignment.client, form=form, free=free, handover=handover,
        under_way=[under_way] if under_way else [], decline=DeclineForm(),
    )  # fmt: skip
    request.on_refusal = page  # type: ignore[attr-defined]
    if request.method == "GET":
        return page()
    if not form.is_valid():
        return page(status=422)
    given = {name: value for name, value in form.cleaned_data.items() if name != "assignment"}
    case = actions.take_up(handover_id=pk, by=request.user, **given)
    return redirect("case", pk=case.pk)


@require_POST
@needs(Can.WORK_REASSIGNMENTS)
def put_aside(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a clinician's request without a reassignment."""
    form = DeclineForm(request.POST)
    because = form.cleaned_data["because"] if form.is_valid() else ""
    actions.put_aside(handover_id=pk, because=because, by=request.user)
    messages.success(request, "Put aside. Tell the clinician why.")
    return redirect("home")


def _form(request: HttpRequest, free: list[Assignment], known: dict[str, Any]) -> StartForm:
    choices = [(str(a.pk), f"{a.clinician}, {a.get_service_display().lower()}") for a in free]
    return StartForm(request.POST or None, assignments=choices, initial=known)


def _page(request: HttpRequest, refusal: Refusal | None = None, status: int = 200, **shown: Any) -> HttpResponse:
    return render(request, "reassignment/start.html", {"refusal": refusal, **shown}, status=status)


@require_GET
@needs(Can.SEE_CASES)
def tracker_page(request: HttpRequest) -> HttpResponse:
    """The reassignment tracker: filter, sort, pages."""
    found = tracker.TrackerFilter(request.GET, queryset=Reassignment.objects.all())
    return render(request, "reassignment/tracker.html", shared.page(request, tracker.COLUMNS, found, tracker.rows()))


@require_GET
@needs(Can.SEE_CASES)
def tracker_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The tracker with the same filters as a file, all columns."""
    found = tracker.TrackerFilter(request.GET, queryset=tracker.rows())
    return shared.file(request, kind, "Reassignments", tracker.COLUMNS, found)
