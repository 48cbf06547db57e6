"""Questions to the database about requests for another clinician."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Min

from lwg_intake import dates
from lwg_intake.checklists.models import Case
from lwg_intake.messages.texts import Text, render
from lwg_intake.placement.selectors import address_of, shared, welcome_text
from lwg_intake.records.models import Appointment, Assignment, Clinician, Removal
from lwg_intake.records.rules import AppointmentState
from lwg_intake.records.snapshot import Snapshot
from reassignment.facts import Request
from reassignment.models import Reassignment
from reassignment.rules import requests as rules

PROCEDURE = "reassignment"


def facts(case: Case) -> Request:
    """Everything that the rules of a reassignment ask, as it stands today."""
    return from_snapshot(case, details(case), case.seen)


def details(case: Case) -> Reassignment:
    """The reassignment's own row."""
    related = ("clinician", "appointment", "old_clinician")
    return Reassignment.objects.select_related(*related).get(case=case)


def from_snapshot(case: Case, row: Reassignment, seen: Snapshot) -> Request:
    old, visit = row.old_clinician, row.appointment
    asked = {r.status for r in seen.removals if r.assignment_id == row.old_assignment_id}
    return Request(
        **shared(case, row, seen),
        known=row.known,
        reason=row.reason,
        because=row.because,
        preference=row.preference,
        initiator=row.initiator,
        old_assignment_id=row.old_assignment_id,
        old_clinician_id=old.pk,
        old_clinician=str(old),
        old_email=old.email,
        old_last_day=old.last_day,
        changes=row.changes,
        removal=next((s for s in (Removal.Status.ASKED, Removal.Status.DONE) if s in asked), ""),
        old_forms=tuple(dict.fromkeys(d.kind for d in seen.documents if d.clinician_id == old.pk)),
        visit_state=visit.state if visit else "",
        visit_on=dates.day_of(visit.starts_at) if visit else None,
        kept_on=_kept_on(row),
    )


def _kept_on(row: Reassignment) -> date | None:
    """The first visit kept with the new clinician since the assignment, by the record."""
    if row.clinician is None or row.assigned_on is None:
        return None
    kept = Appointment.objects.filter(
        client=row.client_id, clinician=row.clinician, service=row.service, state=AppointmentState.KEPT,
        starts_at__date__gte=row.assigned_on,
    )  # fmt: skip
    at = kept.aggregate(at=Min("starts_at"))["at"]
    return dates.day_of(at) if at else None


def changes_before(assignment: Assignment, months: int) -> int:
    """How often this client's clinician for this service changed lately."""
    runs = Assignment.objects.filter(client_id=assignment.client_id, service=assignment.service)
    return rules.changes_before(runs.values_list("started_on", "clinician_id"), dates.today(), months)


def open_for(assignment: Assignment) -> Reassignment | None:
    """The reassignment of this client and service that is under way."""
    rows = Reassignment.objects.filter(client_id=assignment.client_id, service=assignment.service)
    return rows.exclude(stage__in=Reassignment.OVER).select_related("case").first()


def farewell_text(case: Case, facts: Request) -> Text:
    """The e-mail to the clinician who is left (T12): the record number and the day, no reason."""
    on = facts.said("schedule", "on")
    day = date.fromisoformat(str(on)) if on else facts.today
    return render(
        "T12",
        clinician_name=facts.old_clinician,
        client_ref=case.client.ref,
        effective_date=f"{day:%B %-d, %Y}",
    )


def notices(case: Case, facts: Request, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Both e-mails as they will leave."""
    letters = [("New clinician", address_of(facts.said("match", "clinician_id")), welcome_text(case, facts))]
    if not rules.has_left(facts):
        letters.append(("Previous clinician", facts.old_email, farewell_text(case, facts)))
    return {"letters": letters}


def named(pk: int) -> str:
    """A clinician's name; empty where there is none."""
    found = Clinician.objects.filter(pk=pk).first()
    return str(found) if found else ""
