"""Where a return stands, as the tracker says it: pure functions of facts."""

from lwg_intake.checklists.gates import stops
from lwg_intake.checklists.models import Case
from lwg_intake.placement.rules import is_medicaid, is_settled, omhc_gate
from returning import rules
from returning.facts import Facts
from returning.models import Return


def eligibility(facts: Facts) -> str:
    """The tracker's word on whether the client may return."""
    verdict = rules.eligibility(facts)
    decided = facts.said("decision", "decision")
    if decided == "refuse":
        return Return.Eligibility.REFUSED
    if stops(verdict):
        return Return.Eligibility.OPEN
    return Return.Eligibility.CONDITIONS if decided == "conditions" else Return.Eligibility.ELIGIBLE


def stage(case: Case, facts: Facts) -> str:
    """The tracker's status, by the first line that holds: what waits for others goes before what is done."""
    if case.status != Case.Status.OPEN:
        return case.status
    said, undecided = facts.answers, rules.is_undecided(facts)
    lines = (
        ("ending" not in said, Return.Stage.REVIEW if said else Return.Stage.NEW),
        (undecided or rules.is_refused(facts), Return.Stage.MANAGEMENT),
        ("assignment" not in said and not is_settled(facts), Return.Stage.BALANCE),
        ("schedule" in said, Return.Stage.SCHEDULED),
        ("match" in said, Return.Stage.MATCHED),
        ("insurance" not in said, Return.Stage.INSURANCE),
        (is_medicaid(facts) and stops(omhc_gate(facts)), Return.Stage.OMHC),
        ("portal" not in said, Return.Stage.DOCUMENTS),
        (True, Return.Stage.READY),
    )
    return next(value for holds, value in lines if holds)
