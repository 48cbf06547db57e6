from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from caseload import worklists as caseload
from lwg_intake.access.models import User
from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.checklists.worklist import SHOWN, questions_for
from lwg_intake.desk.actions import removals
from lwg_intake.messages.models import IncomingText, Message
from lwg_intake.records.models import Assignment, Client, Removal
from lwg_intake.records.models.people import theirs
from reassignment import departure_worklists as departures
from reassignment import worklists as reassignment
from returning import worklists as returning


@require_GET
@needs(Can.USE_DESK)
def home(request: HttpRequest) -> HttpResponse:
    """Each role's own work, the most pressing first."""
    user: User = request.user  # type: ignore[assignment]
    wings = (departures, returning, reassignment, caseload)
    work = [found for wing in wings for found in wing.waiting_for(user)]
    asked = Removal.objects.filter(status=Removal.Status.ASKED).select_related(
        "client", "assignment__clinician", "asked_by"
    )
    may_remove = user.can(Can.REMOVE_CLINICIANS)
    context = {
        "lists": [*[w for w in work if not w.title.startswith(("Your", "Open"))], *questions_for(user),
                  *[w for w in work if w.title.startswith(("Your", "Open"))]],
        "removals": list(asked[:SHOWN]) if may_remove else [],
        "removals_total": asked.count() if may_remove else 0,
        "may_remove": may_remove,
        "failed": Message.objects.filter(status__in=("failed", "bounced")).count() if user.can(Can.SEE_OUTBOX) else 0,
        "incoming": IncomingText.objects.filter(settled_at=None).count() if user.can(Can.SEE_OUTBOX) else 0,
        "caseload": _caseload(user),
        "team": user.can(Can.SEE_TEAM_CLIENTS),
        "may_find": user.can(Can.SEE_ALL_CLIENTS),
    }  # fmt: skip
    if shown := _shown(context):
        record("home.opened", by=user, clients=len(shown), shown=shown)
    return render(request, "desk/home.html", context)


def _shown(context: dict[str, Any]) -> list[int]:
    """The clients whose names stand on the page."""
    refs = {item.ref for found in context["lists"] for item in found.items}
    named = set(Client.objects.filter(ref__in=refs).values_list("pk", flat=True)) if refs else set()
    return sorted(named.union(row.client_id for row in (*context["removals"], *context["caseload"])))


def _caseload(user: User) -> list[Assignment]:
    """The clients of a clinician, or of a supervisor's team, newest first."""
    if not user.can(Can.SEE_OWN_CLIENTS):
        return []
    rows = Assignment.objects.filter(theirs(user), ended_on__isnull=True)
    return list(rows.select_related("client", "clinician").order_by("-started_on", "pk")[:200])


@require_POST
@needs(Can.REMOVE_CLINICIANS)
def removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a removal as done, or withdraw it."""
    if request.POST.get("do") == "withdraw":
        removals.withdraw(removal_id=pk, by=request.user)
        messages.success(request, "Withdrawn: the clinician stays on the record.")
    else:
        done = removals.mark_done(removal_id=pk, by=request.user)
        messages.success(request, f"{done.assignment.clinician} is off the record.")
    return redirect(reverse("home"))
