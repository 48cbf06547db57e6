"""The writers of the returning wing: starting a return, and what each tick does beyond being kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.checklists.actions import open_case
from lwg_intake.checklists.gates import Blocked, sentence
from lwg_intake.checklists.models import Case
from lwg_intake.errors import NotThere, Refusal
from lwg_intake.messages.outbox import queue
from lwg_intake.records.contacts import log_contact
from lwg_intake.records.episodes import derive
from lwg_intake.records.models import (
    Appointment,
    Assignment,
    Balance,
    Client,
    Clinician,
    Document,
    InsurancePolicy,
    OmhcAssessment,
    Removal,
    Termination,
)
from lwg_intake.records.places import hold, release
from lwg_intake.records.rules import Coverage, DocumentState, Service
from lwg_intake.records.snapshot import snapshot
from lwg_intake.transitions import move
from returning import rules, selectors, stages
from returning.facts import Facts
from returning.models import Return
from returning.procedure import RETURNING

Fields = Mapping[str, Any]

NO_DECISION = {"conditions": "", "decided_by": None, "decided_at": None}
NO_VISIT = {"appointment": None, "appointment_at": None, "appointment_kind": "", "kind_because": "", "modality": ""}


def start(*, client_id: int, service: str, channel: str, by: User) -> Case:
    """Start a return. Raises Refusal for an active client, one never seen here, or one whose return is open."""
    require(by, Can.WORK_RETURNS)
    with transaction.atomic():
        client = Client.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=client_id).first()
        if client is None:
            raise NotThere("There is no such client, or none that you may see.")
        seen = snapshot(client)
        running = [(a.service, str(a.clinician)) for a in seen.running]
        verdict = rules.may_start(running, bool(seen.assignments or seen.terminations), service)
        if isinstance(verdict, Blocked):
            raise Refusal(sentence(verdict))
        case = open_case(
            procedure=RETURNING,
            client=client,
            by=by,
            words=f"Started: {client.name} asks to return for {Service(service).label.lower()}.",
        )
        ended = seen.last_termination
        Return.objects.create(
            case=case, service=service, channel=channel, asked_on=dates.today(), last_intake_on=seen.last_intake_on,
            ended_on=ended.ended_on if ended else None, old_clinician=ended.clinician if ended else None,
            category=ended.category if ended else "", balance=seen.balance.amount if seen.balance else None,
            omhc_on=seen.omhc_on,
        )  # fmt: skip
    return case


def _set(case: Case, **values: Any) -> None:
    Return.objects.filter(case=case).update(**values)


def _ending(*, case: Case, facts: Facts, fields: Fields, by: User) -> None:
    _set(case, category=fields["category"], severe=fields["severe"])


def _commitment(*, case: Case, facts: Facts, fields: Fields, by: User) -> None:
    _set(case, committed_on=fields["committed_on"])


def _decision(*, case: Case, facts: Facts, fields: Fields, by: User) -> dict[str, Any]:
    """A decision is kept with what it judged: it stands for that category and no other. A refusal frees the place."""
    record("return.decided", by=by, on=case, decision=fields["decision"], judged=rules.judged(facts))
    if fields["decision"] == "refuse":
        if "assignment" in facts.answers:
            raise Refusal("The new clinician is assigned already. From here on, an ending is a closure.")
        _give_back(case, by)
    _set(case, conditions=fields["conditions"], decided_by=by, decided_at=timezone.now())
    return {"judged": rules.judged(facts)}


def _demographics(*, case: Case, facts: Facts, fields: Fields, by: User) -> dict[str, Any]:
    changed = {name: value for name, value in fields.items() if facts.demographics.get(name) != value}
    today = dates.today()
    Client.objects.filter(pk=case.client_id).update(demographics_on=today, **changed)
    record("client.changed", by=by, on=case.client, client_id=case.client_id,
           fields={name: [facts.demographics.get(name), value] for name, value in changed.items()})  # fmt: skip
    _set(case, demographics_on=today)
    return {"changed": sorted(name.replace("_", " ") for name in changed)}


def _insurance(*, case: Case, facts: Facts, fields: Fields, by: User) -> None:
    today = dates.today()
    active = fields["active"] == "yes"
    values = {
        "payer_class": fields["payer_class"],
        "state": fields["state"],
        "active": Coverage.YES if active else Coverage.NO,
        "verified_on": today,
        "billing_updated_on": today if fields["billing_updated"] else None,
        "priority": 1,
    }
    if fields["changed"] == "no" and facts.cover and facts.cover.payer == fields["payer"]:
        # The same policy: a member number that was mistyped is corrected, not made a second policy.
        policy = InsurancePolicy.objects.get(pk=facts.cover.pk)
        _rename(policy, fields["member_id"])
        InsurancePolicy.objects.filter(pk=policy.pk).update(**values)
        policy.refresh_from_db()
    else:
        policy, _ = InsurancePolicy.objects.update_or_create(
            client_id=case.client_id, payer=fields["payer"], member_id=fields["member_id"], defaults=values
        )
    if fields["changed"] == "yes":
        replaced = Q(priority=1, ends_on__isnull=True) | Q(pk=facts.cover.pk if facts.cover else 0)
        InsurancePolicy.objects.filter(replaced, client_id=case.client_id).exclude(pk=policy.pk).update(
            active=Coverage.NO
        )
    record("insurance.confirmed", by=by, on=policy, active=active, changed=fields["changed"])
    _set(case, insurance_active=active, insurance_changed=fields["changed"] == "yes",
         billing_updated_on=policy.billing_updated_on)  # fmt: skip


def _rename(policy: InsurancePolicy, member_id: str) -> None:
    same = InsurancePolicy.objects.filter(client_id=policy.client_id, payer=policy.payer, member_id=member_id)
    if same.exclude(pk=policy.pk).exists():
        raise Refusal("Another policy on record has this payer and member ID. Say that the insurance changed.")
    InsurancePolicy.objects.filter(pk=policy.pk).update(member_id=member_id)


def _seen(*, case: Case, facts: Facts, fields: Fields, by: User) -> None:
    """What TherapyNotes shows now is kept when it is more than the record knew; only billing lowers it."""
    seen, today = Decimal(str(fields["seen"])), dates.today()
    if facts.balance is None or seen > facts.balance:
        Balance.objects.update_or_create(client_id=case.client_id, defaults={"amount": seen, "as_of": today})
        record("balance.seen", by=by, on=case.client, client_id=case.client_id, amount=str(seen))
    _set(case, balance=seen)


def _balance(*, case: Case, facts: Facts, fields: Fields, by: User) -> None:
    _seen(case=case, facts=facts, fields=fields, by=by)
    _set(case, balance_cleared_on=dates.today())


def _portal(*, case: Case, facts: Facts, fields: Fields, by: User) -> None:
    today = dates.today()
    Client.objects.filter(pk=case.client_id).update(portal=fields["portal"])
    for kind in fields["sent"]:
        Document.objects.get_or_create(
            client_id=case.client_id, clinician=None, kind=kind, sent_on=today, defaults={"state": DocumentState.SENT}
        )
    record("portal.confirmed", by=by, on=case.client, client_id=case.client_id, portal=fields["portal"],
           sent=list(fields["sent"]))  # fmt: skip
    _set(case, portal_on=today, documents_on=None if fields["sent"] else today)


def _omhc(*, case: Case, facts: Facts, fields: Fields, by: User) -> None:
    day = fields["completed_on"]
    if day and facts.omhc_on is None:
        assessment, _ = OmhcAssessment.objects.get_or_create(
            client_id=case.client_id, completed_on=day, defaults={"np_id": fields["np"] or None}
        )
        record("omhc.completed", by=by, on=assessment, completed_on=str(day))
    _set(case, omhc_on=day or facts.omhc_on)


def _match(*, case: Case, facts: Facts, fields: Fields, by: User) -> dict[str, Any]:
    _not_assigned(facts)
    held = hold(client=case.client, clinician_id=fields["clinician_id"], needs=selectors.needs_of(case, facts, fields))
    clinician = Clinician.objects.get(pk=fields["clinician_id"])
    record("place.held", by=by, on=case, clinician=clinician.pk)
    _set(case, hold=held, clinician=clinician)
    return {"clinician": str(clinician)}


def _unmatch(*, case: Case, facts: Facts, fields: Fields, by: User) -> None:
    _not_assigned(facts)
    release(selectors.details(case).hold)
    _set(case, hold=None, clinician=None)


def _not_assigned(facts: Facts) -> None:
    if "assignment" in facts.answers:
        raise Refusal("The clinician is assigned already. A change from here on is a reassignment.")


def _give_back(case: Case, by: User) -> None:
    """The place that is held and the visit that was booked, when the return does not go on."""
    row = selectors.details(case)
    release(row.hold)
    _cancel(row, by)
    _set(case, hold=None, clinician=None, **NO_VISIT)


def _schedule(*, case: Case, facts: Facts, fields: Fields, by: User) -> dict[str, Any]:
    row = selectors.details(case)
    day, at = date.fromisoformat(str(fields["on"])), time.fromisoformat(str(fields["time"]))
    starts_at = timezone.make_aware(datetime.combine(day, at))
    values = {
        "clinician_id": facts.said("match", "clinician_id"), "service": facts.service, "starts_at": starts_at,
        "kind": fields["kind"], "state": "scheduled",
    }  # fmt: skip
    if row.appointment and row.appointment.ref is None and row.appointment.state == "scheduled":
        visit = row.appointment
        Appointment.objects.filter(pk=visit.pk).update(**values)
    else:
        visit = Appointment.objects.create(client_id=case.client_id, **values)
    record("appointment.scheduled", by=by, on=visit, starts_at=starts_at.isoformat(), kind=fields["kind"])
    _, because = rules.intake_or_session(facts, day)
    _set(case, appointment=visit, appointment_at=starts_at, appointment_kind=fields["kind"],
         kind_because=fields["because"] or because, modality=fields["modality"])  # fmt: skip
    return {"clinician_id": facts.said("match", "clinician_id"), "rule": because}


def _unschedule(*, case: Case, facts: Facts, fields: Fields, by: User) -> None:
    _cancel(selectors.details(case), by)
    _set(case, **NO_VISIT)


def _cancel(row: Return, by: User) -> None:
    visit = row.appointment
    if visit and visit.ref is None and visit.state == "scheduled":
        Appointment.objects.filter(pk=visit.pk).update(state="clinician_cancel")
        record("appointment.taken_back", by=by, on=visit)


def _assignment(*, case: Case, facts: Facts, fields: Fields, by: User) -> dict[str, Any]:
    row = selectors.details(case)
    if row.clinician is None:
        raise Refusal("No clinician is matched. Do the match first.")
    assignment = Assignment.objects.filter(
        client_id=case.client_id, clinician=row.clinician, service=row.service, ended_on__isnull=True
    ).first()
    if assignment and _taken_up_again(assignment, case, by):
        assignment = None
    if assignment is None:
        assignment = Assignment.objects.create(
            client_id=case.client_id, clinician=row.clinician, service=row.service, started_on=fields["started_on"]
        )
        record("assignment.made", by=by, on=assignment, clinician=row.clinician_id)
    release(row.hold)
    derive([case.client_id])
    _set(case, assignment=assignment, assigned_on=fields["started_on"])
    return {"clinician": str(row.clinician)}


def _taken_up_again(old: Assignment, case: Case, by: User) -> bool:
    """The old clinician is the new one: what was terminated ends on its day, and no removal is asked for any more."""
    for removal in Removal.objects.filter(assignment=old, status=Removal.Status.ASKED):
        move(removal, Removal.Status.WITHDRAWN)
        record("removal.withdrawn", by=by, on=removal, assignment=old.pk)
    ended = Termination.objects.filter(
        client_id=case.client_id, clinician_id=old.clinician_id, service=old.service, ended_on__gte=old.started_on
    ).first()
    if ended is not None:
        Assignment.objects.filter(pk=old.pk).update(ended_on=ended.ended_on)
        record("assignment.ended", by=by, on=old)
    return ended is not None


def _notice(*, case: Case, facts: Facts, fields: Fields, by: User) -> dict[str, Any]:
    clinician = selectors.details(case).clinician
    text = selectors.notice_text(case, facts)
    message = queue(text, to=clinician.email if clinician else "", key=f"T11-case-{case.pk}", client=case.client)
    record("message.queued", by=by, on=message, template="T11")
    _set(case, notified_at=timezone.now())
    return {"message": message.pk}


def _removal(*, case: Case, facts: Facts, fields: Fields, by: User) -> dict[str, Any]:
    names = []
    for old in rules.old_clinicians(facts):
        removal, made = Removal.objects.get_or_create(
            assignment_id=old.assignment_id, status=Removal.Status.ASKED,
            defaults={"client_id": case.client_id, "asked_by": by},
        )  # fmt: skip
        if made:
            record("removal.asked", by=by, on=removal, assignment=old.assignment_id)
        names.append(old.clinician)
    _set(case, removal_asked_at=timezone.now())
    return {"clinicians": names}


def _tracker(*, case: Case, facts: Facts, fields: Fields, by: User) -> None:
    _set(case, tracked_on=dates.today())


def _note(*, case: Case, facts: Facts, fields: Fields, by: User) -> None:
    contact = log_contact(
        client_id=case.client_id, direction="in", channel=fields["method"], outcome="reached", by=by,
        party=fields["party"], reason=fields["reason"], minutes=fields["minutes"], note=fields["details"],
    )  # fmt: skip
    _set(case, note=contact)


EFFECTS = {
    "ending": _ending,
    "decision": _decision,
    "commitment": _commitment,
    "demographics": _demographics,
    "insurance": _insurance,
    "balance": _balance,
    "portal": _portal,
    "omhc": _omhc,
    "match": _match,
    "schedule": _schedule,
    "assignment": _assignment,
    "notice": _notice,
    "removal": _removal,
    "tracker": _tracker,
    "note": _note,
}
# What the desk saw reaches billing also while it stops the step.
WAITS = {"balance": _seen}


def _emptied(*columns: str) -> Callable[..., None]:
    """An untick that takes from the tracker what the step had put there."""
    return lambda *, case, facts, fields, by: _set(case, **dict.fromkeys(columns))


UNDONE = {
    "match": _unmatch,
    "schedule": _unschedule,
    "commitment": _emptied("committed_on"),
    "demographics": _emptied("demographics_on"),
    "insurance": _emptied("insurance_active", "insurance_changed", "billing_updated_on"),
    "balance": _emptied("balance_cleared_on"),
    "portal": _emptied("portal_on", "documents_on"),
    "tracker": _emptied("tracked_on"),
}


def may_leave(facts: Facts, way: str) -> None:
    """A CSR may neither accept nor refuse alone: referring out and the waitlist wait for management (R7)."""
    if way in (Case.Status.REFERRED_OUT, Case.Status.WAITLIST):
        if rules.is_undecided(facts):
            why = sentence(rules.asks_manager(facts))
            raise Refusal(f"{why} Until then neither a referral nor a place on the waitlist can be given.")
        if way == Case.Status.WAITLIST and rules.is_refused(facts):
            raise Refusal("Management decided that the client cannot return. Refer out instead.")
    if "assignment" in facts.answers:
        raise Refusal("The new clinician is assigned already. Finish the steps; a later ending is a closure.")


def left(*, case: Case, way: str, by: User) -> None:
    """A case that is left gives its place back and takes back the visit it booked."""
    _give_back(case, by)
    _set(case, stage=case.status)


def reopened(*, case: Case, facts: Facts, by: User) -> None:
    """A refused return is reopened by a manager only; the steps show again what no longer holds."""
    if rules.is_refused(facts):
        require(by, Can.DECIDE_RETURNS)
    touched(case=case, by=by)


def finished(*, case: Case, facts: Facts, by: User) -> str:
    """The status a finished return ends with: a refused client is referred out, every other is back."""
    return Case.Status.REFERRED_OUT if rules.is_refused(facts) else Case.Status.COMPLETED


def touched(*, case: Case, by: User, facts: Facts | None = None) -> None:
    """After every change: where the return stands now, for the tracker."""
    if facts is None:
        facts = selectors.facts(Case.objects.select_related("client").get(pk=case.pk))
    facts = RETURNING.settle(facts)
    decision = {} if "decision" in facts.answers else NO_DECISION
    _set(case, stage=stages.stage(case, facts), eligibility=stages.eligibility(facts), **decision)
