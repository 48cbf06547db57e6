"""The practice's numbers, declared beside the sentence they stand for and the seed they come from.

A declaration is the default; what holds on a day is the newest row (models.Setting) in effect on it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# What the sources of numbers stand for.
SOURCES = (
    ("S0", "the guide to the returning client process"),
    ("S1", "the client reassignment process"),
    ("S2", "the page on cleaning up a caseload"),
    ("S3", "the page on caseload management"),
    ("R1, R2 …", "rules of the practice's own list"),
    ("our choice", "no page says it"),
)
CENTS = "cents"
YES_NO = {1: "yes", 0: "no"}
BALANCES = {0: "off", 1: "warn", 2: "block"}
WEEKDAYS = dict(enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), 1))
PLURAL = re.compile(r"\b(day|month|year|week|hour|minute|visit|change|place|client|call)s\b")


@dataclass(frozen=True)
class Number:
    """One number of the practice. `source` names the seed (S0 to S4) and the rule (R1 …) of the practice's rules.

    A number that stands for a choice has the words of each in place of a unit.
    """

    key: str
    default: int
    unit: str | Mapping[int, str]
    meaning: str
    source: str
    least: int = 0
    most: int = 1000

    @property
    def choices(self) -> Mapping[int, str]:
        return {} if isinstance(self.unit, str) else self.unit

    def said(self, value: int) -> str:
        """A value as one says it: "12 calendar months", "1 day", "$50.00", "yes"."""
        if not isinstance(self.unit, str):
            return self.unit.get(value, str(value))
        if self.unit == CENTS:
            return f"${value / 100:,.2f}"
        unit = PLURAL.sub(r"\1", self.unit, count=1) if value == 1 else self.unit
        return f"{value:,} {unit}"

    @property
    def bounds(self) -> str:
        """What a value may be, as one says it."""
        if self.choices:
            return "one of: " + ", ".join(self.choices.values())
        if self.unit == CENTS:
            return f"between {self.said(self.least)} and {self.said(self.most)}"
        return f"between {self.least:,} and {self.most:,} {self.unit}"


NUMBERS = {
    number.key: number
    for number in (
        Number("return_intake_months", 12, "calendar months",
               "A therapy client who returns has an intake when the last one is this old or older.", "S0, R1", 1, 120),
        Number("return_balance_threshold_cents", 0, CENTS,
               "A return cannot be scheduled while more than this is owed.", "S0, R4", most=10_000_00),
        Number("severe_misses", 6, "missed visits",
               "From so many no-shows and late cancels on, the page suggests to mark category A as severe.",
               "S0, R5; our choice"),
        Number("transfer_intake_months", 6, "calendar months",
               "A therapy client who changes clinician has an intake when the last one is older than this.",
               "S1, R2", 1, 120),
        Number("transfer_balance", 1, BALANCES,
               "What an outstanding balance does to a change of clinician.", "R4b; S1 is silent", most=2),
        Number("changes_flagged", 3, "changes",
               "The change of clinician that is put to management: this one, or a later one.", "our choice", 2, 20),
        Number("changes_within_months", 12, "calendar months",
               "Changes of clinician count for so long.", "our choice", 1, 120),
        Number("offer_days", 3, "days",
               "A place offered to a client who waits is kept for so long; then it is free again.",
               "our choice", 1, 60),
        Number("transfer_reminder", 1, YES_NO,
               "Matching clinicians are reminded by e-mail of the clients who wait for an opening.", "R32", most=1),
        Number("transfer_reminder_weekday", 1, WEEKDAYS,
               "The weekday from which this week's reminder goes out.", "R32", 1, 7),
        Number("minor_until_years", 18, "years of age",
               "Younger clients are minors: the guardian is the one to call.", "S3; Maryland law", most=21),
        Number("keep_years", 7, "years",
               "A record is kept for so long from its last entry.", "Maryland law", 5, 100),
        Number("keep_minor_until_years", 25, "years of age",
               "The record of a minor is kept at least until this age.", "Maryland law: majority and 7 years", 21, 100),
        Number("keep_review_months", 12, "calendar months",
               "A record kept on past its date is brought up again after so long.", "our choice", 1, 120),
        Number("verification_days", 14, "days",
               "An insurance check older than this is shown as old.", "R35"),
        Number("inactive_days", 30, "days",
               "Neither seen nor in contact for so long, that day included: the night suggests closing.", "S3, R14", 1),
        Number("lapsed_months", 4, "calendar months",
               "Inactive for longer than this without a termination: TherapyNotes itself made the client inactive.",
               "TherapyNotes' own rule", 1),
        Number("missed_total", 3, "missed visits",
               "So many no-shows and late cancels since the assignment began suggest closing; 0 turns this off.",
               "S3, R15"),
        Number("missed_counts_late_cancels", 1, YES_NO, "Late cancels count as missed.", "S3, R15", most=1),
        Number("missed_of_last", 0, "missed visits",
               "So many missed of the last few visits suggest closing; 0 turns this off (2 of the last 3 is usual).",
               "R15b, off", most=50),
        Number("missed_last_n", 3, "visits", "How many visits are the last few.", "R15b", 1, 50),
        Number("missed_in_a_row", 0, "missed visits",
               "So many missed in a row suggest closing; 0 turns this off.", "R15c, off", most=50),
        Number("missed_within", 0, "missed visits",
               "So many missed within some days suggest closing; 0 turns this off.", "R15c, off"),
        Number("missed_within_days", 90, "days", "Within how many days.", "R15c", 1),
        Number("deadline_days", 14, "days",
               "How far ahead a deadline letter's date is suggested.", "S3, R16; our choice", 1, 365),
        Number("closing_consults", 0, YES_NO,
               "An attendance closure first asks managers and CSRs.", "L1, conflict 5, off", most=1),
        Number("plan_due_months", 3, "calendar months", "A treatment plan is due for review at this age.",
               "S2, S3, R19", 1, 120),
        Number("plan_overdue_months", 6, "calendar months", "A treatment plan is overdue at this age.",
               "S2, S3, R19", 1, 120),
        Number("week_places_least", 30, "places", "A full week of a clinician's has so many places at least.",
               "S3, R21", 1),
        Number("week_places_most", 35, "places", "A full week of a clinician's has so many places at most.",
               "S3, R21", 1),
        Number("caseload_least", 45, "clients", "A full week goes with so many clients at least.", "S3, R21", 1),
        Number("caseload_most", 60, "clients", "A full week goes with so many clients at most.", "S3, R21", 1),
        Number("ask_more_least", 2, "clients",
               "So many more new clients than places to ask for, at least: some will not come.", "S3, R21", most=50),
        Number("ask_more_most", 3, "clients",
               "So many more new clients than places to ask for, at most.", "S3, R21", most=50),
        Number("place_earned_visits", 0, "visits kept in a row",
               "So many kept in a row earn a recurring place, as a hint; 0 turns this off (3 or 5 is usual).",
               "S3, R23, off", most=50),
        Number("place_lost_visits", 0, "visits cancelled in a row",
               "So many cancelled or missed in a row lose a recurring place, as a hint; 0 turns this off (2 is usual).",
               "S3, R23, off", most=50),
        Number("roster_review_months", 1, "calendar months",
               "So often the calendar feed reminds clinicians to review their caseload.", "S2, R20; our choice", 1, 12),
        Number("reminder_hours", 24, "hours",
               "So long before a visit, or less, the call list asks for a personal reminder.", "S3, R22", 1, 72),
        Number("likely_misses", 2, "missed visits",
               "From so many missed visits in this assignment on, the call list calls another miss likely.",
               "S3; our choice", 1, 50),
        Number("notice_least_days", 14, "days", "Notice that is shorter than this is warned of; nothing is blocked.",
               "S1, R9"),
        Number("notice_aim_days", 28, "days", "So much notice is the aim.", "S1, R9"),
        Number("roster_review_days", 3, "days", "So often the transition manager reviews an open departure's roster.",
               "S1, R10; our choice", 1, 60),
        Number("stands_still_days", 3, "days", "A client of a departure with no change for so long stands still.",
               "S1; our choice", 1, 60),
        Number("ladder_calls", 2, "calls", "So many calls before a client of a departure is written to.",
               "S1, R8", 1, 10),
        Number("ladder_email", 1, YES_NO, "After the calls, an e-mail.", "S1, R8", most=1),
        Number("ladder_text", 1, YES_NO, "After the calls, a text.", "S1, R8", most=1),
        Number("ladder_gap_hours", 24, "hours", "So long between a call and the next attempt.",
               "R8b; our choice", most=720),
        Number("ladder_wait_hours", 0, "hours",
               "So long after the last message before a client counts as unresponsive; a person decides in any case.",
               "R8b, unset", most=720),
        Number("call_claim_minutes", 15, "minutes",
               "So long a client of a departure is kept for the one who is ringing.", "our choice", 1, 120),
        Number("placing_days", 14, "days",
               "A placement takes about so long; with fewer days left and nothing booked it will not be in time.",
               "our choice", 1, 120),
        Number("email_unasked", 1, YES_NO,
               "E-mail goes to a client who was never asked about it; a text always needs a yes.",
               "our choice", most=1),
        Number("text_from_hour", 8, "o'clock", "No text leaves before this hour.", "our choice", 6, 12),
        Number("text_until_hour", 21, "o'clock", "No text leaves from this hour on.", "our choice", 13, 23),
        Number("smallest_group", 5, "clients or visits",
               "The figures do not show a group smaller than this.", "usual for figures about patients", 2, 50),
        Number("retention_visits", 8, "kept visits",
               "A new client who reached so many counts as one who stays.", "PracticeVital's retention", 2, 50),
        Number("retention_weeks", 8, "weeks",
               "Who began within so many weeks had not the time to stay or leave, and is left out.",
               "PracticeVital's retention", 1, 52),
        Number("churn_visits", 4, "kept visits",
               "An unplanned ending before so many is an early one.", "PracticeVital's early churn", 2, 50),
    )
}  # fmt: skip

# Of each two the first is never more than the second: (the smaller, the greater, what would be wrong otherwise).
IN_ORDER = (
    ("plan_due_months", "plan_overdue_months", "A plan would be overdue before it is due."),
    ("notice_least_days", "notice_aim_days", "The least notice would be longer than what is aimed at."),
    ("week_places_least", "week_places_most", "The fewest places of a full week would be more than the most."),
    ("caseload_least", "caseload_most", "The fewest clients of a full week would be more than the most."),
    ("ask_more_least", "ask_more_most", "The fewest to ask for would be more than the most."),
    ("missed_of_last", "missed_last_n", "More visits would be missed than are looked at."),
)

# Where the page begins a new part: the first number of each.
PARTS = {
    "return_intake_months": "Returning clients",
    "transfer_intake_months": "Change of clinician",
    "minor_until_years": "Minors, and keeping records",
    "verification_days": "Insurance",
    "inactive_days": "What the night suggests",
    "deadline_days": "Closing",
    "plan_due_months": "Treatment plans",
    "week_places_least": "Caseloads",
    "reminder_hours": "Calls and reminders",
    "notice_least_days": "Departures",
    "email_unasked": "Messages to clients",
    "smallest_group": "Figures",
}
