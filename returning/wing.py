"""The returning wing as the engine sees it."""

from lwg_intake.checklists.models import Case
from lwg_intake.checklists.registry import Wing
from returning import actions, selectors
from returning.procedure import RETURNING

WING = Wing(
    procedure=RETURNING,
    facts=selectors.facts,
    effects=actions.EFFECTS,
    undone=actions.UNDONE,
    waits=actions.WAITS,
    may_leave=actions.may_leave,
    left=actions.left,
    reopened=actions.reopened,
    finished=actions.finished,
    touched=actions.touched,
    ways_out=(Case.Status.WITHDREW, Case.Status.UNREACHED, Case.Status.REFERRED_OUT, Case.Status.WAITLIST),
    leaving="The client stops here",
    reread=frozenset({"match", "insurance", "balance", "decision"}),
    numbers=("return_intake_months", "return_balance_threshold_cents", "severe_misses", "verification_days"),
)
