"""What the record already shows beside the steps that both procedures share, with its day and source."""

from lwg_intake.checklists.procedure import Evidence
from lwg_intake.placement.facts import Placement
from lwg_intake.placement.rules import (
    chosen_day,
    coverage,
    intake_or_session,
    is_medicaid,
    old_clinicians,
    owed,
    takes_insurance,
)
from lwg_intake.records.rules import Coverage, PayerClass, Portal, Service, dollars


def demographics(facts: Placement) -> list[Evidence]:
    on = facts.demographics_on
    shown = [Evidence("Last confirmed", "With the client" if on else "Never", on, "Record")]
    if facts.is_minor:
        shown.append(
            Evidence("Minor", f"Speak with the guardian: {facts.guardian or 'none on record'}", None, "Record")
        )
    return shown


def insurance(facts: Placement) -> list[Evidence]:
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


def _old(facts: Placement, verified: object) -> bool:
    return (facts.today - verified).days > facts.policy["verification_days"]  # type: ignore[operator]


def balance(facts: Placement) -> list[Evidence]:
    if facts.balance is None:
        return []
    shown = [Evidence("Balance", dollars(facts.balance), facts.balance_as_of, "Record")]
    if facts.fees:
        shown.append(Evidence("Of it no-show fees", f"${facts.fees}", facts.balance_as_of, "Record"))
        if is_medicaid(facts):
            shown.append(Evidence("Stands in the way", f"${owed(facts)}", None, "Medicaid: fees never count"))
    if facts.arrangement:
        shown.append(Evidence("Arrangement", facts.arrangement, None, "Billing"))
    return shown


def portal(facts: Placement) -> list[Evidence]:
    access = Portal(facts.portal).label if facts.portal else "Not on record"
    return [
        Evidence("Portal", access, None, "Record"),
        *(Evidence(kind, state, day, "Documents") for kind, state, day in facts.documents),
    ]


def omhc(facts: Placement) -> list[Evidence]:
    return [Evidence("OMHC assessment", "Completed" if facts.omhc_on else "None on record", facts.omhc_on, "Record")]


def match(facts: Placement) -> list[Evidence]:
    payer, _, state = coverage(facts)
    return [
        Evidence("Service", Service(facts.service).label),
        Evidence("Lives in", facts.demographics.get("state") or "Not on record"),
        Evidence("Insurance", f"{payer or 'None'}{f' in {state}' if state else ''}"),
    ]


def schedule(facts: Placement) -> list[Evidence]:
    day = chosen_day(facts)
    shown = [Evidence(f"On {day:%b %-d, %Y} this is" if day else "Today this would be", *_kind(facts))]
    if facts.place:
        payer, _, state = coverage(facts)
        takes = "takes" if takes_insurance(facts.place, facts) else "does not take"
        held = "Place held with" if facts.place.held else "Clinician chosen"
        shown.append(Evidence(held, facts.place.clinician, None, f"{takes} {payer or 'self-pay'} {state}"))
    return shown


def _kind(facts: Placement) -> tuple[str, None, str]:
    kind, because = intake_or_session(facts, chosen_day(facts))
    return ("An intake" if kind == "intake" else "A session"), None, because


def removal(facts: Placement) -> list[Evidence]:
    return [
        Evidence(
            a.clinician,
            f"{Service(a.service).label}{f' · removal {a.removal}' if a.removal else ''}",
            a.since,
            "Clinicians tab",
        )
        for a in old_clinicians(facts)
    ]
