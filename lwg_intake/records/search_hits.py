"""What a search shows of each client whom it finds."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Concat, TruncDate

from lwg_intake import dates
from lwg_intake.records.models import Appointment, Assignment, Client, Termination
from lwg_intake.records.rules import AppointmentState, ClientStatus


@dataclass(frozen=True)
class Hit:
    """One line of the answer: enough to tell two of one name apart."""

    client_id: int
    ref: str
    first_name: str
    last_name: str
    preferred_name: str
    dob: date | None
    phone: str
    email: str
    city: str
    state: str
    guardian_name: str
    guardian_phone: str
    status: str  # one of ClientStatus
    clinician: str
    seen_on: date | None

    @property
    def name(self) -> str:
        """As one speaks it."""
        return f"{self.first_name} {self.last_name}"

    @property
    def standing(self) -> str:
        """Active, former or never a client."""
        return ClientStatus(self.status).label

    def facts(self, today: date) -> str:
        """What tells namesakes apart, as far as known: birth date and age, phone, place, clinician, last visit; and who
        may ring for them, from which number."""
        born = f"{_said(self.dob)} ({dates.age_on(self.dob, today)})" if self.dob else ""
        place = f"{self.city}, {self.state}".strip(", ")
        seen = f"last seen {_said(self.seen_on)}" if self.seen_on else ""
        own = self.guardian_phone if self.guardian_phone != self.phone else ""
        guardian = f"guardian {self.guardian_name} {own}".rstrip() if self.guardian_name or own else ""
        return " · ".join(filter(None, (born, self.phone, guardian, place, self.clinician, seen)))


def _said(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


COLUMNS = ", ".join(field.name for field in fields(Hit))


@cache
def lines() -> tuple[str, tuple[Any, ...]]:
    """Everything that a line shows, of every client, as a statement for others to choose from; compiled once."""
    own = {"client": OuterRef("pk")}
    name = Concat(F("clinician__first_name"), Value(" "), F("clinician__last_name"))
    kept = Appointment.objects.filter(**own, state=AppointmentState.KEPT).order_by("-starts_at")
    clients: QuerySet[Any] = Client.objects.order_by().values_list(
        "pk", "ref", "first_name", "last_name", "preferred_name", "dob", "phone", "email", "city", "state",
        "guardian_name", "guardian_phone",
        Case(
            When(Exists(Assignment.objects.running().filter(**own)), then=Value(ClientStatus.ACTIVE.value)),
            When(Exists(Assignment.objects.filter(**own)) | Exists(Termination.objects.filter(**own)),
                 then=Value(ClientStatus.FORMER.value)),
            default=Value(ClientStatus.PROSPECTIVE.value),
            output_field=CharField(),
        ),
        Subquery(Assignment.objects.filter(**own).order_by("-started_on", "-pk").values_list(name)[:1]),
        Subquery(kept.values(day=TruncDate("starts_at"))[:1]),
    )  # fmt: skip
    return clients.query.sql_with_params()
