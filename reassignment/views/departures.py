from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_POST

from lwg_intake import dates
from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.errors import NotThere, Refusal
from lwg_intake.messages.models import Message
from lwg_intake.policy.values import values
from reassignment.actions import departures as actions
from reassignment.actions import mailing, roster
from reassignment.forms.departures import AddForm, MailForm, OpenForm
from reassignment.models import Departure, Mailing, RosterRow
from reassignment.rules.departures import Phase, Standing, notice
from reassignment.selectors import departures as selectors
from reassignment.selectors import monitoring
from reassignment.selectors.departures import Line

SEES = (Can.RUN_DEPARTURES, Can.VERIFY_ROSTER, Can.WORK_CALLS)
A_PAGE = 30
# Two polls may overlap, and clocks differ by a little: what is shown once more does no harm.
OVERLAP = timedelta(seconds=20)


@dataclass(frozen=True)
class Show:
    """One way to filter a roster."""

    label: str
    keep: Callable[[Line], bool]


SHOWS = {
    "": Show("All", lambda line: True),
    "verify": Show("To verify", lambda line: line.standing == Standing.LISTED),
    "pending": Show("Pending", lambda line: line.is_pending),
    "contact": Show("To settle", lambda line: line.to_settle),
    "unreached": Show("Not reached", lambda line: line.phase == Phase.UNREACHED),
    "late": Show("Will be late", lambda line: line.is_late),
    "still": Show("Stands still", lambda line: line.stands_still),
    "done": Show("Settled", lambda line: not line.is_pending),
}


@needs(*SEES)
@require_GET
def departures(request: HttpRequest) -> HttpResponse:
    """Every departure this person may see, the soonest last day first, each with how far it is."""
    return _list(request, OpenForm())


def _list(request: HttpRequest, form: OpenForm, refusal: Refusal | None = None) -> HttpResponse:
    seen = Departure.objects.visible_to(request.user).select_related("clinician")
    going = list(seen.filter(status=Departure.Status.OPEN))
    numbers = values()
    by_departure: dict[int, list[Line]] = {departure.pk: [] for departure in going}
    for line in selectors.lines(RosterRow.objects.filter(departure__in=going), numbers):
        by_departure[line.row["departure_id"]].append(line)
    context = {
        "going": [_going(d, by_departure[d.pk], numbers) for d in going],
        "over": seen.exclude(status=Departure.Status.OPEN).order_by("-ended_at")[:30],
        "today": dates.today(),
        "form": form,
        "refusal": refusal,
        "may_run": request.user.can(Can.RUN_DEPARTURES),
        "may_ring": request.user.can(Can.WORK_CALLS),
    }  # fmt: skip
    return render(request, "reassignment/departures/departures.html", context)


def _going(departure: Departure, found: list[Line], numbers: Mapping[str, int]) -> dict[str, Any]:
    return {
        "departure": departure,
        "days_left": (departure.last_day - dates.today()).days,
        "groups": [group for group in monitoring.groups(found) if group[1]],
        "notice": notice(departure.notice_on, departure.last_day, numbers),
        "pending": sum(line.is_pending for line in found),
        "review_due_on": monitoring.review_due_on(departure, numbers),
    }


@needs(Can.RUN_DEPARTURES)
@require_POST
def open_departure(request: HttpRequest) -> HttpResponse:
    """A clinician has given notice."""
    form = OpenForm(request.POST)
    request.on_refusal = lambda refusal: _list(request, form, refusal)  # type: ignore[attr-defined]
    if not form.is_valid():
        response = _list(request, form)
        response.status_code = 422
        return response
    said = form.cleaned_data
    departure = actions.open_departure(clinician_id=said.pop("clinician").pk, by=request.user, **said)
    messages.success(request, f"The roster is made: {departure.rows.count()} clients from the record.")
    return redirect("departure", pk=departure.pk)


def seen(request: HttpRequest, pk: int) -> Departure:
    """The departure, if this person may see it. Raises NotThere."""
    rows = Departure.objects.visible_to(request.user).select_related(
        "clinician__supervisor", "supervisor_told", "admin_told", "clinician_asked", "mailing__started_by"
    )
    departure: Departure | None = rows.filter(pk=pk).first()
    if departure is None:
        raise NotThere("There is no such departure, or none that you may see.")
    return departure


def head(request: HttpRequest, departure: Departure, here: str) -> dict[str, Any]:
    """What every page of one departure shows."""
    numbers = values()
    return {
        "departure": departure,
        "days_left": (departure.last_day - dates.today()).days,
        "notice": notice(departure.notice_on, departure.last_day, numbers),
        "here": here,
        "may_run": request.user.can(Can.RUN_DEPARTURES),
        "may_ring": request.user.can(Can.WORK_CALLS),
        "may_verify": actions.is_own(departure, request.user) or request.user.can(Can.RUN_DEPARTURES),
        "is_own": actions.is_own(departure, request.user),
        "numbers": numbers,
    }


@needs(*SEES)
@require_GET
def departure(request: HttpRequest, pk: int) -> HttpResponse:
    """The roster: every client with where they stand, kept up to date while it is open."""
    return roster_page(request, pk)


def roster_page(
    request: HttpRequest, pk: int, add: AddForm | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    departure = seen(request, pk)
    people, beside = selectors.pulse([departure.pk])
    context = head(request, departure, "roster")
    found = selectors.of(departure, context["numbers"])
    show = request.GET.get("show", "")
    show = show if show in SHOWS else ""
    to_correct = _to_correct(departure) if departure.status == Departure.Status.WITHDRAWN else []
    page = Paginator([line for line in found if SHOWS[show].keep(line)], A_PAGE).get_page(request.GET.get("page"))
    shown = [line.row["client"] for line in page]
    record("roster.opened", by=request.user, on=departure, clients=len(shown), shown=shown)
    context |= {
        "page": page,
        "lines": list(page),
        "total": sum(line.standing != Standing.STRUCK for line in found),
        "pending": sum(line.is_pending for line in found),
        "shows": [(key, s.label, sum(map(s.keep, found))) for key, s in SHOWS.items()],
        "show": show,
        "groups": monitoring.groups(found),
        "to_verify": sum(line.standing == Standing.LISTED for line in found),
        "unmailed": sum(bool(line.row["unmailed_because"]) and line.is_pending for line in found),
        "pulse": f"{people}.{beside}",
        "since": timezone.now().isoformat(),
        "add": add or AddForm(),
        "refusal": refusal,
        "typed": request.POST,
        "to_correct": to_correct,
        "uncorrected": len({row.assignment.client_id for row, _, sent in to_correct if not sent}),
    }
    return render(request, "reassignment/departures/roster.html", context)


def _to_correct(departure: Departure) -> list[tuple[RosterRow, str, bool]]:
    """Who was told of a departure that is withdrawn, each with the draft that puts it right, and whether it is sent."""
    told = departure.rows.filter(mail__status__in=mailing.TOLD).select_related(
        "assignment__client", "departure__clinician", "mail"
    )
    told = told.order_by("assignment__client__last_name", "assignment__client__first_name", "pk")
    keys = {mailing.correction_key(row) for row in told}
    sent = set(Message.objects.filter(key__in=keys).values_list("client_id", flat=True))
    return [(row, mailing.correction(row).body, row.assignment.client_id in sent) for row in told]


@needs(*SEES)
@require_GET
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """What changed on a roster since the page was drawn: nothing at all, the changed rows, or where more moved, all
    that the page shows. The page asks every few seconds."""
    if not Departure.objects.visible_to(request.user).filter(pk=pk).exists():
        raise NotThere("There is no such departure, or none that you may see.")
    people, beside = selectors.pulse([pk])
    was_people, _, was_beside = request.GET.get("pulse", "").partition(".")
    if (people, beside) == (was_people, was_beside):
        return HttpResponse(status=204)
    departure = seen(request, pk)
    rows = RosterRow.objects.filter(departure=departure)
    shown = [int(n) for n in request.GET.get("rows", "").split(",") if n.isascii() and n.isdigit() and len(n) < 19]
    rows = rows.filter(pk__in=shown[:A_PAGE])
    since = _moment(request.GET.get("since", ""))
    if beside == was_beside and since:
        rows = rows.filter(changed_at__gte=since - OVERLAP)
    context = head(request, departure, "roster") | {
        "lines": selectors.lines(rows),
        "pulse": f"{people}.{beside}",
        "since": timezone.now().isoformat(),
        "shown": ",".join(map(str, shown)),
        "swap": True,
    }
    return render(request, "reassignment/departures/changes.html", context)


def _moment(text: str) -> Any:
    try:
        at = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    return at if at and timezone.is_aware(at) else None


@needs(Can.RUN_DEPARTURES)
@require_GET
def watch(request: HttpRequest, pk: int) -> HttpResponse:
    """How a departure goes, for the one who runs it."""
    departure = seen(request, pk)
    context = head(request, departure, "watch")
    found = selectors.of(departure, context["numbers"])
    context |= {"watch": monitoring.watch(departure, found, context["numbers"])}
    return render(request, "reassignment/departures/watch.html", context)


@needs(Can.RUN_DEPARTURES)
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """The e-mail to the clients: previewed, then sent once each; its progress."""
    departure = seen(request, pk)
    last = max(dates.today() + timedelta(days=1), min(departure.last_day, dates.today() + timedelta(days=7)))
    form = MailForm(request.POST or None, initial={"options": mailing.usual_options(departure), "reply_by_on": last})
    request.on_refusal = lambda refusal: _mail(request, departure, form, refusal)  # type: ignore[attr-defined]
    if request.method == "POST" and request.POST.get("do") == "start" and form.is_valid():
        mailing.start(departure_id=pk, by=request.user, **form.cleaned_data)
        messages.success(request, "The e-mail is on its way, once to each client.")
        return redirect("departure-mail", pk=pk)
    return _mail(request, departure, form)


def _mail(request: HttpRequest, departure: Departure, form: MailForm, refusal: Refusal | None = None) -> HttpResponse:
    context = head(request, departure, "mail")
    sent = Mailing.objects.filter(departure=departure).select_related("started_by", "stopped_by").first()
    found = [line for line in selectors.of(departure, context["numbers"]) if line.standing != Standing.STRUCK]
    counts: dict[str, int] = {}
    for line in found:
        if line.row["mail__status"]:
            counts[line.mail] = counts.get(line.mail, 0) + 1
    example = None
    row = (
        departure.rows.filter(standing__in=("listed", "confirmed", "added"))
        .select_related("assignment__client")
        .first()
    )
    if row and not sent:
        bound = form.cleaned_data if form.is_bound and form.is_valid() else form.initial
        example = mailing.words(row.assignment.client, departure, bound["options"], bound["reply_by_on"])
        record("text.previewed", by=request.user, on=row, client_id=row.assignment.client_id, template="T15")
    context |= {
        "mailing": sent,
        "form": form,
        "refusal": refusal,
        "example": example,
        "example_of": row.assignment.client if row else None,
        "counts": sorted(counts.items()),
        "total": len(found),
        "by_hand": [line for line in found if line.row["unmailed_because"] and line.is_pending],
        "wrong": [line for line in found if line.row["mail__status"] in ("failed", "bounced")],
        "unsent": any(line.row["mail__status"] in ("queued", "sending", "held") for line in found),
        "unwritten": sum(1 for line in found if not line.row["mail__status"] and not line.row["unmailed_because"]),
        "may_start": departure.is_open and not sent,
    }
    response = render(request, "reassignment/departures/mail.html", context)
    if form.is_bound and form.errors:
        response.status_code = 422
    return response


def _close(pk: int, request: HttpRequest) -> str:
    actions.close(departure_id=pk, by=request.user)
    return "The departure is closed: everyone is placed or settled."


def _withdraw(pk: int, request: HttpRequest) -> str:
    actions.withdraw(departure_id=pk, because=request.POST.get("because", ""), by=request.user)
    return "The departure is withdrawn: the clinician is offered again, and what had not left is held back."


def _ask(pk: int, request: HttpRequest) -> str:
    actions.ask_to_verify(departure_id=pk, by=request.user)
    return "The clinician is asked by e-mail to look through the roster."


def _verify(pk: int, request: HttpRequest) -> str:
    roster.verify(departure_id=pk, by=request.user)
    return "The roster is verified."


def _review(pk: int, request: HttpRequest) -> str:
    actions.review(departure_id=pk, by=request.user)
    return "Reviewed. You are reminded again in a few days."


def _stop(pk: int, request: HttpRequest) -> str:
    held = mailing.stop(departure_id=pk, because=request.POST.get("because", ""), by=request.user)
    return f"Stopped: {held} held back. What had left already cannot be called back."


def _resume(pk: int, request: HttpRequest) -> str:
    return f"{mailing.resume(departure_id=pk, by=request.user)} go out now."


def _rest(pk: int, request: HttpRequest) -> str:
    return f"{mailing.write_rest(departure_id=pk, by=request.user)} written to."


def _add(pk: int, request: HttpRequest) -> str:
    form = AddForm(request.POST)
    if not form.is_valid():
        raise Refusal(next(iter(form.errors.values()))[0])
    row = roster.add(departure_id=pk, by=request.user, **form.cleaned_data)
    return f"{row.assignment.client.name} is on the roster."


def _correct(pk: int, request: HttpRequest) -> str:
    written, by_hand = mailing.correct_all(departure_id=pk, by=request.user)
    rest = f" Ring or post: {'; '.join(by_hand)}." if by_hand else ""
    return f"The correction is on its way to {written} client{'s' if written != 1 else ''}.{rest}"


def _back(pk: int, request: HttpRequest) -> str:
    actions.come_back(departure_id=pk, by=request.user)
    return "Back from leave: the match offers this clinician again."


DEEDS: dict[str, tuple[Callable[[int, HttpRequest], str], str]] = {
    "close": (_close, "departure"),
    "withdraw": (_withdraw, "departure"),
    "ask": (_ask, "departure"),
    "verify": (_verify, "departure"),
    "review": (_review, "departure-watch"),
    "stop": (_stop, "departure-mail"),
    "resume": (_resume, "departure-mail"),
    "rest": (_rest, "departure-mail"),
    "add": (_add, "departure"),
    "back": (_back, "departure"),
    "correct": (_correct, "departure"),
}


@needs(Can.RUN_DEPARTURES, Can.VERIFY_ROSTER)
@require_POST
def deed(request: HttpRequest, pk: int, do: str) -> HttpResponse:
    """One deed about a departure as a whole; the action says who may."""
    if do not in DEEDS:
        raise Http404
    act, back = DEEDS[do]
    departure = seen(request, pk)
    if back == "departure-mail":
        initial = {"options": mailing.usual_options(departure), "reply_by_on": departure.last_day}
        request.on_refusal = lambda refusal: _mail(request, departure, MailForm(initial=initial), refusal)  # type: ignore[attr-defined]
    else:
        request.on_refusal = lambda refusal: roster_page(  # type: ignore[attr-defined]
            request, pk, AddForm(request.POST) if do == "add" else None, refusal
        )
    messages.success(request, act(pk, request))
    return redirect(back, pk=pk)
