"""What management does about removals (S0 step 9): only a manager marks one as done."""

from django.db import transaction
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.checklists.models import Case
from lwg_intake.checklists.registry import wing_of
from lwg_intake.errors import NotThere
from lwg_intake.records.episodes import derive
from lwg_intake.records.models import Assignment, Removal
from lwg_intake.transitions import move


def _removal(removal_id: int, by: User) -> Removal:
    require(by, Can.REMOVE_CLINICIANS)
    removal = Removal.objects.select_related("assignment__clinician").filter(pk=removal_id).first()
    if removal is None:
        raise NotThere("There is no such request.")
    return removal


def _tell_cases(removal: Removal, by: User) -> None:
    """The client's open cases show at once what management did."""
    for case in Case.objects.open().filter(client=removal.client_id).select_related("client"):
        wing_of(case.procedure).touched(case=case, by=by)


def mark_done(*, removal_id: int, by: User) -> Removal:
    """The old clinician is off the Clinicians tab in TherapyNotes: the assignment ends today."""
    with transaction.atomic():
        removal = _removal(removal_id, by)
        move(removal, Removal.Status.DONE, done_by=by, done_at=timezone.now())
        today = dates.today()
        day = max(today, removal.assignment.started_on)
        Assignment.objects.filter(pk=removal.assignment_id, ended_on__isnull=True).update(ended_on=day)
        derive([removal.client_id])
        record("removal.done", by=by, on=removal, assignment=removal.assignment_id)
        _tell_cases(removal, by)
    return removal


def withdraw(*, removal_id: int, by: User) -> Removal:
    """The clinician stays on the record after all."""
    with transaction.atomic():
        removal = _removal(removal_id, by)
        move(removal, Removal.Status.WITHDRAWN)
        record("removal.withdrawn", by=by, on=removal)
        _tell_cases(removal, by)
    return removal
