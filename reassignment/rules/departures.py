"""What is true of a departure: its notice, where each client stands, who is rung first, and who will be late (S1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import TextChoices

from lwg_intake import dates
from lwg_intake.checklists.gates import Clear, Verdict, Warn
from reassignment.rules.ladder import Place


class Kind(TextChoices):
    """Why a clinician leaves (S1; a leave of more than a month: R28)."""

    RESIGNATION = "resignation", "Resignation"
    LEAVE = "leave", "Leave of more than a month"


class Standing(TextChoices):
    """Whether a client belongs on the roster, as the clinician says."""

    LISTED = "listed", "From the record"
    CONFIRMED = "confirmed", "Confirmed"
    ADDED = "added", "Added"
    STRUCK = "struck", "Struck"


class Preference(TextChoices):
    """What a client would like."""

    ANY = "any", "Any clinician who fits"
    NAMED = "named", "A certain clinician"
    FOLLOW = "follow", "Follow the clinician"
    PAUSE = "pause", "Pause"
    REFER = "refer", "A referral outside"
    END = "end", "End here"


# These want somebody else at the practice: a reassignment.
STAYS = (Preference.ANY, Preference.NAMED)


class Outcome(TextChoices):
    """How it ended for one client. Every other one than pending lets the departure close."""

    PENDING = "pending", "Pending"
    PLACED = "placed", "Placed"
    FOLLOWS = "follows", "Follows the clinician"
    PAUSED = "paused", "Paused"
    REFERRED = "referred", "Referred outside"
    ENDED = "ended", "Ended by choice"
    UNRESPONSIVE = "unresponsive", "Ended, not reached"
    STRUCK = "struck", "Struck"


# What a person settles by itself; the other outcomes are read from the record: a first visit kept, a termination.
SETTLES = {
    Preference.FOLLOW: Outcome.FOLLOWS,
    Preference.PAUSE: Outcome.PAUSED,
    Preference.REFER: Outcome.REFERRED,
}
# What each needs before it is settled, in words for the page.
WANTS = {
    Preference.FOLLOW: "Say that a release was signed, or declined, and how the client reaches the clinician.",
    Preference.PAUSE: "Choose the day on which we ring again.",
    Preference.REFER: "Name the referral that the client was given.",
    Preference.END: "The closing checklist is asked for; the client is ended once its termination is on record.",
}


class Ending(TextChoices):
    """On which ground the closing was asked for."""

    CHOICE = "choice", "By the client's choice"
    UNREACHED = "unreached", "Could not be reached"


class Phase(TextChoices):
    """Where a client stands, for the one who watches over the departure."""

    NOT_YET = "not_yet", "Not yet in contact"
    CALLING = "calling", "Being called"
    CONTACT = "contact", "In contact"
    WAITING = "waiting", "Waiting for a place"
    SCHEDULED = "scheduled", "First visit booked"
    UNREACHED = "unreached", "Not reached"
    ENDING = "ending", "Being closed"
    PLACED = "placed", "Placed"
    LEFT = "left", "Another way"
    ENDED = "ended", "Ended"
    STRUCK = "struck", "Struck"


OVER = (Phase.PLACED, Phase.LEFT, Phase.ENDED, Phase.STRUCK)


@dataclass(frozen=True)
class Facts:
    """What decides where one client of a departure stands.

    `settled` is the outcome that a person settled, or pending; `case` the status of the linked reassignment, empty
    without one; `visit_on` its first visit; `terminated` whether the service has ended on record.
    """

    settled: str
    preference: str
    talked: bool
    case: str = ""
    visit_on: date | None = None
    ending: str = ""
    terminated: bool = False
    ladder: Place | None = None


def outcome(facts: Facts) -> Outcome:
    """What came of it: as settled, else as the record says."""
    if facts.settled != Outcome.PENDING:
        return Outcome(facts.settled)
    if facts.case == "completed":
        return Outcome.PLACED
    if facts.terminated:
        return Outcome.UNRESPONSIVE if facts.ending == Ending.UNREACHED else Outcome.ENDED
    return Outcome.PENDING


_DONE = {
    Outcome.PLACED: Phase.PLACED,
    Outcome.FOLLOWS: Phase.LEFT,
    Outcome.PAUSED: Phase.LEFT,
    Outcome.REFERRED: Phase.LEFT,
    Outcome.ENDED: Phase.ENDED,
    Outcome.UNRESPONSIVE: Phase.ENDED,
    Outcome.STRUCK: Phase.STRUCK,
}


def phase(facts: Facts) -> Phase:
    """Where a client stands now."""
    if (done := outcome(facts)) != Outcome.PENDING:
        return _DONE[done]
    if facts.ending:
        return Phase.ENDING
    if facts.case in ("open", "waitlist"):
        return Phase.SCHEDULED if facts.visit_on else Phase.WAITING
    ladder = facts.ladder
    if facts.talked or facts.preference or (ladder and ladder.answered_at):
        return Phase.CONTACT
    if ladder and ladder.unresponsive:
        return Phase.UNREACHED
    return Phase.CALLING if ladder and (ladder.calls or not ladder.rungs) else Phase.NOT_YET


def notice(notice_on: date, last_day: date, numbers: Mapping[str, int]) -> Verdict:
    """Under two weeks warns, four are the aim, nothing blocks (R9, conflict 11)."""
    days = (last_day - notice_on).days
    if days < numbers["notice_least_days"]:
        return Warn(f"{days} day{'s' if days != 1 else ''} of notice: less than {numbers['notice_least_days']}. "
                    "Ring those at risk first.")  # fmt: skip
    if days < numbers["notice_aim_days"]:
        return Clear(f"{days} days of notice. {numbers['notice_aim_days']} are the aim.")
    return Clear(f"{days} days of notice.")


def is_long_leave(last_day: date, back_on: date | None) -> bool:
    """Whether a leave is longer than a calendar month, from the last day to the day back; open-ended ones are."""
    return back_on is None or dates.months_before(back_on, 1) > last_day


@dataclass(frozen=True)
class Urgency:
    """What makes a client one to ring first."""

    days_left: int
    at_risk: bool
    lacks_omhc: bool
    is_minor: bool

    @property
    def order(self) -> tuple[int, bool, bool, bool]:
        """The fewest days first; of those with the same, risk, then a missing OMHC assessment, then minors."""
        return (self.days_left, not self.at_risk, not self.lacks_omhc, not self.is_minor)

    @property
    def words(self) -> list[str]:
        known = ((self.at_risk, "Risk"), (self.lacks_omhc, "OMHC missing"), (self.is_minor, "Minor"))
        return [word for holds, word in known if holds]


def stands_still(changed_at: datetime, done: bool, now: datetime, numbers: Mapping[str, int]) -> bool:
    """Whether nothing has changed for three days, by policy, that day included."""
    return not done and (now - changed_at).days >= numbers["stands_still_days"]


def late(now: Phase, visit_on: date | None, last_day: date, today: date, numbers: Mapping[str, int]) -> bool:
    """Whether a client will not be placed in time: nothing is booked and fewer days are left than a placement takes,
    or the first visit lies after the last day. Somebody who goes another way is not late."""
    if now in (*OVER, Phase.ENDING):
        return False
    if visit_on is not None:
        return visit_on > last_day
    return (last_day - today).days < numbers["placing_days"]
