from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from lwg_intake.access.looking import look_up
from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.checklists.forms import whole
from lwg_intake.desk.actions import retention as actions
from lwg_intake.desk.forms.retention import DecisionForm, HoldForm, LiftForm
from lwg_intake.desk.retention import keeping
from lwg_intake.errors import Refusal
from lwg_intake.records.models import Client

Kind = type[HoldForm] | type[DecisionForm]
# What each button of the page does, and its fields. The page sends all of them with every button, each under the name
# of its deed, so that none loses what was typed for another.
DEEDS: dict[str, Kind] = {"set": HoldForm, "lift": LiftForm, "decide": DecisionForm}


@require_GET
@needs(Can.KEEP_RECORDS)
def retention(request: HttpRequest) -> HttpResponse:
    """The records past their date that wait for a person, or those under a legal hold."""
    held = request.GET.get("show") == "held"
    look = actions.look_at_holds if held else actions.look
    page = look(number=request.GET.get("page"), by=request.user)
    return render(request, "desk/retention.html", {"page": page, "held": held})


@require_http_methods(["GET", "POST"])
@needs(Can.KEEP_RECORDS)
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """One record: how long it is kept, its legal holds, and what becomes of it once its date has passed."""
    client = look_up(Client.objects, pk, request.user)
    do = request.POST.get("do", "")
    if request.method != "POST":
        record("client.opened", by=request.user, on=client, client_id=client.pk)
        return _page(request, client)
    if do not in DEEDS:
        raise Refusal("Nothing was done: it was not said what. Press one of the buttons on the page.")
    form = DEEDS[do](request.POST, prefix=do)
    request.on_refusal = lambda refusal: _page(request, client, form, refusal)  # type: ignore[attr-defined]
    if not form.is_valid():
        return _page(request, client, form)
    if do == "decide":
        seen = whole(request.POST.get("seen", ""))
        decision = actions.decide(client_id=pk, by=request.user, seen=seen, **form.cleaned_data)
        messages.success(request, f"On record: {decision.get_outcome_display().lower()}.")
    elif do == "lift":
        actions.lift_hold(client_id=pk, by=request.user, **form.cleaned_data)
        messages.success(request, "The legal hold is lifted.")
    else:
        actions.set_hold(client_id=pk, by=request.user, **form.cleaned_data)
        messages.success(request, "The record is under a legal hold: nothing of it is closed, sent or handed on.")
    for text in _unsaved(request, (other for other in DEEDS if other != do)):
        messages.warning(request, f"What you wrote was not saved: “{text}”")
    return redirect("retention") if do == "decide" else redirect("client-keep", pk=pk)


def _unsaved(request: HttpRequest, deeds: Iterable[str]) -> list[str]:
    """The reasons typed for deeds that are not done."""
    return list(filter(None, (request.POST.get(f"{do}-because", "").strip() for do in deeds)))


def _page(
    request: HttpRequest, client: Client, form: HoldForm | DecisionForm | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    kept = keeping(client)
    offered = {"set": not kept.is_held, "lift": kept.is_held, "decide": kept.is_past}
    forms = {do: form if form and form.prefix == do else _as_typed(request, do) for do in DEEDS}
    context = {
        "client": client,
        "kept": kept,
        "hold_form": forms["lift" if kept.is_held else "set"],
        "decision_form": forms["decide"],
        # A reason for one deed is none for the opposite: where another person was quicker, it stands as text only.
        "unsaved": _unsaved(request, (do for do in DEEDS if not offered[do])),
        "refusal": refusal,
    }
    return render(request, "desk/keep.html", context, status=422 if form is not None and form.errors else 200)


def _as_typed(request: HttpRequest, do: str) -> HoldForm | DecisionForm:
    """The fields of a deed whose button was not pressed, with what stood in them."""
    kind = DEEDS[do]
    return kind(initial={name: request.POST.get(f"{do}-{name}", "") for name in kind.base_fields}, prefix=do)
