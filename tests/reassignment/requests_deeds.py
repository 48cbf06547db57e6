"""A small practice for requests, and the deeds of one as the actions take them."""

from datetime import timedelta
from types import SimpleNamespace

from lwg_intake import dates
from lwg_intake.checklists import actions
from lwg_intake.checklists.board import board
from lwg_intake.checklists.models import Case, Tick
from reassignment.actions import requests
from tests.factories.access import UserFactory
from tests.factories.records import AssignmentFactory, BalanceFactory, ClinicianFactory, InsurancePolicyFactory

ANSWERS = {
    "reason": {"reason": "fit", "clarified": "Somebody who works with grief", "preference": ""},
    "demographics": {"phone": "(301) 555-0142", "email": "ada@example.com"},
    "insurance": {
        "active": "yes", "changed": "no", "payer": "CareFirst BCBS", "payer_class": "commercial", "state": "MD",
        "member_id": "M1", "billing_updated": False,
    },
    "balance": {"seen": "0", "told": False},
    "portal": {"portal": "active", "forms_state": "complete", "sent": []},
    "match": {"specialties": "", "language": "", "gender": "", "modality": "", "times": ""},
    "assignment": {"started_on": "", "done": True},
    "note": {"party": "Ada (client)", "method": "phone", "reason": "Reassignment", "minutes": 20, "details": "Done."},
}  # fmt: skip


def staff(name, *roles):
    return UserFactory(first_name=name.title(), last_name="Desk", roles=list(roles))


def make_practice():
    old = ClinicianFactory(first_name="Abena", last_name="Osei", openings=["Mon 09:00"])
    new = ClinicianFactory(first_name="Luis", last_name="Duarte", capacity=1, openings=["Tue 17:00"])
    return SimpleNamespace(
        csr=staff("casey", "csr"), other_csr=staff("robin", "csr"), manager=staff("morgan", "manager"),
        transition=staff("priya", "transition_manager"), billing=staff("bo", "billing"), old=old, new=new,
    )  # fmt: skip


def in_care(practice, last_intake_on=None, **more):
    """An assignment that runs with the clinician who will be left."""
    assignment = AssignmentFactory(
        clinician=practice.old, client__last_intake_on=last_intake_on or dates.today() - timedelta(days=60), **more
    )
    InsurancePolicyFactory(client=assignment.client, member_id="M1")
    BalanceFactory(client=assignment.client)
    return assignment


def start(practice, assignment, by=None, **more):
    given = {"reason": "fit", "initiator": "client"} | more
    return requests.open_reassignment(assignment=assignment, by=by or practice.csr, **given)


def do(case, key, by, version=None, waiting=False, **fields):
    tick = Tick.objects.filter(case=case, step=key).first()
    seen = version if version is not None else (tick.version if tick else 0)
    given = {**ANSWERS.get(key, {}), **fields}
    return actions.tick(case_id=case.pk, step_key=key, fields=given, version=seen, by=by, waiting=waiting)


def up_to_match(case, practice, **reason):
    do(case, "reason", practice.csr, **reason)
    for key in ("demographics", "insurance", "balance", "portal"):
        do(case, key, practice.csr)


def visit(days=7, kind="session", **more):
    day = dates.today() + timedelta(days=days)
    return {"on": day.isoformat(), "time": "10:00:00", "kind": kind, "because": "", "modality": "virtual"} | more


def up_to_assigned(case, practice, clinician=None, **schedule):
    up_to_match(case, practice)
    do(case, "match", practice.csr, clinician_id=(clinician or practice.new).pk)
    do(case, "schedule", practice.csr, **(visit() | schedule))
    do(case, "assignment", practice.csr, started_on=dates.today().isoformat())


def up_to_first_visit(case, practice, clinician=None, **schedule):
    up_to_assigned(case, practice, clinician, **schedule)
    for key in ("notice", "removal", "tracker", "note"):
        do(case, key, practice.csr)


def now(case):
    return board(Case.objects.get(pk=case.pk))


def another(practice, **more):
    return ClinicianFactory(**({"first_name": "Third", "last_name": "Choice"} | more))
