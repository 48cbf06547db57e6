"""What the record already shows beside the steps that a reassignment has alone."""

from lwg_intake.checklists.procedure import Evidence
from lwg_intake.placement import evidence as placement
from lwg_intake.placement.rules import chosen_day
from lwg_intake.records.rules import AppointmentState, Service
from reassignment.facts import Request
from reassignment.rules.words import Initiator


def reason(facts: Request) -> list[Evidence]:
    shown = [Evidence("Leaves", facts.old_clinician, None, Service(facts.service).label)]
    if facts.because:
        shown.append(Evidence("Asked for", facts.because, None, Initiator(facts.initiator).label))
    if facts.old_last_day:
        shown.append(Evidence("Last day", "Leaves the practice", facts.old_last_day, "Record"))
    months = facts.policy["changes_within_months"]
    shown.append(Evidence("Changes before", str(facts.changes or "None"), None, f"The last {months} months"))
    return shown


def contact(facts: Request) -> list[Evidence]:
    return placement.demographics(facts)


def portal(facts: Request) -> list[Evidence]:
    anew = [
        Evidence(kind, f"With {facts.old_clinician}: asked anew, once the new clinician is assigned", None, "Documents")
        for kind in facts.old_forms
    ]
    return [*placement.portal(facts), *anew]


def match(facts: Request) -> list[Evidence]:
    return [*placement.match(facts), Evidence("Leaves", facts.old_clinician, None, "Not offered again")]


def schedule(facts: Request) -> list[Evidence]:
    shown = placement.schedule(facts)
    if facts.service == Service.THERAPY:
        months = facts.return_age.months
        due = facts.return_age.is_due(facts.last_intake_on, chosen_day(facts) or facts.today)
        kind = "An intake" if due else "A session"
        shown.append(Evidence("Were it a return", f"{kind}, by {months} months",
                              None, "Not the rule for a change of clinician"))  # fmt: skip
    if facts.visit_state:
        shown.append(
            Evidence("Booked", AppointmentState(facts.visit_state).label, facts.visit_on, "Appointment made here")
        )
    return shown


def removal(facts: Request) -> list[Evidence]:
    return placement.removal(facts)


def first_visit(facts: Request) -> list[Evidence]:
    shown = []
    if facts.visit_state:
        shown.append(Evidence("Booked", AppointmentState(facts.visit_state).label, facts.visit_on, "Appointments"))
    if facts.kept_on:
        shown.append(Evidence("Kept", f"With {facts.said('match', 'clinician', '')}", facts.kept_on, "Appointments"))
    if facts.removal:
        done = {"asked": "Asked for, not done yet", "done": "Done"}[facts.removal]
        shown.append(Evidence("Removal", done, None, facts.old_clinician))
    return shown
