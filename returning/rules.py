"""What is true of a return: pure functions of facts (S0, and the practice's rules R1 to R7, R12, R13)."""

from __future__ import annotations

from lwg_intake.access.roles import Can
from lwg_intake.checklists.gates import Blocked, Clear, NeedsApproval, Verdict, Warn
from lwg_intake.placement import rules as placement
from lwg_intake.placement.facts import Ending
from lwg_intake.placement.rules import balance_gate, insured, is_medicaid, is_settled, old_clinicians, owed, still_fits
from lwg_intake.records.rules import Category
from returning.facts import Facts

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


def settled_first(facts: Facts) -> Verdict:
    """Category B is settled before the client is taken up again at all (R6)."""
    if category(facts) == Category.B and not is_settled(facts):
        return Blocked(
            f"The last episode ended over billing and ${owed(facts)} is still owed.",
            "It has to be settled, or billing has to record an arrangement, before anything else.",
        )
    return Clear("No open bill stands in the way.")


# --- Portal, OMHC ---------------------------------------------------------------------------------------------------


def portal_gate(facts: Facts) -> Verdict:
    """Category B: the balance is settled first. No portal access blocks; forms that are open are shown."""
    first = settled_first(facts)
    return first if isinstance(first, Blocked) else placement.portal_gate(facts)


def needs_omhc(facts: Facts) -> bool:
    """The client is insured by Medicaid."""
    return goes_on(facts) and is_medicaid(facts)


# --- Match and visit ------------------------------------------------------------------------------------------------


def ready(facts: Facts) -> Verdict:
    """The client may return, the balance is settled, the insurance confirmed, and for Medicaid the OMHC is done."""
    for gate in (eligibility, settled_first, balance_gate):
        verdict = gate(facts)
        if isinstance(verdict, Blocked | NeedsApproval):
            return verdict
    verdict = insured(facts)
    if isinstance(verdict, Blocked):
        return verdict
    if "balance" not in facts.answers:
        return Blocked("The balance is not checked.", "Do the balance step first.")
    return verdict


def schedule_gate(facts: Facts) -> Verdict:
    """All before is right; intake or session by the rule or with a reason; the clinician takes the insurance there."""
    verdict = ready(facts)
    return placement.visit_gate(facts) if isinstance(verdict, Clear) else verdict


def assignment_gate(facts: Facts) -> Verdict:
    """Everything before is still right, the insurance and the state too."""
    if facts.said("assignment", "clinician"):  # Kept by the tick itself: what is being entered has none.
        return Clear("The clinician is on the record.")
    verdict = ready(facts)
    return still_fits(facts) if isinstance(verdict, Clear) else verdict


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
