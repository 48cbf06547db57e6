"""What is true of a caseload: the grounds on which the night suggests something, and what holds it back (S3, S2).

The sweep asks the same rules of the database, set by set; the days and counts come from the practice's numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices

from caseload.facts import Closing
from lwg_intake.checklists.gates import Blocked, Clear, Verdict, Warn
from lwg_intake.dates import Age
from lwg_intake.records.rules import MISSES, AppointmentState


class Ground(TextChoices):
    """Why the night brings an assignment up. Grounds are independent: one row each."""

    INACTIVE = "inactive", "Neither seen nor in contact"
    TRYING = "trying", "Unseen, but in contact"
    MISSED = "missed", "No-shows and late cancels"
    DEADLINE_PASSED = "deadline_passed", "The letter's date has gone by"
    PLAN_DUE = "plan_due", "Treatment plan due"
    PLAN_OVERDUE = "plan_overdue", "Treatment plan overdue"
    LAPSED = "lapsed", "Lapsed, never terminated"
    UNRESOLVED = "unresolved", "Past visits without an outcome"


# Grounds that suggest an ending; the others ask for a letter, a plan or an answer.
CLOSING = (Ground.INACTIVE, Ground.MISSED, Ground.DEADLINE_PASSED, Ground.LAPSED)


class Guard(TextChoices):
    """What holds a suggestion back, or is to be known before answering it. The label is the sentence shown."""

    VISIT_AHEAD = "visit_ahead", "A visit is booked ahead."
    OPEN_CASE = "open_case", "A return, a reassignment or the closing itself is open."
    HOLD = "hold", "The record is under a legal hold."
    SNOOZE = "snooze", "The clinician keeps this client for now, and is asked again later."
    OTHER_SERVICE = "other_service", "Another service is open: only this assignment would end."
    MINOR = "minor", "The client is a minor: the clinician alone decides, and the guardian is the one to call."
    RISK = "risk", "The record carries a risk flag: the clinician alone decides."
    TERMINATED = "terminated", "A termination is on record already: ask management for the removal."


# These hold back: a visit ahead only what rests on absence, a snooze only its own ground. The rest inform.
SUPPRESSES = (Guard.VISIT_AHEAD, Guard.OPEN_CASE, Guard.HOLD, Guard.SNOOZE)


class Answer(TextChoices):
    """What the clinician answers to a suggestion."""

    CLOSE = "close", "Close"
    LETTER = "letter", "Write with a date"
    KEEP = "keep", "Keep, because …"
    REASSIGN = "reassign", "Reassign instead"


@dataclass(frozen=True)
class PlanAges:
    """When a treatment plan is due and when overdue, in calendar months, the day itself included (R19)."""

    due: Age
    overdue: Age

    def ground(self, last: date, today: date) -> Ground | None:
        if self.overdue.is_due(last, today):
            return Ground.PLAN_OVERDUE
        return Ground.PLAN_DUE if self.due.is_due(last, today) else None


# --- Capacity and recurring places (S3) -----------------------------------------------------------------------------


def capacity(clients: int, places: int | None, numbers: Mapping[str, int]) -> str:
    """How far a caseload is from capacity, and how many new clients to ask for: 2 or 3 more than places."""
    if places is None:
        return "How many places there are is not on record."
    free = places - clients
    if free < 0:
        return f"{-free} over capacity: ask for nobody new."
    if free == 0:
        return "Full: ask for nobody new."
    least, most = free + numbers["ask_more_least"], free + numbers["ask_more_most"]
    asked = f"{least}" if least == most else f"{least} to {most}"
    return f"{free} place{'s' if free > 1 else ''} free. Ask for {asked} new clients: some will not come."


def full_week(clients: int, numbers: Mapping[str, int], places: int | None = None) -> str:
    """The caseload that goes with a full week, and whether this one is below, within or above it.

    Where the clinician's own places say otherwise (a prescriber's many, a part-timer's few), only the measure is told.
    """
    least, most = numbers["caseload_least"], numbers["caseload_most"]
    stands = "below" if clients < least else "above" if clients > most else "within"
    measure = (
        f"A week of {numbers['week_places_least']} to {numbers['week_places_most']} places goes with "
        f"{least} to {most} clients"
    )
    otherwise = places is not None and (
        (stands == "above" and clients < places) or (stands == "below" and clients >= places)
    )
    return f"{measure}." if otherwise else f"{measure}; {clients} is {stands} that."


# What loses a recurring place: the client did not come, whoever was told and when.
GIVEN_UP = (*MISSES, AppointmentState.CLIENT_CANCEL)


def recurring_place(states: Sequence[str], numbers: Mapping[str, int]) -> str:
    """Whether a recurring place is earned or lost, as a hint; empty for neither, or where policy turns it off.

    `states` are those of the visits with an outcome since the assignment began, the latest first. What the clinician
    cancelled counts neither way.
    """
    counted = [state for state in states if state == AppointmentState.KEPT or state in GIVEN_UP]
    lost, earned = numbers["place_lost_visits"], numbers["place_earned_visits"]
    if lost and len(counted) >= lost and all(state in GIVEN_UP for state in counted[:lost]):
        return f"Recurring place lost: {lost} cancelled or missed in a row."
    if earned and len(counted) >= earned and all(state == AppointmentState.KEPT for state in counted[:earned]):
        return f"Recurring place earned: {earned} kept in a row."
    return ""


# --- Closing (S2, S3) -----------------------------------------------------------------------------------------------


HELD = Blocked("The record is under a legal hold.", "Nothing is closed until management lifts it.")


def visits_gate(facts: Closing) -> Verdict:
    """No visit is ahead, or it was cancelled in TherapyNotes; a legal hold stops every closing."""
    if facts.is_held:
        return HELD
    if facts.visits_ahead and not facts.said("visits", "cancelled"):
        return Blocked(
            f"A visit is booked: {', '.join(facts.visits_ahead)}.",
            "Cancel it in TherapyNotes first, or keep the client.",
        )
    return Clear("No visit is ahead." if not facts.visits_ahead else "The visit ahead was cancelled.")


def attempts_gate(facts: Closing) -> Verdict:
    """Shows the attempts on record; warns where there is none, since the summary has to name them (S2)."""
    if not facts.attempts:
        return Warn(
            "No attempt to reach the client is on record since the last visit. Call or write first, if you can."
        )
    return Clear(f"{len(facts.attempts)} on record since the last visit.")


def consult_needed(facts: Closing) -> bool:
    """An attendance closure, where the practice asks managers and CSRs first (off unless the practice turns it on)."""
    return bool(facts.policy["closing_consults"]) and Ground.MISSED in facts.grounds


def consult_gate(facts: Closing) -> Verdict:
    """A manager or a CSR agrees, or asks to keep the client."""
    if facts.said("consult", "agrees") == "no":
        return Blocked("The office asks to keep this client.", "Keep the client, or talk with them.")
    return Clear("A manager or a CSR looks at attendance closures first.")


def reassign_gate(facts: Closing) -> Verdict:
    """A client who would go on with somebody else is reassigned, not closed (R37)."""
    if facts.said("reassign", "wish") == "yes":
        return Warn("The client would go on with another clinician: the reassignment is asked for with this tick.")
    return Clear("Offer it where fit, schedule or approach is the hurdle rather than interest.")


def ending_gate(facts: Closing) -> Verdict:
    """A client who goes on with somebody else is not closed (R37)."""
    if facts.said("reassign", "wish") == "yes":
        return Blocked(
            "The client goes on with another clinician, and the reassignment is asked for.",
            "Leave this closing below, as kept after all.",
        )
    return Clear("The clinician chooses.")


def heard_of(facts: Closing, step: str) -> Blocked | None:
    """Who was asked to be closed as unresponsive, and was heard of since, is closed only by somebody's word for it."""
    if not facts.rang_back or facts.said(step, "heard", "").strip():
        return None
    return Blocked(
        f"The client was in contact since the closing was asked for: {facts.rang_back}.",
        "Ring back first. To end the service nonetheless, say why below.",
    )


def letter_gate(facts: Closing) -> Verdict:
    """Nothing leaves under a legal hold, nor to an unresponsive client who was heard of since, unless confirmed."""
    if facts.is_held:
        return HELD
    if not facts.said("letter", "template") and (heard := heard_of(facts, "letter")):
        return heard
    return Clear("The client may come back: the letter says how.")


def summary_gate(facts: Closing) -> Verdict:
    """Always a summary; without the client, the reasoning and the attempts stand in it (S2, R18)."""
    said = facts.answers.get("summary")
    if said and said["with_client"] == "no" and not said["reasoning"].strip():
        return Blocked("The client was not part of it.", "Write why, and what was tried.")
    return Clear("Drafted from the record: correct it as needed.")


def end_gate(facts: Closing) -> Verdict:
    """No hold, no word of the client and no visit came up since; ends only this assignment where another is open."""
    if facts.is_held:
        return HELD
    if heard := heard_of(facts, "note"):
        return heard
    if facts.visits_ahead:
        return Blocked(
            f"A visit was booked since: {', '.join(facts.visits_ahead)}.",
            "Cancel it in TherapyNotes and save “Visits ahead” again, or keep the client.",
        )
    if facts.other_services:
        return Warn(f"{', '.join(facts.other_services)} goes on: only {facts.service} with {facts.clinician} ends.")
    return Clear("This ends the episode.")


def suggested_category(facts: Closing) -> str:
    """No-shows when the misses brought it up; else none of A to D. The clinician chooses."""
    return "A" if Ground.MISSED in facts.grounds else "none"


def letter_template(facts: Closing) -> str:
    """Which letter fits: attendance (T23), unresponsive (T20, where somebody tried), or the general one (T24)."""
    if facts.said("ending", "category") == "A":
        return "T23"
    unanswered = {Ground.INACTIVE, Ground.LAPSED, Ground.DEADLINE_PASSED} & set(facts.grounds)
    alone = unanswered and facts.attempts and facts.said("ending", "category") == "none"
    return "T20" if alone else "T24"


# The rules on misses, and the number that each is held to; any of them suffices, and 0 turns one off (R15).
MISSED_BY = {
    "total": "missed_total",
    "of_last": "missed_of_last",
    "in_a_row": "missed_in_a_row",
    "within": "missed_within",
}


def least_misses(numbers: Mapping[str, int]) -> int:
    """The fewest misses with which any rule can fire; 0 when all are off."""
    return min((numbers[key] for key in MISSED_BY.values() if numbers[key]), default=0)
