"""A clinician who leaves, with the people around: what the tests of departures begin with."""

from dataclasses import dataclass, field
from datetime import timedelta

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.policy.values import values
from lwg_intake.records.models import Clinician
from reassignment.actions import departures
from reassignment.models import Departure, RosterRow
from reassignment.selectors.departures import Line, lines
from tests.factories.access import UserFactory
from tests.factories.records import AssignmentFactory, ClinicianFactory


@dataclass
class Leaving:
    """A departure with nine days' notice. `manager` is the transition manager; `csr_manager` a practice manager."""

    departure: Departure
    clinician: Clinician
    supervisor: Clinician
    therapist: User
    manager: User
    csr_manager: User
    csr: User
    other_csr: User
    numbers: dict[str, int] = field(default_factory=values)

    @property
    def rows(self) -> list[RosterRow]:
        return list(self.departure.rows.select_related("assignment__client").order_by("pk"))


def leaving(clients: int) -> Leaving:
    therapist, manager = UserFactory(roles=["clinician"]), UserFactory(roles=["transition_manager"])
    supervisor = ClinicianFactory(accepting_new=False)
    clinician = ClinicianFactory(account=therapist, supervisor=supervisor)
    for _ in range(clients):
        AssignmentFactory(clinician=clinician)
    departure = departures.open_departure(
        clinician_id=clinician.pk, kind="resignation", notice_on=dates.today(),
        last_day=dates.today() + timedelta(days=9), by=manager,
    )  # fmt: skip
    csr, other, boss = (UserFactory(roles=[role]) for role in ("csr", "csr", "manager"))
    return Leaving(departure, clinician, supervisor, therapist, manager, boss, csr, other)


def line(row: RosterRow) -> Line:
    return lines(RosterRow.objects.filter(pk=row.pk))[0]


def names(p: Leaving) -> list[str]:
    return [str(row.assignment.client) for row in p.rows]
