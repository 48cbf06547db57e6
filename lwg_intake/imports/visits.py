"""Visits as a foreign file tells them, and which of those on record each is."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from lwg_intake import dates
from lwg_intake.imports.persons import Named
from lwg_intake.imports.words import attendance, kind_of, mark, person_key, service_of, stated
from lwg_intake.records.models import Appointment, Clinician
from lwg_intake.records.rules import AppointmentState

NOON = time(12)
UNSURE = (
    "{} visits to this clinician are on record in that {}, and the row does not tell which is meant: add its exact "
    "time and bring it again."
)
# id, ref and kind.
Whom = tuple[int, str, str]


class Unsure(Exception):
    """Of several visits on record nobody can say which is meant. The text says so, for staff."""


@dataclass(frozen=True)
class Visit:
    """A visit as a foreign file tells it. `at` is its time, where one is told."""

    who: Named
    clinician: str
    on: date
    at: time | None
    state: str
    words: str

    @property
    def stated(self) -> AppointmentState | None:
        """What became of it, where the file says so."""
        said = stated(self.state)
        return None if said == AppointmentState.SCHEDULED else said

    def ref(self, client_ref: str, clinician_ref: str) -> str:
        return _ref(client_ref, clinician_ref, self.on, "" if self.at is None else str(self.at.hour))

    def as_row(self, client_ref: str, clinician: Whom, known: dict[str, Any] | None) -> list[str]:
        """The row of appointments.csv. Of one on record the file changes what became of it, and its time only where
        none was told before.
        """
        _, clinician_ref, clinician_kind = clinician
        starts_at = datetime.combine(self.on, self.at or NOON).isoformat(timespec="minutes")
        if known:
            untold = self.at and known["ref"] == _ref(client_ref, clinician_ref, self.on, "")
            return [
                known["ref"] or self.ref(client_ref, clinician_ref), client_ref, clinician_ref, known["service"],
                starts_at if untold else known["starts_at"].isoformat(), known["kind"], self.stated or known["state"],
            ]  # fmt: skip
        service = service_of(self.words, clinician_kind)
        return [
            self.ref(client_ref, clinician_ref), client_ref, clinician_ref, service, starts_at,
            kind_of(self.words, service), attendance(self.state, self.on, dates.today()),
        ]  # fmt: skip


class OnRecord:
    """The visits on record of these clients on the days of a file's visits."""

    def __init__(self, clients: dict[int, str], visits: list[Visit]) -> None:
        self._clients = clients
        self._found: dict[tuple[int, int, date], list[dict[str, Any]]] = defaultdict(list)
        told = {(visit.who.same, visit.clinician, visit.on, visit.at and visit.at.hour) for visit in visits}
        self._told = Counter(visit[:3] for visit in told)
        if not clients or not visits:
            return
        zone = ZoneInfo(settings.TIME_ZONE)
        first, last = min(visit.on for visit in visits), max(visit.on for visit in visits)
        rows = Appointment.objects.filter(client__in=clients, starts_at__date__gte=first, starts_at__date__lte=last)
        row: dict[str, Any]
        for row in rows.order_by("starts_at").values():  # type: ignore[assignment]
            row["at"] = row["starts_at"].astimezone(zone)
            self._found[row["client_id"], row["clinician_id"], row["at"].date()].append(row)

    def which(self, visit: Visit, client: int, clinician: Whom) -> dict[str, Any] | None:
        """The one on record that this is, by its hour, or by the day where no hour is told.

        One that went in without its time is that of the same day, where the file tells of no other. Raises Unsure
        where several may be meant, and it would make a difference.
        """
        day = self._found.get((client, clinician[0], visit.on), [])
        found = day
        if visit.at:
            hour = [row for row in day if row["at"].hour == visit.at.hour]
            found = [row for row in hour if row["at"].minute == visit.at.minute] or hour
            untold = _ref(self._clients[client], clinician[1], visit.on, "")
            if not found and [row["ref"] for row in day] == [untold] and self._is_alone(visit):
                found = day
        if len(found) > 1 and visit.stated and any(row["state"] != visit.stated for row in found):
            raise Unsure(UNSURE.format(len(found), "hour" if visit.at else "day"))
        return found[0] if found else None

    def _is_alone(self, visit: Visit) -> bool:
        return self._told[visit.who.same, visit.clinician, visit.on] == 1


def clinicians_by_name() -> dict[str, set[Whom]]:
    found: dict[str, set[Whom]] = {}
    for pk, ref, first, last, kind in Clinician.objects.values_list("pk", "ref", "first_name", "last_name", "kind"):
        found.setdefault(person_key(first, last), set()).add((pk, ref, kind))
    return found


def _ref(client_ref: str, clinician_ref: str, on: date, hour: str) -> str:
    return f"V{mark(client_ref, clinician_ref, str(on), hour)}"
