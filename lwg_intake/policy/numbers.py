"""The practice's numbers, declared beside the sentence they stand for and the seed they come from.

A declaration is the default; what holds on a day is the newest row (models.Setting) in effect on it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    """One number of the practice. `source` names the seed (S0 to S4) and the rule (R1 …) of the practice's rules."""

    key: str
    default: int
    unit: str
    meaning: str
    source: str
    least: int = 0
    most: int = 1000


NUMBERS = {
    number.key: number
    for number in (
        Number("return_intake_months", 12, "calendar months",
               "A therapy client who returns has an intake when the last one is this old or older.", "S0, R1", 1, 120),
        Number("return_balance_threshold_cents", 0, "cents",
               "A return cannot be scheduled while more than this is owed.", "S0, R4", most=10_000_00),
        Number("severe_misses", 6, "missed visits",
               "From so many no-shows and late cancels on, the page suggests to mark category A as severe.",
               "S0, R5; our choice"),
        Number("minor_until_years", 18, "years of age",
               "Younger clients are minors: the guardian is the one to call.", "S3; Maryland law", most=21),
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
        Number("missed_counts_late_cancels", 1, "(1 yes, 0 no)", "Late cancels count as missed.", "S3, R15", most=1),
        Number("missed_of_last", 0, "missed visits",
               "So many missed of the last few visits suggest closing; 0 turns this off (2 of the last 3 is usual).",
               "R15b, off"),
        Number("missed_last_n", 3, "visits", "How many visits are the last few.", "R15b", 1, 50),
        Number("missed_in_a_row", 0, "missed visits",
               "So many missed in a row suggest closing; 0 turns this off.", "R15c, off", most=50),
        Number("missed_within", 0, "missed visits",
               "So many missed within some days suggest closing; 0 turns this off.", "R15c, off"),
        Number("missed_within_days", 90, "days", "Within how many days.", "R15c", 1),
        Number("deadline_days", 14, "days",
               "How far ahead a deadline letter's date is suggested.", "S3, R16; our choice", 1, 365),
        Number("closing_consults", 0, "(1 yes, 0 no)",
               "An attendance closure first asks management.", "L1, conflict 5, off", most=1),
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
        Number("ladder_email", 1, "(1 yes, 0 no)", "After the calls, an e-mail.", "S1, R8", most=1),
        Number("ladder_text", 1, "(1 yes, 0 no)", "After the calls, a text.", "S1, R8", most=1),
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
        Number("email_unasked", 1, "(1 yes, 0 no)",
               "E-mail goes to a client who was never asked about it; a text always needs a yes.", "our choice", most=1),
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
