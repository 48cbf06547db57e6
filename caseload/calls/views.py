from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from caseload.calls import actions, selectors
from caseload.calls.rules import OUTCOMES, Why, last_day
from lwg_intake import dates
from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.checklists.forms import whole
from lwg_intake.errors import Refusal
from lwg_intake.records.rules import ContactOutcome

PER_PAGE = 40
SHOWS = (("", "To ring"), *((why.value, why.label) for why in Why), ("all", "All"))
BACK = ("list", "show", "page")


@needs(Can.RING_CLIENTS)
@require_GET
def calls(request: HttpRequest) -> HttpResponse:
    """Whom to ring: the visits of today and the next working day, or the clients in contact but unseen."""
    return _page(request, request.GET)


def _page(request: HttpRequest, asked: QueryDict, refusal: Refusal | None = None) -> HttpResponse:
    trying = asked.get("list") == "trying"
    show = asked.get("show", "") if asked.get("show", "") in dict(SHOWS) else ""
    found = selectors.trying() if trying else selectors.visits_ahead()
    counts = {} if trying else selectors.counted(found)
    if not trying and show != "all":
        found = [call for call in found if (show in call.why if show else call.to_ring)]
    page = Paginator(found, PER_PAGE).get_page(asked.get("page"))
    record("calls.opened", by=request.user, list="trying" if trying else "visits", clients=len(page),
           shown=[call.client.pk for call in page])  # fmt: skip
    context = {
        "trying": trying,
        "page": page,
        "shows": [(key, label, counts.get(key, 0)) for key, label in SHOWS],
        "show": show,
        "more": "list=trying" if trying else f"show={show}",
        "until": last_day(dates.today()),
        "refusal": refusal,
        **_row(request, asked),
    }
    return render(request, "caseload/calls.html", context)


def _row(request: HttpRequest, asked: QueryDict) -> dict[str, Any]:
    """What every line of the list needs to draw itself."""
    return {
        "outcomes": [(outcome.value, BUTTONS[outcome]) for outcome in OUTCOMES],
        "back": {key: asked[key] for key in BACK if asked.get(key)},
    }


BUTTONS = {
    ContactOutcome.REACHED: "Reached",
    ContactOutcome.VOICEMAIL: "Voicemail",
    ContactOutcome.NO_ANSWER: "No answer",
    ContactOutcome.WRONG_NUMBER: "Wrong number",
}


@needs(Can.RING_CLIENTS)
@require_POST
def log(request: HttpRequest) -> HttpResponse:
    """Log a call with one click. Answers with the line alone where only that is asked for."""
    sent = request.POST
    request.on_refusal = lambda refusal: _answer(request, refusal)  # type: ignore[attr-defined]
    contact = actions.log_call(
        client_id=whole(sent.get("client")) or 0, outcome=sent.get("outcome", ""), about=sent.get("about", ""),
        after=whole(sent.get("after")) or 0, by=request.user,
    )  # fmt: skip
    messages.success(request, f"Logged: {BUTTONS[ContactOutcome(contact.outcome)].lower()}.")
    return _answer(request)


@needs(Can.RING_CLIENTS)
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a call back that was logged by mistake."""
    request.on_refusal = lambda refusal: _answer(request, refusal)  # type: ignore[attr-defined]
    actions.take_back(contact_id=pk, by=request.user)
    messages.success(request, "Taken back. The log shows both.")
    return _answer(request)


def _answer(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    """The line as it now stands, or the whole page again."""
    key = request.POST.get("key", "")
    if "HX-Request" in request.headers and (call := selectors.call_of(key)):
        list(messages.get_messages(request))
        context = {"call": call, "refusal": refusal, **_row(request, request.POST)}
        return render(request, "caseload/row--call.html", context)
    if refusal is not None:
        return _page(request, request.POST, refusal)
    back = QueryDict(mutable=True)
    back.update({name: request.POST[name] for name in BACK if request.POST.get(name)})
    place = "backfill" if request.POST.get("from") == "backfill" else "calls"
    return redirect(f"{reverse(place)}?{back.urlencode()}#{key}" if key.replace("-", "").isalnum() else reverse(place))
