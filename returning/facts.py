"""What a return is judged by: frozen facts, loaded by selectors.py and read by rules.py. No model, no query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lwg_intake.dates import Age
from lwg_intake.placement.facts import Placement


@dataclass(frozen=True)
class Facts(Placement):
    """All that a return is judged by, besides what every placement is."""

    misses: tuple[tuple[date, str], ...] = ()
    ever_categories: frozenset[str] = frozenset()
    ever_severe: bool = False

    @property
    def intake_age(self) -> Age:
        """Twelve calendar months, that day included (S0 step 6, R1)."""
        return Age(self.policy["return_intake_months"], on_the_day=True)

    @property
    def balance_threshold(self) -> Decimal:
        """Nothing may be owed, unless the practice lets a little pass (S0 step 4, R4)."""
        return Decimal(self.policy["return_balance_threshold_cents"]) / 100
