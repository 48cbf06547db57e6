"""Where a reassignment stands, as the tracker says it: pure functions of facts."""

from lwg_intake.checklists.models import Case
from reassignment.facts import Request
from reassignment.models import Reassignment
from reassignment.rules import requests as rules

VERIFIED = ("demographics", "insurance", "portal")


def stage(case: Case, facts: Request) -> str:
    """The tracker's status, by the first line that holds."""
    if case.status != Case.Status.OPEN:
        return case.status
    said, Stage = facts.answers, Reassignment.Stage
    lines = (
        (rules.removal_waits(facts), Stage.REMOVAL),
        ("assignment" in said and ("removal" in said or not rules.removal_needed(facts)), Stage.FIRST_VISIT),
        ("schedule" in said or "assignment" in said, Stage.SCHEDULED),
        ("match" in said or ("reason" in said and all(step in said for step in VERIFIED)), Stage.MATCHING),
        ("reason" in said, Stage.VERIFYING),
        (bool(said), Stage.CLARIFYING),
        (True, Stage.REQUESTED),
    )
    return next(value for holds, value in lines if holds)
