"""What a tick of a shared step does beyond being kept: the record, and the wing's own row, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.audit.record import record
from lwg_intake.checklists.models import Case
from lwg_intake.checklists.registry import Effect
from lwg_intake.errors import Refusal
from lwg_intake.messages.outbox import queue
from lwg_intake.placement import rules, selectors
from lwg_intake.placement.facts import Placement
from lwg_intake.placement.models import Placed
from lwg_intake.records.episodes import derive
from lwg_intake.records.models import (
    Appointment,
    Assignment,
    Balance,
    Client,
    Clinician,
    Contact,
    Document,
    InsurancePolicy,
    OmhcAssessment,
    Removal,
    Termination,
)
from lwg_intake.records.places import hold, release
from lwg_intake.records.rules import Coverage, DocumentState
from lwg_intake.transitions import move

Fields = Mapping[str, Any]

NO_VISIT = {"appointment": None, "appointment_at": None, "appointment_kind": "", "kind_because": "", "modality": ""}


@dataclass(frozen=True)
class Effects:
    """The effects of the shared steps on the rows of one wing, and the words that differ.

    `rows` is the wing's model, a `Placed` with its `case`; `too_late` answers a change of the match once the clinician
    is assigned.
    """

    rows: type[Any]
    too_late: str

    def on_tick(self) -> dict[str, Effect]:
        """By step key. The notice is each wing's own: they tell different people."""
        return {
            "demographics": self.demographics,
            "insurance": self.insurance,
            "balance": self.balance,
            "portal": self.portal,
            "omhc": self.omhc,
            "match": self.match,
            "schedule": self.schedule,
            "assignment": self.assignment,
            "removal": self.removal,
            "tracker": self.tracker,
            "note": self.note,
        }

    def on_untick(self) -> dict[str, Effect]:
        """What an untick takes back, by step key."""
        return {
            "match": self.unmatch,
            "schedule": self.unschedule,
            "demographics": self.emptied("demographics_on"),
            "insurance": self.emptied("insurance_active", "insurance_changed", "billing_updated_on"),
            "balance": self.emptied("balance_cleared_on"),
            "portal": self.emptied("portal_on", "documents_on"),
            "tracker": self.emptied("tracked_on"),
        }

    def row(self, case: Case) -> Any:
        """The wing's own row of a case, with the place that is held."""
        return self.rows._default_manager.select_related("hold__clinician").get(case=case)

    def set(self, case: Case, **values: Any) -> None:
        self.rows._default_manager.filter(case=case).update(**values)

    def emptied(self, *columns: str) -> Callable[..., None]:
        """An untick that takes from the tracker what the step had put there."""
        return lambda *, case, facts, fields, by: self.set(case, **dict.fromkeys(columns))

    def demographics(self, *, case: Case, facts: Placement, fields: Fields, by: User) -> dict[str, Any]:
        changed = {name: value for name, value in fields.items() if facts.demographics.get(name) != value}
        today = dates.today()
        Client.objects.filter(pk=case.client_id).update(demographics_on=today, **changed)
        if changed:
            record("client.changed", by=by, on=case.client, client_id=case.client_id,
                   fields={name: [facts.demographics.get(name), value] for name, value in changed.items()})  # fmt: skip
        else:
            record("client.confirmed", by=by, on=case.client, client_id=case.client_id)
        self.set(case, demographics_on=today)
        return {"changed": sorted(name.replace("_", " ") for name in changed)}

    def insurance(self, *, case: Case, facts: Placement, fields: Fields, by: User) -> None:
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
        self.set(case, insurance_active=active, insurance_changed=fields["changed"] == "yes",
                 billing_updated_on=policy.billing_updated_on)  # fmt: skip

    def seen(self, *, case: Case, facts: Placement, fields: Fields, by: User) -> None:
        """What TherapyNotes shows now is kept when it is more than the record knew; only billing lowers it."""
        seen, today = Decimal(str(fields["seen"])), dates.today()
        if facts.balance is None or seen > facts.balance:
            Balance.objects.update_or_create(client_id=case.client_id, defaults={"amount": seen, "as_of": today})
            record("balance.seen", by=by, on=case.client, client_id=case.client_id, amount=str(seen))
        self.set(case, balance=seen)

    def balance(self, *, case: Case, facts: Placement, fields: Fields, by: User) -> None:
        self.seen(case=case, facts=facts, fields=fields, by=by)
        self.set(case, balance_cleared_on=dates.today())

    def portal(self, *, case: Case, facts: Placement, fields: Fields, by: User) -> None:
        today = dates.today()
        Client.objects.filter(pk=case.client_id).update(portal=fields["portal"])
        send_forms(case, fields["sent"], clinician_id=None)
        record("portal.confirmed", by=by, on=case.client, client_id=case.client_id, portal=fields["portal"],
               sent=list(fields["sent"]))  # fmt: skip
        self.set(case, portal_on=today, documents_on=None if fields["sent"] else today)

    def omhc(self, *, case: Case, facts: Placement, fields: Fields, by: User) -> None:
        day = fields["completed_on"]
        if day and facts.omhc_on is None:
            assessment, _ = OmhcAssessment.objects.get_or_create(
                client_id=case.client_id, completed_on=day, defaults={"np_id": fields["np"] or None}
            )
            record("omhc.completed", by=by, on=assessment, completed_on=str(day))
        self.set(case, omhc_on=day or facts.omhc_on)

    def match(self, *, case: Case, facts: Placement, fields: Fields, by: User) -> dict[str, Any]:
        self._not_assigned(facts)
        needs = selectors.needs_of(case, facts, fields)
        held = hold(client=case.client, clinician_id=fields["clinician_id"], needs=needs)
        clinician = Clinician.objects.get(pk=fields["clinician_id"])
        record("place.held", by=by, on=case, clinician=clinician.pk)
        self.set(case, hold=held, clinician=clinician)
        return {"clinician": str(clinician)}

    def unmatch(self, *, case: Case, facts: Placement, fields: Fields, by: User) -> None:
        self._not_assigned(facts)
        release(self.row(case).hold)
        self.set(case, hold=None, clinician=None)

    def _not_assigned(self, facts: Placement) -> None:
        if "assignment" in facts.answers:
            raise Refusal(self.too_late)

    def give_back(self, case: Case, by: User) -> None:
        """The place that is held and the visit that was booked, when the case does not go on."""
        row = self.row(case)
        release(row.hold)
        _cancel(row, by)
        self.set(case, hold=None, clinician=None, **NO_VISIT)

    def schedule(self, *, case: Case, facts: Placement, fields: Fields, by: User) -> dict[str, Any]:
        row = self.row(case)
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
        self.set(case, appointment=visit, appointment_at=starts_at, appointment_kind=fields["kind"],
                 kind_because=fields["because"] or because, modality=fields["modality"])  # fmt: skip
        return {"clinician_id": facts.said("match", "clinician_id"), "rule": because}

    def unschedule(self, *, case: Case, facts: Placement, fields: Fields, by: User) -> None:
        _cancel(self.row(case), by)
        self.set(case, **NO_VISIT)

    def assignment(self, *, case: Case, facts: Placement, fields: Fields, by: User) -> dict[str, Any]:
        row = self.row(case)
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
        self.set(case, assignment=assignment, assigned_on=fields["started_on"])
        return {"clinician": str(row.clinician)}

    def notify(self, *, case: Case, facts: Placement, by: User) -> int:
        """The e-mail to the new clinician (T11). Returns the message's number."""
        clinician = self.row(case).clinician
        text = selectors.welcome_text(case, facts)
        message = queue(text, to=clinician.email if clinician else "", key=f"T11-case-{case.pk}", client=case.client)
        record("message.queued", by=by, on=message, template="T11")
        self.set(case, notified_at=timezone.now())
        return message.pk

    def removal(self, *, case: Case, facts: Placement, fields: Fields, by: User) -> dict[str, Any]:
        names = []
        for old in rules.old_clinicians(facts):
            removal, made = Removal.objects.get_or_create(
                assignment_id=old.assignment_id, status=Removal.Status.ASKED,
                defaults={"client_id": case.client_id, "asked_by": by},
            )  # fmt: skip
            if made:
                record("removal.asked", by=by, on=removal, assignment=old.assignment_id)
            names.append(old.clinician)
        self.set(case, removal_asked_at=timezone.now())
        return {"clinicians": names}

    def tracker(self, *, case: Case, facts: Placement, fields: Fields, by: User) -> None:
        self.set(case, tracked_on=dates.today())

    def note(self, *, case: Case, facts: Placement, fields: Fields, by: User) -> None:
        contact = Contact.objects.create(
            client_id=case.client_id, at=timezone.now(), direction="in", channel=fields["method"], outcome="reached",
            party=fields["party"], reason=fields["reason"], minutes=fields["minutes"], note=fields["details"],
            written_by=by,
        )  # fmt: skip
        record("contact.written", by=by, on=contact, reason=fields["reason"])
        self.set(case, note=contact)


def send_forms(case: Case, kinds: list[str], clinician_id: Any) -> None:
    """Forms sent today: the practice's own, or those of a clinician."""
    for kind in kinds:
        Document.objects.get_or_create(
            client_id=case.client_id, clinician_id=clinician_id, kind=kind, sent_on=dates.today(),
            defaults={"state": DocumentState.SENT},
        )  # fmt: skip


def _rename(policy: InsurancePolicy, member_id: str) -> None:
    same = InsurancePolicy.objects.filter(client_id=policy.client_id, payer=policy.payer, member_id=member_id)
    if same.exclude(pk=policy.pk).exists():
        raise Refusal("Another policy on record has this payer and member ID. Say that the insurance changed.")
    InsurancePolicy.objects.filter(pk=policy.pk).update(member_id=member_id)


def _cancel(row: Placed, by: User) -> None:
    visit = row.appointment
    if visit and visit.ref is None and visit.state == "scheduled":
        Appointment.objects.filter(pk=visit.pk).update(state="clinician_cancel")
        record("appointment.taken_back", by=by, on=visit)


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
