"""The sweep's rules in words, with the practice's present numbers, for the docs."""

from __future__ import annotations

from collections.abc import Mapping

from caseload.rules import CLOSING, MISSED_BY, SUPPRESSES, Ground, Guard
from caseload.sweeps import NUMBERS_USED
from lwg_intake.policy.numbers import NUMBERS

# What brings each ground up; the words in braces are the practice's numbers.
WHEN = {
    Ground.INACTIVE: "No kept visit of this assignment and no contact for {inactive_days} days or more, and no visit "
    "ahead. Who was never seen counts from the assignment's start.",
    Ground.TRYING: "No kept visit for {inactive_days} days or more, but contact within them, and no visit ahead.",
    Ground.MISSED: "Missed visits since the assignment began, by any of: {missed}.",
    Ground.DEADLINE_PASSED: "The date in a letter has gone by, and no visit was booked since it was written.",
    Ground.PLAN_DUE: "The treatment plan is {plan_due_months} months old, that day included. Once per client, on the "
    "oldest open therapy assignment; without a plan on file, counted from its start.",
    Ground.PLAN_OVERDUE: "The same at {plan_overdue_months} months.",
    Ground.LAPSED: "Neither seen nor in contact for more than {lapsed_months} months, no visit ahead, and no "
    "termination on record.",
    Ground.UNRESOLVED: "A visit before that day is still scheduled, or is marked unresolved.",
}
ASKS = {
    Ground.TRYING: "A letter with a date",
    Ground.PLAN_DUE: "A plan review",
    Ground.PLAN_OVERDUE: "A plan review",
    Ground.UNRESOLVED: "What came of the visit",
}
HOLDS = {
    Guard.VISIT_AHEAD: "Inactive and trying",
    Guard.SNOOZE: "The ground that was kept, until its day",
}
_MISSED = {
    "total": "{missed_total} in all",
    "of_last": "{missed_of_last} of the last {missed_last_n} visits",
    "in_a_row": "{missed_in_a_row} in a row",
    "within": "{missed_within} within {missed_within_days} days",
}


def rules_as_markdown(numbers: Mapping[str, int]) -> str:
    """Grounds, guards and the numbers behind them, as tables."""
    fired = [_MISSED[rule] for rule, key in MISSED_BY.items() if numbers[key]] or ["none: every rule is turned off"]
    counted = "" if numbers["missed_counts_late_cancels"] else " (late cancels do not count)"
    missed = " or ".join(fired).format_map(numbers) + counted
    return "\n".join(
        [
            "| ground | when | asks for |",
            "|---|---|---|",
            *(
                f"| `{ground}` {ground.label} | {WHEN[ground].format_map({**numbers, 'missed': missed})} "
                f"| {'Closing' if ground in CLOSING else ASKS[ground]} |"
                for ground in Ground
            ),
            "",
            "| guard | what it says | holds back |",
            "|---|---|---|",
            *(
                f"| `{guard}` | {guard.label} | {HOLDS.get(guard, 'Every ground') if guard in SUPPRESSES else '–'} |"
                for guard in Guard
            ),
            "",
            "| number | now | meaning | source |",
            "|---|---|---|---|",
            *(
                f"| `{key}` | {NUMBERS[key].said(numbers[key])} | {NUMBERS[key].meaning} | {NUMBERS[key].source} |"
                for key in NUMBERS_USED
            ),
        ]
    )
