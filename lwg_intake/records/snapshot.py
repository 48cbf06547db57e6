"""Everything the record shows of one client, read at once: for the client's page, a case's page and the rules."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.policy.values import values
from lwg_intake.records.models import (
    Appointment,
    Arrangement,
    Assignment,
    Balance,
    Client,
    Clinician,
    Document,
    Episode,
    InsurancePolicy,
    Removal,
    Termination,
)
from lwg_intake.records.rules import (
    MISSES,
    ClientStatus,
    Coverage,
    DocumentState,
    Flag,
    PayerClass,
)
from lwg_intake.rows import built, joined

STATEMENT = (Path(__file__).parent / "snapshot.sql").read_text("utf-8")


@dataclass(frozen=True)
class Snapshot:
    """The record of one client on one day. Lists are newest first; nothing here is judged yet.

    `episode` is the last one; `misses` are counted within it, so that old ones are not held against a client.
    `held` names the places (PlaceHold) that are kept for the client now.
    """

    client: Client
    today: date
    policy: dict[str, int]
    assignments: list[Assignment]
    terminations: list[Termination]
    insurance: list[InsurancePolicy]
    documents: list[Document]
    balance: Balance | None
    arrangement: Arrangement | None
    omhc_on: date | None
    last_seen_on: date | None
    next_visit_on: date | None
    last_contact_on: date | None
    last_kept_intake_on: date | None
    episode: Episode | None
    misses: list[Appointment]
    removals: list[Removal]
    held: frozenset[int]

    @cached_property
    def terminated(self) -> set[tuple[int, str]]:
        """Clinician and service of every assignment that a termination ended."""
        return {
            (a.clinician_id, a.service)
            for a in self.assignments
            for t in self.terminations
            if (t.clinician_id, t.service) == (a.clinician_id, a.service)
            and t.ended_on >= a.started_on
            and a.ended_on is None
        }

    @cached_property
    def on_record(self) -> list[Assignment]:
        """Assignments that still stand on the Clinicians tab, terminated or not."""
        return [a for a in self.assignments if a.ended_on is None]

    @cached_property
    def running(self) -> list[Assignment]:
        """Assignments that stand and were not terminated."""
        return [a for a in self.on_record if (a.clinician_id, a.service) not in self.terminated]

    @cached_property
    def status(self) -> ClientStatus:
        if self.running:
            return ClientStatus.ACTIVE
        return ClientStatus.FORMER if self.assignments or self.terminations else ClientStatus.PROSPECTIVE

    @cached_property
    def last_termination(self) -> Termination | None:
        return self.terminations[0] if self.terminations else None

    @cached_property
    def primary(self) -> InsurancePolicy | None:
        """The insurance in force: the first in priority that has not ended and is not known to be inactive."""
        standing = [p for p in self.insurance if p.ends_on is None or p.ends_on >= self.today]
        active = [p for p in standing if p.active != Coverage.NO]
        return next(iter(active or standing), None)

    @cached_property
    def is_medicaid(self) -> bool:
        """Whether any insurance in force is Medicaid: then fees never block, and the OMHC assessment is needed."""
        return any(
            p.payer_class == PayerClass.MEDICAID
            and p.active != Coverage.NO
            and (p.ends_on is None or p.ends_on >= self.today)
            for p in self.insurance
        )

    @cached_property
    def owed(self) -> Decimal:
        """What stands in the way, in dollars: no-show fees never count for a Medicaid client (rules, conflict 13)."""
        if self.balance is None:
            return Decimal(0)
        fees = self.balance.no_show_fees if self.is_medicaid else Decimal(0)
        return max(self.balance.amount - fees, Decimal(0))

    @cached_property
    def last_intake_on(self) -> date | None:
        """The later of the recorded last intake and the last kept therapy intake."""
        known = [day for day in (self.client.last_intake_on, self.last_kept_intake_on) if day]
        return max(known, default=None)

    @cached_property
    def age(self) -> int | None:
        return dates.age_on(self.client.dob, self.today) if self.client.dob else None

    @cached_property
    def is_minor(self) -> bool:
        return self.age is not None and self.age < self.policy["minor_until_years"]

    @cached_property
    def flags(self) -> list[Flag]:
        return [Flag(flag) for flag in self.client.flags]

    @cached_property
    def open_documents(self) -> list[Document]:
        """Forms that are neither signed nor, once signed, still in force."""
        return [
            d
            for d in self.documents
            if d.state != DocumentState.SIGNED or (d.expires_on is not None and d.expires_on < self.today)
        ]


def snapshot(client: Client) -> Snapshot:
    """Read it all, in two statements: the record (snapshot.sql) and the practice's numbers."""
    today = dates.today()
    found = _read(client)
    clinicians = {c.pk: c for c in built(Clinician, found["clinicians"])}
    assignments = joined(built(Assignment, found["assignments"]), "clinician", clinicians)
    visits = found["visits"]
    return Snapshot(
        client=client,
        today=today,
        policy=values(today),
        assignments=assignments,
        terminations=joined(built(Termination, found["terminations"]), "clinician", clinicians),
        insurance=built(InsurancePolicy, found["insurance"]),
        documents=joined(built(Document, found["documents"]), "clinician", clinicians),
        balance=next(iter(built(Balance, found["balance"])), None),
        arrangement=next(iter(built(Arrangement, found["arrangement"])), None),
        omhc_on=_day(found["omhc_on"]),
        last_seen_on=_day(visits["seen"]),
        next_visit_on=_day(visits["ahead"]),
        last_contact_on=_day(found["last_contact_on"]),
        last_kept_intake_on=_day(visits["intake"]),
        episode=next(iter(built(Episode, found["episode"])), None),
        misses=built(Appointment, found["misses"]),
        removals=joined(built(Removal, found["removals"]), "assignment", {a.pk: a for a in assignments}),
        held=frozenset(found["held"] or ()),
    )


def _read(client: Client) -> dict[str, Any]:
    asked = {"client": client.pk, "misses": list(MISSES), "zone": settings.TIME_ZONE, "now": timezone.now()}
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, asked)
        found: dict[str, Any] = json.loads(cursor.fetchone()[0], parse_float=Decimal)
    return found


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
