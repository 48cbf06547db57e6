"""The deeds of a return as the actions take them, for tests that need a case at some step."""

from datetime import timedelta

from lwg_intake import dates
from lwg_intake.checklists import actions
from lwg_intake.checklists.board import board
from lwg_intake.checklists.models import Case, Tick
from returning import actions as returning
from tests.returning.conftest import ANSWERS


def start(practice, client, by=None):
    return returning.start(client_id=client.pk, service="therapy", channel="phone", by=by or practice.csr)


def do(case, key, by, version=None, waiting=False, **fields):
    tick = Tick.objects.filter(case=case, step=key).first()
    seen = version if version is not None else (tick.version if tick else 0)
    return actions.tick(
        case_id=case.pk, step_key=key, fields={**ANSWERS.get(key, {}), **fields}, version=seen, by=by, waiting=waiting
    )


def up_to_match(case, practice, **ending):
    do(case, "ending", practice.csr, **ending)
    for key in ("demographics", "insurance", "balance", "portal"):
        do(case, key, practice.csr)


def visit():
    day = dates.today() + timedelta(days=7)
    return {"on": day.isoformat(), "time": "10:00:00", "kind": "intake", "because": "", "modality": "virtual"}


def up_to_complete(case, practice, clinician):
    do(case, "match", practice.csr, clinician_id=clinician.pk)
    do(case, "schedule", practice.csr, **visit())
    do(case, "assignment", practice.csr, started_on=dates.today().isoformat())
    do(case, "notice", practice.csr)
    if board(Case.objects.get(pk=case.pk)).row("removal").state == "open":
        do(case, "removal", practice.csr)
    do(case, "tracker", practice.csr)
    do(case, "note", practice.csr)


def finish(case, practice, clinician):
    up_to_complete(case, practice, clinician)
    return actions.complete(case_id=case.pk, by=practice.csr)
