from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from caseload import actions, rules, selectors
from caseload.forms import AnswerForm
from caseload.models import DeadlineLetter, Sweep
from caseload.rules import Answer, Guard
from lwg_intake import dates
from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.checklists.models import Case
from lwg_intake.errors import Refusal
from lwg_intake.policy.values import values
from lwg_intake.records.models import Assignment
from lwg_intake.records.models.people import theirs

SHOW = {
    "": ("Everyone", lambda line: True),
    "suggested": ("With a suggestion", lambda line: bool(line.suggestions)),
    "unseen": ("Nothing booked", lambda line: line.next_on is None),
    "missed": ("With misses", lambda line: line.misses > 0),
}


@require_GET
@needs(Can.REVIEW_CASELOAD, Can.REVIEW_ALL_CASELOADS)
def caseload(request: HttpRequest) -> HttpResponse:
    """A clinician's caseload: what the night suggests first, then everyone. Supervisors and managers choose whose."""
    return _page(request)


def _page(request: HttpRequest, form: AnswerForm | None = None, refusal: Refusal | None = None) -> HttpResponse:
    clinicians = selectors.reviewers(request.user)
    asked = request.POST.get("of") or request.GET.get("of", "")
    mine = [c for c in clinicians if c.account_id == request.user.pk]
    chosen = [c for c in clinicians if str(c.pk) == asked] or mine or clinicians[:1]
    show = request.GET.get("show", "")
    keep = SHOW.get(show, SHOW[""])[1]
    today, numbers = dates.today(), values()
    lines = selectors.caseload(chosen, numbers)
    taken = Assignment.objects.running().filter(clinician__in=chosen).count()
    record("caseload.opened", by=request.user, clinician=chosen[0].pk if chosen else None, clients=len(lines),
           shown=[line.assignment.client_id for line in lines])  # fmt: skip
    suggested = [
        (line, [(s, selectors.words(s)) for s in line.suggestions], [Guard(n) for n in _notes(line)])
        for line in lines
        if line.suggestions
    ]
    context = {
        "chosen": chosen[0] if chosen else None,
        "others": len(clinicians) > 1,
        "is_own": bool(chosen) and chosen[0].account_id == request.user.pk,
        "capacity": rules.capacity(taken, chosen[0].capacity, numbers) if chosen else "",
        "full_week": rules.full_week(taken, numbers, chosen[0].capacity if chosen else None),
        "suggested": suggested,
        "lines": [line for line in lines if keep(line)],
        "taken": taken,
        "terminated": len(lines) - taken,
        "show": show,
        "shows": [(key, label) for key, (label, _) in SHOW.items()],
        "form": form,
        "refusal": refusal,
        "typed": request.POST,
        "ticked": set(_ticked(request)),
        "today": today,
        "deadline": today + timedelta(days=numbers["deadline_days"]),
        "letters": selectors.letters_shown(today + timedelta(days=numbers["deadline_days"])),
        "ask_again": today + timedelta(days=numbers["inactive_days"]),
        "may_answer": request.user.can(Can.REVIEW_CASELOAD),
        "sweep": Sweep.objects.first(),
        "closings": Case.objects.visible_to(request.user)
        .filter(procedure=selectors.PROCEDURE, status__in=Case.OPEN, assignment__clinician__in=chosen)
        .select_related("client"),
    }
    return render(request, "caseload/caseload.html", context)


def _notes(line: selectors.Line) -> list[str]:
    return list(dict.fromkeys(note for s in line.suggestions for note in s.notes))


def _ticked(request: HttpRequest) -> list[int]:
    """The assignments that are ticked; what no page of ours sends is left out."""
    return [int(pk) for pk in request.POST.getlist("assignment") if pk.isascii() and pk.isdigit() and len(pk) < 19]


@needs(Can.REVIEW_CASELOAD)
@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """The same answer for one client or for several that are ticked."""
    form = AnswerForm(request.POST)
    request.on_refusal = lambda refusal: _page(request, form, refusal)  # type: ignore[attr-defined]
    chosen = _ticked(request)
    if not chosen:
        raise Refusal("Tick the clients whom this answer is for.")
    if not form.is_valid():
        response = _page(request, form)
        response.status_code = 422
        return response
    outcomes = actions.answer_all(assignment_ids=chosen, by=request.user, **form.cleaned_data)
    if len(outcomes) == 1 and isinstance(outcomes[0], Case):
        return redirect("case", pk=outcomes[0].pk)
    messages.success(request, _answered(len(outcomes), **form.cleaned_data))
    by_hand = sum(isinstance(outcome, DeadlineLetter) and not outcome.message_id for outcome in outcomes)
    if by_hand:
        messages.warning(request, f"No e-mail went to {by_hand} of them: send that letter through the portal.")
    of = request.POST.get("of", "")
    return redirect(reverse("caseload") + (f"?of={of}" if of.isdigit() else ""))


def _answered(clients: int, *, answer: str, on: date | None, **_: Any) -> str:
    """What was done, for the line above the page."""
    who = "1 client" if clients == 1 else f"{clients} clients"
    return {
        Answer.CLOSE: f"{who} to close: the closings stand below.",
        Answer.LETTER: f"{who} written to, with the date {on:%b %-d, %Y}." if on else "",
        Answer.KEEP: f"{who} kept: asked again on {on:%b %-d, %Y}." if on else "",
        Answer.REASSIGN: f"{who} to reassign: the request is made.",
    }[Answer(answer)]


@needs(Can.CLOSE_CLIENTS)
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a closing that no night suggested, after a second look at whom it ends."""
    assignment = get_object_or_404(
        Assignment.objects.filter(theirs(request.user), ended_on__isnull=True).select_related("client", "clinician"),
        pk=pk,
    )

    def page(refusal: Refusal | None = None) -> HttpResponse:
        context = {"assignment": assignment, "client": assignment.client, "refusal": refusal}
        return render(request, "caseload/start.html", context)

    request.on_refusal = page  # type: ignore[attr-defined]
    running = Case.objects.open().filter(assignment=assignment, procedure=selectors.PROCEDURE).first()
    if running:
        return redirect("case", pk=running.pk)
    if request.method == "GET":
        return page()
    return redirect("case", pk=actions.start_closing(assignment_id=pk, by=request.user).pk)


@needs(Can.END_UNRESPONSIVE)
@require_http_methods(["GET", "POST"])
def asked(request: HttpRequest, pk: int) -> HttpResponse:
    """A closing that was asked for: read why, and take it up."""
    handover = get_object_or_404(selectors.asked_of(request.user), pk=pk)
    assignment = handover.assignment

    def page(refusal: Refusal | None = None) -> HttpResponse:
        context = {"handover": handover, "assignment": assignment, "client": assignment.client, "refusal": refusal}
        return render(request, "caseload/start.html", context)

    request.on_refusal = page  # type: ignore[attr-defined]
    if request.method == "GET":
        return page()
    return redirect("case", pk=actions.take_up(handover_id=pk, by=request.user).pk)
