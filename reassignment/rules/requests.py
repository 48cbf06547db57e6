"""What is true of a request for another clinician: pure functions of facts (S1 part 2; R2, R3, R4b, R12, R13)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from lwg_intake.checklists.gates import Blocked, Clear, Verdict, Warn
from lwg_intake.dates import months_before
from lwg_intake.placement import rules as placement
from lwg_intake.records.rules import AppointmentState, Service
from reassignment.facts import Request
from reassignment.rules.words import Balances, Reason

# A visit that did not take place, whoever called it off: it is booked again.
NOT_KEPT = (
    AppointmentState.NO_SHOW,
    AppointmentState.LATE_CANCEL,
    AppointmentState.CLIENT_CANCEL,
    AppointmentState.CLINICIAN_CANCEL,
)

# --- Starting -------------------------------------------------------------------------------------------------------


def may_start(service: str, wanted: str, clinician: str, is_running: bool) -> Verdict:
    """Whether another clinician can be asked for: the service goes on, and it is the same that is wanted."""
    label = Service(service).label
    if not is_running:
        return Blocked(
            f"{label} with {clinician} has ended.", "Who comes back is a returning client: start a return instead."
        )
    if wanted != service:
        other = Service(wanted).label
        return Blocked(
            f"{other} beside {label.lower()} is an added service, not a change of clinician: "
            f"{label.lower()} with {clinician} goes on.",
            f"Take it as a referral: book an intake for {other.lower()} in TherapyNotes. If {label.lower()} itself is "
            "to go to somebody else, choose it here.",
        )
    return Clear("Another clinician can be looked for.")


def changes_before(runs: Iterable[tuple[date, int]], today: date, months: int) -> int:
    """How often the clinician of one service changed within so many months. `runs` are first days and clinicians."""
    since, count, before = months_before(today, months), 0, None
    for started_on, clinician in sorted(runs):
        if before is not None and clinician != before and started_on >= since:
            count += 1
        before = clinician
    return count


def is_flagged(changes: int, policy_flags_at: int) -> bool:
    """Whether a change after so many others is one to put to management."""
    return changes + 1 >= policy_flags_at


# --- Reason ---------------------------------------------------------------------------------------------------------


def reason_gate(facts: Request) -> Verdict:
    """Nothing blocks; a repeated change is said, and that management has been asked."""
    if is_flagged(facts.changes, facts.policy["changes_flagged"]):
        return Warn(
            f"Change no. {facts.changes + 1} of clinician within {facts.policy['changes_within_months']} months: "
            "management has been asked. Listen well for what did not work; you can go on meanwhile."
        )
    if facts.why == Reason.LEFT and facts.old_last_day is None:
        return Warn(f"{facts.old_clinician} has no last day on record. Ask management whether they are leaving.")
    return Clear("You can record what the client says.")


# --- Money, insurance, forms ----------------------------------------------------------------------------------------


def balance_counts(facts: Request) -> bool:
    """The practice looks at the balance on a change of clinician, as its number says."""
    return facts.balances != Balances.OFF


def balance_gate(facts: Request) -> Verdict:
    """An open balance warns, or blocks where the practice's number says so (S1 is silent, R4b)."""
    verdict = placement.balance_gate(facts)
    if isinstance(verdict, Blocked) and facts.balances == Balances.WARN:
        return Warn(f"{verdict.because} It does not hold up a change of clinician; tell the client, and billing.")
    return verdict


def insurance_gate(facts: Request) -> Verdict:
    """Blocks while the insurance is not active (self-pay apart), or changed without the billing settings updated."""
    verdict = placement.insurance_gate(facts)
    if isinstance(verdict, Blocked) or facts.why != Reason.INSURANCE:
        return verdict
    if facts.said("insurance", "changed") == "no":
        return Warn("The client changes clinician over the insurance, and this says that it did not change.")
    return Warn("The insurance changed: enter the new one. The match goes by its payer and state.")


def needs_omhc(facts: Request) -> bool:
    """The client is insured by Medicaid."""
    return placement.is_medicaid(facts)


def new_forms_needed(facts: Request) -> bool:
    """Forms were tied to the clinician who is left: each new clinician asks for theirs anew."""
    return bool(facts.old_forms)


# --- Match and visit ------------------------------------------------------------------------------------------------


def ready(facts: Request) -> Verdict:
    """The insurance is confirmed, for Medicaid the OMHC is done, and no balance blocks."""
    verdict = placement.insured(facts)
    if isinstance(verdict, Blocked) or facts.balances != Balances.BLOCK:
        return verdict
    balance = placement.balance_gate(facts)
    if isinstance(balance, Blocked):
        return balance
    if "balance" not in facts.answers:
        return Blocked("The balance is not checked.", "Do the balance step first.")
    return verdict


def schedule_gate(facts: Request) -> Verdict:
    """All before is right; intake when the last one is older than the practice's months, or another with a reason."""
    verdict = ready(facts)
    return placement.visit_gate(facts) if isinstance(verdict, Clear) else verdict


def is_missed(facts: Request) -> bool:
    """The visit that was booked did not take place, and no other was kept since."""
    return facts.visit_state in NOT_KEPT and facts.kept_on is None


def schedule_stands(facts: Request) -> bool:
    """The visit is with the clinician chosen, and was not missed or called off."""
    return placement.schedule_stands(facts) and not is_missed(facts)


def assignment_gate(facts: Request) -> Verdict:
    """Everything before is still right, the insurance and the state too."""
    if facts.said("assignment", "clinician"):  # Kept by the tick itself: what is being entered has none.
        return Clear("The clinician is on the record.")
    verdict = ready(facts)
    return placement.still_fits(facts) if isinstance(verdict, Clear) else verdict


def notice_gate(facts: Request) -> Verdict:
    """Both clinicians get an e-mail; one who has left already has none to get."""
    if has_left(facts):
        return Warn(f"{facts.old_clinician} left on {facts.old_last_day:%b %-d, %Y}: only the new clinician is told.")
    if not facts.old_email:
        return Blocked(
            f"{facts.old_clinician} has no e-mail address on record.",
            "Add it to the record, import again, and then send.",
        )
    return Clear("Both e-mails name the record number, not the client.")


def has_left(facts: Request) -> bool:
    return facts.old_last_day is not None and facts.old_last_day < facts.today


def removal_needed(facts: Request) -> bool:
    """The previous clinician still stands on the record for this service."""
    return bool(facts.removal) or bool(placement.old_clinicians(facts))


def removal_waits(facts: Request) -> bool:
    """Management has been asked and has not taken the previous clinician off yet."""
    return "removal" in facts.answers and facts.removal == "asked"


# --- The end --------------------------------------------------------------------------------------------------------


def first_visit_gate(facts: Request) -> Verdict:
    """The reassignment ends at the first kept visit with the new clinician, not before."""
    if facts.kept_on:
        return Clear(f"The record shows a visit kept on {facts.kept_on:%b %-d, %Y}.")
    if facts.said("first_visit", "how") == "missed":
        return Warn("The visit counts as missed: book the next one.")
    if facts.visit_on and facts.visit_on > facts.today:
        return Warn(f"The visit is on {facts.visit_on:%b %-d, %Y}. Come back when it has been.")
    return Warn("The record does not show yet how the visit went. Look in TherapyNotes, or ask the clinician.")


def first_visit_stands(facts: Request) -> bool:
    return facts.said("first_visit", "how") == "kept"


def may_finish(facts: Request) -> Verdict:
    """All steps are done and the previous clinician is off the record."""
    if removal_waits(facts):
        return Blocked(
            f"Management has not taken {facts.old_clinician} off the record yet.",
            "The request is on their page; complete the case when it is done.",
        )
    return Clear("The client has arrived.")
