"""Questions to the database that both procedures ask."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from lwg_intake import dates
from lwg_intake.checklists.forms import whole
from lwg_intake.checklists.models import Case, Tick
from lwg_intake.checklists.written import written
from lwg_intake.messages.texts import Text, render
from lwg_intake.placement import rules
from lwg_intake.placement.facts import Cover, Ending, OnRecord, Place, Placement
from lwg_intake.placement.models import Placed
from lwg_intake.records.matching import Needs, rank
from lwg_intake.records.models import Clinician, Termination
from lwg_intake.records.places import offers
from lwg_intake.records.rules import AppointmentKind, ClinicianKind, Service
from lwg_intake.records.snapshot import Snapshot


def shared(case: Case, row: Placed, seen: Snapshot) -> dict[str, Any]:
    """The facts that every placement has, as they stand today."""
    client, cover, balance = seen.client, seen.primary, seen.balance
    kept, recorded = seen.last_kept_intake_on, client.last_intake_on
    held = row.hold_id in seen.held
    asked = {r.assignment_id: r.get_status_display().lower() for r in seen.removals if r.status != "withdrawn"}
    return {
        "today": seen.today,
        "policy": seen.policy,
        "answers": {t.step: t.fields for t in written(case).ticks if t.outcome == Tick.Outcome.DONE},
        "service": row.service,
        "started_by": case.opened_by_id,
        "name": client.name,
        "called": client.called,
        "demographics": {
            name: getattr(client, name)
            for name in ("email", "phone", "address", "city", "state", "postal_code", "language")
        },
        "demographics_on": client.demographics_on,
        "is_minor": seen.is_minor,
        "guardian": client.guardian_name,
        "endings": tuple(
            Ending(
                t.category, t.ended_on, t.ground, t.note, t.clinician_id, str(t.clinician), t.service, _recent(t, seen)
            )
            for t in seen.terminations
        ),
        "covers": tuple(_cover(p) for p in seen.insurance),
        "cover": _cover(cover) if cover else None,
        "medicaid": seen.is_medicaid,
        "balance": balance.amount if balance else None,
        "balance_as_of": balance.as_of if balance else None,
        "fees": balance.no_show_fees if balance else Decimal(0),
        "arranged": seen.arrangement.amount if seen.arrangement else None,
        "arrangement": seen.arrangement.terms if seen.arrangement else "",
        "portal": client.portal,
        "documents": tuple(
            (d.kind, d.get_state_display(), d.signed_on or d.sent_on) for d in seen.documents if d.clinician_id is None
        ),
        "open_forms": tuple(dict.fromkeys(d.kind for d in seen.open_documents if d.clinician_id is None)),
        "omhc_on": seen.omhc_on,
        "last_intake_on": seen.last_intake_on,
        "last_intake_source": "kept visit" if kept and (recorded is None or kept >= recorded) else "as recorded",
        "place": _place(row.clinician, held) if row.clinician else None,
        "on_record": tuple(
            OnRecord(a.pk, a.clinician_id, str(a.clinician), a.service, a.started_on, asked.get(a.pk, ""))
            for a in seen.on_record
        ),
        # One step of one kind of client asks for them: they are looked up when it does.
        "nps": SimpleLazyObject(_nurses),
        "availability": ", ".join(client.availability),
        "channel": row.channel,
    }


def _nurses() -> tuple[tuple[str, str], ...]:
    nurses = Clinician.objects.staying().filter(kind=ClinicianKind.NP)
    return tuple((str(c.pk), str(c)) for c in nurses.only("first_name", "last_name", "credentials"))


def _recent(ending: Termination, seen: Snapshot) -> bool:
    return seen.episode is None or ending.ended_on >= seen.episode.started_on


def _cover(policy: Any) -> Cover:
    return Cover(
        policy.payer, policy.payer_class, policy.state, policy.member_id, policy.active, policy.verified_on, policy.pk
    )


def _place(c: Clinician, held: bool) -> Place:
    return Place(c.pk, str(c), c.email, tuple(c.payers), tuple(c.states), held)


def needs_of(case: Case, facts: Placement, fields: Mapping[str, Any]) -> Needs:
    """What the match asks for: the facts, and the wishes as they stand in the form."""
    payer, payer_class, payer_state = rules.coverage(facts)

    def several(name: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in str(fields.get(name) or "").split(",") if part.strip())

    return Needs(
        service=facts.service,
        on=facts.today,
        state=facts.demographics.get("state", ""),
        payer=payer,
        payer_class=payer_class,
        payer_state=payer_state,
        dob=case.client.dob,
        specialties=several("specialties"),
        language=str(fields.get("language") or ""),
        gender=str(fields.get("gender") or ""),
        modality=str(fields.get("modality") or ""),
        times=several("times"),
        times_first=facts.times_first,
        not_clinicians=facts.leaving,
    )


def ranking(case: Case, facts: Placement, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The clinicians who fit, best first, and who is left out and why."""
    fits, left_out = rank(needs_of(case, facts, fields), offers())
    before = {e.clinician_id: e.ended_on for e in reversed(facts.endings)}
    return {
        "fits": [(fit, before.get(fit.offer.pk)) for fit in fits],
        "left_out": left_out,
        "chosen": whole(fields.get("clinician_id")),
        "times_first": facts.times_first,
    }


def welcome_text(case: Case, facts: Placement) -> Text:
    """The e-mail to the new clinician (T11): the record number, never the client's name."""
    visit = facts.answers.get("schedule", {})
    kind = "an intake" if visit.get("kind") == AppointmentKind.INTAKE else "a session"
    return render(
        "T11",
        client_ref=case.client.ref,
        service=Service(facts.service).label.lower(),
        appointment=f"{dates.told(str(visit.get('on', '')))} at {dates.told_time(str(visit.get('time', '')))}",
        kind=kind,
        clinician_name=facts.said("match", "clinician", ""),
        link=settings.BASE_URL + reverse("client", args=[case.client_id]),
    )


def address_of(clinician_id: int | None) -> str:
    """A clinician's e-mail address; empty where none is on record."""
    return Clinician.objects.filter(pk=clinician_id or 0).values_list("email", flat=True).first() or ""
