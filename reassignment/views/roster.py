from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import DateField, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.errors import NotThere, Refusal
from lwg_intake.messages import outbox
from lwg_intake.records.rules import Channel
from reassignment.actions import ladder, mailing, roster
from reassignment.forms.departures import PreferenceForm
from reassignment.models import Departure, RosterRow
from reassignment.rules.departures import SETTLES, STAYS, WANTS, Outcome, Phase, Preference
from reassignment.selectors import departures as selectors
from reassignment.views.departures import SEES, head

OTHERWISE = [(channel.value, words) for channel, words in ladder.OTHERWISE.items()]


def seen(request: HttpRequest, pk: int) -> RosterRow:
    """The row, if this person may see its departure. Raises NotThere."""
    rows = RosterRow.objects.select_related(
        "departure__clinician", "assignment__client", "wanted", "handover", "mail"
    ).filter(departure__in=Departure.objects.visible_to(request.user))
    row: RosterRow | None = rows.filter(pk=pk).first()
    if row is None:
        raise NotThere("There is no such row, or none that you may see.")
    return row


@needs(*SEES)
@require_GET
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """One client of a departure: what they would like, the attempts, what comes next, and who changed what."""
    found = seen(request, pk)
    record("roster.row_opened", by=request.user, on=found, client_id=found.assignment.client_id)
    return _page(request, found)


def _page(
    request: HttpRequest,
    row: RosterRow,
    form: PreferenceForm | None = None,
    refusal: Refusal | None = None,
    said: str = "",
) -> HttpResponse:
    """The row's page, or for the list the part that unfolds there; after a change with its line drawn anew."""
    context = head(request, row.departure, "roster")
    line = selectors.lines(RosterRow.objects.filter(pk=row.pk), context["numbers"])[0]
    initial = {"talked_on": row.talked_on, "preference": row.preference, "wanted": row.wanted_id, "note": row.note}
    may_ring, departure = context["may_ring"], row.departure
    preference = row.preference
    form = form or PreferenceForm(initial=initial, departure=departure, auto_id=f"r{row.pk}-%s")
    context |= {
        "clinicians": form.clinicians(),
        "line": line,
        "client": row.assignment.client,
        "form": form,
        "refusal": refusal,
        "said": said,
        "swap": bool(said),
        "typed": request.POST,
        "may_change": departure.is_open and (may_ring or context["may_verify"]),
        "stays": preference in STAYS or not preference,
        "wants": WANTS.get(Preference(preference)) if preference else "",
        "settles": preference in SETTLES,
        "pauses": preference == Preference.PAUSE,
        "can_settle": line.is_pending and not row.ending and line.phase not in (Phase.WAITING, Phase.SCHEDULED),
        "can_unsettle": line.row["status"] in {*SETTLES.values()} or bool(row.ending and line.is_pending),
        "is_struck": line.outcome == Outcome.STRUCK,
        "may_end": request.user.can(Can.END_UNRESPONSIVE) and context["may_verify"],
        "outcomes": ladder.OUTCOMES,
        "otherwise": OTHERWISE,
        "ways_in": [(c.value, c.label) for c in (Channel.PHONE, Channel.EMAIL, Channel.TEXT, Channel.PORTAL)],
    }  # fmt: skip
    if "HX-Request" in request.headers:
        return render(request, "reassignment/departures/edit.html", context)
    context |= {"changes": row.changes.select_related("by"), "script": _script(row, request)}
    return render(request, "reassignment/departures/row.html", context)


def _script(row: RosterRow, request: HttpRequest) -> str:
    return outbox.compose("T17", client=row.assignment.client, csr_name=str(request.user)).body


def _preference(row: RosterRow, request: HttpRequest) -> str:
    form = PreferenceForm(request.POST, departure=row.departure, auto_id=f"r{row.pk}-%s")
    request.on_refusal = lambda refusal: _page(request, seen(request, row.pk), form, refusal)  # type: ignore[attr-defined]
    if not form.is_valid():
        raise Refusal(next(iter(form.errors.values()))[0])
    said = form.cleaned_data
    roster.write_preference(
        row_id=row.pk, talked_on=said["talked_on"], preference=said["preference"], note=said["note"],
        wanted_id=said["wanted"].pk if said["wanted"] else None, version=_version(request), by=request.user,
    )  # fmt: skip
    return "Saved."


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _day(request: HttpRequest, name: str) -> Any:
    try:
        return DateField(required=False).clean(request.POST.get(name, ""))
    except ValidationError as error:
        raise Refusal("This is no day. Choose one from the calendar, or type it as 2026-03-07.") from error


def _settle(row: RosterRow, request: HttpRequest) -> str:
    done = roster.settle(
        row_id=row.pk, with_words=request.POST.get("with_words", ""), ring_again_on=_day(request, "ring_again_on"),
        version=_version(request), by=request.user,
    )  # fmt: skip
    return f"{done.changed}."


def _call(row: RosterRow, request: HttpRequest) -> str:
    made = ladder.log_call(
        row_id=row.pk, outcome=request.POST.get("outcome", ""), version=_version(request), by=request.user
    )
    return f"{row.assignment.client.name}: {made.get_outcome_display().lower()}."


def _write(row: RosterRow, request: HttpRequest) -> str:
    given = {"row_id": row.pk, "rung": request.POST.get("rung", ""), "version": _version(request), "by": request.user}
    if channel := request.POST.get("channel"):
        ladder.write_otherwise(channel=channel, **given)
    else:
        ladder.write_to(**given)
    return f"{row.assignment.client.name} is written to."


def _rang_back(row: RosterRow, request: HttpRequest) -> str:
    in_time = ladder.rang_back(
        row_id=row.pk, version=_version(request), by=request.user, channel=request.POST.get("channel", Channel.PHONE)
    )
    if not in_time:
        messages.warning(request, "The closing is under way already: tell the clinician or transition manager now.")
    return "Noted: the client got in touch."


def _simple(act: Callable[..., Any], words: str) -> Callable[[RosterRow, HttpRequest], str]:
    def deed(row: RosterRow, request: HttpRequest) -> str:
        act(row_id=row.pk, version=_version(request), by=request.user)
        return words

    return deed


def _because(act: Callable[..., Any], words: str) -> Callable[[RosterRow, HttpRequest], str]:
    def deed(row: RosterRow, request: HttpRequest) -> str:
        act(row_id=row.pk, because=request.POST.get("because", ""), version=_version(request), by=request.user)
        return words

    return deed


def _correct(row: RosterRow, request: HttpRequest) -> str:
    mailing.correct(row_id=row.pk, by=request.user)
    return "The correction is on its way."


DEEDS: dict[str, Callable[[RosterRow, HttpRequest], str]] = {
    "preference": _preference,
    "confirm": _simple(roster.confirm, "Confirmed."),
    "strike": _because(roster.strike, "Struck."),
    "restore": _simple(roster.restore, "Back on the roster."),
    "settle": _settle,
    "unsettle": _because(roster.unsettle, "Pending again."),
    "call": _call,
    "write": _write,
    "rang-back": _rang_back,
    "again": _simple(ladder.ring_again, "The calls begin anew."),
    "end": _simple(ladder.ask_end, "The closing is asked for."),
    "correct": _correct,
}


@needs(*SEES)
@require_POST
def deed(request: HttpRequest, pk: int, do: str) -> HttpResponse:
    """One deed about one row; the action says who may. From the list it goes back there, to the same row."""
    found = seen(request, pk)
    if do not in (*DEEDS, "reassign"):
        raise Http404
    back = request.POST.get("back", "")
    if not back:
        request.on_refusal = lambda refusal: _page(request, seen(request, pk), refusal=refusal)  # type: ignore[attr-defined]
    if do == "reassign":
        case = roster.reassign(row_id=pk, version=_version(request), by=request.user)
        return redirect("case", pk=case.pk)
    said = DEEDS[do](found, request)
    if "HX-Request" in request.headers:
        return _page(request, seen(request, pk), said=said)
    messages.success(request, said)
    if back == "roster":
        return redirect(f"{reverse('departure', args=[found.departure_id])}#row-{pk}")
    return redirect("roster-row", pk=pk)
