"""The writers of a request for another clinician: starting one, and what each tick does beyond being kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.checklists.actions import ask, open_case
from lwg_intake.checklists.gates import Blocked, sentence
from lwg_intake.checklists.models import Case, Draft, Tick
from lwg_intake.errors import NotThere, Refusal, Stale
from lwg_intake.messages.outbox import queue
from lwg_intake.placement.effects import Effects, send_forms
from lwg_intake.placement.forms import MatchForm
from lwg_intake.policy.values import values
from lwg_intake.records.models import Appointment, Assignment, Client, Handover
from lwg_intake.records.rules import AppointmentState, Service
from lwg_intake.records.snapshot import snapshot
from reassignment import stages
from reassignment.actions.offers import end_with_case
from reassignment.facts import Request
from reassignment.models import Reassignment
from reassignment.procedure import REASSIGNMENT
from reassignment.rules import requests as rules
from reassignment.rules.words import Initiator, Reason
from reassignment.selectors import requests as selectors

Fields = Mapping[str, Any]

PLACING = Effects(
    Reassignment, too_late="The new clinician is assigned already. A change from here on is another reassignment."
)
WISHES = MatchForm.WISHES
OPEN_ALREADY = "A change of clinician is open for this client and service already. Go on with that one."

# --- Starting -------------------------------------------------------------------------------------------------------


def open_reassignment(
    *,
    assignment: Assignment,
    reason: str,
    initiator: str,
    by: User,
    because: str = "",
    preference: str = "",
    channel: str = "phone",
    service: str = "",
    wishes: Fields | None = None,
    known: Mapping[str, Fields] | None = None,
    handover: Handover | None = None,
) -> Case:
    """Start a reassignment with all that is known; the CSR finds it in the fields of the steps.

    `wishes` are those of the match (specialties, language, gender, modality, times, clinician_id); `known` are further
    fields by step key; `service` is the one wanted, where that was asked. A change that repeats too often is put to
    management as a question on the case.
    Raises NotAllowed, NotThere, and Refusal for a service that has ended, one that is added, or one already changing.
    """
    require(by, Can.WORK_REASSIGNMENTS)
    with transaction.atomic():
        client = _client(assignment.client_id, by)
        running = Assignment.objects.running().filter(pk=assignment.pk).exists()
        clinician = assignment.clinician
        verdict = rules.may_start(assignment.service, service or assignment.service, str(clinician), running)
        if isinstance(verdict, Blocked):
            raise Refusal(sentence(verdict))
        if selectors.open_for(assignment):
            raise Refusal(OPEN_ALREADY)
        policy = values()
        seen = snapshot(client)
        label = Service(assignment.service).label.lower()
        case = open_case(
            procedure=REASSIGNMENT, client=client, assignment=assignment, by=by,
            words=f"Started: {client.name} goes on with another clinician than {clinician} for {label}.",
        )  # fmt: skip
        filled = {key: dict(fields) for key, fields in (known or {}).items()}
        if wishes:
            filled["match"] = {**filled.get("match", {}), **wishes}
        try:
            with transaction.atomic():
                row = Reassignment.objects.create(
                    case=case, client=client, service=assignment.service, channel=channel, asked_on=dates.today(),
                    initiator=Initiator(initiator), reason=Reason(reason), because=because, preference=preference,
                    known=filled, old_assignment=assignment, old_clinician=clinician, handover=handover,
                    changes=selectors.changes_before(assignment, policy["changes_within_months"]),
                    last_intake_on=seen.last_intake_on, omhc_on=seen.omhc_on,
                    balance=seen.balance.amount if seen.balance else None,
                )  # fmt: skip
        except IntegrityError as error:
            raise Refusal(OPEN_ALREADY) from error
        record("reassignment.opened", by=by, on=row, assignment=assignment.pk, initiator=initiator, changes=row.changes)
        if rules.is_flagged(row.changes, policy["changes_flagged"]):
            _flag(case, row, policy["changes_within_months"], by)
    return case


def _client(client_id: int, by: User) -> Client:
    """The client, locked, so that two people do not start the same change."""
    client = Client.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=client_id).first()
    if client is None:
        raise NotThere("There is no such client, or none that you may see.")
    return client


def _flag(case: Case, row: Reassignment, months: int, by: User) -> None:
    text = (
        f"This is change no. {row.changes + 1} of clinician for {row.get_service_display().lower()} within {months} "
        "months. Shall we go on, or talk with the client first?"
    )
    ask(case_id=case.pk, step_key="reason", to="management", text=text, by=by)


def take_up(*, handover_id: int, by: User, **known: Any) -> Case:
    """Start the reassignment a clinician asked for. Raises as `open_reassignment`, and Stale for one taken up."""
    require(by, Can.WORK_REASSIGNMENTS)
    with transaction.atomic():
        handover = _take(handover_id, by)
        because = known.pop("because", "") or handover.because
        return open_reassignment(
            assignment=handover.assignment, initiator=Initiator.CLINICIAN, by=by, because=because, handover=handover,
            **known,
        )  # fmt: skip


def put_aside(*, handover_id: int, because: str, by: User) -> Handover:
    """Answer a clinician's request without a reassignment, with the reason in the audit trail of the request."""
    require(by, Can.WORK_REASSIGNMENTS)
    if not because.strip():
        raise Refusal("Say why, for whoever asked.")
    with transaction.atomic():
        handover = _take(handover_id, by)
        words = f"{handover.because} Put aside: {because.strip()}"
        Handover.objects.filter(pk=handover.pk).update(because=words[:500])
        record("handover.put_aside", by=by, on=handover, assignment=handover.assignment_id)
    return handover


def _take(handover_id: int, by: User) -> Handover:
    """Take a request up, once: of two people the second is told who was first."""
    rows = Handover.objects.select_related("assignment__client", "assignment__clinician", "taken_up_by")
    handover = rows.filter(pk=handover_id, kind=Handover.Kind.REASSIGN).first()
    if handover is None:
        raise NotThere("There is no such request.")
    if not Handover.objects.filter(pk=handover_id, taken_up_at__isnull=True).update(
        taken_up_by=by, taken_up_at=timezone.now()
    ):
        handover.refresh_from_db()
        raise Stale(f"{handover.taken_up_by} took this request up already.")
    record("handover.taken_up", by=by, on=handover, assignment=handover.assignment_id)
    return handover


# --- What each tick does --------------------------------------------------------------------------------------------


def _reason(*, case: Case, facts: Request, fields: Fields, by: User) -> None:
    PLACING.set(case, reason=fields["reason"], clarified=fields["clarified"], preference=fields["preference"])


def _notice(*, case: Case, facts: Request, fields: Fields, by: User) -> dict[str, Any]:
    kept: dict[str, Any] = {"message": PLACING.notify(case=case, facts=facts, by=by), "both": False}
    if rules.has_left(facts):
        return kept
    message = queue(
        selectors.farewell_text(case, facts), to=facts.old_email, key=f"T12-case-{case.pk}", client=case.client
    )
    record("message.queued", by=by, on=message, template="T12")
    PLACING.set(case, old_notified_at=timezone.now())
    return kept | {"both": True, "old_message": message.pk}


def _new_forms(*, case: Case, facts: Request, fields: Fields, by: User) -> None:
    send_forms(case, fields["sent"], clinician_id=facts.said("match", "clinician_id"))
    record("forms.sent", by=by, on=case, client_id=case.client_id, sent=list(fields["sent"]))
    PLACING.set(case, new_forms_on=dates.today())


def _first_visit(*, case: Case, facts: Request, fields: Fields, by: User) -> None:
    """What was seen of the visit that was booked here; one that an import brought is the import's to change."""
    kept = fields["how"] == "kept"
    visit = selectors.details(case).appointment
    if visit and visit.ref is None and visit.state == AppointmentState.SCHEDULED:
        state = AppointmentState.KEPT if kept else AppointmentState.NO_SHOW
        Appointment.objects.filter(pk=visit.pk).update(state=state)
        record("appointment.seen", by=by, on=visit, state=state)
    PLACING.set(case, first_visit_on=fields["on"] if kept else None)


EFFECTS = {
    **PLACING.on_tick(),
    "reason": _reason,
    "notice": _notice,
    "new_forms": _new_forms,
    "first_visit": _first_visit,
}
WAITS = {"balance": PLACING.seen}
UNDONE = {
    **PLACING.on_untick(),
    "new_forms": PLACING.emptied("new_forms_on"),
    "first_visit": PLACING.emptied("first_visit_on"),
}


# --- The case itself ------------------------------------------------------------------------------------------------


def may_leave(facts: Request, way: str) -> None:
    if "assignment" in facts.answers:
        raise Refusal("The new clinician is assigned already. Finish the steps; a later ending is a closure.")
    if way == Case.Status.WAITLIST and not {"reason", "insurance"} <= facts.answers.keys():
        raise Refusal("Ask what the client needs and confirm the insurance first: an opening is matched by both.")


def left(*, case: Case, way: str, by: User) -> None:
    """A case that is left gives its place back; one that is closed instead is handed to the closing."""
    row = Reassignment.objects.get(case=case)
    end_with_case(row, by)
    PLACING.give_back(case, by)
    if way == Case.Status.CLOSED_INSTEAD:
        handover, _ = Handover.objects.get_or_create(
            kind=Handover.Kind.CLOSE, assignment_id=row.old_assignment_id, taken_up_at=None,
            defaults={"because": "Asked for another clinician, and ends instead.", "asked_by": by},
        )  # fmt: skip
        record("handover.asked", by=by, on=handover, assignment=row.old_assignment_id)
    waits = way == Case.Status.WAITLIST
    PLACING.set(
        case, stage=case.status, waits_since_at=timezone.now() if waits else None,
        known={**row.known, "match": _wishes(case, row, by)} if waits else row.known,
    )  # fmt: skip


def _wishes(case: Case, row: Reassignment, by: User) -> dict[str, Any]:
    """The wishes as they stood in the match when the client was put on the transfer list: an opening goes by them."""
    typed = Draft.objects.filter(case=case, step="match", by=by).first()
    said = Tick.objects.filter(case=case, step="match").first()
    wishes = {**row.known.get("match", {}), **(said.fields if said else {}), **(typed.fields if typed else {})}
    return {name: wishes[name] for name in WISHES if wishes.get(name)}


def reopened(*, case: Case, facts: Request, by: User) -> None:
    """Taken up again; refused where another one of the same service was opened since."""
    PLACING.set(case, waits_since_at=None)
    try:
        with transaction.atomic():
            touched(case=case, by=by)
    except IntegrityError as error:
        raise Refusal(OPEN_ALREADY) from error


def finished(*, case: Case, facts: Request, by: User) -> str:
    verdict = rules.may_finish(facts)
    if isinstance(verdict, Blocked):
        raise Refusal(sentence(verdict))
    return Case.Status.COMPLETED


def touched(*, case: Case, by: User | None, facts: Request | None = None) -> None:
    """After every change: where the reassignment stands now, for the tracker."""
    if facts is None:
        facts = selectors.facts(Case.objects.select_related("client").get(pk=case.pk))
    PLACING.set(case, stage=stages.stage(case, REASSIGNMENT.settle(facts)))
