"""What the record already shows beside each step of a return, with its day and source."""

from lwg_intake.checklists.procedure import Evidence
from lwg_intake.records.rules import AppointmentState, Category, Coverage, PayerClass, Portal, Service
from returning.facts import Facts
from returning.rules import chosen_day, coverage, intake_or_session, is_medicaid, old_clinicians, owed, takes_insurance


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


def demographics(facts: Facts) -> list[Evidence]:
    on = facts.demographics_on
    shown = [Evidence("Last confirmed", "With the client" if on else "Never", on, "Record")]
    if facts.is_minor:
        shown.append(
            Evidence("Minor", f"Speak with the guardian: {facts.guardian or 'none on record'}", None, "Record")
        )
    return shown


def insurance(facts: Facts) -> list[Evidence]:
    return [
        Evidence(
            f"{c.payer}{f' in {c.state}' if c.state else ''}",
            f"{PayerClass(c.payer_class).label} · {Coverage(c.active).label.lower()}"
            f" · member {c.member_id or 'unknown'}"
            + ("" if c.verified_on is None or not _old(facts, c.verified_on) else " · check is old"),
            c.verified_on,
            "Insurance on record",
        )
        for c in facts.covers
    ]


def _old(facts: Facts, verified: object) -> bool:
    return (facts.today - verified).days > facts.policy["verification_days"]  # type: ignore[operator]


def balance(facts: Facts) -> list[Evidence]:
    if facts.balance is None:
        return []
    shown = [Evidence("Balance", f"${facts.balance}", facts.balance_as_of, "Record")]
    if facts.fees:
        shown.append(Evidence("Of it no-show fees", f"${facts.fees}", facts.balance_as_of, "Record"))
        if is_medicaid(facts):
            shown.append(Evidence("Stands in the way", f"${owed(facts)}", None, "Medicaid: fees never count"))
    if facts.arrangement:
        shown.append(Evidence("Arrangement", facts.arrangement, None, "Billing"))
    return shown


def portal(facts: Facts) -> list[Evidence]:
    access = Portal(facts.portal).label if facts.portal else "Not on record"
    return [
        Evidence("Portal", access, None, "Record"),
        *(Evidence(kind, state, day, "Documents") for kind, state, day in facts.documents),
    ]


def omhc(facts: Facts) -> list[Evidence]:
    return [Evidence("OMHC assessment", "Completed" if facts.omhc_on else "None on record", facts.omhc_on, "Record")]


def match(facts: Facts) -> list[Evidence]:
    payer, _, state = coverage(facts)
    return [
        Evidence("Service", Service(facts.service).label),
        Evidence("Lives in", facts.demographics.get("state") or "Not on record"),
        Evidence("Insurance", f"{payer or 'None'}{f' in {state}' if state else ''}"),
    ]


def schedule(facts: Facts) -> list[Evidence]:
    day = chosen_day(facts)
    shown = [Evidence(f"On {day:%b %-d, %Y} this is" if day else "Today this would be", *_kind(facts))]
    if facts.place:
        payer, _, state = coverage(facts)
        takes = "takes" if takes_insurance(facts.place, facts) else "does not take"
        held = "Place held with" if facts.place.held else "Clinician chosen"
        shown.append(Evidence(held, facts.place.clinician, None, f"{takes} {payer or 'self-pay'} {state}"))
    return shown


def _kind(facts: Facts) -> tuple[str, None, str]:
    kind, because = intake_or_session(facts, chosen_day(facts))
    return ("An intake" if kind == "intake" else "A session"), None, because


def removal(facts: Facts) -> list[Evidence]:
    return [
        Evidence(
            a.clinician,
            f"{Service(a.service).label}{f' · removal {a.removal}' if a.removal else ''}",
            a.since,
            "Clinicians tab",
        )
        for a in old_clinicians(facts)
    ]
