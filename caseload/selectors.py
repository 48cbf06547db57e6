"""Questions to the database: a closing's facts, a caseload, what the night suggests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Max, Min, Q
from django.utils import timezone

from caseload import drafts
from caseload.facts import Attempt, Closing
from caseload.models import Closure, Suggestion
from caseload.rules import CLOSING, Ground, Guard, letter_template, recurring_place
from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.roles import Can
from lwg_intake.checklists.models import Case, Tick
from lwg_intake.checklists.written import written
from lwg_intake.errors import Refusal
from lwg_intake.messages.reaching import reach
from lwg_intake.messages.texts import Text, render
from lwg_intake.policy.values import values
from lwg_intake.records.contacts import mistaken
from lwg_intake.records.models import Appointment, Assignment, Clinician, Contact, Handover
from lwg_intake.records.rules import ANSWERED, MISSES, AppointmentState, Direction, Flag, Service

PROCEDURE = "closing"


def details(case: Case) -> Closure:
    rows = Closure.objects.select_related("assignment__clinician__supervisor", "termination", "handover")
    return rows.get(case=case)


def facts(case: Case) -> Closing:
    """Everything that a closing asks, as it stands today."""
    row = details(case)
    assignment, client = row.assignment, case.client
    today, policy = dates.today(), values()
    visits = Appointment.objects.filter(client=client, clinician=assignment.clinician, service=assignment.service)
    kept = visits.filter(state=AppointmentState.KEPT)
    began = assignment.started_on
    last_seen = kept.aggregate(at=Max("starts_at"))["at"]
    last_seen_on = dates.day_of(last_seen) if last_seen else None
    log = Contact.objects.current().filter(client=client)
    last_contact = log.filter(Q(direction=Direction.IN) | Q(outcome__in=ANSWERED)).aggregate(at=Max("at"))
    tried = log.filter(direction=Direction.OUT, at__date__gt=last_seen_on or began).exclude(mistaken()).order_by("at")
    age = dates.age_on(client.dob, today) if client.dob else None
    others = Assignment.objects.running().filter(client=client).exclude(service=assignment.service)
    reached, supervisor = reach(client, "email", policy), assignment.clinician.supervisor
    return Closing(
        today=today,
        policy=policy,
        answers={t.step: t.fields for t in written(case).ticks if t.outcome == Tick.Outcome.DONE},
        grounds=tuple(row.grounds),
        name=client.name,
        called=client.called,
        clinician=str(assignment.clinician),
        clinician_email=assignment.clinician.email,
        service=Service(assignment.service).label,
        started_on=began,
        last_seen_on=last_seen_on,
        last_contact_on=dates.day_of(last_contact["at"]) if last_contact["at"] else None,
        days_unseen=(today - max(last_seen_on or began, began)).days,
        visits_ahead=tuple(
            dates.told_moment(at)
            for at in visits.filter(state=AppointmentState.SCHEDULED, starts_at__gte=timezone.now())
            .order_by("starts_at")
            .values_list("starts_at", flat=True)[:5]
        ),
        misses=tuple(
            (dates.day_of(at), state)
            for at, state in visits.filter(state__in=MISSES, starts_at__date__gte=began)
            .order_by("starts_at")
            .values_list("starts_at", "state")
        ),
        visits_kept=kept.filter(starts_at__date__gte=began).count(),
        attempts=tuple(Attempt(dates.day_of(c.at), c.channel, c.outcome) for c in tried[:12]),
        other_services=tuple(Service(s).label for s in others.values_list("service", flat=True).distinct()),
        email=reached.to,
        email_not=reached.refused,
        is_minor=age is not None and age < policy["minor_until_years"],
        is_at_risk=Flag.RISK in client.flags,
        clinician_account=assignment.clinician.account_id,
        supervisor_account=supervisor.account_id if supervisor else None,
        clinician_left=has_left(assignment.clinician),
        handed_over=row.handover is not None,
        rang_back=_rang_back(case, row),
        guardian=client.guardian_name,
        is_part2=Flag.PART2 in client.flags,
        is_held=Flag.HOLD in client.flags,
    )


def asked_of(user: User) -> Any:
    """The closings that other wings asked for, taken up or not, as far as a person may take them up."""
    rows = Handover.objects.filter(kind=Handover.Kind.CLOSE, assignment__ended_on__isnull=True)
    if not user.can(Can.SEE_ALL_CLIENTS):
        rows = rows.filter(assignment__clinician__account=user)
    return rows.select_related("assignment__client", "assignment__clinician", "asked_by", "taken_up_by")


def has_left(clinician: Clinician) -> bool:
    """Whether a clinician can no longer answer for their clients: the last day is past, or there is no account."""
    return clinician.account_id is None or (clinician.last_day is not None and clinician.last_day < dates.today())


def cautions(assignment: Assignment) -> set[str]:
    """What makes a client the clinician's alone, as the record stands now."""
    client, years = assignment.client, values()["minor_until_years"]
    minor = client.dob is not None and dates.age_on(client.dob, dates.today()) < years
    return ({Guard.MINOR.value} if minor else set()) | ({Guard.RISK.value} if Flag.RISK in client.flags else set())


def _rang_back(case: Case, row: Closure) -> str:
    """What was heard of the client since the closing was asked for, or since somebody last confirmed it in words."""
    if row.handover is None:
        return ""
    confirmed = [t.at for t in written(case).ticks if t.outcome == Tick.Outcome.DONE and t.fields.get("heard")]
    heard = (
        Contact.objects.current()
        .filter(Q(direction=Direction.IN) | Q(outcome__in=ANSWERED))
        .filter(client_id=case.client_id, at__gt=max([row.handover.asked_at, *confirmed]))
        .first()
    )
    if heard is None:
        return ""
    how = f"{heard.get_direction_display().lower()} {heard.get_channel_display().lower()}"
    return f"{how} on {dates.local(heard.at):%b %-d, %-I:%M %p}"


def letter_preview(case: Case, facts: Closing, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The letter as it would go out, and why this one."""
    referrals = str(fields.get("referrals") or "\n".join(drafts.REFERRALS))
    return {"letter": drafts.letter(facts, referrals), "template": letter_template(facts), "to": facts.email}


def letter_words(assignment: Assignment, text: str, deadline: date) -> dict[str, str]:
    """What a letter with a date says besides the name: to schedule by a day (T22), or whether there is interest (T21).

    Raises Refusal for T21 to a client who was never seen: the letter names the month.
    """
    if text == "T22":
        return {"deadline_date": f"{deadline:%A, %B %-d, %Y}"}
    seen = Appointment.objects.filter(
        client=assignment.client_id, clinician=assignment.clinician_id, service=assignment.service,
        state=AppointmentState.KEPT,
    ).aggregate(at=Max("starts_at"))["at"]  # fmt: skip
    if seen is None:
        raise Refusal(
            f"{assignment.client.name} was never seen, so the letter cannot name a month. Use the one with a date."
        )
    return {"last_seen_month": f"{dates.local(seen):%B %Y}", "reply_by": f"{deadline:%A, %B %-d, %Y}"}


def visit_ahead(assignment: Assignment) -> date | None:
    """The day of the next visit that is booked in this assignment."""
    ahead = Appointment.objects.filter(
        client=assignment.client_id, clinician=assignment.clinician_id, service=assignment.service,
        state=AppointmentState.SCHEDULED, starts_at__gte=timezone.now(),
    ).aggregate(at=Min("starts_at"))["at"]  # fmt: skip
    return dates.day_of(ahead) if ahead else None


def letters_shown(deadline: date) -> list[tuple[str, Text]]:
    """The letters with a date, as they would go out to somebody, each under its name on the page."""
    called, day = "(first name)", f"{deadline:%A, %B %-d, %Y}"
    return [
        ("Schedule by the date", render("T22", client_first_name=called, deadline_date=day)),
        ("Still interested?", render("T21", client_first_name=called, last_seen_month="(the month)", reply_by=day)),
    ]


# --- The caseload page ----------------------------------------------------------------------------------------------


@dataclass
class Line:
    """One open assignment on the caseload page, with what the night suggests for it."""

    assignment: Assignment
    seen_on: date | None = None
    contact_on: date | None = None
    next_on: date | None = None
    misses: int = 0
    suggestions: list[Suggestion] = field(default_factory=list)
    place: str = ""

    @property
    def closing(self) -> bool:
        """Whether any ground suggests an ending."""
        return any(s.ground in CLOSING for s in self.suggestions)


def caseload(clinicians: list[Clinician], numbers: Mapping[str, int]) -> list[Line]:
    """Every open assignment of these clinicians: those with suggestions first, then by name. Constant statements."""
    lines = {
        a.pk: Line(a)
        for a in Assignment.objects.filter(clinician__in=clinicians, ended_on__isnull=True)
        .select_related("client", "clinician")
        .order_by("client__last_name", "client__first_name", "pk")
    }
    by_key = {(line.assignment.client_id, line.assignment.clinician_id, line.assignment.service): line
              for line in lines.values()}  # fmt: skip
    visits = (
        Appointment.objects.filter(clinician__in=clinicians, client__in={key[0] for key in by_key})
        .values("client_id", "clinician_id", "service")
        .annotate(
            seen=Max("starts_at", filter=Q(state=AppointmentState.KEPT)),
            ahead=Min("starts_at", filter=Q(state=AppointmentState.SCHEDULED, starts_at__gte=timezone.now())),
        )
    )
    for row in visits:
        line = by_key.get((row["client_id"], row["clinician_id"], row["service"]))
        if line:
            line.seen_on = dates.day_of(row["seen"]) if row["seen"] else None
            line.next_on = dates.day_of(row["ahead"]) if row["ahead"] else None
    _add_misses(by_key, clinicians)
    if numbers["place_earned_visits"] or numbers["place_lost_visits"]:
        _add_places(by_key, clinicians, numbers)
    spoke = dict(
        Contact.objects.current()
        .filter(Q(direction=Direction.IN) | Q(outcome__in=ANSWERED))
        .filter(client__in={key[0] for key in by_key})
        .values_list("client_id")
        .annotate(Max("at"))
    )
    for line in lines.values():
        at = spoke.get(line.assignment.client_id)
        line.contact_on = dates.day_of(at) if at else None
    for suggestion in Suggestion.objects.open().filter(assignment__in=lines).order_by("ground"):
        suggestion.assignment = lines[suggestion.assignment_id].assignment
        lines[suggestion.assignment_id].suggestions.append(suggestion)
    return sorted(lines.values(), key=lambda line: (not line.suggestions, not line.closing))


def _add_misses(by_key: dict[tuple[int, int, str], Line], clinicians: list[Clinician]) -> None:
    missed = Appointment.objects.filter(
        clinician__in=clinicians, state__in=MISSES, client__in={key[0] for key in by_key}
    ).values_list("client_id", "clinician_id", "service", "starts_at")
    for client, clinician, service, at in missed:
        line = by_key.get((client, clinician, service))
        if line and dates.day_of(at) >= line.assignment.started_on:
            line.misses += 1


def _add_places(
    by_key: dict[tuple[int, int, str], Line], clinicians: list[Clinician], numbers: Mapping[str, int]
) -> None:
    states: dict[tuple[int, int, str], list[str]] = {key: [] for key in by_key}
    visits = Appointment.objects.filter(
        clinician__in=clinicians, client__in={key[0] for key in by_key}, starts_at__lte=timezone.now()
    )
    for client, clinician, service, at, state in visits.order_by("-starts_at", "-pk").values_list(
        "client_id", "clinician_id", "service", "starts_at", "state"
    ):
        line = by_key.get((client, clinician, service))
        if line and dates.day_of(at) >= line.assignment.started_on:
            states[client, clinician, service].append(state)
    for key, line in by_key.items():
        line.place = recurring_place(states[key], numbers)


def reviewers(user: User) -> list[Clinician]:
    """The clinicians whose caseload this person may look at: their own, their team's, or everybody's."""
    if user.can(Can.REVIEW_ALL_CASELOADS):
        return list(Clinician.objects.staying())
    mine = Q(account=user)
    if user.can(Can.SEE_TEAM_CLIENTS):
        mine |= Q(supervisor__account=user)
    return list(Clinician.objects.filter(mine))


def words(suggestion: Suggestion) -> str:
    """The evidence of a suggestion in one line, as of its day."""
    e = suggestion.evidence
    silent = e.get("days_without_contact")
    # Who was never in contact is counted from the start, which is no contact.
    contact = f"no contact for {silent} days" if e.get("last_contact_on", silent) else "no contact on record"
    return {
        Ground.INACTIVE: lambda: f"Unseen for {e['days_unseen']} days, {contact}.",
        Ground.LAPSED: lambda: f"Unseen for {e['days_unseen']} days, {contact}, and never terminated.",
        Ground.TRYING: lambda: f"Unseen for {e['days_unseen']} days, in contact {silent} days ago.",
        Ground.MISSED: lambda: (
            f"{e['count']} missed: "
            + ", ".join(f"{dates.told(m['on'])} {AppointmentState(m['state']).label.lower()}" for m in e["misses"][-8:])
            + "."
        ),
        Ground.DEADLINE_PASSED: lambda: f"Asked to schedule by {dates.told(e['deadline_on'])}; nothing is booked.",
        Ground.PLAN_DUE: lambda: _plan(e),
        Ground.PLAN_OVERDUE: lambda: _plan(e),
        Ground.UNRESOLVED: lambda: (
            f"{e['count']} past without an outcome: "
            + ", ".join(dates.told(v["on"]) for v in e["visits"][-8:])
            + ". Set them in TherapyNotes."
        ),
    }[Ground(suggestion.ground)]()


def _plan(evidence: Mapping[str, Any]) -> str:
    talk = "When you review it, talk over the attendance policy, too."
    if evidence.get("plan_on"):
        return f"The plan is of {dates.told(evidence['plan_on'])}. {talk}"
    return f"No plan is on file; counted from the start, {dates.told(evidence['counted_from'])}. {talk}"
