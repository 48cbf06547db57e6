"""What is true of a caseload: the grounds on which the night suggests something, and what holds it back (S3, S2).

The sweep asks the same rules of the database, set by set; the days and counts come from the practice's numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices

from lwg_intake.dates import Age


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


# The rules on misses, and the number that each is held to; any of them suffices, and 0 turns one off (R15).
MISSED_BY = {
    "total": "missed_total",
    "of_last": "missed_of_last",
    "in_a_row": "missed_in_a_row",
    "within": "missed_within",
}


def least_misses(numbers: dict[str, int]) -> int:
    """The fewest misses with which any rule can fire; 0 when all are off."""
    return min((numbers[key] for key in MISSED_BY.values() if numbers[key]), default=0)
