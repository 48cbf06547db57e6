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
    )
}  # fmt: skip
