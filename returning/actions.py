"""The writers of the returning wing: starting a return, and what each tick does beyond being kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
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
from lwg_intake.placement.effects import Effects
from lwg_intake.records.models import Client
from lwg_intake.records.rules import Service
from lwg_intake.records.snapshot import snapshot
from returning import rules, selectors, stages
from returning.facts import Facts
from returning.models import Return
from returning.procedure import RETURNING

Fields = Mapping[str, Any]

NO_DECISION = {"conditions": "", "decided_by": None, "decided_at": None}
PLACING = Effects(Return, too_late="The clinician is assigned already. A change from here on is a reassignment.")


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


def _ending(*, case: Case, facts: Facts, fields: Fields, by: User) -> None:
    PLACING.set(case, category=fields["category"], severe=fields["severe"])


def _commitment(*, case: Case, facts: Facts, fields: Fields, by: User) -> None:
    PLACING.set(case, committed_on=fields["committed_on"])


def _decision(*, case: Case, facts: Facts, fields: Fields, by: User) -> dict[str, Any]:
    """A decision is kept with what it judged: it stands for that category and no other. A refusal frees the place."""
    record("return.decided", by=by, on=case, decision=fields["decision"], judged=rules.judged(facts))
    if fields["decision"] == "refuse":
        if "assignment" in facts.answers:
            raise Refusal("The new clinician is assigned already. From here on, an ending is a closure.")
        PLACING.give_back(case, by)
    PLACING.set(case, conditions=fields["conditions"], decided_by=by, decided_at=timezone.now())
    return {"judged": rules.judged(facts)}


def _notice(*, case: Case, facts: Facts, fields: Fields, by: User) -> dict[str, Any]:
    return {"message": PLACING.notify(case=case, facts=facts, by=by)}


EFFECTS = {
    **PLACING.on_tick(),
    "ending": _ending,
    "decision": _decision,
    "commitment": _commitment,
    "notice": _notice,
}
# What the desk saw reaches billing also while it stops the step.
WAITS = {"balance": PLACING.seen}
UNDONE = {**PLACING.on_untick(), "commitment": PLACING.emptied("committed_on")}


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
    PLACING.give_back(case, by)
    PLACING.set(case, stage=case.status)


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
    PLACING.set(case, stage=stages.stage(case, facts), eligibility=stages.eligibility(facts), **decision)
