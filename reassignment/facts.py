"""What a reassignment is judged by, besides what every placement is. No model, no query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lwg_intake.dates import Age
from lwg_intake.placement.facts import OnRecord, Placement
from reassignment.rules.words import Balances, Reason


@dataclass(frozen=True)
class Request(Placement):
    """A change of clinician: who is left and why, and what became of the removal and of the first visit.

    `changes` counts the changes before this one; `old_forms` are the kinds of form that are tied to the clinician who
    is left: each clinician asks for theirs anew. `visit_state` and `visit_on` are of the visit booked here, as the
    record has it, and `kept_on` is the first visit kept with the new clinician.
    """

    reason: str = ""
    because: str = ""
    preference: str = ""
    initiator: str = ""
    old_assignment_id: int = 0
    old_clinician_id: int = 0
    old_clinician: str = ""
    old_email: str = ""
    old_last_day: date | None = None
    changes: int = 0
    removal: str = ""
    old_forms: tuple[str, ...] = ()
    visit_state: str = ""
    visit_on: date | None = None
    kept_on: date | None = None

    @property
    def intake_age(self) -> Age:
        """Six calendar months, that day excluded (S1 step 4, R2)."""
        return Age(self.policy["transfer_intake_months"], on_the_day=False)

    @property
    def return_age(self) -> Age:
        """What would hold if this were a return (S0, R1): shown beside, so that nobody takes one for the other."""
        return Age(self.policy["return_intake_months"], on_the_day=True)

    @property
    def balance_threshold(self) -> Decimal:
        return Decimal(self.policy["return_balance_threshold_cents"]) / 100

    @property
    def balances(self) -> Balances:
        return Balances(str(self.policy["transfer_balance"]))

    @property
    def leaving(self) -> tuple[int, ...]:
        return (self.old_clinician_id,)

    @property
    def times_first(self) -> bool:
        """A client who changes over the schedule is served by the times, whatever else is wished for."""
        return self.why == Reason.SCHEDULE

    @property
    def why(self) -> str:
        """The reason as clarified with the client, or else as it was asked for."""
        return str(self.said("reason", "reason", self.reason))

    def goes(self, stands: OnRecord) -> bool:
        """Only the assignment that is left comes off the record."""
        return stands.assignment_id == self.old_assignment_id
