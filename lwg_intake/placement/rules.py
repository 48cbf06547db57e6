"""What is true of a placement, in either procedure: pure functions of facts (S0 and S1; R1 to R4, R12, R13)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lwg_intake.checklists.gates import Blocked, Clear, Verdict, Warn
from lwg_intake.dates import told
from lwg_intake.placement.facts import OnRecord, Place, Placement
from lwg_intake.records.rules import AppointmentKind, PayerClass, Portal, Service, accepts, dollars

# --- Money ----------------------------------------------------------------------------------------------------------


def owed(facts: Placement) -> Decimal:
    """What stands in the way: the record or what was seen in TherapyNotes, whichever is more; no fees for Medicaid."""
    seen = Decimal(str(facts.said("balance", "seen", 0)))
    amount = max(seen, facts.balance or Decimal(0))
    return max(amount - (facts.fees if is_medicaid(facts) else Decimal(0)), Decimal(0))


def is_settled(facts: Placement) -> bool:
    """Whether no balance stands in the way: nothing above the threshold, or an arrangement of billing covers it."""
    return owed(facts) <= facts.balance_threshold or (facts.arranged is not None and facts.arranged >= owed(facts))


def balance_gate(facts: Placement) -> Verdict:
    """Nothing is scheduled while a balance is open, for everyone (S0 step 4, R4); fees never count for Medicaid."""
    amount, seen = owed(facts), facts.said("balance", "seen")
    if not is_settled(facts) and seen is not None and facts.balance is not None and Decimal(str(seen)) < facts.balance:
        return Blocked(
            f"The record shows {dollars(facts.balance)} as of {facts.balance_as_of:%b %-d, %Y}, "
            f"and you saw {dollars(seen)}.",
            "Only billing can clear a balance: ask them below, or enter what the record shows.",
        )
    if amount and facts.arranged is not None and facts.arranged >= amount:
        return Clear(f"${amount} is owed, and billing has an arrangement: {facts.arrangement}")
    if not is_settled(facts):
        return Blocked(
            f"${amount} is owed.", "Nothing can be scheduled until it is settled or billing records an arrangement."
        )
    if amount:
        return Clear(f"${amount} is owed, which the practice lets pass.")
    if is_medicaid(facts) and facts.fees:
        return Clear(f"Only no-show fees (${facts.fees}) are open, and they never block a Medicaid client.")
    if facts.balance is None:
        return Warn("No balance is on record. Look in TherapyNotes before you tick.")
    return Clear(f"Nothing is owed as of {facts.balance_as_of:%b %-d, %Y}.")


# --- Insurance ------------------------------------------------------------------------------------------------------


def coverage(facts: Placement) -> tuple[str, str, str]:
    """Payer, payer class and state as entered in the insurance step, or else as on record. No state: the home state."""
    said, home = facts.answers.get("insurance"), facts.demographics.get("state", "")
    if said:
        return said["payer"], said["payer_class"], said["state"] or home
    if facts.cover:
        return facts.cover.payer, facts.cover.payer_class, facts.cover.state or home
    return "", "", ""


def insurance_gate(facts: Placement) -> Verdict:
    """Blocks while the insurance is not active (self-pay apart), or changed without the billing settings updated."""
    said = facts.answers.get("insurance")
    if not said:
        if facts.cover is None:
            return Warn("No insurance is on record. Ask for the card, or note that the client pays out of pocket.")
        return Clear("Check it today: coverage changes without notice.")
    if said["active"] != "yes" and said["payer_class"] != PayerClass.SELF_PAY:
        return Blocked("The insurance is not active.", "Ask for other coverage, or agree on self-pay.")
    if said["changed"] == "yes" and not said["billing_updated"]:
        return Blocked("The insurance changed.", "Update the billing settings in TherapyNotes, then tick the box.")
    return Clear(f"{said['payer']} is active.")


def takes_insurance(place: Place, facts: Placement) -> bool:
    """Whether the clinician chosen takes the client's insurance where it is held."""
    payer, payer_class, state = coverage(facts)
    return not payer or payer_class == PayerClass.SELF_PAY or accepts(place.payers, payer, state)


# --- Portal, OMHC ---------------------------------------------------------------------------------------------------


def portal_gate(facts: Placement) -> Verdict:
    """No portal access blocks; forms that are open are shown."""
    said = facts.answers.get("portal")
    if said and said["portal"] == Portal.NONE:
        return Blocked(
            "The client has no portal access.", "Send the welcome e-mail first; it needs e-mail and birth date."
        )
    if facts.open_forms:
        return Warn(f"Not complete: {', '.join(facts.open_forms)}. Send what is needed again.")
    return Clear("No form is outstanding on the record.")


def is_medicaid(facts: Placement) -> bool:
    """By any insurance in force now. The insurance step takes out of force what it replaces, and no second policy."""
    return facts.medicaid or facts.said("insurance", "payer_class") == PayerClass.MEDICAID


def omhc_gate(facts: Placement) -> Verdict:
    """The assessment is complete before a visit is scheduled; booking the assessment itself is never blocked (R3)."""
    on = facts.said("omhc", "completed_on") or facts.omhc_on
    if on:
        return Clear(f"The OMHC assessment was completed on {told(str(on))}.")
    return Blocked(
        "This Medicaid client has no completed OMHC assessment.",
        "Book the assessment itself now (that is never blocked), save, and come back once it is complete.",
    )


def omhc_stands(facts: Placement) -> bool:
    return not isinstance(omhc_gate(facts), Blocked)


# --- Match and visit ------------------------------------------------------------------------------------------------


def insured(facts: Placement) -> Verdict:
    """The insurance is confirmed, and for Medicaid the OMHC assessment is done."""
    if "insurance" not in facts.answers:
        return Blocked("The insurance is not confirmed.", "Do the insurance step first.")
    if is_medicaid(facts):
        verdict = omhc_gate(facts)
        if isinstance(verdict, Blocked):
            return verdict
    return Clear("Nothing stands in the way of scheduling.")


def match_stands(facts: Placement) -> bool:
    """A match counts while the place is held, or once the clinician is on the record."""
    chosen = facts.said("match", "clinician_id")
    here = {a.clinician_id for a in facts.on_record if a.service == facts.service}
    held = facts.place is not None and facts.place.held and facts.place.clinician_id == chosen
    return chosen is not None and (held or chosen in here)


def still_fits(facts: Placement) -> Verdict:
    """The clinician chosen is licensed where the client lives, and takes the insurance there, as both stand now."""
    place, home = facts.place, facts.demographics.get("state", "")
    if place and home and place.states and home not in place.states:
        return Blocked(f"{place.clinician} is not licensed in {home}.", "Match again.")
    if place and not takes_insurance(place, facts):
        payer, _, state = coverage(facts)
        return Blocked(f"{place.clinician} does not take {payer} in {state or 'this state'}.", "Match again.")
    return Clear("The clinician is licensed there and takes the insurance.")


def intake_or_session(facts: Placement, on: date | None = None) -> tuple[str, str]:
    """Intake or session on a day (today until one is chosen), and why (R1, R2): calendar months, for therapy only."""
    if facts.service != Service.THERAPY:
        return AppointmentKind.SESSION, "The intake rule is for therapy only."
    day, age = on or facts.today, facts.intake_age
    if facts.last_intake_on is None:
        return AppointmentKind.INTAKE, "No intake is on file."
    last = f"The last intake was on {facts.last_intake_on:%b %-d, %Y} ({facts.last_intake_source})"
    due, not_due = (
        (f"{age.months} months or more", f"less than {age.months} months")
        if age.on_the_day
        else (f"more than {age.months} months", f"{age.months} months or less")
    )
    if age.is_due(facts.last_intake_on, day):
        return AppointmentKind.INTAKE, f"{last}, {due} before {day:%b %-d, %Y}."
    return AppointmentKind.SESSION, f"{last}, {not_due} before {day:%b %-d, %Y}."


def visit_gate(facts: Placement) -> Verdict:
    """Intake or session by the rule, or with a reason; the clinician takes the insurance where the client lives."""
    said = facts.answers.get("schedule")
    kind, because = intake_or_session(facts, chosen_day(facts))
    if said and said["kind"] != kind and not said["because"]:
        return Blocked(
            f"By the rule this is {'an intake' if kind == AppointmentKind.INTAKE else 'a session'}. {because}",
            "Choose that, or say why this visit is different.",
        )
    fits = still_fits(facts)
    return fits if isinstance(fits, Blocked) else Clear(because)


def chosen_day(facts: Placement) -> date | None:
    """The day of the new visit, once it is chosen."""
    on = facts.said("schedule", "on")
    return date.fromisoformat(str(on)) if on else None


def schedule_stands(facts: Placement) -> bool:
    return facts.said("schedule", "clinician_id") == facts.said("match", "clinician_id")


def old_clinicians(facts: Placement) -> list[OnRecord]:
    """Who stands on the record for this service and is not the one now chosen (S0 step 9)."""
    chosen = facts.said("match", "clinician_id")
    return [a for a in facts.on_record if a.service == facts.service and a.clinician_id != chosen and facts.goes(a)]
