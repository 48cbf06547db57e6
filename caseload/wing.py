"""The caseload wing as the engine sees it."""

from caseload import actions, selectors
from caseload.procedure import CLOSING
from lwg_intake.checklists.models import Case
from lwg_intake.checklists.registry import Wing

WING = Wing(
    procedure=CLOSING,
    facts=selectors.facts,
    effects=actions.EFFECTS,
    undone=actions.UNDONE,
    may_leave=actions.may_leave,
    left=actions.left,
    reopened=actions.reopened,
    finished=actions.finished,
    touched=actions.touched,
    ways_out=(Case.Status.KEPT, Case.Status.WITHDREW),
    leaving="Not closed after all",
    numbers=("inactive_days", "missed_total", "closing_consults", "deadline_days"),
)
