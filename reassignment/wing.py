"""The reassignment wing as the engine sees it."""

from lwg_intake.checklists.models import Case
from lwg_intake.checklists.registry import Wing
from reassignment.actions import requests as actions
from reassignment.procedure import REASSIGNMENT
from reassignment.selectors import requests as selectors

WING = Wing(
    procedure=REASSIGNMENT,
    facts=selectors.facts,
    effects=actions.EFFECTS,
    undone=actions.UNDONE,
    waits=actions.WAITS,
    may_leave=actions.may_leave,
    left=actions.left,
    reopened=actions.reopened,
    finished=actions.finished,
    touched=actions.touched,
    ways_out=(
        Case.Status.WAITLIST,
        Case.Status.WITHDREW,
        Case.Status.UNREACHED,
        Case.Status.REFERRED_OUT,
        Case.Status.CLOSED_INSTEAD,
    ),
    leaving="The client stops here, or waits",
    reread=frozenset(
        {"match", "insurance", "balance", "schedule", "assignment", "removal", "new_forms", "first_visit"}
    ),
    numbers=(
        "transfer_intake_months",
        "return_intake_months",
        "transfer_balance",
        "return_balance_threshold_cents",
        "changes_flagged",
        "changes_within_months",
        "offer_days",
        "verification_days",
    ),
)
