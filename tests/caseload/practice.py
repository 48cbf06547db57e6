"""Facts told in practice days, and what a sweep says of them. Every test judges the same day."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from caseload.sweeps import Found, sweep
from lwg_intake.policy.models import Setting
from lwg_intake.records.models import Appointment, Assignment, Contact
from tests.factories.records import AppointmentFactory, AssignmentFactory, ContactFactory

TODAY = date(2026, 9, 30)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """A moment on the practice's clock."""
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def assigned(day: date | None = None, **fields: Any) -> Assignment:
    """A therapy client with a plan of last week, so that no plan is due."""
    fields = {"client__plan_updated_on": ago(7)} | fields if "client" not in fields else fields
    return AssignmentFactory(started_on=day or ago(100), **fields)


def visit(to: Assignment, day: date, state: str = "kept", **fields: Any) -> Appointment:
    where = {"client": to.client, "clinician": to.clinician, "service": to.service}
    return AppointmentFactory(**where | {"starts_at": at(day), "state": state} | fields)


def rang(who: Assignment, day: date, direction: str = "in", outcome: str = "reached", **fields: Any) -> Contact:
    return ContactFactory(**{"client": who.client, "at": at(day), "direction": direction, "outcome": outcome} | fields)


def number(key: str, value: int, day: date = date(2026, 1, 1)) -> None:
    Setting.objects.create(key=key, value=value, effective_on=day, source="a test")


def grounds(found: Found, of: Assignment | None = None) -> set[str]:
    """What a sweep opened, of one assignment or of all."""
    return {row["ground"] for row in found.opened if of is None or _is(row, of)}


def guards(found: Found, of: Assignment | None = None) -> set[tuple[str, str]]:
    return {(row["ground"], row["guard"]) for row in found.guarded if of is None or _is(row, of)}


def why(found: Found) -> dict[str, str]:
    """Each withdrawn ground with its reason."""
    return {row["ground"]: row["because"] for row in found.withdrawn}


def judged(on: date = TODAY, of: Assignment | None = None) -> set[str]:
    return grounds(sweep(on), of)


def _is(row: dict[str, str], of: Assignment) -> bool:
    return (row["client_ref"], row["clinician_ref"], row["service"]) == (of.client.ref, of.clinician.ref, of.service)
