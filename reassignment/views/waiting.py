"""The transfer list: clients who wait for an opening. The office sees who; clinicians see only what is needed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from lwg_intake import dates
from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.checklists.forms import whole
from lwg_intake.errors import Refusal
from lwg_intake.policy.values import values
from reassignment.actions import offers
from reassignment.selectors.waiting import clinicians_of, could_make_room, on_offer, waiting


@require_GET
@needs(Can.SEE_CASES, Can.SEE_OWN_CLIENTS, Can.SEE_TEAM_CLIENTS)
def transfer_list(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, refusal: Refusal | None = None, at: int | None = None) -> HttpResponse:
    listed = waiting()
    if not request.user.can(Can.SEE_CASES):
        own = set(clinicians_of(request.user).values_list("pk", flat=True))
        places = [place for place in on_offer() if place.pk in own]
        shown = [one for one in listed if any(could_make_room(one.needs, place) for place in places)]
        context = {"listed": shown, "others": len(listed) - len(shown)}
        return render(request, "reassignment/transfer_list--needs.html", context)
    record("waiting.opened", by=request.user, clients=len(listed), shown=[one.row.case.client_id for one in listed])
    context = {
        "listed": listed, "refusal": refusal, "at": at, "days": values()["offer_days"],
        "may_work": request.user.can(Can.WORK_REASSIGNMENTS),
    }  # fmt: skip
    return render(request, "reassignment/transfer_list.html", context)


@require_POST
@needs(Can.WORK_REASSIGNMENTS)
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a place for the client of this case."""
    request.on_refusal = lambda refusal: _page(request, refusal, pk)  # type: ignore[attr-defined]
    chosen = whole(request.POST.get("clinician_id", ""))
    if chosen is None:
        raise Refusal("Choose a clinician whose place is to be offered.")
    made = offers.offer(case_id=pk, clinician_id=chosen, tell="tell" in request.POST, by=request.user)
    messages.success(request, f"The place is kept until {dates.local(made.until_at):%b %-d, %-I:%M %p}.")
    return redirect(f"{reverse('transfer-list')}#case-{pk}")


@require_POST
@needs(Can.WORK_REASSIGNMENTS)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """What the client said to an offer: the button says which."""
    request.on_refusal = lambda refusal: _page(request, refusal)  # type: ignore[attr-defined]
    if request.POST.get("do") == "accept":
        case = offers.accept(offer_id=pk, by=request.user)
        messages.success(request, "Accepted: go on with the next step.")
        return redirect("case", pk=case.pk)
    declined = offers.decline(offer_id=pk, by=request.user)
    messages.success(request, "Declined: the place is free again, and the client goes on waiting.")
    return redirect(f"{reverse('transfer-list')}#case-{declined.reassignment.case_id}")
