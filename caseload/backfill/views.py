from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from caseload.backfill import actions, selectors
from caseload.backfill.forms import EntryForm, PlaceForm
from caseload.calls.rules import OUTCOMES
from caseload.calls.views import BUTTONS
from caseload.models import BackfillEntry
from lwg_intake import dates
from lwg_intake.access.looking import look_up
from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.checklists.forms import whole
from lwg_intake.errors import Refusal
from lwg_intake.records.models import Assignment, Client
from lwg_intake.records.models.people import theirs

# Why somebody comes off the list without a visit, one button each.
ENDINGS = (
    (BackfillEntry.Ending.NO_LONGER.value, "No longer wishes"),
    (BackfillEntry.Ending.UNREACHED.value, "Not reached"),
)


@needs(Can.KEEP_BACKFILL)
@require_GET
def backfill(request: HttpRequest) -> HttpResponse:
    """Places that came free with who fits them, for the desk; and the list of those who would come sooner."""
    return _page(request)


def _page(request: HttpRequest, form: PlaceForm | None = None, refusal: Refusal | None = None) -> HttpResponse:
    rings = request.user.can(Can.RING_CLIENTS)
    entries = list(selectors.entries(request.user))
    next_at = selectors.next_visits(entries)
    places = selectors.freed(timezone.now()) if rings else []
    record("backfill.opened", by=request.user, clients=len(entries), places=len(places),
           shown=[entry.assignment.client_id for entry in entries])  # fmt: skip
    context: dict[str, Any] = {
        "rings": rings,
        "freed": places,
        "entries": [(entry, next_at.get(entry.pk)) for entry in entries],
        "endings": ENDINGS,
        "form": form or (PlaceForm() if rings else None),
        "refusal": refusal,
        "outcomes": [(outcome.value, BUTTONS[outcome]) for outcome in OUTCOMES if outcome != "reached"],
    }
    return render(request, "caseload/backfill.html", context)


@needs(Can.KEEP_BACKFILL)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a client on the list, or change the times they can come."""
    client = look_up(Client.objects, pk, request.user)
    rows = Assignment.objects.running().filter(client=client).select_related("clinician").order_by("started_on")
    if not request.user.can(Can.SEE_ALL_CLIENTS):
        rows = rows.filter(theirs(request.user))
    asked = whole(request.GET.get("for", ""))
    about = rows if asked is None else rows.filter(pk=asked)
    on_it = BackfillEntry.objects.filter(assignment__in=about, ended_at__isnull=True).first()
    times = on_it.times if on_it else client.availability
    first = on_it.assignment_id if on_it else asked
    form = EntryForm(request.POST or None, assignments=rows, initial={"assignment": first, "times": "; ".join(times)})

    def page(refusal: Refusal | None = None) -> HttpResponse:
        context = {"client": client, "form": form, "refusal": refusal, "on_it": on_it, "any": rows.exists()}
        return render(request, "caseload/sooner.html", context)

    request.on_refusal = page  # type: ignore[attr-defined]
    if request.method == "GET":
        return page()
    if not form.is_valid():
        response = page()
        response.status_code = 422
        return response
    said = form.cleaned_data
    actions.add(assignment_id=said["assignment"].pk, times=said["times"], by=request.user)
    messages.success(request, "On the backfill list.")
    return redirect("backfill")


@needs(Can.KEEP_BACKFILL)
@require_POST
def take_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a client off the list, with the reason."""
    request.on_refusal = lambda refusal: _page(request, None, refusal)  # type: ignore[attr-defined]
    actions.take_off(entry_id=pk, because=request.POST.get("because", ""), by=request.user)
    messages.success(request, "Off the backfill list.")
    return redirect("backfill")


@needs(Can.RING_CLIENTS)
@require_POST
def place(request: HttpRequest) -> HttpResponse:
    """Enter a place that came free."""
    form = PlaceForm(request.POST)
    request.on_refusal = lambda refusal: _page(request, form, refusal)  # type: ignore[attr-defined]
    if not form.is_valid():
        response = _page(request, form)
        response.status_code = 422
        return response
    said = form.cleaned_data
    actions.enter_place(clinician_id=said["clinician"].pk, starts_at=said["starts_at"], by=request.user)
    messages.success(request, f"{said['clinician']}'s place is on the list.")
    return redirect("backfill")


@needs(Can.RING_CLIENTS)
@require_POST
def deal(request: HttpRequest) -> HttpResponse:
    """What becomes of a freed place: a client takes it, or it is not free after all."""
    sent = request.POST
    request.on_refusal = lambda refusal: _page(request, None, refusal)  # type: ignore[attr-defined]
    key = sent.get("place", "")
    if sent.get("do") == "close":
        actions.close_place(key=key, by=request.user)
        messages.success(request, "That place is off the list.")
        return redirect("backfill")
    given = actions.give(
        key=key, entry_id=whole(sent.get("entry")) or 0, after=whole(sent.get("after")) or 0, by=request.user
    )
    at = dates.local(given.starts_at)
    messages.success(
        request,
        f"{at:%A, %b %-d, %-I:%M %p} with {given.clinician} is given, and the call is logged. "
        "Book it in TherapyNotes now.",
    )
    return redirect("backfill")
