"""What the record already shows beside the steps that a return has alone, with its day and source."""

from lwg_intake.checklists.procedure import Evidence
from lwg_intake.records.rules import AppointmentState, Category, Service
from returning.facts import Facts


def ending(facts: Facts) -> list[Evidence]:
    shown = [
        Evidence(
            f"Ended {e.ended_on:%b %-d, %Y}",
            " · ".join(
                part
                for part in (Category(e.category).label if e.category else "Category not on record", e.ground, e.note)
                if part
            ),
            None,
            f"Termination on record, {Service(e.service).label.lower()} with {e.clinician}",
        )
        for e in facts.endings
    ] or [Evidence("Ending", "No termination is on record. Read the notes in TherapyNotes.", None, "Record")]
    if facts.misses:
        days = ", ".join(f"{day:%b %-d, %Y} ({AppointmentState(state).label.lower()})" for day, state in facts.misses)
        shown.append(Evidence(f"{len(facts.misses)} missed", days, None, "Appointments of the last episode"))
    return shown


def decision(facts: Facts) -> list[Evidence]:
    summary = facts.said("ending", "summary")
    said = [Evidence("Category chosen", Category(facts.said("ending", "category")).label, None, "First step")]
    return said + ([Evidence("In a line", summary, None, "First step")] if summary else []) + ending(facts)
