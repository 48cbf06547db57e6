"""What is true of a return: pure functions of facts (S0, and the practice's rules R1 to R7, R12, R13)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lwg_intake.access.roles import Can
from lwg_intake.checklists.gates import Blocked, Clear, NeedsApproval, Verdict, Warn
from lwg_intake.dates import Age
from lwg_intake.records.rules import AppointmentKind, Category, PayerClass, Portal, Service, accepts
from returning.facts import Ending, Facts, OnRecord, Place

# --- Who may return -------------------------------------------------------------------------------------------------

MANAGEMENT_CATEGORIES = frozenset({Category.C, Category.D})


def last_ending(facts: Facts) -> Ending | None:
    return facts.endings[0] if facts.endings else None


def category(facts: Facts) -> str | None:
    return facts.said("ending", "category")


def reasons_for_management(facts: Facts) -> list[str]:
    """Why management decides (R5, R7). Empty when it need not.

    What the record says, and what was once chosen on this return, count as much as what is chosen now: a category
    cannot be edited away from the manager.
    """
    reasons = []
    chosen = category(facts)
    if chosen in MANAGEMENT_CATEGORIES:
        reasons.append(f"The ending is category {chosen}.")
    recorded = {e.category: e.ended_on for e in facts.endings if e.is_of_last_episode}
    for once in sorted(MANAGEMENT_CATEGORIES - {chosen}):
        if once in recorded:
            reasons.append(f"The record gives category {once} for the ending of {recorded[once]:%b %-d, %Y}.")
        elif once in facts.ever_categories:
            reasons.append(f"Category {once} was chosen before since that ending.")
    if facts.said("ending", "severe"):
        reasons.append("The no-shows are marked as severe.")
    elif facts.ever_severe:
        reasons.append("The no-shows were marked as severe before since that ending.")
    return reasons


def needs_management(facts: Facts) -> bool:
    """Categories C and D, on record or chosen here even once; category A when marked as severe."""
    return bool(category(facts)) and bool(reasons_for_management(facts))


def judged(facts: Facts) -> str:
    """What a decision is about. A decision stands for this and nothing else."""
    return f"{category(facts)}{' severe' if facts.said('ending', 'severe') else ''}"


def is_undecided(facts: Facts) -> bool:
    """A manager has to decide and has not, also before the category is chosen here."""
    return bool(reasons_for_management(facts)) and "decision" not in facts.answers


def decision_stands(facts: Facts) -> bool:
    """A decision counts only for the category that the manager saw."""
    return facts.said("decision", "judged") == judged(facts)


def is_refused(facts: Facts) -> bool:
    """Management decided that the client cannot return."""
    return facts.said("decision", "decision") == "refuse"


def goes_on(facts: Facts) -> bool:
    """Steps towards a visit are needed until management refuses."""
    return not is_refused(facts)


def asks_manager(facts: Facts) -> NeedsApproval:
    """Why the return waits for a manager, in a sentence."""
    reasons = " ".join(reasons_for_management(facts))
    return NeedsApproval(f"{reasons} A manager decides before anything is promised.", Can.DECIDE_RETURNS)


def eligibility(facts: Facts) -> Verdict:
    """Whether the client may be accepted (S0 step 1)."""
    if category(facts) is None:
        return Blocked("How the last episode ended is not recorded yet.", "Do the first step first.")
    if is_undecided(facts):
        return asks_manager(facts)
    if is_refused(facts):
        return Blocked("Management decided that the client cannot return.", "Go on to the referral.")
    if category(facts) == Category.A and "commitment" not in facts.answers:
        return Blocked("The attendance commitment is not recorded.", "Record it first.")
    return Clear("The client may return.")


def commitment_needed(facts: Facts) -> bool:
    """The last episode ended over no-shows (category A)."""
    return category(facts) == Category.A and goes_on(facts)


def ending_gate(facts: Facts) -> Verdict:
    """Nothing blocks; the page warns where the record says C or D, or where many visits were missed."""
    ending, chosen = last_ending(facts), category(facts)
    if ending and ending.category in MANAGEMENT_CATEGORIES and chosen != ending.category:
        return Warn(f"The record says category {ending.category}. A manager decides whatever is chosen here.")
    if facts.policy["severe_misses"] <= len(facts.misses) and not facts.said("ending", "severe"):
        return Warn(f"{len(facts.misses)} missed visits in the last episode: consider marking it as severe.")
    if chosen in MANAGEMENT_CATEGORIES:
        return Warn("A manager decides. Promise nothing, and refuse nothing, until then.")
    return Clear("You can record what you read.")


def decision_gate(facts: Facts) -> Verdict:
    """Shows why a decision is needed. It stands for the category it judged, and for no other."""
    return Warn(" ".join(reasons_for_management(facts)) or "No decision is needed.")


# --- Money ----------------------------------------------------------------------------------------------------------


def owed(facts: Facts) -> Decimal:
    """What stands in the way: the record or what was seen in TherapyNotes, whichever is more; no fees for Medicaid."""
    seen = Decimal(str(facts.said("balance", "seen", 0)))
    amount = max(seen, facts.balance or Decimal(0))
    return max(amount - (facts.fees if is_medicaid(facts) else Decimal(0)), Decimal(0))


def is_settled(facts: Facts) -> bool:
    """Whether no balance stands in the way: nothing above the threshold, or an arrangement of billing covers it."""
    return owed(facts) <= Decimal(facts.policy["return_balance_threshold_cents"]) / 100 or (
        facts.arranged is not None and facts.arranged >= owed(facts)
    )


def balance_gate(facts: Facts) -> Verdict:
    """Nothing is scheduled while a balance is open, for everyone (S0 step 4, R4); fees never count for Medicaid."""
    amount, seen = owed(facts), facts.said("balance", "seen")
    if not is_settled(facts) and seen is not None and facts.balance is not None and Decimal(str(seen)) < facts.balance:
        return Blocked(
            f"The record shows ${facts.balance} as of {facts.balance_as_of:%b %-d, %Y}, and you saw ${seen}.",
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


def settled_first(facts: Facts) -> Verdict:
    """Category B is settled before the client is taken up again at all (R6)."""
    if category(facts) == Category.B and not is_settled(facts):
        return Blocked(
            f"The last episode ended over billing and ${owed(facts)} is still owed.",
            "It has to be settled, or billing has to record an arrangement, before anything else.",
        )
    return Clear("No open bill stands in the way.")


# --- Insurance ------------------------------------------------------------------------------------------------------


def coverage(facts: Facts) -> tuple[str, str, str]:
    """Payer, payer class and state as entered in the insurance step, or else as on record. No state: the home state."""
    said, home = facts.answers.get("insurance"), facts.demographics.get("state", "")
    if said:
        return said["payer"], said["payer_class"], said["state"] or home
    if facts.cover:
        return facts.cover.payer, facts.cover.payer_class, facts.cover.state or home
    return "", "", ""


def insurance_gate(facts: Facts) -> Verdict:
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


def takes_insurance(place: Place, facts: Facts) -> bool:
    payer, payer_class, state = coverage(facts)
    return not payer or payer_class == PayerClass.SELF_PAY or accepts(list(place.payers), payer, state)


# --- Portal, OMHC ---------------------------------------------------------------------------------------------------


def portal_gate(facts: Facts) -> Verdict:
    """Category B: the balance is settled first. No portal access blocks; forms that are open are shown."""
    first = settled_first(facts)
    if isinstance(first, Blocked):
        return first
    said = facts.answers.get("portal")
    if said and said["portal"] == Portal.NONE:
        return Blocked(
            "The client has no portal access.", "Send the welcome e-mail first; it needs e-mail and birth date."
        )
    if facts.open_forms:
        return Warn(f"Not complete: {', '.join(facts.open_forms)}. Send what is needed again.")
    return Clear("No form is outstanding on the record.")


def is_medicaid(facts: Facts) -> bool:
    """By any insurance in force now. The insurance step takes out of force what it replaces, and no second policy."""
    return facts.medicaid or facts.said("insurance", "payer_class") == PayerClass.MEDICAID


def needs_omhc(facts: Facts) -> bool:
    """The client is insured by Medicaid."""
    return goes_on(facts) and is_medicaid(facts)


def omhc_gate(facts: Facts) -> Verdict:
    """The assessment is complete before a visit is scheduled; booking the assessment itself is never blocked (R3)."""
    on = facts.said("omhc", "completed_on") or facts.omhc_on
    if on:
        return Clear(f"The OMHC assessment was completed on {date.fromisoformat(str(on)):%b %-d, %Y}.")
    return Blocked(
        "This Medicaid client has no completed OMHC assessment.",
        "Book the assessment itself now (that is never blocked), save, and come back once it is complete.",
    )


def omhc_stands(facts: Facts) -> bool:
    return not isinstance(omhc_gate(facts), Blocked)


# --- Match and visit ------------------------------------------------------------------------------------------------


def ready(facts: Facts) -> Verdict:
    """The client may return, the balance is settled, the insurance confirmed, and for Medicaid the OMHC is done."""
    for gate in (eligibility, settled_first, balance_gate):
        verdict = gate(facts)
        if isinstance(verdict, Blocked | NeedsApproval):
            return verdict
    if "insurance" not in facts.answers:
        return Blocked("The insurance is not confirmed.", "Do the insurance step first.")
    if "balance" not in facts.answers:
        return Blocked("The balance is not checked.", "Do the balance step first.")
    if is_medicaid(facts):
        verdict = omhc_gate(facts)
        if isinstance(verdict, Blocked):
            return verdict
    return Clear("Nothing stands in the way of scheduling.")


def match_stands(facts: Facts) -> bool:
    """A match counts while the place is held, or once the clinician is on the record."""
    chosen = facts.said("match", "clinician_id")
    here = {a.clinician_id for a in facts.on_record if a.service == facts.service}
    held = facts.place is not None and facts.place.held and facts.place.clinician_id == chosen
    return chosen is not None and (held or chosen in here)


def still_fits(facts: Facts) -> Verdict:
    """The clinician chosen is licensed where the client lives, and takes the insurance there, as both stand now."""
    place, home = facts.place, facts.demographics.get("state", "")
    if place and home and place.states and home not in place.states:
        return Blocked(f"{place.clinician} is not licensed in {home}.", "Match again.")
    if place and not takes_insurance(place, facts):
        payer, _, state = coverage(facts)
        return Blocked(f"{place.clinician} does not take {payer} in {state or 'this state'}.", "Match again.")
    return Clear("The clinician is licensed there and takes the insurance.")


def intake_or_session(facts: Facts, on: date | None = None) -> tuple[str, str]:
    """Intake or session on a day (today until one is chosen), and why (R1): 12 calendar months, that day included."""
    if facts.service != Service.THERAPY:
        return AppointmentKind.SESSION, "The intake rule is for therapy only."
    day = on or facts.today
    age = Age(facts.policy["return_intake_months"], on_the_day=True)
    if facts.last_intake_on is None:
        return AppointmentKind.INTAKE, "No intake is on file."
    last = f"The last intake was on {facts.last_intake_on:%b %-d, %Y} ({facts.last_intake_source})"
    if age.is_due(facts.last_intake_on, day):
        return AppointmentKind.INTAKE, f"{last}, {age.months} months or more before {day:%b %-d, %Y}."
    return AppointmentKind.SESSION, f"{last}, less than {age.months} months before {day:%b %-d, %Y}."


def schedule_gate(facts: Facts) -> Verdict:
    """All before is right; intake or session by the rule or with a reason; the clinician takes the insurance there."""
    verdict = ready(facts)
    if not isinstance(verdict, Clear):
        return verdict
    said = facts.answers.get("schedule")
    kind, because = intake_or_session(facts, chosen_day(facts))
    if said and said["kind"] != kind and not said["because"]:
        return Blocked(
            f"By the rule this is {'an intake' if kind == AppointmentKind.INTAKE else 'a session'}. {because}",
            "Choose that, or say why this visit is different.",
        )
    fits = still_fits(facts)
    return fits if isinstance(fits, Blocked) else Clear(because)


def chosen_day(facts: Facts) -> date | None:
    """The day of the new visit, once it is chosen."""
    on = facts.said("schedule", "on")
    return date.fromisoformat(str(on)) if on else None


def schedule_stands(facts: Facts) -> bool:
    return facts.said("schedule", "clinician_id") == facts.said("match", "clinician_id")


def assignment_gate(facts: Facts) -> Verdict:
    """Everything before is still right, the insurance and the state too."""
    if facts.said("assignment", "clinician"):  # Kept by the tick itself: what is being entered has none.
        return Clear("The clinician is on the record.")
    verdict = ready(facts)
    return still_fits(facts) if isinstance(verdict, Clear) else verdict


def old_clinicians(facts: Facts) -> list[OnRecord]:
    """Who stands on the record for this service and is not the one now chosen (S0 step 9)."""
    chosen = facts.said("match", "clinician_id")
    return [a for a in facts.on_record if a.service == facts.service and a.clinician_id != chosen]


def removal_needed(facts: Facts) -> bool:
    """Another clinician stands on the record for this service."""
    return goes_on(facts) and ("removal" in facts.answers or bool(old_clinicians(facts)))


# --- Starting -------------------------------------------------------------------------------------------------------


def may_start(running: list[tuple[str, str]], has_history: bool, service: str) -> Verdict:
    """Whether a return can be started. `running` is service and clinician of each assignment that was not ended."""
    for theirs, clinician in running:
        if theirs == service:
            return Blocked(
                f"This client is active with {clinician} and has not ended.",
                "A change of clinician is a reassignment, not a return.",
            )
    if not has_history:
        return Blocked("This person was never a client here.", "Take the call as a new client.")
    return Clear("A former client: a return can be started.")
