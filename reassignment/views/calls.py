from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.errors import Refusal
from lwg_intake.messages import outbox
from lwg_intake.policy.values import values
from reassignment.actions import ladder
from reassignment.models import Departure
from reassignment.rules.departures import OVER, Phase
from reassignment.rules.ladder import Rung
from reassignment.selectors import departures as selectors
from reassignment.selectors.departures import Line

# The key that logs each outcome, on the line that has the focus.
KEYS = {"reached": "r", "voicemail": "v", "no_answer": "n", "wrong_number": "w"}


@needs(Can.WORK_CALLS)
@require_GET
def calls(request: HttpRequest) -> HttpResponse:
    """Whom to ring and to write to, over all departures, the most urgent first."""
    return _page(request)


def _open() -> list[int]:
    return list(Departure.objects.filter(status=Departure.Status.OPEN).values_list("pk", flat=True))


def _page(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    context = _context(request) | {"refusal": refusal}
    shown = [line.row["client"] for _, _, lines in context["parts"] for line in lines]
    record("calls.opened", by=request.user, list="departures", clients=len(shown), shown=shown)
    context["script"] = outbox.compose("T17", client_first_name="…", csr_name=str(request.user)).body
    return render(request, "reassignment/departures/calls.html", context)


def _context(request: HttpRequest) -> dict[str, Any]:
    people, beside = selectors.pulse(_open())
    numbers, now = values(), timezone.now()
    ring: list[Line] = []
    write: list[Line] = []
    settle: list[Line] = []
    later: list[Line] = []
    for line in selectors.open_lines(numbers):
        if line.phase in OVER or line.phase in (Phase.WAITING, Phase.SCHEDULED, Phase.ENDING, Phase.UNREACHED):
            continue
        if line.phase == Phase.CONTACT:
            settle.append(line)
        elif not line.place.is_due(now):
            later.append(line)
        else:
            (ring if Rung.CALL in line.place.rungs else write).append(line)
    for part in (ring, write, settle, later):
        part.sort(key=lambda line: (line.urgency.order, line.name))
    return {
        "parts": [
            ("ring", "To ring", ring),
            ("write", "To write to, after the calls", write),
            ("settle", "Said what they would like", settle),
            ("later", "Later", later),
        ],
        "total": len(ring) + len(write),
        "outcomes": [(outcome.value, outcome.label, KEYS[outcome]) for outcome in ladder.OUTCOMES],
        "numbers": numbers,
        "pulse": f"{people}.{beside}",
    }


@needs(Can.WORK_CALLS)
@require_GET
def now(request: HttpRequest) -> HttpResponse:
    """The list again, where something moved since it was drawn."""
    people, beside = selectors.pulse(_open())
    if request.GET.get("pulse") == f"{people}.{beside}":
        return HttpResponse(status=204)
    return render(request, "reassignment/departures/calls_list.html", _context(request))


@needs(Can.WORK_CALLS)
@require_POST
def deed(request: HttpRequest, pk: int, do: str) -> HttpResponse:
    """Take a client to ring, give them back, log what came of the call, or write."""
    request.on_refusal = lambda refusal: _refused(request, refusal)  # type: ignore[attr-defined]
    text = request.POST.get("version", "")
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    said = ""
    if do == "claim":
        ladder.claim(row_id=pk, by=request.user)
    elif do == "let-go":
        ladder.let_go(row_id=pk, by=request.user)
    elif do == "call":
        made = ladder.log_call(row_id=pk, outcome=request.POST.get("outcome", ""), version=version, by=request.user)
        said = f"{made.row.assignment.client.name}: {made.get_outcome_display().lower()}."
    elif do == "write":
        made = ladder.write_to(row_id=pk, rung=request.POST.get("rung", ""), version=version, by=request.user)
        said = f"{made.row.assignment.client.name} is written to."
    else:
        raise Refusal("There is no such deed on the call list.")
    if "HX-Request" in request.headers:
        return render(request, "reassignment/departures/calls_list.html", _context(request) | {"said": said})
    if said:
        messages.success(request, said)
    return redirect(f"{reverse('departure-calls')}#call-{pk}")


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    if "HX-Request" in request.headers:
        return render(request, "reassignment/departures/calls_list.html", _context(request) | {"refusal": refusal})
    return _page(request, refusal)
